//! `values/`: e-mail addresses, phones, dates and amounts against what they mean.

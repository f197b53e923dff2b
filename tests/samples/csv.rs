//! `csv/`: files that are hard to parse, against the records they hold.

//! `dedupe/`: FEBRL 1 and 4, row by row against their reference plans.

//! `shared/samples` as oracles: real files with answer keys. Each module prints its shares; where the
//! folder is absent the tests say so and pass.

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr)]

mod csv;
mod dedupe;
mod folder;
mod headers;
mod imports;
mod values;

//! `shared/samples` as oracles: real files with answer keys. Each module prints its shares; where the
//! folder is absent the tests say so and pass.

mod csv;
mod dedupe;
mod folder;
mod headers;
mod values;

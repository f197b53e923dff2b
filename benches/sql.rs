//! How long an import into a database takes; see [`databases`].
//!
//!     cargo bench --bench sql -- 100000

#![allow(clippy::print_stdout)]

mod databases;
mod fair;

use fair::Fair;

fn main() {
    let asked = std::env::args().skip(1).find_map(|argument| argument.parse().ok());
    let is_test = !std::env::args().any(|argument| argument == "--bench");
    let rows: u32 = asked.unwrap_or(if is_test { 500 } else { 100_000 });
    println!("{rows} rows of 25 columns\n");
    databases::print(&Fair { rows, ..Fair::default() }, if is_test { 1 } else { 3 });
}

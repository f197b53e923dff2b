//! Imports of an asynchronous storage do what those of a synchronous one do: the same plan, the same report, the
//! same records, also where storage fails, and where the future is dropped at any moment.

#![allow(clippy::unwrap_used, clippy::print_stderr)]

mod bridges;
#[path = "../postgres/cluster.rs"]
mod cluster;
#[allow(dead_code)]
#[path = "../postgres/columns.rs"]
mod columns;
mod crm;
mod dropped;
mod failing;
mod files;
mod postgres;
mod same;
mod sending;
mod slow;

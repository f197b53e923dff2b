//! An application that keeps customers and deals in tables of its own imports a file: plan, question,
//! report, error log. Started again after it was stopped, it goes on.
//!
//! ```sh
//! cargo run --example customers -- FILE.csv [DATABASE]
//! ```
//!
//! Without a database, one in memory is used and nothing is kept.

#![allow(clippy::print_stdout)]

mod crm;

use std::error::Error;
use std::fs;
use std::io::{BufRead, Write};

use crm::Crm;
use crm_import::{Import, Object, Plan, Report, Source};
use rusqlite::Connection;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().ok_or("which file? customers FILE.csv [DATABASE]")?;
    let database = arguments.next().unwrap_or_else(|| ":memory:".into());
    let db = Connection::open(database)?;
    db.execute_batch(crm::TABLES)?;
    let mut crm = Crm::new(db)?;

    let import = Import::new();
    let plan = import.plan_or_resume(Source::from_path(&file), &mut crm)?;
    show(&plan);
    if plan.is_resumed() {
        println!("This import was stopped. It goes on.");
    }
    if !is_confirmed()? {
        return Ok(());
    }
    let report = import.apply(plan, &mut crm)?;
    tell(&report)?;
    report.acknowledge(&mut crm)?;
    Ok(())
}

fn show(plan: &Plan) {
    for column in plan.column_counts() {
        let (header, object, field) = (column.header, column.object, column.field);
        println!("{header} -> {field} of the {object}: {} values", column.filled);
    }
    for column in plan.unmapped() {
        println!("{} -> nothing: {} values are left out", column.header, column.filled);
    }
    for object in Object::ALL {
        let counts = plan.stats().of(object);
        println!(
            "{object}: {} rows, create {}, update {}, unchanged {}, merged {}, skip {}, fail {}",
            counts.rows,
            counts.create,
            counts.update,
            counts.unchanged,
            counts.merged,
            counts.skip,
            counts.fail
        );
    }
    for step in plan.steps().take(3) {
        println!("row {}: {} {}", step.first_row(), step.op(), step.object());
        step.changes().iter().for_each(|change| println!("  {change}"));
    }
}

fn is_confirmed() -> std::io::Result<bool> {
    print!("Go ahead? [y/N] ");
    std::io::stdout().flush()?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    Ok(answer.trim().eq_ignore_ascii_case("y"))
}

fn tell(report: &Report) -> std::io::Result<()> {
    for issue in report.issues() {
        println!("{}: {issue}\n  {}", issue.severity, issue.remedy());
    }
    let mut log = Vec::new();
    let failed = report.write_error_log(&mut log)?;
    let (contacts, deals) = (report.stats().contacts, report.stats().opportunities);
    println!(
        "Created {} customers and {} deals, changed {} and {}.",
        contacts.create, deals.create, contacts.update, deals.update
    );
    if failed > 0 {
        fs::write("failed.csv", log)?;
        println!("{failed} rows failed: mend them in failed.csv and import that.");
    }
    Ok(())
}

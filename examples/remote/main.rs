//! Imports a file into a CRM that is reached over its API. On the way the service goes down; started again, the
//! import goes on, and nothing is written twice.
//!
//! ```sh
//! cargo run --example remote -- examples/data/spring_fair.csv
//! ```

#![allow(clippy::print_stdout)]

mod crm;
mod service;

use std::error::Error;
use std::sync::Arc;

use crm::{Crm, Journal};
use crm_import::{Import, Report, Source};
use service::{Moods, Service};
use tokio::runtime::Builder;

fn main() -> Result<(), Box<dyn Error>> {
    let file = std::env::args().nth(1).ok_or("which file? remote FILE.csv")?;
    let file = std::fs::read(file)?;
    let (service, journal) = (Service::default(), Arc::default());
    let runtime = Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        service.set(Moods { busy_every: 5, down_after: 12, ..Moods::default() });
        if let Err(error) = import(&file, &service, &journal).await {
            let why = error.source().map(ToString::to_string).unwrap_or_default();
            println!("Stopped: {error} ({why}).");
        }
        service.set(Moods { busy_every: 5, ..Moods::default() });
        let report = import(&file, &service, &journal).await?;
        println!("{:#?}", report.stats());
        report.acknowledge_async(&mut Crm::new(&service, &journal)).await?;
        Ok(())
    })
}

/// As each process does it, whether or not one before it was stopped.
async fn import(
    file: &[u8],
    service: &Service,
    journal: &Arc<std::sync::Mutex<Journal>>,
) -> Result<Report, Box<dyn Error>> {
    let (import, mut crm) = (Import::new(), Crm::new(service, journal));
    let plan = import.plan_or_resume_async(Source::from_bytes(file), &mut crm).await?;
    if plan.is_resumed() {
        println!("This import was stopped. It goes on.");
    }
    Ok(import.apply_async(plan, &mut crm).await?)
}

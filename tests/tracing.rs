//! The spans and events of the feature `tracing`: `cargo test --features tracing --test tracing`.

#![cfg(feature = "tracing")]
#![allow(clippy::unwrap_used)]

use std::fmt::{Debug, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use crm_import::lookup::{Found, Lookup};
use crm_import::storage::{Batch, Receipts, Recovery, StorageError};
use crm_import::{Account, Import, MemoryStorage, Source, Storage, StorageWrite, Value};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// Writes down what it is told, a line each.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<String>>>, Arc<AtomicU64>);

/// The fields of a span or an event, behind its name.
struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, " {field}={value:?}").unwrap();
    }
}

impl Subscriber for Told {
    fn enabled(&self, of: &Metadata<'_>) -> bool {
        of.target() == "crm_import"
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut line = Line(format!("{} {}", span.metadata().level(), span.metadata().name()));
        span.record(&mut line);
        self.0.lock().unwrap().push(line.0);
        Id::from_u64(self.1.fetch_add(1, Ordering::Relaxed) + 1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        let mut line = Line(String::new());
        values.record(&mut line);
        self.0.lock().unwrap().last_mut().unwrap().push_str(&line.0);
    }

    fn event(&self, event: &Event<'_>) {
        let mut line = Line(event.metadata().level().to_string());
        event.record(&mut line);
        self.0.lock().unwrap().push(line.0);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// What is told while this is done.
fn told(done: impl FnOnce()) -> Vec<String> {
    let told = Told::default();
    tracing::subscriber::with_default(told.clone(), done);
    let lines = told.0.lock().unwrap();
    lines.clone()
}

fn people() -> Source<'static> {
    Source::from_bytes(&b"Email,First Name\nana@example.com,Ana\nbo@example.com,Bo\n"[..])
}

#[test]
fn a_plan_and_its_application_tell_what_they_ask_and_write() {
    let mut crm = MemoryStorage::default();
    let import = Import::new().id("june");
    let lines = told(|| {
        let plan = import.plan(people(), &mut crm).unwrap();
        import.apply(plan, &mut crm).unwrap();
    });
    assert_eq!(
        lines,
        [
            "INFO plan threads=1",
            "DEBUG find object=contact keys=2 records=0",
            "INFO apply import_id=\"june\" steps=2",
            "DEBUG write steps=2 row=2",
            // The checkpoint behind the last batch.
            "DEBUG write steps=0 row=2",
        ]
    );
}

#[test]
fn a_run_tells_its_windows() {
    let lines = told(|| {
        let mut crm = MemoryStorage::default();
        Import::new().id("june").run_window(1).run(people(), &mut crm).unwrap();
    });
    let windows: Vec<&str> =
        lines.iter().map(String::as_str).filter(|line| line.contains("window")).collect();
    assert_eq!(lines[0], "INFO run import_id=\"june\"");
    assert_eq!(windows, ["INFO window first_row=1 rows=1", "INFO window first_row=2 rows=1"]);
}

/// Fails at the first batch, and again at each that holds Bo.
#[derive(Default)]
struct Shaky {
    crm: MemoryStorage,
    calls: u32,
}

impl Storage for Shaky {
    type Error = StorageError;

    fn account(&mut self) -> Result<Account, StorageError> {
        self.crm.account()
    }

    fn find(&mut self, lookup: &Lookup<'_>, found: &mut Found) -> Result<(), StorageError> {
        self.crm.find(lookup, found)
    }
}

impl StorageWrite for Shaky {
    fn write(&mut self, batch: &Batch<'_>, receipts: &mut Receipts) -> Result<(), StorageError> {
        self.calls += 1;
        let is_bo = |value: Value<'_>| value.to_string() == "bo@example.com";
        let holds_bo = batch
            .steps()
            .any(|step| step.change("email").is_some_and(|change| change.after().any(is_bo)));
        if self.calls == 1 {
            return Err(StorageError::new("the line is busy"));
        }
        if holds_bo {
            return Err(StorageError::new("not Bo"));
        }
        self.crm.write(batch, receipts)
    }

    fn recover(&mut self, error: &StorageError, _: u32) -> Recovery {
        match error.to_string().contains("busy") {
            true => Recovery::Retry,
            false => Recovery::Split,
        }
    }
}

#[test]
fn a_storage_that_fails_is_told_with_its_error() {
    let lines = told(|| {
        Import::new().run(people(), &mut Shaky::default()).unwrap();
    });
    let warnings: Vec<&str> =
        lines.iter().map(String::as_str).filter(|line| line.starts_with("WARN")).collect();
    assert_eq!(
        warnings[..2],
        [
            "WARN message=storage failed; once more error=the line is busy attempt=1",
            "WARN message=the batch failed; it is tried in parts error=not Bo steps=2",
        ]
    );
}

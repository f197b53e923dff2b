//! The spans and events of the feature `tracing`: `cargo test --features tracing --test tracing`.

#![cfg(feature = "tracing")]
#![allow(clippy::unwrap_used)]

use std::fmt::{Debug, Write as _};
use std::pin::pin;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Waker};

use crm_import::lookup::{Found, Lookup};
use crm_import::storage::{Batch, Receipts, Recovery, StorageError};
use crm_import::{Account, Import, MemoryStorage, Source, Storage, StorageWrite, Value};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

#[allow(dead_code)]
#[path = "asynchronous/slow.rs"]
mod slow;

/// Writes down what it is told, a line each, notes which line each span has, and counts the spans that are entered.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<String>>>, Arc<Mutex<Vec<usize>>>, Arc<AtomicI64>);

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
        let (mut lines, mut spans) = (self.0.lock().unwrap(), self.1.lock().unwrap());
        spans.push(lines.len());
        lines.push(line.0);
        Id::from_u64(spans.len() as u64)
    }

    fn record(&self, id: &Id, values: &Record<'_>) {
        let mut line = Line(String::new());
        values.record(&mut line);
        let at = self.1.lock().unwrap()[usize::try_from(id.into_u64()).unwrap() - 1];
        self.0.lock().unwrap()[at].push_str(&line.0);
    }

    fn event(&self, event: &Event<'_>) {
        let (level, depth) = (event.metadata().level(), self.2.load(Ordering::Relaxed));
        let mut line = Line(format!("{level} in {depth}"));
        event.record(&mut line);
        self.0.lock().unwrap().push(line.0);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {
        self.2.fetch_add(1, Ordering::Relaxed);
    }
    fn exit(&self, _: &Id) {
        self.2.fetch_sub(1, Ordering::Relaxed);
    }
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

/// Whatever the thread does meanwhile is not told as part of the import.
#[test]
fn an_asynchronous_import_tells_the_same_and_leaves_its_spans_while_it_waits() {
    let import = Import::new().id("june");
    let expected = told(|| {
        let mut crm = MemoryStorage::default();
        let plan = import.plan(people(), &mut crm).unwrap();
        import.apply(plan, &mut crm).unwrap();
    });
    let (told, mut waits) = (Told::default(), 0);
    let mut crm = slow::Slow(MemoryStorage::default());
    tracing::subscriber::with_default(told.clone(), || {
        let mut imported = pin!(async {
            let plan = import.plan_async(people(), &mut crm).await.unwrap();
            import.apply_async(plan, &mut crm).await.unwrap()
        });
        let mut context = Context::from_waker(Waker::noop());
        while imported.as_mut().poll(&mut context).is_pending() {
            assert_eq!(told.2.load(Ordering::Relaxed), 0);
            waits += 1;
        }
    });
    assert!(waits > 6, "only {waits} waits");
    assert_eq!(*told.0.lock().unwrap(), expected);
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
        tracing::info!(target: "crm_import", "asked");
        self.crm.find(lookup, found)
    }
}

impl StorageWrite for Shaky {
    fn write(&mut self, batch: &Batch<'_>, receipts: &mut Receipts) -> Result<(), StorageError> {
        self.calls += 1;
        tracing::info!(target: "crm_import", "told");
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
            "WARN in 2 message=storage failed; once more error=the line is busy attempt=1",
            "WARN in 2 message=the batch failed; it is tried in parts error=not Bo steps=2",
        ]
    );
    // What the adapter tells stands within the question and the batch: run, window, find or write.
    let own = lines.iter().filter(|line| line.starts_with("INFO in"));
    let own: Vec<&str> = own.map(String::as_str).take(2).collect();
    assert_eq!(own, ["INFO in 3 message=asked", "INFO in 3 message=told"]);
}

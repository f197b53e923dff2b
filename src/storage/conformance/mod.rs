//! Certifies a storage adapter: [`run`] puts it through some seventy named cases.
//!
//! | run | over | finds |
//! |---|---|---|
//! | [`run`] | an empty storage | what breaks the contract of [`Storage`](super::Storage) and [`StorageWrite`] |
//! | [`run_over`] | rows that your application has written | columns that an update empties, rows that no key leads to |
//! | [`run_beside`] | an application that goes on writing | keys, versions and caches that only imports renew |
//! | [`run_hidden`] | rows of other tenants, and deleted ones | what an import sees or touches that is not its own |
//! | [`run_failing`] | a storage that refuses a certain contact | batches that are left half written |
//! | [`run_checkpoints`] | an import that is interrupted | checkpoints that are lost, where [`unfinished`](StorageWrite::unfinished) does not tell them |
//!
//! Each case gets a storage of its own from `fresh`: empty, with the account that your application has. The
//! more fields and match rules that account has, the more is tried: values are written to every field, custom
//! ones included, and to those that every contact [needs](crate::dedup::DedupPolicy::required).
//!
//! What the adapter would have an import try again ([`recover`](StorageWrite::recover),
//! [`asks_again`](super::Storage::asks_again)) is tried again here too, with five attempts at most.
//!
//! A case is skipped, and the report says why, if it is about something that the adapter does not claim to do
//! (tokens, follow-ups), or needs a field or an object that the account
//! [does without](crate::Account::standard_fields).
//!
//! A failure says what was expected, what came instead, and which call was forgotten; [the adapter
//! guide](crate::guide::adapters) has the steps. If many cases fail for the same cause, only the first of them
//! names it.
//!
//! ```
//! use crm_import::MemoryStorage;
//! use crm_import::storage::conformance;
//!
//! let report = conformance::run(MemoryStorage::default);
//! assert!(report.is_passed(), "{report}");
//! ```
//!
//! In the tests of an adapter, with a database that is emptied each time:
//!
//! ```no_run
//! # use crm_import::MemoryStorage as Postgres;
//! # fn empty_database() -> Postgres { Postgres::default() }
//! #[test]
//! fn the_adapter_keeps_the_contract() {
//!     let report = crm_import::storage::conformance::run(empty_database);
//!     assert!(report.is_passed(), "{report}");
//! }
//! ```

mod amounts;
mod bench;
mod beside;
mod checkpoints;
mod failing;
mod fields;
mod finding;
mod ground;
mod hidden;
mod maker;
mod over;
mod receipts;
mod report;
mod rules;
mod several;
mod tokens;
mod values;
mod versions;
mod writing;

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::{Checkpoint, StorageWrite, with_causes};
use crate::object::Object;
use bench::Bench;
pub use beside::Meanwhile;
pub use failing::REFUSED;
pub use hidden::Hidden;
pub use report::{Case, Outcome, Report};

/// Why a case does not pass.
enum Stop {
    /// For this reason.
    Failed(String),
    /// Something that many cases need does not work: it is told once, by the first of them.
    Cause(String),
    /// It is not about this storage.
    Skipped(String),
}

/// A case fails for this reason.
fn fail<T>(why: impl Into<String>) -> Result<T, Stop> {
    Err(Stop::Failed(why.into()))
}

/// A case fails, as others do, for want of what it needs.
fn cause<T>(why: impl Into<String>) -> Result<T, Stop> {
    Err(Stop::Cause(why.into()))
}

/// A case is not about this storage, for this reason.
fn skip<T>(why: impl Into<String>) -> Result<T, Stop> {
    Err(Stop::Skipped(why.into()))
}

fn expect(is_true: bool, why: impl Into<String>) -> Result<(), Stop> {
    if is_true { Ok(()) } else { fail(why) }
}

/// The cause if nothing is noticed of what other writers do.
const NO_VERSION: &str = "a contact has no version, so that nothing is known of other writers: \
                                     give one in find with FoundRecord::version";

/// The cause if nobody can tell whose an opportunity is.
const NO_LINK: &str = "an opportunity does not say whose it is: keep the contact of BatchStep::link in \
                                  write, and give it as the value of contact_id in find";

type Result<T = (), E = Stop> = std::result::Result<T, E>;
type Run<S> = fn(&mut Bench<S>) -> Result;

/// Puts an adapter through every case. `fresh` makes an empty storage.
///
/// A panic fails the case in which it happens; the others go on, with storages of their own.
pub fn run<S: StorageWrite>(mut fresh: impl FnMut() -> S) -> Report {
    let cases: Vec<(&'static str, Run<S>)> = ground::cases()
        .into_iter()
        .chain(finding::cases())
        .chain(rules::cases())
        .chain(fields::cases())
        .chain(values::cases())
        .chain(amounts::cases())
        .chain(versions::cases())
        .chain(writing::cases())
        .chain(several::cases())
        .chain(failing::cases())
        .chain(tokens::cases())
        .collect();
    // What else goes wrong there is for the cases to tell.
    let is_left =
        |result: &Result| matches!(result, Err(Stop::Cause(why)) if why == ground::NOT_EMPTY);
    let emptied = caught(|| ground::is_empty(&mut fresh));
    if is_left(&emptied) {
        let names = cases.into_iter().map(|(name, _)| name).chain(checkpoints::names());
        let all = names.map(|name| (name, cause(ground::NOT_EMPTY)));
        return Report::of([(ground::EMPTY, emptied)].into_iter().chain(all));
    }
    let mut all = vec![(ground::EMPTY, Ok(()))];
    for (name, case) in cases {
        all.push((name, try_case(&mut fresh, case)));
    }
    for (name, case) in checkpoints::cases() {
        all.push((name, try_case(&mut fresh, |bench| checkpoints::told(bench, case))));
    }
    Report::of(all)
}

/// Puts an adapter through updates of records that your application wrote before there was any import.
/// `storage` makes a storage that holds them, and `ids` says which they are.
///
/// It checks that each record is found by its id and by its keys, and that writing one field leaves all others
/// that [`find`](super::Storage::find) returns as they were. So include records as odd as your real ones: with
/// blank columns, with addresses the way somebody typed them, with values that no import would write. Columns
/// that `find` does not return cannot be seen from here; compare those yourself.
///
/// ```
/// use crm_import::storage::conformance;
/// use crm_import::{MemoryStorage, Object};
///
/// fn shop() -> MemoryStorage {
///     let mut crm = MemoryStorage::default();
///     let ana = [("first_name", "Ana"), ("email", "Ana@Example.com"), ("website", "ana.example")];
///     crm.insert_as(Object::Contact, "c7", ana);
///     crm.insert_as(Object::Contact, "c8", [("phone", "(206) 555-0123")]);
///     crm.insert_as(Object::Opportunity, "o1", [("contact_id", "c7"), ("value", "12.50")]);
///     crm
/// }
///
/// let ids = [(Object::Contact, "c7"), (Object::Contact, "c8"), (Object::Opportunity, "o1")];
/// let report = conformance::run_over(shop, &ids);
/// assert!(report.is_passed(), "{report}");
/// ```
pub fn run_over<S: StorageWrite>(mut storage: impl FnMut() -> S, ids: &[(Object, &str)]) -> Report {
    let cases = over::cases().into_iter();
    Report::of(cases.map(|(name, case)| {
        let case = |bench: &mut Bench<S>| case(bench, ids);
        (name, try_case(&mut storage, case))
    }))
}

/// Puts an adapter through an import while the application goes on writing. `fresh` makes an empty storage,
/// and `application` does what it is [told](Meanwhile) the way your application would, not through the
/// adapter.
///
/// That finds keys, versions and caches that only imports keep up to date. The cases use contacts that are
/// matched by their e-mail address.
///
/// ```
/// use crm_import::storage::conformance::{self, Meanwhile};
/// use crm_import::{MemoryStorage, Object};
///
/// let report = conformance::run_beside(MemoryStorage::default, |crm, meanwhile| match meanwhile {
///     Meanwhile::Insert { email } => {
///         crm.insert(Object::Contact, [("email", email)]);
///     }
///     Meanwhile::Change { id, email } => {
///         crm.insert_as(Object::Contact, id, [("email", email)]);
///     }
///     Meanwhile::Delete { id } => {
///         crm.remove(Object::Contact, id);
///     }
/// });
/// assert!(report.is_passed(), "{report}");
/// ```
pub fn run_beside<S: StorageWrite>(
    mut fresh: impl FnMut() -> S,
    mut application: impl FnMut(&mut S, Meanwhile<'_>),
) -> Report {
    let cases = beside::cases().into_iter();
    Report::of(cases.map(|(name, case)| {
        let case = |bench: &mut Bench<S>| case(bench, &mut application);
        (name, try_case(&mut fresh, case))
    }))
}

/// Puts an adapter through imports beside contacts that it must not see: those of another tenant, or deleted ones.
/// `storage` makes a storage whose tables hold them, and `hidden` says which they are. Give at least one for each
/// reason why a row is hidden, with an opportunity where there are any.
///
/// ```no_run
/// use crm_import::storage::conformance::{self, Hidden};
/// # struct Db; impl Db { fn execute(&self, _: &str) {} }
/// # struct Crm; impl Crm { fn new(_: Db) -> crm_import::MemoryStorage { Default::default() } }
/// # fn empty_database() -> Db { Db }
///
/// let storage = || {
///     let db = empty_database();
///     db.execute("INSERT INTO customers (id, mail, deleted) VALUES (7, 'gone@example.com', true)");
///     Crm::new(db)
/// };
/// let report = conformance::run_hidden(storage, &[Hidden { id: "7", email: "gone@example.com" }]);
/// assert!(report.is_passed(), "{report}");
/// ```
pub fn run_hidden<S: StorageWrite>(
    mut storage: impl FnMut() -> S,
    hidden: &[Hidden<'_>],
) -> Report {
    let cases = hidden::cases().into_iter();
    Report::of(cases.map(|(name, case)| {
        let case = |bench: &mut Bench<S>| case(bench, hidden);
        (name, try_case(&mut storage, case))
    }))
}

/// Puts an adapter through batches in which something fails. `failing` makes an empty storage that cannot write
/// a contact whose name, or first name, is [`REFUSED`]: its table has a `CHECK` or a trigger against that name, or what stands for the
/// service answers it with an error.
///
/// Whether the adapter rejects that contact or gives an error, the others of the batch must be there exactly once
/// in the end. That finds batches that are not in one transaction and tokens that are kept apart from what they
/// name.
///
/// ```no_run
/// use crm_import::storage::conformance;
/// # struct Db; impl Db { fn execute(&self, _: &str) {} }
/// # struct Crm; impl Crm { fn new(_: Db) -> crm_import::MemoryStorage { Default::default() } }
/// # fn empty_database() -> Db { Db }
///
/// let report = conformance::run_failing(|| {
///     let db = empty_database();
///     db.execute("ALTER TABLE customers ADD CHECK (name <> 'Mallory')");
///     Crm::new(db)
/// });
/// assert!(report.is_passed(), "{report}");
/// ```
pub fn run_failing<S: StorageWrite>(mut failing: impl FnMut() -> S) -> Report {
    let cases = failing::cases_refused().into_iter();
    Report::of(cases.map(|(name, case)| (name, try_case(&mut failing, case))))
}

/// Puts an adapter through imports that are interrupted. `kept` reads the checkpoints that storage keeps the
/// way [a program that starts](crate::guide::adapters#7-checkpoints) does: all of them, or those that are
/// [open](Checkpoint::is_open).
///
/// [`run`] does the same through [`unfinished`](StorageWrite::unfinished). This one is for an adapter without
/// that method, whose application reads its checkpoints in another way.
///
/// ```
/// use crm_import::MemoryStorage;
/// use crm_import::storage::conformance;
///
/// let report = conformance::run_checkpoints(MemoryStorage::default, |crm| {
///     crm.checkpoints().cloned().collect()
/// });
/// assert!(report.is_passed(), "{report}");
/// ```
pub fn run_checkpoints<S: StorageWrite>(
    mut fresh: impl FnMut() -> S,
    mut kept: impl FnMut(&mut S) -> Vec<Checkpoint>,
) -> Report {
    let cases = checkpoints::cases().into_iter();
    Report::of(cases.map(|(name, case)| {
        let case = |bench: &mut Bench<S>| case(bench, &mut kept);
        (name, try_case(&mut fresh, case))
    }))
}

/// Tries one case on a storage of its own.
fn try_case<S: StorageWrite>(
    make: &mut impl FnMut() -> S,
    case: impl FnOnce(&mut Bench<S>) -> Result,
) -> Result {
    let storage = make();
    caught(|| {
        let mut bench = Bench::new(storage);
        let result = case(&mut bench);
        ground::explained(&bench, result)
    })
}

/// A panic fails the case. Nobody looks at the storage again in which it happened.
fn caught(case: impl FnOnce() -> Result) -> Result {
    catch_unwind(AssertUnwindSafe(case)).unwrap_or_else(|panic| {
        let panic: &dyn Any = &*panic;
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or(panic.downcast_ref::<&str>().copied()).unwrap_or("no message");
        cause(format!("the adapter panicked: {text}"))
    })
}

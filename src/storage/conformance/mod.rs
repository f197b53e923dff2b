//! Tests that certify a storage adapter: [`run`] puts it through some eighty named cases.
//!
//! ```
//! use crm_import::MemoryStorage;
//! use crm_import::storage::conformance;
//!
//! let report = conformance::run(MemoryStorage::default);
//! assert!(report.is_passed(), "{report}");
//! ```
//!
//! | suite | storage | finds |
//! |---|---|---|
//! | [`run`] | empty | violations of the contract of [`Storage`](super::Storage) and [`StorageWrite`] |
//! | [`run_over`] | with rows that your application has written | columns that an update empties, rows that are not found by their keys |
//! | [`run_beside`] | that your application writes to at the same time | keys, versions and caches that only imports renew |
//! | [`run_together`] | empty, opened twice | look-ups and writes between which another import can write |
//! | [`run_hidden`] | with rows of other tenants, and deleted ones | what an import sees or changes although it is not its own |
//! | [`run_failing`] | that refuses a certain contact | batches that are left half written, imports that it stops |
//! | [`run_checkpoints`] | empty | lost checkpoints, if the adapter does not implement [`unfinished`](StorageWrite::unfinished) |
//!
//! Each case gets a storage of its own from `fresh`: empty, with the account that your application has. Values are
//! written to every field of that account, including custom ones, and every match rule is tried. What the adapter
//! would have an import repeat ([`recover`](StorageWrite::recover), [`asks_again`](super::Storage::asks_again)) is
//! repeated here too, up to five times.
//!
//! A case is skipped, and the report says why, if it is about something that the adapter does not claim to do
//! (tokens, follow-ups), or needs a field or an object that the account
//! [does not have](crate::Account::standard_fields).
//!
//! A failure says what was expected, what came instead, and which call is missing; [the adapter
//! guide](crate::guide::adapters) has the steps. If several cases fail for the same cause, only the first of them
//! names it.
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
mod basics;
mod bench;
mod beside;
mod bulk;
mod checkpoints;
mod failing;
mod fields;
mod finding;
mod hidden;
mod maker;
mod over;
mod receipts;
mod report;
mod room;
mod rules;
mod together;
mod tokens;
mod values;
mod versions;
mod writing;

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::{AnyStorageWrite, Checkpoint, Erased, StorageError, StorageWrite, with_causes};
use crate::object::Object;
use bench::Bench;
pub use beside::Meanwhile;
pub use failing::REFUSED;
pub use hidden::Hidden;
pub use report::{Case, Outcome, Report};

/// Why a case does not pass.
enum Stop {
    /// The adapter breaks the contract, in this way.
    Failed(String),
    /// Something does not work that many cases need. Only the first of them reports it.
    Cause(String),
    /// The case does not apply to this storage, for this reason.
    Skipped(String),
}

/// Fails the case for this reason.
fn fail<T>(why: impl Into<String>) -> Result<T, Stop> {
    Err(Stop::Failed(why.into()))
}

/// Fails the case for a reason for which others fail as well.
fn cause<T>(why: impl Into<String>) -> Result<T, Stop> {
    Err(Stop::Cause(why.into()))
}

/// Skips the case for this reason.
fn skip<T>(why: impl Into<String>) -> Result<T, Stop> {
    Err(Stop::Skipped(why.into()))
}

/// Fails the case for this reason, unless the condition holds.
fn expect(condition: bool, why: impl Into<String>) -> Result<(), Stop> {
    if condition { Ok(()) } else { fail(why) }
}

/// The cause if the writes of others go unnoticed.
const NO_VERSION: &str = "a contact has no version, so that nothing is known of other writers: \
                                     give one in find with FoundRecord::version";

/// The cause if opportunities are stored without their contacts.
const NO_LINK: &str = "an opportunity does not say whose it is: keep the contact of BatchStep::link in \
                                  write, and give it as the value of contact_id in find";

/// A storage under test. Its type is forgotten, so that the cases are compiled with the crate, once, and not again for
/// each adapter.
type Subject<'s> = Box<AnyStorageWrite<'s>>;
/// One that is tested on a thread of its own.
type Sent<'s> = Box<dyn StorageWrite<Error = StorageError> + Send + 's>;

type Result<T = (), E = Stop> = std::result::Result<T, E>;
type Run<S> = fn(&mut Bench<S>) -> Result;

/// Tests an adapter against the whole contract. `fresh` makes an empty storage.
///
/// A panic fails the case in which it happens; the others continue, with storages of their own.
pub fn run<S: StorageWrite>(mut fresh: impl FnMut() -> S) -> Report {
    run_any(&mut || Box::new(Erased(fresh())))
}

fn run_any<'s>(mut fresh: &mut dyn FnMut() -> Subject<'s>) -> Report {
    let cases: Vec<(&'static str, Run<Subject<'s>>)> = basics::cases()
        .into_iter()
        .chain(finding::cases())
        .chain(rules::cases())
        .chain(fields::cases())
        .chain(values::cases())
        .chain(amounts::cases())
        .chain(room::cases())
        .chain(versions::cases())
        .chain(writing::cases())
        .chain(bulk::cases())
        .chain(failing::cases())
        .chain(tokens::cases())
        .collect();
    // What else goes wrong there is for the cases to tell.
    let is_left =
        |result: &Result| matches!(result, Err(Stop::Cause(why)) if why == basics::NOT_EMPTY);
    let emptied = caught(|| basics::is_empty(&mut fresh));
    if is_left(&emptied) {
        let names = cases.into_iter().map(|(name, _)| name).chain(checkpoints::names());
        let all = names.map(|name| (name, cause(basics::NOT_EMPTY)));
        return Report::of([(basics::EMPTY, emptied)].into_iter().chain(all));
    }
    let mut all = vec![(basics::EMPTY, Ok(()))];
    for (name, case) in cases {
        all.push((name, try_case(&mut fresh, case)));
    }
    for (name, case) in checkpoints::cases_told() {
        all.push((name, try_case(&mut fresh, |bench| checkpoints::told(bench, case))));
    }
    Report::of(all)
}

/// Tests updates of records that your application wrote before there was any import. `storage` makes a storage with
/// such records, and `ids` lists them.
///
/// Each record must be found by its id and by its keys, and an update of one field must leave all others that
/// [`find`](super::Storage::find) returns as they were. So include records as odd as your real ones: with
/// blank columns, with addresses as somebody typed them, with values that no import would write. Columns
/// that `find` does not return are not compared; do that yourself.
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
    run_any_over(&mut || Box::new(Erased(storage())), ids)
}

fn run_any_over<'s>(
    mut storage: &mut dyn FnMut() -> Subject<'s>,
    ids: &[(Object, &str)],
) -> Report {
    let cases = over::cases().into_iter();
    Report::of(cases.map(|(name, case)| {
        let case = |bench: &mut Bench<Subject<'s>>| case(bench, ids);
        (name, try_case(&mut storage, case))
    }))
}

/// Tests an import while the application writes as well. `fresh` makes an empty storage, and `application` makes a
/// [change](Meanwhile) the way your application would, without the adapter.
///
/// This finds keys, versions and caches that only imports keep up to date. The cases use contacts that are
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

/// Tests two imports at the same time. `fresh` makes an empty database and opens it twice, as two processes would.
///
/// Both write the same at the same moment, from two threads, again and again. This finds adapters that look up keys or
/// versions before their transaction begins, or in one that does not keep others from writing. As it depends on chance,
/// such an adapter may pass once in a while; one that is right always passes.
///
/// ```no_run
/// use crm_import::storage::conformance;
/// # struct Db; impl Db { fn open(_: &str) -> Db { Db } }
/// # struct Crm; impl Crm { fn new(_: Db) -> crm_import::MemoryStorage { Default::default() } }
/// # fn empty_database() -> &'static str { "" }
///
/// let report = conformance::run_together(|| {
///     let path = empty_database();
///     (Crm::new(Db::open(path)), Crm::new(Db::open(path)))
/// });
/// assert!(report.is_passed(), "{report}");
/// ```
pub fn run_together<S: StorageWrite + Send>(mut fresh: impl FnMut() -> (S, S)) -> Report {
    run_any_together(&mut || {
        let (one, other) = fresh();
        (Box::new(Erased(one)), Box::new(Erased(other)))
    })
}

fn run_any_together<'s>(fresh: &mut dyn FnMut() -> (Sent<'s>, Sent<'s>)) -> Report {
    let cases = together::cases().into_iter();
    Report::of(cases.map(|(name, case)| {
        let result = caught(|| {
            let (one, other) = fresh();
            case(&mut Bench::new(one), &mut Bench::beside(other))
        });
        (name, result)
    }))
}

/// Tests an import beside contacts that it must not see: those of another tenant, or deleted ones. `storage` makes a
/// storage whose tables have such contacts, and `hidden` lists them. Include at least one for each reason why a row
/// is hidden, with an opportunity if the account has them.
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
    run_any_hidden(&mut || Box::new(Erased(storage())), hidden)
}

fn run_any_hidden<'s>(
    mut storage: &mut dyn FnMut() -> Subject<'s>,
    hidden: &[Hidden<'_>],
) -> Report {
    let cases = hidden::cases().into_iter();
    Report::of(cases.map(|(name, case)| {
        let case = |bench: &mut Bench<Subject<'s>>| case(bench, hidden);
        (name, try_case(&mut storage, case))
    }))
}

/// Tests batches in which something fails. `failing` makes an empty storage that cannot write a contact whose name, or
/// first name, is [`REFUSED`]: its table has a `CHECK` or a trigger against that name, or a stub of the service
/// answers with an error.
///
/// Whether the adapter rejects that contact or returns an error, the others of the batch must be stored exactly once
/// in the end. This finds batches that are not written in one transaction, tokens that are not stored together with
/// their records, and a [`recover`](StorageWrite::recover) that lets one such contact stop the import.
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
    run_any_failing(&mut || Box::new(Erased(failing())))
}

fn run_any_failing<'s>(mut failing: &mut dyn FnMut() -> Subject<'s>) -> Report {
    let cases = failing::cases_refused().into_iter();
    Report::of(cases.map(|(name, case)| (name, try_case(&mut failing, case))))
}

/// Tests whether checkpoints are kept. `kept` reads them from storage the way [a program that
/// starts](crate::guide::adapters#7-checkpoints) does: all of them, or those that are [open](Checkpoint::is_open).
///
/// [`run`] does the same through [`unfinished`](StorageWrite::unfinished). Use this for an adapter without that
/// method, whose application reads its checkpoints in another way.
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

/// Runs one case on a storage of its own.
fn try_case<S: StorageWrite>(
    make: &mut impl FnMut() -> S,
    case: impl FnOnce(&mut Bench<S>) -> Result,
) -> Result {
    let storage = make();
    caught(|| {
        let mut bench = Bench::new(storage);
        let result = case(&mut bench);
        basics::explained(&bench, result)
    })
}

/// Turns a panic into a failure of the case. The storage in which it happened is not used again.
fn caught(case: impl FnOnce() -> Result) -> Result {
    catch_unwind(AssertUnwindSafe(case)).unwrap_or_else(|panic| {
        let panic: &dyn Any = &*panic;
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or(panic.downcast_ref::<&str>().copied()).unwrap_or("no message");
        cause(format!("the adapter panicked: {text}"))
    })
}

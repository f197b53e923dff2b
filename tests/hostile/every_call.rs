//! Storages that die at each of their calls in turn, and once more while the import goes on: whatever call it is, and
//! with whatever threads and look-up windows it goes on, nothing is lost and nothing is there twice (behaviour X6).

use crm_import::lookup::{Found, Lookup};
use crm_import::storage::{Applied, Batch, Checkpoint, Receipts, Recovery, StorageError, Token};
use crm_import::{
    Account, FollowUp, FollowUpKind, Import, MemoryStorage, Object, Stats, Storage, StorageWrite,
};

use super::few_people::source;

use Object::{Contact, Opportunity};

/// A storage that answers so many calls of any kind, and then none any more.
struct Mortal {
    crm: MemoryStorage,
    left: usize,
    calls: usize,
    /// Whether its last call still has its effect, and only the answer is lost.
    dies_late: bool,
}

impl Mortal {
    fn new(crm: MemoryStorage, left: usize, dies_late: bool) -> Self {
        Mortal { crm, left, calls: 0, dies_late }
    }

    /// One more call, of which this is the effect.
    fn call<T>(
        &mut self,
        effect: impl FnOnce(&mut MemoryStorage) -> Result<T, StorageError>,
    ) -> Result<T, StorageError> {
        self.calls += 1;
        if self.calls <= self.left {
            return effect(&mut self.crm);
        }
        if self.calls == self.left + 1 && self.dies_late {
            effect(&mut self.crm)?;
        }
        Err("dead".into())
    }
}

impl Storage for Mortal {
    type Error = StorageError;

    fn account(&mut self) -> Result<Account, StorageError> {
        self.call(Storage::account)
    }

    fn find(&mut self, lookup: &Lookup<'_>, found: &mut Found) -> Result<(), StorageError> {
        self.call(|crm| crm.find(lookup, found))
    }

    fn answers(&self, _: &[String]) -> bool {
        true
    }
}

impl StorageWrite for Mortal {
    fn write(&mut self, batch: &Batch<'_>, receipts: &mut Receipts) -> Result<(), StorageError> {
        self.call(|crm| crm.write(batch, receipts))
    }

    fn keeps_tokens(&self) -> bool {
        true
    }

    fn applied(&mut self, tokens: &[Token], known: &mut Applied) -> Result<(), StorageError> {
        self.call(|crm| crm.applied(tokens, known))
    }

    fn unfinished(&mut self) -> Result<Option<Vec<Checkpoint>>, StorageError> {
        self.call(StorageWrite::unfinished)
    }

    fn recover(&mut self, _: &StorageError, _: u32) -> Recovery {
        Recovery::Stop
    }

    fn supports(&self, _: FollowUpKind) -> bool {
        true
    }
}

const FILE: &str = "\
Email,Phone,First Name,City,Tags,Opportunity ID,Opportunity Name,Opportunity Value
ana@example.com,,Ana,Oslo,vip,,Roof,10
bo@example.com,+12065550101,Bo,,,o1,Attic,
,+12065550101,,Rome,,,Boat,30
,,Cy,Bonn,,,Barn,40
ana@example.com,+12065550109,,,new,o1,,50
,+12065550109,,Graz,,,Roof,60
di@example.com,,Di,,,,,
bo@example.com,,Bob,Oslo,,,Attic,70
";

fn crm() -> MemoryStorage {
    let mut account = Account { default_country: Some("US".into()), ..Account::default() };
    account.opportunities.matching = Some(crm_import::account::OpportunityMatching::default());
    let mut crm = MemoryStorage::new(account);
    crm.insert_as(Contact, "k1", [("email", "bo@example.com"), ("city", "Bonn")]);
    crm.insert_as(Contact, "k2", [("phone", "+12065550109"), ("first_name", "Eva")]);
    crm.insert_as(Opportunity, "o1", [("name", "Loft"), ("contact_id", "k2")]);
    crm
}

/// How one attempt goes about it.
#[derive(Clone, Copy, Debug)]
struct How {
    window: Option<usize>,
    threads: usize,
    planning_window: usize,
}

/// Imports the file, goes on with it, or gives the report that nobody has seen. `None` if the storage died.
fn attempt(how: How, storage: &mut Mortal) -> Option<Stats> {
    let import = Import::new()
        .follow_up(FollowUp::of(FollowUpKind::List, "leads"))
        .follow_up(FollowUp::of(FollowUpKind::Workflow, "welcome"))
        .threads(how.threads)
        .planning_window(how.planning_window);
    let report = match how.window {
        Some(window) => {
            let import = import.run_window(window);
            let begun = import.unfinished(source(FILE), storage).ok()?;
            let import = match begun {
                Some(begun) => import.resume(begun),
                None => import,
            };
            import.run(source(FILE), storage)
        }
        None => {
            let plan = import.plan_or_resume(source(FILE), storage).ok()?;
            import.apply(plan, storage)
        }
    };
    let report = report.ok()?;
    // If this call has its effect and its answer is lost, the import is over, and the next one is another.
    match storage.dies_late {
        true => report.acknowledge(&mut storage.crm).unwrap(),
        false => report.acknowledge(storage).ok()?,
    }
    Some(*report.stats())
}

/// What is stored, ids and order apart.
fn content(crm: &MemoryStorage) -> Vec<String> {
    let said = |object, id: &str| {
        let record = crm.get(object, id).unwrap();
        let mut values: Vec<_> = record.values.iter().collect();
        values.retain(|(field, _)| *field != "contact_id");
        values.sort();
        format!("{values:?}")
    };
    let mut lines: Vec<String> = crm.iter(Contact).map(|(id, _)| said(Contact, id)).collect();
    lines.extend(crm.iter(Opportunity).map(|(id, record)| {
        format!(
            "{} of {}",
            said(Opportunity, id),
            said(Contact, record.value("contact_id").unwrap())
        )
    }));
    let done = crm.follow_ups().iter();
    lines.extend(done.map(|done| format!("{} for {}", done.name, said(Contact, &done.contact))));
    lines.sort();
    lines
}

fn without_warnings(mut stats: Stats) -> Stats {
    (stats.contacts.warnings, stats.opportunities.warnings) = (0, 0);
    stats
}

fn dies_at_each_call(window: Option<usize>) {
    let how = How { window, threads: 1, planning_window: 1_000 };
    let mut whole = Mortal::new(crm(), usize::MAX, false);
    let expected = attempt(how, &mut whole).unwrap();
    assert_eq!(expected.contacts.rows, 8);
    let expected = (content(&whole.crm), without_warnings(expected));
    for first in 0..whole.calls {
        for (second, dies_late) in [(0, true), (1, false), (2, true), (3, true), (5, false)] {
            let mut storage = Mortal::new(crm(), first, dies_late);
            let mut ended = attempt(how, &mut storage);
            let other = How { threads: 2, planning_window: 3, ..how };
            for (how, left) in [(other, second), (how, usize::MAX)] {
                if ended.is_none() {
                    storage = Mortal::new(storage.crm, left, !dies_late);
                    ended = attempt(how, &mut storage);
                }
            }
            let stats = ended.unwrap();
            let told = (content(&storage.crm), without_warnings(stats));
            assert_eq!(told, expected, "{window:?}: died at call {first}, then at call {second}");
        }
    }
}

#[test]
fn x6_a_plan_whose_storage_dies_at_any_call_and_at_another_goes_on_on_other_threads() {
    dies_at_each_call(None);
}

#[test]
fn x6_so_does_a_run_in_windows_of_one_row_or_more() {
    [1, 3, 100].into_iter().for_each(|window| dies_at_each_call(Some(window)));
}

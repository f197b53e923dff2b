//! An import that dies at each of its writes and is started again, over the same random policies (X6).

use std::collections::BTreeSet;

use crm_import::lookup::{Found, Lookup};
use crm_import::storage::{Applied, Batch, Receipts, Recovery, StorageError, Token};
use crm_import::{
    Account, FollowUpKind, Import, MemoryStorage, Object, Outcome, Report, Severity, Source, Stats,
    Storage, StorageWrite,
};

use crate::dice::Dice;
use crate::outcomes::Outcomes;
use crate::wild::Wild;
use crate::windows::{Told, stored};
use crate::{assert_of_all, cases, differences};

/// A storage that takes a few steps at a time, and dies.
struct Mortal {
    crm: MemoryStorage,
    /// The most steps that it takes in one batch.
    most: usize,
    /// How many batches it still takes.
    left: usize,
    /// Does it die when the next batch is written, rather than before?
    dies_late: bool,
    writes: usize,
    is_dead: bool,
}

impl Mortal {
    fn new(crm: MemoryStorage, most: usize) -> Self {
        Mortal { crm, most, left: usize::MAX, dies_late: false, writes: 0, is_dead: false }
    }
}

impl Storage for Mortal {
    type Error = StorageError;

    fn account(&mut self) -> Result<Account, StorageError> {
        self.crm.account()
    }

    fn find(&mut self, lookup: &Lookup<'_>, found: &mut Found) -> Result<(), StorageError> {
        self.crm.find(lookup, found)
    }

    fn answers(&self, rule: &[String]) -> bool {
        self.crm.answers(rule)
    }
}

impl StorageWrite for Mortal {
    fn write(&mut self, batch: &Batch<'_>, receipts: &mut Receipts) -> Result<(), StorageError> {
        if batch.len() > self.most {
            return Err("too many steps at a time".into());
        }
        if self.left == 0 {
            self.is_dead = true;
            if !self.dies_late {
                return Err("dead".into());
            }
        }
        self.left = self.left.saturating_sub(1);
        self.writes += 1;
        self.crm.write(batch, receipts)?;
        if self.is_dead { Err("dead".into()) } else { Ok(()) }
    }

    fn keeps_tokens(&self) -> bool {
        true
    }

    fn applied(&mut self, tokens: &[Token], known: &mut Applied) -> Result<(), StorageError> {
        self.crm.applied(tokens, known)
    }

    fn recover(&mut self, _: &StorageError, _: u32) -> Recovery {
        if self.is_dead { Recovery::Stop } else { Recovery::Split }
    }

    fn supports(&self, _: FollowUpKind) -> bool {
        true
    }
}

/// What an import tells, and what it leaves.
#[derive(Debug, PartialEq)]
struct End {
    stored: Vec<Told>,
    outcomes: Outcomes,
    stats: Stats,
    errors: BTreeSet<(u32, String)>,
}

const ID: &str = "killed";

/// How an import goes about it: in windows of so many rows, or by one plan.
#[derive(Clone, Copy, Debug)]
struct How {
    window: Option<usize>,
    most: usize,
    dies_late: bool,
    /// How often it dies.
    deaths: usize,
}

/// Imports the file, or goes on with what was begun. `None` if the storage died on the way, or the settings do not
/// fit together.
fn attempt(import: &Import, how: How, file: &str, storage: &mut Mortal) -> Option<End> {
    let source = || Source::from_bytes(file.as_bytes());
    let begun = storage.crm.checkpoints().find(|known| known.import_id == ID).cloned();
    let import = import.clone().id(ID);
    let import = match begun {
        Some(checkpoint) => import.resume(checkpoint),
        None => import,
    };
    let (mut outcomes, mut errors) = (Outcomes::new(), BTreeSet::new());
    let mut take = |report: &Report| {
        for number in report.plan().rows().map(|row| row.number()) {
            for object in Object::ALL {
                let outcome = report.outcome(object, number);
                outcomes.extend(outcome.map(|outcome| ((number.0, object.name()), outcome)));
            }
        }
        for (object, row) in report.revised() {
            outcomes.insert((row.0, object.name()), Outcome::Update);
        }
        let told = report.issues().filter(|issue| issue.severity == Severity::Error);
        errors.extend(told.map(|issue| (issue.row.map_or(0, |row| row.0), issue.code.to_string())));
    };
    let report = match how.window {
        Some(window) => import.run_window(window).run_with(source(), storage, |event| {
            event.window().map(&mut take);
            true
        }),
        None => {
            let plan = import.plan_resumed(source(), storage).ok()?;
            import.apply(plan, storage).inspect(|report| take(report))
        }
    };
    let mut stats = *report.ok()?.stats();
    // What is warned of hangs on what storage says by now (X6).
    (stats.contacts.warnings, stats.opportunities.warnings) = (0, 0);
    Some(End { stored: stored(&storage.crm), outcomes, stats, errors })
}

/// Does an import that dies, and perhaps once more when it goes on, leave and tell the same, wherever that is? `None`:
/// its settings do not fit together.
fn compare(
    import: &Import,
    crm: &MemoryStorage,
    file: &str,
    how: How,
) -> Option<Result<(), String>> {
    let mut whole = Mortal::new(crm.clone(), how.most);
    let expected = attempt(import, how, file, &mut whole)?;
    for left in 0..whole.writes {
        let mut storage = Mortal::new(crm.clone(), how.most);
        storage.dies_late = how.dies_late;
        let deaths = [left, left * 5 % 3].into_iter().take(how.deaths);
        for left in deaths {
            (storage.left, storage.is_dead) = (left, false);
            if attempt(import, how, file, &mut storage).is_some() {
                break;
            }
            if !storage.is_dead {
                return Some(Err(format!("after {left} writes it does not go on")));
            }
        }
        (storage.left, storage.is_dead) = (usize::MAX, false);
        let Some(end) = attempt(import, how, file, &mut storage) else {
            return Some(Err(format!("after {left} writes it does not go on")));
        };
        if end != expected {
            let differs = differences(("whole ", expected.lines()), ("killed", end.lines()));
            return Some(Err(format!("after {left} of {} writes\n{differs}", whole.writes)));
        }
    }
    Some(Ok(()))
}

impl End {
    /// The same, one line each.
    fn lines(&self) -> Vec<String> {
        let stored = self.stored.iter().map(|record| format!("{record:?}"));
        let outcomes = self.outcomes.iter().map(|of| format!("{of:?}"));
        let errors = self.errors.iter().map(|error| format!("{error:?}"));
        stored.chain(outcomes).chain(errors).chain([format!("{:?}", self.stats)]).collect()
    }
}

#[test]
fn x6_an_import_that_dies_at_any_write_leaves_and_tells_what_one_does_that_does_not() {
    let (mut agreed, mut refused) = (0, 0);
    for case in cases() {
        let mut dice = Dice::new(case.number + 1);
        let (wild, window) = (Wild::of(&mut dice), [1, 2, 3, 5][dice.below(4)]);
        let how = How {
            window: dice.one_in(2).then_some(window),
            most: dice.one_of(&[1, 2, 4]),
            dies_late: dice.one_in(2),
            deaths: 1 + dice.below(2),
        };
        if how.window.is_some() && wild.blurs_tags() {
            continue;
        }
        let compare = |wild: &Wild| {
            let (import, crm, file) = wild.set_up();
            compare(&import, &crm, &file, how)
        };
        match compare(&wild) {
            None => refused += 1,
            Some(Ok(())) => agreed += 1,
            Some(Err(_)) => {
                let smallest = wild.smallest(|wild| compare(wild)?.err());
                panic!("{how:?}\n{smallest}");
            }
        }
    }
    println!("{agreed} imports agree; the settings of {refused} more were refused");
    assert_of_all(agreed > refused, "too many settings are refused");
}

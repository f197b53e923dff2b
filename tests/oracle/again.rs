//! The second import of the same file, over the same random policies (L3): whoever the same rows meet
//! again is as they left him.

use std::collections::{BTreeMap, BTreeSet};

use crm_import::plan::SidePlan;
use crm_import::{Import, MemoryStorage, Object, Outcome, Plan, RowNumber, Source};

use crate::dice::Dice;
use crate::generate::{self, SmallImport};
use crate::model::{Matching, Policy};
use crate::wild::Wild;
use crate::windows::with_ids_of_its_own;
use crate::{assert_of_all, cases};

/// What an import did with the records: the rows that were folded into each, with the contact that each
/// of them led to, and the outcome of the first of them.
type Told = BTreeMap<(Object, String), (BTreeMap<usize, Option<String>>, Outcome)>;

/// The values of rows that could not be written, because they are somebody else's or find no room.
type InVain = BTreeSet<(usize, String, Option<String>, Option<String>)>;

fn told(plan: &Plan, rows: usize, id: impl Fn(Object, RowNumber) -> Option<String>) -> Told {
    let mut told = Told::new();
    for at in 0..rows {
        let number = RowNumber::from_index(at);
        let contact = |number| id(Object::Contact, number);
        for object in Object::ALL {
            let Some(side) = plan.row(number).and_then(|row| row.side(object)) else { continue };
            let outcome = side.outcome();
            if matches!(outcome, Outcome::Fail | Outcome::Skip) {
                continue;
            }
            let Some(id) = id(object, number) else { continue };
            let (rows, _) = told.entry((object, id)).or_insert_with(|| (BTreeMap::new(), outcome));
            rows.insert(at, contact(number));
        }
    }
    told
}

const IN_VAIN: [&str; 5] =
    ["key-conflict", "value-limit", "stage-unknown", "pipeline-unknown", "lost-reason-unused"];

fn in_vain(plan: &Plan) -> InVain {
    let of = plan.issues().filter(|issue| IN_VAIN.contains(&issue.code.code()));
    of.filter_map(|issue| {
        Some((issue.row?.index(), issue.code.to_string(), issue.column, issue.value))
    })
    .collect()
}

/// May a second import change this field of a record that it meets on so many rows?
fn is_excused(policy: &Policy, field: &str, rows: usize) -> bool {
    match field {
        // Tags go where an opportunity without a key leads, which may be another one now.
        "tags" => policy.headers.contains(&"Opportunity Tags"),
        // A row says a stage, another one a pipeline: which pipeline the stage was of hangs on where the
        // opportunity stood before.
        "stage" => rows > 1,
        // Rows say all addresses of their contact, each others: which of them is the primary one hangs on which it was
        // before (V2).
        "email" | "additional_emails" => rows > 1 && says_all(policy, "Additional Emails"),
        "phone" | "additional_phones" => rows > 1 && says_all(policy, "Additional Phones"),
        _ => false,
    }
}

/// How many records a second import meets, and of how many it can be told whether it should change them.
#[derive(Default)]
struct Judged {
    met: u64,
    judged: u64,
}

impl Judged {
    #[track_caller]
    #[allow(clippy::print_stdout)]
    fn are_enough(&self) {
        let Judged { met, judged } = self;
        println!("{judged} records of {met} that are met again are judged");
        assert_of_all(judged * 4 > met * 3, "too many are left out");
    }
}

/// Imports a file twice and looks at whom the same rows meet again. Returns what was changed of them, if anything.
fn import_twice(
    policy: &Policy,
    import: &Import,
    storage: &MemoryStorage,
    file: &str,
    count: &mut Judged,
) -> Option<String> {
    let mut storage = with_ids_of_its_own(storage);
    let source = || Source::from_bytes(file.as_bytes());
    let plan = import.plan(source(), &mut storage).ok()?;
    let rows = plan.rows().len();
    let report = import.apply(plan, &mut storage).unwrap();
    let id = |object, row| report.id(object, row).map(str::to_owned);
    let before = told(report.plan(), rows, id);
    let was_in_vain = in_vain(report.plan());
    let again = import.plan(source(), &mut storage).unwrap();
    let id = |object, row: RowNumber| again.row(row)?.side(object)?.id().map(str::to_owned);
    let now = told(&again, rows, id);
    let is_in_vain = in_vain(&again);
    for (record, (of, outcome)) in &now {
        count.met += 1;
        let is_same = before.get(record).is_some_and(|(rows, _)| rows == of);
        let is_odd =
            was_in_vain.symmetric_difference(&is_in_vain).any(|(at, ..)| of.contains_key(at));
        if !is_same || is_odd {
            continue;
        }
        count.judged += 1;
        if *outcome == Outcome::Unchanged {
            continue;
        }
        let mut steps = again.steps();
        let step = steps.find(|step| (step.object(), step.id()) == (record.0, Some(&record.1)));
        let changes = step.as_ref().unwrap().changes();
        let changed: Vec<&str> = changes.iter().map(|change| change.key()).collect();
        if !changed.is_empty() && changed.iter().all(|key| is_excused(policy, key, of.len())) {
            continue;
        }
        let changes: Vec<String> = changes.iter().map(|change| change.to_string()).collect();
        return Some(format!("{record:?} on rows {of:?}: {changes:?}"));
    }
    None
}

/// Does a column replace all further addresses of a contact?
fn says_all(policy: &Policy, header: &str) -> bool {
    policy.merge.get(header) == Some(&"overwrite")
}

#[test]
fn l3_a_second_import_changes_nothing_of_whom_the_same_rows_meet_again() {
    let mut count = Judged::default();
    for case in cases() {
        let small = SmallImport::of(&mut Dice::new(case.number + 1));
        let (import, storage) = small.set_up();
        let changed = import_twice(&small.policy, &import, &storage, &small.file(), &mut count);
        assert_eq!(changed, None, "{small}");
    }
    count.are_enough();
}

#[test]
fn l3_so_it_does_whatever_the_settings_of_the_columns() {
    let mut count = Judged::default();
    for case in cases() {
        let wild = Wild::of(&mut Dice::new(case.number + 1)).without_follow_ups();
        let changed = |wild: &Wild, count: &mut Judged| {
            let (import, storage, file) = wild.set_up();
            import_twice(&wild.policy, &import, &storage, &file, count)
        };
        if wild.takes_back() {
            continue;
        }
        if changed(&wild, &mut count).is_some() {
            panic!("{}", wild.smallest(|wild| changed(wild, &mut Judged::default())));
        }
    }
    count.are_enough();
}

/// A policy under which whoever is imported is found again by an address: contacts are matched by addresses alone, and
/// no address of theirs is ever taken away, as a cell that asks for it would.
fn finding_everybody(dice: &mut Dice) -> Policy {
    let mut policy = generate::policy(dice);
    policy.rules = dice
        .one_of::<&[&[&'static str]]>(&[
            &[&["email"], &["phone"]],
            &[&["phone"], &["email"]],
            &[&["email"]],
        ])
        .iter()
        .map(|rule| rule.to_vec())
        .collect();
    policy.absent.clear();
    policy.token = None;
    for header in ["Email", "Phone", "Additional Emails", "Additional Phones"] {
        policy.merge.remove(header);
        policy.clears.retain(|other| *other != header);
    }
    policy
}

#[test]
fn l3_a_second_import_creates_nobody_who_has_an_address() {
    let (mut rows, mut found) = (0, 0);
    for case in cases() {
        let mut dice = Dice::new(case.number + 1);
        let policy = finding_everybody(&mut dice);
        let small = SmallImport::under(policy, &mut dice);
        let (import, storage) = small.set_up();
        let mut storage = with_ids_of_its_own(&storage);
        let file = small.file();
        let source = || Source::from_bytes(file.as_bytes());
        let Ok(plan) = import.plan(source(), &mut storage) else { continue };
        import.apply(plan, &mut storage).unwrap();
        let again = import.plan(source(), &mut storage).unwrap();
        let is_keyless = |row| {
            let mut issues = again.issues().filter(|issue| issue.row == Some(row));
            issues.any(|issue| matches!(issue.code.code(), "no-match-key" | "key-conflict"))
        };
        for row in again.rows() {
            let Some(side) = row.side(Object::Contact) else { continue };
            rows += 1;
            found += u64::from(side.outcome() != Outcome::Create);
            let is_new = side.outcome() == Outcome::Create && !is_keyless(row.number());
            assert!(!is_new, "row {}\n{small}", row.number());
        }
    }
    println!("{found} rows of {rows} lead to somebody who is there");
    assert_of_all(found * 2 > rows, "hardly any row leads to somebody");
}

/// A policy under which the second import finds every opportunity that the first one has created: what must agree is
/// blank for none and changed by no row, and each is matched rather than left out or refused.
pub(crate) fn finding_all(dice: &mut Dice) -> Policy {
    let mut policy = generate::policy(dice);
    policy.headers.retain(|header| !header.contains("Opportunity ID"));
    policy.headers.retain(|header| !header.contains("Contact ID of"));
    (policy.duplicates, policy.unlinked) = ("allow", "fail");
    policy.clears.clear();
    if policy.pipelines.is_empty() {
        policy.pipelines = vec![("Sales", vec!["New"])];
    }
    for header in ["Opportunity Name", "Stage"] {
        if !policy.headers.contains(&header) {
            policy.headers.push(header);
        }
    }
    let fields = dice.one_of::<&[&'static str]>(&[
        &["name", "status"],
        &["name", "pipeline"],
        &["name", "value"],
        &["name"],
    ]);
    policy.matching = Some(Matching {
        fields: fields.to_vec(),
        window: 0,
        open_only: dice.one_in(3),
        none: "create",
        one: "update",
        several: "best",
    });
    policy
}

#[test]
fn l3_a_second_import_creates_no_opportunity_again_whatever_failed_the_first_time() {
    let (mut all, mut judged, mut lent) = (0, 0, 0);
    for case in cases() {
        all += 1;
        let mut dice = Dice::new(case.number + 1);
        let policy = finding_all(&mut dice);
        let small = SmallImport::under(policy, &mut dice);
        let rows = generate::with_failing_twins(&mut dice, small.rows);
        let small = SmallImport { rows, ..small };
        let window = dice.one_of(&[1, 2, 3, 1000]);
        let Some(found) = opportunities_of(&small, window) else { continue };
        judged += 1;
        for (at, found) in found.iter().enumerate() {
            assert!(!found.is_created_again(), "row {}\n{small}", at + 1);
            lent += usize::from(found.is_lent());
        }
    }
    println!("{judged} imports are judged; {lent} rows are matched that had failed");
    assert_of_all(judged * 4 > all, "too many are left out");
    assert_of_all(lent * 40 > judged, "hardly any row is matched that had failed");
}

/// The opportunity that a row led to in two imports of its file, one after the other.
#[derive(Debug)]
pub(crate) struct FoundTwice {
    pub(crate) ids: [Option<String>; 2],
    outcomes: [Option<Outcome>; 2],
}

impl FoundTwice {
    /// Did the second import lead the row where the first did?
    pub(crate) fn is_same(&self) -> bool {
        self.ids[0] == self.ids[1] && !self.is_created_again()
    }

    pub(crate) fn is_created_again(&self) -> bool {
        self.outcomes[1] == Some(Outcome::Create)
    }

    /// Did the row fail the first time, and not the second?
    fn is_lent(&self) -> bool {
        self.outcomes[0] == Some(Outcome::Fail) && self.outcomes[1] != self.outcomes[0]
    }
}

/// What each row of a file led to in two imports of it. `None`: the settings are refused, or the second meets other
/// contacts than the first.
pub(crate) fn opportunities_of(small: &SmallImport, window: usize) -> Option<Vec<FoundTwice>> {
    let (import, storage) = small.set_up();
    let (mut storage, file) = (with_ids_of_its_own(&storage), small.file());
    let source = || Source::from_bytes(file.as_bytes());
    let plan = import.plan(source(), &mut storage).ok()?;
    let report = import.apply(plan, &mut storage).unwrap();
    let again = import.planning_window(window).plan(source(), &mut storage).unwrap();
    let now = |object, row| again.row(row)?.side(object);
    let ids = |object, row| {
        let [first, second] =
            [report.id(object, row), now(object, row).as_ref().and_then(SidePlan::id)];
        [first, second].map(|id| id.map(str::to_owned))
    };
    let is_same = |row: &RowNumber| {
        let [first, second] = ids(Object::Contact, *row);
        first == second
    };
    let numbers = || (0..again.rows().len()).map(RowNumber::from_index);
    let found = |row| {
        let outcome = now(Object::Opportunity, row).map(|side| side.outcome());
        let outcomes = [report.outcome(Object::Opportunity, row), outcome];
        FoundTwice { ids: ids(Object::Opportunity, row), outcomes }
    };
    numbers().all(|row| is_same(&row)).then(|| numbers().map(found).collect())
}

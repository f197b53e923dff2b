//! Rows that could not create their opportunity are matched with one that another row brings (O5), and make no
//! difference to what that row finds: a second import of the file creates nothing that it would not create without
//! them (L3).

use crm_import::{Import, MemoryStorage, Object, Outcome, RowNumber, Source};

use crate::again::finding_all;
use crate::dice::Dice;
use crate::generate;
use crate::model::{Matching, Policy, Row};
use crate::opportunities::HEADERS;
use crate::windows::{cases, with_ids_of_its_own};
use crate::{Case, engine};

/// A policy that compares dates within a window, or open opportunities only, or both.
fn policy(dice: &mut Dice) -> Policy {
    let mut policy = finding_all(dice);
    for header in ["Expected Close Date", "Status"] {
        if !policy.headers.contains(&header) {
            policy.headers.push(header);
        }
    }
    let fields = dice.one_of::<&[&'static str]>(&[
        &["name"],
        &["name", "expected_close_date"],
        &["expected_close_date"],
        &["pipeline", "expected_close_date"],
    ]);
    let (window, open_only) = (dice.below(4) as i64, dice.one_in(2));
    let matching = policy.matching.take().unwrap();
    policy.matching = Some(Matching { fields: fields.to_vec(), window, open_only, ..matching });
    policy
}

/// Rows with dates that lie close together, and beside some of them one that could not create its opportunity: it has
/// a stage that there is not, and a date and a status of its own. Such rows are told apart by that stage.
fn rows(dice: &mut Dice, policy: &Policy) -> Vec<Row> {
    let mut all = Vec::new();
    for mut row in generate::rows(dice, policy) {
        let day = |dice: &mut Dice| format!("2026-06-{}", 11 + dice.below(7));
        let has_opportunity =
            HEADERS.iter().any(|header| row.get(header).is_some_and(|c| !c.is_empty()));
        if has_opportunity {
            row.insert("Expected Close Date", day(dice));
            row.insert("Stage", String::new());
        }
        let mut twin = row.clone();
        twin.insert("Stage", NOWHERE.into());
        twin.insert("Expected Close Date", day(dice));
        twin.insert("Status", dice.one_of(&["", "open", "won", "lost"]).into());
        let twin = Some(twin).filter(|_| has_opportunity && dice.one_in(2));
        let both = if dice.one_in(4) { [Some(row), twin] } else { [twin, Some(row)] };
        all.extend(both.into_iter().flatten());
    }
    all
}

const NOWHERE: &str = "Nowhere";

/// The same rows, of which those that could not create their opportunity have none.
fn without_borrowers(rows: &[Row]) -> Vec<Row> {
    let mut rows = rows.to_vec();
    for row in rows.iter_mut().filter(|row| row.get("Stage").is_some_and(|cell| cell == NOWHERE)) {
        row.iter_mut()
            .filter(|(header, _)| HEADERS.contains(header))
            .for_each(|(_, cell)| cell.clear());
    }
    rows
}

/// How many opportunities a second import of the file creates. `None`: the settings are refused, or it meets other
/// contacts than the first.
fn created_again(
    import: &Import,
    mut storage: MemoryStorage,
    file: &str,
    window: usize,
) -> Option<usize> {
    let source = || Source::from_bytes(file.as_bytes());
    let plan = import.plan(source(), &mut storage).ok()?;
    let report = import.apply(plan, &mut storage).unwrap();
    let again = import.clone().planning_window(window).plan(source(), &mut storage).unwrap();
    let rows = file.lines().count();
    let now = |object, row| again.row(row)?.side(object);
    let mut numbers = (0..rows).map(RowNumber::from_index);
    let is_same = |row| {
        report.id(Object::Contact, row) == now(Object::Contact, row).and_then(|side| side.id())
    };
    if !numbers.clone().all(is_same) {
        return None;
    }
    let is_created =
        |row| now(Object::Opportunity, row).is_some_and(|side| side.outcome() == Outcome::Create);
    Some(numbers.by_ref().filter(|row| is_created(*row)).count())
}

#[test]
fn l3_o5_a_row_that_could_not_create_its_opportunity_makes_no_other_row_create_one_again() {
    let mut judged = 0;
    for case in cases() {
        let _told = Case(case);
        let mut dice = Dice::new(case + 1);
        let policy = policy(&mut dice);
        let crm = generate::crm(&mut dice, &policy);
        let rows = rows(&mut dice, &policy);
        let window = [1, 2, 3, 1000][dice.below(4)];
        let (import, storage) = engine::set_up(&policy, &crm);
        let storage = with_ids_of_its_own(&storage);
        let created = |rows: &[Row]| {
            created_again(&import, storage.clone(), &engine::csv(&policy, rows), window)
        };
        let is_open_only = policy.matching.as_ref().unwrap().open_only;
        // A row that closes its opportunity may find an open one that a row behind it brings.
        let is_found = created(&without_borrowers(&rows)) == Some(0) || !is_open_only;
        let Some(created) = created(&rows).filter(|_| is_found) else { continue };
        judged += 1;
        let file = engine::csv(&policy, &rows);
        assert_eq!(created, 0, "{policy:?}\n{crm:?}\n{file}");
    }
    println!("{judged} imports are judged");
    assert!(cases().count() == 1 || judged * 4 > cases().count(), "too many are left out");
}

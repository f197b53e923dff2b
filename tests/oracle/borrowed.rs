//! Rows that could not create their opportunity are matched with one that another row brings (O5), and make no
//! difference to what that row finds: a second import of the file creates nothing that it would not create without
//! them (L3).

use crate::again::{FoundTwice, finding_all, opportunities_of};
use crate::dice::Dice;
use crate::generate::{self, SmallImport};
use crate::model::{Matching, Policy, Row};
use crate::opportunities::HEADERS;
use crate::{assert_of_all, cases};

/// A policy that compares dates within a window, or open opportunities only, or both.
fn policy(dice: &mut Dice) -> Policy {
    let mut policy = finding_all(dice);
    if policy.opportunities == Some("update") {
        // Where nothing is created, no row could have created one.
        policy.opportunities = Some("upsert");
    }
    for header in ["Pipeline", "Expected Close Date", "Status"] {
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

/// Rows that could create their opportunity, with dates that lie close together, and beside some of them one that could
/// not: it has a stage that there is not, and a date and a status of its own. Such rows are told apart by that stage.
fn rows(dice: &mut Dice, policy: &Policy) -> Vec<Row> {
    let mut all = Vec::new();
    for mut row in generate::rows(dice, policy) {
        let day = |dice: &mut Dice| format!("2026-06-{}", 11 + dice.below(7));
        let has_opportunity =
            HEADERS.iter().any(|header| row.get(header).is_some_and(|c| !c.is_empty()));
        if has_opportunity {
            row.insert("Expected Close Date", day(dice));
            row.insert("Stage", String::new());
            let pipelines: Vec<&str> = policy.pipelines.iter().map(|(name, _)| *name).collect();
            row.insert("Pipeline", dice.one_of(&pipelines).into());
            let name = row.get_mut("Opportunity Name").unwrap();
            if name.is_empty() {
                name.push_str("Roof");
            }
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

#[test]
fn l3_o5_a_row_that_could_not_create_its_opportunity_changes_nothing_for_the_others() {
    let (mut all, mut judged, mut borrowed) = (0, 0, 0);
    for case in cases() {
        all += 1;
        let mut dice = Dice::new(case.number + 1);
        let policy = policy(&mut dice);
        let crm = generate::crm(&mut dice, &policy);
        let rows = rows(&mut dice, &policy);
        let window = dice.one_of(&[1, 2, 3, 1000]);
        let small = SmallImport { policy, crm, rows };
        // If nothing is updated, a date stays as it is, and may be nearer to that of another row.
        let alone = SmallImport { rows: without_borrowers(&small.rows), ..small.clone() };
        let Some(alone) = opportunities_of(&alone, window) else { continue };
        let found = opportunities_of(&small, window);
        let Some(found) = found.filter(|_| alone.iter().all(FoundTwice::is_same)) else { continue };
        judged += 1;
        // A date that need not match only says which of several is the nearest, and is written.
        let compared = small.policy.matching.as_ref().unwrap().compared();
        let may_change_places = !compared.contains(&"expected_close_date");
        for (at, found) in found.iter().enumerate() {
            assert!(!found.is_created_again(), "row {}\n{small}", at + 1);
            let is_borrower = small.rows[at].get("Stage").is_some_and(|cell| cell == NOWHERE);
            borrowed += usize::from(is_borrower && found.ids[1].is_some());
            let is_same = is_borrower || may_change_places || found.is_same();
            assert!(is_same, "row {}: {found:?}, alone {:?}\n{small}", at + 1, alone[at]);
        }
    }
    println!("{judged} imports are judged; {borrowed} rows borrow an opportunity");
    assert_of_all(judged * 4 > all, "too many are left out");
    assert_of_all(borrowed * 10 > judged, "hardly any row borrows an opportunity");
}

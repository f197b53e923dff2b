//! The end of planning: outcomes of records become outcomes of rows, and records become steps.

use super::Planner;
use super::differences::contradicts;
use crate::draft::KeyKind;
use crate::field::FieldId;
use crate::follow_up::FollowUp;
use crate::issue::{Finding, Issue};
use crate::object::Object;
use crate::plan::{
    Changes, Ledger, NONE, Outcome, Plan, Stats, StepRef, first_row, fold, moves_link,
};

impl Planner {
    /// The plan, once every block has been planned. `findings` are those of the file as a whole.
    pub(crate) fn finish(mut self, mut findings: Vec<Finding>, source_issues: Vec<Issue>) -> Plan {
        self.ledger.gifts.sort_unstable();
        self.ledger.dropped_of_contacts.sort_unstable();
        self.ledger.dropped_of_opportunities.sort_unstable();
        let passed_on: Vec<(u8, String)> = self
            .index
            .passed_on(|place| self.ledger.text(place))
            .into_iter()
            .filter_map(|(kind, text)| match kind {
                KeyKind::Rule(rule) => Some((rule, text)),
                _ => None,
            })
            .collect();
        let mut ledger = self.ledger;
        ledger.passed_on = passed_on.into_iter().collect();
        let mut steps = Vec::new();
        let mut changes = Changes::default();
        for (number, &first) in (0..).zip(&self.first_differs) {
            let step = StepRef { object: Object::Contact, number };
            let differs = match is_one_row(&ledger, number) {
                true => Some(first),
                false => last_differs(&ledger, &self.overwritten, number),
            };
            settle(&mut ledger, step, differs, &mut changes, &mut steps);
        }
        // Opportunities in the order of their first rows; one without rows has nothing to be settled.
        for row in 0..ledger.len() {
            let number = ledger.opportunity_rows[row].deal;
            let entry = ledger.deals.get(number as usize);
            if entry.is_some_and(|entry| entry.first_row as usize == row) {
                let step = StepRef { object: Object::Opportunity, number };
                settle(&mut ledger, step, None, &mut changes, &mut steps);
            }
        }
        order(&ledger, &mut steps);
        ledger.shrink();
        steps.shrink_to_fit();
        findings.append(&mut self.all_findings);
        let stats = count(&ledger);
        Plan {
            ledger,
            findings,
            source_issues,
            stats,
            steps,
            unmapped: Vec::new(),
            file_digest: String::new(),
            told: self.told,
            resumes: None,
        }
    }
}

/// Decides what becomes of one record; the row that met it first says so.
///
/// `differs`: its rows would change it, where that is known.
fn settle(
    ledger: &mut Ledger,
    step: StepRef,
    differs: Option<bool>,
    changes: &mut Changes,
    steps: &mut Vec<StepRef>,
) {
    let entry = *ledger.entry(step.object, step.number);
    if entry.is_new() {
        // Its first row has said so when it was met.
        if entry.has_rows() {
            steps.push(step);
        }
        return;
    }
    let outcome = if let Some(differs) = differs {
        if differs { Outcome::Update } else { Outcome::Unchanged }
    } else {
        changes.clear();
        let has_work = entry.has_rows()
            || (step.object == Object::Contact
                && (entry.is_named() || has_gifts(ledger, step.number)));
        if has_work {
            fold(ledger, step, true, changes);
        }
        let is_moved = step.object == Object::Opportunity && moves_link(ledger, &entry);
        if changes.len() > 0 || is_moved { Outcome::Update } else { Outcome::Unchanged }
    };
    if outcome != Outcome::Unchanged {
        steps.push(step);
    }
    // A record that an earlier window has folded rows into was counted there.
    if entry.has_rows() && !ledger.was_folded(step.object, step.number) {
        let row = entry.first_row as usize;
        match step.object {
            Object::Contact => ledger.contact_rows[row].outcome = Some(outcome),
            Object::Opportunity => ledger.opportunity_rows[row].outcome = Some(outcome),
        }
    }
}

/// Does the last row of a contact leave it other than it is stored? `None`: its rows have to be folded.
fn last_differs(ledger: &Ledger, overwritten: &[(usize, FieldId)], contact: u32) -> Option<bool> {
    let entry = &ledger.people[contact as usize];
    if entry.is_new() || !entry.has_rows() {
        return None;
    }
    let row = ledger.row(Object::Contact, entry.last_row);
    contradicts(overwritten, ledger.base(Object::Contact, entry), &row).then_some(true)
}

/// Does nothing come to the stored contact but one row?
fn is_one_row(ledger: &Ledger, contact: u32) -> bool {
    let entry = &ledger.people[contact as usize];
    let is_tag = |follow_up: &FollowUp| matches!(follow_up, FollowUp::Tag(..));
    !entry.is_new()
        && entry.has_rows()
        && entry.first_row == entry.last_row
        && !ledger.settings.follow_ups.iter().any(is_tag)
        && !has_gifts(ledger, contact)
}

fn has_gifts(ledger: &Ledger, contact: u32) -> bool {
    let from = ledger.gifts.partition_point(|&(of, _)| of < contact);
    ledger.gifts.get(from).is_some_and(|&(of, _)| of == contact)
}

/// By the row that names the unit, a contact before its opportunities (X1), those by their own rows.
///
/// Sorted by counting: the keys are row numbers, and each row names few steps.
fn order(ledger: &Ledger, steps: &mut [StepRef]) {
    let rows = ledger.len();
    let mut contact_rows = vec![NONE; ledger.people.len()];
    for step in steps.iter().filter(|step| step.object == Object::Contact) {
        contact_rows[step.number as usize] = first_row(ledger, *step);
    }
    let unit_of = |step: StepRef, own: u32| match step.object {
        Object::Contact => own,
        Object::Opportunity => {
            let link = ledger.link_of(ledger.entry(step.object, step.number));
            let unit = link.map(|contact| contact_rows[contact as usize]);
            unit.filter(|unit| *unit != NONE).unwrap_or(own)
        }
    };
    // Contacts come first already, and opportunities in the order of their own rows: sorting by
    // counting leaves it so among those of one unit.
    let units: Vec<u32> =
        steps.iter().map(|&step| unit_of(step, first_row(ledger, step))).collect();
    let mut starts = vec![0_u32; rows + 1];
    for &unit in &units {
        starts[unit as usize + 1] += 1;
    }
    for row in 0..rows {
        starts[row + 1] += starts[row];
    }
    let unsorted = steps.to_vec();
    for (step, unit) in unsorted.into_iter().zip(units) {
        let place = &mut starts[unit as usize];
        steps[*place as usize] = step;
        *place += 1;
    }
}

fn count(ledger: &Ledger) -> Stats {
    let mut stats = Stats::default();
    for (contact, opportunity) in ledger.contact_rows.iter().zip(&ledger.opportunity_rows) {
        if contact.outcome.is_none() && opportunity.outcome.is_none() {
            stats.blank_rows += 1;
        }
        if let Some(outcome) = contact.outcome {
            stats.contacts.add(outcome);
            stats.contacts.warnings += u64::from(contact.has_warning);
        }
        if let Some(outcome) = opportunity.outcome {
            stats.opportunities.add(outcome);
            stats.opportunities.warnings += u64::from(opportunity.has_warning);
        }
    }
    stats.links = ledger
        .deals
        .iter()
        .zip(0..)
        .filter(|(deal, number)| {
            deal.has_rows()
                && ledger.link_of(deal).is_some()
                && !ledger.was_folded(Object::Opportunity, *number)
        })
        .count() as u64;
    stats
}

//! Where a plan and the job count a row otherwise: by which rule, and is what the rule says true of
//! this row?
//!
//! Each rule is checked against the row by a condition of its own: by the plan's steps, its other
//! rows, its issues, and the cells. A difference that no rule explains fails the test.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use crm_import::Object;

use crate::job::{Counts, Deal, ERRORS, Row, Table, parts, split};
use crate::strict::Strict;

const CLASSES: [&str; 7] =
    ["in_email", "in_phone", "ex_email", "ex_phone", "create", "link_in", "link_ex"];
const DEALS: [&str; 5] = ["opp_error", "opp_update", "opp_create", "cents_sum", "date_sum"];

/// A rule by which a row may be counted otherwise.
struct Rule {
    name: &'static str,
    /// The counters that it may change.
    covers: &'static [&'static str],
    is_true: fn(&Case<'_>, usize) -> bool,
}

const RULES: [Rule; 8] = [
    Rule {
        name: "M7: an earlier row wrote the key into a stored contact",
        covers: &CLASSES,
        is_true: |case, at| case.is_taught_to_a_stored_contact(at),
    },
    Rule {
        name: "M9: the first row of the contact, not of the key, is named",
        covers: &["link_in"],
        is_true: |case, at| case.is_the_same_contact(at),
    },
    Rule {
        name: "V5: the key found no room where the job saw it first",
        covers: &CLASSES,
        is_true: |case, at| case.found_no_room(at),
    },
    Rule {
        name: "P6: the opportunity of a contact that failed",
        covers: &DEALS,
        is_true: |case, at| case.is_beside_a_failed_contact(at),
    },
    Rule {
        name: "P1: any cell of an opportunity makes it present",
        covers: &["opp_error"],
        is_true: |case, at| case.is_present_without_a_name(at),
    },
    Rule {
        name: "O2: an unknown id is an error",
        covers: &DEALS,
        is_true: |case, at| case.has_an_unknown_deal(at),
    },
    Rule {
        name: "section 9: a day that no calendar has",
        covers: &DEALS,
        is_true: |case, at| case.has_no_such_day(at),
    },
    Rule {
        name: "F3: a tag that is there is not added again",
        covers: &["tags"],
        is_true: |case, at| case.repeats_a_tag(at),
    },
];

/// A file with what the job and the plan make of it.
pub(crate) struct Case<'c> {
    pub(crate) table: &'c Table,
    pub(crate) rows: &'c [Row],
    pub(crate) strict: &'c Strict<'c>,
    /// The ids of the stored opportunities.
    pub(crate) deals: &'c HashSet<&'c str>,
    pub(crate) stored_keys: HashSet<&'c str>,
}

/// The counters of both, and under which rules rows differ.
#[derive(Debug, Default)]
pub(crate) struct Comparison {
    pub(crate) job: Counts,
    pub(crate) plan: Counts,
    /// Per rule: how many rows, and the first of them.
    pub(crate) rules: BTreeMap<&'static str, (usize, usize)>,
}

impl Case<'_> {
    /// Compares every row; panics where no rule explains a difference.
    pub(crate) fn compare(&self) -> Comparison {
        let mut found = Comparison::default();
        let mut explained: HashSet<&str> = HashSet::new();
        for (at, row) in self.rows.iter().enumerate() {
            let (job, plan) = (row.counts(), self.strict.counts(at));
            let mut left: BTreeSet<&str> = job.keys().chain(plan.keys()).copied().collect();
            left.retain(|counter| job.get(counter) != plan.get(counter));
            if !left.is_empty() {
                explained.insert(self.table.cell(at, "Opportunity ID"));
            }
            for rule in &RULES {
                let covered = |counter: &&str| rule.covers.contains(counter);
                if left.iter().any(covered) && (rule.is_true)(self, at) {
                    left.retain(|counter| !covered(counter));
                    found.rules.entry(rule.name).or_insert((0, at + 1)).0 += 1;
                }
            }
            assert!(
                left.is_empty(),
                "row {}: no rule explains {left:?}\njob  {job:?}\nplan {plan:?}\n{:?}",
                at + 1,
                self.table.records[at]
            );
            for (total, counts) in [(&mut found.job, job), (&mut found.plan, plan)] {
                counts.into_iter().for_each(|(name, n)| *total.entry(name).or_default() += n);
            }
        }
        let (job, plan) = (crate::job::updated(self.table, self.rows), self.strict.updated());
        for id in job.iter().chain(&plan).filter(|id| job.contains(*id) != plan.contains(*id)) {
            assert!(explained.contains(id), "no row explains the opportunity {id}");
        }
        found.job.insert("opp_update_distinct", job.len() as i64);
        found.plan.insert("opp_update_distinct", plan.len() as i64);
        found
    }

    /// The key by which the job came to its class.
    fn key(&self, at: usize) -> &str {
        let row = &self.rows[at];
        if row.class.ends_with("_email") { &row.email } else { &row.phone }
    }

    /// The contact that carries the key is a stored one that had it not; the plan writes it there, for
    /// an earlier row that says it and leads there.
    fn is_taught_to_a_stored_contact(&self, at: usize) -> bool {
        let (Some(contact), key) = (self.strict.contact(at), self.key(at)) else { return false };
        let by_key = self.strict.row(at).side(Object::Contact).unwrap().matched_value();
        let says = |earlier: &Row| earlier.email == key || earlier.phone == key;
        let is_teacher =
            |earlier: usize| self.strict.contact(earlier).as_deref() == Some(contact.as_str());
        self.rows[at].class.starts_with("in_")
            && !contact.starts_with("row ")
            && !self.stored_keys.contains(key)
            && by_key.as_deref() == Some(key)
            && self.strict.writes(&contact, key)
            && (0..at).any(|earlier| says(&self.rows[earlier]) && is_teacher(earlier))
    }

    /// The row that the job links to belongs to the contact that the plan names, whose first row stands
    /// before it; and the plan writes the key there.
    fn is_the_same_contact(&self, at: usize) -> bool {
        let (Some(link), Some(contact)) = (self.rows[at].link, self.strict.contact(at)) else {
            return false;
        };
        let first = self.strict.row(at).side(Object::Contact).unwrap().first_row().unwrap();
        self.rows[at].class.starts_with("in_")
            && self.strict.contact(link).as_deref() == Some(contact.as_str())
            && first.index() < link
            && self.strict.writes(&contact, self.key(at))
    }

    fn found_no_room(&self, at: usize) -> bool {
        let key = self.key(at);
        let Some(link) = self.rows[at].link.filter(|_| self.rows[at].class.starts_with("in_"))
        else {
            return false;
        };
        let offered = self.strict.contact(link).unwrap();
        self.strict.finds_no_room(link, key) && !self.strict.writes(&offered, key)
    }

    /// The job does nothing else with such a row. Here an opportunity with a known id is updated and
    /// its link stays, a new one fails with the contact.
    fn is_beside_a_failed_contact(&self, at: usize) -> bool {
        let row = &self.rows[at];
        let issue = |code| self.strict.has_issue(at, Object::Opportunity, code);
        ERRORS.contains(&row.class)
            && match row.deal {
                None => false,
                Some(Deal::Error) => self.strict.counts(at).contains_key("opp_error"),
                Some(Deal::Update { .. }) => issue("contact-failed-link-kept"),
                Some(Deal::Create { .. }) => issue("contact-failed"),
            }
    }

    fn is_present_without_a_name(&self, at: usize) -> bool {
        let cells = ["Pipeline", "Stage", "Status", "Value", "Close Date"];
        self.rows[at].deal.is_none()
            && cells.iter().any(|header| !self.table.cell(at, header).is_empty())
            && self.strict.has_issue(at, Object::Opportunity, "required-missing")
    }

    fn has_an_unknown_deal(&self, at: usize) -> bool {
        let id = self.table.cell(at, "Opportunity ID");
        !id.is_empty()
            && !self.deals.contains(id)
            && self.strict.has_issue(at, Object::Opportunity, "opportunity-id-unknown")
    }

    fn has_no_such_day(&self, at: usize) -> bool {
        let Some([year, month, day]) = parts(self.table.cell(at, "Close Date")) else {
            return false;
        };
        let small = |n: i64| i8::try_from(n).unwrap();
        let year = i16::try_from(year).unwrap();
        jiff::civil::Date::new(year, small(month), small(day)).is_err()
            && self.strict.has_issue(at, Object::Opportunity, "date-invalid")
    }

    fn repeats_a_tag(&self, at: usize) -> bool {
        let tags: Vec<&str> = split(self.table.cell(at, "Tags"), ',').collect();
        let distinct: HashSet<&str> = tags.iter().copied().collect();
        distinct.len() < tags.len()
            && self.strict.counts(at).get("tags") == Some(&(distinct.len() as i64))
    }
}

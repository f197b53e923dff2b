//! The end of planning: what is in the planner becomes the [`Plan`].

use super::Planner;
use super::closing::Closing;
use crate::draft::KeyKind;
use crate::issue::Finding;
use crate::object::ContactNumber;
use crate::plan::{PassedOn, Plan};

impl Planner {
    /// The plan, after every block was planned.
    pub(crate) fn finish(mut self, about_file: Vec<Finding>, threads: usize) -> Plan {
        self.withdraw_tags();
        self.ledger.gifts.sort_unstable();
        self.ledger.dropped_of_contacts.sort_unstable();
        self.ledger.dropped_of_opportunities.sort_unstable();
        let passed_on = self.passed_on();
        let moved_keys = self.moved_keys();
        let mut ledger = self.ledger;
        ledger.passed_on = passed_on;
        let closing = Closing {
            ledger: &mut ledger,
            overwritten: &self.differences.overwritten,
            first_differs: &self.contacts.first_differs,
            threads,
        };
        let (steps, stats) = closing.close();
        ledger.shrink();
        let mut findings = self.all_findings;
        findings.splice(0..0, about_file);
        findings.shrink_to_fit();
        Plan {
            ledger,
            findings,
            source_issues: Vec::new(),
            stats,
            steps,
            unmapped: Vec::new(),
            file_digest: String::new(),
            told: self.contacts.told,
            moved_keys,
            resumes: None,
        }
    }

    /// The keys that pass from one contact to another, or that several carry in the end.
    fn passed_on(&self) -> PassedOn {
        let mut all = PassedOn::default();
        let is_new = |it: ContactNumber| self.ledger.contacts[it.index()].is_new();
        for key in self.index.passed_on(is_new, |place| self.ledger.text(place)) {
            let KeyKind::Rule(rule) = key.kind else { continue };
            let passage = all.entry((rule, key.text)).or_default();
            passage.from.extend(key.from);
            passage.to = key.to;
        }
        all
    }
}

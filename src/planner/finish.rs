//! The end of planning: what is in the planner becomes the [`Plan`].

use super::Planner;
use super::closing::Closing;
use crate::draft::KeyKind;
use crate::issue::Finding;
use crate::plan::Plan;

impl Planner {
    /// The plan, after every block was planned. `findings` are those about the file as a whole.
    pub(crate) fn finish(mut self, mut findings: Vec<Finding>, threads: usize) -> Plan {
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
        let moved_keys = self.moved_keys();
        let mut ledger = self.ledger;
        ledger.passed_on = passed_on.into_iter().collect();
        let closing = Closing {
            ledger: &mut ledger,
            overwritten: &self.differences.overwritten,
            first_differs: &self.contacts.first_differs,
            threads,
        };
        let (steps, stats) = closing.close();
        ledger.shrink();
        findings.append(&mut self.all_findings);
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
}

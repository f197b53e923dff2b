//! Opportunities that are matched with a row that could not have created them, as behaviour §2 (L3) and §8 (O5) say it.

use crate::model::{Record, Row};
use crate::naive::Naive;
use crate::opportunities::{REASONS, STATUSES, option_of, said};
use crate::standing::Standing;

impl Naive {
    /// O5: no later row matches it. But what a row has matched that could not have created it is left to a row that
    /// could: it may be the one that did, with the import before (L3).
    pub(crate) fn consume(&mut self, at: usize, record: usize, by: &str) {
        let is_lent = by == "match" && self.lacks(&self.row(at));
        let record = &mut self.opportunities[record];
        record.lent |= is_lent;
        record.consumed |= !is_lent;
    }

    /// Would the row create none, although rows of the file may create some?
    pub(crate) fn lacks(&self, row: &Row) -> bool {
        let policy = &self.policy;
        let has = |header| policy.headers.contains(&header);
        let creates = policy.matching.as_ref().is_none_or(|matching| {
            [matching.none, matching.one, matching.several].contains(&"create")
        });
        let may_create = creates
            && policy.opportunities != Some("update")
            && has("Opportunity Name")
            && (policy.pipelines.len() < 2 || has("Pipeline"));
        may_create && !self.why_not_created(row).is_empty()
    }

    /// What a row may say of an opportunity that it was led to. If it could not have created it, it leaves all that a
    /// row that could is compared with: the date, where dates may lie apart, and that it is open, where only open ones
    /// are compared.
    pub(crate) fn lent(&mut self, row: &Row, at: usize, record: usize, by: &str) -> Row {
        let mut row = row.clone();
        let matching = self.policy.matching.clone().filter(|_| by == "match" && self.lacks(&row));
        let Some(matching) = matching else { return row };
        let deal = self.opportunities[record].clone();
        if matching.window > 0 && matching.compared().contains(&"expected_close_date") {
            let is_same = said(&row, "Expected Close Date") == first(&deal, "expected_close_date");
            if !is_same {
                row.insert("Expected Close Date", String::new());
                self.note(at, "opportunity", "opportunity-match-kept");
            }
        }
        if matching.open_only && self.would_close(&deal, &row) {
            let status = said(&row, "Status").and_then(|cell| option_of(STATUSES, cell));
            if status.is_some_and(|status| status != "open") {
                row.insert("Status", String::new());
                self.note(at, "opportunity", "opportunity-match-kept");
            }
            if said(&row, "Lost Reason").and_then(|cell| option_of(REASONS, cell)).is_some() {
                row.insert("Lost Reason", String::new());
                self.note(at, "opportunity", "opportunity-match-kept");
            }
        }
        row
    }

    fn would_close(&self, deal: &Record, row: &Row) -> bool {
        let get = |field| first(deal, field).map(str::to_owned);
        let before = Standing {
            pipeline: get("pipeline"),
            stage: get("stage"),
            status: get("status"),
            reason: get("lost_reason"),
        };
        let is_open = |standing: &Standing| standing.status.as_ref().is_none_or(|it| it == "open");
        let (after, _) = self.stand(&before, row, false, &deal.given);
        is_open(&before) && !is_open(&after)
    }
}

fn first<'d>(deal: &'d Record, field: &str) -> Option<&'d str> {
    deal.now.get(field)?.first().map(String::as_str)
}

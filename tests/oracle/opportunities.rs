//! Opportunities, row by row, as behaviour §3, §5 and §8 says it.

use crate::contacts::{Ref, items};
use crate::model::{Matching, Record, Row, Side, by_id, fold, look};
use crate::naive::{Naive, name_of, plain};
use crate::standing::Standing;
use crate::writing::{add_tag, join_single};

pub(crate) const STATUSES: [&str; 4] = ["open", "won", "lost", "abandoned"];
pub(crate) const REASONS: [&str; 2] = ["Price", "No budget"];
pub(crate) const HEADERS: [&str; 10] = [
    "Opportunity ID",
    "Opportunity Name",
    "Pipeline",
    "Stage",
    "Status",
    "Opportunity Value",
    "Lost Reason",
    "Expected Close Date",
    "Contact ID of the Opportunity",
    "Opportunity Tags",
];

/// Whom the row names for its opportunity (P2, P5, P6).
#[derive(Clone, Copy, PartialEq)]
enum LinkTo {
    Contact(usize),
    Nobody,
    Failed,
    Unknown,
    Conflict,
}

/// The record, what comes of it, and how it was found.
type Decision = (Option<usize>, &'static str, Option<&'static str>);

pub(crate) fn said<'r>(row: &'r Row, header: &str) -> Option<&'r str> {
    row.get(header).map(String::as_str).filter(|cell| !cell.is_empty())
}

pub(crate) fn option_of<'o>(
    among: impl IntoIterator<Item = &'o str>,
    cell: &str,
) -> Option<String> {
    among.into_iter().find(|name| fold(name) == fold(cell)).map(str::to_owned)
}

impl Naive {
    pub(crate) fn has_opportunity(&self, at: usize) -> bool {
        HEADERS.iter().any(|header| said(&self.rows[at], header).is_some())
    }

    pub(crate) fn opportunity_side(&mut self, at: usize, contact: Ref) {
        let row = self.row(at);
        let Some(mode) = self.policy.opportunities else { return };
        if !self.has_opportunity(at) {
            return;
        }
        self.check_cells(&row, at);
        let link = self.link(&row, contact);
        let (record, outcome, by) = self.decide(&row, at, link, mode);
        let record = record.map(|record| name_of(&self.opportunities[record]));
        let by = by.filter(|_| record.is_some()).map(str::to_owned);
        let side = Side { outcome: outcome.to_owned(), record, by };
        self.verdict.opportunities[at] = Some(side);
    }

    fn check_cells(&mut self, row: &Row, at: usize) {
        let bad =
            |header, is_good: fn(&str) -> bool| said(row, header).is_some_and(|c| !is_good(c));
        let is_number = |cell: &str| cell.parse::<i64>().is_ok();
        if bad("Status", |cell| option_of(STATUSES, cell).is_some()) {
            self.note(at, "opportunity", "status-unknown");
        }
        if bad("Lost Reason", |cell| option_of(REASONS, cell).is_some()) {
            self.note(at, "opportunity", "option-unknown");
        }
        if bad("Opportunity Value", is_number) {
            self.note(at, "opportunity", "number-invalid");
        }
        if bad("Expected Close Date", |cell| cell.starts_with("2026-06-")) {
            self.note(at, "opportunity", "date-invalid");
        }
    }

    fn link(&self, row: &Row, contact: Ref) -> LinkTo {
        let named = said(row, "Contact ID of the Opportunity");
        let known = |id: &str| self.contacts.iter().position(|c| c.id.as_deref() == Some(id));
        match (contact, named.map(known)) {
            (_, Some(None)) => LinkTo::Unknown,
            (Ref::Failed, _) => LinkTo::Failed,
            (Ref::Is(one), Some(Some(other))) if one != other => LinkTo::Conflict,
            (Ref::Is(one), _) | (Ref::Absent, Some(Some(one))) => LinkTo::Contact(one),
            (Ref::Absent, None) => LinkTo::Nobody,
        }
    }

    fn fail(&mut self, at: usize, code: &str) -> Decision {
        self.note(at, "opportunity", code);
        (None, "fail", None)
    }

    fn decide(&mut self, row: &Row, at: usize, link: LinkTo, mode: &str) -> Decision {
        if link == LinkTo::Conflict {
            return self.fail(at, "contact-link-conflict");
        }
        if let Some(id) = said(row, "Opportunity ID") {
            let known = self.opportunities.iter().position(|o| o.id.as_deref() == Some(id));
            return match known {
                None => self.fail(at, "opportunity-id-unknown"),
                Some(known) if mode == "create" => self.skip(at, known, "id"),
                Some(known) => self.update(row, at, known, link, "id"),
            };
        }
        // §5: nothing is created, and nothing but an id could find it.
        let is_sought = self.policy.matching.is_some() || self.policy.duplicates == "update";
        if mode == "update" && !is_sought {
            return self.fail(at, "opportunity-id-missing");
        }
        let contact = match link {
            LinkTo::Failed => return self.fail(at, "contact-failed"),
            LinkTo::Unknown => return self.fail(at, "contact-id-unknown"),
            LinkTo::Contact(contact) => Some(contact),
            _ => None,
        };
        if let Some(decision) = self.decide_by_fields(row, at, link, mode) {
            return decision;
        }
        let twins = contact.map_or_else(Vec::new, |contact| self.twins(row, contact));
        let twin = twins.first().copied();
        if let (Some(twin), "update") = (twin, self.policy.duplicates) {
            if twins.len() > 1 && mode != "create" {
                self.note(at, "opportunity", "opportunity-match-several");
            }
            return match mode {
                "create" => self.skip(at, twin, "pipeline"),
                _ => self.update(row, at, twin, link, "pipeline"),
            };
        }
        if mode == "update" {
            return self.fail(at, "opportunity-id-missing");
        }
        if contact.is_none() && self.policy.unlinked == "fail" {
            return self.fail(at, "opportunity-contact-missing");
        }
        if twin.is_some() && self.policy.duplicates == "one_per_pipeline" {
            return self.fail(at, "opportunity-duplicate");
        }
        if !self.can_create(row, at) {
            return (None, "fail", None);
        }
        self.opportunities.push(Record { consumed: true, ..Record::default() });
        let record = self.opportunities.len() - 1;
        self.join(row, at, record, contact);
        (Some(record), "create", Some("new"))
    }

    /// What matching by fields makes of it (O5); `None`: it is a new one, as far as that goes.
    fn decide_by_fields(
        &mut self,
        row: &Row,
        at: usize,
        link: LinkTo,
        mode: &str,
    ) -> Option<Decision> {
        let matching = self.policy.matching.clone()?;
        let (found, passed_over) = match link {
            LinkTo::Contact(contact) => self.matches(row, at, contact, &matching),
            // Nobody's opportunity is like no other, but that it is nobody's matters first.
            _ if self.policy.unlinked == "fail" => return None,
            _ => (Vec::new(), 0),
        };
        let upsert = mode == "upsert";
        let decision = match (found.as_slice(), matching.none, matching.one, matching.several) {
            ([], "fail", ..) if upsert => Some(self.fail(at, "opportunity-match-none")),
            ([_], _, "fail", _) if upsert => Some(self.fail(at, "opportunity-match-found")),
            ([_], _, "create", _) if upsert => None,
            ([], ..) | ([_, _, ..], _, _, "create") => None,
            ([_, _, ..], _, _, "fail") => Some(self.fail(at, "opportunity-match-several")),
            ([best, ..], ..) if mode == "create" => Some(self.skip(at, *best, "match")),
            ([best, ..], ..) => Some(self.update(row, at, *best, link, "match")),
        };
        if passed_over > 0 && decision.as_ref().is_some_and(|(_, outcome, _)| *outcome != "fail") {
            self.note(at, "opportunity", "opportunity-match-closed");
        }
        decision
    }

    fn skip(&mut self, at: usize, record: usize, by: &'static str) -> Decision {
        self.note(at, "opportunity", "opportunity-exists");
        if by == "match" {
            self.consume(at, record, by);
        }
        (Some(record), "skip", Some(by))
    }

    /// What of the link (P6, P7)?
    fn update(
        &mut self,
        row: &Row,
        at: usize,
        record: usize,
        link: LinkTo,
        by: &'static str,
    ) -> Decision {
        let before = self.opportunities[record].contact;
        let linked = match link {
            LinkTo::Failed => {
                self.note(at, "opportunity", "contact-failed-link-kept");
                None
            }
            LinkTo::Unknown => {
                self.note(at, "opportunity", "contact-id-unknown");
                None
            }
            LinkTo::Contact(contact) if before.is_none_or(|before| before == contact) => {
                Some(contact)
            }
            LinkTo::Contact(contact) => match self.policy.relink {
                "move" => {
                    self.note(at, "opportunity", "opportunity-relinked");
                    Some(contact)
                }
                "keep" => {
                    self.note(at, "opportunity", "opportunity-link-kept");
                    None
                }
                _ => return self.fail(at, "opportunity-relink-refused"),
            },
            LinkTo::Nobody | LinkTo::Conflict => None,
        };
        let is_first = self.opportunities[record].rows.is_empty();
        let row = self.lent(row, at, record, by);
        self.join(&row, at, record, linked);
        self.consume(at, record, by);
        (Some(record), if is_first { "first" } else { "merged" }, Some(by))
    }

    /// Those of the same contact that agree and are not consumed, the best first (O5), and how many open ones are
    /// passed over. Where only open ones count, a row that wins or loses its opportunity means the one that was won or
    /// lost as it says, if there is one: with the import before, it may have been this row that closed it (L3).
    fn matches(
        &self,
        row: &Row,
        at: usize,
        contact: usize,
        matching: &Matching,
    ) -> (Vec<usize>, usize) {
        let found = self.agreeing(row, contact, matching);
        let (standing, _) = self.stand(&Standing::default(), row, true, &[]);
        let closes = standing.status.as_ref().is_some_and(|status| status != "open");
        if !matching.open_only || !closes {
            return (found, 0);
        }
        let mut closed =
            self.agreeing(row, contact, &Matching { open_only: false, ..matching.clone() });
        closed.retain(|record| {
            // A deal that is lost is not the one that was won.
            let is_closed_so =
                self.opportunities[*record].now.get("status").and_then(|all| all.first())
                    == standing.status.as_ref();
            let mut tried = self.clone();
            tried.join(row, at, *record, None);
            is_closed_so
                && plain(&tried.opportunities[*record].now)
                    == plain(&self.opportunities[*record].now)
        });
        if closed.is_empty() { (found, 0) } else { (closed, found.len()) }
    }

    fn agreeing(&self, row: &Row, contact: usize, matching: &Matching) -> Vec<usize> {
        let mut found: Vec<(i64, usize)> = Vec::new();
        for (at, record) in self.opportunities.iter().enumerate() {
            let status = record.now.get("status").map_or("open", |status| &status[0]);
            let is_candidate = record.contact == Some(contact)
                && !record.consumed
                && !(record.lent && self.lacks(row))
                && record.id.is_some()
                && (!matching.open_only || status == "open");
            let mut compared = matching.compared().into_iter();
            if is_candidate && compared.all(|field| self.agrees(row, record, field, matching)) {
                found.push((distance(row, record), at));
            }
        }
        found.sort_by(|(days, a), (others, b)| {
            let id = |at: &usize| self.opportunities[*at].id.clone().unwrap();
            days.cmp(others).then_with(|| by_id(&id(a), &id(b)))
        });
        found.into_iter().map(|(_, at)| at).collect()
    }

    fn agrees(&self, row: &Row, record: &Record, field: &str, matching: &Matching) -> bool {
        let Some(stored) = record.now.get(field).and_then(|values| values.first()) else {
            return false;
        };
        let (standing, problems) = self.stand(&Standing::default(), row, true, &[]);
        let is_lost = problems.contains(&"pipeline-unknown");
        let theirs = match field {
            "pipeline" => standing.pipeline.filter(|_| !is_lost),
            // O7: a stage that is not known is an error on create; it is none that could agree.
            "stage" => {
                let is_known = !is_lost && !problems.contains(&"stage-unknown");
                standing.stage.filter(|_| is_known)
            }
            "status" => standing.status,
            // Without one, what the row brings has the value 0 (O6).
            "value" => {
                let amount = said(row, "Opportunity Value").and_then(|v| v.parse::<i64>().ok());
                Some(amount.unwrap_or_default().to_string())
            }
            "name" => said(row, "Opportunity Name").map(Into::into),
            _ => {
                return day(row).is_some_and(|day| (day - day_of(stored)).abs() <= matching.window);
            }
        };
        theirs.is_some_and(|theirs| fold(&theirs) == fold(stored))
    }

    /// The opportunities that the contact has in the row's pipeline, the lowest one first (O4).
    fn twins(&self, row: &Row, contact: usize) -> Vec<usize> {
        let (standing, problems) = self.stand(&Standing::default(), row, true, &[]);
        let known = standing.pipeline.filter(|_| !problems.contains(&"pipeline-unknown"));
        let Some(pipeline) = known else { return Vec::new() };
        let there = self.opportunities.iter().enumerate().filter(|(_, record)| {
            let own = record.now.get("pipeline").and_then(|values| values.first());
            record.contact == Some(contact) && own == Some(&pipeline)
        });
        let order = |(_, a): &(usize, &Record), (_, b): &(usize, &Record)| match (&a.id, &b.id) {
            (Some(a), Some(b)) => by_id(a, b),
            (x, y) => x.is_none().cmp(&y.is_none()).then(a.rows.cmp(&b.rows)),
        };
        let mut there: Vec<(usize, &Record)> = there.collect();
        there.sort_by(order);
        there.into_iter().map(|(at, _)| at).collect()
    }

    /// O6 and O7 on create.
    fn can_create(&mut self, row: &Row, at: usize) -> bool {
        let why_not = self.why_not_created(row);
        why_not.iter().for_each(|code| self.note(at, "opportunity", code));
        why_not.is_empty()
    }

    pub(crate) fn why_not_created(&self, row: &Row) -> Vec<&'static str> {
        let (standing, problems) = self.stand(&Standing::default(), row, true, &[]);
        let is_known = !problems.contains(&"pipeline-unknown");
        let is_placed =
            standing.pipeline.is_some() || !is_known || self.policy.pipelines.is_empty();
        let is_complete = said(row, "Opportunity Name").is_some() && is_placed;
        let missing = (!is_complete).then_some("required-missing");
        let errors = ["pipeline-unknown", "stage-unknown"];
        // Without a pipeline there is no stage that could be wrong.
        let is_read = |code: &&str| is_placed || *code != "stage-unknown";
        let bad = problems.into_iter().filter(|code| errors.contains(code)).filter(is_read);
        missing.into_iter().chain(bad).collect()
    }

    /// Folds a row into an opportunity.
    fn join(&mut self, row: &Row, at: usize, record: usize, linked: Option<usize>) {
        let policy = self.policy.clone();
        let mut deal = std::mem::take(&mut self.opportunities[record]);
        let is_new = deal.id.is_none() && deal.rows.is_empty();
        self.join_standing(&mut deal, row, at, is_new);
        let same = |cell: &str| Some(cell.to_owned());
        let name = row.get("Opportunity Name").map_or("", String::as_str);
        if join_single(&policy, &mut deal, ("Opportunity Name", "name"), name, is_new, true) {
            let name = Some(name.to_owned()).filter(|name| !name.is_empty());
            self.compare(&mut deal, at, "name", name, same);
        }
        let value = said(row, "Opportunity Value").filter(|cell| cell.parse::<i64>().is_ok());
        self.compare(&mut deal, at, "value", value.map(str::to_owned), same);
        let value = value.map(str::to_owned).or(is_new.then(|| "0".into()));
        if let Some(value) = value {
            deal.now.insert("value", vec![value]);
        }
        if let Some(date) = said(row, "Expected Close Date").filter(|c| c.starts_with("2026-06-")) {
            self.compare(&mut deal, at, "expected_close_date", Some(date.to_owned()), same);
            deal.now.insert("expected_close_date", vec![date.to_owned()]);
        }
        if let Some(contact) = linked {
            (deal.contact, deal.is_linked) = (Some(contact), true);
        }
        deal.rows.push(at);
        self.tag_contact(&deal, row, at);
        self.opportunities[record] = deal;
    }

    /// The contact of an opportunity has its tags.
    fn tag_contact(&mut self, deal: &Record, row: &Row, at: usize) {
        let Some(tags) = said(row, "Opportunity Tags") else { return };
        match deal.contact.filter(|_| self.policy.tag_linked) {
            None => self.note(at, "opportunity", "opportunity-tags-unused"),
            Some(contact) => {
                let contact = &mut self.contacts[contact];
                let held = contact.now.entry("tags").or_default();
                items(tags).for_each(|tag| add_tag(held, tag));
                contact.given.push("tags");
            }
        }
    }

    /// Notes that a row says otherwise than the last one that said something (W5, O9). `meant`: what
    /// a cell means.
    pub(crate) fn compare(
        &mut self,
        deal: &mut Record,
        at: usize,
        field: &'static str,
        said: Option<String>,
        meant: impl Fn(&str) -> Option<String>,
    ) {
        let Some(said) = said else { return };
        let last = deal.said.insert(field, (at, said.clone()));
        let differs = |last: &str| look(last) != look(&said) && meant(last) != meant(&said);
        if last.is_some_and(|(_, last)| differs(&last)) {
            self.note(at, "opportunity", "field-differs");
        }
    }
}

fn day_of(date: &str) -> i64 {
    date[8..].parse().unwrap()
}

fn day(row: &Row) -> Option<i64> {
    said(row, "Expected Close Date").filter(|cell| cell.starts_with("2026-06-")).map(day_of)
}

/// How far the dates lie apart; a stored one without a date is farthest.
fn distance(row: &Row, record: &Record) -> i64 {
    let stored = record.now.get("expected_close_date").and_then(|values| values.first());
    match (day(row), stored) {
        (Some(day), Some(stored)) => (day - day_of(stored)).abs(),
        (Some(_), None) => i64::MAX,
        (None, _) => 0,
    }
}

//! The naive planner: one row after the other, against every record there is.

use std::collections::BTreeMap;

use crate::contacts::normal;
use crate::generate::SmallImport;
use crate::model::{Policy, Record, Row, Values, Verdict, fold};

#[derive(Clone)]
pub(crate) struct Naive {
    pub(crate) policy: Policy,
    pub(crate) rows: Vec<Row>,
    pub(crate) contacts: Vec<Record>,
    pub(crate) opportunities: Vec<Record>,
    pub(crate) verdict: Verdict,
}

/// What importing the rows one by one would do (L1).
pub(crate) fn plan(SmallImport { policy, crm, rows }: &SmallImport) -> Verdict {
    let stored = |records: &[(String, Values)]| -> Vec<Record> {
        let record = |(id, values): &(String, Values)| Record {
            id: Some(id.clone()),
            before: values.clone(),
            now: values.clone(),
            ..Record::default()
        };
        records.iter().map(record).collect()
    };
    let mut naive = Naive {
        policy: policy.clone(),
        rows: rows.clone(),
        contacts: stored(&crm.contacts),
        opportunities: stored(&crm.opportunities),
        verdict: Verdict::default(),
    };
    for opportunity in &mut naive.opportunities {
        let id = opportunity.now.remove("contact_id").unwrap_or_default();
        let known = crm.contacts.iter().position(|(other, _)| Some(other) == id.first());
        (opportunity.contact, opportunity.stored_contact) = (known, known);
        opportunity.before = opportunity.now.clone();
    }
    naive.verdict.contacts = vec![None; rows.len()];
    naive.verdict.opportunities = vec![None; rows.len()];
    for at in 0..rows.len() {
        let contact = naive.contact_side(at);
        naive.opportunity_side(at, contact);
    }
    naive.finish()
}

impl Naive {
    pub(crate) fn row(&self, at: usize) -> Row {
        self.rows[at].clone()
    }

    /// A row as if the cells that say "nothing" were blank.
    pub(crate) fn without_tokens(&self, at: usize) -> Row {
        let mut row = self.row(at);
        for cell in row.values_mut().filter(|cell| self.policy.token == Some(cell.as_str())) {
            cell.clear();
        }
        row
    }

    pub(crate) fn note(&mut self, at: usize, object: &'static str, code: &str) {
        self.verdict.issues.push((at + 1, object, code.to_owned()));
    }

    pub(crate) fn contact_name(&self, contact: usize) -> String {
        name_of(&self.contacts[contact])
    }

    /// The row that met a record first says what became of it (L2).
    fn finish(mut self) -> Verdict {
        for record in &self.contacts {
            let Some(&first) = record.rows.first() else { continue };
            let Some(side) = &mut self.verdict.contacts[first] else { continue };
            side.outcome = outcome(record, false);
        }
        for record in &self.opportunities {
            let Some(&first) = record.rows.first() else { continue };
            let Some(side) = &mut self.verdict.opportunities[first] else { continue };
            let is_moved = record.is_linked && record.contact != record.stored_contact;
            side.outcome = outcome(record, is_moved);
        }
        self.verdict.issues.sort();
        self.verdict.links =
            self.opportunities.iter().filter(|record| record.is_linked).count() as u64;
        let contacts = self.contacts.iter().map(|record| (name_of(record), shown(record, None)));
        let deals = self.opportunities.iter().map(|record| {
            let contact = record.contact.map(|at| self.contact_name(at));
            (name_of(record), shown(record, contact))
        });
        let mut stored: Vec<_> = contacts.chain(deals).collect();
        stored.sort();
        self.verdict.stored = stored;
        self.verdict
    }
}

pub(crate) fn name_of(record: &Record) -> String {
    record.id.clone().unwrap_or_else(|| format!("row {}", record.rows[0] + 1))
}

fn outcome(record: &Record, is_moved: bool) -> String {
    let is_same = plain(&record.before) == plain(&record.now);
    match (&record.id, is_same && !is_moved) {
        (None, _) => "create",
        (Some(_), false) => "update",
        (Some(_), true) => "unchanged",
    }
    .to_owned()
}

fn shown(record: &Record, contact: Option<String>) -> BTreeMap<String, Vec<String>> {
    let mut values = plain(&record.now);
    values.extend(contact.map(|contact| ("contact_id".to_owned(), vec![contact])));
    values
}

/// Values as they are compared: addresses and tags normalised and without order.
pub(crate) fn plain(values: &Values) -> BTreeMap<String, Vec<String>> {
    let one = |(field, values): (&&'static str, &Vec<String>)| {
        let mut values = values.clone();
        if matches!(*field, "email" | "additional_emails" | "phone" | "additional_phones") {
            values = values.iter().map(|v| normal(field, v).unwrap_or_else(|| v.clone())).collect();
        }
        if *field == "tags" {
            values = values.iter().map(|tag| fold(tag)).collect();
        }
        if values.len() > 1 {
            values.sort();
        }
        ((*field).to_owned(), values)
    };
    values.iter().map(one).filter(|(_, values)| !values.is_empty()).collect()
}

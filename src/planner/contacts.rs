//! The contact side of each row of a window, in file order (behaviour §4, §5).

use smallvec::SmallVec;

use super::Planner;
use crate::account::{Conflict, Keyless, Repeats};
use crate::dedup::{ContactNumber, Verdict, decide};
use crate::draft::{Cell, Key, KeyKind, RowDraft, Settings};
use crate::field::FieldId;
use crate::issue::{Finding, IssueCode, Severity};
use crate::lookup::Found;
use crate::mapping::Merge;
use crate::merge::{Dropped, RowOf, loosens};
use crate::object::{Mode, Object, RowNumber};
use crate::plan::{By, NONE, Outcome};

/// What a row's contact side came to, before it is written down.
#[derive(Clone, Copy)]
enum Side {
    /// It leads to nobody.
    Nobody(Outcome),
    /// It leads to this contact without being folded into it.
    Aside(u32, By, Outcome),
    /// It is folded into this contact.
    Joins(u32, By),
}

impl Planner {
    /// Takes the stored contacts of an answer, and whom the asked keys belong to.
    pub(super) fn absorb_contacts(&mut self, found: &Found) {
        let settings = self.ledger.settings.clone();
        let wanted = settings.wanted(Object::Contact);
        let declared = self.ledger.contacts.absorb(found, &settings.fields, wanted);
        let mut declared: Vec<(u32, Option<FieldId>, &str)> =
            declared.iter().map(|key| (key.record.0, key.field, key.key)).collect();
        while self.stored_people.len() < self.ledger.contacts.len() {
            let stored = u32::try_from(self.stored_people.len()).expect("fewer than 2³¹ records");
            let person = self.new_person(stored);
            self.stored_people.push(person);
        }
        for id in found.ids() {
            self.teach_id(id);
        }
        // In the order of ids, so that nothing depends on the order of the answers.
        declared.sort_unstable_by_key(|&(record, ..)| record);
        for keys in declared.chunk_by(|a, b| a.0 == b.0) {
            let person = self.stored_people[keys[0].0 as usize];
            self.declare(person, keys);
        }
    }

    /// A stored contact answers to its id, if a row asks for it (M1).
    fn teach_id(&mut self, id: &str) {
        let ledger = &self.ledger;
        let key = self.index.find(KeyKind::ContactId, id, None, |place| ledger.text(place));
        if let Some((key, stored)) = key.zip(ledger.contacts.find(id)) {
            self.index.teach(key, ContactNumber(self.stored_people[stored.0 as usize]));
        }
    }

    /// Who a row's contact side means, for every row of the window.
    pub(super) fn resolve_contacts(&mut self) {
        let settings = self.ledger.settings.clone();
        let mut next_key = 0;
        for at in 0..self.window.len() {
            let draft = self.drafts.rows[at];
            let keys: SmallVec<[(Key, crate::dedup::KeyNumber); 4]> = {
                let keys = self.drafts.keys(&draft);
                let numbers = &self.numbers[next_key..next_key + keys.len()];
                keys.iter().copied().zip(numbers.iter().copied()).collect()
            };
            next_key += keys.len();
            if !draft.has_contact {
                continue;
            }
            let side = self.resolve_contact(&settings, at, &draft, &keys);
            self.write_down(&settings, at, side, &draft, &keys);
        }
    }

    fn write_down(
        &mut self,
        settings: &Settings,
        at: usize,
        side: Side,
        draft: &RowDraft,
        keys: &[(Key, crate::dedup::KeyNumber)],
    ) {
        let row = self.row_at(at);
        let is_selected = settings.contacts.is_some();
        let (contact, by, outcome) = match side {
            Side::Nobody(outcome) => (NONE, By::New, outcome),
            Side::Aside(contact, by, outcome) => (contact, by, outcome),
            Side::Joins(contact, by) => {
                let entry = &mut self.ledger.people[contact as usize];
                let is_first = !entry.has_rows();
                let previous = std::mem::replace(&mut entry.last_row, row);
                if is_first {
                    entry.first_row = row;
                }
                let side = &mut self.ledger.contact_rows[row as usize];
                side.previous = previous;
                (side.contact, side.by) = (contact, by);
                if !is_first {
                    self.note_differences(settings, row, previous);
                }
                self.teach(settings, contact, row, keys);
                let is_first = is_first && !self.ledger.was_folded(Object::Contact, contact);
                (contact, by, if is_first { Outcome::Create } else { Outcome::Merged })
            }
        };
        if contact != NONE && outcome != Outcome::Fail {
            self.ledger.people[contact as usize].name(row);
        }
        let _ = draft;
        let side = &mut self.ledger.contact_rows[row as usize];
        (side.contact, side.by) = (contact, by);
        side.outcome = is_selected.then_some(outcome);
        // Pairing must know that the side failed even where contacts are not selected.
        if !is_selected && outcome == Outcome::Fail {
            self.failed_references.insert(row);
        }
    }

    fn resolve_contact(
        &mut self,
        settings: &Settings,
        at: usize,
        draft: &RowDraft,
        keys: &[(Key, crate::dedup::KeyNumber)],
    ) -> Side {
        if draft.contact_failed {
            return Side::Nobody(Outcome::Fail);
        }
        let id = keys.iter().find(|(key, _)| key.kind == KeyKind::ContactId);
        let by_id = match id {
            None => None,
            Some((key, number)) => match self.index.holders(*number).first() {
                Some(contact) => Some(contact.0),
                None => {
                    let value = self.key_text(key);
                    self.report(
                        at,
                        IssueCode::ContactIdUnknown,
                        Some(key.column),
                        Some(value),
                        None,
                    );
                    return Side::Nobody(Outcome::Fail);
                }
            },
        };
        let (contact, by) = match by_id {
            Some(contact) => (contact, By::Id),
            None => match self.match_contact(settings, keys) {
                Verdict::One { contact, rule, .. } => {
                    (contact.0, By::Rule(u8::try_from(rule).unwrap_or(u8::MAX)))
                }
                Verdict::Nobody => return self.meet_nobody(settings, at, draft, keys),
                Verdict::Several { rule, contacts } => {
                    self.report_several(at, rule, keys, &contacts);
                    return Side::Nobody(Outcome::Fail);
                }
            },
        };
        self.meet(settings, at, draft, keys, contact, by)
    }

    fn match_contact(
        &self,
        settings: &Settings,
        keys: &[(Key, crate::dedup::KeyNumber)],
    ) -> Verdict {
        let holders = (0..settings.rules.len()).map(|rule| {
            let rule = KeyKind::Rule(u8::try_from(rule).unwrap_or(u8::MAX));
            let of_rule = keys.iter().filter(|(key, _)| key.kind == rule);
            of_rule.map(|(_, number)| self.index.holders(*number)).collect()
        });
        let ambiguous = settings.account.dedup.ambiguous;
        decide(holders, ambiguous, |a, b| self.ledger.compare_contacts(a, b))
    }

    /// Nobody was found: a new contact, if the mode and the policy allow one.
    fn meet_nobody(
        &mut self,
        settings: &Settings,
        at: usize,
        draft: &RowDraft,
        keys: &[(Key, crate::dedup::KeyNumber)],
    ) -> Side {
        let has_key = keys.iter().any(|(key, _)| matches!(key.kind, KeyKind::Rule(_)));
        let Some(mode) = settings.contacts else {
            return Side::Nobody(Outcome::Skip);
        };
        if !has_key && !draft.has_name && !draft.has_address {
            self.report(at, IssueCode::ContactEmpty, None, None, None);
            return Side::Nobody(Outcome::Fail);
        }
        let rules = || {
            let names: Vec<String> =
                settings.rule_names.iter().map(|rule| rule.join(" and ")).collect();
            Some(names.join(", "))
        };
        if mode == Mode::Update {
            let (code, outcome) = if has_key {
                (IssueCode::ContactNotFound, Outcome::Skip)
            } else {
                (IssueCode::MatchKeyMissing, Outcome::Fail)
            };
            let detail = if has_key { None } else { rules() };
            self.report(at, code, None, None, detail);
            return Side::Nobody(outcome);
        }
        if let Some(missing) = self.missing_required(settings, at) {
            self.report(at, IssueCode::RequiredMissing, None, None, Some(missing));
            return Side::Nobody(Outcome::Fail);
        }
        if !has_key {
            let is_error = settings.account.dedup.keyless == Keyless::Fail;
            let severity = if is_error { Severity::Error } else { Severity::Warning };
            let finding = Finding::row(IssueCode::NoMatchKey, self.number_at(at));
            let finding = finding.object(Object::Contact).severity(severity);
            self.findings.push(finding.detail(rules().unwrap_or_default()));
            if is_error {
                return Side::Nobody(Outcome::Fail);
            }
        }
        let contact = self.new_person(NONE);
        Side::Joins(contact, By::New)
    }

    /// The labels of the required fields that a new contact would lack.
    fn missing_required(&self, settings: &Settings, at: usize) -> Option<String> {
        let required = &settings.account.dedup.required;
        if required.is_empty() {
            return None;
        }
        let row = self.row_of(self.row_at(at));
        let base = crate::merge::Base { settings, stored: None };
        let mut changes = crate::plan::Changes::default();
        crate::merge::fold_contact(base, &[row], &[], false, &mut changes);
        let given: Vec<&str> =
            (0..changes.len()).map(|at| changes.get(at, &settings.fields).key()).collect();
        let missing: Vec<&str> =
            required.iter().map(String::as_str).filter(|key| !given.contains(key)).collect();
        (!missing.is_empty()).then(|| missing.join(", "))
    }

    pub(super) fn row_of(&self, row: u32) -> RowOf<'_> {
        self.ledger.row(Object::Contact, row)
    }

    /// The row means this contact: what does the mode make of it?
    fn meet(
        &mut self,
        settings: &Settings,
        at: usize,
        draft: &RowDraft,
        keys: &[(Key, crate::dedup::KeyNumber)],
        contact: u32,
        by: By,
    ) -> Side {
        let entry = self.ledger.people[contact as usize];
        let Some(mode) = settings.contacts else {
            return Side::Aside(contact, by, Outcome::Unchanged);
        };
        let is_made = self.ledger.is_made(Object::Contact, contact);
        if !is_made && mode == Mode::Create {
            let id = self.ledger.name(Object::Contact, contact);
            self.report(at, IssueCode::ContactExists, None, None, Some(id));
            return Side::Aside(contact, by, Outcome::Skip);
        }
        let met = self.ledger.met(Object::Contact, contact);
        let was_told = self.told.contains(&contact) || met.is_some_and(|met| met.is_told);
        let has_rows = entry.has_rows() || met.is_some_and(|met| met.first_row.is_some());
        if has_rows && (is_made || was_told) && !draft.only_keys {
            let first = self.ledger.first_number(Object::Contact, contact);
            let first = first.map(|row| row.to_string());
            match settings.account.dedup.repeats {
                Repeats::Merge => {}
                Repeats::KeepFirst => {
                    self.report(at, IssueCode::RepeatSkipped, None, None, first);
                    return Side::Aside(contact, by, Outcome::Skip);
                }
                Repeats::Reject => {
                    self.report(at, IssueCode::RepeatRejected, None, None, first);
                    return Side::Aside(contact, by, Outcome::Fail);
                }
            }
        }
        if !self.settle_conflicts(settings, at, keys, contact) {
            return Side::Nobody(Outcome::Fail);
        }
        if !draft.only_keys && settings.account.dedup.repeats != Repeats::Merge {
            self.told.insert(contact);
        }
        Side::Joins(contact, by)
    }

    /// Keys of the row that belong to somebody else (M6). False: the policy fails the row.
    fn settle_conflicts(
        &mut self,
        settings: &Settings,
        at: usize,
        keys: &[(Key, crate::dedup::KeyNumber)],
        contact: u32,
    ) -> bool {
        let number = self.number_at(at);
        let mut is_fine = true;
        for (key, key_number) in keys {
            let KeyKind::Rule(rule) = key.kind else { continue };
            if !settings.rules[usize::from(rule)].owns_keys() {
                continue;
            }
            let holders = self.index.holders(*key_number);
            if holders.is_empty() || holders.contains(&ContactNumber(contact)) {
                continue;
            }
            let names: Vec<String> =
                holders.iter().map(|other| self.ledger.name(Object::Contact, other.0)).collect();
            let is_error = settings.account.dedup.conflict == Conflict::Fail;
            let severity = if is_error { Severity::Error } else { Severity::Warning };
            let mut finding = Finding::row(IssueCode::KeyConflict, number).object(Object::Contact);
            finding.column = Some(key.column).filter(|&column| column != u16::MAX);
            let finding = finding.severity(severity).value(self.key_text(key));
            self.findings.push(finding.detail(names.join(", ")));
            is_fine &= !is_error;
            if !is_error {
                self.drop_value(at, key.column, key.item);
            }
        }
        is_fine
    }

    pub(super) fn drop_value(&mut self, at: usize, column: u16, item: u16) {
        let row = self.number_at(at);
        self.ledger.dropped_of_contacts.push(Dropped { row, column, item });
        self.ledger.contact_rows[row.index()].has_dropped = true;
    }

    fn report_several(
        &mut self,
        at: usize,
        rule: usize,
        keys: &[(Key, crate::dedup::KeyNumber)],
        contacts: &[ContactNumber],
    ) {
        let names: Vec<String> =
            contacts.iter().map(|contact| self.ledger.name(Object::Contact, contact.0)).collect();
        let rule = KeyKind::Rule(u8::try_from(rule).unwrap_or(u8::MAX));
        let of_rule = keys.iter().filter(|(key, _)| key.kind == rule);
        let mut values: Vec<String> =
            of_rule.map(|(key, _)| self.key_text(key).replace('\u{1f}', ", ")).collect();
        values.dedup();
        let column = keys.iter().find(|(key, _)| key.kind == rule).map(|(key, _)| key.column);
        let value = Some(values.join(", "));
        self.report(at, IssueCode::KeyAmbiguous, column, value, Some(names.join(", ")));
    }

    /// Rows of one contact that disagree under `Overwrite` (W5), and wishes that an import does not
    /// take back (W6).
    fn note_differences(&mut self, settings: &Settings, row: u32, previous: u32) {
        let mut found = Vec::new();
        let this = self.row_of(row);
        let region = crate::draft::region(settings, this.block, this.at);
        for column in &settings.contact_columns {
            let is_single = !column.is_list
                && column.merge == Merge::Overwrite
                && !matches!(column.field, FieldId::EMAIL | FieldId::PHONE | FieldId::CONTACT_ID);
            if !is_single || column.is_constant() {
                continue;
            }
            let text = column.text(this.block, this.at);
            if text.is_empty() {
                continue;
            }
            let Cell::Value(now) = column.read(text, region, &settings.choices) else { continue };
            let mut earlier = previous;
            while earlier != NONE {
                let other = self.row_of(earlier);
                let region = crate::draft::region(settings, other.block, other.at);
                let text = column.text(other.block, other.at);
                if let Cell::Value(before) = column.read(text, region, &settings.choices) {
                    if before != now && !loosens(column, Some(&before), &now) {
                        let finding = Finding::row(IssueCode::FieldDiffers, this.number);
                        let finding = finding
                            .object(Object::Contact)
                            .detail(self.ledger.number(earlier).to_string());
                        found.push(Finding { column: column.index(), ..finding });
                    }
                    break;
                }
                earlier = self.ledger.contact_rows[earlier as usize].previous;
            }
        }
        self.findings.append(&mut found);
    }

    /// Notes an issue of a row's contact side.
    pub(super) fn report(
        &mut self,
        at: usize,
        code: IssueCode,
        column: Option<u16>,
        value: Option<String>,
        detail: Option<String>,
    ) {
        let mut finding = Finding::row(code, self.number_at(at)).object(Object::Contact);
        finding.column = column.filter(|&column| column != u16::MAX);
        finding.value = value.map(Into::into);
        finding.detail = detail.map(Into::into);
        self.findings.push(finding);
    }

    /// The contact that a row leads to, for its opportunity.
    pub(super) fn contact_of(&self, row: u32) -> Option<u32> {
        let contact = self.ledger.contact_rows[row as usize].contact;
        (contact != NONE).then_some(contact)
    }

    /// The issue that failed the contact side of a row, by name.
    pub(super) fn failure_of(&self, row: RowNumber) -> String {
        let mut found = self.drafts.findings.iter().chain(&self.findings);
        let error = found.find(|finding| {
            finding.row == Some(row)
                && finding.severity == Severity::Error
                && finding.object != Some(Object::Opportunity)
        });
        error.map_or("unknown", |finding| finding.code.code()).to_owned()
    }
}

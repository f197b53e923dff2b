//! The contact side of each row of a window, in file order (behaviour §4, §5).

use super::Planner;
use super::differences::contradicts;
use super::matching::Carried;
use super::row_keys::RowKeys;
use super::visiting::TOGETHER;
use crate::account::{Conflict, Keyless, Repeats};
use crate::dedup::{Candidates, ContactNumber, Holder, Verdict};
use crate::draft::{KeyKind, RowDraft, Settings};
use crate::issue::{Finding, IssueCode, Severity};
use crate::lookup::{DeclaredKey, Found, StoredId};
use crate::merge::{AddressBook, Addresses, Dropped, RowOf, fold_contact};
use crate::object::{Mode, Object, RowNumber};
use crate::plan::{Changes, Entry, NONE, Outcome};

/// What a row's contact side came to, before it is written down.
#[derive(Clone, Copy)]
pub(super) enum Side {
    /// It leads to nobody.
    Nobody(Outcome),
    /// It leads to this contact without being folded into it.
    Aside(u32, Outcome),
    /// It is folded into this contact.
    Joins(u32),
    /// It is folded into a new contact.
    New,
}

impl Planner {
    /// Takes the stored contacts of an answer, and whom the asked keys belong to.
    pub(super) fn absorb_contacts(&mut self, found: &Found) {
        let settings = self.ledger.settings.clone();
        let wanted = settings.wanted(Object::Contact);
        let told = self.ledger.contacts.absorb(found, &settings.fields, wanted);
        while self.stored_people.len() < self.ledger.contacts.len() {
            let stored = u32::try_from(self.stored_people.len()).expect("fewer than 2³¹ records");
            let person = self.new_person(Entry::stored_as(stored));
            self.stored_people.push(person);
            self.first_differs.push(false);
        }
        if self.index.has_ids() {
            for id in found.ids() {
                self.teach_id(id);
            }
        }
        let declared = found.declared_keys(Object::Contact, &settings.fields, &told);
        let mut declared: Vec<DeclaredKey<'_>> = match self.teaching.has_text_rules {
            false => self.declare_each(&settings, declared),
            true => declared.collect(),
        };
        // Keys of several parts are declared part by part: those of one record together.
        declared.sort_by_key(|key| key.record.0);
        for keys in declared.chunk_by(|a, b| a.record == b.record) {
            let person = self.stored_people[keys[0].record.0 as usize];
            self.declare(&settings, person, keys);
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
        // Set aside, so that the planner can change while it looks at them.
        let (keys, numbers) = (self.drafts.take_keys(), std::mem::take(&mut self.numbers));
        let first = self.window_keys().start;
        for at in 0..self.window.len() {
            if at.is_multiple_of(TOGETHER) {
                self.visit(at..self.window.len().min(at + TOGETHER), &numbers);
            }
            let draft = self.draft(at);
            // Who is only looked up is looked up for an opportunity (P8).
            let is_asked = settings.contacts.is_some() || draft.has_opportunity;
            if !draft.has_contact || !is_asked {
                continue;
            }
            let own = draft.keys();
            let (from, to) = (own.start - first, own.end - first);
            let own = RowKeys::new(&keys[own], &numbers[from..to]).of_contact();
            let (side, carried) = self.resolve_contact(&settings, at, &draft, own);
            self.write_down(&settings, at, side, own, carried);
        }
        self.drafts.put_keys(keys);
        self.numbers = numbers;
    }

    fn write_down(
        &mut self,
        settings: &Settings,
        at: usize,
        side: Side,
        keys: RowKeys<'_>,
        carried: Carried,
    ) {
        let row = self.row_at(at);
        let is_selected = settings.contacts.is_some();
        let (contact, outcome) = match side {
            Side::Nobody(outcome) => (NONE, outcome),
            Side::Aside(contact, outcome) => {
                // Whom the import only looks up, an opportunity names.
                if outcome != Outcome::Fail && is_selected {
                    self.ledger.people[contact as usize].name(row);
                }
                (contact, outcome)
            }
            Side::Joins(contact) => (contact, self.join(settings, contact, row, keys, carried)),
            Side::New => (self.bring_new(settings, at, keys, carried), Outcome::Create),
        };
        let side = &mut self.ledger.contact_rows[row as usize];
        side.contact = contact;
        side.outcome = is_selected.then_some(outcome);
        // Pairing must know that the side failed even where contacts are not selected.
        if !is_selected && outcome == Outcome::Fail {
            self.failed_references.insert(row);
        }
    }

    /// The row is folded into a contact that is there.
    fn join(
        &mut self,
        settings: &Settings,
        contact: u32,
        row: u32,
        keys: RowKeys<'_>,
        carried: Carried,
    ) -> Outcome {
        let previous = self.ledger.people[contact as usize].take_row(row);
        let side = &mut self.ledger.contact_rows[row as usize];
        (side.previous, side.contact) = (previous, contact);
        if previous != NONE {
            self.note_differences(settings, row, previous);
        }
        self.note_unheeded(settings, contact, row);
        if !(carried == Carried::ByOne && self.teaching.is_plain) {
            self.teach(settings, contact, row, keys);
        }
        if previous != NONE {
            return Outcome::Merged;
        }
        self.compare_first(contact, row);
        match self.ledger.was_folded(Object::Contact, contact) {
            true => Outcome::Merged,
            false => Outcome::Create,
        }
    }

    /// The row brings a new contact.
    fn bring_new(
        &mut self,
        settings: &Settings,
        at: usize,
        keys: RowKeys<'_>,
        carried: Carried,
    ) -> u32 {
        let row = self.row_at(at);
        let contact = self.new_person(Entry::brought_by(row));
        self.note_told(settings, at, contact);
        self.ledger.contact_rows[row as usize].contact = contact;
        self.note_unheeded(settings, contact, row);
        self.teach_new(settings, contact, row, keys, carried);
        contact
    }

    /// Notes what a row asks of its contact and does not get.
    #[inline]
    fn note_unheeded(&mut self, settings: &Settings, contact: u32, row: u32) {
        if settings.minds_consent {
            self.note_kept_consent(settings, contact, row);
        }
        self.note_full_texts(settings, Object::Contact, contact, row);
        if settings.mapping.clear_token.is_some() {
            self.note_kept_fields(settings, contact, row);
        }
    }

    /// The keys of a row lead to the new contact that it brings.
    fn teach_new(
        &mut self,
        settings: &Settings,
        contact: u32,
        row: u32,
        keys: RowKeys<'_>,
        carried: Carried,
    ) {
        // It carries what its first row gives, as far as there is room.
        let has_room = keys.len() <= AddressBook::LIMIT;
        if carried == Carried::ByNobody && self.teaching.is_plain && has_room {
            keys.rules().for_each(|(_, key)| self.index.teach(key, ContactNumber(contact)));
        } else {
            self.teach(settings, contact, row, keys);
        }
    }

    /// Compares the first row of a stored contact with what is stored, while both are at hand. Most
    /// contacts have no other, and need no second look when planning ends.
    fn compare_first(&mut self, contact: u32, row: u32) {
        let entry = &self.ledger.people[contact as usize];
        let Some(StoredId(stored)) = entry.stored() else { return };
        if contradicts(&self.ledger, &self.overwritten, entry, row) {
            self.first_differs[stored as usize] = true;
            return;
        }
        let mut changes = std::mem::take(&mut self.changes);
        changes.clear();
        let (base, of) = (self.ledger.base(Object::Contact, entry), self.row_of(row));
        fold_contact(base, &[of], &[], true, &mut changes);
        self.first_differs[stored as usize] = changes.len() > 0;
        self.changes = changes;
    }

    /// Nobody was found: a new contact, if the mode and the policy allow one.
    pub(super) fn meet_nobody(
        &mut self,
        settings: &Settings,
        at: usize,
        draft: &RowDraft,
        keys: RowKeys<'_>,
    ) -> Side {
        let has_key = keys.rules().next().is_some();
        let Some(mode) = settings.contacts else {
            return Side::Nobody(Outcome::Skip);
        };
        if !has_key && !draft.has_name && !draft.has_address {
            self.report(at, IssueCode::ContactEmpty, None, None, None);
            return Side::Nobody(Outcome::Fail);
        }
        let rules = || settings.rules_in_words.clone();
        if mode == Mode::Update {
            let (code, outcome) = if has_key {
                (IssueCode::ContactNotFound, Outcome::Skip)
            } else {
                (IssueCode::MatchKeyMissing, Outcome::Fail)
            };
            let detail = (!has_key).then(rules);
            self.report(at, code, None, None, detail);
            return Side::Nobody(outcome);
        }
        if !settings.account.dedup.required.is_empty() && !self.has_required(settings, at) {
            return Side::Nobody(Outcome::Fail);
        }
        if !has_key {
            let is_error = settings.account.dedup.keyless == Keyless::Fail;
            let severity = if is_error { Severity::Error } else { Severity::Warning };
            let finding = Finding::row(IssueCode::NoMatchKey, self.number_at(at));
            let finding = finding.object(Object::Contact).severity(severity);
            self.findings.push(finding.detail(rules()));
            if is_error {
                return Side::Nobody(Outcome::Fail);
            }
        }
        Side::New
    }

    /// Would a new contact have every field the account requires? If not, issues say which it lacks.
    fn has_required(&mut self, settings: &Settings, at: usize) -> bool {
        let row = self.row_of(self.row_at(at));
        let base = crate::merge::Base::of(settings, None);
        let mut changes = Changes::default();
        fold_contact(base, &[row], &[], false, &mut changes);
        let given: Vec<&str> =
            (0..changes.len()).map(|at| changes.get(at, &settings.fields).key()).collect();
        let required = settings.account.dedup.required.iter().map(String::as_str);
        let (mut missing, mut unusable) = (Vec::new(), Vec::new());
        for key in required.filter(|key| !given.contains(key)) {
            let field = settings.fields.find(Object::Contact, key);
            let label = settings.fields.label(Object::Contact, key);
            let mut columns =
                settings.contact_columns.iter().filter(|column| Some(column.field) == field);
            let is_filled = |column: &&crate::draft::Column| {
                !crate::normalize::is_blank(column.text(&row.cells))
            };
            match columns.find(is_filled) {
                Some(column) => unusable.push((column.index(), label.to_owned())),
                None => missing.push(label),
            }
        }
        let is_fine = missing.is_empty() && unusable.is_empty();
        if !missing.is_empty() {
            let missing = missing.join(", ");
            self.report(at, IssueCode::RequiredMissing, None, None, Some(missing));
        }
        for (column, label) in unusable {
            self.report(at, IssueCode::RequiredInvalid, column, None, Some(label));
        }
        is_fine
    }

    pub(super) fn row_of(&self, row: u32) -> RowOf<'_> {
        self.ledger.row(Object::Contact, row)
    }

    /// The row means this contact: what does the mode make of it? `disputed`: keys of the row that may
    /// belong to somebody else.
    pub(super) fn meet(
        &mut self,
        settings: &Settings,
        at: usize,
        draft: &RowDraft,
        disputed: RowKeys<'_>,
        contact: u32,
    ) -> Side {
        let Some(mode) = settings.contacts else {
            return Side::Aside(contact, Outcome::Unchanged);
        };
        if settings.has_contact_checks()
            && settings.is_contact_as_imported(&self.ledger.cells(self.row_at(at)))
        {
            self.report(at, IssueCode::ContactImported, None, None, None);
            return Side::Aside(contact, Outcome::Skip);
        }
        if mode == Mode::Create && !self.ledger.is_made(Object::Contact, contact) {
            let id = self.ledger.name(Object::Contact, contact);
            self.report(at, IssueCode::ContactExists, None, None, Some(id));
            return Side::Aside(contact, Outcome::Skip);
        }
        let unless_merged = match settings.account.dedup.repeats {
            Repeats::Merge => None,
            Repeats::KeepFirst => Some((IssueCode::RepeatSkipped, Outcome::Skip)),
            Repeats::Reject => Some((IssueCode::RepeatRejected, Outcome::Fail)),
        };
        if let Some((code, outcome)) = unless_merged
            && !draft.only_keys
            && self.is_repeat(contact)
        {
            let first = self.ledger.first_number(Object::Contact, contact);
            let id = disputed.of(KeyKind::ContactId).next();
            let (column, id) = id.map(|(key, _)| (key.column, self.key_text(key))).unzip();
            self.report(at, code, column, id, first.map(|row| row.to_string()));
            return Side::Aside(contact, outcome);
        }
        if !self.settle_conflicts(settings, at, disputed, contact) {
            return Side::Nobody(Outcome::Fail);
        }
        self.note_told(settings, at, contact);
        Side::Joins(contact)
    }

    /// The row is folded into this contact: later ones are repeats if it says more than its keys (M10).
    fn note_told(&mut self, settings: &Settings, at: usize, contact: u32) {
        if settings.account.dedup.repeats != Repeats::Merge && !self.draft(at).only_keys {
            self.told.insert(contact);
        }
    }

    /// Has a row told more of this contact than its keys (M10)? One that has not may have created it
    /// all the same: the next import of the file finds it stored, and must come to the same (L3).
    fn is_repeat(&self, contact: u32) -> bool {
        let met = self.ledger.met(Object::Contact, contact);
        self.told.contains(&contact) || met.is_some_and(|met| met.is_told)
    }

    /// Keys of the row that belong to somebody else (M6). False: the policy fails the row.
    fn settle_conflicts(
        &mut self,
        settings: &Settings,
        at: usize,
        keys: RowKeys<'_>,
        contact: u32,
    ) -> bool {
        let number = self.number_at(at);
        let mut is_fine = true;
        for (key, key_number) in keys.iter() {
            let KeyKind::Rule(rule) = key.kind else { continue };
            if !settings.rules[usize::from(rule)].owns_keys() {
                continue;
            }
            let is_free = self.index.holder(key_number) == Holder::Nobody;
            if is_free || self.index.is_held_by(key_number, ContactNumber(contact)) {
                continue;
            }
            let holders = self.index.holders(key_number);
            if holders.is_empty() {
                continue;
            }
            let names = self.names_of(&holders);
            let is_error = settings.account.dedup.conflict == Conflict::Fail;
            let severity = if is_error { Severity::Error } else { Severity::Warning };
            let mut finding = Finding::row(IssueCode::KeyConflict, number).object(Object::Contact);
            finding.column = Some(key.column).filter(|&column| column != u16::MAX);
            let mut finding = finding.severity(severity).detail(names);
            // The folded text of a custom key is nobody's spelling; the cell is shown instead.
            if Addresses::of_rule(&settings.rules[usize::from(rule)]).is_some() {
                finding = finding.value(self.key_text(key));
            }
            self.findings.push(finding);
            is_fine &= !is_error;
            if !is_error {
                self.drop_value(at, key.column, key.item);
            }
        }
        is_fine
    }

    fn names_of(&self, contacts: &[ContactNumber]) -> String {
        let numbers = contacts.iter().map(|contact| contact.0).collect();
        self.ledger.names(Object::Contact, numbers)
    }

    pub(super) fn drop_value(&mut self, at: usize, column: u16, item: u16) {
        let row = self.number_at(at);
        self.ledger.dropped_of_contacts.push(Dropped { row, column, item });
        self.ledger.contact_rows[row.index()].has_dropped = true;
    }

    /// Names everybody whom a rule that found several might have meant (M5): an error if the policy does
    /// not choose among them, else for information.
    pub(super) fn report_candidates(
        &mut self,
        at: usize,
        keys: RowKeys<'_>,
        verdict: &Verdict,
        candidates: &[Candidates],
    ) {
        let is_open = *verdict == Verdict::Several;
        for Candidates { rule, contacts } in candidates {
            let names = self.names_of(contacts);
            let rule = KeyKind::Rule(u8::try_from(*rule).unwrap_or(u8::MAX));
            // A key that nobody carries has led to none of them.
            let is_held = |number| self.index.holder(number) != Holder::Nobody;
            let held = || keys.of(rule).filter(|(_, number)| is_held(*number));
            let mut values: Vec<String> =
                held().map(|(key, _)| self.key_text(key).replace('\u{1f}', ", ")).collect();
            values.dedup();
            let column = held().next().map(|(key, _)| key.column);
            let mut finding = Finding::row(IssueCode::KeyAmbiguous, self.number_at(at));
            finding.column = column.filter(|&column| column != u16::MAX);
            finding.severity = if is_open { Severity::Error } else { Severity::Info };
            let finding = finding.object(Object::Contact).value(values.join(", "));
            self.findings.push(finding.detail(names));
        }
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

    /// Why the contact side of a row has failed, in the words of its issue.
    pub(super) fn failure_of(&self, row: RowNumber) -> Option<String> {
        let from = self.drafts.findings.partition_point(|finding| finding.row < Some(row));
        let of_row = |finding: &&Finding| finding.row == Some(row);
        let drafted = self.drafts.findings[from..].iter().take_while(of_row);
        let mut found = drafted.chain(self.findings.iter().filter(of_row));
        let error = found.find(|finding| {
            finding.severity == Severity::Error && finding.object != Some(Object::Opportunity)
        });
        error.map(|finding| self.ledger.in_words(finding))
    }
}

//! [`Drafts`]: what the rows of one window offer: their sides, their keys, and what is wrong with
//! their cells.

use std::hash::BuildHasher;

use foldhash::fast::RandomState;

use super::{Cell, Column, Rule, Settings, Shape};
use crate::field::FieldId;
use crate::issue::{Finding, IssueCode, Severity};
use crate::lookup::PART;
use crate::mapping::OnInvalid;
use crate::normalize;
use crate::object::{Object, RowNumber};
use crate::source::{Block, TextSpan};
use crate::value::Value;

/// The drafts of a range of rows of one block.
#[derive(Debug, Default)]
pub(crate) struct Drafts {
    pub(crate) rows: Vec<RowDraft>,
    keys: Vec<Key>,
    pub(crate) findings: Vec<Finding>,
    scratch: Scratch,
}

/// What one row offers.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct RowDraft {
    first_key: u32,
    end_key: u32,
    /// A mapped cell of the object is not blank (P1).
    pub(crate) has_contact: bool,
    pub(crate) has_opportunity: bool,
    /// A cell or the row itself fails the side.
    pub(crate) contact_failed: bool,
    pub(crate) opportunity_failed: bool,
    pub(crate) has_name: bool,
    /// An e-mail address or a phone, whether a rule uses it or not.
    pub(crate) has_address: bool,
    /// Nothing but keys: the contact is only named to link an opportunity (M10).
    pub(crate) only_keys: bool,
    /// The opportunity brings tags for its contact.
    pub(crate) has_tags: bool,
}

/// What a key names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum KeyKind {
    /// A contact under the match rule at this position of [`Settings::rules`].
    Rule(u8),
    /// A contact by id.
    ContactId,
    /// The contact of an opportunity, by id.
    ContactLink,
    /// An opportunity by id.
    OpportunityId,
}

/// One key of a row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Key {
    pub(crate) kind: KeyKind,
    /// The file's column it stands in, and which of its items it is.
    pub(crate) column: u16,
    pub(crate) item: u16,
    /// The seeded hash of the text; of a phone that fits, the number itself.
    pub(crate) hash: u64,
    pub(crate) text: KeyText,
}

/// The normalised text of a key.
#[derive(Clone, Copy, Debug)]
pub(crate) enum KeyText {
    /// In the block.
    Span(TextSpan),
    /// A phone, packed into the hash without loss.
    Phone,
}

/// Buffers reused from row to row.
#[derive(Debug, Default)]
struct Scratch {
    emails: Vec<(u16, u16, TextSpan)>,
    phones: Vec<(u16, u16, crate::value::Phone)>,
    text: String,
    keys: Vec<String>,
}

impl Drafts {
    pub(crate) fn clear(&mut self) {
        self.rows.clear();
        self.keys.clear();
        self.findings.clear();
    }

    pub(crate) fn keys(&self, row: &RowDraft) -> &[Key] {
        &self.keys[row.first_key as usize..row.end_key as usize]
    }

    /// The keys of all rows, in order.
    pub(crate) fn all_keys(&self) -> &[Key] {
        &self.keys
    }

    /// The position of a row's first key among all.
    pub(crate) fn first_key(&self, row: &RowDraft) -> usize {
        row.first_key as usize
    }

    /// Drafts rows `from..to` of a block. Normalised keys that differ from their cell are added to
    /// the block's text.
    pub(crate) fn add(
        &mut self,
        settings: &Settings,
        seed: &RandomState,
        block: &mut Block,
        from: usize,
        to: usize,
    ) {
        for row in from..to {
            let first_key = position(self.keys.len());
            let number = RowNumber(block.first_row().0 + position(row));
            let mut draft = RowDraft { first_key, end_key: first_key, ..RowDraft::default() };
            if !block.is_blank(row) {
                self.find_sides(settings, block, row, &mut draft);
                let failed = block.is_failed(row);
                (draft.contact_failed, draft.opportunity_failed) = (failed, failed);
                if !failed {
                    self.draft_contact(settings, seed, block, row, number, &mut draft);
                    self.draft_opportunity(settings, seed, block, row, number, &mut draft);
                }
            }
            draft.end_key = position(self.keys.len());
            self.rows.push(draft);
        }
    }

    fn find_sides(&self, settings: &Settings, block: &Block, row: usize, draft: &mut RowDraft) {
        let is_filled = |column: &&Column| {
            !column.is_constant() && !normalize::is_blank(column.text(block, row))
        };
        draft.has_contact = settings.contact_columns.iter().any(|column| is_filled(&column));
        draft.has_opportunity =
            settings.opportunity_columns.iter().any(|column| is_filled(&column));
        if draft.has_contact {
            let mut told =
                settings.contact_columns.iter().filter(|column| !settings.is_key(column.field));
            draft.only_keys = !told.any(|column| is_filled(&column));
        }
    }

    fn draft_contact(
        &mut self,
        settings: &Settings,
        seed: &RandomState,
        block: &mut Block,
        row: usize,
        number: RowNumber,
        draft: &mut RowDraft,
    ) {
        if !draft.has_contact {
            return;
        }
        self.scratch.emails.clear();
        self.scratch.phones.clear();
        let region = region(settings, block, row);
        for column in &settings.contact_columns {
            match column.field {
                FieldId::CONTACT_ID => {
                    let id = (Object::Contact, KeyKind::ContactId);
                    self.draft_id(settings, seed, block, row, number, column, id, draft);
                }
                FieldId::EMAIL | FieldId::ADDITIONAL_EMAILS => {
                    self.draft_emails(settings, block, row, number, column, draft);
                }
                FieldId::PHONE | FieldId::ADDITIONAL_PHONES => {
                    self.draft_phones(settings, block, row, number, column, region, draft);
                }
                _ => {
                    let is_filled = self.check(settings, block, row, number, column, region, draft);
                    if matches!(
                        column.field,
                        FieldId::FIRST_NAME | FieldId::LAST_NAME | FieldId::NAME
                    ) {
                        draft.has_name |= is_filled;
                    }
                }
            }
        }
        draft.has_address = !self.scratch.emails.is_empty() || !self.scratch.phones.is_empty();
        for (number, rule) in settings.rules.iter().enumerate() {
            self.draft_keys(settings, seed, block, row, number, rule, region);
        }
    }

    fn draft_opportunity(
        &mut self,
        settings: &Settings,
        seed: &RandomState,
        block: &mut Block,
        row: usize,
        number: RowNumber,
        draft: &mut RowDraft,
    ) {
        if !draft.has_opportunity {
            return;
        }
        let region = settings.account.default_country.as_deref();
        for column in &settings.opportunity_columns {
            let id = match column.field {
                FieldId::OPPORTUNITY_ID => KeyKind::OpportunityId,
                FieldId::CONTACT_LINK => KeyKind::ContactLink,
                // What these mean depends on the opportunity they meet.
                FieldId::PIPELINE | FieldId::STAGE => continue,
                field => {
                    let is_filled = self.check(settings, block, row, number, column, region, draft);
                    draft.has_tags |= is_filled && field == FieldId::OPPORTUNITY_TAGS;
                    continue;
                }
            };
            let id = (Object::Opportunity, id);
            self.draft_id(settings, seed, block, row, number, column, id, draft);
        }
    }

    #[allow(clippy::too_many_arguments)] // one call site each; a struct would only rename them
    fn draft_id(
        &mut self,
        settings: &Settings,
        seed: &RandomState,
        block: &mut Block,
        row: usize,
        number: RowNumber,
        column: &Column,
        (object, kind): (Object, KeyKind),
        draft: &mut RowDraft,
    ) {
        let span = match column.read(column.text(block, row), None, &settings.choices) {
            Cell::Blank | Cell::Clear => return,
            Cell::Invalid(code) => {
                self.refuse(number, column, code, None, true, draft);
                return;
            }
            Cell::Value(Value::Text(id)) => match block.span_of(&id) {
                Some(span) => Ok((seed.hash_one(&*id), span)),
                None => Err(id.into_owned()),
            },
            Cell::Value(_) => return,
        };
        debug_assert_eq!(column.object, object);
        let (hash, span) =
            span.unwrap_or_else(|id| (seed.hash_one(id.as_str()), block.append_text(&id)));
        self.keys.push(Key {
            kind,
            column: column.index().unwrap_or(u16::MAX),
            item: 0,
            hash,
            text: KeyText::Span(span),
        });
    }

    fn draft_emails(
        &mut self,
        settings: &Settings,
        block: &mut Block,
        row: usize,
        number: RowNumber,
        column: &Column,
        draft: &mut RowDraft,
    ) {
        let at = column.index().unwrap_or(u16::MAX);
        // Addresses that are not written as in the cell go to the block's text once its cells are no
        // longer borrowed.
        let mut others: smallvec::SmallVec<[(u16, String); 2]> = smallvec::SmallVec::new();
        let mut item = 0;
        let cell = column.text(block, row);
        column.read_items(cell, None, &settings.choices, |shown, read| {
            match read {
                Ok(Value::Text(email)) => match block.span_of(&email) {
                    Some(span) => self.scratch.emails.push((at, item, span)),
                    None => others.push((item, email.into_owned())),
                },
                Ok(_) => {}
                Err(code) => {
                    let whole = item == 0 && shown == normalize::trim(cell);
                    self.refuse(number, column, code, (!whole).then_some(shown), false, draft);
                }
            }
            item += 1;
        });
        if others.is_empty() {
            return;
        }
        for (item, email) in others {
            let span = block.append_text(&email);
            self.scratch.emails.push((at, item, span));
        }
        // In the order of the cell, so that the keys of a row can be counted again later.
        let own = self.scratch.emails.iter().position(|email| email.0 == at).unwrap_or(0);
        self.scratch.emails[own..].sort_by_key(|email| email.1);
    }

    #[allow(clippy::too_many_arguments)]
    fn draft_phones(
        &mut self,
        settings: &Settings,
        block: &Block,
        row: usize,
        number: RowNumber,
        column: &Column,
        region: Option<&str>,
        draft: &mut RowDraft,
    ) {
        let at = column.index().unwrap_or(u16::MAX);
        let mut item = 0;
        let cell = column.text(block, row);
        column.read_items(cell, region, &settings.choices, |shown, read| {
            match read {
                Ok(Value::Phone(phone)) => self.scratch.phones.push((at, item, phone)),
                Ok(_) => {}
                Err(code) => {
                    let whole = item == 0 && shown == normalize::trim(cell);
                    self.refuse(number, column, code, (!whole).then_some(shown), false, draft);
                }
            }
            item += 1;
        });
    }

    /// Reads a cell only to see whether it can be used. Returns whether it holds something usable.
    #[allow(clippy::too_many_arguments)]
    fn check(
        &mut self,
        settings: &Settings,
        block: &Block,
        row: usize,
        number: RowNumber,
        column: &Column,
        region: Option<&str>,
        draft: &mut RowDraft,
    ) -> bool {
        let cell = column.text(block, row);
        if cell.is_empty() {
            return false;
        }
        let mut is_filled = false;
        if column.is_list {
            column.read_items(cell, region, &settings.choices, |shown, read| match read {
                Ok(_) => is_filled = true,
                Err(code) => {
                    let detail = nearest(settings, column, code, shown);
                    self.refuse_with(number, column, code, Some(shown), detail, false, draft);
                }
            });
            return is_filled;
        }
        match column.read(cell, region, &settings.choices) {
            Cell::Blank | Cell::Clear => false,
            Cell::Value(_) => true,
            Cell::Invalid(code) => {
                let detail = nearest(settings, column, code, normalize::trim(cell));
                self.refuse_with(number, column, code, None, detail, false, draft);
                false
            }
        }
    }

    fn refuse(
        &mut self,
        row: RowNumber,
        column: &Column,
        code: IssueCode,
        item: Option<&str>,
        fails: bool,
        draft: &mut RowDraft,
    ) {
        self.refuse_with(row, column, code, item, None, fails, draft);
    }

    #[allow(clippy::too_many_arguments)]
    fn refuse_with(
        &mut self,
        row: RowNumber,
        column: &Column,
        code: IssueCode,
        item: Option<&str>,
        detail: Option<String>,
        fails: bool,
        draft: &mut RowDraft,
    ) {
        let fails = fails || column.on_invalid == OnInvalid::FailRow;
        let mut finding = Finding::row(code, row).object(column.object);
        finding.severity = if fails { Severity::Error } else { Severity::Warning };
        finding.column = column.index();
        finding.value = item.map(Into::into);
        finding.detail = detail.map(Into::into);
        self.findings.push(finding);
        match column.object {
            Object::Contact => draft.contact_failed |= fails,
            Object::Opportunity => draft.opportunity_failed |= fails,
        }
    }

    #[allow(clippy::too_many_arguments)]
    fn draft_keys(
        &mut self,
        settings: &Settings,
        seed: &RandomState,
        block: &mut Block,
        row: usize,
        rule_number: usize,
        rule: &Rule,
        region: Option<&str>,
    ) {
        let kind = KeyKind::Rule(u8::try_from(rule_number).expect("fewer than 256 match rules"));
        match &rule.shape {
            Shape::Emails => {
                for &(column, item, span) in &self.scratch.emails {
                    let hash = seed.hash_one(block.text(span));
                    self.keys.push(Key { kind, column, item, hash, text: KeyText::Span(span) });
                }
            }
            Shape::Phones => {
                for &(column, item, phone) in &self.scratch.phones {
                    let (hash, text) = match phone.packed() {
                        Some(packed) => (packed, KeyText::Phone),
                        None => {
                            let shown = phone.to_string();
                            (
                                seed.hash_one(shown.as_str()),
                                KeyText::Span(block.append_text(&shown)),
                            )
                        }
                    };
                    self.keys.push(Key { kind, column, item, hash, text });
                }
            }
            Shape::Text(field) => {
                // The rule owns its value (M6), so the key says where to drop it.
                let column = settings.contact_columns.iter().find(|column| column.field == *field);
                let at = column.and_then(Column::index).unwrap_or(u16::MAX);
                self.combine(settings, block, row, std::slice::from_ref(field), region);
                self.push_combined(seed, block, kind, at);
            }
            Shape::Combined(fields) => {
                self.combine(settings, block, row, fields, region);
                self.push_combined(seed, block, kind, u16::MAX);
            }
        }
    }

    /// Every combination of the row's values of these fields; none if one of them is blank (M2).
    fn combine(
        &mut self,
        settings: &Settings,
        block: &Block,
        row: usize,
        fields: &[FieldId],
        region: Option<&str>,
    ) {
        let Scratch { emails, phones, text, keys } = &mut self.scratch;
        keys.clear();
        keys.push(String::new());
        for (at, &field) in fields.iter().enumerate() {
            let mut values: smallvec::SmallVec<[String; 2]> = smallvec::SmallVec::new();
            match field {
                FieldId::EMAIL => values.extend(emails.iter().map(|e| block.text(e.2).to_owned())),
                FieldId::PHONE => values.extend(phones.iter().map(|p| p.2.to_string())),
                _ => {
                    for column in settings.contact_columns.iter().filter(|c| c.field == field) {
                        let cell = column.read(column.text(block, row), region, &settings.choices);
                        if let Cell::Value(value) = cell {
                            text.clear();
                            normalize::fold_into(&value.to_text(), text);
                            if !text.is_empty() {
                                values.push(text.replace(PART, " "));
                            }
                        }
                    }
                }
            }
            let combined = keys.iter().flat_map(|key| {
                let separator = if at == 0 { "" } else { "\u{1f}" };
                values.iter().map(move |value| format!("{key}{separator}{value}"))
            });
            *keys = combined.collect();
        }
    }

    fn push_combined(&mut self, seed: &RandomState, block: &mut Block, kind: KeyKind, column: u16) {
        for (item, key) in self.scratch.keys.iter().enumerate() {
            self.keys.push(Key {
                kind,
                column,
                item: u16::try_from(item).unwrap_or(u16::MAX),
                hash: seed.hash_one(key.as_str()),
                text: KeyText::Span(block.append_text(key)),
            });
        }
    }
}

/// The region whose numbers a row writes without a country code: the row's own country if it is
/// mapped and valid, else the account's (V6).
pub(crate) fn region<'s>(settings: &'s Settings, block: &Block, row: usize) -> Option<&'s str> {
    let own = settings.contact_columns.iter().find(|column| column.field == FieldId::COUNTRY);
    let own = own.and_then(|column| {
        normalize::country(column.mapped(normalize::trim(column.text(block, row)))).ok()
    });
    own.or(settings.account.default_country.as_deref())
}

/// The options that might have been meant, in words.
fn nearest(settings: &Settings, column: &Column, code: IssueCode, cell: &str) -> Option<String> {
    let is_choice = matches!(
        code,
        IssueCode::OptionUnknown | IssueCode::OwnerUnknown | IssueCode::StatusUnknown
    );
    if !is_choice {
        return None;
    }
    let names = settings.choices.nearest(column.kind, column.field, "", cell);
    (!names.is_empty()).then(|| format!("the nearest are {}", names.join(", ")))
}

fn position(n: usize) -> u32 {
    u32::try_from(n).expect("a window has fewer than 2³² rows and keys")
}

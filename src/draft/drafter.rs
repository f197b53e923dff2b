//! [`Drafter`]: rows in, [`Drafts`] out.

use std::hash::BuildHasher;

use foldhash::fast::RandomState;

use super::refusal::{Refusal, nearest, refuse};
use super::watch::{Look, Memo, Watch, quiet_last};
use super::{Cell, Column, Drafts, Key, KeyKind, KeyText, RowDraft, Settings, Shape};
use crate::field::FieldId;
use crate::normalize;
use crate::object::Object;
use crate::source::{Block, BlockRow, TextSpan};
use crate::value::{Phone, Value};

/// Looks at every row of a block once. It keeps nothing that shows from one block to the next, so
/// that several may work side by side.
#[derive(Debug)]
pub(crate) struct Drafter<'s> {
    pub(super) settings: &'s Settings,
    pub(super) seed: RandomState,
    contact: Vec<Watch<'s>>,
    opportunity: Vec<Watch<'s>>,
    has_contact_constants: bool,
    has_opportunity_constants: bool,
    /// The column of the row's own country, and what its cells have said.
    country: Option<(&'s Column, Memo<Option<&'static str>>)>,
    has_email_rule: bool,
    /// The keys of the block that had most.
    most_keys: usize,
    /// Of the current row.
    pub(super) emails: Vec<Address>,
    pub(super) phones: Vec<(u16, u16, Phone)>,
    /// Normalised texts that are not written so in the file; they join the block's text.
    extra: String,
    /// Where they will lie in the block.
    base: usize,
    pub(super) folded: String,
}

/// One e-mail address of the current row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Address {
    pub(super) column: u16,
    pub(super) item: u16,
    pub(super) span: TextSpan,
    pub(super) hash: u64,
}

impl<'s> Drafter<'s> {
    pub(crate) fn new(settings: &'s Settings, seed: RandomState) -> Self {
        let watch = |column| Watch::new(settings, column);
        let mut contact: Vec<Watch<'_>> = settings.contact_columns.iter().map(watch).collect();
        let mut opportunity: Vec<Watch<'_>> =
            settings.opportunity_columns.iter().map(watch).collect();
        quiet_last(&mut contact);
        quiet_last(&mut opportunity);
        let country =
            settings.contact_columns.iter().find(|column| column.field == FieldId::COUNTRY);
        Drafter {
            has_contact_constants: has_constants(&contact),
            has_opportunity_constants: has_constants(&opportunity),
            country: country.map(|column| (column, Memo::default())),
            has_email_rule: settings.rules.iter().any(|rule| rule.shape == Shape::Emails),
            settings,
            seed,
            contact,
            opportunity,
            most_keys: 0,
            emails: Vec::new(),
            phones: Vec::new(),
            extra: String::new(),
            base: 0,
            folded: String::new(),
        }
    }

    /// Drafts all rows of a block.
    pub(crate) fn draft(&mut self, block: &mut Block) -> Drafts {
        let mut drafts = Drafts::default();
        drafts.rows.reserve_exact(block.len());
        drafts.keys.reserve(self.most_keys);
        self.extra.clear();
        self.base = block.text_len();
        // The watches are set aside, so that their memos can learn while a row is drafted.
        let mut contact = std::mem::take(&mut self.contact);
        let mut opportunity = std::mem::take(&mut self.opportunity);
        for at in 0..block.len() {
            let row = block.row(at);
            let first_key = position(drafts.keys.len());
            let mut draft = RowDraft { first_key, ..RowDraft::default() };
            if block.is_failed(at) {
                draft.has_contact = is_present(&contact, &row);
                draft.has_opportunity = is_present(&opportunity, &row);
                (draft.contact_failed, draft.opportunity_failed) = (true, true);
            } else {
                self.draft_contact(&mut contact, &row, &mut drafts, &mut draft);
                self.draft_opportunity(&mut opportunity, &row, &mut drafts, &mut draft);
            }
            draft.end_key = position(drafts.keys.len());
            drafts.rows.push(draft);
        }
        (self.contact, self.opportunity) = (contact, opportunity);
        self.most_keys = self.most_keys.max(drafts.keys.len());
        block.append_text(&self.extra);
        drafts
    }

    fn draft_contact(
        &mut self,
        watches: &mut [Watch<'s>],
        row: &BlockRow<'_>,
        drafts: &mut Drafts,
        draft: &mut RowDraft,
    ) {
        self.emails.clear();
        self.phones.clear();
        // Constants are looked at only where a cell of the row makes the side present (P1).
        if self.has_contact_constants && !is_present(watches, row) {
            return;
        }
        let mut says_more = false;
        for watch in watches.iter_mut() {
            let is_quiet = watch.is_quiet && !row.may_hold_nul();
            if is_quiet && says_more && (draft.has_name || !watch.is_name) {
                // The quiet ones come last, names before the others: no further one adds to it.
                break;
            }
            let Some(cell) = self.cell_of(watch, row) else { continue };
            draft.has_contact |= watch.index.is_some();
            says_more |= watch.says_more;
            let is_filled = is_quiet || self.look(watch, row, cell, drafts, draft);
            draft.has_name |= watch.is_name && is_filled;
        }
        if !draft.has_contact {
            return;
        }
        draft.only_keys = !says_more;
        draft.has_address = !self.emails.is_empty() || !self.phones.is_empty();
        let settings = self.settings;
        for (number, rule) in settings.rules.iter().enumerate() {
            let kind = KeyKind::Rule(u8::try_from(number).expect("fewer than 256 match rules"));
            self.offer_keys(row, kind, rule, drafts);
        }
    }

    fn draft_opportunity(
        &mut self,
        watches: &mut [Watch<'s>],
        row: &BlockRow<'_>,
        drafts: &mut Drafts,
        draft: &mut RowDraft,
    ) {
        // As with contacts (P1).
        if self.has_opportunity_constants && !is_present(watches, row) {
            return;
        }
        for watch in watches.iter_mut() {
            if watch.is_quiet && draft.has_opportunity && !row.may_hold_nul() {
                // So are all behind it.
                break;
            }
            let is_later = watch.look == Look::Later;
            if is_later && draft.has_opportunity {
                continue;
            }
            let Some(cell) = self.cell_of(watch, row) else { continue };
            draft.has_opportunity |= watch.index.is_some();
            if !is_later {
                let is_filled = self.look(watch, row, cell, drafts, draft);
                draft.has_tags |= is_filled && watch.column.field == FieldId::OPPORTUNITY_TAGS;
            }
        }
    }

    /// The cell of a column unless it is blank.
    #[inline]
    fn cell_of<'b>(&self, watch: &Watch<'s>, row: &BlockRow<'b>) -> Option<&'b str>
    where
        's: 'b,
    {
        let cell = match watch.index {
            // Most cells are empty, and show it before they are cut out of the row.
            Some(index) if row.is_empty(index) => return None,
            Some(index) => row.cell(index),
            None => watch.column.constant_text(),
        };
        (!normalize::is_blank(cell)).then_some(cell)
    }

    /// Looks at a cell that is not blank. Does it hold something usable? Most cells are plain, and
    /// need no closer look; a call for each would cost more than looking.
    #[inline(always)]
    fn look<'b>(
        &mut self,
        watch: &mut Watch<'s>,
        row: &BlockRow<'b>,
        cell: &'b str,
        drafts: &mut Drafts,
        draft: &mut RowDraft,
    ) -> bool
    where
        's: 'b,
    {
        let column = watch.column;
        let is_plain = match watch.look {
            Look::Text => !row.may_hold_nul() && cell.len() <= column.max_chars,
            Look::Choice => watch.fine.get(cell).is_some(),
            Look::Day => normalize::is_plain_day(cell.as_bytes()),
            Look::Amount => normalize::is_plain_amount(cell.as_bytes(), column.separators),
            Look::Email if column.is_direct() => self.keep_plain_email(watch, row, cell),
            Look::Phone if column.is_direct() => self.keep_plain_phone(watch, row, cell),
            _ => false,
        };
        is_plain || self.look_closely(watch, row, cell, drafts, draft)
    }

    #[inline(never)]
    fn look_closely<'b>(
        &mut self,
        watch: &mut Watch<'s>,
        row: &BlockRow<'b>,
        cell: &'b str,
        drafts: &mut Drafts,
        draft: &mut RowDraft,
    ) -> bool
    where
        's: 'b,
    {
        let column = watch.column;
        match watch.look {
            Look::Later => false,
            Look::Choice => {
                let is_fine = self.read(column, row, cell, drafts, draft);
                if is_fine {
                    watch.fine.put(cell, ());
                }
                is_fine
            }
            Look::Id(kind) => self.look_at_id(column, kind, row, cell, drafts, draft),
            Look::Email => {
                self.look_at_emails(column, row, cell, drafts, draft);
                true
            }
            Look::Phone => {
                self.look_at_phones(column, row, cell, drafts, draft);
                true
            }
            _ if column.is_list => self.read_items(column, row, cell, drafts, draft),
            _ => self.read(column, row, cell, drafts, draft),
        }
    }

    /// Keeps the address of a cell that is one as it stands.
    fn keep_plain_email(&mut self, watch: &Watch<'s>, row: &BlockRow<'_>, cell: &str) -> bool {
        let Some(is_lower) = normalize::plain_address(cell.as_bytes()) else { return false };
        let (span, hash) = match row.span_of(cell) {
            Some(span) if is_lower => (span, self.hash_of(cell)),
            _ => {
                let start = self.extra.len();
                self.extra.push_str(cell);
                self.extra[start..].make_ascii_lowercase();
                (self.span_from(start), self.hash_of(&self.extra[start..]))
            }
        };
        self.emails.push(Address { column: watch.number(), item: 0, span, hash });
        true
    }

    /// Keeps the phone of a cell that is one as it stands.
    fn keep_plain_phone(&mut self, watch: &Watch<'s>, row: &BlockRow<'_>, cell: &str) -> bool {
        let cell = normalize::trim(cell);
        // With a plus it is the same number everywhere.
        let region = match &watch.column.country {
            _ if cell.starts_with('+') => None,
            Some(country) => Some(country.as_str()),
            None => self.region(row),
        };
        let rule = self.settings.choices.phone_rule;
        let phone = normalize::plain_phone(cell.as_bytes(), region, rule);
        self.phones.extend(phone.map(|phone| (watch.number(), 0, phone)));
        phone.is_some()
    }

    fn look_at_id<'b>(
        &mut self,
        column: &'s Column,
        kind: KeyKind,
        row: &BlockRow<'b>,
        cell: &'b str,
        drafts: &mut Drafts,
        draft: &mut RowDraft,
    ) -> bool
    where
        's: 'b,
    {
        match column.read(cell, None, &self.settings.choices) {
            Cell::Value(Value::Text(id)) => {
                let text = KeyText::Span(self.place(row, &id));
                let hash = self.seed.hash_one(&*id);
                let column = column.index().unwrap_or(u16::MAX);
                drafts.keys.push(Key { kind, column, item: 0, hash, text });
                true
            }
            Cell::Invalid(code) => {
                refuse(drafts, draft, row.number(), column, Refusal { fails: true, ..code.into() });
                false
            }
            _ => false,
        }
    }

    fn look_at_emails<'b>(
        &mut self,
        column: &'s Column,
        row: &BlockRow<'b>,
        cell: &'b str,
        drafts: &mut Drafts,
        draft: &mut RowDraft,
    ) where
        's: 'b,
    {
        let at = column.index().unwrap_or(u16::MAX);
        let settings = self.settings;
        let mut item = 0;
        column.read_items(cell, None, &settings.choices, |shown, read| {
            match read {
                Ok(Value::Text(email)) => {
                    let (span, hash) = (self.place(row, &email), self.hash_of(&email));
                    self.emails.push(Address { column: at, item, span, hash });
                }
                Ok(_) => {}
                Err(code) => {
                    let whole = item == 0 && shown == normalize::trim(cell);
                    let refusal = Refusal { item: (!whole).then_some(shown), ..code.into() };
                    refuse(drafts, draft, row.number(), column, refusal);
                }
            }
            item += 1;
        });
    }

    /// The hash of an e-mail address, if a rule asks for it.
    fn hash_of(&self, email: &str) -> u64 {
        if self.has_email_rule { self.seed.hash_one(email) } else { 0 }
    }

    fn look_at_phones<'b>(
        &mut self,
        column: &'s Column,
        row: &BlockRow<'b>,
        cell: &'b str,
        drafts: &mut Drafts,
        draft: &mut RowDraft,
    ) where
        's: 'b,
    {
        let at = column.index().unwrap_or(u16::MAX);
        let region = self.region(row);
        let mut item = 0;
        column.read_items(cell, region, &self.settings.choices, |shown, read| {
            match read {
                Ok(Value::Phone(phone)) => self.phones.push((at, item, phone)),
                Ok(_) => {}
                Err(code) => {
                    let whole = item == 0 && shown == normalize::trim(cell);
                    let refusal = Refusal { item: (!whole).then_some(shown), ..code.into() };
                    refuse(drafts, draft, row.number(), column, refusal);
                }
            }
            item += 1;
        });
    }

    /// The region whose numbers the row writes without a country code (V6).
    pub(super) fn region<'b>(&mut self, row: &BlockRow<'b>) -> Option<&'b str>
    where
        's: 'b,
    {
        let account = self.settings.account.default_country.as_deref();
        let Some((column, memo)) = &mut self.country else { return account };
        let cell = match column.index().map(usize::from) {
            Some(index) if row.is_empty(index) => return account,
            Some(index) => row.cell(index),
            None => column.constant_text(),
        };
        let own = memo.get(cell).unwrap_or_else(|| {
            let own = column.country_of(cell);
            memo.put(cell, own);
            own
        });
        own.or(account)
    }

    /// Reads a cell in full, only to see whether it can be used.
    fn read<'b>(
        &mut self,
        column: &'s Column,
        row: &BlockRow<'b>,
        cell: &'b str,
        drafts: &mut Drafts,
        draft: &mut RowDraft,
    ) -> bool
    where
        's: 'b,
    {
        let is_phone = column.kind == crate::field::FieldKind::Phone;
        let region = if is_phone { self.region_for(column, row) } else { None };
        match column.read(cell, region, &self.settings.choices) {
            Cell::Blank | Cell::Clear => false,
            Cell::Value(_) => true,
            Cell::Invalid(code) => {
                let detail = nearest(self.settings, column, code, normalize::trim(cell));
                let refusal = Refusal { detail, ..code.into() };
                refuse(drafts, draft, row.number(), column, refusal);
                false
            }
        }
    }

    /// Reads every item of a cell.
    fn read_items<'b>(
        &mut self,
        column: &'s Column,
        row: &BlockRow<'b>,
        cell: &'b str,
        drafts: &mut Drafts,
        draft: &mut RowDraft,
    ) -> bool
    where
        's: 'b,
    {
        let region = self.region_for(column, row);
        let mut is_filled = false;
        column.read_items(cell, region, &self.settings.choices, |shown, read| match read {
            Ok(_) => is_filled = true,
            Err(code) => {
                let detail = nearest(self.settings, column, code, shown);
                let refusal = Refusal { item: Some(shown), detail, ..code.into() };
                refuse(drafts, draft, row.number(), column, refusal);
            }
        });
        is_filled
    }

    fn region_for<'b>(&mut self, column: &Column, row: &BlockRow<'b>) -> Option<&'b str>
    where
        's: 'b,
    {
        match column.object {
            Object::Contact => self.region(row),
            Object::Opportunity => self.settings.account.default_country.as_deref(),
        }
    }

    /// Where a text lies in the block: in the file's own text, or among what joins it.
    pub(super) fn place(&mut self, row: &BlockRow<'_>, text: &str) -> TextSpan {
        row.span_of(text).unwrap_or_else(|| {
            let start = self.extra.len();
            self.extra.push_str(text);
            self.span_from(start)
        })
    }

    fn span_from(&self, start: usize) -> TextSpan {
        TextSpan::new(self.base + start, self.extra.len() - start)
    }

    pub(super) fn text<'t>(&'t self, row: &BlockRow<'t>, span: TextSpan) -> &'t str {
        row.text(span).unwrap_or_else(|| &self.extra[span.range_from(self.base)])
    }
}

fn has_constants(watches: &[Watch<'_>]) -> bool {
    watches.iter().any(|watch| watch.index.is_none())
}

/// Is a cell of the object filled (P1)?
fn is_present(watches: &[Watch<'_>], row: &BlockRow<'_>) -> bool {
    let mut cells = watches.iter().filter_map(|watch| watch.index);
    cells.any(|index| !row.is_empty(index) && !normalize::is_blank(row.cell(index)))
}

fn position(n: usize) -> u32 {
    u32::try_from(n).expect("a block has fewer than 2³² rows and keys")
}

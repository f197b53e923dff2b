//! [`Drafter`]: rows in, [`Drafts`] out.

use foldhash::fast::RandomState;

use super::address::Address;
use super::region::Countries;
use super::side::Side;
use super::{Drafts, KeyKind, RowDraft, Settings, Shape};
use crate::field::FieldId;
use crate::source::{Block, BlockRow, TextSpan};
use crate::value::Phone;

/// Looks at every row of a block once. It keeps nothing that shows from one block to the next, so
/// that several may work side by side.
#[derive(Debug)]
pub(crate) struct Drafter<'s> {
    pub(super) settings: &'s Settings,
    pub(super) seed: RandomState,
    contact: Side<'s>,
    opportunity: Side<'s>,
    /// Of the row itself.
    pub(super) country: Option<Countries<'s>>,
    pub(super) has_email_rule: bool,
    /// The keys of the block that had most.
    most_keys: usize,
    /// Of the current row.
    pub(super) emails: Vec<Address>,
    pub(super) phones: Vec<(u16, u16, Phone)>,
    /// Normalised texts that are not written so in the file; they join the block's text.
    pub(super) extra: String,
    /// Where they will lie in the block.
    base: usize,
    pub(super) folded: String,
}

impl<'s> Drafter<'s> {
    pub(crate) fn new(settings: &'s Settings, seed: RandomState) -> Self {
        Drafter {
            contact: Side::new(settings, &settings.contact_columns),
            opportunity: Side::new(settings, &settings.opportunity_columns),
            country: Countries::of(settings),
            has_email_rule: settings.rules.iter().any(|rule| rule.shape == Shape::Emails),
            settings,
            seed,
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
                draft.has_contact = contact.is_present(&row);
                draft.has_opportunity = opportunity.is_present(&row);
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

    // Each side in a function of its own, which keeps more of a row in registers.
    #[inline(never)]
    fn draft_contact(
        &mut self,
        side: &mut Side<'s>,
        row: &BlockRow<'_>,
        drafts: &mut Drafts,
        draft: &mut RowDraft,
    ) {
        self.emails.clear();
        self.phones.clear();
        // Constants are looked at only where a cell of the row makes the side present (P1).
        if side.has_constants && !side.is_present(row) {
            return;
        }
        let mut says_more = false;
        for watch in &mut side.watches {
            let is_quiet = watch.is_quiet && !row.may_hold_nul();
            if is_quiet && says_more && (draft.has_name || !watch.is_name) {
                // The quiet ones come last, names before the others: no further one adds to it.
                break;
            }
            let Some(cell) = watch.cell(row) else { continue };
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

    #[inline(never)]
    fn draft_opportunity(
        &mut self,
        side: &mut Side<'s>,
        row: &BlockRow<'_>,
        drafts: &mut Drafts,
        draft: &mut RowDraft,
    ) {
        // As with contacts (P1).
        if side.has_constants && !side.is_present(row) {
            return;
        }
        for watch in &mut side.watches {
            let is_quiet = watch.is_quiet && !row.may_hold_nul();
            if is_quiet && draft.has_opportunity {
                // So are all behind it.
                break;
            }
            let Some(cell) = watch.cell(row) else { continue };
            draft.has_opportunity |= watch.index.is_some();
            let is_filled = is_quiet || self.look(watch, row, cell, drafts, draft);
            draft.has_tags |= is_filled && watch.column.field == FieldId::OPPORTUNITY_TAGS;
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

    pub(super) fn span_from(&self, start: usize) -> TextSpan {
        TextSpan::new(self.base + start, self.extra.len() - start)
    }

    pub(super) fn text<'t>(&'t self, row: &BlockRow<'t>, span: TextSpan) -> &'t str {
        row.text(span).unwrap_or_else(|| &self.extra[span.range_from(self.base)])
    }
}

fn position(n: usize) -> u32 {
    u32::try_from(n).expect("a block has fewer than 2³² rows and keys")
}

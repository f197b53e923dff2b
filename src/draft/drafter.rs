//! [`Drafter`]: rows in, [`Drafts`] out.
//!
//! A stripe of up to 64 rows is drafted together, column by column. So it is decided only once per column how its cells
//! are checked, and empty cells cost nothing. Sets of rows of a stripe are bits of a `u64`.

use foldhash::fast::RandomState;

use super::check::Checked;
use super::refusal::Refused;
use super::region::Countries;
use super::side::{Seen, SideColumns};
use super::stripe_keys::StripeKeys;
use super::{Column, Drafts, FormatScan, RowDraft, Settings, Shape, SideDraft};
use crate::field::FieldId;
use crate::issue::IssueCode;
use crate::source::{Block, Stripe, TextSpan, rows_of};

/// Drafts the rows of blocks. What it remembers from one block to the next makes no difference to the result, so
/// several drafters can work side by side.
#[derive(Debug)]
pub(crate) struct Drafter<'s> {
    pub(super) settings: &'s Settings,
    pub(super) seed: RandomState,
    contact: SideColumns<'s>,
    opportunity: SideColumns<'s>,
    /// The countries that the rows themselves name.
    pub(super) country: Option<Countries<'s>>,
    pub(super) has_email_rule: bool,
    /// The column of a full name next to columns for its parts, with its place in the file.
    full_name: Option<(usize, &'s Column)>,
    /// The largest number of keys of any block so far, to make room for those of the next.
    most_keys: usize,
    /// A buffer for the stripes.
    filled: Vec<u64>,
    /// The keys of the rows of the current stripe.
    pub(super) keys: StripeKeys,
    /// The cells of the current stripe that are refused.
    pub(super) refused: Refused,
    /// Normalised texts of keys that the file does not have in this form. They are appended to the text of the block.
    pub(super) extra: String,
    /// Where in the block's text they will begin.
    base: usize,
    /// What was seen of the formats of columns, if they are looked for.
    formats: Option<FormatScan>,
}

impl<'s> Drafter<'s> {
    pub(crate) fn new(settings: &'s Settings, seed: RandomState) -> Self {
        let contact = SideColumns::new(settings, &settings.contact_columns);
        let opportunity = SideColumns::new(settings, &settings.opportunity_columns);
        let full_name = settings.contact_columns.iter().find(|column| column.beside.is_some());
        let place = |column: &'s Column| Some((usize::from(column.index()?), column));
        Drafter {
            full_name: full_name.filter(|_| settings.contacts.is_some()).and_then(place),
            keys: StripeKeys::new(&contact, &opportunity, &settings.rules),
            contact,
            opportunity,
            country: Countries::of(settings),
            has_email_rule: settings.rules.iter().any(|rule| rule.shape == Shape::Emails),
            settings,
            seed,
            most_keys: 0,
            filled: Vec::new(),
            refused: Refused::default(),
            extra: String::new(),
            base: 0,
            formats: None,
        }
    }

    /// A drafter that also looks for the formats of columns, because their cells are in the processor's cache then.
    pub(crate) fn scanning(settings: &'s Settings, seed: RandomState) -> Self {
        let formats = Some(FormatScan::new(settings));
        Drafter { formats, ..Drafter::new(settings, seed) }
    }

    /// What it has seen of formats, if it has looked for them.
    pub(crate) fn into_formats(self) -> Option<FormatScan> {
        self.formats
    }

    /// Drafts all rows of a block.
    pub(crate) fn draft(&mut self, block: &mut Block) -> Drafts {
        if let Some(joined) = &self.settings.joined_name {
            joined.add_to(block);
        }
        let mut drafts = Drafts::default();
        drafts.rows.reserve_exact(block.len());
        drafts.keys.reserve(self.most_keys);
        self.extra.clear();
        self.base = block.text_len();
        // The sides are taken out of the drafter, so that their columns can be changed while it is borrowed.
        let mut contact = std::mem::take(&mut self.contact);
        let mut opportunity = std::mem::take(&mut self.opportunity);
        let mut filled = std::mem::take(&mut self.filled);
        for first in (0..block.len()).step_by(Stripe::ROWS) {
            let stripe = Stripe::of(block, first, &mut filled);
            if let Some(formats) = &mut self.formats {
                formats.observe_stripe(&stripe);
            }
            if let Some(country) = &mut self.country {
                country.read_stripe(&stripe);
            }
            self.note_names_left_out(&stripe);
            let of_contacts = self.check_side(&mut contact, &stripe);
            let of_opportunities = self.check_side(&mut opportunity, &stripe);
            self.write_drafts(&stripe, &of_contacts, &of_opportunities, &mut drafts);
        }
        (self.contact, self.opportunity, self.filled) = (contact, opportunity, filled);
        self.most_keys = self.most_keys.max(drafts.keys.len());
        block.append_text(&self.extra);
        drafts
    }

    /// Reports full names that are left out because they contradict a part of the name on the same row (§10).
    fn note_names_left_out(&mut self, stripe: &Stripe<'_>) {
        let Some((index, column)) = self.full_name else { return };
        for row in rows_of(stripe.filled(index) & !stripe.failed()) {
            if column.leaves_out_name(&stripe.row(row)) {
                self.refused.add(stripe, row, column, IssueCode::NameUnused.into());
            }
        }
    }

    /// Checks the cells of one side.
    fn check_side(&mut self, side: &mut SideColumns<'s>, stripe: &Stripe<'_>) -> Seen {
        let failed = stripe.failed();
        let mut seen = Seen { present: side.present_among(failed, stripe), ..Seen::default() };
        let mut open = stripe.rows() & !failed;
        if side.has_constants {
            // Constants count only on rows of which a cell makes the side present (P1).
            open = side.present_among(open, stripe);
        }
        for checked in &mut side.columns {
            let is_quiet = checked.is_quiet && !stripe.block.may_hold_nul();
            let needless = match checked.is_name {
                _ if !is_quiet => 0,
                true => seen.more & seen.named,
                false => seen.more,
            };
            let filled = checked.index.map_or(u64::MAX, |at| stripe.filled(at));
            let rows = checked.rows_with_meaning(stripe, open & !needless & filled);
            if rows == 0 {
                continue;
            }
            let Checked { filled, usable } = self.check_column(checked, is_quiet, stripe, rows);
            if checked.index.is_some() {
                seen.present |= filled;
            }
            if checked.says_more {
                seen.more |= filled;
            }
            if checked.is_name {
                seen.named |= usable;
            }
            if checked.column.field == FieldId::OPPORTUNITY_TAGS {
                seen.tagged |= usable;
            }
        }
        seen
    }

    /// Adds the drafts of the rows of a stripe.
    fn write_drafts(
        &mut self,
        stripe: &Stripe<'_>,
        of_contacts: &Seen,
        of_opportunities: &Seen,
        drafts: &mut Drafts,
    ) {
        if self.settings.contacts.is_none() {
            self.refused.spare_contacts(stripe, of_opportunities.present);
        }
        self.refused.hand_over(&mut drafts.findings);
        let failed = stripe.failed();
        let contact_failed = self.refused.contacts | failed;
        let opportunity_failed = self.refused.opportunities | failed;
        let has_address = self.keys.rows_with_addresses();
        let open = of_contacts.present & !failed;
        self.combine(stripe, open);
        let starts = self.keys.write(&self.settings.rules, &mut drafts.keys);
        let ends = starts.iter().copied().skip(1).chain([position(drafts.keys.len())]);
        let drafted = starts.iter().zip(ends).take(stripe.len()).enumerate();
        drafts.rows.extend(drafted.map(|(row, (&first_key, end_key))| {
            let has = |rows: u64| rows >> row & 1 == 1;
            RowDraft {
                first_key,
                end_key,
                contact: SideDraft::new(has(of_contacts.present), has(contact_failed)),
                opportunity: SideDraft::new(has(of_opportunities.present), has(opportunity_failed)),
                has_name: has(of_contacts.named),
                has_address: has(open & has_address),
                only_refers: has(open & !of_contacts.more & of_opportunities.present),
                has_tags: has(of_opportunities.tagged),
            }
        }));
        self.keys.clear();
        self.refused.clear();
    }

    /// The place of a text in the block: where it is in the text of the file or, if it is not there, among the texts
    /// that are appended.
    pub(super) fn place(&mut self, block: &Block, text: &str) -> TextSpan {
        block.span_of(text).unwrap_or_else(|| {
            let start = self.extra.len();
            self.extra.push_str(text);
            self.span_from(start)
        })
    }

    pub(super) fn span_from(&self, start: usize) -> TextSpan {
        TextSpan::new(self.base + start, self.extra.len() - start)
    }

    pub(super) fn text<'t>(&'t self, block: &'t Block, span: TextSpan) -> &'t str {
        match span.range_from(self.base) {
            range if range.start <= self.extra.len() => &self.extra[range],
            _ => block.text(span),
        }
    }
}

pub(super) fn position(n: usize) -> u32 {
    u32::try_from(n).expect("a block has fewer than 2³² rows and keys")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::{Account, DedupPolicy};
    use crate::dice::Dice;
    use crate::draft::KeyText;
    use crate::mapping::{Mapping, OnInvalid};
    use crate::object::{Mode, Object};
    use crate::source::Source;

    const COLUMNS: [(&str, Object, &str, &[&str]); 11] = [
        ("Id", Object::Contact, "id", &["", "", "c-1", " ", "x\u{1}y"]),
        ("First", Object::Contact, "first_name", &["Ana", "", " ", "\"\"", "\u{a0}"]),
        ("Mail", Object::Contact, "email", &["ana@x.com", "A@X.COM", "a@x.de, b@x.de", "no", ""]),
        ("More", Object::Contact, "additional_emails", &["", "", "c@x.com; no; D@x.com"]),
        (
            "Phone",
            Object::Contact,
            "phone",
            &["206 555 0123", "030 123456", "12", "", "+442079460018 ext 12345"],
        ),
        (
            "Country",
            Object::Contact,
            "country",
            &["US", "Germany", "Nowhere", "", "#N/A", "United Kingdom"],
        ),
        ("Born", Object::Contact, "date_of_birth", &["", "1984-03-12", "31 nope", "1971-02-30"]),
        ("Firm", Object::Contact, "company", &["", "Elm", "  ", "Owl, \"\"Books"]),
        ("Deal", Object::Opportunity, "name", &["", "Deal", " ", "\"\""]),
        ("Value", Object::Opportunity, "value", &["", "$1,200.50", "12.ab"]),
        ("Labels", Object::Opportunity, "tags", &["", "vip", " "]),
    ];

    /// Random rows of these columns.
    fn file(rows: usize, with_nul: bool) -> String {
        let mut dice = Dice::new(7);
        let mut text = COLUMNS.map(|column| column.0).join(",") + "\n";
        for row in 0..rows {
            let cells = COLUMNS.map(|(.., cells)| {
                let cell = dice.one_of(cells);
                if cell.contains(',') { format!("\"{cell}\"") } else { cell.to_owned() }
            });
            let width = if row % 50 == 7 { 4 } else { cells.len() };
            text += &cells[..width].join(",");
            text += if with_nul && row % 40 == 3 { "\0\n" } else { "\n" };
        }
        text
    }

    fn settings(mapping: Mapping) -> Settings {
        let account = Account {
            default_country: Some("US".into()),
            dedup: DedupPolicy::by([
                vec!["email"],
                vec!["phone"],
                vec!["email", "phone"],
                vec!["company"],
            ]),
            ..Account::default()
        };
        let headers = COLUMNS.map(|column| column.0.to_owned()).to_vec();
        Settings::new(
            account,
            mapping,
            headers,
            (Some(Mode::Upsert), Some(Mode::Upsert)),
            Vec::new(),
        )
    }

    /// All that a draft says, row by row.
    fn told(block: &Block, drafts: &Drafts) -> Vec<String> {
        let first = block.first_row().0;
        let of_row = |(row, draft): (usize, &RowDraft)| {
            let keys = drafts.keys(draft.keys()).iter().map(|key| match key.text {
                KeyText::Span(span) => {
                    (key.kind, key.column, key.item, block.text(span).to_owned())
                }
                KeyText::Phone => (key.kind, key.column, key.item, key.hash.to_string()),
            });
            let flags = RowDraft { first_key: 0, end_key: 0, ..*draft };
            let number = first + u32::try_from(row).unwrap();
            let findings =
                drafts.findings.iter().filter(|f| f.row.is_some_and(|at| at.0 == number));
            format!(
                "{number} {flags:?} {:?} {:?}",
                keys.collect::<Vec<_>>(),
                findings.collect::<Vec<_>>()
            )
        };
        drafts.rows.iter().enumerate().map(of_row).collect()
    }

    #[test]
    fn l4_rows_that_are_drafted_together_are_drafted_as_each_alone() {
        let plain =
            COLUMNS.iter().fold(Mapping::default(), |mapping, (header, object, field, _)| {
                mapping.column(header, *object, field)
            });
        let mut strict = plain.clone().constant(Object::Contact, "email", "Desk@x.com");
        strict = strict.constant(Object::Opportunity, "name", "Fair");
        strict.clear_token = Some("#N/A".into());
        for column in &mut strict.columns {
            column.on_invalid = Some(OnInvalid::FailRow);
        }
        for (mapping, with_nul) in [(&plain, false), (&plain, true), (&strict, false)] {
            let settings = settings(mapping.clone());
            let seed = RandomState::default();
            let file = file(300, with_nul);
            let mut rows = Source::from_bytes(file.as_bytes()).open().unwrap();
            let mut block = Block::new();
            rows.next_block(&mut block, 300).unwrap();
            let mut together = block.clone();
            let drafts = Drafter::new(&settings, seed.clone()).draft(&mut together);
            let numbers: Vec<_> = drafts.findings.iter().map(|finding| finding.row).collect();
            assert!(numbers.is_sorted() && numbers.len() > 50);
            assert!(drafts.keys.len() > 300);
            let mut alone = Vec::new();
            for row in 0..block.len() {
                let mut one = Block::gather([(&block, row)].into_iter());
                one.renumber(crate::object::RowNumber(block.first_row().0 + row as u32));
                let drafts = Drafter::new(&settings, seed.clone()).draft(&mut one);
                alone.extend(told(&one, &drafts));
            }
            let together = told(&together, &drafts);
            assert_eq!(together.len(), alone.len());
            together.iter().zip(&alone).for_each(|(together, alone)| assert_eq!(together, alone));
        }
    }
}

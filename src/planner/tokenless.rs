//! [`Tokenless`] rows leave no token in storage, and [`Moved`] tells which of them may find another record once the plan is
//! written (behaviour X6).
//!
//! A row that writes a record leaves a token, which tells a resumed import what the row had found. Any other row has to
//! find its record again, in a storage that the import itself has changed. So has a row that was not written before the
//! interruption. The planner therefore notes each key that a stored contact gains or loses. A row of whose keys none
//! has moved finds what it found before; of all others, the checkpoint says what they had found.

use foldhash::fast::RandomState;
use smallvec::SmallVec;

use super::Planner;
use crate::dedup::KeyNumber;
use crate::draft::{Drafter, Key, KeyKind, KeyText};
use crate::maps::{Map, Set};
use crate::object::{ContactNumber, Object, RowIndex};
use crate::plan::{By, Ledger, Op, Outcome, Plan, print_of};
use crate::source::Block;
use crate::value::Value;

/// How many rows are looked at together.
pub(super) const TOGETHER: usize = 4_096;

/// A row that leaves no token for one of its sides, or leaves it only when its contact is written.
#[derive(Clone, Debug)]
pub(crate) struct Tokenless {
    pub(crate) row: RowIndex,
    /// The contact that it writes, if both of its sides leave a token in the end.
    writes: Option<ContactNumber>,
    /// Fingerprints of the keys by which it looks for its contact.
    keys: SmallVec<[u64; 4]>,
    /// A fingerprint of the stored opportunity that it was matched with.
    opportunity: Option<u128>,
    /// Whether its opportunity side fails. The reason may be another opportunity of its contact.
    has_failed: bool,
}

/// What a plan changes that rows find records by: keys of contacts, and opportunities.
#[derive(Clone, Debug, Default)]
pub(crate) struct Moved {
    /// Fingerprints of keys that stored contacts gain or lose, each with that contact, or `None` if there are several.
    keys: Map<u64, Option<ContactNumber>>,
    opportunities: Set<u128>,
}

impl Moved {
    pub(crate) fn of(plan: &Plan) -> Self {
        let mut moved = Moved::default();
        for &(key, contact) in &plan.moved_keys {
            let of = moved.keys.entry(key).or_insert(Some(contact));
            *of = of.filter(|of| *of == contact);
        }
        if plan.ledger.settings.compares_opportunities() {
            let steps = plan.steps().filter(|step| step.object() == Object::Opportunity);
            let updates = steps.filter(|step| step.op() == Op::Update);
            moved.opportunities = updates.filter_map(|step| Some(print_of(step.id()?))).collect();
        }
        moved
    }

    /// Adds what another plan changes. That plan has other contact numbers, so its contacts are not kept.
    pub(crate) fn add(&mut self, other: Moved) {
        self.keys.extend(other.keys.into_keys().map(|key| (key, None)));
        self.opportunities.extend(other.opportunities);
    }

    pub(crate) fn is_nothing(&self) -> bool {
        self.keys.is_empty() && self.opportunities.is_empty()
    }

    /// Whether the row might find another record now.
    pub(crate) fn concerns(&self, row: &Tokenless) -> bool {
        // If only its own contact gains or loses a key, the row still finds that contact.
        let leads_elsewhere =
            |of: &Option<ContactNumber>| row.writes.is_none() || *of != row.writes;
        row.keys.iter().any(|key| self.keys.get(key).is_some_and(leads_elsewhere))
            || row.opportunity.is_some_and(|of| self.opportunities.contains(&of))
            || (row.has_failed && !self.opportunities.is_empty())
    }
}

/// Shows the rows of a plan that leave no token, in order.
pub(crate) fn each_tokenless(plan: &Plan, show: impl FnMut(Tokenless)) {
    each_row(plan, |row| is_tokenless(&plan.ledger, row), show);
}

/// Shows the rows of a plan that leave a token once their contact is written, in order. A row that creates its contact
/// is left out, because no other contact can take its keys. The exception is a key of several fields, which several
/// contacts may have (M6).
pub(crate) fn each_writing(plan: &Plan, show: impl FnMut(Tokenless)) {
    let ledger = &plan.ledger;
    let may_share = ledger.settings.may_share_keys();
    let writes = |row: RowIndex| match ledger.contact_rows[row.index()].outcome {
        Some(Outcome::Update) => true,
        Some(Outcome::Create) => may_share,
        _ => false,
    };
    each_row(plan, |row| writes(row) && !is_tokenless(ledger, row), show);
}

fn each_row(plan: &Plan, is_wanted: impl Fn(RowIndex) -> bool, mut show: impl FnMut(Tokenless)) {
    let (ledger, mut rows) = (&plan.ledger, Vec::with_capacity(TOGETHER));
    for row in ledger.all_rows().filter(|row| is_wanted(*row)) {
        rows.push(row);
        if rows.len() == TOGETHER {
            show_together(ledger, &rows, &mut show);
            rows.clear();
        }
    }
    show_together(ledger, &rows, &mut show);
}

fn is_tokenless(ledger: &Ledger, row: RowIndex) -> bool {
    let has_token = |outcome| matches!(outcome, None | Some(Outcome::Create | Outcome::Update));
    !has_token(ledger.contact_rows[row.index()].outcome)
        || !has_token(ledger.opportunity_rows[row.index()].outcome)
}

fn show_together(ledger: &Ledger, rows: &[RowIndex], show: &mut impl FnMut(Tokenless)) {
    with_keys(ledger, rows, |row, keys| {
        let side = &ledger.opportunity_rows[row.index()];
        let opportunity = side.opportunity.filter(|_| side.by != By::Id);
        let id = opportunity.and_then(|of| ledger.id(of));
        let contact = ledger.contact_rows[row.index()].contact;
        show(Tokenless {
            row,
            writes: contact.filter(|_| !is_tokenless(ledger, row)),
            keys,
            opportunity: id.map(print_of),
            has_failed: side.outcome == Some(Outcome::Fail),
        });
    });
}

/// Shows rows with fingerprints of the keys by which they look for their contact.
pub(super) fn with_keys(
    ledger: &Ledger,
    rows: &[RowIndex],
    mut show: impl FnMut(RowIndex, SmallVec<[u64; 4]>),
) {
    if rows.is_empty() {
        return;
    }
    let mut block = Block::gather(rows.iter().map(|row| ledger.locate(*row)));
    let drafts = Drafter::new(&ledger.settings, RandomState::default()).draft(&mut block);
    for (&row, draft) in rows.iter().zip(&drafts.rows) {
        let keys = drafts.keys(draft.keys()).iter();
        let keys = keys.filter(|key| matches!(key.kind, KeyKind::Rule(_)));
        show(row, keys.map(|key| print_of_key(&block, key)).collect());
    }
}

/// The fingerprint of a key. A phone that fits 64 bits is its own fingerprint.
fn print_of_key(block: &Block, key: &Key) -> u64 {
    match key.text {
        KeyText::Phone => key.hash,
        KeyText::Span(span) => print_of_text(block.text(span)),
    }
}

fn print_of_value(value: &Value<'_>) -> u64 {
    let phone = if let Value::Phone(phone) = value { phone.packed() } else { None };
    phone.unwrap_or_else(|| print_of_text(&value.to_text()))
}

#[allow(clippy::cast_possible_truncation)] // half of the fingerprint tells keys apart well enough
fn print_of_text(text: &str) -> u64 {
    print_of(text) as u64
}

impl Planner {
    /// Notes that a contact gains or loses a key, if it is a stored contact. A new contact does not matter: a resumed
    /// import makes it of the same rows again.
    pub(super) fn note_moved(&mut self, key: KeyNumber, contact: ContactNumber) {
        if self.ledger.contacts[contact.index()].stored().is_some() {
            self.moved.push((key, contact));
        }
    }

    /// The same for values that need not be keys of the file.
    pub(super) fn note_moved_values<'v>(
        &mut self,
        contact: ContactNumber,
        values: impl IntoIterator<Item = &'v Value<'v>>,
    ) {
        if self.ledger.contacts[contact.index()].stored().is_some() {
            let prints = values.into_iter().map(print_of_value);
            self.moved_prints.extend(prints.map(|print| (print, contact)));
        }
    }

    /// Fingerprints of the keys that stored contacts gain or lose, each with the contact.
    pub(super) fn moved_keys(&mut self) -> Vec<(u64, ContactNumber)> {
        let mut moved = std::mem::take(&mut self.moved_prints);
        let keys = self.moved.iter().map(|(key, _)| *key);
        let prints = self.index.prints(keys, |place| self.ledger.text(place), print_of_text);
        moved.extend(prints.into_iter().zip(self.moved.iter().map(|(_, contact)| *contact)));
        moved.sort_unstable();
        moved.dedup();
        moved
    }
}

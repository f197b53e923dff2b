//! [`Memory`]: what a run remembers of the records that its earlier windows met.

use twox_hash::XxHash3_128;

use super::claim::Claim;
use super::interrupted::Interrupted;
use super::met_records::{self, MetRecords};
use crate::maps::{Map, Set};
use crate::object::{Object, RowNumber};

/// What is kept of a record after the window that met it is forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Met {
    /// The first row that was folded into it; `None` if rows only named it.
    pub(crate) first_row: Option<RowNumber>,
    /// For a contact that no row was folded into: the first row that named it.
    pub(crate) named_row: Option<RowNumber>,
    pub(crate) facts: Facts,
}

/// Something that is either so or not so of a record that a window has met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Fact {
    /// This import created it.
    Made = 1,
    /// A row has described it, that is, has said more about it than its keys (M10).
    Described = 1 << 1,
    /// For an opportunity: no later row matches it any more (O5).
    Consumed = 1 << 2,
    /// It was reported unchanged, and no window has changed it since.
    Unchanged = 1 << 3,
    /// It was planned unchanged.
    PlannedUnchanged = 1 << 4,
    /// No row has filled its tags, whatever follow-ups have put there; for an opportunity: its value, although
    /// that is 0 (O6). Noted only if a column fills blanks (W2).
    Unfilled = 1 << 5,
    /// For an opportunity: it was counted as linked.
    Linked = 1 << 6,
    /// For an opportunity: no later row matches it any more that could not create one (O5).
    Lent = 1 << 7,
}

/// What stands in the place of [`Fact::Lent`] for a contact: the row that is kept of it only named it.
const ONLY_NAMED: u8 = Fact::Lent as u8;

/// All that is so of a record, in one byte.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Facts(u8);

impl Facts {
    pub(crate) fn has(self, fact: Fact) -> bool {
        self.0 & fact as u8 != 0
    }

    /// The same, and this fact if it is so.
    pub(crate) fn with(self, fact: Fact, is_so: bool) -> Self {
        if is_so { Facts(self.0 | fact as u8) } else { self }
    }

    /// The same, with what a row leaves of an opportunity.
    pub(crate) fn with_claim(self, claim: Claim) -> Self {
        self.with(Fact::Lent, claim == Claim::Lent).with(Fact::Consumed, claim == Claim::Consumed)
    }

    fn without(self, fact: Fact) -> Self {
        Facts(self.0 & !(fact as u8))
    }

    fn and(self, more: Facts) -> Self {
        Facts(self.0 | more.0)
    }

    fn is_only_named(self, object: Object) -> bool {
        object == Object::Contact && self.0 & ONLY_NAMED != 0
    }
}

/// The fingerprint of an id.
pub(crate) fn print_of(id: &str) -> u128 {
    XxHash3_128::oneshot(id.as_bytes())
}

/// The records that earlier windows of an import met. Each costs a fingerprint of its id, its first row and a
/// byte of facts, so that a file of any length is imported in little memory.
#[derive(Clone, Debug, Default)]
pub(crate) struct Memory {
    contacts: Records,
    opportunities: Records,
}

#[derive(Clone, Debug, Default)]
struct Records {
    /// A [`Met`]: the row (0 = none) that was folded into the record or that named it, and the facts.
    met: MetRecords,
    /// A bit for each field that could be cleared and was given (W3).
    given: Map<u128, u64>,
    /// Given fields for which there is no bit.
    more: Set<(u128, u16)>,
    /// Records of the rows at hand that an interrupted import has written already.
    written: Set<u128>,
}

impl Met {
    fn of(object: Object, entry: &met_records::Entry) -> Self {
        let row = (entry.row > 0).then_some(RowNumber(entry.row));
        match entry.facts.is_only_named(object) {
            true => Met { first_row: None, named_row: row, facts: entry.facts },
            false => Met { first_row: row, named_row: None, facts: entry.facts },
        }
    }

    pub(crate) fn has(self, fact: Fact) -> bool {
        self.facts.has(fact)
    }

    /// What the rows so far leave of an opportunity.
    pub(crate) fn claim(self) -> Claim {
        match (self.has(Fact::Consumed), self.has(Fact::Lent)) {
            (true, _) => Claim::Consumed,
            (false, true) => Claim::Lent,
            (false, false) => Claim::Free,
        }
    }
}

impl Memory {
    fn of(&self, object: Object) -> &Records {
        match object {
            Object::Contact => &self.contacts,
            Object::Opportunity => &self.opportunities,
        }
    }

    fn of_mut(&mut self, object: Object) -> &mut Records {
        match object {
            Object::Contact => &mut self.contacts,
            Object::Opportunity => &mut self.opportunities,
        }
    }

    /// Has no earlier window met any record?
    pub(crate) fn is_empty(&self) -> bool {
        self.contacts.met.is_empty() && self.opportunities.met.is_empty()
    }

    pub(crate) fn get(&self, object: Object, id: &str) -> Option<Met> {
        self.of(object).met.get(print_of(id)).map(|entry| Met::of(object, entry))
    }

    /// Adds what a window knows of a record to what was known before.
    pub(crate) fn add(&mut self, object: Object, id: &str, met: Met) {
        let known = self.of_mut(object).met.entry(print_of(id));
        let is_only_named = known.facts.is_only_named(object);
        known.facts = known.facts.and(met.facts);
        match (met.first_row, met.named_row) {
            (Some(first), _) if known.row == 0 || is_only_named => {
                known.row = first.0;
                known.facts.0 &= if object == Object::Contact { !ONLY_NAMED } else { u8::MAX };
            }
            (None, Some(named)) if known.row == 0 && object == Object::Contact => {
                known.row = named.0;
                known.facts.0 |= ONLY_NAMED;
            }
            _ => {}
        }
    }

    /// A window has changed a record that was reported unchanged.
    pub(crate) fn change(&mut self, object: Object, id: &str) {
        let known = self.of_mut(object).met.entry(print_of(id));
        known.facts = known.facts.without(Fact::Unchanged);
    }

    /// A window has left unfilled the field that columns fill if it is blank, or has filled it. There is nothing
    /// to note about a record that no row has met.
    pub(crate) fn leave(&mut self, object: Object, id: &str, is_unfilled: bool) {
        if self.get(object, id).is_some() {
            let known = self.of_mut(object).met.entry(print_of(id));
            known.facts = known.facts.without(Fact::Unfilled).with(Fact::Unfilled, is_unfilled);
        }
    }

    /// A row has given the record the field with this number among those that can be cleared.
    pub(crate) fn give(&mut self, object: Object, id: &str, number: usize) {
        let (records, print) = (self.of_mut(object), print_of(id));
        match bit(number) {
            Some(bit) => *records.given.entry(print).or_default() |= bit,
            None => _ = records.more.insert((print, u16::try_from(number).unwrap_or(u16::MAX))),
        }
    }

    /// Notes the records into which an interrupted import has folded the rows at hand already. They are as these rows
    /// left them, so the rows must not clear anything in them a second time (W3).
    pub(crate) fn note_written(&mut self, interrupted: &Interrupted) {
        let prints = |ids: &mut dyn Iterator<Item = &Box<str>>| -> Set<u128> {
            ids.map(|id| print_of(id)).collect()
        };
        self.contacts.written = prints(&mut interrupted.first_rows.keys());
        self.opportunities.written = prints(&mut interrupted.written_opportunities.iter());
    }

    /// Forgets which records were [noted as written](Self::note_written), and returns them.
    pub(crate) fn take_written(&mut self) -> Memory {
        let take = |records: &mut Records| Records {
            written: std::mem::take(&mut records.written),
            ..Records::default()
        };
        Memory { contacts: take(&mut self.contacts), opportunities: take(&mut self.opportunities) }
    }

    /// Whether the record was [noted as written](Self::note_written).
    pub(crate) fn is_written(&self, object: Object, id: &str) -> bool {
        let written = &self.of(object).written;
        !written.is_empty() && written.contains(&print_of(id))
    }

    /// Has a row of an earlier window given the record this field?
    pub(crate) fn is_given(&self, object: Object, id: &str, number: usize) -> bool {
        let (records, print) = (self.of(object), print_of(id));
        if records.written.contains(&print) {
            return true;
        }
        match bit(number) {
            Some(bit) => records.given.get(&print).is_some_and(|given| given & bit > 0),
            None => records.more.contains(&(print, u16::try_from(number).unwrap_or(u16::MAX))),
        }
    }
}

/// The first 64 fields have a bit each. Hardly any file has more that can be cleared.
fn bit(number: usize) -> Option<u64> {
    (number < 64).then(|| 1 << number)
}

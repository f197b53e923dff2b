//! [`Memory`]: what a run remembers of the records that its earlier windows have met.

use twox_hash::XxHash3_128;

use super::claim::Claim;
use super::interrupted::Interrupted;
use super::met_records::{self, MetRecords};
use crate::maps::{Map, Set};
use crate::object::{Object, RowNumber};

/// What a run remembers of one record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Met {
    /// The first row that was folded into it; `None` if rows have only named it.
    pub(crate) first_row: Option<RowNumber>,
    /// For a contact that no row was folded into: the first row that named it.
    pub(crate) named_row: Option<RowNumber>,
    pub(crate) facts: Facts,
}

/// Something that is true or false of a record that a window has met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Fact {
    /// This import created it.
    Made = 1,
    /// A row has described it, that is, has said more about it than its keys (M10).
    Described = 1 << 1,
    /// For an opportunity: no later row may be matched with it (O5).
    Consumed = 1 << 2,
    /// It was reported as unchanged, and no later window has changed it.
    Unchanged = 1 << 3,
    /// It was planned as unchanged.
    PlannedUnchanged = 1 << 4,
    /// No row has filled its tags, although a follow-up may have added some. For an opportunity: no row has filled its
    /// value, although it is 0 (O6). Noted only if a column fills blanks (W2).
    Unfilled = 1 << 5,
    /// For an opportunity: it was counted as linked.
    Linked = 1 << 6,
    /// For an opportunity: only a later row that could create one may be matched with it (O5).
    Lent = 1 << 7,
}

impl Fact {
    /// For a contact, the bit of [`Fact::Consumed`] means that a row has filled its tags, whatever they were before.
    /// Noted only if a column fills blank tags (W2).
    pub(crate) const FILLED: Fact = Fact::Consumed;
}

/// For a contact, the bit of [`Fact::Lent`] means that the row which is kept has only named it.
const ONLY_NAMED: u8 = Fact::Lent as u8;

/// The facts that are true of a record, in one byte.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Facts(u8);

impl Facts {
    pub(crate) fn has(self, fact: Fact) -> bool {
        self.0 & fact as u8 != 0
    }

    /// The same facts, and this one if it is true.
    pub(crate) fn with(self, fact: Fact, is_so: bool) -> Self {
        if is_so { Facts(self.0 | fact as u8) } else { self }
    }

    /// The same facts, with the claim of a row.
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

/// The records that earlier windows of a run have met. Of each it keeps a fingerprint of the id, the first row and a
/// byte of facts, so that a file of any length is imported in little memory.
#[derive(Clone, Debug, Default)]
pub(crate) struct Memory {
    contacts: Records,
    opportunities: Records,
}

#[derive(Clone, Debug, Default)]
struct Records {
    /// Of each record the row that was folded into it first or that named it (0 for none), and the facts; see [`Met`].
    met: MetRecords,
    /// A bit for each clearable field that a row has given (W3).
    given: Map<u128, u64>,
    /// Fields that were given and for which there is no bit.
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

    /// The claim of the rows so far on an opportunity.
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

    /// Whether no earlier window has met any record.
    pub(crate) fn is_empty(&self) -> bool {
        self.contacts.met.is_empty() && self.opportunities.met.is_empty()
    }

    pub(crate) fn get(&self, object: Object, id: &str) -> Option<Met> {
        self.of(object).met.get(print_of(id)).map(|entry| Met::of(object, entry))
    }

    /// Adds what a window has noted about a record.
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

    /// Notes that a window has changed a record that was reported as unchanged.
    pub(crate) fn change(&mut self, object: Object, id: &str) {
        let known = self.of_mut(object).met.entry(print_of(id));
        known.facts = known.facts.without(Fact::Unchanged);
    }

    /// Notes whether a window has left a field unfilled that columns fill if it is blank ([`Fact::Unfilled`]). Records
    /// that no row has met are left out.
    pub(crate) fn note_unfilled(&mut self, object: Object, id: &str, is_unfilled: bool) {
        if self.get(object, id).is_some() {
            let known = self.of_mut(object).met.entry(print_of(id));
            known.facts = known.facts.without(Fact::Unfilled).with(Fact::Unfilled, is_unfilled);
        }
    }

    /// Notes that a row has filled the tags of a contact ([`Fact::FILLED`]). Contacts that no row has met are left out.
    pub(crate) fn note_filled(&mut self, id: &str) {
        if self.get(Object::Contact, id).is_some() {
            let known = self.contacts.met.entry(print_of(id));
            known.facts = known.facts.with(Fact::FILLED, true);
        }
    }

    /// Notes that a row has given the record the field with this number among the clearable ones.
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

    /// Whether a row of an earlier window has given the record this field.
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

/// The bit of a field, by its number among the clearable ones. Only the first 64 have one, which is enough for nearly
/// any file.
fn bit(number: usize) -> Option<u64> {
    (number < 64).then(|| 1 << number)
}

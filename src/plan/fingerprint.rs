//! [`Fingerprint`]: whether two plans would do the same.
//!
//! One pass over the plan writes down, for a hash, what it would do. Every text is preceded by its length, so
//! that no two different plans are written down alike. The hash has a fixed seed and the order is that of the
//! file, so the fingerprint is the same in another process and on another machine.

use std::fmt::{self, Write};
use std::num::ParseIntError;
use std::str::FromStr;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use twox_hash::XxHash3_128;

use super::{Changes, Outcome, Plan, fold_record};
use crate::field::FieldId;
use crate::object::{ContactNumber, Object, RecordRef, RowNumber};
use crate::value::Value;

/// A hash of what a plan would do: two plans have the same fingerprint if and only if they would do the same.
///
/// Use it if a person reviews a plan in one request and confirms it in another. Keep the
/// [fingerprint](Plan::fingerprint) of what was shown, plan again on confirmation, and apply the new plan
/// if its fingerprint is the same. It is a 128-bit number, which `Display`, `FromStr` and serde represent by 32
/// hexadecimal digits.
///
/// | part of it | not part of it |
/// |---|---|
/// | each side of a row: its outcome and its record | how the record was found |
/// | each step: create or update, and the record | what the step expects of storage: a version, unused keys |
/// | each field that changes, before and after | fields of the record that do not change |
/// | the contact of an opportunity, and whether that is a new link | [issues](Plan::issues) |
/// | the contacts of each list and workflow | window, threads, and the format of the file |
///
/// What a step expects is left out on purpose. Suppose somebody changes a contact's score while the plan is
/// reviewed. The contact then has a new version, but the file says nothing about scores: the person would be shown
/// the same plan again. Nothing is overwritten unseen, because every value that the plan replaces is part of the
/// fingerprint, and the second plan expects the new version.
///
/// One version of this crate always gives the same plan the same fingerprint, on any machine. Another version may
/// plan differently, so a review does not survive an upgrade. And the fingerprint is not a signature: XXH3 does not
/// prevent somebody from constructing two files with the same one, so keep the file where nobody can change it.
///
/// ```
/// use crm_import::plan::Fingerprint;
/// use crm_import::{Import, MemoryStorage, Source};
///
/// let file = Source::from_bytes(&b"Email\nana@example.com\n"[..]);
/// let shown = Import::new().plan(file, &mut MemoryStorage::default()).unwrap().fingerprint();
/// let kept = shown.to_string();
/// assert_eq!(kept.len(), 32);
/// assert_eq!(kept.parse::<Fingerprint>(), Ok(shown));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint(u128);

impl Plan {
    /// A hash of what the plan would do; [`Fingerprint`] says what is part of it.
    ///
    /// It is computed on each call, by folding every record once, as when it is written: 0.1 s for 50,000 rows, twice
    /// as long as planning them from memory.
    ///
    /// If somebody reviews a plan and confirms it later, perhaps in another process, keep only the fingerprint in
    /// between. Then plan again, from the same file, mapping and settings, and apply the new plan if it would still
    /// do what was shown.
    ///
    /// ```
    /// use crm_import::{Import, MemoryStorage, Object, Source};
    ///
    /// let upload = b"Email,City\nana@example.com,Rome\n";
    /// let plan = |crm: &mut MemoryStorage| {
    ///     Import::new().id("upload 17").plan(Source::from_bytes(&upload[..]), crm).unwrap()
    /// };
    /// let mut crm = MemoryStorage::default();
    /// crm.insert(Object::Contact, [("email", "ana@example.com"), ("city", "York")]);
    ///
    /// // The first request shows the plan, and puts its fingerprint into the page.
    /// let shown = plan(&mut crm).fingerprint().to_string();
    ///
    /// // Meanwhile somebody else changes the value that Ana's row would replace.
    /// crm.insert_as(Object::Contact, "c1", [("email", "ana@example.com"), ("city", "Leeds")]);
    ///
    /// // The second request confirms a plan that is out of date: show the new one.
    /// let now = plan(&mut crm);
    /// assert_ne!(now.fingerprint().to_string(), shown);
    /// let shown = now.fingerprint().to_string();
    ///
    /// // The third request confirms what is still planned.
    /// let now = plan(&mut crm);
    /// assert_eq!(now.fingerprint().to_string(), shown);
    /// let report = Import::new().id("upload 17").apply(now, &mut crm).unwrap();
    /// assert_eq!(report.stats().contacts.update, 1);
    ///
    /// // If somebody presses the button twice, there is nothing left to do.
    /// assert_ne!(plan(&mut crm).fingerprint().to_string(), shown);
    /// ```
    pub fn fingerprint(&self) -> Fingerprint {
        let mut notes = Notes::default();
        notes.rows(self);
        notes.steps(self);
        notes.follow_ups(self);
        notes.finish()
    }
}

/// Writes down what a plan would do, for the hash.
struct Notes {
    hash: XxHash3_128,
    /// Bytes that have not been hashed yet. They are collected, because hashing many small pieces takes longer.
    pending: Vec<u8>,
    /// A buffer for values that are not texts.
    text: String,
}

impl Default for Notes {
    fn default() -> Self {
        let pending = Vec::with_capacity(2 * PIECE);
        Notes { hash: XxHash3_128::new(), pending, text: String::new() }
    }
}

/// How many bytes the hash is given at a time.
const PIECE: usize = 8 * 1024;

impl Notes {
    /// The outcome and the record of each side. Rows without sides are left out, because nothing is done with them.
    fn rows(&mut self, plan: &Plan) {
        for row in plan.ledger.all_rows() {
            for object in Object::ALL {
                let side = plan.ledger.side(object, row);
                let Some(outcome) = side.outcome else { continue };
                self.byte(code_of_object(object));
                self.number(plan.ledger.number(row).0);
                self.byte(code_of_outcome(outcome));
                self.record(plan, side.record);
            }
        }
        self.byte(END);
    }

    fn steps(&mut self, plan: &Plan) {
        let mut changes = Changes::default();
        for step in plan.steps.iter().map(|kept| kept.record()) {
            self.byte(code_of_object(step.object));
            self.record(plan, Some(step));
            if step.object == Object::Opportunity {
                self.link(plan, step);
            }
            changes.clear();
            fold_record(&plan.ledger, step, &mut changes);
            self.changes(plan, &changes);
        }
        self.byte(END);
    }

    fn changes(&mut self, plan: &Plan, changes: &Changes) {
        self.length(changes.len());
        for at in 0..changes.len() {
            let change = changes.get(at, &plan.ledger.settings.fields);
            self.str(change.key());
            for values in [change.before(), change.after()] {
                self.length(values.len());
                values.for_each(|value| self.value(&value));
            }
        }
    }

    /// The contact that an opportunity will be linked to, and the one it was linked to, if the file names a contact.
    fn link(&mut self, plan: &Plan, step: RecordRef) {
        let ledger = &plan.ledger;
        let contact = ledger.link_of(step);
        self.record(plan, contact);
        if contact.is_some() {
            let before = ledger.base(step).shown(FieldId::CONTACT_LINK).next();
            self.str(before.unwrap_or_default());
        }
    }

    /// Lists and workflows; tags are among the changes. Contacts are ordered by the rows that name them, because their
    /// numbers depend on the size of the window.
    fn follow_ups(&mut self, plan: &Plan) {
        let ledger = &plan.ledger;
        let mut due = ledger.lists_and_workflows();
        let order = |&(contact, at): &(ContactNumber, u16)| {
            let id = ledger.id(contact);
            (ledger.contacts[contact.index()].named_row, id, at)
        };
        due.sort_unstable_by(|a, b| order(a).cmp(&order(b)));
        for (contact, at) in due {
            let follow_up = &ledger.settings.follow_ups[usize::from(at)];
            self.record(plan, Some(contact));
            self.str(follow_up.kind().name());
            self.str(follow_up.name());
        }
        self.byte(END);
    }

    /// Which record, if there is one: by its id, or by the row that brings it.
    fn record(&mut self, plan: &Plan, record: Option<impl Into<RecordRef>>) {
        let Some(record) = record.map(Into::into) else { return self.byte(END) };
        match plan.ledger.id(record) {
            Some(id) => {
                self.byte(1);
                self.str(id);
            }
            None => {
                let row = plan.ledger.first_number(record);
                self.byte(2);
                self.number(row.map_or(u32::MAX, |RowNumber(row)| row));
            }
        }
    }

    fn value(&mut self, value: &Value<'_>) {
        if let Value::Text(text) = value {
            return self.str(text);
        }
        let mut text = std::mem::take(&mut self.text);
        text.clear();
        // Writing to a string cannot fail.
        let _ = write!(text, "{value}");
        self.str(&text);
        self.text = text;
    }

    fn str(&mut self, text: &str) {
        self.length(text.len());
        self.bytes(text.as_bytes());
    }

    fn length(&mut self, length: usize) {
        self.bytes(&(length as u64).to_le_bytes());
    }

    fn number(&mut self, number: u32) {
        self.bytes(&number.to_le_bytes());
    }

    fn byte(&mut self, byte: u8) {
        self.bytes(&[byte]);
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.pending.extend_from_slice(bytes);
        if self.pending.len() >= PIECE {
            self.hash.write(&self.pending);
            self.pending.clear();
        }
    }

    fn finish(mut self) -> Fingerprint {
        self.hash.write(&self.pending);
        Fingerprint(self.hash.finish_128())
    }
}

/// Ends a list, and stands for no record.
const END: u8 = 0;

fn code_of_object(object: Object) -> u8 {
    match object {
        Object::Contact => 1,
        Object::Opportunity => 2,
    }
}

fn code_of_outcome(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Create => 1,
        Outcome::Update => 2,
        Outcome::Unchanged => 3,
        Outcome::Merged => 4,
        Outcome::Skip => 5,
        Outcome::Fail => 6,
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

impl FromStr for Fingerprint {
    type Err = ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        u128::from_str_radix(text, 16).map(Fingerprint)
    }
}

impl Serialize for Fingerprint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Fingerprint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

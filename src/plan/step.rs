//! [`Step`]: one create or update of a plan.

use std::fmt;

use smallvec::SmallVec;

use super::{ChangeSet, Changes, Entry, Ledger, Op, Plan};
use crate::merge::{RowOf, changes_contact, changes_opportunity, fold_contact, fold_opportunity};
use crate::object::{ContactNumber, Object, RecordRef, RowIndex, RowNumber};

/// A record that will be created or updated. Its values are computed from the file on demand.
///
/// ```
/// use crm_import::plan::Op;
/// use crm_import::{Import, MemoryStorage, Object, RowNumber, Source};
///
/// let mut crm = MemoryStorage::default();
/// let id = crm.insert(Object::Contact, [("email", "ana@example.com"), ("city", "York")]);
/// let file = "Email,City\nana@example.com,Hull\nbo@example.com,Leeds\n";
/// let plan = Import::new().plan(Source::from_bytes(file.as_bytes()), &mut crm).unwrap();
///
/// let [ana, bo] = plan.steps().collect::<Vec<_>>().try_into().unwrap();
/// assert_eq!((ana.op(), ana.id(), ana.rows()), (Op::Update, Some(&*id), vec![RowNumber(1)]));
/// assert_eq!(ana.changes().get("city").unwrap().to_string(), "city: \"York\" -> \"Hull\"");
/// assert_eq!((bo.op(), bo.id()), (Op::Create, None));
/// ```
#[derive(Clone, Copy)]
pub struct Step<'p> {
    pub(super) plan: &'p Plan,
    pub(super) record: RecordRef,
}

impl<'p> Step<'p> {
    fn entry(&self) -> &'p Entry {
        self.plan.ledger.entry(self.record)
    }

    /// The object.
    pub fn object(&self) -> Object {
        self.record.object
    }

    /// Whether the record is created or updated.
    pub fn op(&self) -> Op {
        if self.entry().is_new() { Op::Create } else { Op::Update }
    }

    /// The id of the record. `None` if it is created.
    pub fn id(&self) -> Option<&'p str> {
        self.plan.ledger.id(self.record)
    }

    /// The version of the record that storage returned, if it did.
    pub fn version(&self) -> Option<&'p str> {
        self.plan.ledger.answers(self.record.object).version(self.entry().stored()?)
    }

    /// The first row of the record. For a contact that only gets the tags of an opportunity, the row of that
    /// opportunity.
    pub fn first_row(&self) -> RowNumber {
        first_number(&self.plan.ledger, self.record)
    }

    /// All rows of the record, in order.
    pub fn rows(&self) -> Vec<RowNumber> {
        let rows = self.plan.ledger.row_indexes(self.record);
        let mut rows: Vec<RowNumber> = rows.map(|row| self.plan.ledger.number(row)).collect();
        rows.reverse();
        rows
    }

    /// The fields to write: for a create those with a value, for an update those that differ.
    pub fn changes(&self) -> ChangeSet<'p> {
        let mut changes = Changes::default();
        fold_record(&self.plan.ledger, self.record, &mut changes);
        ChangeSet { changes, fields: &self.plan.ledger.settings.fields }
    }

    /// The id of the contact that an opportunity will be linked to, if that contact is stored. For a contact that the
    /// plan creates, see [`contact_row`](Self::contact_row).
    pub fn contact_id(&self) -> Option<&'p str> {
        let contact = self.link()?;
        self.plan.ledger.id(contact)
    }

    /// The first row of the contact that an opportunity will be linked to, if a row is about that contact.
    pub fn contact_row(&self) -> Option<RowNumber> {
        self.plan.ledger.first_number(self.link()?)
    }

    fn link(&self) -> Option<ContactNumber> {
        self.plan.ledger.link_of(self.record)
    }
}

impl fmt::Debug for Step<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Step")
            .field("object", &self.object())
            .field("op", &self.op())
            .field("id", &self.id())
            .field("first_row", &self.first_row())
            .finish_non_exhaustive()
    }
}

/// The row by which a record is named: the first row that is folded into it or, if there is none, the first that brings
/// tags to it or names it.
#[inline]
pub(crate) fn first_row(ledger: &Ledger, record: RecordRef) -> Option<RowIndex> {
    let entry = ledger.entry(record);
    if entry.has_rows() || record.object == Object::Opportunity {
        return entry.first_row;
    }
    let contact = ContactNumber::new(record.number);
    let from = ledger.gifts.partition_point(|&(of, _)| of < contact);
    let gift = ledger.gifts.get(from).filter(|&&(of, _)| of == contact);
    gift.map(|&(_, row)| row).into_iter().chain(entry.named_row).min()
}

/// The number of the [first row](first_row) in the file. Every step has one; for any other record it may be 0.
pub(crate) fn first_number(ledger: &Ledger, record: RecordRef) -> RowNumber {
    first_row(ledger, record).map_or(RowNumber(0), |row| ledger.number(row))
}

/// Folds the rows of a record, and adds its changes to `out`.
pub(crate) fn fold_record(ledger: &Ledger, record: RecordRef, out: &mut Changes) {
    fold_record_from(ledger, record, RowIndex::new(0), out);
}

/// The same with the rows from `first` on.
pub(crate) fn fold_record_from(
    ledger: &Ledger,
    record: RecordRef,
    first: RowIndex,
    out: &mut Changes,
) {
    let (base, rows) = (ledger.base(record), rows_from(ledger, record, first));
    match record.object {
        Object::Contact => {
            let tags = ledger.tags_for(ContactNumber::new(record.number));
            fold_contact(base, &rows, &tags, out);
        }
        Object::Opportunity => fold_opportunity(base, &rows, out),
    }
}

/// The rows of a record from `first` on, first one first.
pub(crate) fn rows_from(
    ledger: &Ledger,
    record: RecordRef,
    first: RowIndex,
) -> SmallVec<[RowOf<'_>; 4]> {
    let mut rows = ledger.rows(record);
    if first > RowIndex::new(0) {
        rows.retain(|row| row.number >= first.number());
    }
    rows
}

/// Whether the rows of a record change it. The link of an opportunity does not count. `buffer` is overwritten.
pub(crate) fn changes_record(ledger: &Ledger, record: RecordRef, buffer: &mut Changes) -> bool {
    let (base, rows) = (ledger.base(record), ledger.rows(record));
    match record.object {
        Object::Contact => {
            let tags = ledger.tags_for(ContactNumber::new(record.number));
            changes_contact(base, &rows, &tags, buffer)
        }
        Object::Opportunity => changes_opportunity(base, &rows, buffer),
    }
}

/// Whether the file links a stored opportunity to another contact than storage does.
pub(crate) fn moves_link(ledger: &Ledger, opportunity: impl Into<RecordRef>) -> bool {
    let opportunity = opportunity.into();
    let stored = ledger.entry(opportunity).stored();
    let Some((contact, stored)) = ledger.link_of(opportunity).zip(stored) else { return false };
    let before = ledger.stored_opportunities.value(stored, crate::field::FieldId::CONTACT_LINK);
    let after = ledger.id(contact);
    // A contact that the plan creates has no id yet, so the stored link is certainly another.
    after.is_none() || after != before
}

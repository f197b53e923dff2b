//! [`Group`]: columns that are folded together.

use std::ops::Range;

use super::Column;
use crate::field::FieldId;

/// The columns of one field, or of both fields that hold one kind of address.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    /// The first field.
    pub(crate) field: FieldId,
    /// Which of the columns of their object they are.
    pub(crate) columns: Range<usize>,
    /// Their places in the file, as bits; or 0 if a row may say something although these cells are empty.
    bits: u64,
}

impl Group {
    /// The groups of contact columns, which are sorted by field.
    pub(super) fn of_contacts(columns: &[Column]) -> Vec<Self> {
        groups(columns, |column| column.field.primary())
    }

    /// The groups of opportunity columns, which are sorted by field. Fields that a new opportunity has even without a
    /// column have groups, too, of no columns (O6).
    pub(super) fn of_opportunities(columns: &[Column]) -> Vec<Self> {
        let mut groups = groups(columns, |column| column.field);
        for field in [
            FieldId::PIPELINE,
            FieldId::STAGE,
            FieldId::STATUS,
            FieldId::VALUE,
            FieldId::LOST_REASON,
        ] {
            if let Err(place) = groups.binary_search_by_key(&field, |group| group.field) {
                groups.insert(place, Group { field, columns: 0..0, bits: 0 });
            }
        }
        groups
    }

    /// Whether a row certainly says nothing in these columns, given the columns that it
    /// [fills](crate::source::BlockRow::filled).
    pub(crate) fn is_silent(&self, filled: u64) -> bool {
        self.bits != 0 && self.bits & filled == 0
    }
}

fn groups(columns: &[Column], of: impl Fn(&Column) -> FieldId) -> Vec<Group> {
    let mut start = 0;
    let bit =
        |column: &Column| 1_u64.checked_shl(column.index()?.into()).filter(|_| column.is_plain);
    let group = |columns: &[Column]| {
        let range = start..start + columns.len();
        start = range.end;
        let bits = columns.iter().map(bit).try_fold(0, |all, bit| Some(all | bit?));
        Group { field: columns[0].field, columns: range, bits: bits.unwrap_or(0) }
    };
    columns.chunk_by(|a, b| of(a) == of(b)).map(group).collect()
}

//! Rows that are with the earlier rows of their record [only because storage says so](Joined) (behaviour X6).
//!
//! A step leaves the token of its first row, which does not tell of which rows it was made. A row all of whose keys are
//! those of the first is with it whenever their file is planned. Any other row may have come to the record only since the
//! import was interrupted: somebody has given that a key of the row, or has taken one from another contact, so that the row
//! does not stand between the two any more (X3).

use smallvec::SmallVec;

use super::tokenless::{TOGETHER, with_keys};
use crate::maps::Map;
use crate::object::{Object, RecordRef, RowIndex};
use crate::plan::{By, Ledger};

/// A row of a stored record that has other keys than the first row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Joined {
    pub(crate) record: RecordRef,
    pub(crate) row: RowIndex,
}

/// The rows of each stored record that have other keys than the first one that its step writes, in order. `first_written`
/// says from which row on that is.
pub(crate) fn joined(
    ledger: &Ledger,
    first_written: impl Fn(RecordRef) -> RowIndex,
) -> Vec<Joined> {
    let mut sides: Vec<(RowIndex, RecordRef)> = Vec::new();
    for record in ledger.records() {
        let entry = ledger.entry(record);
        if entry.is_new() || !entry.has_rows() || entry.only_row().is_some() {
            continue;
        }
        let first = first_written(record);
        let rows = ledger.row_indexes(record).take_while(|row| *row >= first);
        sides.extend(rows.map(|row| (row, record)));
    }
    sides.sort_unstable_by_key(|(row, record)| (*row, record.object));
    // The keys of the first row of each record.
    let (mut first, mut joined) = (Map::<RecordRef, SmallVec<[u64; 4]>>::default(), Vec::new());
    for sides in sides.chunks(TOGETHER) {
        let mut rows: Vec<RowIndex> = sides.iter().map(|(row, _)| *row).collect();
        rows.dedup();
        let mut sides = sides.iter().peekable();
        with_keys(ledger, &rows, |row, keys| {
            while let Some(&(_, record)) = sides.next_if(|(of, _)| *of == row) {
                let Some(first) = first.get(&record) else {
                    first.insert(record, keys.clone());
                    continue;
                };
                let is_with_first = is_by_id(ledger, record.object, row)
                    || (!keys.is_empty() && keys.iter().all(|key| first.contains(key)));
                joined.extend((!is_with_first).then_some(Joined { record, row }));
            }
        });
    }
    joined
}

fn is_by_id(ledger: &Ledger, object: Object, row: RowIndex) -> bool {
    let by = match object {
        Object::Contact => ledger.contact_rows[row.index()].by,
        Object::Opportunity => ledger.opportunity_rows[row.index()].by,
    };
    by == By::Id
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Import, MemoryStorage, Source};

    #[test]
    fn x6_only_rows_with_other_keys_than_the_first_are_with_it_because_storage_says_so() {
        let table: [(&[&str], &[u32]); 8] = [
            (&["ana@example.com,", "ana@example.com,"], &[]),
            (&["ana@example.com,", ",+12065550100"], &[2]),
            (&["ana@example.com,", "ana@example.com,+12065550100"], &[2]),
            (&["ana@example.com,+12065550100", ",+12065550100"], &[]),
            (&["ana@example.com,", ",+12065550100", ",+12065550100"], &[2, 3]),
            (&["ana@example.com,", ",+12065550100", "ana@example.com,+12065550100"], &[2, 3]),
            (&["ana@example.com,", ",+12065550100", "ana@example.com,"], &[2]),
            (&["new@example.com,", "new@example.com,", ",+12065550199"], &[]),
        ];
        for (rows, expected) in table {
            let mut crm = MemoryStorage::default();
            let ana = [("email", "ana@example.com"), ("phone", "+12065550100")];
            crm.insert(Object::Contact, ana);
            let file = format!("Email,Phone\n{}\n", rows.join("\n"));
            let plan = Import::new().plan(Source::from_bytes(file.as_bytes()), &mut crm).unwrap();
            let joined = joined(&plan.ledger, |_| RowIndex::new(0));
            let found: Vec<u32> = joined.iter().map(|joined| joined.row.number().0).collect();
            assert_eq!(found, expected, "{rows:?}");
        }
    }
}

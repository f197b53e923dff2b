//! [`Joined`] rows: those that belong to the record of an earlier row only because of what storage holds (behaviour X6).
//!
//! A step leaves the token of its first row in storage, which does not tell which other rows the step was made of. A
//! row whose keys are all among those of the first row belongs to it, whenever the file is planned. Any other row
//! belongs to it because a stored contact has the keys of both. With an interrupted import, that may have come about
//! since the step was written: somebody has given the contact a key of the row, or has taken one away from another
//! contact that the row might have meant as well (X3).

use smallvec::SmallVec;

use super::tokenless::{TOGETHER, with_keys};
use crate::maps::Map;
use crate::object::{Object, RecordRef, RowIndex};
use crate::plan::{By, Ledger};

/// A row that is folded into a stored record and has other keys than the first row of that record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Joined {
    pub(crate) record: RecordRef,
    pub(crate) row: RowIndex,
}

/// The [`Joined`] rows of all stored records, in order. `first_written` gives the first row that the step of a record
/// writes. Earlier rows are left out: they were written before.
pub(crate) fn joined_rows(
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
    fn x6_only_rows_with_other_keys_than_the_first_row_have_joined_by_what_storage_holds() {
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
            let joined = joined_rows(&plan.ledger, |_| RowIndex::new(0));
            let found: Vec<u32> = joined.iter().map(|joined| joined.row.number().0).collect();
            assert_eq!(found, expected, "{rows:?}");
        }
    }
}

//! [`MetRecords`]: a hash table of the records that earlier windows have met, by the fingerprints of their ids. An entry takes
//! sixteen bytes.

use hashbrown::HashTable;

use super::memory::Facts;

/// A fingerprint of an id. It has 88 bits, so that among ten million records the chance of two equal ones is about one
/// in 10¹².
type Print = [u8; 11];

/// What is noted about one record.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Entry {
    pub(super) row: u32,
    pub(super) facts: Facts,
    print: Print,
}

/// How many tables the entries are divided into. A table doubles when it is full. The last table gets twice as many
/// entries as the first one. So the tables double one after the other and not all at once, and together they take about
/// half as much memory again as they need.
const TABLES: usize = 64;

/// See the [module](self).
#[derive(Clone, Debug, Default)]
pub(super) struct MetRecords {
    /// Empty until the first entry.
    tables: Vec<HashTable<Entry>>,
}

impl MetRecords {
    pub(super) fn is_empty(&self) -> bool {
        self.tables.is_empty()
    }

    pub(super) fn get(&self, of: u128) -> Option<&Entry> {
        let print = print(of);
        self.tables.get(table(print))?.find(hash(print), |entry| entry.print == print)
    }

    /// The entry of a record, which is added if it is new.
    pub(super) fn entry(&mut self, of: u128) -> &mut Entry {
        if self.tables.is_empty() {
            self.tables.resize_with(TABLES, HashTable::new);
        }
        let print = print(of);
        let table = &mut self.tables[table(print)];
        let entry = table.entry(hash(print), |entry| entry.print == print, |e| hash(e.print));
        entry.or_insert(Entry { print, ..Entry::default() }).into_mut()
    }
}

fn print(of: u128) -> Print {
    let bytes = of.to_le_bytes();
    std::array::from_fn(|at| bytes[at])
}

fn table(print: Print) -> usize {
    let share = f64::from(u16::from_le_bytes([print[9], print[10]])) / f64::from(1 << 16);
    // The logarithm is from 0 to 1, and denser towards the end.
    ((1.0 + share).log2() * TABLES as f64) as usize
}

fn hash(print: Print) -> u64 {
    u64::from_le_bytes(std::array::from_fn(|at| print[at]))
}

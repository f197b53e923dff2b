//! [`IndexedCrm`]: the people who are stored already, behind two maps; as quick as a storage can be,
//! because it is not what is measured.

use std::hash::BuildHasher;

use foldhash::fast::RandomState;
use smallvec::SmallVec;

use crm_import::account::{Pipeline, Stage};
use crm_import::lookup::{Found, Lookup};
use crm_import::storage::{Batch, Op, Receipts, StorageError};
use crm_import::{Account, Object, Storage, StorageWrite};

use super::{Fair, email, phone};
use table::{NumberTable, Search};

/// The planner's own table of numbers.
#[path = "../../src/dedup/table.rs"]
mod table;

/// See the [module](self).
#[derive(Debug)]
pub(crate) struct IndexedCrm {
    account: Account,
    /// The number of the record that carries each key, by a part of its hash.
    by_email: NumberTable,
    by_phone: NumberTable,
    seed: RandomState,
    /// Id, address and phone of each, one after the other, and where each of them ends.
    text: String,
    records: Vec<[u32; 3]>,
    /// How often it was asked.
    pub(crate) look_ups: u32,
    /// How often it was told to write.
    pub(crate) writes: u32,
    written: u64,
}

/// Where the parts of a record stand.
const ID: usize = 0;
const EMAIL: usize = 1;
const PHONE: usize = 2;

/// So many keys are looked up together, so that memory is waited for once.
const TOGETHER: usize = 64;

impl IndexedCrm {
    pub(crate) fn of(fair: &Fair) -> Self {
        let stages = ["New", "Qualified", "Proposal", "Closed"];
        let stages = stages.map(|name| Stage { id: name.to_lowercase(), name: name.into() });
        let sales = Pipeline { id: "p1".into(), name: "Sales".into(), stages: stages.into() };
        let account = Account {
            default_country: Some("US".into()),
            pipelines: vec![sales],
            ..Account::default()
        };
        let mut crm = IndexedCrm {
            account,
            by_email: NumberTable::default(),
            by_phone: NumberTable::default(),
            seed: RandomState::default(),
            text: String::new(),
            records: Vec::new(),
            look_ups: 0,
            writes: 0,
            written: 0,
        };
        for person in (0..fair.rows).filter(|&person| fair.is_stored(person)) {
            let number = crm.records.len() as u32;
            let (mut address, mut dialled) = (String::new(), String::new());
            email(person, &mut address);
            phone(person, fair.abroad, &mut dialled);
            let mut ends = [0; 3];
            for (part, end) in
                [&format!("stored{person}"), &address, &dialled].into_iter().zip(&mut ends)
            {
                crm.text.push_str(part);
                *end = crm.text.len() as u32;
            }
            crm.records.push(ends);
            let tags = [&address, &dialled].map(|key| crm.tag_of(key));
            for (index, tag) in [&mut crm.by_email, &mut crm.by_phone].into_iter().zip(tags) {
                index.find_or_insert(tag, number, |_| false);
            }
        }
        crm
    }
}

impl IndexedCrm {
    fn tag_of(&self, key: &str) -> u32 {
        (self.seed.hash_one(key) >> 32) as u32
    }

    /// Id, address and phone.
    fn record(&self, number: u32) -> [&str; 3] {
        let number = number as usize;
        let from = number.checked_sub(1).map_or(0, |before| self.records[before][2]);
        let [id, address, phone] = self.records[number];
        [(from, id), (id, address), (address, phone)]
            .map(|(from, to)| &self.text[from as usize..to as usize])
    }
}

impl Storage for IndexedCrm {
    type Error = StorageError;

    fn account(&mut self) -> Result<Account, StorageError> {
        Ok(self.account.clone())
    }

    fn find(&mut self, lookup: &Lookup<'_>, found: &mut Found) -> Result<(), StorageError> {
        self.look_ups += 1;
        if lookup.object() == Object::Opportunity {
            return Ok(());
        }
        for block in lookup.blocks() {
            let field = block.fields()[0];
            let (part, by) = match field {
                "email" => (EMAIL, &self.by_email),
                _ => (PHONE, &self.by_phone),
            };
            for keys in block.column(0).chunks(TOGETHER) {
                // Step by step for all of them: where they lie, which are there, what they say.
                let mut sought = [("", 0, Search::default()); TOGETHER];
                let sought = &mut sought[..keys.len()];
                for ((key, tag, _), asked) in sought.iter_mut().zip(keys) {
                    (*key, *tag) = (asked, self.tag_of(asked));
                }
                for (_, tag, search) in &mut *sought {
                    *search = by.begin(*tag);
                }
                let met = |&(key, tag, search)| Some((key, tag, by.follow(search).number()?));
                let met: SmallVec<[_; TOGETHER]> = sought.iter().filter_map(met).collect();
                let told = |(key, tag, number)| (key, tag, self.record(number));
                let told: SmallVec<[_; TOGETHER]> = met.into_iter().map(told).collect();
                for (key, tag, mut record) in told {
                    if record[part] != key {
                        let is_it = |number| self.record(number)[part] == key;
                        let Some(number) = by.find(tag, is_it) else { continue };
                        record = self.record(number);
                    }
                    let entry = found.record(record[ID]).key(field, key);
                    entry.value("email", record[EMAIL]).value("phone", record[PHONE]);
                }
            }
        }
        Ok(())
    }
}

/// It takes everything and keeps nothing, so that what is measured is not its own.
impl StorageWrite for IndexedCrm {
    fn write(&mut self, batch: &Batch<'_>, receipts: &mut Receipts) -> Result<(), StorageError> {
        self.writes += 1;
        for step in batch.steps() {
            self.written += 1;
            match step.op() {
                Op::Create => receipts.created(step.token(), &self.written.to_string(), None),
                Op::Update => receipts.updated(step.token(), None),
            }
        }
        batch.follow_ups().for_each(|follow_up| receipts.done(follow_up.token()));
        Ok(())
    }
}

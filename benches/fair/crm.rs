//! [`IndexedCrm`]: the people who are stored already, behind two maps; as quick as a storage can be,
//! because it is not what is measured.

use std::hash::BuildHasher;

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use crm_import::account::{Pipeline, Stage};
use crm_import::lookup::{Found, Lookup};
use crm_import::storage::{Batch, Op, Receipts, StorageError};
use crm_import::{Account, Object, Storage, StorageWrite};

use super::{Fair, email, phone};

/// See the [module](self).
#[derive(Debug)]
pub(crate) struct IndexedCrm {
    account: Account,
    by_email: Index,
    by_phone: Index,
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

/// The hash of each key with the number of the record that carries it.
type Index = HashTable<(u64, u32)>;

/// So many keys are looked up together, so that memory is waited for once.
const TOGETHER: usize = 32;

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
            by_email: Index::new(),
            by_phone: Index::new(),
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
            let hashes = [&address, &dialled].map(|key| crm.seed.hash_one(key.as_str()));
            for (index, hash) in [&mut crm.by_email, &mut crm.by_phone].into_iter().zip(hashes) {
                index.insert_unique(hash, (hash, number), |&(hash, _)| hash);
            }
        }
        crm
    }
}

impl IndexedCrm {
    fn record(&self, number: usize) -> [&str; 3] {
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
            let by = if field == "email" { &self.by_email } else { &self.by_phone };
            for keys in block.column(0).chunks(TOGETHER) {
                // Step by step for all of them: which are there, where they lie, what they say.
                let mut hits = [("", usize::MAX); TOGETHER];
                let mut count = 0;
                for key in keys {
                    let hash = self.seed.hash_one(*key);
                    if let Some(&(_, number)) = by.find(hash, |&(of, _)| of == hash) {
                        hits[count] = (*key, number as usize);
                        count += 1;
                    }
                }
                let mut records = [[""; 3]; TOGETHER];
                for (record, &(_, number)) in records.iter_mut().zip(&hits[..count]) {
                    *record = self.record(number);
                }
                for ([id, address, phone], &(key, _)) in records.into_iter().zip(&hits[..count]) {
                    if key == if field == "email" { address } else { phone } {
                        let entry = found.record(id).key(field, key);
                        entry.value("email", address).value("phone", phone);
                    }
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

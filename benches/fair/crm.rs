//! [`IndexedCrm`]: the people who are stored already, behind two maps; as quick as a storage can be,
//! because it is not what is measured.

use std::hash::BuildHasher;
use std::hint::black_box;

use foldhash::fast::RandomState;

use crm_import::account::{Pipeline, Stage};
use crm_import::field::FieldId;
use crm_import::lookup::{Found, Lookup};
use crm_import::storage::{Batch, Op, Receipts, StorageError};
use crm_import::{Account, Fields, Object, Storage, StorageWrite};

use super::{Fair, email, phone};
use index::HashIndex;

mod index;

/// See the [module](self).
#[derive(Debug)]
pub(crate) struct IndexedCrm {
    account: Account,
    /// The fields of a person, `email` and `phone`.
    fields: [FieldId; 2],
    /// The person who has each address, and each phone.
    people: [HashIndex; 2],
    seed: RandomState,
    /// Id, address and phone of each, one after the other.
    text: String,
    /// Where each of them begins, and where the next person does.
    records: Vec<[u32; 4]>,
    /// How often it was asked.
    pub(crate) look_ups: u32,
    /// How often it was told to write.
    pub(crate) writes: u32,
    written: u64,
}

/// The rules, by which people are found: positions among the fields.
const RULES: [&str; 2] = ["email", "phone"];

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
        let (mut text, mut records) = (String::new(), Vec::new());
        for person in (0..fair.rows).filter(|&person| fair.is_stored(person)) {
            let id = text.len();
            text.push_str(&format!("stored{person}"));
            let address = text.len();
            email(person, &mut text);
            let dialled = text.len();
            phone(person, fair.abroad, &mut text);
            records.push([id, address, dialled, text.len()].map(|at| at as u32));
        }
        let seed = RandomState::default();
        let people = [0, 1].map(|rule| {
            let key = |record: &[u32; 4]| seed.hash_one(parts(&text, record).1[rule]);
            HashIndex::of(records.iter().map(key))
        });
        let fields = Fields::standard();
        let fields = RULES.map(|rule| fields.find(Object::Contact, rule).expect("it is standard"));
        let (look_ups, writes, written) = (0, 0, 0);
        IndexedCrm { account, fields, people, seed, text, records, look_ups, writes, written }
    }

    /// The id, the address and the phone of a person.
    fn record(&self, number: u32) -> (&str, [&str; 2]) {
        parts(&self.text, &self.records[number as usize])
    }
}

/// The id, the address and the phone that lie here.
fn parts<'t>(text: &'t str, &[id, address, phone, end]: &[u32; 4]) -> (&'t str, [&'t str; 2]) {
    let part = |from, to| &text[from as usize..to as usize];
    (part(id, address), [part(address, phone), part(phone, end)])
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
        let mut hashes = Vec::with_capacity(TOGETHER);
        let mut homes = Vec::with_capacity(TOGETHER);
        let mut met = [("", 0); TOGETHER];
        let mut places = Vec::with_capacity(TOGETHER);
        let mut told = Vec::with_capacity(TOGETHER);
        for block in lookup.blocks() {
            let rule = usize::from(!block.is_rule(&RULES[..1]));
            let people = &self.people[rule];
            for keys in block.column(0).chunks(TOGETHER) {
                // Step by step for all of them, so that memory is waited for once at each: which records may
                // answer, where they lie, what they say.
                hashes.extend(keys.iter().map(|key| self.seed.hash_one(key)));
                homes.extend(hashes.iter().map(|&hash| people.home(hash)));
                let mut some = 0;
                for ((key, hash), home) in keys.iter().zip(hashes.drain(..)).zip(homes.drain(..)) {
                    let (is_likely, number) = home.likely(hash);
                    met[some] = (*key, number);
                    some += usize::from(is_likely);
                }
                let met = &met[..some];
                places.extend(met.iter().map(|&(_, number)| self.records[number as usize]));
                let first_bytes =
                    places.iter().map(|place| self.text.as_bytes()[place[0] as usize]);
                black_box(first_bytes.fold(0, |touched, byte| touched ^ byte));
                let record = |place| parts(&self.text, &place);
                told.extend(
                    met.iter().zip(places.drain(..)).map(|(&(key, _), at)| (key, record(at))),
                );
                for (key, mut record) in told.drain(..) {
                    if record.1[rule] != key {
                        let is_it = |number| self.record(number).1[rule] == key;
                        let number = people.find(self.seed.hash_one(key), is_it);
                        let Some(number) = number else { continue };
                        record = self.record(number);
                    }
                    let (id, values) = record;
                    let mut entry = found.record(id).key(self.fields[rule], key);
                    for (field, value) in self.fields.into_iter().zip(values) {
                        entry = entry.value(field, value);
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

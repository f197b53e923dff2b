//! [`IndexedCrm`]: the people who are stored already, behind two maps; as quick as a storage can be.

use foldhash::HashMap;
use foldhash::HashMapExt;

use crm_import::account::{Pipeline, Stage};
use crm_import::lookup::{Found, Lookup};
use crm_import::storage::{Batch, Op, Receipts, StorageError};
use crm_import::{Account, Object, Storage, StorageWrite};

use super::{Fair, email, phone};

/// See the [module](self).
#[derive(Debug)]
pub(crate) struct IndexedCrm {
    account: Account,
    ids: Vec<String>,
    by_email: HashMap<String, u32>,
    by_phone: HashMap<String, u32>,
    /// Address and phone of each, as they are stored.
    shown: Vec<(String, String)>,
    /// How often it was asked.
    pub(crate) look_ups: u32,
    written: u64,
}

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
            ids: Vec::new(),
            by_email: HashMap::new(),
            by_phone: HashMap::new(),
            shown: Vec::new(),
            look_ups: 0,
            written: 0,
        };
        for person in (0..fair.rows).filter(|&person| fair.is_stored(person)) {
            let number = crm.ids.len() as u32;
            let (mut address, mut dialled) = (String::new(), String::new());
            email(person, &mut address);
            phone(person, fair.abroad, &mut dialled);
            crm.ids.push(format!("stored{person}"));
            crm.by_email.insert(address.clone(), number);
            crm.by_phone.insert(dialled.clone(), number);
            crm.shown.push((address, dialled));
        }
        crm
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
            for key in block.column(0) {
                let Some(&number) = by.get(*key) else { continue };
                let (address, dialled) = &self.shown[number as usize];
                found
                    .record(&self.ids[number as usize])
                    .key(field, key)
                    .value("email", address)
                    .value("phone", dialled);
            }
        }
        Ok(())
    }
}

/// It takes everything and keeps nothing, so that what is measured is not its own.
impl StorageWrite for IndexedCrm {
    fn write(&mut self, batch: &Batch<'_>, receipts: &mut Receipts) -> Result<(), StorageError> {
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

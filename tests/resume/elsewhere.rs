//! An import is not continued in another database than it was begun in.

use crm_import::lookup::{Found, Lookup};
use crm_import::storage::{
    Applied, Batch, Checkpoint, MemoryRecord, Receipts, StorageError, Token,
};
use crm_import::{
    Account, Control, Error, Import, MemoryStorage, Mode, Object, Storage, StorageWrite,
};

use super::{pause_after, source, stop_after};

use Object::{Contact, Opportunity};

/// A storage that does not say which imports are unfinished, and perhaps keeps no tokens.
pub(super) struct Silent {
    pub(super) crm: MemoryStorage,
    pub(super) keeps_tokens: bool,
}

impl Default for Silent {
    fn default() -> Self {
        Silent { crm: MemoryStorage::default(), keeps_tokens: true }
    }
}

impl Storage for Silent {
    type Error = StorageError;

    fn account(&mut self) -> Result<Account, StorageError> {
        self.crm.account()
    }

    fn find(&mut self, lookup: &Lookup<'_>, found: &mut Found) -> Result<(), StorageError> {
        self.crm.find(lookup, found)
    }
}

impl StorageWrite for Silent {
    fn write(&mut self, batch: &Batch<'_>, receipts: &mut Receipts) -> Result<(), StorageError> {
        self.crm.write(batch, receipts)
    }

    fn keeps_tokens(&self) -> bool {
        self.keeps_tokens
    }

    fn applied(&mut self, tokens: &[Token], known: &mut Applied) -> Result<(), StorageError> {
        self.crm.applied(tokens, known)
    }
}

fn is_refused<T>(result: Result<T, Error<StorageError>>) -> bool {
    let Err(error) = result else { return false };
    assert!(error.to_string().contains("another storage"), "{error}");
    matches!(error, Error::Resume { differs } if differs == ["storage"])
}

fn checkpoint(crm: &MemoryStorage) -> Checkpoint {
    crm.checkpoint().unwrap().clone()
}

#[test]
fn x6_a_run_does_not_go_on_in_a_storage_that_knows_nothing_of_it() {
    let file = super::file(900);
    let import = Import::new().run_window(70);
    let mut crm = MemoryStorage::default();
    import.run_with(source(&file), &mut crm, pause_after(30)).unwrap();
    let (rows, begun) = (crm.len(Contact), checkpoint(&crm));
    assert!(rows > 0 && begun.row > 1);

    // The windows that it takes to be written would be missing there.
    let again = import.clone().resume(begun);
    let mut other = MemoryStorage::default();
    assert!(is_refused(again.run(source(&file), &mut other)));
    let mut silent = Silent::default();
    assert!(is_refused(again.run(source(&file), &mut silent)));
    assert_eq!([other.len(Contact), silent.crm.len(Contact)], [0, 0]);
    // Where it was begun, it ends.
    let report = again.run(source(&file), &mut crm).unwrap();
    assert_eq!(report.stats().contacts.create, crm.len(Contact) as u64);
}

#[test]
fn x6_nor_does_the_rest_of_a_plan() {
    let file = super::file(2_000);
    let mut crm = MemoryStorage::default();
    let plan = Import::new().plan(source(&file), &mut crm).unwrap();
    Import::new().apply_with(plan, &mut crm, stop_after(2, Control::Pause)).unwrap();
    let again = Import::new().resume(checkpoint(&crm));
    let mut other = MemoryStorage::default();
    assert!(is_refused(again.plan_resumed(source(&file), &mut other)));
    assert!(is_refused(again.plan_resumed(source(&file), &mut Silent::default())));
    let plan = again.plan_resumed(source(&file), &mut crm).unwrap();
    again.apply(plan, &mut crm).unwrap();
    assert_eq!(crm.len(Opportunity), 2_000);
}

/// The connection was lost before anything was written.
#[test]
fn x6_an_import_that_has_written_nothing_goes_on_anywhere() {
    let file = super::file(10);
    let mut crm = Silent::default();
    let own = Import::new().id("resumed").checkpoint(source(&file), &mut crm).unwrap();
    let again = Import::new().resume(own);
    let plan = again.plan_resumed(source(&file), &mut crm).unwrap();
    again.apply(plan, &mut crm).unwrap();
    assert_eq!(crm.crm.len(Opportunity), 10);
}

#[test]
fn x6_that_an_import_has_written_is_known_also_if_the_rest_of_it_writes_nothing() {
    let mut crm = MemoryStorage::default();
    let mut file = String::from("Email,First Name\n");
    for number in 0..2_000 {
        let email = format!("p{number}@x.org");
        crm.insert(Contact, [("email", email.as_str())]);
        file += &format!("{email},Ana\n");
    }
    let import = Import::new().contacts(Mode::Update);
    let plan = import.plan(source(&file), &mut crm).unwrap();
    import.apply_with(plan, &mut crm, stop_after(2, Control::Pause)).unwrap();
    let begun = checkpoint(&crm);
    // Whoever is not written yet is deleted meanwhile.
    let is_open = |(id, record): (&str, &MemoryRecord)| {
        record.value("first_name").is_none().then(|| id.to_owned())
    };
    let open: Vec<String> = crm.iter(Contact).filter_map(is_open).collect();
    assert!(begun.is_begun && !open.is_empty());
    open.iter().for_each(|id| drop(crm.remove(Contact, id)));
    let again = import.resume(begun);
    let plan = again.plan_resumed(source(&file), &mut crm).unwrap();
    again.apply(plan, &mut crm).unwrap();
    assert!(checkpoint(&crm).is_begun);
}

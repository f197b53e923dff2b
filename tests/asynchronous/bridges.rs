//! The wrappers between the two kinds of storage keep the contract, and hand on every method.

use crm_import::lookup::{Found, Lookup};
use crm_import::storage::conformance::{self, Meanwhile};
use crm_import::storage::{
    Applied, AsyncStorage, AsyncStorageWrite, Batch, Blocking, Checkpoint, Immediate, Op, Receipts,
    Recovery, StorageError, Token,
};
use crm_import::{Account, FollowUpKind, Import, MemoryStorage, Object, Source, StorageWrite};

use super::slow::{Slow, block_on, wait};

#[test]
fn an_asynchronous_adapter_is_certified_by_one_call() {
    let report = conformance::run(|| {
        Blocking::new(Slow(MemoryStorage::default()), |future| block_on(future))
    });
    assert!(report.is_passed(), "{report}");
    let shop = || {
        let mut crm = MemoryStorage::default();
        crm.insert_as(Object::Contact, "c7", [("email", "Ana@Example.com"), ("city", "York")]);
        Blocking::new(Slow(crm), |future| block_on(future))
    };
    let report = conformance::run_over(shop, &[(Object::Contact, "c7")]);
    assert!(report.is_passed(), "{report}");
}

#[test]
fn the_application_reaches_the_storage_that_is_waited_for() {
    let fresh = || Blocking::new(Slow(MemoryStorage::default()), |future| block_on(future));
    let report = conformance::run_beside(fresh, |crm, meanwhile| {
        let crm = &mut crm.storage.0;
        match meanwhile {
            Meanwhile::Insert { email } => _ = crm.insert(Object::Contact, [("email", email)]),
            Meanwhile::Change { id, email } => {
                crm.insert_as(Object::Contact, id, [("email", email)]);
            }
            Meanwhile::Delete { id } => _ = crm.remove(Object::Contact, id),
        }
    });
    assert!(report.is_passed(), "{report}");
}

#[test]
fn one_of_several_asynchronous_adapters_is_chosen_while_the_program_runs() {
    let mut slow = Blocking::new(Slow(MemoryStorage::default()), |future| block_on(future));
    let mut quick = MemoryStorage::default();
    for crm in [&mut slow as &mut dyn StorageWrite<Error = StorageError>, &mut quick] {
        let file = Source::from_bytes(&b"Email\nana@example.com\n"[..]);
        let report = Import::new().threads(2).run(file, crm).unwrap();
        assert_eq!(report.stats().contacts.create, 1);
    }
}

/// Says of everything what no storage says by default.
#[derive(Default)]
struct Odd;

impl AsyncStorage for Odd {
    type Error = StorageError;

    async fn account(&mut self) -> Result<Account, StorageError> {
        wait().await;
        Ok(Account { default_country: Some("DE".into()), ..Account::default() })
    }

    async fn find(&mut self, _: &Lookup<'_>, found: &mut Found) -> Result<(), StorageError> {
        wait().await;
        found.record("7");
        Ok(())
    }

    fn answers(&self, rule: &[String]) -> bool {
        rule == ["city"]
    }

    async fn asks_again(&mut self, _: &StorageError, attempt: u32) -> bool {
        wait().await;
        attempt == 7
    }
}

impl AsyncStorageWrite for Odd {
    async fn write(&mut self, _: &Batch<'_>, _: &mut Receipts) -> Result<(), StorageError> {
        wait().await;
        Err(StorageError::new("odd"))
    }

    async fn recover(&mut self, _: &StorageError, attempt: u32) -> Recovery {
        wait().await;
        if attempt == 7 { Recovery::Split } else { Recovery::Retry }
    }

    fn keeps_tokens(&self) -> bool {
        true
    }

    async fn applied(&mut self, tokens: &[Token], known: &mut Applied) -> Result<(), StorageError> {
        wait().await;
        // Of what failed alone it knows nothing.
        if let [first, _, ..] = tokens {
            known.add(*first, Op::Create, "7");
        }
        Ok(())
    }

    async fn unfinished(&mut self) -> Result<Option<Vec<Checkpoint>>, StorageError> {
        wait().await;
        Ok(Some(vec![Checkpoint::default()]))
    }

    fn supports(&self, follow_up: FollowUpKind) -> bool {
        follow_up != FollowUpKind::Tag
    }
}

/// Is everything said that [`Odd`] says?
async fn is_odd<S: AsyncStorageWrite<Error = StorageError>>(mut crm: S) {
    let error = StorageError::new("why");
    assert_eq!(crm.account().await.unwrap().default_country.as_deref(), Some("DE"));
    let (mut found, mut known) = (Found::default(), Applied::default());
    let asked = Lookup::sample(Object::Contact, &[(&["email"], &[&["ana@example.com"]])]);
    crm.find(&asked, &mut found).await.unwrap();
    assert_eq!(found.len(), 1);
    let rule = |field: &str| [field.to_owned()];
    assert!(crm.answers(&rule("city")) && !crm.answers(&rule("email")));
    assert!(crm.asks_again(&error, 7).await && !crm.asks_again(&error, 8).await);
    assert_eq!(crm.recover(&error, 7).await, Recovery::Split);
    assert_eq!(crm.recover(&error, 8).await, Recovery::Retry);
    assert!(crm.keeps_tokens());
    crm.applied(&[Token(1), Token(2)], &mut known).await.unwrap();
    assert_eq!((known.id(Token(1)), known.len()), (Some("7"), 1));
    assert_eq!(crm.unfinished().await.unwrap().unwrap().len(), 1);
    assert!(crm.supports(FollowUpKind::List) && !crm.supports(FollowUpKind::Tag));
}

#[test]
fn every_method_is_handed_on_by_every_wrapper() {
    block_on(is_odd(Odd));
    block_on(is_odd(&mut Odd));
    block_on(is_odd(Box::new(Odd)));
    block_on(is_odd(Immediate(Blocking::new(Odd, |future| block_on(future)))));
    block_on(is_odd(Immediate(&mut Blocking::new(Odd, |future| block_on(future)))));
}

/// An empty batch will not do for that.
#[test]
fn a_batch_is_handed_on_by_every_wrapper() {
    fn is_refused<S: AsyncStorageWrite<Error = StorageError>>(mut crm: S) {
        let file = Source::from_bytes(&b"Email\nana@example.com\n"[..]);
        let mut memory = Immediate(MemoryStorage::default());
        let plan = block_on(Import::new().plan_async(file, &mut memory)).unwrap();
        let report = block_on(Import::new().apply_async(plan, &mut crm));
        // Six times again, and then alone.
        let issues: Vec<_> = report.unwrap().issues().map(|issue| issue.to_string()).collect();
        assert!(issues.len() == 1 && issues[0].contains("odd"), "{issues:?}");
    }
    is_refused(Odd);
    is_refused(&mut Odd);
    is_refused(Box::new(Odd));
    is_refused(Immediate(Blocking::new(Odd, |future| block_on(future))));
}

/// As a synchronous one.
#[test]
fn a_storage_that_says_nothing_has_the_same_defaults() {
    struct Plain;
    impl AsyncStorage for Plain {
        type Error = StorageError;
        async fn account(&mut self) -> Result<Account, StorageError> {
            Ok(Account::default())
        }
        async fn find(&mut self, _: &Lookup<'_>, _: &mut Found) -> Result<(), StorageError> {
            Ok(())
        }
    }
    impl AsyncStorageWrite for Plain {
        async fn write(&mut self, _: &Batch<'_>, _: &mut Receipts) -> Result<(), StorageError> {
            Ok(())
        }
    }
    block_on(async {
        let (error, mut known) = (StorageError::new("why"), Applied::default());
        let rule = |field: &str| [field.to_owned()];
        assert!(Plain.answers(&rule("email")) && Plain.answers(&rule("phone")));
        assert!(!Plain.answers(&rule("city")));
        assert!(!Plain.asks_again(&error, 1).await);
        assert_eq!(Plain.recover(&error, 1).await, Recovery::Stop);
        assert!(!Plain.keeps_tokens());
        Plain.applied(&[Token(1)], &mut known).await.unwrap();
        assert!(known.is_empty());
        assert_eq!(Plain.unfinished().await.unwrap(), None);
        assert!(Plain.supports(FollowUpKind::Tag) && !Plain.supports(FollowUpKind::List));
    });
}

//! Two imports at the same moment.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use crm_import::Account;
use crm_import::lookup::{Found, Lookup};
use crm_import::storage::conformance::{self, Outcome};
use crm_import::storage::{Applied, Batch, Receipt, Receipts, StorageError, Token};
use crm_import::{Storage, StorageWrite};

use crate::account;
use crate::shelf::{Defect, Shelf};
use crate::sqlite::Sqlite;

/// A shelf that two imports share.
struct Shared {
    shelf: Arc<Mutex<Shelf>>,
    /// What it does not check again after it has looked.
    careless: Option<Defect>,
}

impl Shared {
    fn pair(careless: Option<Defect>) -> (Self, Self) {
        let shelf = Arc::new(Mutex::new(Shelf::new(account())));
        (Shared { shelf: shelf.clone(), careless }, Shared { shelf, careless })
    }
}

impl Storage for Shared {
    type Error = StorageError;

    fn account(&mut self) -> Result<Account, StorageError> {
        self.shelf.lock().unwrap().account()
    }

    fn find(&mut self, lookup: &Lookup<'_>, found: &mut Found) -> Result<(), StorageError> {
        self.shelf.lock().unwrap().find(lookup, found)
    }

    fn answers(&self, _: &[String]) -> bool {
        true
    }
}

impl StorageWrite for Shared {
    fn write(&mut self, batch: &Batch<'_>, receipts: &mut Receipts) -> Result<(), StorageError> {
        let defect = self.careless.filter(|_| {
            let mut looked = Receipts::expecting(batch);
            let mut trial = self.shelf.lock().unwrap().clone();
            trial.write(batch, &mut looked).unwrap();
            let is_there = |token| {
                matches!(
                    looked.get(token),
                    Some(Receipt::Conflict | Receipt::AlreadyApplied { .. })
                )
            };
            !batch.steps().any(|step| is_there(step.token()))
        });
        if defect.is_some() {
            std::thread::sleep(Duration::from_micros(200));
        }
        let mut shelf = self.shelf.lock().unwrap();
        shelf.defect = defect;
        let written = shelf.write(batch, receipts);
        shelf.defect = None;
        written
    }

    fn keeps_tokens(&self) -> bool {
        true
    }

    fn applied(&mut self, tokens: &[Token], known: &mut Applied) -> Result<(), StorageError> {
        self.shelf.lock().unwrap().applied(tokens, known)
    }
}

#[test]
fn adapters_that_keep_others_out_while_they_write_pass() {
    let report = conformance::run_together(|| Shared::pair(None));
    assert!(report.is_passed(), "{report}");
    assert!(report.cases().iter().all(|case| case.outcome == Outcome::Passed), "{report}");

    let folder = tempfile::tempdir().unwrap();
    let mut number = 0;
    let report = conformance::run_together(|| {
        number += 1;
        let path = folder.path().join(format!("{number}.sqlite"));
        let one = Sqlite::create(&path, account(), |_| Ok(())).unwrap();
        (one, Sqlite::open(&path).unwrap().unwrap())
    });
    assert!(report.is_passed(), "{report}");
}

#[test]
fn whoever_looks_before_it_locks_is_caught() {
    for (defect, case) in [
        (
            Defect::IgnoresTakenKeys,
            "an address that two imports give away at once comes to one contact",
        ),
        (
            Defect::IgnoresVersions,
            "of two imports that change a contact at once, one meets a conflict",
        ),
        (Defect::IgnoresTokens, "a batch that two processes write at once is written once"),
    ] {
        let report = conformance::run_together(|| Shared::pair(Some(defect)));
        let failed: Vec<&str> = report.failures().map(|(name, _)| name).collect();
        assert_eq!(failed, [case], "{report}");
    }
}

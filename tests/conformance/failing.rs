//! Storages in which something fails: those that lose nothing by it are certified, the others are not.

use crm_import::lookup::{Found, Lookup};
use crm_import::storage::conformance::{self, REFUSED};
use crm_import::storage::{Applied, Batch, BatchStep, Checkpoint, Receipts, Recovery};
use crm_import::storage::{StorageError, Token};
use crm_import::{Account, Storage, StorageWrite};

use crate::shelf::Shelf;
use crate::{account, customers_only, customers_with};

/// What the shelf remembers of imports, the storage around it does.
macro_rules! keeps_tokens_in_its_shelf {
    () => {
        fn keeps_tokens(&self) -> bool {
            true
        }

        fn applied(&mut self, tokens: &[Token], known: &mut Applied) -> Result<(), StorageError> {
            self.0.applied(tokens, known)
        }

        fn unfinished(&mut self) -> Result<Option<Vec<Checkpoint>>, StorageError> {
            self.0.unfinished()
        }
    };
}

/// What a storage does about a contact that it refuses.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Refusing {
    /// It rolls the batch back.
    RollsBack,
    /// It has no transactions. What is written is kept with its token.
    KeepsWhatIsWritten,
    /// It rejects it, and writes the others.
    Rejects,
    /// It has no transactions, and writes the tokens at the end.
    KeepsTokensLast,
    /// It writes the tokens first.
    KeepsTokensFirst,
    /// It rejects it, and what comes after it is written by nobody.
    StopsThere,
    /// It rolls the batch back, and gives up.
    StopsImport,
    /// It takes it.
    Takes,
}

struct Failing(Shelf, Refusing);

asks_its_shelf!(Failing);

fn is_refused(step: &BatchStep<'_>) -> bool {
    let is_name = |key: &str| step.change(key).is_some_and(|change| change.text() == REFUSED);
    is_name("name") || is_name("first_name")
}

impl StorageWrite for Failing {
    fn write(&mut self, batch: &Batch<'_>, receipts: &mut Receipts) -> Result<(), StorageError> {
        let at = batch.steps().position(|step| is_refused(&step));
        let (Some(at), false) = (at, self.1 == Refusing::Takes) else {
            return self.0.write(batch, receipts);
        };
        let before = self.0.clone();
        match self.1 {
            Refusing::Rejects | Refusing::StopsThere => {
                let refused = batch.steps().filter(is_refused).map(|step| step.token());
                refused.for_each(|token| receipts.rejected(token, "a check constraint"));
                let stops = self.1 == Refusing::StopsThere;
                self.0.write_some(batch, receipts, if stops { at } else { usize::MAX });
                return Ok(());
            }
            Refusing::RollsBack | Refusing::StopsImport | Refusing::Takes => {}
            Refusing::KeepsWhatIsWritten => self.0.write_some(batch, receipts, at),
            Refusing::KeepsTokensLast => {
                self.0.write_some(batch, receipts, at);
                self.0.tokens = before.tokens;
            }
            Refusing::KeepsTokensFirst => {
                self.0.write_some(batch, receipts, at);
                let tokens = std::mem::replace(&mut self.0, before).tokens;
                self.0.tokens = tokens;
            }
        }
        Err("a check constraint".into())
    }

    fn recover(&mut self, _: &StorageError, _: u32) -> Recovery {
        if self.1 == Refusing::StopsImport { Recovery::Stop } else { Recovery::Split }
    }

    keeps_tokens_in_its_shelf!();
}

#[test]
fn whoever_writes_each_step_once_is_certified_whatever_fails() {
    for refusing in [Refusing::RollsBack, Refusing::KeepsWhatIsWritten, Refusing::Rejects] {
        for account in [account(), customers_only()] {
            let report =
                conformance::run_failing(|| Failing(Shelf::new(account.clone()), refusing));
            assert!(report.is_passed(), "{refusing:?}: {report}");
            let report = conformance::run(|| Failing(Shelf::new(account.clone()), refusing));
            assert!(report.is_passed(), "{refusing:?}: {report}");
        }
    }
}

#[test]
fn whoever_leaves_half_of_a_batch_is_told_so() {
    for (refusing, says) in [
        (Refusing::KeepsTokensLast, "its token is not known: write a batch in one transaction"),
        (Refusing::KeepsTokensFirst, "keep a token only together with its record"),
        (Refusing::StopsThere, "was written beside a step that is refused"),
        (Refusing::Takes, "a contact called Mallory was written"),
        (Refusing::StopsImport, "stops the import (a check constraint): reject its step"),
    ] {
        let report = conformance::run_failing(|| Failing(Shelf::new(account()), refusing));
        let told = report.failures().any(|(_, why)| why.contains(says));
        assert!(told, "{refusing:?}: {report}");
    }
}

/// A connection that breaks now and then, before a question is answered or after a batch was written.
struct Breaking(Shelf, u32);

impl Breaking {
    fn breaks(&mut self) -> bool {
        self.1 += 1;
        self.1.is_multiple_of(5)
    }
}

impl Storage for Breaking {
    type Error = StorageError;

    fn account(&mut self) -> Result<Account, StorageError> {
        self.0.account()
    }

    fn find(&mut self, lookup: &Lookup<'_>, found: &mut Found) -> Result<(), StorageError> {
        if self.breaks() {
            return Err("the connection was lost".into());
        }
        self.0.find(lookup, found)
    }

    fn answers(&self, rule: &[String]) -> bool {
        self.0.answers(rule)
    }

    fn asks_again(&mut self, _: &StorageError, _: u32) -> bool {
        true
    }
}

impl StorageWrite for Breaking {
    fn write(&mut self, batch: &Batch<'_>, receipts: &mut Receipts) -> Result<(), StorageError> {
        self.0.write(batch, receipts)?;
        if self.breaks() { Err("the answer was lost".into()) } else { Ok(()) }
    }

    fn recover(&mut self, _: &StorageError, _: u32) -> Recovery {
        Recovery::Retry
    }

    keeps_tokens_in_its_shelf!();

    fn supports(&self, _: crm_import::storage::FollowUpKind) -> bool {
        true
    }
}

#[test]
fn what_an_import_would_try_again_is_tried_again() {
    let report = conformance::run(|| Breaking(Shelf::new(account()), 0));
    assert!(report.is_passed(), "{report}");
}

#[test]
fn the_adapter_over_customers_leaves_nothing_half_written() {
    let report = conformance::run_failing(|| {
        customers_with(
            "CREATE TRIGGER refused BEFORE INSERT ON customers WHEN new.name = 'Mallory'
                 BEGIN SELECT RAISE(ABORT, 'nobody of that name'); END;",
        )
    });
    assert!(report.is_passed(), "{report}");
}

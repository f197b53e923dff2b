//! A storage that fails is asked what to do, and that is waited for, too.

use crm_import::lookup::{Found, Lookup};
use crm_import::storage::{Applied, Batch, Checkpoint, Receipts, Recovery, StorageError, Token};
use crm_import::{
    Account, FollowUpKind, Import, MemoryStorage, Source, Status, Storage, StorageWrite,
};

use super::files::{crm, files};
use super::same::{assert_same, outcome};
use super::slow::{Slow, block_on, counting};

/// Fails at one call, and then as the error says.
#[derive(Clone)]
struct Shaky {
    crm: MemoryStorage,
    /// The number of the call that fails.
    fails_at: usize,
    how: How,
    /// How often it was called, by whatever method that is asynchronous.
    calls: usize,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum How {
    /// Twice, and then it goes on.
    Busy,
    /// After it has written.
    Lost,
    /// Until a batch has a single step.
    Refused,
    /// For good.
    Gone,
}

const ALL: [How; 4] = [How::Busy, How::Lost, How::Refused, How::Gone];

impl Shaky {
    fn new(fails_at: usize, how: How) -> Self {
        Shaky { crm: crm(), fails_at, how, calls: 0 }
    }

    /// Does this call fail?
    fn fails(&mut self) -> Result<(), StorageError> {
        self.calls += 1;
        let is_now = match self.how {
            How::Busy => [self.fails_at, self.fails_at + 2].contains(&self.calls),
            How::Lost | How::Refused => self.calls == self.fails_at,
            How::Gone => self.calls >= self.fails_at,
        };
        if is_now { Err(StorageError::new(format!("{:?}", self.how))) } else { Ok(()) }
    }
}

impl Storage for Shaky {
    type Error = StorageError;

    fn account(&mut self) -> Result<Account, StorageError> {
        self.fails()?;
        self.crm.account()
    }

    fn find(&mut self, lookup: &Lookup<'_>, found: &mut Found) -> Result<(), StorageError> {
        self.fails()?;
        self.crm.find(lookup, found)
    }

    fn answers(&self, rule: &[String]) -> bool {
        self.crm.answers(rule)
    }

    fn asks_again(&mut self, _: &StorageError, attempt: u32) -> bool {
        self.calls += 1;
        self.how == How::Busy && attempt < 3
    }
}

impl StorageWrite for Shaky {
    fn write(&mut self, batch: &Batch<'_>, receipts: &mut Receipts) -> Result<(), StorageError> {
        let failed = self.fails();
        if self.how == How::Lost || failed.is_ok() {
            self.crm.write(batch, receipts)?;
        }
        failed
    }

    fn recover(&mut self, _: &StorageError, attempt: u32) -> Recovery {
        self.calls += 1;
        match self.how {
            How::Busy | How::Lost if attempt < 3 => Recovery::Retry,
            How::Refused => Recovery::Split,
            _ => Recovery::Stop,
        }
    }

    fn keeps_tokens(&self) -> bool {
        self.crm.keeps_tokens()
    }

    fn applied(&mut self, tokens: &[Token], known: &mut Applied) -> Result<(), StorageError> {
        self.fails()?;
        self.crm.applied(tokens, known)
    }

    fn unfinished(&mut self) -> Result<Option<Vec<Checkpoint>>, StorageError> {
        self.fails()?;
        self.crm.unfinished()
    }

    fn supports(&self, follow_up: FollowUpKind) -> bool {
        self.crm.supports(follow_up)
    }
}

#[test]
fn what_fails_fails_alike() {
    let (_, file) = files().swap_remove(1);
    let source = || Source::from_bytes(file.as_bytes());
    let import = Import::new().id("upload 17").run_window(1_000);
    for (how, fails_at) in ALL.into_iter().flat_map(|how| (1..20).map(move |at| (how, at))) {
        let (mut shaky, mut slow) = (Shaky::new(fails_at, how), Slow(Shaky::new(fails_at, how)));
        let plan = import.plan(source(), &mut shaky);
        let report = plan.and_then(|plan| import.apply(plan, &mut shaky));
        let report_slow = block_on(async {
            let plan = import.plan_async(source(), &mut slow).await?;
            import.apply_async(plan, &mut slow).await
        });
        let (left, left_slow) = (outcome(&report, &shaky.crm), outcome(&report_slow, &slow.0.crm));
        assert_same(&left, &left_slow, &format!("{how:?} at {fails_at}"));
        assert_eq!(shaky.calls, slow.0.calls, "{how:?} at {fails_at}");

        let (mut shaky, mut slow) = (Shaky::new(fails_at, how), Slow(Shaky::new(fails_at, how)));
        let report = import.run(source(), &mut shaky);
        let report_slow = block_on(import.run_async(source(), &mut slow));
        let (left, left_slow) = (outcome(&report, &shaky.crm), outcome(&report_slow, &slow.0.crm));
        assert_same(&left, &left_slow, &format!("{how:?} at {fails_at} of a run"));
    }
}

/// A method that was called without being awaited would wait less.
#[test]
fn whatever_the_adapter_waits_for_is_waited_for() {
    let file = "Email\nana@example.com\nbo@example.com\n";
    for (how, fails_at) in ALL.into_iter().flat_map(|how| (1..6).map(move |at| (how, at))) {
        let mut slow = Slow(Shaky::new(fails_at, how));
        let import = Import::new();
        let source = || Source::from_bytes(file.as_bytes());
        let (_, waits) = counting(import.run_async(source(), &mut slow));
        // The odd one lets others go first.
        assert_eq!(waits / 2, slow.0.calls, "{how:?} at {fails_at}");
    }
}

#[test]
fn a_report_that_could_not_be_acknowledged_is_acknowledged_again() {
    let mut slow = Slow(Shaky::new(1_000, How::Busy));
    let source = Source::from_bytes(&b"Email\nana@example.com\n"[..]);
    let report = block_on(Import::new().run_async(source, &mut slow)).unwrap();
    assert_eq!(report.status(), Status::Completed);
    slow.0.fails_at = slow.0.calls + 1;
    block_on(report.acknowledge_async(&mut slow)).unwrap();
    assert!(!slow.0.crm.checkpoint().unwrap().is_open());
}

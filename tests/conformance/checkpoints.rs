//! Checkpoints that are lost, and the adapters that keep theirs.

use crm_import::StorageWrite;
use crm_import::storage::conformance::{self, Outcome};

use crate::shelf::{Defect, Shelf};
use crate::{account, customers_with, sqlite_with};

fn kept(crm: &mut Shelf) -> Vec<crm_import::storage::Checkpoint> {
    crm.checkpoints.values().cloned().collect()
}

#[test]
fn storages_that_keep_checkpoints_pass() {
    let report = conformance::run_checkpoints(|| Shelf::new(account()), kept);
    assert!(report.cases().iter().all(|case| case.outcome == Outcome::Passed), "{report}");

    let report =
        conformance::run_checkpoints(|| sqlite_with(account()), |crm| crm.checkpoints().unwrap());
    assert!(report.is_passed(), "{report}");

    let report = conformance::run_checkpoints(
        || customers_with(""),
        |crm| crm.unfinished().unwrap().unwrap(),
    );
    assert!(report.is_passed(), "{report}");
}

#[test]
fn each_way_of_losing_a_checkpoint_is_caught() {
    for (defect, case) in [
        (Defect::LosesCheckpoints, "a checkpoint is kept with its batch, as it was"),
        (Defect::ForgetsFormats, "a checkpoint is kept with its batch, as it was"),
        (Defect::KeepsTheFirstCheckpoint, "a checkpoint takes the place of the one before it"),
        (Defect::LosesCheckpointsWithoutSteps, "the checkpoint of a batch without steps is kept"),
        (
            Defect::LosesCheckpointsWithoutSteps,
            "an import whose report was seen is not open any more",
        ),
        (Defect::KeepsOneCheckpoint, "the checkpoints of two imports are kept beside each other"),
    ] {
        let report = conformance::run_checkpoints(|| Shelf::broken(account(), defect), kept);
        assert!(report.failures().any(|(name, _)| name == case), "{defect:?} {case}:\n{report}");
    }
}

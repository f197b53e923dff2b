//! Cases in which an interrupted import is to be found again.

use super::bench::Bench;
use super::{Result, cause, expect, skip, with_causes};
use crate::issue::{FailedRow, IssueCode, JoinedRow, MetRow};
use crate::object::Object::Contact;
use crate::object::RowNumber;
use crate::storage::{Checkpoint, Refusal, StorageWrite};

/// The function that reads the checkpoints that storage keeps.
pub(super) type Kept<'a, S> = &'a mut dyn FnMut(&mut S) -> Vec<Checkpoint>;
/// A case that asks for what is kept.
pub(super) type Resuming<S> = fn(&mut Bench<S>, Kept<'_, S>) -> Result;

pub(super) fn cases<S: StorageWrite>() -> Vec<(&'static str, Resuming<S>)> {
    vec![
        ("a checkpoint is kept with its batch, as it was", kept_whole),
        ("a checkpoint takes the place of the one before it", replaced),
        ("the checkpoint of a batch without steps is kept", kept_without_steps),
        ("an import whose report was seen is not open any more", closed),
        ("the checkpoints of two imports are kept beside each other", side_by_side),
        ("a long checkpoint is kept whole", kept_whole_if_long),
    ]
}

/// The cases of a storage that says itself which imports are unfinished.
pub(super) fn cases_told<S: StorageWrite>() -> Vec<(&'static str, Resuming<S>)> {
    let mut all = cases();
    all.push(("of unfinished imports the one begun last is told first", begun_last_is_first));
    all
}

pub(super) fn names() -> impl Iterator<Item = &'static str> {
    cases_told::<crate::MemoryStorage>().into_iter().map(|(name, _)| name)
}

/// A case that asks storage itself.
pub(super) fn told<S: StorageWrite>(bench: &mut Bench<S>, case: Resuming<S>) -> Result {
    bench.needs_tokens()?;
    if matches!(bench.storage.unfinished(), Ok(None)) {
        return skip(
            "the storage does not say which imports are unfinished (StorageWrite::unfinished)",
        );
    }
    let mut failed = None;
    let result = case(bench, &mut |storage| match storage.unfinished() {
        Ok(kept) => kept.unwrap_or_default(),
        Err(error) => {
            failed = Some(with_causes(&error));
            Vec::new()
        }
    });
    match failed {
        Some(error) => cause(format!("unfinished failed: {error}")),
        None => result,
    }
}

/// A checkpoint with texts that a JSON column, or a quotation mark in the wrong place, may change.
fn checkpoint(import_id: &str, row: u64) -> Checkpoint {
    let mut checkpoint = Checkpoint { import_id: import_id.into(), row, ..Checkpoint::default() };
    let texts = [
        &mut checkpoint.file,
        &mut checkpoint.mapping,
        &mut checkpoint.policy,
        &mut checkpoint.choices,
    ];
    texts.into_iter().for_each(|text| *text = "9f3c".into());
    checkpoint.formats.insert("Born \"on\"".into(), "d/m/y".into());
    checkpoint.formats.insert("Überwiesen".into(), "1.234,5".into());
    checkpoint.window = 1_000;
    checkpoint.stats.contacts.create = 3;
    checkpoint.refused.push(Refusal {
        object: Contact,
        row: RowNumber(2),
        id: None,
        code: IssueCode::WriteRejected,
        why: "O'Hara's \"{}\" is 李".into(),
    });
    checkpoint.failed.push(FailedRow {
        object: Contact,
        row: RowNumber(3),
        code: IssueCode::KeyAmbiguous,
        column: Some(0),
        value: Some("O'Hara's \"{}\" is 李".into()),
        detail: None,
    });
    checkpoint.met.push(MetRow {
        object: Contact,
        row: RowNumber(4),
        id: Some("O'Hara \"1\"".into()),
        first_row: None,
        dropped: vec![(2, 0)],
    });
    let joined = JoinedRow { object: Contact, row: RowNumber(5), first_row: RowNumber(1) };
    checkpoint.joined = Some(vec![joined]);
    checkpoint
}

/// Writes a batch of this many new contacts.
fn write<S: StorageWrite>(bench: &mut Bench<S>, steps: usize, checkpoint: &Checkpoint) -> Result {
    let name = bench.name();
    let (_, mut data) = bench.make(|batch| {
        for _ in 0..steps {
            batch.create(Contact, &[(name, &["Ana"])]);
        }
    });
    data.checkpoint = checkpoint.clone();
    bench.write_made(&data).map(|_| ())
}

/// Expects storage to keep exactly one checkpoint of this import: this one.
fn expect_kept<S: StorageWrite>(
    bench: &mut Bench<S>,
    kept: Kept<'_, S>,
    own: &Checkpoint,
) -> Result {
    let mut all = kept(&mut bench.storage);
    all.retain(|other| other.import_id == own.import_id);
    match all.as_slice() {
        [one] => {
            let parts = changed(own, one).join(", ");
            expect(one == own, format!("it is kept with other contents, in {parts}"))
        }
        [] => {
            expect(false, "it is not kept: write Batch::checkpoint in the transaction of its batch")
        }
        more => {
            expect(false, format!("{} of one import are kept: replace the one before", more.len()))
        }
    }
}

/// The parts of a checkpoint that differ.
fn changed(own: &Checkpoint, kept: &Checkpoint) -> Vec<&'static str> {
    let parts = [
        ("file", own.file == kept.file),
        ("mapping", own.mapping == kept.mapping),
        ("policy", own.policy == kept.policy),
        ("choices", own.choices == kept.choices),
        ("formats", own.formats == kept.formats),
        ("window", own.window == kept.window),
        ("row", own.row == kept.row),
        ("is_begun", own.is_begun == kept.is_begun),
        ("is_last", own.is_last == kept.is_last),
        ("is_seen", own.is_seen == kept.is_seen),
        ("stats", own.stats == kept.stats),
        ("refused", own.refused == kept.refused),
        ("failed", own.failed == kept.failed),
        ("met", own.met == kept.met),
        ("joined", own.joined == kept.joined),
    ];
    parts.into_iter().filter(|(_, is_same)| !is_same).map(|(part, _)| part).collect()
}

fn kept_whole<S: StorageWrite>(bench: &mut Bench<S>, kept: Kept<'_, S>) -> Result {
    let own = checkpoint("spring fair's", 7);
    write(bench, 1, &own)?;
    expect_kept(bench, kept, &own)
}

fn replaced<S: StorageWrite>(bench: &mut Bench<S>, kept: Kept<'_, S>) -> Result {
    for row in [5, 9] {
        let own = checkpoint("fair", row);
        write(bench, 1, &own)?;
        expect_kept(bench, kept, &own)?;
    }
    Ok(())
}

fn kept_without_steps<S: StorageWrite>(bench: &mut Bench<S>, kept: Kept<'_, S>) -> Result {
    write(bench, 1, &checkpoint("fair", 5))?;
    let last = Checkpoint { is_last: true, ..checkpoint("fair", 5) };
    write(bench, 0, &last)?;
    expect_kept(bench, kept, &last)
}

/// It is kept as closed, or not at all.
fn closed<S: StorageWrite>(bench: &mut Bench<S>, kept: Kept<'_, S>) -> Result {
    let last = Checkpoint { is_last: true, ..checkpoint("fair", 5) };
    write(bench, 1, &last)?;
    write(bench, 0, &Checkpoint { is_seen: true, ..last })?;
    let open = kept(&mut bench.storage).into_iter().filter(Checkpoint::is_open).count();
    expect(
        open == 0,
        "it would be taken up again at each start: keep the checkpoint of every batch",
    )
}

fn side_by_side<S: StorageWrite>(bench: &mut Bench<S>, kept: Kept<'_, S>) -> Result {
    let both = [checkpoint("fair", 5), checkpoint("fair 2", 3)];
    both.iter().try_for_each(|own| write(bench, 1, own))?;
    both.iter().try_for_each(|own| expect_kept(bench, kept, own))
}

/// With as many rows as a checkpoint names.
fn kept_whole_if_long<S: StorageWrite>(bench: &mut Bench<S>, kept: Kept<'_, S>) -> Result {
    let mut own = checkpoint("fair", 5);
    let (failed, met) = (own.failed[0].clone(), own.met[0].clone());
    own.failed.resize(Checkpoint::FAILURES, failed);
    own.met.resize(Checkpoint::FAILURES, met);
    write(bench, 1, &own)?;
    expect_kept(bench, kept, &own)
}

/// Neither in the order of their names nor of their last batches: a file that was begun twice goes on with the second.
fn begun_last_is_first<S: StorageWrite>(bench: &mut Bench<S>, kept: Kept<'_, S>) -> Result {
    for import_id in ["march", "may", "april", "march"] {
        write(bench, 1, &checkpoint(import_id, 5))?;
    }
    let mut told: Vec<String> =
        kept(&mut bench.storage).into_iter().map(|checkpoint| checkpoint.import_id).collect();
    told.retain(|id| ["march", "may", "april"].contains(&id.as_str()));
    expect(
        told == ["april", "may", "march"],
        format!(
            "imports were begun as march, may and april, then march went on, and unfinished tells them as {told:?}: \
             number them when their first checkpoint is written, and return the last first"
        ),
    )
}

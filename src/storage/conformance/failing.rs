//! Cases in which a batch fails. Whatever was written of it must be known by its token, and nothing else may be
//! stored: otherwise the next attempt, or the resumed import, writes it a second time.

use super::bench::{Bench, TRIES};
use super::maker::Maker;
use super::{Result, Run, cause, expect, fail, skip, with_causes};
use crate::object::Object::{Contact, Opportunity};
use crate::storage::{
    Applied, ContactOf, OwnedBatch, Receipt, Receipts, Recovery, StorageWrite, Token,
};

/// The cases of every storage.
pub(super) fn cases<S: StorageWrite>() -> Vec<(&'static str, Run<S>)> {
    vec![("a batch that fails can be written again", fails_whole)]
}

/// The cases of a storage that refuses a contact with a certain [name](REFUSED).
pub(super) fn cases_refused<S: StorageWrite>() -> Vec<(&'static str, Run<S>)> {
    vec![
        ("who stands beside a contact that is refused is written once", others_are_written),
        ("an update beside a contact that is refused is written once", update_is_written),
        ("a contact that is refused does not stop the import", import_goes_on),
    ]
}

/// The name of the contact that a storage for [`run_failing`](super::run_failing) refuses.
pub const REFUSED: &str = "Mallory";

/// A batch of two contacts, with something between them that may fail it.
struct Made {
    /// The two, each with her address.
    beside: Vec<(Token, String)>,
    trouble: Vec<Token>,
    batch: OwnedBatch,
}

/// Makes addresses by which contacts are found, each another one.
#[derive(Clone, Copy)]
struct Address {
    field: &'static str,
    /// How many it has made.
    count: usize,
}

impl Address {
    fn next(&mut self) -> String {
        self.count += 1;
        match self.field {
            "email" => format!("p{:02}@example.com", self.count),
            _ => format!("+120655501{:02}", self.count),
        }
    }
}

fn address<S: StorageWrite>(bench: &Bench<S>) -> Result<Address> {
    Ok(Address { field: bench.addresses()?[0].0, count: 0 })
}

/// Makes a batch around what `trouble` adds, given the first of the two contacts.
fn around<S: StorageWrite>(
    bench: &mut Bench<S>,
    address: &mut Address,
    trouble: impl FnOnce(&mut Maker<'_>, (Token, &str)) -> Vec<Token>,
) -> Made {
    let (name, field) = (bench.name(), address.field);
    let keys = [address.next(), address.next()];
    let ((beside, trouble), batch) = bench.make(|batch| {
        let person = |batch: &mut Maker<'_>, who: &str, key: &str| {
            batch.create_new(&[(name, &[who]), (field, &[key])], &[(field, key)])
        };
        let ana = person(batch, "Ana", &keys[0]);
        let trouble = trouble(batch, (ana, &keys[0]));
        let zoe = person(batch, "Zoe", &keys[1]);
        ([ana, zoe], trouble)
    });
    Made { beside: beside.into_iter().zip(keys).collect(), trouble, batch }
}

/// What databases and services refuse with an error, each something else.
#[derive(Clone, Copy)]
enum Trouble {
    UnknownId,
    UnknownContact,
    LargeAmount,
    /// Where an address is unique, and somebody else was quicker.
    SharedAddress,
    LongName,
}

impl Trouble {
    const ALL: [Trouble; 5] = [
        Trouble::UnknownId,
        Trouble::UnknownContact,
        Trouble::LargeAmount,
        Trouble::SharedAddress,
        Trouble::LongName,
    ];

    /// Whether the account has the field or object that it is about.
    fn is_possible<S: StorageWrite>(self, bench: &Bench<S>) -> bool {
        match self {
            Trouble::UnknownContact => bench.keeps_opportunities(),
            Trouble::LargeAmount => bench.has(Opportunity, "value"),
            _ => true,
        }
    }

    /// Adds it to a batch that creates the contact `ana` before, with this address.
    fn add(self, batch: &mut Maker<'_>, name: &str, ana: Token, address: (&str, &str)) -> Token {
        let (field, key) = address;
        let roof = ("name", &["Roof"][..]);
        match self {
            Trouble::UnknownId => {
                batch.update(Contact, "no such id", Some("1"), &[], &[(name, &["Mo"])])
            }
            Trouble::UnknownContact => {
                batch.opportunity(&[roof], ContactOf::Known("no such id".into()))
            }
            Trouble::LargeAmount => {
                let large = ("value", &["79228162514264337593543950335"][..]);
                batch.opportunity(&[roof, large], ContactOf::CreatedBy(ana))
            }
            Trouble::SharedAddress => batch.create(Contact, &[(name, &["Mo"]), (field, &[key])]),
            Trouble::LongName => batch.create(Contact, &[(name, &[&"Mo ".repeat(30_000)])]),
        }
    }
}

fn fails_whole<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    let mut address = address(bench)?;
    let (name, field) = (bench.name(), address.field);
    bench.add(Contact, &[(name, &["Ana"])])?;
    let mut is_any = false;
    let is_possible = |trouble: &Trouble| trouble.is_possible(bench);
    let possible: Vec<Trouble> = Trouble::ALL.into_iter().filter(is_possible).collect();
    for (row, trouble) in (101..).zip(possible) {
        let mut made = around(bench, &mut address, |batch, (ana, key)| {
            vec![trouble.add(batch, name, ana, (field, key))]
        });
        made.batch.checkpoint.row = row;
        if bench.write_once(&made.batch).is_err() {
            is_any = true;
            expect_earlier_checkpoint(bench, &made, field)?;
            expect_known_or_absent(bench, &made, field)?;
            expect_written_without(bench, made, field)?;
        }
    }
    if is_any { Ok(()) } else { skip("no step that was tried made a write fail; see run_failing") }
}

/// The checkpoint of a batch that was not written says that the import is farther than it is. The batch was written if
/// only the answer was lost.
fn expect_earlier_checkpoint<S: StorageWrite>(
    bench: &mut Bench<S>,
    made: &Made,
    field: &str,
) -> Result {
    for (_, key) in &made.beside {
        if !bench.by_keys(&[field], &[&[key]])?.is_empty() {
            return Ok(());
        }
    }
    let row = made.batch.checkpoint.row;
    let kept = bench.storage.unfinished().ok().flatten().unwrap_or_default();
    expect(
        kept.iter().all(|checkpoint| checkpoint.row != row),
        "write failed, and its checkpoint is kept: write Batch::checkpoint in the transaction of its batch, or \
         where there is none after its steps",
    )
}

/// After an error there is nothing of the batch, or its token is known.
fn expect_known_or_absent<S: StorageWrite>(
    bench: &mut Bench<S>,
    made: &Made,
    field: &str,
) -> Result {
    let known = known(bench, made.beside.iter().map(|(token, _)| *token))?;
    for (token, key) in &made.beside {
        let found = bench.by_keys(&[field], &[&[key]])?;
        // Who does not keep tokens may not know what was written.
        match (known.id(*token), found.as_slice()) {
            (Some(id), _) if found.iter().any(|(own, _)| own == id) => {}
            (None, []) => {}
            (Some(id), _) => {
                return fail(format!(
                    "write failed, its token says that {key} is now {id}, and that is not there: keep a token \
                     only together with its record"
                ));
            }
            (None, _) if !bench.storage.keeps_tokens() => return Ok(()),
            (None, _) => {
                return fail(format!(
                    "write failed, and {key} of the same batch is there, but its token is not known: write a \
                     batch in one transaction, or where there is none each record together with its token"
                ));
            }
        }
    }
    Ok(())
}

fn known<S: StorageWrite>(
    bench: &mut Bench<S>,
    tokens: impl Iterator<Item = Token>,
) -> Result<Applied> {
    let mut known = Applied::default();
    if bench.storage.keeps_tokens()
        && let Err(error) = bench.storage.applied(&tokens.collect::<Vec<_>>(), &mut known)
    {
        return cause(format!("applied failed: {}", with_causes(&error)));
    }
    Ok(known)
}

/// The batch without what has failed it, as it is written when it was split.
fn expect_written_without<S: StorageWrite>(
    bench: &mut Bench<S>,
    made: Made,
    field: &str,
) -> Result {
    let mut batch = made.batch;
    batch.steps.retain(|step| !made.trouble.contains(&step.token));
    let receipts = match bench.try_write(&batch) {
        Ok(receipts) => receipts,
        Err(error) => {
            return fail(format!(
                "a batch failed, and also without the step that was to fail it: {}; if it can be written alone, \
                 roll back what has failed",
                with_causes(&error)
            ));
        }
    };
    expect_there_once(bench, &made.beside, &made.trouble, &receipts, field)
}

/// Expects every contact to be there once. The step in trouble may have been written, too, if its answer was lost.
fn expect_there_once<S: StorageWrite>(
    bench: &mut Bench<S>,
    beside: &[(Token, String)],
    trouble: &[Token],
    receipts: &Receipts,
    field: &str,
) -> Result {
    let others = known(bench, trouble.iter().copied())?;
    let is_other = |id: &str| trouble.iter().any(|token| others.id(*token) == Some(id));
    for (token, key) in beside {
        let found = bench.by_keys(&[field], &[&[key]])?;
        let ids = found.iter().map(|(id, _)| id.as_str());
        let ids: Vec<&str> = ids.filter(|id| !is_other(id)).collect();
        let (receipt, id) = (receipts.get(*token), receipts.id(*token));
        expect(
            id.is_some() && ids == [id.unwrap_or_default()],
            format!(
                "{key} was written beside a step that is refused: it was receipted as {receipt:?} and found {ids:?}"
            ),
        )?;
    }
    Ok(())
}

const WRITTEN: &str = "a contact called Mallory was written: let `failing` make a storage that refuses it, by a \
                       CHECK or a trigger or in what stands for the service";

/// With an opportunity, which falls with its contact.
fn others_are_written<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    let mut address = address(bench)?;
    let (name, field, deals) = (bench.name(), address.field, bench.keeps_opportunities());
    let made = around(bench, &mut address, |batch, _| {
        let mallory = batch.create(Contact, &[(name, &[REFUSED])]);
        let of = || batch.opportunity(&[("name", &["Roof"])], ContactOf::CreatedBy(mallory));
        [Some(mallory), deals.then(of)].into_iter().flatten().collect()
    });
    let Ok(receipts) = bench.write_once(&made.batch) else {
        expect_known_or_absent(bench, &made, field)?;
        return expect_written_without(bench, made, field);
    };
    for token in &made.trouble {
        let receipt = receipts.get(*token);
        match receipt {
            Some(Receipt::Created { .. }) if *token == made.trouble[0] => return cause(WRITTEN),
            Some(Receipt::Rejected { .. }) => {}
            None if *token != made.trouble[0] => {}
            _ => return fail(format!("what is refused was receipted as {receipt:?}")),
        }
    }
    expect_there_once(bench, &made.beside, &made.trouble, &receipts, field)
}

fn update_is_written<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    let (name, text) = (bench.name(), bench.text());
    let ana = bench.add(Contact, &[(text, &["Oslo"])])?;
    let version = bench.get(Contact, &ana)?.version;
    let ([change, mallory], mut batch) = bench.make(|batch| {
        let rome: &[(&str, &[&str])] = &[(text, &["Rome"])];
        let change = batch.update(Contact, &ana, version.as_deref(), &[], rome);
        [change, batch.create(Contact, &[(name, &[REFUSED])])]
    });
    let mut receipts = bench.write_once(&batch);
    if receipts.is_err() {
        let is_known = known(bench, [change].into_iter())?.id(change).is_some();
        let seen = bench.get(Contact, &ana)?;
        expect(
            !bench.storage.keeps_tokens() || is_known == (seen.value(text) == Some("Rome")),
            format!(
                "write failed, and the {text} that was to change from Oslo to Rome is {:?}, while its token {}",
                seen.value(text).unwrap_or_default(),
                if is_known { "is known" } else { "is not known" },
            ),
        )?;
        batch.steps.retain(|step| step.token != mallory);
        receipts = bench.try_write(&batch);
    } else if let Ok(receipts) = &receipts
        && matches!(receipts.get(mallory), Some(Receipt::Created { .. }))
    {
        return cause(WRITTEN);
    }
    let seen = bench.get(Contact, &ana)?;
    match receipts {
        Ok(_) => expect(seen.value(text) == Some("Rome"), "an update beside it was not written"),
        Err(error) => fail(format!("the update failed also without it: {}", with_causes(&error))),
    }
}

/// One bad row is no reason to leave out all others (L5).
fn import_goes_on<S: StorageWrite>(bench: &mut Bench<S>) -> Result {
    let name = bench.name();
    let (_, batch) = bench.make(|batch| batch.create(Contact, &[(name, &[REFUSED])]));
    let Err(error) = bench.try_write(&batch) else { return Ok(()) };
    expect(
        bench.storage.recover(&error, TRIES) == Recovery::Split,
        format!(
            "a contact that is refused stops the import ({}): reject its step, or answer Recovery::Split in \
             `recover`, so that the others are written",
            with_causes(&error)
        ),
    )
}

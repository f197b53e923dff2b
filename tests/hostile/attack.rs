//! Random attacks on an import: a storage that loses calls and checkpoints, one that lies, and somebody else who writes
//! beside the import. In the end nothing is lost, nothing is there twice, and the report counts what is stored.
//!
//! `CRM_IMPORT_ATTACKS=100000 cargo test --release --test hostile attack` makes more of them,
//! `CRM_IMPORT_ATTACK=17` one.

#[path = "attack/case.rs"]
mod case;
#[path = "attack/demands.rs"]
mod demands;

use crm_import::account::Repeats;
use crm_import::lookup::{Found, Lookup};
use crm_import::storage::{Applied, Batch, Receipt, Receipts, Recovery, StorageError, Token};
use crm_import::{Account, FollowUpKind, MemoryStorage, Mode, Object, Storage, StorageWrite};

use super::dice::Dice;
use case::Case;
use demands::{Untold, check, content, holders};

use Object::{Contact, Opportunity};

const ID: &str = "attacked";

/// What is done to an import.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Attack {
    /// Connections break before a write and behind it; checkpoints are lost, or older ones come back.
    Losses,
    /// Receipts and answers are wrong.
    Lies,
    /// Somebody else creates, changes, moves and deletes.
    Rival,
}

/// A CRM under attack.
struct Attacked {
    crm: MemoryStorage,
    attack: Attack,
    /// Are answers about contacts wrong, too? That shows when the contact is written; where it is not, nobody could
    /// tell.
    lies_about_contacts: bool,
    /// Has it been imported to before?
    has_begun: bool,
    /// The objects of which it may not be denied that the import has written them: a later window would rightly do
    /// something else to them.
    undeniable: Vec<Object>,
    /// May a lost connection be taken for a bad step? What one window of a run could not write, the next does not
    /// wait for.
    splits: bool,
    dice: Dice,
    /// How many attacks are still to come.
    left: usize,
    happened: Vec<String>,
}

impl Attacked {
    fn strikes(&mut self) -> bool {
        let strikes = self.left > 0 && self.dice.one_in(2);
        self.left -= usize::from(strikes);
        strikes
    }

    fn tell(&mut self, what: impl Into<String>) {
        self.happened.push(what.into());
    }

    /// Changes what no adapter can change from outside.
    fn edit(&mut self, change: impl FnOnce(&mut serde_json::Value)) {
        let mut whole = serde_json::to_value(&self.crm).unwrap();
        change(&mut whole);
        self.crm = serde_json::from_value(whole).unwrap();
    }

    fn lose(&mut self, batch: &Batch<'_>, receipts: &mut Receipts) -> Result<(), StorageError> {
        let before = serde_json::to_value(&self.crm).unwrap()["checkpoints"].take();
        match self.dice.below(4) {
            0 => {
                self.tell("lost before a write");
                return Err("lost".into());
            }
            1 => {
                self.tell("lost behind a write");
                self.crm.write(batch, receipts)?;
                return Err("lost".into());
            }
            2 => {
                self.tell("its checkpoint is lost");
                self.crm.write(batch, receipts)?;
                self.edit(|whole| whole["checkpoints"] = serde_json::json!({}));
            }
            _ => {
                self.tell("the checkpoint before it comes back");
                self.crm.write(batch, receipts)?;
                self.edit(|whole| whole["checkpoints"] = before);
            }
        }
        if self.dice.one_in(2) { Err("lost".into()) } else { Ok(()) }
    }

    fn lie(&mut self, batch: &Batch<'_>, receipts: &mut Receipts) -> Result<(), StorageError> {
        let mut own = Receipts::expecting(batch);
        self.crm.write(batch, &mut own)?;
        let tokens: Vec<Token> = batch.steps().map(|step| step.token()).collect();
        if tokens.is_empty() {
            return hand_over(batch, &own, receipts, |_, _| None);
        }
        let at = tokens[self.dice.below(tokens.len())];
        let object_of = |token| batch.steps().find(|step| step.token() == token).unwrap().object();
        let is_contact = object_of(at) == Contact;
        let is_undeniable = self.undeniable.contains(&object_of(at));
        let alike: Vec<Token> =
            tokens.iter().copied().filter(|token| object_of(*token) == object_of(at)).collect();
        let other = alike[self.dice.below(alike.len())];
        let lie = self.dice.below(9);
        self.tell(format!("a lie {lie} about a receipt of {}", tokens.len()));
        let id_of = |token| own.id(token).map(str::to_owned);
        let told = match lie {
            // Ids are exchanged.
            0 => match (id_of(at), id_of(other)) {
                (Some(a), Some(b)) => {
                    return hand_over(batch, &own, receipts, |token, receipts| {
                        let id = if token == at {
                            &b
                        } else if token == other {
                            &a
                        } else {
                            return None;
                        };
                        receipts.created(token, id, None);
                        Some(())
                    });
                }
                _ => None,
            },
            3 | 4 | 7 if is_undeniable => None,
            // What a look-up has lied about shows in the write, and that is not covered up: if its step fails, the row
            // joins, when the import goes on, what another row has written by then.
            1 | 2 | 5..=8 if own.get(at) == Some(&Receipt::Conflict) => None,
            1 => Some(None),
            2 => id_of(other).map(|id| Some(Receipt::Created { id, version: None })),
            3 => Some(Some(Receipt::Conflict)),
            // An opportunity of a contact that was rejected is written without it (P6).
            4 if is_contact => None,
            4 => Some(Some(Receipt::Rejected { why: "in vain".into() })),
            5 => Some(Some(Receipt::Unchanged)),
            6 => Some(Some(Receipt::Updated { version: None })),
            7 => id_of(other).map(|id| Some(Receipt::AlreadyApplied { id })),
            _ => {
                hand_over(batch, &own, receipts, |_, _| None)?;
                if own.get(at).is_some() {
                    receipts.rejected(at, "on second thoughts");
                }
                receipts.created(Token(7), "c7", None);
                return Ok(());
            }
        };
        hand_over(batch, &own, receipts, |token, receipts| {
            let told = told.clone().filter(|_| token == at)?;
            told.iter().for_each(|receipt| file(receipts, token, receipt));
            Some(())
        })
    }

    /// Somebody else writes.
    fn meddle(&mut self) {
        let object = self.dice.one_of(&Object::ALL);
        let ids: Vec<String> = self.crm.iter(object).map(|(id, _)| id.to_owned()).collect();
        let what = self.dice.below(5);
        if what == 0 {
            let who = self.dice.below(9);
            let email = format!("p{who}@example.com");
            if holders(&self.crm, &email).is_empty() {
                self.tell(format!("somebody creates {email}"));
                self.crm.insert(Contact, [("email", email.as_str()), ("company", "Rival")]);
            }
            return;
        }
        if ids.is_empty() {
            return;
        }
        let id = ids[self.dice.below(ids.len())].clone();
        let record = self.crm.get(object, &id).unwrap().clone();
        let mut values: Vec<(&str, &str)> = Vec::new();
        for (field, all) in &record.values {
            values.extend(all.iter().map(|value| (field.as_str(), value.as_str())));
        }
        let contacts: Vec<String> = self.crm.iter(Contact).map(|(id, _)| id.to_owned()).collect();
        match what {
            1 => {
                self.tell(format!("somebody touches {id}"));
                values.retain(|(field, _)| *field != "source");
                values.push(("source", "rival"));
            }
            2 => {
                self.tell(format!("somebody deletes {id}"));
                self.crm.remove(object, &id);
                return;
            }
            3 if object == Opportunity && !contacts.is_empty() => {
                let to = &contacts[self.dice.below(contacts.len())];
                self.tell(format!("somebody moves {id} to {to}"));
                values.retain(|(field, _)| *field != "contact_id");
                values.push(("contact_id", to.as_str()));
                return self.crm.insert_as(object, &id, values);
            }
            _ => {
                self.tell(format!("somebody takes the addresses of {id}"));
                values.retain(|(field, _)| !field.contains("mail") && !field.contains("phone"));
            }
        }
        self.crm.insert_as(object, &id, values);
    }
}

fn file(receipts: &mut Receipts, token: Token, receipt: &Receipt) {
    match receipt {
        Receipt::Created { id, .. } => receipts.created(token, id, None),
        Receipt::Updated { .. } => receipts.updated(token, None),
        Receipt::Unchanged => receipts.unchanged(token),
        Receipt::AlreadyApplied { id } => receipts.already_applied(token, id),
        Receipt::Conflict => receipts.conflict(token),
        Receipt::Rejected { why } => receipts.rejected(token, why),
        Receipt::Done => receipts.done(token),
        _ => {}
    }
}

/// Hands the receipts over, except for those that are filed by `instead`.
fn hand_over(
    batch: &Batch<'_>,
    own: &Receipts,
    receipts: &mut Receipts,
    instead: impl Fn(Token, &mut Receipts) -> Option<()>,
) -> Result<(), StorageError> {
    let steps = batch.steps().map(|step| step.token());
    for token in steps.chain(batch.follow_ups().map(|follow_up| follow_up.token())) {
        if instead(token, receipts).is_none()
            && let Some(receipt) = own.get(token)
        {
            file(receipts, token, receipt);
        }
    }
    Ok(())
}

impl Storage for Attacked {
    type Error = StorageError;

    fn account(&mut self) -> Result<Account, StorageError> {
        self.crm.account()
    }

    fn find(&mut self, lookup: &Lookup<'_>, found: &mut Found) -> Result<(), StorageError> {
        let attack = self.attack;
        match attack {
            Attack::Losses if self.dice.one_in(3) && self.strikes() => {
                self.tell("a look-up is lost");
                return Err("lost".into());
            }
            Attack::Lies
                if self.lies_about_contacts
                    && lookup.object() == Contact
                    && self.dice.one_in(3)
                    && self.strikes() =>
            {
                let asked = lookup.blocks().iter().find(|block| block.is_rule(&["email"]));
                let is_free = |email: &&&str| holders(&self.crm, email).is_empty();
                let asked = asked.and_then(|block| block.column(0).iter().find(is_free).copied());
                match (self.dice.below(3), asked) {
                    (0, Some(email)) => {
                        self.tell(format!("an opportunity is said to have {email}"));
                        found.record("101").version("1").key("email", email);
                    }
                    (1, _) => {
                        self.tell("a record is told twice");
                        self.crm.find(lookup, found)?;
                    }
                    // A row that has joined another one left no token: if its contact is denied by now, the row comes to it
                    // behind all others.
                    _ if self.has_begun => {}
                    _ => {
                        self.tell("nobody is said to be there");
                        return Ok(());
                    }
                }
            }
            _ => {}
        }
        self.crm.find(lookup, found)
    }

    fn answers(&self, _: &[String]) -> bool {
        true
    }
}

impl StorageWrite for Attacked {
    fn write(&mut self, batch: &Batch<'_>, receipts: &mut Receipts) -> Result<(), StorageError> {
        if !self.strikes() {
            return self.crm.write(batch, receipts);
        }
        match self.attack {
            Attack::Losses => self.lose(batch, receipts),
            Attack::Lies => self.lie(batch, receipts),
            Attack::Rival => {
                self.meddle();
                self.crm.write(batch, receipts)
            }
        }
    }

    fn recover(&mut self, _: &StorageError, _: u32) -> Recovery {
        match self.dice.below(3) {
            0 => Recovery::Stop,
            1 if self.splits => Recovery::Split,
            _ => Recovery::Retry,
        }
    }

    fn keeps_tokens(&self) -> bool {
        true
    }

    fn applied(&mut self, tokens: &[Token], known: &mut Applied) -> Result<(), StorageError> {
        if self.attack == Attack::Losses && self.dice.one_in(3) && self.strikes() {
            self.tell("a question for tokens is lost");
            return Err("lost".into());
        }
        self.crm.applied(tokens, known)
    }

    fn supports(&self, _: FollowUpKind) -> bool {
        true
    }
}

fn attack(seed: u64) {
    let mut dice = Dice::new(seed);
    let case = Case::of(&mut dice);
    let attack = dice.one_of(&[Attack::Losses, Attack::Lies, Attack::Rival]);
    let mut fair = case.crm.clone();
    let expected = case.attempt(None, &mut fair).unwrap();
    check(&expected, &fair, Untold::Nothing);

    let left = 1 + dice.below(6);
    let (crm, happened) = (case.crm.clone(), Vec::new());
    // A row that is planned again does not know which rows of other contacts came before it (M10, O5).
    let lies_about_contacts = case.contacts == Mode::Upsert
        && crm.account.dedup.repeats == Repeats::Merge
        && crm.account.opportunities.matching.is_none();
    let splits = case.window.is_none();
    let mut undeniable = case.undeniable();
    // Who is said not to be written, and then not to be there, comes on the list of those that are created.
    undeniable.extend(lies_about_contacts.then_some(Contact));
    let mut storage = Attacked {
        crm,
        attack,
        lies_about_contacts,
        has_begun: false,
        undeniable,
        splits,
        dice,
        left,
        happened,
    };
    let mut begun = None;
    for _ in 0..20 {
        let ended = case.attempt(begun, &mut storage);
        let is_over = ended.is_ok() && storage.left == 0;
        storage.has_begun = true;
        begun = Some(case.known(&mut storage.crm));
        if is_over {
            break;
        }
    }
    let (window, happened) = (case.window, &storage.happened);
    let tale = format!("{attack:?} {window:?} {happened:?}\n{:?}\n{}", case.crm.account, case.file);
    let _told = Tale(tale);
    // Under a clear sky what was begun is finished.
    storage.left = 0;
    let last = case.attempt(begun, &mut storage).unwrap();
    let has_forgotten = storage.happened.iter().any(|what| what.contains("checkpoint"));
    let untold = match attack {
        Attack::Rival => Untold::Others,
        _ if has_forgotten => Untold::Met,
        _ => Untold::Nothing,
    };
    check(&last, &storage.crm, untold);
    if attack != Attack::Rival {
        assert_eq!(content(&storage.crm), content(&fair));
        // Which rows had failed, and for what, only the checkpoint knows.
        if has_forgotten {
            return;
        }
        let (mut got, mut wanted) = (last.stats, expected.stats);
        for stats in [&mut got, &mut wanted] {
            (stats.contacts.warnings, stats.opportunities.warnings) = (0, 0);
        }
        assert_eq!(got, wanted);
    }
}

/// Tells what has happened, whatever fails.
struct Tale(String);

impl Drop for Tale {
    #[allow(clippy::print_stderr)]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}", self.0);
        }
    }
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
fn an_import_under_attack_loses_nothing_and_writes_nothing_twice() {
    let count = number("CRM_IMPORT_ATTACKS").unwrap_or(3_000);
    let (from, to) = number("CRM_IMPORT_ATTACK").map_or((0, count), |seed| (seed, seed + 1));
    for seed in from..to {
        let _told = Tale(format!("CRM_IMPORT_ATTACK={seed}"));
        attack(seed);
    }
}

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
use crm_import::storage::{
    Applied, Batch, Checkpoint, Receipt, Receipts, Recovery, StorageError, Token,
};
use crm_import::{
    Account, FollowUpKind, MemoryStorage, Mode, Object, Stats, Storage, StorageWrite,
};

use super::dice::Dice;
use super::few_people;
use super::numbered::{self, Story};
use super::receipts::{Instead, hand_on};
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

/// What is said of a step.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Lie {
    /// It has the id of another one, and that has its id.
    ExchangedIds,
    NoReceipt,
    IdOfAnother,
    Conflict,
    Rejected,
    Unchanged,
    Updated,
    /// And so to the record of another one.
    WrittenBefore,
    /// It has a second receipt, and a step that there is not has one.
    TwoMore,
}

const LIES: [Lie; 9] = [
    Lie::ExchangedIds,
    Lie::NoReceipt,
    Lie::IdOfAnother,
    Lie::Conflict,
    Lie::Rejected,
    Lie::Unchanged,
    Lie::Updated,
    Lie::WrittenBefore,
    Lie::TwoMore,
];

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

    /// Answers a look-up for contacts, with something more or with nothing.
    fn answer_wrongly(
        &mut self,
        lookup: &Lookup<'_>,
        found: &mut Found,
    ) -> Result<(), StorageError> {
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
        self.crm.find(lookup, found)
    }

    /// Writes a batch, and says something else of one of its steps.
    fn lie(&mut self, batch: &Batch<'_>, receipts: &mut Receipts) -> Result<(), StorageError> {
        let mut own = Receipts::expecting(batch);
        self.crm.write(batch, &mut own)?;
        let tokens: Vec<Token> = batch.steps().map(|step| step.token()).collect();
        if tokens.is_empty() {
            hand_on(batch, &own, &[], receipts);
            return Ok(());
        }
        let at = self.dice.one_of(&tokens);
        let object_of = |token| batch.steps().find(|step| step.token() == token).unwrap().object();
        let object = object_of(at);
        let alike: Vec<Token> =
            tokens.iter().copied().filter(|token| object_of(*token) == object).collect();
        let other = self.dice.one_of(&alike);
        let lie = self.dice.one_of(&LIES);
        self.tell(format!("{lie:?} about a receipt of {}", tokens.len()));
        let instead = self.instead(lie, object, [at, other], &own);
        hand_on(batch, &own, instead.as_deref().unwrap_or_default(), receipts);
        if lie == Lie::TwoMore && instead.is_some() {
            if own.get(at).is_some() {
                receipts.rejected(at, "on second thoughts");
            }
            receipts.created(Token(7), "c7", None);
        }
        Ok(())
    }

    /// What a lie says instead of the truth about a step, and another one of the same object. `None` if it is not told
    /// of that step.
    fn instead(
        &self,
        lie: Lie,
        object: Object,
        [at, other]: [Token; 2],
        own: &Receipts,
    ) -> Option<Vec<Instead>> {
        let denies = matches!(lie, Lie::Conflict | Lie::Rejected | Lie::WrittenBefore);
        if denies && self.undeniable.contains(&object) {
            return None;
        }
        // What a look-up has lied about shows in the write, and that is not covered up: if its step fails, the row
        // joins, when the import goes on, what another row has written by then.
        let covers_up = !matches!(lie, Lie::ExchangedIds | Lie::Conflict | Lie::Rejected);
        if covers_up && own.get(at) == Some(&Receipt::Conflict) {
            return None;
        }
        let id_of = |token| own.id(token).map(str::to_owned);
        let created = |id| Some(Receipt::Created { id, version: None });
        let told = match lie {
            Lie::ExchangedIds => {
                let (a, b) = (id_of(at)?, id_of(other)?);
                return Some(vec![(at, created(b)), (other, created(a))]);
            }
            Lie::NoReceipt => None,
            Lie::IdOfAnother => created(id_of(other)?),
            Lie::Conflict => Some(Receipt::Conflict),
            // An opportunity of a contact that was rejected is written without it (P6).
            Lie::Rejected if object == Contact => return None,
            Lie::Rejected => Some(Receipt::Rejected { why: "in vain".into() }),
            Lie::Unchanged => Some(Receipt::Unchanged),
            Lie::Updated => Some(Receipt::Updated { version: None }),
            Lie::WrittenBefore => Some(Receipt::AlreadyApplied { id: id_of(other)? }),
            Lie::TwoMore => return Some(Vec::new()),
        };
        Some(vec![(at, told)])
    }

    /// Somebody else writes.
    fn meddle(&mut self) {
        let object = self.dice.one_of(&Object::ALL);
        let ids = self.ids(object);
        let what = self.dice.below(5);
        if what == 0 {
            return self.create_somebody();
        }
        if ids.is_empty() {
            return;
        }
        let id = &ids[self.dice.below(ids.len())];
        let contacts = self.ids(Contact);
        match what {
            1 => {
                self.tell(format!("somebody touches {id}"));
                self.put(object, id, |field| field == "source", Some(("source", "rival")));
            }
            2 => {
                self.tell(format!("somebody deletes {id}"));
                self.crm.remove(object, id);
            }
            3 if object == Opportunity && !contacts.is_empty() => {
                let to = &contacts[self.dice.below(contacts.len())];
                self.tell(format!("somebody moves {id} to {to}"));
                self.put(
                    object,
                    id,
                    |field| field == "contact_id",
                    Some(("contact_id", to.as_str())),
                );
            }
            _ => {
                self.tell(format!("somebody takes the addresses of {id}"));
                let is_address = |field: &str| field.contains("mail") || field.contains("phone");
                self.put(object, id, is_address, None);
            }
        }
    }

    fn ids(&self, object: Object) -> Vec<String> {
        self.crm.iter(object).map(|(id, _)| id.to_owned()).collect()
    }

    fn create_somebody(&mut self) {
        let email = few_people::email(self.dice.below(few_people::COUNT));
        if holders(&self.crm, &email).is_empty() {
            self.tell(format!("somebody creates {email}"));
            self.crm.insert(Contact, [("email", email.as_str()), ("company", "Rival")]);
        }
    }

    /// Puts a record in place of one: without some of its fields, and with this value.
    fn put(
        &mut self,
        object: Object,
        id: &str,
        loses: impl Fn(&str) -> bool,
        gets: Option<(&str, &str)>,
    ) {
        let record = self.crm.get(object, id).unwrap().clone();
        let kept = record.values.iter().filter(|(field, _)| !loses(field));
        let values =
            kept.flat_map(|(field, all)| all.iter().map(|value| (field.as_str(), value.as_str())));
        self.crm.insert_as(object, id, values.chain(gets));
    }
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
                Err("lost".into())
            }
            Attack::Lies
                if self.lies_about_contacts
                    && lookup.object() == Contact
                    && self.dice.one_in(3)
                    && self.strikes() =>
            {
                self.answer_wrongly(lookup, found)
            }
            // Between two look-ups of one plan, too.
            Attack::Rival if self.dice.one_in(3) && self.strikes() => {
                self.meddle();
                self.crm.find(lookup, found)
            }
            _ => self.crm.find(lookup, found),
        }
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

impl Attacked {
    fn new(case: &Case, attack: Attack, mut dice: Dice) -> Self {
        let (crm, left) = (case.crm.clone(), 1 + dice.below(6));
        // A row that is planned again does not know which rows of other contacts came before it (M10, O5).
        let lies_about_contacts = case.contacts == Mode::Upsert
            && crm.account.dedup.repeats == Repeats::Merge
            && crm.account.opportunities.matching.is_none();
        let mut undeniable = case.undeniable();
        // Who is said not to be written, and then not to be there, comes on the list of those that are created.
        undeniable.extend(lies_about_contacts.then_some(Contact));
        Attacked {
            crm,
            attack,
            lies_about_contacts,
            has_begun: false,
            undeniable,
            splits: case.window.is_none(),
            dice,
            left,
            happened: Vec::new(),
        }
    }

    /// Has it forgotten what only a checkpoint knew?
    fn has_forgotten(&self) -> bool {
        self.happened.iter().any(|what| what.contains("checkpoint"))
    }
}

/// Imports under attack, until the attacks are over and the import is, too; or has begun often enough. Returns what it
/// goes on from.
fn begin(case: &Case, storage: &mut Attacked) -> Option<Checkpoint> {
    let mut begun = None;
    for _ in 0..20 {
        let ended = case.attempt(begun, storage);
        let is_over = ended.is_ok() && storage.left == 0;
        storage.has_begun = true;
        begun = Some(case.known(&mut storage.crm));
        if is_over {
            break;
        }
    }
    begun
}

/// Returns how many attacks there were.
fn attack(seed: u64) -> usize {
    let mut dice = Dice::new(seed);
    let case = Case::of(&mut dice);
    let attack = dice.one_of(&[Attack::Losses, Attack::Lies, Attack::Rival]);
    let _case = Story(format!("{:?} {:?}\n{}", case.window, case.crm.account, case.file));
    let mut fair = case.crm.clone();
    let expected = case.attempt(None, &mut fair).unwrap();
    check(&expected, &fair, Untold::Nothing);

    let mut storage = Attacked::new(&case, attack, dice);
    let begun = begin(&case, &mut storage);
    let happened = &storage.happened;
    let _happened = Story(format!("{attack:?} {happened:?}"));
    // Under a clear sky what was begun is finished.
    storage.left = 0;
    let last = case.attempt(begun, &mut storage).unwrap();
    let untold = match attack {
        Attack::Rival => Untold::Others,
        _ if storage.has_forgotten() => Untold::Met,
        _ => Untold::Nothing,
    };
    check(&last, &storage.crm, untold);
    if attack != Attack::Rival {
        assert_eq!(content(&storage.crm), content(&fair));
    }
    // Which rows had failed, and for what, only the checkpoint knows.
    if untold == Untold::Nothing {
        let [got, wanted] = [last.stats, expected.stats].map(without_warnings);
        assert_eq!(got, wanted);
    }
    storage.happened.len()
}

fn without_warnings(mut stats: Stats) -> Stats {
    (stats.contacts.warnings, stats.opportunities.warnings) = (0, 0);
    stats
}

#[test]
fn an_import_under_attack_loses_nothing_and_writes_nothing_twice() {
    let (mut cases, mut attacks) = (0, 0);
    for numbered in numbered::cases("CRM_IMPORT_ATTACK", 3_000) {
        cases += 1;
        attacks += attack(numbered.number);
    }
    numbered::assert_of_all("CRM_IMPORT_ATTACK", attacks > cases, "hardly anything is attacked");
}

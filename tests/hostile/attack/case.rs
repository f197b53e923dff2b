//! What is attacked: a small random file, and what its import tells.

use std::collections::BTreeMap;

use crm_import::account::{Duplicates, OpportunityMatching, Relink, Repeats};
use crm_import::storage::{Checkpoint, StorageError};
use crm_import::{
    Account, Error, FollowUp, FollowUpKind, Import, MemoryStorage, Mode, Object, Outcome, Report,
    Stats, StorageWrite,
};

use super::super::dice::Dice;
use super::super::few_people::{self, MAPPING, in_windows, source};
use super::ID;

use Object::{Contact, Opportunity};

fn account(dice: &mut Dice) -> Account {
    let mut account = Account { default_country: Some("US".into()), ..Account::default() };
    account.dedup.repeats = dice.one_of(&[Repeats::Merge, Repeats::Merge, Repeats::KeepFirst]);
    let policy = &mut account.opportunities;
    policy.relink = dice.one_of(&[Relink::Move, Relink::Keep, Relink::Fail]);
    policy.duplicates = dice.one_of(&[Duplicates::Allow, Duplicates::Allow, Duplicates::Update]);
    policy.matching = dice.one_in(3).then(|| OpportunityMatching {
        fields: vec!["name".to_owned()],
        ..OpportunityMatching::default()
    });
    account
}

/// Three people and two opportunities of theirs.
fn crm(account: Account) -> MemoryStorage {
    let mut crm = MemoryStorage::new(account);
    for (id, values) in ["c1", "c2", "c3"].into_iter().zip(few_people::stored()) {
        crm.insert_as(Contact, id, values.iter().map(|(field, value)| (*field, value.as_str())));
    }
    crm.insert_as(Opportunity, "101", [("name", "Loft"), ("contact_id", "c1")]);
    crm.insert_as(Opportunity, "102", [("name", "Roof"), ("contact_id", "c2")]);
    crm
}

/// What is imported, and how.
pub(super) struct Case {
    pub(super) file: String,
    pub(super) import: Import,
    pub(super) window: Option<usize>,
    pub(super) crm: MemoryStorage,
    pub(super) contacts: Mode,
    opportunities: Mode,
}

impl Case {
    pub(super) fn of(dice: &mut Dice) -> Self {
        let modes = [Mode::Create, Mode::Update, Mode::Upsert, Mode::Upsert, Mode::Upsert];
        let [contacts, opportunities] = [(); 2].map(|()| dice.one_of(&modes));
        let import = Import::new()
            .id(ID)
            .mapping(MAPPING.clone())
            .contacts(contacts)
            .opportunities(opportunities)
            .threads(1 + dice.below(2));
        let list = FollowUp::of(FollowUpKind::List, "leads");
        let import = if dice.one_in(2) { import.follow_up(list) } else { import };
        let import = import.planning_window(dice.one_of(&[1, 2, 3, 1_000]));
        let window = dice.one_in(2).then(|| 1 + dice.below(5));
        Case {
            file: few_people::file(dice),
            import,
            window,
            crm: crm(account(dice)),
            contacts,
            opportunities,
        }
    }

    /// What a later window treats otherwise if somebody else has written it. Where the import only creates, it leaves
    /// that alone (behaviour §5), a contact that it has met is a repeat (M10), and an opportunity is not matched
    /// again (O5).
    pub(super) fn undeniable(&self) -> Vec<Object> {
        let Account { dedup, opportunities, .. } = &self.crm.account;
        let kinds = [
            (Contact, self.contacts == Mode::Create || dedup.repeats != Repeats::Merge),
            (Opportunity, self.opportunities == Mode::Create || opportunities.matching.is_some()),
        ];
        let undeniable = kinds.into_iter().filter(|(_, differs)| *differs);
        undeniable.filter(|_| self.window.is_some()).map(|(object, _)| object).collect()
    }

    /// What the import goes on from.
    pub(super) fn known(&self, crm: &mut MemoryStorage) -> Checkpoint {
        let known = crm.checkpoints().find(|known| known.import_id == ID).cloned();
        // It may have been lost.
        known.unwrap_or_else(|| {
            in_windows(&self.import, self.window).checkpoint(source(&self.file), crm).unwrap()
        })
    }

    /// Imports the file, or goes on with it.
    pub(super) fn attempt<S: StorageWrite<Error = StorageError>>(
        &self,
        begun: Option<Checkpoint>,
        storage: &mut S,
    ) -> Result<Told, Error<StorageError>> {
        let import = match begun {
            Some(checkpoint) => self.import.clone().resume(checkpoint),
            None => self.import.clone(),
        };
        let mut told = Told::default();
        let report = match self.window {
            Some(window) => {
                import.run_window(window).run_with(source(&self.file), storage, |event| {
                    if let Some(report) = event.window() {
                        told.take(report);
                    }
                    true
                })?
            }
            None => {
                let plan = import.plan_resumed(source(&self.file), storage)?;
                let report = import.apply(plan, storage)?;
                told.take(&report);
                report
            }
        };
        told.stats = *report.stats();
        Ok(told)
    }
}

/// What an import tells.
#[derive(Debug, Default)]
pub(super) struct Told {
    pub(super) outcomes: BTreeMap<(u32, &'static str), (Outcome, Option<String>)>,
    pub(super) stats: Stats,
}

impl Told {
    pub(super) fn take(&mut self, report: &Report) {
        for row in report.plan().rows() {
            for object in Object::ALL {
                let Some(outcome) = report.outcome(object, row.number()) else { continue };
                let id = report.id(object, row.number()).map(str::to_owned);
                self.outcomes.insert((row.number().0, object.name()), (outcome, id));
            }
        }
        for (object, row) in report.revised() {
            self.outcomes.get_mut(&(row.0, object.name())).unwrap().0 = Outcome::Update;
        }
    }

    pub(super) fn count(&self, object: Object, outcome: Outcome) -> u64 {
        let all = self.outcomes.iter();
        all.filter(|((_, of), (told, _))| *of == object.name() && *told == outcome).count() as u64
    }
}

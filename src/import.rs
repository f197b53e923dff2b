//! [`Import`]: the façade.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};

use crate::account::Account;
use crate::apply::{self, Progress, Report};
use crate::draft::Settings;
use crate::error::{ConfigError, Error};
use crate::field::Fields;
use crate::follow_up::FollowUp;
use crate::mapping::{Mapping, Suggestion, Unmapped, suggest};
use crate::object::{Mode, Object};
use crate::plan::Plan;
use crate::planner;
use crate::source::{Rows, Source};
use crate::storage::{Storage, StorageWrite};

/// One import: what it may do, and with which mapping.
///
/// How contacts are matched is not among its settings: that is the account's to say, through
/// [`Storage::account`] (article, step 3).
///
/// ```
/// use crm_import::{Import, MemoryStorage, Mode, Object, Source};
///
/// let mut crm = MemoryStorage::default();
/// let file = Source::from_bytes(&b"Email,Tags\nana@example.com,vip\n"[..]);
///
/// let import = Import::new().contacts(Mode::Create).id("spring fair");
/// let plan = import.plan(file, &mut crm).unwrap();
/// let report = import.apply(plan, &mut crm).unwrap();
/// assert_eq!(report.stats().contacts.create, 1);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Import {
    id: Option<String>,
    objects: Option<Vec<Object>>,
    contacts: Mode,
    opportunities: Mode,
    mapping: Option<Mapping>,
    follow_ups: Vec<FollowUp>,
    unmapped: Unmapped,
    planning_window: Option<usize>,
}

impl Import {
    /// An import of both objects (as far as the file has columns for them) that creates and updates,
    /// with the mapping that is suggested for the file.
    pub fn new() -> Self {
        Import::default()
    }

    /// The name of the import. A batch that is written again under the same name does nothing twice;
    /// by default each [`apply`](Self::apply) mints a name of its own.
    #[must_use]
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Only these objects (article, step 1). Contacts that are not selected are looked up and linked
    /// to, never written (behaviour P8).
    #[must_use]
    pub fn objects(mut self, objects: impl IntoIterator<Item = Object>) -> Self {
        self.objects = Some(objects.into_iter().collect());
        self
    }

    /// What may be done with contacts; [`Mode::Upsert`] by default.
    #[must_use]
    pub fn contacts(mut self, mode: Mode) -> Self {
        self.contacts = mode;
        self
    }

    /// What may be done with opportunities; [`Mode::Upsert`] by default.
    #[must_use]
    pub fn opportunities(mut self, mode: Mode) -> Self {
        self.opportunities = mode;
        self
    }

    /// The mapping to use instead of the suggested one.
    #[must_use]
    pub fn mapping(mut self, mapping: Mapping) -> Self {
        self.mapping = Some(mapping);
        self
    }

    /// Something to be done with the imported contacts besides writing them (article, step 5).
    #[must_use]
    pub fn follow_up(mut self, follow_up: FollowUp) -> Self {
        self.follow_ups.push(follow_up);
        self
    }

    /// What a column that is neither mapped nor ignored is: a notice (default) or an error.
    #[must_use]
    pub fn unmapped(mut self, unmapped: Unmapped) -> Self {
        self.unmapped = unmapped;
        self
    }

    /// How many rows are looked up at a time (default 8,192). It never changes the plan.
    #[must_use]
    pub fn planning_window(mut self, rows: usize) -> Self {
        self.planning_window = Some(rows);
        self
    }

    /// Plans the import of a file: everything that will be done, exactly, with nothing written.
    ///
    /// # Errors
    /// [`Error::Config`] if the settings do not fit, [`Error::Source`] if the file cannot be read at
    /// all, [`Error::Find`] if storage fails. Bad rows are never errors: they are issues of the plan.
    pub fn plan<S: Storage + ?Sized>(
        &self,
        file: Source<'_>,
        storage: &mut S,
    ) -> Result<Plan, Error<S::Error>> {
        let account = storage.account().map_err(|source| Error::Account { source })?;
        let rows = file.open().map_err(Error::Source)?;
        let settings = self.settle(account, &rows, |rule| storage.answers(rule))?;
        planner::plan(settings, rows, self.window(), storage)
    }

    /// Writes a plan.
    ///
    /// # Errors
    /// [`Error::Config`] if storage cannot do one of the follow-ups, [`Error::Write`] with what was
    /// done if storage fails and says to stop.
    pub fn apply<S: StorageWrite + ?Sized>(
        &self,
        plan: Plan,
        storage: &mut S,
    ) -> Result<Report, Error<S::Error>> {
        self.apply_with(plan, storage, |_| true)
    }

    /// Writes a plan; `watch` sees the progress between batches and stops the import by returning
    /// false.
    ///
    /// # Errors
    /// As [`apply`](Self::apply).
    pub fn apply_with<S: StorageWrite + ?Sized>(
        &self,
        plan: Plan,
        storage: &mut S,
        watch: impl FnMut(Progress) -> bool,
    ) -> Result<Report, Error<S::Error>> {
        let kinds = self.follow_ups.iter().map(FollowUp::kind);
        let problems: Vec<String> = kinds
            .filter(|kind| !storage.supports(*kind))
            .map(|kind| format!("the storage cannot do the follow-up {kind:?}"))
            .collect();
        if !problems.is_empty() {
            return Err(ConfigError { problems }.into());
        }
        let minted;
        let id = match &self.id {
            Some(id) => id,
            None => {
                minted = mint_id();
                &minted
            }
        };
        apply::apply(plan, id, storage, watch)
    }

    /// The mapping that would be suggested for a file, column by column with reasons.
    pub fn suggest(&self, rows: &Rows<'_>, account: &Account) -> Vec<Suggestion> {
        let fields = Fields::with_custom(&account.custom_fields);
        let objects =
            self.objects.clone().unwrap_or_else(|| vec![Object::Contact, Object::Opportunity]);
        suggest(rows.headers(), rows.sample(), &objects, &fields)
    }

    fn window(&self) -> usize {
        self.planning_window.unwrap_or(8_192)
    }

    /// Freezes everything, or says all that is wrong with it.
    fn settle(
        &self,
        account: Account,
        rows: &Rows<'_>,
        answers: impl Fn(&[String]) -> bool,
    ) -> Result<Settings, ConfigError> {
        let fields = Fields::with_custom(&account.custom_fields);
        let mapping = match &self.mapping {
            Some(mapping) => mapping.clone(),
            None => Mapping::from_suggestions(&self.suggest(rows, &account), &fields),
        };
        let is_mapped = |object| mapping.columns.iter().any(|column| column.object == Some(object));
        let is_selected = |object| match &self.objects {
            Some(objects) => objects.contains(&object),
            None => is_mapped(object),
        };
        let contacts = is_selected(Object::Contact).then_some(self.contacts);
        let opportunities = is_selected(Object::Opportunity).then_some(self.opportunities);
        let modes: Vec<(Object, Mode)> = contacts
            .map(|mode| (Object::Contact, mode))
            .into_iter()
            .chain(opportunities.map(|mode| (Object::Opportunity, mode)))
            .collect();
        let mut problems: Vec<String> = mapping
            .check(rows.headers(), &fields, &account, &modes, self.unmapped)
            .iter()
            .filter(|problem| problem.is_error())
            .map(ToString::to_string)
            .collect();
        for rule in &account.dedup.contacts {
            if rule.0.is_empty()
                || !rule.0.iter().all(|key| fields.find(Object::Contact, key).is_some())
            {
                problems.push(format!(
                    "the match rule {:?} names a field that contacts do not have",
                    rule.name()
                ));
            } else if !answers(&rule.0) {
                problems.push(format!("the storage cannot answer the match rule {}", rule.name()));
            }
        }
        for key in account.opportunities.matching.iter().flat_map(|matching| &matching.fields) {
            if fields.find(Object::Opportunity, key).is_none() {
                problems.push(format!(
                    "opportunities are matched by {key:?}, a field they do not have"
                ));
            }
        }
        if modes.is_empty() {
            problems.push("no column of the file is mapped to an object that is selected".into());
        }
        if !problems.is_empty() {
            return Err(ConfigError { problems });
        }
        let follow_ups = self.follow_ups.clone();
        Ok(Settings::new(
            account,
            mapping,
            rows.headers().to_vec(),
            (contacts, opportunities),
            follow_ups,
        ))
    }
}

/// A name that no other import has: the time, and 64 bits from the operating system.
fn mint_id() -> String {
    let now =
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let random = RandomState::new().build_hasher().finish();
    format!("{:012x}-{random:016x}", now.as_millis())
}

//! A storage of a few lines over sorted maps, which can be told to break its contract in one way.
//!
//! It is written apart from `MemoryStorage`, so that the two can be held against each other.

#![allow(dead_code, clippy::unwrap_used)]

mod defect;
mod spoiling;
mod writing;

use std::collections::{BTreeMap, BTreeSet};

use crm_import::dedup::record_keys;
use crm_import::lookup::{Found, Lookup};
use crm_import::storage::{
    Applied, Batch, BatchFollowUp, BatchStep, Checkpoint, FollowUpKind, Link, Op, Receipts,
    StorageError, Token,
};
use crm_import::{Account, Fields, Object, Storage, StorageWrite};
pub(crate) use defect::Defect;
use spoiling::{compared, halves};
use writing::Shifted;

static FIELDS: std::sync::LazyLock<Fields> = std::sync::LazyLock::new(Fields::standard);

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Rec {
    pub(crate) version: u64,
    pub(crate) values: BTreeMap<String, Vec<String>>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Shelf {
    pub(crate) account: Account,
    pub(crate) contacts: BTreeMap<u64, Rec>,
    pub(crate) opportunities: BTreeMap<u64, Rec>,
    pub(crate) follow_ups: Vec<(u64, String, String)>,
    pub(crate) tokens: BTreeMap<Token, (Op, u64)>,
    pub(crate) checkpoints: BTreeMap<String, Checkpoint>,
    /// Their imports, in the order in which they were begun.
    begun: Vec<String>,
    pub(crate) defect: Option<Defect>,
    /// Contacts of others, or deleted ones, which no import is to see.
    pub(crate) hidden: BTreeSet<u64>,
    /// Addresses that contacts had before, for the defect that still finds them.
    former: Vec<(u64, String)>,
    /// Those that were cleared, likewise.
    cleared: Vec<(u64, String)>,
    /// The records as imports wrote them, for defects that know no others.
    own: BTreeMap<u64, Rec>,
    /// The same as they were written first.
    first: BTreeMap<u64, Rec>,
    /// What is shifted in the batch at hand, for defects that do.
    shifted: Shifted,
    next: u64,
    /// Has a batch failed, for the defect that never recovers?
    is_broken: bool,
}

impl Shelf {
    pub(crate) fn new(account: Account) -> Self {
        Shelf { account, ..Shelf::default() }
    }

    pub(crate) fn broken(account: Account, defect: Defect) -> Self {
        Shelf { defect: Some(defect), ..Shelf::new(account) }
    }

    pub(crate) fn is(&self, defect: Defect) -> bool {
        self.defect == Some(defect)
    }

    pub(crate) fn records(&self, object: Object) -> &BTreeMap<u64, Rec> {
        match object {
            Object::Contact => &self.contacts,
            Object::Opportunity => &self.opportunities,
        }
    }

    fn records_mut(&mut self, object: Object) -> &mut BTreeMap<u64, Rec> {
        match object {
            Object::Contact => &mut self.contacts,
            Object::Opportunity => &mut self.opportunities,
        }
    }

    pub(crate) fn insert(&mut self, object: Object, values: &[(&str, &str)]) -> u64 {
        self.next += 1;
        let mut rec = Rec { version: 1, ..Rec::default() };
        for (field, value) in values {
            rec.values.entry((*field).into()).or_default().push((*value).into());
        }
        let id = self.next;
        self.records_mut(object).insert(id, rec);
        id
    }

    /// Gives a record one more value, or another one, past the import.
    pub(crate) fn set(&mut self, object: Object, id: u64, field: &str, value: &str) {
        let rec = self.records_mut(object).entry(id).or_default();
        rec.version += 1;
        rec.values.insert(field.into(), vec![value.into()]);
    }

    /// Is it a contact that no import is to see, and that this defect does not show?
    fn hides(&self, contact: u64, unless: Defect) -> bool {
        self.hidden.contains(&contact) && !self.is(unless)
    }

    /// Is an id that is no number an error?
    fn fails(&self) -> bool {
        use Defect::*;
        let all = [
            LeavesHalfABatch,
            KeepsTokensOfFailedBatches,
            KeepsCheckpointsOfFailedBatches,
            StaysBroken,
        ];
        all.into_iter().any(|defect| self.is(defect))
    }

    /// Fails at a step, and leaves what the defect leaves.
    fn fail_at(
        &mut self,
        batch: &Batch<'_>,
        receipts: &mut Receipts,
        at: usize,
    ) -> Result<(), StorageError> {
        let before = self.clone();
        self.write_some(batch, receipts, at);
        match self.defect {
            Some(Defect::LeavesHalfABatch) => self.tokens = before.tokens,
            Some(Defect::KeepsTokensOfFailedBatches) => self.contacts = before.contacts,
            Some(Defect::KeepsCheckpointsOfFailedBatches) => {
                *self = before;
                self.keep(batch);
            }
            _ => *self = Shelf { is_broken: true, ..before },
        }
        Err("invalid digit found in string".into())
    }

    /// Everything that is kept, without ids and versions, sorted.
    pub(crate) fn content(&self) -> Vec<String> {
        let name = |id: &str| {
            let rec = id.parse().ok().and_then(|id: u64| self.contacts.get(&id));
            rec.map_or_else(|| format!("nobody {id}"), |rec| format!("{:?}", rec.values))
        };
        let mut lines: Vec<String> =
            self.contacts.values().map(|rec| format!("contact {:?}", rec.values)).collect();
        for rec in self.opportunities.values() {
            let mut values = rec.values.clone();
            let link = values.remove("contact_id").unwrap_or_default();
            let links: Vec<String> = link.iter().map(|id| name(id)).collect();
            lines.push(format!("opportunity {values:?} of {links:?}"));
        }
        for (contact, kind, what) in &self.follow_ups {
            lines.push(format!("{kind} {what} for {}", name(&contact.to_string())));
        }
        lines.sort();
        lines
    }

    /// The records whose keys are known.
    fn indexed(&self, rule: &[&str]) -> &BTreeMap<u64, Rec> {
        match self.defect {
            Some(Defect::KeysOfItsOwnWritesOnly) => &self.own,
            Some(Defect::KeysOfNewContactsOnly) if rule.len() > 1 => &self.first,
            _ => &self.contacts,
        }
    }

    fn keys_of(&self, rule: &[&str], rec: &Rec) -> Vec<Vec<String>> {
        if rule == ["email"] {
            let fields = ["email", "additional_emails"].into_iter();
            let fields = fields
                .filter(|field| *field == "email" || !self.is(Defect::IgnoresAdditionalAddresses));
            let own = fields.filter_map(|field| rec.values.get(field)).flatten();
            return own.map(|text| vec![text.to_lowercase()]).collect();
        }
        let rule: Vec<String> = rule.iter().map(|&field| field.to_owned()).collect();
        record_keys(Object::Contact, &rule, &FIELDS, &self.account, |field| {
            if self.is(Defect::IgnoresAdditionalAddresses) && field.starts_with("additional") {
                return Vec::new();
            }
            rec.values.get(field).cloned().unwrap_or_default()
        })
    }

    fn holders(&self, rule: &[&str], key: &[&str]) -> Vec<u64> {
        let is_other = rule.len() == 1 && rule != ["email"] && rule != ["phone"];
        if is_other && self.is(Defect::KnowsAddressesOnly) {
            return Vec::new();
        }
        let is_held = |id: u64, rec: &Rec| {
            let keys = self.keys_of(rule, rec);
            let among = |all: &[(u64, String)]| {
                all.iter().any(|(of, text)| *of == id && key == [text.as_str()])
            };
            let is_former =
                self.is(Defect::ForgetsToUnindex) && among(&self.former) || among(&self.cleared);
            if self.is(Defect::FindsLike) {
                let is_like = |own: &Vec<String>| is_like(&own.concat(), &key.concat());
                return keys.iter().any(is_like);
            }
            if self.is(Defect::FindsByPrefix) {
                return keys.iter().any(|own| own.concat().starts_with(&key.concat()));
            }
            if self.is(Defect::AnyFieldOfACombinedRule) {
                return keys.iter().any(|own| own.iter().zip(key).any(|(a, b)| a == b));
            }
            let is_same = |own: &String, key: &str| {
                if self.is(Defect::DoublesQuotes) {
                    return *own == key.replace('\'', "''");
                }
                own == key || compared(self.defect, own) == compared(self.defect, key)
            };
            let agrees =
                |own: &Vec<String>| own.iter().zip(key).all(|(own, key)| is_same(own, key));
            is_former || keys.iter().any(agrees)
        };
        let mut ids: Vec<u64> = self
            .indexed(rule)
            .iter()
            .filter(|(id, rec)| is_held(**id, rec))
            .map(|(id, _)| *id)
            .collect();
        if self.is(Defect::FindsOneHolderOnly) {
            ids.truncate(1);
        }
        ids
    }

    /// The version that a record is told to have.
    pub(crate) fn version(&self, object: Object, id: u64, rec: &Rec) -> u64 {
        let is_deal = object == Object::Opportunity;
        let told = match self.defect {
            Some(Defect::VersionsOfItsOwnWritesOnly) => self.own.get(&id),
            _ => None,
        };
        match self.defect {
            Some(Defect::ConstantVersion) => 1,
            Some(Defect::ConstantVersionOfOpportunities) if is_deal => 1,
            _ => told.unwrap_or(rec).version,
        }
    }

    fn add(&self, object: Object, id: u64, keys: &[(&str, &str)], found: &mut Found) {
        let seen = if keys.is_empty() { Defect::FindsHiddenById } else { Defect::FindsHiddenByKey };
        if object == Object::Contact && self.hides(id, seen) {
            return;
        }
        let Some(rec) = self.records(object).get(&id) else { return };
        let mut record = found.record(&id.to_string());
        let is_told = match self.defect {
            Some(Defect::NoVersions | Defect::ComparesVersionsItDoesNotTell) => false,
            Some(Defect::TellsNoVersionsOfOpportunities) => object == Object::Contact,
            _ => true,
        };
        if is_told {
            record = record.version(&self.version(object, id, rec).to_string());
        }
        for (field, key) in keys {
            let spelled = key.to_uppercase().replace('+', "00");
            record = match self.defect {
                Some(Defect::DeclaresNoKeys) => record,
                Some(Defect::DeclaresSpelledKeys) => record.key(*field, &spelled),
                _ => record.key(*field, key),
            };
        }
        if self.is(Defect::TellsLessByKey) && !keys.is_empty() {
            return;
        }
        for (field, values) in &rec.values {
            let field = match (self.defect, field.as_str()) {
                (Some(Defect::MisspellsAField), "first_name") => "frist_name",
                (Some(Defect::TellsNoLinks), "contact_id") => continue,
                (Some(Defect::SpellsLinks), "contact_id") => {
                    let spelt = values.iter().map(|id| format!("{id}.0"));
                    record = record.values(field.as_str(), spelt);
                    continue;
                }
                (_, field) => field,
            };
            for value in values {
                record = record.value(field, value);
                if field == "name" && self.is(Defect::TellsThePartsOfNames) {
                    record = record.value("first_name", value);
                }
            }
        }
    }
}

impl Storage for Shelf {
    type Error = StorageError;

    fn account(&mut self) -> Result<Account, StorageError> {
        Ok(self.account.clone())
    }

    fn find(&mut self, lookup: &Lookup<'_>, found: &mut Found) -> Result<(), StorageError> {
        let object = lookup.object();
        let ids = if self.is(Defect::FindsNobodyById) { &[] } else { lookup.ids() };
        let most = |defect| if self.is(defect) { 1_000 } else { usize::MAX };
        for id in ids.iter().take(most(Defect::FindsSomeOfManyIds)) {
            let id = match self.is(Defect::ReadsTheNumberOfAnId) {
                true => id.trim_start_matches('0').trim_end_matches(char::is_alphabetic),
                false => *id,
            };
            if self.is(Defect::FindsEverybodyById) {
                self.records(object).keys().for_each(|id| self.add(object, *id, &[], found));
            } else if let Ok(number) = id.parse::<u64>()
                && (number.to_string() == id || self.is(Defect::ReadsIdsAsNumbers))
            {
                self.add(object, number, &[], found);
            }
        }
        if !lookup.contact_ids().is_empty() {
            let most = if self.is(Defect::FindsTheFirstContactsDeals) { 1 } else { usize::MAX };
            for (id, rec) in &self.opportunities {
                let link = rec.values.get("contact_id").and_then(|link| link.first());
                let mut asked = lookup.contact_ids().iter().take(most);
                let is_hidden = |id: &String| {
                    id.parse().is_ok_and(|id| self.hides(id, Defect::FindsDealsOfHidden))
                };
                let link = link.filter(|id| !is_hidden(id));
                let is_asked = link.is_some_and(|id| asked.any(|asked| asked == id));
                if is_asked && self.is(Defect::TellsLessByContact) {
                    found.record(&id.to_string()).values("contact_id", link.map(String::as_str));
                } else if is_asked || self.is(Defect::FindsAllOpportunities) {
                    self.add(object, *id, &[], found);
                }
            }
        }
        if !ids.is_empty() && self.is(Defect::AnswersIdsAlone) {
            return Ok(());
        }
        let mut told = BTreeSet::new();
        for block in lookup.blocks() {
            if self.is(Defect::CrossesCombinedKeys) && block.fields().len() > 1 {
                self.add_crossed(block, found);
            }
            if self.is(Defect::SwapsDeclaredKeys) {
                self.add_swapped(block, found);
                continue;
            }
            for key in block.keys().take(most(Defect::FindsSomeOfManyKeys)) {
                let declared: Vec<(&str, &str)> =
                    block.fields().iter().copied().zip(key.iter().copied()).collect();
                for id in self.holders(block.fields(), &key) {
                    if !told.insert(id) && self.is(Defect::DeclaresOneKeyOfEach) {
                        continue;
                    }
                    self.add(object, id, &declared, found);
                }
            }
        }
        Ok(())
    }

    fn answers(&self, _: &[String]) -> bool {
        true
    }
}

impl StorageWrite for Shelf {
    fn write(&mut self, batch: &Batch<'_>, receipts: &mut Receipts) -> Result<(), StorageError> {
        if self.is(Defect::RefusesEmptyBatches) && batch.is_empty() {
            return Err("nothing to write".into());
        }
        assert!(!self.is(Defect::PanicsInEveryWrite), "not yet implemented");
        if self.is(Defect::FailsEveryWrite) {
            return Err("no such table: contacts".into());
        }
        if self.is_broken {
            return Err("current transaction is aborted".into());
        }
        if self.is(Defect::FailsFollowUpsOfTheLost) {
            self.clone().write_some(batch, receipts, batch.len());
            let is_lost =
                |wanted: BatchFollowUp<'_>| matches!(wanted.contact(receipts), Link::Lost);
            if batch.follow_ups().any(is_lost) {
                return Err("a contact without an id".into());
            }
            *receipts = Receipts::expecting(batch);
        }
        let odd = |step: BatchStep<'_>| step.is_update() && step.id().parse::<u64>().is_err();
        let failing = self.fails().then(|| batch.steps().position(odd)).flatten();
        match failing {
            Some(at) => self.fail_at(batch, receipts, at),
            None => {
                self.write_some(batch, receipts, usize::MAX);
                Ok(())
            }
        }
    }

    fn keeps_tokens(&self) -> bool {
        true
    }

    fn applied(&mut self, tokens: &[Token], known: &mut Applied) -> Result<(), StorageError> {
        let most = if self.is(Defect::KnowsSomeOfManyTokens) { 1_000 } else { usize::MAX };
        let halves = halves(self.tokens.keys().map(|token| token.0));
        for &token in tokens.iter().take(most) {
            let is_like_one =
                self.is(Defect::KeepsHalfATokens) && halves.contains(&(token.0 as u64));
            match self.tokens.get(&token) {
                Some((op, id)) => {
                    let op =
                        if self.is(Defect::SaysEverythingWasCreated) { Op::Create } else { *op };
                    known.add(token, op, &id.to_string());
                }
                None if is_like_one || self.is(Defect::KnowsEveryToken) => {
                    known.add(token, Op::Create, "1");
                }
                None => {}
            }
        }
        Ok(())
    }

    fn unfinished(&mut self) -> Result<Option<Vec<Checkpoint>>, StorageError> {
        let mut all: Vec<Checkpoint> = self.checkpoints.values().cloned().collect();
        if !self.is(Defect::TellsImportsByName) {
            let begun = |own: &Checkpoint| self.begun.iter().position(|id| *id == own.import_id);
            all.sort_by_key(|own| std::cmp::Reverse(begun(own)));
        }
        Ok(Some(all))
    }

    fn supports(&self, _: FollowUpKind) -> bool {
        true
    }
}

/// A text as a pattern of SQL means it.
fn is_like(text: &str, pattern: &str) -> bool {
    let mut parts = pattern.chars();
    match parts.next() {
        None => text.is_empty(),
        Some('%') => {
            let mut rests = text.char_indices().map(|(at, _)| &text[at..]).chain([""]);
            rests.any(|rest| is_like(rest, parts.as_str()))
        }
        Some(part) => {
            let mut own = text.chars();
            own.next().is_some_and(|first| part == '_' || part == first)
                && is_like(own.as_str(), parts.as_str())
        }
    }
}

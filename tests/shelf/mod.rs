//! A storage of a few lines over sorted maps, which can be told to break its contract in one way.
//!
//! It is written apart from `MemoryStorage`, so that the two can be held against each other.

#![allow(dead_code, clippy::unwrap_used)]

use std::collections::BTreeMap;

use crm_import::dedup::record_keys;
use crm_import::lookup::{Found, Lookup};
use crm_import::storage::{
    Applied, Batch, BatchStep, Checkpoint, FollowUpKind, Link, Op, Receipts, StorageError, Token,
};
use crm_import::{Account, Fields, Object, Storage, StorageWrite};

/// One way of breaking the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Defect {
    IgnoresAdditionalAddresses,
    DeclaresNoKeys,
    DeclaresSpelledKeys,
    FindsOneHolderOnly,
    FindsByPrefix,
    FindsEverybodyById,
    ForgetsToUnindex,
    FindsAllOpportunities,
    AnyFieldOfACombinedRule,
    DropsListValues,
    TrimsText,
    NoVersions,
    ConstantVersion,
    IgnoresVersions,
    WritesOnConflict,
    UpdateCreates,
    IgnoresTakenKeys,
    OwnKeyIsTaken,
    OneConflictStopsAll,
    DropsAReceipt,
    DoublesAReceipt,
    OneIdForAll,
    SwapsIds,
    OverwritesWholeRecord,
    NeverClears,
    AppendsToLists,
    LinksToTheFirstContact,
    NeverMovesLinks,
    LinksLostToNobody,
    RefusesEmptyBatches,
    IgnoresTokens,
    NewIdForKnownTokens,
    KnowsEveryToken,
    KeepsTokensOfConflicts,
    SaysEverythingWasCreated,
    RepeatsFollowUps,
    DropsAField,
    DropsCustomFields,
    TwoFieldsInOneColumn,
    LinksToTheGone,
}

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
    pub(crate) tokens: BTreeMap<Token, (Op2, u64)>,
    pub(crate) checkpoints: BTreeMap<String, Checkpoint>,
    pub(crate) defect: Option<Defect>,
    /// Addresses that contacts had before, for the defect that still finds them.
    former: Vec<(u64, String)>,
    next: u64,
}

/// An [`Op`] that can be sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Op2(pub Op);

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

    fn keys_of(&self, rule: &[&str], rec: &Rec) -> Vec<Vec<String>> {
        let rule: Vec<String> = rule.iter().map(|&field| field.to_owned()).collect();
        record_keys(Object::Contact, &rule, &FIELDS, &self.account, |field| {
            if self.is(Defect::IgnoresAdditionalAddresses) && field.starts_with("additional") {
                return Vec::new();
            }
            rec.values.get(field).cloned().unwrap_or_default()
        })
    }

    fn holders(&self, rule: &[&str], key: &[&str]) -> Vec<u64> {
        let is_held = |id: u64, rec: &Rec| {
            let keys = self.keys_of(rule, rec);
            let is_former = self.is(Defect::ForgetsToUnindex)
                && self.former.iter().any(|(of, text)| *of == id && key == [text.as_str()]);
            if self.is(Defect::FindsByPrefix) {
                return keys.iter().any(|own| own.concat().starts_with(&key.concat()));
            }
            if self.is(Defect::AnyFieldOfACombinedRule) {
                return keys.iter().any(|own| own.iter().zip(key).any(|(a, b)| a == b));
            }
            is_former
                || keys.iter().any(|own| own.iter().map(String::as_str).eq(key.iter().copied()))
        };
        let mut ids: Vec<u64> = self
            .contacts
            .iter()
            .filter(|(id, rec)| is_held(**id, rec))
            .map(|(id, _)| *id)
            .collect();
        if self.is(Defect::FindsOneHolderOnly) {
            ids.truncate(1);
        }
        ids
    }

    fn add(&self, object: Object, id: u64, keys: &[(&str, &str)], found: &mut Found) {
        let Some(rec) = self.records(object).get(&id) else { return };
        let mut record = found.record(&id.to_string());
        if !self.is(Defect::NoVersions) {
            let version = if self.is(Defect::ConstantVersion) { 1 } else { rec.version };
            record = record.version(&version.to_string());
        }
        for (field, key) in keys {
            let spelled = key.to_uppercase().replace('+', "00");
            record = match self.defect {
                Some(Defect::DeclaresNoKeys) => record,
                Some(Defect::DeclaresSpelledKeys) => record.key(*field, &spelled),
                _ => record.key(*field, key),
            };
        }
        for (field, values) in &rec.values {
            for value in values {
                record = record.value(field.as_str(), value);
            }
        }
    }

    fn is_taken(&self, step: &BatchStep<'_>) -> bool {
        if self.is(Defect::IgnoresTakenKeys) {
            return false;
        }
        step.new_keys().any(|key| {
            let rule: Vec<&str> = key.fields().iter().map(String::as_str).collect();
            let parts: Vec<&str> = key.parts().collect();
            let holders = self.holders(&rule, &parts);
            holders.iter().any(|id| self.is(Defect::OwnKeyIsTaken) || id.to_string() != step.id())
        })
    }

    /// Writes one step; `at` is its position in the batch.
    pub(crate) fn step(&mut self, step: &BatchStep<'_>, at: usize, receipts: &mut Receipts) {
        let token = step.token();
        let known = self.tokens.get(&token).copied().filter(|_| !self.is(Defect::IgnoresTokens));
        if let Some((_, id)) = known {
            let id = if self.is(Defect::NewIdForKnownTokens) { id + 1000 } else { id };
            return receipts.already_applied(token, &id.to_string());
        }
        let link = match step.link(receipts) {
            Link::Unchanged => None,
            Link::To(id) => Some(id.to_owned()),
            Link::Lost if self.is(Defect::LinksLostToNobody) => Some("0".to_owned()),
            Link::Lost => return,
        };
        let link = match (link, self.contacts.keys().next()) {
            (Some(_), Some(first)) if self.is(Defect::LinksToTheFirstContact) => {
                Some(first.to_string())
            }
            (link, _) => link,
        };
        let contact = link.as_deref().and_then(|link| link.parse().ok());
        let is_gone = contact.is_some_and(|contact| !self.contacts.contains_key(&contact))
            && !self.is(Defect::LinksToTheGone)
            && !self.is(Defect::LinksLostToNobody);
        let taken = self.is_taken(step) || is_gone;
        let object = step.object();
        let stored: Option<u64> = step.id().parse().ok();
        let before = stored.and_then(|id| self.records(object).get(&id)).cloned();
        let is_stale = step.is_update()
            && match &before {
                None => !self.is(Defect::UpdateCreates),
                Some(rec) => {
                    !self.is(Defect::IgnoresVersions)
                        && step.version().is_some_and(|version| version != rec.version.to_string())
                }
            };
        if taken || is_stale {
            if self.is(Defect::KeepsTokensOfConflicts) {
                self.tokens.insert(token, (Op2(step.op()), 0));
            }
            receipts.conflict(token);
            if !self.is(Defect::WritesOnConflict) || before.is_none() && step.is_update() {
                return;
            }
        }
        let mut rec = before.unwrap_or_default();
        let id = match stored {
            Some(id) => id,
            None => {
                self.next += 1;
                self.next
            }
        };
        self.change(step, id, &mut rec);
        if let Some(contact) =
            link.filter(|_| !(step.is_update() && self.is(Defect::NeverMovesLinks)))
        {
            rec.values.insert("contact_id".into(), vec![contact]);
        }
        rec.version += 1;
        self.records_mut(object).insert(id, rec);
        self.tokens.insert(token, (Op2(step.op()), id));
        if receipts.get(token).is_some() {
            return;
        }
        if self.is(Defect::DropsAReceipt) && at == 1 {
            return;
        }
        let shown = match self.defect {
            Some(Defect::OneIdForAll) => 1,
            Some(Defect::SwapsIds) if at < 2 => id + 1 - 2 * at as u64,
            _ => id,
        };
        match step.op() {
            Op::Create => receipts.created(token, &shown.to_string(), None),
            Op::Update => receipts.updated(token, None),
        }
        if self.is(Defect::DoublesAReceipt) {
            receipts.unchanged(token);
        }
    }

    fn change(&mut self, step: &BatchStep<'_>, id: u64, rec: &mut Rec) {
        if self.is(Defect::OverwritesWholeRecord) {
            rec.values.clear();
        }
        for change in step.changes() {
            match self.defect {
                Some(Defect::DropsAField) if change.key() == "date_of_birth" => continue,
                Some(Defect::DropsCustomFields) if change.field().is_custom => continue,
                Some(Defect::TwoFieldsInOneColumn) if change.key() == "state" => {
                    let both = change.after().map(|value| value.to_string()).collect();
                    rec.values.insert("city".to_owned(), both);
                }
                _ => {}
            }
            let mut after: Vec<String> = change.after().map(|value| value.to_string()).collect();
            let before = rec.values.get(change.key()).cloned().unwrap_or_default();
            if matches!(change.key(), "email" | "phone") {
                self.former.extend(before.iter().map(|text| (id, text.clone())));
            }
            match self.defect {
                Some(Defect::NeverClears) if after.is_empty() => continue,
                Some(Defect::DropsListValues) => after.truncate(1),
                Some(Defect::TrimsText) => {
                    after.iter_mut().for_each(|text| *text = text.replace(['\n', '\t'], " "));
                }
                Some(Defect::AppendsToLists) if change.field().is_list => {
                    after = before.into_iter().chain(after).collect();
                }
                _ => {}
            }
            if after.is_empty() {
                rec.values.remove(change.key());
            } else {
                rec.values.insert(change.key().to_owned(), after);
            }
        }
    }

    /// Writes a batch up to a step: `limit` steps and follow-ups.
    pub(crate) fn write_some(
        &mut self,
        batch: &Batch<'_>,
        receipts: &mut Receipts,
        limit: usize,
    ) -> bool {
        let mut left = limit;
        for (at, step) in batch.steps().enumerate() {
            if left == 0 {
                return false;
            }
            left -= 1;
            let receipt = receipts.get(step.token());
            // Somebody has refused it on the shelf's behalf.
            if matches!(receipt, Some(crm_import::storage::Receipt::Rejected { .. })) {
                continue;
            }
            let had = receipt.is_some();
            self.step(&step, at, receipts);
            let is_conflict = !had
                && matches!(
                    receipts.get(step.token()),
                    Some(crm_import::storage::Receipt::Conflict)
                );
            if is_conflict && self.is(Defect::OneConflictStopsAll) {
                batch.steps().skip(at + 1).for_each(|step| receipts.conflict(step.token()));
                return true;
            }
        }
        for follow_up in batch.follow_ups() {
            if left == 0 {
                return false;
            }
            left -= 1;
            let token = follow_up.token();
            let known = self.tokens.get(&token).filter(|_| !self.is(Defect::RepeatsFollowUps));
            if let Some((_, id)) = known {
                receipts.already_applied(token, &id.to_string());
                continue;
            }
            let Link::To(contact) = follow_up.contact(receipts) else { continue };
            let contact: u64 = contact.parse().unwrap();
            let (kind, name) = (follow_up.kind().name(), follow_up.name());
            self.follow_ups.push((contact, kind.into(), name.into()));
            self.tokens.insert(token, (Op2(Op::Update), contact));
            receipts.done(token);
        }
        let checkpoint = batch.checkpoint().clone();
        self.checkpoints.insert(checkpoint.import_id.clone(), checkpoint);
        true
    }
}

impl Storage for Shelf {
    type Error = StorageError;

    fn account(&mut self) -> Result<Account, StorageError> {
        Ok(self.account.clone())
    }

    fn find(&mut self, lookup: &Lookup<'_>, found: &mut Found) -> Result<(), StorageError> {
        let object = lookup.object();
        for id in lookup.ids() {
            if self.is(Defect::FindsEverybodyById) {
                self.records(object).keys().for_each(|id| self.add(object, *id, &[], found));
            } else if let Ok(number) = id.parse::<u64>()
                && number.to_string() == *id
            {
                self.add(object, number, &[], found);
            }
        }
        if !lookup.contact_ids().is_empty() {
            for (id, rec) in &self.opportunities {
                let link = rec.values.get("contact_id").and_then(|link| link.first());
                let is_asked = link.is_some_and(|id| lookup.contact_ids().contains(&id.as_str()));
                if is_asked || self.is(Defect::FindsAllOpportunities) {
                    self.add(object, *id, &[], found);
                }
            }
        }
        for block in lookup.blocks() {
            for key in block.keys() {
                let declared: Vec<(&str, &str)> =
                    block.fields().iter().copied().zip(key.iter().copied()).collect();
                for id in self.holders(block.fields(), &key) {
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
        self.write_some(batch, receipts, usize::MAX);
        Ok(())
    }

    fn keeps_tokens(&self) -> bool {
        true
    }

    fn applied(&mut self, tokens: &[Token], known: &mut Applied) -> Result<(), StorageError> {
        for &token in tokens {
            match self.tokens.get(&token) {
                Some((Op2(op), id)) => {
                    let op =
                        if self.is(Defect::SaysEverythingWasCreated) { Op::Create } else { *op };
                    known.add(token, op, &id.to_string());
                }
                None if self.is(Defect::KnowsEveryToken) => known.add(token, Op::Create, "1"),
                None => {}
            }
        }
        Ok(())
    }

    fn supports(&self, _: FollowUpKind) -> bool {
        true
    }
}

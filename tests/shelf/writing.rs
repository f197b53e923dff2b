//! How the shelf writes: a step, what speaks against it, what it leaves and what is told of it.

use std::collections::{BTreeSet, VecDeque};

use crm_import::storage::{
    Batch, BatchFollowUp, BatchStep, Checkpoint, Link, Op, Receipt, Receipts, Token,
};
use crm_import::{Field, FieldKind, Object};

use super::spoiling::spoil;
use super::{Defect, Rec, Shelf};

/// The lists and the links of a batch without the gaps between them, and the fields of its first update: an
/// adapter that gets out of step takes one from there.
#[derive(Clone, Debug, Default)]
pub(super) struct Shifted {
    tags: VecDeque<Vec<String>>,
    links: BTreeSet<String>,
    /// The records of steps that were written before.
    known: BTreeSet<String>,
    fields: Option<BTreeSet<String>>,
}

impl Shifted {
    fn of(batch: &Batch<'_>) -> Self {
        let creates = batch.of(Object::Contact, Op::Create);
        let tags = |step: BatchStep<'_>| {
            let tags = step.change("tags")?;
            Some(tags.after().map(|value| value.to_string()).collect())
        };
        Shifted { tags: creates.filter_map(tags).collect(), ..Shifted::default() }
    }

    /// The fields of the first update that it is asked for.
    fn has_field(&mut self, step: &BatchStep<'_>, key: &str) -> bool {
        let own = || step.changes().map(|change| change.key().to_owned()).collect();
        self.fields.get_or_insert_with(own).contains(key)
    }
}

impl Shelf {
    /// Writes a batch up to a step: `limit` steps and follow-ups.
    pub(crate) fn write_some(&mut self, batch: &Batch<'_>, receipts: &mut Receipts, limit: usize) {
        self.shifted = Shifted::of(batch);
        for (at, step) in batch.steps().enumerate().take(limit) {
            let deals = batch.of(Object::Opportunity, Op::Create);
            if step.object() == Object::Opportunity && self.is(Defect::ShiftsLinks) && at > 0 {
                let links = deals.filter_map(|deal| match deal.link(receipts) {
                    Link::To(id) => Some(id.to_owned()),
                    _ => None,
                });
                let links = links.collect();
                if self.shifted.fields.replace(BTreeSet::new()).is_none() {
                    self.shifted.links = links;
                }
            }
            if at >= 500 && self.is(Defect::WritesSomeOfManySteps) {
                let id = at.to_string();
                receipts.created(step.token(), &id, None);
                continue;
            }
            let before = receipts.get(step.token());
            // Somebody has refused it on the shelf's behalf.
            if matches!(before, Some(Receipt::Rejected { .. })) {
                continue;
            }
            let is_open = before.is_none();
            self.step(&step, at, receipts);
            let is_conflict =
                is_open && matches!(receipts.get(step.token()), Some(Receipt::Conflict));
            if is_conflict && self.is(Defect::OneConflictStopsAll) {
                return batch.steps().skip(at + 1).for_each(|s| receipts.conflict(s.token()));
            }
        }
        let left = limit.saturating_sub(batch.len());
        batch.follow_ups().take(left).for_each(|wanted| self.follow_up(&wanted, receipts));
        if batch.len() + batch.follow_ups().count() <= limit {
            self.keep(batch);
        }
    }

    pub(super) fn keep(&mut self, batch: &Batch<'_>) {
        let mut checkpoint = batch.checkpoint().clone();
        let is_known = self.checkpoints.contains_key(&checkpoint.import_id);
        if self.is(Defect::TellsImportsByTheirLastBatch) {
            self.begun.retain(|id| *id != checkpoint.import_id);
        }
        if !self.begun.contains(&checkpoint.import_id) {
            self.begun.push(checkpoint.import_id.clone());
        }
        match self.defect {
            Some(Defect::ForgetsTokensAtTheEnd) if checkpoint.is_last => self.tokens.clear(),
            Some(Defect::ForgetsTokensOfOthers) if !is_known && self.begun.len() > 1 => {
                let own: Vec<Token> = batch.steps().map(|step| step.token()).collect();
                self.tokens.retain(|token, _| own.contains(token));
            }
            Some(Defect::LosesLongCheckpoints) if length(&checkpoint) > 65_535 => return,
            Some(Defect::LosesCheckpoints) => return,
            Some(Defect::LosesCheckpointsWithoutSteps) if batch.is_empty() => return,
            Some(Defect::KeepsTheFirstCheckpoint) if is_known => return,
            Some(Defect::KeepsOneCheckpoint) => self.checkpoints.clear(),
            Some(Defect::ForgetsFormats) => checkpoint.formats.clear(),
            _ => {}
        }
        self.checkpoints.insert(checkpoint.import_id.clone(), checkpoint);
    }

    fn follow_up(&mut self, wanted: &BatchFollowUp<'_>, receipts: &mut Receipts) {
        let token = wanted.token();
        let known = self.tokens.get(&token).filter(|_| !self.is(Defect::RepeatsFollowUps));
        if let Some((_, id)) = known {
            return receipts.already_applied(token, &id.to_string());
        }
        let Link::To(contact) = wanted.contact(receipts) else { return };
        let contact: u64 = contact.parse().unwrap();
        if !self.contacts.contains_key(&contact) && !self.is(Defect::FollowsUpTheGone) {
            return receipts.rejected(token, "the contact is gone");
        }
        let (kind, name) = (wanted.kind().name(), wanted.name());
        self.follow_ups.push((contact, kind.into(), name.into()));
        self.tokens.insert(token, (Op::Update, contact));
        receipts.done(token);
    }

    fn has_no_room_for(&self, step: &BatchStep<'_>) -> bool {
        step.changes().any(|change| {
            let text = change.text();
            let decimals = text.split_once('.').map_or(0, |(_, decimals)| decimals.len());
            let is_number = change.key() == "own_2" && decimals > 1;
            self.is(Defect::RefusesLongText) && text.len() > 200
                || self.is(Defect::RefusesCents) && is_number
        })
    }

    /// Writes one step; `at` is its position in the batch.
    pub(crate) fn step(&mut self, step: &BatchStep<'_>, at: usize, receipts: &mut Receipts) {
        let token = step.token();
        let is_deal = step.is_update() && step.object() == Object::Opportunity;
        let is_ignored =
            self.is(Defect::IgnoresTokens) || is_deal && self.is(Defect::RepeatsUpdatesOfDeals);
        let known = self.tokens.get(&token).copied().filter(|_| !is_ignored);
        if let Some((_, id)) = known {
            self.shifted.known.insert(id.to_string());
            let id = if self.is(Defect::NewIdForKnownTokens) { id + 1000 } else { id };
            return receipts.already_applied(token, &id.to_string());
        }
        if self.has_no_room_for(step) {
            return receipts.rejected(token, "there is no room for it");
        }
        let link = match step.link(receipts) {
            Link::To(_) if !self.shifted.links.is_empty() => self.shifted.links.pop_first(),
            Link::Lost if !self.is(Defect::LinksLostToNobody) => return,
            Link::To(id)
                if self.is(Defect::LinksToNewContactsOnly) && self.shifted.known.contains(id) =>
            {
                return;
            }
            link => self.linked(link),
        };
        let stored: Option<u64> = step.id().parse().ok();
        let is_seen =
            |id: &u64| step.object() != Object::Contact || !self.hides(*id, Defect::UpdatesHidden);
        let before = stored.filter(is_seen);
        let before = before.and_then(|id| self.records(step.object()).get(&id)).cloned();
        let is_gone = link.as_deref().is_some_and(|link| self.is_gone(link));
        if self.is_taken(step) || is_gone || self.is_stale(step, before.as_ref()) {
            if self.is(Defect::KeepsTokensOfConflicts) {
                self.tokens.insert(token, (step.op(), 0));
            }
            receipts.conflict(token);
            if !self.is(Defect::WritesOnConflict) || before.is_none() && step.is_update() {
                return;
            }
        }
        assert!(
            !(self.is(Defect::PanicsWhenItMoves) && link.is_some() && step.is_update()),
            "links are for ever"
        );
        let id = stored.unwrap_or(self.next + 1);
        self.next += u64::from(stored.is_none());
        let mut rec = before.unwrap_or_default();
        self.change(step, id, &mut rec);
        if step.object() == Object::Contact && self.is(Defect::ShiftsLists) && !step.is_update() {
            rec.values.remove("tags");
            rec.values.extend(self.shifted.tags.pop_front().map(|tags| ("tags".into(), tags)));
        }
        if step.is_update() && self.is(Defect::EmptiesLinks) {
            rec.values.remove("contact_id");
        }
        if step.is_update() && self.is(Defect::UpdatesByAddress) {
            self.change_twins(step, id, &rec);
        }
        let is_kept = step.is_update() && self.is(Defect::NeverMovesLinks);
        if let Some(contact) = link.filter(|_| !is_kept) {
            rec.values.insert("contact_id".into(), vec![contact]);
        }
        rec.version += u64::from(self.counts(step));
        self.own.insert(id, rec.clone());
        self.first.entry(id).or_insert_with(|| rec.clone());
        self.records_mut(step.object()).insert(id, rec);
        self.tokens.insert(token, (step.op(), id));
        if receipts.get(token).is_none() {
            self.tell(step, at, id, receipts);
        }
    }

    /// Writes the step to all that carry the address of its record, too.
    fn change_twins(&mut self, step: &BatchStep<'_>, id: u64, rec: &Rec) {
        let email = rec.values.get("email");
        let is_twin = |(other, own): (&u64, &Rec)| {
            (*other != id && email.is_some() && own.values.get("email") == email).then_some(*other)
        };
        let twins: Vec<u64> = self.contacts.iter().filter_map(is_twin).collect();
        for twin in twins {
            let mut own = self.contacts[&twin].clone();
            self.change(step, twin, &mut own);
            self.contacts.insert(twin, own);
        }
    }

    /// The contact that an opportunity is linked to, if the step says one.
    fn linked(&self, link: Link<'_>) -> Option<String> {
        let told = match link {
            Link::Unchanged => return None,
            Link::To(id) => id.to_owned(),
            Link::Lost => "0".to_owned(),
        };
        let first = self.contacts.keys().next().filter(|_| self.is(Defect::LinksToTheFirstContact));
        Some(first.map_or(told, u64::to_string))
    }

    fn is_gone(&self, contact: &str) -> bool {
        contact.parse().is_ok_and(|contact| {
            !self.contacts.contains_key(&contact) || self.hides(contact, Defect::LinksToHidden)
        }) && !self.is(Defect::LinksToTheGone)
            && !self.is(Defect::LinksLostToNobody)
    }

    fn is_taken(&self, step: &BatchStep<'_>) -> bool {
        if self.is(Defect::IgnoresTakenKeys) {
            return false;
        }
        step.new_keys().any(|key| {
            let rule: Vec<&str> = key.fields().iter().map(String::as_str).collect();
            let parts: Vec<&str> = key.parts().collect();
            if rule.len() > 1 && self.is(Defect::TakesCombinedKeys) {
                return false;
            }
            let mut holders = self.holders(&rule, &parts);
            if self.is(Defect::TakesAdditionalAddresses) {
                let is_primary = |id: &u64| {
                    self.contacts[id].values.get(rule[0]).is_some_and(|own| *own == parts)
                };
                holders.retain(is_primary);
            }
            holders.retain(|id| !self.hides(*id, Defect::TakesHiddenKeys));
            holders.iter().any(|id| self.is(Defect::OwnKeyIsTaken) || id.to_string() != step.id())
        })
    }

    /// Is the version another one after the step?
    fn counts(&self, step: &BatchStep<'_>) -> bool {
        let mut changes = step.changes();
        match self.defect {
            Some(Defect::KeepsTheVersionWhenItMoves) => changes.next().is_some(),
            Some(Defect::LeavesTagsOutOfTheVersion) => changes.any(|change| change.key() != "tags"),
            _ => true,
        }
    }

    fn is_stale(&self, step: &BatchStep<'_>, before: Option<&Rec>) -> bool {
        let is_version = |rec: &Rec| match step.version() {
            None => !self.is(Defect::ComparesVersionsItDoesNotTell),
            Some(read) => {
                let id = step.id().parse().unwrap_or_default();
                read == self.version(step.object(), id, rec).to_string()
            }
        };
        let is_moved = self.is(Defect::MovesWhatHasChanged)
            && !matches!(step.link(&Receipts::default()), Link::Unchanged);
        step.is_update()
            && !(is_moved && before.is_some())
            && match before {
                None => !self.is(Defect::UpdateCreates),
                Some(rec) => !self.is(Defect::IgnoresVersions) && !is_version(rec),
            }
    }

    /// Writes the changes of a step to a record, unless a defect does otherwise.
    fn change(&mut self, step: &BatchStep<'_>, id: u64, rec: &mut Rec) {
        let is_foreign = self.is(Defect::EmptiesWhatItDidNotWrite) && !self.own.contains_key(&id);
        if self.is(Defect::OverwritesWholeRecord) || is_foreign {
            rec.values.clear();
        }
        for change in step.changes() {
            match self.defect {
                Some(Defect::DropsAField) if change.key() == "date_of_birth" => continue,
                Some(Defect::WritesTheFieldsOfTheFirst)
                    if step.is_update() && !self.shifted.has_field(step, change.key()) =>
                {
                    continue;
                }
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
                Some(defect) if after.is_empty() && keeps(defect, step, change.field()) => continue,
                Some(defect) => spoil(defect, change.field(), &mut after),
                None => {}
            }
            match self.defect {
                Some(Defect::AppendsToLists) if change.field().is_list => {
                    after.splice(0..0, before);
                }
                Some(Defect::FindsByTheClearedAddress) if after.is_empty() => {
                    self.cleared.extend(before.into_iter().map(|text| (id, text)));
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

    fn tell(&self, step: &BatchStep<'_>, at: usize, id: u64, receipts: &mut Receipts) {
        let token = step.token();
        let shown = match self.defect {
            Some(Defect::DropsAReceipt) if at == 1 => return,
            Some(Defect::OneIdForAll) => 1,
            Some(Defect::SwapsIds) if at < 2 => id + 1 - 2 * at as u64,
            Some(Defect::SwapsIdsOfManySteps) if at == 700 => id + 1,
            Some(Defect::SwapsIdsOfManySteps) if at == 701 => id - 1,
            _ => id,
        };
        match step.op() {
            Op::Create if self.is(Defect::SpellsIdsInReceipts) => {
                receipts.created(token, &format!("0{shown}"), None);
            }
            Op::Create => receipts.created(token, &shown.to_string(), None),
            Op::Update => receipts.updated(token, None),
        }
        if self.is(Defect::DoublesAReceipt) {
            receipts.unchanged(token);
        }
    }
}

/// Does the defect leave a field as it is that is to be cleared?
fn keeps(defect: Defect, step: &BatchStep<'_>, field: &Field) -> bool {
    match defect {
        Defect::NeverClears => true,
        Defect::NeverClearsAddresses => matches!(field.key.as_str(), "email" | "phone"),
        Defect::NeverClearsLists => field.is_list,
        Defect::NeverClearsDates => field.kind == FieldKind::Date,
        Defect::NeverClearsFieldsOfDeals => step.object() == Object::Opportunity,
        _ => false,
    }
}

/// How long a checkpoint is as text.
fn length(checkpoint: &Checkpoint) -> usize {
    serde_json::to_string(checkpoint).unwrap().len()
}

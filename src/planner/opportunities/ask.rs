//! Asks storage for opportunities and for the contacts they are linked to, and takes the answers about opportunities.

use std::borrow::Cow;

use super::standing::PlainStanding;
use super::{State, Status};
use crate::draft::{Key, KeyKind, KeyText, SideDraft};
use crate::field::FieldId;
use crate::lookup::{Found, StoredId};
use crate::merge::{GivenStanding, Standing};
use crate::object::{Object, OpportunityNumber};
use crate::plan::{Claim, Entry, Met};
use crate::planner::Planner;

impl Planner {
    /// Asks for the opportunities that rows name by id and, if rows are compared with them, for all opportunities of
    /// the contacts of the window.
    pub(in crate::planner) fn ask_opportunities(&mut self) {
        let settings = self.ledger.settings.clone();
        if settings.opportunities.is_none() {
            return;
        }
        self.ask_named();
        self.ask_met_before(Object::Opportunity);
        if settings.compares_opportunities() {
            self.ask_compared();
        }
    }

    /// Asks for the opportunities that rows name by id.
    fn ask_named(&mut self) {
        let keys = self.window_keys();
        let Planner { ledger, index, block, window, question, .. } = self;
        let Some(last) = ledger.blocks.last() else { return };
        let keys = block.drafts.keys(keys).iter().zip(&window.numbers);
        for (key, number) in keys.filter(|(key, _)| key.kind == KeyKind::OpportunityId) {
            if let KeyText::Span(id) = key.text
                && index.ask(*number)
            {
                question.ask_id(last.text(id));
            }
        }
    }

    /// Asks for the opportunities of contacts on rows that do not name an opportunity by id.
    fn ask_compared(&mut self) {
        for at in 0..self.window.rows.len() {
            let draft = self.draft(at);
            let keys = self.keys(at);
            let has_id = keys.of(KeyKind::OpportunityId).next().is_some();
            if has_id || draft.opportunity != SideDraft::Open {
                continue;
            }
            let link = keys.of(KeyKind::ContactLink).next();
            let named = link.and_then(|(_, number)| self.index.holders(number).first().copied());
            let contact = self.contact_of(self.row_at(at)).or(named);
            let Some(contact) = contact else { continue };
            let Some(id) = self.ledger.id(contact) else { continue };
            if self.opportunities.asked.insert(contact) {
                self.question.ask_contact_id(id);
            }
        }
    }

    /// Takes an answer of storage about opportunities.
    pub(in crate::planner) fn absorb_opportunities(&mut self, found: &Found) {
        let settings = self.ledger.settings.clone();
        let wanted = settings.wanted(Object::Opportunity);
        self.ledger.stored_opportunities.absorb(found, &settings.fields, wanted);
        self.make_room_for_answers(Object::Opportunity);
        while self.opportunities.stored.len() < self.ledger.stored_opportunities.len() {
            let stored =
                u32::try_from(self.opportunities.stored.len()).expect("fewer than 2³¹ records");
            let opportunity = self.new_stored_opportunity(StoredId(stored));
            self.opportunities.stored.push(opportunity);
        }
        // An opportunity may have been read before its contact was, so its contact is looked for again.
        let mut answered: Vec<OpportunityNumber> = Vec::new();
        for id in found.ids() {
            let stored = self.ledger.stored_opportunities.find(id);
            answered.extend(stored.map(|stored| self.opportunities.stored[stored.0 as usize]));
        }
        answered.sort_unstable();
        answered.dedup();
        for opportunity in answered {
            // If a row has linked it, its contact is known already.
            if self.opportunities.states[opportunity.index()].contact.is_none() {
                self.find_stored_link(opportunity);
            }
        }
    }

    /// Adds an opportunity that is new or was just read, and gives it a number.
    pub(super) fn new_opportunity(
        &mut self,
        entry: Entry,
        standing: Option<PlainStanding>,
    ) -> OpportunityNumber {
        let number =
            u32::try_from(self.ledger.opportunities.len()).expect("fewer than 2³¹ opportunities");
        self.ledger.opportunities.push(entry);
        let PlainStanding { pipeline, status } = standing.unwrap_or(PlainStanding::NOWHERE);
        self.opportunities.states.push(State {
            pipeline,
            status,
            given: GivenStanding::default(),
            contact: None,
            claim: if entry.is_new() { Claim::Consumed } else { Claim::Free },
        });
        OpportunityNumber::new(number)
    }

    /// Adds a stored opportunity that was just read.
    fn new_stored_opportunity(&mut self, stored: StoredId) -> OpportunityNumber {
        let number = self.new_opportunity(Entry::stored_as(stored), None);
        let Standing { pipeline, status, given, .. } = Standing::stored(self.ledger.base(number));
        let (pipeline, status) = (pipeline.map(Cow::into_owned), Status::of(status.as_deref()));
        let pipeline = self.pipeline_number(pipeline.as_deref());
        // If the interrupted import has written it, it belongs to the row that had met it then, perhaps one further
        // down.
        let id = self.ledger.id(number).unwrap_or_default();
        let claim = match self.ledger.memory.is_written(Object::Opportunity, id) {
            true => Claim::Consumed,
            false => self.claim_before(number),
        };
        self.opportunities.states[number.index()] =
            State { pipeline, status, given, contact: None, claim };
        number
    }

    /// The claim of a stored opportunity before the rows of this plan: that of earlier windows and of rows that are not
    /// planned now (O5).
    pub(super) fn claim_before(&self, opportunity: OpportunityNumber) -> Claim {
        let met = self.ledger.met(opportunity);
        let id = self.ledger.id(opportunity).unwrap_or_default();
        let elsewhere = self.opportunities.claims.get(id).copied().unwrap_or_default();
        met.map_or(Claim::Free, Met::claim).max(elsewhere)
    }

    /// The number of the pipeline with this id, which is new if the pipeline was not met before.
    pub(super) fn pipeline_number(&mut self, id: Option<&str>) -> Option<u32> {
        let id = id?;
        let at = self.opportunities.pipelines.iter().position(|other| other == id).unwrap_or_else(
            || {
                self.opportunities.pipelines.push(id.to_owned());
                self.opportunities.pipelines.len() - 1
            },
        );
        u32::try_from(at).ok()
    }

    /// Notes the contact to which storage links an opportunity, if the plan has read that contact.
    pub(super) fn find_stored_link(&mut self, opportunity: OpportunityNumber) {
        let Some(id) = self.stored_link(opportunity) else { return };
        let Some(stored) = self.ledger.stored_contacts.find(id) else { return };
        let contact = self.contacts.stored[stored.0 as usize];
        self.opportunities.states[opportunity.index()].contact = Some(contact);
        if self.ledger.settings.compares_opportunities() {
            self.opportunities.of_contact.entry(contact).or_default().push(opportunity);
        }
    }

    /// The id of the contact to which storage links an opportunity.
    pub(super) fn stored_link(&self, opportunity: OpportunityNumber) -> Option<&str> {
        let stored = self.ledger.opportunities[opportunity.index()].stored()?;
        self.ledger.stored_opportunities.value(stored, FieldId::CONTACT_LINK)
    }

    /// Asks for the contacts of stored opportunities whose rows have tags for them (P8).
    pub(in crate::planner) fn ask_linked(&mut self) {
        let settings = self.ledger.settings.clone();
        if !settings.account.opportunities.tag_linked || settings.opportunities.is_none() {
            return;
        }
        for at in 0..self.window.rows.len() {
            let draft = self.draft(at);
            if !draft.has_tags || draft.opportunity != SideDraft::Open {
                continue;
            }
            let id = self.keys(at).of(KeyKind::OpportunityId).next();
            let Some(opportunity) = id.and_then(|(key, _)| self.stored_opportunity(key)) else {
                continue;
            };
            let Some(contact) = self.stored_link(opportunity) else { continue };
            if self.ledger.stored_contacts.find(contact).is_none() {
                let contact = contact.to_owned();
                self.question.ask_id(&contact);
            }
        }
    }

    /// The stored opportunity with the id that a row names, unless this import has created it (O2).
    pub(super) fn stored_opportunity(&self, key: &Key) -> Option<OpportunityNumber> {
        let stored = self.ledger.stored_opportunities.find(&self.key_text(key))?;
        let opportunity = self.opportunities.stored[stored.0 as usize];
        (!self.is_own(opportunity)).then_some(opportunity)
    }
}

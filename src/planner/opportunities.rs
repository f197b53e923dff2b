//! The opportunity side of each row of a window, in file order (behaviour §3, §5, §8).

use std::borrow::Cow;

use super::Planner;
use crate::account::{Duplicates, Relink, Unlinked};
use crate::draft::{Cell, Key, KeyKind, Settings};
use crate::field::FieldId;
use crate::issue::{Finding, IssueCode, Severity};
use crate::lookup::Found;
use crate::merge::{Base, Deal, Dropped, Pitch, Problem, RowOf};
use crate::object::{Mode, Object};
use crate::pairing::{ContactSide, LinkTo, Named, pair};
use crate::plan::{By, Entry, NONE, Outcome};

mod matching;

/// What later rows need to know of an opportunity.
#[derive(Clone, Copy, Debug)]
pub(super) struct State {
    /// Position in `pipelines`; [`NONE`] = none.
    pipeline: u32,
    status: Status,
    /// The contact it is linked to now, if that is one the plan knows.
    contact: u32,
    /// Matched or created by this import (O5).
    is_consumed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    Blank,
    Open,
    Won,
    Lost,
    Abandoned,
}

impl Status {
    fn of(text: Option<&str>) -> Self {
        match text {
            Some("won") => Status::Won,
            Some("lost") => Status::Lost,
            Some("abandoned") => Status::Abandoned,
            Some("open") => Status::Open,
            _ => Status::Blank,
        }
    }

    fn text(self) -> Option<Cow<'static, str>> {
        match self {
            Status::Blank => None,
            Status::Open => Some("open".into()),
            Status::Won => Some("won".into()),
            Status::Lost => Some("lost".into()),
            Status::Abandoned => Some("abandoned".into()),
        }
    }
}

/// What a row's opportunity comes to.
#[derive(Clone, Copy)]
enum Side {
    /// It is left out.
    Nothing(Outcome),
    /// It is left out, but it is this one.
    Aside(u32, By, Outcome),
    /// It is folded into this one; `links`: the row says whom it belongs to.
    Joins { deal: u32, by: By, links: bool },
}

impl Planner {
    /// Asks for the opportunities named by id, and for those of the window's contacts where they are
    /// compared.
    pub(super) fn ask_opportunities(&mut self) {
        let settings = self.ledger.settings.clone();
        if settings.opportunities.is_none() {
            return;
        }
        let compares = settings.compares_opportunities();
        let mut next_key = 0;
        for at in 0..self.window.len() {
            let draft = self.drafts.rows[at];
            let keys = self.drafts.keys(&draft);
            let numbers = &self.numbers[next_key..next_key + keys.len()];
            next_key += keys.len();
            let id = keys.iter().zip(numbers).find(|(key, _)| key.kind == KeyKind::OpportunityId);
            if let Some((key, number)) = id {
                if self.index.ask(*number) {
                    let text = self.key_text(key);
                    self.question.ask_id(&text);
                }
            } else if compares && draft.has_opportunity && !draft.opportunity_failed {
                let link =
                    keys.iter().zip(numbers).find(|(key, _)| key.kind == KeyKind::ContactLink);
                let named =
                    link.and_then(|(_, number)| self.index.holders(*number).first().copied());
                let contact = self.contact_of(self.row_at(at)).or(named.map(|contact| contact.0));
                let Some(contact) = contact else { continue };
                let Some(id) = self.ledger.id(Object::Contact, contact) else { continue };
                if self.asked_deals.insert(contact) {
                    self.question.ask_contact_id(id);
                }
            }
        }
    }

    pub(super) fn absorb_opportunities(&mut self, found: &Found) {
        let settings = self.ledger.settings.clone();
        let wanted = settings.wanted(Object::Opportunity);
        self.ledger.opportunities.absorb(found, &settings.fields, wanted);
        while self.stored_deals.len() < self.ledger.opportunities.len() {
            let stored = u32::try_from(self.stored_deals.len()).expect("fewer than 2³¹ records");
            let deal = self.new_deal(stored, &settings);
            self.stored_deals.push(deal);
        }
        // A contact may have become known after its opportunity was read for the first time.
        let mut answered: Vec<u32> = Vec::new();
        for id in found.ids() {
            let stored = self.ledger.opportunities.find(id);
            answered.extend(stored.map(|stored| self.stored_deals[stored.0 as usize]));
        }
        answered.sort_unstable();
        answered.dedup();
        for deal in answered {
            let is_open = self.deal_states[deal as usize].contact == NONE;
            if is_open && !self.ledger.deals[deal as usize].has_rows() {
                self.find_stored_link(deal);
            }
        }
    }

    /// A new number for an opportunity, stored or new.
    fn new_deal(&mut self, stored: u32, settings: &Settings) -> u32 {
        let number = u32::try_from(self.ledger.deals.len()).expect("fewer than 2³¹ opportunities");
        let entry = Entry::new(stored);
        let (pipeline, status) = match entry.stored() {
            None => (None, Status::Blank),
            Some(id) => {
                let base = Base { settings, stored: Some((&self.ledger.opportunities, id)) };
                let deal = Deal::stored(base);
                (deal.pipeline.map(Cow::into_owned), Status::of(deal.status.as_deref()))
            }
        };
        let pipeline = self.pipeline_number(pipeline.as_deref());
        self.ledger.deals.push(entry);
        let is_consumed = self.ledger.met(Object::Opportunity, number).is_some();
        self.deal_states.push(State { pipeline, status, contact: NONE, is_consumed });
        number
    }

    fn pipeline_number(&mut self, id: Option<&str>) -> u32 {
        let Some(id) = id else { return NONE };
        let at = self.pipelines.iter().position(|other| other == id).unwrap_or_else(|| {
            self.pipelines.push(id.to_owned());
            self.pipelines.len() - 1
        });
        u32::try_from(at).unwrap_or(NONE)
    }

    /// Finds the number of the contact that a stored opportunity is linked to.
    fn find_stored_link(&mut self, deal: u32) {
        let Some(id) = self.stored_link(deal) else { return };
        let Some(stored) = self.ledger.contacts.find(id) else { return };
        let contact = self.stored_people[stored.0 as usize];
        self.deal_states[deal as usize].contact = contact;
        if self.ledger.settings.compares_opportunities() {
            self.deals_of.entry(contact).or_default().push(deal);
        }
    }

    /// The id of the contact that storage links an opportunity to.
    fn stored_link(&self, deal: u32) -> Option<&str> {
        let stored = self.ledger.deals[deal as usize].stored()?;
        self.ledger.opportunities.value(stored, FieldId::CONTACT_LINK)
    }

    /// Asks for the contacts of opportunities that bring tags and name no contact on their row (P8).
    pub(super) fn ask_linked(&mut self) {
        let settings = self.ledger.settings.clone();
        if !settings.account.opportunities.tag_linked || settings.opportunities.is_none() {
            return;
        }
        for at in 0..self.window.len() {
            let draft = self.drafts.rows[at];
            if !draft.has_tags || draft.opportunity_failed {
                continue;
            }
            let id = self.drafts.keys(&draft).iter().find(|key| key.kind == KeyKind::OpportunityId);
            let Some(deal) = id.and_then(|key| self.stored_deal(key)) else { continue };
            let Some(contact) = self.stored_link(deal) else { continue };
            if self.ledger.contacts.find(contact).is_none() {
                let contact = contact.to_owned();
                self.question.ask_id(&contact);
            }
        }
    }

    fn stored_deal(&self, key: &Key) -> Option<u32> {
        let stored = self.ledger.opportunities.find(&self.key_text(key))?;
        Some(self.stored_deals[stored.0 as usize])
    }

    pub(super) fn resolve_opportunities(&mut self) {
        let settings = self.ledger.settings.clone();
        let Some(mode) = settings.opportunities else { return };
        for at in 0..self.window.len() {
            if !self.drafts.rows[at].has_opportunity {
                continue;
            }
            let row = self.row_at(at);
            let (link, side) = if self.drafts.rows[at].opportunity_failed {
                (LinkTo::Nobody, Side::Nothing(Outcome::Fail))
            } else {
                let link = self.pair_row(at);
                (link, self.resolve_opportunity(&settings, mode, at, link))
            };
            self.write_down_opportunity(&settings, at, row, link, side);
        }
    }

    /// Whom the row names for its opportunity.
    fn pair_row(&self, at: usize) -> LinkTo<u32> {
        let draft = self.drafts.rows[at];
        let row = self.row_at(at);
        let side = match (self.contact_of(row), self.ledger.contact_rows[row as usize].outcome) {
            (Some(contact), _) => ContactSide::Is(contact),
            (None, Some(Outcome::Fail)) => ContactSide::Failed,
            (None, _) if self.failed_references.contains(&row) => ContactSide::Failed,
            (None, _) => ContactSide::Absent,
        };
        let first_key = self.drafts.first_key(&draft);
        let keys = self.drafts.keys(&draft);
        let named = match keys.iter().position(|key| key.kind == KeyKind::ContactLink) {
            None => Named::NotAtAll,
            Some(key) => {
                let holders = self.index.holders(self.numbers[first_key + key]);
                holders.first().map_or(Named::Unknown, |contact| Named::Is(contact.0))
            }
        };
        pair(side, named)
    }

    fn resolve_opportunity(
        &mut self,
        settings: &Settings,
        mode: Mode,
        at: usize,
        link: LinkTo<u32>,
    ) -> Side {
        if let LinkTo::Disagreement(a, b) = link {
            let names = [a, b].map(|contact| self.ledger.name(Object::Contact, contact));
            self.fail(at, IssueCode::ContactLinkConflict, None, Some(names.join(" and ")));
            return Side::Nothing(Outcome::Fail);
        }
        let draft = self.drafts.rows[at];
        let id =
            self.drafts.keys(&draft).iter().find(|k| k.kind == KeyKind::OpportunityId).copied();
        match id {
            None => self.resolve_unnamed(settings, mode, at, link),
            Some(key) => match self.stored_deal(&key) {
                None => {
                    let value = self.key_text(&key);
                    self.fail(at, IssueCode::OpportunityIdUnknown, Some(key.column), Some(value));
                    Side::Nothing(Outcome::Fail)
                }
                Some(deal) if mode == Mode::Create => self.skip_existing(at, deal, By::Id),
                Some(deal) => self.update(settings, at, deal, By::Id, link),
            },
        }
    }

    fn skip_existing(&mut self, at: usize, deal: u32, by: By) -> Side {
        let name = self.ledger.name(Object::Opportunity, deal);
        self.fail(at, IssueCode::OpportunityExists, None, Some(name));
        Side::Aside(deal, by, Outcome::Skip)
    }

    /// The row is folded into an opportunity that exists; what of its link (P6, P7)?
    fn update(
        &mut self,
        settings: &Settings,
        at: usize,
        deal: u32,
        by: By,
        link: LinkTo<u32>,
    ) -> Side {
        let joins = |links| Side::Joins { deal, by, links };
        let contact = match link {
            LinkTo::Contact(contact) => contact,
            LinkTo::FailedContact => {
                let why = self.failure_of(self.number_at(at));
                self.warn(at, IssueCode::ContactFailedLinkKept, None, Some(why));
                return joins(false);
            }
            LinkTo::UnknownId => {
                self.warn(
                    at,
                    IssueCode::ContactIdUnknown,
                    self.column_of(settings, FieldId::CONTACT_LINK),
                    None,
                );
                return joins(false);
            }
            LinkTo::Nobody | LinkTo::Disagreement(..) => return joins(false),
        };
        let Some(before) = self.current_link(deal) else { return joins(true) };
        if before == Current::Contact(contact) {
            return joins(true);
        }
        let name = match before {
            Current::Contact(other) => self.ledger.name(Object::Contact, other),
            Current::Stored(id)
                if self.ledger.id(Object::Contact, contact) == Some(id.as_str()) =>
            {
                return joins(true);
            }
            Current::Stored(id) => id,
        };
        match settings.account.opportunities.relink {
            Relink::Move => {
                let finding = Finding::row(IssueCode::OpportunityRelinked, self.number_at(at));
                self.findings.push(finding.object(Object::Opportunity).detail(name));
                joins(true)
            }
            Relink::Keep => {
                self.warn(at, IssueCode::OpportunityLinkKept, None, Some(name));
                joins(false)
            }
            Relink::Fail => {
                self.fail(at, IssueCode::OpportunityRelinkRefused, None, Some(name));
                Side::Nothing(Outcome::Fail)
            }
        }
    }

    /// Whom an opportunity belongs to after the rows so far.
    fn current_link(&self, deal: u32) -> Option<Current> {
        match self.deal_states[deal as usize].contact {
            NONE => self.stored_link(deal).map(|id| Current::Stored(id.to_owned())),
            contact => Some(Current::Contact(contact)),
        }
    }

    /// An opportunity without an id: matched by its fields, or new.
    fn resolve_unnamed(
        &mut self,
        settings: &Settings,
        mode: Mode,
        at: usize,
        link: LinkTo<u32>,
    ) -> Side {
        let fail = Side::Nothing(Outcome::Fail);
        let contact = match link {
            LinkTo::Contact(contact) => Some(contact),
            LinkTo::FailedContact => {
                let why = self.failure_of(self.number_at(at));
                self.fail(at, IssueCode::ContactFailed, None, Some(why));
                return fail;
            }
            LinkTo::UnknownId => {
                let column = self.column_of(settings, FieldId::CONTACT_LINK);
                self.fail(at, IssueCode::ContactIdUnknown, column, None);
                return fail;
            }
            LinkTo::Nobody | LinkTo::Disagreement(..) => None,
        };
        if let Some(contact) = contact {
            match self.match_opportunity(settings, mode, at, contact) {
                matching::Answer::Is(deal) if mode == Mode::Create => {
                    return self.skip_existing(at, deal, By::Match);
                }
                matching::Answer::Is(deal) => {
                    return self.update(settings, at, deal, By::Match, link);
                }
                matching::Answer::Fails => return fail,
                matching::Answer::New => {}
            }
        }
        if mode == Mode::Update {
            self.fail(at, IssueCode::OpportunityIdMissing, None, None);
            return fail;
        }
        if contact.is_none() && settings.account.opportunities.unlinked == Unlinked::Fail {
            self.fail(at, IssueCode::OpportunityContactMissing, None, None);
            return fail;
        }
        let Some(pipeline) = self.check_new(settings, at) else { return fail };
        if let Some(contact) = contact {
            let policy = settings.account.opportunities.duplicates;
            let other = (policy != Duplicates::Allow)
                .then(|| self.in_pipeline(contact, pipeline))
                .flatten();
            match (other, policy) {
                (Some(deal), Duplicates::Update) => {
                    return if mode == Mode::Create {
                        self.skip_existing(at, deal, By::Pipeline)
                    } else {
                        self.update(settings, at, deal, By::Pipeline, link)
                    };
                }
                (Some(deal), _) => {
                    let name = self.ledger.name(Object::Opportunity, deal);
                    self.fail(at, IssueCode::OpportunityDuplicate, None, Some(name));
                    return fail;
                }
                (None, _) => {}
            }
        }
        let deal = self.new_deal(NONE, settings);
        Side::Joins { deal, by: By::New, links: contact.is_some() }
    }

    /// Can the row's opportunity be created (O6, O7)? Gives the number of its pipeline.
    fn check_new(&mut self, settings: &Settings, at: usize) -> Option<u32> {
        let row = self.opportunity_row(self.row_at(at));
        let mut problems: Vec<Problem> = Vec::new();
        let mut deal = Deal::default();
        deal.take(settings, Pitch::of(settings, &row), true, |problem| problems.push(problem));
        let base = Base { settings, stored: None };
        let from =
            settings.opportunity_columns.partition_point(|c| c.field < FieldId::OPPORTUNITY_NAME);
        let to =
            settings.opportunity_columns.partition_point(|c| c.field <= FieldId::OPPORTUNITY_NAME);
        let name = crate::merge::effective(base, &settings.opportunity_columns[from..to], &[row]);
        let mut missing = Vec::new();
        if name.is_none() {
            missing.push("name");
        }
        let is_pipeline_bad = problems.iter().any(|p| p.code == IssueCode::PipelineUnknown);
        if settings.choices.has_pipelines() && deal.pipeline.is_none() && !is_pipeline_bad {
            missing.push("pipeline");
        }
        let pipeline = deal.pipeline.map(Cow::into_owned);
        let pipeline = self.pipeline_number(pipeline.as_deref());
        let mut is_fine = missing.is_empty();
        for problem in problems {
            if matches!(problem.code, IssueCode::PipelineUnknown | IssueCode::StageUnknown) {
                is_fine = false;
                self.report_problem(settings, at, problem, pipeline, Severity::Error);
            }
        }
        if !missing.is_empty() {
            self.fail(at, IssueCode::RequiredMissing, None, Some(missing.join(", ")));
        }
        is_fine.then_some(pipeline)
    }

    fn opportunity_row(&self, row: u32) -> RowOf<'_> {
        self.ledger.row(Object::Opportunity, row)
    }

    fn write_down_opportunity(
        &mut self,
        settings: &Settings,
        at: usize,
        row: u32,
        link: LinkTo<u32>,
        side: Side,
    ) {
        let named = if let LinkTo::Contact(contact) = link { contact } else { NONE };
        let (deal, by, outcome) = match side {
            Side::Nothing(outcome) => (NONE, By::New, outcome),
            Side::Aside(deal, by, outcome) => (deal, by, outcome),
            Side::Joins { deal, by, links } => {
                let entry = &mut self.ledger.deals[deal as usize];
                let is_first = !entry.has_rows();
                let previous = std::mem::replace(&mut entry.last_row, row);
                if is_first {
                    entry.first_row = row;
                }
                entry.name(row);
                let side = &mut self.ledger.opportunity_rows[row as usize];
                (side.previous, side.sets_link) = (previous, links);
                self.advance(settings, at, deal, is_first);
                if links {
                    self.link(deal, named);
                }
                self.give_tags(settings, at, deal, row);
                let is_first = is_first && !self.ledger.was_folded(Object::Opportunity, deal);
                (deal, by, if is_first { Outcome::Create } else { Outcome::Merged })
            }
        };
        let side = &mut self.ledger.opportunity_rows[row as usize];
        (side.deal, side.by, side.contact) = (deal, by, named);
        side.outcome = Some(outcome);
    }

    fn link(&mut self, deal: u32, contact: u32) {
        let state = &mut self.deal_states[deal as usize];
        let is_new = std::mem::replace(&mut state.contact, contact) != contact;
        if is_new && self.ledger.settings.compares_opportunities() {
            self.deals_of.entry(contact).or_default().push(deal);
        }
    }

    /// Brings the state of an opportunity up to this row, and notes what of the row cannot be used.
    fn advance(&mut self, settings: &Settings, at: usize, deal: u32, is_first: bool) {
        let state = self.deal_states[deal as usize];
        let is_new = is_first && self.ledger.deals[deal as usize].is_new();
        let pipeline = self.pipelines.get(state.pipeline as usize).cloned();
        let mut now = Deal {
            pipeline: pipeline.map(Cow::Owned),
            status: state.status.text(),
            ..Deal::default()
        };
        let mut problems: Vec<Problem> = Vec::new();
        let row = self.opportunity_row(self.row_at(at));
        now.take(settings, Pitch::of(settings, &row), is_new, |problem| problems.push(problem));
        let (pipeline, status) =
            (now.pipeline.map(Cow::into_owned), Status::of(now.status.as_deref()));
        let pipeline = self.pipeline_number(pipeline.as_deref());
        let contact = state.contact;
        self.deal_states[deal as usize] = State { pipeline, status, contact, is_consumed: true };
        for problem in problems {
            self.report_problem(settings, at, problem, pipeline, Severity::Warning);
        }
    }

    fn report_problem(
        &mut self,
        settings: &Settings,
        at: usize,
        problem: Problem,
        pipeline: u32,
        severity: Severity,
    ) {
        let number = self.number_at(at);
        let mut finding = Finding::row(problem.code, number).object(Object::Opportunity);
        (finding.severity, finding.column) = (severity, problem.column);
        let cell = problem.column.and_then(|column| {
            let (block, row) = self.ledger.locate(number.0 - 1);
            let columns = &settings.opportunity_columns;
            let column = columns.iter().find(|other| other.index() == Some(column))?;
            Some((column, crate::normalize::trim(column.text(block, row))))
        });
        let mut detail = problem.detail;
        if let Some((column, cell)) = cell {
            let pipeline = self.pipelines.get(pipeline as usize).map_or("", String::as_str);
            let nearest = settings.choices.nearest(column.kind, column.field, pipeline, cell);
            if detail.is_none() && !nearest.is_empty() {
                detail = Some(format!("the nearest are {}", nearest.join(", ")));
            }
        }
        finding.detail = detail.map(Into::into);
        self.findings.push(finding);
        if let (Severity::Warning, Some(column)) = (severity, problem.column) {
            if problem.code == IssueCode::LostReasonUnused {
                return;
            }
            let dropped = Dropped { row: number, column, item: 0 };
            self.ledger.dropped_of_opportunities.push(dropped);
            self.ledger.opportunity_rows[number.index()].has_dropped = true;
        }
    }

    /// Tags on an opportunity go to the contact it is linked to (P8).
    fn give_tags(&mut self, settings: &Settings, at: usize, deal: u32, row: u32) {
        if !self.drafts.rows[at].has_tags || !settings.account.opportunities.tag_linked {
            return;
        }
        if self.deal_states[deal as usize].contact == NONE {
            self.find_stored_link(deal);
        }
        let contact = self.deal_states[deal as usize].contact;
        if contact != NONE {
            self.ledger.gifts.push((contact, row));
        }
    }

    fn column_of(&self, settings: &Settings, field: FieldId) -> Option<u16> {
        settings.opportunity_columns.iter().find(|column| column.field == field)?.index()
    }

    fn fail(&mut self, at: usize, code: IssueCode, column: Option<u16>, detail: Option<String>) {
        let mut finding = Finding::row(code, self.number_at(at)).object(Object::Opportunity);
        finding.column = column;
        if code == IssueCode::OpportunityIdUnknown {
            finding.value = detail.map(Into::into);
        } else {
            finding.detail = detail.map(Into::into);
        }
        self.findings.push(finding);
    }

    fn warn(&mut self, at: usize, code: IssueCode, column: Option<u16>, detail: Option<String>) {
        let mut finding = Finding::row(code, self.number_at(at)).object(Object::Opportunity);
        finding.severity = Severity::Warning;
        finding.column = column;
        finding.detail = detail.map(Into::into);
        self.findings.push(finding);
    }

    /// Reads one cell of a row for comparison with a stored opportunity.
    fn said<'p>(
        &'p self,
        settings: &'p Settings,
        at: usize,
        field: FieldId,
    ) -> Option<crate::Value<'p>> {
        let row = self.opportunity_row(self.row_at(at));
        settings.opportunity_columns.iter().filter(|column| column.field == field).find_map(
            |column| match column.read(column.text(row.block, row.at), None, &settings.choices) {
                Cell::Value(value) => Some(value),
                _ => None,
            },
        )
    }
}

/// Whom an opportunity belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Current {
    Contact(u32),
    /// A stored contact that the plan has not met.
    Stored(String),
}

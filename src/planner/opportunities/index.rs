//! [`OpportunityIndex`]: finds the stored opportunities that a row may be matched with by its fields (O5).

use super::compared::{Compared, Compares, Dates};
use crate::draft::{Settings, normalize_stored};
use crate::field::{FieldId, FieldKind};
use crate::maps::Map;
use crate::merge::fold_opportunity;
use crate::object::{ContactNumber, OpportunityNumber};
use crate::plan::{Changes, Claim};
use crate::planner::Planner;
use crate::value::Value;

/// A stored opportunity that a row may match.
#[derive(Debug)]
pub(super) struct Candidate {
    pub(super) opportunity: OpportunityNumber,
    pub(super) dates: Dates,
}

/// A contact, and the values that have to agree exactly.
pub(super) type Place = (ContactNumber, String);

/// The stored opportunities of contacts, so ordered that a row looks only at those that it may match.
#[derive(Debug, Default)]
pub(super) struct OpportunityIndex {
    /// Those that agree exactly, in ascending order of ids.
    pub(super) alike: Map<Place, Vec<Candidate>>,
    /// How many of the opportunities of each contact were considered for the index.
    known: Map<ContactNumber, usize>,
}

impl Planner {
    /// Adds the stored opportunities of a contact to the index, if they are not in it yet.
    pub(super) fn index_opportunities(&mut self, settings: &Settings, contact: ContactNumber) {
        let opportunities =
            self.opportunities.of_contact.get(&contact).map_or(&[][..], Vec::as_slice);
        let known = self.opportunities.index.known.get(&contact).copied().unwrap_or_default();
        if opportunities.len() == known {
            return;
        }
        let is_free = |opportunity: &OpportunityNumber| {
            self.opportunities.states[opportunity.index()].claim != Claim::Consumed
        };
        let mut fresh: Vec<OpportunityNumber> =
            opportunities[known..].iter().copied().filter(is_free).collect();
        fresh.sort_by(|a, b| self.ledger.compare(*a, *b));
        self.opportunities.index.known.insert(contact, opportunities.len());
        for opportunity in fresh {
            self.put_in_index(settings, opportunity);
        }
    }

    /// Adds an opportunity of a contact to the index, as the rows so far leave it.
    pub(super) fn put_in_index(&mut self, settings: &Settings, opportunity: OpportunityNumber) {
        let Some((place, dates)) = self.place_in_index(settings, opportunity) else { return };
        let alike = self.opportunities.index.alike.entry(place).or_default();
        let order = |other: &Candidate| self.ledger.compare(other.opportunity, opportunity).is_lt();
        let at = alike.partition_point(order);
        if alike.get(at).is_none_or(|other| other.opportunity != opportunity) {
            alike.insert(at, Candidate { opportunity, dates });
        }
    }

    /// Takes an opportunity out of the index, before a row is folded into it.
    pub(super) fn take_from_index(&mut self, settings: &Settings, opportunity: OpportunityNumber) {
        let Some((place, _)) = self.place_in_index(settings, opportunity) else { return };
        if let Some(alike) = self.opportunities.index.alike.get_mut(&place) {
            alike.retain(|other| other.opportunity != opportunity);
        }
    }

    /// The place of an opportunity in the index and its dates, as the rows so far leave it. `None` if no row can be
    /// matched with it.
    fn place_in_index(
        &self,
        settings: &Settings,
        opportunity: OpportunityNumber,
    ) -> Option<(Place, Dates)> {
        let matching = settings.account.opportunities.matching.as_ref()?;
        let contact = self.opportunities.states[opportunity.index()].contact?;
        let mut changes = Changes::default();
        if self.ledger.opportunities[opportunity.index()].has_rows() {
            let base = self.ledger.base(opportunity);
            fold_opportunity(base, &self.ledger.rows(opportunity), &mut changes);
        }
        let compared = Compared::of(settings, matching, |field| {
            match (0..changes.len()).find(|at| changes.field(*at) == field) {
                Some(at) => changes.after(at).collect(),
                None => self.stored_values(settings, opportunity, field),
            }
        })?;
        Some(((contact, compared.exact), compared.dates))
    }

    /// The stored values of a field of an opportunity, read as the kind of the field.
    fn stored_values<'p>(
        &'p self,
        settings: &'p Settings,
        opportunity: OpportunityNumber,
        field: FieldId,
    ) -> Compares<'p> {
        let Some(stored) = self.ledger.opportunities[opportunity.index()].stored() else {
            return Compares::new();
        };
        let kind = settings.fields.get(field).kind;
        let shown = self.ledger.stored_opportunities.values(stored, field);
        let read = |shown| match kind {
            FieldKind::Pipeline => Value::text(settings.choices.pipeline(shown).unwrap_or(shown)),
            FieldKind::Stage => {
                let pipeline = self.opportunities.states[opportunity.index()].pipeline;
                let pipeline = self.opportunities.pipeline(pipeline).unwrap_or_default();
                Value::text(settings.choices.stage(pipeline, shown).unwrap_or(shown))
            }
            FieldKind::User => Value::text(settings.choices.user(shown).unwrap_or(shown)),
            _ if settings.choices.has_options(field) => {
                Value::text(settings.choices.option(field, shown).unwrap_or(shown))
            }
            _ => normalize_stored(kind, shown, None, &settings.choices),
        };
        shown.map(read).collect()
    }
}

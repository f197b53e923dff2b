//! [`FinalRecord`]: a record as it is after the import, to be compared with the cells of the file.

use super::{ChangeSet, Changes, Ledger, fold_record};
use crate::draft::{Cell, Column, region};
use crate::field::FieldId;
use crate::mapping::Merge;
use crate::maps::{Map, Set};
use crate::merge::{Addresses, Base, RowOf, has_note};
use crate::normalize::{self, OptionSet};
use crate::object::{ContactNumber, RecordRef};
use crate::value::Value;

/// The items of a list, each as its [key](item_key).
pub(super) type Items = Set<String>;

/// Whether the record has the value of a cell. If a cell has several items, the greatest of their answers counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Holding {
    Holds,
    HoldsNot,
    /// The cell cannot be used, or not all of it.
    Unusable,
}

/// A record after all its rows have been folded into it.
pub(super) struct FinalRecord<'p> {
    ledger: &'p Ledger,
    base: Base<'p>,
    changes: ChangeSet<'p>,
    link: Option<ContactNumber>,
    /// The items of those lists that were asked for.
    lists: Map<FieldId, Items>,
}

impl<'p> FinalRecord<'p> {
    pub(super) fn of(ledger: &'p Ledger, step: RecordRef) -> Self {
        let mut changes = Changes::default();
        fold_record(ledger, step, &mut changes);
        let changes = ChangeSet { changes, fields: &ledger.settings.fields };
        let base = ledger.base(step);
        FinalRecord { ledger, base, changes, link: ledger.link_of(step), lists: Map::default() }
    }

    fn values(&self, field: FieldId) -> Vec<Value<'_>> {
        match self.changes.iter().find(|change| change.field_id() == field) {
            Some(change) => change.after().map(Value::into_owned).collect(),
            None => self.base.values(field).collect(),
        }
    }

    /// Whether the record holds the value of a cell.
    pub(super) fn holds(&mut self, column: &Column, row: &RowOf<'_>) -> Holding {
        let settings = &self.ledger.settings;
        let text = column.claim(&row.cells);
        let region = region(settings, &row.cells);
        match column.field {
            FieldId::CONTACT_ID | FieldId::OPPORTUNITY_ID => return Holding::Holds,
            FieldId::CONTACT_LINK => {
                let named = column.mapped(normalize::trim(text));
                let link = match self.link {
                    Some(contact) => self.ledger.id(contact),
                    None => self.base.shown(FieldId::CONTACT_LINK).next(),
                };
                return held(link == Some(named));
            }
            _ => {}
        }
        if column.is_clear_token(normalize::trim(text)) {
            return held(self.values(column.field).is_empty());
        }
        if column.is_list || Addresses::of_field(column.field).is_some() {
            let listed = settings.choices.listed(column.kind, column.field);
            let list = self.list(column.field);
            let mut answer = Holding::Holds;
            column.read_items(text, region, &settings.choices, |_, read| {
                let is_held = |item: Value<'_>| list.contains(&item_key(listed, &item));
                answer = answer.max(read.map_or(Holding::Unusable, |item| held(is_held(item))));
            });
            return answer;
        }
        match column.read(text, region, &settings.choices) {
            // The value map says that the cell means nothing.
            Cell::Blank => Holding::Holds,
            Cell::Clear => held(self.values(column.field).is_empty()),
            Cell::Invalid(_) => Holding::Unusable,
            Cell::Value(value) => {
                let now = self.values(column.field);
                held(now.first().is_some_and(|now| self.is_said(column, now, &value)))
            }
        }
    }

    /// The items of a list. Those of both address fields of one kind count together.
    pub(super) fn list(&mut self, field: FieldId) -> &Items {
        if !self.lists.contains_key(&field) {
            let mut values = self.values(field);
            if let Some(kind) = Addresses::of_field(field) {
                values.extend(self.values(kind.other(field)));
            }
            let settings = &self.ledger.settings;
            let listed = settings.choices.listed(settings.fields.get(field).kind, field);
            let items = values.iter().map(|item| item_key(listed, item)).collect();
            self.lists.insert(field, items);
        }
        &self.lists[&field]
    }

    /// Whether a value of the record is the same as that of a cell.
    fn is_said(&self, column: &Column, now: &Value<'_>, said: &Value<'_>) -> bool {
        let choices = &self.ledger.settings.choices;
        let (Value::Text(now), Value::Text(said)) = (now, said) else { return now == said };
        match column.field {
            FieldId::PIPELINE => choices.pipeline(now).unwrap_or(now) == said,
            FieldId::STATUS => choices.status(now).unwrap_or(now) == said,
            FieldId::LOST_REASON => {
                choices.option(FieldId::LOST_REASON, now).unwrap_or(now) == said
            }
            FieldId::STAGE => {
                let pipelines = self.values(FieldId::PIPELINE);
                let pipeline = pipelines.first().map(Value::to_text).unwrap_or_default();
                let id = |text| choices.stage(&pipeline, text).ok().map(str::to_owned);
                id(now).is_some() && id(now) == id(said)
            }
            _ if column.merge == Merge::Append => has_note(now, said),
            _ => normalize::looks_like(now, said),
        }
    }
}

fn held(is_held: bool) -> Holding {
    if is_held { Holding::Holds } else { Holding::HoldsNot }
}

/// What makes two items of a list the same: the id of the option or user that the account lists, or else the text,
/// whatever its case.
fn item_key(listed: Option<&OptionSet>, item: &Value<'_>) -> String {
    let known = listed.and_then(|listed| Some(listed.id(listed.find(&item.to_text()).ok()?)));
    known.map_or_else(|| folded(item), str::to_owned)
}

/// The text of an item without its case.
pub(super) fn folded(item: &Value<'_>) -> String {
    normalize::folded(&item.to_text())
}

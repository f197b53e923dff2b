//! [`Table`]: the steps of a batch as columns, for array parameters and COPY.

use super::batch::{BatchStep, Link};
use super::checkpoint::Token;
use super::receipts::Receipts;
use crate::field::{Field, FieldId};
use crate::maps::Set;
use crate::value::Value;

/// Steps of one object and one operation, column by column: position `i` of every column belongs to the
/// same step.
///
/// ```
/// # use crm_import::storage::{Batch, Cell, Op};
/// # use crm_import::Object;
/// // INSERT INTO contacts (token, email) SELECT * FROM unnest($1, $2)
/// fn inserts(batch: &Batch<'_>) -> (Vec<String>, Vec<Option<String>>) {
///     let table = batch.table(Object::Contact, Op::Create);
///     let tokens = table.tokens().map(|token| token.to_string()).collect();
///     let email = |cell| match cell {
///         Cell::Set(email) => Some(format!("{email}")),
///         Cell::Keep | Cell::Clear => None,
///     };
///     let emails = table.field("email").into_iter().flat_map(|field| table.column(field));
///     (tokens, emails.map(email).collect())
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Table<'a> {
    steps: Vec<BatchStep<'a>>,
}

/// What a step does to a field with a single value.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell<'a> {
    /// Leave it as it is.
    Keep,
    /// Clear it.
    Clear,
    /// Write this value.
    Set(Value<'a>),
}

/// An item of a list that a step adds or removes.
#[derive(Clone, Debug, PartialEq)]
pub struct Item<'a> {
    /// The position of the step in the table.
    pub step: usize,
    /// The position of the item in the new list if it is added, and in the old one if it is removed.
    pub position: usize,
    /// The item.
    pub value: Value<'a>,
    /// Whether the item is added (`true`) or removed (`false`).
    pub is_added: bool,
}

impl<'a> Table<'a> {
    pub(super) fn new(steps: Vec<BatchStep<'a>>) -> Self {
        Table { steps }
    }

    /// The number of steps.
    pub fn len(&self) -> usize {
        self.steps.len()
    }

    /// Whether there are no steps.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// The steps.
    pub fn steps(&self) -> &[BatchStep<'a>] {
        &self.steps
    }

    /// Keeps only the steps for which `is_written` is true, so that the columns leave out the others: those that were
    /// written before, are [stale](BatchStep::is_stale), or want a key that another record has.
    ///
    /// ```
    /// # use std::collections::HashMap;
    /// # use crm_import::storage::{Batch, Op, Receipts, Token};
    /// # use crm_import::Object;
    /// /// `known` are the tokens of the batch that are stored already, with the ids of their records.
    /// fn ids_to_update(
    ///     batch: &Batch<'_>,
    ///     known: &HashMap<Token, String>,
    ///     receipts: &mut Receipts,
    /// ) -> Vec<String> {
    ///     let mut updates = batch.table(Object::Contact, Op::Update);
    ///     updates.retain(|step| match known.get(&step.token()) {
    ///         Some(id) => {
    ///             receipts.already_applied(step.token(), id);
    ///             false
    ///         }
    ///         None => true,
    ///     });
    ///     updates.ids().map(str::to_owned).collect()
    /// }
    /// ```
    pub fn retain(&mut self, is_written: impl FnMut(&BatchStep<'a>) -> bool) {
        self.steps.retain(is_written);
    }

    /// The token of each step.
    pub fn tokens(&self) -> impl ExactSizeIterator<Item = Token> {
        self.steps.iter().map(BatchStep::token)
    }

    /// The id of each record; "" for a create.
    pub fn ids(&self) -> impl ExactSizeIterator<Item = &'a str> {
        self.steps.iter().map(BatchStep::id)
    }

    /// The version of each record when it was read.
    pub fn versions(&self) -> impl ExactSizeIterator<Item = Option<&'a str>> {
        self.steps.iter().map(BatchStep::version)
    }

    /// The contact of each opportunity. Ask after the contacts of the batch have their receipts.
    pub fn contact_ids<'r>(&'r self, receipts: &'r Receipts) -> impl Iterator<Item = Link<'r>> {
        self.steps.iter().map(move |step| step.link(receipts))
    }

    /// The fields that any of the steps changes, in the order of the account's fields.
    pub fn fields(&self) -> Vec<(FieldId, &'a Field)> {
        let mut fields: Vec<(FieldId, &'a Field)> = Vec::new();
        for change in self.steps.iter().flat_map(BatchStep::changes) {
            if !fields.iter().any(|(id, _)| *id == change.field_id()) {
                fields.push((change.field_id(), change.field()));
            }
        }
        fields.sort_unstable_by_key(|(id, _)| *id);
        fields
    }

    /// The id of the field with this key, if any of the steps changes it.
    pub fn field(&self, key: &str) -> Option<FieldId> {
        let mut changes = self.steps.iter().flat_map(BatchStep::changes);
        changes.find(|change| change.key() == key).map(|change| change.field_id())
    }

    /// What the steps do to a field with a single value: one cell for each step.
    pub fn column(&self, field: FieldId) -> impl ExactSizeIterator<Item = Cell<'a>> {
        self.steps.iter().map(move |step| match step.change_of(field) {
            None => Cell::Keep,
            Some(change) => change.value().map_or(Cell::Clear, Cell::Set),
        })
    }

    /// The items that the steps add to a list, or remove from it.
    pub fn items(&self, field: FieldId) -> Vec<Item<'a>> {
        let mut items = Vec::new();
        for (at, step) in self.steps.iter().enumerate() {
            let Some(change) = step.change_of(field) else { continue };
            let (before, after): (Vec<_>, Vec<_>) =
                (change.before().collect(), change.after().collect());
            // Sets: a list may be long.
            let texts = |values: &[Value<'a>]| -> Set<String> {
                values.iter().map(ToString::to_string).collect()
            };
            let (old, new) = (texts(&before), texts(&after));
            for (position, value) in before.into_iter().enumerate() {
                if !new.contains(&value.to_string()) {
                    items.push(Item { step: at, position, value, is_added: false });
                }
            }
            for (position, value) in after.into_iter().enumerate() {
                if !old.contains(&value.to_string()) {
                    items.push(Item { step: at, position, value, is_added: true });
                }
            }
        }
        items
    }
}

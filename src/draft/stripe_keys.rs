//! [`StripeKeys`]: the keys that the rows of a stripe offer, collected column by column and written row by row.

use super::checked_column::Check;
use super::drafter::position;
use super::side::SideColumns;
use super::{Key, KeyKind, KeyText, Rule, Shape};
use crate::source::{Stripe, rows_of};

/// Stands in places that no key has been written to yet.
const NO_KEY: Key =
    Key { kind: KeyKind::Rule(0), column: 0, item: 0, hash: 0, text: KeyText::Phone };

/// See the [module](self).
#[derive(Debug)]
pub(super) struct StripeKeys {
    /// For each column, in the order in which they are checked.
    pub(super) emails: Vec<KeyColumn>,
    pub(super) phones: Vec<KeyColumn>,
    /// The keys of records that are named by their ids.
    pub(super) contact_ids: Vec<KeyColumn>,
    pub(super) opportunity_ids: Vec<KeyColumn>,
    /// For each rule, its keys that are neither addresses nor phones.
    pub(super) combined: Vec<KeyColumn>,
}

/// The keys that one column gives to the rows of a stripe.
#[derive(Clone, Debug)]
pub(super) struct KeyColumn {
    /// The rows with a key.
    rows: u64,
    /// The first key of each row.
    first: [Key; Stripe::ROWS],
    /// Further keys of rows that have several, each with its row.
    more: Vec<(usize, Key)>,
}

impl StripeKeys {
    /// Room for the keys of the columns of both objects.
    pub(super) fn new(
        contact: &SideColumns<'_>,
        opportunity: &SideColumns<'_>,
        rules: &[Rule],
    ) -> Self {
        let columns = |side: &SideColumns<'_>, check| vec![KeyColumn::default(); side.count(check)];
        StripeKeys {
            emails: columns(contact, Check::Email),
            phones: columns(contact, Check::Phone),
            contact_ids: columns(contact, Check::Id),
            opportunity_ids: columns(opportunity, Check::Id),
            combined: vec![KeyColumn::default(); rules.len()],
        }
    }

    /// The rows with an e-mail address or a phone.
    pub(super) fn rows_with_addresses(&self) -> u64 {
        self.emails.iter().chain(&self.phones).fold(0, |rows, column| rows | column.rows)
    }

    /// Adds the keys row by row, and returns where those of each row begin. Within a row the ids of contacts
    /// come first, then the keys of each rule, then the ids of opportunities.
    pub(super) fn write(&self, rules: &[Rule], keys: &mut Vec<Key>) -> [u32; Stripe::ROWS] {
        let mut counts = [0; Stripe::ROWS];
        self.each_column(rules, |column, _| column.count(&mut counts));
        let mut end = position(keys.len());
        let starts = counts.map(|count| {
            end += count;
            end - count
        });
        keys.resize(end as usize, NO_KEY);
        let mut next = starts;
        self.each_column(rules, |column, kind| {
            column.each(|row, key| {
                keys[next[row] as usize] = Key { kind: kind.unwrap_or(key.kind), ..key };
                next[row] += 1;
            });
        });
        starts
    }

    /// Shows the columns in the order in which a row offers their keys. For a column under a rule, also shows the kind
    /// that its keys get. A column of addresses is shown once for each rule that uses it.
    fn each_column(&self, rules: &[Rule], mut show: impl FnMut(&KeyColumn, Option<KeyKind>)) {
        self.contact_ids.iter().for_each(|column| show(column, None));
        for (number, rule) in rules.iter().enumerate() {
            let kind = KeyKind::of_rule(number);
            let columns = match rule.shape {
                Shape::Emails => &self.emails[..],
                Shape::Phones => &self.phones[..],
                Shape::Text(_) | Shape::Combined(_) => &self.combined[number..=number],
            };
            columns.iter().for_each(|column| show(column, Some(kind)));
        }
        self.opportunity_ids.iter().for_each(|column| show(column, None));
    }

    /// Forgets the stripe.
    pub(super) fn clear(&mut self) {
        let StripeKeys { emails, phones, contact_ids, opportunity_ids, combined } = self;
        for columns in [emails, phones, contact_ids, opportunity_ids, combined] {
            for column in columns {
                column.rows = 0;
                column.more.clear();
            }
        }
    }
}

impl KeyColumn {
    /// Adds a key of a row. Rows come in order.
    #[inline]
    pub(super) fn push(&mut self, row: usize, key: Key) {
        if self.rows >> row & 1 == 0 {
            self.rows |= 1 << row;
            self.first[row] = key;
        } else {
            self.more.push((row, key));
        }
    }

    /// Counts the keys of each row.
    fn count(&self, counts: &mut [u32; Stripe::ROWS]) {
        rows_of(self.rows).for_each(|row| counts[row] += 1);
        self.more.iter().for_each(|(row, _)| counts[*row] += 1);
    }

    /// Shows each key with its row. The keys of one row are in order, but rows are not.
    fn each(&self, mut show: impl FnMut(usize, Key)) {
        rows_of(self.rows).for_each(|row| show(row, self.first[row]));
        self.more.iter().for_each(|(row, key)| show(*row, *key));
    }

    /// The keys of one row.
    pub(super) fn of_row(&self, row: usize) -> impl Iterator<Item = Key> {
        let first = (self.rows >> row & 1 == 1).then_some(self.first[row]);
        let more = self.more.iter().filter(move |(of, _)| *of == row);
        first.into_iter().chain(more.map(|(_, key)| *key))
    }
}

impl Default for KeyColumn {
    fn default() -> Self {
        KeyColumn { rows: 0, first: [NO_KEY; Stripe::ROWS], more: Vec::new() }
    }
}

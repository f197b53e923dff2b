//! [`Offered`]: what the rows of a stripe offer to find records by, before it is written row by row.

use super::side::Side;
use super::watch::Look;
use super::{Key, KeyKind, KeyText};
use crate::source::Stripe;

/// See the [module](self).
#[derive(Debug)]
pub(super) struct Offered {
    /// By column, in the order in which they are looked at.
    pub(super) emails: Vec<KeyColumn>,
    pub(super) phones: Vec<KeyColumn>,
    /// The keys of records that are named by their ids.
    pub(super) contact_ids: Vec<KeyColumn>,
    pub(super) opportunity_ids: Vec<KeyColumn>,
}

/// The keys that one column gives to the rows of a stripe.
#[derive(Clone, Debug)]
pub(super) struct KeyColumn {
    /// The rows with a key.
    rows: u64,
    /// The first key of each row.
    first: [Key; Stripe::ROWS],
    /// The rows with several, and their further keys, by row.
    crowded: u64,
    more: Vec<(usize, Key)>,
}

impl Offered {
    /// By the columns of both objects.
    pub(super) fn new(contact: &Side<'_>, opportunity: &Side<'_>) -> Self {
        let columns = |side: &Side<'_>, look| vec![KeyColumn::default(); side.count(look)];
        Offered {
            emails: columns(contact, Look::Email),
            phones: columns(contact, Look::Phone),
            contact_ids: columns(contact, Look::Id),
            opportunity_ids: columns(opportunity, Look::Id),
        }
    }

    /// The rows with an e-mail address or a phone.
    pub(super) fn rows_with_addresses(&self) -> u64 {
        self.emails.iter().chain(&self.phones).fold(0, |rows, column| rows | column.rows)
    }

    /// Forgets the stripe.
    pub(super) fn clear(&mut self) {
        for columns in
            [&mut self.emails, &mut self.phones, &mut self.contact_ids, &mut self.opportunity_ids]
        {
            for column in columns {
                (column.rows, column.crowded) = (0, 0);
                column.more.clear();
            }
        }
    }
}

impl KeyColumn {
    /// Adds a key of a row; rows come in their order.
    #[inline]
    pub(super) fn push(&mut self, row: usize, key: Key) {
        if self.rows >> row & 1 == 0 {
            self.rows |= 1 << row;
            self.first[row] = key;
        } else {
            self.crowded |= 1 << row;
            self.more.push((row, key));
        }
    }

    /// Shows the keys of a row.
    #[inline]
    pub(super) fn each(&self, row: usize, mut show: impl FnMut(Key)) {
        if self.rows >> row & 1 == 0 {
            return;
        }
        show(self.first[row]);
        if self.crowded >> row & 1 == 1 {
            let start = self.more.partition_point(|(of, _)| *of < row);
            let more = self.more[start..].iter().take_while(|(of, _)| *of == row);
            more.for_each(|(_, key)| show(*key));
        }
    }
}

impl Default for KeyColumn {
    fn default() -> Self {
        let none =
            Key { kind: KeyKind::Rule(0), column: 0, item: 0, hash: 0, text: KeyText::Phone };
        KeyColumn { rows: 0, first: [none; Stripe::ROWS], crowded: 0, more: Vec::new() }
    }
}

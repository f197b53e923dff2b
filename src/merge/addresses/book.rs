//! [`AddressBook`]: the e-mail addresses of a contact, or its phones, while rows are folded into it.

use smallvec::SmallVec;

use super::said::{Said, SaidAddress};
use super::{Addresses, Surplus};
use crate::account::Promote;
use crate::draft::Settings;
use crate::mapping::Merge;
use crate::merge::{Base, RowOf, RowRole, takes};
use crate::value::Value;

/// See the [module](self).
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct AddressBook<'p> {
    pub(crate) primary: Option<Value<'p>>,
    pub(crate) additional: SmallVec<[Value<'p>; 2]>,
    /// Whether a row of this file has given the address that is the primary one now, in whichever column. Then no later
    /// blank clears it (W3).
    pub(in crate::merge) is_primary_given: bool,
    /// The same for one of the additional addresses.
    pub(in crate::merge) is_additional_given: bool,
}

impl<'p> AddressBook<'p> {
    /// How many additional addresses of one kind a contact has at most (V1).
    pub(crate) const LIMIT: usize = 10;

    /// The stored addresses of a contact.
    pub(crate) fn stored(base: Base<'p>, kind: Addresses) -> Self {
        if base.is_new() {
            return AddressBook::default();
        }
        let primary = base.values(kind.primary()).next();
        let mut book = AddressBook {
            primary,
            is_primary_given: base.is_given(kind.primary()),
            is_additional_given: base.is_given(kind.additional()),
            ..AddressBook::default()
        };
        for value in base.values(kind.additional()) {
            if !book.holds(&value) {
                book.additional.push(value);
            }
        }
        book
    }

    /// The same book with values of its own.
    pub(crate) fn into_owned(self) -> AddressBook<'static> {
        AddressBook {
            primary: self.primary.map(Value::into_owned),
            additional: self.additional.into_iter().map(Value::into_owned).collect(),
            is_primary_given: self.is_primary_given,
            is_additional_given: self.is_additional_given,
        }
    }

    /// A copy of a book that was kept, to fold further rows into.
    pub(crate) fn from_kept(kept: &AddressBook<'static>) -> Self {
        let copy = |value: &Value<'static>| -> Value<'p> { value.clone() };
        AddressBook {
            primary: kept.primary.as_ref().map(copy),
            additional: kept.additional.iter().map(copy).collect(),
            is_primary_given: kept.is_primary_given,
            is_additional_given: kept.is_additional_given,
        }
    }

    pub(crate) fn holds(&self, value: &Value<'_>) -> bool {
        self.primary.as_ref() == Some(value) || self.additional.contains(value)
    }

    /// All addresses, the primary one first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Value<'p>> {
        self.primary.iter().chain(&self.additional)
    }

    /// Removes what a row clears or replaces, except for addresses of the row itself.
    pub(super) fn remove(
        &mut self,
        settings: &Settings,
        kind: Addresses,
        row: &RowOf<'p>,
        said: &Said<'p>,
    ) {
        if said.replaces_list || (said.clears_list && !self.is_additional_given) {
            self.additional.retain(|held| said.says(held));
        }
        if said.says_all {
            self.primary.take_if(|primary| !said.says(primary));
        }
        if !said.clears_primary {
            return;
        }
        // If the row has an address that the contact carries, in whichever column, and a match rule uses such
        // addresses, the primary address is not cleared: the row has found the contact by it (W3). That also holds if
        // an earlier rule has decided, because with the next import this rule may decide (L3).
        let is_key = row.rule.is_some()
            && settings.rules.iter().any(|rule| rule.has(kind.primary()))
            && said.addresses.iter().any(|said| self.holds(&said.value));
        // If a row has given any address, the primary one is not cleared either: with the next import, the given
        // address would become the primary one (V3, L3).
        let is_given = self.is_primary_given || self.is_additional_given;
        let is_said = self.primary.as_ref().is_some_and(|primary| said.says(primary));
        if !is_key && !is_given && !is_said {
            self.primary = None;
        }
    }

    /// Takes the addresses of a row, as far as the merge rules of its columns take them. Those for which there is no
    /// room are handed to `no_room`.
    pub(super) fn take(
        &mut self,
        settings: &Settings,
        kind: Addresses,
        said: Said<'p>,
        role: RowRole,
        mut no_room: impl FnMut(Surplus<'p>),
    ) {
        self.is_primary_given |= said.gives_primary_in_vain;
        self.is_additional_given |= said.gives_more_in_vain;
        let room = room_for(settings, kind);
        let had_primary = self.primary.is_some();
        let mut had_list = !self.additional.is_empty();
        let mut addresses = said.addresses.into_iter().peekable();
        let is_primary = |said: &SaidAddress<'p>| said.column.field == kind.primary();
        if let Some(SaidAddress { column, place, value }) = addresses.next_if(is_primary)
            && let Some(value) = self.take_primary(settings, value, column.merge, role, room)
        {
            no_room((column.index(), place, value));
        }
        for SaidAddress { column, place, value } in addresses {
            self.is_primary_given |= self.primary.as_ref() == Some(&value);
            self.is_additional_given = true;
            // The last additional address may have become the primary one. And a blank primary address is filled from
            // any column (V3).
            had_list &= !self.additional.is_empty();
            let is_filled = match column.field == kind.primary() {
                true => had_primary,
                false => had_list && self.primary.is_some(),
            };
            if takes(column.merge, !is_filled, role)
                && let Some(value) = self.take_additional(value, room)
            {
                no_room((column.index(), place, value));
            }
        }
    }

    /// Takes the address of a column for primary addresses (V2, V3), and returns it if there is no room. It counts as
    /// given, whether or not the merge rule takes it (W3).
    fn take_primary(
        &mut self,
        settings: &Settings,
        value: Value<'p>,
        merge: Merge,
        role: RowRole,
        room: usize,
    ) -> Option<Value<'p>> {
        let was_given = std::mem::replace(&mut self.is_primary_given, true);
        let is_taken = takes(merge, self.primary.is_none(), role);
        if !is_taken || self.primary.as_ref() == Some(&value) {
            self.is_additional_given |= self.additional.contains(&value);
            return None;
        }
        let promotes = settings.account.dedup.promote == Promote::Always;
        let held = self.additional.iter().position(|other| *other == value);
        match (held, self.primary.take()) {
            (Some(at), None) => {
                self.additional.remove(at);
                self.primary = Some(value);
            }
            (Some(at), Some(old)) if promotes => {
                self.additional[at] = old;
                self.primary = Some(value);
                self.is_additional_given |= was_given;
            }
            (Some(_), old) => {
                self.primary = old;
                self.is_additional_given = true;
            }
            (None, None) => self.primary = Some(value),
            // If the account keeps only one address, it is replaced like any other value.
            (None, Some(_)) if room == 0 => self.primary = Some(value),
            // The replaced address must be kept. If there is no room for it among the additional ones, the new address
            // is refused instead.
            (None, Some(old)) if self.additional.len() >= room => {
                self.primary = Some(old);
                return Some(value);
            }
            (None, Some(old)) => {
                self.additional.push(old);
                self.primary = Some(value);
                self.is_additional_given |= was_given;
            }
        }
        None
    }

    /// Takes one more address, and returns it if there is no room.
    fn take_additional(&mut self, value: Value<'p>, room: usize) -> Option<Value<'p>> {
        if self.primary.is_none() {
            self.additional.retain(|held| *held != value);
            self.primary = Some(value);
            self.is_primary_given = true;
        } else if self.primary.as_ref() != Some(&value) && !self.additional.contains(&value) {
            if self.additional.len() >= room {
                return Some(value);
            }
            self.additional.push(value);
        }
        None
    }
}

/// How many additional addresses of this kind a contact may have.
fn room_for(settings: &Settings, kind: Addresses) -> usize {
    if settings.fields.is_absent(kind.additional()) { 0 } else { AddressBook::LIMIT }
}

//! [`KeyPolicy`]: how the rows of a file can change which keys lead to a contact. It follows from the mapping and the match
//! rules, and is worked out once.

use crate::draft::{Column, KeyKind, Settings};
use crate::field::FieldId;
use crate::mapping::{Blank, Merge};
use crate::merge::Addresses;

/// See the [module](self).
#[derive(Clone, Debug)]
pub(super) struct KeyPolicy {
    pub(super) addresses: Vec<AddressPolicy>,
    /// The plain case: e-mail addresses and phones, if mapped, each have a rule of their own; no row can remove one;
    /// and there are no rules of names or other texts.
    pub(super) is_plain: bool,
    /// The rules that are made of texts. Their keys follow the effective values of a contact.
    pub(super) texts: Vec<TextPolicy>,
}

/// How the keys of a rule that is made of texts lead to contacts.
#[derive(Clone, Copy, Debug)]
pub(super) struct TextPolicy {
    /// Its position among the rules.
    pub(super) rule: usize,
    pub(super) kind: KeyKind,
    /// Whether a contact gets exactly what a row says in the fields of the rule: each field has one column, which never
    /// clears it, and addresses are only added. Then the first row of a new contact offers exactly the keys that the
    /// contact carries, and a row whose keys the contact carries already changes none of them.
    pub(super) is_as_offered: bool,
}

/// How e-mail addresses, or phones, lead to contacts.
#[derive(Clone, Copy, Debug)]
pub(super) struct AddressPolicy {
    pub(super) kind: Addresses,
    /// The match rule that consists of them alone, if there is one.
    pub(super) rule: Option<KeyKind>,
    /// A row of this file can remove an address.
    pub(super) can_remove: bool,
    /// Every address that a row gives is taken if there is room, whatever is stored.
    pub(super) is_always_taken: bool,
}

impl KeyPolicy {
    pub(super) fn new(settings: &Settings) -> Self {
        let is_mapped =
            |kind: &Addresses| settings.contact_columns.iter().any(|column| kind.has(column.field));
        let addresses: Vec<AddressPolicy> = Addresses::ALL
            .into_iter()
            .filter(is_mapped)
            .map(|kind| AddressPolicy {
                kind,
                rule: rule_of(settings, kind),
                can_remove: may_remove(settings, kind),
                is_always_taken: columns_of(settings, kind)
                    .all(|column| !matches!(column.merge, Merge::FillBlank | Merge::Keep)),
            })
            .collect();
        let rules = settings.rules.iter().enumerate();
        let texts: Vec<TextPolicy> = rules
            .filter(|(_, rule)| Addresses::of_rule(rule).is_none())
            .map(|(number, rule)| TextPolicy {
                rule: number,
                kind: KeyKind::of_rule(number),
                is_as_offered: rule.fields().all(|field| is_as_offered(settings, field)),
            })
            .collect();
        let is_simple = |of: &AddressPolicy| of.rule.is_some() && !of.can_remove;
        let is_plain = texts.is_empty() && addresses.iter().all(is_simple);
        KeyPolicy { addresses, is_plain, texts }
    }

    /// Whether a row of this file can remove an address of this kind.
    pub(super) fn can_remove(&self, kind: Addresses) -> bool {
        self.addresses.iter().any(|of| of.kind == kind && of.can_remove)
    }
}

/// The match rule that consists of addresses of this kind alone.
pub(super) fn rule_of(settings: &Settings, kind: Addresses) -> Option<KeyKind> {
    let rule = settings.rules.iter().position(|rule| Addresses::of_rule(rule) == Some(kind))?;
    Some(KeyKind::of_rule(rule))
}

/// Whether a contact gets exactly what a row says in this field; see [`TextPolicy::is_as_offered`].
fn is_as_offered(settings: &Settings, field: FieldId) -> bool {
    if let Some(kind) = Addresses::of_primary(field) {
        return !may_remove(settings, kind);
    }
    let takes_values_as_they_are = |column: &Column| {
        column.is_plain
            && !column.is_list
            && matches!(column.merge, Merge::Overwrite | Merge::FillBlank | Merge::Keep)
    };
    matches!(settings.columns_of(field), [column] if takes_values_as_they_are(column))
}

/// Whether a row of this file can remove an address of this kind from a contact.
fn may_remove(settings: &Settings, kind: Addresses) -> bool {
    settings.fields.is_absent(kind.additional())
        || settings.mapping.clear_token.is_some()
        || columns_of(settings, kind).any(|column| {
            column.blank == Blank::Clear
                || (column.field == kind.additional() && column.merge == Merge::Overwrite)
        })
}

/// The columns that give addresses of this kind.
fn columns_of(settings: &Settings, kind: Addresses) -> impl Iterator<Item = &Column> {
    settings.contact_columns.iter().filter(move |column| kind.has(column.field))
}

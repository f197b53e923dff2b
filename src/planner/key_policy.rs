//! [`KeyPolicy`]: how rows may change which keys lead to a contact, judging by the mapping and the match rules. It is
//! worked out once for the whole file.

use crate::draft::{Column, KeyKind, Settings};
use crate::mapping::Blank;
use crate::mapping::Merge;
use crate::merge::Addresses;

/// See the [module](self).
#[derive(Clone, Debug)]
pub(super) struct KeyPolicy {
    pub(super) addresses: Vec<AddressPolicy>,
    /// The plain case: e-mail addresses and phones, if mapped, each have a rule of their own, no row can remove
    /// one, and no rule is made of texts.
    pub(super) is_plain: bool,
    /// A rule is made of texts. Its keys follow the effective values of a contact.
    pub(super) has_text_rules: bool,
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
        let has_text_rules = settings.rules.iter().any(|rule| Addresses::of_rule(rule).is_none());
        let is_simple = |of: &AddressPolicy| of.rule.is_some() && !of.can_remove;
        let is_plain = !has_text_rules && addresses.iter().all(is_simple);
        KeyPolicy { addresses, is_plain, has_text_rules }
    }

    /// Can a row of this file remove an address of this kind?
    pub(super) fn can_remove(&self, kind: Addresses) -> bool {
        self.addresses.iter().any(|of| of.kind == kind && of.can_remove)
    }
}

/// The match rule that consists of addresses of this kind alone.
pub(super) fn rule_of(settings: &Settings, kind: Addresses) -> Option<KeyKind> {
    let rule = settings.rules.iter().position(|rule| Addresses::of_rule(rule) == Some(kind))?;
    Some(KeyKind::Rule(u8::try_from(rule).unwrap_or(u8::MAX)))
}

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

//! [`Teaching`]: what the mapping and the rules say of keys, worked out once for the whole file.

use crate::draft::{KeyKind, Settings, Shape};
use crate::mapping::Blank;
use crate::mapping::Merge;
use crate::merge::Addresses;

/// See the [module](self).
#[derive(Clone, Debug)]
pub(super) struct Teaching {
    pub(super) addresses: Vec<AddressTeaching>,
    /// A rule is made of texts, which follow the effective values of a contact.
    pub(super) has_text_rules: bool,
}

/// How e-mail addresses, or phones, lead to contacts.
#[derive(Clone, Copy, Debug)]
pub(super) struct AddressTeaching {
    pub(super) kind: Addresses,
    /// The match rule over them alone, if there is one.
    pub(super) rule: Option<KeyKind>,
    /// A row of this file can remove an address.
    pub(super) can_remove: bool,
}

impl Teaching {
    pub(super) fn new(settings: &Settings) -> Self {
        let addresses = [Addresses::Emails, Addresses::Phones].into_iter();
        let is_mapped =
            |kind: &Addresses| settings.contact_columns.iter().any(|column| kind.has(column.field));
        let is_text = |shape: &Shape| matches!(shape, Shape::Text(_) | Shape::Combined(_));
        Teaching {
            addresses: addresses
                .filter(is_mapped)
                .map(|kind| AddressTeaching {
                    kind,
                    rule: rule_of(settings, kind),
                    can_remove: may_remove(settings, kind),
                })
                .collect(),
            has_text_rules: settings.rules.iter().any(|rule| is_text(&rule.shape)),
        }
    }

    /// Can a row of this file remove an address of this kind?
    pub(super) fn can_remove(&self, kind: Addresses) -> bool {
        self.addresses.iter().any(|of| of.kind == kind && of.can_remove)
    }
}

/// The match rule over addresses of this kind alone.
pub(super) fn rule_of(settings: &Settings, kind: Addresses) -> Option<KeyKind> {
    let shape = match kind {
        Addresses::Emails => Shape::Emails,
        Addresses::Phones => Shape::Phones,
    };
    let rule = settings.rules.iter().position(|rule| rule.shape == shape)?;
    Some(KeyKind::Rule(u8::try_from(rule).unwrap_or(u8::MAX)))
}

fn may_remove(settings: &Settings, kind: Addresses) -> bool {
    settings.mapping.clear_token.is_some()
        || settings.contact_columns.iter().filter(|column| kind.has(column.field)).any(|column| {
            column.blank == Blank::Clear
                || (column.field == kind.additional() && column.merge == Merge::Overwrite)
        })
}

//! Keys of a row that belong to another contact than the one it means (behaviour M6).

use smallvec::SmallVec;

use super::report::of_file;
use crate::account::Conflict;
use crate::dedup::{Holder, KeyNumber};
use crate::draft::{KeyKind, Settings};
use crate::issue::{Detail, IssueCode, Others, Severity};
use crate::merge::Addresses;
use crate::object::ContactNumber;
use crate::planner::Planner;
use crate::planner::row_keys::RowKeys;

impl Planner {
    /// Reports the keys of a row that belong to other contacts, and drops them or fails the row, as the policy says
    /// (M6). Returns false if the row fails.
    pub(super) fn resolve_conflicts(
        &mut self,
        settings: &Settings,
        at: usize,
        keys: RowKeys<'_>,
        contact: ContactNumber,
    ) -> bool {
        let mut is_fine = true;
        for (key, key_number) in keys.iter() {
            let KeyKind::Rule(rule) = key.kind else { continue };
            let Some(holders) = self.rivals(settings, rule, key_number, contact) else { continue };
            let names = self.names_of(&holders);
            let is_error = settings.account.dedup.conflict == Conflict::Fail;
            let detail = match settings.contacts.is_none() && !is_error {
                true => Others { names, meant: self.ledger.name(contact) }.into(),
                false => Detail::from(names),
            };
            let severity = if is_error { Severity::Error } else { Severity::Warning };
            let finding = self.of_contact(at, IssueCode::KeyConflict).severity(severity);
            let mut finding = finding.column(of_file(key.column)).detail(detail);
            // Of a name or another text, the issue shows the cell. The key is folded, as nobody would spell it.
            if Addresses::of_rule(&settings.rules[usize::from(rule)]).is_some() {
                finding = finding.value(self.key_text(key).into_owned());
            }
            self.report(finding);
            is_fine &= !is_error;
            if !is_error {
                self.drop_value(at, key.column, key.item);
            }
        }
        is_fine
    }

    /// The other contacts that carry a key, if it belongs to them and not to this contact.
    fn rivals(
        &self,
        settings: &Settings,
        rule: u8,
        key: KeyNumber,
        contact: ContactNumber,
    ) -> Option<SmallVec<[ContactNumber; 2]>> {
        let is_own = !settings.rules[usize::from(rule)].owns_keys()
            || self.index.holder(key) == Holder::Nobody
            || self.index.is_held_by(key, contact);
        let holders = if is_own { SmallVec::new() } else { self.index.holders(key) };
        (!holders.is_empty()).then_some(holders)
    }

    /// Whether a row would fail if it meant this contact, because one of its keys belongs to another contact (M6).
    pub(super) fn fails_between(
        &self,
        settings: &Settings,
        keys: RowKeys<'_>,
        contact: ContactNumber,
    ) -> bool {
        settings.account.dedup.conflict == Conflict::Fail
            && keys.iter().any(|(key, number)| match key.kind {
                KeyKind::Rule(rule) => self.rivals(settings, rule, number, contact).is_some(),
                _ => false,
            })
    }
}

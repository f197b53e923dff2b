//! The contacts that a follow-up is for, and the tags that a contact gets from others than its own rows.

use super::{Entry, Ledger};
use crate::draft::Settings;
use crate::field::FieldId;
use crate::follow_up::FollowUp;
use crate::merge::Gift;
use crate::object::ContactNumber;
use crate::value::Value;

impl Ledger {
    /// The tags that a contact gets from others than its own rows: from opportunities (P8) and from follow-ups (F3).
    pub(crate) fn tags_for(&self, contact: ContactNumber) -> Vec<Gift<'_>> {
        let mut tags: Vec<Gift<'_>> = Vec::new();
        let Settings { opportunity_columns, choices, .. } = &*self.settings;
        let columns =
            || opportunity_columns.iter().filter(|it| it.field == FieldId::OPPORTUNITY_TAGS);
        let from = self.gifts.partition_point(|&(of, _)| of < contact);
        for &(_, row) in self.gifts[from..].iter().take_while(|&&(of, _)| of == contact) {
            let cells = self.cells(row);
            for column in columns() {
                column.read_items(column.text(&cells), None, choices, |_, read| {
                    let row = Some(row.number());
                    tags.extend(read.ok().map(|tag| Gift { tag, row }));
                });
            }
        }
        // An earlier window may have tagged the contact already. The tag is added again if rows of this window are
        // folded into the contact, because they may replace or clear the list, and a follow-up comes after every row of
        // the file.
        let has_rows = self.contacts[contact.index()].has_rows();
        if self.is_followed_up(contact) || (has_rows && self.settings.contacts.is_some()) {
            let is_made = self.is_made(contact);
            tags.extend(self.settings.follow_ups.iter().filter_map(|follow_up| match follow_up {
                FollowUp::Tag(tag, scope) if scope.includes(is_made) => {
                    Some(Gift { tag: Value::text(tag.as_str()), row: None })
                }
                _ => None,
            }));
        }
        tags
    }

    /// Whether follow-ups are for this contact. A row must name it, and no earlier window may have met it, because it
    /// has had its follow-ups then. If the import does not write the contact, the account must allow tags for linked
    /// contacts (P8).
    fn is_followed_up(&self, contact: ContactNumber) -> bool {
        let entry = &self.contacts[contact.index()];
        let is_written = entry.has_rows() && self.settings.contacts.is_some();
        entry.is_named()
            && (is_written || self.settings.account.opportunities.tag_linked)
            && self.met(contact).is_none()
    }

    /// The contacts that follow-ups are for.
    pub(crate) fn followed_up(&self) -> impl Iterator<Item = (ContactNumber, &Entry)> {
        let contacts = (0..).map(ContactNumber::new).zip(&self.contacts);
        contacts.filter(|(contact, _)| self.is_followed_up(*contact))
    }

    /// The lists and workflows of each contact, as (contact, position in the settings). Tags are not among them,
    /// because they are written like a field.
    pub(crate) fn lists_and_workflows(&self) -> Vec<(ContactNumber, u16)> {
        let follow_ups = (0u16..).zip(&self.settings.follow_ups);
        let others: Vec<(u16, &FollowUp)> =
            follow_ups.filter(|(_, of)| !matches!(of, FollowUp::Tag(..))).collect();
        if others.is_empty() {
            return Vec::new();
        }
        let due = self.followed_up().flat_map(|(contact, entry)| {
            let due = others.iter().filter(|(_, of)| of.scope().includes(entry.is_new()));
            due.map(move |(at, _)| (contact, *at))
        });
        due.collect()
    }
}

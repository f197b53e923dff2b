//! How the two sides of a row belong together: [`pair`].
//!
//! A row names a contact by its contact side, by the contact id of its opportunity, or by both. The rules
//! P1-P8 (behaviour §3) say which contact the opportunity is linked to, and [`pair`] is those rules as one pure
//! function of what is known about a row.
//!
//! ```
//! use crm_import::pairing::{pair, ContactSide, LinkTo, Named};
//!
//! // A contact and an opportunity on one line belong together (P2).
//! assert_eq!(pair(ContactSide::Is(7), Named::NotAtAll), LinkTo::Contact(7));
//! // The contact failed: nobody to link to (P6).
//! assert_eq!(pair(ContactSide::<u32>::Failed, Named::NotAtAll), LinkTo::FailedContact);
//! // Two references must agree (P6).
//! assert_eq!(pair(ContactSide::Is(7), Named::Is(8)), LinkTo::Disagreement(7, 8));
//! ```

/// What became of the contact side of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContactSide<C> {
    /// The row has none, or it leads to nobody.
    Absent,
    /// It leads to this contact: created, updated, or skipped because it exists.
    Is(C),
    /// It failed.
    Failed,
}

/// The contact that the opportunity itself names by id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named<C> {
    /// It names none.
    NotAtAll,
    /// It names this one.
    Is(C),
    /// It names an id that no contact has.
    Unknown,
}

/// Which contact the opportunity of a row is to be linked to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkTo<C> {
    /// To this contact (P2).
    Contact(C),
    /// To nobody: the row names none (P5).
    Nobody,
    /// To nobody: the contact on the row failed (P6).
    FailedContact,
    /// To nobody: the id it names is no contact's.
    UnknownId,
    /// The row names two different contacts (P6).
    Disagreement(C, C),
}

/// Which contact the opportunity of a row is to be linked to.
pub fn pair<C: Copy + PartialEq>(side: ContactSide<C>, named: Named<C>) -> LinkTo<C> {
    match (side, named) {
        (_, Named::Unknown) => LinkTo::UnknownId,
        (ContactSide::Failed, _) => LinkTo::FailedContact,
        (ContactSide::Is(contact), Named::Is(other)) if contact != other => {
            LinkTo::Disagreement(contact, other)
        }
        (ContactSide::Is(contact), _) | (ContactSide::Absent, Named::Is(contact)) => {
            LinkTo::Contact(contact)
        }
        (ContactSide::Absent, Named::NotAtAll) => LinkTo::Nobody,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p5_p6_every_case_of_two_references() {
        let cases = [
            (ContactSide::Absent, Named::NotAtAll, LinkTo::Nobody),
            (ContactSide::Absent, Named::Is(1), LinkTo::Contact(1)),
            (ContactSide::Absent, Named::Unknown, LinkTo::UnknownId),
            (ContactSide::Is(1), Named::NotAtAll, LinkTo::Contact(1)),
            (ContactSide::Is(1), Named::Is(1), LinkTo::Contact(1)),
            (ContactSide::Is(1), Named::Is(2), LinkTo::Disagreement(1, 2)),
            (ContactSide::Is(1), Named::Unknown, LinkTo::UnknownId),
            (ContactSide::Failed, Named::NotAtAll, LinkTo::FailedContact),
            (ContactSide::Failed, Named::Is(1), LinkTo::FailedContact),
            (ContactSide::Failed, Named::Unknown, LinkTo::UnknownId),
        ];
        for (side, named, expected) in cases {
            assert_eq!(pair(side, named), expected, "{side:?} {named:?}");
        }
    }
}

//! Numbers of rows and records within a plan. Each has a type of its own, so that none is taken for another; a
//! [`RecordRef`] is a record of either object.

use std::fmt;
use std::num::NonZeroU32;

use super::{Object, RowNumber};

/// The position of a row among those of a plan.
///
/// A plan may hold the whole file, a window of it, or only rows that are planned again. So this is not the row's number
/// in the file, which only the plan can tell. What is kept is one more than the position, so that an `Option` of it
/// takes no more room.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct RowIndex(NonZeroU32);

impl RowIndex {
    /// The row at this position, counted from 0.
    #[inline]
    pub(crate) fn new(position: u32) -> Self {
        RowIndex(NonZeroU32::MIN.saturating_add(position))
    }

    /// The row with this number within the plan, counted from 1.
    #[inline]
    pub(crate) fn of(number: RowNumber) -> Self {
        RowIndex(NonZeroU32::new(number.0).unwrap_or(NonZeroU32::MIN))
    }

    /// Its number within the plan, counted from 1. Findings name rows by it.
    #[inline]
    pub(crate) fn number(self) -> RowNumber {
        RowNumber(self.0.get())
    }

    /// Its position, counted from 0.
    #[inline]
    pub(crate) fn position(self) -> u32 {
        self.0.get() - 1
    }

    /// Its place in a table of all rows of the plan.
    #[inline]
    pub(crate) fn index(self) -> usize {
        self.position() as usize
    }
}

impl fmt::Debug for RowIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RowIndex({})", self.position())
    }
}

/// Defines the number of a record. Records are numbered from 0; what is kept is one more, so that an `Option` of a
/// number takes no more room than a number.
macro_rules! record_number {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(crate) struct $name(NonZeroU32);

        impl $name {
            /// The record with this number, counted from 0.
            #[inline]
            pub(crate) fn new(number: u32) -> Self {
                $name(NonZeroU32::MIN.saturating_add(number))
            }

            /// Its number, counted from 0.
            #[inline]
            pub(crate) fn number(self) -> u32 {
                self.0.get() - 1
            }

            /// Its place in a table of all records of its object.
            #[inline]
            pub(crate) fn index(self) -> usize {
                self.number() as usize
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.number())
            }
        }
    };
}

record_number! {
    /// The number of a contact in the plan. Stored and new ones are numbered in the order in which they were met.
    ContactNumber
}
record_number! {
    /// The number of an opportunity in the plan. Stored and new ones are numbered in the order in which they were met.
    OpportunityNumber
}

/// A record of the plan, stored or new: a contact or an opportunity by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct RecordRef {
    pub(crate) object: Object,
    pub(crate) number: u32,
}

impl From<ContactNumber> for RecordRef {
    #[inline]
    fn from(contact: ContactNumber) -> Self {
        RecordRef { object: Object::Contact, number: contact.number() }
    }
}

impl From<OpportunityNumber> for RecordRef {
    #[inline]
    fn from(opportunity: OpportunityNumber) -> Self {
        RecordRef { object: Object::Opportunity, number: opportunity.number() }
    }
}

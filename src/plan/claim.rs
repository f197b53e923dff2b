//! [`Claim`]: whether later rows may still be matched with an opportunity (behaviour O5).

/// Which rows may be matched with an opportunity after the rows so far. Each opportunity is matched once; and once more
/// if the first row that was matched with it could not have created it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Claim {
    /// Any row: none has been matched with it yet.
    #[default]
    Free,
    /// Only rows that could create an opportunity. The row that was matched with it could not, so it only borrows it.
    /// With an earlier import of the file that row may have failed, and a later row may have created the opportunity:
    /// then this later row has to find it (L3).
    Lent,
    /// No row.
    Consumed,
}

impl Claim {
    /// Whether a row may be matched with the opportunity, given whether the row could not create one itself.
    pub(crate) fn admits(self, cannot_create: bool) -> bool {
        match self {
            Claim::Free => true,
            Claim::Lent => !cannot_create,
            Claim::Consumed => false,
        }
    }

    /// What a row leaves of the opportunity that it is matched with.
    pub(crate) fn of_match(cannot_create: bool) -> Self {
        if cannot_create { Claim::Lent } else { Claim::Consumed }
    }
}

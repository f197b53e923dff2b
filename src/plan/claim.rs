//! [`Claim`]: what the rows of an import leave of a stored opportunity to the rows behind them (behaviour O5).

/// Which rows are matched with an opportunity from here on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Claim {
    /// Any: no row has been matched with it yet.
    #[default]
    Free,
    /// Those that could create one. The row that was matched with it could not, so it may have failed when the file
    /// was imported before, and one of those may be what created the opportunity (L3).
    Lent,
    /// None.
    Consumed,
}

impl Claim {
    /// May a row be matched with the opportunity? `lacks` if it could not create one.
    pub(crate) fn admits(self, lacks: bool) -> bool {
        match self {
            Claim::Free => true,
            Claim::Lent => !lacks,
            Claim::Consumed => false,
        }
    }

    /// The claim of a row that is matched with it.
    pub(crate) fn of_match(lacks: bool) -> Self {
        if lacks { Claim::Lent } else { Claim::Consumed }
    }
}

//! [`Key`]: what a row offers to find a record by.

use std::hash::{BuildHasher, Hasher};

use foldhash::fast::RandomState;

use crate::source::TextSpan;

/// What a key names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum KeyKind {
    /// A contact under the match rule at this position of [`Settings::rules`](super::Settings).
    Rule(u8),
    /// A contact by id.
    ContactId,
    /// The contact of an opportunity, by id.
    ContactLink,
    /// An opportunity by id.
    OpportunityId,
}

/// One key of a row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Key {
    pub(crate) kind: KeyKind,
    /// The file's column it stands in, and which of its items it is.
    pub(crate) column: u16,
    pub(crate) item: u16,
    /// The seeded hash of the text; of a phone that fits, the number itself.
    pub(crate) hash: u64,
    pub(crate) text: KeyText,
}

/// The normalised text of a key.
#[derive(Clone, Copy, Debug)]
pub(crate) enum KeyText {
    /// In the block.
    Span(TextSpan),
    /// A phone, packed into the hash without loss.
    Phone,
}

impl KeyText {
    /// Where it lies in the block.
    pub(crate) fn span(self) -> Option<TextSpan> {
        match self {
            KeyText::Span(span) => Some(span),
            KeyText::Phone => None,
        }
    }
}

/// The seeded hash of a key's text.
#[inline]
pub(crate) fn key_hash(seed: &RandomState, text: &[u8]) -> u64 {
    // The text is all there is to it, so that nothing has to tell where it ends.
    let mut hasher = seed.build_hasher();
    hasher.write(text);
    hasher.finish()
}

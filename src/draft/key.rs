//! [`Key`]: a value of a row by which a record can be found.

use std::hash::{BuildHasher, Hasher};

use foldhash::fast::RandomState;

use crate::source::TextSpan;

/// What a key stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum KeyKind {
    /// A contact under the match rule at this position of [`Settings::rules`](super::Settings).
    Rule(u8),
    /// A contact by id.
    ContactId,
    /// The contact of an opportunity, by the contact's id.
    ContactLink,
    /// An opportunity by id.
    OpportunityId,
}

impl KeyKind {
    /// The kind of the keys under the rule at this position. An account has fewer than 256 rules.
    #[inline]
    pub(crate) fn of_rule(position: usize) -> Self {
        KeyKind::Rule(u8::try_from(position).unwrap_or(u8::MAX))
    }
}

/// One key of a row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Key {
    pub(crate) kind: KeyKind,
    /// The column of the file that it comes from, and which item of its cell it is.
    pub(crate) column: u16,
    pub(crate) item: u16,
    /// The seeded hash of the text; for a phone that fits, the number itself.
    pub(crate) hash: u64,
    pub(crate) text: KeyText,
}

/// The normalised text of a key.
#[derive(Clone, Copy, Debug)]
pub(crate) enum KeyText {
    /// It is in the text of the block.
    Span(TextSpan),
    /// It is a phone, packed into the hash without loss.
    Phone,
}

impl KeyText {
    /// Where it is in the text of the block, if it is there.
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
    // Nothing but the text is hashed, so there is no need to mark where it ends.
    let mut hasher = seed.build_hasher();
    hasher.write(text);
    hasher.finish()
}

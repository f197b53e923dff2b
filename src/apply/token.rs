//! [`Tokens`]: the names of steps, the same on every machine and in every version.

use twox_hash::XxHash3_128;

use crate::follow_up::FollowUpKind;
use crate::object::{Object, RecordRef, RowNumber};
use crate::plan::{Ledger, first_number};
use crate::storage::Token;

/// Marks a digest as that of the beginning of a file only.
pub(super) const HEAD: &str = "head-";

/// Makes the tokens of one import. Each is a hash of the import's name, the file, the object and the first
/// row, and of nothing else (X4), so that a plan that is made again has the same tokens. The rows of another
/// file have others, whatever the import is called.
#[derive(Clone, Debug)]
pub(crate) struct Tokens {
    /// The name and the digest of the file.
    import: String,
}

impl Tokens {
    /// A stream goes by the name of its import alone: before the first row is written only its beginning is
    /// known, and how much of that depends on who reads it.
    pub(crate) fn new(import_id: &str, file_digest: &str) -> Self {
        let file = if file_digest.starts_with(HEAD) { "" } else { file_digest };
        Tokens { import: format!("{import_id}\0{file}") }
    }

    /// The token of the step whose first row this row of the file is.
    pub(crate) fn row(&self, object: Object, row: RowNumber) -> Token {
        self.token(object.name(), row)
    }

    /// The token of a step. Contacts without rows of their own are told apart by other words than "contact",
    /// because the row that brings one of them a tag may be the first row of another contact, or may name a
    /// third.
    pub(crate) fn step(&self, ledger: &Ledger, step: RecordRef) -> Token {
        let entry = ledger.entry(step);
        let what = match step.object {
            Object::Contact if entry.has_rows() => "contact",
            Object::Contact if entry.is_named() => "named contact",
            Object::Contact => "linked contact",
            Object::Opportunity => "opportunity",
        };
        let is_only_named = step.object == Object::Contact && !entry.has_rows();
        let row = match entry.named_row.filter(|_| is_only_named) {
            Some(row) => ledger.number(row),
            None => first_number(ledger, step),
        };
        self.token(what, row)
    }

    /// The token of a follow-up of a contact. A stored contact is named by its id, so that it gets its
    /// follow-ups once: which row finds it first may change when an import is resumed. A new contact is named by
    /// the token of its step.
    pub(crate) fn follow_up(
        &self,
        ledger: &Ledger,
        contact: RecordRef,
        kind: FollowUpKind,
        name: &str,
    ) -> Token {
        match ledger.id(contact) {
            Some(id) => follow_up_of(&format!("{}\0{id}", self.import), kind, name),
            None => Tokens::follow_up_of_new(self.step(ledger, contact), kind, name),
        }
    }

    /// The token of a follow-up of a contact that the step with this token creates.
    pub(crate) fn follow_up_of_new(step: Token, kind: FollowUpKind, name: &str) -> Token {
        follow_up_of(&step.to_string(), kind, name)
    }

    fn token(&self, what: &str, RowNumber(row): RowNumber) -> Token {
        let mut number = itoa::Buffer::new();
        let parts = [&self.import, "\0", what, "\0", number.format(row)];
        let (mut short, mut end) = ([0; 128], 0);
        for part in parts.map(str::as_bytes) {
            let Some(place) = short.get_mut(end..end + part.len()) else {
                return Token(XxHash3_128::oneshot(parts.concat().as_bytes()));
            };
            place.copy_from_slice(part);
            end += part.len();
        }
        Token(XxHash3_128::oneshot(&short[..end]))
    }
}

fn follow_up_of(contact: &str, kind: FollowUpKind, name: &str) -> Token {
    Token(XxHash3_128::oneshot(format!("{contact}\0{}\0{name}", kind.name()).as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_the_hash_of_its_parts_however_long_they_are() {
        for len in 0..300 {
            let id = "i".repeat(len);
            let token = Tokens::new(&id, "d1").token("linked contact", RowNumber(4_294_967_295));
            let text = format!("{id}\0d1\0linked contact\04294967295");
            assert_eq!(token, Token(XxHash3_128::oneshot(text.as_bytes())), "{len}");
        }
    }
}

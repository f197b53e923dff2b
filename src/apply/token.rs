//! Tokens and digests: names that are the same on every machine and in every version.

use xxhash_rust::xxh3::xxh3_128;

use crate::object::Object;
use crate::storage::Token;

/// The token of a step: a hash of the import's name, the object and the first row, and of nothing
/// else (X4), so that a plan made again gives the same tokens.
pub(super) fn token(import_id: &str, object: Object, first_row: u32) -> Token {
    Token(xxh3_128(format!("{import_id}\0{object}\0{first_row}").as_bytes()))
}

/// The digest of a text.
pub(super) fn digest(text: &str) -> String {
    format!("{:032x}", xxh3_128(text.as_bytes()))
}

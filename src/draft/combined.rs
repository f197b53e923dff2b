//! Keys under rules of several fields: each is a combination of one part of every field (behaviour M2, M3).

use smallvec::SmallVec;

use crate::lookup::PART_SEPARATOR;
use crate::normalize;

/// Every combination of the parts of these fields, joined by [`PART_SEPARATOR`]; none if a field has no part, because
/// blank never equals blank (M2). The parts of the last field change fastest.
pub(crate) fn combinations<P: AsRef<str>>(fields: &[impl AsRef<[P]>]) -> Vec<String> {
    let count = fields.iter().map(|parts| parts.as_ref().len()).product();
    (0..count)
        .map(|number| combination(fields, number).join(PART_SEPARATOR.encode_utf8(&mut [0; 4])))
        .collect()
}

/// The parts of the combination with this number, of which there must be so many.
pub(super) fn combination<'p, P: AsRef<str> + 'p>(
    fields: &'p [impl AsRef<[P]>],
    number: usize,
) -> SmallVec<[&'p str; 4]> {
    let mut rest = number;
    let picked = fields.iter().rev().map(|parts| {
        let parts = parts.as_ref();
        let part = rest % parts.len();
        rest /= parts.len();
        parts[part].as_ref()
    });
    let mut picked: SmallVec<[&str; 4]> = picked.collect();
    picked.reverse();
    picked
}

/// A text as a part of a key: folded, and without what joins parts.
pub(crate) fn key_part(text: &str) -> String {
    let mut part = String::with_capacity(text.len());
    normalize::fold_into(text, &mut part);
    if part.contains(PART_SEPARATOR) { part.replace(PART_SEPARATOR, " ") } else { part }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_takes_one_part_of_each_field() {
        let keys = |fields: &[Vec<&str>]| {
            let keys = combinations(fields);
            keys.iter().map(|key| key.replace(PART_SEPARATOR, "+")).collect::<Vec<_>>()
        };
        assert_eq!(keys(&[vec!["ana"]]), ["ana"]);
        assert_eq!(
            keys(&[vec!["a"], vec!["b", "c"], vec!["d", "e"]]),
            ["a+b+d", "a+b+e", "a+c+d", "a+c+e"]
        );
        assert_eq!(keys(&[vec!["a"], vec![]]), [""; 0], "blank never equals blank");
    }

    #[test]
    fn a_part_is_folded_and_holds_nothing_that_joins_parts() {
        assert_eq!(key_part(" Ana \u{1f}LEE "), "ana  lee");
    }
}

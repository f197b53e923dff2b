//! Cells that a property is tried on.

use proptest::prelude::*;

/// Cells of characters that mean something to one of the readers.
pub(crate) fn any_cell() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[0-9]{1,4}",
        2 => "[a-zA-Z]{1,5}",
        3 => "[-+.,/:;()' @<>\"=*#_]",
        1 => Just("e+".to_owned()),
        1 => Just("ext. ".to_owned()),
        1 => Just("März".to_owned()),
        1 => Just("de ".to_owned()),
        1 => Just("€".to_owned()),
        1 => Just("EUR".to_owned()),
        1 => Just("@x.com".to_owned()),
        1 => Just("mailto:".to_owned()),
        1 => Just(" ::: ".to_owned()),
        1 => Just("\u{200b}".to_owned()),
        1 => Just("\u{a0}".to_owned()),
        1 => Just("٣".to_owned()),
        1 => Just("４".to_owned()),
        1 => Just("ß".to_owned()),
        1 => Just("é".to_owned()),
        1 => Just("e\u{301}".to_owned()),
        1 => Just("İ".to_owned()),
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..9).prop_map(|pieces| pieces.concat())
}

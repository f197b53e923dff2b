//! The short cuts for phones, held to what the library says.

use super::plain::area_is_plain;
use super::*;
use crate::dice::Dice;

/// Numbers as they come, and their neighbours: wrong lengths, areas and exchanges.
fn number_or_nearly(dice: &mut Dice) -> String {
    let (area, exchange) = (dice.below(1_000), dice.below(1_000));
    let line = dice.below(10_000);
    let country = dice.one_of(&["", "+1", "1", "+1 ", "1-", "+", "+44", "+11", "0", "001", "00"]);
    let number = match dice.below(6) {
        0 => format!("({area:03}) {exchange:03}-{line:04}"),
        1 => format!("{area:03}-{exchange:03}-{line:04}"),
        2 => format!("{area:03}.{exchange:03}.{line:04}"),
        3 => format!("{area:03} {exchange:03} {line:04}"),
        4 => format!("{area:03}{exchange:03}{line}"),
        _ => format!("{area:03}{exchange:03}{line:04}"),
    };
    let mut cell = format!("{country}{number}");
    if dice.below(8) == 0 {
        let noise = dice.one_of(&[")", "(", "-", ".", " ", "7", "((", "--", "/", " / "]);
        let at = dice.below(cell.len() + 1);
        cell.insert_str(at, noise);
    }
    cell
}

/// The short cut taken of a cell in a text that goes on, and that of the cell alone.
fn both_ways(cell: &str, region: Option<&str>, rule: PhoneRule) -> [Option<Phone>; 2] {
    let text = format!("{cell},206-555.0123 (+1\u{301} 7654321");
    let window = text.as_bytes().first_chunk();
    [window, None].map(|window| plain_phone(cell.as_bytes(), window, region, rule))
}

/// `CRM_IMPORT_PHONES=1000000` tries a million.
#[test]
fn the_short_cut_is_the_library_s_answer_on_random_numbers() {
    let count = std::env::var("CRM_IMPORT_PHONES").ok().and_then(|n| n.parse().ok());
    let mut dice = Dice::new(7);
    let mut taken = 0;
    for _ in 0..count.unwrap_or(50_000) {
        let cell = number_or_nearly(&mut dice);
        for region in [Some("US"), Some("CA"), None, Some("GB")] {
            for rule in [PhoneRule::Valid, PhoneRule::Possible] {
                let [short, alone] = both_ways(&cell, region, rule);
                assert_eq!(short, alone, "{cell:?} {region:?} {rule:?}");
                let Some(short) = short else { continue };
                taken += 1;
                // With two zeros, the library would need to know where one calls from.
                let written = match cell.strip_prefix("00") {
                    Some(called) => format!("+{called}"),
                    None => cell.clone(),
                };
                let library = look_up(&written, region, "", rule);
                assert_eq!(library, Some(short), "{cell:?} {region:?} {rule:?}");
            }
        }
    }
    println!("{taken} of the cells took the short cut");
    assert!(taken > 1_000);
}

/// Numbers of every country: example numbers with some digits changed, added or left out, so that
/// many are valid.
#[test]
fn the_short_cut_abroad_is_the_library_s_answer_on_random_numbers() {
    use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat};

    let count = std::env::var("CRM_IMPORT_PHONES").ok().and_then(|n| n.parse().ok());
    let regions: Vec<_> = PHONE_NUMBER_UTIL.get_supported_regions().collect();
    let mut dice = Dice::new(5);
    let mut taken = [0, 0, 0];
    for at in 0..count.unwrap_or(50_000) {
        let region = regions[at % regions.len()];
        let Ok(example) = PHONE_NUMBER_UTIL.get_example_number(region) else { continue };
        let mut cell = example.format_as(PhoneNumberFormat::E164).into_owned();
        let code = 1 + example.country_code.to_string().len();
        for _ in 0..dice.below(6) {
            let at = code + dice.below(cell.len() - code);
            let digit = dice.below(10).to_string();
            match dice.below(12) {
                0 => cell.insert_str(at, &digit),
                1 if cell.len() > code + 2 => drop(cell.remove(at)),
                2 => cell.insert_str(at, dice.one_of(&[" ", "-", ".", ") (", "/", " / "])),
                // The first digits decide most.
                3..6 => cell.replace_range(code..=code, &digit),
                6..8 if cell.len() > code + 1 => cell.replace_range(code + 1..code + 2, &digit),
                _ => cell.replace_range(at..=at, &digit),
            }
        }
        let own = format!("{region:?}");
        let at_home = format!("{}{}", dice.one_of(&["0", "0-", "0 "]), &cell[code..]);
        let called = format!("{}{}", dice.one_of(&["00", "00 ", "000"]), &cell[1..]);
        let (own, american) = (Some(own.as_str()), Some("US"));
        let abroad = [(&cell, None), (&cell, american), (&cell, own)];
        let called = [(&called, None), (&called, american), (&called, own)];
        for (cell, region) in abroad.into_iter().chain(called).chain([(&at_home, own)]) {
            let [short, alone] = both_ways(cell, region, PhoneRule::Valid);
            assert_eq!(short, alone, "{cell:?} {region:?}");
            let Some(short) = short else { continue };
            let is_called = cell.starts_with("00");
            taken[if is_called { 2 } else { usize::from(cell.starts_with('+')) }] += 1;
            let full = in_full(cell, region, PhoneRule::Valid);
            assert_eq!(full, Ok(short), "{cell:?} {region:?}");
        }
    }
    println!("{taken:?} of the cells, at home, with a plus and with zeros, took the short cut");
    assert!(taken[0] > 2_000 && taken[1] > 10_000 && taken[2] > 3_000, "{taken:?}");
}

#[test]
fn what_is_too_short_is_invalid_to_the_library_too() {
    let mut dice = Dice::new(11);
    let mut taken = 0;
    for _ in 0..20_000 {
        let mut cell = number_or_nearly(&mut dice);
        cell.truncate(dice.below(14));
        for region in [Some("US"), Some("CA"), None, Some("GB")] {
            if !is_short_of_american(trim(&cell).as_bytes(), region) {
                continue;
            }
            taken += 1;
            for rule in [PhoneRule::Valid, PhoneRule::Possible] {
                let full = in_full(trim(&cell), region, rule);
                assert_eq!(full, Err(IssueCode::PhoneInvalid), "{cell:?} {region:?} {rule:?}");
            }
        }
    }
    assert!(taken > 1_000, "only {taken} were short");
}

/// Of an area that is listed every exchange is asked; one that is not has to be missing for a
/// reason.
#[test]
fn the_areas_listed_are_those_whose_exchanges_are_all_valid() {
    let step = if std::env::var_os("CRM_IMPORT_PHONES").is_some() { 1 } else { 37 };
    for area in 200..1_000 {
        let number = |exchange: u64| format!("+1{area}{exchange}0123");
        let is_valid = |exchange| look_up(&number(exchange), None, "", PhoneRule::Valid).is_some();
        let are_all_valid = (200..1_000).step_by(step).all(is_valid);
        assert_eq!(area_is_plain(area), are_all_valid, "{area}");
    }
}

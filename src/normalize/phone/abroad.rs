//! The short cut for numbers outside the North American plan, written with `+` and their country code, or the
//! way they are written at home with a leading 0. The library is not asked to read such a number, only whether
//! it is valid.
//!
//! All that reading would do is take off a prefix that is dialled inside the country (`+49 030 …`). Only in a
//! few countries do valid numbers begin with such a prefix, and those are left to the library. Tests hold the
//! short cut to the library's reading.

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumber, Region};

use crate::value::Phone;

/// The phone with these digits, `count` of them, the country code first. `None` if it has to be read in full.
pub(super) fn read(digits: u64, count: u32) -> Option<Phone> {
    let begins_with_zero = digits < 10_u64.pow(count.saturating_sub(1));
    if !(7..=15).contains(&count) || begins_with_zero {
        return None;
    }
    let (code, power, region) = (1..=3).find_map(|len| {
        let power = 10_u64.pow(count - len);
        let code = i32::try_from(digits / power).ok()?;
        Some((code, power, PHONE_NUMBER_UTIL.get_region_for_country_code(code)?))
    })?;
    let national = digits % power;
    if may_begin_with_prefix(code, national * 100 / power) {
        return None;
    }
    if is_valid(code, national, region) { Phone::new(digits, "") } else { None }
}

/// The phone with these digits, `count` of them, as written at home with a leading 0.
pub(super) fn read_at_home(digits: u64, count: u32, region: &str) -> Option<Phone> {
    // Two zeros begin a call abroad.
    let has_one_zero = (4..=15).contains(&count)
        && digits < 10_u64.pow(count - 1)
        && digits >= 10_u64.pow(count - 2);
    if !has_one_zero || !writes_zero(region) {
        return None;
    }
    let region = Region::from_code(region).ok()?;
    let code = PHONE_NUMBER_UTIL.get_country_code_for_region(region)?;
    let whole = u64::try_from(code).ok()? * 10_u64.pow(count - 1) + digits;
    if is_valid(code, digits, region) { Phone::new(whole, "") } else { None }
}

/// Where several countries share a code, only this one is asked, which is usually enough.
fn is_valid(code: i32, national: u64, region: Region) -> bool {
    let number =
        PhoneNumber { country_code: code, national_number: national, ..PhoneNumber::default() };
    PHONE_NUMBER_UTIL.is_valid_number_for_region(&number, region)
}

/// Whether the library could take these first two digits after the country code for the beginning of a prefix, although
/// valid numbers begin with them, too. In most countries the only prefix is a 0, if there is one.
fn may_begin_with_prefix(code: i32, first_two: u64) -> bool {
    let is_of_country = match code {
        7 | 370 | 375 => first_two / 10 == 8,
        44 | 61 => first_two == 18,
        54 => (10..40).contains(&first_two),
        55 => first_two == 90,
        86 => matches!(first_two, 11 | 12 | 17),
        261 => first_two / 10 == 2,
        672 => first_two / 10 == 1,
        _ => false,
    };
    // A 0 in front belongs to the number in some countries, and is no digit of an integer.
    is_of_country || first_two < 10
}

/// Whether a 0 is written before every number of this country at home. It must not be part of any number, nor begin
/// anything else that is dialled first, other than the 00 for calls abroad.
fn writes_zero(region: &str) -> bool {
    match *region.as_bytes() {
        [a @ b'A'..=b'Z', b @ b'A'..=b'Z'] => {
            WITH_ZERO[usize::from(a - b'A')] >> (b - b'A') & 1 == 1
        }
        _ => false,
    }
}

const REGIONS: &str = "AE AF AL AM AT AZ BA BD BE CD CH DE DZ EC EG ER ET FR GB GE GF GH GP HR IE IQ IR \
    JO KG KI LA LB LK LR LY MA MC MD ME MK MM MQ MW MY NA NL NP PH PK PM PS PY RE RO RS SA SD SE \
    SK SL SO SS SY TR UA VE VN XK YE ZA ZM ZW";

/// For each first letter one bit for each second one.
static WITH_ZERO: [u32; 26] = {
    let mut bits = [0; 26];
    let regions = REGIONS.as_bytes();
    let mut at = 0;
    while at < regions.len() {
        bits[(regions[at] - b'A') as usize] |= 1 << (regions[at + 1] - b'A');
        at += 3;
    }
    bits
};

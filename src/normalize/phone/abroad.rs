//! The short cut for numbers that are written with `+` and their country code, outside the North
//! American plan: the library is only asked whether the number is valid, not to
//! read it.
//!
//! Reading does no more to such a number than to take a prefix off that is dialled inside of its
//! country (`+49 030 …`). A number that is valid as it stands begins with one in a few countries
//! only, which are left to the library. Two tests hold the short cut to the library's reading.

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumber};

use crate::value::Phone;

/// The phone that these digits are, `count` of them, the country code first. `None`: it has to be
/// read in full.
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
    let number =
        PhoneNumber { country_code: code, national_number: national, ..PhoneNumber::default() };
    // Of several countries with one code the main one is asked first, which is mostly enough.
    let is_valid = PHONE_NUMBER_UTIL.is_valid_number_for_region(&number, region);
    if is_valid { Phone::new(digits, "") } else { None }
}

/// Could the library take these first two digits behind a country code for the beginning of a
/// prefix, though a valid number begins with them too? Of most countries that is a 0 or nothing.
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

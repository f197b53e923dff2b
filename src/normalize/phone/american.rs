//! The short cut for North American numbers the way they are usually written: ten digits in groups of three,
//! three and four, with or without a 1 before them.
//!
//! All bytes are classified at once as digits or as what may be written between groups, and each group is read as
//! one machine word.

use fearless_simd::prelude::*;
use fearless_simd::{Level, dispatch, u8x32};

use super::plain::area_is_plain;
use crate::normalize::Window;
use crate::value::Phone;

/// The number in the first `len` bytes, if it is sure to be one. After a plus it must have its 1.
pub(super) fn read(window: &Window, len: usize, has_plus: bool) -> Option<Phone> {
    let digits = dispatch!(Level::new(), simd => digits(simd, window, len, has_plus))?;
    let first = digits.trailing_zeros() as usize;
    let has_one = window.get(first) == Some(&b'1');
    if has_plus && !has_one {
        return None;
    }
    let national = if has_one { digits & (digits - 1) } else { digits };
    let area = national.trailing_zeros();
    let exchange = behind(national, area + 3);
    let line = behind(national, exchange + 3);
    if line > 28 || national != 0b111 << area | 0b111 << exchange | 0b1111 << line {
        return None;
    }
    let group =
        |at: u32| window.get(at as usize..)?.first_chunk().map(|four| u32::from_le_bytes(*four));
    let (area, exchange) = (number(group(area)? << 8), number(group(exchange)? << 8));
    let line = number(group(line)?);
    let is_plain = area >= 200 && exchange >= 200 && area_is_plain(area);
    let national = (area * 1_000 + exchange) * 10_000 + line;
    if is_plain { Phone::new(10_000_000_000 + national, "") } else { None }
}

/// Where digits stand, if there is nothing besides them but what is written between digits.
#[inline(always)]
fn digits<S: Simd>(simd: S, window: &Window, len: usize, has_plus: bool) -> Option<u32> {
    let own = u32::MAX.checked_shr(32_u32.checked_sub(u32::try_from(len).ok()?)?)?;
    let bytes = u8x32::from_slice(simd, window);
    let is = |byte: u8| bytes.simd_eq(byte);
    let digits = (bytes - b'0').simd_le(9);
    // `(` and `)`, `-` and `.` are neighbours.
    let marks = is(b' ') | is(b'-') | is(b'.') | (bytes & 0xfe).simd_eq(b'(');
    let known = (digits | marks).to_bitmask() as u32 | u32::from(has_plus);
    let digits = digits.to_bitmask() as u32 & own;
    (digits != 0 && !known & own == 0).then_some(digits)
}

/// The first digit from this place on.
fn behind(digits: u32, from: u32) -> u32 {
    let rest = digits.checked_shr(from).unwrap_or(0);
    from + rest.trailing_zeros()
}

/// Four digits as a number, the lowest byte's first. A byte of 0 counts as the digit.
fn number(digits: u32) -> u64 {
    let values = digits & 0x0f0f_0f0f;
    let pairs = (values * 10 + (values >> 8)) & 0x00ff_00ff;
    u64::from((pairs * 100 + (pairs >> 16)) & 0xffff)
}

//! Dates: a lexer for the shapes that exports contain, and a scan that infers from a whole column which
//! number is the day and which the month.

mod clock;
mod lexer;
mod months;
mod named;
mod names;
mod plain;
mod scan;

use jiff::civil::Date;

use super::text::{is_rounded, trim};
use crate::account::DateOrder;
use crate::issue::IssueCode;
use lexer::{Number, Parts};
pub(crate) use named::order_in_header;
pub use scan::{DateOrderFound, DateScan};

/// How the dates of a column are written, where the cells themselves leave it open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateFormat {
    /// The order of numeric dates; `None` = only dates that can be read in one way are read.
    pub order: Option<DateOrder>,
    /// Whether bare numbers are a spreadsheet's day numbers, which count the days since 30 December 1899.
    pub excel_serial: bool,
    /// Two-digit years up to this one are 20xx, later ones 19xx. The default is 68, as in POSIX, and
    /// [25](Self::BIRTH_PIVOT) for dates of birth.
    pub pivot: u8,
}

impl DateFormat {
    /// The pivot of dates of birth: nobody is born in the future, so `8/15/62` is a day in 1962. It is a constant
    /// because a plan must not depend on the clock. Later years of birth need four digits.
    pub const BIRTH_PIVOT: u8 = 25;
}

impl Default for DateFormat {
    fn default() -> Self {
        DateFormat { order: None, excel_serial: false, pivot: 68 }
    }
}

/// A day. A time or time zone after it is ignored: the day counts as it is written.
///
/// It reads ISO dates, `20260304` too; numeric dates, in the given order or, without one, if they can be read in only
/// one way; and dates with the name of a month in English, German, French, Spanish, Portuguese, Italian, Dutch and some
/// seventy other languages. Years before 1600 and after 2400 are read in ISO dates only, because elsewhere they are of
/// another calendar.
///
/// # Errors
/// [`IssueCode::DateAmbiguous`] if day and month could be either way round, [`IssueCode::DateSerial`] for a
/// spreadsheet's day number in a column that was not declared to have them, [`IssueCode::DateInvalid`] for
/// everything else, such as the 31st of February or a date that does not fit the order of its column.
///
/// ```
/// # use crm_import::{account::DateOrder, normalize::{date, DateFormat}, IssueCode};
/// let open = DateFormat::default();
/// assert_eq!(date("31.3.2026 17:00", &open).unwrap().to_string(), "2026-03-31");
/// assert_eq!(date("4 de marzo de 2026", &open).unwrap().to_string(), "2026-03-04");
/// assert_eq!(date("04/03/2026", &open), Err(IssueCode::DateAmbiguous));
/// let dmy = DateFormat { order: Some(DateOrder::Dmy), ..open };
/// assert_eq!(date("04/03/2026", &dmy).unwrap().to_string(), "2026-03-04");
/// ```
pub fn date(cell: &str, format: &DateFormat) -> Result<Date, IssueCode> {
    let cell = trim(cell);
    if let Some(date) = iso(cell.as_bytes()) {
        return date.ok_or(IssueCode::DateInvalid);
    }
    match lexer::read(cell) {
        Some(Parts::Named { first, month, second }) => {
            let is_year_first =
                first.digits == 4 || (second.digits == 2 && format.order == Some(DateOrder::Ymd));
            let (year, day) = if is_year_first { (first, second) } else { (second, first) };
            written_day(full_year(year, format.pivot), month, day.value)
        }
        Some(Parts::YearFirst { year, second, third }) => written_day(year, second, third),
        Some(Parts::Numeric { first, second, third }) => numeric(first, second, third, format),
        // `20260304` is the basic shape of ISO. Eight digits that begin with a day or a month are no such date.
        Some(Parts::Digits(digits)) if digits.len() == 8 => {
            let part = |range: std::ops::Range<usize>| digits[range].parse().unwrap_or(0);
            written_day(part(0..4), part(4..6), part(6..8))
        }
        Some(Parts::Digits(digits)) => serial(&digits, format),
        None => serial(cell, format),
    }
}

/// The plain ISO shape, which most exports use. `Some(None)`: it has the shape, but there is no such day.
fn iso(cell: &[u8]) -> Option<Option<Date>> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *cell else { return None };
    let number = |digits: &[u8]| {
        digits.iter().try_fold(0_i16, |sum, byte| {
            byte.is_ascii_digit().then(|| sum * 10 + i16::from(byte - b'0'))
        })
    };
    let (year, month, day) = (number(&[y1, y2, y3, y4])?, number(&[m1, m2])?, number(&[d1, d2])?);
    Some(
        Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?)
            .ok()
            .filter(|_| year > 0),
    )
}

/// Whether it is an ISO date that is sure to be a day under any [`DateFormat`]: in the year 1000 or later, and not one
/// of the last days that only some months have. For any other cell [`date`] has to be asked.
pub(crate) fn is_plain_day(cell: &[u8]) -> bool {
    let Ok(cell) = <&[u8; 10]>::try_from(cell) else { return false };
    let [y1, y2, y3, y4, dash, m1, m2, dash_too, d1, d2] = *cell;
    // All bytes at once: digits become their values, dashes 0.
    let month = [y1, y2, y3, y4, dash, m1, m2, dash_too];
    let month = u64::from_le_bytes(month) ^ u64::from_le_bytes(*b"0000-00-");
    let day = u64::from(u16::from_le_bytes([d1, d2]) ^ u16::from_le_bytes(*b"00"));
    // More than 9, or no dash: the highest bit of a byte is set.
    let odd = month | month.wrapping_add(0x7f76_767f_7676_7676) | day | (day + 0x7676);
    let value = |bytes: u64| (bytes & 0xff) * 10 + (bytes >> 8 & 0xff);
    let (has_thousands, month, day) = (month & 0xff != 0, value(month >> 40), value(day));
    let last = if month == 2 { 28 } else { 30 };
    odd & 0x8080_8080_8080_8080 == 0
        && has_thousands
        && (1..=12).contains(&month)
        && (1..=last).contains(&day)
}

/// Whether a cell says that there is no date, in the way of a program that has no blank for it. Outlook writes `0/0/00`
/// and `0.0.00`, MySQL `0000-00-00`, and a spreadsheet shows a blank cell that it counts with as `1/0/1900`.
pub(crate) fn says_no_day(cell: &str) -> bool {
    if !may_say_no_day(cell.as_bytes()) {
        return false;
    }
    let day = cell.split([' ', 'T']).next().unwrap_or(cell);
    let mut time = cell[day.len()..].bytes();
    let is_separator = |byte: &u8| matches!(byte, b'/' | b'-' | b'.');
    let mut separators = day.bytes().filter(is_separator);
    let are_two = separators.next().is_some_and(|one| separators.eq([one]));
    let are_zeros = day.bytes().all(|byte| byte == b'0' || is_separator(&byte));
    let is_first_of_spreadsheets =
        matches!(day, "1/0/1900" | "0/1/1900" | "00/01/1900" | "00.01.1900");
    let is_midnight = time.all(|byte| matches!(byte, b'0' | b':' | b'.' | b' ' | b'T' | b'Z'));
    (are_two && are_zeros || is_first_of_spreadsheets) && is_midnight
}

/// Whether it is worth asking [`says_no_day`]. It is for few cells.
#[inline]
pub(crate) fn may_say_no_day(cell: &[u8]) -> bool {
    matches!(cell, [b'0', ..] | [b'1', b'/', ..])
}

/// Three numbers, none of which is a four-digit year in front.
fn numeric(
    first: Number,
    second: u16,
    third: Number,
    format: &DateFormat,
) -> Result<Date, IssueCode> {
    if let Some(order) = format.order {
        let day = scan::read_in(order, first, second, third, format.pivot);
        return day.ok_or(IssueCode::DateInvalid);
    }
    // Without an order the cell must tell: all ways to read it give one day.
    let readings = scan::readings(first, second, third, format.pivot);
    let mut days = readings.into_iter().flatten();
    let day = days.next().ok_or(IssueCode::DateInvalid)?;
    if days.all(|other| other == day) { Ok(day) } else { Err(IssueCode::DateAmbiguous) }
}

/// The year that a number stands for, which may be short of its century.
fn full_year(Number { value, digits }: Number, pivot: u8) -> u16 {
    match value {
        year if digits > 2 => year,
        year if year <= u16::from(pivot) => 2000 + year,
        year => 1900 + year,
    }
}

/// As [`day_of`], but only for years that people write. Years of other calendars lie outside: the Buddhist
/// 2569, the Persian 1405, the Islamic 1447, the Hebrew 5786.
fn written_day(year: u16, month: u16, day: u16) -> Result<Date, IssueCode> {
    if !(1600..=2400).contains(&year) {
        return Err(IssueCode::DateInvalid);
    }
    day_of(year, month, day)
}

fn day_of(year: u16, month: u16, day: u16) -> Result<Date, IssueCode> {
    // Looking for an order tries many that are none, and an error of the calendar is dear.
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return Err(IssueCode::DateInvalid);
    }
    let part = |n: u16| i8::try_from(n).map_err(|_| IssueCode::DateInvalid);
    let year = i16::try_from(year).ok().filter(|year| (1..=9999).contains(year));
    let year = year.ok_or(IssueCode::DateInvalid)?;
    Date::new(year, part(month)?, part(day)?).map_err(|_| IssueCode::DateInvalid)
}

/// A number of days since 30 December 1899, with a fraction for the time.
fn serial(cell: &str, format: &DateFormat) -> Result<Date, IssueCode> {
    let (days, fraction) = cell.split_once('.').unwrap_or((cell, ""));
    let is_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if days.is_empty()
        || days.len() > 7
        || !is_digits(days)
        || !is_digits(fraction)
        || is_rounded(cell)
    {
        return Err(IssueCode::DateInvalid);
    }
    let days: i64 = days.parse().map_err(|_| IssueCode::DateInvalid)?;
    if !format.excel_serial {
        // From 1927 to 2118: anything else is no date anyone would have meant.
        let looks_like_one = (10_000..80_000).contains(&days);
        return Err(if looks_like_one { IssueCode::DateSerial } else { IssueCode::DateInvalid });
    }
    // The spreadsheet counts a 29 February 1900 that never was.
    const NEVER: i64 = 60;
    if days == NEVER {
        return Err(IssueCode::DateInvalid);
    }
    let (start, days) =
        (jiff::civil::date(1899, 12, 30), if days < NEVER { days + 1 } else { days });
    let span = jiff::Span::new().try_days(days).map_err(|_| IssueCode::DateInvalid)?;
    start.checked_add(span).ok().filter(|_| days > 1).ok_or(IssueCode::DateInvalid)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::Dice;

    /// Ten bytes like those of an ISO date.
    fn cell(seed: u64) -> String {
        let mut dice = Dice::new(seed);
        let mut text = "2026-03-04".to_owned().into_bytes();
        for _ in 0..dice.below(5) {
            let at = dice.below(text.len());
            text[at] = dice.one_of(b"0011223456789-/. ");
        }
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn a_plain_day_is_one_in_every_format() {
        let orders = [None, Some(DateOrder::Dmy), Some(DateOrder::Mdy), Some(DateOrder::Ymd)];
        let mut plain = 0;
        for cell in (0..100_000).map(cell).filter(|cell| is_plain_day(cell.as_bytes())) {
            for (order, excel_serial) in orders.into_iter().flat_map(|o| [(o, false), (o, true)]) {
                let format = DateFormat { order, excel_serial, ..DateFormat::default() };
                assert!(date(&cell, &format).is_ok(), "{cell} {format:?}");
            }
            let mut scan = DateScan::default();
            scan.observe(&cell);
            assert_eq!(scan, DateScan::default(), "{cell}");
            plain += 1;
        }
        assert!(plain > 10_000, "only {plain} days were plain");
    }
}

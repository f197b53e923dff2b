//! [`order_in_header`]: the order of dates that a header asks for, `Date of birth (MM/DD/YYYY)`.

use crate::account::DateOrder;

/// A part of a date.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Day,
    Month,
    Year,
    /// A `J` is a day in French, and a year in German and Dutch.
    DayOrYear,
}

/// The order of a date's parts that stand in a header one behind the other, as forms and spreadsheets write
/// them: `DD.MM.YYYY`, `tt.mm.jjjj`, `jj/mm/aaaa`, `YYYYMMDD`, `day/month/year`.
pub(crate) fn order_in_header(header: &str) -> Option<DateOrder> {
    let words: Vec<&str> =
        header.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let parts: Vec<Option<Part>> = words.iter().map(|word| part(word)).collect();
    let apart = parts.windows(3).filter_map(|three| order([three[0]?, three[1]?, three[2]?]));
    let mut orders = apart.chain(words.iter().filter_map(|word| in_one(word)));
    let first = orders.next()?;
    // `DD/MM/YYYY or MM/DD/YYYY` leaves it open.
    orders.all(|other| other == first).then_some(first)
}

fn part(word: &str) -> Option<Part> {
    let first = word.chars().next()?.to_ascii_lowercase();
    let is_run = word.len() <= 4 && word.chars().all(|c| c.to_ascii_lowercase() == first);
    match (first, word.len()) {
        ('d' | 't' | 'g', 1..=2) if is_run => Some(Part::Day),
        ('m', 1..=3) if is_run => Some(Part::Month),
        ('y', 1 | 2 | 4) | ('a' | 'r', 2 | 4) if is_run => Some(Part::Year),
        ('j', 4) if is_run => Some(Part::Year),
        ('j', 1..=2) if is_run => Some(Part::DayOrYear),
        _ if word.eq_ignore_ascii_case("day") => Some(Part::Day),
        _ if word.eq_ignore_ascii_case("month") => Some(Part::Month),
        _ if word.eq_ignore_ascii_case("year") => Some(Part::Year),
        _ => None,
    }
}

fn order(parts: [Part; 3]) -> Option<DateOrder> {
    match parts {
        [Part::Day, Part::Month, Part::Year | Part::DayOrYear]
        | [Part::DayOrYear, Part::Month, Part::Year] => Some(DateOrder::Dmy),
        [Part::Month, Part::Day, Part::Year | Part::DayOrYear]
        | [Part::Month, Part::DayOrYear, Part::Year] => Some(DateOrder::Mdy),
        [Part::Year | Part::DayOrYear, Part::Month, Part::Day]
        | [Part::Year, Part::Month, Part::DayOrYear] => Some(DateOrder::Ymd),
        _ => None,
    }
}

/// `MMDDYYYY`
fn in_one(word: &str) -> Option<DateOrder> {
    const IN_ONE: [(&str, DateOrder); 3] =
        [("YYYYMMDD", DateOrder::Ymd), ("DDMMYYYY", DateOrder::Dmy), ("MMDDYYYY", DateOrder::Mdy)];
    let found = IN_ONE.iter().find(|(name, _)| word.eq_ignore_ascii_case(name));
    found.map(|(_, order)| *order)
}

#[cfg(test)]
mod tests {
    use super::order_in_header;
    use crate::account::DateOrder::{Dmy, Mdy, Ymd};

    #[test]
    fn a_header_says_how_its_dates_are_written() {
        for (header, order) in [
            ("Date of Birth (MM/DD/YYYY)", Mdy),
            ("DOB mm-dd-yy", Mdy),
            ("Geburtsdatum (TT.MM.JJJJ)", Dmy),
            ("Geburtstag TT.MM.JJ", Dmy),
            ("Date de naissance (jj/mm/aaaa)", Dmy),
            ("Data di nascita (gg/mm/aaaa)", Dmy),
            ("Geboortedatum [dd-mm-jjjj]", Dmy),
            ("Birthday - day/month/year", Dmy),
            ("Close date YYYY-MM-DD", Ymd),
            ("born_yyyymmdd", Ymd),
            ("Born (d/m/y)", Dmy),
        ] {
            assert_eq!(order_in_header(header), Some(order), "{header}");
        }
    }

    #[test]
    fn other_headers_say_nothing_of_it() {
        for header in [
            "Close Date",
            "DOB (DD/MM/YYYY or MM/DD/YYYY)",
            "Date M/F",
            "Month Day",
            "Day, Month",
            "Tag Monat Jahr",
            "Birth d m",
            "A M D",
            "",
        ] {
            assert_eq!(order_in_header(header), None, "{header}");
        }
    }
}

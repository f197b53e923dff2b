//! Countries, by the codes and names that ISO has for them and by other names that files use.

mod aliases;
mod iso;
mod names;

use std::sync::LazyLock;

use aliases::ALIASES;
use iso::COUNTRIES;
use names::NAMES_ABROAD;

use super::text::{self, folded_eq, trim};
use crate::issue::IssueCode;
use crate::maps::Map;

/// The ISO 3166 code (alpha-2) of a country: from its code of two or three letters, its English name,
/// or a common other name (USA, England). Most countries that customers live in are known by their names in the
/// larger languages of Europe, too, and by their own: Deutschland, Tyskland, Ελλάδα, 中国.
///
/// # Errors
/// [`IssueCode::CountryUnknown`].
///
/// ```
/// # use crm_import::normalize::country;
/// assert_eq!(country("usa"), Ok("US"));
/// assert_eq!(country("Cote d'Ivoire"), Ok("CI"));
/// ```
pub fn country(cell: &str) -> Result<&'static str, IssueCode> {
    let cell = trim(cell);
    if let Some(pair) = pair_of_letters(cell) {
        return SHORT[pair].ok_or(IssueCode::CountryUnknown);
    }
    let mut name = smallvec::SmallVec::<[u8; 32]>::new();
    if cell.len() <= 32
        && cell.bytes().all(|b| b.is_ascii_alphabetic() || b == b' ')
        && !cell.as_bytes().windows(2).any(|two| two == b"  ")
    {
        name.extend(cell.bytes().map(|b| b.to_ascii_lowercase()));
        let name = std::str::from_utf8(&name).unwrap_or("");
        return NAMES.get(name).copied().ok_or(IssueCode::CountryUnknown);
    }
    let named = |name: &str| NAMES.get(folded(name).as_str()).copied();
    named(cell).or_else(|| in_two_ways(cell, named)).ok_or(IssueCode::CountryUnknown)
}

/// `United Kingdom (UK)` says the same twice, and `Iran (Islamic Republic of)` is written with a comma elsewhere.
fn in_two_ways(cell: &str, named: impl Fn(&str) -> Option<&'static str>) -> Option<&'static str> {
    let (name, rest) = cell.strip_suffix(')')?.split_once('(')?;
    let code = named(name);
    let is_same = rest.eq_ignore_ascii_case("the") || code == named(rest);
    code.filter(|_| is_same).or_else(|| named(&format!("{}, {rest}", trim(name))))
}

/// As [`country`], but only from its code or its English name (case and spaces folded), which are all that
/// HighLevel's importer understands.
///
/// # Errors
/// [`IssueCode::CountryUnknown`].
///
/// ```
/// # use crm_import::normalize::country_exact;
/// assert_eq!(country_exact("united kingdom"), Ok("GB"));
/// assert!(country_exact("England").is_err());
/// ```
pub fn country_exact(cell: &str) -> Result<&'static str, IssueCode> {
    let cell = trim(cell);
    let code = country(cell)?;
    let is_named = |(short, long, name): &&(&str, &str, &str)| {
        *short == code
            && (short.eq_ignore_ascii_case(cell)
                || long.eq_ignore_ascii_case(cell)
                || folded_eq(name, cell))
    };
    COUNTRIES.iter().find(is_named).map(|_| code).ok_or(IssueCode::CountryUnknown)
}

/// The English name of the country with this code.
pub(crate) fn country_name(code: &str) -> Option<&'static str> {
    let code: [u8; 2] = code.as_bytes().try_into().ok()?;
    let named = COUNTRIES.iter().find(|(short, ..)| short.as_bytes() == code);
    named.map(|(_, _, name)| *name)
}

/// The number of a pair of letters: `aa` is 0, `ab` is 1, `zz` is 675.
fn pair_of_letters(cell: &str) -> Option<usize> {
    let [first, second] = *cell.as_bytes() else { return None };
    let place = |byte: u8| usize::from(byte.to_ascii_lowercase().wrapping_sub(b'a'));
    let is_pair = first.is_ascii_alphabetic() && second.is_ascii_alphabetic();
    is_pair.then(|| place(first) * 26 + place(second))
}

/// The country of each pair of letters. Most files write countries that way.
static SHORT: LazyLock<[Option<&'static str>; 26 * 26]> = LazyLock::new(|| {
    let mut short = [None; 26 * 26];
    for (name, code) in NAMES.iter() {
        if let Some(pair) = pair_of_letters(name) {
            short[pair] = Some(*code);
        }
    }
    short
});

static NAMES: LazyLock<Map<String, &'static str>> = LazyLock::new(|| {
    let mut names = Map::default();
    for (code, long, name) in COUNTRIES {
        for key in [*code, *long, *name] {
            names.insert(folded(key), *code);
        }
    }
    for (code, name) in ALIASES {
        names.insert(folded(name), *code);
    }
    for (code, list) in NAMES_ABROAD {
        for name in list.split('|').map(trim) {
            names.insert(folded(name), *code);
        }
    }
    names
});

/// Folded, and without accents, points and typographic apostrophes.
fn folded(text: &str) -> String {
    text::folded(text)
        .chars()
        .filter_map(|c| match c {
            '.' => None,
            '\u{2019}' => Some('\''),
            'á' | 'à' | 'â' | 'ã' | 'ä' | 'å' => Some('a'),
            'é' | 'è' | 'ê' | 'ë' => Some('e'),
            'í' | 'ì' | 'î' | 'ï' => Some('i'),
            'ó' | 'ò' | 'ô' | 'õ' | 'ö' => Some('o'),
            'ú' | 'ù' | 'û' | 'ü' => Some('u'),
            'ç' | 'č' => Some('c'),
            'ñ' => Some('n'),
            c => Some(c),
        })
        .collect::<String>()
        .replace(" & ", " and ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_other_lists_are_known() {
        for (name, code) in [
            ("Korea, Democratic People's Republic of", "KP"),
            ("Congo, The Democratic Republic of the", "CD"),
            ("Tanzania, United Republic of", "TZ"),
            ("Holy See (Vatican City State)", "VA"),
            ("Sint Maarten (Dutch part)", "SX"),
            ("St. Kitts & Nevis", "KN"),
            ("St Lucia", "LC"),
            ("Hong Kong SAR China", "HK"),
            ("Myanmar (Burma)", "MM"),
            ("United Kingdom (UK)", "GB"),
            ("United States (US)", "US"),
            ("Bolivia (Plurinational State of)", "BO"),
            ("Netherlands (the)", "NL"),
            ("kosovo", "XK"),
            ("D", "DE"),
            ("a", "AT"),
            ("GER", "DE"),
            ("sui", "CH"),
            ("NED", "NL"),
            ("DEN", "DK"),
            ("Tyskland", "DE"),
            ("República Checa", "CZ"),
            ("Ελλάδα", "GR"),
            ("РОССИЯ", "RU"),
            ("中国", "CN"),
            ("EE.UU.", "US"),
            ("İsviçre", "CH"),
        ] {
            assert_eq!(country(name), Ok(code), "{name}");
        }
        assert_eq!(country_exact("XK"), Ok("XK"));
        assert!(country_exact("Tyskland").is_err());
        // Which of the two?
        assert!(country("Virgin Islands").is_err());
        assert!(country("Georgia (USA)").is_err());
        assert!(country("Germany (north)").is_err());
    }

    #[test]
    fn no_name_is_that_of_two_countries() {
        let mut names: Map<String, &str> = Map::default();
        let iso = COUNTRIES.iter().flat_map(|(code, long, name)| [(code, *long), (code, *name)]);
        let others = ALIASES.iter().map(|(code, name)| (code, *name));
        let abroad =
            NAMES_ABROAD.iter().flat_map(|(code, list)| list.split('|').map(move |it| (code, it)));
        for (code, name) in iso.chain(others).chain(abroad) {
            let before = names.insert(folded(name), code);
            assert!(before.is_none_or(|before| before == *code), "{name}");
        }
    }

    #[test]
    fn two_letters_are_what_their_name_is() {
        for pair in 0..26 * 26_u16 {
            let letter = |place: u16| char::from(b'a' + place as u8);
            let cell = String::from_iter([letter(pair / 26), letter(pair % 26)]);
            let named = NAMES.get(cell.as_str()).copied().ok_or(IssueCode::CountryUnknown);
            assert_eq!((country(&cell), country(&cell.to_uppercase())), (named, named), "{cell}");
        }
        assert_eq!(country("uk"), Ok("GB"));
    }
}

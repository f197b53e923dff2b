//! Words in dates: months, weekdays and fillers in seven languages.

/// What a word in a date is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    Month(u16),
    /// A weekday, `de`, `of`: it tells nothing.
    Filler,
}

/// Months in English, German, French, Spanish, Portuguese, Italian and Dutch.
const MONTHS: [&[&str]; 12] = [
    &["january", "januar", "jänner", "janvier", "enero", "janeiro", "gennaio", "januari"],
    &["february", "februar", "feber", "février", "febrero", "fevereiro", "febbraio", "februari"],
    &["march", "märz", "maerz", "mars", "marzo", "março", "marco", "maart", "mrt", "mrz"],
    &["april", "avril", "abril", "aprile"],
    &["may", "mai", "mayo", "maio", "maggio", "mei"],
    &["june", "juni", "juin", "junio", "junho", "giugno"],
    &["july", "juli", "juillet", "julio", "julho", "luglio"],
    &["august", "août", "aout", "agosto", "augustus"],
    &["september", "septembre", "septiembre", "setiembre", "setembro", "settembre", "sept"],
    &["october", "oktober", "octobre", "octubre", "outubro", "ottobre"],
    &["november", "novembre", "noviembre", "novembro"],
    &["december", "dezember", "décembre", "diciembre", "dezembro", "dicembre"],
];

/// Abbreviations that are no beginning of three letters or more of a name above.
const SHORT: [(&str, u16); 4] = [("jun", 6), ("jul", 7), ("gen", 1), ("giu", 6)];

const FILLERS: [&str; 62] = [
    "de",
    "del",
    "di",
    "den",
    "der",
    "of",
    "the",
    "le",
    "am",
    "il",
    "o",
    "van",
    "el",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "montag",
    "dienstag",
    "mittwoch",
    "donnerstag",
    "freitag",
    "samstag",
    "sonnabend",
    "sonntag",
    "lundi",
    "mardi",
    "mercredi",
    "jeudi",
    "vendredi",
    "samedi",
    "dimanche",
    "lunes",
    "martes",
    "miércoles",
    "jueves",
    "viernes",
    "sábado",
    "domingo",
    "segunda",
    "terça",
    "quarta",
    "quinta",
    "sexta",
    "feira",
    "lunedì",
    "martedì",
    "mercoledì",
    "giovedì",
    "venerdì",
    "sabato",
    "domenica",
    "maandag",
    "dinsdag",
    "woensdag",
    "donderdag",
    "vrijdag",
    "zaterdag",
    "zondag",
];

/// What a word is, if it is one of a date.
pub(super) fn word(text: &str) -> Option<Word> {
    let text = text.to_lowercase();
    if let Some((_, month)) = SHORT.iter().find(|(short, _)| *short == text) {
        return Some(Word::Month(*month));
    }
    let is_name = |name: &&str| **name == *text || is_abbreviation(&text, name);
    for (at, names) in MONTHS.iter().enumerate() {
        if names.iter().any(&is_name) {
            return Some(Word::Month(at as u16 + 1));
        }
    }
    let is_filler = |filler: &&str| *filler == text || is_abbreviation(&text, filler);
    FILLERS.iter().any(is_filler).then_some(Word::Filler)
}

/// The first three or four letters of a longer name.
fn is_abbreviation(text: &str, name: &str) -> bool {
    let letters = text.chars().count();
    (3..=4).contains(&letters) && name.chars().count() > letters && name.starts_with(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_month_and_its_abbreviations_are_one_month() {
        for (at, names) in MONTHS.iter().enumerate() {
            for name in *names {
                let month = Some(Word::Month(at as u16 + 1));
                assert_eq!(word(name), month, "{name}");
                let short: String = name.chars().take(4).collect();
                assert_eq!(word(&short.to_uppercase()), month, "{short}");
            }
        }
        assert_eq!(word("Mon"), Some(Word::Filler));
        assert_eq!(word("foo"), None);
    }
}

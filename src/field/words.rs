//! [`words`]: the words of a header, however it is written.

/// A header in lower case, without accents and punctuation, split where people and programs split words: at
/// spaces, underscores, points and slashes, where capitals follow small letters, behind an abbreviation in capitals,
/// and between letters and digits. `e-mail` is one word.
pub(crate) fn words(header: &str) -> String {
    let mut out = String::with_capacity(header.len());
    let mut before = ' ';
    for (at, c) in header.char_indices() {
        let is_break = (before.is_lowercase() && c.is_uppercase())
            || (before.is_uppercase() && c.is_uppercase() && begins_word(&header[at..]))
            || (before.is_alphabetic() && c.is_ascii_digit())
            || (before.is_ascii_digit() && c.is_alphabetic());
        if c.is_alphanumeric() {
            if is_break {
                out.push(' ');
            }
            // A capital `İ` becomes an `i` and a mark.
            for lower in c.to_lowercase().filter(|lower| !is_combining(*lower)) {
                plain_into(lower, &mut out);
            }
        } else if !is_combining(c) {
            out.push(' ');
        }
        before = c;
    }
    let mut joined = String::with_capacity(out.len() + 1);
    for word in out.split_whitespace() {
        joined.push(' ');
        joined.push_str(word);
    }
    for (apart, one) in ONE_WORD {
        if joined.contains(apart) {
            joined = joined.replace(apart, one);
        }
    }
    joined.split_off(joined.len().min(1))
}

/// Words that are written as two, behind the space before them: a `Home Mailing Address` has no e-mail.
const ONE_WORD: [(&str, &str); 5] = [
    (" e mail", " email"),
    (" e post", " epost"),
    (" web site", " website"),
    (" whats app", " whatsapp"),
    (" post code", " postcode"),
];

/// `Address` behind `PO` is a word, and the `Ds` of `IDs` none.
fn begins_word(text: &str) -> bool {
    let mut small = text.chars().skip(1).take(2);
    small.clone().count() == 2 && small.all(char::is_lowercase)
}

fn is_combining(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}

/// A letter without its accent.
fn plain_into(c: char, out: &mut String) {
    out.push_str(match c {
        'á' | 'à' | 'â' | 'ã' | 'ä' | 'å' | 'ą' | 'ă' => "a",
        'é' | 'è' | 'ê' | 'ë' | 'ę' | 'ě' => "e",
        'í' | 'ì' | 'î' | 'ï' | 'ı' => "i",
        'ó' | 'ò' | 'ô' | 'õ' | 'ö' | 'ø' | 'ő' => "o",
        'ú' | 'ù' | 'û' | 'ü' | 'ů' | 'ű' => "u",
        'ç' | 'ć' | 'č' => "c",
        'ď' => "d",
        'ğ' => "g",
        'ñ' | 'ń' | 'ň' => "n",
        'ř' => "r",
        'ß' => "ss",
        'š' | 'ś' | 'ş' | 'ș' => "s",
        'ť' | 'ţ' | 'ț' => "t",
        'ž' | 'ź' | 'ż' => "z",
        'ł' => "l",
        'ý' => "y",
        'œ' => "oe",
        'æ' => "ae",
        'ё' => "е",
        // `Nº`, `2ª`.
        'º' | 'ª' => "",
        c => return out.push(c),
    });
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn headers_become_the_same_words_however_they_are_written() {
        for (header, expected) in [
            ("First Name", "first name"),
            ("firstName", "first name"),
            ("first_name", "first name"),
            ("E-mail 1 - Value", "email 1 value"),
            ("Prénom", "prenom"),
            ("Address1", "address 1"),
            ("ZIP/Postal Code", "zip postal code"),
            ("Person - Email", "person email"),
            ("Příjmení", "prijmeni"),
            ("İletişim Adı", "iletisim adi"),
            ("Nº de teléfono", "n de telefono"),
            ("Celular (WhatsApp)", "celular whatsapp"),
            ("POAddressLine1", "po address line 1"),
            ("EMailAddress", "email address"),
            ("User IDs", "user ids"),
            ("E-post 2", "epost 2"),
            ("Home Mailing Address", "home mailing address"),
            ("PLZ", "plz"),
        ] {
            assert_eq!(words(header), expected);
        }
    }
}

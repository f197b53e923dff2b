//! [`read_words`]: which words of a header name its column, without the remarks, paths, keys and currencies around
//! them. `Phone (phone_number)` is read as `phone`, and `Deal Value (USD)` as `deal value`.

use std::borrow::Cow;

use super::field_names::{FieldNames, Word, join};
use super::person_names::{NAMES, PARTS, PERSON};
use crate::field::synonyms::{REMARKS, SPELLING, WITH, phrases};
use crate::field::{FieldId, FieldKind, Fields, words};
use crate::normalize::{country, is_currency};

/// A header without spaces is only split into words of at least this length, because shorter ones are too often the
/// beginning or the end of another word.
const SHORTEST: usize = 4;

/// What products write in brackets behind a label: the kind of its field.
const KINDS: [&str; 10] = [
    "short text",
    "long text",
    "text",
    "drop down",
    "dropdown",
    "labels",
    "checkbox",
    "currency",
    "money",
    "metadata",
];

/// How forms begin a question. These words cannot be ignored everywhere, because alone they mean something else: `Est.
/// Value` is an estimate.
const QUESTIONS: [&str; 7] =
    ["quel est ", "quelle est ", "wie ist ", "wie lautet ", "wat is ", "vad ar ", "hva er "];

/// What may stand before a currency: `Value in USD`, `Betrag (in €)`.
const IN: [&str; 8] = ["in", "en", "em", "i", "w", "v", "u", "im"];

/// The words of a header that name the column.
pub(super) fn read_words(header: &str, names: &FieldNames, fields: &Fields) -> String {
    let header = with_owner(with_billing(without_lines(last_question(header))));
    let header = with_relation(header, names);
    let header = without_remark(without_key(without_path(&header)));
    // This comes before the kind of the field, because a single letter may also be taken for a country.
    if let Some(read) = with_initial(header, names).or_else(|| with_order(header)) {
        return read;
    }
    let header = without_currency(without_kind(header, names), names);
    let header = without_name(header, names, fields);
    // `Last Name / Surname` says the same twice.
    let meaning = |part: &str| names.find(&words(part)).map(|it| (it.contact, it.opportunity));
    match header.split_once('/') {
        Some((part, other)) if meaning(part).is_some() && meaning(part) == meaning(other) => {
            words(part)
        }
        Some((part, other)) if says_again(part, other, names) => words(other),
        _ => without_question(apart(words(header), names), names),
    }
}

/// The question that a form asks, without what it says before: `Nice to meet you, Ana. What's your email?`
fn last_question(header: &str) -> &str {
    let header = header.trim();
    let marks = header.match_indices(". ").chain(header.match_indices("! "));
    let Some(end) = marks.map(|(at, _)| at).max().filter(|_| header.ends_with('?')) else {
        return header;
    };
    // `Tel. no?` is one phrase.
    let is_sentence =
        header[end..].starts_with('!') || header[..end].split_whitespace().count() > 2;
    if is_sentence { &header[end + 2..] } else { header }
}

/// Whether the part behind the slash says which of the addresses before it is meant: `Emails / Primary Email`.
fn says_again(part: &str, other: &str, names: &FieldNames) -> bool {
    let contact = |text: &str| names.find(text).and_then(|meaning| meaning.contact);
    let field = contact(&words(part)).filter(|field| field.is_address());
    field.is_some() && words(other).split(' ').any(|word| contact(word) == field)
}

/// The header without the words by which a form asks for it. `Quelle est votre adresse e-mail ?` asks for an address,
/// and `Votre nom` for a `nom`, of which the columns beside it decide whether it is the whole name.
fn without_question(header: String, names: &FieldNames) -> String {
    if names.find(&header).is_some() {
        return header;
    }
    let asked = QUESTIONS.iter().find_map(|question| header.strip_prefix(question));
    let bare = names.without_stops(asked.unwrap_or(&header));
    let is_name = NAMES.contains(&bare.as_str()) || PARTS.contains(&bare.as_str());
    match asked {
        _ if is_name => bare,
        Some(asked) => asked.to_owned(),
        None => header,
    }
}

/// The header without the name of the record that a column refers to: `Salesperson/Name`, `Tags/Display Name`.
/// `Email/Name` and `Surname/Name` refer to none.
fn without_name<'h>(header: &'h str, names: &FieldNames, fields: &Fields) -> &'h str {
    let Some((label, last)) = header.rsplit_once('/') else { return header };
    let is_name =
        ["name", "display name"].iter().any(|name| last.trim().eq_ignore_ascii_case(name));
    let meaning = names.shared(&words(label)).or_else(|| names.find(&words(label)));
    let field = meaning.and_then(|meaning| meaning.contact.or(meaning.opportunity));
    let refers = |id: FieldId| {
        let field = fields.get(id);
        let is_label = matches!(
            id,
            FieldId::COMPANY
                | FieldId::BUSINESS_NAME
                | FieldId::CITY
                | FieldId::STATE
                | FieldId::TAGS
                | FieldId::OPPORTUNITY_TAGS
        );
        let is_chosen = matches!(
            field.kind,
            FieldKind::User
                | FieldKind::Country
                | FieldKind::Pipeline
                | FieldKind::Stage
                | FieldKind::SingleChoice
                | FieldKind::MultipleChoice
        );
        is_label || is_chosen || field.key == "source"
    };
    if is_name && field.is_some_and(refers) { label } else { header }
}

/// Splits a header that is written without spaces, `MAILINGCITY` or `OTHERPHONE`: into a first word that says whose it
/// is or which of several, and the name of a field.
fn apart(header: String, names: &FieldNames) -> String {
    let is_name = |text: &str| names.find(text).is_some() || names.shared(text).is_some();
    if header.contains(' ') || is_name(&header) {
        return header;
    }
    let cut = header.char_indices().map(|(at, _)| at).filter(|at| *at >= SHORTEST).find(|at| {
        let (first, rest) = header.split_at(*at);
        rest.len() >= SHORTEST
            && matches!(
                names.word(first),
                Word::Group(_) | Word::Own | Word::Deal | Word::Substitute | Word::Trap(_)
            )
            && is_name(rest)
    });
    match cut {
        Some(at) => format!("{} {}", &header[..at], &header[at..]),
        None => header,
    }
}

/// Marks the company's columns in an export of joined records. There, the columns of each object stand behind its id:
/// behind `Record ID - Company`, a column that contacts and companies both have is the company's, if the contact's
/// columns stand behind the contact's id. The section ends at the next id, or where a person or an opportunity is
/// named.
pub(super) fn mark_company(all: &mut [String], names: &FieldNames, fields: &Fields) {
    let is_id = |words: &String| words.starts_with("record id ");
    let is_companys = |field: FieldId| {
        let has_both = ["owner", "followers", "notes", "source", "tags"];
        field == FieldId::PHONE
            || field.is_place()
            || has_both.contains(&fields.get(field).key.as_str())
    };
    let Some(contact) = all.iter().position(|words| words == "record id contact") else { return };
    let has_own = all.get(contact + 1).is_some_and(|words| !is_id(words));
    let mut behind = all[contact..].iter_mut();
    if !has_own || !behind.any(|words| words == "record id company") {
        return;
    }
    for words in behind {
        let meaning = names.shared(words).or_else(|| names.find(words)).unwrap_or_default();
        let is_persons = meaning.contact.is_some_and(|field| PERSON.contains(&field));
        let is_deals = meaning.contact.is_none() && meaning.opportunity.is_some();
        if is_id(words) || is_persons || is_deals {
            break;
        }
        let is_clear = meaning.is_mobile || words.contains("company");
        if !is_clear && meaning.contact.is_some_and(is_companys) {
            words.insert_str(0, "company ");
        }
    }
}

/// The header without a remark in brackets that says nothing of what the column is:
/// `Date of Birth (MM/DD/YYYY)`, `Phone (with country code)`.
fn without_remark(header: &str) -> &str {
    let header = header.trim_end();
    let Some((label, remark)) = in_brackets(header) else { return header };
    let remark = words(remark);
    let is_among = |list: &'static str, word: &str| phrases(list).any(|known| known == word);
    let (first, rest) = remark.split_once(' ').unwrap_or((&remark, ""));
    let is_spelling = is_among(WITH, first)
        && !rest.is_empty()
        && rest.split(' ').all(|word| is_among(SPELLING, word));
    // `(2)` says that it is the second, and `(m)` means a mobile phone or a man.
    let is_plain = remark.split(' ').any(|word| word.len() > 1 && word.parse::<u32>().is_err())
        && remark.split(' ').all(|word| word.parse::<u32>().is_ok() || is_among(REMARKS, word));
    let says_nothing = is_spelling || is_plain;
    if says_nothing && !label.trim().is_empty() { label } else { header }
}

/// The header without the kind of its field: `Contact Name (short text)`, `Phone (phone)`. `Contact (phone)` keeps it.
fn without_kind<'h>(header: &'h str, names: &FieldNames) -> &'h str {
    let Some((label, kind)) = in_brackets(header) else { return header };
    let (name, kind) = (words(label), words(kind));
    let contact = |text: &str| names.find(text).and_then(|meaning| meaning.contact);
    let is_same = || contact(&kind).is_some_and(|field| contact(&name) == Some(field));
    // `Mobile number (UK)`: where the numbers are from.
    let is_place = || contact(&name) == Some(FieldId::PHONE) && country(&kind).is_ok();
    let says_nothing = KINDS.contains(&kind.as_str()) || is_same() || is_place();
    if says_nothing && !name.is_empty() { label.trim_end() } else { header }
}

/// `Address 1&2 (Billing)` holds both lines, not a second address, and `ZIP+4` the whole code.
fn without_lines(header: &str) -> Cow<'_, str> {
    match ["1&2", "1 & 2", "1+2"].iter().find(|lines| header.contains(*lines)) {
        Some(lines) => Cow::Owned(header.replace(lines, "")),
        None => Cow::Borrowed(header.strip_suffix("+4").unwrap_or(header)),
    }
}

/// `billing` in place of `Bill-to`: `Bill-to City`, `Bill To Email`.
fn with_billing(header: Cow<'_, str>) -> Cow<'_, str> {
    let begins =
        |with: &str| header.get(..with.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(with));
    match ["bill to ", "bill-to "].into_iter().find(|with| begins(with)) {
        Some(with) => Cow::Owned(format!("billing {}", &header[with.len()..])),
        None => header,
    }
}

/// Moves the record that a column is looked up in before its name: `Phone (from Contact)` is the `Contact Phone`.
fn with_owner(header: Cow<'_, str>) -> Cow<'_, str> {
    let owned = in_brackets(header.trim_end()).and_then(|(label, of)| {
        let of = words(of);
        of.strip_prefix("from ").map(|of| format!("{of} {label}"))
    });
    owned.map_or(header, Cow::Owned)
}

/// Whether a cell of this column may be about several linked people: `Associated people > Name`, `Related contacts`,
/// `Related contact emails`.
pub(super) fn is_of_linked_people(header: &str) -> bool {
    let header_words = words(header);
    let related = header_words.split_once(' ').filter(|(relation, _)| is_relation(relation));
    let is_of_several = |whose: &str| {
        let address = whose.strip_prefix("contact ");
        whose.starts_with("contacts") || address.is_some_and(|it| it.ends_with('s'))
    };
    related.is_some_and(|(_, whose)| is_of_several(whose))
        || linked_record(header)
            .is_some_and(|(record, _)| matches!(&*record, "people" | "contacts"))
}

/// What says that a record is another one, which this one refers to.
fn is_relation(word: &str) -> bool {
    matches!(word, "related" | "associated" | "linked")
}

/// The linked record, and its field: `people` and `Name` in `Associated people > Name`.
fn linked_record(header: &str) -> Option<(String, &str)> {
    let (record, label) = header.split_once(" > ")?;
    Some((words(record).strip_prefix("associated ")?.to_owned(), label))
}

/// `Associated people > Name`, `Associated company > Name`, `Related Contact Email`: the name of the record that is
/// linked.
fn with_relation<'h>(header: Cow<'h, str>, names: &FieldNames) -> Cow<'h, str> {
    let linked = linked_record(&header).and_then(|(record, label)| {
        let whose = match &*record {
            "people" | "person" | "contact" | "contacts" => "contact",
            "company" | "companies" => "company",
            _ => return None,
        };
        Some(format!("{whose} {label}"))
    });
    // Not its id, which is another product's.
    let of_contact = || {
        let header = words(&header);
        let (relation, label) = header.split_once(" contact ")?;
        let field = names.find(label).filter(|_| is_relation(relation))?.contact?;
        (field.is_address() || PERSON.contains(&field)).then(|| format!("contact {label}"))
    };
    linked.or_else(of_contact).map_or(header, Cow::Owned)
}

/// Reads which of several phones the letters in brackets mean: `Tel (M)`, `Phone (H)`, `Tel. (p)`, `Tel (eve)`. `Phone
/// (F)` is a fax. A single capital letter needs no brackets: `Tel. P`.
fn with_initial(header: &str, names: &FieldNames) -> Option<String> {
    let is_capital = |text: &str| matches!(text.as_bytes(), [b'A'..=b'Z']);
    let bare = || header.trim().rsplit_once(' ').filter(|(_, last)| is_capital(last));
    let (label, initial) = in_brackets(header).or_else(bare)?;
    let place = match initial.trim() {
        "M" | "m" | "C" | "c" => "mobile",
        "H" | "h" | "P" | "p" => "home",
        "W" | "w" | "B" | "b" | "O" | "o" | "G" | "g" => "work",
        "F" | "f" => "fax",
        short if ["eve", "eves", "evg"].iter().any(|it| short.eq_ignore_ascii_case(it)) => {
            "evening"
        }
        _ => return None,
    };
    let label = words(label);
    let is_phone = names.find(&label)?.contact == Some(FieldId::PHONE);
    is_phone.then(|| join([place, &label].into_iter()))
}

/// The full name, with the order of its parts that stands in brackets: `Client Name (Last, First)`.
fn with_order(header: &str) -> Option<String> {
    let (label, order) = in_brackets(header)?;
    let label = words(label);
    let whose = label.strip_suffix("name")?;
    match words(order).replace(" name", "").as_str() {
        "first last" => Some(label),
        "last first" | "surname first" => Some(format!("{whose}last name first name")),
        _ => None,
    }
}

/// The header without the name of the object that JSON has around it: `properties.firstname`.
fn without_path(header: &str) -> &str {
    const PATHS: [&str; 3] = ["properties.", "attributes.", "fields."];
    PATHS.iter().find_map(|path| header.strip_prefix(path)).unwrap_or(header)
}

/// The header without the key that some products write behind the label: `Phone (phone_number)`.
fn without_key(header: &str) -> &str {
    let parts = header.strip_suffix(')').and_then(|inner| inner.rsplit_once('('));
    let is_key = |key: &str| {
        key.contains('_')
            && key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    };
    match parts {
        Some((label, key)) if is_key(key) && !label.trim().is_empty() => label,
        _ => header,
    }
}

/// The header of an amount without its currency: `Deal Value (USD)`, `Betrag in €`, `USD Amount`.
/// `Budget (k€)` and `Price level USD` keep it: there it is another unit, or no amount at all.
fn without_currency<'h>(header: &'h str, names: &FieldNames) -> &'h str {
    let is_amount = |label: &str| {
        let meaning = names.shared(&words(label)).or_else(|| names.find(&words(label)));
        meaning.is_some_and(|meaning| meaning.opportunity == Some(FieldId::VALUE))
    };
    let header = header.trim();
    let behind = in_brackets(header).or_else(|| header.rsplit_once([' ', '_']));
    let before = header.split_once([' ', '_']).map(|(unit, label)| (label, unit));
    let parts = [behind, before].into_iter().flatten();
    let parts = parts.map(|(label, unit)| (label, behind_in(unit.trim())));
    let Some((label, _)) = parts.into_iter().find(|(_, unit)| is_unit(unit)) else {
        return header;
    };
    let label = label.trim_end_matches([' ', '_', '-', '/', ',']);
    let bare = label.rsplit_once(' ').filter(|(_, last)| IN.contains(last));
    let bare = bare.map_or(label, |(label, _)| label);
    [label, bare].into_iter().find(|label| is_amount(label)).unwrap_or(header)
}

/// Whether this is a currency, and not a word or a letter that looks like one: `All Amounts`, `Top Value`, `Q Value`.
fn is_unit(text: &str) -> bool {
    let is_letter = text.len() == 1 && text.bytes().all(|b| b.is_ascii_alphabetic());
    let is_word = ["all", "top", "try"].iter().any(|word| text.eq_ignore_ascii_case(word));
    is_currency(text) && !is_letter && (!is_word || text == "TRY")
}

/// `in USD`: the currency alone.
fn behind_in(unit: &str) -> &str {
    unit.split_once(' ').filter(|(first, _)| IN.contains(first)).map_or(unit, |(_, unit)| unit)
}

/// The text before the brackets at the end, and the one in them.
fn in_brackets(header: &str) -> Option<(&str, &str)> {
    [('(', ')'), ('[', ']'), ('（', '）')]
        .into_iter()
        .find_map(|(open, close)| header.strip_suffix(close)?.rsplit_once(open))
}

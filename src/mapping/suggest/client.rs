//! Decides whether a client is the contact or the company that the contact works for: `Customer Name` beside
//! `Contact Name` is the company.

use super::evidence::SEVERAL;
use super::field_names::Word;
use super::header::{CONTACTS, Reader};
use super::{Guess, Sheet, has};
use crate::field::synonyms::phrases;
use crate::field::{FieldId, words};

/// Words for the person at a company whom one speaks to.
const PERSONS: [&str; 6] = [
    "ansprechpartner",
    "kontaktname",
    "kontaktperson",
    "contactpersoon",
    "interlocuteur",
    "referente",
];

/// Words for those whom one sells to, persons or companies.
const CLIENTS: &str =
    "client | customer | kunde | kunden | kundenname | cliente | klant | klantnaam | kund";

/// Headers that say of somebody that it is a person, and so no company.
const A_PERSON: &str = "person | persona | pessoa | persoon | personne | osoba";

impl Reader<'_> {
    /// Takes a client for the company that the contact works for, if another column is the contact's name: `Client`
    /// beside `Contact`, `Customer Name` beside `Contact Name`. This is done only if the company has no column of its
    /// own.
    pub(super) fn settle_client(&self, sheet: &Sheet<'_>, guesses: &mut [Guess]) {
        let words = &sheet.words;
        if has(guesses, FieldId::COMPANY) || named_contacts(words, guesses).next().is_none() {
            return;
        }
        let is_surely_named = is_surely_named(words, guesses);
        let is_contacts =
            |words: &str| phrases(SEVERAL).chain(phrases(A_PERSON)).any(|person| person == words);
        let is_client = |(guess, words): &(&mut Guess, &String)| {
            guess.target == Some(FieldId::NAME)
                && (guess.is_weak && !self.names_buyer(words) && !is_contacts(words)
                    || is_surely_named && self.names_client(words))
        };
        let why = "another column is the contact's name";
        if let Some((client, _)) = guesses.iter_mut().zip(words).find(is_client) {
            *client = Guess::likely(FieldId::COMPANY, why);
        } else if let Some(at) = self.company_of_record(sheet, guesses) {
            guesses[at] = Guess::likely(FieldId::COMPANY, why);
        }
    }

    /// The column that names the record, if the record is a company: `Display Name` beside `Primary Contact Name`,
    /// where the contact has another name on every row.
    fn company_of_record(&self, sheet: &Sheet<'_>, guesses: &[Guess]) -> Option<usize> {
        let names: Vec<usize> =
            (0..guesses.len()).filter(|at| guesses[*at].target == Some(FieldId::NAME)).collect();
        let [first, second] = names[..] else { return None };
        let is_records = |at: usize| sheet.words[at] == "display name";
        let says_contact =
            |at: usize| sheet.words[at].split(' ').any(|word| CONTACTS.contains(&word));
        let (record, contact) = match (is_records(first), is_records(second)) {
            (true, false) => (first, second),
            (false, true) => (second, first),
            _ => return None,
        };
        let named = sheet.samples.iter().filter_map(|row| {
            let cell = |at: usize| words(row.get(at).map_or("", String::as_str));
            let [record, contact] = [record, contact].map(cell);
            (!record.is_empty() && !contact.is_empty()).then_some((record, contact))
        });
        (says_contact(contact) && !may_be_same(named)).then_some(record)
    }

    /// Whether a header names a client, and does not say that it is a person: `Customer Name`, `Nombre del cliente`.
    pub(super) fn names_client(&self, words: &str) -> bool {
        let is_name =
            |word: &str| matches!(word, "name" | "nom" | "nome" | "nombre" | "naam" | "namn");
        let is_client = |word: &str| phrases(CLIENTS).any(|client| client == word);
        let says_no_more =
            |word: &str| is_client(word) || is_name(word) || self.word(word) == Word::Stop;
        words.split(' ').any(is_client) && words.split(' ').all(says_no_more)
    }
}

/// Whether two columns of names may be about the same people: on some row all words of one name are in the other, or no
/// row has both names.
fn may_be_same(named: impl Iterator<Item = (String, String)>) -> bool {
    let mut has_row = false;
    for (one, other) in named {
        has_row = true;
        let is_in = |one: &str, other: &str| {
            one.split(' ').all(|word| other.split(' ').any(|of_other| of_other == word))
        };
        if is_in(&one, &other) || is_in(&other, &one) {
            return true;
        }
    }
    !has_row
}

/// The headers that call a name the contact's.
fn named_contacts<'w>(words: &'w [String], guesses: &'w [Guess]) -> impl Iterator<Item = &'w str> {
    let names_one = |word| CONTACTS.contains(&word) || PERSONS.contains(&word);
    let is_name = |guess: &Guess| {
        matches!(guess.target, Some(FieldId::NAME | FieldId::FIRST_NAME | FieldId::LAST_NAME))
    };
    let named = words
        .iter()
        .zip(guesses)
        .filter(move |(words, guess)| is_name(guess) && words.split(' ').any(names_one));
    named.map(|(words, _)| words.as_str())
}

/// Whether a header says that it is the contact's name, as `Contact Name` does. `Contact` alone may also be a phone.
pub(super) fn is_surely_named(words: &[String], guesses: &[Guess]) -> bool {
    named_contacts(words, guesses).any(|words| words.contains(' ') || PERSONS.contains(&words))
}

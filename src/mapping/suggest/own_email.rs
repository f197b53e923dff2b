//! Decides whether the e-mail addresses of a column are the contact's own, where only its cells say that they are e-mail
//! addresses (behaviour A3): those of `Login` may be, those of `Gastgeber-Mail` are not.

use super::field_names::{Word, join};
use super::header::Reader;
use crate::field::FieldId;
use crate::field::synonyms::Group;

/// Words for an e-mail address, alone or as a part of a word: `gastemail`, `mailadresse`.
const MAIL: [&str; 15] = [
    "email",
    "mail",
    "epost",
    "mejl",
    "courriel",
    "correo",
    "sahkoposti",
    "почта",
    "почты",
    "пошта",
    "メール",
    "邮箱",
    "邮件",
    "郵件",
    "메일",
];

/// How many words are tried together as a name of an e-mail address. The longest name has four. There is a limit
/// because the header of a broken file may have thousands.
const LONGEST: usize = 8;

impl Reader<'_> {
    /// Whether a column of e-mail addresses may be the contact's own, judging by its header.
    ///
    /// A header without any word that we know may be called anything: `Login`. One that speaks of an e-mail address
    /// says with its other words whose the address is, in whatever language: each of them has to be one that we know to
    /// leave the address the contact's.
    pub(super) fn may_be_own(&self, words: &str) -> bool {
        let is_foreign = |word| {
            matches!(self.word(word), Word::Trap(_) | Word::Substitute | Word::Deal)
                || matches!(self.word(word), Word::Group(Group::Company | Group::Billing))
                || self.names.shared(word).is_some()
        };
        if words.split(' ').any(is_foreign) || self.is_another(words) {
            return false;
        }
        let (rest, names_address) = self.without_address(words);
        !names_address || rest.iter().all(|word| self.says_no_other(word) || is_like_address(word))
    }

    /// The words beside the name of an e-mail address, and whether there is such a name.
    fn without_address<'w>(&self, words: &'w str) -> (Vec<&'w str>, bool) {
        let mut rest: Vec<&str> = words.split(' ').collect();
        let is_address = |some: &[&str]| {
            let meaning = self.names.find(&join(some.iter().copied()));
            let field = meaning.and_then(|meaning| meaning.contact);
            matches!(field, Some(FieldId::EMAIL | FieldId::ADDITIONAL_EMAILS))
        };
        for len in (1..=rest.len().min(LONGEST)).rev() {
            if let Some(at) = rest.windows(len).position(is_address) {
                rest.drain(at..at + len);
                return (rest, true);
            }
        }
        let of_words = rest.iter().position(|word| MAIL.iter().any(|mail| word.contains(mail)));
        let Some(at) = of_words else { return (rest, false) };
        let word = rest.remove(at);
        let mail = MAIL.iter().find(|mail| word.contains(*mail)).copied().unwrap_or_default();
        if let Some((before, behind)) = word.split_once(mail) {
            // `kundenmailadresse`: the address, too, belongs to the name.
            let behind = ["addresses", "address", "adressen", "adresse", "adress", "adres", "s"]
                .iter()
                .find_map(|address| behind.strip_prefix(address))
                .unwrap_or(behind);
            rest.extend([before, behind].iter().filter(|part| !part.is_empty()));
        }
        (rest, true)
    }

    /// Whether a word beside the name of an address does not make it somebody else's.
    fn says_no_other(&self, word: &str) -> bool {
        word.parse::<u32>().is_ok()
            || matches!(
                self.word(word),
                Word::Stop | Word::Filler | Word::Own | Word::Neutral | Word::Group(_)
            )
    }
}

/// Whether a word is short for an address or nearly spelt like it: `addr`, `adr`, `adress`.
fn is_like_address(word: &str) -> bool {
    word.starts_with("ad")
        && ("address".starts_with(word)
            || matches!(word, "adr" | "adrs" | "addrs")
            || strsim::osa_distance(word, "address") <= 2)
}

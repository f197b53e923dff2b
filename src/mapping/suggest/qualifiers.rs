//! [`Qualifiers`]: which words of a header only say whose a field is, or which of several, and which words are left to
//! name the field: `Work email`, `Phone 2`, `Person - Name`.

use super::field_names::{Word, is_number_word, join};
use super::header::Reader;
use crate::field::FieldId;
use crate::field::synonyms::Group;

/// What the words around the name of a field say about it.
#[derive(Debug, Default)]
pub(super) struct Qualifiers {
    pub(super) is_own: bool,
    pub(super) is_opportunity: bool,
    pub(super) is_substitute: bool,
    pub(super) group: Option<Group>,
    pub(super) number: Option<u32>,
    /// Whether the field is another contact's: `Contact 2 Email`, `Other Contact Phone`.
    pub(super) is_another: bool,
    pub(super) is_mobile: bool,
}

impl Reader<'_> {
    /// Splits a header into the words around the name of a field, and that name. As few words are taken off as
    /// possible, because a word may be either: `organization` is a field, but in `organization email` it says which of
    /// several addresses is meant.
    pub(super) fn split_qualifiers(&self, words: &str) -> (Qualifiers, String) {
        let keeps: [fn(Group) -> bool; 3] = [|_| true, |group| group == Group::Company, |_| false];
        let is_name =
            |rest: &str| self.names.find(rest).is_some() || self.names.shared(rest).is_some();
        for keep in keeps {
            let (qualifiers, rest) = self.strip(words, keep);
            if is_name(&rest) {
                return (qualifiers, rest);
            }
            if let Some(part) = self.part_of_whole(&rest).or_else(|| self.numbered_phone(&rest)) {
                return (qualifiers, part);
            }
        }
        self.strip(words, |_| false)
    }

    /// The part that a header names, without the name of the whole before it: `zipcode` for `address zipcode`, `first
    /// name` for `full name first name`.
    fn part_of_whole(&self, rest: &str) -> Option<String> {
        let part = |prefixes: &[&str]| prefixes.iter().find_map(|prefix| rest.strip_prefix(prefix));
        if let Some(part) = part(&["full name ", "name "]) {
            let field = self.names.find(part)?.contact?;
            let is_part = matches!(field, FieldId::FIRST_NAME | FieldId::LAST_NAME);
            return is_part.then(|| part.to_owned());
        }
        let part = part(&[
            "address ",
            "adresse ",
            "mail address ",
            "postal address ",
            "postanschrift ",
            "anschrift ",
            "direccion ",
            "endereco ",
            "indirizzo ",
            "adres ",
            // `POCity`: the town of the postal address.
            "po ",
        ])?;
        // `AddressMailCity`.
        let part = part.strip_prefix("mail ").unwrap_or(part);
        let field = self.names.find(part)?.contact?;
        (field.is_place() || matches!(field, FieldId::COMPANY | FieldId::PHONE))
            .then(|| part.to_owned())
    }

    /// The phone that a header names, without the word for its number: `telephone` for `telephone no`.
    fn numbered_phone(&self, rest: &str) -> Option<String> {
        let (phone, last) = rest.rsplit_once(' ')?;
        (is_number_word(last) && self.names.find(phone)?.contact == Some(FieldId::PHONE))
            .then(|| phone.to_owned())
    }

    /// Whether a header is about another contact: `Contact 2 Email`.
    pub(super) fn is_another(&self, words: &str) -> bool {
        self.strip(words, |_| true).0.is_another
    }

    /// For a header with a number in it: whether it says whose column it is, and the words without those around them.
    /// `None` for a header without a number, or one that is about the opportunity.
    pub(super) fn numbered(&self, words: &str) -> Option<(bool, String)> {
        let (qualifiers, rest) = self.split_qualifiers(words);
        (qualifiers.number.is_some() && !qualifiers.is_opportunity)
            .then_some((qualifiers.is_own || qualifiers.is_substitute, rest))
    }

    /// Takes off the words that say whose a field is or which of several, and leaves the rest. Words for a group that
    /// `keeps` are left, because they may be part of a field's name.
    fn strip(&self, words: &str, keeps: impl Fn(Group) -> bool) -> (Qualifiers, String) {
        let mut qualifiers = Qualifiers::default();
        let mut rest: Vec<&str> = Vec::new();
        let mut before = Word::Other;
        for word in words.split(' ') {
            if let Ok(number) = word.parse::<u32>() {
                qualifiers.is_another |= before == Word::Own && number >= 2;
                qualifiers.number = Some(qualifiers.number.unwrap_or(0).max(number));
                continue;
            }
            let known = self.word(word);
            match known {
                Word::Stop | Word::Filler => continue,
                Word::Own => {
                    qualifiers.is_another |= before == Word::Group(Group::Other);
                    qualifiers.is_own = true;
                }
                Word::Substitute => qualifiers.is_substitute = true,
                Word::Deal => qualifiers.is_opportunity = true,
                Word::Group(group) if keeps(group) => rest.push(word),
                Word::Group(group) => {
                    // `Billing` and `Other` say more than `Main` and `Work` beside them.
                    qualifiers.group = qualifiers.group.max(Some(group));
                    qualifiers.is_mobile |= group == Group::Mobile;
                }
                Word::Trap(_) | Word::User | Word::Neutral | Word::Other => rest.push(word),
            }
            before = known;
        }
        (qualifiers, join(rest.into_iter()))
    }
}

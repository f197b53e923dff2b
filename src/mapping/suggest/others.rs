//! Columns that are another person's by those beside them, where their own headers do not say so
//! (behaviour A3): the second person of a row, the owner's e-mail address, the company's switchboard.

use super::Guess;
use super::header::{CONTACTS, Reader};
use super::names::Word;
use super::neighbours::has;
use super::person_names::{PARTS, PERSON};
use crate::field::FieldId;
use crate::field::synonyms::{Group, Trap};

/// Words that speak of other names of the same person, though they name no contact's field.
const SAME_PERSON: [&str; 6] = ["middle", "maiden", "nickname", "plus", "from", "by"];

impl Reader<'_> {
    /// `Name 1, Email 1, Name 2, Email 2`: an address with the number of another person's name is that
    /// person's. `Email 1, Email 2` with one name are both the contact's.
    pub(super) fn leave_second_person(
        &self,
        words: &[String],
        samples: &[Vec<String>],
        guesses: &mut [Guess],
    ) {
        // `Contact 1, Contact 2` beside a name are phones, `Nombre 1, Nombre 2` beside a surname one person's.
        let is_named = guesses.iter().zip(words).any(|(guess, words)| {
            guess.target.is_some_and(|field| PERSON.contains(&field)) && number(words).is_none()
        }) || has(guesses, FieldId::LAST_NAME);
        let number_of = |at: usize| {
            let (number, is_bare) = self.numbered_name(&words[at])?;
            (!(is_bare && is_named) && holds_names(samples, at)).then_some((number, is_bare))
        };
        let numbers: Vec<Option<(u32, bool)>> = (0..words.len()).map(number_of).collect();
        let is_taken = |number: u32| {
            number >= 2 && numbers.iter().flatten().any(|(other, _)| *other == number)
        };
        if !(2..=9).any(is_taken) {
            return;
        }
        for (at, guess) in guesses.iter_mut().enumerate() {
            if guess.target.is_some_and(FieldId::is_address) && is_taken(guess.number) {
                *guess = Guess::none("a person with a name of its own has the same number");
            } else if guess.target.is_none() && numbers[at] == Some((1, true)) && self.has_contacts
            {
                *guess = Guess::likely(FieldId::NAME, "it is the first of several people");
            }
        }
    }

    /// The number of a name, and whether there is no more than `Contact 2` or `Nom 2`.
    fn numbered_name(&self, words: &str) -> Option<(u32, bool)> {
        let number = number(words)?;
        let (is_somebodys, rest) = self.numbered(words)?;
        if rest.is_empty() {
            return is_somebodys.then_some((number, true));
        }
        if PARTS.contains(&rest.as_str()) {
            return Some((number, true));
        }
        let field = self.names.find(&rest)?.contact?;
        matches!(field, FieldId::NAME | FieldId::FIRST_NAME).then_some((number, false))
    }

    /// `Secondary Contact, Secondary Email`: the address is the other contact's.
    pub(super) fn leave_other_contact(
        &self,
        words: &[String],
        samples: &[Vec<String>],
        guesses: &mut [Guess],
    ) {
        let others: Vec<&str> = (0..words.len())
            .filter(|at| holds_names(samples, *at))
            .filter_map(|at| self.other_contact(&words[at]))
            .collect();
        for (guess, words) in guesses.iter_mut().zip(words) {
            let is_theirs = guess.group == Group::Other
                && guess.target.is_some_and(FieldId::is_address)
                && words.split(' ').any(|word| others.contains(&word));
            if is_theirs {
                *guess = Guess::none("another contact is called like this");
            }
        }
    }

    /// Which other contact a header names: the `secondary` of `Secondary Contact Name`.
    fn other_contact<'w>(&self, words: &'w str) -> Option<&'w str> {
        let (which, contact) = words.split_once(' ')?;
        let is_name = |word: &str| matches!(word, "name" | "person" | "full");
        let mut of_contact = contact.split(' ');
        (self.word(which) == Word::Group(Group::Other)
            && of_contact.clone().any(|word| CONTACTS.contains(&word))
            && of_contact.all(|word| CONTACTS.contains(&word) || is_name(word)))
        .then_some(which)
    }

    /// `Owner, Email, Name, Email`: the address behind the owner is the owner's if there is another one.
    pub(super) fn leave_behind_others(&self, words: &[String], guesses: &mut [Guess]) {
        let is_plain = |guess: &Guess| {
            guess.target.is_some_and(FieldId::is_address)
                && matches!(guess.group, Group::Plain)
                && guess.number == 1
        };
        for at in 0..words.len() {
            let is_address = guesses[at].target.is_some_and(FieldId::is_address);
            if is_address || !self.names_other(&words[at]) {
                continue;
            }
            let behind = guesses[at + 1..].iter().take_while(|guess| is_plain(guess)).count();
            let block = at + 1..at + 1 + behind;
            let has_twin = guesses.iter().enumerate().any(|(other, guess)| {
                let is_same = |of: &Guess| of.target == guess.target;
                !block.contains(&other)
                    && is_plain(guess)
                    && guesses[block.clone()].iter().any(is_same)
            });
            if has_twin {
                let why = format!("\"{}\" before it says that it is somebody else's", words[at]);
                guesses[block].fill(Guess::none(why));
            }
        }
    }

    /// Does a header name somebody who is not the contact: an owner, a guest, a spouse?
    fn names_other(&self, words: &str) -> bool {
        let is_owner = |id: FieldId| self.fields.get(id).key == "owner";
        let shared = self.names.shared(words).and_then(|meaning| meaning.contact);
        let named = self.names.find(words);
        let named = named.and_then(|meaning| meaning.contact.or(meaning.opportunity));
        let mut of_words = words.split(' ');
        shared.or(named).is_some_and(is_owner)
            || of_words.clone().any(|word| self.word(word) == Word::Trap(Trap::Person))
                && !of_words.any(|word| SAME_PERSON.contains(&word))
    }

    /// `Buyer Name` is the contact's name where the addresses are the buyer's, too.
    pub(super) fn leave_lone_buyer(&self, words: &[String], guesses: &mut [Guess]) {
        let is_buyers = |at: usize| self.names_buyer(&words[at]);
        let has_address = (0..words.len())
            .any(|at| guesses[at].target.is_some_and(FieldId::is_address) && is_buyers(at));
        for (at, guess) in guesses.iter_mut().enumerate() {
            if guess.target == Some(FieldId::NAME) && is_buyers(at) && !has_address {
                *guess = Guess::none("no address of the file is the buyer's");
            }
        }
    }

    /// Does a header speak of who buys?
    pub(super) fn names_buyer(&self, words: &str) -> bool {
        words.split(' ').any(|word| self.word(word) == Word::Substitute)
    }

    /// The phone of a company that people are listed of is the same for all of them: contacts are not
    /// matched by it (behaviour V4).
    pub(super) fn leave_switchboard(&self, guesses: &mut [Guess]) {
        let is_persons = |guess: &Guess| match guess.target {
            Some(FieldId::FIRST_NAME | FieldId::LAST_NAME | FieldId::NAME) => true,
            Some(FieldId::EMAIL) => guess.group < Group::Billing,
            _ => false,
        };
        if !guesses.iter().any(is_persons) {
            return;
        }
        for guess in guesses.iter_mut().filter(|guess| guess.group == Group::Company) {
            if matches!(guess.target, Some(FieldId::PHONE | FieldId::ADDITIONAL_PHONES)) {
                *guess = Guess::none("colleagues share the phone of their company");
            }
        }
    }
}

fn number(words: &str) -> Option<u32> {
    words.split(' ').find_map(|word| word.parse().ok())
}

/// May the cells of a column be names?
fn holds_names(samples: &[Vec<String>], at: usize) -> bool {
    let cells = samples.iter().filter_map(|record| record.get(at));
    let mut filled = cells.filter(|cell| !cell.trim().is_empty()).peekable();
    samples.is_empty()
        || filled.peek().is_some()
            && filled.all(|cell| !cell.contains('@') && cell.chars().any(char::is_alphabetic))
}

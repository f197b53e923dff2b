//! Decides which columns are about another person because of the columns beside them, though their own headers do not
//! say so (behaviour A3): the second person of a row, the owner's e-mail address, the company's switchboard. Of
//! `Name 1, Email 1, Name 2, Email 2`, the second address is not the contact's.

use super::field_names::Word;
use super::header::{CONTACTS, Reader};
use super::person_names::{PARTS, PERSON};
use super::{Guess, Sheet, has};
use crate::field::FieldId;
use crate::field::synonyms::{Group, Trap};
use crate::maps::Map;
use crate::normalize;

/// Words that speak of other names of the same person, though they name no contact's field.
const SAME_PERSON: [&str; 5] = ["middle", "maiden", "nickname", "plus", "from"];

/// One of several people of a row.
#[derive(Clone, Copy, Debug)]
struct Numbered {
    number: u32,
    /// Whether the header is only `Contact 2` or `Nom 2`, and does not say that it is a name.
    is_bare: bool,
}

impl Reader<'_> {
    /// Leaves out an address that has the number of another person's name: of `Name 1, Email 1, Name 2, Email 2`, the
    /// second address is that person's. `Email 1, Email 2` with one name are both the contact's.
    pub(super) fn leave_second_person(&self, sheet: &Sheet<'_>, guesses: &mut [Guess]) {
        let Sheet { words, samples, .. } = sheet;
        let people = self.numbered_people(words, samples, guesses);
        // If no row has a second name, the second address is the first person's.
        let has_address = |number: u32| {
            let is_of = |at: &usize| {
                guesses[*at].number == number
                    && guesses[*at].target.is_some_and(FieldId::is_address)
            };
            (0..words.len()).filter(is_of).any(|at| !is_blank(samples, at))
        };
        let is_second = |(at, person): (usize, &Option<Numbered>)| {
            let number = person.map_or(1, |person| person.number);
            number >= 2 && (!is_blank(samples, at) || !has_address(number))
        };
        if !people.iter().enumerate().any(is_second) {
            return;
        }
        let has_name = |number: u32| people.iter().flatten().any(|it| it.number == number);
        for ((guess, person), words) in guesses.iter_mut().zip(&people).zip(words) {
            // In a list of houses, all numbered phones are the first owner's.
            let is_address = guess.target.is_some_and(FieldId::is_address)
                && (!self.lists_owners || words.starts_with("owner "));
            let is_first = person.is_some_and(|person| person.number == 1 && person.is_bare);
            if is_address && guess.number >= 2 && has_name(guess.number) {
                *guess = Guess::none("a person with a name of its own has the same number");
            } else if guess.target.is_none() && is_first && self.has_contacts {
                *guess = Guess::likely(FieldId::NAME, "it is the first of several people");
            }
        }
    }

    /// Leaves out people who are numbered and named beside the parts of the contact's name, such as a player's parents:
    /// `First Name, Last Name, Contact 1 Name, Contact 1 Email`.
    pub(super) fn leave_numbered_others(&self, sheet: &Sheet<'_>, guesses: &mut [Guess]) {
        let words = &sheet.words;
        let is_part = |field: FieldId| {
            guesses
                .iter()
                .zip(words)
                .any(|(guess, words)| guess.target == Some(field) && number(words).is_none())
        };
        if !is_part(FieldId::FIRST_NAME) || !is_part(FieldId::LAST_NAME) {
            return;
        }
        let numbered = |at: usize| {
            let found = self.numbered_name(&words[at])?;
            let (whose, _) = words[at].rsplit_once(' ')?;
            let is_name = guesses[at].target == Some(FieldId::NAME);
            (is_name && !found.is_bare && number(whose).is_some()).then(|| format!("{whose} "))
        };
        let others: Vec<String> = (0..words.len()).filter_map(numbered).collect();
        for (guess, words) in guesses.iter_mut().zip(words) {
            if guess.target.is_some() && others.iter().any(|whose| words.starts_with(whose)) {
                *guess =
                    Guess::none("it is that of another person, who is named beside the contact");
            }
        }
    }

    /// The columns that number people, and may hold their names.
    fn numbered_people(
        &self,
        words: &[String],
        samples: &[Vec<String>],
        guesses: &[Guess],
    ) -> Vec<Option<Numbered>> {
        // Beside a name, `Contact 1, Contact 2` are phones, and beside a last name, `Nombre 1, Nombre 2` are the first
        // names of one person.
        let is_name = |(guess, words): (&Guess, &String)| {
            guess.target.is_some_and(|field| PERSON.contains(&field)) && number(words).is_none()
        };
        let is_named = has(guesses, FieldId::LAST_NAME) || guesses.iter().zip(words).any(is_name);
        let person = |at: usize| {
            let numbered = self.numbered_name(&words[at])?;
            (!(numbered.is_bare && is_named) && may_hold_names(samples, at)).then_some(numbered)
        };
        (0..words.len()).map(person).collect()
    }

    /// The number of a person whose name a header is.
    fn numbered_name(&self, words: &str) -> Option<Numbered> {
        let number = number(words)?;
        let (is_somebodys, rest) = self.numbered(words)?;
        if rest.is_empty() {
            return is_somebodys.then_some(Numbered { number, is_bare: true });
        }
        if PARTS.contains(&rest.as_str()) {
            return Some(Numbered { number, is_bare: true });
        }
        let field = self.names.find(&rest)?.contact?;
        let is_name = matches!(field, FieldId::NAME | FieldId::FIRST_NAME);
        is_name.then_some(Numbered { number, is_bare: false })
    }

    /// Leaves out the address of a second contact: `Secondary Contact, Secondary Email`.
    pub(super) fn leave_other_contact(&self, sheet: &Sheet<'_>, guesses: &mut [Guess]) {
        let Sheet { words, samples, .. } = sheet;
        let others: Vec<&str> = (0..words.len())
            .filter(|at| may_hold_names(samples, *at))
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

    /// Leaves out the address that stands behind somebody else's name if there is another address: in `Owner, Email,
    /// Name, Email`, the first one is the owner's.
    pub(super) fn leave_addresses_behind_others(&self, sheet: &Sheet<'_>, guesses: &mut [Guess]) {
        let words = &sheet.words;
        let is_plain = |guess: &Guess| {
            guess.target.is_some_and(FieldId::is_address)
                && matches!(guess.group, Group::Plain)
                && guess.number == 1
        };
        for at in 0..words.len() {
            let is_of_contact = guesses[at].target.is_some_and(|field| !self.is_owner(field));
            if is_of_contact || !self.names_other(&words[at]) {
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

    /// Whether a header names somebody who is not the contact: an owner, a guest, a spouse.
    fn names_other(&self, words: &str) -> bool {
        let shared = self.names.shared(words).and_then(|meaning| meaning.contact);
        let named = self.names.find(words);
        let named = named.and_then(|meaning| meaning.contact.or(meaning.opportunity));
        let mut of_words = words.split(' ');
        shared.or(named).is_some_and(|field| self.is_owner(field))
            || of_words.clone().any(|word| self.word(word) == Word::Trap(Trap::Person))
                && !of_words.any(|word| SAME_PERSON.contains(&word))
    }

    fn is_owner(&self, field: FieldId) -> bool {
        let field = self.fields.get(field);
        !field.is_custom && field.key == "owner"
    }

    /// Whether the file is a list of houses or animals whose owners are the contacts: it has `Owner 1 First Name`, or
    /// `Owner Name` and `Owner Phone`. Nobody else may be named or have a phone. Nor may the file list accounts,
    /// tickets or deals: whoever owns those is a user.
    pub(super) fn is_of_owners(&self, words: &[String], guesses: &[Guess]) -> bool {
        if !self.has_contacts || owns_accounts(words) || names_others(words, guesses) {
            return false;
        }
        let is_owners = |field: FieldId| {
            let of_owner = |words: &String| {
                let rest = words.strip_prefix("owner ")?;
                let rest = rest.strip_prefix("1 ").unwrap_or(rest);
                self.names.find(rest)?.contact
            };
            words.iter().any(|words| of_owner(words) == Some(field))
        };
        let has_address = guesses.iter().any(|guess| guess.target.is_some_and(FieldId::is_address));
        (lists_animals(words) || lists_houses(words, guesses))
            && (is_owners(FieldId::FIRST_NAME)
                || !has_address && is_owners(FieldId::NAME) && is_owners(FieldId::PHONE))
    }

    /// Leaves out the animal's columns in a list of animals: `Patient Name`, a date of birth.
    pub(super) fn leave_animals(&self, sheet: &Sheet<'_>, guesses: &mut [Guess]) {
        let words = &sheet.words;
        if !self.lists_owners || !lists_animals(words) {
            return;
        }
        for (guess, words) in guesses.iter_mut().zip(words) {
            let is_birth =
                guess.target.is_some_and(|field| self.fields.get(field).key == "date_of_birth");
            if guess.target.is_some() && (is_animals(words) || is_birth && !words.contains("owner"))
            {
                *guess = Guess::none("it is an animal's");
            }
        }
    }

    /// Leaves out a buyer's name, unless an address of the file is the buyer's, too.
    pub(super) fn leave_lone_buyer(&self, sheet: &Sheet<'_>, guesses: &mut [Guess]) {
        let words = &sheet.words;
        let is_buyers = |at: usize| self.names_buyer(&words[at]);
        let has_address = (0..words.len())
            .any(|at| guesses[at].target.is_some_and(FieldId::is_address) && is_buyers(at));
        for (at, guess) in guesses.iter_mut().enumerate() {
            if guess.target == Some(FieldId::NAME) && is_buyers(at) && !has_address {
                *guess = Guess::none("no address of the file is the buyer's");
            }
        }
    }

    /// Leaves out the columns of a buyer where the file also names those the tickets are for: beside `Attendee
    /// Email`, `Buyer Email` and `Buyer Phone` are not the contact's.
    pub(super) fn leave_buyer_of_others(&self, sheet: &Sheet<'_>, guesses: &mut [Guess]) {
        let words = &sheet.words;
        let filled = |at: usize| sheet.filled(at);
        let is_buyers = |at: usize| self.names_buyer(&words[at]);
        let is_name_with = |at: usize, word: &str| {
            guesses[at].target.is_some_and(|field| PERSON.contains(&field))
                && filled(at) > 0
                && words[at].split(' ').any(|of_name| of_name == word)
        };
        // `Attendee Email` beside the name of an attendee.
        let is_of_named = |at: usize| {
            let mut own = words[at].split(' ').filter(|word| self.word(word) == Word::Own);
            own.any(|own| (0..words.len()).any(|other| is_name_with(other, own)))
        };
        // The column for the others' addresses may be empty because only the buyer is named.
        let has_rows = (0..words.len()).any(|at| filled(at) > 0);
        let is_email_of_others = |at: usize| {
            let guess = &guesses[at];
            let is_email = guess.target.is_some_and(|field| field.primary() == FieldId::EMAIL);
            let is_theirs = is_email && !guess.is_weak && !is_buyers(at);
            is_theirs && (filled(at) > 0 || !has_rows || is_of_named(at))
        };
        let lists_buyers = self.lists_users || self.lists_owners;
        if lists_buyers || !(0..words.len()).any(is_email_of_others) {
            return;
        }
        for (guess, words) in guesses.iter_mut().zip(words) {
            if guess.target.is_some() && self.names_buyer(words) {
                *guess = Guess::none("other columns say whom the buyer buys for");
            }
        }
    }

    /// Leaves out an address that several people share who have addresses of their own: `Email` beside `Attendee Email`
    /// is that of whoever signed them up, and it would make one contact of them all.
    pub(super) fn leave_shared_address(&self, sheet: &Sheet<'_>, guesses: &mut [Guess]) {
        let is_own =
            |at: usize| sheet.words[at].split(' ').any(|word| self.word(word) == Word::Own);
        let of = |field: FieldId, guesses: &[Guess]| -> Vec<usize> {
            let is_one = |at: &usize| guesses[*at].target.is_some_and(|it| it.primary() == field);
            (0..guesses.len()).filter(is_one).collect()
        };
        for field in [FieldId::EMAIL, FieldId::PHONE] {
            let columns = of(field, guesses);
            let is_plain = |at: &usize| guesses[*at].group <= Group::Main && !is_own(*at);
            let plain: Vec<usize> = columns.iter().copied().filter(is_plain).collect();
            for at in plain {
                let mut own = columns.iter().filter(|own| is_own(**own));
                if own.any(|own| is_shared(sheet.samples, at, *own)) {
                    guesses[at] =
                        Guess::none("people who have their own in another column share it");
                }
            }
        }
    }

    /// Whether a header speaks of the person who buys: `Buyer Email`.
    pub(super) fn names_buyer(&self, words: &str) -> bool {
        words.split(' ').any(|word| self.word(word) == Word::Substitute)
    }

    /// Leaves out the phone of the company where the rows are people: colleagues share it, so it must not match
    /// contacts (behaviour V4).
    pub(super) fn leave_switchboard(&self, sheet: &Sheet<'_>, guesses: &mut [Guess]) {
        let is_persons = |guess: &Guess| match guess.target {
            Some(FieldId::FIRST_NAME | FieldId::LAST_NAME | FieldId::NAME) => true,
            Some(FieldId::EMAIL) => guess.group < Group::Billing,
            _ => false,
        };
        if !guesses.iter().any(is_persons) {
            return;
        }
        let is_company = |word: &str| self.word(word) == Word::Group(Group::Company);
        for (guess, words) in guesses.iter_mut().zip(&sheet.words) {
            // `Alt. Company Phone` is another phone of the company.
            let is_companys = guess.group == Group::Company
                || guess.group == Group::Other && words.split(' ').any(is_company);
            let is_phone =
                matches!(guess.target, Some(FieldId::PHONE | FieldId::ADDITIONAL_PHONES));
            if is_companys && is_phone {
                *guess = Guess::none("colleagues share the phone of their company");
            }
        }
    }
}

/// Whether an owner in this file owns accounts, tickets or deals, and is therefore a user of the file's product.
fn owns_accounts(words: &[String]) -> bool {
    // These are whole headers, because lists of houses have `Subject Property`, `Title Company` and `Account Number`,
    // too.
    let is_owned = ["subject", "case", "account", "account name", "deal"];
    has_word(words, &["ticket", "tickets"])
        || words.iter().any(|words| is_owned.contains(&words.as_str()))
}

/// Whether a file names people other than owners, or has columns that only files with users have.
fn names_others(words: &[String], guesses: &[Guess]) -> bool {
    const OF_USERS: [FieldId; 9] = [
        FieldId::OPPORTUNITY_ID,
        FieldId::OPPORTUNITY_NAME,
        FieldId::PIPELINE,
        FieldId::STAGE,
        FieldId::VALUE,
        FieldId::EXPECTED_CLOSE_DATE,
        FieldId::COMPANY,
        FieldId::BUSINESS_NAME,
        FieldId::WEBSITE,
    ];
    let lists_animals = lists_animals(words);
    let is_else = |(guess, words): (&Guess, &String)| {
        if lists_animals && is_animals(words) {
            return false;
        }
        let chosen = guess.choice.and_then(|choice| choice.contact.or(choice.opportunity));
        guess.target.or(chosen).is_some_and(|field| {
            PERSON.contains(&field)
                // What a house is worth is an `Estimated Value`.
                || OF_USERS.contains(&field) && !(field == FieldId::VALUE && guess.is_weak)
        })
    };
    guesses.iter().zip(words).any(is_else)
}

fn lists_houses(words: &[String], guesses: &[Guess]) -> bool {
    let is_numbered =
        |words: &String| ["owner 1 ", "owner 2 "].iter().any(|of| words.starts_with(of));
    words.iter().any(is_numbered)
        || has(guesses, FieldId::ADDRESS)
        || has_word(words, &["street", "parcel", "property", "apn", "mailing"])
}

/// Whether any header has one of these words.
fn has_word(words: &[String], any: &[&str]) -> bool {
    words.iter().flat_map(|words| words.split(' ')).any(|word| any.contains(&word))
}

/// Whether a file has columns that only lists of animals have.
fn lists_animals(words: &[String]) -> bool {
    words.iter().any(|words| matches!(words.as_str(), "species" | "breed" | "tierart" | "rasse"))
}

/// Whether a header, in a list of animals, speaks of the animal: `Patient Name`, `Pet`.
fn is_animals(words: &str) -> bool {
    words.split(' ').any(|word| matches!(word, "patient" | "pet" | "animal" | "tier" | "tiername"))
}

/// Whether two records have the same address in one column, and different ones in the other.
fn is_shared(samples: &[Vec<String>], at: usize, own: usize) -> bool {
    let mut met: Map<String, String> = Map::default();
    samples.iter().any(|record| {
        // Spelling does not matter: `206-555-0123` is `2065550123`.
        let cell = |at: usize| {
            let cell = record.get(at).map_or("", String::as_str);
            let plain: String = cell.chars().filter(|c| c.is_alphanumeric()).collect();
            (!plain.is_empty()).then(|| plain.to_lowercase())
        };
        let (Some(address), Some(own)) = (cell(at), cell(own)) else { return false };
        *met.entry(address).or_insert_with(|| own.clone()) != own
    })
}

fn number(words: &str) -> Option<u32> {
    words.split(' ').find_map(|word| word.parse().ok())
}

/// Whether all filled cells of a column may be names.
fn may_hold_names(samples: &[Vec<String>], at: usize) -> bool {
    filled(samples, at).all(|cell| !cell.contains('@') && cell.chars().any(char::is_alphabetic))
}

/// Whether there are records, and none has a cell in this column.
fn is_blank(samples: &[Vec<String>], at: usize) -> bool {
    !samples.is_empty() && filled(samples, at).next().is_none()
}

/// The cells of a column that are not blank.
pub(super) fn filled(samples: &[Vec<String>], at: usize) -> impl Iterator<Item = &str> {
    let cells = samples.iter().filter_map(move |record| record.get(at));
    cells.map(|cell| normalize::unguarded(normalize::trim(cell))).filter(|cell| !cell.is_empty())
}

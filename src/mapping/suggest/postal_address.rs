//! Decides which columns are the parts of the contact's one postal address: the `City` behind `Shipping Address` is not,
//! if the file has a `Street` and a town of its own for the contact.

use super::field_names::Word;
use super::header::Reader;
use super::{Guess, Sheet, has};
use crate::field::FieldId;
use crate::field::synonyms::{Group, Trap, phrases};

/// Words for a street, alone or as the end of a word: `lieferadresse`.
const STREETS: &str = "address | street | adresse | anschrift | strasse | rue | direccion | calle | endereco \
     | indirizzo | adres | straat | adress";

/// Beginnings of such words that mean a place where nobody lives.
const OF_PLACES: &str = "liefer | versand | objekt | baustellen | projekt | einsatz | leverans | levering | bezorg \
     | aflever";

/// Words for places that are sold, worked at or visited.
const PLACES: &str = "property | listing | job | jobsite | project | site | venue | event | installation | pickup \
     | warehouse | previous | old | former | prior | past | inmueble | imovel | immobile | obra \
     | objekt | chantier";

impl Reader<'_> {
    /// Decides words that name different parts of an address in different languages. `By` behind a postal code is a
    /// town in Danish; elsewhere it says who did something. `Kraj` is a country in Polish, but a region beside a Czech
    /// or Slovak postal code. `Staat` is a country in German, but a region beside the country in Dutch.
    pub(super) fn settle_ambiguous_places(&self, sheet: &Sheet<'_>, guesses: &mut [Guess]) {
        let words = &sheet.words;
        let is_town = |at: &usize| {
            let before = at.checked_sub(1).and_then(|before| guesses[before].target);
            words[*at] == "by" && before == Some(FieldId::POSTAL_CODE)
        };
        if self.has_contacts
            && !has(guesses, FieldId::CITY)
            && let Some(at) = (0..guesses.len()).find(is_town)
        {
            guesses[at] = Guess::likely(FieldId::CITY, "it stands behind a postal code");
        }
        if words.iter().any(|word| word == "psc")
            && let Some(at) = words.iter().position(|word| word == "kraj")
            && guesses[at].target == Some(FieldId::COUNTRY)
        {
            guesses[at] = Guess::likely(FieldId::STATE, "it stands beside a Czech postal code");
        }
        if let Some(at) = words.iter().position(|word| word == "staat")
            && guesses[at].target == Some(FieldId::COUNTRY)
            && guesses.iter().filter(|guess| guess.target == Some(FieldId::COUNTRY)).count() > 1
        {
            guesses[at] = Guess::likely(FieldId::STATE, "it stands beside a country");
        }
    }

    /// Leaves out the house's address in a list of houses, if the owner's letters go to another one.
    pub(super) fn leave_house_address(&self, _: &Sheet<'_>, guesses: &mut [Guess]) {
        let is_for_letters =
            |guess: &Guess| guess.target == Some(FieldId::ADDRESS) && guess.group == Group::Main;
        if !self.lists_owners || !guesses.iter().any(is_for_letters) {
            return;
        }
        let is_place = |guess: &Guess| guess.target.is_some_and(FieldId::is_place);
        for guess in guesses.iter_mut().filter(|it| is_place(it) && it.group == Group::Plain) {
            *guess = Guess::none("it is the house's, and letters go to another address");
        }
    }

    /// Leaves out the parts of an address behind a street that is not the contact's: `Shipping Address, City, State,
    /// Zip`. If the file has the contact's own street, filled, only those parts are left out that it has elsewhere,
    /// too.
    pub(super) fn leave_place_of_others(&self, sheet: &Sheet<'_>, guesses: &mut [Guess]) {
        let filled = |at: usize| sheet.filled(at);
        let is_any_filled = (0..guesses.len()).any(|at| filled(at) > 0);
        let is_own = |(at, guess): (usize, &Guess)| {
            guess.target == Some(FieldId::ADDRESS)
                && place_of(guess) == Group::Plain
                && (filled(at) > 0 || !is_any_filled)
        };
        let has_own = guesses.iter().enumerate().any(is_own);
        let theirs = self.behind_street_of_others(&sheet.words, guesses);
        let mut elsewhere: Vec<Option<FieldId>> =
            guesses.iter().map(|guess| guess.target).collect();
        theirs.iter().for_each(|&at| elsewhere[at] = None);
        elsewhere.retain(|field| field.is_some_and(FieldId::is_place));
        elsewhere.sort_unstable();
        elsewhere.dedup();
        let leaves = |at: &usize| !has_own || elsewhere.contains(&guesses[*at].target);
        let left: Vec<usize> = theirs.iter().copied().filter(leaves).collect();
        for at in left {
            guesses[at] = Guess::none("it stands behind a street that is not the contact's");
        }
    }

    /// The towns, states and postal codes that stand behind a street that is not the contact's.
    fn behind_street_of_others(&self, words: &[String], guesses: &[Guess]) -> Vec<usize> {
        let mut behind = Vec::new();
        let mut is_behind = false;
        for (at, guess) in guesses.iter().enumerate() {
            // The account may have a field of its own for such a street, so custom fields do not count.
            let standard = guess.target.filter(|field| !self.fields.get(*field).is_custom);
            is_behind = match standard {
                None => {
                    self.is_street_of_others(&words[at]) || is_behind && is_second_line(&words[at])
                }
                Some(FieldId::ADDRESS) => false,
                Some(field) => is_behind && field.is_place() && place_of(guess) == Group::Plain,
            };
            if is_behind && standard.is_some() {
                behind.push(at);
            }
        }
        behind
    }

    /// Whether a header is the street of a place where the contact does not live: `Shipping Address`, `Lieferadresse`.
    fn is_street_of_others(&self, words: &str) -> bool {
        let is_street = |word: &str| phrases(STREETS).any(|street| street == word);
        let is_elsewhere = |word: &str| {
            phrases(PLACES).any(|place| place == word)
                || matches!(self.word(word), Word::Trap(Trap::Trade | Trap::Person))
        };
        let is_compound = |word: &str| {
            phrases(STREETS).any(|street| word.ends_with(street))
                && phrases(OF_PLACES).any(|place| word.starts_with(place))
        };
        let is_electronic = |word: &str| matches!(word, "email" | "mail" | "ip" | "mac" | "web");
        let mut all = words.split(' ');
        (all.clone().any(is_street) && all.clone().any(is_elsewhere)
            || all.clone().any(is_compound))
            && !all.any(is_electronic)
    }

    /// Keeps the parts of one address: the contact's own rather than the company's, and one that is filled rather than
    /// one that is not.
    pub(super) fn keep_one_place(&self, sheet: &Sheet<'_>, guesses: &mut [Guess]) {
        let best = best_place(|at| sheet.filled(at), guesses);
        // A street for bills and a plain town are one address, if no part is in both.
        let parts = |group: Group, guesses: &[Guess]| -> Vec<FieldId> {
            let of = guesses.iter().filter(|guess| place_of(guess) == group);
            of.filter_map(|guess| guess.target.filter(|field| field.is_place())).collect()
        };
        let bills = parts(Group::Billing, guesses);
        let completes = best.is_some_and(|best| {
            best == Group::Plain && !parts(best, guesses).iter().any(|field| bills.contains(field))
        });
        let is_streetless =
            best == Some(Group::Plain) && !parts(Group::Plain, guesses).contains(&FieldId::ADDRESS);
        let street = street_beside(guesses).filter(|group| {
            let known = parts(Group::Plain, guesses);
            is_streetless && !parts(*group, guesses).iter().any(|field| known.contains(field))
        });
        for guess in guesses.iter_mut() {
            if completes && place_of(guess) == Group::Billing
                || street.is_some_and(|group| place_of(guess) == group)
            {
                continue;
            }
            if guess.target.is_some_and(FieldId::is_place) && Some(place_of(guess)) != best {
                *guess = Guess::none("another address of the file is used");
            }
        }
        drop_region_of_computer(&sheet.words, guesses);
        self.drop_lone_region(guesses);
    }

    /// Whether a header has the names of several parts of an address, and nothing else: `City/State/Zip`, `PLZ/Ort`.
    pub(super) fn is_several_places(&self, words: &str) -> bool {
        let place = |word: &str| self.names.find(word)?.contact.filter(|field| field.is_place());
        let mut places = words.split(' ').map(place);
        let Some(Some(first)) = places.next() else { return false };
        let rest: Option<Vec<FieldId>> = places.collect();
        rest.is_some_and(|rest| rest.iter().any(|place| *place != first))
    }

    /// Leaves out a region without any other part of an address: it is where somebody sells, not where somebody lives.
    fn drop_lone_region(&self, guesses: &mut [Guess]) {
        let is_region = |field: FieldId| field.is_place() && self.fields.get(field).key == "state";
        let is_lone = |guess: &Guess| guess.is_weak && guess.target.is_some_and(is_region);
        let has_more = guesses.iter().any(|guess| {
            guess.target.is_some_and(|field| field.is_place() && field != FieldId::COUNTRY)
                && !is_lone(guess)
        });
        if !has_more {
            for guess in guesses.iter_mut().filter(|guess| is_lone(guess)) {
                *guess = Guess::none("a region alone is no part of an address");
            }
        }
    }
}

/// Leaves out the region of the computer with which somebody signed up: `CC, REGION`.
fn drop_region_of_computer(words: &[String], guesses: &mut [Guess]) {
    for (at, guess) in guesses.iter_mut().enumerate().skip(1) {
        if guess.is_weak && words[at] == "region" && words[at - 1] == "cc" {
            *guess = Guess::none("it stands behind \"CC\", the country of a computer");
        }
    }
}

/// The group of a street that belongs to a plain town, because it stands before the town, or else behind it: `Home
/// Address, City, State, Zip`.
fn street_beside(guesses: &[Guess]) -> Option<Group> {
    let is_street = |guess: &Guess| {
        guess.target == Some(FieldId::ADDRESS)
            && matches!(place_of(guess), Group::Home | Group::Work | Group::Company)
    };
    let is_plain = |other: Option<&Guess>| {
        other.is_some_and(|it| {
            it.target.is_some_and(FieldId::is_place) && place_of(it) == Group::Plain
        })
    };
    let is_else = |of: &Guess, other: &Guess| {
        other.target.is_some_and(|field| !field.is_place() || place_of(other) != place_of(of))
    };
    let before = |at: usize| guesses[..at].iter().rev().find(|other| is_else(&guesses[at], other));
    let behind = |at: usize| guesses[at + 1..].iter().find(|other| is_else(&guesses[at], other));
    let streets = || (0..guesses.len()).filter(|at| is_street(&guesses[*at]));
    let found = streets().find(|at| is_plain(behind(*at)));
    let found = found.or_else(|| streets().find(|at| is_plain(before(*at))));
    found.map(|at| place_of(&guesses[at]))
}

/// Whether a header continues the street before it: `Shipping Address 2`, `Apartment`.
fn is_second_line(words: &str) -> bool {
    words.split(' ').any(|word| {
        word.parse::<u32>().is_ok()
            || matches!(word, "apt" | "apartment" | "suite" | "unit" | "line")
    })
}

/// The address to keep: the one most likely the contact's own, then the one with the most cells.
fn best_place(filled: impl Fn(usize) -> usize, guesses: &[Guess]) -> Option<Group> {
    let mut groups: Vec<(Group, usize, usize)> = Vec::new();
    for (at, guess) in guesses.iter().enumerate() {
        if !guess.target.is_some_and(FieldId::is_place) {
            continue;
        }
        let group = place_of(guess);
        match groups.iter_mut().find(|(other, ..)| *other == group) {
            Some((_, cells, _)) => *cells += filled(at),
            None => groups.push((group, filled(at), at)),
        }
    }
    let is_any_filled = groups.iter().any(|(_, cells, _)| *cells > 0);
    groups
        .iter()
        .filter(|(_, cells, _)| *cells > 0 || !is_any_filled)
        .min_by_key(|(group, cells, at)| (rank_of_place(*group), usize::MAX - cells, *group, *at))
        .map(|(group, ..)| *group)
}

/// The group of an address; plain and main addresses are one group.
fn place_of(guess: &Guess) -> Group {
    match guess.group {
        Group::Main | Group::Mobile => Group::Plain,
        group => group,
    }
}

fn rank_of_place(group: Group) -> u8 {
    match group {
        Group::Plain | Group::Main | Group::Mobile => 0,
        Group::Home | Group::Work => 1,
        Group::Billing => 2,
        Group::Company => 3,
        Group::Other => 4,
    }
}

//! Decides what `Name` and its like are, by the columns beside them and by their cells (behaviour A1): a whole name, a
//! part of one, or the opportunity's name. `Name` beside `First Name` is the last name.

use super::field_names::Word;
use super::header::Reader;
use super::{Confidence, Guess, Sheet, has};
use crate::field::synonyms::Group;
use crate::field::{FieldId, words};
use crate::object::Object;

/// Whether a column says what something may be sold for: `Estimated Value`, which is weaker than a value that is known.
pub(super) fn has_estimate(guesses: &[Guess]) -> bool {
    guesses.iter().any(|guess| guess.target == Some(FieldId::VALUE) && guess.is_weak)
}

/// A field, how sure that is, and why.
type Found = (FieldId, Confidence, &'static str);

/// Fields that only a file of opportunities has.
const OF_DEALS: [FieldId; 4] =
    [FieldId::PIPELINE, FieldId::STAGE, FieldId::LOST_REASON, FieldId::EXPECTED_CLOSE_DATE];

/// Fields that describe a person, besides addresses and places.
const PERSONAL: [FieldId; 4] =
    [FieldId::CONTACT_ID, FieldId::DATE_OF_BIRTH, FieldId::FIRST_NAME, FieldId::LAST_NAME];

/// Fields for a person's name.
pub(super) const PERSON: [FieldId; 3] = [FieldId::NAME, FieldId::FIRST_NAME, FieldId::LAST_NAME];

/// Headers that may mean a person's whole name or an opportunity's name.
pub(super) const NAMES: [&str; 11] =
    ["name", "naam", "namn", "navn", "nom", "nome", "nombre", "nume", "jmeno", "имя", "nimi"];

/// Headers that mean one part of a name if the other part is beside them.
pub(super) const PARTS: [&str; 11] =
    ["nom", "nome", "nombre", "nombres", "nume", "jmeno", "имя", "isim", "ad", "adi", "cognom"];

impl Reader<'_> {
    /// Decides what each column is that is called `Name` or like it. `Name` is the opportunity's beside `Contact Name`,
    /// and the last name beside a first name. `Nom` and `Nome` are the last name beside a first name, and the whole
    /// name if they stand alone.
    pub(super) fn settle_names(&self, sheet: &Sheet<'_>, guesses: &mut [Guess]) {
        let Sheet { words, samples, .. } = sheet;
        let twins = self.settle_two_names(words, guesses);
        for at in (0..guesses.len()).filter(|at| !twins.contains(at)) {
            let (own, word) = self.without_own(&words[at]);
            let found = match word {
                "first" | "last" => {
                    let other = if word == "first" { "last" } else { "first" };
                    self.other_half(word, &format!("{own}{other}"), words, guesses)
                }
                "name" if !own.is_empty() => {
                    (own == "lead ").then(|| self.lead_name(at, guesses)).flatten()
                }
                _ if !own.is_empty() => self.part_of_theirs(at, own, word, words, guesses),
                "name" | "naam" | "namn" | "navn"
                    if guesses[at].target.is_some() || !self.has_contacts =>
                {
                    self.name_beside(at, samples, guesses)
                }
                _ if PARTS.contains(&word) => {
                    let beside =
                        (has(guesses, FieldId::FIRST_NAME), has(guesses, FieldId::LAST_NAME));
                    let of_deal = self.deals_name(at, word, guesses).or_else(|| {
                        NAMES.contains(&word).then(|| self.sold_name(guesses)).flatten()
                    });
                    of_deal.or_else(|| self.part_of_name(word, beside))
                }
                _ => None,
            };
            if let Some((field, confidence, why)) = found {
                guesses[at] = Guess::new(Some(field), confidence, why);
            }
        }
    }

    /// Decides between two columns that are both called `Name`: the one among the contact's columns is the contact's,
    /// and the one among the opportunity's columns is the opportunity's. If the columns behind them do not tell,
    /// neither is suggested. Returns the positions of both.
    fn settle_two_names(&self, words: &[String], guesses: &mut [Guess]) -> Vec<usize> {
        let is_name = |at: &usize| NAMES.contains(&words[*at].as_str());
        let found: Vec<usize> = (0..guesses.len()).filter(is_name).collect();
        let [first, second] = found[..] else { return Vec::new() };
        let is_named = |(at, guess): (usize, &Guess)| {
            at != first && at != second && guess.target.is_some_and(|field| PERSON.contains(&field))
        };
        let is_clear = words[first] != words[second]
            || !self.has_contacts
            || has(guesses, FieldId::OPPORTUNITY_NAME)
            || !guesses.iter().any(|guess| self.is_of(guess, Object::Opportunity))
            || guesses.iter().enumerate().any(is_named);
        if is_clear {
            return Vec::new();
        }
        let object = |guess: &Guess| {
            let field = guess.target.filter(|field| *field != FieldId::TAGS);
            field.map(|field| self.fields.get(field).object)
        };
        let behind = [&guesses[first + 1..second], &guesses[second + 1..]];
        let lean = |part: &[Guess]| -> i32 {
            let way = |object| if object == Object::Contact { 1 } else { -1 };
            part.iter().filter_map(object).map(way).sum()
        };
        let nearest = behind.map(|part| part.iter().find_map(object));
        let person = match nearest {
            [Some(one), Some(other)] if one == other => {
                let [one, other] = behind.map(lean);
                (one != other).then_some(if one > other { first } else { second })
            }
            [Some(Object::Contact), _] | [_, Some(Object::Opportunity)] => Some(first),
            [Some(Object::Opportunity), _] | [_, Some(Object::Contact)] => Some(second),
            [None, None] => None,
        };
        for at in [first, second] {
            guesses[at] = match person {
                None => Guess::none("two columns are called like this"),
                Some(person) if person == at => {
                    Guess::likely(FieldId::NAME, "the columns behind it are about a contact")
                }
                Some(_) => {
                    let why = "the columns behind it are about an opportunity";
                    Guess::likely(FieldId::OPPORTUNITY_NAME, why)
                }
            };
        }
        found
    }

    /// The words that say whose the name is, and the other words: `Customer ` and `First`. The number of the first of
    /// several is left away.
    fn without_own<'w>(&self, words: &'w str) -> (&'w str, &'w str) {
        let bare = words.strip_suffix(" 1").filter(|bare| PARTS.contains(bare)).unwrap_or(words);
        let (own, word) = bare.split_once(' ').unwrap_or(("", bare));
        match self.word(own) {
            Word::Own | Word::Substitute | Word::Group(Group::Main) => {
                bare.split_at(bare.len() - word.len())
            }
            _ => self.without_owner_behind(bare).unwrap_or(("", bare)),
        }
    }

    /// Whose name it is, and which part of a name: `participant` and `Nom` in `Nom du participant`.
    fn without_owner_behind<'w>(&self, words: &'w str) -> Option<(&'w str, &'w str)> {
        let (rest, own) = words.rsplit_once(' ')?;
        let (part, between) = rest.split_once(' ').unwrap_or((rest, ""));
        let is_joined =
            between.is_empty() || between.split(' ').all(|it| self.word(it) == Word::Stop);
        (PARTS.contains(&part) && is_joined && self.word(own) == Word::Own).then_some((own, part))
    }

    /// What part of a participant's name a column is: `Nom participant` is the last name beside `Prénom participant`.
    /// Alone it stays the whole name.
    fn part_of_theirs(
        &self,
        at: usize,
        own: &str,
        word: &str,
        words: &[String],
        guesses: &[Guess],
    ) -> Option<Found> {
        let own = own.trim_end();
        let has_theirs = |field: FieldId| {
            let mut beside = guesses.iter().zip(words);
            beside.any(|(guess, words)| {
                guess.target == Some(field) && words.split(' ').any(|other| other == own)
            })
        };
        let beside = (has_theirs(FieldId::FIRST_NAME), has_theirs(FieldId::LAST_NAME));
        let is_part = PARTS.contains(&word) && guesses[at].target == Some(FieldId::NAME);
        if !is_part || !(beside.0 || beside.1) {
            return None;
        }
        self.part_of_name(word, beside)
    }

    /// The opportunity's name, if the column is among those of an opportunity and another column names the contact:
    /// `Nome`.
    fn deals_name(&self, at: usize, word: &str, guesses: &[Guess]) -> Option<Found> {
        let is_free = self.has_opportunities && !has(guesses, FieldId::OPPORTUNITY_NAME);
        let has_deal = guesses.iter().any(|guess| self.is_of(guess, Object::Opportunity));
        let is_in_parts = has(guesses, FieldId::FIRST_NAME) || has(guesses, FieldId::LAST_NAME);
        let is_named =
            |(other, guess): (usize, &Guess)| other != at && guess.target == Some(FieldId::NAME);
        if !NAMES.contains(&word) || !is_free || !has_deal || is_in_parts {
            return None;
        }
        let why = "another column names the contact";
        let is_contact_named = guesses.iter().enumerate().any(is_named);
        is_contact_named.then_some((FieldId::OPPORTUNITY_NAME, Confidence::Likely, why))
    }

    /// Whether a column is about a person: an address, a place, a part of a name.
    pub(super) fn has_personal(&self, guesses: &[Guess]) -> bool {
        guesses.iter().filter_map(|guess| guess.target).any(|field| {
            self.fields.get(field).object == Object::Contact
                && (field.is_address() || field.is_place() || PERSONAL.contains(&field))
        })
    }

    /// The opportunity's name, in a file that says by when each is to be sold, or for how much it may be, and nothing
    /// about a person. It may still have a company, an owner and notes, because opportunities have these, too.
    fn sold_name(&self, guesses: &[Guess]) -> Option<Found> {
        let is_free = self.has_opportunities && !has(guesses, FieldId::OPPORTUNITY_NAME);
        let is_sold = has(guesses, FieldId::EXPECTED_CLOSE_DATE) || has_estimate(guesses);
        (is_free && is_sold && !self.has_personal(guesses)).then_some((
            FieldId::OPPORTUNITY_NAME,
            Confidence::Likely,
            "no other column is about a person",
        ))
    }

    /// The part of a name that `First` is beside `Last`, and `Last` beside `First`.
    fn other_half(
        &self,
        word: &str,
        other: &str,
        words: &[String],
        guesses: &[Guess],
    ) -> Option<Found> {
        let (field, beside, why) = match word {
            "first" => (FieldId::FIRST_NAME, FieldId::LAST_NAME, "it stands beside a last name"),
            _ => (FieldId::LAST_NAME, FieldId::FIRST_NAME, "it stands beside a first name"),
        };
        let is_half = has(guesses, beside) || words.iter().any(|word| word == other);
        (self.has_contacts && is_half).then_some((field, Confidence::Likely, why))
    }

    /// The opportunity's name, if `Lead Name` has a stage and another column names the contact.
    fn lead_name(&self, at: usize, guesses: &[Guess]) -> Option<Found> {
        let is_free = self.has_opportunities && !has(guesses, FieldId::OPPORTUNITY_NAME);
        let has_stage = has(guesses, FieldId::STAGE);
        let is_named = |(other, guess): (usize, &Guess)| {
            other != at && guess.target.is_some_and(|field| PERSON.contains(&field))
        };
        let why = "another column names the contact";
        (is_free && has_stage && guesses.iter().enumerate().any(is_named)).then_some((
            FieldId::OPPORTUNITY_NAME,
            Confidence::Likely,
            why,
        ))
    }

    /// What `Name` is, by the other columns.
    fn name_beside(&self, at: usize, samples: &[Vec<String>], guesses: &[Guess]) -> Option<Found> {
        let likely = |field, why| Some((field, Confidence::Likely, why));
        let is_free = self.has_opportunities && !has(guesses, FieldId::OPPORTUNITY_NAME);
        if !self.has_contacts {
            let why = "only opportunities are imported";
            return is_free.then_some((FieldId::OPPORTUNITY_NAME, Confidence::Likely, why));
        }
        // The name to which bills go may be somebody else's, so it does not count.
        let own = |field: FieldId| {
            let is_own = |guess: &Guess| {
                guess.target == Some(field) && matches!(guess.group, Group::Plain | Group::Main)
            };
            guesses.iter().position(is_own)
        };
        let parts = (own(FieldId::FIRST_NAME), own(FieldId::LAST_NAME));
        let has_deal = guesses.iter().any(|guess| self.is_of(guess, Object::Opportunity));
        let is_named = |(other, guess): (usize, &Guess)| {
            other != at && guess.target.is_some_and(|field| PERSON.contains(&field))
        };
        let has_part = parts.0.is_some() != parts.1.is_some();
        if is_free && has_deal && !has_part && guesses.iter().enumerate().any(is_named) {
            return likely(FieldId::OPPORTUNITY_NAME, "another column names the contact");
        }
        if let Some(sold) = self.sold_name(guesses) {
            return Some(sold);
        }
        let is_beside = |(other, guess): (usize, &Guess)| {
            // Tags stand anywhere.
            other != at && self.is_of(guess, Object::Contact) && guess.target != Some(FieldId::TAGS)
        };
        let is_of_deals = is_free && OF_DEALS.iter().any(|field| has(guesses, *field));
        match parts {
            (Some(first), None) => self.other_part(FieldId::LAST_NAME, at, first, samples),
            (None, Some(last)) => self.other_part(FieldId::FIRST_NAME, at, last, samples),
            (Some(_), Some(_)) if !self.fields.splits_names() => {
                likely(FieldId::NAME, "it holds the whole name")
            }
            (Some(_), Some(_)) => {
                likely(FieldId::NAME, "it says what the first and the last name leave blank")
            }
            (None, None) if !is_of_deals => None,
            (None, None) if guesses.iter().enumerate().any(is_beside) => {
                likely(FieldId::NAME, "other columns are about a contact")
            }
            (None, None) => likely(FieldId::OPPORTUNITY_NAME, "no other column is about a contact"),
        }
    }

    /// The other part of a name, for `Name` beside one part. If its cells hold that part and more, it is the whole
    /// name. Nothing changes if the account does without the other part.
    fn other_part(
        &self,
        other: FieldId,
        at: usize,
        part: usize,
        samples: &[Vec<String>],
    ) -> Option<Found> {
        let (field, why) = match other {
            _ if self.fields.is_absent(other) => return None,
            _ if are_whole(samples, at, part) => (FieldId::NAME, "its values are full names"),
            FieldId::LAST_NAME => (other, "it stands beside a first name"),
            _ => (other, "it stands beside a last name"),
        };
        Some((field, Confidence::Likely, why))
    }

    /// Says of the parts of a name that they are joined, if the account keeps names whole. If a column has the whole
    /// name, they are left out.
    pub(super) fn join_names(&self, guesses: &mut [Guess]) {
        let has_name = has(guesses, FieldId::NAME);
        let is_part = |guess: &&mut Guess| guess.target.is_some_and(|id| self.fields.is_part(id));
        for guess in guesses.iter_mut().filter(is_part) {
            if has_name {
                *guess = Guess::none("another column holds the whole name");
            } else {
                guess.reason = format!("{}; it is joined to the name", guess.reason).into();
            }
        }
    }

    fn is_of(&self, guess: &Guess, object: Object) -> bool {
        guess.target.is_some_and(|id| self.fields.get(id).object == object)
    }

    /// What `Nom`, `Nome` and `Nombre` are, by the other columns.
    fn part_of_name(&self, word: &str, (has_first, has_last): (bool, bool)) -> Option<Found> {
        if !self.has_contacts {
            return None;
        }
        let (field, why) = match word {
            "nom" | "nume" if has_first => (FieldId::LAST_NAME, "it stands beside a first name"),
            _ if has_last => (FieldId::FIRST_NAME, "it stands beside a last name"),
            "ad" | "adi" => return None,
            _ => (FieldId::NAME, "it stands alone"),
        };
        Some((field, Confidence::Likely, why))
    }
}

/// Whether the cells of a column are full names, judging by the column beside it that holds a part of them.
fn are_whole(samples: &[Vec<String>], at: usize, part: usize) -> bool {
    let (mut compared, mut whole, mut filled, mut several) = (0, 0, 0, 0);
    for record in samples {
        let cell = |at: usize| words(record.get(at).map_or("", String::as_str));
        let (name, part) = (cell(at), cell(part));
        if name.is_empty() {
            continue;
        }
        filled += 1;
        several += usize::from(name.contains(' '));
        if !part.is_empty() {
            compared += 1;
            let padded = format!(" {name} ");
            whole += usize::from(name != part && padded.contains(&format!(" {part} ")));
        }
    }
    match compared {
        0 => several * 2 > filled,
        _ => whole * 2 >= compared,
    }
}

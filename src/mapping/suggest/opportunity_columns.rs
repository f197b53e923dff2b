//! Decides which columns are about an opportunity, and whether the file has opportunities at all: `Stage` alone is where
//! a contact stands, but beside `Deal Name` it is the opportunity's.

use super::field_names::Word;
use super::header::Reader;
use super::person_names::{NAMES, PERSON, has_estimate};
use super::{Guess, Sheet, has};
use crate::field::synonyms::{JOBS, phrases};
use crate::field::{FieldId, words};
use crate::object::Object;

impl Reader<'_> {
    /// Leaves out a column that opportunities have, if it is the only one: contacts have one like it, and it makes no
    /// opportunity of a row. Contacts stand at a stage of their own, leads have a reason why they were lost, and houses
    /// have a value.
    pub(super) fn leave_lone_deal_column(&self, sheet: &Sheet<'_>, guesses: &mut [Guess]) {
        let words = &sheet.words;
        let object = |field: FieldId| self.fields.get(field).object;
        // A name alone may be the opportunity's, and tags stand anywhere.
        let is_of_contact = |field: FieldId| {
            object(field) == Object::Contact && !matches!(field, FieldId::NAME | FieldId::TAGS)
        };
        let has_contact = guesses.iter().filter_map(|guess| guess.target).any(is_of_contact);
        let is_of_sales = has_estimate(guesses)
            && words.iter().any(|words| NAMES.contains(&words.as_str()))
            && !self.has_personal(guesses);
        if !self.has_contacts || !has_contact || is_of_sales || self.is_about_deals(words, guesses)
        {
            return;
        }
        let is_of_deal = |field: FieldId| object(field) == Object::Opportunity;
        for guess in guesses.iter_mut().filter(|guess| guess.target.is_some_and(is_of_deal)) {
            *guess = Guess::none("no other column is about an opportunity");
        }
    }

    /// Whether something says that a file is about opportunities: a column that names them, which may be a `Name`
    /// beside `Contact Name` or a `Title` where nobody is named; a header that speaks of them; a field of the account's
    /// own; or two columns that a list of contacts would not have together.
    fn is_about_deals(&self, words: &[String], guesses: &[Guess]) -> bool {
        const MARKS: [FieldId; 4] =
            [FieldId::STAGE, FieldId::VALUE, FieldId::LOST_REASON, FieldId::EXPECTED_CLOSE_DATE];
        let may_be = |field: FieldId| {
            let choice = |guess: &Guess| guess.choice.and_then(|choice| choice.opportunity);
            guesses.iter().any(|guess| guess.target.or(choice(guess)) == Some(field))
        };
        let names = guesses.iter().filter(|guess| guess.target == Some(FieldId::NAME)).count();
        let tells = |(guess, words): (&Guess, &String)| {
            guess.target.is_some_and(|field| {
                let of = self.fields.get(field);
                let is_sign = matches!(field, FieldId::OPPORTUNITY_NAME | FieldId::PIPELINE);
                let is_named = self.names_deal(words) || words.starts_with("pipeline ");
                of.object == Object::Opportunity && (is_sign || of.is_custom || is_named)
            })
        };
        names >= 2
            || MARKS.into_iter().filter(|mark| may_be(*mark)).count() >= 2
            || may_be(FieldId::OPPORTUNITY_NAME) && !PERSON.iter().any(|it| has(guesses, *it))
            || guesses.iter().zip(words).any(tells)
    }

    /// Leaves out a column beside a second one that is surely the opportunity's: `Stage` beside `Deal Stage` is where
    /// the contact stands.
    pub(super) fn leave_namesakes_of_deal(&self, sheet: &Sheet<'_>, guesses: &mut [Guess]) {
        let words = &sheet.words;
        let of_deal = self.named_of_deal(words, guesses);
        for (guess, words) in guesses.iter_mut().zip(words) {
            let Some(target) = guess.target else { continue };
            let field = self.fields.get(target);
            if of_deal.contains(&target) && !self.names_deal(words) && !field.is_list {
                let label = &field.label;
                *guess = Guess::none(format!("another column is more surely the {label}"));
            }
        }
    }

    /// The fields whose headers speak of the opportunity itself.
    pub(super) fn named_of_deal(&self, words: &[String], guesses: &[Guess]) -> Vec<FieldId> {
        (guesses.iter().zip(words))
            .filter(|(_, words)| self.names_deal(words))
            .filter_map(|(guess, _)| guess.target)
            .filter(|field| self.fields.get(*field).object == Object::Opportunity)
            .collect()
    }

    /// Whether a header speaks of the opportunity itself: `Deal Stage`.
    fn names_deal(&self, words: &str) -> bool {
        words.split(' ').any(|word| self.word(word) == Word::Deal)
    }

    /// Leaves out a `Title` whose cells are job titles or forms of address: it is not the opportunity's name.
    pub(super) fn leave_job_titles(&self, sheet: &Sheet<'_>, guesses: &mut [Guess]) {
        let is_job = |word: &str| phrases(JOBS).any(|job| job == word);
        let says_job = |cell: &str| words(cell).split(' ').any(is_job);
        for (at, guess) in guesses.iter_mut().enumerate() {
            let is_title = matches!(
                sheet.words[at].as_str(),
                "title" | "titel" | "titre" | "titulo" | "titolo"
            );
            if guess.target != Some(FieldId::OPPORTUNITY_NAME) || !is_title {
                continue;
            }
            let cells = sheet.samples.iter().filter_map(|record| record.get(at));
            let filled: Vec<&String> = cells.filter(|cell| !cell.trim().is_empty()).collect();
            let jobs = filled.iter().filter(|cell| says_job(cell)).count();
            if jobs > 0 && jobs * 2 >= filled.len() {
                *guess = Guess::none("its values are titles of people");
            }
        }
    }
}

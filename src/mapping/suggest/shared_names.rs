//! Decides to which object a column belongs whose name both objects use: `Notes` or `Title`, by the columns beside it.

use super::header::Reader;
use super::person_names::{NAMES, PERSON};
use super::{Choice, Guess, Sheet, has};
use crate::field::FieldId;
use crate::field::synonyms::{TOPICS, phrases};
use crate::object::Object;

/// What the other columns of a file say about a column whose name both objects use.
struct OtherColumns {
    /// The object of each column, if it is known. Columns of tags have none here, because they stand anywhere.
    objects: Vec<Option<Object>>,
    has_deal: bool,
    has_somebody: bool,
    /// Whether a column may name the opportunity, or has its id. If none does, no row makes an opportunity, and
    /// whatever were mapped to it would be lost.
    may_be_found: bool,
    /// Whether more columns are about the opportunity than about the contact, or the first column is the opportunity's
    /// name.
    is_mostly_deals: bool,
    /// The fields that headers like `Deal Notes` name. Then `Notes` beside it are the contact's, not the opportunity's.
    of_deal: Vec<FieldId>,
    has_first_name: bool,
    is_somebody_named: bool,
}

impl OtherColumns {
    /// The object of the nearest column before this one that has an object, or else of the first one behind it: files
    /// keep columns that belong together in sections.
    fn beside(&self, at: usize) -> Option<Object> {
        let before = self.objects[..at].iter().rev().flatten().next();
        before.or_else(|| self.objects[at..].iter().flatten().next()).copied()
    }

    /// Whether the nearest columns on both sides that have an object are the contact's.
    fn is_amid_contact(&self, at: usize) -> bool {
        let of_contact = Some(&Object::Contact);
        self.objects[..at].iter().rev().flatten().next() == of_contact
            && self.objects[at + 1..].iter().flatten().next() == of_contact
    }
}

impl Reader<'_> {
    /// Gives each column whose name both objects use to the object of the columns beside it.
    pub(super) fn settle_shared_names(&self, sheet: &Sheet<'_>, guesses: &mut [Guess]) {
        let others = self.other_columns(&sheet.words, guesses);
        for at in 0..guesses.len() {
            let Some(choice) = guesses[at].choice.take() else { continue };
            let field = if self.is_of_deal(choice, at, &others, guesses) {
                choice.opportunity
            } else {
                choice.contact.filter(|_| self.has_contacts)
            };
            let is_job = field == Some(FieldId::OPPORTUNITY_NAME)
                && is_job(&sheet.words[at], at, &others, guesses);
            guesses[at] = match field.filter(|_| !is_job) {
                Some(field) => Guess::likely(field, "the columns beside it decide"),
                None => Guess::none("it could mean several things"),
            };
        }
    }

    fn other_columns(&self, words: &[String], guesses: &[Guess]) -> OtherColumns {
        let object = |guess: &Guess| {
            let field = guess.target.filter(|field| *field != FieldId::TAGS);
            field.map(|field| self.fields.get(field).object)
        };
        let objects: Vec<Option<Object>> = guesses.iter().map(object).collect();
        let count = |wanted: Object| objects.iter().filter(|it| **it == Some(wanted)).count();
        let [of_contacts, of_deals] = Object::ALL.map(count);
        let is_name = |(guess, words): (&Guess, &String)| {
            guess.target.is_some_and(|field| PERSON.contains(&field))
                || NAMES.contains(&words.as_str())
        };
        // `Name` may still become the opportunity's name, unless nothing else names the contact.
        let names_another = |at: usize| {
            let mut others = (0..guesses.len()).filter(|other| *other != at);
            let named = |field: FieldId| PERSON.contains(&field);
            NAMES.contains(&words[at].as_str())
                && (of_contacts < 2 || others.any(|other| guesses[other].target.is_some_and(named)))
        };
        let is_found = |at: usize| {
            let chosen = guesses[at].choice.and_then(|choice| choice.opportunity);
            let field = guesses[at].target.or(chosen);
            matches!(field, Some(FieldId::OPPORTUNITY_NAME | FieldId::OPPORTUNITY_ID))
                || names_another(at)
        };
        OtherColumns {
            may_be_found: (0..guesses.len()).any(is_found),
            objects,
            has_deal: of_deals > 0 || !self.has_contacts,
            has_somebody: of_contacts > 0 && self.has_contacts,
            is_mostly_deals: of_deals > of_contacts || self.begins_with_deal(words, guesses),
            of_deal: self.named_of_deal(words, guesses),
            has_first_name: has(guesses, FieldId::FIRST_NAME),
            is_somebody_named: guesses.iter().zip(words).any(is_name),
        }
    }

    /// Whether a column whose name both objects use is the opportunity's.
    fn is_of_deal(
        &self,
        choice: Choice,
        at: usize,
        others: &OtherColumns,
        guesses: &[Guess],
    ) -> bool {
        let is_of_deal = |field: FieldId| others.of_deal.contains(&field);
        let is_left_to_contact = others.has_somebody
            && (choice.opportunity.is_some_and(is_of_deal) || !others.may_be_found)
            && choice.contact.is_some_and(|field| !has(guesses, field));
        self.has_opportunities
            && others.has_deal
            && !is_left_to_contact
            && (choice.contact.is_none()
                || !self.has_contacts
                || others.is_mostly_deals
                || others.beside(at) == Some(Object::Opportunity))
    }

    /// Whether the first column that says something is the opportunity's name. Then each row is an opportunity, even if
    /// more columns are about its contact than about itself.
    fn begins_with_deal(&self, words: &[String], guesses: &[Guess]) -> bool {
        let says_something = |at: &usize| {
            guesses[*at].target.is_some_and(|field| field != FieldId::TAGS)
                || NAMES.contains(&words[*at].as_str())
        };
        let Some(first) = (0..guesses.len()).find(says_something) else { return false };
        let names_contact = |at: usize| at != first && guesses[at].target == Some(FieldId::NAME);
        let is_in_parts = has(guesses, FieldId::FIRST_NAME) || has(guesses, FieldId::LAST_NAME);
        guesses[first].target == Some(FieldId::OPPORTUNITY_NAME)
            || NAMES.contains(&words[first].as_str())
                && self.has_opportunities
                && !is_in_parts
                && (0..guesses.len()).any(names_contact)
    }
}

/// Whether a column that could be the opportunity's name says what somebody does. `Title` does beside a first name, or
/// among the columns of a person. So does any such column if another is already the opportunity's name.
fn is_job(words: &str, at: usize, others: &OtherColumns, guesses: &[Guess]) -> bool {
    let may_be_job = !phrases(TOPICS).any(|topic| topic == words);
    has(guesses, FieldId::OPPORTUNITY_NAME)
        || may_be_job
            && (others.has_first_name || others.is_somebody_named && others.is_amid_contact(at))
}

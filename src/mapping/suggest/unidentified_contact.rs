//! Decides what becomes of the contact's columns in a file that does not say who the contact is (behaviour P5, A4): in
//! `Deal Name, Company, Country`, the company is the opportunity's.

use super::header::Reader;
use super::person_names::PERSON;
use super::{Guess, Sheet, has};
use crate::field::FieldId;
use crate::object::Object;

impl Reader<'_> {
    /// Moves the contact's columns to the opportunity, or leaves them out, if nothing finds a contact or makes one:
    /// `Deal Name, Company, Country`. A contact's field would then fail each row, and the opportunity with it. The
    /// company is the opportunity's, and so is every field that both objects have, unless the account finds its
    /// contacts by the company.
    pub(super) fn leave_unidentified_contact(&self, _: &Sheet<'_>, guesses: &mut [Guess]) {
        let is_of_deals =
            has(guesses, FieldId::OPPORTUNITY_NAME) || has(guesses, FieldId::OPPORTUNITY_ID);
        let may_find = |field: FieldId| {
            PERSON.contains(&field)
                || field.is_address()
                || field == FieldId::CONTACT_ID
                || self.fields.get(field).is_custom
        };
        let of_contact = |guess: &Guess| {
            guess.target.filter(|field| self.fields.get(*field).object == Object::Contact)
        };
        if !is_of_deals || guesses.iter().filter_map(of_contact).any(may_find) {
            return;
        }
        if self.fields.finds_by(|field| has(guesses, field)) {
            return;
        }
        for at in 0..guesses.len() {
            let Some(field) = of_contact(&guesses[at]) else { continue };
            let free = self.of_opportunity(field).filter(|field| !has(guesses, *field));
            guesses[at] = match free {
                Some(field) => Guess::likely(field, "no column says who the contact is"),
                None => Guess::none("no column says who the contact is"),
            };
        }
    }

    /// The opportunity's field for the same thing as this field of the contact.
    fn of_opportunity(&self, field: FieldId) -> Option<FieldId> {
        let key = match self.fields.get(field).key.as_str() {
            "company" => "business_name",
            key @ ("source" | "owner" | "followers" | "notes") => key,
            _ => return None,
        };
        self.fields.find(Object::Opportunity, key)
    }
}

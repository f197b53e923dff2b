//! [`suggest`]: a field for every column that says which it is, and none for the others.

mod evidence;
mod header;
mod label;
mod names;
mod neighbours;
mod nobody;
mod others;
mod person_names;
mod places;
mod whose;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::{ColumnMapping, Mapping};
use crate::field::synonyms::{Group, USER_LISTS, phrases};
use crate::field::{FieldId, Fields};
use crate::object::Object;
use evidence::Evidence;
use header::Reader;
use label::{mark_company, read_words};
use names::Names;

/// How sure a suggestion is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// Nothing is suggested.
    None,
    /// A person should look at it.
    Likely,
    /// The header names the field.
    Sure,
}

impl Confidence {
    /// The name used in JSON: `sure`, `likely` or `none`.
    pub const fn name(self) -> &'static str {
        match self {
            Confidence::None => "none",
            Confidence::Likely => "likely",
            Confidence::Sure => "sure",
        }
    }
}

/// What [is suggested](suggest) for one column.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Suggestion {
    /// The position of the column.
    pub index: usize,
    /// Its header.
    pub header: String,
    /// The field, `None` = leave the column out.
    pub target: Option<FieldId>,
    /// How sure that is.
    pub confidence: Confidence,
    /// Why, in a few words.
    pub reason: String,
}

/// Suggests a field for each column, from the headers, their neighbours and sample records.
///
/// Better none than wrong (behaviour A3): a column that is somebody else's, a statistic, a consent or
/// the id of another product is left out, and so is a second column for a field that holds one value
/// (A2). Several columns of e-mail addresses or phones feed the additional ones. One column that contacts
/// have as well, a stage or a value, makes no opportunities alone.
///
/// `samples` are some records of the file, each with a cell for each column; without them the headers
/// decide alone.
///
/// ```
/// use crm_import::mapping::{Confidence, suggest};
/// use crm_import::{Fields, Object};
///
/// let fields = Fields::standard();
/// let headers = ["Login", "Mobile", "Lender Email"].map(String::from);
/// let samples = [["ana@example.com", "+1 206 555 0123", "kim@example.com"].map(String::from).to_vec()];
/// let samples = [&samples[..], &samples[..]].concat();
/// let [login, mobile, lender] = suggest(&headers, &samples, &[Object::Contact], &fields)
///     .try_into()
///     .unwrap();
/// assert_eq!(fields.get(login.target.unwrap()).key, "email");
/// assert_eq!((login.confidence, &*login.reason), (Confidence::Likely, "its values are e-mail addresses"));
/// assert_eq!(fields.get(mobile.target.unwrap()).key, "phone");
/// assert_eq!(lender.target, None); // somebody else's
/// ```
pub fn suggest(
    headers: &[String],
    samples: &[Vec<String>],
    objects: &[Object],
    fields: &Fields,
) -> Vec<Suggestion> {
    let names = Names::new(fields);
    let mut words: Vec<String> =
        headers.iter().map(|header| read_words(header, &names, fields)).collect();
    mark_company(&mut words, &names, fields);
    let mut reader = Reader {
        names: &names,
        fields,
        has_contacts: objects.contains(&Object::Contact),
        has_opportunities: objects.contains(&Object::Opportunity),
        lists_users: words.iter().any(|words| phrases(USER_LISTS).any(|list| list == words)),
        lists_owners: false,
    };
    let mut guesses: Vec<Guess> = words.iter().map(|words| reader.read(words)).collect();
    reader.lists_owners = reader.is_of_owners(&words, &guesses);
    if reader.lists_owners {
        guesses = words.iter().map(|words| reader.read(words)).collect();
    }
    reader.leave_beside_deal(&words, &mut guesses);
    reader.leave_lone_deal(&words, &mut guesses);
    reader.settle_choices(&words, &mut guesses);
    reader.leave_job_titles(&words, samples, &mut guesses);
    reader.leave_lone_buyer(&words, &mut guesses);
    reader.settle_names(&words, samples, &mut guesses);
    reader.settle_town(&words, &mut guesses);
    let evidence: Vec<Evidence> =
        (0..headers.len()).map(|at| Evidence::of(samples, at, &guesses[at], fields)).collect();
    for (guess, seen) in guesses.iter_mut().zip(&evidence) {
        seen.weigh(guess, fields);
    }
    reader.find_email(&words, &evidence, &mut guesses);
    reader.leave_second_person(&words, samples, &mut guesses);
    reader.leave_other_contact(&words, samples, &mut guesses);
    reader.leave_behind_others(&words, &mut guesses);
    reader.leave_foreign_ids(&words, &mut guesses);
    reader.leave_place_of_others(&words, |at| evidence[at].filled, &mut guesses);
    reader.keep_one_place(|at| evidence[at].filled, &mut guesses);
    reader.settle_client(&words, &mut guesses);
    reader.leave_buyer_of_others(&words, |at| evidence[at].filled, &mut guesses);
    reader.leave_switchboard(&mut guesses);
    reader.drop_weak(|at| evidence[at].filled, &mut guesses);
    reader.settle_slots(|at| evidence[at].filled, &mut guesses);
    reader.keep_one(headers, &words, |at| evidence[at].filled, &mut guesses);
    reader.leave_nobody(&mut guesses);
    reader.join_names(&mut guesses);
    for guess in &mut guesses {
        guess.leave_absent(fields);
    }
    let suggestion = |(index, (header, guess)): (usize, (&String, Guess))| Suggestion {
        index,
        header: header.clone(),
        target: guess.target,
        confidence: if guess.target.is_some() { guess.confidence } else { Confidence::None },
        reason: guess.reason.into_owned(),
    };
    headers.iter().zip(guesses).enumerate().map(suggestion).collect()
}

/// What is thought of a column so far.
#[derive(Clone, Debug)]
struct Guess {
    target: Option<FieldId>,
    confidence: Confidence,
    reason: Cow<'static, str>,
    /// Which of several addresses.
    group: Group,
    number: u32,
    /// It counts only where nothing else feeds the field.
    is_weak: bool,
    /// It is a phone if its values are such phones.
    if_phones: Option<IfPhones>,
    /// The columns beside it decide.
    choice: Option<Choice>,
}

/// Values that make a column one of phones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum IfPhones {
    Any,
    /// Those of another country, which nothing else is.
    Abroad,
    /// Longer than any postal code.
    Long,
}

/// A name that both objects use.
#[derive(Clone, Copy, Debug)]
struct Choice {
    contact: Option<FieldId>,
    opportunity: Option<FieldId>,
}

impl Guess {
    fn new(
        target: Option<FieldId>,
        confidence: Confidence,
        reason: impl Into<Cow<'static, str>>,
    ) -> Self {
        Guess {
            target,
            confidence,
            reason: reason.into(),
            group: Group::Plain,
            number: 1,
            is_weak: false,
            if_phones: None,
            choice: None,
        }
    }

    fn none(reason: impl Into<Cow<'static, str>>) -> Self {
        Guess::new(None, Confidence::None, reason)
    }

    fn sure(target: FieldId, reason: &'static str) -> Self {
        Guess::new(Some(target), Confidence::Sure, reason)
    }

    fn likely(target: FieldId, reason: &'static str) -> Self {
        Guess::new(Some(target), Confidence::Likely, reason)
    }

    fn open(choice: Choice) -> Self {
        let guess = Guess::none("it could mean several things");
        Guess { choice: Some(choice), ..guess }
    }

    /// A field that the account does without is no target.
    fn leave_absent(&mut self, fields: &Fields) {
        if let Some(field) = self.target.map(|target| fields.get(target)).filter(|it| it.is_absent)
        {
            let reason =
                format!("this account has no field {:?} of {}", field.label, field.object.plural());
            *self = Guess::none(reason);
        }
    }

    fn weak(mut self, is_weak: bool) -> Self {
        self.is_weak = is_weak;
        if is_weak {
            self.confidence = self.confidence.min(Confidence::Likely);
        }
        self
    }
}

impl Mapping {
    /// The mapping that follows suggestions: columns without one are left out, and remembered as
    /// [left out](Mapping::left_out).
    pub fn from_suggestions(suggestions: &[Suggestion], fields: &Fields) -> Self {
        // Without a position, headers that are alike could not be told apart.
        let repeats = |header: &str| {
            let alike = suggestions.iter().filter(|other| other.header.trim() == header.trim());
            alike.count() > 1
        };
        let columns = suggestions
            .iter()
            .filter_map(|suggestion| {
                let field = fields.get(suggestion.target?);
                let is_nameless = suggestion.header.trim().is_empty();
                let by_index = is_nameless || repeats(&suggestion.header);
                Some(ColumnMapping {
                    header: (!is_nameless).then(|| suggestion.header.clone()),
                    index: by_index.then_some(suggestion.index),
                    object: Some(field.object),
                    field: Some(field.key.clone()),
                    ..ColumnMapping::default()
                })
            })
            .collect();
        let left_out = suggestions.iter().filter(|suggestion| {
            suggestion.target.is_none() && !suggestion.header.trim().is_empty()
        });
        let left_out = left_out.map(|suggestion| suggestion.header.clone()).collect();
        Mapping { columns, left_out, ..Mapping::default() }
    }
}

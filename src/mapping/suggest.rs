//! [`suggest`]: finds the field for each column of a file, or the reason to leave the column out.
//!
//! The decisions are taken in this order, each in a file of its own below `suggest/`:
//!
//! 1. `header_words` reduces a header to the words that name its column: `Phone (phone_number)` to `phone`.
//! 2. `header` makes a first guess from these words alone. `field_names` knows what the fields are called, and
//!    `qualifiers` takes off the words that say whose the field is or which of several: `Work Phone 2`.
//! 3. The guesses are reconsidered in the light of the other headers ([`Reader::BY_HEADERS`]):
//!    `opportunity_columns` decides which columns are about an opportunity, `shared_names` to which object a column
//!    like `Notes` belongs, `person_names` what `Name` and its like are, and `other_people` which columns are about
//!    somebody else.
//! 4. `evidence` looks at the sample cells, and the guesses are reconsidered once more ([`Reader::BY_CELLS`]): those
//!    that the cells contradict are dropped, and a column full of e-mail addresses is found whatever its header
//!    says, unless `own_email` says that they are somebody else's.
//! 5. Columns that are not the contact's are left out: those of other people (`other_people`), the ids of other
//!    products (`foreign_ids`), other postal addresses (`postal_address`). `client` decides whether a client is the
//!    contact or the company.
//! 6. Of several columns for one field, `several_columns` keeps one, or makes the others additional addresses.
//! 7. If nothing in the result says who the contact is, `unidentified_contact` leaves the contact's columns to the
//!    opportunity.

mod client;
mod evidence;
mod field_names;
mod foreign_ids;
mod header;
mod header_words;
mod opportunity_columns;
mod other_people;
mod own_email;
mod person_names;
mod postal_address;
mod qualifiers;
mod several_columns;
mod shared_names;
mod unidentified_contact;

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{ColumnMapping, Mapping};
use crate::field::synonyms::Group;
use crate::field::{FieldId, Fields};
use crate::object::Object;
use evidence::Evidence;
use field_names::FieldNames;
use header::Reader;
use header_words::{mark_company, read_words};

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

impl fmt::Display for Confidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The field that [is suggested](suggest) for one column, or none, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Suggestion {
    /// The 0-based position of the column.
    pub index: usize,
    /// Its header.
    pub header: String,
    /// The field. With `None`, the column is left out.
    pub target: Option<FieldId>,
    /// A second field, if its cells hold two values: `Jane Roe <jane@example.com>` is a name and an e-mail address.
    pub also: Option<FieldId>,
    /// How sure the suggestion is.
    pub confidence: Confidence,
    /// Why, in a few words.
    pub reason: String,
}

/// Suggests a field for each column, from its header, the columns beside it and sample rows.
///
/// No suggestion is better than a wrong one (behaviour A3). A column is left out if it is about another person, a
/// statistic, a consent or the id of another product, and so is a second column for a field with a single value
/// (A2). A single column that contacts may have as well, such as a stage or a value, does not make opportunities.
///
/// Of several columns of e-mail addresses or phones, one feeds the primary address, and the others feed the
/// additional ones in their order (V1). The primary one is the column whose header says so; if none does, the one
/// called no more than `Phone` or `Email`, then the mobile phone, then the first. A column without cells is never
/// the primary one if another has some.
///
/// `samples` are some rows of the file, with a cell for each column. Without them, the headers alone decide.
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
    let names = FieldNames::new(fields);
    let mut sheet = Sheet::new(headers, samples, &names, fields);
    let (reader, mut guesses) = Reader::read(&names, fields, objects, &sheet.words);
    for pass in Reader::BY_HEADERS {
        pass(&reader, &sheet, &mut guesses);
    }
    sheet.look_at_cells(&guesses, fields);
    for pass in Reader::BY_CELLS {
        pass(&reader, &sheet, &mut guesses);
    }
    let mut suggestions = Vec::with_capacity(headers.len());
    for (index, (header, guess)) in headers.iter().zip(guesses).enumerate() {
        suggestions.push(Suggestion {
            index,
            header: header.clone(),
            target: guess.target,
            also: guess.also,
            confidence: if guess.target.is_some() { guess.confidence } else { Confidence::None },
            reason: guess.reason.into_owned(),
        });
    }
    suggestions
}

/// One pass over the guesses: it reconsiders some of them in the light of the others.
type Pass<'a> = fn(&Reader<'a>, &Sheet<'_>, &mut [Guess]);

/// The passes, in the order in which they run. Each relies on what those before it have decided. So a new pass belongs
/// at the place where its input is ready and its result is still to be used, not simply at the end.
impl<'a> Reader<'a> {
    /// Passes that compare headers with each other.
    const BY_HEADERS: [Pass<'a>; 8] = [
        // In a list of animals, the name of an animal is not the contact's.
        Reader::leave_animals,
        // Which columns are about an opportunity. This comes early, because a name that both objects use goes to the
        // object of the columns beside it.
        Reader::leave_namesakes_of_deal,
        Reader::leave_lone_deal_column,
        Reader::settle_shared_names,
        // By now `Title` has become the opportunity's name, unless it is a person's. If its cells are job titles, it is
        // neither.
        Reader::leave_job_titles,
        // A buyer's name, before the columns called `Name` are decided by the names beside them.
        Reader::leave_lone_buyer,
        Reader::settle_names,
        Reader::settle_ambiguous_places,
    ];

    /// Passes that compare the headers with the cells, and then decide which of several columns feeds a field.
    const BY_CELLS: [Pass<'a>; 19] = [
        // First, because a guess that its cells contradict must not take part in any decision below.
        Reader::weigh_cells,
        Reader::find_email,
        // Columns that are about other people, products and places are left out.
        Reader::leave_second_person,
        Reader::leave_numbered_others,
        Reader::leave_other_contact,
        Reader::leave_addresses_behind_others,
        Reader::leave_foreign_ids,
        Reader::leave_house_address,
        Reader::leave_place_of_others,
        // Of the postal addresses that are left, the contact's own is kept.
        Reader::keep_one_place,
        Reader::settle_client,
        Reader::leave_buyer_of_others,
        Reader::leave_shared_address,
        Reader::leave_switchboard,
        // Several columns for one field: weak guesses give way, e-mail addresses and phones become primary or
        // additional ones, and of any other columns one is kept.
        Reader::drop_weak_guesses,
        Reader::settle_primary,
        Reader::keep_one_column,
        // What follows from the result as a whole: nothing says who the contact is, or the account keeps names in
        // another shape.
        Reader::leave_unidentified_contact,
        Reader::finish,
    ];

    /// Joins names, reads the ids of our own error log, and leaves out fields that the account does without.
    fn finish(&self, sheet: &Sheet<'_>, guesses: &mut [Guess]) {
        self.join_names(guesses);
        self.settle_log_ids(&sheet.words, guesses);
        self.read_named_addresses(sheet, guesses);
        guesses.iter_mut().for_each(|guess| guess.leave_absent(self.fields));
    }
}

/// What a suggestion sees of the file: headers and sample cells.
struct Sheet<'a> {
    /// The headers as the file has them.
    headers: &'a [String],
    /// The words of each header that name its column.
    words: Vec<String>,
    samples: &'a [Vec<String>],
    /// What was seen in the cells of each column; nothing until [`look_at_cells`](Self::look_at_cells).
    evidence: Vec<Evidence>,
}

impl<'a> Sheet<'a> {
    fn new(
        headers: &'a [String],
        samples: &'a [Vec<String>],
        names: &FieldNames,
        fields: &Fields,
    ) -> Self {
        let mut words: Vec<String> =
            headers.iter().map(|header| read_words(header, names, fields)).collect();
        mark_company(&mut words, names, fields);
        Sheet { headers, words, samples, evidence: Vec::new() }
    }

    /// Looks at the cells of each column, as closely as its guess asks for.
    fn look_at_cells(&mut self, guesses: &[Guess], fields: &Fields) {
        let columns = guesses.iter().enumerate();
        let seen = columns.map(|(at, guess)| Evidence::of(self.samples, at, guess, fields));
        self.evidence = seen.collect();
    }

    /// How many cells of a column hold something.
    fn filled(&self, at: usize) -> usize {
        self.evidence[at].filled
    }
}

/// What a column is taken for so far, to be reconsidered by the passes.
#[derive(Clone, Debug)]
struct Guess {
    target: Option<FieldId>,
    /// A second field that its cells feed.
    also: Option<FieldId>,
    confidence: Confidence,
    reason: Cow<'static, str>,
    /// Which of several e-mail addresses, phones or postal addresses it is: the one for work, at home, for bills.
    group: Group,
    number: u32,
    /// Whether it counts only where no other column feeds the field.
    is_weak: bool,
    /// Which cells would make it a column of phones, if any would.
    if_phones: Option<IfPhones>,
    /// The fields that it may feed, if both objects use its name. The columns beside it decide between them.
    choice: Option<Choice>,
}

/// Which cells make a column one of phones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum IfPhones {
    Any,
    /// Numbers with a `+` and a country code, which cannot be anything else.
    Abroad,
    /// Numbers that are longer than any postal code.
    Long,
}

/// The fields of both objects that a column with a shared name may feed.
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
            also: None,
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

    /// Drops the target if the account does without that field.
    fn leave_absent(&mut self, fields: &Fields) {
        self.also = self.also.filter(|also| !fields.is_absent(*also));
        let Some(target) = self.target else { return };
        let field = fields.get(target);
        if field.is_absent {
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

/// Whether some column feeds the field, as far as is known.
fn has(guesses: &[Guess], field: FieldId) -> bool {
    guesses.iter().any(|guess| guess.target == Some(field))
}

impl Mapping {
    /// The mapping that the suggestions describe. Columns without a suggested field are
    /// [left out](Mapping::left_out).
    pub fn from_suggestions(suggestions: &[Suggestion], fields: &Fields) -> Self {
        // A header that occurs twice does not tell which column is meant, so its position is kept, too.
        let repeats = |header: &str| {
            let alike = suggestions.iter().filter(|other| other.header.trim() == header.trim());
            alike.count() > 1
        };
        let columns = suggestions
            .iter()
            .flat_map(|suggestion| {
                let fed = [suggestion.target, suggestion.target.and(suggestion.also)];
                fed.into_iter().flatten().map(move |field| (suggestion, field))
            })
            .map(|(suggestion, field)| {
                let field = fields.get(field);
                let is_nameless = suggestion.header.trim().is_empty();
                let by_index = is_nameless || repeats(&suggestion.header);
                ColumnMapping {
                    header: (!is_nameless).then(|| suggestion.header.clone()),
                    index: by_index.then_some(suggestion.index),
                    object: Some(field.object),
                    field: Some(field.key.clone()),
                    // Of two people in a cell, the second one's address is not the first one's.
                    list_separators: suggestion.also.map(|_| String::new()),
                    ..ColumnMapping::default()
                }
            })
            .collect();
        let left_out = suggestions.iter().filter(|suggestion| {
            suggestion.target.is_none() && !suggestion.header.trim().is_empty()
        });
        let left_out = left_out.map(|suggestion| suggestion.header.clone()).collect();
        Mapping { columns, left_out, ..Mapping::default() }
    }
}

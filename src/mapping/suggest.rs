//! [`suggest`]: a field for every column that says which it is, and none for the others.

mod evidence;

use hashbrown::HashMap;
use serde::{Deserialize, Serialize};

use super::words::words;
use super::{ColumnMapping, Mapping};
use crate::field::synonyms::{FOREIGN, MOBILE, NAMES, OWN, PLACES, SHARED, SLOTS};
use crate::field::{FieldId, Fields};
use crate::object::Object;
use evidence::Evidence;

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

/// What is suggested for one column.
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
/// (A2). Several columns of e-mail addresses or phones feed the additional ones.
pub fn suggest(
    headers: &[String],
    samples: &[Vec<String>],
    objects: &[Object],
    fields: &Fields,
) -> Vec<Suggestion> {
    let names = Names::new(fields);
    let words: Vec<String> = headers.iter().map(|header| words(header)).collect();
    let has = |object| objects.contains(&object);
    let context = Context {
        names: &names,
        fields,
        has_opportunities: has(Object::Opportunity),
        has_contacts: has(Object::Contact),
    };
    let mut guesses: Vec<Guess> = words.iter().map(|words| context.guess(words)).collect();
    context.settle_shared(&words, &mut guesses);
    context.settle_names(&words, &mut guesses);
    for (at, guess) in guesses.iter_mut().enumerate() {
        Evidence::of(samples, at).weigh(guess, fields);
    }
    if has(Object::Contact) {
        evidence::find_email(headers, &words, samples, &mut guesses);
    }
    context.keep_one_place(&words, &mut guesses);
    context.settle_slots(&words, &mut guesses);
    context.keep_one(&mut guesses);
    let suggestion = |(index, (header, guess)): (usize, (&String, Guess))| Suggestion {
        index,
        header: header.clone(),
        target: guess.target,
        confidence: if guess.target.is_some() { guess.confidence } else { Confidence::None },
        reason: guess.reason,
    };
    headers.iter().zip(guesses).enumerate().map(suggestion).collect()
}

/// What is thought of a column so far.
#[derive(Clone, Debug)]
struct Guess {
    target: Option<FieldId>,
    confidence: Confidence,
    reason: String,
}

impl Guess {
    fn none(reason: impl Into<String>) -> Self {
        Guess { target: None, confidence: Confidence::None, reason: reason.into() }
    }

    fn sure(target: FieldId, reason: impl Into<String>) -> Self {
        Guess { target: Some(target), confidence: Confidence::Sure, reason: reason.into() }
    }

    fn likely(target: FieldId, reason: impl Into<String>) -> Self {
        Guess { target: Some(target), confidence: Confidence::Likely, reason: reason.into() }
    }
}

/// Words to fields.
struct Names {
    known: HashMap<String, Vec<FieldId>, foldhash::quality::RandomState>,
    custom: HashMap<String, FieldId, foldhash::quality::RandomState>,
}

impl Names {
    fn new(fields: &Fields) -> Self {
        let mut names = Names { known: HashMap::default(), custom: HashMap::default() };
        for (object, key, phrases) in NAMES {
            let Some(field) = fields.find(*object, key) else { continue };
            for phrase in *phrases {
                names.known.entry((*phrase).to_owned()).or_default().push(field);
            }
        }
        for (id, field) in fields.iter() {
            if field.is_custom {
                if field.kind.is_importable() {
                    names.custom.entry(words(&field.label)).or_insert(id);
                    names.custom.entry(words(&field.key)).or_insert(id);
                }
            } else {
                for name in [words(&field.label), words(&field.key)] {
                    let of = names.known.entry(name.clone()).or_default();
                    // Keys such as `name` and `source` are both objects'.
                    let is_shared = SHARED.iter().any(|(shared, ..)| *shared == name)
                        || name == "name"
                        || name == "id";
                    if !is_shared && !of.contains(&id) && of.is_empty() {
                        of.push(id);
                    }
                }
            }
        }
        names
    }
}

struct Context<'a> {
    names: &'a Names,
    fields: &'a Fields,
    has_contacts: bool,
    has_opportunities: bool,
}

const SHARED_REASON: &str = "the columns beside it decide";

impl Context<'_> {
    fn is_selected(&self, field: FieldId) -> bool {
        match self.fields.get(field).object {
            Object::Opportunity => self.has_opportunities,
            // Keys of contacts link opportunities even if contacts are not selected (P8).
            Object::Contact => {
                self.has_contacts
                    || matches!(
                        field,
                        FieldId::CONTACT_ID
                            | FieldId::EMAIL
                            | FieldId::PHONE
                            | FieldId::ADDITIONAL_EMAILS
                            | FieldId::ADDITIONAL_PHONES
                    )
            }
        }
    }

    fn known(&self, words: &str) -> Option<FieldId> {
        let of = self.names.known.get(words)?;
        of.iter().copied().find(|field| self.is_selected(*field))
    }

    /// What a header says by itself.
    fn guess(&self, words: &str) -> Guess {
        if words.is_empty() {
            return Guess::none("the column has no header");
        }
        if words.starts_with("import ")
            && !matches!(words, "import contact id" | "import opportunity id")
            && ["status", "code", "column", "message", "fix"]
                .iter()
                .any(|own| words == format!("import {own}"))
        {
            return Guess::none("the error log's own column");
        }
        if let Some(&field) = self.names.custom.get(words)
            && (self.is_selected(field) || self.has_contacts)
        {
            return Guess::sure(field, "it is named like a custom field");
        }
        if SHARED.iter().any(|(shared, ..)| *shared == words) {
            return Guess::none(SHARED_REASON);
        }
        if let Some(field) = self.known(words) {
            return Guess::sure(field, "the header names the field");
        }
        if MOBILE.contains(&words) && self.is_selected(FieldId::PHONE) {
            return Guess::sure(FieldId::PHONE, "the header names a mobile phone");
        }
        self.guess_qualified(words)
    }

    /// What a header says once the words around the field's name are read.
    fn guess_qualified(&self, words: &str) -> Guess {
        let parts: Vec<&str> = words.split(' ').collect();
        let foreign = parts.iter().find(|word| FOREIGN.contains(word));
        if let Some(word) = foreign {
            return Guess::none(format!("\"{word}\" says that it is something else"));
        }
        // `person email`, `email customer`: whose it is adds nothing.
        let inner: Vec<&str> = parts.iter().copied().filter(|word| !OWN.contains(word)).collect();
        if inner.len() < parts.len() && !inner.is_empty() {
            let rest = inner.join(" ");
            if rest != "id" {
                if SHARED.iter().any(|(shared, contact, _)| *shared == rest && contact.is_some())
                    && self.has_contacts
                {
                    let field = SHARED
                        .iter()
                        .find(|(shared, ..)| *shared == rest)
                        .and_then(|(_, contact, _)| *contact);
                    if let Some(field) =
                        field.and_then(|key| self.fields.find(Object::Contact, key))
                    {
                        return Guess::likely(field, "the header names the contact's field");
                    }
                }
                if let Some(field) = self.known(&rest) {
                    return Guess::likely(field, "the header names the contact's field");
                }
                if MOBILE.contains(&rest.as_str()) && self.is_selected(FieldId::PHONE) {
                    return Guess::likely(
                        FieldId::PHONE,
                        "the header names the contact's mobile phone",
                    );
                }
                let guess = self.guess_slot(&inner);
                if guess.target.is_some() {
                    return guess;
                }
            }
        }
        self.guess_slot(&parts)
    }

    /// `work email`, `phone 2`, `home city`.
    fn guess_slot(&self, parts: &[&str]) -> Guess {
        let is_number = |word: &&str| word.bytes().all(|b| b.is_ascii_digit());
        let strip = |extra: &[&str]| -> String {
            let rest: Vec<&str> = parts
                .iter()
                .copied()
                .filter(|word| !extra.contains(word) && !is_number(word) && *word != "value")
                .collect();
            rest.join(" ")
        };
        let slot = strip(SLOTS);
        let is_address = |field: FieldId| matches!(field, FieldId::EMAIL | FieldId::PHONE);
        if let Some(field) = self.known(&slot).filter(|field| is_address(*field)) {
            return Guess::likely(field, "the header names one of several");
        }
        let bare = strip(&[]);
        if (MOBILE.contains(&bare.as_str()) || MOBILE.contains(&slot.as_str()))
            && self.is_selected(FieldId::PHONE)
        {
            return Guess::likely(FieldId::PHONE, "the header names one of several");
        }
        let slot_of_list = [FieldId::ADDITIONAL_EMAILS, FieldId::ADDITIONAL_PHONES];
        if let Some(field) = self.known(&bare).filter(|field| slot_of_list.contains(field)) {
            return Guess::likely(field, "the header names one of several");
        }
        let first = parts.iter().all(|word| !is_number(word) || *word == "1");
        let place: Vec<&str> =
            parts.iter().copied().filter(|word| !PLACES.contains(word)).collect();
        let place = place.join(" ");
        if let Some(field) = self.known(&place).filter(|field| first && is_place(*field)) {
            return Guess::likely(field, "the header names a part of an address");
        }
        Guess::none("no field is called like this")
    }

    /// Words that both objects use belong to the object of the columns beside them.
    fn settle_shared(&self, words: &[String], guesses: &mut [Guess]) {
        let strong: Vec<Option<Object>> = guesses
            .iter()
            .map(|guess| guess.target.map(|field| self.fields.get(field).object))
            .collect();
        let has_deal = strong.contains(&Some(Object::Opportunity));
        for at in 0..guesses.len() {
            if guesses[at].target.is_some() || guesses[at].reason != SHARED_REASON {
                continue;
            }
            let Some((_, contact, opportunity)) =
                SHARED.iter().find(|(shared, ..)| *shared == words[at])
            else {
                continue;
            };
            let beside = nearest(&strong, at);
            let of_deal = self.has_opportunities
                && (has_deal || !self.has_contacts)
                && (contact.is_none() || beside == Some(Object::Opportunity) || !self.has_contacts);
            let (object, key) = match (of_deal, opportunity, contact) {
                (true, Some(key), _) => (Object::Opportunity, key),
                (false, _, Some(key)) if self.has_contacts => (Object::Contact, key),
                _ => {
                    guesses[at] = Guess::none("it could mean several things");
                    continue;
                }
            };
            if let Some(field) = self.fields.find(object, key) {
                guesses[at] = Guess::likely(field, SHARED_REASON);
            }
        }
    }

    /// `Name` beside `Contact Name` is the deal's; `Nom` and `Nome` beside a first name the last name.
    fn settle_names(&self, words: &[String], guesses: &mut [Guess]) {
        let has = |field: FieldId, guesses: &[Guess]| {
            guesses.iter().any(|guess| guess.target == Some(field))
        };
        let has_deal = guesses.iter().any(|guess| {
            guess.target.is_some_and(|f| self.fields.get(f).object == Object::Opportunity)
        });
        for at in 0..guesses.len() {
            let has_first = has(FieldId::FIRST_NAME, guesses);
            match words[at].as_str() {
                "name" if has_first && !has(FieldId::LAST_NAME, guesses) && self.has_contacts => {
                    // `Vorname, Name`
                    let is_german = words.iter().any(|w| {
                        matches!(w.as_str(), "vorname" | "voornaam" | "prenom" | "fornamn")
                    });
                    if is_german {
                        guesses[at] =
                            Guess::likely(FieldId::LAST_NAME, "it stands beside a first name");
                    }
                }
                "name"
                    if has_deal
                        && self.has_opportunities
                        && !has(FieldId::OPPORTUNITY_NAME, guesses) =>
                {
                    let other = words.iter().any(|w| {
                        matches!(
                            w.as_str(),
                            "contact name"
                                | "full name"
                                | "person name"
                                | "client name"
                                | "first name"
                                | "customer name"
                        )
                    });
                    if other || !self.has_contacts {
                        guesses[at] = Guess::likely(
                            FieldId::OPPORTUNITY_NAME,
                            "another column names the contact",
                        );
                    }
                }
                "nom" | "nome" if self.has_contacts => {
                    let (field, why) = if has_first && words[at] == "nom" {
                        (FieldId::LAST_NAME, "it stands beside a first name")
                    } else if has(FieldId::LAST_NAME, guesses) {
                        (FieldId::FIRST_NAME, "it stands beside a last name")
                    } else {
                        (FieldId::NAME, "it stands alone")
                    };
                    guesses[at] = Guess::likely(field, why);
                }
                // `Nombre` alone is the whole name.
                "nombre" | "first" if !has(FieldId::LAST_NAME, guesses) => {
                    guesses[at] = Guess::likely(FieldId::NAME, "no column has the last name");
                }
                _ => {}
            }
        }
    }

    /// Parts of an address belong to one address: the first of several kinds keeps its columns.
    fn keep_one_place(&self, words: &[String], guesses: &mut [Guess]) {
        let place = |words: &str| {
            PLACES.iter().copied().find(|p| words.split(' ').any(|w| w == *p)).unwrap_or("")
        };
        let mut kinds: Vec<&str> = Vec::new();
        for (at, guess) in guesses.iter().enumerate() {
            if guess.target.is_some_and(is_place) && !kinds.contains(&place(&words[at])) {
                kinds.push(place(&words[at]));
            }
        }
        let preferred = ["", "mailing", "home", "primary", "main"];
        let kept = preferred.into_iter().find(|p| kinds.contains(p)).or(kinds.first().copied());
        for (at, guess) in guesses.iter_mut().enumerate() {
            if guess.target.is_some_and(is_place) && Some(place(&words[at])) != kept {
                *guess = Guess::none("another address of the file is used");
            }
        }
    }

    /// Of several columns of e-mail addresses or phones one is the primary, the others additional.
    fn settle_slots(&self, words: &[String], guesses: &mut [Guess]) {
        for (field, more) in [
            (FieldId::EMAIL, FieldId::ADDITIONAL_EMAILS),
            (FieldId::PHONE, FieldId::ADDITIONAL_PHONES),
        ] {
            let mut columns: Vec<(u8, usize)> = (0..guesses.len())
                .filter(|&at| guesses[at].target == Some(field))
                .map(|at| (slot_rank(&words[at], &guesses[at]), at))
                .collect();
            columns.sort_unstable();
            for &(_, at) in columns.iter().skip(1) {
                guesses[at].target = Some(more);
                guesses[at].confidence = Confidence::Likely;
                guesses[at].reason = "one of several: it joins the additional ones".into();
            }
            // Additional ones alone: the first of them is as good as a primary (V3), nothing to do.
        }
    }

    /// A field that holds one value takes one column (A2).
    fn keep_one(&self, guesses: &mut [Guess]) {
        let mut order: Vec<usize> =
            (0..guesses.len()).filter(|at| guesses[*at].target.is_some()).collect();
        order.sort_by_key(|&at| (std::cmp::Reverse(guesses[at].confidence), at));
        let mut taken: Vec<FieldId> = Vec::new();
        for at in order {
            let Some(field) = guesses[at].target else { continue };
            let is_id = matches!(field, FieldId::CONTACT_ID | FieldId::OPPORTUNITY_ID);
            if taken.contains(&field) && !self.fields.get(field).is_list && !is_id {
                let label = &self.fields.get(field).label;
                guesses[at] =
                    Guess::none(format!("another column feeds {label}, which holds one value"));
            } else {
                taken.push(field);
            }
        }
    }
}

fn is_place(field: FieldId) -> bool {
    field >= FieldId::ADDRESS && field <= FieldId::COUNTRY
}

/// The lower, the likelier the primary one.
fn slot_rank(words: &str, guess: &Guess) -> u8 {
    let has = |word: &str| words.split(' ').any(|w| w == word);
    match () {
        () if has("primary") || has("main") => 0,
        () if guess.confidence == Confidence::Sure && !MOBILE.contains(&words) => 0,
        () if MOBILE.contains(&words) || has("mobile") || has("cell") => 1,
        () if ["2", "3", "4", "5", "secondary", "alternate", "other", "additional"]
            .iter()
            .any(|w| has(w)) =>
        {
            3
        }
        () => 2,
    }
}

/// The object of the nearest column that has one; of two the left.
fn nearest(objects: &[Option<Object>], at: usize) -> Option<Object> {
    (1..objects.len()).find_map(|distance| {
        let left = at.checked_sub(distance).and_then(|left| objects[left]);
        left.or_else(|| objects.get(at + distance).copied().flatten())
    })
}

impl Mapping {
    /// The mapping that follows suggestions: columns without one are left out.
    pub fn from_suggestions(suggestions: &[Suggestion], fields: &Fields) -> Self {
        let repeats =
            |header: &str| suggestions.iter().filter(|other| other.header == header).count() > 1;
        let columns = suggestions
            .iter()
            .filter_map(|suggestion| {
                let field = fields.get(suggestion.target?);
                let by_index = suggestion.header.is_empty() || repeats(&suggestion.header);
                Some(ColumnMapping {
                    header: (!suggestion.header.is_empty()).then(|| suggestion.header.clone()),
                    index: by_index.then_some(suggestion.index),
                    object: Some(field.object),
                    field: Some(field.key.clone()),
                    ..ColumnMapping::default()
                })
            })
            .collect();
        Mapping { columns, ..Mapping::default() }
    }
}

//! What the columns beside a header decide.

use super::evidence::SEVERAL;
use super::header::{CONTACTS, Reader, is_fed, is_log_column};
use super::names::Word;
use super::person_names::PERSON;
use super::{Confidence, Guess, Sheet};
use crate::field::synonyms::{Group, JOBS, LESSER, phrases};
use crate::field::{FieldId, words};
use crate::object::Object;

/// Whom a company has to be spoken to.
const PERSONS: [&str; 6] = [
    "ansprechpartner",
    "kontaktname",
    "kontaktperson",
    "contactpersoon",
    "interlocuteur",
    "referente",
];

/// Whom one sells to, a person or a company.
const CLIENTS: &str =
    "client | customer | kunde | kunden | kundenname | cliente | klant | klantnaam | kund";

impl Reader<'_> {
    /// `Title` is what somebody does or is called, by its cells.
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

    /// One column that opportunities have and contacts have, too, makes no opportunity of a row: contacts
    /// stand at a stage of their own, leads have a reason why they were lost, and houses have a value.
    pub(super) fn leave_lone_deal(&self, sheet: &Sheet<'_>, guesses: &mut [Guess]) {
        let words = &sheet.words;
        let object = |field: FieldId| self.fields.get(field).object;
        // A name alone may be the opportunity's, and tags stand anywhere.
        let is_of_contact = |field: FieldId| {
            object(field) == Object::Contact && !matches!(field, FieldId::NAME | FieldId::TAGS)
        };
        let has_contact = guesses.iter().filter_map(|guess| guess.target).any(is_of_contact);
        if !self.has_contacts || !has_contact || self.is_about_deals(words, guesses) {
            return;
        }
        let is_of_deal = |field: FieldId| object(field) == Object::Opportunity;
        for guess in guesses.iter_mut().filter(|guess| guess.target.is_some_and(is_of_deal)) {
            *guess = Guess::none("no other column is about an opportunity");
        }
    }

    /// What says that a file is about opportunities: a name of one, which may be a `Name` beside `Contact
    /// Name` or a `Title` where nobody is named, a header that speaks of them, a field of the account's own,
    /// or two columns that only together are no contact's.
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

    /// `Stage` beside `Deal Stage` is where the contact stands.
    pub(super) fn leave_beside_deal(&self, sheet: &Sheet<'_>, guesses: &mut [Guess]) {
        let words = &sheet.words;
        let of_deal = self.named_of_deal(words, guesses);
        for (guess, words) in guesses.iter_mut().zip(words) {
            let field = guess.target.filter(|field| of_deal.contains(field));
            if let Some(field) = field.filter(|_| !self.names_deal(words)) {
                let of = self.fields.get(field);
                if !of.is_list {
                    let label = &of.label;
                    *guess = Guess::none(format!("another column is more surely the {label}"));
                }
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

    /// `Client` beside `Contact`, `Customer Name` beside `Contact Name` is the company that the contact works
    /// for, unless a column of its own has that.
    pub(super) fn settle_client(&self, sheet: &Sheet<'_>, guesses: &mut [Guess]) {
        let words = &sheet.words;
        if has(guesses, FieldId::COMPANY) || named_contacts(words, guesses).next().is_none() {
            return;
        }
        let is_surely_named = is_surely_named(words, guesses);
        let is_contacts = |words: &str| phrases(SEVERAL).any(|several| several == words);
        let is_client = |(guess, words): &(&mut Guess, &String)| {
            guess.target == Some(FieldId::NAME)
                && (guess.is_weak && !self.names_buyer(words) && !is_contacts(words)
                    || is_surely_named && self.names_client(words))
        };
        let why = "another column is the contact's name";
        if let Some((client, _)) = guesses.iter_mut().zip(words).find(is_client) {
            *client = Guess::likely(FieldId::COMPANY, why);
        } else if let Some(at) = self.company_of_record(sheet, guesses) {
            guesses[at] = Guess::likely(FieldId::COMPANY, why);
        }
    }

    /// `Display Name` beside `Primary Contact Name`: what a record is called whose contact has another name in every
    /// row is a company.
    fn company_of_record(&self, sheet: &Sheet<'_>, guesses: &[Guess]) -> Option<usize> {
        let names: Vec<usize> =
            (0..guesses.len()).filter(|at| guesses[*at].target == Some(FieldId::NAME)).collect();
        let [first, second] = names[..] else { return None };
        let is_records = |at: usize| sheet.words[at] == "display name";
        let says_contact =
            |at: usize| sheet.words[at].split(' ').any(|word| CONTACTS.contains(&word));
        let (record, contact) = match (is_records(first), is_records(second)) {
            (true, false) => (first, second),
            (false, true) => (second, first),
            _ => return None,
        };
        let named = sheet.samples.iter().filter_map(|row| {
            let cell = |at: usize| words(row.get(at).map_or("", String::as_str));
            let [record, contact] = [record, contact].map(cell);
            (!record.is_empty() && !contact.is_empty()).then_some((record, contact))
        });
        (says_contact(contact) && !may_be_same(named)).then_some(record)
    }

    /// Whether a header names a client, and does not say that it is a person: `Customer Name`, `Nombre del cliente`.
    fn names_client(&self, words: &str) -> bool {
        let is_name =
            |word: &str| matches!(word, "name" | "nom" | "nome" | "nombre" | "naam" | "namn");
        let is_client = |word: &str| phrases(CLIENTS).any(|client| client == word);
        let says_no_more =
            |word: &str| is_client(word) || is_name(word) || self.word(word) == Word::Stop;
        words.split(' ').any(is_client) && words.split(' ').all(says_no_more)
    }

    /// A name that counts only where nothing else feeds the field gives way, but not one with cells to an empty
    /// one.
    pub(super) fn drop_weak(&self, sheet: &Sheet<'_>, guesses: &mut [Guess]) {
        let strong = guesses.iter().enumerate().filter(|(_, guess)| !guess.is_weak);
        let strong: Vec<(FieldId, usize)> = strong
            .filter_map(|(at, guess)| Some((guess.target?.primary(), sheet.filled(at))))
            .collect();
        for (at, guess) in guesses.iter_mut().enumerate().filter(|(_, guess)| guess.is_weak) {
            let is_fed = |field: FieldId| {
                strong
                    .iter()
                    .any(|(it, cells)| *it == field && (*cells > 0 || sheet.filled(at) == 0))
            };
            let is_taken = |field: FieldId| {
                is_fed(field.primary())
                    || field == FieldId::NAME
                        && is_fed(FieldId::FIRST_NAME)
                        && is_fed(FieldId::LAST_NAME)
            };
            if let Some(field) = guess.target.filter(|field| is_taken(*field))
                && !(field.is_place() && guess.group != Group::Plain && guess.group != Group::Main)
            {
                let label = &self.fields.get(field).label;
                *guess = Guess::none(format!("another column is more surely the {label}"));
            }
        }
    }

    /// Of several columns of e-mail addresses or phones one is the primary, the others additional; an
    /// empty one is not, if another has cells.
    pub(super) fn settle_slots(&self, sheet: &Sheet<'_>, guesses: &mut [Guess]) {
        for (field, more) in [
            (FieldId::EMAIL, FieldId::ADDITIONAL_EMAILS),
            (FieldId::PHONE, FieldId::ADDITIONAL_PHONES),
        ] {
            let mut columns: Vec<(bool, u32, usize)> = (0..guesses.len())
                .filter(|&at| guesses[at].target == Some(field))
                .map(|at| (sheet.filled(at) == 0, slot_rank(&guesses[at]), at))
                .collect();
            columns.sort_unstable();
            for &(.., at) in columns.iter().skip(1) {
                guesses[at].target = Some(more);
                guesses[at].confidence = Confidence::Likely;
                guesses[at].reason = "one of several: it joins the additional ones".into();
            }
        }
    }

    /// A field that holds one value takes one column (A2), one with cells before one without, and of two
    /// names the one that is called the contact's: `Contact Name` beside `Name`, which is the company's,
    /// unless few have one.
    pub(super) fn keep_one(&self, sheet: &Sheet<'_>, guesses: &mut [Guess]) {
        let words = &sheet.words;
        let filled = |at: usize| sheet.filled(at);
        let speaks = |at: usize| words[at].split(' ').any(|word| CONTACTS.contains(&word));
        let is_name = |at: usize| guesses[at].target == Some(FieldId::NAME);
        // `Full Name` says more than `Contact Person`, and `Customer Name` less than `Contact Name`.
        let is_records = |words: &str| matches!(words, "name" | "display name");
        let is_surely_named = is_surely_named(words, guesses);
        let has_full = (0..guesses.len()).any(|at| {
            let is_client = is_surely_named && self.names_client(&words[at]);
            is_name(at) && !speaks(at) && !is_records(&words[at]) && !is_client
        });
        let most = (0..guesses.len()).filter(|at| is_name(*at)).map(filled).max().unwrap_or(0);
        let is_named = |at: usize| !has_full && is_name(at) && speaks(at) && filled(at) * 2 >= most;
        let mut order: Vec<usize> =
            (0..guesses.len()).filter(|at| guesses[*at].target.is_some()).collect();
        // An empty column feeds nothing, `County` beside `State` is a part of it, and `Related Account` is no better
        // than `Account Name`.
        let is_lesser = |word: &str| phrases(LESSER).any(|lesser| lesser == word);
        let gives_way = |at: usize| words[at].split(' ').filter(|word| is_lesser(word)).count();
        order.sort_by_key(|&at| {
            let guess = &guesses[at];
            let confidence = std::cmp::Reverse(guess.confidence);
            (!is_named(at), filled(at) == 0, gives_way(at), confidence, guess.is_weak, at)
        });
        let mut taken: Vec<FieldId> = Vec::new();
        for at in order {
            let Some(field) = guesses[at].target else { continue };
            let of = self.fields.get(field);
            if taken.contains(&field) && !of.is_list {
                guesses[at] = Guess::none(is_fed(&of.label));
            } else {
                taken.push(field);
            }
        }
    }

    /// Ids of another product stand beside other ids of that product: none of them is ours.
    pub(super) fn leave_foreign_ids(&self, sheet: &Sheet<'_>, guesses: &mut [Guess]) {
        let words = &sheet.words;
        let ours = |word: &str| {
            let before = word.rsplit_once(' ').map_or("", |(before, _)| before);
            matches!(
                before,
                "contact"
                    | "opportunity"
                    | "opportunity contact"
                    | "pipeline"
                    | "stage"
                    | "pipeline stage"
                    | "lost reason"
            )
        };
        let is_id = |word: &str| {
            word.rsplit(' ')
                .next()
                .is_some_and(|last| matches!(last, "id" | "ids" | "uuid" | "guid"))
                || matches!(word, "accountid" | "ownerid" | "parentcustomerid" | "leadid")
        };
        let has_others =
            words.iter().any(|word| is_id(word) && !ours(word) && !is_log_column(word));
        let is_account = |word: &String| word == "account name" || word == "parent account";
        let why = if has_others {
            "the other ids of the file are another product's"
        } else if words.iter().any(is_account) {
            "a file with accounts has the ids of another product"
        } else {
            return;
        };
        for guess in guesses {
            let is_record = guess.target.is_some_and(FieldId::is_id);
            if is_record {
                *guess = Guess::none(why);
            }
        }
    }
}

/// Whether two columns of names may be about the same people: on some row all words of one name are in the other, or no
/// row has both names.
fn may_be_same(named: impl Iterator<Item = (String, String)>) -> bool {
    let mut has_row = false;
    for (one, other) in named {
        has_row = true;
        let is_in = |one: &str, other: &str| {
            one.split(' ').all(|word| other.split(' ').any(|of_other| of_other == word))
        };
        if is_in(&one, &other) || is_in(&other, &one) {
            return true;
        }
    }
    !has_row
}

/// The headers that call a name the contact's.
fn named_contacts<'w>(words: &'w [String], guesses: &'w [Guess]) -> impl Iterator<Item = &'w str> {
    let names_one = |word| CONTACTS.contains(&word) || PERSONS.contains(&word);
    let is_name = |guess: &Guess| {
        matches!(guess.target, Some(FieldId::NAME | FieldId::FIRST_NAME | FieldId::LAST_NAME))
    };
    let named = words
        .iter()
        .zip(guesses)
        .filter(move |(words, guess)| is_name(guess) && words.split(' ').any(names_one));
    named.map(|(words, _)| words.as_str())
}

/// Whether a header says that it is the contact's name, as `Contact Name` does. `Contact` alone may also be a phone.
fn is_surely_named(words: &[String], guesses: &[Guess]) -> bool {
    named_contacts(words, guesses).any(|words| words.contains(' ') || PERSONS.contains(&words))
}

pub(super) fn has(guesses: &[Guess], field: FieldId) -> bool {
    guesses.iter().any(|guess| guess.target == Some(field))
}

/// The lower, the likelier the primary one.
fn slot_rank(guess: &Guess) -> u32 {
    debug_assert!(guess.target.is_some_and(FieldId::is_address));
    let group = match guess.group {
        Group::Main => 0,
        Group::Plain => 1,
        Group::Mobile => 2,
        Group::Work | Group::Home => 3,
        Group::Billing | Group::Company | Group::Other => 5,
    };
    group + 4 * guess.number.saturating_sub(1)
}

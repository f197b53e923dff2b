//! [`Evidence`]: what the sample cells of a column say about the guess from its header. A `Phone` whose cells have no
//! digits is none, and a column full of e-mail addresses is an e-mail column, even if it is called `Login`.

use super::header::Reader;
use super::header_words::is_of_linked_people;
use super::other_people::filled;
use super::person_names::PERSON;
use super::{Confidence, Guess, IfPhones, Sheet, has};
use crate::field::synonyms::{ANSWERS, CONDITIONS, phrases};
use crate::field::{FieldId, FieldKind, Fields, words};
use crate::issue::IssueCode;
use crate::normalize::{self, DateFormat, STATUSES};

/// How many sample rows are looked at.
const RECORDS: usize = 30;
/// From so many cells on, a column whose cells are all wrong is taken for something else.
const MANY: usize = 5;

/// Headers of columns for the year of birth.
const BIRTH_YEARS: &str = "birth year | year of birth | geburtsjahr | annee de naissance | ano de nacimiento \
     | ano de nascimento | anno di nascita | geboortejaar | fodelsear | fodselsar";

/// Headers of columns whose cells may name several contacts.
pub(super) const SEVERAL: &str = "related contacts | associated contacts | linked contacts | contacts \
     | contactos | contatos | contatti | kontakte | contacten | kontakter";

/// Counts over the sample cells of one column.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    pub(super) filled: usize,
    /// Cells that are one e-mail address.
    emails: usize,
    /// Cells that are a name and one e-mail address behind it.
    pub(super) named: usize,
    /// Cells with an @ in them.
    ats: usize,
    phones: usize,
    /// Phones with a `+` in front.
    abroad: usize,
    /// Phones with more digits than a postal code has.
    long: usize,
    dates: usize,
    /// Cells of one or two digits, which may be the day or the month of a date but not all of it.
    brief: usize,
    booleans: usize,
    /// Cells that say yes or no, in whatever language.
    answers: usize,
    statuses: usize,
    /// Cells that say what condition something is in, such as `won` or `active`, and are no state of a country.
    conditions: usize,
    /// Cells that say how much of a hundred.
    percents: usize,
    /// Cells with a letter in them.
    lettered: usize,
    /// Cells with a digit in them.
    digited: usize,
    /// Cells with a dot in them, as every address of a website has.
    dotted: usize,
}

impl Evidence {
    /// Counts the cells of a column; in detail only if its guess can be contradicted or confirmed by them.
    pub(super) fn of(
        samples: &[Vec<String>],
        column: usize,
        guess: &Guess,
        fields: &Fields,
    ) -> Self {
        let mut seen = Evidence::default();
        let is_asked =
            guess.if_phones.is_some() || guess.target.is_some_and(|id| is_weighed(id, fields));
        let is_state = guess.target == Some(FieldId::STATE);
        for cell in cells(samples, column) {
            seen.filled += 1;
            let has_at = cell.contains('@');
            seen.ats += usize::from(has_at);
            seen.emails += usize::from(has_at && normalize::email(cell).is_ok());
            seen.named += usize::from(has_at && normalize::named_address(cell).is_some());
            if is_asked {
                seen.count_in_detail(cell, has_at);
            }
            if is_state {
                let said = words(cell);
                let mut known = CONDITIONS.iter().flat_map(|list| phrases(list));
                seen.conditions += usize::from(known.any(|condition| condition == said));
            }
        }
        seen
    }

    fn count_in_detail(&mut self, cell: &str, has_at: bool) {
        let is_date = is_date(cell);
        let digits = cell.chars().filter(|c| c.is_numeric()).count();
        let letters = cell.chars().filter(|c| c.is_alphabetic()).count();
        let is_record = cell.starts_with(['[', '{']);
        self.dates += usize::from(is_date);
        self.brief += usize::from(cell.len() <= 2 && cell.bytes().all(|b| b.is_ascii_digit()));
        self.phones +=
            usize::from(digits >= 5 && (letters <= digits || is_record) && !has_at && !is_date);
        self.abroad += usize::from(cell.starts_with('+') && digits >= 8 && letters == 0);
        self.long += usize::from(digits >= 10 && letters == 0 && !is_date);
        self.percents += usize::from(letters == 0 && cell.ends_with('%'));
        self.lettered += usize::from(letters > 0);
        self.digited += usize::from(digits > 0);
        self.dotted += usize::from(cell.contains('.'));
        let is_boolean = cell.len() <= 5 && normalize::boolean(cell).is_ok();
        let is_answer = || {
            let said = words(cell);
            phrases(ANSWERS).any(|answer| answer == said)
        };
        self.booleans += usize::from(is_boolean);
        self.answers += usize::from(is_boolean || cell.len() <= 6 && is_answer());
        let is_among = |words: &[&str]| words.iter().any(|word| cell.eq_ignore_ascii_case(word));
        self.statuses += usize::from(is_among(&STATUSES));
    }

    /// Cells that may be names of people or countries.
    fn possible_names(&self) -> usize {
        self.lettered.saturating_sub(self.emails.saturating_sub(self.named))
    }

    /// Drops a guess that the cells contradict, and turns a column of phone numbers whose header leaves it open into
    /// one of phones.
    fn weigh(&self, guess: &mut Guess, fields: &Fields) {
        let phones = match guess.if_phones {
            Some(IfPhones::Any) => self.phones,
            Some(IfPhones::Abroad) => self.abroad,
            Some(IfPhones::Long) => self.long,
            None => 0,
        };
        // If the header may be that of a phone, a single cell is enough that is a whole number with all its digits.
        let is_single =
            self.filled == 1 && self.long == 1 && guess.if_phones == Some(IfPhones::Any);
        if is_single || self.filled >= 2 && phones * 10 >= self.filled * 8 {
            guess.target = Some(FieldId::PHONE);
            guess.confidence = Confidence::Likely;
            guess.reason = "its values are phone numbers".into();
        }
        let Some(field) = guess.target else { return };
        // One cell may be a mistake, but no place is called `Ganado` (won).
        let is_condition = field == FieldId::STATE && self.conditions > 0;
        // Nobody is called `#1001`.
        let is_unnamed = field == FieldId::NAME && self.filled > 0 && self.lettered == 0;
        // The cells of `Preferred Phone` may say which phone is preferred: `Mobile`.
        let is_wordy = field.primary() == FieldId::PHONE
            && guess.confidence < Confidence::Sure
            && self.filled > 0
            && self.digited == 0;
        if self.filled < 2 && !is_condition && !is_unnamed && !is_wordy {
            return;
        }
        let fits = self.fitting(field, fields.get(field).kind, guess.confidence);
        if fits.is_some_and(|fits| fits * 5 < self.filled) {
            *guess = Guess::none("its values are something else");
        }
    }

    /// How many of the cells may be values of a field. `None` if any text may be one.
    fn fitting(&self, field: FieldId, kind: FieldKind, confidence: Confidence) -> Option<usize> {
        let filled = self.filled;
        // If there are few cells and the header leaves no doubt, the column is kept, so that each wrong cell is
        // reported.
        let are_few = filled < MANY && confidence == Confidence::Sure;
        Some(match kind {
            FieldKind::Email if are_few => filled - self.answers.max(self.dates).max(self.phones),
            FieldKind::Email => self.ats,
            FieldKind::Phone if are_few => {
                self.digited.saturating_sub(self.answers.max(self.dates).max(self.emails))
            }
            FieldKind::Phone => self.phones,
            FieldKind::Date => filled - self.emails.max(self.answers).max(self.brief),
            FieldKind::Money | FieldKind::Number => {
                // A few cells without a digit are taken for wrong amounts, not for another kind of column.
                let amounts = if filled < MANY { filled } else { self.digited };
                amounts.saturating_sub(self.dates.max(self.emails))
            }
            FieldKind::Boolean => self.booleans,
            // Unless the header says whose status it is, it may be the status of something else.
            FieldKind::Status if confidence < Confidence::Sure => self.statuses,
            // `NO` is a country, and nobody's name.
            FieldKind::Country => self.possible_names(),
            FieldKind::FullName => self.possible_names().saturating_sub(self.answers),
            FieldKind::User | FieldKind::Pipeline => filled - self.answers,
            // `Sim`, `Da` and `Tak` are also what people are called.
            _ if matches!(field, FieldId::FIRST_NAME | FieldId::LAST_NAME) => {
                let answers = if confidence == Confidence::Sure { 0 } else { self.answers };
                self.possible_names().saturating_sub(answers)
            }
            _ if field == FieldId::OPPORTUNITY_NAME => {
                filled - self.dates.max(self.emails).max(self.answers).max(self.percents)
            }
            // How many groups somebody is in is no group.
            _ if field == FieldId::TAGS => filled - self.brief,
            _ if field == FieldId::POSTAL_CODE => filled - self.emails.max(self.answers),
            // Numbers are ids of towns and companies.
            _ if matches!(field, FieldId::CITY | FieldId::COMPANY) => {
                self.lettered.saturating_sub(self.emails.max(self.answers))
            }
            // `ON` is a province.
            _ if field == FieldId::STATE => filled - self.emails.max(self.conditions),
            // A `Site` may be the place of a job.
            _ if field == FieldId::WEBSITE => self.dotted.saturating_sub(self.emails),
            _ if is_plain_text(field) => filled - self.emails.max(self.answers),
            _ => return None,
        })
    }
}

/// The filled cells of a column in the first records, or in the next ones if it begins late.
fn cells(samples: &[Vec<String>], column: usize) -> impl Iterator<Item = &str> {
    let (first, later) = samples.split_at(RECORDS.min(samples.len()));
    let records = if filled(first, column).next().is_some() { first } else { later };
    filled(records, column).take(RECORDS)
}

/// Whether the values of a column can speak against this field.
fn is_weighed(id: FieldId, fields: &Fields) -> bool {
    matches!(
        fields.get(id).kind,
        FieldKind::Email
            | FieldKind::Phone
            | FieldKind::Date
            | FieldKind::Money
            | FieldKind::Number
            | FieldKind::Boolean
            | FieldKind::Status
            | FieldKind::Country
            | FieldKind::FullName
            | FieldKind::User
            | FieldKind::Pipeline
    ) || matches!(
        id,
        FieldId::FIRST_NAME
            | FieldId::LAST_NAME
            | FieldId::OPPORTUNITY_NAME
            | FieldId::STATE
            | FieldId::POSTAL_CODE
            | FieldId::TAGS
    ) || is_plain_text(id)
}

/// Whether a field holds texts that are never an e-mail address, a yes or a no.
fn is_plain_text(id: FieldId) -> bool {
    matches!(id, FieldId::COMPANY | FieldId::ADDRESS | FieldId::CITY | FieldId::WEBSITE)
}

fn is_date(cell: &str) -> bool {
    if !cell.bytes().any(|b| b.is_ascii_digit()) {
        return false;
    }
    let format = DateFormat { excel_serial: false, ..DateFormat::default() };
    matches!(normalize::date(cell, &format), Ok(_) | Err(IssueCode::DateAmbiguous))
}

impl Reader<'_> {
    /// Drops the guesses that their cells contradict.
    pub(super) fn weigh_cells(&self, sheet: &Sheet<'_>, guesses: &mut [Guess]) {
        for (guess, seen) in guesses.iter_mut().zip(&sheet.evidence) {
            seen.weigh(guess, self.fields);
        }
        let is_email =
            |guess: &Guess| guess.target.is_some_and(|it| it.primary() == FieldId::EMAIL);
        let mut emails = guesses.iter().zip(&sheet.evidence).filter(|(guess, _)| is_email(guess));
        if emails.any(|(_, seen)| seen.emails > 0) {
            for (guess, seen) in guesses.iter_mut().zip(&sheet.evidence) {
                if is_email(guess) && seen.filled >= 2 && seen.ats == 0 {
                    *guess = Guess::none("another column has e-mail addresses, and this one none");
                }
            }
        }
        self.leave_split_birthday(sheet, guesses);
        self.leave_lists_of_names(sheet, guesses);
    }

    /// `Geburtstag` beside `Geburtsjahr` is a day of the month, unless a cell is a whole date.
    fn leave_split_birthday(&self, sheet: &Sheet<'_>, guesses: &mut [Guess]) {
        let is_year = |words: &String| phrases(BIRTH_YEARS).any(|year| year == words);
        if !sheet.words.iter().any(is_year) {
            return;
        }
        for (guess, seen) in guesses.iter_mut().zip(&sheet.evidence) {
            let is_birthday =
                guess.target.is_some_and(|field| self.fields.get(field).key == "date_of_birth");
            if is_birthday && seen.filled > 0 && seen.dates == 0 {
                *guess = Guess::none("it is a part of a value, or another");
            }
        }
    }

    /// Leaves out columns of names whose cells may name several people: a list of people is no contact. Where linked
    /// people have several columns, one cell with a list is enough to leave out all of these columns, because none of
    /// them says which person it is about.
    fn leave_lists_of_names(&self, sheet: &Sheet<'_>, guesses: &mut [Guess]) {
        let is_list = |cell: &str| cell.contains([',', ';', '|', '/', '\n']);
        let has_list = |at: usize| cells(sheet.samples, at).any(is_list);
        let linked: Vec<bool> =
            sheet.headers.iter().map(|header| is_of_linked_people(header)).collect();
        let are_several = (0..linked.len()).any(|at| linked[at] && has_list(at));
        for (at, guess) in guesses.iter_mut().enumerate() {
            let is_name = guess.target == Some(FieldId::NAME);
            let may_be_list = is_name && phrases(SEVERAL).any(|several| several == sheet.words[at]);
            let has_addresses =
                || filled(sheet.samples, at).any(|cell| cell.matches('@').count() > 1);
            if linked[at] && are_several
                || may_be_list && has_list(at)
                || is_name && has_addresses()
            {
                *guess = Guess::none("its cells may name several people");
            }
        }
    }

    /// Reads the addresses from a column of names with an address behind each, if no other column has any, and the names
    /// from a column of addresses: `Jane Roe <jane@example.com>`.
    pub(super) fn read_named_addresses(&self, sheet: &Sheet<'_>, guesses: &mut [Guess]) {
        let has_address = has(guesses, FieldId::EMAIL) || has(guesses, FieldId::ADDITIONAL_EMAILS);
        let has_name = PERSON.into_iter().any(|field| has(guesses, field));
        for (guess, seen) in guesses.iter_mut().zip(&sheet.evidence) {
            guess.also = match guess.target {
                // Not everybody has an address.
                _ if seen.named == 0 || seen.named * 2 < seen.filled => None,
                Some(FieldId::NAME) if !has_address => Some(FieldId::EMAIL),
                Some(FieldId::EMAIL) if !has_name => Some(FieldId::NAME),
                _ => None,
            };
            if guess.also.is_some() {
                guess.reason = "its values are names with e-mail addresses".into();
            }
        }
    }

    /// Takes a column full of e-mail addresses for the contact's, whatever it is called, unless its header says that
    /// they are somebody else's. This is done only if no header names the e-mail address.
    pub(super) fn find_email(&self, sheet: &Sheet<'_>, guesses: &mut [Guess]) {
        let Sheet { words, evidence, .. } = sheet;
        let is_named = |guess: &Guess| {
            matches!(guess.target, Some(FieldId::EMAIL | FieldId::ADDITIONAL_EMAILS))
        };
        if !self.has_contacts || guesses.iter().any(is_named) {
            return;
        }
        // Beside `From Email`, `To Email` may be the address of whoever sells.
        let is_between_two = words.iter().any(|words| words.starts_with("from "));
        let is_it = |at: &usize| {
            let seen = &evidence[*at];
            guesses[*at].target.is_none()
                && self.may_be_own(&words[*at])
                && !(is_between_two && words[*at].starts_with("to "))
                && seen.filled >= 2
                && seen.emails * 10 >= seen.filled * 9
        };
        if let Some(at) = (0..guesses.len()).find(is_it) {
            guesses[at] = Guess::likely(FieldId::EMAIL, "its values are e-mail addresses");
        }
    }
}

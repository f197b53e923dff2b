//! What the values of a column say about its header.

use super::Guess;
use crate::field::synonyms::FOREIGN;
use crate::field::{FieldId, FieldKind, Fields};
use crate::normalize::{self, DateFormat};

/// Counts over the sample cells of one column.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    filled: usize,
    emails: usize,
    phones: usize,
    dates: usize,
    numbers: usize,
    booleans: usize,
}

impl Evidence {
    pub(super) fn of(samples: &[Vec<String>], column: usize) -> Self {
        let mut seen = Evidence::default();
        for cell in samples.iter().filter_map(|record| record.get(column)).take(50) {
            let cell = normalize::trim(cell);
            if cell.is_empty() {
                continue;
            }
            seen.filled += 1;
            let first = normalize::items(cell, ",;").next().unwrap_or(cell);
            seen.emails += usize::from(normalize::email(first).is_ok());
            let digits = cell.chars().filter(|c| c.is_numeric()).count();
            let letters = cell.chars().filter(|c| c.is_alphabetic()).count();
            seen.phones += usize::from(digits >= 5 && letters <= 8 && !cell.contains('@'));
            let read =
                normalize::date(cell, &DateFormat { excel_serial: false, ..DateFormat::default() });
            let is_date = read.is_ok() || read == Err(crate::issue::IssueCode::DateAmbiguous);
            seen.dates += usize::from(is_date);
            let number = normalize::decimal(cell, None);
            let is_number =
                number.is_ok() || number == Err(crate::issue::IssueCode::NumberAmbiguous);
            seen.numbers += usize::from(is_number && !is_date);
            seen.booleans += usize::from(normalize::boolean(cell).is_ok());
        }
        seen
    }

    /// Takes back a guess that the values contradict.
    pub(super) fn weigh(&self, guess: &mut Guess, fields: &Fields) {
        let Some(field) = guess.target else { return };
        if self.filled < 2 {
            return;
        }
        let fits = match fields.get(field).kind {
            FieldKind::Email => self.emails,
            FieldKind::Phone => self.phones,
            FieldKind::Date => {
                self.filled - self.emails.max(self.booleans.saturating_sub(self.numbers))
            }
            FieldKind::Money | FieldKind::Number => self.filled - self.dates.max(self.emails),
            FieldKind::Boolean => self.booleans,
            _ if matches!(field, FieldId::FIRST_NAME | FieldId::LAST_NAME | FieldId::NAME) => {
                self.filled - self.emails.max(self.dates).max(self.numbers)
            }
            FieldKind::FullName | FieldKind::Country => self.filled - self.emails.max(self.dates),
            _ => return,
        };
        if fits * 5 < self.filled {
            *guess = Guess::none("its values are something else");
        }
    }
}

/// A column full of e-mail addresses is one, whatever it is called, unless its header says that they
/// are somebody else's; only where no header names the e-mail address.
pub(super) fn find_email(
    headers: &[String],
    words: &[String],
    samples: &[Vec<String>],
    guesses: &mut [Guess],
) {
    let is_named =
        |guess: &Guess| matches!(guess.target, Some(FieldId::EMAIL | FieldId::ADDITIONAL_EMAILS));
    if guesses.iter().any(is_named) {
        return;
    }
    for at in 0..headers.len() {
        let seen = Evidence::of(samples, at);
        let is_foreign = words[at].split(' ').any(|word| {
            FOREIGN.contains(&word) || word == "owner" || word == "assigned" || word == "by"
        });
        let is_free = guesses[at].target.is_none() && !is_foreign;
        if is_free && seen.filled >= 2 && seen.emails * 10 >= seen.filled * 9 {
            guesses[at] = Guess::likely(FieldId::EMAIL, "its values are e-mail addresses");
            return;
        }
    }
}

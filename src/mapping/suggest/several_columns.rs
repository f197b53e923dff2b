//! Decides which of several columns feeds a field (behaviour A2, V1): of `Mobile` and `Work Phone`, one is the primary
//! phone and the other an additional one; of two columns for the city, one is left out.

use super::client::is_surely_named;
use super::header::{CONTACTS, Reader, is_fed};
use super::{Confidence, Guess, Sheet};
use crate::field::FieldId;
use crate::field::synonyms::{Group, LESSER, phrases};

impl Reader<'_> {
    /// Drops a weak guess if another column feeds its field, but not for a column without cells if it has some itself.
    pub(super) fn drop_weak_guesses(&self, sheet: &Sheet<'_>, guesses: &mut [Guess]) {
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

    /// Makes one of several columns of e-mail addresses or phones the primary one, and the others additional (V1). A
    /// column without cells is not the primary one if another has some.
    pub(super) fn settle_primary(&self, sheet: &Sheet<'_>, guesses: &mut [Guess]) {
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

    /// Keeps one column for each field that holds one value (A2): a column with cells rather than one without, and of
    /// two names the one that is called the contact's. `Contact Name` wins over `Name`, which is the company's, unless
    /// few rows have a contact's name.
    pub(super) fn keep_one_column(&self, sheet: &Sheet<'_>, guesses: &mut [Guess]) {
        let words = &sheet.words;
        let filled = |at: usize| sheet.filled(at);
        let speaks = |at: usize| words[at].split(' ').any(|word| CONTACTS.contains(&word));
        let is_name = |at: usize| guesses[at].target == Some(FieldId::NAME);
        // `Full Name` says more clearly than `Contact Person` that it is the contact's name, and `Customer Name` less
        // clearly than `Contact Name`.
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
        // An empty column feeds nothing, `County` is only a part of the `State` beside it, and `Related Account` is a
        // worse company than `Account Name`.
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
}

/// Ranks a column among those of its kind: the lowest rank is the primary one.
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

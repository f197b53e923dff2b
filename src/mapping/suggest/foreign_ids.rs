//! Decides whether the ids of a file are this CRM's own: `Contact ID` beside `Campaign ID` is another product's.

use super::header::{Reader, is_log_column};
use super::{Guess, Sheet};
use crate::field::FieldId;

impl Reader<'_> {
    /// Leaves out all ids if the file has ids or accounts of another product: then none of them is ours.
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
            if guess.target.is_some_and(FieldId::is_id) {
                *guess = Guess::none(why);
            }
        }
    }
}

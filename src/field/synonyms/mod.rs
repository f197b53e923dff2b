//! What columns are called: in English, German, French, Spanish, Portuguese, Italian, Dutch and Swedish with
//! all the words around them, in twenty-two other languages by the names themselves.
//!
//! Phrases are written as headers come out of [`words`](super::words()): lower case, no accents, single
//! spaces; `|` separates them. Where a header says the same with other spaces, or with `of` and `the`
//! between, it is found too, so no phrase stands here twice.

mod cells;
mod contact;
mod elsewhere;
mod known;
mod opportunity;
mod people;
mod qualifiers;
mod traps;

pub(crate) use cells::{ANSWERS, CONDITIONS, JOBS};
pub(crate) use contact::{CONTACT, MOBILE};
pub(crate) use elsewhere::{
    CONTACT_ELSEWHERE, MOBILE_ELSEWHERE, NAMES_ELSEWHERE, OPPORTUNITY_ELSEWHERE, SHARED_ELSEWHERE,
};
pub(crate) use known::is_known;
pub(crate) use opportunity::{OPPORTUNITY, SHARED, TOPICS};
pub(crate) use qualifiers::{
    DEAL, FILLERS, GROUPS, Group, LESSER, NEUTRAL, OWN, REMARKS, SPELLING, STOPS, SUBSTITUTES,
    USER, USER_LISTS, WITH,
};
pub(crate) use traps::{TRAPS, Trap};

/// The phrases of a list.
pub(crate) fn phrases(list: &'static str) -> impl Iterator<Item = &'static str> {
    list.split('|').map(str::trim).filter(|phrase| !phrase.is_empty())
}

/// The phrase without spaces: `zip code` and `zipcode` are one name.
pub(crate) fn squash(phrase: &str) -> String {
    phrase.chars().filter(|c| *c != ' ').collect()
}

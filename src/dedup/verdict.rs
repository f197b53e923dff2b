//! [`decide`]: which contact a row means, given the contacts that carry its keys under each rule.
//!
//! ```text
//! rule 1 (e-mail)           nobody carries ana@example.com      the next rule is asked
//! rule 2 (phone)            7 and 9 carry +12065550123          several: the policy decides (M5)
//! rule 3 (first+last name)  9 carries ana, lee                  it is 9, if the policy asks the next rule
//! ```

use smallvec::SmallVec;

use crate::account::Ambiguous;
use crate::object::ContactNumber;

/// The contacts that carry one key: usually at most one.
type Carriers = SmallVec<[ContactNumber; 2]>;

/// Which contact a row means, as far as match rules can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// No known contact, so a new one (M4).
    Nobody,
    /// This contact. It was found by the rule at position `rule`, by the key at position `key` among those that the row
    /// has under that rule.
    One { contact: ContactNumber, rule: usize, key: usize },
    /// Several may be meant, and the policy does not choose one (M5).
    Several,
}

impl Verdict {
    /// Whether it is this contact.
    pub(crate) fn is_one(&self, contact: ContactNumber) -> bool {
        matches!(self, Verdict::One { contact: one, .. } if *one == contact)
    }
}

/// A rule that found several contacts, and these, in ascending order of their numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Candidates {
    pub(crate) rule: usize,
    pub(crate) contacts: Vec<ContactNumber>,
}

/// The first rule that finds a contact decides (M4). If it finds several, the policy decides (M5). Also returns the
/// contacts that may have been meant, for each rule that found several.
///
/// `rules` gives for each rule, in order, the carriers of each key that the row has under it. `lower` orders contacts:
/// stored ones by id, then those of the file by row.
pub(crate) fn decide(
    rules: impl Iterator<Item = SmallVec<[Carriers; 2]>>,
    ambiguous: Ambiguous,
    lower: impl Fn(ContactNumber, ContactNumber) -> std::cmp::Ordering,
) -> (Verdict, Vec<Candidates>) {
    let mut candidates = Vec::new();
    for (rule, keys) in rules.enumerate() {
        let mut distinct: Carriers = keys.iter().flatten().copied().collect();
        distinct.sort_unstable();
        distinct.dedup();
        let Some(contact) = distinct.iter().copied().min_by(|a, b| lower(*a, *b)) else { continue };
        if distinct.len() > 1 {
            candidates.push(Candidates { rule, contacts: distinct.into_vec() });
            match ambiguous {
                Ambiguous::First => {}
                Ambiguous::Fail => return (Verdict::Several, candidates),
                Ambiguous::NextRule => continue,
            }
        }
        let key = keys.iter().position(|key| key.contains(&contact)).unwrap_or(0);
        return (Verdict::One { contact, rule, key }, candidates);
    }
    let verdict = if candidates.is_empty() { Verdict::Nobody } else { Verdict::Several };
    (verdict, candidates)
}

#[cfg(test)]
mod tests {
    use super::*;
    use smallvec::smallvec;

    fn by_number(a: ContactNumber, b: ContactNumber) -> std::cmp::Ordering {
        a.cmp(&b)
    }

    fn rules(holders: &[&[&[u32]]]) -> Vec<SmallVec<[Carriers; 2]>> {
        let contacts = |key: &&[u32]| key.iter().map(|&n| ContactNumber::new(n)).collect();
        holders.iter().map(|keys| keys.iter().map(contacts).collect()).collect()
    }

    fn one(contact: u32, rule: usize, key: usize) -> Verdict {
        Verdict::One { contact: ContactNumber::new(contact), rule, key }
    }

    fn several(rule: usize, contacts: &[u32]) -> Candidates {
        Candidates { rule, contacts: contacts.iter().map(|&n| ContactNumber::new(n)).collect() }
    }

    #[test]
    fn m4_the_first_rule_that_finds_anybody_decides() {
        let found =
            decide(rules(&[&[&[]], &[&[4]], &[&[5]]]).into_iter(), Ambiguous::Fail, by_number);
        assert_eq!(found, (one(4, 1, 0), vec![]));
    }

    #[test]
    fn m5_several_fail_or_the_first_counts_or_the_next_rule_decides() {
        let rules = || rules(&[&[&[7], &[3]], &[&[7]]]).into_iter();
        let named = || vec![several(0, &[3, 7])];
        assert_eq!(decide(rules(), Ambiguous::Fail, by_number), (Verdict::Several, named()));
        assert_eq!(decide(rules(), Ambiguous::First, by_number), (one(3, 0, 1), named()));
        assert_eq!(decide(rules(), Ambiguous::NextRule, by_number), (one(7, 1, 0), named()));
    }

    #[test]
    fn m5_next_rule_with_no_rule_left_is_an_error_and_never_a_create() {
        let rules = rules(&[&[&[7, 3]], &[&[]], &[&[4], &[9]]]).into_iter();
        let found = decide(rules, Ambiguous::NextRule, by_number);
        assert_eq!(found, (Verdict::Several, vec![several(0, &[3, 7]), several(2, &[4, 9])]));
        let empty: SmallVec<[Carriers; 2]> = smallvec![];
        let found = decide([empty].into_iter(), Ambiguous::Fail, by_number);
        assert_eq!(found, (Verdict::Nobody, vec![]));
    }
}

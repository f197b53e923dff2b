//! [`decide`]: who is meant, given who carries the keys of each rule.

use smallvec::SmallVec;

use super::index::ContactNumber;
use crate::account::Ambiguous;

/// Who a row means, as far as match rules can tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Nobody: a new contact (M4).
    Nobody,
    /// This one, by the rule at this position and the key at this position among that rule's keys.
    One { contact: ContactNumber, rule: usize, key: usize },
    /// Several, and the policy does not choose (M5). The rule that found them, and whom.
    Several { rule: usize, contacts: Vec<ContactNumber> },
}

impl Verdict {
    /// Is it this contact and no other?
    pub(crate) fn is_one(&self, contact: ContactNumber) -> bool {
        matches!(self, Verdict::One { contact: one, .. } if *one == contact)
    }
}

/// The first rule that finds anybody decides (M4); what several mean is the policy's to say (M5).
///
/// `holders` gives, for each rule in order, the holders of each of the row's keys under it. `lower`
/// says which of two contacts comes first: stored records by id, then contacts of the file by row.
pub(crate) fn decide(
    rules: impl Iterator<Item = SmallVec<[SmallVec<[ContactNumber; 2]>; 2]>>,
    ambiguous: Ambiguous,
    lower: impl Fn(ContactNumber, ContactNumber) -> std::cmp::Ordering,
) -> Verdict {
    let mut undecided = Verdict::Nobody;
    for (rule, keys) in rules.enumerate() {
        let mut distinct: SmallVec<[ContactNumber; 2]> = SmallVec::new();
        for contact in keys.iter().flatten() {
            if !distinct.contains(contact) {
                distinct.push(*contact);
            }
        }
        distinct.sort_by(|a, b| lower(*a, *b));
        let key_of = |contact: ContactNumber| keys.iter().position(|key| key.contains(&contact));
        match distinct.as_slice() {
            [] => {}
            [one] => return Verdict::One { contact: *one, rule, key: key_of(*one).unwrap_or(0) },
            several => match ambiguous {
                Ambiguous::First => {
                    let contact = several[0];
                    return Verdict::One { contact, rule, key: key_of(contact).unwrap_or(0) };
                }
                Ambiguous::Fail => return Verdict::Several { rule, contacts: several.to_vec() },
                Ambiguous::NextRule => {
                    if undecided == Verdict::Nobody {
                        undecided = Verdict::Several { rule, contacts: several.to_vec() };
                    }
                }
            },
        }
    }
    undecided
}

#[cfg(test)]
mod tests {
    use super::*;
    use smallvec::smallvec;

    fn by_number(a: ContactNumber, b: ContactNumber) -> std::cmp::Ordering {
        a.cmp(&b)
    }

    fn rules(holders: &[&[&[u32]]]) -> Vec<SmallVec<[SmallVec<[ContactNumber; 2]>; 2]>> {
        let contacts = |key: &&[u32]| key.iter().map(|&n| ContactNumber(n)).collect();
        holders.iter().map(|keys| keys.iter().map(contacts).collect()).collect()
    }

    #[test]
    fn m4_the_first_rule_that_finds_anybody_decides() {
        let found =
            decide(rules(&[&[&[]], &[&[4]], &[&[5]]]).into_iter(), Ambiguous::Fail, by_number);
        assert_eq!(found, Verdict::One { contact: ContactNumber(4), rule: 1, key: 0 });
    }

    #[test]
    fn m5_several_fail_or_the_first_counts_or_the_next_rule_decides() {
        let several = || rules(&[&[&[7], &[3]], &[&[7]]]).into_iter();
        assert_eq!(
            decide(several(), Ambiguous::Fail, by_number),
            Verdict::Several { rule: 0, contacts: vec![ContactNumber(3), ContactNumber(7)] }
        );
        assert_eq!(
            decide(several(), Ambiguous::First, by_number),
            Verdict::One { contact: ContactNumber(3), rule: 0, key: 1 }
        );
        assert_eq!(
            decide(several(), Ambiguous::NextRule, by_number),
            Verdict::One { contact: ContactNumber(7), rule: 1, key: 0 }
        );
    }

    #[test]
    fn m5_next_rule_with_no_rule_left_is_an_error_and_never_a_create() {
        let found =
            decide(rules(&[&[&[7, 3]], &[&[]]]).into_iter(), Ambiguous::NextRule, by_number);
        assert!(matches!(found, Verdict::Several { rule: 0, .. }));
        let empty: SmallVec<[SmallVec<[ContactNumber; 2]>; 2]> = smallvec![];
        assert_eq!(decide([empty].into_iter(), Ambiguous::Fail, by_number), Verdict::Nobody);
    }
}

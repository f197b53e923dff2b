//! The order in which storage sees what it is asked for: that of the bytes.

use crate::value::Phone;

/// One asked text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    /// Where it lies among the others.
    pub(super) from: u32,
    pub(super) to: u32,
    /// What the planner knows it by; of an id that cannot be taken back nothing.
    pub(super) mark: u32,
}

impl Asked {
    pub(super) fn slice(self, text: &str) -> &str {
        &text[self.from as usize..self.to as usize]
    }

    /// The first sixteen bytes as a number that orders as they do.
    fn head(self, text: &str) -> u128 {
        let bytes = &text.as_bytes()[self.from as usize..];
        let head = match bytes.first_chunk() {
            Some(head) => *head,
            None => {
                let mut head = [0; 16];
                head[..bytes.len()].copy_from_slice(bytes);
                head
            }
        };
        let behind = u128::MAX.checked_shr((self.to - self.from).saturating_mul(8)).unwrap_or(0);
        u128::from_be_bytes(head) & !behind
    }
}

/// The bits of a head that say which text it is of.
const AT: u128 = u32::MAX as u128;

/// Sorts texts. True: one of them stands there more than once.
pub(super) fn sort_texts(text: &str, texts: &mut [Asked]) -> bool {
    // Compared by the first bytes in which any two of them differ, which rarely leaves a doubt. What
    // is left of the number says which text it is.
    let mut heads: Vec<u128> = texts.iter().map(|&asked| asked.head(text)).collect();
    let first = heads.first().copied().unwrap_or(0);
    let differing = heads.iter().fold(0, |differing, head| differing | (head ^ first));
    let shared = differing.leading_zeros();
    for (head, at) in heads.iter_mut().zip(0_u128..) {
        *head = head.checked_shl(shared).unwrap_or(0) & !AT | at;
    }
    heads.sort_unstable();
    let unsorted = texts.to_vec();
    for (asked, head) in texts.iter_mut().zip(&heads) {
        *asked = unsorted[*head as u32 as usize];
    }
    let is_alike = |at: usize| heads[at] & !AT == heads[at - 1] & !AT;
    let mut is_repeated = false;
    let mut from = 0;
    for to in 1..=texts.len() {
        if to < texts.len() && is_alike(to) {
            continue;
        }
        if to - from > 1 {
            let alike = &mut texts[from..to];
            alike.sort_unstable_by(|a, b| a.slice(text).cmp(b.slice(text)));
            is_repeated |= alike.windows(2).any(|two| two[0].slice(text) == two[1].slice(text));
        }
        from = to;
    }
    is_repeated
}

/// One asked phone, and what the planner knows it by.
pub(super) type AskedPhone = (Phone, u32);

/// Sorts phones as their texts are sorted, without a look at those. False, and nothing is sorted, where
/// their numbers do not tell: a phone has an extension, or all the digits that another one begins with.
pub(super) fn sort_phones(phones: &mut [AskedPhone]) -> bool {
    /// The bits of a number that say which phone it is of: ten to the power of [`Phone::MAX_DIGITS`] is
    /// less than two to the power of what is left.
    const AT: u64 = (1 << 14) - 1;
    if phones.len() > AT as usize || phones.iter().any(|(phone, _)| phone.has_extension()) {
        return false;
    }
    let aligned = phones.iter().map(|(phone, _)| aligned(phone.number()));
    let mut numbers: Vec<u64> = aligned.zip(0..).map(|(digits, at)| digits << 14 | at).collect();
    numbers.sort_unstable();
    if numbers.windows(2).any(|two| two[0] & !AT == two[1] & !AT) {
        return false;
    }
    let unsorted = phones.to_vec();
    for (phone, number) in phones.iter_mut().zip(numbers) {
        *phone = unsorted[(number & AT) as usize];
    }
    true
}

/// A number with zeros behind it, up to as many digits as a phone can have: such numbers are ordered as
/// the digits of those are.
fn aligned(mut number: u64) -> u64 {
    const FULL: u64 = 10_u64.pow(Phone::MAX_DIGITS as u32 - 1);
    while number < FULL {
        number *= 10;
    }
    number
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phones_are_sorted_as_their_texts_are() {
        let mut seed = 7_u64;
        let mut next = move || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            seed >> 33
        };
        let mut told = [0, 0];
        for _ in 0..20_000 {
            // Some of few digits, which begin alike, and some with an extension.
            let (count, digits) = (next() % 6, 1 + next() % 15);
            let asked = (0..count).zip(0..).map(|(_, mark)| {
                let number = 1 + (next() << 31 | next()) % 10_u64.pow((1 + next() % digits) as u32);
                let extension = if next() % 20 == 0 { "7" } else { "" };
                (Phone::new(number.min(10_u64.pow(15) - 1), extension).unwrap(), mark)
            });
            let asked: Vec<AskedPhone> = asked.collect();
            let mut sorted = asked.clone();
            let is_sorted = sort_phones(&mut sorted);
            told[usize::from(is_sorted)] += 1;
            if is_sorted {
                let texts: Vec<String> =
                    sorted.iter().map(|(phone, _)| phone.to_string()).collect();
                assert!(texts.is_sorted_by(|a, b| a < b), "{texts:?}");
                assert!(sorted.iter().all(|phone| asked.contains(phone)));
            } else {
                assert_eq!(sorted, asked);
            }
        }
        assert!(told.iter().all(|&times| times > 2_000), "{told:?}");
    }
}

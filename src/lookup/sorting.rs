//! Sorts what storage is asked for, in the order of bytes.
//!
//! Whole texts are rarely compared: most differ in their first bytes, and phones are sorted as numbers.

use crate::value::Phone;

/// One asked text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    /// Where it is in the text of the question.
    pub(super) from: u32,
    pub(super) to: u32,
    /// What the planner knows the text by. Meaningless for an id that cannot be taken back.
    pub(super) mark: u32,
}

impl Asked {
    pub(super) fn slice(self, text: &str) -> &str {
        &text[self.from as usize..self.to as usize]
    }

    /// The first twelve bytes after those that are `skipped`, as a number with the same order.
    fn head(self, text: &str, skipped: u32) -> u128 {
        let from = self.from.saturating_add(skipped).min(self.to);
        let bytes = &text.as_bytes()[from as usize..];
        let head = match bytes.first_chunk() {
            Some(head) => *head,
            None => {
                let mut head = [0; 16];
                head[..bytes.len()].copy_from_slice(bytes);
                head
            }
        };
        let behind = u128::MAX.checked_shr((self.to - from).saturating_mul(8)).unwrap_or(0);
        u128::from_be_bytes(head) & !behind & !AT
    }
}

/// How many bytes a head has.
const HEAD: u32 = 12;
/// The other bits of a head, which say to which text it belongs.
const AT: u128 = u32::MAX as u128;

/// Sorts texts. Returns whether any of them occurs more than once.
pub(super) fn sort_texts(text: &str, texts: &mut Vec<Asked>) -> bool {
    // The texts are compared by their heads: the first bytes after the beginning that all of them share. Few heads are
    // equal.
    let heads = |skipped: u32| -> Vec<u128> {
        texts.iter().zip(0..).map(|(asked, at)| asked.head(text, skipped) | at).collect()
    };
    let mut sorted = heads(0);
    let first = sorted.first().copied().unwrap_or(0);
    let differing = sorted.iter().fold(0, |differing, head| differing | (head ^ first)) & !AT;
    let shared = (differing.leading_zeros() / 8).min(HEAD);
    if shared > 0 {
        sorted = heads(shared);
    }
    sorted.sort_unstable();
    *texts = sorted.iter().map(|&head| texts[head as u32 as usize]).collect();
    let is_alike = |a: u128, b: u128| a & !AT == b & !AT;
    let mut is_repeated = false;
    let mut from = 0;
    while let Some(next) = sorted[from..].windows(2).position(|two| is_alike(two[0], two[1])) {
        from += next;
        let alike = sorted[from..].iter().take_while(|&&head| is_alike(head, sorted[from])).count();
        let alike = &mut texts[from..from + alike];
        alike.sort_unstable_by(|a, b| a.slice(text).cmp(b.slice(text)));
        is_repeated |= alike.windows(2).any(|two| two[0].slice(text) == two[1].slice(text));
        from += alike.len();
    }
    is_repeated
}

/// One asked phone without an extension.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct AskedPhone {
    /// The digits, filled up with zeros to the length of the longest phone, and then the number of its own digits.
    /// These numbers have the same order as the texts.
    order: u64,
    /// What the planner knows the phone by.
    mark: u32,
}

/// The bits of an order that say how many digits there are.
const DIGITS: u64 = 0xf;
/// The powers of ten.
const POWERS: [u64; 1 + Phone::MAX_DIGITS] = {
    let mut powers = [1; 1 + Phone::MAX_DIGITS];
    let mut at = 1;
    while at < powers.len() {
        powers[at] = 10 * powers[at - 1];
        at += 1;
    }
    powers
};

/// How many digits the number of a phone has: as many as the smallest number with as many bits, or one more.
fn digits_of(number: u64) -> usize {
    let bits = (u64::BITS - number.leading_zeros()) as usize;
    let likely = (bits * 1_233) >> 12;
    likely + usize::from(number >= POWERS[likely])
}

impl AskedPhone {
    /// `None` for a phone with an extension, which is asked for as a text.
    #[inline]
    pub(super) fn new(phone: Phone, mark: u32) -> Option<Self> {
        const MOST: usize = Phone::MAX_DIGITS;
        let digits = digits_of(phone.number());
        let number = phone.number() * POWERS[MOST - digits];
        let order = (number << 4) | digits as u64;
        (!phone.has_extension()).then_some(AskedPhone { order, mark })
    }

    /// Its text, followed by the zeros.
    fn text(self) -> [u8; 1 + Phone::MAX_DIGITS] {
        let mut text = sixteen_digits(self.order >> 4);
        text[0] = b'+';
        text
    }

    fn len(self) -> usize {
        1 + (self.order & DIGITS) as usize
    }
}

/// From this many phones on, sorting them by bits is quicker than comparing them.
const MANY: usize = 1_024;

/// Sorts phones in the order of their texts, without making the texts. Returns whether any of them occurs more than
/// once.
pub(super) fn sort_phones(phones: &mut Vec<AskedPhone>) -> bool {
    match phones.len() {
        ..MANY => phones.sort_unstable_by_key(|phone| phone.order),
        _ => sort_by_bits(phones),
    }
    phones.windows(2).any(|two| two[0].order == two[1].order)
}

/// A radix sort: orders the phones by their lowest bits, then by the next ones, and so on. No phone is compared with
/// another one, so there are no branches for the processor to mispredict.
fn sort_by_bits(phones: &mut Vec<AskedPhone>) {
    const BITS: u32 = 11;
    let first = phones[0].order;
    let differing = phones.iter().fold(0, |all, phone| all | (phone.order ^ first));
    let mut sorted = phones.clone();
    let mut shift = differing.trailing_zeros();
    while differing.checked_shr(shift).is_some_and(|rest| rest != 0) {
        let bits = |phone: &AskedPhone| (phone.order >> shift) as usize % (1 << BITS);
        // First how many phones have each value of these bits, then where the next phone with that value goes.
        let mut places = [0_u32; 1 << BITS];
        phones.iter().for_each(|phone| places[bits(phone)] += 1);
        let mut before = 0;
        for place in &mut places {
            before += std::mem::replace(place, before);
        }
        for phone in phones.iter() {
            let place = &mut places[bits(phone)];
            sorted[*place as usize] = *phone;
            *place += 1;
        }
        std::mem::swap(phones, &mut sorted);
        shift += BITS;
    }
}

/// Appends phones to a text, one after the other.
pub(super) fn write_phones(phones: &[AskedPhone], text: &mut String, asked: &mut Vec<Asked>) {
    const MOST: usize = 1 + Phone::MAX_DIGITS;
    let most = text.len() + phones.len() * MOST;
    assert!(u32::try_from(most).is_ok(), "the keys of one window fit 4 GiB");
    let mut bytes = Vec::with_capacity(phones.len() * MOST);
    let mut from = text.len() as u32;
    asked.extend(phones.iter().map(|phone| {
        let len = phone.len();
        bytes.extend_from_slice(&phone.text());
        bytes.truncate(bytes.len() - (MOST - len));
        let to = from + len as u32;
        Asked { from: std::mem::replace(&mut from, to), to, mark: phone.mark }
    }));
    text.push_str(str::from_utf8(&bytes).expect("digits are text"));
}

fn sixteen_digits(number: u64) -> [u8; 16] {
    const HALF: u64 = 100_000_000;
    let mut digits = [0; 16];
    digits[..8].copy_from_slice(&eight_digits(number / HALF));
    digits[8..].copy_from_slice(&eight_digits(number % HALF));
    digits
}

/// The digits of a number below a hundred million. It is cut into two numbers of four digits, then four of two,
/// then eight of one, all side by side in one integer, the first one lowest. Instead of a division there is a
/// multiplication and a shift.
fn eight_digits(number: u64) -> [u8; 8] {
    let fours = (number / 10_000) | ((number % 10_000) << 32);
    let hundreds = ((fours * 10_486) >> 20) & 0x0000_007f_0000_007f;
    let twos = hundreds | ((fours - hundreds * 100) << 16);
    let tens = ((twos * 103) >> 10) & 0x000f_000f_000f_000f;
    let ones = tens | ((twos - tens * 10) << 8);
    (ones | 0x3030_3030_3030_3030).to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::Dice;

    #[test]
    fn phones_are_sorted_and_written_as_their_texts_are() {
        let mut dice = Dice::new(7);
        let mut repeated = 0;
        for case in 0..20_000 {
            // Some of few digits, which begin alike.
            let (count, digits) = (dice.below(6), 1 + dice.below(15));
            let count = if case % 1_000 == 0 { 2 * MANY } else { count };
            let mut phone = |_| {
                let below = 10_usize.pow(1 + dice.below(digits) as u32);
                Phone::new((dice.below(below) as u64).max(1), "").unwrap()
            };
            let phones: Vec<Phone> = (0..count).map(&mut phone).collect();
            let asked = phones.iter().zip(0..).filter_map(|(&of, mark)| AskedPhone::new(of, mark));
            let (mut sorted, mut text): (Vec<_>, _) = (asked.collect(), String::from("é"));
            let is_repeated = sort_phones(&mut sorted);
            let mut written = Vec::new();
            write_phones(&sorted, &mut text, &mut written);
            let mut expected: Vec<String> = phones.iter().map(Phone::to_string).collect();
            for asked in &written {
                assert_eq!(asked.slice(&text), expected[asked.mark as usize]);
            }
            expected.sort();
            let written: Vec<&str> = written.iter().map(|asked| asked.slice(&text)).collect();
            assert_eq!(written, expected);
            assert_eq!(text.len(), "é".len() + expected.concat().len());
            assert_eq!(is_repeated, expected.windows(2).any(|two| two[0] == two[1]));
            repeated += usize::from(is_repeated);
        }
        assert!(repeated > 500, "{repeated}");
        assert_eq!(AskedPhone::new(Phone::new(12_065_550_123, "7").unwrap(), 0), None);
    }

    #[test]
    fn digits_are_those_that_are_written_one_by_one() {
        for number in (0..10_000).flat_map(|four| [four, four * 10_000, four * 10_001]) {
            assert_eq!(eight_digits(number), *format!("{number:08}").as_bytes());
        }
        for power in 0..16 {
            for number in [10_u64.pow(power), 10_u64.pow(power) - 1, 123 * 10_u64.pow(power) / 98] {
                assert_eq!(sixteen_digits(number), *format!("{number:016}").as_bytes());
                if number > 0 && number < 10_u64.pow(15) {
                    assert_eq!(digits_of(number), number.to_string().len());
                }
            }
        }
    }
}

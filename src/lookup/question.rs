//! [`Question`]: collects the keys for a [`Lookup`].

use super::sorting::{Asked, AskedPhone, sort_phones, sort_texts, write_phones};
use super::{Lookup, MatchBlock};
use crate::field::{FieldId, Fields};
use crate::object::Object;
use crate::value::Phone;

/// Separates the parts of a combined key inside one text. No part can hold it, because folding removes control
/// characters (behaviour §9).
pub(crate) const PART_SEPARATOR: char = '\u{1f}';

/// What storage is to be asked, collected key by key. The planner uses one question again for each look-up.
#[derive(Debug, Default)]
pub(crate) struct Question {
    /// All asked texts, one after the other.
    text: String,
    ids: Vec<Asked>,
    contact_ids: Vec<Asked>,
    /// Quickly excludes most ids that are not among the [`ids`](Self::ids).
    id_traces: Traces,
    /// The keys, by match rule.
    keys: Vec<RuleKeys>,
    is_unsorted: bool,
    /// Whether a text is asked for more than once.
    is_repeated: bool,
}

/// The asked keys of one match rule.
#[derive(Debug, Default)]
struct RuleKeys {
    texts: Vec<Asked>,
    /// Phones without an extension. They become texts when the question is sorted.
    phones: Vec<AskedPhone>,
}

/// How many asked keys are tried by address to find the next declared one. Most of the keys in between have no record.
const NEXT: usize = 64;

impl Question {
    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.ids.clear();
        self.contact_ids.clear();
        self.keys.iter_mut().for_each(RuleKeys::clear);
        self.is_repeated = false;
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.ids.is_empty()
            && self.contact_ids.is_empty()
            && self.keys.iter().all(RuleKeys::is_empty)
    }

    pub(crate) fn ask_id(&mut self, id: &str) {
        self.ask_id_marked(id, u32::MAX);
    }

    pub(crate) fn ask_contact_id(&mut self, id: &str) {
        let asked = self.push(id, u32::MAX);
        self.contact_ids.push(asked);
    }

    /// Asks for a record by an id that can be [taken back](Self::retain) by its mark.
    pub(crate) fn ask_id_marked(&mut self, id: &str, mark: u32) {
        let asked = self.push(id, mark);
        self.ids.push(asked);
    }

    /// Asks for a key of a rule. The parts of a combined key are joined by [`PART_SEPARATOR`]. The `mark` is what
    /// [`mark_of`](Self::mark_of) returns.
    #[inline]
    pub(crate) fn ask_key(&mut self, rule: usize, key: &str, mark: u32) {
        let asked = self.push(key, mark);
        self.keys_of(rule).texts.push(asked);
    }

    /// Asks for a phone under a rule.
    #[inline(always)]
    pub(crate) fn ask_phone(&mut self, rule: usize, phone: Phone, mark: u32) {
        match AskedPhone::new(phone, mark) {
            Some(phone) => {
                self.is_unsorted = true;
                self.keys_of(rule).phones.push(phone);
            }
            None => self.ask_long_phone(rule, phone, mark),
        }
    }

    /// Asks for a phone with an extension.
    #[cold]
    fn ask_long_phone(&mut self, rule: usize, phone: Phone, mark: u32) {
        self.ask_key(rule, &phone.to_string(), mark);
    }

    #[inline]
    fn keys_of(&mut self, rule: usize) -> &mut RuleKeys {
        if self.keys.len() <= rule {
            self.keys.resize_with(rule + 1, RuleKeys::default);
        }
        &mut self.keys[rule]
    }

    /// Whether a record is asked for by this id. The question must be [sorted](Self::sort).
    pub(crate) fn asks_id(&self, id: &str) -> bool {
        self.id_traces.may_hold(id) && position(&self.ids, &self.text, id).is_some()
    }

    /// The mark of an asked key. The question must be [sorted](Self::sort).
    ///
    /// Most adapters declare the very text that they were asked for, in the same order. So the key is first looked for
    /// by the address of its text, from `near` on, which is where the last key was found.
    pub(crate) fn mark_of(
        &self,
        rule: usize,
        address: usize,
        text: &str,
        near: &mut usize,
    ) -> Option<u32> {
        let texts = &self.keys.get(rule)?.texts;
        let from = address.wrapping_sub(self.text.as_ptr() as usize);
        let next = texts.get(*near..).unwrap_or_default().iter().take(NEXT);
        let is_it = |asked: &Asked| asked.from as usize == from && asked.slice(&self.text) == text;
        let at = match next.clone().position(|asked| asked.from as usize == from) {
            Some(at) if is_it(&texts[*near + at]) => *near + at,
            _ => position(texts, &self.text, text)?,
        };
        *near = at;
        Some(texts[at].mark)
    }

    /// Keeps only the keys and ids for whose marks `is_kept` is true. The question must be [sorted](Self::sort).
    pub(crate) fn retain(&mut self, mut is_kept: impl FnMut(u32) -> bool) {
        self.ids.retain(|asked| is_kept(asked.mark));
        self.keys.iter_mut().for_each(|keys| keys.texts.retain(|asked| is_kept(asked.mark)));
    }

    fn push(&mut self, text: &str, mark: u32) -> Asked {
        self.is_unsorted = true;
        let from = len(&self.text);
        self.text.push_str(text);
        Asked { from, to: len(&self.text), mark }
    }

    /// Puts everything into the order in which storage sees it.
    pub(crate) fn sort(&mut self) {
        if !std::mem::take(&mut self.is_unsorted) {
            return;
        }
        let Question { text, ids, contact_ids, id_traces, keys, is_repeated, .. } = self;
        *id_traces = Traces::default();
        ids.iter().for_each(|asked| id_traces.add(asked.slice(text)));
        for RuleKeys { texts, phones } in keys {
            let is_mixed = !texts.is_empty();
            *is_repeated |= sort_phones(phones);
            write_phones(phones, text, texts);
            phones.clear();
            *is_repeated |= is_mixed && sort_texts(text, texts);
        }
        for ids in [ids, contact_ids] {
            *is_repeated |= sort_texts(text, ids);
        }
    }

    /// The sorted texts, each once.
    fn texts(&self, sorted: &[Asked]) -> Vec<&str> {
        let mut texts: Vec<&str> = sorted.iter().map(|asked| asked.slice(&self.text)).collect();
        if self.is_repeated {
            texts.dedup();
        }
        texts
    }

    /// The question as storage sees it. It must be [sorted](Self::sort).
    pub(crate) fn lookup<'a>(
        &'a self,
        object: Object,
        rules: &'a [Vec<String>],
        wanted: &'a [FieldId],
        fields: &'a Fields,
    ) -> Lookup<'a> {
        let mut blocks = Vec::new();
        for (rule, keys) in rules.iter().zip(&self.keys).filter(|(_, keys)| !keys.is_empty()) {
            let keys = self.texts(&keys.texts);
            let columns = match rule.as_slice() {
                [_] => vec![keys],
                _ => in_parts(&keys, rule.len()),
            };
            blocks.push(MatchBlock { fields: rule.iter().map(String::as_str).collect(), columns });
        }
        Lookup {
            object,
            ids: self.texts(&self.ids),
            contact_ids: self.texts(&self.contact_ids),
            blocks,
            wanted,
            fields,
        }
    }
}

impl RuleKeys {
    fn clear(&mut self) {
        self.texts.clear();
        self.phones.clear();
    }

    fn is_empty(&self) -> bool {
        self.texts.is_empty() && self.phones.is_empty()
    }
}

/// The position of a text among sorted ones.
fn position(sorted: &[Asked], all: &str, text: &str) -> Option<usize> {
    sorted.binary_search_by(|asked| asked.slice(all).cmp(text)).ok()
}

/// A small approximate set of texts (a Bloom filter with one hash). It is quick, but may claim to hold a text that was
/// never added.
#[derive(Debug)]
struct Traces([u64; 64]);

impl Default for Traces {
    fn default() -> Self {
        Traces([0; 64])
    }
}

impl Traces {
    fn add(&mut self, text: &str) {
        let (word, bit) = trace_of(text);
        self.0[word] |= bit;
    }

    fn may_hold(&self, text: &str) -> bool {
        let (word, bit) = trace_of(text);
        self.0[word] & bit != 0
    }
}

/// The word and the bit in it that stand for a text: twelve bits of a hash of its last eight bytes, in which ids differ
/// most.
fn trace_of(text: &str) -> (usize, u64) {
    let last = match text.as_bytes().last_chunk() {
        Some(last) => u64::from_le_bytes(*last),
        None => text.bytes().fold(0, |all, byte| all << 8 | u64::from(byte)),
    };
    let mixed = last.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 52;
    ((mixed >> 6) as usize, 1 << (mixed & 63))
}

fn len(text: &str) -> u32 {
    u32::try_from(text.len()).expect("the keys of one window fit 4 GiB")
}

/// The keys of a combined rule as one column for each of its fields.
fn in_parts<'a>(keys: &[&'a str], fields: usize) -> Vec<Vec<&'a str>> {
    let mut columns: Vec<Vec<&str>> = vec![Vec::with_capacity(keys.len()); fields];
    for key in keys {
        for (column, part) in columns.iter_mut().zip(key.split(PART_SEPARATOR)) {
            column.push(part);
        }
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::Dice;

    const RULES: [&str; 2] = ["email", "contract_no"];

    fn rules() -> Vec<Vec<String>> {
        RULES.iter().map(|rule| vec![(*rule).to_owned()]).collect()
    }

    /// Texts that share long beginnings, end within the bytes that are compared first, or hold a NUL.
    fn texts(seed: u64) -> Vec<String> {
        const PARTS: [&str; 9] =
            ["a", "b", "customer-number-", "+1206555", "0", "é", "\0", "@example.org", " "];
        let mut dice = Dice::new(seed);
        let first = dice.one_of(&PARTS);
        (0..dice.below(40)).map(|_| format!("{first}{}", dice.text(5, &PARTS))).collect()
    }

    #[test]
    fn storage_sees_the_keys_sorted_bytewise_and_each_once() {
        let (rules, fields) = (rules(), Fields::standard());
        for seed in 0..5_000 {
            let (texts, mut question) = (texts(seed), Question::default());
            for (text, mark) in texts.iter().zip(0..) {
                question.ask_key(mark as usize % 2, text, mark);
                question.ask_id(text);
            }
            question.sort();
            let lookup = question.lookup(Object::Contact, &rules, &[], &fields);
            for (rule, block) in lookup.blocks().iter().enumerate() {
                let asked = texts.iter().skip(rule).step_by(2).map(String::as_str);
                let mut expected: Vec<&str> = asked.collect();
                expected.sort_unstable();
                expected.dedup();
                assert_eq!(block.column(0), expected, "seed {seed}");
            }
            assert!(lookup.ids().is_sorted_by(|a, b| a < b), "seed {seed}");
        }
    }

    #[test]
    fn storage_sees_phones_sorted_bytewise_whatever_they_are_like() {
        let (rules, fields) = (rules(), Fields::standard());
        // Some with an extension, some with the same beginning, and a text among them.
        let numbers = [12_065_550_123, 4_930_123_456, 442_079_460_958, 12_065_550_100];
        for case in 0..8 {
            let mut question = Question::default();
            let mut expected: Vec<String> = Vec::new();
            let alike = (case & 1 == 1).then_some(4_930_123_456_000);
            for (number, mark) in numbers.into_iter().chain(alike).zip(0..) {
                let extension = if case & 2 == 2 && mark == 1 { "17" } else { "" };
                let phone = Phone::new(number, extension).unwrap();
                question.ask_phone(0, phone, mark);
                expected.push(phone.to_string());
            }
            if case & 4 == 4 {
                question.ask_key(0, "+30", 9);
                expected.push("+30".to_owned());
            }
            let asked = expected.clone();
            assert!(!question.is_empty());
            expected.sort_unstable();
            for _ in 0..2 {
                question.sort();
                let lookup = question.lookup(Object::Contact, &rules, &[], &fields);
                assert_eq!(lookup.blocks()[0].column(0), expected, "case {case}");
                for text in lookup.blocks()[0].column(0) {
                    let mark = question.mark_of(0, text.as_ptr() as usize, text, &mut 0);
                    let mark = mark
                        .map(|mark| asked.get(mark as usize).unwrap_or(&asked[asked.len() - 1]));
                    assert_eq!(mark.map(String::as_str), Some(*text));
                }
                question.is_unsorted = true;
            }
        }
    }

    #[test]
    fn a_key_is_known_by_its_text_and_only_as_a_whole() {
        let mut question = Question::default();
        question.ask_id("c1");
        question.ask_key(0, "ana@example.com", 7);
        question.ask_key(0, "bo@example.com", 8);
        question.sort();
        let (rules, fields) = (rules(), Fields::standard());
        let lookup = question.lookup(Object::Contact, &rules, &[], &fields);
        assert!(question.asks_id("c1") && !question.asks_id("ana@example.com"));
        let mark = |text: &str| question.mark_of(0, text.as_ptr() as usize, text, &mut 0);
        let [ana, bo] = *lookup.blocks()[0].column(0) else { panic!("two keys were asked for") };
        assert_eq!((mark(ana), mark(bo)), (Some(7), Some(8)));
        assert_eq!(mark(&ana[..3]), None);
        assert_eq!(mark(&ana[8..]), None);
        assert_eq!(mark(lookup.ids()[0]), None);
        assert_eq!(mark(&String::from(ana)), Some(7));
    }

    #[test]
    fn a_key_is_known_however_far_it_is_from_the_last_one() {
        let (rules, fields) = (rules(), Fields::standard());
        let mut question = Question::default();
        let keys: Vec<String> = (1_000..2_000).map(|number| number.to_string()).collect();
        for (key, mark) in keys.iter().zip(0..) {
            question.ask_key(0, key, mark);
            if mark % 10 == 0 {
                question.ask_id(key);
            }
        }
        question.sort();
        let lookup = question.lookup(Object::Contact, &rules, &[], &fields);
        let asked = lookup.blocks()[0].column(0);
        let mut near = 0;
        for at in [999, 0, 700, 701, 3, 765, 830] {
            // Adapters declare the text that they were asked for, or another one like it.
            for text in [asked[at], keys[at].as_str()] {
                let mark = question.mark_of(0, text.as_ptr() as usize, text, &mut near);
                assert_eq!((mark, near), (Some(at as u32), at));
            }
        }
        assert_eq!(question.mark_of(0, 0, "1000x", &mut near), None);
        for (key, at) in keys.iter().zip(0..) {
            assert_eq!(question.asks_id(key), at % 10 == 0);
        }
    }

    #[test]
    fn what_is_taken_back_is_not_asked() {
        let mut question = Question::default();
        question.ask_key(0, "bo@example.com", 1);
        question.ask_key(0, "ana@example.com", 2);
        question.ask_id_marked("c1", 3);
        question.sort();
        question.retain(|mark| mark == 1);
        let (rules, fields) = (rules(), Fields::standard());
        let lookup = question.lookup(Object::Contact, &rules, &[], &fields);
        assert_eq!(lookup.blocks()[0].column(0), ["bo@example.com"]);
        assert_eq!(lookup.len(), 1);
        assert!(!question.asks_id("c1"));
    }
}

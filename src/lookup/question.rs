//! [`Question`]: the reusable buffer a [`Lookup`] is built from.

use super::{Lookup, MatchBlock};
use crate::field::{FieldId, Fields};
use crate::object::Object;
use crate::value::Phone;

/// Separates the parts of a combined key inside one text; no cell can hold it (behaviour §9 refuses
/// control characters in keys by folding them away).
pub(crate) const PART: char = '\u{1f}';

/// One asked text.
#[derive(Clone, Copy, Debug)]
struct Asked {
    /// Where it lies among the others.
    from: u32,
    to: u32,
    /// What the planner knows it by; of an id that cannot be taken back nothing.
    mark: u32,
}

/// What shall be asked, collected key by key.
#[derive(Debug, Default)]
pub(crate) struct Question {
    /// Every asked text, one behind the other.
    text: String,
    ids: Vec<Asked>,
    contact_ids: Vec<Asked>,
    /// Per match rule.
    keys: Vec<Vec<Asked>>,
    /// Every key in the order in which they lie in the text.
    in_text: Vec<Asked>,
    is_unsorted: bool,
}

/// The bits of a head that say which text it is of.
const AT: u128 = u32::MAX as u128;
/// So many keys may have no record before the next one that has.
const NEXT: usize = 64;

impl Question {
    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.ids.clear();
        self.contact_ids.clear();
        self.keys.iter_mut().for_each(Vec::clear);
        self.in_text.clear();
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.ids.is_empty() && self.contact_ids.is_empty() && self.keys.iter().all(Vec::is_empty)
    }

    pub(crate) fn ask_id(&mut self, id: &str) {
        self.ask_id_marked(id, u32::MAX);
    }

    pub(crate) fn ask_contact_id(&mut self, id: &str) {
        let asked = self.push(u32::MAX, |text| text.push_str(id));
        self.contact_ids.push(asked);
    }

    /// Asks for a record by an id that can be taken back by its mark.
    pub(crate) fn ask_id_marked(&mut self, id: &str, mark: u32) {
        let asked = self.push(mark, |text| text.push_str(id));
        self.ids.push(asked);
    }

    /// Asks for a key of a rule; the parts of a combined key are joined by [`PART`]. The `mark` is
    /// what [`mark_of`](Self::mark_of) gives back.
    pub(crate) fn ask_key(&mut self, rule: usize, key: &str, mark: u32) {
        let asked = self.push(mark, |text| text.push_str(key));
        self.push_key(rule, asked);
    }

    /// Asks for a phone under a rule.
    pub(crate) fn ask_phone(&mut self, rule: usize, phone: Phone, mark: u32) {
        let asked = self.push(mark, |text| phone.write_to(text));
        self.push_key(rule, asked);
    }

    /// The mark of an asked key by the address of its text. Most adapters declare the very text they
    /// were asked with; of any other, and of one that is no whole key, this knows nothing.
    ///
    /// Most declare them in the order in which they were asked, too: the search begins where the last
    /// one was, at `near`.
    pub(crate) fn mark_of(
        &self,
        rule: usize,
        address: usize,
        text: &str,
        near: &mut usize,
    ) -> Option<u32> {
        let from = address.checked_sub(self.text.as_ptr() as usize)?;
        let from = u32::try_from(from).ok()?;
        let next = self.keys.get(rule)?.get(*near..).unwrap_or_default();
        let asked = match next.iter().take(NEXT).position(|asked| asked.from == from) {
            Some(at) => {
                *near += at;
                next[at]
            }
            None => {
                let at = self.in_text.binary_search_by_key(&from, |asked| asked.from).ok()?;
                self.in_text[at]
            }
        };
        (self.slice(asked) == text).then_some(asked.mark)
    }

    /// Keeps those of the marked texts whose marks say so.
    pub(crate) fn retain(&mut self, mut is_kept: impl FnMut(u32) -> bool) {
        self.ids.retain(|asked| is_kept(asked.mark));
        self.keys.iter_mut().for_each(|keys| keys.retain(|asked| is_kept(asked.mark)));
    }

    fn push_key(&mut self, rule: usize, asked: Asked) {
        if self.keys.len() <= rule {
            self.keys.resize_with(rule + 1, Vec::new);
        }
        self.keys[rule].push(asked);
        self.in_text.push(asked);
    }

    fn push(&mut self, mark: u32, write: impl FnOnce(&mut String)) -> Asked {
        let at = |n: usize| u32::try_from(n).expect("the keys of one window fit 4 GiB");
        self.is_unsorted = true;
        let from = at(self.text.len());
        write(&mut self.text);
        Asked { from, to: at(self.text.len()), mark }
    }

    fn slice(&self, asked: Asked) -> &str {
        &self.text[asked.from as usize..asked.to as usize]
    }

    /// The first sixteen bytes of a text as a number that orders as they do.
    fn head(&self, asked: Asked) -> u128 {
        let bytes = &self.text.as_bytes()[asked.from as usize..];
        let head = match bytes.first_chunk() {
            Some(head) => *head,
            None => {
                let mut head = [0; 16];
                head[..bytes.len()].copy_from_slice(bytes);
                head
            }
        };
        let behind = u128::MAX.checked_shr((asked.to - asked.from).saturating_mul(8)).unwrap_or(0);
        u128::from_be_bytes(head) & !behind
    }

    /// Brings everything that was asked into the order in which storage sees it.
    pub(crate) fn sort(&mut self) {
        if !std::mem::take(&mut self.is_unsorted) {
            return;
        }
        let mut keys = std::mem::take(&mut self.keys);
        keys.iter_mut().for_each(|keys| self.sort_texts(keys));
        self.keys = keys;
        let mut ids = [std::mem::take(&mut self.ids), std::mem::take(&mut self.contact_ids)];
        ids.iter_mut().for_each(|ids| self.sort_texts(ids));
        [self.ids, self.contact_ids] = ids;
    }

    fn sort_texts(&self, texts: &mut [Asked]) {
        // Compared by the first bytes in which any two of them differ, which rarely leaves a doubt. What
        // is left of the number says which text it is.
        let mut heads: Vec<u128> = texts.iter().map(|&asked| self.head(asked)).collect();
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
        let mut from = 0;
        for to in 1..=texts.len() {
            if to < texts.len() && is_alike(to) {
                continue;
            }
            if to - from > 1 {
                texts[from..to].sort_unstable_by(|&a, &b| self.slice(a).cmp(self.slice(b)));
            }
            from = to;
        }
    }

    /// The sorted texts, each once.
    fn texts(&self, sorted: &[Asked]) -> Vec<&str> {
        let mut texts: Vec<&str> = sorted.iter().map(|&asked| self.slice(asked)).collect();
        texts.dedup();
        texts
    }

    /// The question as storage sees it, once it is [sorted](Self::sort).
    pub(crate) fn lookup<'a>(
        &'a self,
        object: Object,
        rules: &'a [Vec<String>],
        wanted: &'a [FieldId],
        fields: &'a Fields,
    ) -> Lookup<'a> {
        let mut blocks = Vec::new();
        for (rule, keys) in rules.iter().zip(&self.keys).filter(|(_, keys)| !keys.is_empty()) {
            let keys = self.texts(keys);
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

/// The keys of a combined rule as one column for each of its fields.
fn in_parts<'a>(keys: &[&'a str], fields: usize) -> Vec<Vec<&'a str>> {
    let mut columns: Vec<Vec<&str>> = vec![Vec::with_capacity(keys.len()); fields];
    for key in keys {
        for (column, part) in columns.iter_mut().zip(key.split(PART)) {
            column.push(part);
        }
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: [&str; 2] = ["email", "contract_no"];

    fn rules() -> Vec<Vec<String>> {
        RULES.iter().map(|rule| vec![(*rule).to_owned()]).collect()
    }

    /// Texts that share long beginnings, end inside of what is compared at a glance, or hold a NUL.
    fn texts(mut seed: u64) -> Vec<String> {
        const PARTS: [&str; 9] =
            ["a", "b", "customer-number-", "+1206555", "0", "é", "\0", "@example.org", " "];
        let mut next = move || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (seed >> 33) as usize
        };
        let count = next() % 40;
        let first = PARTS[next() % PARTS.len()];
        let text = |_| {
            let parts = 1 + next() % 4;
            let rest: String = (0..parts).map(|_| PARTS[next() % PARTS.len()]).collect();
            format!("{first}{rest}")
        };
        (0..count).map(text).collect()
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
    fn a_key_is_known_by_where_it_lies_and_only_as_a_whole() {
        let mut question = Question::default();
        question.ask_id("c1");
        question.ask_key(0, "ana@example.com", 7);
        question.ask_key(0, "bo@example.com", 8);
        question.sort();
        let (rules, fields) = (rules(), Fields::standard());
        let lookup = question.lookup(Object::Contact, &rules, &[], &fields);
        let mark = |text: &str| {
            let (from_start, from_end) = (&mut 0, &mut 9);
            let mark = question.mark_of(0, text.as_ptr() as usize, text, from_start);
            assert_eq!(mark, question.mark_of(0, text.as_ptr() as usize, text, from_end));
            mark
        };
        let [ana, bo] = *lookup.blocks()[0].column(0) else { panic!("two keys were asked for") };
        assert_eq!((mark(ana), mark(bo)), (Some(7), Some(8)));
        assert_eq!(mark(&ana[..3]), None);
        assert_eq!(mark(&ana[8..]), None);
        assert_eq!(mark(lookup.ids()[0]), None);
        assert_eq!(mark(&String::from(ana)), None);
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
    }
}

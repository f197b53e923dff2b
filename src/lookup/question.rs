//! [`Question`]: the reusable buffer a [`Lookup`] is built from.

use super::{Lookup, MatchBlock};
use crate::field::{FieldId, Fields};
use crate::object::Object;
use crate::value::Phone;

/// Separates the parts of a combined key inside one text; no cell can hold it (behaviour §9 refuses
/// control characters in keys by folding them away).
pub(crate) const PART: char = '\u{1f}';

/// Where a text lies among the asked ones.
type Span = (u32, u32);

/// What shall be asked, collected key by key.
#[derive(Debug, Default)]
pub(crate) struct Question {
    /// Every asked text, each from a multiple of [`STEP`] on.
    text: String,
    ids: Vec<Span>,
    contact_ids: Vec<Span>,
    /// Per match rule.
    keys: Vec<Vec<Span>>,
    /// The mark and the length of the key that begins at each [`STEP`]; no length where none does.
    marks: Vec<(u32, u32)>,
    is_unsorted: bool,
}

/// The bits of a head that say which text it is of.
const AT: u128 = u32::MAX as u128;
/// Texts begin so many bytes apart, so that a key is known by where it lies.
const STEP: usize = 8;

impl Question {
    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.ids.clear();
        self.contact_ids.clear();
        self.keys.iter_mut().for_each(Vec::clear);
        self.marks.clear();
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.ids.is_empty() && self.contact_ids.is_empty() && self.keys.iter().all(Vec::is_empty)
    }

    pub(crate) fn ask_id(&mut self, id: &str) {
        let span = self.push(None, |text| text.push_str(id));
        self.ids.push(span);
    }

    pub(crate) fn ask_contact_id(&mut self, id: &str) {
        let span = self.push(None, |text| text.push_str(id));
        self.contact_ids.push(span);
    }

    /// Asks for a record by an id that can be taken back by its mark.
    pub(crate) fn ask_id_marked(&mut self, id: &str, mark: u32) {
        let span = self.push(Some(mark), |text| text.push_str(id));
        self.ids.push(span);
    }

    /// Asks for a key of a rule; the parts of a combined key are joined by [`PART`]. The `mark` is
    /// what [`mark_of`](Self::mark_of) gives back.
    pub(crate) fn ask_key(&mut self, rule: usize, key: &str, mark: u32) {
        let span = self.push(Some(mark), |text| text.push_str(key));
        self.keys_of(rule).push(span);
    }

    /// Asks for a phone under a rule.
    pub(crate) fn ask_phone(&mut self, rule: usize, phone: Phone, mark: u32) {
        let span = self.push(Some(mark), |text| phone.write_to(text));
        self.keys_of(rule).push(span);
    }

    /// The mark of an asked key by the address of its text. Most adapters declare the very text they
    /// were asked with; of any other, and of one that is no whole key, this knows nothing.
    pub(crate) fn mark_of(&self, address: usize, text: &str) -> Option<u32> {
        let from = address.checked_sub(self.text.as_ptr() as usize)?;
        let &(mark, len) = self.marks.get(from / STEP).filter(|(_, len)| *len > 0)?;
        let own = self.text.as_bytes().get(from..from + len as usize)?;
        (from.is_multiple_of(STEP) && own == text.as_bytes()).then_some(mark)
    }

    /// Keeps those of the marked texts whose marks say so.
    pub(crate) fn retain(&mut self, mut is_kept: impl FnMut(u32) -> bool) {
        let marks = &self.marks;
        let mut is_kept = |span: &Span| is_kept(marks[span.0 as usize / STEP].0);
        self.ids.retain(&mut is_kept);
        self.keys.iter_mut().for_each(|spans| spans.retain(&mut is_kept));
    }

    fn keys_of(&mut self, rule: usize) -> &mut Vec<Span> {
        if self.keys.len() <= rule {
            self.keys.resize_with(rule + 1, Vec::new);
        }
        &mut self.keys[rule]
    }

    fn push(&mut self, mark: Option<u32>, write: impl FnOnce(&mut String)) -> Span {
        const PAD: &str = match str::from_utf8(&[b' '; STEP]) {
            Ok(pad) => pad,
            Err(_) => unreachable!(),
        };
        let at = |n: usize| u32::try_from(n).expect("the keys of one window fit 4 GiB");
        self.is_unsorted = true;
        let start = self.text.len();
        write(&mut self.text);
        let end = self.text.len();
        self.text.push_str(PAD);
        self.text.truncate(end.next_multiple_of(STEP));
        let span = (at(start), at(end));
        self.marks.push(mark.map_or((0, 0), |mark| (mark, span.1 - span.0)));
        self.marks.resize(self.text.len() / STEP, (0, 0));
        span
    }

    fn slice(&self, (from, to): Span) -> &str {
        &self.text[from as usize..to as usize]
    }

    /// The first sixteen bytes of a text as a number that orders as they do.
    fn head(&self, (from, to): Span) -> u128 {
        let bytes = &self.text.as_bytes()[from as usize..];
        let len = (to - from) as usize;
        let head = match bytes.first_chunk() {
            Some(head) => *head,
            None => {
                let mut head = [0; 16];
                head[..bytes.len()].copy_from_slice(bytes);
                head
            }
        };
        let behind = u128::MAX.checked_shr(8 * len as u32).unwrap_or(0);
        u128::from_be_bytes(head) & !behind
    }

    /// Brings everything that was asked into the order in which storage sees it.
    pub(crate) fn sort(&mut self) {
        if !std::mem::take(&mut self.is_unsorted) {
            return;
        }
        let mut lists = std::mem::take(&mut self.keys);
        lists.iter_mut().for_each(|spans| self.sort_spans(spans));
        self.keys = lists;
        let (mut ids, mut contact_ids) =
            (std::mem::take(&mut self.ids), std::mem::take(&mut self.contact_ids));
        [&mut ids, &mut contact_ids].into_iter().for_each(|spans| self.sort_spans(spans));
        (self.ids, self.contact_ids) = (ids, contact_ids);
    }

    fn sort_spans(&self, spans: &mut [Span]) {
        // Compared by the first bytes in which any two of them differ, which rarely leaves a doubt. What
        // is left of the number says which text it is.
        let mut heads: Vec<u128> = spans.iter().map(|&span| self.head(span)).collect();
        let first = heads.first().copied().unwrap_or(0);
        let differing = heads.iter().fold(0, |differing, head| differing | (head ^ first));
        let shared = differing.leading_zeros();
        for (head, at) in heads.iter_mut().zip(0_u128..) {
            *head = head.checked_shl(shared).unwrap_or(0) & !AT | at;
        }
        heads.sort_unstable();
        let unsorted = spans.to_vec();
        for (span, head) in spans.iter_mut().zip(&heads) {
            *span = unsorted[*head as u32 as usize];
        }
        let mut rest = spans;
        for alike in heads.chunk_by(|a, b| a & !AT == b & !AT) {
            let (own, others) = rest.split_at_mut(alike.len());
            own.sort_unstable_by(|&a, &b| self.slice(a).cmp(self.slice(b)));
            rest = others;
        }
    }

    /// The texts of sorted spans, each once.
    fn texts(&self, spans: &[Span]) -> Vec<&str> {
        let mut texts: Vec<&str> = spans.iter().map(|&span| self.slice(span)).collect();
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
        for (rule, spans) in rules.iter().zip(&self.keys).filter(|(_, spans)| !spans.is_empty()) {
            let keys = self.texts(spans);
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
        let mark = |text: &str| question.mark_of(text.as_ptr() as usize, text);
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

//! A full name next to columns for its parts (behaviour §10): it completes what those say.
//!
//! If neither part has a column, a full name is split by the rule of §9. Next to a column for a part it is not: what
//! that column says is not overruled, and no name is put together from two people's. Where a row leaves the other part
//! blank, a full name that begins with the row's first name, or ends with its last name, says that part with the rest
//! of its words. One that does neither is left out, which is told. A single word is the part that the row is missing:
//!
//! ```text
//! Full Name           First Name  Last Name      first  last
//! Ana Lee                                        Ana    Lee
//! Ana Garcia Lee      Ana                        Ana    Garcia Lee
//! Lee, Ana Maria      Ana                        Ana    Lee
//! Ana Garcia Lee                  Garcia Lee     Ana    Garcia Lee
//! Ana Lee             Bob                        Bob                  told
//! Lee                 Ana                        Ana    Lee
//! Ana                 Ana                        Ana                  nothing new
//! ```

use super::column::{Column, NamePart, Origin};
use crate::mapping::Blank;
use crate::normalize::{self, folded_eq};
use crate::source::BlockRow;

/// Where the cells of the parts come from.
#[derive(Clone, Debug)]
pub(super) struct Beside {
    first: Option<Origin>,
    last: Option<Origin>,
}

impl Beside {
    /// The cells of the columns for the parts, if the file has any.
    pub(super) fn of(first: Option<&Column>, last: Option<&Column>) -> Option<Self> {
        let origin = |column: Option<&Column>| column.map(|column| column.origin.clone());
        (first.is_some() || last.is_some())
            .then(|| Beside { first: origin(first), last: origin(last) })
    }

    /// What a row says in its own columns for the first and the last name; "" for nothing.
    fn said<'b>(&'b self, row: &BlockRow<'b>) -> [&'b str; 2] {
        [&self.first, &self.last].map(|origin| {
            let text = origin.as_ref().map_or("", |origin| origin.text(row));
            normalize::unguarded(normalize::trim(text))
        })
    }
}

/// The first name and the last in a full name, if the row's own columns say this of them. "" where the full name says
/// nothing.
fn divided<'n>(name: &'n str, [first, last]: [&str; 2]) -> [&'n str; 2] {
    let (given, family) = normalize::full_name(name);
    if family.is_empty() {
        let is_in = |part: &str| part.split_whitespace().any(|word| folded_eq(word, name));
        let is_last = !is_in(first) && (is_in(last) || !first.is_empty());
        return if is_last { ["", given] } else { [given, ""] };
    }
    if folded_eq(name, first) {
        return [name, ""];
    }
    let is_longer = !last.is_empty() && !name.contains(',') && !folded_eq(family, last);
    let by_last = is_longer.then(|| split_before(name, last)).flatten();
    let by_first =
        || (last.is_empty() && !first.is_empty()).then(|| split_behind(name, first)).flatten();
    by_last.or_else(by_first).unwrap_or([given, family])
}

/// Whether the row's own column for each part says what the full name says. A second first name need not be there.
fn agree([given, family]: [&str; 2], [first, last]: [&str; 2]) -> bool {
    let is_silent = |name: &str, own: &str| name.is_empty() || own.is_empty();
    (is_silent(given, first) || begins_with(given, first))
        && (is_silent(family, last) || folded_eq(family, last))
}

/// Whether a name begins with these words.
fn begins_with(name: &str, words: &str) -> bool {
    let mut own = name.split_whitespace();
    words.split_whitespace().all(|word| own.next().is_some_and(|own| folded_eq(own, word)))
}

/// A name cut in two behind these words, if it begins with them.
fn split_behind<'n>(name: &'n str, words: &str) -> Option<[&'n str; 2]> {
    let mut rest = name;
    for word in words.split_whitespace() {
        let (own, more) = rest.split_once(char::is_whitespace)?;
        rest = folded_eq(own, word).then_some(normalize::trim(more))?;
    }
    Some([normalize::trim(&name[..name.len() - rest.len()]), rest])
}

/// A name cut in two before these words, if it ends with them.
fn split_before<'n>(name: &'n str, words: &str) -> Option<[&'n str; 2]> {
    let mut rest = name;
    for word in words.split_whitespace().rev() {
        let (more, own) = rest.rsplit_once(char::is_whitespace).unwrap_or(("", rest));
        rest = folded_eq(own, word).then_some(normalize::trim(more))?;
    }
    Some([rest, normalize::trim(&name[rest.len()..])])
}

impl Column {
    /// The same part of a full name, next to columns for the parts. Those say what a blank cell does.
    pub(super) fn beside(mut self, beside: Beside) -> Self {
        self.beside = Some(Box::new(beside));
        self.blank = Blank::Keep;
        self.is_plain = self.default.is_none() && !self.has_clear_token();
        self
    }

    pub(super) fn text_beside<'b>(&'b self, beside: &'b Beside, row: &BlockRow<'b>) -> &'b str {
        let name = self.full_name_of(row);
        let own = beside.said(row);
        let at = usize::from(self.name_part == NamePart::LastName);
        if name.is_empty() || !own[at].is_empty() {
            return "";
        }
        let divided = divided(name, own);
        if agree(divided, own) { divided[at] } else { "" }
    }

    /// What the row's full name says of this part, even if the part's own column overrules it. For any other column
    /// its text.
    pub(crate) fn claim<'b>(&'b self, row: &BlockRow<'b>) -> &'b str {
        let Some(beside) = &self.beside else { return self.whole_text(row) };
        divided(self.full_name_of(row), beside.said(row))
            [usize::from(self.name_part == NamePart::LastName)]
    }

    /// Whether the row leaves a part blank that its full name could fill, but is not allowed to, because the full name
    /// contradicts the part that is there.
    pub(super) fn leaves_out_name(&self, row: &BlockRow<'_>) -> bool {
        let Some(beside) = &self.beside else { return false };
        let own = beside.said(row);
        let divided = divided(self.full_name_of(row), own);
        let is_missed = |at: usize| own[at].is_empty() && !divided[at].is_empty();
        (is_missed(0) || is_missed(1)) && !agree(divided, own)
    }

    /// The full name, as the value map has it.
    fn full_name_of<'b>(&'b self, row: &BlockRow<'b>) -> &'b str {
        let cell = self.bare(normalize::trim(self.whole_text(row)));
        normalize::without_address(if self.is_direct() { cell } else { self.looked_up(cell) })
    }

    /// This part of a full name.
    pub(super) fn part_of<'b>(&self, name: &'b str) -> &'b str {
        let (first, last) = normalize::full_name(name);
        match self.name_part {
            NamePart::Whole => normalize::without_address(name),
            NamePart::FirstName => first,
            NamePart::LastName => last,
        }
    }

    /// Whether a default says anything about this part.
    pub(super) fn has_part(&self, default: &str) -> bool {
        self.name_part != NamePart::LastName || !is_one_word(default)
    }
}

fn is_one_word(name: &str) -> bool {
    normalize::full_name(name).1.is_empty()
}

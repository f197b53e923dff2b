//! A full name next to columns for its parts (behaviour §10): it says whatever they leave blank.
//!
//! If neither part has a column, a full name is split by the rule of §9. Next to a column `First Name` it gives
//! the last name, and on rows without a first name that as well. So nothing it says is lost, and nothing that a
//! column of its own says is overruled. A single word is the part that the row is missing:
//!
//! ```text
//! Full Name  First Name  Last Name       first  last
//! Ana Lee                                Ana    Lee
//! Ana Lee    Anna                        Anna   Lee
//! Lee        Ana                         Ana    Lee
//! Ana        Ana                         Ana          nothing new
//! ```

use super::column::{Column, Origin, Part};
use crate::mapping::Blank;
use crate::normalize;
use crate::source::BlockRow;

/// Where the cells of the parts come from.
#[derive(Clone, Debug)]
pub(super) struct Beside {
    first: Option<Origin>,
    last: Option<Origin>,
}

impl Beside {
    /// Those of the columns for the parts, if there are any.
    pub(super) fn of(first: Option<&Column>, last: Option<&Column>) -> Option<Self> {
        let origin = |column: Option<&Column>| column.map(|column| column.origin.clone());
        (first.is_some() || last.is_some())
            .then(|| Beside { first: origin(first), last: origin(last) })
    }

    fn of_part(&self, part: Part) -> Option<&Origin> {
        match part {
            Part::Whole => None,
            Part::FirstName => self.first.as_ref(),
            Part::LastName => self.last.as_ref(),
        }
    }
}

/// What a row says about a part in that part's own column; "" for nothing.
fn said<'b>(origin: Option<&'b Origin>, row: &BlockRow<'b>) -> &'b str {
    origin.map_or("", |origin| normalize::unguarded(normalize::trim(origin.text(row))))
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
        match said(beside.of_part(self.part), row) {
            "" => self.claim(row),
            _ => "",
        }
    }

    /// The full name if it says anything about this part, even if the part's own column overrules it. For any
    /// other column its text.
    pub(crate) fn claim<'b>(&'b self, row: &BlockRow<'b>) -> &'b str {
        let cell = self.whole_text(row);
        let Some(beside) = &self.beside else { return cell };
        let name = self.mapped(normalize::trim(cell));
        if !is_one_word(name) {
            return cell;
        }
        let first = said(beside.first.as_ref(), row);
        let last = said(beside.last.as_ref(), row);
        let is_last = normalize::folded_eq(name, last)
            || !first.is_empty() && !normalize::folded_eq(name, first);
        if is_last == (self.part == Part::LastName) { cell } else { "" }
    }

    /// This part of a full name.
    pub(super) fn part_of<'b>(&self, name: &'b str) -> &'b str {
        let (first, last) = normalize::full_name(name);
        match self.part {
            Part::Whole => name,
            Part::FirstName => first,
            // A single word comes here only if it is the last name.
            Part::LastName if last.is_empty() && self.beside.is_some() => first,
            Part::LastName => last,
        }
    }

    /// Does a default say anything about this part?
    pub(super) fn has_part(&self, default: &str) -> bool {
        self.part != Part::LastName || !is_one_word(default)
    }
}

fn is_one_word(name: &str) -> bool {
    normalize::full_name(name).1.is_empty()
}

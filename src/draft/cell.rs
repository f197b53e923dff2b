//! How a column reads a cell: text in, [`Cell`] out.

use std::borrow::Cow;

use smallvec::SmallVec;

use super::phones::{extended, slashed};
use super::{Choices, Column};
use crate::field::{FieldId, FieldKind};
use crate::issue::IssueCode;
use crate::mapping::{Blank, OnInvalid};
use crate::normalize;
use crate::source::BlockRow;
use crate::value::Value;

/// What a cell of a single-valued column says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cell<'b> {
    Blank,
    /// It asks to clear the stored value (W3).
    Clear,
    Value(Value<'b>),
    Invalid(IssueCode),
}

impl Column {
    /// Reads a cell of a single-valued field. The name of a stage is only handed on: to find the stage takes
    /// [`Choices::stage`], which knows the pipeline.
    pub(crate) fn read<'b>(
        &'b self,
        text: &'b str,
        region: Option<&str>,
        choices: &'b Choices,
    ) -> Cell<'b> {
        let cell = self.mapped(normalize::trim(text));
        if cell.is_empty() {
            return if self.blank == Blank::Clear { Cell::Clear } else { Cell::Blank };
        }
        if self.means_clear(cell) {
            return Cell::Clear;
        }
        match self.value(cell, region, choices) {
            Ok(Value::Text(text)) if text.is_empty() => Cell::Blank,
            Ok(value) => Cell::Value(value),
            Err(code) => Cell::Invalid(code),
        }
    }

    /// The default for a blank cell, read as if a cell said it.
    pub(crate) fn default_value<'b>(
        &'b self,
        region: Option<&str>,
        choices: &'b Choices,
    ) -> Option<Value<'b>> {
        let default = normalize::trim(self.default.as_deref()?);
        let part = if self.beside.is_some() { self.part_of(default) } else { default };
        let value = || self.value(part, region, choices).ok();
        self.has_part(default).then(value).flatten()
    }

    /// Reads one trimmed, non-blank cell or item.
    fn value<'b>(
        &'b self,
        cell: &'b str,
        region: Option<&str>,
        choices: &'b Choices,
    ) -> Result<Value<'b>, IssueCode> {
        let choice = |found: Result<&'b str, IssueCode>| found.map(Value::text);
        let value = match self.kind {
            FieldKind::List if self.is_lower_case => {
                normalize::text(cell).map(|text| Value::Text(lower_case(text)))
            }
            FieldKind::Text | FieldKind::LongText | FieldKind::List | FieldKind::Stage => {
                normalize::text(cell).map(Value::text)
            }
            FieldKind::FullName => {
                // Next to columns for the parts, the cell is the part already.
                let is_part = self.beside.is_some();
                let part = |name| if is_part { name } else { self.part_of(name) };
                normalize::text(cell).map(|name| Value::text(part(name)))
            }
            FieldKind::Email => normalize::email(cell).map(Value::Text),
            FieldKind::Phone => {
                let region = self.country.as_deref().or(region);
                normalize::phone(cell, region, choices.phone_rule).map(Value::Phone)
            }
            FieldKind::Date => normalize::date(cell, &self.date).map(Value::Date),
            FieldKind::Number | FieldKind::Money => {
                normalize::decimal(cell, self.separators).map(Value::Number)
            }
            FieldKind::Boolean => normalize::boolean(cell).map(Value::Boolean),
            FieldKind::Country => self.country_named(cell).map(Value::text),
            FieldKind::RecordId => normalize::record_id(cell).map(Value::text),
            FieldKind::User => choice(choices.user(cell)),
            FieldKind::Status => choice(choices.status(cell)),
            FieldKind::Pipeline => choice(choices.pipeline(cell)),
            FieldKind::SingleChoice | FieldKind::MultipleChoice => {
                choice(choices.option(self.field, cell))
            }
            FieldKind::Timezone => {
                let found = choices.option(self.field, cell);
                choice(found.map_err(|code| match code {
                    IssueCode::OptionUnknown => IssueCode::TimezoneUnknown,
                    other => other,
                }))
            }
            FieldKind::File | FieldKind::Signature => Err(IssueCode::TextInvalid),
        };
        self.with_room(value?)
    }

    /// The value, if its field has room for it.
    fn with_room<'b>(&self, value: Value<'b>) -> Result<Value<'b>, IssueCode> {
        match &value {
            Value::Text(text)
                if text.len() > self.max_chars && text.chars().count() > self.max_chars =>
            {
                Err(IssueCode::TextTooLong)
            }
            Value::Number(number)
                if self.max_decimals.is_some_and(|most| number.normalize().scale() > most) =>
            {
                Err(IssueCode::DecimalsTooMany)
            }
            _ => Ok(value),
        }
    }

    /// Whether an amount that is written plainly certainly has no more decimals than its field. In doubt it is read.
    pub(super) fn has_few_decimals(&self, amount: &[u8]) -> bool {
        let Some(most) = self.max_decimals else { return true };
        let behind = amount.iter().rev().position(|byte| matches!(byte, b'.' | b','));
        behind.is_none_or(|decimals| decimals <= most as usize)
    }

    /// How many items the row's cell has at most, or the default in place of a blank one.
    pub(crate) fn most_items(&self, row: &BlockRow<'_>) -> usize {
        if self.is_silent(row) {
            return 0;
        }
        let cell = self.mapped(normalize::trim(self.text(row)));
        self.most_items_of(cell)
            + self.default.as_deref().map_or(0, |text| self.most_items_of(text))
    }

    /// An upper limit for the number of items in a text: one more than it has separators, line breaks, and colons
    /// (which may belong to ` ::: `).
    fn most_items_of(&self, text: &str) -> usize {
        // Searching for three bytes at a time costs no more than searching for one.
        let count = |few: &[u8]| {
            let [first, middle, last] = [0, few.len() / 2, few.len() - 1].map(|at| few[at]);
            memchr::memchr3_iter(first, middle, last, text.as_bytes()).count()
        };
        let own = self.list_separators.as_bytes().chunks(3).map(count);
        1 + own.sum::<usize>() + count(b"\n\r:") + count(b",")
    }

    /// Reads a cell that may hold several values, and hands on each item with what it says, in order. A blank
    /// cell has no items.
    ///
    /// A cell that as a whole is a valid e-mail address or phone number is one item, whatever separators it
    /// holds: `206/555-0123` is a number, not two. In any other cell each item stands or falls by itself (V5).
    /// If the column says that one bad item spoils the cell, only the bad ones are handed on.
    pub(crate) fn read_items<'b>(
        &'b self,
        text: &'b str,
        region: Option<&str>,
        choices: &'b Choices,
        mut each: impl FnMut(&'b str, Result<Value<'b>, IssueCode>),
    ) {
        // A spreadsheet's guard may be around a whole list, so it is taken off before the list is split.
        let cell = self.bare(normalize::trim(text));
        let meant = self.meant(cell);
        if meant.is_empty() || self.means_clear(meant) {
            return;
        }
        if matches!(self.kind, FieldKind::Email | FieldKind::Phone) {
            let cell = meant;
            let is_one = || normalize::items(cell, &self.list_separators).next() == Some(cell);
            if !is_plain_list(cell, self.kind) || is_one() {
                let whole = self.value(cell, region, choices);
                // `4,42079E+11` is one damaged number, not two.
                if whole.is_ok() || whole == Err(IssueCode::PhoneDamaged) || is_one() {
                    return each(cell, whole);
                }
            }
        } else if self.kind == FieldKind::MultipleChoice {
            // An option may itself hold a comma.
            let cell = meant;
            if let Ok(whole) = self.value(cell, region, choices)
                && choices.has_options(self.field)
            {
                return each(cell, Ok(whole));
            }
            if choices.most_parts(self.field) > 1 {
                return self.read_options(cell, choices, each);
            }
        }
        if self.kind == FieldKind::Phone
            && (cell.contains('/')
                || normalize::items(cell, &self.list_separators).any(normalize::is_paused))
        {
            return self.read_phones(cell, region, choices, each);
        }
        let items = || {
            let items = normalize::items(cell, &self.list_separators);
            items.map(|item| self.label(self.mapped(item))).filter(|item| !item.is_empty())
        };
        let is_bad = |item| self.value(item, region, choices).is_err();
        let is_dropped = self.on_invalid == OnInvalid::DropCell && items().any(is_bad);
        for item in items() {
            match self.value(item, region, choices) {
                Ok(_) if is_dropped => {}
                read => each(item, read),
            }
        }
    }

    /// A tag as people see it. Google marks the groups that it has made itself by a star, and all contacts are in the
    /// one called `* myContacts`.
    fn label<'b>(&self, item: &'b str) -> &'b str {
        let is_tag = matches!(self.field, FieldId::TAGS | FieldId::OPPORTUNITY_TAGS);
        match item.strip_prefix("* ").filter(|_| is_tag) {
            Some("myContacts") => "",
            Some(group) => normalize::trim(group),
            None => item,
        }
    }

    /// Reads a cell of several options, where a label may itself hold a separator: as many neighbouring items as make
    /// an option together are read as one.
    fn read_options<'b>(
        &'b self,
        cell: &'b str,
        choices: &'b Choices,
        each: impl FnMut(&'b str, Result<Value<'b>, IssueCode>),
    ) {
        let most = choices.most_parts(self.field);
        let spans = spans(cell, &self.list_separators);
        let mut read = SmallVec::<[_; 4]>::new();
        let mut at = 0;
        while let Some(&(start, end)) = spans.get(at) {
            let joined = (at + 1..spans.len().min(at + most)).rev().find_map(|last| {
                let text = &cell[start..spans[last].1];
                Some((last, text, self.value(text, None, choices).ok()?))
            });
            let item = self.mapped(&cell[start..end]);
            match joined {
                Some((last, text, option)) => {
                    read.push((text, Ok(option)));
                    at = last;
                }
                None if item.is_empty() => {}
                None => read.push((item, self.value(item, None, choices))),
            }
            at += 1;
        }
        self.hand_on(read, each);
    }

    /// Hands on what was read. If one bad item spoils the cell in this column, only the bad ones are handed on.
    fn hand_on<'b>(
        &self,
        read: SmallVec<[(&'b str, Result<Value<'b>, IssueCode>); 4]>,
        mut each: impl FnMut(&'b str, Result<Value<'b>, IssueCode>),
    ) {
        let is_dropped =
            self.on_invalid == OnInvalid::DropCell && read.iter().any(|(_, read)| read.is_err());
        let is_used = |(_, read): &(_, Result<_, _>)| read.is_err() || !is_dropped;
        read.into_iter().filter(is_used).for_each(|(item, read)| each(item, read));
    }

    /// Reads a cell of phones with slashes or extensions in it. A slash either separates two numbers or follows an
    /// area code. What follows an area code is no number without it, though it may look like one: if the two
    /// together are none, both are refused (V6).
    fn read_phones<'b>(
        &'b self,
        cell: &'b str,
        region: Option<&str>,
        choices: &'b Choices,
        each: impl FnMut(&'b str, Result<Value<'b>, IssueCode>),
    ) {
        let mut read = SmallVec::<[_; 4]>::new();
        let value = |item: &'b str| self.value(item, region, choices);
        let is_number = |item: &'b str| value(self.mapped(item)).is_ok();
        let mut add = |item: &'b str| {
            let item = self.mapped(item);
            if !item.is_empty() {
                read.push((item, value(item)));
            }
        };
        match self.list_separators.strip_suffix('/') {
            Some(others) if cell.contains('/') => extended(cell, others, is_number)
                .for_each(|numbers| slashed(numbers, is_number).for_each(&mut add)),
            _ => extended(cell, &self.list_separators, is_number).for_each(add),
        }
        self.hand_on(read, each);
    }
}

/// Where the items of a cell begin and end.
fn spans(cell: &str, separators: &str) -> SmallVec<[(usize, usize); 8]> {
    let mut from = 0;
    normalize::items(cell, separators)
        .filter_map(|item| {
            let start = from + cell[from..].find(item)?;
            from = start + item.len();
            Some((start, from))
        })
        .collect()
}

/// Whether a cell is certainly a list: there are commas or semicolons in it, and otherwise only signs of which
/// addresses of this kind are made. Among other signs, such a mark may stand in a name or before an extension.
fn is_plain_list(cell: &str, kind: FieldKind) -> bool {
    let is_mark = |byte: u8| matches!(byte, b',' | b';');
    let is_plain = |byte: u8| match kind {
        FieldKind::Phone => {
            byte.is_ascii_digit() || matches!(byte, b' ' | b'(' | b')' | b'+'..=b'.')
        }
        _ => byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b'@' | b'_' | b'+'..=b'.'),
    };
    // A few digits behind the last one may be an extension.
    let behind_last = cell.bytes().rev().take_while(|byte| !is_mark(*byte));
    let is_whole = || {
        kind != FieldKind::Phone
            || behind_last.filter(u8::is_ascii_digit).count() > normalize::MAX_PAUSED
    };
    cell.bytes().any(is_mark)
        && cell.bytes().all(|byte| is_plain(byte) || is_mark(byte))
        && is_whole()
}

fn lower_case(text: &str) -> Cow<'_, str> {
    if text.chars().any(char::is_uppercase) { text.to_lowercase().into() } else { text.into() }
}

/// Reads a stored value as its field's kind, so that its spelling does not matter (W4). If it cannot be read,
/// it is compared as text.
pub(crate) fn normalize_stored<'b>(
    kind: FieldKind,
    shown: &'b str,
    region: Option<&str>,
    choices: &Choices,
) -> Value<'b> {
    let read = match kind {
        FieldKind::Email => normalize::email(shown).ok().map(Value::Text),
        FieldKind::Phone => {
            normalize::phone(shown, region, choices.phone_rule).ok().map(Value::Phone)
        }
        FieldKind::Date => {
            normalize::date(shown, &normalize::DateFormat::default()).ok().map(Value::Date)
        }
        FieldKind::Number | FieldKind::Money => {
            // The canonical way of writing comes first: a stored `1.234` is a little more than one, not more than a
            // thousand.
            let plain = normalize::Separators { group: None, decimal: '.' };
            let read = normalize::decimal(shown, Some(plain));
            read.or_else(|_| normalize::decimal(shown, None)).ok().map(Value::Number)
        }
        FieldKind::Boolean => normalize::boolean(shown).ok().map(Value::Boolean),
        FieldKind::Country => normalize::country(shown).ok().map(Value::text),
        _ => None,
    };
    read.unwrap_or(Value::Text(Cow::Borrowed(normalize::trim(shown))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::Dice;

    #[test]
    fn v1_a_list_of_addresses_is_no_single_one() {
        const PARTS: [&str; 17] = [
            "206 555 0123",
            "+442079460018",
            "7",
            "+",
            "(",
            ")",
            "-",
            ".",
            ",",
            "; ",
            "ana@example.com",
            " - ",
            "B_o@x.org",
            "<",
            "mailto:",
            "'",
            "ext",
        ];
        let mut lists = [0, 0];
        for seed in 0..100_000 {
            let cell = Dice::new(seed).text(6, &PARTS);
            if is_plain_list(&cell, FieldKind::Phone) {
                for region in [Some("US"), Some("GB"), None] {
                    let read = normalize::phone(&cell, region, Default::default());
                    let code = read.expect_err(&cell);
                    assert_ne!(code, IssueCode::PhoneDamaged, "{cell:?}");
                }
                lists[0] += 1;
            }
            if is_plain_list(&cell, FieldKind::Email) {
                assert!(normalize::email(&cell).is_err(), "{cell:?}");
                lists[1] += 1;
            }
        }
        assert!(lists[0] > 1_000 && lists[1] > 5_000, "only {lists:?} were lists");
    }
}

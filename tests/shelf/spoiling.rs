//! What a column, a driver or a client makes of values on their way.

use std::collections::BTreeSet;

use crm_import::lookup::{Found, MatchBlock};
use crm_import::{Field, FieldKind, Object};

use super::{Defect, Shelf};

/// Changes what is written to a field as the defect does.
pub(super) fn spoil(defect: Defect, field: &Field, after: &mut Vec<String>) {
    let is_text = matches!(field.kind, FieldKind::Text | FieldKind::LongText | FieldKind::FullName);
    let change = |after: &mut Vec<String>, with: &dyn Fn(&str) -> String| {
        after.iter_mut().for_each(|text| *text = with(text));
    };
    match (defect, field.kind) {
        (Defect::CutsAmountsToCents, _) => change(after, &in_cents),
        (Defect::LosesTheSignBelowOne, _) => change(after, &|text| text.replace("-0.", "0.")),
        (Defect::DropsTheZeroOfCents, _) => change(after, &|text| text.replace("0.05", "0.5")),
        (Defect::SaysNothingForNo, _) => after.retain(|text| text != "false"),
        (Defect::CutsLongText, _) => change(after, &|text| text.chars().take(255).collect()),
        (Defect::TrimsText, _) => change(after, &|text| text.replace(['\n', '\t'], " ")),
        (Defect::DropsListValues, _) => after.truncate(1),
        (Defect::StripsCarriageReturns, _) => change(after, &|text| text.replace('\r', "")),
        (Defect::TitleCasesNames, _) if is_text => change(after, &titled),
        (Defect::FoldsSpaces, _) if is_text => {
            change(after, &|text| {
                text.split(' ').filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" ")
            });
        }
        (Defect::ComposesLetters, _) => change(after, &|text| text.replace("e\u{308}", "ë")),
        (Defect::DropsLongLetters, _) => {
            change(after, &|text| text.chars().filter(|c| c.len_utf8() < 4).collect());
        }
        (Defect::ReadsNumbersInText, _) if is_text => {
            change(after, &|text| text.parse::<f64>().map_or(text.to_owned(), |n| n.to_string()));
        }
        (Defect::ReadsNullInText, _) if is_text => after.retain(|text| text != "null"),
        (Defect::EscapesMarkup, _) => change(after, &|text| text.replace('<', "&lt;")),
        (Defect::KeepsNumbersAsFloats, FieldKind::Number | FieldKind::Money) => {
            change(after, &|text| text.parse::<f64>().map_or(text.to_owned(), |n| n.to_string()));
        }
        (Defect::ShiftsWinterDays, FieldKind::Date) => {
            change(after, &|text| text.replace("-01-15", "-01-14"));
        }
        (Defect::KnowsNoDaysBefore1970, FieldKind::Date) => {
            change(after, &|text| {
                if text < "1970" { "1970-01-01".into() } else { text.to_owned() }
            });
        }
        (Defect::KnowsOpenAndWonOnly, FieldKind::Status) => {
            change(after, &|text| if text == "won" { text.to_owned() } else { "open".into() });
        }
        (Defect::KnowsOneOption, FieldKind::Stage) => {
            change(after, &|_| "new".into());
        }
        (Defect::KnowsOneUser, FieldKind::User) => change(after, &|_| "7".into()),
        (Defect::DropsExtensions, FieldKind::Phone) => {
            change(after, &|text| text.split(';').next().unwrap_or_default().to_owned());
        }
        (Defect::JoinsListsWithCommas, FieldKind::List) => {
            *after = after.join(",").split(',').map(|item| item.trim().to_owned()).collect();
        }
        (Defect::KeepsFiveItems, _) if field.is_list => after.truncate(5),
        (Defect::FoldsTags, FieldKind::List) => change(after, &str::to_lowercase),
        _ => {}
    }
}

/// An amount without what comes after its cents; any other text as it is.
fn in_cents(text: &str) -> String {
    let cents = text.find('.').map_or(text.len(), |point| (point + 3).min(text.len()));
    if text.parse::<f64>().is_ok() { text[..cents].to_owned() } else { text.to_owned() }
}

fn titled(text: &str) -> String {
    let mut is_first = true;
    let each = |c: char| {
        let shown = if is_first { c.to_ascii_uppercase() } else { c };
        is_first = !c.is_alphanumeric();
        shown
    };
    text.chars().map(each).collect()
}

/// A key as the defect compares it.
pub(super) fn compared(defect: Option<Defect>, key: &str) -> String {
    match defect {
        Some(Defect::DropsPlusTags) => match (key.find('+'), key.find('@')) {
            (Some(plus), Some(at)) if 0 < plus && plus < at => [&key[..plus], &key[at..]].concat(),
            _ => key.to_owned(),
        },
        Some(Defect::FindsByCollation) => {
            let is_mark = |c: &char| ('\u{300}'..'\u{370}').contains(c);
            key.replace('ö', "o").chars().filter(|c| !is_mark(c)).collect()
        }
        _ => key.to_owned(),
    }
}

/// The halves of tokens that the defect takes for the whole.
pub(super) fn halves(tokens: impl Iterator<Item = u128>) -> BTreeSet<u64> {
    tokens.map(|token| token as u64).collect()
}

impl Shelf {
    /// Adds whoever agrees with some key of the block in each field, with all of one key or not.
    pub(super) fn add_crossed(&self, block: &MatchBlock<'_>, found: &mut Found) {
        for (id, rec) in &self.contacts {
            for own in self.keys_of(block.fields(), rec) {
                let mut parts = own.iter().enumerate();
                if parts.all(|(at, part)| block.column(at).contains(&part.as_str())) {
                    let texts = own.iter().map(String::as_str);
                    let declared: Vec<_> = block.fields().iter().copied().zip(texts).collect();
                    self.add(Object::Contact, *id, &declared, found);
                }
            }
        }
    }

    /// Adds the holders of the keys of a block, each with the key of the one before it.
    pub(super) fn add_swapped(&self, block: &MatchBlock<'_>, found: &mut Found) {
        let (mut ids, mut keys) = (Vec::new(), Vec::new());
        for key in block.keys() {
            for id in self.holders(block.fields(), &key) {
                ids.push(id);
                keys.push(key.clone());
            }
        }
        if !keys.is_empty() {
            keys.rotate_right(1);
        }
        for (id, key) in ids.into_iter().zip(keys) {
            let declared: Vec<_> = block.fields().iter().copied().zip(key).collect();
            self.add(Object::Contact, id, &declared, found);
        }
    }
}

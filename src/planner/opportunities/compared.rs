//! What is compared of two opportunities to find out whether they are the same (O5).

use jiff::civil::Date;
use smallvec::SmallVec;

use crate::account::OpportunityMatching;
use crate::draft::Settings;
use crate::field::{FieldId, FieldKind};
use crate::normalize;
use crate::object::Object;
use crate::value::Value;

/// What is compared of an opportunity.
pub(super) struct Compared {
    /// The fields that must agree exactly, texts folded, ids and options as the account has them, one after the other.
    pub(super) exact: String,
    pub(super) dates: Dates,
}

/// Its dates, which may be some days apart, as the numbers of days.
#[derive(Debug)]
pub(super) struct Dates {
    /// The fields that must agree within the window.
    within: SmallVec<[i32; 1]>,
    /// The day on which it is expected to close.
    expected_close: Option<i32>,
}

impl Compared {
    /// What is compared of an opportunity with these values. `None` if a field that must agree is blank,
    /// since a blank agrees with nothing.
    pub(super) fn of<'v>(
        settings: &Settings,
        matching: &OpportunityMatching,
        values: impl Fn(FieldId) -> Compares<'v>,
    ) -> Option<Self> {
        let expected_close = values(FieldId::EXPECTED_CLOSE_DATE).first().and_then(day);
        let mut exact = String::new();
        let mut dates = Dates { within: SmallVec::new(), expected_close };
        for key in matching.compared(&settings.fields) {
            let field = settings.fields.find(Object::Opportunity, key)?;
            let values = values(field);
            let first = values.first()?;
            if settings.fields.get(field).kind == FieldKind::Date {
                dates.within.push(day(first)?);
            } else if is_listed(settings, field) {
                write_down(&values, &mut exact, |text, exact| exact.push_str(text));
            } else {
                write_down(&values, &mut exact, normalize::fold_into);
            }
            exact.push('\0');
        }
        Some(Compared { exact, dates })
    }
}

/// The values of a field that is compared: several of a list, in whatever order.
pub(super) type Compares<'v> = SmallVec<[Value<'v>; 1]>;

/// Writes down the values of a field in the form in which they are compared, so that lists of the same items are the
/// same text.
fn write_down(values: &[Value<'_>], exact: &mut String, write: fn(&str, &mut String)) {
    if let [value] = values {
        write(&value.to_text(), exact);
        return;
    }
    let items = values.iter().map(|value| {
        let mut text = String::new();
        write(&value.to_text(), &mut text);
        text
    });
    let mut items: Vec<String> = items.collect();
    items.sort_unstable();
    items.dedup();
    exact.push_str(&items.join("\x01"));
}

impl Dates {
    /// How many days two opportunities are apart; `None` if a date is farther away than the window allows.
    pub(super) fn days_apart(&self, other: &Dates, window: u16) -> Option<u32> {
        let mut distance = 0;
        for (a, b) in self.within.iter().zip(&other.within) {
            let days = a.abs_diff(*b);
            if days > u32::from(window) {
                return None;
            }
            distance += days;
        }
        // If the dates that are compared do not differ, the nearest expected close date breaks the tie.
        Some(match (self.expected_close, other.expected_close) {
            _ if distance > 0 => distance,
            (Some(a), Some(b)) => a.abs_diff(b),
            (Some(_), None) => u32::MAX,
            (None, _) => 0,
        })
    }
}

/// Is a value of this field an id, or one of the options that the account lists? Those that differ in case are two.
fn is_listed(settings: &Settings, field: FieldId) -> bool {
    match settings.fields.get(field).kind {
        FieldKind::Pipeline | FieldKind::Stage => settings.choices.has_pipelines(),
        FieldKind::User | FieldKind::RecordId => true,
        _ => settings.choices.has_options(field),
    }
}

/// The number of a day, if the value is a date.
fn day(value: &Value<'_>) -> Option<i32> {
    match value {
        Value::Date(date) => Some((*date - Date::ZERO).get_days()),
        _ => None,
    }
}

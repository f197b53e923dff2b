//! [`Compared`]: the values by which a row is matched with opportunities (O5).

use jiff::civil::Date;
use smallvec::SmallVec;

use crate::account::OpportunityMatching;
use crate::draft::Settings;
use crate::field::{FieldId, FieldKind};
use crate::normalize;
use crate::object::Object;
use crate::value::Value;

/// The compared values of an opportunity, or of a row.
pub(super) struct Compared {
    /// The values that have to agree exactly, in one text: texts folded, ids and options as the account has them.
    pub(super) exact: String,
    pub(super) dates: Dates,
}

/// The dates, as numbers of days. They may lie some days apart.
#[derive(Debug)]
pub(super) struct Dates {
    /// The values of the compared date fields, which have to agree within the date window.
    within: SmallVec<[i32; 1]>,
    /// The expected close date, which breaks ties even if it is not compared.
    expected_close: Option<i32>,
}

impl Compared {
    /// The compared values of an opportunity with these `values` of its fields. `None` if a field that is compared is
    /// blank, because a blank agrees with nothing.
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

/// The values of a field that is compared: one, or several of a list, whose order does not matter.
pub(super) type Compares<'v> = SmallVec<[Value<'v>; 1]>;

/// Appends the values of a field in the form in which they are compared. Lists of the same items give the same text.
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
    /// How many days apart two opportunities are, summed over the compared dates. `None` if one of these dates is
    /// farther away than the window allows.
    pub(super) fn days_apart(&self, other: &Dates, window: u16) -> Option<u32> {
        let mut distance = 0;
        for (a, b) in self.within.iter().zip(&other.within) {
            let days = a.abs_diff(*b);
            if days > u32::from(window) {
                return None;
            }
            distance += days;
        }
        // If the compared dates do not differ, the expected close date decides which opportunity is nearest.
        Some(match (self.expected_close, other.expected_close) {
            _ if distance > 0 => distance,
            (Some(a), Some(b)) => a.abs_diff(b),
            (Some(_), None) => u32::MAX,
            (None, _) => 0,
        })
    }
}

/// Whether the values of this field are ids, or options that the account lists. These are different if they differ in
/// case.
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

//! Which column feeds which field: [`Mapping`].
//!
//! A mapping is a plain value: [suggest](suggest()) one from the headers, let a person change it,
//! [check](Mapping::check) it, store it, and [apply it](Mapping::resolve) to next week's file
//! (behaviour §11). Columns are named by header, or by index where headers repeat or are empty.
//!
//! ```
//! use crm_import::mapping::{suggest, Mapping};
//! use crm_import::{Fields, Object};
//!
//! let headers = ["Vorname", "E-Mail", "Assistant's Phone"].map(String::from);
//! let fields = Fields::standard();
//! let suggested = suggest(&headers, &[], &[Object::Contact], &fields);
//! let mapping = Mapping::from_suggestions(&suggested, &fields);
//! let fields: Vec<_> = mapping.columns.iter().filter_map(|c| c.field.as_deref()).collect();
//! assert_eq!(fields, ["first_name", "email"]);
//! ```

mod check;
mod highlevel;
mod nearest;
mod needs;
mod problem;
mod readable;
mod resolve;
mod suggest;
mod unmapped;

pub use check::Unmapped;
pub use needs::{Need, Needs};
pub use problem::MappingProblem;
pub use resolve::Resolved;
pub use suggest::{Confidence, Suggestion, suggest};
pub use unmapped::UnmappedCounts;
pub(crate) use unmapped::is_consent;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::account::DateOrder;
use crate::field::FieldKind;
use crate::normalize::{self, DateFormat, Separators};
use crate::object::Object;

/// A mapping of the columns of a file to the fields of an account.
///
/// ```
/// use crm_import::Mapping;
/// use crm_import::mapping::Blank;
///
/// // As a person may write it, and a program store it.
/// let mapping: Mapping = serde_json::from_str(r##"{
///     "columns": [
///         { "header": "Mail", "object": "contact", "field": "email" },
///         { "header": "Born", "object": "contact", "field": "date_of_birth", "date_order": "dmy" },
///         { "header": "City", "object": "contact", "field": "city", "blank": "clear" },
///         { "header": "Shoe size", "ignore": true }
///     ],
///     "constants": [{ "object": "contact", "field": "source", "value": "spring fair" }],
///     "clear_token": "#N/A"
/// }"##).unwrap();
/// assert_eq!(mapping.columns[2].blank, Some(Blank::Clear));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mapping {
    /// The columns; those left out are unmapped.
    pub columns: Vec<ColumnMapping>,
    /// Values for every row, without a column.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub constants: Vec<Constant>,
    /// The headers of the columns that the mapping [was made](Mapping::from_suggestions) without. They are
    /// unmapped like any column that it does not name, but [not new](Resolved::new) (A5).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<String>,
    /// A cell text that clears the stored value, such as `#N/A` (W3). It clears what a blank would clear
    /// under [`Blank::Clear`]; no default stands in for it. Where it is not obeyed, an issue says why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clear_token: Option<String>,
}

impl Mapping {
    /// Maps the column with this header to a field; [`column_with`](Self::column_with) sets more of it.
    ///
    /// ```
    /// use crm_import::{Mapping, Object};
    ///
    /// let mapping = Mapping::default()
    ///     .column("Mail", Object::Contact, "email")
    ///     .constant(Object::Opportunity, "pipeline", "Sales");
    /// assert_eq!(mapping.columns[0].field.as_deref(), Some("email"));
    /// ```
    #[must_use]
    pub fn column(self, header: &str, object: Object, field: &str) -> Self {
        self.column_with(header, object, field, |_| {})
    }

    /// Maps the column with this header to a field, and says how its cells are read and written.
    ///
    /// ```
    /// use crm_import::account::DateOrder;
    /// use crm_import::mapping::{Mapping, Merge, OnInvalid};
    /// use crm_import::Object::Contact;
    ///
    /// let mapping = Mapping::default()
    ///     .column_with("Mail", Contact, "email", |column| column.on_invalid = Some(OnInvalid::FailRow))
    ///     .column_with("Born", Contact, "date_of_birth", |column| {
    ///         column.date_order = Some(DateOrder::Dmy);
    ///         column.merge = Some(Merge::FillBlank);
    ///     });
    /// assert_eq!(mapping.columns[1].date_order, Some(DateOrder::Dmy));
    /// ```
    #[must_use]
    pub fn column_with(
        mut self,
        header: &str,
        object: Object,
        field: &str,
        set: impl FnOnce(&mut ColumnMapping),
    ) -> Self {
        let mut column = ColumnMapping::of(header, object, field);
        set(&mut column);
        self.columns.push(column);
        self
    }

    /// Gives every row this value.
    #[must_use]
    pub fn constant(mut self, object: Object, field: &str, value: &str) -> Self {
        self.constants.push(Constant { object, field: field.to_owned(), value: value.to_owned() });
        self
    }

    /// Leaves the column with this header out on purpose.
    #[must_use]
    pub fn ignore(mut self, header: &str) -> Self {
        let header = Some(header.to_owned());
        self.columns.push(ColumnMapping { header, ignore: true, ..ColumnMapping::default() });
        self
    }
}

/// What one column of the file means.
///
/// ```
/// use crm_import::account::DateOrder;
/// use crm_import::mapping::{ColumnMapping, Mapping, Merge};
/// use crm_import::Object;
///
/// let mut mapping = Mapping::default().column("Notes", Object::Contact, "notes");
/// mapping.columns[0].merge = Some(Merge::FillBlank);
/// mapping.columns.push(ColumnMapping {
///     index: Some(4), // one of two that are called Date
///     header: Some("Date".into()),
///     object: Some(Object::Contact),
///     field: Some("date_of_birth".into()),
///     date_order: Some(DateOrder::Dmy),
///     ..ColumnMapping::default()
/// });
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ColumnMapping {
    /// The header that names the column.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    /// The 0-based position of the column, where the header repeats or is empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<usize>,
    /// The object its cells belong to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object: Option<Object>,
    /// The key of the field it feeds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The column is left out on purpose.
    #[serde(skip_serializing_if = "is_false")]
    pub ignore: bool,
    /// The order of day and month; `None` = inferred over the column.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_order: Option<DateOrder>,
    /// Bare numbers are a spreadsheet's day numbers.
    #[serde(skip_serializing_if = "is_false")]
    pub excel_serial: bool,
    /// The separators of numbers; `None` = inferred over the column.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub separators: Option<Separators>,
    /// What a blank cell does to a stored value (W3); `None` = nothing. Where a default stands in for a
    /// blank, or the merge rule is [`Merge::Keep`], it does nothing either.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blank: Option<Blank>,
    /// How a value joins the stored one (W2); `None` = the field's default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merge: Option<Merge>,
    /// What a value that cannot be used does (V6); `None` = it is dropped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_invalid: Option<OnInvalid>,
    /// The value of blank cells on create (W6). What a record is known by has none: ids, addresses and phones,
    /// and fields that contacts are matched by alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// Apply the default on update too (W6): in place of what is stored, not of what an earlier row of
    /// the same file gave.
    #[serde(skip_serializing_if = "is_false")]
    pub default_always: bool,
    /// ISO 3166 code of the country whose numbers this column holds. It goes before the country of the row,
    /// and that before the [account's](crate::Account::default_country) (V6).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// The characters that separate the items of a list; `None` = those of the field's kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list_separators: Option<String>,
    /// The items of a list, such as tags, are written in lower case.
    #[serde(skip_serializing_if = "is_false")]
    pub lower_case: bool,
    /// A country is named by its code or its English name; no other names are understood.
    #[serde(skip_serializing_if = "is_false")]
    pub exact_country: bool,
    /// May this column take back a contact's wish not to be contacted (W6)? That wish is the field `dnd`. Other
    /// fields that hold yes or no, such as an opt-in of your own, are written as the file says.
    #[serde(skip_serializing_if = "is_false")]
    pub loosens_consent: bool,
    /// What to read instead of a cell, by cell text (case and spaces folded).
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub values: IndexMap<String, String>,
}

impl ColumnMapping {
    /// The column with this header feeds this field.
    fn of(header: &str, object: Object, field: &str) -> Self {
        ColumnMapping {
            header: Some(header.to_owned()),
            object: Some(object),
            field: Some(field.to_owned()),
            ..ColumnMapping::default()
        }
    }

    /// How its dates are written, as far as the mapping says.
    pub(crate) fn date_format(&self) -> DateFormat {
        DateFormat {
            order: self.date_order,
            excel_serial: self.excel_serial,
            ..DateFormat::default()
        }
    }

    /// The characters that separate the items of a cell, if the field is of this kind.
    pub(crate) fn item_separators(&self, kind: FieldKind) -> &str {
        self.list_separators.as_deref().unwrap_or(match kind {
            FieldKind::Email => normalize::EMAIL_SEPARATORS,
            FieldKind::Phone => normalize::PHONE_SEPARATORS,
            _ => normalize::LIST_SEPARATORS,
        })
    }
}

/// A value for every row, without a column. Constants never make a side present (P1).
///
/// A constant counts as what the row says: of a field that contacts are matched by alone it would make one
/// contact of all rows, and is refused. For rows of one contact that is stored give its id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Constant {
    /// The object it belongs to.
    pub object: Object,
    /// The key of the field.
    pub field: String,
    /// The value, written as a cell would be.
    pub value: String,
}

/// What a blank cell does to a stored value (W3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Blank {
    /// Nothing.
    #[default]
    Keep,
    /// It clears it; keys that matched, ids and required fields stay, and so does what an earlier row of
    /// the same file has said of the field, whether or not the merge rule took it. An opportunity always
    /// has a status and, in an account with pipelines, stands in a stage of one (O6).
    ///
    /// Additional addresses are cleared only where no row can replace the primary one: where the primary
    /// address has no column, or its column fills blanks or keeps. Otherwise the replaced primary address
    /// is kept among them (V2), and a second import of the file would clear it (L3).
    Clear,
}

/// How a value joins the stored one (W2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Merge {
    /// It replaces it: the default of single values.
    Overwrite,
    /// It is written where nothing is stored.
    FillBlank,
    /// The stored value stays, whatever it is, blank included, and no cell clears it; the file's counts
    /// on create.
    Keep,
    /// It joins the list: the default of lists, and of nothing else.
    Union,
    /// It is added below the stored text, unless it stands there already as a whole line, or lines: the default of notes, and of no other
    /// than long text.
    Append,
}

impl Merge {
    /// The name used in settings: `overwrite`, `fill_blank`, `keep`, `union` or `append`.
    pub const fn name(self) -> &'static str {
        match self {
            Merge::Overwrite => "overwrite",
            Merge::FillBlank => "fill_blank",
            Merge::Keep => "keep",
            Merge::Union => "union",
            Merge::Append => "append",
        }
    }
}

/// What a value that cannot be used does (V6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnInvalid {
    /// The value is dropped with a warning. Of a contact's only key that leaves one without:
    /// [`Keyless`](crate::dedup::Keyless).
    #[default]
    DropValue,
    /// The whole cell is dropped with a warning: of several items, the good ones too.
    DropCell,
    /// The side of the row fails.
    FailRow,
}

fn is_false(flag: &bool) -> bool {
    !flag
}

//! [`Mapping`]: which column of a file feeds which field.
//!
//! A mapping is a plain value. [Suggest](suggest()) one from the headers, let a person change it,
//! [check](Mapping::check) it, store it, and [apply it](Mapping::resolve) to next week's file (behaviour §11).
//! It identifies columns by their header, or by their position if headers repeat or are empty.
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

use std::fmt;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::account::DateOrder;
use crate::field::FieldKind;
use crate::normalize::{self, DateFormat, Separators};
use crate::object::Object;

/// Which columns of a file feed which fields of an account.
///
/// Build one in code with [`column`](Self::column), [`constant`](Self::constant) and [`ignore`](Self::ignore), or
/// keep it as JSON, which a person can write and a program can store:
///
/// ```
/// use crm_import::Mapping;
/// use crm_import::mapping::Blank;
///
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
    /// The columns. A column of the file that is not listed is unmapped.
    pub columns: Vec<ColumnMapping>,
    /// Values that every row gets, without a column.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub constants: Vec<Constant>,
    /// Headers of columns that were left out when the mapping [was made](Mapping::from_suggestions). They are
    /// unmapped, like any other column that is not listed, but they are not reported as [new](Resolved::new) (A5).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<String>,
    /// A cell text that clears the stored value, such as `#N/A` (W3), in upper or lower case. It clears whatever a
    /// blank cell would clear under [`Blank::Clear`], and no default replaces it. If the value cannot be cleared, an
    /// issue says why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clear_token: Option<String>,
}

impl Mapping {
    /// Maps the column with this header to the field with this key. [`column_with`](Self::column_with) sets more.
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

    /// As [`column`](Self::column), with further settings: how its cells are read and written.
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

    /// Gives every row this value, as if each had a cell with it.
    #[must_use]
    pub fn constant(mut self, object: Object, field: &str, value: &str) -> Self {
        self.constants.push(Constant { object, field: field.to_owned(), value: value.to_owned() });
        self
    }

    /// Ignores the column with this header, so that it is not reported as unmapped.
    #[must_use]
    pub fn ignore(mut self, header: &str) -> Self {
        let header = Some(header.to_owned());
        self.columns.push(ColumnMapping { header, ignore: true, ..ColumnMapping::default() });
        self
    }
}

/// The field that one column of the file feeds, and how its cells are read and written.
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
    /// The header of the column.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    /// The 0-based position of the column, if its header repeats or is empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<usize>,
    /// The object its cells belong to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object: Option<Object>,
    /// The key of the field it feeds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Whether the column is ignored on purpose, so that it is not reported as unmapped.
    #[serde(skip_serializing_if = "is_false")]
    pub ignore: bool,
    /// The order of day and month. With `None`, it is inferred from the cells of the whole column, then from its
    /// header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_order: Option<DateOrder>,
    /// Whether bare numbers are read as a spreadsheet's day numbers: `46083` is 2 March 2026.
    #[serde(skip_serializing_if = "is_false")]
    pub excel_serial: bool,
    /// The separators of numbers. With `None`, they are inferred from the cells of the whole column.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub separators: Option<Separators>,
    /// What a blank cell does to the stored value (W3). With `None`, nothing. It also does nothing if the column
    /// has a default, or if the merge rule is [`Merge::Keep`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blank: Option<Blank>,
    /// How a value is merged with the stored one (W2). With `None`, the default of the [field's kind](Merge).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merge: Option<Merge>,
    /// What to do about an invalid value (V6). With `None`, it is dropped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_invalid: Option<OnInvalid>,
    /// The value of a blank cell when a record is created (W6). Fields that identify a record cannot have a
    /// default: ids, e-mail addresses, phones, and the field of any match rule of a single field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// Whether the default is also used when a record is updated (W6). It then replaces the stored value, but not one
    /// that an earlier row of the same file gave.
    #[serde(skip_serializing_if = "is_false")]
    pub default_always: bool,
    /// The country of this column's phone numbers without a country code, as its ISO 3166 code. It takes precedence
    /// over the country of the row and the [account's](crate::Account::default_country) (V6).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// The characters that separate the items of a list. With `None`, those of the field's kind, such as
    /// [`LIST_SEPARATORS`](normalize::LIST_SEPARATORS).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list_separators: Option<String>,
    /// Whether the items of a list, such as tags, are written in lower case.
    #[serde(skip_serializing_if = "is_false")]
    pub lower_case: bool,
    /// Whether countries are read only from their code or English name, as [`normalize::country_exact`] does.
    #[serde(skip_serializing_if = "is_false")]
    pub exact_country: bool,
    /// Whether this column may change `dnd` (do not disturb) from yes to no (W6). Other fields that hold yes or no,
    /// such as an opt-in of your own, are always written as the file says.
    #[serde(skip_serializing_if = "is_false")]
    pub loosens_consent: bool,
    /// The value map: what to read instead of a cell, by the text of the cell. Case and spaces do not matter. An empty
    /// text makes the cell a blank, so that it makes no side of its row present (P1), and the
    /// [clear token](Mapping::clear_token) clears.
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

/// A value that every row gets, without a column.
///
/// It counts as if each row had a cell with it, except that it does not make a side present (P1). So a constant for
/// the field of a match rule is refused: it would make one contact of all rows. If all rows really are about one
/// stored contact, use its id as the constant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Constant {
    /// The object it belongs to.
    pub object: Object,
    /// The key of the field.
    pub field: String,
    /// The value, as a cell would have it.
    pub value: String,
}

/// What a blank cell does to the stored value (W3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Blank {
    /// Nothing.
    #[default]
    Keep,
    /// It clears the value, with some exceptions:
    ///
    /// - keys that matched, ids and required fields;
    /// - fields for which an earlier row of the same file had a value, whether or not the merge rule took it;
    /// - the status of an opportunity and, in an account with pipelines, its pipeline and stage (O6);
    /// - additional addresses, unless the primary address has no column, or one that only fills blanks or keeps. A
    ///   primary address that is replaced is kept among the additional ones (V2), and a second import of the file
    ///   would clear it (L3).
    Clear,
}

/// How a value of the file is merged with the stored value (W2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Merge {
    /// It replaces the stored value. The default for fields with a single value.
    Overwrite,
    /// It is written only if nothing is stored.
    FillBlank,
    /// It is written only when the record is created. After that the stored value stays as it is, even if it is
    /// blank, and no cell clears it.
    Keep,
    /// Its items are added to the stored list. Only for lists, and their default.
    Union,
    /// It is added below the stored text, unless the text already contains it as one or more whole lines. Only for
    /// long text, and its default.
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

impl fmt::Display for Merge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What to do about an invalid value (V6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnInvalid {
    /// Drop the value, with a warning. If it was a contact's only key, the contact is left without one: see
    /// [`Keyless`](crate::dedup::Keyless).
    #[default]
    DropValue,
    /// Drop the whole cell, valid items included, with a warning.
    DropCell,
    /// Fail the side of the row.
    FailRow,
}

fn is_false(flag: &bool) -> bool {
    !flag
}

//! [`MappingProblem`]: one thing that is wrong with a mapping.

use crate::object::Object;

/// One thing that is wrong with a mapping, as found by [`Mapping::check`](super::Mapping::check). `Display` writes
/// it as a sentence for people.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MappingProblem {
    /// The object has no such field.
    #[error("column {column:?} is mapped to {field:?}, which is no field of {}{}",
        object.plural(),
        there_is(instead))]
    UnknownField {
        /// The column or constant.
        column: String,
        /// The object.
        object: Object,
        /// The key.
        field: String,
        /// The fields that may be meant, nearest first; all fields of the object if none is near.
        instead: Vec<String>,
    },
    /// The other object has this field.
    #[error(
        "column {column:?} is mapped to {field:?} of the {object}, but that is a field of the other object"
    )]
    WrongObject {
        /// The column or constant.
        column: String,
        /// The object it was mapped to.
        object: Object,
        /// The key.
        field: String,
    },
    /// The object is not selected.
    #[error("column {column:?} belongs to the {object}, which is not imported")]
    NotSelected {
        /// The column.
        column: String,
        /// The object.
        object: Object,
    },
    /// Two columns or constants feed a field that holds one value.
    #[error("{} feed {field:?} of the {object}, which holds one value", fed_by(columns, constants))]
    MappedTwice {
        /// The object.
        object: Object,
        /// The key.
        field: String,
        /// The columns.
        columns: Vec<String>,
        /// The values of the constants.
        constants: Vec<String>,
    },
    /// Two columns are joined to one name, but are not set alike.
    #[error("the columns {:?} and {:?} are joined to one name, but differ in {setting}",
        columns[0],
        columns[1])]
    PartsDiffer {
        /// The columns of the first and of the last name.
        columns: [String; 2],
        /// The setting, by its name in a mapping file.
        setting: &'static str,
    },
    /// The kind of the field cannot be imported.
    #[error("column {column:?} is mapped to {field:?}, whose kind cannot be imported")]
    NotImportable {
        /// The column.
        column: String,
        /// The key.
        field: String,
    },
    /// The column names neither a field nor that it is ignored.
    #[error("column {column:?} names neither a field nor that it is ignored: set field or ignore")]
    Incomplete {
        /// The column.
        column: String,
    },
    /// New records need something that is not mapped.
    #[error("to create {object} records, {} must be mapped{}",
        one_of(fields),
        or_constant(*object, fields))]
    RequiredMissing {
        /// The object.
        object: Object,
        /// The keys of the fields, any one of which would do.
        fields: Vec<String>,
        /// Whether every row fails without it.
        is_error: bool,
    },
    /// Nothing that is mapped can find an existing record.
    #[error("to update {object} records, {} must be mapped", one_of(fields))]
    MatchKeyMissing {
        /// The object.
        object: Object,
        /// What would do: the key of a field, or several joined with `+`.
        fields: Vec<String>,
        /// Whether every row fails without it.
        is_error: bool,
    },
    /// A setting of a column cannot be used.
    #[error("column {column:?} has the {setting} {value:?}, which cannot be used: {why}")]
    Setting {
        /// The column.
        column: String,
        /// The setting, by its name in a mapping file.
        setting: &'static str,
        /// What it says.
        value: String,
        /// Why not.
        why: &'static str,
    },
    /// No cell of the column could say what its value map says in place of one.
    #[error("column {column:?} says {meant:?} in place of {cell:?}, which cannot be used: {why}")]
    Value {
        /// The column.
        column: String,
        /// The cell.
        cell: String,
        /// What the value map says in its place.
        meant: String,
        /// Why not.
        why: &'static str,
    },
    /// The field cannot have the value of a constant.
    #[error("the constant {value:?} {} of the {object}{}",
        is_not(field, *why),
        because(*why))]
    Constant {
        /// The object.
        object: Object,
        /// The key.
        field: String,
        /// The value.
        value: String,
        /// Why not; `None` if the value simply cannot be read.
        why: Option<&'static str>,
    },
    /// The file does not have this column.
    #[error("the file has no column {column:?}{}", called_now(renamed.as_deref()))]
    MissingColumn {
        /// The header.
        column: String,
        /// A column of the file that may be the same under a new name.
        renamed: Option<String>,
    },
    /// The column is neither mapped nor ignored.
    #[error("column {column:?} is neither mapped nor ignored")]
    UnmappedColumn {
        /// The header.
        column: String,
        /// Whether that is an error.
        is_error: bool,
    },
}

impl MappingProblem {
    /// Whether it stops the import before row 1. If not, it is a notice.
    pub fn is_error(&self) -> bool {
        match self {
            MappingProblem::MissingColumn { .. } | MappingProblem::NotSelected { .. } => false,
            MappingProblem::UnmappedColumn { is_error, .. } => *is_error,
            MappingProblem::RequiredMissing { is_error, .. }
            | MappingProblem::MatchKeyMissing { is_error, .. } => *is_error,
            _ => true,
        }
    }
}

/// The fields that there are instead.
fn there_is(fields: &[String]) -> String {
    /// An account may have hundreds.
    const MOST: usize = 40;
    let more = if fields.len() > MOST { ", …" } else { "" };
    match fields {
        [] => String::new(),
        [field] => format!("; there is {field}"),
        fields => format!("; there are {}{more}", fields[..fields.len().min(MOST)].join(", ")),
    }
}

/// The columns and the constants that feed one field.
fn fed_by(columns: &[String], constants: &[String]) -> String {
    let quoted = |all: &[String]| {
        let all: Vec<String> = all.iter().map(|one| format!("{one:?}")).collect();
        all.join(", ")
    };
    let named = |what: &str, all: &[String]| match all {
        [] => None,
        [one] => Some(format!("the {what} {one:?}")),
        all => Some(format!("the {what}s {}", quoted(all))),
    };
    let all = named("column", columns).into_iter().chain(named("constant", constants));
    let how_many = if columns.len() + constants.len() == 2 { "both" } else { "all" };
    format!("{} {how_many}", all.collect::<Vec<_>>().join(" and "))
}

/// A list of alternatives.
fn one_of(fields: &[String]) -> String {
    match fields {
        [field] => format!("{field:?}"),
        fields => format!("one of {}", fields.join(", ")),
    }
}

/// Opportunities may get a field that each of them needs from a constant: all of a file may be in one pipeline.
fn or_constant(object: Object, fields: &[String]) -> &'static str {
    match (object, fields) {
        (Object::Opportunity, [_]) => ", or given to every row (Mapping::constant)",
        _ => "",
    }
}

/// What a constant is not, if it cannot be read; what it cannot be, for another reason.
fn is_not(field: &str, why: Option<&str>) -> String {
    match why {
        None => format!("is no {field:?}"),
        Some(_) => format!("cannot be the {field:?}"),
    }
}

/// The reason, if there is one to tell.
fn because(why: Option<&str>) -> String {
    why.map(|why| format!(": {why}")).unwrap_or_default()
}

fn called_now(renamed: Option<&str>) -> String {
    renamed.map(|now| format!("; it may be called {now:?} now")).unwrap_or_default()
}

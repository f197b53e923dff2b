//! [`MappingProblem`]: one thing that is wrong with a mapping, in words for people.

use std::fmt;

use crate::object::Object;

/// One thing that is wrong with a mapping, as [`Mapping::check`](super::Mapping::check) finds it. `Display`
/// says it in words.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MappingProblem {
    /// The object has no such field.
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
    WrongObject {
        /// The column or constant.
        column: String,
        /// The object it was mapped to.
        object: Object,
        /// The key.
        field: String,
    },
    /// The object is not selected.
    NotSelected {
        /// The column.
        column: String,
        /// The object.
        object: Object,
    },
    /// Two columns feed a field that holds one value.
    MappedTwice {
        /// The object.
        object: Object,
        /// The key.
        field: String,
        /// The columns.
        columns: Vec<String>,
    },
    /// Two columns are joined to one name, but are not set alike.
    PartsDiffer {
        /// The columns of the first and of the last name.
        columns: [String; 2],
        /// The setting, by its name in a mapping file.
        setting: &'static str,
    },
    /// The kind of the field cannot be imported.
    NotImportable {
        /// The column.
        column: String,
        /// The key.
        field: String,
    },
    /// The column names neither a field nor that it is ignored.
    Incomplete {
        /// The column.
        column: String,
    },
    /// New records need something that is not mapped.
    RequiredMissing {
        /// The object.
        object: Object,
        /// What would do, by key.
        fields: Vec<String>,
        /// Will every row fail for it?
        is_error: bool,
    },
    /// Nothing that is mapped can find an existing record.
    MatchKeyMissing {
        /// The object.
        object: Object,
        /// What would do: a key, or several joined with `+`.
        fields: Vec<String>,
        /// Will every row fail for it?
        is_error: bool,
    },
    /// A setting of a column cannot be used.
    Setting {
        /// The column.
        column: String,
        /// The setting, by its name in a mapping file.
        setting: &'static str,
        /// What it says.
        value: String,
        /// Why not; `None` if the value simply cannot be read.
        why: Option<&'static str>,
    },
    /// The field cannot have the value of a constant.
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
    MissingColumn {
        /// The header.
        column: String,
        /// A column of the file that may be the same under a new name.
        renamed: Option<String>,
    },
    /// The column is neither mapped nor ignored.
    UnmappedColumn {
        /// The header.
        column: String,
        /// Is that an error?
        is_error: bool,
    },
}

impl MappingProblem {
    /// Does it stop the import? If not, it is a notice.
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

impl fmt::Display for MappingProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MappingProblem::UnknownField { column, object, field, instead } => {
                let objects = object.plural();
                write!(
                    f,
                    "column {column:?} is mapped to {field:?}, which is no field of {objects}{}",
                    there_is(instead)
                )
            }
            MappingProblem::WrongObject { column, object, field } => {
                write!(
                    f,
                    "column {column:?} is mapped to {field:?} of the {object}, but that is a field of the other object"
                )
            }
            MappingProblem::NotSelected { column, object } => {
                write!(f, "column {column:?} belongs to the {object}, which is not imported")
            }
            MappingProblem::MappedTwice { object, field, columns } => {
                write!(
                    f,
                    "the columns {} all feed {field:?} of the {object}, which holds one value",
                    columns.join(", ")
                )
            }
            MappingProblem::PartsDiffer { columns: [first, last], setting } => {
                write!(
                    f,
                    "the columns {first:?} and {last:?} are joined to one name, but differ in {setting}"
                )
            }
            MappingProblem::NotImportable { column, field } => {
                write!(f, "column {column:?} is mapped to {field:?}, whose kind cannot be imported")
            }
            MappingProblem::Incomplete { column } => {
                write!(f, "column {column:?} names neither a field nor that it is ignored")
            }
            MappingProblem::RequiredMissing { object, fields, .. } => {
                write!(f, "to create {object} records, {} must be mapped", one_of(fields))?;
                // All opportunities of a file may be of one pipeline.
                match (object, fields.as_slice()) {
                    (Object::Opportunity, [_]) => {
                        f.write_str(", or given to every row (Mapping::constant)")
                    }
                    _ => Ok(()),
                }
            }
            MappingProblem::MatchKeyMissing { object, fields, .. } => {
                write!(f, "to update {object} records, {} must be mapped", one_of(fields))
            }
            MappingProblem::Setting { column, setting, value, why } => {
                write!(f, "column {column:?} has the {setting} {value:?}, which cannot be used")?;
                why.map_or(Ok(()), |why| write!(f, ": {why}"))
            }
            MappingProblem::Constant { object, field, value, why: None } => {
                write!(f, "the constant {value:?} is no {field:?} of the {object}")
            }
            MappingProblem::Constant { object, field, value, why: Some(why) } => {
                write!(f, "the constant {value:?} cannot be the {field:?} of the {object}: {why}")
            }
            MappingProblem::MissingColumn { column, renamed: None } => {
                write!(f, "the file has no column {column:?}")
            }
            MappingProblem::MissingColumn { column, renamed: Some(now) } => {
                write!(f, "the file has no column {column:?}; it may be called {now:?} now")
            }
            MappingProblem::UnmappedColumn { column, .. } => {
                write!(f, "column {column:?} is neither mapped nor ignored")
            }
        }
    }
}

/// Which fields there are instead, in words.
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

/// A list of alternatives in words.
fn one_of(fields: &[String]) -> String {
    match fields {
        [field] => format!("{field:?}"),
        fields => format!("one of {}", fields.join(", ")),
    }
}

//! The columns that our own error log adds behind those of the file (behaviour §15). The log is written
//! under these names, and known by them when it is imported again.

pub(crate) const STATUS: &str = "Import status";
pub(crate) const CODE: &str = "Import code";
pub(crate) const COLUMN: &str = "Import column";
pub(crate) const MESSAGE: &str = "Import message";
pub(crate) const FIX: &str = "Import fix";
pub(crate) const CONTACT_ID: &str = "Import contact id";
pub(crate) const OPPORTUNITY_ID: &str = "Import opportunity id";
/// A log need not have this one, nor the next.
pub(crate) const FORMATS: &str = "Import formats";
/// Tells whether the cells of a contact that was imported are still what they were.
pub(crate) const CONTACT_CHECK: &str = "Import contact check";

/// The columns that the error log adds behind those of the file. The first five are ignored when the
/// log is imported; the ids are read, so that nothing is created twice, and so are the formats of dates
/// and numbers, which the rows that are left may no longer tell (behaviour §9): `Value=1.234,5`, or
/// `Value=mixed` where the file contradicts itself. The last one tells whether somebody has changed a cell of a
/// contact that was imported: if nobody has, its cells are not imported once more.
pub const ERROR_LOG_COLUMNS: [&str; 9] =
    [STATUS, CODE, COLUMN, MESSAGE, FIX, CONTACT_ID, OPPORTUNITY_ID, FORMATS, CONTACT_CHECK];

//! The columns that our own error log adds after those of the file (behaviour §15). The log is recognised
//! by these names when it is imported again.

pub(crate) const STATUS: &str = "Import status";
pub(crate) const CODE: &str = "Import code";
pub(crate) const COLUMN: &str = "Import column";
const MESSAGE: &str = "Import message";
pub(crate) const FIX: &str = "Import fix";
pub(crate) const CONTACT_ID: &str = "Import contact id";
pub(crate) const OPPORTUNITY_ID: &str = "Import opportunity id";
/// A log is recognised without this column, and without those behind it.
pub(crate) const FORMATS: &str = "Import formats";
/// Tells whether somebody has changed the cells of a contact that was imported.
pub(crate) const CONTACT_CHECK: &str = "Import contact check";
/// The same for an opportunity.
pub(crate) const OPPORTUNITY_CHECK: &str = "Import opportunity check";

/// The columns that the [error log](crate::ErrorLog) adds after those of the file.
///
/// When the log is imported again, the first five are ignored. The two ids are read, so that nothing is created
/// twice. So are the formats of dates and numbers (`Value=1.234,5`, or `Value=mixed` if the file contradicts
/// itself), and what a column means if its header alone would say something else (`Subscriber=contact.email`,
/// `Status=-`), because the rows of the log alone may no longer show them (behaviour §9). The last two columns tell
/// whether somebody has changed a cell of a contact or of an opportunity that was imported; if nobody has, its cells
/// are not imported again. A changed cell by which contacts are found counts before the contact's id.
pub const ERROR_LOG_COLUMNS: [&str; 10] = [
    STATUS,
    CODE,
    COLUMN,
    MESSAGE,
    FIX,
    CONTACT_ID,
    OPPORTUNITY_ID,
    FORMATS,
    CONTACT_CHECK,
    OPPORTUNITY_CHECK,
];

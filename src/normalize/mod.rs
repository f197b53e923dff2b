//! One pure function per kind of value: the text of a cell goes in, and out comes the normalised value, or
//! the code of an issue that says why not (behaviour §9).
//!
//! Two spellings of one value come out equal and two different values never do. What is not understood is
//! refused rather than guessed. Some formats show only in the whole column: which part of `03/04/2026` is the
//! month, or whether the point of `1.234` stands before decimals. They are found by scanning the column
//! first, with [`DateScan`] and [`SeparatorScan`].
//!
//! ```
//! use crm_import::{normalize, IssueCode};
//!
//! assert_eq!(normalize::email("  Jane <JANE@Example.com> ").unwrap(), "jane@example.com");
//! let phone = normalize::phone("(206) 555-0123", Some("US"), Default::default()).unwrap();
//! assert_eq!(phone.to_string(), "+12065550123");
//! assert_eq!(normalize::email("jane@"), Err(IssueCode::EmailInvalid));
//! ```

mod alike;
mod boolean;
mod choice;
mod country;
mod date;
mod digits;
mod email;
mod list;
mod nobody;
mod number;
mod phone;
mod text;

pub(crate) use alike::{as_it_looks, is_written_one_way, looks_like, says_the_same};
pub use boolean::boolean;
pub use choice::OptionSet;
pub(crate) use choice::STATUSES;
pub(crate) use country::country_name;
pub use country::{country, country_exact};
pub use date::{DateFormat, DateOrderFound, DateScan, date};
pub(crate) use date::{is_plain_day, may_say_no_day, order_in_header, says_no_day};
pub use email::email;
pub(crate) use email::{named_address, plain_address_in};
pub use list::{EMAIL_SEPARATORS, Items, LIST_SEPARATORS, PHONE_SEPARATORS, items};
pub(crate) use nobody::{is_placeholder, names_nobody};
pub use number::{SeparatorScan, Separators, SeparatorsFound, decimal};
pub(crate) use number::{is_currency, is_plain_amount};
pub use phone::phone;
pub(crate) use phone::{MAX_PAUSED, is_paused, plain_phone, readings};
pub use text::{fold_into, folded_eq, full_name, is_blank, record_id, text, trim};
pub(crate) use text::{folded, is_plain, unguarded, without_address};

/// The 32 bytes of text that begin with a cell, whatever comes after it: they are looked at together, however
/// short the cell is. (Not to be confused with the windows of rows that are planned together.)
pub(crate) type Window = [u8; 32];

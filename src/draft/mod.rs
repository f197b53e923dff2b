//! What each row offers before any decision: the compiled mapping, and the drafts of the rows.
//!
//! [`Settings`] are everything that is fixed before row 1. A [`Column`] reads cells. A [`Drafter`] makes the [`Drafts`] of a
//! block: for each row which sides it has, which keys they offer, and which cells cannot be used. Values are not kept.
//! When a step is looked at or written, they are read again from the block.
//!
//! ```text
//! Email,Name,Deal,Value                       has contact  has opportunity  keys
//! ana@example.com,Ana,,                       yes          no               ana@example.com
//! Bo@Example.com,,Roof,soon                   yes          yes              bo@example.com
//!                      ^ found: not a number
//! ```

mod address;
mod cell;
mod check;
mod checked_column;
mod choices;
mod column;
mod combined;
mod drafter;
mod drafts;
mod earlier;
mod formats;
mod full_name;
mod group;
mod imported;
mod joined_name;
mod key;
mod phones;
mod recent_cells;
mod refusal;
mod region;
mod rule;
mod rule_keys;
mod settings;
mod side;
mod stripe_keys;

pub(crate) use cell::{Cell, normalize_stored};
pub(crate) use choices::{Choices, pipeline_and_stages, pipeline_of};
pub(crate) use column::{Column, NamePart, may_have_guard};
pub(crate) use combined::{combinations, key_part};
pub(crate) use drafter::Drafter;
pub(crate) use drafts::{Drafts, RowDraft, SideDraft};
pub(crate) use formats::{FormatScan, Formats, MIXED};
pub(crate) use imported::Otherwise;
pub(crate) use key::{Key, KeyKind, KeyText, key_hash};
pub(crate) use region::region;
pub(crate) use rule::{Rule, Shape};
pub(crate) use settings::Settings;

//! What each row offers before any decision: the compiled mapping and the drafts of a window.
//!
//! [`Settings`] is everything that is frozen before row 1. [`Column`] reads one cell. [`Drafts`]
//! holds, for each row of a window, which sides are present and which keys they offer; values are
//! not kept but read again from the block when a step is looked at.

mod address;
mod cell;
mod choices;
mod column;
mod drafter;
mod drafts;
mod earlier;
mod formats;
mod full_name;
mod group;
mod imported;
mod joined;
mod key;
mod look;
mod memo;
mod offer;
mod offered;
mod phones;
mod refusal;
mod region;
mod rule;
mod settings;
mod side;
mod watch;

pub(crate) use cell::{Cell, normalize_stored};
pub(crate) use choices::{Choices, pipeline_and_stages, pipeline_of};
pub(crate) use column::{Column, Part, may_have_guard};
pub(crate) use drafter::Drafter;
pub(crate) use drafts::{Drafts, RowDraft};
pub(crate) use formats::{FormatScan, Formats, MIXED};
pub(crate) use key::{Key, KeyKind, KeyText, key_hash};
pub(crate) use region::region;
pub(crate) use rule::{Rule, Shape};
pub(crate) use settings::Settings;

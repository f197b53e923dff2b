//! [`Refusal`]: a cell, or an item of it, that is not used, and why.

use super::{Column, Drafts, RowDraft, Settings};
use crate::issue::{Finding, IssueCode, Severity};
use crate::mapping::OnInvalid;
use crate::object::{Object, RowNumber};

/// Why a cell, or an item of it, is not used.
pub(super) struct Refusal<'c> {
    pub(super) code: IssueCode,
    /// `None` = the whole cell.
    pub(super) item: Option<&'c str>,
    pub(super) detail: Option<String>,
    /// The side fails whatever the column says.
    pub(super) fails: bool,
}

impl From<IssueCode> for Refusal<'_> {
    fn from(code: IssueCode) -> Self {
        Refusal { code, item: None, detail: None, fails: false }
    }
}

/// Notes on its row that a cell is not used.
#[cold]
pub(super) fn refuse(
    drafts: &mut Drafts,
    draft: &mut RowDraft,
    row: RowNumber,
    column: &Column,
    refusal: Refusal<'_>,
) {
    let fails = refusal.fails || column.on_invalid == OnInvalid::FailRow;
    let mut finding = Finding::row(refusal.code, row).object(column.object);
    finding.severity = if fails { Severity::Error } else { Severity::Warning };
    finding.column = column.index();
    finding.value = refusal.item.map(Into::into);
    finding.detail = refusal.detail.map(Into::into);
    drafts.findings.push(finding);
    match column.object {
        Object::Contact => draft.contact_failed |= fails,
        Object::Opportunity => draft.opportunity_failed |= fails,
    }
}

/// The options that might have been meant, in words.
pub(super) fn nearest(
    settings: &Settings,
    column: &Column,
    code: IssueCode,
    cell: &str,
) -> Option<String> {
    let is_choice = matches!(
        code,
        IssueCode::OptionUnknown
            | IssueCode::OwnerUnknown
            | IssueCode::StatusUnknown
            | IssueCode::TimezoneUnknown
    );
    if !is_choice {
        return None;
    }
    let names = settings.choices.nearest(column.kind, column.field, "", cell);
    (!names.is_empty()).then(|| format!("the nearest are {}", names.join(", ")))
}

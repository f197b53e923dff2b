//! [`Refusal`]: a cell, or an item of it, that is not used, and why.

use super::{Column, NamePart, Settings};
use crate::issue::{Finding, IssueCode, Severity, has_country_code};
use crate::mapping::OnInvalid;
use crate::normalize;
use crate::object::Object;
use crate::source::Stripe;

/// Why a cell, or an item of it, is not used.
pub(super) struct Refusal<'c> {
    pub(super) code: IssueCode,
    /// The item; `None` for the whole cell.
    pub(super) item: Option<&'c str>,
    pub(super) detail: Option<String>,
    /// Whether the side fails even if the column says otherwise.
    pub(super) fails: bool,
}

impl<'c> Refusal<'c> {
    /// A refusal of the item with this number, or of the cell if the item is all of it.
    pub(super) fn of(code: IssueCode, (number, item): (u16, &'c str), cell: &str) -> Self {
        let is_whole = number == 0 && item == normalize::trim(cell);
        Refusal { item: (!is_whole).then_some(item), ..code.into() }
    }
}

impl From<IssueCode> for Refusal<'_> {
    fn from(code: IssueCode) -> Self {
        Refusal { code, item: None, detail: None, fails: false }
    }
}

/// The cells and items of the rows of a stripe that are not used.
#[derive(Debug, Default)]
pub(super) struct Refused {
    /// Column by column; each names its row.
    findings: Vec<Finding>,
    /// The rows whose contact fails for it, and those whose opportunity does.
    pub(super) contacts: u64,
    pub(super) opportunities: u64,
}

impl Refused {
    /// Notes that a cell of a row is not used.
    #[cold]
    pub(super) fn add(
        &mut self,
        stripe: &Stripe<'_>,
        row: usize,
        column: &Column,
        refusal: Refusal<'_>,
    ) {
        let row_of = stripe.row(row);
        // In sheets that were glued together, the header recurs in the middle.
        let is_header = column.is_called(column.text(&row_of));
        let refusal = if is_header { IssueCode::HeaderRepeated.into() } else { refusal };
        let fails = is_header || refusal.fails || column.on_invalid == OnInvalid::FailRow;
        let number = row_of.number();
        let mut finding = Finding::row(refusal.code, number).object(column.object);
        finding.severity = if fails { Severity::Error } else { Severity::Warning };
        finding.column = column.index();
        finding.value = refusal.item.map(Into::into);
        let spoils = column.on_invalid == OnInvalid::DropCell && refusal.item.is_some();
        const SPOILT: &str = "nothing of the cell is used";
        finding.detail = match refusal.detail {
            Some(detail) if spoils => Some(format!("{detail}; {SPOILT}").into()),
            Some(detail) => Some(detail.into()),
            None => spoils.then(|| SPOILT.into()),
        };
        // The cell of a full name feeds two fields, but is refused once.
        if column.name_part != NamePart::LastName || !self.findings.contains(&finding) {
            self.findings.push(finding);
        }
        match column.object {
            Object::Contact => self.contacts |= u64::from(fails) << row,
            Object::Opportunity => self.opportunities |= u64::from(fails) << row,
        }
    }

    /// Makes the findings about contacts mere warnings on rows without an opportunity. It is called if the import only
    /// looks contacts up, because it needs them for the opportunity alone (P8).
    pub(super) fn spare_contacts(&mut self, stripe: &Stripe<'_>, with_opportunity: u64) {
        let is_asked = |finding: &Finding| {
            let mut asked = (0..stripe.len()).filter(|row| with_opportunity >> row & 1 == 1);
            asked.any(|row| finding.row == Some(stripe.row(row).number()))
        };
        for finding in &mut self.findings {
            if finding.object == Some(Object::Contact) && !is_asked(finding) {
                finding.severity = Severity::Warning;
            }
        }
    }

    /// Hands over what was found, row by row.
    pub(super) fn hand_over(&mut self, findings: &mut Vec<Finding>) {
        // The sort is stable: findings about one row stay in order.
        self.findings.sort_by_key(|finding| finding.row);
        findings.append(&mut self.findings);
    }

    pub(super) fn clear(&mut self) {
        (self.contacts, self.opportunities) = (0, 0);
    }
}

/// What helps to mend a cell: the options that it may have meant, how its column writes numbers, how much room its
/// field has, or which country's number a phone was taken for.
pub(super) fn hint(
    settings: &Settings,
    column: &Column,
    code: IssueCode,
    region: Option<&str>,
    cell: &str,
) -> Option<String> {
    if code == IssueCode::PhoneInvalid {
        return read_as(column.country.as_deref().or(region)?, cell);
    }
    if matches!(code, IssueCode::NumberInvalid | IssueCode::NumberAmbiguous) {
        let written = column.separators.filter(|written| written.decimal != '.');
        return written.map(|written| format!("1234{}50", written.decimal));
    }
    match (code, column.max_decimals) {
        (IssueCode::TextTooLong, _) => return Some(column.room()),
        (IssueCode::DecimalsTooMany, Some(1)) => return Some("1 decimal".to_owned()),
        (IssueCode::DecimalsTooMany, Some(most)) => return Some(format!("{most} decimals")),
        _ => {}
    }
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
    settings.choices.suggestion(column.kind, column.field, "", cell)
}

/// Says which country's number a phone without a country code was taken for.
fn read_as(country: &str, phone: &str) -> Option<String> {
    if has_country_code(phone) {
        return None;
    }
    let name = normalize::country_name(country).unwrap_or(country);
    Some(["it was read as a number of the country ", country, " (", name, ")"].concat())
}

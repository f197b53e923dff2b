//! [`can_read`]: whether a default, a constant or what a value map says can be read as a value of its field.

use rust_decimal::Decimal;

use super::ColumnMapping;
use crate::account::Account;
use crate::field::{Field, FieldId, FieldKind};
use crate::issue::IssueCode;
use crate::normalize::{self, OptionSet, STATUSES};

/// Whether a text can be read as a value of the field, or item by item where the field holds several. How a phone is
/// read depends on the country of its row, and a stage on its pipeline; those pass if any row could read them.
pub(super) fn can_read(
    field: &Field,
    id: FieldId,
    column: &ColumnMapping,
    text: &str,
    account: &Account,
) -> bool {
    let is_read = |text: &str| is_value(field, column, text, account);
    if is_read(text) {
        return true;
    }
    let mut items = normalize::items(text, column.item_separators(field.kind)).peekable();
    let is_several = field.is_list || matches!(id, FieldId::EMAIL | FieldId::PHONE);
    is_several && items.peek().is_some() && items.all(is_read)
}

/// As [`can_read`], but for what stands in the place of cells: where the mapping leaves the order of dates or the
/// separators of numbers open, the other cells may still tell how it is read.
pub(super) fn could_read(
    field: &Field,
    id: FieldId,
    column: &ColumnMapping,
    text: &str,
    account: &Account,
) -> bool {
    let is_open = match field.kind {
        FieldKind::Date => {
            normalize::date(text, &column.date_format()) == Err(IssueCode::DateAmbiguous)
        }
        FieldKind::Number | FieldKind::Money => {
            normalize::decimal(text, column.separators) == Err(IssueCode::NumberAmbiguous)
        }
        _ => false,
    };
    is_open || can_read(field, id, column, text, account)
}

/// Why a text that cannot be read is no value of a field.
pub(super) fn why_unreadable(field: &Field) -> &'static str {
    match field.kind {
        FieldKind::Date => "it is no date, or not one in the order of the column",
        FieldKind::Number | FieldKind::Money if field.max_decimals.is_some() => {
            "it is no number, could be read as two, or has more decimals than the field"
        }
        FieldKind::Number | FieldKind::Money => "it is no number, or could be read as two",
        FieldKind::Boolean => "it is neither yes nor no",
        FieldKind::Email => "it is no e-mail address",
        FieldKind::Phone => "it is no phone number",
        FieldKind::Country => "it is no country",
        FieldKind::RecordId => "it is an id that a spreadsheet has rounded",
        FieldKind::Status => "a status is open, won, lost or abandoned",
        FieldKind::Pipeline => "it is the name of no pipeline, or of two",
        FieldKind::Stage => "it is the name of no stage, or of two",
        FieldKind::User => "it is the name of no user, or of two",
        FieldKind::Timezone => "it is not one of the account's time zones",
        FieldKind::SingleChoice | FieldKind::MultipleChoice => {
            "it is not one of the options, or the name of two"
        }
        _ => "it is too long for the field",
    }
}

fn is_value(field: &Field, column: &ColumnMapping, text: &str, account: &Account) -> bool {
    let decimals = |number: Decimal| number.normalize().scale();
    match field.kind {
        FieldKind::Date => normalize::date(text, &column.date_format()).is_ok(),
        FieldKind::Number | FieldKind::Money => normalize::decimal(text, column.separators)
            .is_ok_and(|number| field.max_decimals.is_none_or(|most| decimals(number) <= most)),
        FieldKind::Boolean => normalize::boolean(text).is_ok(),
        FieldKind::Email => normalize::email(text).is_ok(),
        FieldKind::Phone => text.bytes().filter(u8::is_ascii_digit).count() >= 3,
        FieldKind::Country => normalize::country(text).is_ok(),
        FieldKind::RecordId => normalize::record_id(text).is_ok(),
        FieldKind::Status => STATUSES.iter().any(|status| normalize::folded_eq(status, text)),
        FieldKind::Pipeline => {
            account.pipelines.is_empty()
                || OptionSet::of_pipelines(&account.pipelines).find(text).is_ok()
        }
        FieldKind::Stage => {
            account.pipelines.is_empty()
                || account.pipelines.iter().any(|of| OptionSet::of_stages(of).find(text).is_ok())
        }
        FieldKind::User => OptionSet::of_users(&account.users).find(text).is_ok(),
        FieldKind::SingleChoice | FieldKind::MultipleChoice | FieldKind::Timezone => {
            let options = account.options_of(field);
            options.is_empty() || OptionSet::of_labels(options).find(text).is_ok()
        }
        _ => field.max_chars.is_none_or(|most| text.chars().count() <= most),
    }
}

//! [`region`]: whose phone numbers a row writes without a country code.

use super::Settings;
use crate::field::FieldId;
use crate::source::BlockRow;

/// The row's own country if it is mapped and valid, else the account's (V6).
pub(crate) fn region<'s>(settings: &'s Settings, row: &BlockRow<'_>) -> Option<&'s str> {
    let own = settings.contact_columns.iter().find(|column| column.field == FieldId::COUNTRY);
    let own = own.and_then(|column| column.country_of(column.text(row)));
    own.or(settings.account.default_country.as_deref())
}

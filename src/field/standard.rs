//! The standard fields of both objects (behaviour §10), in their fixed order.

use super::FieldKind::{self, *};

/// Key, label, kind, and whether it holds several values.
pub(super) type Row = (&'static str, &'static str, FieldKind, bool);

pub(super) const CONTACT: &[Row] = &[
    ("id", "Contact ID", RecordId, false),
    ("first_name", "First Name", Text, false),
    ("last_name", "Last Name", Text, false),
    ("name", "Name", FullName, false),
    ("email", "Email", Email, false),
    ("additional_emails", "Additional Emails", Email, true),
    ("phone", "Phone", Phone, false),
    ("additional_phones", "Additional Phones", Phone, true),
    ("company", "Company", Text, false),
    ("address", "Address", Text, false),
    ("city", "City", Text, false),
    ("state", "State", Text, false),
    ("postal_code", "Postal Code", Text, false),
    ("country", "Country", Country, false),
    ("timezone", "Time Zone", Timezone, false),
    ("website", "Website", Text, false),
    ("source", "Source", Text, false),
    ("date_of_birth", "Date of Birth", Date, false),
    ("contact_type", "Contact Type", SingleChoice, false),
    ("tags", "Tags", List, true),
    ("dnd", "Do Not Disturb", Boolean, false),
    ("owner", "Owner", User, false),
    ("followers", "Followers", User, true),
    ("notes", "Notes", LongText, false),
];

pub(super) const OPPORTUNITY: &[Row] = &[
    ("id", "Opportunity ID", RecordId, false),
    ("name", "Opportunity Name", Text, false),
    ("pipeline", "Pipeline", Pipeline, false),
    ("stage", "Stage", Stage, false),
    ("status", "Status", Status, false),
    ("value", "Opportunity Value", Money, false),
    ("lost_reason", "Lost Reason", SingleChoice, false),
    ("source", "Opportunity Source", Text, false),
    ("owner", "Opportunity Owner", User, false),
    ("followers", "Opportunity Followers", User, true),
    ("expected_close_date", "Expected Close Date", Date, false),
    ("business_name", "Business Name", Text, false),
    ("contact_id", "Contact ID of the Opportunity", RecordId, false),
    ("tags", "Opportunity Tags", List, true),
    ("notes", "Opportunity Notes", LongText, false),
];

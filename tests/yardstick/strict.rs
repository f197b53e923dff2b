//! The same counters, read off a plan through the public API.
//!
//! The strict configuration: an address, number, day, amount or status that cannot be read fails its
//! side, and so does a contact without a key. The job does not match by the additional addresses, so
//! they go to lists of their own here; [`beyond`] reads them as what they are.

use std::collections::{BTreeSet, HashMap};

use crm_import::account::{DateOrder, Keyless};
use crm_import::mapping::{ColumnMapping, Mapping, OnInvalid};
use crm_import::normalize::Separators;
use crm_import::plan::{RowPlan, Step};
use crm_import::{
    Account, CustomField, FieldKind, Import, Issue, MemoryStorage, Object, Outcome, Plan,
    RowNumber, Severity, Value,
};

use crate::job::{Counts, Stored, Table, add};

/// Header, object, field, and whether what cannot be read fails the side.
const COLUMNS: [(&str, Object, &str, bool); 25] = [
    ("Contact ID", Object::Contact, "id", true),
    ("First Name", Object::Contact, "first_name", false),
    ("Last Name", Object::Contact, "last_name", false),
    ("Email", Object::Contact, "email", true),
    ("Phone", Object::Contact, "phone", true),
    ("Additional Emails", Object::Contact, "other_emails", false),
    ("Additional Phones", Object::Contact, "other_phones", false),
    ("Company", Object::Contact, "company", false),
    ("Street", Object::Contact, "address", false),
    ("City", Object::Contact, "city", false),
    ("State", Object::Contact, "state", false),
    ("Postal Code", Object::Contact, "postal_code", false),
    ("Country", Object::Contact, "country", false),
    ("Tags", Object::Contact, "tags", false),
    ("Source", Object::Contact, "source", false),
    ("Budget", Object::Contact, "budget", false),
    ("Notes", Object::Contact, "notes", false),
    ("Birthday", Object::Contact, "date_of_birth", false),
    ("Opportunity ID", Object::Opportunity, "id", true),
    ("Opportunity Name", Object::Opportunity, "name", false),
    ("Pipeline", Object::Opportunity, "pipeline", false),
    ("Stage", Object::Opportunity, "stage", false),
    ("Status", Object::Opportunity, "status", true),
    ("Value", Object::Opportunity, "value", true),
    ("Close Date", Object::Opportunity, "expected_close_date", true),
];

fn account() -> Account {
    let own = |key: &str, kind| CustomField {
        object: Object::Contact,
        key: key.into(),
        label: String::new(),
        kind,
        options: Vec::new(),
    };
    let mut account = Account {
        default_country: Some("US".into()),
        date_order: Some(DateOrder::Mdy),
        custom_fields: vec![
            own("other_emails", FieldKind::List),
            own("other_phones", FieldKind::List),
            own("budget", FieldKind::Number),
        ],
        ..Account::default()
    };
    account.dedup.keyless = Keyless::Fail;
    account
}

/// The settings of the columns that the file has; `is_own`: additional addresses in their own lists.
pub(crate) fn import(table: &Table, is_own: bool) -> Import {
    let there = COLUMNS.iter().filter(|(header, ..)| table.has(header));
    let column = |&(header, object, field, is_strict): &(&str, Object, &str, bool)| {
        let field = if is_own { field.to_owned() } else { field.replace("other", "additional") };
        ColumnMapping {
            header: Some(header.into()),
            object: Some(object),
            field: Some(field),
            on_invalid: is_strict.then_some(OnInvalid::FailRow),
            separators: Some(Separators { group: Some(','), decimal: '.' }),
            list_separators: match header {
                "Tags" => Some(",".into()),
                "Additional Emails" | "Additional Phones" => Some(";".into()),
                _ => None,
            },
            ..ColumnMapping::default()
        }
    };
    Import::new().mapping(Mapping { columns: there.map(column).collect(), ..Mapping::default() })
}

/// A CRM that holds these contacts and opportunities.
pub(crate) fn crm<'o>(stored: &[Stored], deals: impl Iterator<Item = &'o str>) -> MemoryStorage {
    let mut crm = MemoryStorage::new(account());
    for [id, email, phone] in stored {
        let values = [("email", email.as_str()), ("phone", phone.as_str())];
        let values = values.into_iter().filter(|(_, value)| !value.is_empty());
        crm.insert_as(Object::Contact, id, values);
    }
    for id in deals {
        if crm.get(Object::Opportunity, id).is_none() {
            crm.insert_as(Object::Opportunity, id, [("name", "as it was")]);
        }
    }
    crm
}

/// A plan with what is asked of it row by row.
pub(crate) struct Strict<'p> {
    pub(crate) plan: &'p Plan,
    /// Position of each stored contact by its id.
    stored: HashMap<&'p str, usize>,
    issues: HashMap<RowNumber, Vec<Issue>>,
    /// The contact steps, by the id of a stored contact or the first row of a new one.
    steps: HashMap<String, Step<'p>>,
}

impl<'p> Strict<'p> {
    pub(crate) fn new(plan: &'p Plan, stored: &'p [Stored]) -> Self {
        let mut issues: HashMap<RowNumber, Vec<Issue>> = HashMap::new();
        for issue in plan.issues() {
            if let Some(row) = issue.row {
                issues.entry(row).or_default().push(issue);
            }
        }
        let steps = plan.steps().filter(|step| step.object() == Object::Contact);
        let name = |step: &Step<'_>| {
            step.id().map_or_else(|| format!("row {}", step.first_row()), str::to_owned)
        };
        Strict {
            plan,
            stored: stored.iter().enumerate().map(|(at, [id, ..])| (id.as_str(), at)).collect(),
            issues,
            steps: steps.map(|step| (name(&step), step)).collect(),
        }
    }

    pub(crate) fn row(&self, at: usize) -> RowPlan<'p> {
        self.plan.row(RowNumber::from_index(at)).unwrap()
    }

    /// The contact that a row leads to: the id of a stored one, or the first row of a new one.
    pub(crate) fn contact(&self, at: usize) -> Option<String> {
        let side = self.row(at).side(Object::Contact)?;
        side.reason()?;
        Some(match (side.id(), side.first_row()) {
            (Some(id), _) => id.to_owned(),
            (None, first) => format!("row {}", first?),
        })
    }

    pub(crate) fn has_issue(&self, at: usize, object: Object, code: &str) -> bool {
        let found = self.issues.get(&RowNumber::from_index(at)).into_iter().flatten();
        found.clone().any(|issue| issue.object == Some(object) && issue.code.code() == code)
    }

    /// Does an issue of the row refuse this value for want of room?
    pub(crate) fn finds_no_room(&self, at: usize, value: &str) -> bool {
        let found = self.issues.get(&RowNumber::from_index(at)).into_iter().flatten();
        found.clone().any(|issue| {
            issue.code.code() == "value-limit" && issue.value.as_deref() == Some(value)
        })
    }

    /// Does the plan write this address or number into a contact that had it not?
    pub(crate) fn writes(&self, contact: &str, key: &str) -> bool {
        let Some(step) = self.steps.get(contact) else { return false };
        let changes = step.changes();
        let fields = ["email", "additional_emails", "phone", "additional_phones"];
        let changed = changes.iter().filter(|change| fields.contains(&change.key()));
        let is_key = |value: Value<'_>| value.to_text() == key;
        let (mut before, mut after) = (false, false);
        for change in changed {
            before |= change.before().any(is_key);
            after |= change.after().any(is_key);
        }
        after && !before
    }

    /// What the plan's row adds to the counters.
    pub(crate) fn counts(&self, at: usize) -> Counts {
        let row = self.row(at);
        let mut counts = Counts::from([("rows", 1)]);
        let class = self.class(at, &row);
        add(&mut counts, class, 1);
        if !crate::job::ERRORS.contains(&class) && class != "other" {
            let side = row.side(Object::Contact).unwrap();
            match side.id() {
                Some(id) => add(&mut counts, "link_ex", self.stored[id] as i64),
                None if class == "create" => {}
                None => add(&mut counts, "link_in", side.first_row().unwrap().index() as i64),
            }
            for (field, values) in side.values() {
                let chars = || values[0].to_text().chars().count() as i64;
                match field.key.as_str() {
                    "email" => add(&mut counts, "e_len_sum", chars()),
                    "phone" => add(&mut counts, "p_len_sum", chars()),
                    "other_emails" => add(&mut counts, "extra_emails", values.len() as i64),
                    "other_phones" => add(&mut counts, "extra_phones", values.len() as i64),
                    "tags" => add(&mut counts, "tags", values.len() as i64),
                    _ => {}
                }
            }
        }
        self.count_deal(&row, &mut counts);
        counts
    }

    fn class(&self, at: usize, row: &RowPlan<'_>) -> &'static str {
        let Some(side) = row.side(Object::Contact) else { return "no_key" };
        if side.outcome() == Outcome::Fail {
            let found = self.issues.get(&row.number()).into_iter().flatten();
            let is_error = |issue: &&Issue| {
                issue.severity == Severity::Error && issue.object == Some(Object::Contact)
            };
            let codes: Vec<&str> = found.filter(is_error).map(|issue| issue.code.code()).collect();
            let of = |wanted: &[&str]| codes.iter().any(|code| wanted.contains(code));
            return match () {
                () if of(&["email-invalid"]) => "bad_email",
                () if of(&["phone-invalid", "phone-several", "phone-damaged"]) => "bad_phone",
                () if of(&["no-match-key", "contact-empty"]) => "no_key",
                () if of(&["contact-id-unknown"]) => "unknown_id",
                () => "other",
            };
        }
        let by = side.reason().map(|reason| reason.name());
        match (by.as_deref(), side.id().is_some()) {
            (Some("new"), _) => "create",
            (Some("id"), _) => "id",
            (Some("email"), true) => "ex_email",
            (Some("email"), false) => "in_email",
            (Some("phone"), true) => "ex_phone",
            (Some("phone"), false) => "in_phone",
            _ => panic!("row {} came to its contact by {by:?}", at + 1),
        }
    }

    fn count_deal(&self, row: &RowPlan<'_>, counts: &mut Counts) {
        let Some(side) = row.side(Object::Opportunity) else { return };
        let counter = match side.reason().map(|reason| reason.name()).as_deref() {
            _ if side.outcome() == Outcome::Fail => return add(counts, "opp_error", 1),
            Some("id") => "opp_update",
            Some("new") => "opp_create",
            other => panic!("row {} came to its opportunity by {other:?}", row.number()),
        };
        add(counts, counter, 1);
        for (_, values) in side.values() {
            match values[0] {
                Value::Number(value) => {
                    let cents = (value * rust_decimal::Decimal::ONE_HUNDRED).normalize();
                    assert_eq!(cents.scale(), 0, "row {}: {value}", row.number());
                    add(counts, "cents_sum", i64::try_from(cents.mantissa()).unwrap());
                }
                Value::Date(day) => {
                    let (month, day_of) = (i64::from(day.month()), i64::from(day.day()));
                    let day = i64::from(day.year()) * 10_000 + month * 100 + day_of;
                    add(counts, "date_sum", day);
                }
                _ => {}
            }
        }
    }

    /// The ids of the opportunities that are updated.
    pub(crate) fn updated(&self) -> BTreeSet<&'p str> {
        let sides = self.plan.rows().filter_map(|row| row.side(Object::Opportunity));
        let updates = sides.filter(|side| {
            side.outcome() != Outcome::Fail
                && side.reason().is_some_and(|reason| reason.name() == "id")
        });
        updates.filter_map(|side| side.id()).collect()
    }
}

/// How many additional e-mails and phones each row offers, read as what they are.
pub(crate) fn beyond(plan: &Plan) -> Vec<[i64; 2]> {
    let count = |row: RowPlan<'_>, key: &str| {
        let values = row.side(Object::Contact).map(|side| side.values()).unwrap_or_default();
        let found = values.iter().find(|(field, _)| field.key == key);
        found.map_or(0, |(_, values)| values.len() as i64)
    };
    let rows = plan.rows();
    rows.map(|row| [count(row, "additional_emails"), count(row, "additional_phones")]).collect()
}

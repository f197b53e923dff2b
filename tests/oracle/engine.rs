//! The engine's plan of a case, in the words of the comparison.

use std::collections::{BTreeMap, HashMap};

use crm_import::mapping::{ColumnMapping, Mapping};
use crm_import::{
    Account, Error, Fields, Import, MemoryStorage, Mode, Object, Plan, Report, RowNumber, Source,
};
use serde_json::{Value, json};

use crate::generate::SmallImport;
use crate::model::{Crm, Policy, Row, Side, Values, Verdict};
use crate::naive::plain;

pub(crate) fn account(policy: &Policy) -> Account {
    let matching = policy.matching.as_ref().map(|matching| {
        json!({
            "fields": matching.fields, "date_window_days": matching.window,
            "open_only": matching.open_only, "none": matching.none, "one": matching.one,
            "several": matching.several,
        })
    });
    let named = |name: &&str| json!({ "id": name, "name": name });
    let pipelines: Vec<Value> = policy
        .pipelines
        .iter()
        .map(|(name, stages)| {
            let stages: Vec<Value> = stages.iter().map(named).collect();
            json!({ "id": name, "name": name, "stages": stages })
        })
        .collect();
    let standard = Fields::standard();
    let contact = standard.iter().filter(|(_, field)| field.object == Object::Contact);
    let keys: Vec<&str> = contact
        .map(|(_, field)| field.key.as_str())
        .filter(|key| !policy.absent.contains(key))
        .collect();
    let account = json!({
        "default_country": "US",
        "standard_fields": { "contact": keys },
        "dedup": {
            "contacts": policy.rules, "ambiguous": policy.ambiguous, "conflict": policy.conflict,
            "repeats": policy.repeats, "keyless": policy.keyless, "promote": policy.promote,
            "required": policy.required,
        },
        "opportunities": {
            "duplicates": policy.duplicates, "tag_linked": policy.tag_linked,
            "relink": policy.relink, "unlinked": policy.unlinked, "matching": matching,
        },
        "pipelines": pipelines,
        "options": { "lost_reason": crate::opportunities::REASONS },
        "custom_fields": [
            { "object": "contact", "key": "contract_no", "label": "Contract No", "kind": "text" },
            { "object": "contact", "key": "colours", "label": "Colours", "kind": "list" },
            { "object": "opportunity", "key": "rooms", "label": "Rooms", "kind": "list" }
        ],
        "users": [{ "id": "u1", "name": "Una Low" }, { "id": "u2", "name": "Ugo Hay" }],
    });
    serde_json::from_value(account).unwrap()
}

pub(crate) fn mapping(policy: &Policy, account: &Account) -> Mapping {
    let fields = account.fields();
    let parse = |text: &str| serde_json::from_value(text.into()).unwrap();
    let column = |header: &&str| {
        let (_, field) = fields.iter().find(|(_, field)| field.label == **header).unwrap();
        ColumnMapping {
            header: Some((*header).to_owned()),
            object: Some(field.object),
            field: Some(field.key.clone()),
            merge: policy
                .merge
                .get(*header)
                .map(|merge| serde_json::from_value((*merge).into()).unwrap()),
            blank: parse_blank(policy.clears.contains(header), parse),
            default_always: policy.always.contains(header),
            default: policy.defaults.get(*header).map(|default| (*default).to_owned()),
            ..ColumnMapping::default()
        }
    };
    Mapping {
        columns: policy.headers.iter().map(column).collect(),
        clear_token: policy.token.map(str::to_owned),
        ..Mapping::default()
    }
}

fn parse_blank<T>(clears: bool, parse: impl Fn(&str) -> T) -> T {
    parse(if clears { "clear" } else { "keep" })
}

pub(crate) fn csv(policy: &Policy, rows: &[Row]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(&policy.headers).unwrap();
    for row in rows {
        writer.write_record(policy.headers.iter().map(|header| row[header].as_str())).unwrap();
    }
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

/// An import of a case and the storage it is for.
pub(crate) fn set_up(policy: &Policy, crm: &Crm) -> (Import, MemoryStorage) {
    let account = account(policy);
    let mapping = mapping(policy, &account);
    let mut storage = MemoryStorage::new(account);
    for (object, records) in Object::ALL.into_iter().zip([&crm.contacts, &crm.opportunities]) {
        for (id, values) in records {
            let values =
                values.iter().flat_map(|(field, all)| all.iter().map(|v| (*field, v.as_str())));
            storage.insert_as(object, id, values);
        }
    }
    let modes = [policy.contacts, policy.opportunities];
    let selected = Object::ALL.into_iter().zip(modes).filter(|(_, mode)| mode.is_some());
    let mode = |name: Option<&str>| -> Mode {
        serde_json::from_value(name.unwrap_or("upsert").into()).unwrap()
    };
    let import = Import::new()
        .mapping(mapping)
        .objects(selected.map(|(object, _)| object))
        .contacts(mode(modes[0]))
        .opportunities(mode(modes[1]));
    (import, storage)
}

/// Plans and applies a case; `None` if its settings do not fit together.
pub(crate) fn plan(small: &SmallImport, window: usize) -> Option<Verdict> {
    let (import, mut storage) = small.set_up();
    let import = import.planning_window(window);
    let plan = match import.plan(Source::from_bytes(small.file().into_bytes()), &mut storage) {
        Ok(plan) => plan,
        // Settings that do not fit together, or a file without a single column.
        Err(Error::Config(_) | Error::Source(_)) => return None,
        Err(error) => panic!("{error}"),
    };
    let mut verdict = rows_of(&plan);
    verdict.links = plan.stats().links;
    let (planned, issues) = (*plan.stats(), plan.issues().count());
    let report = import.apply(plan, &mut storage).unwrap();
    assert_eq!(report.issues().count(), issues, "an issue while applying");
    assert_eq!(*report.stats(), planned, "planned is not applied (L3)\n{small}");
    crate::cells::check(small, &report, &storage);
    verdict.stored = stored_by_name(&report, &storage);
    Some(verdict)
}

/// What is stored in the end. What was created is called by the row that brought it.
fn stored_by_name(
    report: &Report,
    storage: &MemoryStorage,
) -> Vec<(String, BTreeMap<String, Vec<String>>)> {
    let mut names: HashMap<(Object, String), String> = HashMap::new();
    for row in report.plan().rows() {
        for object in Object::ALL {
            let Some(side) = row.side(object) else { continue };
            let Some(first) = side.first_row().filter(|_| side.id().is_none()) else { continue };
            let id = report.id(object, row.number()).unwrap_or_default().to_owned();
            names.insert((object, id), format!("row {first}"));
        }
    }
    let name = |object, id: &str| {
        names.get(&(object, id.to_owned())).cloned().unwrap_or_else(|| id.to_owned())
    };
    let mut all = Vec::new();
    for object in Object::ALL {
        for (id, record) in storage.iter(object) {
            let mut values = stored(record.values.iter());
            if let Some(contact) = values.get_mut("contact_id") {
                contact[0] = name(Object::Contact, &contact[0]);
            }
            all.push((name(object, id), values));
        }
    }
    all.sort();
    all
}

fn stored<'a>(
    values: impl Iterator<Item = (&'a String, &'a Vec<String>)>,
) -> BTreeMap<String, Vec<String>> {
    let known = crate::contacts::HEADERS.map(|(_, field)| field);
    let others = ["name", "pipeline", "stage", "status", "value", "lost_reason"];
    let more = ["expected_close_date", "contact_id"];
    let field =
        |key: &str| *known.iter().chain(&others).chain(&more).find(|field| **field == key).unwrap();
    let values: Values = values.map(|(key, all)| (field(key), all.clone())).collect();
    plain(&values)
}

fn rows_of(plan: &Plan) -> Verdict {
    let side = |object: Object, at: usize| -> Option<Side> {
        let side = plan.row(RowNumber::from_index(at))?.side(object)?;
        let first = || side.first_row().map(|first| format!("row {first}"));
        Some(Side {
            outcome: side.outcome().to_string(),
            record: side.id().map(str::to_owned).or_else(first),
            by: side.reason().map(|reason| reason.name()),
        })
    };
    let rows = plan.rows().len();
    let issue = |issue: crm_import::Issue| {
        let object = issue.object.map_or("", Object::name);
        issue.row.map(|row| (row.0 as usize, object, issue.code.code().to_owned()))
    };
    let mut issues: Vec<_> = plan.issues().filter_map(issue).collect();
    issues.sort();
    Verdict {
        contacts: (0..rows).map(|at| side(Object::Contact, at)).collect(),
        opportunities: (0..rows).map(|at| side(Object::Opportunity, at)).collect(),
        issues,
        ..Verdict::default()
    }
}

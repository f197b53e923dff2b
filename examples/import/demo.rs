//! A demo account, and records that the demo file meets.

use crm_import::account::{DateOrder, Pipeline, Stage, User};
use crm_import::{Account, Object};

use crate::sqlite::Sqlite;

/// A sales team in the United States: e-mail then phone, one pipeline.
pub(crate) fn account() -> Account {
    let stages = ["New", "Qualified", "Proposal", "Closed"].into_iter().enumerate();
    let stage = |(at, name): (usize, &str)| Stage { id: format!("s{}", at + 1), name: name.into() };
    Account {
        default_country: Some("US".into()),
        date_order: Some(DateOrder::Mdy),
        pipelines: vec![Pipeline {
            id: "p1".into(),
            name: "Sales".into(),
            stages: stages.map(stage).collect(),
        }],
        users: vec![
            User { id: "u1".into(), name: "Ann Lee".into(), email: "ann@example.com".into() },
            User { id: "u2".into(), name: "Ben Ortiz".into(), email: "ben@example.com".into() },
        ],
        options: [("lost_reason".to_owned(), vec!["Price".to_owned(), "No budget".to_owned()])]
            .into_iter()
            .collect(),
        ..Account::default()
    }
}

/// Ten contacts and five opportunities of theirs.
pub(crate) fn fill(storage: &mut Sqlite) -> Result<(), rusqlite::Error> {
    let contacts = [
        ("Nora", "Quist", "nora.quist@example.com", "+12065550101", "Quist Roofing"),
        ("Omar", "Bell", "omar.bell@example.com", "+12065550102", "Bell & Sons"),
        ("Petra", "Vance", "petra.vance@example.com", "+12065550103", "Vance Design"),
        ("Quinn", "Harlow", "quinn.harlow@example.com", "+12065550104", ""),
        ("Rosa", "Imre", "rosa.imre@example.com", "+12065550105", "Imre Catering"),
        ("Sami", "Toivo", "sami.toivo@example.com", "+12065550106", "Toivo Travel"),
        ("Tess", "Udall", "tess.udall@example.com", "+12065550107", ""),
        ("Uma", "Patil", "uma.patil@example.com", "+12065550108", "Patil Labs"),
        ("Viggo", "Strand", "viggo.strand@example.com", "+12065550109", "Strand Boats"),
        ("Wanda", "Kerr", "wanda.kerr@example.com", "+12065550110", "Kerr Books"),
    ];
    let mut ids = Vec::new();
    for (first, last, email, phone, company) in contacts {
        let values = [
            ("first_name", first),
            ("last_name", last),
            ("email", email),
            ("phone", phone),
            ("company", company),
        ];
        let values: Vec<(&str, &str)> =
            values.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        ids.push(storage.seed(Object::Contact, &values)?);
    }
    let deals = [
        (0, "Roof of the town hall", "s2", "18500"),
        (1, "Office move", "s1", "4200"),
        (2, "New brand", "s3", "9600"),
        (4, "Summer party", "s1", "2750"),
        (8, "Two dinghies", "s2", "12400"),
    ];
    for (contact, name, stage, value) in deals {
        let values = [
            ("name", name),
            ("pipeline", "p1"),
            ("stage", stage),
            ("status", "open"),
            ("value", value),
            ("contact_id", ids[contact].as_str()),
        ];
        storage.seed(Object::Opportunity, &values)?;
    }
    Ok(())
}

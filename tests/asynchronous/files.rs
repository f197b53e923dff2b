//! Files of every kind, and a CRM that knows some of the people in them.

use std::fmt::Write as _;

use crm_import::account::{OpportunityMatching, OpportunityPolicy, Pipeline, Stage};
use crm_import::dedup::DedupPolicy;
use crm_import::{Account, MemoryStorage, Object};

/// What each file is, and its text.
pub(crate) fn files() -> Vec<(&'static str, String)> {
    let short = "Email,First Name,City\nana@example.com,Ana,York\nbo@example,Bo,\n,,\n\
                 \"cy@example.com\",\"Cy \"\"the\"\" Lee\",Rome\nANA@example.com,,Bath\n";
    vec![
        ("a short one with a bad address, a blank row and a repeat", short.into()),
        ("people with deals, more than a block", people_with_deals(5_000)),
        ("dates of which only the last tells the order", dates(4_500)),
        ("people without a key", "First Name\n".to_owned() + &"Ana\n".repeat(1_300)),
        ("a header and no row", "Email\n".into()),
    ]
}

/// People with deals; each ninth row is about somebody who was there before.
fn people_with_deals(rows: usize) -> String {
    let mut file = String::from("First Name,Email,Phone,City,Tags,Opportunity Name,Value\n");
    for row in 0..rows {
        let who = if row % 9 == 8 { row / 2 } else { row };
        let deal = if row % 3 == 0 { format!("Deal {row},{row}.50") } else { ",".into() };
        let phone = if row % 2 == 0 { format!("(206) 555-{:04}", who % 10_000) } else { "".into() };
        writeln!(file, "P{who},p{who}@example.com,{phone},City {row},vip;fair,{deal}").unwrap();
    }
    file
}

fn dates(rows: usize) -> String {
    let mut file = String::from("Email,Date of Birth\n");
    for row in 0..rows {
        writeln!(file, "p{row}@example.com,0{}/02/1990", row % 9 + 1).unwrap();
    }
    file + "last@example.com,25/02/1990\n"
}

/// A CRM that has some of these people, some of their deals, and one of each key twice.
pub(crate) fn crm() -> MemoryStorage {
    let stage = |name: &str| Stage { id: name.to_lowercase(), name: name.to_owned() };
    let stages = ["New", "Quoted"].map(stage).to_vec();
    let mut crm = MemoryStorage::new(Account {
        default_country: Some("US".into()),
        dedup: DedupPolicy::by([["email"], ["phone"]]),
        pipelines: vec![Pipeline { id: "sales".into(), name: "Sales".into(), stages }],
        opportunities: OpportunityPolicy {
            matching: Some(OpportunityMatching::best_or_create(["name"])),
            ..OpportunityPolicy::default()
        },
        ..Account::default()
    });
    crm.insert(Object::Contact, [("email", "ana@example.com"), ("first_name", "Ana")]);
    for who in (0..600).step_by(2) {
        let (email, city) = (format!("p{who}@example.com"), format!("City {who}"));
        let id = crm.insert(Object::Contact, [("email", email.as_str()), ("city", &city)]);
        let deal = format!("Deal {who}");
        crm.insert(Object::Opportunity, [("name", deal.as_str()), ("contact_id", id.as_str())]);
    }
    crm.insert(Object::Contact, [("phone", "+12065550003")]);
    crm.insert(Object::Contact, [("phone", "+12065550003"), ("email", "other@example.com")]);
    crm
}

//! Random small imports: a policy, a CRM and a file, all out of small pools so that things meet.

use std::fmt;

use crm_import::{Import, MemoryStorage};

use crate::dice::Dice;
use crate::model::{Crm, Matching, Policy, Row, Values};
use crate::{contacts, engine, opportunities};

/// What is imported, and how.
#[derive(Clone)]
pub(crate) struct SmallImport {
    pub(crate) policy: Policy,
    pub(crate) crm: Crm,
    pub(crate) rows: Vec<Row>,
}

impl SmallImport {
    pub(crate) fn of(dice: &mut Dice) -> Self {
        let policy = policy(dice);
        SmallImport::under(policy, dice)
    }

    /// One with settings of its own.
    pub(crate) fn under(policy: Policy, dice: &mut Dice) -> Self {
        let (crm, rows) = (crm(dice, &policy), rows(dice, &policy));
        SmallImport { policy, crm, rows }
    }

    /// The import, and the storage it is for.
    pub(crate) fn set_up(&self) -> (Import, MemoryStorage) {
        engine::set_up(&self.policy, &self.crm)
    }

    pub(crate) fn file(&self) -> String {
        engine::csv(&self.policy, &self.rows)
    }
}

impl fmt::Display for SmallImport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}\n{:?}\n{}", self.policy, self.crm, self.file())
    }
}

const RULES: [&[&str]; 8] = [
    &["email"],
    &["phone"],
    &["contract_no"],
    &["first_name", "last_name"],
    &["first_name", "last_name", "email"],
    &["first_name", "phone"],
    &["company", "last_name"],
    &["last_name"],
];

pub(crate) fn policy(dice: &mut Dice) -> Policy {
    let rules = rules(dice);
    let modes = ["create", "update", "upsert", "upsert"];
    let (mut contacts, mut opportunities) = (Some(dice.one_of(&modes)), Some(dice.one_of(&modes)));
    match dice.below(8) {
        0 => contacts = None,
        1 | 2 => opportunities = None,
        _ => {}
    }
    let mut headers = headers(dice, opportunities.is_some());
    let absent = absent_lists(dice);
    headers.retain(|header| absent.iter().all(|(left_out, _)| left_out != header));
    for at in (1..headers.len()).rev() {
        headers.swap(at, dice.below(at + 1));
    }
    let mut policy = Policy {
        contacts,
        opportunities,
        rules,
        ambiguous: dice.one_of(&["fail", "first", "next_rule"]),
        conflict: dice.one_of(&["drop_value", "drop_value", "fail"]),
        repeats: dice.one_of(&["merge", "merge", "merge", "keep_first", "reject"]),
        keyless: dice.one_of(&["create", "fail"]),
        promote: dice.one_of(&["never", "always"]),
        absent: absent.into_iter().map(|(_, list)| list).collect(),
        required: dice
            .one_of::<&[&'static str]>(&[&[], &[], &[], &["last_name"], &["email"], &["company"]])
            .to_vec(),
        duplicates: dice.one_of(&["allow", "allow", "one_per_pipeline", "update"]),
        tag_linked: !dice.one_in(4),
        relink: dice.one_of(&["move", "move", "keep", "fail"]),
        unlinked: dice.one_of(&["fail", "fail", "create"]),
        matching: (dice.below(2) == 0).then(|| matching(dice)),
        pipelines: match dice.below(4) {
            0 => vec![],
            1 => vec![("Sales", vec!["New", "Old"])],
            _ => vec![("Sales", vec!["New", "Old"]), ("Care", vec!["Hello", "Old"])],
        },
        headers,
        ..Policy::default()
    };
    settings_of_columns(dice, &mut policy);
    policy.token = dice.one_in(4).then_some("#N/A");
    policy
}

fn rules(dice: &mut Dice) -> Vec<Vec<&'static str>> {
    match dice.below(6) {
        0 => vec![vec!["email"], vec!["phone"]],
        1 => vec![vec!["phone"], vec!["email"]],
        2 => vec![vec!["email"]],
        _ => {
            let mut rules: Vec<Vec<&'static str>> = Vec::new();
            for _ in 0..1 + dice.below(3) {
                let rule = dice.one_of(&RULES).to_vec();
                if !rules.contains(&rule) {
                    rules.push(rule);
                }
            }
            rules
        }
    }
}

fn headers(dice: &mut Dice, has_opportunities: bool) -> Vec<&'static str> {
    let mut headers: Vec<&'static str> = Vec::new();
    for (header, _) in contacts::HEADERS {
        let is_usual = matches!(header, "Email" | "Phone" | "First Name" | "Last Name");
        if dice.below(10) < if is_usual { 8 } else { 5 } {
            headers.push(header);
        }
    }
    if has_opportunities {
        for header in opportunities::HEADERS {
            if dice.below(10) < if header == "Opportunity Name" { 9 } else { 5 } {
                headers.push(header);
            }
        }
    }
    headers
}

/// Lists of further addresses that the account does without, each with its header.
fn absent_lists(dice: &mut Dice) -> Vec<(&'static str, &'static str)> {
    let mut lists = vec![
        ("Additional Emails", "additional_emails"),
        ("Additional Phones", "additional_phones"),
    ];
    lists.retain(|_| dice.one_in(6));
    lists
}

fn settings_of_columns(dice: &mut Dice, policy: &mut Policy) {
    for header in policy.headers.clone() {
        let merges: &[&'static str] = match header {
            "Email" | "Phone" | "First Name" | "Last Name" | "Company" | "Contract No" => {
                &["overwrite", "fill_blank", "keep"]
            }
            "Additional Emails" | "Additional Phones" | "Tags" => {
                &["union", "overwrite", "fill_blank", "keep"]
            }
            "Notes" => &["append", "overwrite"],
            _ => &[],
        };
        if !merges.is_empty() && dice.one_in(4) {
            policy.merge.insert(header, dice.one_of(merges));
        }
        // Without pipelines these two are texts like any other.
        let is_text = policy.pipelines.is_empty() && matches!(header, "Pipeline" | "Stage");
        if (!merges.is_empty() || header == "Lost Reason" || is_text) && dice.one_in(5) {
            policy.clears.push(header);
        }
        if (matches!(header, "Company" | "Pipeline") || is_text) && dice.one_in(4) {
            let default = match header {
                "Company" => "Acme",
                "Stage" => "New",
                _ => "Care",
            };
            policy.defaults.insert(header, default);
            if header == "Company" && dice.one_in(3) {
                policy.always.push(header);
            }
        }
    }
    if policy.pipelines.len() == 1 {
        policy.defaults.remove("Pipeline");
    }
}

fn matching(dice: &mut Dice) -> Matching {
    let (none, one, several) = dice.one_of(&[
        ("create", "fail", "fail"),
        ("create", "update", "fail"),
        ("fail", "update", "fail"),
        ("create", "update", "best"),
        ("fail", "update", "best"),
        ("create", "create", "create"),
    ]);
    let fields = dice.one_of::<&[&'static str]>(&[
        &["name"],
        &["name", "pipeline"],
        &["value", "expected_close_date"],
        &["value"],
        &["name", "status"],
        &["pipeline", "stage"],
    ]);
    let (window, open_only) = (dice.below(3) as i64, dice.one_in(3));
    Matching { fields: fields.to_vec(), window, open_only, none, one, several }
}

fn email(dice: &mut Dice) -> String {
    let name = ["a", "b", "c", "d"][dice.below(4)];
    format!("{name}@x.org")
}

fn phone(dice: &mut Dice) -> String {
    format!("+1206555010{}", dice.below(4))
}

fn many(dice: &mut Dice, n: usize, one: impl Fn(&mut Dice) -> String) -> Vec<String> {
    let mut all = Vec::new();
    for _ in 0..n {
        let item = one(dice);
        if !all.contains(&item) {
            all.push(item);
        }
    }
    all
}

pub(crate) fn crm(dice: &mut Dice, policy: &Policy) -> Crm {
    let mut crm = Crm::default();
    for _ in 0..dice.below(5) {
        let values = stored_contact(dice, policy);
        let id = dice.one_of(&["1", "2", "10", "c3", "c4"]);
        if crm.contacts.iter().all(|(other, _)| other != id) {
            crm.contacts.push((id.to_owned(), full(values)));
        }
    }
    for id in ["9", "10", "o1", "o2"] {
        if !dice.one_in(3) {
            let values = stored_opportunity(dice, &crm.contacts);
            crm.opportunities.push((id.to_owned(), full(values)));
        }
    }
    crm
}

fn stored_contact(dice: &mut Dice, policy: &Policy) -> Values {
    let mut values = Values::new();
    let n = dice.below(2);
    let mut emails = many(dice, n, email);
    if !emails.is_empty() && dice.one_in(2) {
        emails.extend(
            many(dice, 2, email).into_iter().filter(|e| *e != emails[0]).collect::<Vec<_>>(),
        );
    }
    if dice.one_in(8) {
        emails.extend((0..10).map(|n| format!("z{n}@x.org")));
    }
    let n = dice.below(3);
    let phones = many(dice, n, phone);
    for (field, list, all) in
        [("email", "additional_emails", emails), ("phone", "additional_phones", phones)]
    {
        let skip = usize::from(!all.is_empty() && !dice.one_in(8));
        values.insert(field, all.iter().take(skip).cloned().collect());
        let places = if policy.absent.contains(&list) { 0 } else { 10 };
        values.insert(list, all.iter().skip(skip).take(places).cloned().collect());
    }
    for (field, pool) in [
        ("first_name", ["Ana", "Bo", "", ""]),
        ("last_name", ["Lee", "Kim", "Lee", ""]),
        ("company", ["Acme", "Bolt", "", ""]),
        ("contract_no", ["K1", "K2", "", ""]),
        ("notes", ["hello", "", "", ""]),
    ] {
        values.insert(field, vec![dice.one_of(&pool).to_owned()]);
    }
    let n = dice.below(3);
    values.insert("tags", many(dice, n, |dice| dice.one_of(&["vip", "fair", "new"]).into()));
    values
}

fn stored_opportunity(dice: &mut Dice, contacts: &[(String, Values)]) -> Values {
    let mut values = Values::new();
    let pipeline = dice.one_of(&["Sales", "Sales", "Care"]);
    let stage = if pipeline == "Care" { "Hello" } else { "New" };
    let status = dice.one_of(&["open", "open", "won", "lost"]);
    let day = 14 + dice.below(3);
    for (field, value) in [
        ("name", dice.one_of(&["Roof", "Loft"])),
        ("pipeline", pipeline),
        ("stage", stage),
        ("status", status),
        ("value", dice.one_of(&["100", "200", ""])),
        ("lost_reason", if status == "lost" { "Price" } else { "" }),
        ("expected_close_date", &if day == 16 { String::new() } else { format!("2026-06-{day}") }),
    ] {
        values.insert(field, vec![value.to_owned()]);
    }
    if !contacts.is_empty() && !dice.one_in(6) {
        let contact = dice.below(contacts.len());
        values.insert("contact_id", vec![contacts[contact].0.clone()]);
    }
    values
}

fn full(values: Values) -> Values {
    let is_filled = |value: &String| !value.is_empty();
    values
        .into_iter()
        .map(|(field, all)| (field, all.into_iter().filter(is_filled).collect::<Vec<_>>()))
        .filter(|(_, all)| !all.is_empty())
        .collect()
}

pub(crate) fn rows(dice: &mut Dice, policy: &Policy) -> Vec<Row> {
    // Now and then so many rows that contacts have more than the engine keeps in its head.
    let count = if dice.one_in(12) { 12 + dice.below(24) } else { 1 + dice.below(7) };
    let rows = (0..count).map(|_| row(dice, policy)).collect();
    match policy.matching.is_some() && policy.headers.contains(&"Stage") && dice.one_in(3) {
        true => with_failing_twins(dice, rows),
        false => rows,
    }
}

/// The same rows, and beside some of them one that says the same but for a stage that there is not, and perhaps for
/// its date and how it ended.
pub(crate) fn with_failing_twins(dice: &mut Dice, rows: Vec<Row>) -> Vec<Row> {
    let mut all = Vec::new();
    for row in rows {
        let mut twin = row.clone();
        twin.insert("Stage", "Nowhere".into());
        for header in ["Expected Close Date", "Status", "Lost Reason"] {
            if let Some(said) = twin.get_mut(header).filter(|_| dice.one_in(2)) {
                *said = cell(dice, header);
            }
        }
        let twin = Some(twin).filter(|_| dice.one_in(2));
        let both = if dice.one_in(4) { [Some(row), twin] } else { [twin, Some(row)] };
        all.extend(both.into_iter().flatten());
    }
    all
}

fn row(dice: &mut Dice, policy: &Policy) -> Row {
    let (no_contact, no_opportunity) = (dice.one_in(8), dice.one_in(3));
    let has_pipelines = !policy.pipelines.is_empty();
    let is_text = |header: &str| !has_pipelines && matches!(header, "Pipeline" | "Stage");
    let fill = |header: &&'static str| {
        let is_contact = contacts::HEADERS.iter().any(|(other, _)| other == header);
        let is_left_out = if is_contact { no_contact } else { no_opportunity };
        let cell = match policy.token {
            _ if is_left_out => String::new(),
            Some(token) if (is_contact || is_text(header)) && dice.one_in(6) => token.to_owned(),
            _ => cell(dice, header),
        };
        (*header, cell)
    };
    policy.headers.iter().map(fill).collect()
}

fn cell(dice: &mut Dice, header: &str) -> String {
    let pool: &[&str] = match header {
        "Contact ID" => &["", "", "", "", "1", "2", "10", "c3", "c9"],
        "First Name" => &["", "Ana", "ana", "Bo", "-", "Jos\u{e9}", "JOSE\u{301}"],
        "Last Name" => &["", "Lee", "LEE", "Kim"],
        "Company" => &["", "", "Acme", "Bolt", "\u{d6}l", "O\u{308}l"],
        "Contract No" => &["", "", "K1", "k2", "K3"],
        "Tags" => &["", "vip", "VIP; new", "fair"],
        "Notes" => &["", "", "hello", "call", "hello\ncall", "hello\r\ncall"],
        "Opportunity ID" => &["", "", "", "9", "10", "o1", "o2", "o9"],
        "Opportunity Name" => &["", "Roof", "roof", "Loft"],
        "Pipeline" => &["", "Sales", "CARE", "Nowhere"],
        "Stage" => &["", "", "New", "old", "Hello"],
        "Status" => &["", "", "open", "WON", "lost", "maybe"],
        "Opportunity Value" => &["", "100", "200", "abc"],
        "Lost Reason" => &["", "", "price", "Weather"],
        "Expected Close Date" => &["", "2026-06-14", "2026-06-15", "nope"],
        "Contact ID of the Opportunity" => &["", "", "", "1", "2", "c9"],
        "Opportunity Tags" => &["", "", "fair", "Hot; VIP"],
        "Email" | "Additional Emails" => return addresses(dice, header == "Email", true),
        _ => return addresses(dice, header == "Phone", false),
    };
    dice.one_of(pool).to_owned()
}

fn addresses(dice: &mut Dice, is_primary: bool, is_email: bool) -> String {
    let one = |dice: &mut Dice| match (dice.below(12), is_email) {
        (0, true) => "nowhere".to_owned(),
        (0, false) => "555-12".to_owned(),
        (1, true) => email(dice).to_uppercase(),
        (1, false) => format!("206-555-010{}", dice.below(4)),
        (_, true) => email(dice),
        (_, false) => phone(dice),
    };
    let n = match dice.below(10) {
        0..3 => 0,
        9 if !is_primary => 3,
        8 | 9 => 2,
        _ => 1,
    };
    let mut all: Vec<String> = (0..n).map(|_| one(dice)).collect();
    if is_email && !is_primary && dice.one_in(12) {
        let from = dice.below(4);
        all.extend((from..from + 9).map(|n| format!("y{n}@x.org")));
    }
    // A slash may be part of a phone.
    let slash = if is_email { " / " } else { "; " };
    all.join(dice.one_of(&["; ", "; ", "; ", ";", ", ", slash, " ::: ", "\n", "\r\n"]))
}

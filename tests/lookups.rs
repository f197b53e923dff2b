//! How often storage is asked, and for what: two questions a window plainly, four where opportunities
//! are compared or bring tags; distinct keys that were not asked before; nothing about contacts that
//! the plan itself creates. And the demo file twice.

#![allow(clippy::unwrap_used)]

use crm_import::account::OpportunityMatching;
use crm_import::lookup::{Found, Lookup};
use crm_import::storage::StorageError;
use crm_import::{Account, Import, MemoryStorage, Object, Plan, Source, Storage};

/// Writes down what it is asked.
struct Asked<'s> {
    crm: &'s mut MemoryStorage,
    ids: Vec<(Object, String)>,
    of_contacts: Vec<String>,
    keys: Vec<String>,
    calls: usize,
}

impl Storage for Asked<'_> {
    type Error = StorageError;

    fn account(&mut self) -> Result<Account, StorageError> {
        self.crm.account()
    }

    fn find(&mut self, lookup: &Lookup<'_>, found: &mut Found) -> Result<(), StorageError> {
        self.calls += 1;
        assert!(!lookup.is_empty(), "an empty question");
        self.ids.extend(lookup.ids().iter().map(|id| (lookup.object(), (*id).to_owned())));
        self.of_contacts.extend(lookup.contact_ids().iter().map(|id| (*id).to_owned()));
        for block in lookup.blocks() {
            let name = block.fields().join("+");
            self.keys.extend(block.keys().map(|key| format!("{name} {}", key.join(", "))));
        }
        self.crm.find(lookup, found)
    }

    fn answers(&self, rule: &[String]) -> bool {
        self.crm.answers(rule)
    }
}

fn crm(opportunities: &str) -> MemoryStorage {
    let account = format!(
        r#"{{ "default_country": "US", "opportunities": {opportunities}, "pipelines": [
            {{ "id": "p1", "name": "Sales", "stages": [{{ "id": "s1", "name": "New" }},
               {{ "id": "s2", "name": "Qualified" }}, {{ "id": "s3", "name": "Proposal" }},
               {{ "id": "s4", "name": "Closed" }}] }}] }}"#
    );
    let mut crm = MemoryStorage::new(serde_json::from_str(&account).unwrap());
    for at in 0..4 {
        let email = format!("p{at}@example.com");
        let id = crm.insert(Object::Contact, [("email", email.as_str())]);
        crm.insert(Object::Opportunity, [("name", "Roof"), ("contact_id", id.as_str())]);
    }
    crm
}

/// Twenty rows, every other of a stored contact, with an opportunity and tags each.
fn file() -> String {
    let mut file = String::from("Email,Opportunity ID,Opportunity Name,Opportunity Tags\n");
    for at in 0..20 {
        let (email, id) = match at % 4 {
            0 => (format!("p{}@example.com", at % 8 / 2), ""),
            1 => (String::new(), "o2"),
            _ => (format!("new{}@example.com", at % 6), ""),
        };
        file.push_str(&format!("{email},{id},Roof,fair\n"));
    }
    file
}

fn distinct<T: Ord + Clone>(asked: &[T]) -> usize {
    let mut asked = asked.to_vec();
    asked.sort();
    asked.dedup();
    asked.len()
}

fn ask(opportunities: &str, file: &str, window: usize) -> (usize, Vec<String>) {
    let mut crm = crm(opportunities);
    let (ids, of_contacts, keys) = (Vec::new(), Vec::new(), Vec::new());
    let mut asked = Asked { crm: &mut crm, ids, of_contacts, keys, calls: 0 };
    let import = Import::new().planning_window(window);
    import.plan(Source::from_bytes(file.as_bytes()), &mut asked).unwrap();
    assert_eq!(distinct(&asked.keys), asked.keys.len(), "a key is asked twice");
    assert_eq!(distinct(&asked.of_contacts), asked.of_contacts.len(), "a contact is asked twice");
    assert!(asked.of_contacts.iter().all(|id| id.starts_with('c')), "{:?}", asked.of_contacts);
    (asked.calls, asked.of_contacts)
}

#[test]
fn plainly_storage_is_asked_at_most_twice_a_window() {
    let plain = file().replace(",fair", ",");
    for (window, windows) in [(1, 20), (5, 4), (1_000, 1)] {
        let (calls, of_contacts) = ask("{}", &plain, window);
        assert!(calls <= 2 * windows, "{calls} calls in {windows} windows");
        assert!(of_contacts.is_empty(), "opportunities are not compared");
    }
}

#[test]
fn with_matching_and_tags_at_most_four_times_a_window_and_never_about_new_contacts() {
    for policy in
        [r#"{ "matching": { "fields": ["name"] } }"#, r#"{ "duplicates": "one_per_pipeline" }"#]
    {
        for (window, windows) in [(1, 20), (5, 4), (1_000, 1)] {
            let (calls, of_contacts) = ask(policy, &file(), window);
            assert!(calls <= 4 * windows, "{calls} calls in {windows} windows");
            let stored = ["c1", "c3", "c5", "c7", "c2", "c4"];
            assert!(of_contacts.iter().all(|id| stored.contains(&id.as_str())));
            assert!(!of_contacts.is_empty());
        }
    }
}

fn import(crm: &mut MemoryStorage) -> Plan {
    let demo = include_str!("../examples/data/spring_fair.csv");
    Import::new().plan(Source::from_bytes(demo.as_bytes()), crm).unwrap()
}

#[test]
fn o5_the_demo_file_twice_by_name_and_pipeline_creates_no_opportunity_the_second_time() {
    let mut crm = crm("{}");
    let matching = OpportunityMatching::best_or_create(["name", "pipeline"]);
    crm.account.opportunities.matching = Some(matching);
    let first = import(&mut crm);
    assert!(first.stats().opportunities.create > 50, "{:?}", first.stats());
    let stats = *first.stats();
    let report = Import::new().apply(first, &mut crm).unwrap();
    assert_eq!(*report.stats(), stats);
    let second = import(&mut crm);
    println!("first {stats:?}\nsecond {:?}", second.stats());
    assert_eq!(second.stats().opportunities.create, 0);
    assert_eq!(second.stats().opportunities.update, 0);
    assert_eq!(second.stats().links, stats.links);
}

#[test]
fn o5_the_presets_answer_as_their_names_say() {
    use crm_import::account::{WhenNone, WhenOne, WhenSeveral};
    let presets = [
        OpportunityMatching::require_none(["name"]),
        OpportunityMatching::one_or_create(["name"]),
        OpportunityMatching::require_one(["name"]),
        OpportunityMatching::best_or_create(["name"]),
        OpportunityMatching::require_best(["name"]),
    ];
    let answers = presets.map(|preset| (preset.none, preset.one, preset.several));
    assert_eq!(
        answers,
        [
            (WhenNone::Create, WhenOne::Fail, WhenSeveral::Fail),
            (WhenNone::Create, WhenOne::Update, WhenSeveral::Fail),
            (WhenNone::Fail, WhenOne::Update, WhenSeveral::Fail),
            (WhenNone::Create, WhenOne::Update, WhenSeveral::Best),
            (WhenNone::Fail, WhenOne::Update, WhenSeveral::Best),
        ]
    );
    assert_eq!(OpportunityMatching::no_matching(), None);
}

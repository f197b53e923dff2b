//! `headers/`: the mapping suggested for real header sets, scored against their keys; and the rows each
//! key gives when it is applied as the mapping.

use std::fs;
use std::path::{Path, PathBuf};

use crm_import::account::{PhoneRule, Pipeline, Stage, User};
use crm_import::mapping::{ColumnMapping, Mapping};
use crm_import::plan::RowPlan;
use crm_import::source::{FileFormat, Source};
use crm_import::{
    Account, CustomField, FieldKind, Fields, Import, MemoryStorage, Object, RowNumber,
};
use serde_json::Value;

use crate::folder::sample;

/// One header set with its answer key.
struct Set {
    name: String,
    file: PathBuf,
    key: Value,
}

impl Set {
    fn objects(&self) -> Vec<Object> {
        let names = self.key["objects_to_select"].as_array().expect("objects");
        names.iter().map(|name| object(name).expect("an object")).collect()
    }

    fn columns(&self) -> &[Value] {
        self.key["columns"].as_array().expect("columns")
    }

    fn source(&self) -> Source<'static> {
        Source::from_path(&self.file)
    }
}

fn sets() -> Vec<Set> {
    let Some(folder) = sample("headers") else { return Vec::new() };
    let mut keys: Vec<PathBuf> = fs::read_dir(folder)
        .expect("the folder can be listed")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.to_string_lossy().ends_with(".key.json"))
        .collect();
    keys.sort();
    keys.iter().map(|path| read_set(path)).collect()
}

fn read_set(path: &Path) -> Set {
    let text = fs::read_to_string(path).expect("the key can be read");
    let key: Value = serde_json::from_str(&text).expect("the key is JSON");
    let name = key["id"].as_str().expect("an id").to_owned();
    Set { file: path.with_file_name(format!("{name}.csv")), name, key }
}

fn object(name: &Value) -> Option<Object> {
    match name.as_str()? {
        "contact" => Some(Object::Contact),
        "opportunity" => Some(Object::Opportunity),
        _ => None,
    }
}

/// The keys name some fields otherwise; `None` = no standard field.
fn standard(object: Object, key: &str) -> Option<&str> {
    let ours = match key {
        "full_name" => "name",
        "company_name" => "company",
        "address1" => "address",
        "assigned_to" => "owner",
        "monetary_value" => "value",
        "do_not_contact" => "dnd",
        other => other,
    };
    Fields::standard().find(object, ours).map(|_| ours)
}

/// How a set came out.
#[derive(Default)]
struct Score {
    must: usize,
    found: usize,
    guesses: usize,
    wrong: Vec<String>,
    missed: Vec<String>,
    harmful: Vec<String>,
}

impl Score {
    fn recall(&self) -> f64 {
        share(self.found, self.must)
    }

    fn precision(&self) -> f64 {
        share(self.guesses - self.wrong.len(), self.guesses)
    }

    fn add(&mut self, other: Score) {
        self.must += other.must;
        self.found += other.found;
        self.guesses += other.guesses;
        self.wrong.extend(other.wrong);
        self.missed.extend(other.missed);
        self.harmful.extend(other.harmful);
    }
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 1.0 } else { part as f64 / whole as f64 }
}

fn score(set: &Set) -> Score {
    let fields = Fields::standard();
    let rows = set.source().open().expect("the file opens");
    let import = Import::new().objects(set.objects());
    let suggestions = import.suggest(&rows, &Account::default());
    assert_eq!(suggestions.len(), set.columns().len(), "{}: columns", set.name);
    let mut score = Score::default();
    for (column, suggested) in set.columns().iter().zip(&suggestions) {
        assert_eq!(column["header"].as_str(), Some(suggested.header.as_str()), "{}", set.name);
        let expected = object(&column["object"]).and_then(|object| {
            let key = standard(object, column["field"].as_str()?)?;
            Some((object, one_of_several(key)))
        });
        let guess = suggested.target.map(|id| {
            let field = fields.get(id);
            (field.object, one_of_several(&field.key))
        });
        let what = || format!("{}: {:?} -> {guess:?}", set.name, suggested.header);
        let expect = column["expect"].as_str().expect("an expectation");
        score.must += usize::from(expect == "must");
        score.guesses += usize::from(guess.is_some());
        let is_right = expect != "leave" && guess == expected;
        if expect == "must" && is_right {
            score.found += 1;
        } else if expect == "must" {
            score.missed.push(what());
        }
        if guess.is_some() && !is_right {
            score.wrong.push(what());
        }
        if let (Some((_, key)), "leave") = (guess, expect)
            && ["email", "phone", "id", "contact_id", "value", "dnd"].contains(&key)
        {
            score.harmful.push(what());
        }
    }
    score
}

/// Which of several addresses is the primary one is judged by the rows.
fn one_of_several(key: &str) -> &str {
    match key {
        "additional_emails" => "email",
        "additional_phones" => "phone",
        other => other,
    }
}

#[test]
fn a1_a2_a3_suggestions_for_real_header_sets_are_found_and_never_harmful() {
    let sets = sets();
    if sets.is_empty() {
        return;
    }
    println!("{:28} {:>5} {:>6} {:>7} {:>9}", "set", "must", "recall", "guesses", "precision");
    let mut total = Score::default();
    for set in &sets {
        let score = score(set);
        print_line(&set.name, &score);
        total.add(score);
    }
    print_line("all", &total);
    for line in total.missed.iter().chain(&total.wrong).chain(&total.harmful) {
        println!("  {line}");
    }
    assert!(total.recall() >= 0.95, "recall {}", total.recall());
    assert!(total.precision() >= 0.98, "precision {}", total.precision());
    assert!(total.harmful.is_empty(), "harmful: {:?}", total.harmful);
}

fn print_line(name: &str, score: &Score) {
    let (recall, precision) = (score.recall() * 100.0, score.precision() * 100.0);
    println!("{name:28} {:>5} {recall:>5.1}% {:>7} {precision:>8.1}%", score.must, score.guesses);
}

/// The mapping a key describes, and the account its values need.
struct Answer {
    mapping: Mapping,
    account: Account,
}

fn answer(set: &Set) -> Answer {
    // The numbers are from ranges set aside for fiction, which numbering plans leave out.
    let mut account = Account { phones: PhoneRule::Possible, ..Account::default() };
    let mut mapping = Mapping::default();
    for column in set.columns() {
        let index = column["index"].as_u64().and_then(|at| usize::try_from(at).ok());
        let header = column["header"].as_str().map(str::to_owned);
        let mut mapped = ColumnMapping { header, index, ..ColumnMapping::default() };
        match (object(&column["object"]), column["field"].as_str()) {
            (Some(object), Some(key)) => {
                let key = standard(object, key)
                    // `Email status` is a status, not a yes or no.
                    .filter(|_| key != "do_not_contact")
                    .map_or_else(
                        || custom(&mut account, object, key, index.unwrap_or(0)),
                        str::to_owned,
                    );
                (mapped.object, mapped.field) = (Some(object), Some(key));
            }
            _ => mapped.ignore = true,
        }
        mapping.columns.push(mapped);
    }
    for row in set.key["expected_rows"].as_array().expect("rows") {
        add_choices(&mut account, row);
    }
    Answer { mapping, account }
}

/// The account's own field for what is no standard one.
fn custom(account: &mut Account, object: Object, key: &str, index: usize) -> String {
    let key = if key == "custom" { format!("custom_{index}") } else { key.to_owned() };
    let kind = if key.ends_with("_at") { FieldKind::Date } else { FieldKind::Text };
    let label = String::new();
    let options = Vec::new();
    account.custom_fields.push(CustomField { object, key: key.clone(), label, kind, options });
    key
}

/// The users, pipelines and stages that a row names exist.
fn add_choices(account: &mut Account, row: &Value) {
    for side in ["contact", "opportunity"] {
        if let Some(name) = row[side]["assigned_to"].as_str()
            && !account.users.iter().any(|user| user.name == name)
        {
            let (id, name, email) = (name.to_owned(), name.to_owned(), String::new());
            account.users.push(User { id, name, email });
        }
    }
    let side = &row["opportunity"];
    let (Some(pipeline), Some(stage)) = (side["pipeline"].as_str(), side["stage"].as_str()) else {
        return;
    };
    if !account.pipelines.iter().any(|known| known.name == pipeline) {
        let (id, name, stages) = (pipeline.to_owned(), pipeline.to_owned(), Vec::new());
        account.pipelines.push(Pipeline { id, name, stages });
    }
    let known = account.pipelines.iter_mut().find(|known| known.name == pipeline);
    let stages = &mut known.expect("just added").stages;
    if !stages.iter().any(|known| known.name == stage) {
        stages.push(Stage { id: stage.to_owned(), name: stage.to_owned() });
    }
}

#[test]
fn a5_the_key_of_every_header_set_applied_as_a_mapping_gives_the_expected_rows() {
    let sets = sets();
    let mut judged = 0;
    let mut wrong = Vec::new();
    for set in &sets {
        let Answer { mapping, account } = answer(set);
        let rows = set.key["expected_rows"].as_array().expect("rows");
        let mut regions: Vec<&str> = rows.iter().filter_map(|row| row["region"].as_str()).collect();
        regions.sort_unstable();
        regions.dedup();
        for region in regions {
            let account = Account { default_country: Some(region.to_owned()), ..account.clone() };
            let mut crm = MemoryStorage::new(account);
            let import = Import::new().objects(set.objects()).mapping(mapping.clone());
            let header_line = set.key["dialect"]["header_record"].as_u64().filter(|at| *at > 1);
            let file = set.source().format(FileFormat { header_line, ..FileFormat::default() });
            let plan = import.plan(file, &mut crm).unwrap_or_else(|e| panic!("{}: {e}", set.name));
            assert_eq!(plan.rows().len(), rows.len(), "{}: rows", set.name);
            for expected in rows.iter().filter(|row| row["region"] == region) {
                let number =
                    u32::try_from(expected["row"].as_u64().expect("a number")).expect("small");
                let row = plan.row(RowNumber(number)).expect("the row is there");
                judged += compare(set, expected, &row, &mut wrong);
            }
        }
    }
    println!("{judged} values judged, {} wrong", wrong.len());
    assert!(judged > 0 || sets.is_empty());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Compares every listed value of a row; how many there were.
fn compare(set: &Set, expected: &Value, row: &RowPlan<'_>, wrong: &mut Vec<String>) -> usize {
    let mut judged = 0;
    for (name, object) in [("contact", Object::Contact), ("opportunity", Object::Opportunity)] {
        let Some(listed) = expected[name].as_object() else { continue };
        for (key, value) in listed {
            judged += 1;
            let want: Vec<String> = match value {
                Value::Array(items) => {
                    items.iter().filter_map(Value::as_str).map(str::to_owned).collect()
                }
                other => vec![wanted(key, other.as_str().expect("a text"))],
            };
            let field = if key == "do_not_contact" {
                key.as_str()
            } else {
                standard(object, key).unwrap_or(key)
            };
            let mut got = offered(row, object, field);
            if key == "full_name" && got.is_empty() {
                let parts = ["first_name", "last_name"].map(|part| offered(row, object, part));
                got = vec![parts.concat().join(" ")];
            }
            if key == "monetary_value" {
                let plain = |text: &String| text.parse::<f64>().map(|n| n.to_string());
                got = got.iter().filter_map(|text| plain(text).ok()).collect();
            }
            if got != want {
                let at = expected["row"].as_u64().unwrap_or(0);
                wrong.push(format!("{} row {at}: {name} {key}: {got:?}, not {want:?}", set.name));
            }
        }
    }
    judged
}

/// Days have no time of day here, and countries are kept as their codes (behaviour §9).
fn wanted(key: &str, value: &str) -> String {
    match key {
        "created_at" | "updated_at" => value.chars().take(10).collect(),
        "country" => crm_import::normalize::country(value).expect("a country").to_owned(),
        _ => value.to_owned(),
    }
}

fn offered(row: &RowPlan<'_>, object: Object, key: &str) -> Vec<String> {
    let Some(side) = row.side(object) else { return Vec::new() };
    let values = side.values();
    let found = values.iter().find(|(field, _)| field.key == key);
    found.map_or_else(Vec::new, |(_, values)| values.iter().map(ToString::to_string).collect())
}

#[test]
fn p2_rows_with_both_sides_give_one_link_each_also_where_the_contact_is_matched() {
    let mut both = 0;
    for set in sets().iter().filter(|set| set.objects().len() == 2) {
        let answer = answer(set);
        let mut crm = MemoryStorage::new(answer.account.clone());
        let import = Import::new().objects(set.objects()).mapping(answer.mapping.clone());
        for round in ["created", "matched"] {
            let plan = import.plan(set.source(), &mut crm).expect("the file can be planned");
            let sides = |row: &RowPlan<'_>| Object::ALL.map(|o| row.side(o).is_some());
            let paired = plan.rows().filter(|row| sides(row) == [true, true]).count();
            assert!(paired > 0, "{}", set.name);
            let failed: Vec<String> = plan
                .issues()
                .filter(|issue| issue.severity == crm_import::Severity::Error)
                .map(|issue| issue.to_string())
                .collect();
            assert_eq!(plan.stats().links, paired as u64, "{} {round}: {failed:?}", set.name);
            both += paired;
            import.apply(plan, &mut crm).expect("the plan can be applied");
        }
    }
    if !sets().is_empty() {
        assert!(both > 0, "no set has both objects");
    }
}

//! How long it takes to plan the file of the common measure, in times of its plain csv parse.
//!
//!     cargo bench --bench yardstick -- FOLDER
//!
//! The folder holds the `import.csv` and `existing.csv` of the measure's generator. Storage is three plain maps, as an
//! application might have them; its look-ups are part of the times.

#![allow(clippy::print_stdout)]

use std::path::Path;
use std::time::{Duration, Instant};

use crm_import::account::DateOrder;
use crm_import::lookup::{Found, Lookup};
use crm_import::storage::StorageError;
use crm_import::{Account, Import, Object, Source, Storage};
use foldhash::fast::RandomState;
use hashbrown::HashMap;

/// Each figure is the best of so many runs, in turn.
const ROUNDS: usize = 4;

fn main() {
    let folder = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let Some(folder) = folder.filter(|folder| Path::new(folder).is_dir()) else {
        println!("skipped: no folder with the files of the common measure is named");
        return;
    };
    let read = |name| std::fs::read(Path::new(&folder).join(name)).expect("the file can be read");
    let (csv, existing) = (read("import.csv"), read("existing.csv"));
    let mut crm = Existing::of(&existing);
    let (mut reference, mut rows) = (Duration::MAX, 0);
    let [mut one, mut two, mut known] = [Duration::MAX; 3];
    for _ in 0..ROUNDS {
        reference = reference.min(time(|| rows = parse(&csv)));
        one = one.min(time(|| plan(&csv, 1, &mut crm)));
        two = two.min(time(|| plan(&csv, 2, &mut crm)));
        crm.has_opportunities = true;
        known = known.min(time(|| plan(&csv, 1, &mut crm)));
        crm.has_opportunities = false;
    }
    println!("{rows} rows of the common measure\n");
    println!("| what | times the csv parse | ns a row |");
    println!("|---|---|---|");
    for (what, time) in [
        ("csv `read_byte_record` (the reference)", reference),
        ("`plan`, 1 thread", one),
        ("`plan`, 2 threads", two),
        ("`plan`, 1 thread, where every opportunity that is named is stored", known),
    ] {
        let ratio = time.as_secs_f64() / reference.as_secs_f64().max(f64::MIN_POSITIVE);
        println!("| {what} | {ratio:.1} | {} |", time.as_nanos() / rows.max(1));
    }
}

fn time(run: impl FnOnce()) -> Duration {
    let start = Instant::now();
    run();
    start.elapsed()
}

/// How many rows there are.
fn parse(csv: &[u8]) -> u128 {
    let mut reader = csv::Reader::from_reader(csv);
    let mut record = csv::ByteRecord::new();
    let mut rows = 0;
    while reader.read_byte_record(&mut record).expect("the file is fine") {
        rows += 1;
    }
    rows
}

fn plan(csv: &[u8], threads: usize, crm: &mut Existing) {
    let plan = Import::new().threads(threads).plan(Source::from_bytes(csv), crm);
    let plan = plan.expect("the file is fine");
    assert!(plan.stats().of(Object::Contact).rows > 0);
    std::hint::black_box(plan);
}

type Numbers = HashMap<String, usize, RandomState>;

/// The people of `existing.csv`.
struct Existing {
    /// Id, e-mail address and phone.
    people: Vec<[String; 3]>,
    by_id: Numbers,
    by_email: Numbers,
    by_phone: Numbers,
    /// An opportunity with any id is stored.
    has_opportunities: bool,
}

impl Existing {
    fn of(csv: &[u8]) -> Self {
        let mut reader = csv::Reader::from_reader(csv);
        let people: Vec<[String; 3]> = reader
            .records()
            .map(|record| {
                let record = record.expect("the file is fine");
                [0, 1, 2].map(|at| record[at].to_owned())
            })
            .collect();
        let by = |at: usize| {
            let people = people.iter().map(|person| &person[at]).zip(0..);
            people.filter(|(key, _)| !key.is_empty()).map(|(key, n)| (key.clone(), n)).collect()
        };
        let (by_id, by_email, by_phone) = (by(0), by(1), by(2));
        Existing { people, by_id, by_email, by_phone, has_opportunities: false }
    }
}

impl Storage for Existing {
    type Error = StorageError;

    fn account(&mut self) -> Result<Account, StorageError> {
        Ok(Account {
            default_country: Some("US".into()),
            date_order: Some(DateOrder::Mdy),
            ..Account::default()
        })
    }

    fn find(&mut self, lookup: &Lookup<'_>, found: &mut Found) -> Result<(), StorageError> {
        if lookup.object() == Object::Opportunity {
            for id in lookup.ids().iter().filter(|_| self.has_opportunities) {
                found.record(id);
            }
            return Ok(());
        }
        for person in lookup.ids().iter().filter_map(|id| self.by_id.get(*id)) {
            let [id, email, phone] = &self.people[*person];
            found.record(id).value("email", email).value("phone", phone);
        }
        for block in lookup.blocks() {
            let (key, people) = match block.is_rule(&["email"]) {
                true => ("email", &self.by_email),
                false => ("phone", &self.by_phone),
            };
            for asked in block.column(0) {
                let Some(person) = people.get(*asked) else { continue };
                let [id, email, phone] = &self.people[*person];
                found.record(id).key(key, asked).value("email", email).value("phone", phone);
            }
        }
        Ok(())
    }
}

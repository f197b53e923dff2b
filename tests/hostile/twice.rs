//! Two imports of one file, or of files about the same people, at the same time: each writes between the batches of
//! the other, and nobody comes to be there twice (behaviour X3).

use crm_import::dedup::DedupPolicy;
use crm_import::storage::{Batch, Receipts, Recovery};
use crm_import::{Account, Import, Object, Plan, Source, StorageWrite};

use super::dice::Dice;
use super::few_people::ADDRESSES;
use super::numbered;
use super::shelf::Shelf;
use super::{Act, Answer, Call, Honest, Hostile};

use Object::Contact;

/// An import that has its turn before one of the other's batches, and is killed after some of its own.
struct Other {
    /// Before which write of this import.
    before: usize,
    /// Made when the other was made.
    plan: Option<Plan>,
    batches: usize,
    /// Batches of this import are not larger.
    most: usize,
}

fn other() -> Import {
    Import::new().id("other")
}

impl Other {
    /// Small batches, as if the file were long.
    fn narrow(&self, batch: &Batch<'_>) -> Answer {
        if batch.len() > self.most { Err("too much at once".into()) } else { Ok(()) }
    }
}

impl Act for Other {
    fn write(&mut self, call: Call<'_>, batch: &Batch<'_>, receipts: &mut Receipts) -> Answer {
        self.narrow(batch)?;
        if call.number >= self.before
            && let Some(plan) = self.plan.take()
        {
            let narrow = Other { plan: None, ..*self };
            let mut storage = Hostile::new(std::mem::take(call.shelf), narrow);
            let mut left = self.batches;
            let stopped = other().apply_with(plan, &mut storage, |_| {
                left = left.saturating_sub(1);
                left > 0
            });
            stopped.unwrap();
            *call.shelf = storage.shelf;
        }
        call.shelf.write(batch, receipts)
    }

    fn recover(&mut self, _: u32) -> Recovery {
        Recovery::Split
    }
}

/// An account whose contacts have one address of each kind, so that a new one takes the place of the former.
fn one_address() -> Account {
    Account { dedup: DedupPolicy::by([["email"], ["phone"]]), ..Account::default() }
        .only(Contact, &["first_name", "email", "phone", "city"])
}

/// The addresses that more than one contact has.
fn shared(shelf: &Shelf) -> Vec<String> {
    let all = shelf.contacts.values().flat_map(|rec| {
        let mut own: Vec<&String> =
            ADDRESSES.iter().filter_map(|field| rec.values.get(*field)).flatten().collect();
        own.sort();
        own.dedup();
        own
    });
    let mut all: Vec<&String> = all.collect();
    all.sort();
    let twice = all.windows(2).filter(|pair| pair[0] == pair[1]);
    twice.map(|pair| pair[0].clone()).collect()
}

/// Applies a plan while another import of a file, planned at the same time, writes before the first batch.
fn at_once(mine: &str, others: &str, shelf: Shelf) -> Shelf {
    let import = Import::new().id("mine");
    let act = Other { before: 1, plan: None, batches: usize::MAX, most: usize::MAX };
    let mut storage = Hostile::new(shelf, act);
    let plan = import.plan(Source::from_bytes(mine.as_bytes()), &mut storage).unwrap();
    let theirs = other().plan(Source::from_bytes(others.as_bytes()), &mut storage).unwrap();
    storage.act.plan = Some(theirs);
    import.apply(plan, &mut storage).unwrap();
    storage.shelf
}

/// Ana's first address is Bo's in the end, and no stored contact ever had it.
const HANDED_ON: &str = "\
First Name,Email,Phone
Ana,office@example.com,+12065550101
Ana,ana@example.com,+12065550101
Bo,office@example.com,
";

#[test]
fn x3_an_address_that_a_new_contact_gives_up_is_expected_to_be_free() {
    let shelf = at_once(HANDED_ON, HANDED_ON, Shelf::new(one_address()));
    assert_eq!(shared(&shelf), [""; 0]);
    assert_eq!(shelf.contacts.len(), 2);
}

#[test]
fn x3_an_address_that_a_stored_contact_gives_up_is_expected_to_be_free_in_a_later_batch() {
    let office = || {
        let mut shelf = Shelf::new(one_address());
        shelf.insert(Contact, &[("email", "office@example.com"), ("phone", "+12065550101")]);
        shelf
    };
    let file = "First Name,Email,Phone\nAna,ana@example.com,+12065550101\nBo,office@example.com,\n";
    let mut alone = Hostile::new(office(), Honest);
    let report = super::run(file, &mut alone);
    assert_eq!((report.stats().contacts.update, report.stats().contacts.create), (1, 1));
    assert_eq!(alone.finds, 1, "nothing is planned again");

    let shelf = at_once(file, file, office());
    assert_eq!(shared(&shelf), [""; 0]);
    assert_eq!(shelf.contacts.len(), 2);
}

/// A file of some rows about few people, who share addresses.
fn file(dice: &mut Dice) -> String {
    let mut file = String::from("First Name,Email,Phone,City,Opportunity Name\n");
    for row in 0..3 + dice.below(15) {
        let who = dice.below(6);
        let email = if dice.one_in(4) { String::new() } else { format!("p{who}@example.com") };
        let phone = match dice.below(3) {
            0 => format!("+1206555010{}", dice.below(6)),
            1 => format!("+1206555010{who}"),
            _ => String::new(),
        };
        let deal = if dice.one_in(3) { format!("Deal {row}") } else { String::new() };
        file.push_str(&format!("P{who},{email},{phone},{},{deal}\n", dice.one_of(&["", "Oslo"])));
    }
    file
}

#[test]
fn x3_whatever_two_imports_write_at_once_no_address_comes_to_be_with_two_contacts() {
    for numbered in numbered::cases("CRM_IMPORT_PAIR", 3_000) {
        let seed = numbered.number;
        let dice = &mut Dice::new(seed);
        // Where stored contacts give up no address.
        let (account, stored) = match dice.one_in(2) {
            true => (one_address(), 0),
            false => (Account::default(), dice.below(4)),
        };
        let mut shelf = Shelf::new(account);
        for who in 0..stored {
            shelf.insert(Contact, &[("email", &format!("p{who}@example.com"))]);
        }
        let (mine, theirs) = (file(dice), file(dice));
        let theirs = if dice.one_in(2) { mine.clone() } else { theirs };
        let act = Other {
            before: 1 + dice.below(4),
            plan: None,
            batches: if dice.one_in(3) { usize::MAX } else { 1 + dice.below(4) },
            most: 1 + dice.below(4),
        };
        let import = Import::new().id("mine");
        let mut storage = Hostile::new(shelf, act);
        let plan = import.plan(Source::from_bytes(mine.as_bytes()), &mut storage).unwrap();
        let other = other().plan(Source::from_bytes(theirs.as_bytes()), &mut storage).unwrap();
        storage.act.plan = Some(other);
        let report = import.apply(plan, &mut storage).unwrap();
        let shelf = storage.shelf;
        assert_eq!(shared(&shelf), [""; 0], "schedule {seed}\n{mine}\n{theirs}\n{shelf:#?}");
        let rows = mine.lines().count() as u64 - 1;
        assert_eq!(report.stats().contacts.rows, rows, "schedule {seed}");
        let links = shelf.opportunities.values().map(|deal| &deal.values["contact_id"][0]);
        let is_there = |id: &String| shelf.contacts.contains_key(&id.parse().unwrap());
        assert!(links.clone().all(is_there), "schedule {seed}");
    }
}

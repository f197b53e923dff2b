//! A run whose storage refuses, lies or goes away in a later window: what earlier windows did is not
//! lost, and what they came to is the same after resuming (behaviour X5, X6, L2).

use crm_import::account::Relink;
use crm_import::lookup::{Found, Lookup};
use crm_import::storage::{Applied, Batch, Receipts, Recovery, StorageError, Token};
use crm_import::{
    Control, Error, ErrorLog, Import, IssueCode, MemoryStorage, Mode, Object, Outcome, Report,
    RowNumber, Source, Status,
};

use super::shelf::Shelf;
use super::{Act, Answer, Call, Honest, Hostile, Storage, StorageWrite, codes};

/// A database that refuses some records, each time, and takes the others.
struct Refuses;

impl Act for Refuses {
    fn write(&mut self, call: Call<'_>, batch: &Batch<'_>, receipts: &mut Receipts) -> Answer {
        for step in batch.steps().filter(|step| step.changes().any(|c| c.text().contains("BAD"))) {
            receipts.rejected(step.token(), "the city is closed");
        }
        for (at, step) in batch.steps().enumerate() {
            if receipts.get(step.token()).is_none() {
                call.shelf.step(&step, at, receipts);
            }
        }
        let checkpoint = batch.checkpoint().clone();
        call.shelf.checkpoints.insert(checkpoint.import_id.clone(), checkpoint);
        Ok(())
    }
}

const REFUSED: &str = "\
Email,City,Opportunity Name
ana@example.com,BAD,
bo@example.com,Rome,
cy@example.com,BAD,Boat
ana@example.com,Oslo,
bo@example.com,BAD,
cy@example.com,Bonn,Raft
di@example.com,Graz,
ed@example.com,Linz,
";

fn shelf() -> Shelf {
    let mut shelf = Shelf::default();
    shelf.insert(Object::Contact, &[("email", "ana@example.com"), ("city", "Paris")]);
    shelf.insert(Object::Contact, &[("email", "bo@example.com"), ("city", "Paris")]);
    shelf.insert(Object::Opportunity, &[("name", "Roof"), ("contact_id", "1")]);
    shelf.account.opportunities.relink = Relink::Keep;
    shelf
}

fn import() -> Import {
    Import::new().id("hostile").run_window(2)
}

fn source(file: &str) -> Source<'_> {
    Source::from_bytes(file.as_bytes())
}

type Outcomes = Vec<[Option<Outcome>; 2]>;

/// Runs until so many batches are written, and keeps what became of each row.
fn run<A: Act>(
    import: &Import,
    file: &str,
    storage: &mut Hostile<A>,
    batches: usize,
) -> (Result<Report, Error<StorageError>>, Outcomes) {
    let (mut outcomes, mut seen) = (Vec::new(), 0);
    let report = import.run_with(source(file), storage, |event| {
        if let Some(part) = event.window() {
            outcomes.extend(
                part.plan().rows().map(|row| Object::ALL.map(|o| part.outcome(o, row.number()))),
            );
        }
        seen += usize::from(event.progress().is_some_and(|p| p.status == Status::Applying));
        if seen > batches { Control::Pause } else { Control::Continue }
    });
    (report, outcomes)
}

fn said(report: &Report) -> Vec<(u32, IssueCode, String)> {
    let issues = report.issues();
    issues.map(|issue| (issue.row.map_or(0, |row| row.0), issue.code, issue.message())).collect()
}

/// Runs a file over a storage that refuses some of it: whenever it is stopped and goes on, it ends alike. Returns its
/// report and what became of each row.
fn ends_alike(file: &str) -> (Report, Outcomes) {
    let mut whole = Hostile::new(shelf(), Refuses);
    let (expected, outcomes) = run(&import(), file, &mut whole, 99);
    let expected = expected.unwrap();
    for batches in 1..9 {
        let mut storage = Hostile::new(shelf(), Refuses);
        let first = run(&import(), file, &mut storage, batches).0.unwrap();
        if first.status() == Status::Completed {
            continue;
        }
        let checkpoint = storage.shelf.checkpoints["hostile"].clone();
        let (report, again) = run(&import().resume(checkpoint), file, &mut storage, 99);
        let report = report.unwrap();
        assert_eq!(again, outcomes, "stopped after {batches} batches");
        assert_eq!(report.stats(), expected.stats(), "stopped after {batches} batches");
        assert_eq!(said(&report), said(&expected), "stopped after {batches} batches");
        assert_eq!(storage.shelf.content(), whole.shelf.content());
    }
    (expected, outcomes)
}

#[test]
fn x6_what_storage_refused_in_a_completed_window_is_refused_after_resuming_too() {
    let (_, outcomes) = ends_alike(REFUSED);
    assert_eq!(outcomes[0][0], Some(Outcome::Fail));
    assert_eq!(outcomes[2], [Some(Outcome::Fail); 2]);
}

/// The contact of the first row's opportunity has no row of its own, so a warning is all that tells of its tags. The
/// second row leaves the opportunity with that contact, and is written to its own.
#[test]
fn x6_so_are_the_tags_that_a_contact_without_rows_was_to_get() {
    let file = "Email,City,Opportunity ID,Opportunity Name,Opportunity Tags\n\
        ,,3,Loft,BAD\ned@example.com,Linz,3,Barn,BAD\ncy@example.com,Bonn,,,\ndi@example.com,Graz,,,\n\
        eve@example.com,Rome,,,\nfay@example.com,Rome,,,\n";
    let (report, outcomes) = ends_alike(file);
    assert_eq!(outcomes[1], [Some(Outcome::Create), Some(Outcome::Merged)]);
    let told: Vec<_> =
        codes(&report).into_iter().filter(|(_, it)| *it == "follow-up-failed").collect();
    assert_eq!(told, [(1, "follow-up-failed")]);
}

/// What a look-up comes to.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    /// There is no answer.
    Lost,
    /// A record that nobody asked for is among the answers.
    Stray,
}

/// From this look-up on, each has this fault.
struct Later {
    from: usize,
    fault: Fault,
}

impl Act for Later {
    fn find(&mut self, call: Call<'_>, lookup: &Lookup<'_>, found: &mut Found) -> Answer {
        call.shelf.find(lookup, found)?;
        if call.number >= self.from {
            match self.fault {
                Fault::Lost => return Err("the connection is lost".into()),
                Fault::Stray => _ = found.record("c77").key("email", "eve@example.com"),
            }
        }
        Ok(())
    }
}

#[test]
fn l2_a_run_that_a_later_window_stops_hands_back_what_the_windows_before_did() {
    for fault in [Fault::Stray, Fault::Lost] {
        let mut storage = Hostile::new(shelf(), Later { from: 3, fault });
        let error = import().run(source(REFUSED), &mut storage).unwrap_err();
        let done = error.done().unwrap_or_else(|| panic!("nothing is handed back: {error}"));
        assert_eq!(done.stats().contacts.rows, 4, "{error}");
        assert_eq!(done.stats().contacts.update, 2);
        assert_eq!(done.status(), Status::Failed);
        match fault {
            Fault::Stray => assert!(matches!(error, Error::Adapter { .. }), "{error}"),
            Fault::Lost => assert!(matches!(error, Error::LookUp { .. }), "{error}"),
        }
    }
    // A plan has written nothing, so there is nothing to hand back.
    let mut storage = Hostile::new(shelf(), Later { from: 1, fault: Fault::Stray });
    let error = import().plan(source(REFUSED), &mut storage).map(|_| ()).unwrap_err();
    assert!(error.done().is_none());
}

/// A stream that breaks off.
struct Torn(&'static [u8]);

impl std::io::Read for Torn {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        if self.0.is_empty() {
            return Err(std::io::Error::other("the disk is gone"));
        }
        let len = out.len().min(self.0.len()).min(16);
        out[..len].copy_from_slice(&self.0[..len]);
        self.0 = &self.0[len..];
        Ok(len)
    }
}

#[test]
fn l2_a_run_whose_file_breaks_off_hands_back_what_it_has_done() {
    // More than the head over which formats are inferred.
    let mut file = String::from("Email\n");
    (0..60_000).for_each(|row| file.push_str(&format!("c{row}@example.com\n")));
    let mut crm = MemoryStorage::default();
    let torn = Torn(Box::leak(file.into_bytes().into_boxed_slice()));
    let import = Import::new().run_window(10_000);
    let error = import.run(Source::from_reader(torn), &mut crm).unwrap_err();
    assert!(matches!(error, Error::Torn { .. }), "{error:?}");
    let done = error.done().unwrap();
    assert_eq!(done.stats().contacts.create, crm.len(Object::Contact) as u64);
    assert!(done.stats().contacts.create >= 10_000, "{:?}", done.stats());
}

/// Forgets for a moment what it has written.
struct Silent;

impl Act for Silent {
    fn applied(&mut self, call: Call<'_>, tokens: &[Token], known: &mut Applied) -> Answer {
        if call.number == 4 {
            return Err("the connection is lost".into());
        }
        call.shelf.applied(tokens, known)
    }
}

#[test]
fn l2_a_resumed_run_that_storage_tells_nothing_in_a_later_window_hands_back_the_others() {
    let mut storage = Hostile::new(shelf(), Silent);
    run(&import(), REFUSED, &mut storage, 3).0.unwrap();
    let checkpoint = storage.shelf.checkpoints["hostile"].clone();
    let error = import().resume(checkpoint).run(source(REFUSED), &mut storage).unwrap_err();
    assert!(matches!(error, Error::Tokens { .. }), "{error}");
    assert_eq!(error.done().map(|done| done.stats().contacts.rows), Some(2));
    assert_eq!(codes(error.done().unwrap()), []);
    let row = RowNumber(1);
    assert_eq!(error.done().unwrap().outcome(Object::Contact, row), None); // totals, no rows
}

#[test]
fn l2_a_file_that_is_cut_off_while_it_is_run_is_not_taken_for_a_whole_one() {
    let path = std::env::temp_dir().join(format!("crm-import-cut-{}.csv", std::process::id()));
    // More than is read at a time.
    let (mut file, note) = (String::from("Email,Notes\n"), "talked about it ".repeat(300));
    (0..1_000).for_each(|n| file.push_str(&format!("p{n}@example.com,{note}\n")));
    std::fs::write(&path, &file).unwrap();
    let mut storage = Hostile::new(Shelf::default(), Honest);
    let mut is_cut = false;
    let result = import().run_with(Source::from_path(&path), &mut storage, |_| {
        if !std::mem::replace(&mut is_cut, true) {
            let file = std::fs::File::options().write(true).open(&path).unwrap();
            file.set_len(3_000_000).unwrap();
        }
    });
    std::fs::remove_file(&path).unwrap();
    let error = result.unwrap_err();
    assert!(matches!(error, Error::Torn { .. }), "{error}");
    let done = error.done().unwrap().stats().contacts;
    assert_eq!(done.create, storage.shelf.contacts.len() as u64);
    assert!(!storage.shelf.checkpoints.values().any(|checkpoint| checkpoint.is_last));
}

/// Refuses row 3 once it stands alone, and is gone when row 4 comes.
#[derive(Default)]
struct Going {
    errors: usize,
}

impl Act for Going {
    fn write(&mut self, call: Call<'_>, batch: &Batch<'_>, receipts: &mut Receipts) -> Answer {
        match call.number {
            1 => return call.shelf.write(batch, receipts),
            3 => batch.steps().for_each(|step| receipts.rejected(step.token(), "not this one")),
            _ => return Err("the line is dead".into()),
        }
        Ok(())
    }

    fn recover(&mut self, _: u32) -> Recovery {
        self.errors += 1;
        if self.errors == 1 { Recovery::Split } else { Recovery::Stop }
    }
}

#[test]
fn x8_what_failed_in_the_window_that_stops_a_run_is_handed_to_the_log() {
    let file = "Email\na@x.org\nb@x.org\nc@x.org\nd@x.org\n";
    let mut storage = Hostile::new(Shelf::default(), Going::default());
    let mut log = ErrorLog::csv(Vec::new());
    let source = Source::from_bytes(file.as_bytes());
    let result = Import::new().run_window(2).run_with(source, &mut storage, |event| {
        event.window().into_iter().for_each(|window| _ = log.add(window).unwrap());
    });
    let error = result.unwrap_err();
    assert!(matches!(error, Error::Write { .. }), "{error}");
    assert_eq!(log.rows(), 1);
    assert_eq!(error.done().unwrap().issue_counts()[&IssueCode::WriteRejected], 1);
}

#[test]
fn l1_a_row_that_somebody_was_quicker_for_is_unchanged_until_a_later_window_changes_its_record() {
    /// Writes Oslo before the first window does.
    struct Quicker;
    impl Act for Quicker {
        fn write(&mut self, call: Call<'_>, batch: &Batch<'_>, receipts: &mut Receipts) -> Answer {
            if call.number == 1 {
                let ana = call.shelf.contacts.get_mut(&1).unwrap();
                ana.values.insert("city".into(), vec!["Oslo".into()]);
                ana.version += 1;
            }
            call.shelf.write(batch, receipts)
        }
    }
    let mut shelf = Shelf::default();
    shelf.insert(Object::Contact, &[("email", "ana@example.com")]);
    let mut storage = Hostile::new(shelf, Quicker);
    let file = "Email,City\nana@example.com,Oslo\nana@example.com,Rome\n";
    let source = Source::from_bytes(file.as_bytes());
    let report = Import::new().run_window(1).run(source, &mut storage).unwrap();
    let (planned, done) = (report.plan().stats().contacts, report.stats().contacts);
    assert_eq!((planned.update, planned.unchanged, planned.merged), (1, 0, 1));
    assert_eq!((done.update, done.unchanged, done.merged), (1, 0, 1));
    assert_eq!(storage.shelf.contacts[&1].values["city"], ["Rome"]);
}

#[test]
fn l2_a_contact_said_to_be_of_somebody_else_is_left_alone_where_contacts_are_only_created() {
    /// Creates the first contact, and says that somebody else was quicker.
    struct Denies;
    impl Act for Denies {
        fn write(&mut self, call: Call<'_>, batch: &Batch<'_>, receipts: &mut Receipts) -> Answer {
            if call.number > 1 {
                return call.shelf.write(batch, receipts);
            }
            call.shelf.write(batch, &mut Receipts::expecting(batch))?;
            batch.steps().for_each(|step| receipts.conflict(step.token()));
            Ok(())
        }
    }
    let mut storage = Hostile::new(Shelf::default(), Denies);
    let file = "Email,City\nana@example.com,\nana@example.com,Rome\n";
    let import = Import::new().contacts(Mode::Create).run_window(1);
    let report = import.run(source(file), &mut storage).unwrap();
    assert_eq!(codes(&report), [(1, "contact-exists"), (2, "contact-exists")]);
    assert_eq!(report.stats().contacts.skip, 2);
    assert!(!storage.shelf.contacts[&1].values.contains_key("city"));
}

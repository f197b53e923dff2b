//! Adapters that break their contract: each fault is reported as theirs, on the rows it is about, and
//! nothing panics.

use crm_import::lookup::{Found, Lookup};
use crm_import::storage::{Applied, Batch, Op, Receipts, Recovery, Token};
use crm_import::{Error, Import, Object, Outcome, RowNumber, Source, StorageWrite};

use super::shelf::Shelf;
use super::{Act, Answer, Call, FILE, Hostile, codes, run};

/// Writes properly and then files receipts of its own.
struct Clerk(fn(&Batch<'_>, &mut Receipts));

impl Act for Clerk {
    fn write(&mut self, call: Call<'_>, batch: &Batch<'_>, receipts: &mut Receipts) -> Answer {
        if call.number > 1 {
            return call.shelf.write(batch, receipts);
        }
        (self.0)(batch, receipts);
        Ok(())
    }
}

/// The receipt an honest adapter gives.
fn honest(batch: &Batch<'_>, receipts: &mut Receipts, skip: usize) {
    for (at, step) in batch.steps().enumerate().filter(|(at, _)| *at != skip) {
        match step.op() {
            Op::Create => receipts.created(step.token(), &format!("id{at}"), None),
            Op::Update => receipts.updated(step.token(), None),
        }
    }
}

#[test]
fn x2_a_missing_receipt_fails_its_step_alone() {
    let clerk = Clerk(|batch, receipts| honest(batch, receipts, 1));
    let report = run(FILE, &mut Hostile::new(Shelf::default(), clerk));
    assert_eq!(codes(&report), [(2, "storage-fault")]);
    let issue = report.issues().next().unwrap();
    assert!(issue.message().contains("without a receipt"), "{}", issue.message());
    assert_eq!((report.stats().contacts.create, report.stats().contacts.fail), (3, 1));
}

#[test]
fn x2_a_missing_receipt_of_a_contact_takes_its_opportunities_along() {
    let clerk = Clerk(|batch, receipts| {
        let lost = batch.steps().next().unwrap().token();
        for (at, step) in batch.steps().enumerate().skip(1) {
            let is_lost = step.link(receipts) == crm_import::storage::Link::Lost;
            if !is_lost {
                receipts.created(step.token(), &format!("id{at}"), None);
            }
        }
        assert!(receipts.get(lost).is_none());
    });
    let report = run(FILE, &mut Hostile::new(Shelf::default(), clerk));
    let expected =
        [(1, "storage-fault"), (1, "contact-failed"), (4, "storage-fault"), (4, "contact-failed")];
    assert_eq!(codes(&report), expected);
    assert_eq!(report.stats().opportunities.fail, 2);
    assert_eq!(report.stats().links, 1);
}

#[test]
fn x2_a_second_receipt_is_said_and_the_first_counts() {
    let clerk = Clerk(|batch, receipts| {
        honest(batch, receipts, usize::MAX);
        let first = batch.steps().next().unwrap().token();
        receipts.rejected(first, "on second thoughts");
    });
    let report = run(FILE, &mut Hostile::new(Shelf::default(), clerk));
    assert_eq!(codes(&report), [(1, "storage-fault")]);
    assert_eq!((report.stats().contacts.create, report.stats().contacts.fail), (4, 0));
    assert_eq!(report.stats().contacts.warnings, 1);
}

#[test]
fn x2_a_receipt_for_a_step_of_another_batch_is_said() {
    let clerk = Clerk(|batch, receipts| {
        honest(batch, receipts, usize::MAX);
        receipts.created(Token(12), "c12", None);
    });
    let report = run(FILE, &mut Hostile::new(Shelf::default(), clerk));
    assert_eq!(codes(&report), [(0, "storage-fault")]);
    assert_eq!(report.stats().contacts.create, 4);
}

#[test]
fn x2_receipts_that_do_not_fit_are_faults_of_the_adapter() {
    type Lie = fn(&Batch<'_>, &mut Receipts);
    let liars: [(Lie, &str); 6] = [
        (|b, r| b.steps().for_each(|s| r.created(s.token(), "", None)), "blank id"),
        (|b, r| b.steps().for_each(|s| r.created(s.token(), "1", None)), "under one id"),
        (|b, r| b.steps().for_each(|s| r.updated(s.token(), None)), "does not fit"),
        (|b, r| b.steps().for_each(|s| r.unchanged(s.token())), "does not fit"),
        (|b, r| b.steps().for_each(|s| r.done(s.token())), "does not fit"),
        (|_, _| (), "without a receipt"),
    ];
    for (liar, expected) in liars {
        let report = run(FILE, &mut Hostile::new(Shelf::default(), Clerk(liar)));
        let first = report.issues().find(|i| i.severity == crm_import::Severity::Error).unwrap();
        assert_eq!(first.code.code(), "storage-fault");
        assert!(first.message().contains(expected), "{} / {expected}", first.message());
    }
}

#[test]
fn x2_an_update_that_was_applied_to_another_record_is_a_fault() {
    let mut shelf = Shelf::default();
    shelf.insert(Object::Contact, &[("email", "ana@example.com")]);
    let clerk = Clerk(|b, r| b.steps().for_each(|s| r.already_applied(s.token(), "77")));
    let file = Source::from_bytes(&b"Email,City\nana@example.com,Oslo\n"[..]);
    // Under a name of its own: nobody has written anything before.
    let report = Import::new().run(file, &mut Hostile::new(shelf, clerk)).unwrap();
    assert_eq!(codes(&report), [(1, "storage-fault")]);
}

#[test]
fn x2_a_record_created_under_the_id_of_one_that_was_changed_beside_it_is_a_fault() {
    let clerk = Clerk(|batch, receipts| {
        for step in batch.steps() {
            match step.op() {
                Op::Update => receipts.updated(step.token(), None),
                Op::Create => receipts.created(step.token(), "1", None),
            }
        }
    });
    let mut shelf = Shelf::default();
    shelf.insert(Object::Contact, &[("email", "a@example.com")]);
    let file = "Email,City\na@example.com,Oslo\nb@example.com,Rome\n";
    let report = run(file, &mut Hostile::new(shelf, clerk));
    assert_eq!(codes(&report), [(2, "storage-fault")]);
    assert_eq!((report.stats().contacts.update, report.stats().contacts.fail), (1, 1));
}

#[test]
fn x2_a_record_created_under_the_id_of_one_that_was_read_is_a_fault() {
    let clerk = Clerk(|batch, receipts| {
        batch.steps().for_each(|step| receipts.created(step.token(), "1", None));
    });
    let mut shelf = Shelf::default();
    shelf.insert(Object::Contact, &[("email", "a@example.com")]);
    // The first row changes nothing, so nothing of it is in the batch.
    let report = run("Email\na@example.com\nb@example.com\n", &mut Hostile::new(shelf, clerk));
    assert_eq!(codes(&report), [(2, "storage-fault")]);
    assert_eq!((report.stats().contacts.unchanged, report.stats().contacts.fail), (1, 1));
}

#[test]
fn x2_so_is_one_that_is_said_to_have_been_created_under_that_id_before() {
    let clerk = Clerk(|b, r| b.steps().for_each(|step| r.already_applied(step.token(), "1")));
    let mut shelf = Shelf::default();
    shelf.insert(Object::Contact, &[("email", "a@example.com")]);
    let file = Source::from_bytes(&b"Email\na@example.com\nb@example.com\n"[..]);
    // Under a name of its own: nobody has written anything before.
    let report = Import::new().run(file, &mut Hostile::new(shelf, clerk)).unwrap();
    assert_eq!(codes(&report), [(2, "storage-fault")]);
}

#[test]
fn x6_a_row_keeps_the_id_of_the_record_that_it_had_updated_though_it_leads_to_another_by_now() {
    /// Knows a token for a record that is there no more.
    struct Knows;
    impl Act for Knows {
        fn applied(&mut self, _: Call<'_>, tokens: &[Token], known: &mut Applied) -> Answer {
            tokens.iter().take(1).for_each(|token| known.add(*token, Op::Update, "77"));
            Ok(())
        }
    }
    let mut shelf = Shelf::default();
    shelf.insert(Object::Contact, &[("email", "ana@example.com")]);
    let file = || Source::from_bytes(&b"Email,City\nana@example.com,Oslo\n"[..]);
    let mut storage = Hostile::new(shelf, Knows);
    let begun = super::import().checkpoint(file(), &mut storage).unwrap();
    let import = super::import().resume(begun);
    let plan = import.plan_resumed(file(), &mut storage).unwrap();
    let report = import.apply(plan, &mut storage).unwrap();
    assert_eq!(report.outcome(Object::Contact, RowNumber(1)), Some(Outcome::Update));
    assert_eq!(report.id(Object::Contact, RowNumber(1)), Some("77"));
    assert_eq!(storage.shelf.contacts[&1].values.get("city"), None);
}

#[test]
fn x2_two_records_that_were_written_before_under_one_id_are_a_fault() {
    let clerk = Clerk(|b, r| b.steps().for_each(|step| r.already_applied(step.token(), "7")));
    let file = Source::from_bytes(&b"Email\na@example.com\nb@example.com\n"[..]);
    // Under a name of its own: nobody has written anything before.
    let storage = &mut Hostile::new(Shelf::default(), clerk);
    let report = Import::new().run(file, storage).unwrap();
    assert_eq!(codes(&report), [(2, "storage-fault")]);
}

/// The answer to each write of one step is lost, and the adapter takes that for the step's fault.
#[test]
fn x5_a_step_that_fails_alone_but_was_written_is_not_reported_as_refused() {
    struct Mute;
    impl Act for Mute {
        fn write(&mut self, call: Call<'_>, batch: &Batch<'_>, receipts: &mut Receipts) -> Answer {
            if batch.len() > 1 {
                return Err("one at a time".into());
            }
            call.shelf.write(batch, receipts)?;
            if batch.len() == 1 { Err("no answer".into()) } else { Ok(()) }
        }

        fn recover(&mut self, _: u32) -> Recovery {
            Recovery::Split
        }
    }
    let mut storage = Hostile::new(Shelf::default(), Mute);
    let report = run(FILE, &mut storage);
    assert_eq!(codes(&report), []);
    assert_eq!((report.stats().contacts.create, report.stats().opportunities.create), (4, 3));
    assert_eq!((storage.shelf.contacts.len(), storage.shelf.opportunities.len()), (4, 3));
}

/// The answer to each write of one step is lost, and what storage then says of it is what this says.
struct Mumble(&'static str);

impl Act for Mumble {
    fn write(&mut self, call: Call<'_>, batch: &Batch<'_>, receipts: &mut Receipts) -> Answer {
        if batch.len() == 1 {
            call.shelf.write(batch, receipts)?;
        }
        if batch.is_empty() { Ok(()) } else { Err("no answer".into()) }
    }

    fn applied(&mut self, call: Call<'_>, tokens: &[Token], known: &mut Applied) -> Answer {
        for token in tokens.iter().filter_map(|token| Some((*token, call.shelf.tokens.get(token)?)))
        {
            known.add(token.0, token.1.0, self.0);
        }
        Ok(())
    }

    fn recover(&mut self, _: u32) -> Recovery {
        Recovery::Split
    }
}

#[test]
fn x5_a_step_that_fails_alone_and_is_known_for_no_record_is_a_fault_of_the_adapter() {
    let file = "Email,City,Opportunity Name\nana@example.com,Oslo,Roof\nbo@example.com,Rome,\n";
    let report = run(file, &mut Hostile::new(Shelf::default(), Mumble("")));
    let expected = [(1, "storage-fault"), (1, "contact-failed"), (2, "storage-fault")];
    assert_eq!(codes(&report), expected);
    let issue = report.issues().next().unwrap();
    assert!(issue.message().contains("to a record without an id"), "{}", issue.message());
    assert_eq!((report.stats().contacts.fail, report.stats().contacts.create), (2, 0));
}

#[test]
fn x5_an_update_that_fails_alone_and_is_known_for_another_record_is_a_fault_of_the_adapter() {
    let mut shelf = Shelf::default();
    shelf.insert(Object::Contact, &[("email", "ana@example.com")]);
    let file = "Email,City\nana@example.com,Oslo\n";
    let report = run(file, &mut Hostile::new(shelf, Mumble("77")));
    assert_eq!(codes(&report), [(1, "storage-fault")]);
    let issue = report.issues().next().unwrap();
    assert!(issue.message().contains("but to another record"), "{}", issue.message());
}

/// What was written although it was said to be refused is told as written once the run goes on.
#[test]
fn x6_a_refusal_is_void_if_storage_knows_the_step_as_written() {
    struct Fickle;
    impl Act for Fickle {
        fn write(&mut self, call: Call<'_>, batch: &Batch<'_>, receipts: &mut Receipts) -> Answer {
            let mut own = Receipts::expecting(batch);
            call.shelf.write(batch, &mut own)?;
            for step in batch.steps() {
                receipts.rejected(step.token(), "not today");
            }
            if call.number > 2 { Err("dead".into()) } else { Ok(()) }
        }
    }
    let import = super::import().run_window(1);
    let file = || Source::from_bytes(&b"Email,City\na@example.com,Oslo\nb@example.com,Rome\n"[..]);
    let mut shelf = Shelf::default();
    shelf.insert(Object::Contact, &[("email", "a@example.com")]);
    let mut storage = Hostile::new(shelf, Fickle);
    import.run(file(), &mut storage).unwrap_err();
    let begun = storage.shelf.checkpoints["hostile"].clone();
    assert_eq!(begun.refused.len(), 1);
    let report = import.resume(begun).run(file(), &mut storage.shelf).unwrap();
    let contacts = report.stats().contacts;
    assert_eq!((contacts.create, contacts.update, contacts.fail), (1, 1, 0));
}

#[test]
fn x6_a_token_that_is_known_for_no_record_is_a_fault_of_the_adapter() {
    /// Knows every step, but not what it wrote.
    struct Vague;
    impl Act for Vague {
        fn applied(&mut self, _: Call<'_>, tokens: &[Token], known: &mut Applied) -> Answer {
            tokens.iter().for_each(|token| known.add(*token, Op::Create, ""));
            Ok(())
        }
    }
    let source = || Source::from_bytes(FILE.as_bytes());
    let mut storage = Hostile::new(Shelf::default(), Vague);
    run(FILE, &mut storage);
    let import = Import::new().resume(storage.shelf.checkpoints["hostile"].clone());
    let error = import.plan_resumed(source(), &mut storage).map(|_| ()).unwrap_err();
    assert!(matches!(&error, Error::Adapter { .. }), "{error}");
    assert!(error.to_string().contains("without an id"), "{error}");
}

#[test]
fn conflicts_for_ever_end_and_are_said() {
    struct Never;
    impl Act for Never {
        fn write(&mut self, _: Call<'_>, batch: &Batch<'_>, receipts: &mut Receipts) -> Answer {
            batch.steps().for_each(|step| receipts.conflict(step.token()));
            Ok(())
        }
    }
    let mut storage = Hostile::new(Shelf::default(), Never);
    let report = run(FILE, &mut storage);
    assert_eq!(report.stats().contacts.fail, 5);
    assert!(codes(&report).contains(&(1, "write-conflict")));
    assert!(storage.writes <= 5, "{} writes", storage.writes);
    assert!(storage.shelf.contacts.is_empty());
}

/// Answers look-ups in a way of its own.
struct Liar(fn(&Lookup<'_>, &mut Found));

impl Act for Liar {
    fn find(&mut self, _: Call<'_>, lookup: &Lookup<'_>, found: &mut Found) -> Answer {
        (self.0)(lookup, found);
        Ok(())
    }
}

#[test]
fn answers_that_nobody_asked_for_stop_the_plan_as_faults_of_the_adapter() {
    type Lie = fn(&Lookup<'_>, &mut Found);
    let liars: [(Lie, &str); 4] = [
        (|_, found| _ = found.record("c7").key("email", "eve@example.com"), "eve@example.com"),
        (|_, found| _ = found.record("c7").value("email", "ana@example.com"), "c7"),
        (|_, found| _ = found.record("").key("email", "ana@example.com"), "without an id"),
        (|_, found| _ = found.record("c7").key("shoe_size", "43"), "43"),
    ];
    for (liar, expected) in liars {
        let mut storage = Hostile::new(Shelf::default(), Liar(liar));
        let error = Import::new()
            .plan(Source::from_bytes(FILE.as_bytes()), &mut storage)
            .map(|_| ())
            .unwrap_err();
        let Error::Adapter { faults, .. } = &error else { panic!("{error}") };
        assert!(faults.iter().any(|fault| fault.contains(expected)), "{faults:?} / {expected}");
    }
}

#[test]
fn a_record_with_fields_that_nobody_has_is_taken_without_them() {
    let liar = Liar(|lookup, found| {
        for block in lookup.blocks().iter().filter(|block| block.is_rule(&["email"])) {
            for email in block.column(0) {
                let record = found.record(email).key("email", email).key("email", email);
                record.value("shoe_size", "43").value("email", email).value("email", "");
            }
        }
    });
    let mut storage = Hostile::new(Shelf::default(), liar);
    let plan = Import::new().plan(Source::from_bytes(FILE.as_bytes()), &mut storage).unwrap();
    assert_eq!(plan.stats().contacts.update, 4);
}

//! The adapter of `examples/remote/`, over an API without transactions, keeps the contract, and an import that is
//! stopped at any call goes on as if it had not been.

#![allow(clippy::unwrap_used)]

#[path = "../examples/remote/crm.rs"]
mod crm;
#[path = "../examples/remote/service.rs"]
mod service;

use std::cell::RefCell;
use std::sync::{Arc, Mutex};

use crm::{Crm, Journal};
use crm_import::storage::conformance::{self, Meanwhile, REFUSED, Report};
use crm_import::storage::{AsyncStorageWrite, Blocking};
use crm_import::{Import, Object, Source, Stats, StorageWrite};
use service::{Moods, Record, Service, Values};
use tokio::runtime::{Builder, Runtime};

type SharedJournal = Arc<Mutex<Journal>>;

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

fn service(moods: Moods) -> Service {
    let service = Service::default();
    service.set(moods);
    service
}

/// An adapter that waits on a thread of its own.
fn open(service: &Service, journal: &SharedJournal) -> impl StorageWrite + Send + use<> {
    let runtime = runtime();
    Blocking::new(Crm::new(service, journal), move |future| runtime.block_on(future))
}

fn fresh(moods: Moods) -> impl StorageWrite {
    open(&service(moods), &Arc::default())
}

fn assert_passed(report: &Report) {
    assert!(report.is_passed(), "{report}");
}

#[test]
fn the_adapter_over_an_api_keeps_the_contract() {
    assert_passed(&conformance::run(|| fresh(Moods::default())));
}

#[test]
fn it_waits_for_a_service_that_is_busy() {
    let busy = Moods { busy_every: 3, ..Moods::default() };
    assert_passed(&conformance::run(|| fresh(busy)));
}

#[test]
fn it_leaves_nothing_out_beside_what_the_service_refuses() {
    let strict = Moods { refuses: REFUSED, ..Moods::default() };
    assert_passed(&conformance::run_failing(|| fresh(strict)));
}

#[test]
fn it_sees_what_others_write() {
    let service = RefCell::new(Service::default());
    let fresh = || {
        *service.borrow_mut() = Service::default();
        open(&service.borrow(), &Arc::default())
    };
    let report = conformance::run_beside(fresh, |_, meanwhile| {
        service.borrow().edit(Object::Contact, |people| match meanwhile {
            Meanwhile::Insert { email } => people.push(person("s1", "New", email)),
            Meanwhile::Change { id, email } => {
                let known = people.iter_mut().find(|person| person.id == id).unwrap();
                known.version += 1;
                known.values.insert("email".into(), email.into());
            }
            Meanwhile::Delete { id } => people.retain(|person| person.id != id),
        });
    });
    assert_passed(&report);
}

#[test]
fn two_of_it_write_nobody_twice() {
    assert_passed(&conformance::run_together(|| {
        let (service, journal) = (Service::default(), Arc::default());
        (open(&service, &journal), open(&service, &journal))
    }));
}

/// People of the service, of whom every tenth is found by an id, others by an address, some by none; each with deals.
fn file() -> String {
    let mut file = String::from("Contact ID,First Name,Email,Company,Deal Name,Stage,Status\n");
    for at in 0..150_u32 {
        let who = at % 120;
        let id = if who % 10 == 1 { format!("s{who}") } else { String::new() };
        let email = match who % 5 {
            0 => String::new(),
            1 => format!("old{}@example.com", (who + 5) % 120), // somebody else's, until her row comes
            _ => format!("bo{who}@example.com"),
        };
        file += &format!("{id},Bo{who},{email},C{at},Roof {},New,open\n", at % 3);
    }
    file
}

fn filled(moods: Moods) -> Service {
    let service = service(moods);
    let old = (1..120).step_by(5);
    let old = old.map(|at| person(&format!("s{at}"), "Old", &format!("old{at}@example.com")));
    service.edit(Object::Contact, |people| people.extend(old));
    service
}

fn person(id: &str, name: &str, email: &str) -> Record {
    let values = [("first_name", name), ("email", email)];
    let values = values.map(|(field, value)| (field.to_owned(), value.to_owned())).into();
    Record { id: id.into(), version: 1, values, ..Record::default() }
}

/// What the service has, without the ids that it gave.
fn content(service: &Service) -> Vec<String> {
    let records = |object| service.edit(object, |records| records.clone());
    let people = records(Object::Contact);
    let person = |id: &String| people.iter().find(|person| person.id == *id).map(|it| &it.values);
    let deal = |deal: &Record| {
        let own: Values =
            deal.values.clone().into_iter().filter(|(field, _)| field != "contact_id").collect();
        format!("{own:?} of {:?}", deal.values.get("contact_id").and_then(person))
    };
    let mut all: Vec<String> = people.iter().map(|person| format!("{:?}", person.values)).collect();
    all.extend(records(Object::Opportunity).iter().map(deal));
    all.sort();
    all
}

/// Goes on with the import of the file, or begins it. The window is that of a run; without one it is planned whole.
async fn import<S: AsyncStorageWrite>(crm: &mut S, window: Option<usize>) -> Option<Stats> {
    let file = file();
    let source = || Source::from_bytes(file.as_bytes());
    let Some(window) = window else {
        let plan = Import::new().plan_or_resume_async(source(), crm).await.ok()?;
        return Some(*Import::new().apply_async(plan, crm).await.ok()?.stats());
    };
    let import = Import::new().run_window(window);
    let import = match import.unfinished_async(source(), crm).await.ok()? {
        Some(stopped) => import.resume(stopped),
        None => import,
    };
    Some(*import.run_async(source(), crm).await.ok()?.stats())
}

#[test]
fn an_import_that_stops_at_any_call_goes_on_as_if_it_had_not() {
    for window in [None, Some(40)] {
        let whole = filled(Moods::default());
        let mut crm = Crm::new(&whole, &Arc::default());
        let stats = runtime().block_on(import(&mut crm, window)).unwrap();
        let mut calls = 0;
        loop {
            calls += 1;
            let (service, journal) =
                (filled(Moods { down_after: calls, ..Moods::default() }), Arc::default());
            let first = runtime().block_on(import(&mut Crm::new(&service, &journal), window));
            service.set(Moods::default());
            let second = runtime().block_on(import(&mut Crm::new(&service, &journal), window));
            assert_eq!(
                second.as_ref(),
                Some(&stats),
                "stopped after {calls} calls, window {window:?}"
            );
            assert_eq!(
                content(&service),
                content(&whole),
                "stopped after {calls} calls, window {window:?}"
            );
            if first.is_some() {
                break;
            }
        }
        assert!(calls > 10, "{calls}");
    }
}

#[test]
fn an_answer_that_is_lost_writes_nothing_twice() {
    let whole = filled(Moods::default());
    runtime().block_on(import(&mut Crm::new(&whole, &Arc::default()), None)).unwrap();
    for lost_every in [2, 3, 5] {
        let service = filled(Moods { lost_every, ..Moods::default() });
        let journal = Arc::default();
        // If it is lost too often, the import stops, and goes on when it is begun again.
        let again = || runtime().block_on(import(&mut Crm::new(&service, &journal), None));
        assert!((0..20).any(|_| again().is_some()), "every {lost_every}th answer is lost");
        assert_eq!(content(&service), content(&whole), "every {lost_every}th answer is lost");
    }
}

//! A storage whose adapter asks for another attempt for ever: the import ends (behaviour X5, X7).

use crm_import::lookup::{Found, Lookup};
use crm_import::storage::{Batch, Receipts, Recovery};
use crm_import::{Error, Source, Status, StorageWrite};

use super::shelf::Shelf;
use super::{Act, Answer, Call, FILE, Hostile, import};

/// A database that is gone, and whose adapter never gives up.
struct Gone;

impl Act for Gone {
    fn write(&mut self, call: Call<'_>, batch: &Batch<'_>, receipts: &mut Receipts) -> Answer {
        if call.number == 1 { call.shelf.write(batch, receipts) } else { Err("gone".into()) }
    }

    fn recover(&mut self, _: u32) -> Recovery {
        Recovery::Retry
    }
}

#[test]
fn x5_a_write_that_is_tried_again_for_ever_ends() {
    let mut storage = Hostile::new(Shelf::default(), Gone);
    let error = import().run(Source::from_bytes(FILE.as_bytes()), &mut storage).unwrap_err();
    assert!(matches!(error, Error::Write { .. }), "{error}");
    assert_eq!(storage.writes, 1 + 65_535);
}

#[test]
fn x7_a_write_that_is_tried_again_can_be_given_up() {
    let mut storage = Hostile::new(Shelf::default(), Gone);
    let plan = import().plan(Source::from_bytes(FILE.as_bytes()), &mut storage).unwrap();
    let mut looks = 0;
    let watch = |_| {
        looks += 1;
        looks < 5
    };
    let report = import().apply_with(plan, &mut storage, watch).unwrap();
    assert_eq!((report.status(), storage.writes), (Status::Cancelled, 4));
}

#[test]
fn x5_a_look_up_that_is_tried_again_for_ever_ends() {
    struct Blind;
    impl Act for Blind {
        fn find(&mut self, _: Call<'_>, _: &Lookup<'_>, _: &mut Found) -> Answer {
            Err("gone".into())
        }
        fn recover(&mut self, _: u32) -> Recovery {
            Recovery::Retry
        }
    }
    let mut storage = Hostile::new(Shelf::default(), Blind);
    let error = import().plan(Source::from_bytes(FILE.as_bytes()), &mut storage).unwrap_err();
    assert!(matches!(error, Error::Find { .. }), "{error}");
}

//! Every file of `headers/` goes through the whole import: no crash, and each row accounted for.

use crm_import::account::{Pipeline, Stage};
use crm_import::plan::Counts;
use crm_import::{Account, Import, MemoryStorage, Object, Source};

use crate::folder::sample;

fn account() -> Account {
    let stage = Stage { id: "s1".into(), name: "New".into() };
    let sales = Pipeline { id: "p1".into(), name: "Sales".into(), stages: vec![stage] };
    Account { default_country: Some("US".into()), pipelines: vec![sales], ..Account::default() }
}

fn sum(counts: &Counts) -> u64 {
    counts.create + counts.update + counts.unchanged + counts.merged + counts.skip + counts.fail
}

#[test]
fn every_header_set_imports_with_both_objects_and_every_row_accounted_for() {
    let Some(folder) = sample("headers") else { return };
    let mut files = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "csv") {
            continue;
        }
        files += 1;
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let mut crm = MemoryStorage::new(account());
        let import = Import::new().objects(Object::ALL);
        let plan = import.plan(Source::from_path(&path), &mut crm).unwrap();
        let planned = *plan.stats();
        let report = import.apply(plan, &mut crm).unwrap();
        assert_eq!(*report.stats(), planned, "{name}: planned = applied (L3)");
        for object in Object::ALL {
            let counts = planned.of(object);
            assert_eq!(counts.rows, sum(counts), "{name}: {counts:?} (L2)");
            let sides = report.plan().rows().filter(|row| row.side(object).is_some()).count();
            assert_eq!(counts.rows, sides as u64, "{name}");
            assert_eq!(crm.len(object) as u64, counts.create, "{name}: what was created is there");
        }
        let rows = report.plan().rows().len() as u64;
        assert!(planned.blank_rows <= rows, "{name}");
        println!(
            "{name}: {rows} rows, {} contacts and {} opportunities created, {} failed",
            planned.contacts.create,
            planned.opportunities.create,
            planned.contacts.fail + planned.opportunities.fail
        );
    }
    assert!(files >= 5, "only {files} files were found");
}

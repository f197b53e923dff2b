//! What became of each side of each row, by one plan and by a run in windows.

use std::collections::BTreeMap;

use crm_import::{Import, MemoryStorage, Object, Outcome, Plan, Report, Source};

/// By row and object.
pub(crate) type Outcomes = BTreeMap<(u32, &'static str), Outcome>;

/// What is planned.
pub(crate) fn of_plan(plan: &Plan) -> Outcomes {
    let sides = plan.rows().flat_map(|row| {
        Object::ALL
            .map(|object| Some(((row.number().0, object.name()), row.side(object)?.outcome())))
    });
    sides.flatten().collect()
}

/// Runs a file; what each window told, corrected by what later ones told of it.
pub(crate) fn of_run(import: &Import, file: &[u8], crm: &mut MemoryStorage) -> (Outcomes, Report) {
    let mut told = Outcomes::new();
    let report = import.run_with(Source::from_bytes(file), crm, |event| {
        let Some(window) = event.window() else { return true };
        told.append(&mut of_plan(window.plan()));
        for (object, row) in window.revised() {
            let before = told.insert((row.0, object.name()), Outcome::Update);
            assert_eq!(before, Some(Outcome::Unchanged), "row {row}");
        }
        true
    });
    (told, report.unwrap())
}

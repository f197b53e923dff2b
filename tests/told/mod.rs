//! Everything that a plan says, as text: to see whether two plans say the same.

use std::fmt::Write;

use crm_import::{Object, Plan};

/// A line for each side, step, change and issue. Only the lines of the file at which its rows begin are left out: these
/// may differ where the rows do not.
pub(crate) fn told(plan: &Plan) -> String {
    let mut text = format!("{:?}\n", plan.stats());
    for row in plan.rows() {
        for object in Object::ALL {
            let Some(side) = row.side(object) else { continue };
            let by = (side.reason().map(|reason| reason.name()), side.matched_value());
            let (outcome, id, first) = (side.outcome(), side.id(), side.first_row());
            let to = (side.contact_id(), side.contact_row());
            let number = row.number();
            writeln!(text, "{number} {object} {outcome} {id:?} {first:?} {by:?} {to:?}").unwrap();
        }
    }
    for step in plan.steps() {
        let (rows, to) = (step.rows(), (step.contact_id(), step.contact_row()));
        writeln!(text, "{step:?} {rows:?} {to:?}").unwrap();
        step.changes().iter().for_each(|change| writeln!(text, "    {change}").unwrap());
    }
    for issue in plan.issues() {
        let place = (issue.row, &issue.column, issue.severity, issue.code);
        let said = (&issue.value, issue.message(), issue.remedy());
        writeln!(text, "{place:?} {said:?}").unwrap();
    }
    text
}

//! [`OutOfOrder`]: steps that a pass over the rows does not list in the right order, because they are ordered by another row
//! than the first one of their own record.

use crate::object::{Object, RecordRef, RowIndex};
use crate::plan::{KeptStep, Ledger};
use crate::planner::stretches::concatenated;

/// The place of a step among all steps, as one number that can be sorted quickly. Steps are ordered by the row of their
/// unit. Within that, contacts come before opportunities (X1), contacts in the order of their numbers, and
/// opportunities in the order of their first rows.
type Place = u128;

/// The place of a step whose unit is ordered by this row.
pub(super) fn place(ledger: &Ledger, unit: Option<RowIndex>, step: RecordRef) -> Place {
    let own = match step.object {
        Object::Contact => step.number,
        Object::Opportunity => position(ledger.opportunities[step.number as usize].first_row),
    };
    let is_opportunity = step.object == Object::Opportunity;
    Place::from(position(unit)) << 64 | Place::from(is_opportunity) << 32 | Place::from(own)
}

/// The position of a row; no row comes last.
fn position(row: Option<RowIndex>) -> u32 {
    row.map_or(u32::MAX, RowIndex::position)
}

/// See the [module](self).
#[derive(Debug, Default)]
pub(super) struct OutOfOrder {
    steps: Vec<(Place, RecordRef)>,
}

impl OutOfOrder {
    pub(super) fn concatenated(all: Vec<OutOfOrder>) -> Self {
        let mut steps = concatenated(all.into_iter().map(|of| of.steps).collect());
        // The sort is quick, because the steps of each stretch are sorted already.
        steps.sort_by_key(|(place, _)| *place);
        OutOfOrder { steps }
    }

    /// Adds a step whose unit is ordered by this row.
    pub(super) fn push(&mut self, ledger: &Ledger, unit: Option<RowIndex>, step: RecordRef) {
        self.steps.push((place(ledger, unit, step), step));
    }

    /// Puts the steps in order.
    pub(super) fn sort(&mut self) {
        self.steps.sort_unstable_by_key(|(place, _)| *place);
    }

    /// Inserts them into `steps`, which are in the order of their own rows. It goes from the last one to the first, so
    /// that each of `steps` is moved only once.
    pub(super) fn put_in_place(self, ledger: &Ledger, steps: &mut Vec<KeptStep>) {
        let mut behind = steps.len();
        steps.extend(self.steps.iter().map(|(_, step)| KeptStep::new(*step)));
        for (before, (of, step)) in self.steps.into_iter().enumerate().rev() {
            let unit = (of >> 64) as u32;
            while behind > 0 {
                let kept = steps[behind - 1];
                let last = kept.record();
                let own = ledger.entry(last).first_row;
                let is_before =
                    position(own).cmp(&unit).then_with(|| place(ledger, own, last).cmp(&of));
                if is_before.is_lt() {
                    break;
                }
                behind -= 1;
                steps[behind + before + 1] = kept;
            }
            steps[behind + before] = KeptStep::new(step);
        }
    }
}

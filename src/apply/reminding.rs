//! Rows that leave no token and were planned again: checkpoints say from then on what they have met by that plan
//! (behaviour X3, X6). What the first plan says of them was true before somebody else wrote.

use super::applier::Applier;
use super::job::{add_failed, add_met, led_elsewhere};
use crate::planner::Moved;

impl Applier {
    /// Makes what a part says of its rows part of every checkpoint from here on, in place of what was said before, as far
    /// as the rows follow it.
    pub(super) fn remember_again(&mut self, part: u32) {
        let (report, checkpoint) = (&self.report, &mut self.checkpoint);
        let plan = report.plan_of(part);
        let mut moved = Moved::of(plan);
        (0..part).for_each(|before| moved.add(Moved::of(report.plan_of(before))));
        let (mut failed, mut met) = led_elsewhere(plan, &moved);
        failed.retain(|row| report.part_at(row.object, row.row) == part);
        met.retain(|row| report.part_at(row.object, row.row) == part);
        checkpoint.failed.retain(|row| report.part_at(row.object, row.row) != part);
        checkpoint.met.retain(|row| report.part_at(row.object, row.row) != part);
        add_failed(&mut checkpoint.failed, failed);
        add_met(&mut checkpoint.met, met);
    }
}

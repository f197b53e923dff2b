//! Rows that leave no token and were planned again: checkpoints say from then on what they have met by that plan
//! (behaviour X3, X6). What the first plan says of them was true before somebody else wrote.

use super::applier::Applier;
use super::job::{add_failed, add_met, led_elsewhere};
use crate::planner::Moved;

impl Applier {
    /// Makes what a part says of its rows part of every checkpoint from here on, in place of what was said before, as far
    /// as the rows follow it.
    pub(super) fn remember_again(&mut self, part: u32) {
        let Applier { report, checkpoint, moved_before, .. } = self;
        let plan = report.plan_of(part);
        let before = moved_before.get_or_insert_with(|| {
            let mut moved = Moved::default();
            moved.add(Moved::of(report.plan_of(0)));
            moved
        });
        let own = Moved::of(plan);
        let (mut failed, mut met) = led_elsewhere(plan, &[&own, before]);
        before.add(own);
        failed.retain(|row| report.part_at(row.object, row.row) == part);
        met.retain(|row| report.part_at(row.object, row.row) == part);
        checkpoint.failed.retain(|row| report.part_at(row.object, row.row) != part);
        checkpoint.met.retain(|row| report.part_at(row.object, row.row) != part);
        add_failed(&mut checkpoint.failed, failed);
        add_met(&mut checkpoint.met, met);
    }
}

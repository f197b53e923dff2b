//! Prefetches what the next rows will be compared with: touches it before it is needed.
//!
//! A row that repeats a contact is compared with the row before it of that contact, which may be anywhere in the file.
//! That means waiting for memory three times: for the contact, for the place where its row begins, and for the row
//! itself. So a group of rows is looked at together, step by step, and the processor waits only once per step for all
//! of them. Within a step nothing depends on what is loaded, so that no load has to wait for another.

use std::ops::Range;

use smallvec::SmallVec;

use super::Planner;
use crate::dedup::KeyNumber;

/// How many rows are prefetched together.
pub(super) const TOGETHER: usize = 32;

impl Planner {
    /// Prefetches the rows with which the rows at these positions of the window will probably be compared. `numbers`
    /// are those of the window's keys.
    pub(super) fn prefetch(&self, rows: Range<usize>, numbers: &[KeyNumber]) {
        let first = self.window_keys().start;
        let drafts = &self.block.drafts.rows[self.window.rows.clone()][rows];
        // The processor cannot predict which rows repeat a contact. So what a row leads to is written in any case, and
        // counted only if it is a contact: that takes no branch.
        let (mut carriers, mut count) = ([None; TOGETHER], 0);
        for draft in drafts {
            let own = draft.keys();
            if own.is_empty() {
                continue;
            }
            // Two keys are tried: the e-mail address of a known contact may be new, and its phone known.
            let own = &numbers[own.start - first..own.end - first];
            let (one, other) = (own[0], own[1.min(own.len() - 1)]);
            carriers[count] = self.index.lone_holder(one).or(self.index.lone_holder(other));
            count += usize::from(carriers[count].is_some());
        }
        let (mut met, mut repeating) = ([None; TOGETHER], 0);
        for contact in carriers[..count].iter().flatten() {
            met[repeating] = self.ledger.contacts[contact.index()].last_row;
            repeating += usize::from(met[repeating].is_some());
        }
        let met = met[..repeating].iter().flatten().copied();
        let places: SmallVec<[_; TOGETHER]> = met
            .clone()
            .map(|row| {
                let (block, at) = self.ledger.locate(row);
                (block, at, block.start_of(at))
            })
            .collect();
        // The ledger entries of these rows are touched as well; they say which rows come before.
        let previous =
            met.fold(None, |all, row| all.max(self.ledger.contact_rows[row.index()].previous));
        let touched =
            places.iter().fold(0, |all, (block, at, start)| all ^ block.touch(*at, *start));
        std::hint::black_box((touched, previous));
    }
}

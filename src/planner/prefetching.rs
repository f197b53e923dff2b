//! Prefetches what the next rows will be compared with: looks at it before it is needed.
//!
//! A row that repeats a contact is compared with that contact's row before it, which may be anywhere in the
//! file. That means waiting for memory three times: for the contact, for where its row begins, for the row. So
//! some rows are looked at together, step by step, and each wait is for all of them. No step decides anything by
//! what it looks at, so that none has to wait for another.

use std::ops::Range;

use smallvec::SmallVec;

use super::Planner;
use crate::dedup::KeyNumber;

/// So many rows are prefetched together.
pub(super) const TOGETHER: usize = 32;

impl Planner {
    /// Prefetches the rows with which those at these positions of the window will probably be compared. `numbers`
    /// are the numbers of the window's keys.
    pub(super) fn prefetch(&self, rows: Range<usize>, numbers: &[KeyNumber]) {
        let first = self.window_keys().start;
        let drafts = &self.block.drafts.rows[self.window.rows.clone()][rows];
        // A processor cannot predict which rows repeat somebody. So what a row leads to is written down in any case,
        // and counts only if it leads anywhere.
        let (mut carriers, mut count) = ([None; TOGETHER], 0);
        for draft in drafts {
            let own = draft.keys();
            if own.is_empty() {
                continue;
            }
            // The address of a contact may be new, and its phone known.
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
        // And where the contact's rows before those are.
        let previous =
            met.fold(None, |all, row| all.max(self.ledger.contact_rows[row.index()].previous));
        let touched =
            places.iter().fold(0, |all, (block, at, start)| all ^ block.touch(*at, *start));
        std::hint::black_box((touched, previous));
    }
}

//! The opportunity as a whole; pipeline, stage, status and lost reason depend on each other
//! (behaviour O6-O9).

mod deal;
mod pitch;

pub(crate) use deal::{Deal, Given, Problem};
pub(crate) use pitch::{Pitch, can_be_blank, closes_opportunity};

use super::contact::filled;
use super::list::fold_list;
use super::single::{effective, fold_single};
use super::{Base, RowOf};
use crate::draft::Column;
use crate::field::FieldId;
use crate::plan::Changes;
use crate::value::Value;

/// Folds the rows of an opportunity and notes every change but that of its link.
pub(crate) fn fold_opportunity<'p>(base: Base<'p>, rows: &[RowOf<'p>], out: &mut Changes) {
    fold_groups(base, rows, out, |_| true);
}

/// Do the rows of an opportunity change anything but its link? Fewer fields are folded than for
/// [all changes](fold_opportunity): the first that differs is enough. `buffer` may hold anything.
pub(crate) fn changes_opportunity<'p>(
    base: Base<'p>,
    rows: &[RowOf<'p>],
    buffer: &mut Changes,
) -> bool {
    buffer.clear();
    fold_groups(base, rows, buffer, Changes::is_empty);
    !buffer.is_empty()
}

/// Folds one group of columns after the other, as long as `goes_on` says so of the changes so far.
fn fold_groups<'p>(
    base: Base<'p>,
    rows: &[RowOf<'p>],
    out: &mut Changes,
    goes_on: impl Fn(&Changes) -> bool,
) {
    let mut folded = DealFold::default();
    let columns = &base.settings.opportunity_columns;
    let filled = filled(rows);
    for group in &base.settings.opportunity_groups {
        if !goes_on(out) {
            return;
        }
        let (field, is_silent) = (group.field, group.is_silent(filled));
        let group = &columns[group.columns.clone()];
        match field {
            FieldId::OPPORTUNITY_ID | FieldId::CONTACT_LINK | FieldId::OPPORTUNITY_TAGS => {}
            FieldId::PIPELINE | FieldId::STAGE | FieldId::STATUS | FieldId::LOST_REASON => {
                folded.note(base, rows, field, out);
            }
            FieldId::VALUE => fold_value(base, group, rows, out),
            _ if is_silent => {}
            _ if group.first().is_some_and(|column| column.is_list) => {
                fold_list(base, group, rows, &[], out, field);
            }
            _ => fold_single(base, group, rows, out),
        }
    }
}

/// Where no row says a value, it is 0 (O6): for a new opportunity, and for one whose value is cleared. If it
/// were blank instead, the next import of the file would clear the 0 that this one has written (L3).
fn fold_value<'p>(base: Base<'p>, group: &'p [Column], rows: &[RowOf<'p>], out: &mut Changes) {
    let (known, zero) = (out.len(), Value::Number(rust_decimal::Decimal::ZERO));
    let may_clear = !base.is_new() && group.iter().any(|column| !column.is_plain);
    let may_be_none = may_clear || base.is_unfilled(FieldId::VALUE);
    if may_be_none && effective(base, group, rows).is_none() {
        if base.values(FieldId::VALUE).next().is_some_and(|before| before != zero) {
            out.push(FieldId::VALUE, base.shown(FieldId::VALUE).take(1).map(Value::text), [zero]);
        }
        return;
    }
    fold_single(base, group, rows, out);
    if base.is_new() && out.len() == known {
        out.push(FieldId::VALUE, [], [zero]);
    }
}

/// Where an opportunity stands after these rows.
pub(super) fn folded<'p>(base: Base<'p>, mut deal: Deal<'p>, rows: &[RowOf<'p>]) -> Deal<'p> {
    for (at, row) in rows.iter().enumerate() {
        let pitch = Pitch::of(base.settings, row, base.role_of(at), deal.given);
        deal.take(base.settings, pitch, |_| {});
    }
    deal
}

/// Has an opportunity this one of the fields that depend on each other, once these rows are folded in?
pub(crate) fn has_standing<'p>(base: Base<'p>, rows: &[RowOf<'p>], field: FieldId) -> bool {
    let deal = folded(base, Deal::stored(base), rows);
    let text = match field {
        FieldId::PIPELINE => deal.pipeline,
        FieldId::STAGE => deal.stage,
        FieldId::STATUS => deal.status,
        _ => deal.lost_reason,
    };
    text.is_some()
}

/// The dependent fields before and after, folded once for all four.
#[derive(Default)]
struct DealFold<'p> {
    deals: Option<(Deal<'p>, Deal<'p>)>,
}

impl<'p> DealFold<'p> {
    fn note(&mut self, base: Base<'p>, rows: &[RowOf<'p>], field: FieldId, out: &mut Changes) {
        let (before, after) = self.deals.get_or_insert_with(|| {
            let before = Deal::stored(base);
            let after = folded(base, before.clone(), rows);
            (before, after)
        });
        let (before, after) = match field {
            FieldId::PIPELINE => (&before.pipeline, &after.pipeline),
            FieldId::STAGE => (&before.stage, &after.stage),
            FieldId::STATUS => (&before.status, &after.status),
            _ => (&before.lost_reason, &after.lost_reason),
        };
        if before == after {
            return;
        }
        match after.as_deref() {
            Some(after) if base.is_new() => out.push_text(field, after),
            after => {
                out.push(field, base.shown(field).take(1).map(Value::text), after.map(Value::text));
            }
        }
    }
}

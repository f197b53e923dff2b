//! The opportunity as a whole: every field in the account's order. Pipeline, stage, status and lost reason depend on
//! each other, so they are folded together, as its [`Standing`] (behaviour O6-O9).

mod row_standing;
mod standing;

pub(crate) use row_standing::{RowStanding, can_be_blank, closes_opportunity};
pub(crate) use standing::{GivenStanding, Problem, Standing};

use super::contact::filled;
use super::list::fold_list;
use super::single::{effective, fold_single};
use super::{Base, RowOf};
use crate::draft::Column;
use crate::field::FieldId;
use crate::plan::Changes;
use crate::value::Value;

/// Folds the rows of an opportunity and adds every change to `out`, except for its link.
pub(crate) fn fold_opportunity<'p>(base: Base<'p>, rows: &[RowOf<'p>], out: &mut Changes) {
    fold_groups(base, rows, out, |_| true);
}

/// Whether the rows of an opportunity change anything besides its link. It takes less work than
/// [`fold_opportunity`], because it stops at the first field that differs. `buffer` is overwritten.
pub(crate) fn changes_opportunity<'p>(
    base: Base<'p>,
    rows: &[RowOf<'p>],
    buffer: &mut Changes,
) -> bool {
    buffer.clear();
    fold_groups(base, rows, buffer, Changes::is_empty);
    !buffer.is_empty()
}

/// Folds one group of columns after the other, as long as `goes_on` is true of the changes so far.
fn fold_groups<'p>(
    base: Base<'p>,
    rows: &[RowOf<'p>],
    out: &mut Changes,
    goes_on: impl Fn(&Changes) -> bool,
) {
    let mut folded = StandingFold::default();
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

/// Folds the value, which is 0 if nothing says another (O6): for a new opportunity, and for one whose value a cell
/// clears. The two have to agree, or the second import of a file would clear the 0 that the first has written (L3).
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

/// The standing of an opportunity after these rows have been folded into it.
pub(super) fn folded<'p>(
    base: Base<'p>,
    mut standing: Standing<'p>,
    rows: &[RowOf<'p>],
) -> Standing<'p> {
    for (at, row) in rows.iter().enumerate() {
        let said = RowStanding::of(base.settings, row, base.role_of(at), standing.given);
        standing.take(base.settings, said, |_| {});
    }
    standing
}

/// Whether `field`, one of the four that depend on each other, is filled after these rows have been folded in.
pub(crate) fn has_standing<'p>(base: Base<'p>, rows: &[RowOf<'p>], field: FieldId) -> bool {
    let standing = folded(base, Standing::stored(base), rows);
    let text = match field {
        FieldId::PIPELINE => standing.pipeline,
        FieldId::STAGE => standing.stage,
        FieldId::STATUS => standing.status,
        _ => standing.lost_reason,
    };
    text.is_some()
}

/// The standing before and after the rows. It is folded when the first of the four fields is noted.
#[derive(Default)]
struct StandingFold<'p> {
    standings: Option<(Standing<'p>, Standing<'p>)>,
}

impl<'p> StandingFold<'p> {
    fn note(&mut self, base: Base<'p>, rows: &[RowOf<'p>], field: FieldId, out: &mut Changes) {
        let (before, after) = self.standings.get_or_insert_with(|| {
            let before = Standing::stored(base);
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

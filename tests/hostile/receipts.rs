//! Receipts that one storage has given, handed on by another: as they are, or something else instead.

use crm_import::storage::{Batch, Receipt, Receipts, Token};

/// What is told of a step, or a follow-up, instead of its own receipt: another one, or none.
pub(crate) type Instead = (Token, Option<Receipt>);

/// Hands on the receipts of a batch, in its order.
pub(crate) fn hand_on(
    batch: &Batch<'_>,
    own: &Receipts,
    instead: &[Instead],
    receipts: &mut Receipts,
) {
    let steps = batch.steps().map(|step| step.token());
    for token in steps.chain(batch.follow_ups().map(|follow_up| follow_up.token())) {
        let told = match instead.iter().find(|(other, _)| *other == token) {
            Some((_, told)) => told.as_ref(),
            None => own.get(token),
        };
        if let Some(told) = told {
            file(receipts, token, told);
        }
    }
}

/// Files a receipt as an adapter without versions does.
fn file(receipts: &mut Receipts, token: Token, receipt: &Receipt) {
    match receipt {
        Receipt::Created { id, .. } => receipts.created(token, id, None),
        Receipt::Updated { .. } => receipts.updated(token, None),
        Receipt::Unchanged => receipts.unchanged(token),
        Receipt::AlreadyApplied { id } => receipts.already_applied(token, id),
        Receipt::Conflict => receipts.conflict(token),
        Receipt::Rejected { why } => receipts.rejected(token, why),
        Receipt::Done => receipts.done(token),
        other => panic!("there is no way to file {other:?} again"),
    }
}

//! Rows that bring a new opportunity, and could be matched with a stored one instead once other rows of the plan are
//! written (behaviour O4, O5, X6).

use crate::account::Duplicates;
use crate::field::FieldId;
use crate::maps::Set;
use crate::object::{ContactNumber, Object, RecordRef, RowIndex};
use crate::plan::{By, Changes, Ledger, Outcome, Plan, fold_record, moves_link, print_of};

/// Shows these rows, in order: those whose contact has a stored opportunity that the plan moves there, or of which it
/// changes a field by which opportunities are matched.
pub(crate) fn each_bringing(plan: &Plan, show: impl FnMut(RowIndex)) {
    let ledger = &plan.ledger;
    let receivers = receivers(plan);
    if receivers.is_empty() {
        return;
    }
    let is_bringing = |row: &RowIndex| {
        let side = &ledger.opportunity_rows[row.index()];
        let is_of_receiver = |of| receivers.contains(&Receiver::of(ledger, of));
        side.outcome == Some(Outcome::Create) && side.contact.is_some_and(is_of_receiver)
    };
    ledger.all_rows().filter(is_bringing).for_each(show);
}

/// A contact with a changed opportunity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Receiver {
    /// A stored one, by a fingerprint of its id.
    Stored(u128),
    New(ContactNumber),
}

impl Receiver {
    fn of(ledger: &Ledger, contact: ContactNumber) -> Self {
        ledger.id(contact).map_or(Receiver::New(contact), |id| Receiver::Stored(print_of(id)))
    }

    /// The contact that a stored opportunity has in the end.
    fn by(ledger: &Ledger, opportunity: RecordRef) -> Option<Self> {
        if let Some(contact) = ledger.link_of(opportunity) {
            return Some(Receiver::of(ledger, contact));
        }
        let stored = ledger.entry(opportunity).stored()?;
        let link = ledger.stored_opportunities.value(stored, FieldId::CONTACT_LINK)?;
        Some(Receiver::Stored(print_of(link)))
    }
}

fn receivers(plan: &Plan) -> Set<Receiver> {
    let (ledger, settings) = (&plan.ledger, &*plan.ledger.settings);
    if !settings.compares_opportunities() {
        return Set::default();
    }
    let policy = &settings.account.opportunities;
    let is_compared = |key: &str| {
        let mut matching = policy.matching.iter();
        key == "pipeline" && policy.duplicates != Duplicates::Allow
            || key == "status" && settings.matches_open_only()
            || matching.any(|it| it.compared(&settings.fields).any(|compared| compared == key))
    };
    let is_named = |opportunity: RecordRef| {
        let mut rows = ledger.row_indexes(opportunity);
        rows.any(|row| ledger.opportunity_rows[row.index()].by == By::Id)
    };
    let mut changes = Changes::default();
    let mut is_changed = |opportunity: &RecordRef| {
        // A row that was matched says what its opportunity says already, save for a pipeline.
        if policy.duplicates == Duplicates::Allow && !is_named(*opportunity) {
            return false;
        }
        changes.clear();
        fold_record(ledger, *opportunity, &mut changes);
        let mut keys = (0..changes.len()).map(|at| changes.get(at, &settings.fields).key());
        keys.any(is_compared) || moves_link(ledger, *opportunity)
    };
    let records = plan.steps.iter().map(|kept| kept.record());
    records
        .filter(|step| step.object == Object::Opportunity && !ledger.entry(*step).is_new())
        .filter(|opportunity| is_changed(opportunity))
        .filter_map(|opportunity| Receiver::by(ledger, opportunity))
        .collect()
}

//! What follows when storage does not write a step: which rows fail with it, and how that is reported.

use super::applier::{Applier, State};
use super::units::{Task, TaskKind};
use crate::issue::{Finding, IssueCode};
use crate::object::{ContactNumber, Object, RecordRef, RowIndex};
use crate::plan::{Op, first_row};
use crate::storage::{Refusal, Token};

impl Applier {
    /// Fails a step that storage refused, for this reason.
    pub(super) fn fail_rejected(&mut self, at: usize, op: Op, why: &str) {
        let code = match op {
            Op::Create => IssueCode::WriteRejected,
            Op::Update => IssueCode::UpdateRejected,
        };
        self.fail_step(at, code, why);
    }

    /// Fails a step over which storage broke its contract.
    pub(super) fn fail_for_fault(&mut self, at: usize, why: &str) {
        self.fail_step(at, IssueCode::StorageFault, why);
    }

    /// Leaves out a step that another import of the same name has written before (X4). Its record is not changed now,
    /// and its rows are reported.
    pub(super) fn was_written_before(&mut self, at: usize, token: Token, id: &str) {
        let task = self.tasks[at];
        self.set_state(at, State::Done);
        let (part, step) = (task.part, task.record());
        if self.ledger(part).entry(step).is_new() {
            self.report.done.insert(token, (Op::Create, id.into()));
        }
        let mut rows = self.rows_of(part, step);
        if rows.is_empty() {
            rows.extend(self.naming_row(part, step));
        }
        for row in rows.into_iter().rev() {
            self.report.was_written_before(part, step.object, row, id);
            let finding =
                finding(IssueCode::AlreadyWritten, row, step.object, &self.checkpoint.import_id);
            self.report.note(finding);
        }
    }

    /// Fails a task because its contact was not written. An opportunity that is named by id is updated without the link
    /// instead (P6).
    pub(super) fn fail_dependant(&mut self, at: usize) {
        let task = self.tasks[at];
        if self.write_without_link(at) {
            return;
        }
        if task.kind != TaskKind::Opportunity {
            self.set_state(at, State::Failed);
            return;
        }
        let ledger = self.ledger(task.part);
        let contact = ledger.link_of(task.record());
        let why = contact.map_or_else(String::new, |contact| self.why_failed(task.part, contact));
        self.fail_step(at, IssueCode::ContactFailed, &why);
    }

    /// Why a contact was not written, in the words of its issue; "" if that is not known.
    pub(super) fn why_failed(&self, part: u32, contact: ContactNumber) -> String {
        let ledger = self.ledger(part);
        let Some(first) = first_row(ledger, RecordRef::from(contact)) else {
            return String::new();
        };
        let row = ledger.number(first);
        // Most contacts that are asked about failed just now, so the last ones are looked at first.
        let mut refused = self.report.refused.iter().rev();
        let is_of_contact = |it: &&Refusal| it.object == Object::Contact && it.row == row;
        let of_contact = refused.find(|it| is_of_contact(it) && !it.is_of_tags());
        of_contact.map_or_else(String::new, |refusal| {
            let finding = Finding::file(refusal.code).object(Object::Contact);
            ledger.in_words(&finding.detail(refusal.why.as_str()))
        })
    }

    /// Fails a step, and with it every row that is folded into it (L1).
    pub(super) fn fail_step(&mut self, at: usize, code: IssueCode, why: &str) {
        let task = self.tasks[at];
        self.set_state(at, State::Failed);
        self.failed.insert(self.token(&task));
        self.written[usize::from(task.kind == TaskKind::Opportunity)].failed += 1;
        self.fail_rows(task.part, task.record(), code, why);
        // A stored contact that could not be updated is still the one that its rows mean, so opportunities
        // are still linked to it. A contact that was not created, or was in conflict to the end, is lost.
        let is_lost = code == IssueCode::WriteConflict
            || self.ledger(task.part).entry(task.record()).is_new();
        if task.kind == TaskKind::Contact {
            self.keep_keys(task.part, ContactNumber::new(task.number));
            if is_lost {
                self.note_kept_links(task.part, ContactNumber::new(task.number));
            }
        }
    }

    fn fail_rows(&mut self, part: u32, step: RecordRef, code: IssueCode, why: &str) {
        let rows = self.rows_of(part, step);
        if rows.is_empty() {
            return self.tags_failed(part, step, code, why);
        }
        let ledger = self.ledger(part);
        let row = self.step_number(part, step);
        let id = ledger.id(step).map(str::to_owned);
        let refusal = Refusal { object: step.object, row, id, code, why: why.to_owned() };
        self.report.refused.push(refusal);
        for row in rows.into_iter().rev() {
            self.report.fail(step.object, row, code);
            self.report.note(finding(code, row, step.object, why));
        }
    }

    /// Reports that a contact did not get tags. No row fails, because none is folded into the contact.
    fn tags_failed(&mut self, part: u32, step: RecordRef, code: IssueCode, why: &str) {
        let Some(row) = self.naming_row(part, step) else { return };
        let ledger = self.ledger(part);
        let why = match why {
            "" => ledger.in_words(&Finding::file(code).object(Object::Contact)),
            why => why.to_owned(),
        };
        let id = ledger.id(step).map(str::to_owned);
        self.warn_of_tags(row, &why);
        self.report.refused.push(Refusal {
            object: Object::Contact,
            row: self.report.plan.ledger.number(row),
            id,
            code: IssueCode::FollowUpFailed,
            why,
        });
    }

    fn warn_of_tags(&mut self, row: RowIndex, why: &str) {
        let why = format!("the tags were not written: {why}");
        self.report.warn(Object::Contact, row);
        self.report.note(finding(IssueCode::FollowUpFailed, row, Object::Contact, &why));
    }

    /// Reports a follow-up that could not be done, as a warning about the row of its contact.
    pub(super) fn follow_up_failed(&mut self, at: usize, why: &str) {
        let task = self.tasks[at];
        self.set_state(at, State::Failed);
        // It is not tried again when the contact's rows are planned again.
        self.failed.insert(self.token(&task));
        let TaskKind::FollowUp(which) = task.kind else { return };
        let follow_up = self.follow_up(which);
        let why = format!("{} {:?}: {why}", follow_up.kind().name(), follow_up.name());
        let Some(row) = self.naming_row(task.part, task.record()) else { return };
        self.report.warn(Object::Contact, row);
        self.report.note(finding(IssueCode::FollowUpFailed, row, Object::Contact, &why));
    }

    /// Fails a step that storage had refused before the import was interrupted. It is not tried again.
    pub(super) fn refuse(&mut self, refused: &Refusal) {
        let ledger = &self.report.plan.ledger;
        let row = ledger.numbers.row(refused.row).filter(|row| row.index() < ledger.len());
        let Some(row) = row else { return };
        if refused.is_of_tags() {
            return self.refuse_tags(row, &refused.why);
        }
        let Some(step) = ledger.side(refused.object, row).record else { return };
        let is_it =
            |task: &Task| !matches!(task.kind, TaskKind::FollowUp(_)) && task.record() == step;
        match self.tasks.iter().position(is_it) {
            Some(at) if self.states[at] != State::Waiting => {}
            Some(at) => self.fail_step(at, refused.code, &refused.why),
            // There is no such step now, because the record has the values of the row already.
            None => self.fail_rows(0, step, refused.code, &refused.why),
        }
    }

    /// Does the same for the tags that a row brings to a contact.
    fn refuse_tags(&mut self, row: RowIndex, why: &str) {
        let is_it = |task: &Task| {
            let step = task.record();
            task.kind == TaskKind::Contact
                && !self.ledger(task.part).entry(step).has_rows()
                && self.naming_row(task.part, step) == Some(row)
        };
        match self.tasks.iter().position(is_it) {
            Some(at) if self.states[at] != State::Waiting => {}
            Some(at) => self.fail_step(at, IssueCode::FollowUpFailed, why),
            // There is no such step now. The tags are not tried again, and the warning stays.
            None => self.warn_of_tags(row, why),
        }
    }
}

/// A finding about one side of a row, with a reason if there is one.
pub(super) fn finding(code: IssueCode, row: RowIndex, object: Object, why: &str) -> Finding {
    let finding = Finding::row(code, row.number()).object(object);
    if why.is_empty() { finding } else { finding.detail(why) }
}

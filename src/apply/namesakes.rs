//! Contacts that another process of the same import has created meanwhile.
//!
//! An import may be started twice at the same time: somebody presses a button twice, or a queue hands out a job again.
//! For each of the two processes, a contact that the other one has created looks like any stored contact. The
//! follow-ups of a stored contact have tokens made from its id, those of a contact that the import creates have tokens
//! made from the step ([`Tokens::follow_up`]). So the contact would get its follow-ups twice, if the step that created
//! it were not found out here (behaviour F1).

use super::applier::{Applier, State};
use super::token::Tokens;
use super::units::{Task, TaskKind};
use crate::follow_up::FollowUp;
use crate::object::{Object, RecordRef};
use crate::plan::Op;
use crate::storage::{Applied, Token};

impl Applier {
    /// The tokens of the steps that may have created the stored contacts for which there are follow-ups.
    pub(super) fn possible_creates(&self) -> Vec<Token> {
        let followed = self.tasks.iter().filter(|task| matches!(task.kind, TaskKind::FollowUp(_)));
        let stored = followed.filter(|task| self.ledger(task.part).id(task.record()).is_some());
        // The tasks of one contact stand side by side.
        let mut contacts: Vec<(u32, u32)> = stored.map(|task| (task.part, task.number)).collect();
        contacts.dedup();
        let rows = contacts.into_iter().flat_map(|(part, number)| {
            let ledger = self.ledger(part);
            let contact = RecordRef { object: Object::Contact, number };
            ledger.row_indexes(contact).map(|row| ledger.number(row))
        });
        rows.map(|row| self.tokens.row(Object::Contact, row)).collect()
    }

    /// Takes over which of these steps have created a contact. Follow-ups that are not for contacts which the import
    /// creates are not done for them.
    pub(super) fn know_creates(&mut self, tokens: &[Token], applied: &Applied) {
        let created = tokens.iter().filter(|token| applied.op(**token) == Some(Op::Create));
        self.created_elsewhere =
            created.filter_map(|token| Some((applied.id(*token)?.into(), *token))).collect();
        if self.created_elsewhere.is_empty() {
            return;
        }
        for at in 0..self.tasks.len() {
            let task = self.tasks[at];
            let TaskKind::FollowUp(number) = task.kind else { continue };
            let scope = self.follow_up(number).scope();
            if self.create_elsewhere(&task).is_some() && !scope.includes(true) {
                self.set_state(at, State::Done);
            }
        }
    }

    /// The follow-up with this number of the settings.
    pub(super) fn follow_up(&self, number: u16) -> &FollowUp {
        &self.report.plan.ledger.settings.follow_ups[usize::from(number)]
    }

    /// The token of a follow-up, the one with this number of the settings.
    pub(super) fn follow_up_token(&self, task: &Task, number: u16) -> Token {
        let follow_up = self.follow_up(number);
        let (kind, name) = (follow_up.kind(), follow_up.name());
        match self.create_elsewhere(task) {
            Some(create) => Tokens::follow_up_of_new(create, kind, name),
            None => self.tokens.follow_up(self.ledger(task.part), task.record(), kind, name),
        }
    }

    /// The step with which another process has created the contact of a follow-up, if one has.
    fn create_elsewhere(&self, task: &Task) -> Option<Token> {
        let id = self.ledger(task.part).id(task.record())?;
        self.created_elsewhere.get(id).copied()
    }
}

//! What other processes that write the same import have created meanwhile.
//!
//! An import may be started twice at the same time: a button pressed twice, a job that a queue hands out again. To each
//! of the two processes, a contact that the other one has created is a stored one. But it is the import's own, and its
//! follow-ups go by the step that has created it ([`Tokens::follow_up`]); by its id, it would get them once more
//! (behaviour F1).

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
        // The follow-ups of a contact stand together.
        let mut contacts: Vec<(u32, u32)> = stored.map(|task| (task.part, task.number)).collect();
        contacts.dedup();
        let rows = contacts.into_iter().flat_map(|(part, number)| {
            let ledger = self.ledger(part);
            let contact = RecordRef { object: Object::Contact, number };
            ledger.row_indexes(contact).map(|row| ledger.number(row))
        });
        rows.map(|row| self.tokens.row(Object::Contact, row)).collect()
    }

    /// Takes over which of them have. What is not for the contacts that an import creates is not done.
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

    /// The step of another process that has created the contact of a follow-up.
    fn create_elsewhere(&self, task: &Task) -> Option<Token> {
        let id = self.ledger(task.part).id(task.record())?;
        self.created_elsewhere.get(id).copied()
    }
}

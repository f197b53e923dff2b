//! An adapter over an API: no transactions, ids that the service gives, limits on each call, and calls that fail on the
//! way.
//!
//! The service keeps the token of each record that it creates. What it cannot keep (the tokens of updates, and
//! checkpoints) is in a journal.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crm_import::account::{OpportunityMatching, OpportunityPolicy, Pipeline, Stage};
use crm_import::dedup::DedupPolicy;
use crm_import::lookup::{Found, Lookup};
use crm_import::storage::{
    Applied, Batch, BatchStep, Checkpoint, Link, Op, Receipts, Recovery, Token,
};
use crm_import::{Account, AsyncStorage, AsyncStorageWrite, Object};

use super::service::{Answer, Failure, Record, SEARCHED, Service, Values, WRITTEN};

/// Here it is in memory. Yours is a table or a file, so that it survives the process.
#[derive(Default)]
pub(crate) struct Journal {
    tokens: HashMap<Token, (Op, String)>,
    checkpoints: Vec<Checkpoint>, // in the order in which their imports were begun
}

pub(crate) struct Crm {
    service: Service,
    journal: Arc<Mutex<Journal>>,
}

/// A step that is to be written, and the record that is sent for it.
struct Sent<'a> {
    step: BatchStep<'a>,
    record: Record,
}

/// Repeats a call while the service is busy.
async fn patiently<T, F>(call: impl Fn() -> F) -> Result<T, Failure>
where
    F: Future<Output = Result<T, Failure>>,
{
    let mut wait = Duration::from_millis(1);
    loop {
        match call().await {
            Err(Failure::TryAgain) if wait < Duration::from_secs(1) => {
                tokio::time::sleep(wait).await;
                wait *= 2;
            }
            answer => return answer,
        }
    }
}

impl Crm {
    pub(crate) fn new(service: &Service, journal: &Arc<Mutex<Journal>>) -> Self {
        Crm { service: service.clone(), journal: journal.clone() }
    }

    fn journal(&self) -> MutexGuard<'_, Journal> {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, checkpoint: &Checkpoint) {
        let mut journal = self.journal();
        let mut kept = journal.checkpoints.iter_mut();
        match kept.find(|kept| kept.import_id == checkpoint.import_id) {
            Some(kept) => kept.clone_from(checkpoint),
            None => journal.checkpoints.push(checkpoint.clone()),
        }
    }

    async fn search(
        &self,
        object: Object,
        field: &str,
        values: &[&str],
    ) -> Result<Vec<Record>, Failure> {
        let mut records = Vec::new();
        for values in values.chunks(SEARCHED) {
            let answer = patiently(|| self.service.search(object, field, values));
            records.extend(answer.await?);
        }
        Ok(records)
    }

    /// Notes the records that were created for these tokens, even if the answer was lost.
    async fn note_created(&self, object: Object, tokens: &[Token]) -> Result<(), Failure> {
        let texts: Vec<String> = tokens.iter().map(Token::to_string).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        for record in self.search(object, "external_ref", &texts).await? {
            if let Ok(token) = record.external_ref.parse() {
                self.journal().tokens.insert(token, (Op::Create, record.id));
            }
        }
        Ok(())
    }

    /// The steps about one object that are to be written. The others get their receipts.
    async fn to_send<'a>(
        &self,
        object: Object,
        batch: &Batch<'a>,
        receipts: &mut Receipts,
    ) -> Result<Vec<Sent<'a>>, Failure> {
        let created: Vec<Token> = batch.of(object, Op::Create).map(|step| step.token()).collect();
        self.note_created(object, &created).await?;
        let mut all = Vec::new();
        for step in batch.steps().filter(|step| step.object() == object) {
            if let Some((_, id)) = self.journal().tokens.get(&step.token()) {
                receipts.already_applied(step.token(), id);
                continue;
            }
            let mut values: Values =
                step.changes().map(|change| (change.key().to_owned(), change.text())).collect();
            match step.link(receipts) {
                Link::Lost => continue,
                Link::To(contact) => drop(values.insert("contact_id".into(), contact.into())),
                Link::Unchanged => {}
            }
            let version = step.version().and_then(|version| version.parse().ok());
            let record = Record {
                id: step.id().to_owned(),
                version: version.unwrap_or_default(),
                external_ref: step.token().to_string(),
                values,
            };
            all.push(Sent { step, record });
        }
        Ok(all)
    }

    /// Sends these steps, all of them creates or all of them updates. Each answer is noted before the next call.
    async fn send(
        &self,
        object: Object,
        steps: &[Sent<'_>],
        receipts: &mut Receipts,
    ) -> Result<(), Failure> {
        for steps in steps.chunks(WRITTEN) {
            let records: Vec<Record> = steps.iter().map(|sent| sent.record.clone()).collect();
            let answers = patiently(|| self.service.write(object, &records)).await?;
            for (Sent { step, .. }, answer) in steps.iter().zip(answers) {
                let token = step.token();
                match answer {
                    Answer::Written { id, version } => {
                        receipts.written(step, &id, Some(&version.to_string()));
                        self.journal().tokens.insert(token, (step.op(), id));
                    }
                    Answer::Changed => receipts.conflict(token),
                    // Planned again, it finds whoever has the address.
                    Answer::Taken(field) if step.new_keys().any(|key| key.rule() == field) => {
                        receipts.conflict(token);
                    }
                    Answer::Taken(field) => {
                        receipts.rejected(token, &format!("another person has this {field}"));
                    }
                    Answer::Refused(why) => receipts.rejected(token, why),
                }
            }
        }
        Ok(())
    }
}

/// Adds a record to the answer, with the key of the rule by which it was found.
fn tell(record: &Record, rule: Option<&str>, found: &mut Found) {
    let mut told = found.record(&record.id).version(&record.version.to_string());
    for (field, value) in &record.values {
        told = told.value(field.as_str(), value);
    }
    if let Some((rule, address)) = rule.and_then(|rule| Some((rule, record.values.get(rule)?))) {
        told.key(rule, &address.to_lowercase());
    }
}

impl AsyncStorage for Crm {
    type Error = Failure;

    async fn account(&mut self) -> Result<Account, Failure> {
        let stages = ["New", "Quoted", "Won"].map(|name| Stage::new(name.to_lowercase(), name));
        let matching = OpportunityMatching::best_or_create(["name"]);
        Ok(Account {
            default_country: Some("US".into()),
            dedup: DedupPolicy::by([["email"], ["phone"]]),
            pipelines: vec![Pipeline::new("sales", "Sales", stages)],
            opportunities: OpportunityPolicy::by(matching),
            ..Account::default()
        }
        .only(Object::Contact, &["first_name", "last_name", "email", "phone", "company"])
        .only(Object::Opportunity, &["value"]))
    }

    async fn find(&mut self, lookup: &Lookup<'_>, found: &mut Found) -> Result<(), Failure> {
        let object = lookup.object();
        for (field, ids) in [("id", lookup.ids()), ("contact_id", lookup.contact_ids())] {
            let records = self.search(object, field, ids).await?;
            records.iter().for_each(|record| tell(record, None, found));
        }
        for block in lookup.blocks() {
            let rule = block.rule();
            let records = self.search(object, &rule, block.column(0)).await?;
            records.iter().for_each(|record| tell(record, Some(&rule), found));
        }
        Ok(())
    }

    async fn asks_again(&mut self, error: &Failure, attempt: u32) -> bool {
        self.recover(error, attempt).await == Recovery::Retry
    }
}

impl AsyncStorageWrite for Crm {
    async fn write(&mut self, batch: &Batch<'_>, receipts: &mut Receipts) -> Result<(), Failure> {
        // Before the first record is written, the journal knows that there is an import to go on with.
        let id = &batch.checkpoint().import_id;
        let is_new = self.journal().checkpoints.iter().all(|kept| kept.import_id != *id);
        if is_new {
            self.keep(batch.checkpoint());
        }
        for object in Object::ALL {
            let all = self.to_send(object, batch, receipts).await?;
            let (updates, creates): (Vec<_>, Vec<_>) =
                all.into_iter().partition(|sent| sent.step.is_update());
            // An update may give up an address that a create gets.
            self.send(object, &updates, receipts).await?;
            self.send(object, &creates, receipts).await?;
        }
        self.keep(batch.checkpoint());
        Ok(())
    }

    /// What was written of a batch stays written. Repeated, its tokens are known.
    async fn recover(&mut self, error: &Failure, attempt: u32) -> Recovery {
        if matches!(error, Failure::Down) || attempt > 5 {
            return Recovery::Stop;
        }
        tokio::time::sleep(Duration::from_millis(1 << attempt)).await;
        Recovery::Retry
    }

    fn keeps_tokens(&self) -> bool {
        true
    }

    async fn applied(&mut self, tokens: &[Token], known: &mut Applied) -> Result<(), Failure> {
        for object in Object::ALL {
            self.note_created(object, tokens).await?;
        }
        let journal = self.journal();
        for token in tokens {
            if let Some((op, id)) = journal.tokens.get(token) {
                known.add(*token, *op, id);
            }
        }
        Ok(())
    }

    async fn unfinished(&mut self) -> Result<Option<Vec<Checkpoint>>, Failure> {
        Ok(Some(self.journal().checkpoints.iter().rev().cloned().collect()))
    }
}

//! An adapter over an asynchronous client: PostgreSQL through `tokio-postgres`, record by record.

use std::collections::BTreeMap;
use std::time::Duration;

use crm_import::lookup::{Found, Lookup};
use crm_import::storage::{
    Applied, AsyncStorage, AsyncStorageWrite, Batch, BatchFollowUp, BatchKey, BatchStep,
    Checkpoint, Link, Op, Receipts, Recovery, Token,
};
use crm_import::{Account, FollowUpKind, Object, RecordId};
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Config, Error, NoTls, Transaction};

use super::columns::json;

const TABLES: &str = "
CREATE TABLE IF NOT EXISTS contacts (id bigserial PRIMARY KEY, version bigint NOT NULL DEFAULT 1, data jsonb NOT NULL);
CREATE TABLE IF NOT EXISTS opportunities (id bigserial PRIMARY KEY, version bigint NOT NULL DEFAULT 1, data jsonb NOT NULL);
CREATE TABLE IF NOT EXISTS follow_ups (contact_id bigint NOT NULL, kind text NOT NULL, name text NOT NULL);
CREATE TABLE IF NOT EXISTS import_steps (token text PRIMARY KEY, op text NOT NULL, record_id bigint NOT NULL);
CREATE TABLE IF NOT EXISTS import_checkpoints (import_id text PRIMARY KEY, begun bigserial, checkpoint text NOT NULL);";

/// A CRM in a PostgreSQL database. A contact's keys are its addresses, in the form in which they are asked for:
/// nobody but imports writes here.
pub(crate) struct Crm {
    config: Config,
    client: Client,
}

/// A record's values by field.
type Values = BTreeMap<String, Vec<String>>;

/// Connects. What the connection does, it does in a task of its own.
async fn connect(config: &Config) -> Result<Client, Error> {
    let (client, connection) = config.connect(NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

impl Crm {
    /// Connects, and makes the tables where they are missing.
    pub(crate) async fn open(config: Config) -> Result<Self, Error> {
        let client = connect(&config).await?;
        client.batch_execute(TABLES).await?;
        Ok(Crm { config, client })
    }

    /// Adds the records of a query (id, version, data) to the answer, each with those of its addresses that were
    /// asked for.
    async fn tell(
        &self,
        sql: &str,
        parameter: &(dyn ToSql + Sync),
        asked: Option<(&str, &[&str])>,
        found: &mut Found,
    ) -> Result<(), Error> {
        for row in self.client.query(sql, &[parameter]).await? {
            let values: Values = serde_json::from_str(row.get(2)).unwrap_or_default();
            let mut record = found.record(&row.get::<_, i64>(0).to_string());
            record = record.version(&row.get::<_, i64>(1).to_string());
            for (field, of) in &values {
                record = record.values(field.as_str(), of.iter().map(String::as_str));
                if let Some((rule, keys)) =
                    asked.filter(|(rule, _)| addresses(rule).contains(&&**field))
                {
                    for key in of.iter().filter(|of| keys.contains(&of.as_str())) {
                        record = record.key(rule, key);
                    }
                }
            }
        }
        Ok(())
    }
}

/// The fields that hold what a rule is about.
fn addresses(rule: &str) -> [&'static str; 2] {
    match rule {
        "phone" => ["phone", "additional_phones"],
        _ => ["email", "additional_emails"],
    }
}

/// The contacts that carry one of the keys `$1`.
fn carries(rule: &str) -> String {
    let [first, more] = addresses(rule);
    format!("(data->'{first}' ?| $1 OR data->'{more}' ?| $1)")
}

fn table(object: Object) -> &'static str {
    match object {
        Object::Contact => "contacts",
        Object::Opportunity => "opportunities",
    }
}

impl AsyncStorage for Crm {
    type Error = Error;

    async fn account(&mut self) -> Result<Account, Error> {
        Ok(Account { default_country: Some("US".into()), ..Account::default() })
    }

    async fn find(&mut self, lookup: &Lookup<'_>, found: &mut Found) -> Result<(), Error> {
        let of = format!("SELECT id, version, data::text FROM {} WHERE", table(lookup.object()));
        let ids: Vec<i64> = lookup.ids().iter().filter_map(|id| RecordId::number(id)).collect();
        if !ids.is_empty() {
            self.tell(&format!("{of} id = ANY($1)"), &ids, None, found).await?;
        }
        if !lookup.contact_ids().is_empty() {
            let by_contact = format!("{of} data->'contact_id'->>0 = ANY($1)");
            self.tell(&by_contact, &lookup.contact_ids(), None, found).await?;
        }
        for block in lookup.blocks() {
            let (rule, keys) = (block.fields()[0], block.column(0));
            let sql = format!("{of} {}", carries(rule));
            self.tell(&sql, &keys, Some((rule, keys)), found).await?;
        }
        Ok(())
    }

    async fn asks_again(&mut self, error: &Error, attempt: u32) -> bool {
        self.recover(error, attempt).await == Recovery::Retry
    }
}

impl AsyncStorageWrite for Crm {
    async fn write(&mut self, batch: &Batch<'_>, receipts: &mut Receipts) -> Result<(), Error> {
        // Dropped before its commit, a transaction is rolled back.
        let writing = Writing { db: self.client.transaction().await? };
        writing.lock(batch).await?;
        for step in batch.steps() {
            writing.step(&step, receipts).await?;
        }
        for follow_up in batch.follow_ups() {
            writing.follow_up(&follow_up, receipts).await?;
        }
        writing.keep(batch.checkpoint()).await?;
        writing.db.commit().await
    }

    /// A connection that is gone is made again, a little later.
    async fn recover(&mut self, error: &Error, attempt: u32) -> Recovery {
        let is_cut = error.code() == Some(&SqlState::ADMIN_SHUTDOWN);
        if !(is_cut || error.is_closed() || self.client.is_closed()) || attempt > 8 {
            return Recovery::Stop;
        }
        tokio::time::sleep(Duration::from_millis(10 << attempt)).await;
        if let Ok(client) = connect(&self.config).await {
            self.client = client;
        }
        Recovery::Retry
    }

    fn keeps_tokens(&self) -> bool {
        true
    }

    async fn applied(&mut self, tokens: &[Token], known: &mut Applied) -> Result<(), Error> {
        let texts: Vec<String> = tokens.iter().map(Token::to_string).collect();
        let sql = "SELECT token, op, record_id FROM import_steps WHERE token = ANY($1)";
        for row in self.client.query(sql, &[&texts]).await? {
            let Ok(token) = row.get::<_, &str>(0).parse() else { continue };
            let op = Op::named(row.get(1)).unwrap_or(Op::Update);
            known.add(token, op, &row.get::<_, i64>(2).to_string());
        }
        Ok(())
    }

    async fn unfinished(&mut self) -> Result<Option<Vec<Checkpoint>>, Error> {
        let sql = "SELECT checkpoint FROM import_checkpoints ORDER BY begun DESC";
        let rows = self.client.query(sql, &[]).await?;
        Ok(Some(rows.iter().filter_map(|row| serde_json::from_str(row.get(0)).ok()).collect()))
    }

    fn supports(&self, _: FollowUpKind) -> bool {
        true
    }
}

/// One batch in its transaction.
struct Writing<'a> {
    db: Transaction<'a>,
}

impl Writing<'_> {
    /// Waits for whoever writes the same import, or one of the same records or keys, in one order for all.
    async fn lock(&self, batch: &Batch<'_>) -> Result<(), Error> {
        let mut names = vec![format!("import {}", batch.checkpoint().import_id)];
        names.extend(batch.keys().iter().map(|key| match key {
            BatchKey::Id(object, id) => format!("{object} {id}"),
            BatchKey::Match(key) => format!("{} {}", key.fields()[0], key.value()),
        }));
        let sql =
            "SELECT pg_advisory_xact_lock(hashtextextended(name, 0)) FROM unnest($1::text[]) name";
        self.db.execute(sql, &[&names]).await.map(drop)
    }

    /// The first value of a query that gives a number.
    async fn number(
        &self,
        sql: &str,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<Option<i64>, Error> {
        Ok(self.db.query_opt(sql, parameters).await?.map(|row| row.get(0)))
    }

    /// Writes a step, or says in its receipt why not.
    async fn step(&self, step: &BatchStep<'_>, receipts: &mut Receipts) -> Result<(), Error> {
        let token = step.token();
        if let Some(id) = self.written(token).await? {
            receipts.already_applied(token, &id.to_string());
            return Ok(());
        }
        let contact = match step.link(receipts) {
            Link::Unchanged => None,
            Link::To(contact) => Some(contact.to_owned()),
            Link::Lost => return Ok(()),
        };
        let (id, contact) = (RecordId::number(step.id()), contact.as_deref());
        let table = table(step.object());
        let sql = format!("SELECT version FROM {table} WHERE id = $1 FOR UPDATE");
        let version = self.number(&sql, &[&id]).await?.map(|version| version.to_string());
        if step.is_stale(version.as_deref())
            || self.is_gone(contact).await?
            || self.is_taken(step).await?
        {
            receipts.conflict(token);
            return Ok(());
        }
        let data = json(step, contact);
        let id = match id.filter(|_| step.is_update()) {
            Some(id) => {
                let sql = format!(
                    "UPDATE {table} SET version = version + 1,
                         data = jsonb_strip_nulls(data || $2::text::jsonb) WHERE id = $1"
                );
                self.db.execute(&sql, &[&id, &data]).await?;
                receipts.updated(token, None);
                id
            }
            None => {
                let sql =
                    format!("INSERT INTO {table} (data) VALUES ($1::text::jsonb) RETURNING id");
                let id: i64 = self.db.query_one(&sql, &[&data]).await?.get(0);
                receipts.created(token, &id.to_string(), Some("1"));
                id
            }
        };
        self.note(token, step.op().name(), id).await
    }

    /// Is the contact gone that the step is linked to?
    async fn is_gone(&self, contact: Option<&str>) -> Result<bool, Error> {
        let Some(contact) = contact else { return Ok(false) };
        let sql = "SELECT id FROM contacts WHERE id = $1 FOR KEY SHARE";
        Ok(self.number(sql, &[&RecordId::number(contact)]).await?.is_none())
    }

    /// Does somebody else hold a key that is to be free?
    async fn is_taken(&self, step: &BatchStep<'_>) -> Result<bool, Error> {
        for key in step.new_keys() {
            let carries = carries(&key.fields()[0]);
            let sql =
                format!("SELECT count(*) FROM contacts WHERE {carries} AND id IS DISTINCT FROM $2");
            let others = self
                .number(&sql, &[&[key.value()].as_slice(), &RecordId::number(step.id())])
                .await?;
            if others > Some(0) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn follow_up(
        &self,
        follow_up: &BatchFollowUp<'_>,
        receipts: &mut Receipts,
    ) -> Result<(), Error> {
        let token = follow_up.token();
        if let Some(id) = self.written(token).await? {
            receipts.already_applied(token, &id.to_string());
            return Ok(());
        }
        let Link::To(contact) = follow_up.contact(receipts) else { return Ok(()) };
        let contact = contact.to_owned();
        if self.is_gone(Some(&contact)).await? {
            receipts.rejected(token, "the contact is gone");
            return Ok(());
        }
        let id = RecordId::number(&contact).unwrap_or_default();
        let (kind, name) = (follow_up.kind().name(), follow_up.name());
        self.db.execute("INSERT INTO follow_ups VALUES ($1, $2, $3)", &[&id, &kind, &name]).await?;
        receipts.done(token);
        self.note(token, "follow-up", id).await
    }

    /// The record of a step that was written before.
    async fn written(&self, token: Token) -> Result<Option<i64>, Error> {
        let sql = "SELECT record_id FROM import_steps WHERE token = $1";
        self.number(sql, &[&token.to_string()]).await
    }

    async fn note(&self, token: Token, op: &str, id: i64) -> Result<(), Error> {
        let sql = "INSERT INTO import_steps VALUES ($1, $2, $3)";
        self.db.execute(sql, &[&token.to_string(), &op, &id]).await.map(drop)
    }

    async fn keep(&self, checkpoint: &Checkpoint) -> Result<(), Error> {
        let text = serde_json::to_string(checkpoint).unwrap_or_default();
        let sql = "INSERT INTO import_checkpoints (import_id, checkpoint) VALUES ($1, $2)
                   ON CONFLICT (import_id) DO UPDATE SET checkpoint = excluded.checkpoint";
        self.db.execute(sql, &[&checkpoint.import_id, &text]).await.map(drop)
    }
}

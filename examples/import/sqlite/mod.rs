//! A storage adapter over SQLite: the model to copy for a database of your own.
//!
//! Contacts and opportunities are tables with a column for each standard field. E-mail addresses and phones are
//! rows of their own, in lower case and in E.164, so that a look-up is an index access. Custom fields, tags
//! and other lists are rows of (record, field, position, value).

mod error;
mod find;
mod schema;
mod write;

use std::path::Path;

use crm_import::lookup::{Found, Lookup};
use crm_import::storage::{
    Applied, Batch, Checkpoint, FollowUpKind, Op, Receipts, Recovery, Token,
};
use crm_import::{Account, Fields, Object, Storage, StorageWrite, normalize};
use error::SqliteError;
use find::Finder;
use rusqlite::Error::FromSqlConversionFailure;
use rusqlite::types::Type;
use rusqlite::{Connection, ErrorCode, OptionalExtension, TransactionBehavior, params};
use schema::{Columns, Durability};
use write::Writer;

/// A CRM in an SQLite file.
pub(crate) struct Sqlite {
    db: Connection,
    fields: Fields,
    account: Account,
    /// Of contacts and of opportunities.
    columns: [Columns; 2],
}

impl Sqlite {
    /// Opens the file and reads the account's settings, which are kept in it. `None` if there is no such file
    /// yet.
    pub(crate) fn open(path: &Path) -> Result<Option<Self>, rusqlite::Error> {
        if !path.exists() {
            return Ok(None);
        }
        let db = schema::connect(path)?;
        if schema::is_made(&db)? { Sqlite::read(db).map(Some) } else { Ok(None) }
    }

    /// The account is kept in the file.
    fn read(db: Connection) -> Result<Self, rusqlite::Error> {
        let text: String = db.query_row("SELECT settings FROM account", [], |row| row.get(0))?;
        let account = serde_json::from_str(&text).map_err(|error| {
            rusqlite::Error::FromSqlConversionFailure(
                0,
                rusqlite::types::Type::Text,
                Box::new(error),
            )
        })?;
        Ok(Sqlite::over(db, account))
    }

    /// Makes a new file for these settings, with the records that `fill` puts there. All or nothing: if the process
    /// is killed half-way, the next start makes the file anew. If another process makes the file at this moment, it
    /// is as that one makes it.
    pub(crate) fn create(
        path: &Path,
        account: Account,
        fill: impl FnOnce(&mut Sqlite) -> Result<(), rusqlite::Error>,
    ) -> Result<Self, rusqlite::Error> {
        let db = schema::connect(path)?;
        // Immediate: of two processes one waits here.
        db.execute_batch("BEGIN IMMEDIATE")?;
        if schema::is_made(&db)? {
            db.execute_batch("ROLLBACK")?;
            return Sqlite::read(db);
        }
        schema::create(&db, &account)?;
        let mut made = Sqlite::over(db, account);
        fill(&mut made)?;
        made.db.execute_batch("COMMIT")?;
        schema::write_ahead(&made.db);
        Ok(made)
    }

    fn over(db: Connection, account: Account) -> Self {
        let fields = account.fields();
        let columns = Object::ALL.map(|object| Columns::of(object, &fields));
        Sqlite { db, fields, account, columns }
    }

    /// The settings of the account.
    pub(crate) fn settings(&self) -> &Account {
        &self.account
    }

    /// The last checkpoint of every import, the one begun last first.
    pub(crate) fn checkpoints(&self) -> Result<Vec<Checkpoint>, rusqlite::Error> {
        let mut statement =
            self.db.prepare("SELECT checkpoint FROM import_checkpoints ORDER BY rowid DESC")?;
        let texts = statement.query_map([], |row| row.get::<_, String>(0))?;
        let read = |text: Result<String, rusqlite::Error>| {
            let unreadable = |error| FromSqlConversionFailure(0, Type::Text, Box::new(error));
            serde_json::from_str(&text?).map_err(unreadable)
        };
        texts.map(read).collect()
    }

    /// Adds one record the way an application would, outside of any import.
    pub(crate) fn seed(
        &mut self,
        object: Object,
        values: &[(&str, &str)],
    ) -> Result<String, rusqlite::Error> {
        // Inside of the transaction that makes the file, or one of its own.
        let savepoint = self.db.savepoint()?;
        let writer = Writer::new(&savepoint, &self.fields, &self.account, &self.columns);
        let id = writer.seed(object, values)?;
        savepoint.commit()?;
        Ok(id.to_string())
    }
}

impl Storage for Sqlite {
    type Error = SqliteError;

    fn account(&mut self) -> Result<Account, SqliteError> {
        Ok(self.account.clone())
    }

    fn find(&mut self, lookup: &Lookup<'_>, found: &mut Found) -> Result<(), SqliteError> {
        // One transaction for all its statements, instead of one for each.
        let transaction = self.db.transaction()?;
        Finder::new(&transaction, lookup, found)?.answer()?;
        Ok(transaction.commit()?)
    }

    fn answers(&self, _: &[String]) -> bool {
        true
    }

    fn asks_again(&mut self, error: &SqliteError, attempt: u32) -> bool {
        let code = error.code();
        matches!(code, Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)) && attempt <= 3
    }
}

impl StorageWrite for Sqlite {
    fn write(&mut self, batch: &Batch<'_>, receipts: &mut Receipts) -> Result<(), SqliteError> {
        // Somebody who is told that the import is complete must be able to rely on it.
        let is_last = batch.checkpoint().is_last;
        let durability = if is_last { Durability::Power } else { Durability::Process };
        schema::set_durability(&self.db, durability)?;
        // Immediate: from here on this is the only writer, and what is checked below stays true until the commit.
        let transaction = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut writer = Writer::new(&transaction, &self.fields, &self.account, &self.columns);
        for step in batch.steps() {
            writer.step(&step, receipts)?;
        }
        for follow_up in batch.follow_ups() {
            writer.follow_up(&follow_up, receipts)?;
        }
        let checkpoint = serde_json::to_string(batch.checkpoint()).unwrap_or_default();
        transaction.execute(
            "INSERT INTO import_checkpoints (import_id, checkpoint) VALUES (?1, ?2)
             ON CONFLICT (import_id) DO UPDATE SET checkpoint = excluded.checkpoint",
            params![batch.checkpoint().import_id, checkpoint],
        )?;
        Ok(transaction.commit()?)
    }

    fn recover(&mut self, error: &SqliteError, attempt: u32) -> Recovery {
        match error.code() {
            // The busy timeout has passed already.
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) if attempt <= 3 => {
                Recovery::Retry
            }
            Some(ErrorCode::ConstraintViolation | ErrorCode::TooBig | ErrorCode::TypeMismatch) => {
                Recovery::Split
            }
            _ => Recovery::Stop,
        }
    }

    fn unfinished(&mut self) -> Result<Option<Vec<Checkpoint>>, SqliteError> {
        Ok(Some(self.checkpoints()?))
    }

    fn keeps_tokens(&self) -> bool {
        true
    }

    fn applied(&mut self, tokens: &[Token], known: &mut Applied) -> Result<(), SqliteError> {
        let mut statement = self
            .db
            .prepare_cached("SELECT record_id, outcome FROM import_steps WHERE token = ?1")?;
        for &token in tokens {
            let step: Option<(i64, String)> = statement
                .query_row([token.to_string()], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            if let Some((id, outcome)) = step {
                let op = if outcome == "created" { Op::Create } else { Op::Update };
                known.add(token, op, &id.to_string());
            }
        }
        Ok(())
    }

    fn supports(&self, _: FollowUpKind) -> bool {
        true
    }
}

/// How an e-mail address or a phone is kept, so that look-ups find it.
pub(crate) fn canonical(kind_is_email: bool, value: &str, account: &Account) -> String {
    if kind_is_email {
        normalize::email(value).map_or_else(|_| value.to_lowercase(), std::borrow::Cow::into_owned)
    } else {
        let region = account.default_country.as_deref();
        normalize::phone(value, region, account.phones)
            .map_or_else(|_| value.to_owned(), |p| p.to_string())
    }
}

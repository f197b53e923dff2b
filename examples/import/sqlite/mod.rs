//! A storage adapter over SQLite: the model to copy for a database of your own.
//!
//! Contacts and opportunities are tables with a column for each standard field; e-mail addresses and
//! phones are rows of their own, in lower case and in E.164, which is what makes a look-up an index
//! access; custom fields, tags and other lists are rows of (record, field, position, value).

mod schema;
mod write;

use std::path::Path;

use crm_import::lookup::{Found, FoundRecord, Lookup, MatchBlock};
use crm_import::storage::{
    Applied, Batch, Checkpoint, FollowUpKind, Op, Receipts, Recovery, Token,
};
use crm_import::{Account, Fields, Object, Storage, StorageWrite, normalize};
use rusqlite::{
    Connection, ErrorCode, OptionalExtension, TransactionBehavior, params, params_from_iter,
};

/// A CRM in an SQLite file.
pub(crate) struct Sqlite {
    db: Connection,
    fields: Fields,
    account: Account,
}

/// SQLite takes so many parameters in one statement.
const PARAMETERS: usize = 900;

impl Sqlite {
    /// Opens the file, with the account's settings kept in it. `None`: there is no such file yet.
    pub(crate) fn open(path: &Path) -> Result<Option<Self>, rusqlite::Error> {
        if !path.exists() {
            return Ok(None);
        }
        let db = schema::connect(path)?;
        if !schema::is_made(&db)? {
            return Ok(None);
        }
        let text: String = db.query_row("SELECT settings FROM account", [], |row| row.get(0))?;
        let account = serde_json::from_str(&text).map_err(|error| {
            rusqlite::Error::FromSqlConversionFailure(
                0,
                rusqlite::types::Type::Text,
                Box::new(error),
            )
        })?;
        Ok(Some(Sqlite::over(db, account)))
    }

    /// Makes a new file for these settings.
    pub(crate) fn create(path: &Path, account: Account) -> Result<Self, rusqlite::Error> {
        let db = schema::connect(path)?;
        schema::create(&db, &account)?;
        Ok(Sqlite::over(db, account))
    }

    fn over(db: Connection, account: Account) -> Self {
        Sqlite { db, fields: Fields::with_custom(&account.custom_fields), account }
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
            text.map(|text| serde_json::from_str(&text).unwrap_or_default())
        };
        texts.map(read).collect()
    }

    /// Adds one record as an application of its own would, outside of any import.
    pub(crate) fn seed(
        &mut self,
        object: Object,
        values: &[(&str, &str)],
    ) -> Result<String, rusqlite::Error> {
        let transaction = self.db.transaction()?;
        let id = write::insert(&transaction, object, None)?;
        for (key, value) in values {
            let spell = |value| write::spelled(object, key, value, &self.account);
            let values: Vec<String> = value.split('|').map(spell).collect();
            write::put(&transaction, &self.fields, object, id, key, &values)?;
        }
        if object == Object::Contact {
            write::index(&transaction, &self.fields, &self.account, id)?;
        }
        transaction.commit()?;
        Ok(id.to_string())
    }

    /// Adds a found record with every wanted field to the answer.
    fn add(
        &self,
        lookup: &Lookup<'_>,
        id: i64,
        keys: &[(&str, &str)],
        found: &mut Found,
    ) -> Result<(), rusqlite::Error> {
        let object = lookup.object();
        let table = schema::table(object);
        let columns: Vec<&str> = lookup
            .wanted()
            .filter(|field| schema::is_column(field))
            .map(|field| field.key.as_str())
            .collect();
        let named: Vec<String> = columns.iter().map(|column| format!(", \"{column}\"")).collect();
        let sql = format!("SELECT version{} FROM {table} WHERE id = ?1", named.concat());
        let mut statement = self.db.prepare_cached(&sql)?;
        let mut rows = statement.query([id])?;
        let Some(row) = rows.next()? else { return Ok(()) };
        let version: i64 = row.get(0)?;
        let mut record = found.record(&id.to_string()).version(&version.to_string());
        for (field, key) in keys {
            record = record.key(*field, key);
        }
        for (at, column) in columns.iter().enumerate() {
            if let Some(value) = row.get_ref(at + 1)?.as_str_or_null()? {
                record = record.value(*column, value);
            }
        }
        if object == Object::Contact {
            record =
                self.add_addresses(record, id, "contact_emails", "email", "additional_emails")?;
            record =
                self.add_addresses(record, id, "contact_phones", "phone", "additional_phones")?;
        }
        let sql = format!(
            "SELECT field, value FROM {} WHERE record_id = ?1 ORDER BY field, position",
            schema::extras(object)
        );
        let mut statement = self.db.prepare_cached(&sql)?;
        let mut rows = statement.query([id])?;
        while let Some(row) = rows.next()? {
            record = record.value(row.get_ref(0)?.as_str()?, row.get_ref(1)?.as_str()?);
        }
        Ok(())
    }

    fn add_addresses<'f>(
        &self,
        mut record: FoundRecord<'f>,
        id: i64,
        table: &str,
        primary: &str,
        additional: &str,
    ) -> Result<FoundRecord<'f>, rusqlite::Error> {
        let sql =
            format!("SELECT position, value FROM {table} WHERE contact_id = ?1 ORDER BY position");
        let mut statement = self.db.prepare_cached(&sql)?;
        let mut rows = statement.query([id])?;
        while let Some(row) = rows.next()? {
            let field = if row.get::<_, i64>(0)? == 0 { primary } else { additional };
            record = record.value(field, row.get_ref(1)?.as_str()?);
        }
        Ok(record)
    }

    /// Contacts that carry one of these addresses.
    fn find_address(
        &self,
        lookup: &Lookup<'_>,
        block: &MatchBlock<'_>,
        table: &str,
        found: &mut Found,
    ) -> Result<(), rusqlite::Error> {
        let field = block.fields()[0];
        let sql = format!("SELECT contact_id FROM {table} WHERE value = ?1");
        let mut statement = self.db.prepare_cached(&sql)?;
        for key in block.column(0) {
            let mut rows = statement.query([key])?;
            while let Some(row) = rows.next()? {
                self.add(lookup, row.get(0)?, &[(field, key)], found)?;
            }
        }
        Ok(())
    }

    /// Any other rule: the keys of every contact are kept in a table of their own.
    fn find_rule(
        &self,
        lookup: &Lookup<'_>,
        block: &MatchBlock<'_>,
        found: &mut Found,
    ) -> Result<(), rusqlite::Error> {
        let rule = block.fields().join("+");
        let mut statement = self
            .db
            .prepare_cached("SELECT contact_id FROM contact_keys WHERE rule = ?1 AND key = ?2")?;
        for key in block.keys() {
            let mut rows = statement.query(params![rule, key.join("\u{1f}")])?;
            let declared: Vec<(&str, &str)> =
                block.fields().iter().copied().zip(key.iter().copied()).collect();
            while let Some(row) = rows.next()? {
                self.add(lookup, row.get(0)?, &declared, found)?;
            }
        }
        Ok(())
    }
}

impl Storage for Sqlite {
    type Error = rusqlite::Error;

    fn account(&mut self) -> Result<Account, rusqlite::Error> {
        Ok(self.account.clone())
    }

    fn find(&mut self, lookup: &Lookup<'_>, found: &mut Found) -> Result<(), rusqlite::Error> {
        for id in lookup.ids() {
            if let Some(id) = schema::number(id) {
                self.add(lookup, id, &[], found)?;
            }
        }
        for ids in lookup.contact_ids().chunks(PARAMETERS) {
            let ids: Vec<i64> = ids.iter().filter_map(|id| schema::number(id)).collect();
            let marks = vec!["?"; ids.len()].join(",");
            let sql = format!("SELECT id FROM opportunities WHERE contact_id IN ({marks})");
            let mut statement = self.db.prepare(&sql)?;
            let mut rows = statement.query(params_from_iter(ids))?;
            while let Some(row) = rows.next()? {
                self.add(lookup, row.get(0)?, &[], found)?;
            }
        }
        for block in lookup.blocks() {
            match block.fields() {
                ["email"] => self.find_address(lookup, block, "contact_emails", found)?,
                ["phone"] => self.find_address(lookup, block, "contact_phones", found)?,
                _ => self.find_rule(lookup, block, found)?,
            }
        }
        Ok(())
    }

    fn answers(&self, _: &[String]) -> bool {
        true
    }

    fn asks_again(&mut self, error: &rusqlite::Error, attempt: u32) -> bool {
        let code = error.sqlite_error_code();
        matches!(code, Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)) && attempt <= 3
    }
}

impl StorageWrite for Sqlite {
    fn write(&mut self, batch: &Batch<'_>, receipts: &mut Receipts) -> Result<(), rusqlite::Error> {
        // At once the only writer: what is checked below stays true until the commit.
        let transaction = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for step in batch.steps() {
            write::step(&transaction, &self.fields, &self.account, &step, receipts)?;
        }
        for follow_up in batch.follow_ups() {
            write::follow_up(&transaction, &follow_up, receipts)?;
        }
        let checkpoint = serde_json::to_string(batch.checkpoint()).unwrap_or_default();
        transaction.execute(
            "INSERT INTO import_checkpoints (import_id, checkpoint) VALUES (?1, ?2)
             ON CONFLICT (import_id) DO UPDATE SET checkpoint = excluded.checkpoint",
            params![batch.checkpoint().import_id, checkpoint],
        )?;
        transaction.commit()
    }

    fn recover(&mut self, error: &rusqlite::Error, attempt: u32) -> Recovery {
        match error.sqlite_error_code() {
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

    fn keeps_tokens(&self) -> bool {
        true
    }

    fn applied(&mut self, tokens: &[Token], known: &mut Applied) -> Result<(), rusqlite::Error> {
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

//! [`Report::acknowledge`]: an import is finished when somebody has its report.

use super::Report;
use crate::storage::{
    ATTEMPTS, AnyStorageWrite, AsyncStorageWrite, Batch, Erased, Immediate, OwnedBatch, Receipts,
    Recovery, StorageError, StorageWrite, now,
};

impl Report {
    /// Records in storage that this report has been delivered: printed, sent, or written to the error log.
    ///
    /// Until then the import is unfinished ([`Checkpoint::is_open`]). So if the process is killed after the last
    /// batch, the next start resumes the import and reports it, rather than losing the report or importing the file
    /// again.
    ///
    /// It is written as the checkpoint of a batch without steps, so an adapter that keeps checkpoints needs nothing
    /// else. If the import is not complete, or storage keeps no tokens, this does nothing.
    ///
    /// ```
    /// use crm_import::{Import, MemoryStorage, Source};
    ///
    /// let file = || Source::from_bytes(&b"First Name,Last Name\nAna,Lee\n"[..]);
    /// let mut crm = MemoryStorage::default();
    /// let report = Import::new().run(file(), &mut crm).unwrap();
    /// assert!(crm.checkpoint().unwrap().is_open()); // killed here, it would be resumed and report again
    ///
    /// println!("{} created", report.stats().contacts.create);
    /// report.acknowledge(&mut crm).unwrap();
    /// assert!(!crm.checkpoint().unwrap().is_open()); // the next start is another import
    /// ```
    ///
    /// # Errors
    /// The storage's own error, if it cannot write and does not [ask for another attempt](Recovery::Retry).
    ///
    /// [`Checkpoint::is_open`]: crate::storage::Checkpoint::is_open
    pub fn acknowledge<S: StorageWrite + ?Sized>(&self, storage: &mut S) -> Result<(), S::Error> {
        self.acknowledge_any(&mut Erased(storage)).map_err(StorageError::unboxed)
    }

    fn acknowledge_any(&self, storage: &mut AnyStorageWrite<'_>) -> Result<(), StorageError> {
        now(self.acknowledge_async(&mut Immediate(storage)))
    }

    /// [`acknowledge`](Self::acknowledge) with an asynchronous storage.
    ///
    /// # Errors
    /// As [`acknowledge`](Self::acknowledge).
    pub async fn acknowledge_async<S: AsyncStorageWrite>(
        &self,
        storage: &mut S,
    ) -> Result<(), S::Error> {
        if !self.checkpoint.is_last {
            return Ok(());
        }
        let mut last = OwnedBatch { checkpoint: self.checkpoint.clone(), ..OwnedBatch::default() };
        last.checkpoint.is_seen = true;
        let batch = Batch { owned: &last, fields: &self.plan.ledger.settings.fields };
        let mut attempt = 0;
        loop {
            let mut receipts = Receipts::expecting(&batch);
            let Err(error) = storage.write(&batch, &mut receipts).await else { return Ok(()) };
            attempt += 1;
            if attempt == ATTEMPTS || storage.recover(&error, attempt).await != Recovery::Retry {
                return Err(error);
            }
        }
    }
}

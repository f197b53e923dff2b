//! The synchronous driver: hands the batches of an applier to storage.

use super::Progress;
use super::applier::Applier;
use super::report::Report;
use crate::error::Error;
use crate::plan::Plan;
use crate::storage::{Receipts, Recovery, StorageWrite};

/// Writes a plan. `watch` sees the progress before each batch and may stop the import by returning
/// false.
pub(crate) fn apply<S: StorageWrite + ?Sized>(
    plan: Plan,
    import_id: &str,
    storage: &mut S,
    mut watch: impl FnMut(Progress) -> bool,
) -> Result<Report, Error<S::Error>> {
    let mut applier = Applier::new(plan, import_id);
    let mut attempt = 0;
    while applier.next_batch() {
        if attempt == 0 && !watch(applier.progress()) {
            break;
        }
        let batch = applier.batch();
        let mut receipts = Receipts::expecting(&batch);
        match storage.write(&batch, &mut receipts) {
            Ok(()) => {
                attempt = 0;
                applier.written(&receipts);
            }
            Err(source) => {
                attempt += 1;
                match storage.recover(&source, attempt) {
                    Recovery::Retry => {}
                    Recovery::Split => {
                        attempt = 0;
                        applier.failed(&source.to_string());
                    }
                    Recovery::Stop => {
                        return Err(Error::Write { source, done: Box::new(applier.finish()) });
                    }
                }
            }
        }
    }
    watch(applier.progress());
    Ok(applier.finish())
}

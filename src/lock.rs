//! [`lock`]: locks what threads share.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks it even if a thread has panicked while it had the lock. Its scope hands the panic on, so nothing comes of what
/// the others do until then.
pub(crate) fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

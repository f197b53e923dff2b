//! The futures can be sent to another thread, whatever the storage, if it can.

use crm_import::storage::{AsyncStorageWrite, Immediate};
use crm_import::{Control, Import, MemoryStorage, Object, Report, Source};
use tokio::runtime::Builder;

use super::slow::Slow;

fn is_send<T: Send>(of: T) -> T {
    of
}

fn file() -> Source<'static> {
    Source::from_bytes(&b"Email\nana@example.com\n"[..])
}

/// Compiles for every adapter that is `Send`.
async fn import_all<S: AsyncStorageWrite + Send>(import: &Import, crm: &mut S) -> Report {
    let plan = is_send(import.plan_async(file(), crm)).await.unwrap();
    is_send(import.apply_async(plan, crm)).await.unwrap();
    let plan = is_send(import.plan_or_resume_async(file(), crm)).await.unwrap();
    is_send(import.apply_with_async(plan, crm, |_| Control::Continue)).await.unwrap();
    let stopped = is_send(import.unfinished_async(file(), crm)).await.unwrap();
    let plan = import.clone().resume(stopped.unwrap());
    is_send(plan.plan_resumed_async(file(), crm)).await.unwrap();
    is_send(import.checkpoint_async(file(), crm)).await.unwrap();
    is_send(import.run_async(file(), crm)).await.unwrap();
    let report = is_send(import.run_with_async(file(), crm, |_| true)).await.unwrap();
    is_send(report.acknowledge_async(crm)).await.unwrap();
    report
}

#[test]
fn every_future_can_be_sent() {
    let runtime = Builder::new_current_thread().build().unwrap();
    runtime.block_on(is_send(async {
        import_all(&Import::new(), &mut Slow(MemoryStorage::default())).await;
        import_all(&Import::new(), &mut Immediate(MemoryStorage::default())).await;
        import_all(&Import::new(), &mut &mut Slow(MemoryStorage::default())).await;
    }));
}

#[test]
fn an_import_can_be_spawned() {
    let runtime = Builder::new_current_thread().build().unwrap();
    let mut crm = Slow(MemoryStorage::default());
    let import = runtime.spawn(async move {
        import_all(&Import::new(), &mut crm).await;
        crm
    });
    let crm = runtime.block_on(import).unwrap();
    assert_eq!(crm.0.len(Object::Contact), 1);
}

//! Cuts work on very many independent items into stretches, one for each thread.

use std::ops::Range;
use std::panic::resume_unwind;

/// No stretch is shorter than this, because starting a thread takes as long as deciding some hundred rows.
const SHORTEST: usize = 4_096;

/// Does `work` on all items numbered below `len`, in stretches, on at most this many threads, this one included. The
/// results are in the order of the stretches.
pub(super) fn in_stretches<T: Send>(
    len: usize,
    threads: usize,
    work: impl Fn(Range<u32>) -> T + Sync,
) -> Vec<T> {
    let count = threads.min(len / SHORTEST).max(1);
    let cut = |at: usize| u32::try_from(len * at / count).expect("fewer than 2³² of them");
    std::thread::scope(|scope| {
        let work = &work;
        let start = |at: usize| {
            let stretch = cut(at)..cut(at + 1);
            scope.spawn(move || work(stretch))
        };
        let others: Vec<_> = (1..count).map(start).collect();
        let mut done = Vec::with_capacity(count);
        done.push(work(0..cut(1)));
        done.extend(others.into_iter().map(|of| of.join().unwrap_or_else(|it| resume_unwind(it))));
        done
    })
}

/// The results of all stretches in one vector.
pub(super) fn concatenated<T>(stretches: Vec<Vec<T>>) -> Vec<T> {
    let len: usize = stretches.iter().map(Vec::len).sum();
    let mut stretches = stretches.into_iter();
    let mut whole: Vec<T> = stretches.next().unwrap_or_default();
    whole.reserve_exact(len - whole.len());
    stretches.for_each(|mut stretch| whole.append(&mut stretch));
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_thing_is_worked_on_once_and_in_order() {
        for len in [0, 1, SHORTEST, 2 * SHORTEST - 1, 2 * SHORTEST, 5 * SHORTEST + 3] {
            for threads in [0, 1, 2, 3, 64] {
                let done: Vec<Vec<u32>> = in_stretches(len, threads, Iterator::collect);
                assert!(done.len() <= threads.max(1));
                assert!(done.len() == 1 || done.iter().all(|stretch| stretch.len() >= SHORTEST));
                assert!(concatenated(done).into_iter().eq(0..len as u32), "{len} on {threads}");
            }
        }
    }
}

//! Threads that share work.

use std::thread;

/// Does the same work on several threads, of which this one is the first, until all have done it. Where the system does not
/// start as many, there are fewer: the work must be what one thread can do alone.
pub(crate) fn run_on_threads(threads: usize, work: impl Fn() + Sync) {
    thread::scope(|scope| {
        for _ in 1..threads {
            if thread::Builder::new().spawn_scoped(scope, &work).is_err() {
                break;
            }
        }
        work();
    });
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn each_thread_works_once() {
        for threads in [0, 1, 2, 5] {
            let count = AtomicUsize::new(0);
            run_on_threads(threads, || {
                count.fetch_add(1, Ordering::Relaxed);
            });
            assert_eq!(count.into_inner(), threads.max(1));
        }
    }
}

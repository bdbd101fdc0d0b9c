//! The only place where futures run and are awaited.
//!
//! All sources of a process share one network thread, which ends with the last of them. A waiting thread is
//! outside any runtime, so programs with their own runtime can use sources. Dropping the handle of a request
//! cancels it.
//!
//! If you change this: no wait may be unlimited, and a future that panics must be an error for the waiting thread.

use std::future::Future;
use std::io;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio::task::AbortHandle;

use super::problem::Problem;

/// The network thread and its runtime.
#[derive(Debug)]
pub(super) struct NetworkThread {
    /// `None` only while it is dropped.
    runtime: Option<Runtime>,
}

/// The network thread in use, and the process that started it: threads do not survive a fork.
static SHARED: Mutex<(u32, Weak<NetworkThread>)> = Mutex::new((0, Weak::new()));

impl NetworkThread {
    /// Returns the network thread in use, or starts one.
    pub(super) fn shared() -> Result<Arc<Self>, Problem> {
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        let process = std::process::id();
        if shared.0 == process
            && let Some(network) = shared.1.upgrade()
        {
            return Ok(network);
        }
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            // For host name lookups.
            .max_blocking_threads(8)
            .thread_name("trueline-network")
            .enable_all()
            .build()
            .map_err(|error| {
                Problem::failed(error.kind(), format!("no thread for the network could be started ({error})"))
            })?;
        let network = Arc::new(Self { runtime: Some(runtime) });
        *shared = (process, Arc::downgrade(&network));
        Ok(network)
    }

    /// Starts a request, which fails after `limit`; `done` is called once, unless the request is cancelled.
    pub(super) fn spawn_with<T: Send + 'static>(
        &self,
        limit: Duration,
        work: impl Future<Output = Result<T, Problem>> + Send + 'static,
        done: impl FnOnce(Result<T, Problem>) + Send + 'static,
    ) -> AbortHandle {
        let runtime = self.runtime.as_ref().expect("it is there until the drop");
        let inner = runtime.spawn(async move {
            tokio::time::timeout(limit, work).await.unwrap_or_else(|_| Err(too_slow(limit)))
        });
        let abort = inner.abort_handle();
        runtime.spawn(async move {
            match inner.await {
                Ok(result) => done(result),
                Err(error) if error.is_cancelled() => {}
                Err(_) => {
                    done(Err(Problem::failed(
                        io::ErrorKind::Other,
                        "the request panicked; please report it",
                    )));
                }
            }
        });
        abort
    }

    /// Starts a request that the caller waits for later.
    pub(super) fn spawn<T: Send + 'static>(
        &self,
        limit: Duration,
        work: impl Future<Output = Result<T, Problem>> + Send + 'static,
    ) -> PendingRequest<T> {
        let (sender, result) = channel();
        let abort = self.spawn_with(limit, work, move |result| {
            // Nobody may be waiting any more.
            let _ = sender.send(result);
        });
        PendingRequest { result, abort }
    }

    /// Starts a request and waits for its result.
    pub(super) fn run<T: Send + 'static>(
        &self,
        limit: Duration,
        work: impl Future<Output = Result<T, Problem>> + Send + 'static,
    ) -> Result<T, Problem> {
        self.spawn(limit, work).wait()
    }
}

impl Drop for NetworkThread {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // Does not wait: the last source may be dropped within a runtime of the caller, which must not be blocked.
            runtime.shutdown_background();
        }
    }
}

fn too_slow(limit: Duration) -> Problem {
    let text = format!("it did not come within {limit:?}");
    Problem::failed(io::ErrorKind::TimedOut, text)
}

/// A running request. Dropping it cancels the request.
#[derive(Debug)]
pub(super) struct PendingRequest<T> {
    result: Receiver<Result<T, Problem>>,
    abort: AbortHandle,
}

impl<T> PendingRequest<T> {
    /// Waits for the result.
    pub(super) fn wait(self) -> Result<T, Problem> {
        let lost = || Problem::failed(io::ErrorKind::Other, "the request was lost; please report it");
        self.result.recv().unwrap_or_else(|_| Err(lost()))
    }
}

impl<T> Drop for PendingRequest<T> {
    fn drop(&mut self) {
        self.abort.abort();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Duration = Duration::from_millis(50);

    fn text(problem: &Problem) -> &str {
        match problem {
            Problem::Failed { text, .. } => text,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn work_ends_whatever_it_does() {
        let network = NetworkThread::shared().unwrap();
        assert_eq!(network.run(LIMIT, async { Ok(7) }).unwrap(), 7);
        let slow = network.run(LIMIT, std::future::pending::<Result<(), Problem>>()).unwrap_err();
        assert_eq!(text(&slow), "it did not come within 50ms");
        let panic = network.run::<()>(LIMIT, async { panic!("on purpose") }).unwrap_err();
        assert_eq!(text(&panic), "the request panicked; please report it");
    }

    #[test]
    fn there_is_one_for_all_and_it_can_be_used_and_dropped_within_another_runtime() {
        let network = NetworkThread::shared().unwrap();
        let again = NetworkThread::shared().unwrap();
        assert!(Arc::ptr_eq(&network, &again));
        drop(again);
        let other = Builder::new_current_thread().build().unwrap();
        let found = other.block_on(async move { network.run(LIMIT, async { Ok(7) }) });
        assert_eq!(found.unwrap(), 7);
    }
}

//! Watching a run and ending it early.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How far a run has come.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Progress {
    /// The input being read.
    pub input: String,
    /// Bytes taken from all inputs so far, as stored (compressed ones before decompression).
    pub bytes: u64,
    /// Bytes of all inputs, as stored, when known.
    pub total_bytes: Option<u64>,
    /// Rows validated so far.
    pub rows: u64,
    /// Rows found invalid so far; duplicates are found at the end.
    pub invalid_rows: u64,
    /// Time since the run began.
    pub elapsed: Duration,
}

impl Progress {
    /// The time left at the rate so far, when the inputs' size is known.
    pub fn remaining(&self) -> Option<Duration> {
        let total = self.total_bytes.filter(|_| self.bytes > 0)?;
        let left = total.saturating_sub(self.bytes) as f64 / self.bytes as f64;
        Duration::try_from_secs_f64(self.elapsed.as_secs_f64() * left).ok()
    }
}

/// Ends a run from another thread or a signal handler. Clones share one flag.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// A flag that is not set.
    pub fn new() -> Self {
        Self::default()
    }

    /// A flag that something else already owns, such as a signal handler.
    pub fn from_flag(flag: Arc<AtomicBool>) -> Self {
        Self(flag)
    }

    /// Asks the run to end; it does within a chunk's time.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether the run was asked to end.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

pub(crate) type Watcher = dyn Fn(&Progress) + Send + Sync;

/// Calls a watcher at most ten times a second.
pub(crate) struct Throttle {
    last: Instant,
}

impl Throttle {
    const PAUSE: Duration = Duration::from_millis(100);

    pub(crate) fn new() -> Self {
        Self { last: Instant::now() }
    }

    /// Whether it is time again.
    pub(crate) fn is_due(&mut self) -> bool {
        let now = Instant::now();
        let due = now.duration_since(self.last) >= Self::PAUSE;
        if due {
            self.last = now;
        }
        due
    }
}

//! Progress and cancellation of a run.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// The progress of a run.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Progress {
    /// The name of the input being read.
    pub input: String,
    /// The bytes read from all inputs so far, as stored (before decompression).
    pub bytes: u64,
    /// The size of all inputs in bytes, as stored, if known.
    pub total_bytes: Option<u64>,
    /// The number of rows validated so far.
    pub rows: u64,
    /// The number of invalid rows so far; duplicate keys are only found at the end.
    pub invalid_rows: u64,
    /// The time since the run began.
    pub elapsed: Duration,
}

impl Progress {
    /// Estimates the remaining time at the rate so far, if the size of the inputs is known.
    pub fn remaining(&self) -> Option<Duration> {
        let total = self.total_bytes.filter(|_| self.bytes > 0)?;
        let left = total.saturating_sub(self.bytes) as f64 / self.bytes as f64;
        Duration::try_from_secs_f64(self.elapsed.as_secs_f64() * left).ok()
    }
}

/// A flag that ends a run from another thread or a signal handler. Clones share the flag.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// Creates a flag that is not set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Wraps an existing flag, such as that of a signal handler.
    pub fn from_flag(flag: Arc<AtomicBool>) -> Self {
        Self(flag)
    }

    /// Asks the run to end; it ends within the time of one chunk.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Returns whether the run was asked to end.
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

//! The part of the merged results that the threads evaluating later chunks need.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::key_rows::KeyTask;
use crate::plan::Plan;

/// What later states need to know of the merged results: which checks have all the samples they may keep, and what to do with
/// keys.
#[derive(Clone, Debug)]
pub struct Quota {
    full: Arc<[AtomicBool]>,
    keys: Arc<[KeyTask]>,
    collects: bool,
}

impl Quota {
    pub(crate) fn new(plan: &Plan, keys: Vec<KeyTask>) -> Self {
        let full = plan.checks.iter().map(|_| AtomicBool::new(false)).collect();
        Self { full, keys: keys.into(), collects: false }
    }

    /// Creates a quota for a pass that only collects keys: no samples.
    pub(crate) fn for_keys(plan: &Plan, keys: Vec<KeyTask>) -> Self {
        let full = plan.checks.iter().map(|_| AtomicBool::new(true)).collect();
        Self { full, keys: keys.into(), collects: false }
    }

    /// Returns whether all violations are wanted, not only samples.
    pub(crate) fn collects(&self) -> bool {
        self.collects
    }

    /// Requests all violations.
    pub(crate) fn collect(&mut self) {
        self.collects = true;
    }

    pub(crate) fn fill(&self, check: usize) {
        self.full[check].store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_full(&self, check: usize) -> bool {
        self.full[check].load(Ordering::Relaxed)
    }

    /// Returns what to do with the keys of each check over keys.
    pub(crate) fn keys(&self) -> &[KeyTask] {
        &self.keys
    }
}

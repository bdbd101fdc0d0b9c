//! Which stretches of rows have the prints that were met more than once.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use super::filter::Filter;
use super::store::Run;

/// The rows of one buffer: the number of their input, and the first of them.
pub(super) type Stretch = (u32, u64);

/// For each stretch of rows the prints in it that may be repeats.
///
/// Two runs that have the same rows in a stretch, and find the same prints here for the same checks, keep the same keys of it when they read
/// it again.
#[derive(Debug)]
pub struct Stretches {
    /// In the order of their places, without those that have none.
    found: Vec<(Stretch, Box<[u64]>)>,
}

impl Stretches {
    /// Looks for prints that pass the filter in the run of each stretch; `None` when they are not exactly known, or take more memory.
    pub(super) fn find(
        stretches: &[Stretch],
        runs: &[Run],
        filter: &Filter,
        threads: usize,
        memory_bytes: usize,
    ) -> Option<Self> {
        if stretches.len() != runs.len() || !filter.is_exact() || !stretches.is_sorted() {
            return None;
        }
        let found: Mutex<Vec<(Stretch, Box<[u64]>)>> = Mutex::default();
        let (next, prints) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let work = || loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some((run, stretch)) = runs.get(number).zip(stretches.get(number)) else { return };
            let passing = passing(run, filter);
            let known = prints.fetch_add(passing.len(), Ordering::Relaxed);
            if 8 * (known + passing.len()) > memory_bytes {
                return;
            }
            if !passing.is_empty() {
                found.lock().unwrap_or_else(PoisonError::into_inner).push((*stretch, passing));
            }
        };
        std::thread::scope(|scope| {
            for _ in 1..threads.min(runs.len()) {
                scope.spawn(work);
            }
            work();
        });
        if 8 * prints.into_inner() > memory_bytes {
            return None;
        }
        let mut found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
        found.sort_unstable_by_key(|(stretch, _)| *stretch);
        Some(Self { found })
    }

    /// The prints of the stretch of an input that begins at a row, in order, each once.
    pub fn prints(&self, input: u32, first_row: u64) -> &[u64] {
        let found = self.found.binary_search_by_key(&(input, first_row), |(stretch, _)| *stretch);
        found.map_or(&[], |place| &self.found[place].1)
    }
}

fn passing(run: &Run, filter: &Filter) -> Box<[u64]> {
    let mut passing: Vec<u64> = run.prints().iter().copied().filter(|print| filter.passes(*print)).collect();
    passing.sort_unstable();
    passing.dedup();
    passing.into()
}

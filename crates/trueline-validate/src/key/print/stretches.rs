//! The stretches of rows that contain repeated fingerprints.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use super::buffer::{put_prints, take_number, take_prints};
use super::filter::Filter;
use super::store::Run;

/// The rows of one buffer: the number of their input, and the first row.
pub(super) type Stretch = (u32, u64);

/// The fingerprints in stretches of rows that may be repeats.
///
/// Two validations with the same rows in a stretch, and the same fingerprints here for the same checks, keep the same keys of the
/// stretch when they read it again.
#[derive(Clone, Debug, Default)]
pub struct Stretches {
    /// Sorted by stretch.
    found: Vec<(Stretch, Box<[u64]>)>,
}

impl Stretches {
    /// Creates the stretches in which an earlier run found these fingerprints, as [`Stretches::prints`] returned them.
    pub(crate) fn recalled(found: impl IntoIterator<Item = (u32, u64, Box<[u64]>)>) -> Self {
        let found = found.into_iter().map(|(input, first_row, prints)| ((input, first_row), prints));
        let mut found: Vec<_> = found.collect();
        found.sort_unstable_by_key(|(stretch, _)| *stretch);
        Self { found }
    }

    /// Searches the run of each stretch for fingerprints that pass the filter; `None` if the filter is not exact, or they take
    /// more memory.
    pub(super) fn find(
        stretches: &[Stretch],
        runs: &[Run],
        filter: &Filter,
        threads: usize,
        memory_bytes: usize,
    ) -> Option<Self> {
        if !filter.is_exact() {
            return None;
        }
        Self::gather(stretches, runs, threads, memory_bytes, |_, run| passing(run, filter))
    }

    /// Searches the run of each stretch on up to `threads` threads; `None` if the results take more memory, or it is unknown
    /// which run belongs to which stretch.
    pub(super) fn gather(
        stretches: &[Stretch],
        runs: &[Run],
        threads: usize,
        memory_bytes: usize,
        search: impl Fn(Stretch, &Run) -> Vec<u64> + Sync,
    ) -> Option<Self> {
        let prints = AtomicUsize::new(0);
        let found = each_run(stretches, runs, threads, |stretch, run| {
            let mut here = search(stretch, run);
            here.sort_unstable();
            keep_pairs(&mut here);
            let before = prints.fetch_add(here.len(), Ordering::Relaxed);
            let is_kept = !here.is_empty() && 8 * (before + here.len()) <= memory_bytes;
            is_kept.then(|| here.into())
        })?;
        (8 * prints.into_inner() <= memory_bytes).then_some(Self { found })
    }

    /// Returns the fingerprints of the stretch that begins at a row of an input, sorted; those that occur more than once there,
    /// twice.
    pub fn prints(&self, input: u32, first_row: u64) -> &[u64] {
        self.known((input, first_row)).unwrap_or_default()
    }

    /// Appends the fingerprints of a stretch to `bytes`.
    pub(crate) fn write(bytes: &mut Vec<u8>, prints: &[u64]) {
        bytes.extend_from_slice(&(prints.len() as u64).to_le_bytes());
        put_prints(bytes, prints);
    }

    /// Takes what [`Stretches::write`] wrote from the front of `bytes`; `None` if it is damaged.
    pub(crate) fn read(bytes: &mut &[u8]) -> Option<Box<[u64]>> {
        let length = take_number(bytes)?;
        let prints = take_prints(bytes, length)?;
        prints.is_sorted().then(|| prints.into())
    }

    /// Returns the fingerprints of a stretch, if it is among these.
    pub(super) fn known(&self, stretch: Stretch) -> Option<&[u64]> {
        let place = self.found.binary_search_by_key(&stretch, |(stretch, _)| *stretch).ok()?;
        Some(&self.found[place].1)
    }

    /// Returns the fingerprints of all stretches.
    pub(super) fn all(&self) -> impl Iterator<Item = u64> {
        self.found.iter().flat_map(|(_, prints)| prints).copied()
    }
}

/// Searches the run of each stretch on up to `threads` threads; the results are in the order of the stretches. `None` if it is
/// unknown which run belongs to which stretch.
pub(super) fn each_run<T: Send>(
    stretches: &[Stretch],
    runs: &[Run],
    threads: usize,
    search: impl Fn(Stretch, &Run) -> Option<T> + Sync,
) -> Option<Vec<(Stretch, T)>> {
    if stretches.len() != runs.len() || !stretches.is_sorted() {
        return None;
    }
    let found: Mutex<Vec<(Stretch, T)>> = Mutex::default();
    let next = AtomicUsize::new(0);
    let work = || loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        let Some((run, stretch)) = runs.get(number).zip(stretches.get(number)) else { return };
        if let Some(here) = search(*stretch, run) {
            found.lock().unwrap_or_else(PoisonError::into_inner).push((*stretch, here));
        }
    };
    thread::scope(|scope| {
        for _ in 1..threads.min(runs.len()) {
            if thread::Builder::new().spawn_scoped(scope, work).is_err() {
                break;
            }
        }
        work();
    });
    let mut found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    found.sort_unstable_by_key(|(stretch, _)| *stretch);
    Some(found)
}

/// Keeps at most two of equal fingerprints: enough to know that they are repeats.
fn keep_pairs(prints: &mut Vec<u64>) {
    let mut kept = 0;
    for at in 0..prints.len() {
        if kept < 2 || prints[kept - 2] != prints[at] {
            prints[kept] = prints[at];
            kept += 1;
        }
    }
    prints.truncate(kept);
}

/// Returns the fingerprints of a run that pass a filter.
pub(super) fn passing(run: &Run, filter: &Filter) -> Vec<u64> {
    run.prints().iter().copied().filter(|print| filter.passes(*print)).collect()
}

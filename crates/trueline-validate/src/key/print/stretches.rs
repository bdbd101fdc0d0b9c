//! Which stretches of rows have the prints that were met more than once.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use super::buffer::{put_prints, take_number, take_prints};
use super::filter::Filter;
use super::store::Run;

/// The rows of one buffer: the number of their input, and the first of them.
pub(super) type Stretch = (u32, u64);

/// For stretches of rows the prints in them that may be repeats.
///
/// Two runs that have the same rows in a stretch, and find the same prints here for the same checks, keep the same keys of it when they read
/// it again.
#[derive(Clone, Debug, Default)]
pub struct Stretches {
    /// In the order of their places.
    found: Vec<(Stretch, Box<[u64]>)>,
}

impl Stretches {
    /// Those in which a run before found these prints, as [`Stretches::prints`] gave them.
    pub(crate) fn recalled(found: impl IntoIterator<Item = (u32, u64, Box<[u64]>)>) -> Self {
        let found = found.into_iter().map(|(input, first_row, prints)| ((input, first_row), prints));
        let mut found: Vec<_> = found.collect();
        found.sort_unstable_by_key(|(stretch, _)| *stretch);
        Self { found }
    }

    /// Looks for prints that pass the filter in the run of each stretch; `None` when they are not exactly known, or take more memory.
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

    /// Looks into the run of each stretch on so many threads; `None` when what is found takes more memory, or it is not known which run is
    /// of which stretch.
    pub(super) fn gather(
        stretches: &[Stretch],
        runs: &[Run],
        threads: usize,
        memory_bytes: usize,
        look: impl Fn(Stretch, &Run) -> Vec<u64> + Sync,
    ) -> Option<Self> {
        let prints = AtomicUsize::new(0);
        let found = each_run(stretches, runs, threads, |stretch, run| {
            let mut here = look(stretch, run);
            here.sort_unstable();
            keep_pairs(&mut here);
            let before = prints.fetch_add(here.len(), Ordering::Relaxed);
            let is_kept = !here.is_empty() && 8 * (before + here.len()) <= memory_bytes;
            is_kept.then(|| here.into())
        })?;
        (8 * prints.into_inner() <= memory_bytes).then_some(Self { found })
    }

    /// The prints of the stretch of an input that begins at a row, in order: twice, if a print is there more than once.
    pub fn prints(&self, input: u32, first_row: u64) -> &[u64] {
        self.known((input, first_row)).unwrap_or_default()
    }

    /// Writes the prints of a stretch behind `bytes`.
    pub(crate) fn write(bytes: &mut Vec<u8>, prints: &[u64]) {
        bytes.extend_from_slice(&(prints.len() as u64).to_le_bytes());
        put_prints(bytes, prints);
    }

    /// Takes what [`Stretches::write`] wrote off the front of `bytes`; `None` where it is damaged.
    pub(crate) fn read(bytes: &mut &[u8]) -> Option<Box<[u64]>> {
        let length = take_number(bytes)?;
        let prints = take_prints(bytes, length)?;
        prints.is_sorted().then(|| prints.into())
    }

    /// The prints of a stretch, if it is one of these.
    pub(super) fn known(&self, stretch: Stretch) -> Option<&[u64]> {
        let place = self.found.binary_search_by_key(&stretch, |(stretch, _)| *stretch).ok()?;
        Some(&self.found[place].1)
    }

    /// The prints of all stretches.
    pub(super) fn all(&self) -> impl Iterator<Item = u64> {
        self.found.iter().flat_map(|(_, prints)| prints).copied()
    }
}

/// Looks at the run of each stretch on so many threads; what is found is in the order of the stretches. `None` when it is not known which run is
/// of which stretch.
pub(super) fn each_run<T: Send>(
    stretches: &[Stretch],
    runs: &[Run],
    threads: usize,
    look: impl Fn(Stretch, &Run) -> Option<T> + Sync,
) -> Option<Vec<(Stretch, T)>> {
    if stretches.len() != runs.len() || !stretches.is_sorted() {
        return None;
    }
    let found: Mutex<Vec<(Stretch, T)>> = Mutex::default();
    let next = AtomicUsize::new(0);
    let work = || loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        let Some((run, stretch)) = runs.get(number).zip(stretches.get(number)) else { return };
        if let Some(here) = look(*stretch, run) {
            found.lock().unwrap_or_else(PoisonError::into_inner).push((*stretch, here));
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads.min(runs.len()) {
            scope.spawn(work);
        }
        work();
    });
    let mut found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    found.sort_unstable_by_key(|(stretch, _)| *stretch);
    Some(found)
}

/// Keeps two of prints that are there more often: as many as it takes to know that they are repeats.
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

/// The prints of a run that pass a filter.
pub(super) fn passing(run: &Run, filter: &Filter) -> Vec<u64> {
    run.prints().iter().copied().filter(|print| filter.passes(*print)).collect()
}

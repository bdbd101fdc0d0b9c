//! Settles fingerprints most of which an earlier run has settled: their repeats are known, and only new ones are searched for.
//!
//! A fingerprint that occurs more than once either does so among the known stretches, so that their lists contain it wherever it
//! occurs, or is one of the new fingerprints. So one pass over all known fingerprints, with a map of bits for the new ones, is
//! enough.
//!
//! **Invariant**: all known results come from one run, and each stretch of that run is known once here. Otherwise a fingerprint
//! may occur twice without being in a list.

use super::filter::{Filter, FilterBuilder};
use super::store::Run;
use super::stretches::{Stretch, Stretches, passing};

/// The input of settling.
pub(super) struct Recall<'a> {
    /// The results of an earlier run for some of the stretches.
    pub(super) known: &'a Stretches,
    /// The rows of each run.
    pub(super) stretches: &'a [Stretch],
    pub(super) runs: &'a [Run],
    pub(super) threads: usize,
    /// The memory limit of the new fingerprints, and of each kind of result: of all known ones, and of those that pass.
    pub(super) memory_bytes: usize,
}

impl Recall<'_> {
    /// Returns the filter of all fingerprints that occur more than once, and their stretches.
    ///
    /// `None` if settling all is cheaper, or this takes too much memory.
    pub(super) fn settle(&self, builder: FilterBuilder) -> Option<(Option<Filter>, Stretches)> {
        let new_prints = NewPrints::of(self.new_runs(), self.all_prints(), self.memory_bytes)?;
        // Only known runs are searched: all fingerprints of the others are among the new ones.
        let candidates = self.gather(|known, run, _| {
            known.map_or_else(Vec::new, |listed| new_prints.candidates(run, listed))
        })?;
        let Some(filter) = repeats(candidates.all().chain(new_prints.prints), builder) else {
            return Some((None, Stretches::default()));
        };
        if !filter.is_exact() {
            return None;
        }
        let found = self.gather(|known, run, (input, first_row)| {
            let passes = |print: &u64| filter.passes(*print);
            match known {
                None => passing(run, &filter),
                Some(_) => candidates.prints(input, first_row).iter().copied().filter(passes).collect(),
            }
        })?;
        Some((Some(filter), found))
    }

    /// Searches each run, given the known fingerprints of its stretch.
    fn gather(&self, search: impl Fn(Option<&[u64]>, &Run, Stretch) -> Vec<u64> + Sync) -> Option<Stretches> {
        let Self { known, stretches, runs, threads, memory_bytes } = *self;
        Stretches::gather(stretches, runs, threads, memory_bytes, |stretch, run| {
            search(known.known(stretch), run, stretch)
        })
    }

    fn new_runs(&self) -> impl Iterator<Item = &Run> {
        let runs = self.stretches.iter().zip(self.runs);
        runs.filter(|(stretch, _)| self.known.known(**stretch).is_none()).map(|(_, run)| run)
    }

    fn all_prints(&self) -> usize {
        self.runs.iter().map(|run| run.prints().len()).sum()
    }
}

/// Creates the filter of the fingerprints that occur more than once here.
fn repeats(prints: impl Iterator<Item = u64>, builder: FilterBuilder) -> Option<Filter> {
    let (mut prints, mut builder): (Vec<u64>, _) = (prints.collect(), builder);
    prints.sort_unstable();
    for same in prints.chunk_by(|a, b| a == b) {
        if same.len() > 1 {
            builder.add(&same[..1]);
        }
    }
    builder.finish()
}

/// The fingerprints of the stretches that the earlier run did not have.
struct NewPrints {
    /// Sorted.
    prints: Vec<u64>,
    /// Two bits of each fingerprint, in the word selected by its top bits. Runs have their fingerprints in the order of their top
    /// bits too, so that successive look-ups hit nearby words.
    words: Box<[u64]>,
}

impl NewPrints {
    /// Returns `None` if they are more than a quarter of all, or take more memory.
    fn of<'r>(runs: impl Iterator<Item = &'r Run>, all: usize, memory_bytes: usize) -> Option<Self> {
        let runs: Vec<&Run> = runs.collect();
        let count: usize = runs.iter().map(|run| run.prints().len()).sum();
        // About 20 bits per fingerprint: of a hundred others about one passes, and the words stay in the cache.
        let words = count / 3 + 1;
        if 4 * count > all || 8 * (count + words) > memory_bytes {
            return None;
        }
        let mut prints = Vec::with_capacity(count);
        for run in runs {
            prints.extend_from_slice(run.prints());
        }
        prints.sort_unstable();
        let mut words = vec![0; words].into_boxed_slice();
        for print in &prints {
            let (word, bits) = place(words.len(), *print);
            words[word] |= bits;
        }
        Some(Self { prints, words })
    }

    /// Returns the fingerprints of a known run that may be repeats: those listed before, and those that also occur among the new
    /// ones.
    fn candidates(&self, run: &Run, listed: &[u64]) -> Vec<u64> {
        let mut candidates = listed.to_vec();
        let mut passing = [0; 256];
        let words = &*self.words;
        for prints in run.prints().chunks(passing.len()) {
            let mut count = 0;
            // Without a branch that could be mispredicted: a fingerprint that does not pass is overwritten.
            for &print in prints {
                let (word, bits) = place(words.len(), print);
                passing[count] = print;
                count += usize::from(words[word] & bits == bits);
            }
            let is_new = |print: &u64| self.prints.binary_search(print).is_ok();
            let is_listed = |print: &u64| listed.binary_search(print).is_ok();
            candidates.extend(passing[..count].iter().filter(|print| is_new(print) && !is_listed(print)));
        }
        candidates
    }
}

/// Returns the word of a fingerprint among `words`, fewer than 4 billion, and its bits there.
#[inline]
fn place(words: usize, print: u64) -> (usize, u64) {
    let word = ((print >> 32) * words as u64) >> 32;
    (word as usize, 1 << (print % 64) | 1 << (print / 64 % 64))
}

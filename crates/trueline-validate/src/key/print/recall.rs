//! Prints of which most were settled by a run before: the repeats among them are known, and only the others are looked for.
//!
//! A print that is there more than once either is so among the known stretches, and then their lists have it wherever it is, or is one of
//! the new prints. So it is enough to go past all known prints once, with a map of bits for the new ones.
//!
//! **Invariant**: what is known comes of one run, and each stretch of that run is known once here. Otherwise a print may be there twice of which
//! no list knows.

use super::filter::{Filter, Gatherer};
use super::store::Run;
use super::stretches::{Stretch, Stretches, passing};

/// What is settled.
pub(super) struct Recall<'a> {
    /// What a run before found in some of the stretches.
    pub(super) known: &'a Stretches,
    /// The rows of each run.
    pub(super) stretches: &'a [Stretch],
    pub(super) runs: &'a [Run],
    pub(super) threads: usize,
    /// What the new prints may take, and what is found of each kind: of all known ones, and of those that pass.
    pub(super) memory_bytes: usize,
}

impl Recall<'_> {
    /// The filter of all prints that are there more than once, and where they are; `None` where it is cheaper to go through all, or takes too
    /// much memory.
    pub(super) fn settle(&self, gatherer: Gatherer) -> Option<(Option<Filter>, Stretches)> {
        let newcomers = Newcomers::of(self.new_runs(), self.all_prints(), self.memory_bytes)?;
        // Only known runs are gone through: all prints of the others are among the newcomers.
        let met =
            self.gather(|known, run, _| known.map_or_else(Vec::new, |listed| newcomers.meet(run, listed)))?;
        let Some(filter) = repeats(met.all().chain(newcomers.prints), gatherer) else {
            return Some((None, Stretches::default()));
        };
        if !filter.is_exact() {
            return None;
        }
        let found = self.gather(|known, run, (input, first_row)| {
            let passes = |print: &u64| filter.passes(*print);
            match known {
                None => passing(run, &filter),
                Some(_) => met.prints(input, first_row).iter().copied().filter(passes).collect(),
            }
        })?;
        Some((Some(filter), found))
    }

    /// Looks at each run, with what is known of its stretch.
    fn gather(&self, look: impl Fn(Option<&[u64]>, &Run, Stretch) -> Vec<u64> + Sync) -> Option<Stretches> {
        let Self { known, stretches, runs, threads, memory_bytes } = *self;
        Stretches::gather(stretches, runs, threads, memory_bytes, |stretch, run| {
            look(known.known(stretch), run, stretch)
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

/// The filter of the prints that are more than one of these.
fn repeats(prints: impl Iterator<Item = u64>, gatherer: Gatherer) -> Option<Filter> {
    let (mut prints, mut gatherer): (Vec<u64>, _) = (prints.collect(), gatherer);
    prints.sort_unstable();
    for same in prints.chunk_by(|a, b| a == b) {
        if same.len() > 1 {
            gatherer.add(&same[..1]);
        }
    }
    gatherer.finish()
}

/// The prints that no run before has seen.
struct Newcomers {
    /// In order.
    prints: Vec<u64>,
    /// Two bits of each print, in the word of its top bits. Runs have their prints in the order of their top bits too, so that nearby words are
    /// asked for one after the other.
    words: Box<[u64]>,
}

impl Newcomers {
    /// `None` where they are more than a quarter of all, or take more memory.
    fn of<'r>(runs: impl Iterator<Item = &'r Run>, all: usize, memory_bytes: usize) -> Option<Self> {
        let runs: Vec<&Run> = runs.collect();
        let count: usize = runs.iter().map(|run| run.prints().len()).sum();
        // Some 20 bits for each: of a hundred others about one passes, and the words stay near the processor.
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

    /// The prints of a known run that may be repeats: those listed before, and those that are new elsewhere.
    fn meet(&self, run: &Run, listed: &[u64]) -> Vec<u64> {
        let mut met = listed.to_vec();
        let mut passing = [0; 256];
        let words = &*self.words;
        for prints in run.prints().chunks(passing.len()) {
            let mut count = 0;
            // Without a branch that could be foretold wrongly: what does not pass is written over.
            for &print in prints {
                let (word, bits) = place(words.len(), print);
                passing[count] = print;
                count += usize::from(words[word] & bits == bits);
            }
            let is_new = |print: &u64| self.prints.binary_search(print).is_ok();
            let is_listed = |print: &u64| listed.binary_search(print).is_ok();
            met.extend(passing[..count].iter().filter(|print| is_new(print) && !is_listed(print)));
        }
        met
    }
}

/// The word of a print among so many, fewer than 4 billion, and its bits there.
#[inline]
fn place(words: usize, print: u64) -> (usize, u64) {
    let word = ((print >> 32) * words as u64) >> 32;
    (word as usize, 1 << (print % 64) | 1 << (print / 64 % 64))
}

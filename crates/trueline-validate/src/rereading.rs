//! The state of the keys of each check, and which inputs must be read again.
//!
//! 1. In the first pass a check keeps complete keys or, if inputs can be read again, only their fingerprints.
//! 2. If the fingerprints of some rows were not kept, because their keys ascended at first, a second pass supplies them.
//! 3. The fingerprints are settled. If some occur more than once, a last pass keeps the complete keys with these fingerprints.
//!
//! For most inputs no fingerprint is missing and none occurs twice, so the first pass is the only one.

use std::ops::Range;
use std::sync::Arc;

use crate::check::{KeyPurpose, Runner};
use crate::error::Error;
use crate::key::print::{Filter, PrintSet, Stretches, Suspects};
use crate::key::{self, KeyBuffer, KeyOptions, KeySet, KeySummary, Repeat};
use crate::key_rows::{ChunkKeys, KeyTask};
use crate::late_findings::{LateFindingSorter, LateFindings};
use crate::late_rows::{LateRowSorter, LateRows};
use crate::outcome;
use crate::plan::Plan;
use crate::quota::Quota;
use crate::state::State;
use crate::tally::Tally;

/// The purpose of reading the inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pass {
    /// Everything.
    First,
    /// Fingerprints of keys that are owed; rows are not validated again.
    Prints,
    /// Keys that may be repeats. Only their rows, or the batches that contain them, are validated again, to find out what else is
    /// wrong with them, unless that is known.
    Candidates,
    /// The rows themselves, once the rows with repeated keys are known; they are validated again, and nothing is counted.
    Rows,
}

/// The results wanted from settling keys, besides counts and samples.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The rows that violate checks over keys at severity error.
    pub rows: bool,
    /// Every repeat as a violation.
    pub findings: bool,
    /// Why rows are invalid: all checks that they violate, among the rows above and in the findings of [`Pass::Rows`].
    pub reasons: bool,
}

/// The results of settling keys, as far as they were wanted.
#[derive(Debug)]
#[non_exhaustive]
pub struct Settled {
    /// The rows that violate checks over keys at severity error.
    pub rows: Option<LateRows>,
    /// Every repeat as a violation.
    pub findings: Option<LateFindings>,
}

/// Collects the results of settling keys that are needed in another order than that in which they are found.
#[derive(Default)]
pub(crate) struct LateResults {
    pub(crate) rows: Option<LateRowSorter>,
    pub(crate) findings: Option<LateFindingSorter>,
    /// Whether rows are wanted for each check that they violate.
    pub(crate) reasons: bool,
}

/// The state of the keys of one check.
pub(crate) enum KeyStage {
    /// All keys are kept completely.
    Whole(Box<KeySet>),
    /// Fingerprints are kept; the options are for the set of complete keys that may follow ([`KeyStage::Filtered`]).
    Prints(Box<PrintSet>, KeyOptions),
    /// Keys that pass the filter are kept.
    Filtered(Box<Filtered>),
    /// All keys are distinct; with (empty) stretches of rows if those are known.
    Distinct(KeySummary, Option<Stretches>),
    /// All keys are kept completely and not settled, for a partial result, in at most this many bytes.
    Collected(KeyBuffer, usize),
    /// No longer available: an error occurred, or the keys were settled.
    Consumed,
}

/// Keys that may be repeats.
pub(crate) struct Filtered {
    filter: Arc<Filter>,
    set: KeySet,
    summary: KeySummary,
    stretches: Option<Stretches>,
    suspects: Option<Suspects>,
}

impl KeyStage {
    pub(crate) fn for_one_pass(plan: &Plan, keys: &KeyOptions) -> Vec<Self> {
        let share = share(plan, keys);
        plan.key_checks.iter().map(|_| Self::Whole(Box::new(KeySet::new(share.clone())))).collect()
    }

    /// Uses fingerprints for keys that must be unique, but complete keys for counting distinct values: those are mostly few
    /// values in many rows, so that nearly every row would have to be read again.
    pub(crate) fn for_passes(plan: &Plan, keys: &KeyOptions) -> Vec<Self> {
        let share = share(plan, keys);
        let stage = |&index: &usize| {
            if is_unique(plan, index) {
                Self::Prints(Box::new(PrintSet::new(share.clone())), share.clone())
            } else {
                Self::Whole(Box::new(KeySet::new(share.clone())))
            }
        };
        plan.key_checks.iter().map(stage).collect()
    }

    pub(crate) fn for_partial(plan: &Plan, keys: &KeyOptions) -> Vec<Self> {
        let limit = share(plan, keys).memory_bytes;
        plan.key_checks.iter().map(|_| Self::Collected(KeyBuffer::new(), limit)).collect()
    }

    pub(crate) fn first_task(&self) -> KeyTask {
        match self {
            Self::Prints(prints, _) => KeyTask::Fingerprint(prints.signal()),
            _ => KeyTask::KeepAll,
        }
    }

    /// Settles fingerprints. None of them may be owed.
    fn settle(self, threads: usize) -> Result<Self, key::Error> {
        let Self::Prints(prints, options) = self else { return Ok(self) };
        let settled = prints.settle(threads)?;
        Ok(match settled.filter {
            None => Self::Distinct(settled.summary, settled.stretches),
            Some(filter) => {
                let memory_bytes = options.memory_bytes.saturating_sub(filter.memory_bytes());
                let set = KeySet::new(options.memory_bytes(memory_bytes));
                let key::print::Settled { summary, stretches, suspects, .. } = settled;
                let filter = Arc::new(filter);
                Self::Filtered(Box::new(Filtered { filter, set, summary, stretches, suspects }))
            }
        })
    }

    /// Calls `visit` for every repeat. `unreadable` says that a failure to read inputs again is not an error.
    pub(crate) fn finish(
        self,
        unreadable: bool,
        visit: &mut dyn FnMut(&Repeat<'_>),
    ) -> Result<KeySummary, key::Error> {
        match self {
            Self::Whole(set) => set.finish(visit),
            Self::Filtered(filtered) => {
                let (all, found) = (filtered.summary, filtered.set.finish(visit)?);
                Ok(KeySummary { distinct: all.keys - found.repeats, repeats: found.repeats, ..all })
            }
            Self::Distinct(all, _) => Ok(all),
            _ if unreadable => Ok(KeySummary::default()),
            Self::Prints(..) | Self::Collected(..) | Self::Consumed => Err(key::Error::incomplete()),
        }
    }
}

/// Returns whether a check requires keys to be unique, and does not only count them.
fn is_unique(plan: &Plan, check: usize) -> bool {
    matches!(plan.checks[check].runner, Runner::Keys(rule) if matches!(rule.purpose, KeyPurpose::Unique(_)))
}

/// Returns the options of each check over keys, with its share of the memory.
fn share(plan: &Plan, keys: &KeyOptions) -> KeyOptions {
    keys.clone().memory_bytes(keys.memory_bytes / plan.key_checks.len().max(1))
}

impl Tally {
    /// Returns the next pass over the inputs; `None` if no more is needed.
    ///
    /// To be called when all inputs were read, and again after each further pass. Fingerprints are settled on up to `threads`
    /// threads.
    ///
    /// **Errors**: keys exceed their budget and cannot be written to a temporary file or read back.
    pub fn next_pass(&mut self, threads: usize) -> Result<Option<Pass>, Error> {
        let owes =
            |stage: &KeyStage| matches!(stage, KeyStage::Prints(prints, _) if !prints.owed().is_empty());
        if self.pass == Pass::First && self.keys.iter().any(owes) {
            let task = |stage: &KeyStage| match stage {
                KeyStage::Prints(prints, _) if owes(stage) => KeyTask::FingerprintAll(prints.signal()),
                _ => KeyTask::Skip,
            };
            self.pass = Pass::Prints;
            self.quota = Quota::for_keys(&self.plan, self.keys.iter().map(task).collect());
            return Ok(Some(self.pass));
        }
        if matches!(self.pass, Pass::Candidates | Pass::Rows) {
            return Ok(None);
        }
        for set in 0..self.keys.len() {
            let settled = std::mem::replace(&mut self.keys[set], KeyStage::Consumed).settle(threads);
            self.keys[set] = settled.map_err(|source| self.key_error(set, source))?;
        }
        self.pass = Pass::Candidates;
        let task = |stage: &KeyStage| match stage {
            KeyStage::Filtered(filtered) => KeyTask::KeepFiltered(Arc::clone(&filtered.filter)),
            _ => KeyTask::Skip,
        };
        self.quota = Quota::for_keys(&self.plan, self.keys.iter().map(task).collect());
        let any = self.keys.iter().any(|stage| matches!(stage, KeyStage::Filtered(..)));
        Ok(any.then_some(self.pass))
    }

    /// Settles the keys. Before, the inputs must have been read to their ends in all passes that [`Tally::next_pass`] returned.
    ///
    /// Each wanted result takes as much memory as `keys` allows. Everything read from now on is read in [`Pass::Rows`].
    ///
    /// **Errors**: keys or their results cannot be written to a temporary file or read back.
    pub fn settle(&mut self, wanted: Wanted, keys: &KeyOptions) -> Result<Settled, Error> {
        let mut late = LateResults {
            rows: wanted.rows.then(|| LateRowSorter::new(keys)),
            findings: wanted.findings.then(|| LateFindingSorter::new(keys)),
            reasons: wanted.reasons,
        };
        outcome::settle_keys(self, false, &mut late)?;
        self.pass = Pass::Rows;
        let tasks = self.keys.iter().map(|_| KeyTask::Skip).collect();
        self.quota = Quota::for_keys(&self.plan, tasks);
        if wanted.reasons {
            self.quota.collect();
        }
        Ok(Settled {
            rows: late.rows.map(LateRowSorter::into_rows).transpose()?,
            findings: late.findings.map(LateFindingSorter::into_findings).transpose()?,
        })
    }

    /// Returns whether this pass must read an input again.
    pub fn needs_input(&self, input: u32) -> bool {
        let has_rows = self.rows_of_inputs.get(input as usize).is_some_and(|&rows| rows > 0);
        has_rows
            && self.keys.iter().any(|stage| match stage {
                KeyStage::Prints(prints, _) => prints.owed().has_input(input),
                KeyStage::Filtered(..) => true,
                _ => false,
            })
    }

    /// Returns bytes that represent the keys that [`Pass::Candidates`] keeps of the stretch of rows of a state that was first
    /// merged at `first_row` of an input.
    ///
    /// Runs with the same bytes for the same rows keep the same keys. Empty if none are kept; `None` if it is unknown. Known if
    /// requested by [`KeyOptions::tells_stretches`] and the fingerprints stayed in memory.
    pub fn candidates(&self, input: u32, first_row: u64) -> Option<Vec<u8>> {
        let (mut bytes, mut any) = (Vec::new(), false);
        for stage in &self.keys {
            let prints = match stage {
                KeyStage::Filtered(filtered) => filtered.stretches.as_ref()?.prints(input, first_row),
                _ => &[],
            };
            any |= !prints.is_empty();
            Stretches::write(&mut bytes, prints);
        }
        Some(if any { bytes } else { Vec::new() })
    }

    /// Returns rows that include all those that [`Pass::Candidates`] searches for in the stretch of a state that was first merged
    /// at `first_row` of an input.
    ///
    /// They are ascending ranges, relative to the first of its rows that came in batches; `None` if the rows may be anywhere.
    /// Known if requested by [`State::tell_granules`] and the fingerprints stayed in memory.
    pub fn suspects(&self, input: u32, first_row: u64) -> Option<Vec<Range<u64>>> {
        let mut rows = Vec::new();
        for stage in &self.keys {
            if let KeyStage::Filtered(filtered) = stage {
                rows.extend_from_slice(filtered.suspects.as_ref()?.rows(input, first_row));
            }
        }
        if self.keys.len() > 1 {
            rows.sort_unstable_by_key(|rows| rows.start);
        }
        Some(rows)
    }

    /// Returns whether there are fingerprints to settle, so that [`Tally::recall`] is useful.
    pub fn has_prints(&self) -> bool {
        self.keys.iter().any(|stage| matches!(stage, KeyStage::Prints(..)))
    }

    /// Returns whether [`Tally::candidates`] includes all keys that the first pass found more than once, so that those of all
    /// stretches can be given to [`Tally::recall`].
    pub fn knows_repeats(&self) -> bool {
        let is_settled = |stage: &KeyStage| matches!(stage, KeyStage::Filtered(_) | KeyStage::Distinct(..));
        let mut stages = self.keys.iter().zip(&self.plan.key_checks);
        self.keys.iter().any(is_settled)
            && stages.all(|(stage, check)| match stage {
                KeyStage::Filtered(filtered) => filtered.stretches.is_some(),
                KeyStage::Distinct(_, stretches) => stretches.is_some(),
                KeyStage::Whole(_) => !is_unique(&self.plan, *check),
                _ => false,
            })
    }

    /// Supplies the [`Tally::candidates`] of an earlier run with the same plan and seeds, for stretches with the same rows in
    /// both: their input, first row and candidates.
    ///
    /// To be called before [`Tally::next_pass`], which becomes faster. Candidates that cannot be decoded are ignored.
    ///
    /// All must come from one run, and each of its stretches at most once: otherwise repeats between two copies of a stretch are
    /// not found.
    pub fn recall<'b>(&mut self, known: impl IntoIterator<Item = (u32, u64, &'b [u8])>) {
        let mut of_stages = vec![Vec::new(); self.keys.len()];
        for (input, first_row, candidates) in known {
            let Some(prints) = split_candidates(candidates, self.keys.len()) else { continue };
            for (stage, prints) in of_stages.iter_mut().zip(prints) {
                stage.push((input, first_row, prints));
            }
        }
        for (stage, known) in self.keys.iter_mut().zip(of_stages) {
            if let KeyStage::Prints(prints, _) = stage {
                prints.recall(Stretches::recalled(known));
            }
        }
    }

    /// Continues with an input that is read again, whose first `lines` line ends are not part of any row.
    pub fn begin_input_again(&mut self, input: u32, lines: u64) {
        self.input = Some(input);
        self.total.rows = 0;
        self.total.lines = lines;
    }

    /// Returns whether the input that was read again had as many rows as the first time.
    pub fn has_same_rows(&self) -> bool {
        let input = self.input.unwrap_or_default();
        self.rows_of_inputs.get(input as usize) == Some(&self.total.rows)
    }

    /// Appends the keys of a state, whose rows follow those of the current input so far.
    pub(crate) fn merge_keys(&mut self, state: &mut State) -> Result<(), Error> {
        let input = self.input.unwrap_or_default();
        let (start, lines) = (self.total.rows, self.total.lines);
        let rows = start..start + state.rows;
        let known = self.rows_of_inputs.get(input as usize).copied().unwrap_or_default();
        if self.pass != Pass::First && rows.end > known {
            // Rows that did not exist before: the report covers those that did.
            return Ok(());
        }
        let pass = self.pass;
        for (set, keys) in state.keys.drain(..).enumerate() {
            let appended = match (&mut self.keys[set], keys) {
                (KeyStage::Whole(set), ChunkKeys::Whole(keys, _)) => set.append(&keys, input, start, lines),
                (KeyStage::Filtered(filtered), ChunkKeys::Whole(keys, _)) => {
                    filtered.set.append(&keys, input, start, lines)
                }
                (KeyStage::Collected(all, limit), ChunkKeys::Whole(keys, _)) => {
                    all.append(&keys, start, lines);
                    if all.memory_bytes() > *limit { Err(key::Error::full(*limit)) } else { Ok(()) }
                }
                (KeyStage::Prints(set, _), ChunkKeys::Prints(prints)) if pass == Pass::First => {
                    set.append(prints, input, rows.clone())
                }
                (KeyStage::Prints(set, _), ChunkKeys::Prints(prints)) => set.supply(prints, input, &rows),
                _ => Ok(()),
            };
            appended.map_err(|source| self.key_error(set, source))?;
        }
        Ok(())
    }
}

/// Splits the fingerprints of each stage, as [`Tally::candidates`] combines them.
fn split_candidates(bytes: &[u8], stages: usize) -> Option<Vec<Box<[u64]>>> {
    if bytes.is_empty() {
        return Some(vec![Box::default(); stages]);
    }
    let mut rest = bytes;
    let all = (0..stages).map(|_| Stretches::read(&mut rest)).collect::<Option<_>>();
    all.filter(|_| rest.is_empty())
}

//! What is known of the keys of each check, and for what the inputs must be read again.
//!
//! In the first pass a check keeps whole keys or, where inputs can be read again, prints. Prints that are owed come in a second
//! pass; then the prints are settled, and keys that may be repeats are kept whole in the last. Mostly there are none of
//! either, and the first pass was the only one.

use std::ops::Range;
use std::sync::Arc;

use crate::check::{KeyPurpose, Runner};
use crate::error::Error;
use crate::key::print::{Filter, PrintSet, Stretches, Suspects};
use crate::key::{self, KeyBuffer, KeyOptions, KeySet, KeySummary, Repeat};
use crate::key_rows::{ChunkKeys, KeyTask};
use crate::late_findings::{LateFindings, NamedFindings};
use crate::late_rows::{LateRows, NamedRows};
use crate::outcome;
use crate::plan::Plan;
use crate::quota::Quota;
use crate::state::State;
use crate::tally::Tally;

/// What the inputs are being read for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pass {
    /// Everything.
    First,
    /// Prints of keys that are owed; rows are not judged again.
    Prints,
    /// Keys that may be repeats; only rows that have one are judged again, for what else is wrong with them, or the batches that have some, unless
    /// that is known.
    Candidates,
    /// The rows themselves, once it is known which of them keys name; they are judged again, and nothing is counted.
    Rows,
}

/// What of the keys is wanted besides counts and samples, when they are settled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The rows that they name at severity error.
    pub rows: bool,
    /// Every repeat as a violation.
    pub findings: bool,
    /// Why rows are invalid: all checks that name them, among the rows above and in the findings of [`Pass::Rows`].
    pub reasons: bool,
}

/// What keys say at the end, as far as it was wanted.
#[derive(Debug)]
#[non_exhaustive]
pub struct Settled {
    /// The rows that they name at severity error.
    pub rows: Option<LateRows>,
    /// Every repeat as a violation.
    pub findings: Option<LateFindings>,
}

/// Where what keys say is put while they are settled.
#[derive(Default)]
pub(crate) struct Late {
    pub(crate) rows: Option<NamedRows>,
    pub(crate) findings: Option<NamedFindings>,
    /// Whether rows are wanted for each check that names them.
    pub(crate) reasons: bool,
}

/// What is known of the keys of one check.
pub(crate) enum KeyStage {
    /// All keys are being kept.
    Whole(Box<KeySet>),
    /// Prints, and what the keys themselves may take afterwards.
    Prints(Box<PrintSet>, KeyOptions),
    /// Keys that passed the filter are being kept.
    Filtered(Box<Filtered>),
    /// All keys are different; with nothing in it, stretches of rows of which that is known.
    Distinct(KeySummary, Option<Stretches>),
    /// All keys are being kept as they come, to be passed on; so many bytes may they take.
    Gathered(KeyBuffer, usize),
    /// Gone: an error came of it, or it was settled.
    Spent,
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

    /// Prints for what must be unique. How many different values there are is mostly asked of few values in many rows: nearly
    /// every row would have to be read again.
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
        plan.key_checks.iter().map(|_| Self::Gathered(KeyBuffer::new(), limit)).collect()
    }

    pub(crate) fn first_task(&self) -> KeyTask {
        match self {
            Self::Prints(prints, _) => KeyTask::Print(prints.signal()),
            _ => KeyTask::Keep,
        }
    }

    /// Settles prints to which nothing is owed.
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

    /// Calls `visit` for every repeat. `unreadable` excuses what could not be read again.
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
            Self::Prints(..) | Self::Gathered(..) | Self::Spent => Err(key::Error::incomplete()),
        }
    }
}

/// Whether a check wants keys to be unique, and not only to count them.
fn is_unique(plan: &Plan, check: usize) -> bool {
    matches!(plan.checks[check].runner, Runner::Keys(rule) if matches!(rule.purpose, KeyPurpose::Unique(_)))
}

/// What each check over keys may take.
fn share(plan: &Plan, keys: &KeyOptions) -> KeyOptions {
    keys.clone().memory_bytes(keys.memory_bytes / plan.key_checks.len().max(1))
}

impl Tally {
    /// What the inputs must be read again for, `None` when nothing is missing. Asked when all inputs were read, and again after
    /// each further pass; settles prints on so many threads.
    ///
    /// **Errors**: keys that no longer fit their budget and could not be written to a temporary file or read back.
    pub fn next_pass(&mut self, threads: usize) -> Result<Option<Pass>, Error> {
        let owes =
            |stage: &KeyStage| matches!(stage, KeyStage::Prints(prints, _) if !prints.owed().is_empty());
        if self.pass == Pass::First && self.keys.iter().any(owes) {
            let task = |stage: &KeyStage| match stage {
                KeyStage::Prints(prints, _) if owes(stage) => KeyTask::PrintAll(prints.signal()),
                _ => KeyTask::Pass,
            };
            self.pass = Pass::Prints;
            self.quota = Quota::for_keys(&self.plan, self.keys.iter().map(task).collect());
            return Ok(Some(self.pass));
        }
        if matches!(self.pass, Pass::Candidates | Pass::Rows) {
            return Ok(None);
        }
        for set in 0..self.keys.len() {
            let settled = std::mem::replace(&mut self.keys[set], KeyStage::Spent).settle(threads);
            self.keys[set] = settled.map_err(|source| self.key_error(set, source))?;
        }
        self.pass = Pass::Candidates;
        let task = |stage: &KeyStage| match stage {
            KeyStage::Filtered(filtered) => KeyTask::KeepSome(Arc::clone(&filtered.filter)),
            _ => KeyTask::Pass,
        };
        self.quota = Quota::for_keys(&self.plan, self.keys.iter().map(task).collect());
        let any = self.keys.iter().any(|stage| matches!(stage, KeyStage::Filtered(..)));
        Ok(any.then_some(self.pass))
    }

    /// Settles the keys, which the inputs must have been read for to their ends, in all passes that were asked for. Each of what
    /// is wanted takes as much as `keys` says. What is read from now on is read in [`Pass::Rows`].
    ///
    /// **Errors**: keys, or what they say, could not be kept in a temporary file or read back.
    pub fn settle(&mut self, wanted: Wanted, keys: &KeyOptions) -> Result<Settled, Error> {
        let mut late = Late {
            rows: wanted.rows.then(|| NamedRows::new(keys)),
            findings: wanted.findings.then(|| NamedFindings::new(keys)),
            reasons: wanted.reasons,
        };
        outcome::settle_keys(self, false, &mut late)?;
        self.pass = Pass::Rows;
        let tasks = self.keys.iter().map(|_| KeyTask::Pass).collect();
        self.quota = Quota::for_keys(&self.plan, tasks);
        if wanted.reasons {
            self.quota.collect();
        }
        Ok(Settled {
            rows: late.rows.map(NamedRows::into_rows).transpose()?,
            findings: late.findings.map(NamedFindings::into_findings).transpose()?,
        })
    }

    /// Whether this pass must read an input again.
    pub fn needs_input(&self, input: u32) -> bool {
        let has_rows = self.rows_of_inputs.get(input as usize).is_some_and(|&rows| rows > 0);
        has_rows
            && self.keys.iter().any(|stage| match stage {
                KeyStage::Prints(prints, _) => prints.owed().has_input(input),
                KeyStage::Filtered(..) => true,
                _ => false,
            })
    }

    /// What stands for the keys that [`Pass::Candidates`] keeps of the stretch of rows of a state that was merged first at `first_row`
    /// of an input: runs that find the same, of the same rows, keep the same. Empty: none is kept. `None`: it is not known.
    ///
    /// Known where [`KeyOptions::tells_stretches`] asked for it and the prints stayed in memory.
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

    /// The rows among which all are that [`Pass::Candidates`] looks for in a stretch, which is that of a state that was merged first at
    /// `first_row` of an input: ranges in ascending order, counted from the first of its rows that came in batches. `None`: they may be anywhere.
    ///
    /// Known where [`State::tell_granules`] asked for it and the prints stayed in memory.
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

    /// Whether there are prints to settle, so that [`Tally::recall`] is of use.
    pub fn has_prints(&self) -> bool {
        self.keys.iter().any(|stage| matches!(stage, KeyStage::Prints(..)))
    }

    /// Whether [`Tally::candidates`] are all keys of the rows that were met more than once, as the first pass found them: the same of all
    /// stretches may be said to [`Tally::recall`].
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

    /// Says what [`Tally::candidates`] were in a run before, with the same plan and seeds, of stretches that have the same rows in both: their
    /// input, first row and candidates. To be said before [`Tally::next_pass`], which is faster for it. What cannot be read is passed
    /// over.
    ///
    /// All are of one run, and each of its stretches is said once at most: of a stretch that is there twice nobody knew that all its keys
    /// repeat.
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

    /// Goes to an input that is read again, whose first `lines` line ends are not part of any row.
    pub fn begin_input_again(&mut self, input: u32, lines: u64) {
        self.input = Some(input);
        self.total.rows = 0;
        self.total.lines = lines;
    }

    /// Whether the input that was read again had as many rows as the first time.
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
            // Rows that were not there before: the report is about those that were.
            return Ok(());
        }
        let pass = self.pass;
        for (set, keys) in state.keys.drain(..).enumerate() {
            let appended = match (&mut self.keys[set], keys) {
                (KeyStage::Whole(set), ChunkKeys::Whole(keys, _)) => set.append(&keys, input, start, lines),
                (KeyStage::Filtered(filtered), ChunkKeys::Whole(keys, _)) => {
                    filtered.set.append(&keys, input, start, lines)
                }
                (KeyStage::Gathered(all, limit), ChunkKeys::Whole(keys, _)) => {
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

/// The prints of each stage, as [`Tally::candidates`] puts them together.
fn split_candidates(bytes: &[u8], stages: usize) -> Option<Vec<Box<[u64]>>> {
    if bytes.is_empty() {
        return Some(vec![Box::default(); stages]);
    }
    let mut rest = bytes;
    let all = (0..stages).map(|_| Stretches::read(&mut rest)).collect::<Option<_>>();
    all.filter(|_| rest.is_empty())
}

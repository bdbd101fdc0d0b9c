//! The result of a part of a dataset, to be stored, transferred and merged later: a partial result.
//!
//! A part is one input, or a stretch of one. Rows, lines and bytes are relative to its start, and results for columns are
//! separate, so it does not depend on the parts before it; a tally that merges parts in order has the same result as one run.
//!
//! The binary format is JSON with everything except keys, preceded by its length, and then the keys of each check in the binary
//! format of key buffers. The caller must protect it with a checksum: damage may go unnoticed here.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use trueline_report::{Excerpt, Location, Violation};

use crate::error::Error;
use crate::finding::EXTRA_CODE;
use crate::key::{KeyBuffer, KeyOptions};
use crate::key_rows::ChunkKeys;
use crate::plan::{Plan, PlannedCheck};
use crate::rereading::KeyStage;
use crate::state::{Counts, Sample, State};
use crate::tally::{MISTYPED_CODE, Tally};

/// The result of one input, or of a stretch of one.
///
/// **Cost**: memory for the samples, and for all keys of checks over keys.
#[derive(Clone, Debug)]
pub struct Partial {
    rows: u64,
    lines: u64,
    broken: u64,
    invalid: u64,
    /// The results for columns; those for rows follow.
    column_counts: Vec<Counts>,
    counts: Vec<Counts>,
    keys: Vec<KeyBuffer>,
    /// Per schema field, whether the input has it, and the reason if not.
    bound: Vec<bool>,
    reasons: Vec<Option<String>>,
    has_unknown_columns: bool,
}

/// The position of a part in the dataset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartialPlace {
    /// The start of the next input.
    NextInput,
    /// The continuation of the previous part, this many bytes after the start of their input.
    Behind {
        /// The number of bytes of the input before it.
        bytes: u64,
    },
}

/// The bytes are not a part of a run under this plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the bytes are no part of a run under this schema")]
pub struct PartialError;

/// The part of the format that is JSON.
#[derive(Serialize, Deserialize)]
struct SerializedPartial {
    rows: u64,
    lines: u64,
    broken: u64,
    invalid: u64,
    bound: Vec<bool>,
    reasons: Vec<Option<String>>,
    has_unknown_columns: bool,
    #[serde(rename = "of_columns")]
    column_counts: Vec<SerializedCounts>,
    counts: Vec<SerializedCounts>,
}

/// The numbers of a check, and its samples if they are written together.
#[derive(Serialize, Deserialize)]
pub(crate) struct SerializedCounts {
    evaluated: u64,
    failed: u64,
    null: u64,
    not_evaluated: u64,
    codes: BTreeMap<String, u64>,
    first: Option<u64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    samples: Vec<SerializedSample>,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct SerializedSample {
    column: usize,
    violation: Violation,
    excerpt: Option<(String, std::ops::Range<usize>, Option<u64>)>,
}

impl Partial {
    /// Returns the number of rows.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Appends the part to `bytes`.
    pub fn write(&self, bytes: &mut Vec<u8>) {
        let written = SerializedPartial {
            rows: self.rows,
            lines: self.lines,
            broken: self.broken,
            invalid: self.invalid,
            bound: self.bound.clone(),
            reasons: self.reasons.clone(),
            has_unknown_columns: self.has_unknown_columns,
            column_counts: self.column_counts.iter().map(SerializedCounts::of).collect(),
            counts: self.counts.iter().map(SerializedCounts::of).collect(),
        };
        let json = serde_json::to_vec(&written).unwrap_or_default();
        bytes.extend_from_slice(&(json.len() as u64).to_le_bytes());
        bytes.extend_from_slice(&json);
        self.keys.iter().for_each(|keys| keys.write(bytes));
    }

    /// Takes a part from the front of `bytes`, which [`Partial::write`] wrote under a plan of the same schema.
    ///
    /// **Errors**: the bytes are something else.
    pub fn read(plan: &Plan, bytes: &mut &[u8]) -> Result<Self, PartialError> {
        let (length, rest) = bytes.split_first_chunk().ok_or(PartialError)?;
        let length = usize::try_from(u64::from_le_bytes(*length)).map_err(|_| PartialError)?;
        let (json, rest) = rest.split_at_checked(length).ok_or(PartialError)?;
        *bytes = rest;
        let written: SerializedPartial = serde_json::from_slice(json).map_err(|_| PartialError)?;
        let fields = plan.fields.len();
        let is_of_plan = written.counts.len() == plan.checks.len()
            && written.column_counts.len() == plan.checks.len()
            && written.bound.len() == fields
            && written.reasons.len() == fields;
        if !is_of_plan {
            return Err(PartialError);
        }
        let read = |counts: Vec<SerializedCounts>| {
            let counts = counts.into_iter().zip(&plan.checks).map(|(counts, check)| counts.read(check));
            counts.collect::<Option<Vec<_>>>().ok_or(PartialError)
        };
        let keys = plan.key_checks.iter().map(|_| KeyBuffer::read(bytes)).collect::<Option<_>>();
        Ok(Self {
            rows: written.rows,
            lines: written.lines,
            broken: written.broken,
            invalid: written.invalid,
            column_counts: read(written.column_counts)?,
            counts: read(written.counts)?,
            keys: keys.ok_or(PartialError)?,
            bound: written.bound,
            reasons: written.reasons,
            has_unknown_columns: written.has_unknown_columns,
        })
    }

    /// Adds `bytes` to the byte offsets of all locations.
    fn add_byte_offset(&mut self, bytes: u64) {
        let shift = |location: &mut Location| {
            location.byte_offset = location.byte_offset.map(|offset| offset + bytes);
        };
        for sample in self.counts.iter_mut().flat_map(|counts| &mut counts.samples) {
            shift(&mut sample.violation.location);
        }
        for keys in &mut self.keys {
            let mut shifted = KeyBuffer::new();
            shifted.append_behind(keys, 0, 0, bytes);
            *keys = shifted;
        }
    }

    fn into_state(self, plan: &Plan) -> State {
        let mut state = State::new(plan, None);
        state.rows = self.rows;
        state.lines = self.lines;
        state.broken = self.broken;
        state.invalid = self.invalid;
        state.counts = self.counts;
        state.keys = self.keys.into_iter().map(|keys| ChunkKeys::Whole(keys, None)).collect();
        state
    }
}

impl SerializedCounts {
    fn of(counts: &Counts) -> Self {
        Self {
            samples: counts.samples.iter().map(SerializedSample::of).collect(),
            ..Self::counts_only(counts)
        }
    }

    /// Converts the counts without the samples.
    pub(crate) fn counts_only(counts: &Counts) -> Self {
        Self {
            evaluated: counts.evaluated,
            failed: counts.failed,
            null: counts.null,
            not_evaluated: counts.not_evaluated,
            codes: counts.codes.iter().map(|(code, count)| ((*code).to_owned(), *count)).collect(),
            first: counts.first.map(|(_, row)| row),
            samples: Vec::new(),
        }
    }

    /// Returns `None` if there is a code that the check does not have.
    pub(crate) fn read(self, check: &PlannedCheck) -> Option<Counts> {
        let known = |code: &String| {
            check.codes.iter().chain(&[MISTYPED_CODE, EXTRA_CODE]).find(|known| *known == code)
        };
        let codes = self.codes.iter().map(|(code, count)| Some((*known(code)?, *count)));
        Some(Counts {
            evaluated: self.evaluated,
            failed: self.failed,
            null: self.null,
            not_evaluated: self.not_evaluated,
            codes: codes.collect::<Option<_>>()?,
            first: self.first.map(|row| (0, row)),
            samples: self.samples.into_iter().map(SerializedSample::read).collect(),
            // Only functions can fail, and parts are made without functions.
            error: None,
        })
    }
}

impl SerializedSample {
    pub(crate) fn of(sample: &Sample) -> Self {
        let excerpt = sample.violation.excerpt.as_ref();
        Self {
            column: sample.column,
            violation: sample.violation.clone(),
            excerpt: excerpt
                .map(|excerpt| (excerpt.text.clone(), excerpt.highlight.clone(), excerpt.first_line)),
        }
    }

    pub(crate) fn read(self) -> Sample {
        let excerpt =
            self.excerpt.map(|(text, highlight, first_line)| Excerpt { text, highlight, first_line });
        Sample { column: self.column, violation: Violation { excerpt, ..self.violation } }
    }
}

impl Tally {
    /// Creates a tally over one input, or a stretch of one, that becomes a [`Partial`].
    ///
    /// Keys are kept as they are, and nothing is settled. They may take the memory that `keys` allows.
    pub fn of_partial(plan: &Plan, keys: &KeyOptions) -> Self {
        Self { column_counts: Some(Vec::new()), ..Self::with_stages(plan, KeyStage::for_partial(plan, keys)) }
    }

    /// Returns the result of a tally created by [`Tally::of_partial`].
    pub fn into_partial(self) -> Partial {
        let keys = self.keys.into_iter().map(|stage| match stage {
            KeyStage::Collected(keys, _) => keys,
            _ => KeyBuffer::new(),
        });
        Partial {
            rows: self.total.rows,
            lines: self.total.lines,
            broken: self.total.broken,
            invalid: self.total.invalid,
            column_counts: match self.column_counts {
                // Empty if the columns of the input never became known.
                Some(counts) if !counts.is_empty() => counts,
                _ => vec![Counts::default(); self.total.counts.len()],
            },
            counts: self.total.counts,
            keys: keys.collect(),
            bound: self.bound,
            reasons: self.reasons,
            has_unknown_columns: self.has_unknown_columns,
        }
    }

    /// Merges the next part. Parts must come in the order of the dataset.
    ///
    /// **Errors**: keys exceed their budget and cannot be written to a temporary file.
    ///
    /// # Panics
    /// The part is of another schema.
    pub fn merge_partial(&mut self, part: Partial, place: PartialPlace) -> Result<(), Error> {
        let mut part = part;
        assert_eq!(part.bound.len(), self.bound.len(), "a part of another schema");
        match place {
            PartialPlace::NextInput => {
                self.input = Some(self.input.map_or(0, |input| input + 1));
                self.rows_of_inputs.push(0);
                (self.total.rows, self.total.lines) = (0, 0);
                let mut columns = State::new(&self.plan, None);
                columns.counts = std::mem::take(&mut part.column_counts);
                columns.rebase(self.input(), 0, 0);
                self.total.absorb(&self.plan, &mut columns);
            }
            PartialPlace::Behind { bytes } => part.add_byte_offset(bytes),
        }
        for (field, is_bound) in part.bound.iter().enumerate() {
            self.bound[field] |= is_bound;
            if self.reasons[field].is_none() {
                self.reasons[field] = part.reasons[field].take();
            }
        }
        self.has_unknown_columns |= part.has_unknown_columns;
        let state = part.into_state(&self.plan);
        self.merge(state)
    }
}

//! Results of parts of a dataset, kept until all parts are known.
//!
//! A state is serialized as
//!
//! ```text
//! 8 bytes    "TLSTATE2"
//! 8 bytes    length of the head, little-endian
//! head       JSON: the engine's version, the schema's fingerprint, and for each part its identity, number, input, error
//! parts      one after the other, as `trueline_validate::Partial` writes them
//! 32 bytes   BLAKE3 of all of the above
//! ```

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Instant, SystemTime};

use arrow_array::RecordBatch;
use serde::{Deserialize, Serialize};
use trueline_io::{Format, Source};
use trueline_report::{Decided, Input, Report, Run, RunError};
use trueline_validate::{Partial, PartialPlace, Tally};

use crate::error::{Error, ErrorKind};
use crate::pipeline::{Pipeline, rate, report};
use crate::validator::{Validator, peak_memory};

const MAGIC: &[u8; 8] = b"TLSTATE2";
const ENGINE: &str = env!("CARGO_PKG_VERSION");
const HASH_BYTES: usize = 32;

/// The results of parts of a dataset, to be stored, transferred and merged: counts, samples, and the keys of checks on keys.
///
/// [`Validator::state`] creates states, [`State::merge`] merges them, and [`Validator::finish`] turns them into a report. The
/// report is that of one run over all parts in order, except for its `run` object.
///
/// **Cost**: memory and serialized size grow with the samples of each part and with all keys of checks on keys, which are only
/// settled at the end.
#[derive(Clone, Debug)]
pub struct State {
    fingerprint: String,
    parts: Vec<StatePart>,
}

/// A part and its header.
#[derive(Clone, Debug)]
struct StatePart {
    head: PartHeader,
    part: Partial,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct PartHeader {
    /// Unique among the parts of all runs: merging a part twice would count it twice.
    id: [u64; 2],
    number: u64,
    /// Whether it continues the input of the previous part.
    is_stretch: bool,
    input: Input,
    error: Option<RunError>,
    /// Whether its formats make the schema a typed one.
    is_typed: bool,
    layout: Option<String>,
    proved: u64,
    seconds: f64,
}

/// A part identity that is unique across processes, forked ones too, and machines.
fn identity() -> [u64; 2] {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    [0, 1].map(|half| RandomState::new().hash_one((half, now, std::process::id(), count)))
}

/// The result of a run over one input, or a section of one.
pub(crate) struct PartOfRun {
    pub(crate) partial: Partial,
    pub(crate) input: Input,
    pub(crate) error: Option<RunError>,
    /// Whether it was validated with the schema for typed values.
    pub(crate) is_typed: bool,
    /// The columns of Arrow data: those of stretches of one table are the same.
    pub(crate) layout: Option<String>,
    /// Rows proven from their bytes.
    pub(crate) proved: u64,
    /// How long it took.
    pub(crate) seconds: f64,
}

#[derive(Serialize, Deserialize)]
struct StateHeader {
    engine: String,
    schema: String,
    parts: Vec<PartHeader>,
}

impl State {
    /// Merges states into one, in order. Parts with numbers ([`State::numbered`]) are sorted by number, whatever the order of the
    /// states, so merges can be grouped in any way.
    ///
    /// **Errors**: there are no states; the states have different schemas; a part occurs twice, so that it would be counted twice
    /// ([`ErrorKind::PartTwice`]). A part is the result of one run: validating the same data twice gives two parts.
    pub fn merge(states: impl IntoIterator<Item = Self>) -> Result<Self, Error> {
        let mut states = states.into_iter().peekable();
        let Some(first) = states.peek() else {
            return Err(Error::new(ErrorKind::States { message: "there are none".to_owned() }));
        };
        let mut all = Self { fingerprint: first.fingerprint.clone(), parts: Vec::new() };
        let mut known: HashMap<[u64; 2], usize> = HashMap::new();
        for (number, state) in states.enumerate() {
            if state.fingerprint != all.fingerprint {
                let message =
                    format!("one is of the schema {}, another of {}", all.fingerprint, state.fingerprint);
                return Err(Error::new(ErrorKind::States { message }));
            }
            for part in state.parts {
                if let Some(first) = known.insert(part.head.id, number) {
                    let input = part.head.input.name;
                    return Err(Error::new(ErrorKind::PartTwice { input, first, second: number }));
                }
                all.parts.push(part);
            }
        }
        all.parts.sort_by_key(|part| part.head.number);
        Ok(all)
    }

    /// Gives all parts of the state a number, so that states can be merged in any order.
    #[must_use]
    pub fn numbered(mut self, number: u64) -> Self {
        self.set_number(number);
        self
    }

    /// Sets the number of all parts in place, like [`State::numbered`].
    pub fn set_number(&mut self, number: u64) {
        self.parts.iter_mut().for_each(|part| part.head.number = number);
    }

    /// Returns the number of rows of all parts.
    pub fn rows(&self) -> u64 {
        self.parts.iter().map(|part| part.part.rows()).sum()
    }

    /// Returns the fingerprint of the schema.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// Serializes the state. Only the same version can read it back.
    pub fn to_bytes(&self) -> Vec<u8> {
        let head = StateHeader {
            engine: ENGINE.to_owned(),
            schema: self.fingerprint.clone(),
            parts: self.parts.iter().map(|part| part.head.clone()).collect(),
        };
        let head = serde_json::to_vec(&head).unwrap_or_default();
        let mut bytes = MAGIC.to_vec();
        bytes.extend_from_slice(&(head.len() as u64).to_le_bytes());
        bytes.extend_from_slice(&head);
        self.parts.iter().for_each(|part| part.part.write(&mut bytes));
        let hash = blake3::hash(&bytes);
        bytes.extend_from_slice(hash.as_bytes());
        bytes
    }
}

impl Validator {
    /// Validates one input and returns its state instead of a report, to be merged with the states of other parts of the dataset.
    /// If the input cannot be read to its end, the final report is unreadable.
    ///
    /// **Errors**: as [`Validator::validate`]; the validator has outputs, `parts` or `custom` checks.
    pub fn state(&self, source: &dyn Source) -> Result<State, Error> {
        self.state_of(source, false)
    }

    /// Validates a stretch of an input that continues where another one ended, between two records. It has no header, and its
    /// rows, lines and bytes continue the count. Only for JSON Lines, and for CSV without a header.
    ///
    /// **Errors**: as [`Validator::state`]; the input has another format.
    pub fn state_of_stretch(&self, source: &dyn Source) -> Result<State, Error> {
        self.state_of(source, true)
    }

    /// Checks that no option is set that states cannot support: results that are only known at the end, or that states cannot
    /// contain.
    fn check_options(&self) -> Result<(), Error> {
        if !self.outputs.is_any() && self.parts.is_none() && self.customs.is_empty() {
            return Ok(());
        }
        let option = "valid_out, invalid_out, errors_out, parts and custom";
        Err(Error::new(ErrorKind::Option { option, expected: "left out where a state is asked for" }))
    }

    fn state_of(&self, source: &dyn Source, is_stretch: bool) -> Result<State, Error> {
        self.check_options()?;
        let found = Pipeline::partial(self, source)?;
        let format = &found.input.format;
        let goes_on =
            *format == Format::JsonLines.name() || (*format == Format::Csv.name() && !self.schema.csv.header);
        if is_stretch && !goes_on {
            let message = format!("a stretch of {format} has no meaning without its beginning");
            return Err(Error::new(ErrorKind::Formats { message }));
        }
        Ok(self.new_state(found, is_stretch))
    }

    fn new_state(&self, found: PartOfRun, is_stretch: bool) -> State {
        let PartOfRun { partial, input, error, is_typed, layout, proved, seconds } = found;
        let id = identity();
        let head = PartHeader { id, number: 0, is_stretch, input, error, is_typed, layout, proved, seconds };
        State { fingerprint: self.fingerprint().to_owned(), parts: vec![StatePart { head, part: partial }] }
    }

    /// Validates Arrow batches of one table and returns their state, like [`Validator::state_of_stretch`]: row numbers continue
    /// those of the previous state, whose batches must have the same columns.
    ///
    /// **Errors**: as [`Validator::validate_batches`]; the validator has `parts` or `custom` checks.
    pub fn state_of_batches<I>(&self, batches: I) -> Result<State, Error>
    where
        I: IntoIterator,
        I::Item: Borrow<RecordBatch>,
    {
        self.check_options()?;
        Ok(self.new_state(self.partial_of_batches(batches)?, true))
    }

    /// Reads a state that was written with the same schema and by the same version.
    ///
    /// **Errors**: the bytes are not a state, are damaged, or belong to another schema or version.
    pub fn read_state(&self, bytes: &[u8]) -> Result<State, Error> {
        let none = |message: String| Error::new(ErrorKind::NoState { message });
        let damaged = || none("its bytes are damaged".to_owned());
        let length = bytes
            .len()
            .checked_sub(HASH_BYTES)
            .ok_or_else(|| none("it is too short to be one".to_owned()))?;
        let (content, hash) = bytes.split_at(length);
        let rest = content.strip_prefix(MAGIC).ok_or_else(|| {
            let is_other = content.starts_with(&MAGIC[..7]);
            none(
                if is_other {
                    "it was written by another version"
                } else {
                    "it does not begin as a state does"
                }
                .to_owned(),
            )
        })?;
        if blake3::hash(content).as_bytes() != hash {
            return Err(damaged());
        }
        let (length, rest) = rest.split_first_chunk().ok_or_else(damaged)?;
        let length = usize::try_from(u64::from_le_bytes(*length)).map_err(|_| damaged())?;
        let (head, mut rest) = rest.split_at_checked(length).ok_or_else(damaged)?;
        let head: StateHeader = serde_json::from_slice(head).map_err(|_| damaged())?;
        if head.engine != ENGINE {
            return Err(none(format!("it was written by version {}, this is {ENGINE}", head.engine)));
        }
        if head.schema != self.fingerprint() {
            let message =
                format!("it was made with the schema {}, not with {}", head.schema, self.fingerprint());
            return Err(none(message));
        }
        let mut parts = Vec::with_capacity(head.parts.len());
        for head in head.parts {
            let (_, plan) = self.schema_and_plan(head.is_typed)?;
            let part = Partial::read(plan, &mut rest).map_err(|_| damaged())?;
            parts.push(StatePart { head, part });
        }
        Ok(State { fingerprint: head.schema, parts })
    }

    /// Turns a state into a report: the report of one run over all of its parts. Its `run` object adds up the time of the parts.
    ///
    /// **Errors**: the state has another schema; its parts have formats that one run cannot validate together, or are stretches
    /// of Arrow data with different columns; keys could not be stored on disk.
    pub fn finish(&self, state: State) -> Result<Report, Error> {
        let started = Instant::now();
        let states = |message: &str| Error::new(ErrorKind::States { message: message.to_owned() });
        if state.fingerprint != self.fingerprint() {
            return Err(states("they are of another schema than the validator's"));
        }
        let is_typed = state.parts.iter().any(|part| part.head.is_typed);
        if state.parts.iter().any(|part| part.head.is_typed != is_typed) {
            return Err(states("some are of CSV, others of JSON Lines, Parquet or Arrow"));
        }
        let (_, plan) = self.schema_and_plan(is_typed)?;
        let mut tally = Tally::new(plan, &self.key_options());
        let mut inputs: Vec<Input> = Vec::new();
        let (mut error, mut layout) = (None, None);
        let (mut proved, mut seconds) = (0, 0.0);
        for StatePart { head, part } in state.parts {
            let last = inputs.last_mut().filter(|last| head.is_stretch && last.format == head.input.format);
            let bytes_before = last.as_ref().map_or(0, |last| last.bytes);
            let rows_before = last.as_ref().map_or(0, |last| last.rows);
            let place = match last {
                Some(_) if head.layout != layout => {
                    return Err(states("stretches of a table have other columns"));
                }
                Some(last) => {
                    last.bytes += head.input.bytes;
                    last.rows += head.input.rows;
                    // Rows of Arrow data have no byte offset.
                    PartialPlace::Behind { bytes: if layout.is_none() { bytes_before } else { 0 } }
                }
                None => {
                    inputs.push(head.input);
                    PartialPlace::NextInput
                }
            };
            layout = head.layout;
            proved += head.proved;
            seconds += head.seconds;
            let lines_before = if place == PartialPlace::NextInput { 0 } else { tally.input_lines() };
            let merged = tally.merge_partial(part, place);
            merged.map_err(|source| Error::new(ErrorKind::Keys { source }))?;
            if let Some(mut found) = head.error {
                found.byte_offset = found.byte_offset.map(|offset| offset + bytes_before);
                found.row_index = found.row_index.map(|row| row + rows_before);
                found.line = found.line.map(|line| line + lines_before);
                error = Some(found);
                // One run would not have read the rest either.
                break;
            }
        }
        let outcome = tally
            .finish(self.max_violations, error.is_some())
            .map_err(|source| Error::new(ErrorKind::Keys { source }))?;
        seconds += started.elapsed().as_secs_f64();
        let bytes = inputs.iter().map(|input| input.bytes).sum();
        let run = Run {
            elapsed_seconds: seconds,
            threads: u32::try_from(self.threads).unwrap_or(u32::MAX),
            simd: self.kernel.name().to_owned(),
            bytes_per_second: rate(bytes, seconds),
            decided: Decided { scanned: outcome.rows.total - proved, proved, cached: 0 },
            peak_memory: peak_memory(),
            statistics: None,
        };
        Ok(report(self, outcome, inputs, error, run))
    }
}

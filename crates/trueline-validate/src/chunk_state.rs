//! The state of one chunk as bytes, so that its result can be stored and reused.
//!
//! ```text
//! rows, lines, broken, invalid   8 bytes each, little-endian
//! counts                         JSON, preceded by its length: the numbers of each check
//! samples                        for each check: one byte, whether no more are ever needed; JSON, preceded by its length
//! keys                           for each check over keys: one byte that says what follows (nothing, keys, or fingerprints)
//! ```
//!
//! The caller must protect the bytes with a checksum: damage may go unnoticed here.

use arrow_buffer::Buffer;

use crate::key::KeyBuffer;
use crate::key::print::PrintBuffer;
use crate::key_rows::{ChunkKeys, KeyTask};
use crate::partial::{PartialError, SerializedCounts, SerializedSample};
use crate::plan::Plan;
use crate::quota::Quota;
use crate::state::State;

const NONE: u8 = 0;
const KEYS: u8 = 1;
const PRINTS: u8 = 2;

impl State {
    /// Appends the state to `bytes`. It must be sealed ([`State::seal`]) and not be merged with others.
    pub fn write(&self, plan: &Plan, bytes: &mut Vec<u8>) {
        for number in [self.rows, self.lines, self.broken, self.invalid] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        let counts: Vec<_> = self.counts.iter().map(SerializedCounts::counts_only).collect();
        put(bytes, &serde_json::to_vec(&counts).unwrap_or_default());
        for (counts, limit) in self.counts.iter().zip(plan.checks.iter().map(|check| check.sample_limit)) {
            let wanted = usize::try_from(counts.failed).unwrap_or(usize::MAX).min(limit);
            bytes.push(u8::from(counts.samples.len() >= wanted));
            if counts.samples.is_empty() {
                put(bytes, &[]);
                continue;
            }
            let samples: Vec<_> = counts.samples.iter().map(SerializedSample::of).collect();
            put(bytes, &serde_json::to_vec(&samples).unwrap_or_default());
        }
        for keys in &self.keys {
            match keys {
                ChunkKeys::None => bytes.push(NONE),
                ChunkKeys::Whole(keys, _) => {
                    bytes.push(KEYS);
                    keys.write(bytes);
                }
                ChunkKeys::Prints(prints) => {
                    bytes.push(PRINTS);
                    prints.write(bytes);
                }
            }
        }
    }

    /// Creates the state of this many rows and lines of which no results are needed.
    #[must_use]
    pub fn passed_over(plan: &Plan, quota: &Quota, rows: u64, lines: u64) -> Self {
        let mut state = Self::new(plan, Some(quota.clone()));
        state.rows = rows;
        state.lines = lines;
        state
    }

    /// Reads a state that [`State::write`] wrote under a plan of the same schema; it is `memory` from `start` to the end.
    ///
    /// Samples of which `quota` has enough are left out; fingerprints of keys are not copied.
    ///
    /// **Errors**: the bytes are not a state, or continue after it; the form of its keys is not the one needed now; samples are
    /// missing, because when it was written there were enough from elsewhere.
    pub fn read(plan: &Plan, quota: &Quota, memory: Vec<u8>, start: usize) -> Result<Self, PartialError> {
        let whole = Buffer::from_vec(memory);
        let mut rest = whole.get(start..).ok_or(PartialError)?;
        let bytes = &mut rest;
        let mut state = Self::new(plan, Some(quota.clone()));
        for number in [&mut state.rows, &mut state.lines, &mut state.broken, &mut state.invalid] {
            *number = take_number(bytes)?;
        }
        let counts: Vec<SerializedCounts> = serde_json::from_slice(take(bytes)?).map_err(|_| PartialError)?;
        if counts.len() != plan.checks.len() {
            return Err(PartialError);
        }
        for (index, written) in counts.into_iter().enumerate() {
            let counts = written.read(&plan.checks[index]).ok_or(PartialError)?;
            state.counts[index] = counts;
            let (has_all, rest) = bytes.split_first().ok_or(PartialError)?;
            *bytes = rest;
            let samples = take(bytes)?;
            if quota.is_full(index) {
                continue;
            }
            if *has_all == 0 {
                return Err(PartialError);
            }
            if samples.is_empty() {
                continue;
            }
            let samples: Vec<SerializedSample> = serde_json::from_slice(samples).map_err(|_| PartialError)?;
            state.counts[index].samples = samples.into_iter().map(SerializedSample::read).collect();
        }
        for (keys, task) in state.keys.iter_mut().zip(quota.keys()) {
            let (tag, rest) = bytes.split_first().ok_or(PartialError)?;
            *bytes = rest;
            *keys = match (*tag, task) {
                (NONE, KeyTask::Skip) => ChunkKeys::None,
                (KEYS, KeyTask::KeepAll | KeyTask::KeepFiltered(_)) => {
                    ChunkKeys::Whole(KeyBuffer::read(bytes).ok_or(PartialError)?, None)
                }
                (PRINTS, KeyTask::Fingerprint(signal)) => {
                    ChunkKeys::Prints(PrintBuffer::read(signal, bytes, &whole).ok_or(PartialError)?)
                }
                _ => return Err(PartialError),
            };
        }
        if rest.is_empty() { Ok(state) } else { Err(PartialError) }
    }
}

fn put(bytes: &mut Vec<u8>, content: &[u8]) {
    bytes.extend_from_slice(&(content.len() as u64).to_le_bytes());
    bytes.extend_from_slice(content);
}

fn take<'b>(bytes: &mut &'b [u8]) -> Result<&'b [u8], PartialError> {
    let length = usize::try_from(take_number(bytes)?).map_err(|_| PartialError)?;
    let (content, rest) = bytes.split_at_checked(length).ok_or(PartialError)?;
    *bytes = rest;
    Ok(content)
}

fn take_number(bytes: &mut &[u8]) -> Result<u64, PartialError> {
    let (number, rest) = bytes.split_first_chunk().ok_or(PartialError)?;
    *bytes = rest;
    Ok(u64::from_le_bytes(*number))
}

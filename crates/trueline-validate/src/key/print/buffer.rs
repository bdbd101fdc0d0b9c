//! The fingerprints of one chunk.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use arrow_buffer::Buffer;

use super::ascent::Ascent;
use super::hash::{Fingerprinter, PARTITIONS, partition};
use super::store::Run;

/// Whether it is still useful to track the order of keys; shared by a [`super::PrintSet`] and those who make buffers for it.
///
/// When a thread notices a change affects only time.
#[derive(Clone, Debug)]
pub struct Signal {
    is_broken: Arc<AtomicBool>,
    pub(super) fingerprinter: Fingerprinter,
    /// Buffers of up to this many keys keep their fingerprints even if they ascend.
    pub(super) max_kept: usize,
}

/// Up to this many fingerprints of ascending keys are kept: small inputs never owe any.
pub(super) const MAX_KEPT: usize = 4096;

impl Signal {
    pub(super) fn new(fingerprinter: Fingerprinter, max_kept: usize) -> Self {
        Self { is_broken: Arc::default(), fingerprinter, max_kept }
    }

    /// Records that keys do not ascend.
    pub(super) fn break_order(&self) {
        self.is_broken.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_broken(&self) -> bool {
        self.is_broken.load(Ordering::Relaxed)
    }
}

/// The fingerprints of the keys of one chunk, to be appended to a [`super::PrintSet`].
///
/// Plain memory, which any thread can create and fill: 8 bytes per key, with granules 9 and 4 more per row without a key, and
/// twice that during sealing. Sealing frees the fingerprints of more than 4096 keys that all ascend.
#[derive(Clone)]
pub struct PrintBuffer {
    fingerprinter: Fingerprinter,
    max_kept: usize,
    pub(super) keys: u64,
    pub(super) ascent: Ascent,
    pub(super) prints: Vec<u64>,
    /// The fingerprints in partition order, if the buffer is sealed and they are many.
    pub(super) run: Option<Run>,
    /// For each row without a key, the number of keys before it; `None` without granules.
    absent: Option<Vec<u32>>,
}

/// The minimum size of a separate run; fewer fingerprints are better combined with others first.
const MIN_RUN: usize = 8192;

impl PrintBuffer {
    /// Creates a buffer without keys, for the set that returned the signal.
    pub fn new(signal: &Signal) -> Self {
        let ascent = if signal.is_broken() { Ascent::broken() } else { Ascent::default() };
        Self {
            fingerprinter: signal.fingerprinter,
            max_kept: signal.max_kept,
            keys: 0,
            ascent,
            prints: Vec::new(),
            run: None,
            absent: None,
        }
    }

    /// Makes the set track roughly which rows the fingerprints come from, for [`super::Settled::suspects`].
    ///
    /// From here on, every row that counts must be added, by its key or by [`PrintBuffer::skip`].
    pub fn tell_granules(&mut self) {
        self.absent = Some(Vec::new());
    }

    /// Creates a buffer that has the fingerprint of every key, whatever their order.
    pub fn of_prints(signal: &Signal) -> Self {
        Self { ascent: Ascent::broken(), ..Self::new(signal) }
    }

    /// Adds the keys of the rows that follow.
    #[inline]
    pub fn extend<'k>(&mut self, keys: impl IntoIterator<Item = &'k [u8]>) {
        let mut keys = keys.into_iter();
        let (fingerprinter, before) = (self.fingerprinter, self.prints.len());
        self.prints.reserve(keys.size_hint().0);
        let prints = &mut self.prints;
        self.ascent.extend(&mut keys, |key| prints.push(fingerprinter.fingerprint(key)));
        self.prints.extend(keys.map(|key| fingerprinter.fingerprint(key)));
        self.keys += (self.prints.len() - before) as u64;
    }

    /// Adds rows without a key: their numbers among the rows after the first `keys` keys, in ascending order.
    pub fn skip(&mut self, keys: usize, rows: impl IntoIterator<Item = usize>) {
        let Some(absent) = &mut self.absent else { return };
        // A chunk cannot have more than 4 billion; such a number results in no granule.
        let before = |(nth, row): (usize, usize)| u32::try_from(keys + row - nth).unwrap_or(u32::MAX);
        absent.extend(rows.into_iter().enumerate().map(before));
    }

    /// Returns whether rows are counted, so that those without a key must be added.
    pub(crate) fn counts_rows(&self) -> bool {
        self.absent.is_some()
    }

    /// Adds the key of the next row.
    #[inline]
    pub fn push(&mut self, key: &[u8]) {
        self.ascent.extend(&mut std::iter::once(key), |_| {});
        self.prints.push(self.fingerprinter.fingerprint(key));
        self.keys += 1;
    }

    /// Adds the keys of a buffer whose rows follow those of this one.
    pub fn append(&mut self, later: &Self) {
        self.ascent.append(&later.ascent);
        self.absent = None;
        if let Some(run) = &later.run {
            self.prints.extend_from_slice(run.prints());
        }
        self.prints.extend_from_slice(&later.prints);
        self.keys += later.keys;
    }

    /// Prepares the buffer, when it has all its keys, so that appending it to the set costs nothing.
    ///
    /// Optional: any thread can do this work, which the caller that appends to the set would do otherwise.
    pub fn seal(&mut self) {
        if self.ascent.holds() && self.prints.len() > self.max_kept {
            self.prints = Vec::new();
        } else if self.prints.len() >= MIN_RUN {
            self.make_run();
        }
    }

    /// Sorts the fingerprints by partition, however few they are.
    pub(super) fn make_run(&mut self) {
        if self.run.is_none() {
            self.run = Some(Run::new(&std::mem::take(&mut self.prints), self.absent.as_deref()));
        }
    }

    /// Appends the buffer to `bytes`, for a process with the same seeds.
    pub(crate) fn write(&self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(&self.keys.to_le_bytes());
        self.ascent.write(bytes);
        bytes.extend_from_slice(&(self.prints.len() as u64).to_le_bytes());
        put_prints(bytes, &self.prints);
        bytes.push(u8::from(self.run.is_some()));
        if let Some(run) = &self.run {
            run.write(bytes);
        }
    }

    /// Takes what [`PrintBuffer::write`] wrote from the front of `bytes`, which are the end of `whole`; `None` if it is damaged.
    pub(crate) fn read<'b>(signal: &Signal, bytes: &mut &'b [u8], whole: &'b Buffer) -> Option<Self> {
        let keys = take_number(bytes)?;
        let ascent = Ascent::read(bytes)?;
        let length = take_number(bytes)?;
        let prints = take_prints(bytes, length)?;
        let (has_run, rest) = bytes.split_first()?;
        *bytes = rest;
        let run = if *has_run == 0 { None } else { Some(Run::read(bytes, whole)?) };
        let buffer = Self {
            fingerprinter: signal.fingerprinter,
            max_kept: signal.max_kept,
            keys,
            ascent,
            prints,
            run,
            absent: None,
        };
        // Either all fingerprints exist, or the keys ascend.
        (buffer.has_prints() || buffer.ascent.holds()).then_some(buffer)
    }

    /// Returns the number of keys.
    pub fn len(&self) -> usize {
        usize::try_from(self.keys).unwrap_or(usize::MAX)
    }

    /// Returns whether there are no keys.
    pub fn is_empty(&self) -> bool {
        self.keys == 0
    }

    /// Returns whether the buffer has the fingerprints, and not only the knowledge that keys ascend.
    pub(super) fn has_prints(&self) -> bool {
        let in_run = self.run.as_ref().map_or(0, |run| run.prints().len());
        (in_run + self.prints.len()) as u64 == self.keys
    }
}

impl fmt::Debug for PrintBuffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrintBuffer").field("keys", &self.keys).finish_non_exhaustive()
    }
}

pub(super) fn take_number(bytes: &mut &[u8]) -> Option<u64> {
    let (number, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(u64::from_le_bytes(*number))
}

pub(super) fn put_prints(bytes: &mut Vec<u8>, prints: &[u64]) {
    bytes.reserve(8 * prints.len());
    let mut block = [[0; 8]; 512];
    for prints in prints.chunks(block.len()) {
        for (place, print) in block.iter_mut().zip(prints) {
            *place = print.to_le_bytes();
        }
        bytes.extend_from_slice(block[..prints.len()].as_flattened());
    }
}

pub(super) fn take_prints(bytes: &mut &[u8], length: u64) -> Option<Vec<u64>> {
    let length = usize::try_from(length).ok()?.checked_mul(8)?;
    let (prints, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(prints.as_chunks::<8>().0.iter().map(|print| u64::from_le_bytes(*print)).collect())
}

/// Returns the end of each partition of fingerprints, once they are in partition order.
pub(super) fn ends(prints: &[u64]) -> Box<[u32; PARTITIONS]> {
    let mut ends = Box::new([0_u32; PARTITIONS]);
    for print in prints {
        ends[partition(*print)] += 1;
    }
    for partition in 1..PARTITIONS {
        ends[partition] += ends[partition - 1];
    }
    ends
}

/// Sorts the values of fingerprints into the order of their partitions, which end at `ends`.
#[inline]
pub(super) fn scatter<T: Copy + Default>(
    prints: &[u64],
    ends: &[u32; PARTITIONS],
    values: impl Iterator<Item = T>,
) -> Box<[T]> {
    let mut places = [0; PARTITIONS];
    places[1..].copy_from_slice(&ends[..PARTITIONS - 1]);
    let mut ordered = vec![T::default(); prints.len()].into_boxed_slice();
    for (print, value) in prints.iter().zip(values) {
        let place = &mut places[partition(*print)];
        ordered[*place as usize] = value;
        *place += 1;
    }
    ordered
}

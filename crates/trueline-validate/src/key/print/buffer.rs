//! The prints of one chunk.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use arrow_buffer::Buffer;

use super::ascent::Ascent;
use super::hash::{PARTITIONS, Printing, partition};
use super::store::Run;

/// Whether it is worth while to look at the order of keys; known to a [`super::PrintSet`] and to those who make buffers for it.
///
/// Nothing depends on when a thread learns of it, but time.
#[derive(Clone, Debug)]
pub struct Signal {
    is_broken: Arc<AtomicBool>,
    pub(super) printing: Printing,
    /// Buffers of up to so many keys keep their prints although they ascend.
    pub(super) kept: usize,
}

/// Up to so many prints of ascending keys are kept: small inputs never owe any.
pub(super) const KEPT: usize = 4096;

impl Signal {
    pub(super) fn new(printing: Printing, kept: usize) -> Self {
        Self { is_broken: Arc::default(), printing, kept }
    }

    /// Says that keys do not ascend.
    pub(super) fn break_order(&self) {
        self.is_broken.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_broken(&self) -> bool {
        self.is_broken.load(Ordering::Relaxed)
    }
}

/// The prints of the keys of one chunk, ready to be appended to a [`super::PrintSet`].
///
/// Plain memory, made and filled on any thread: 8 bytes for each key, 9 where granules are told and 4 more for each row without a key, and
/// twice that while it is sealed. None where the keys of the chunk ascend.
#[derive(Clone)]
pub struct PrintBuffer {
    printing: Printing,
    kept: usize,
    pub(super) keys: u64,
    pub(super) ascent: Ascent,
    pub(super) prints: Vec<u64>,
    /// The prints in the order of their partitions, once sealed and when they are many.
    pub(super) run: Option<Run>,
    /// For each row without a key how many keys come before it, where granules are told.
    absent: Option<Vec<u32>>,
}

/// Prints in a run of their own; fewer are cheaper put together with others first.
const LEAST_RUN: usize = 8192;

impl PrintBuffer {
    /// A buffer without keys, for the set that gave the signal.
    pub fn new(signal: &Signal) -> Self {
        let ascent = if signal.is_broken() { Ascent::broken() } else { Ascent::default() };
        Self {
            printing: signal.printing,
            kept: signal.kept,
            keys: 0,
            ascent,
            prints: Vec::new(),
            run: None,
            absent: None,
        }
    }

    /// Has the set know from which rows the prints are, roughly, for [`super::Settled::suspects`]: all rows that are to be counted from here on
    /// must be told, by their key or by [`PrintBuffer::skip`].
    pub fn tell_granules(&mut self) {
        self.absent = Some(Vec::new());
    }

    /// A buffer that has the print of every key, whatever their order.
    pub fn of_prints(signal: &Signal) -> Self {
        Self { ascent: Ascent::broken(), ..Self::new(signal) }
    }

    /// Adds the keys of the rows that follow.
    #[inline]
    pub fn extend<'k>(&mut self, keys: impl IntoIterator<Item = &'k [u8]>) {
        let mut keys = keys.into_iter();
        let (printing, before) = (self.printing, self.prints.len());
        self.prints.reserve(keys.size_hint().0);
        let prints = &mut self.prints;
        self.ascent.extend(&mut keys, |key| prints.push(printing.print(key)));
        self.prints.extend(keys.map(|key| printing.print(key)));
        self.keys += (self.prints.len() - before) as u64;
    }

    /// Says which of the rows behind the first `keys` keys have none: their numbers among these rows, in ascending order.
    pub fn skip(&mut self, keys: usize, rows: impl IntoIterator<Item = usize>) {
        let Some(absent) = &mut self.absent else { return };
        // More than 4 billion do not fit a chunk; of such a number no granule comes.
        let before = |(nth, row): (usize, usize)| u32::try_from(keys + row - nth).unwrap_or(u32::MAX);
        absent.extend(rows.into_iter().enumerate().map(before));
    }

    /// Whether rows are counted, so that those without a key are to be told.
    pub(crate) fn counts_rows(&self) -> bool {
        self.absent.is_some()
    }

    /// Adds the key of the next row.
    #[inline]
    pub fn push(&mut self, key: &[u8]) {
        self.ascent.extend(&mut std::iter::once(key), |_| {});
        self.prints.push(self.printing.print(key));
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

    /// Puts the buffer into the form in which the set takes it at no cost, when all its keys are in.
    ///
    /// Need not be called; it is work that any thread can do, and whoever appends to the set would have to do otherwise.
    pub fn seal(&mut self) {
        if self.ascent.holds() && self.prints.len() > self.kept {
            self.prints = Vec::new();
        } else if self.prints.len() >= LEAST_RUN {
            self.make_run();
        }
    }

    /// Puts the prints in order, however few they are.
    pub(super) fn make_run(&mut self) {
        if self.run.is_none() {
            self.run = Some(Run::new(&std::mem::take(&mut self.prints), self.absent.as_deref()));
        }
    }

    /// Writes the buffer behind `bytes`, as a process with the same seeds can use it.
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

    /// Takes what [`PrintBuffer::write`] wrote off the front of `bytes`, which are the last ones of `whole`; `None` where it is damaged.
    pub(crate) fn read<'b>(signal: &Signal, bytes: &mut &'b [u8], whole: &'b Buffer) -> Option<Self> {
        let keys = take_number(bytes)?;
        let ascent = Ascent::read(bytes)?;
        let length = take_number(bytes)?;
        let prints = take_prints(bytes, length)?;
        let (has_run, rest) = bytes.split_first()?;
        *bytes = rest;
        let run = if *has_run == 0 { None } else { Some(Run::read(bytes, whole)?) };
        let buffer =
            Self { printing: signal.printing, kept: signal.kept, keys, ascent, prints, run, absent: None };
        // Either all prints are there, or the keys ascend.
        (buffer.has_prints() || buffer.ascent.holds()).then_some(buffer)
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        usize::try_from(self.keys).unwrap_or(usize::MAX)
    }

    /// Whether there is no key.
    pub fn is_empty(&self) -> bool {
        self.keys == 0
    }

    /// Whether the prints are there, and not only the knowledge that keys ascend.
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

/// Where each partition of prints ends, when they are put in the order of their partitions.
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

/// Puts what belongs to each print in the order of their partitions, which end there.
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

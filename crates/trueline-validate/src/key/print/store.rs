//! Storage of fingerprints: runs in memory, and earlier runs in a temporary file.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use arrow_buffer::{Buffer, ScalarBuffer};

use super::buffer::{ends, put_prints, scatter, take_number, take_prints};
use super::granules::Granules;
use super::hash::PARTITIONS;
use crate::key::error::{Error, ErrorKind};
use crate::key::hashing::Hashing;

/// Fingerprints in partition order, and the end of each partition.
#[derive(Clone, Debug)]
pub(super) struct Run {
    /// Owned memory, or a slice of the bytes it was read from, which it keeps alive.
    prints: ScalarBuffer<u64>,
    ends: Box<[u32; PARTITIONS]>,
    granules: Option<Granules>,
}

impl Run {
    /// Creates a run of fewer than 4 billion fingerprints; chunks are smaller.
    ///
    /// It has granules if it is known which rows are `absent`, without a key.
    pub(super) fn new(prints: &[u64], absent: Option<&[u32]>) -> Self {
        let ends = ends(prints);
        let ordered = scatter(prints, &ends, prints.iter().copied());
        let granules = absent.map(|absent| Granules::new(prints, &ends, absent));
        Self { prints: ordered.into_vec().into(), ends, granules }
    }

    /// Returns the granule of each fingerprint, if known.
    pub(super) fn granules(&self) -> Option<&Granules> {
        self.granules.as_ref()
    }

    pub(super) fn memory_bytes(&self) -> usize {
        let granules = self.granules.as_ref().map_or(0, Granules::memory_bytes);
        8 * self.prints.len() + granules + 4 * PARTITIONS + size_of::<Self>()
    }

    pub(super) fn write(&self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(&(self.prints.len() as u64).to_le_bytes());
        self.ends.iter().for_each(|end| bytes.extend_from_slice(&end.to_le_bytes()));
        // Aligned, so that they can be used in place when they are read.
        bytes.resize(bytes.len().next_multiple_of(8), 0);
        put_prints(bytes, &self.prints);
    }

    /// Takes a run from the front of `bytes`, which are the end of `whole`; `None` if the partitions are not in order.
    pub(super) fn read<'b>(bytes: &mut &'b [u8], whole: &'b Buffer) -> Option<Self> {
        let length = take_number(bytes)?;
        let (ends, rest) = bytes.split_first_chunk::<{ 4 * PARTITIONS }>()?;
        *bytes = rest;
        let mut ordered = Box::new([0; PARTITIONS]);
        for (end, bytes) in ordered.iter_mut().zip(ends.as_chunks::<4>().0) {
            *end = u32::from_le_bytes(*bytes);
        }
        let start = (whole.len() - bytes.len()).next_multiple_of(8);
        *bytes = whole.get(start..)?;
        let prints = prints_in_place(bytes, length, whole)?;
        let is_whole = ordered.is_sorted() && ordered.last().is_some_and(|end| u64::from(*end) == length);
        is_whole.then_some(Self { prints, ends: ordered, granules: None })
    }

    /// Returns all fingerprints, in partition order.
    pub(super) fn prints(&self) -> &[u64] {
        &self.prints
    }

    pub(super) fn partition(&self, partition: usize) -> &[u64] {
        let start = partition.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.prints[start as usize..self.ends[partition] as usize]
    }
}

/// Takes fingerprints from the front of `bytes`, which are the end of `whole`, without copying them if possible.
fn prints_in_place(bytes: &mut &[u8], length: u64, whole: &Buffer) -> Option<ScalarBuffer<u64>> {
    let start = whole.len() - bytes.len();
    let prints = length;
    let length = usize::try_from(length).ok()?.checked_mul(8)?;
    // The fingerprints keep all of `whole` alive, so they should be nearly all of it.
    let is_most = length.saturating_mul(16) >= whole.len().saturating_mul(15);
    let is_aligned = bytes.as_ptr().addr().is_multiple_of(align_of::<u64>());
    if cfg!(target_endian = "big") || !is_aligned || !is_most {
        return take_prints(bytes, prints).map(ScalarBuffer::from);
    }
    let (_, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(ScalarBuffer::from(whole.slice_with_length(start, length)))
}

/// All runs that were written to the file together, partition by partition.
#[derive(Debug)]
struct Extent {
    start: u64,
    partitions: Box<[StoredPartition; PARTITIONS]>,
}

/// The fingerprints of one partition in an extent.
#[derive(Clone, Copy, Debug, Default)]
struct StoredPartition {
    prints: u64,
    /// A hash of the bytes, so that lost writes cannot make keys appear unique.
    check: u64,
}

/// The fingerprints of a set.
#[derive(Debug)]
pub(super) struct Store {
    folder: PathBuf,
    hashing: Hashing,
    runs: Vec<Run>,
    run_bytes: usize,
    limit_bytes: usize,
    file: Option<Mutex<File>>,
    extents: Vec<Extent>,
    pub(super) written_bytes: u64,
    pub(super) peak_bytes: usize,
    /// The number of operations before one fails, for tests.
    #[cfg(test)]
    pub(super) fault: Mutex<Option<u64>>,
}

/// The number of bytes written, read and checked at once.
pub(super) const PIECE_BYTES: usize = 64 << 10;

impl Store {
    /// Creates a store whose runs may take `limit_bytes` before they are written to a file in `folder`.
    pub(super) fn new(folder: Option<PathBuf>, limit_bytes: usize) -> Self {
        Self {
            folder: folder.unwrap_or_else(std::env::temp_dir),
            hashing: Hashing::new(),
            runs: Vec::new(),
            run_bytes: 0,
            limit_bytes,
            file: None,
            extents: Vec::new(),
            written_bytes: 0,
            peak_bytes: 0,
            #[cfg(test)]
            fault: Mutex::new(None),
        }
    }

    /// Adds a run. If runs take too much memory, granules are dropped; if that is not enough, all runs are written to the file.
    pub(super) fn push(&mut self, run: Run) -> Result<(), Error> {
        self.run_bytes += run.memory_bytes();
        self.runs.push(run);
        self.peak_bytes = self.peak_bytes.max(self.held_bytes());
        if self.is_full() {
            self.runs.iter_mut().for_each(|run| run.granules = None);
            self.run_bytes = self.runs.iter().map(Run::memory_bytes).sum();
        }
        if self.is_full() { self.spill() } else { Ok(()) }
    }

    /// Returns whether runs must be written to the file. The index of the file counts as memory in use too, but a full index
    /// alone must not cause every single run to be written.
    fn is_full(&self) -> bool {
        self.held_bytes() > self.limit_bytes && self.run_bytes > self.limit_bytes / 8
    }

    /// Returns whether no fingerprints are in the file.
    pub(super) fn is_in_memory(&self) -> bool {
        self.extents.is_empty()
    }

    /// Returns the runs in the order in which they were added, unless some were written to the file.
    pub(super) fn all_runs(&self) -> Option<&[Run]> {
        self.is_in_memory().then_some(&*self.runs)
    }

    /// Returns the memory in use, in bytes.
    pub(super) fn held_bytes(&self) -> usize {
        self.run_bytes
            + self.extents.len() * (size_of::<Extent>() + PARTITIONS * size_of::<StoredPartition>())
    }

    /// Returns the number of fingerprints of a partition.
    pub(super) fn len(&self, partition: usize) -> u64 {
        let in_memory: usize = self.runs.iter().map(|run| run.partition(partition).len()).sum();
        let on_disk: u64 = self.extents.iter().map(|extent| extent.partitions[partition].prints).sum();
        on_disk + in_memory as u64
    }

    /// Copies all fingerprints of a partition into `room`; `None` if some are in the file or there is not enough room.
    pub(super) fn copy_into<'r>(&self, partition: usize, room: &'r mut [u64]) -> Option<&'r [u64]> {
        if !self.is_in_memory() {
            return None;
        }
        let mut length = 0;
        for run in &self.runs {
            let prints = run.partition(partition);
            room.get_mut(length..length + prints.len())?.copy_from_slice(prints);
            length += prints.len();
        }
        Some(&room[..length])
    }

    /// Calls `visit` with all fingerprints of a partition, some at a time, as long as it returns `true`. `buffer` is memory to
    /// reuse.
    pub(super) fn read(
        &self,
        partition: usize,
        buffer: &mut Vec<u64>,
        visit: &mut dyn FnMut(&[u64]) -> bool,
    ) -> Result<(), Error> {
        for extent in &self.extents {
            let before = &extent.partitions[..partition];
            let start = extent.start + 8 * before.iter().map(|stored| stored.prints).sum::<u64>();
            if !self.read_stored(start, extent.partitions[partition], buffer, visit)? {
                return Ok(());
            }
        }
        for run in &self.runs {
            if !visit(run.partition(partition)) {
                return Ok(());
            }
        }
        Ok(())
    }

    fn read_stored(
        &self,
        start: u64,
        stored: StoredPartition,
        buffer: &mut Vec<u64>,
        visit: &mut dyn FnMut(&[u64]) -> bool,
    ) -> Result<bool, Error> {
        let (mut check, mut done) = (0, 0);
        let mut bytes = Vec::new();
        while done < stored.prints {
            let now = (stored.prints - done).min(PIECE_BYTES as u64 / 8);
            bytes.resize(8 * usize::try_from(now).unwrap_or(PIECE_BYTES / 8), 0);
            self.read_at(start + 8 * done, &mut bytes)
                .map_err(|source| Error::new(ErrorKind::Read { folder: self.folder.clone(), source }))?;
            check = self.check(check, &bytes);
            done += now;
            buffer.clear();
            buffer.extend(bytes.as_chunks().0.iter().map(|word| u64::from_le_bytes(*word)));
            // Damaged fingerprints may be visited here, before the checksum is known: then the error below discards all results.
            if !visit(buffer) {
                return Ok(false);
            }
        }
        if check != stored.check {
            return Err(Error::new(ErrorKind::Damaged { folder: self.folder.clone() }));
        }
        Ok(true)
    }

    fn check(&self, before: u64, bytes: &[u8]) -> u64 {
        before.rotate_left(1) ^ self.hashing.hash(bytes)
    }

    fn read_at(&self, offset: u64, bytes: &mut [u8]) -> io::Result<()> {
        #[cfg(test)]
        self.fail()?;
        let Some(file) = &self.file else { return Err(io::ErrorKind::NotFound.into()) };
        let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(offset))?;
        file.read_exact(bytes)
    }

    /// Writes all runs to the file.
    fn spill(&mut self) -> Result<(), Error> {
        self.create()
            .map_err(|source| Error::new(ErrorKind::Create { folder: self.folder.clone(), source }))?;
        let start = self.written_bytes;
        let mut partitions = Box::new([StoredPartition::default(); PARTITIONS]);
        let mut bytes = Vec::with_capacity(PIECE_BYTES);
        for (partition, stored) in partitions.iter_mut().enumerate() {
            for run in &self.runs {
                let mut rest = run.partition(partition);
                stored.prints += rest.len() as u64;
                while !rest.is_empty() {
                    let (now, later) = rest.split_at(rest.len().min((PIECE_BYTES - bytes.len()) / 8));
                    bytes.extend(now.iter().flat_map(|print| print.to_le_bytes()));
                    rest = later;
                    if bytes.len() == PIECE_BYTES {
                        self.written_bytes += self.write(stored, &mut bytes)?;
                    }
                }
            }
            if !bytes.is_empty() {
                self.written_bytes += self.write(stored, &mut bytes)?;
            }
        }
        self.extents.push(Extent { start, partitions });
        self.runs.clear();
        self.run_bytes = 0;
        Ok(())
    }

    /// Appends the next bytes of a partition to the file; returns their number.
    fn write(&self, stored: &mut StoredPartition, bytes: &mut Vec<u8>) -> Result<u64, Error> {
        stored.check = self.check(stored.check, bytes);
        #[cfg(test)]
        let failed = self.fail();
        #[cfg(not(test))]
        let failed: io::Result<()> = Ok(());
        let written = failed.and_then(|()| {
            let Some(file) = &self.file else { return Err(io::ErrorKind::NotFound.into()) };
            file.lock().unwrap_or_else(PoisonError::into_inner).write_all(bytes)
        });
        written.map_err(|source| Error::new(ErrorKind::Write { folder: self.folder.clone(), source }))?;
        let length = bytes.len() as u64;
        bytes.clear();
        Ok(length)
    }

    fn create(&mut self) -> io::Result<()> {
        if self.file.is_none() {
            #[cfg(test)]
            self.fail()?;
            self.file = Some(Mutex::new(tempfile::tempfile_in(&self.folder)?));
        }
        Ok(())
    }

    /// Returns the temporary file, to corrupt it.
    #[cfg(test)]
    pub(super) fn file(&mut self) -> &mut File {
        self.file.as_mut().expect("something was spilled").get_mut().unwrap()
    }

    #[cfg(test)]
    fn fail(&self) -> io::Result<()> {
        match &mut *self.fault.lock().unwrap() {
            Some(0) => Err(io::ErrorKind::StorageFull.into()),
            Some(left) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }
}

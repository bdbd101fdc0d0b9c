//! Sorts entries in bounded memory: an external merge sort.
//!
//! Entries are collected until their half of the memory is full, then sorted and written as a *run*. Sixteen runs of a level are
//! merged into one of the next, so that there are never many of them, and every entry is written once per level: eight levels are
//! more than any disk holds. An entry is written without the prefix it shares with the previous one.
//!
//! Each run has a number of entries and a checksum over them: lost writes are an error, never a shorter list.

mod merge;
mod run;

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::sync::Arc;

pub(crate) use self::merge::Sorted;
use self::merge::{Rest, Source};
use self::run::{Run, RunReader, RunWriter};
use super::error::{Error, ErrorKind};
use super::hashing::Hashing;
use super::set::KeyOptions;

/// The minimum and maximum memory in bytes; offsets within it are 32 bits.
const MEMORY: std::ops::RangeInclusive<usize> = 64 << 10..=1 << 30;
/// The number of runs of a level that are merged into one of the next level.
const FAN_IN: usize = 16;
/// The size of an entry besides its bytes.
const ENTRY_BYTES: usize = 8;
/// The minimum and maximum number of bytes read of a run at a time.
const WINDOW_BYTES: std::ops::RangeInclusive<usize> = 1 << 10..=256 << 10;

/// Takes entries of any bytes; [`Sorter::finish`] returns them in the order of their bytes.
///
/// **Cost**: the memory of the options, a few times the largest entry, and beyond it temporary files without a name.
#[derive(Debug)]
pub(crate) struct Sorter {
    memory_bytes: usize,
    temp_files: TempFiles,
    hashing: Hashing,
    bytes: Vec<u8>,
    /// The start and length of each entry.
    entries: Vec<(u32, u32)>,
    levels: Vec<Level>,
    count: u64,
}

/// Runs of about equal size, one after the other.
#[derive(Debug)]
struct Level {
    file: Arc<File>,
    end: u64,
    runs: Vec<Run>,
}

impl Sorter {
    /// Creates a sorter without entries.
    pub(crate) fn new(options: &KeyOptions) -> Self {
        let folder = options.spill_dir.clone().unwrap_or_else(std::env::temp_dir);
        Self {
            memory_bytes: options.memory_bytes.clamp(*MEMORY.start(), *MEMORY.end()),
            temp_files: TempFiles::new(folder),
            hashing: Hashing::new(),
            bytes: Vec::new(),
            entries: Vec::new(),
            levels: Vec::new(),
            count: 0,
        }
    }

    /// Adds an entry.
    ///
    /// **Errors**: the temporary file cannot be created, written or read back. The sorter must not be used afterwards.
    pub(crate) fn push(&mut self, entry: &[u8]) -> Result<(), Error> {
        let held_bytes = self.bytes.len() + self.entries.len() * ENTRY_BYTES;
        if !self.entries.is_empty() && held_bytes + entry.len() + ENTRY_BYTES > self.memory_bytes / 2 {
            self.spill()?;
        }
        let start = u32::try_from(self.bytes.len()).map_err(|_| Error::incomplete())?;
        let length = u32::try_from(entry.len()).map_err(|_| Error::incomplete())?;
        self.bytes.extend_from_slice(entry);
        self.entries.push((start, length));
        self.count += 1;
        Ok(())
    }

    /// Ends the input and returns all entries in order. Equal entries are all kept.
    ///
    /// **Errors**: as [`Sorter::push`].
    pub(crate) fn finish(mut self) -> Result<Sorted, Error> {
        self.sort();
        let runs: usize = self.levels.iter().map(|level| level.runs.len()).sum();
        let window = self.window_bytes(runs);
        let mut sources = Vec::new();
        for level in std::mem::take(&mut self.levels) {
            for run in level.runs {
                sources.push(Source::new(Rest::Run(self.reader(&level.file, run, window))));
            }
        }
        let Self { bytes, entries, .. } = self;
        sources.push(Source::new(Rest::Memory { bytes, entries: entries.into_iter() }));
        Sorted::new(sources, self.count)
    }

    fn sort(&mut self) {
        let Self { bytes, entries, .. } = self;
        let entry = |&(start, length): &(u32, u32)| &bytes[start as usize..][..length as usize];
        entries.sort_unstable_by(|one, other| entry(one).cmp(entry(other)));
    }

    /// Writes the entries in memory as a run; merges runs if there are enough.
    fn spill(&mut self) -> Result<(), Error> {
        self.sort();
        self.ensure_level(0)?;
        let mut writer = self.writer(0);
        for &(start, length) in &self.entries {
            writer.push(&self.bytes[start as usize..][..length as usize])?;
        }
        let run = writer.finish()?;
        self.add(0, run);
        self.bytes.clear();
        self.entries.clear();
        let mut level = 0;
        while self.levels[level].runs.len() == FAN_IN {
            self.merge(level)?;
            level += 1;
        }
        Ok(())
    }

    /// Merges all runs of a level into one.
    fn merge(&mut self, level: usize) -> Result<(), Error> {
        self.ensure_level(level + 1)?;
        let runs = std::mem::take(&mut self.levels[level].runs);
        let window = self.window_bytes(runs.len() + 1);
        let count = runs.iter().map(|run| run.entries).sum();
        let file = Arc::clone(&self.levels[level].file);
        let readers = runs.into_iter().map(|run| Source::new(Rest::Run(self.reader(&file, run, window))));
        let mut sorted = Sorted::new(readers.collect(), count)?;
        let mut writer = self.writer(level + 1);
        while let Some(entry) = sorted.next()? {
            writer.push(entry)?;
        }
        let run = writer.finish()?;
        self.add(level + 1, run);
        // The next runs of this level overwrite the old ones.
        self.levels[level].end = 0;
        Ok(())
    }

    fn ensure_level(&mut self, level: usize) -> Result<(), Error> {
        if self.levels.len() == level {
            let file = Arc::new(self.temp_files.create()?);
            self.levels.push(Level { file, end: 0, runs: Vec::new() });
        }
        Ok(())
    }

    fn add(&mut self, level: usize, run: Run) {
        let level = &mut self.levels[level];
        level.end = run.range.end;
        level.runs.push(run);
    }

    fn writer(&self, level: usize) -> RunWriter {
        let level = &self.levels[level];
        RunWriter::new(self.temp_files.clone(), Arc::clone(&level.file), level.end, self.hashing.clone())
    }

    fn reader(&self, file: &Arc<File>, run: Run, window_bytes: usize) -> RunReader {
        RunReader::new(self.temp_files.clone(), Arc::clone(file), run, self.hashing.clone(), window_bytes)
    }

    fn window_bytes(&self, runs: usize) -> usize {
        (self.memory_bytes / 2 / runs.max(1)).clamp(*WINDOW_BYTES.start(), *WINDOW_BYTES.end())
    }
}

/// Temporary files in a folder.
#[derive(Clone, Debug)]
pub(super) struct TempFiles {
    folder: PathBuf,
    /// The number of operations before one fails, for tests.
    #[cfg(test)]
    pub(super) fault: Arc<std::sync::Mutex<Option<u64>>>,
}

impl TempFiles {
    fn new(folder: PathBuf) -> Self {
        Self {
            folder,
            #[cfg(test)]
            fault: Arc::default(),
        }
    }

    fn create(&self) -> Result<File, Error> {
        let created = self.fail().and_then(|()| tempfile::tempfile_in(&self.folder));
        created.map_err(|source| Error::new(ErrorKind::Create { folder: self.folder.clone(), source }))
    }

    fn write(&self, mut file: &File, offset: u64, bytes: &[u8]) -> Result<(), Error> {
        let written = self.fail().and_then(|()| {
            file.seek(SeekFrom::Start(offset))?;
            file.write_all(bytes)
        });
        written.map_err(|source| Error::new(ErrorKind::Write { folder: self.folder.clone(), source }))
    }

    fn read(&self, mut file: &File, offset: u64, bytes: &mut [u8]) -> Result<(), Error> {
        let read = self.fail().and_then(|()| {
            file.seek(SeekFrom::Start(offset))?;
            file.read_exact(bytes)
        });
        read.map_err(|source| Error::new(ErrorKind::Read { folder: self.folder.clone(), source }))
    }

    fn damaged(&self) -> Error {
        Error::new(ErrorKind::Damaged { folder: self.folder.clone() })
    }

    #[cfg(not(test))]
    #[allow(clippy::unused_self, clippy::unnecessary_wraps, reason = "the twin fails on purpose, in tests")]
    fn fail(&self) -> io::Result<()> {
        Ok(())
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

#[cfg(test)]
mod tests;

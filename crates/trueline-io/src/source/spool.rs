//! Makes a source that can be read once readable again.

use std::fmt;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Source;
use crate::error::{Error, ErrorKind};

/// A source that copies another one, as it is read, to an unnamed temporary file, from which it can be read again.
///
/// **Cost**: a write per read, and disk space for the bytes as stored, up to a limit.
pub struct SpooledSource<'s> {
    inner: &'s dyn Source,
    folder: PathBuf,
    limit_bytes: u64,
    spool: Arc<Mutex<Spool>>,
}

impl fmt::Debug for SpooledSource<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SpooledSource")
            .field("name", &self.inner.name())
            .field("folder", &self.folder)
            .field("limit_bytes", &self.limit_bytes)
            .finish_non_exhaustive()
    }
}

#[derive(Default)]
struct Spool {
    file: Option<File>,
    bytes: u64,
    failure: Option<Error>,
}

fn lock(spool: &Mutex<Spool>) -> MutexGuard<'_, Spool> {
    spool.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<'s> SpooledSource<'s> {
    /// Creates a spooled source with a folder and a limit. Nothing is read or created yet.
    pub fn new(inner: &'s dyn Source, folder: impl Into<PathBuf>, limit_bytes: u64) -> Self {
        Self { inner, folder: folder.into(), limit_bytes, spool: Arc::default() }
    }

    /// Returns the error that prevented copying. The read that noticed it failed too, but not because of the source.
    pub fn take_failure(&self) -> Option<Error> {
        lock(&self.spool).failure.take()
    }

    fn fail(&self, source: io::Error) -> Error {
        Error::new(ErrorKind::Spool { name: self.name().to_owned(), folder: self.folder.clone(), source })
    }
}

impl Source for SpooledSource<'_> {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn open(&self) -> Result<Box<dyn Read + Send>, Error> {
        let inner = self.inner.open()?;
        let file = tempfile::tempfile_in(&self.folder).map_err(|source| self.fail(source));
        let mut spool = lock(&self.spool);
        match file {
            Ok(file) => *spool = Spool { file: Some(file), ..Spool::default() },
            Err(error) => {
                let message = error.to_string();
                spool.failure = Some(error);
                return Err(self.fail(io::Error::other(message)));
            }
        }
        Ok(Box::new(TeeReader {
            inner,
            name: self.name().to_owned(),
            folder: self.folder.clone(),
            limit_bytes: self.limit_bytes,
            spool: Arc::clone(&self.spool),
        }))
    }

    fn size_hint(&self) -> Option<u64> {
        self.inner.size_hint()
    }

    fn can_reopen(&self) -> bool {
        true
    }

    fn reopen(&self) -> Result<Box<dyn Read + Send>, Error> {
        let bytes = lock(&self.spool).bytes;
        Ok(Box::new(SpoolReader { spool: Arc::clone(&self.spool), at: 0, bytes }))
    }

    fn verify_unchanged(&self) -> Result<(), Error> {
        self.inner.verify_unchanged()
    }
}

/// Reads from the source and copies the bytes to the spool file.
struct TeeReader {
    inner: Box<dyn Read + Send>,
    name: String,
    folder: PathBuf,
    limit_bytes: u64,
    spool: Arc<Mutex<Spool>>,
}

impl Read for TeeReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        let mut spool = lock(&self.spool);
        let copied = spool.add(&buffer[..count], self.limit_bytes);
        copied.map_err(|source| {
            let (name, folder) = (self.name.clone(), self.folder.clone());
            let error = match source {
                None => ErrorKind::SpoolLimit { name, limit_bytes: self.limit_bytes },
                Some(source) => ErrorKind::Spool { name, folder, source },
            };
            let error = Error::new(error);
            let message = io::Error::other(error.to_string());
            spool.failure = Some(error);
            message
        })?;
        Ok(count)
    }
}

impl Spool {
    /// Appends bytes to the spool file. The error `None` means that the limit is exceeded.
    fn add(&mut self, bytes: &[u8], limit_bytes: u64) -> Result<(), Option<io::Error>> {
        self.bytes += bytes.len() as u64;
        if self.bytes > limit_bytes {
            return Err(None);
        }
        let file = self.file.as_mut().ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
        file.write_all(bytes).map_err(Some)
    }
}

/// Reads the spool file from its start.
struct SpoolReader {
    spool: Arc<Mutex<Spool>>,
    at: u64,
    bytes: u64,
}

impl Read for SpoolReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.bytes - self.at).unwrap_or(usize::MAX);
        let length = buffer.len().min(left);
        if length == 0 {
            return Ok(0);
        }
        let mut spool = lock(&self.spool);
        let file = spool.file.as_mut().ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
        file.seek(SeekFrom::Start(self.at))?;
        let count = file.read(&mut buffer[..length])?;
        if count == 0 {
            // The bytes were written before, so the file was truncated.
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.at += count as u64;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::MemorySource;

    fn read(source: &dyn Source, again: bool) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let read = if again { source.reopen() } else { source.open() };
        read?.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    #[test]
    fn what_was_read_comes_again_any_number_of_times() {
        let inner = MemorySource::new("stream", b"some bytes".repeat(10_000));
        let spooled = SpooledSource::new(&inner, std::env::temp_dir(), 100_000);
        assert!(spooled.can_reopen());
        let first = read(&spooled, false).unwrap();
        assert_eq!(first.len(), 100_000);
        for _ in 0..2 {
            assert_eq!(read(&spooled, true).unwrap(), first);
        }
        assert!(spooled.take_failure().is_none());
    }

    #[test]
    fn a_stream_beyond_the_limit_is_not_the_source_s_fault() {
        let inner = MemorySource::new("stream", b"some bytes".repeat(10_000));
        let spooled = SpooledSource::new(&inner, std::env::temp_dir(), 99_999);
        assert!(read(&spooled, false).is_err());
        let text = spooled.take_failure().unwrap().to_string();
        assert!(text.starts_with("`stream` can be read only once and has more than 99999 bytes"), "{text}");
    }

    #[test]
    fn a_folder_that_is_not_there_is_told() {
        let inner = MemorySource::new("stream", b"some bytes".to_vec());
        let folder = tempfile::tempdir().unwrap().path().join("missing");
        let spooled = SpooledSource::new(&inner, folder, 100);
        assert!(spooled.open().is_err());
        assert!(matches!(spooled.take_failure().unwrap().kind(), ErrorKind::Spool { .. }));
    }
}

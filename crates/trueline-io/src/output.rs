//! Outputs: atomic files, compressed according to their names.

use std::fmt;
use std::io::{self, Write};
use std::path::Path;

use flate2::write::GzEncoder;

use crate::atomic::{AtomicFile, Temporaries};
use crate::compression::Compression;
use crate::error::{Error, ErrorKind};

/// An output that appears atomically ([`AtomicFile`]), compressed with gzip or zstd if its name ends in `.gz`, `.gzip`,
/// `.zst` or `.zstd`.
///
/// **Cost**: the writing thread compresses, at the usual levels (gzip 6, zstd 3).
pub struct OutputFile {
    name: String,
    /// `None` only while the encoder is finished, or after that failed.
    encoder: Option<Encoder>,
}

enum Encoder {
    None(AtomicFile),
    /// Everything is written and synced.
    Finished(AtomicFile),
    Gzip(GzEncoder<AtomicFile>),
    Zstd(zstd::Encoder<'static, AtomicFile>),
}

impl OutputFile {
    /// Creates a file at `path` and registers its temporary file in `temporaries`.
    ///
    /// **Errors**: as [`AtomicFile::create_among`].
    pub fn create(path: impl AsRef<Path>, temporaries: &Temporaries) -> Result<Self, Error> {
        let path = path.as_ref();
        let name = path.display().to_string();
        let file = AtomicFile::create_among(path, temporaries)?;
        let encoder = match Compression::from_file_name(&name) {
            Compression::Gzip => Encoder::Gzip(GzEncoder::new(file, flate2::Compression::default())),
            Compression::Zstd => Encoder::Zstd(zstd_encoder(file).map_err(|source| fail(&name, source))?),
            _ => Encoder::None(file),
        };
        Ok(Self { name, encoder: Some(encoder) })
    }

    /// Returns the display name: the path.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Ends the compression, writes remaining data and syncs it. The path is still unchanged; nothing more can be written.
    ///
    /// With several outputs, finish all of them before committing the first.
    ///
    /// **Errors**: the file cannot be written, or an earlier write failed. A write after this is an error of kind
    /// [`io::ErrorKind::InvalidInput`] and leaves the file as it is; [`OutputFile::commit`] may still follow.
    pub fn finish(&mut self) -> Result<(), Error> {
        let ended = match self.encoder.take() {
            Some(Encoder::None(file) | Encoder::Finished(file)) => Ok(file),
            Some(Encoder::Gzip(encoder)) => encoder.finish(),
            Some(Encoder::Zstd(encoder)) => encoder.finish(),
            None => Err(io::Error::other("an earlier write failed")),
        };
        let mut file = ended.map_err(|source| fail(&self.name, source))?;
        file.sync()?;
        self.encoder = Some(Encoder::Finished(file));
        Ok(())
    }

    /// Moves the file into place.
    ///
    /// **Errors**: as [`AtomicFile::commit`].
    pub fn commit(mut self) -> Result<(), Error> {
        if !matches!(self.encoder, Some(Encoder::None(_) | Encoder::Finished(_))) {
            self.finish()?;
        }
        let Some(Encoder::None(file) | Encoder::Finished(file)) = self.encoder.take() else { return Ok(()) };
        file.commit()
    }

    /// Converts an I/O error of a writer to an error of this output.
    pub fn error(&self, source: io::Error) -> Error {
        fail(&self.name, source)
    }
}

impl fmt::Debug for OutputFile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("OutputFile").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Write for OutputFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.encoder {
            Some(Encoder::None(file)) => file.write(bytes),
            Some(Encoder::Finished(_)) if bytes.is_empty() => Ok(0),
            Some(Encoder::Finished(_)) => Err(finished()),
            Some(Encoder::Gzip(encoder)) => encoder.write(bytes),
            Some(Encoder::Zstd(encoder)) => encoder.write(bytes),
            None => Err(io::Error::other("an earlier write failed")),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.encoder {
            Some(Encoder::None(file) | Encoder::Finished(file)) => file.flush(),
            Some(Encoder::Gzip(encoder)) => encoder.flush(),
            Some(Encoder::Zstd(encoder)) => encoder.flush(),
            None => Err(io::Error::other("an earlier write failed")),
        }
    }
}

fn zstd_encoder(file: AtomicFile) -> io::Result<zstd::Encoder<'static, AtomicFile>> {
    let mut encoder = zstd::Encoder::new(file, zstd::DEFAULT_COMPRESSION_LEVEL)?;
    encoder.include_checksum(true)?;
    Ok(encoder)
}

/// The error of a write after the end of an output.
pub(crate) fn finished() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, "the output is finished; nothing more can be written to it")
}

fn fail(name: &str, source: io::Error) -> Error {
    Error::new(ErrorKind::Write { name: name.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compression::decompress;
    use std::io::Read;

    #[test]
    fn names_choose_the_compression_and_all_is_there_when_it_is_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let text = b"id,name\n1,a\n".repeat(20_000);
        for (name, expected) in [
            ("rows.csv", Compression::None),
            ("rows.csv.gz", Compression::Gzip),
            ("rows.gzip", Compression::Gzip),
            ("rows.CSV.ZST", Compression::Zstd),
            ("rows.zstd", Compression::Zstd),
        ] {
            let path = folder.path().join(name);
            let mut file = OutputFile::create(&path, &Temporaries::new()).unwrap();
            for part in text.chunks(7001) {
                file.write_all(part).unwrap();
            }
            assert!(!path.exists());
            file.finish().unwrap();
            assert!(!path.exists());
            file.commit().unwrap();
            let stored = std::fs::File::open(&path).unwrap();
            let (compression, mut read) = decompress(Box::new(stored)).unwrap();
            let mut back = Vec::new();
            read.read_to_end(&mut back).unwrap();
            assert_eq!((compression, back == text), (expected, true), "{name}");
        }
    }

    #[test]
    fn a_dropped_output_leaves_nothing_and_a_committed_one_is_finished_first() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["rows.csv", "rows.csv.gz", "rows.csv.zst"] {
            let path = folder.path().join(name);
            let mut file = OutputFile::create(&path, &Temporaries::new()).unwrap();
            file.write_all(&vec![b'x'; 300_000]).unwrap();
            drop(file);
            assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "{name}");
            let mut file = OutputFile::create(&path, &Temporaries::new()).unwrap();
            file.write_all(b"whole").unwrap();
            file.commit().unwrap();
            let (_, mut read) = decompress(Box::new(std::fs::File::open(&path).unwrap())).unwrap();
            let mut back = String::new();
            read.read_to_string(&mut back).unwrap();
            assert_eq!(back, "whole");
            std::fs::remove_file(path).unwrap();
        }
    }

    #[test]
    fn nothing_can_be_written_after_the_end() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["rows.csv", "rows.csv.gz", "rows.csv.zst"] {
            let path = folder.path().join(name);
            let mut file = OutputFile::create(&path, &Temporaries::new()).unwrap();
            file.write_all(b"whole").unwrap();
            file.finish().unwrap();
            let error = file.write_all(b"more").unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidInput, "{name}");
            assert_eq!(error.to_string(), "the output is finished; nothing more can be written to it");
            file.flush().unwrap();
            file.finish().unwrap();
            file.commit().unwrap();
            let (_, mut read) = decompress(Box::new(std::fs::File::open(&path).unwrap())).unwrap();
            let mut back = String::new();
            read.read_to_string(&mut back).unwrap();
            assert_eq!(back, "whole", "{name}");
        }
    }

    #[test]
    fn a_full_device_is_told_when_finishing() {
        if !Path::new("/dev/full").exists() {
            return trueline_testkit::corpora::skip("full device", "there is no /dev/full here");
        }
        let mut file = OutputFile::create("/dev/full", &Temporaries::new()).unwrap();
        file.write_all(b"little").unwrap();
        let error = file.finish().unwrap_err();
        assert_eq!(error.to_string(), "`/dev/full` could not be written");
        assert!(file.commit().is_err());
    }
}

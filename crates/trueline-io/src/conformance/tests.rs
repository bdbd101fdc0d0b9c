//! The suite for sources, over all there are, and over some that are wrong.

use std::cell::Cell;
use std::io::{Cursor, Read, Write};
use std::sync::Mutex;
use std::time::Duration;

use trueline_testkit::fault::TrickleRead;

use crate::{Error, FileSource, MemorySource, ReadAt, Source, conformance, decompress};

#[test]
fn memory() {
    conformance::source(|bytes| Box::new(MemorySource::new("made", bytes)));
}

#[test]
fn files() {
    let folder = tempfile::tempdir().unwrap();
    let count = Cell::new(0);
    conformance::source(|bytes| {
        let path = folder.path().join(count.replace(count.get() + 1).to_string());
        std::fs::write(&path, bytes).unwrap();
        Box::new(FileSource::new(path))
    });
}

#[test]
fn files_that_change() {
    let folder = tempfile::tempdir().unwrap();
    let count = Cell::new(0);
    type Change = fn(&std::path::Path, &[u8]);
    let written: Change = |path, bytes| std::fs::write(path, bytes).unwrap();
    let renamed: Change = |path, bytes| {
        std::fs::write(path.with_extension("new"), bytes).unwrap();
        std::fs::rename(path.with_extension("new"), path).unwrap();
    };
    for change in [written, renamed] {
        conformance::changed_source(|old, new| {
            let path = folder.path().join(count.replace(count.get() + 1).to_string());
            std::fs::write(&path, old).unwrap();
            let source = Box::new(FileSource::new(&path));
            let new = new.to_vec();
            let change = move || {
                // Some systems count the time of a change in steps.
                std::thread::sleep(Duration::from_millis(20));
                change(&path, &new);
            };
            (source, Box::new(change))
        });
    }
}

/// Bytes that come once and in small pieces, as from a pipe.
struct Once(Mutex<Option<Vec<u8>>>);

impl Source for Once {
    fn name(&self) -> &'static str {
        "<once>"
    }

    fn open(&self) -> Result<Box<dyn Read + Send>, Error> {
        match self.0.lock().unwrap().take() {
            Some(bytes) => Ok(Box::new(TrickleRead::new(Cursor::new(bytes), 5000))),
            None => self.reopen(),
        }
    }

    fn size_hint(&self) -> Option<u64> {
        None
    }
}

#[test]
fn what_can_be_read_once() {
    conformance::source(|bytes| Box::new(Once(Mutex::new(Some(bytes.to_vec())))));
}

/// Bytes whose every second read is interrupted, also at offsets.
struct Interrupting(Vec<u8>);

struct InterruptedRead<R> {
    inner: R,
    is_interrupted: std::sync::atomic::AtomicBool,
}

impl<R> InterruptedRead<R> {
    fn new(inner: R) -> Self {
        Self { inner, is_interrupted: false.into() }
    }

    fn interrupt(&self) -> std::io::Result<()> {
        if self.is_interrupted.fetch_not(std::sync::atomic::Ordering::Relaxed) {
            return Ok(());
        }
        Err(std::io::ErrorKind::Interrupted.into())
    }
}

impl<R: Read> Read for InterruptedRead<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.interrupt()?;
        self.inner.read(buffer)
    }
}

impl ReadAt for InterruptedRead<Vec<u8>> {
    fn size_bytes(&self) -> u64 {
        self.inner.len() as u64
    }

    fn read_at(&self, buffer: &mut [u8], byte_offset: u64) -> std::io::Result<usize> {
        self.interrupt()?;
        let offset = usize::try_from(byte_offset).unwrap().min(self.inner.len());
        (&self.inner[offset..]).read(buffer)
    }
}

impl Source for Interrupting {
    fn name(&self) -> &'static str {
        "<interrupting>"
    }

    fn open(&self) -> Result<Box<dyn Read + Send>, Error> {
        Ok(Box::new(InterruptedRead::new(Cursor::new(self.0.clone()))))
    }

    fn open_at(&self) -> Result<Option<Box<dyn ReadAt>>, Error> {
        Ok(Some(Box::new(InterruptedRead::new(self.0.clone()))))
    }

    fn size_hint(&self) -> Option<u64> {
        Some(self.0.len() as u64)
    }
}

#[test]
fn what_is_interrupted() {
    conformance::source(|bytes| Box::new(Interrupting(bytes.to_vec())));
}

/// What is in a compressed source.
struct Unpacked(MemorySource);

impl Source for Unpacked {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn open(&self) -> Result<Box<dyn Read + Send>, Error> {
        decompress(self.0.open()?).map(|(_, read)| read)
    }

    fn size_hint(&self) -> Option<u64> {
        None
    }

    fn can_reopen(&self) -> bool {
        true
    }

    fn reopen(&self) -> Result<Box<dyn Read + Send>, Error> {
        self.open()
    }
}

/// In members or frames of up to a million bytes; one of nothing for nothing.
fn packed(bytes: &[u8], pack: fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let mut packed = pack(&[]);
    packed.extend(bytes.chunks(1_000_000).flat_map(pack));
    packed
}

#[test]
fn gzip() {
    let member = |bytes: &[u8]| {
        let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        writer.write_all(bytes).unwrap();
        writer.finish().unwrap()
    };
    conformance::source(|bytes| Box::new(Unpacked(MemorySource::new("made.gz", packed(bytes, member)))));
}

#[test]
fn zstd() {
    let frame = |bytes: &[u8]| zstd::encode_all(bytes, 1).unwrap();
    conformance::source(|bytes| Box::new(Unpacked(MemorySource::new("made.zst", packed(bytes, frame)))));
}

/// The suite must find what it is there for.
mod wrong {
    use super::*;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use crate::ReadAt;

    /// What a source may get wrong.
    #[derive(Clone, Copy, Debug, PartialEq)]
    enum Wrong {
        Name,
        Hint,
        LosesLastByte,
        LosesAtBorder,
        EndsEarlyOnEmpty,
        AtIsShifted,
        AtReachesBeyond,
        AtSize,
        ReopenGoesOn,
        AlwaysChanged,
    }

    struct Broken(MemorySource, Wrong);

    struct Reader(Cursor<Vec<u8>>, Wrong, bool);

    impl Read for Reader {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            if self.1 == Wrong::EndsEarlyOnEmpty && (buffer.is_empty() || self.2) {
                self.2 = true;
                return Ok(0);
            }
            if self.1 == Wrong::LosesAtBorder && self.0.position() == 65_537 {
                self.0.set_position(65_538);
            }
            self.0.read(buffer)
        }
    }

    struct At(MemorySource, Wrong);

    impl ReadAt for At {
        fn size_bytes(&self) -> u64 {
            self.0.size_hint().unwrap() + u64::from(self.1 == Wrong::AtSize)
        }

        fn read_at(&self, buffer: &mut [u8], byte_offset: u64) -> std::io::Result<usize> {
            let at = self.0.open_at().unwrap().unwrap();
            match self.1 {
                Wrong::AtIsShifted if byte_offset > 4096 => at.read_at(buffer, byte_offset - 1),
                Wrong::AtReachesBeyond if byte_offset >= at.size_bytes() => Ok(buffer.len()),
                _ => at.read_at(buffer, byte_offset),
            }
        }
    }

    impl Source for Broken {
        fn name(&self) -> &str {
            if self.1 == Wrong::Name { "a\u{1b}[31m" } else { self.0.name() }
        }

        fn open(&self) -> Result<Box<dyn Read + Send>, Error> {
            let mut bytes = Vec::new();
            self.0.open()?.read_to_end(&mut bytes).unwrap();
            if self.1 == Wrong::LosesLastByte && bytes.len() == 4096 {
                bytes.pop();
            }
            Ok(Box::new(Reader(Cursor::new(bytes), self.1, false)))
        }

        fn open_at(&self) -> Result<Option<Box<dyn ReadAt>>, Error> {
            Ok(Some(Box::new(At(self.0.clone(), self.1))))
        }

        fn size_hint(&self) -> Option<u64> {
            self.0.size_hint().map(|size| size + u64::from(self.1 == Wrong::Hint))
        }

        fn can_reopen(&self) -> bool {
            true
        }

        fn reopen(&self) -> Result<Box<dyn Read + Send>, Error> {
            let mut read = self.open()?;
            if self.1 == Wrong::ReopenGoesOn {
                let _ = read.read(&mut [0; 1]);
            }
            Ok(read)
        }

        fn verify_unchanged(&self) -> Result<(), Error> {
            if self.1 == Wrong::AlwaysChanged {
                self.0.reopen().and(Once(Mutex::default()).reopen().map(drop))
            } else {
                Ok(())
            }
        }
    }

    #[test]
    fn is_found() {
        use Wrong::*;
        let wrongs = [
            Name,
            Hint,
            LosesLastByte,
            LosesAtBorder,
            EndsEarlyOnEmpty,
            AtIsShifted,
            AtReachesBeyond,
            AtSize,
            ReopenGoesOn,
            AlwaysChanged,
        ];
        for wrong in wrongs {
            let suite =
                || conformance::source(|bytes| Box::new(Broken(MemorySource::new("made", bytes), wrong)));
            assert!(catch_unwind(AssertUnwindSafe(suite)).is_err(), "{wrong:?} is not found");
        }
    }

    /// A source that does not notice.
    #[test]
    fn a_change_unseen_is_found() {
        let suite = || {
            conformance::changed_source(|old, _| (Box::new(MemorySource::new("made", old)), Box::new(|| ())));
        };
        assert!(catch_unwind(suite).is_err());
    }
}

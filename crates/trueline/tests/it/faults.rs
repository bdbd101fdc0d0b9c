//! Sources that fail, trickle, change or are cut: never a wrong verdict, never a shorter table judged as if whole.

use std::io::{Cursor, Read, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use trueline::render::{JsonLinesRenderer, JsonRenderer, Renderer, TextRenderer};
use trueline::{FileSource, Format, Limits, MemorySource, ReadAt, Source, Status, Validator, Verdict};
use trueline_testkit::fault::{FailingRead, FailingWrite, TrickleRead};

use crate::support::{schema, stable, validate};

const SCHEMA: &str =
    "fields:\n  - {name: id, type: int64, unique: true}\n  - {name: name, type: string, max_length: 9}\n";

fn table(rows: usize) -> Vec<u8> {
    let mut text = b"id,name\n".to_vec();
    for row in 0..rows {
        writeln!(text, "{row},\"na,me\n{}\"", row % 10).expect("written");
    }
    text
}

fn boxed(read: impl Read + Send + 'static) -> Box<dyn Read + Send> {
    Box::new(read)
}

/// A source that opens whatever the closure makes.
struct Made<F>(F);

impl<F: Fn() -> Box<dyn Read + Send> + Send + Sync> Source for Made<F> {
    fn name(&self) -> &'static str {
        "made"
    }

    fn open(&self) -> Result<Box<dyn Read + Send>, trueline::SourceError> {
        Ok((self.0)())
    }

    fn size_hint(&self) -> Option<u64> {
        None
    }
}

#[test]
fn a_read_that_fails_at_any_call_is_unreadable() {
    let text = table(30);
    let step = 16;
    let calls = text.len().div_ceil(step) + 1;
    for threads in [1, 3] {
        for chunk in [7, 64, 1 << 20] {
            for call in 1..=calls + 1 {
                let text = text.clone();
                let source = Made(move || {
                    boxed(FailingRead::new(TrickleRead::new(Cursor::new(text.clone()), step), call as u64))
                });
                let report =
                    validate(Validator::builder(schema(SCHEMA)).threads(threads).chunk_bytes(chunk), &source);
                // The detection of compression reads four bytes by itself, so the last calls may never happen.
                if report.verdict == Verdict::Valid {
                    assert!(call >= calls, "call {call} of {calls} failed unseen");
                    assert_eq!(report.rows.total, 30);
                    continue;
                }
                assert_eq!(report.verdict, Verdict::Unreadable, "call {call}");
                assert!(
                    report.rows.total <= 30 && report.rows.invalid == 0,
                    "call {call}: {:?}",
                    report.rows
                );
                assert_eq!(report.error.expect("an error").code, "read");
            }
        }
    }
}

/// What a read that goes wrong gives, instead of the bytes it could.
pub(crate) type GoesOn = fn(&[u8]) -> std::io::Result<usize>;

/// A source whose n-th read from a place goes wrong.
pub(crate) struct Places {
    pub(crate) bytes: MemorySource,
    pub(crate) nth: usize,
    pub(crate) goes_on: GoesOn,
    pub(crate) calls: Arc<AtomicUsize>,
}

impl Source for Places {
    fn name(&self) -> &str {
        self.bytes.name()
    }

    fn open(&self) -> Result<Box<dyn Read + Send>, trueline::SourceError> {
        self.bytes.open()
    }

    fn open_at(&self) -> Result<Option<Box<dyn ReadAt>>, trueline::SourceError> {
        struct At(MemorySource, usize, GoesOn, Arc<AtomicUsize>);
        impl ReadAt for At {
            fn size_bytes(&self) -> u64 {
                self.0.size_bytes()
            }
            fn read_at(&self, buffer: &mut [u8], byte_offset: u64) -> std::io::Result<usize> {
                let is_nth = self.3.fetch_add(1, Ordering::Relaxed) + 1 == self.1;
                let bytes = self.0.read_at(buffer, byte_offset)?;
                if is_nth { (self.2)(&buffer[..bytes]) } else { Ok(bytes) }
            }
        }
        Ok(Some(Box::new(At(self.bytes.clone(), self.nth, self.goes_on, Arc::clone(&self.calls)))))
    }

    fn size_hint(&self) -> Option<u64> {
        None
    }
}

#[test]
fn a_place_that_cannot_be_read_is_unreadable() {
    let text = table(60);
    let fails: [(GoesOn, bool); 4] = [
        (|_| Err(std::io::Error::other("a bad sector")), true),
        (|_| Ok(0), true),
        (|_| Err(std::io::ErrorKind::Interrupted.into()), false),
        (|bytes| Ok(bytes.len().div_ceil(2)), false),
    ];
    let whole =
        stable(&validate(Validator::builder(schema(SCHEMA)), &MemorySource::new("made", text.clone())));
    for (goes_on, is_fatal) in fails {
        for (threads, chunk) in [(1, 7), (1, 64), (2, 64), (8, 7), (3, 333)] {
            for nth in 1.. {
                let calls = Arc::new(AtomicUsize::new(0));
                let bytes = MemorySource::new("made", text.clone());
                let source = Places { bytes, nth, goes_on, calls: Arc::clone(&calls) };
                let builder = Validator::builder(schema(SCHEMA)).threads(threads).chunk_bytes(chunk);
                let report = validate(builder, &source);
                // A thread may fail at what a wrong guess let others read again in the meantime.
                let is_whole = threads > 1 && report.verdict == Verdict::Valid;
                if calls.load(Ordering::Relaxed) < nth || !is_fatal || is_whole {
                    assert_eq!(stable(&report), whole, "{threads} threads, chunks of {chunk}, call {nth}");
                } else {
                    assert_eq!(report.verdict, Verdict::Unreadable);
                    assert_eq!(report.error.expect("an error").code, "read");
                    assert!(report.rows.total < 60 && report.rows.invalid == 0);
                }
                if calls.load(Ordering::Relaxed) < nth {
                    break;
                }
            }
        }
    }
}

/// A file that somebody cuts before its third read from a place.
struct Cut {
    file: FileSource,
    path: PathBuf,
}

impl Source for Cut {
    fn name(&self) -> &str {
        self.file.name()
    }

    fn open(&self) -> Result<Box<dyn Read + Send>, trueline::SourceError> {
        self.file.open()
    }

    fn open_at(&self) -> Result<Option<Box<dyn ReadAt>>, trueline::SourceError> {
        struct At(Box<dyn ReadAt>, PathBuf, AtomicUsize);
        impl ReadAt for At {
            fn size_bytes(&self) -> u64 {
                self.0.size_bytes()
            }
            fn read_at(&self, buffer: &mut [u8], byte_offset: u64) -> std::io::Result<usize> {
                if self.2.fetch_add(1, Ordering::Relaxed) == 2 {
                    std::fs::OpenOptions::new().write(true).open(&self.1)?.set_len(2_000)?;
                }
                self.0.read_at(buffer, byte_offset)
            }
        }
        let at = self.file.open_at()?.expect("a regular file");
        Ok(Some(Box::new(At(at, self.path.clone(), AtomicUsize::new(0)))))
    }

    fn size_hint(&self) -> Option<u64> {
        self.file.size_hint()
    }

    fn verify_unchanged(&self) -> Result<(), trueline::SourceError> {
        self.file.verify_unchanged()
    }
}

#[test]
fn a_file_that_is_cut_while_it_is_read_is_unreadable() {
    let folder = tempfile::tempdir().expect("a folder");
    for threads in [1, 2, 4] {
        let path = folder.path().join(format!("{threads}.csv"));
        std::fs::write(&path, table(2_000)).expect("written");
        let builder = Validator::builder(schema(SCHEMA)).threads(threads).chunk_bytes(512);
        let report = validate(builder, &Cut { file: FileSource::new(&path), path: path.clone() });
        assert_eq!((report.verdict, report.rows.invalid), (Verdict::Unreadable, 0));
        let message = report.error.expect("an error").message;
        assert!(message.contains("changed while it was read"), "{message}");
    }
}

#[test]
fn a_source_that_trickles_gives_the_same_report() {
    let text = table(50);
    let whole =
        stable(&validate(Validator::builder(schema(SCHEMA)), &MemorySource::new("made", text.clone())));
    for step in [1, 2, 5, 63] {
        let text = text.clone();
        let source = Made(move || boxed(TrickleRead::new(Cursor::new(text.clone()), step)));
        let report =
            stable(&validate(Validator::builder(schema(SCHEMA)).threads(2).chunk_bytes(64), &source));
        assert_eq!(report, whole);
    }
}

#[test]
fn a_file_that_changes_while_it_is_read_is_unreadable() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("table.csv");
    std::fs::write(&path, table(2000)).expect("written");
    let grown = path.clone();
    let appended = std::sync::Once::new();
    let validator = Validator::builder(schema(SCHEMA)).threads(1).chunk_bytes(512).progress(move |_| {
        appended.call_once(|| {
            let mut file = std::fs::OpenOptions::new().append(true).open(&grown).expect("opened");
            file.write_all(b"2000,x\n").expect("appended");
        });
    });
    struct Slow(FileSource);
    impl Source for Slow {
        fn name(&self) -> &str {
            self.0.name()
        }
        fn open(&self) -> Result<Box<dyn Read + Send>, trueline::SourceError> {
            struct Pause(Box<dyn Read + Send>);
            impl Read for Pause {
                fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
                    std::thread::sleep(std::time::Duration::from_millis(5));
                    self.0.read(buffer)
                }
            }
            Ok(Box::new(Pause(self.0.open()?)))
        }
        fn size_hint(&self) -> Option<u64> {
            self.0.size_hint()
        }
        fn verify_unchanged(&self) -> Result<(), trueline::SourceError> {
            self.0.verify_unchanged()
        }
    }
    let report = validate(validator, &Slow(FileSource::new(&path)));
    assert_eq!(report.verdict, Verdict::Unreadable);
    assert!(report.error.expect("an error").message.contains("changed while it was read"));
}

#[test]
fn limits_end_the_run_at_the_place_of_the_record() {
    let mut text = b"id,name\n1,a\n2,\"b\n".to_vec();
    text.extend(std::iter::repeat_n(b'x', 5000));
    text.extend_from_slice(b"\"\n3,c\n");
    for (chunk, threads) in [(1, 1), (7, 3), (64, 2), (1 << 20, 1)] {
        for limits in [Limits::default().max_record_bytes(1000), Limits::default().max_field_bytes(1000)] {
            let builder =
                Validator::builder(schema(SCHEMA)).limits(limits).chunk_bytes(chunk).threads(threads);
            let report = validate(builder, &MemorySource::new("large", text.clone()));
            assert_eq!(report.verdict, Verdict::Unreadable);
            let error = report.error.expect("an error");
            assert_eq!(error.code, "structure.record_size");
            assert_eq!((error.row_index, error.line), (Some(1), Some(3)), "chunks of {chunk}");
            assert_eq!(report.rows.total, 1);
            assert_eq!(report.inputs[0].bytes, error.byte_offset.expect("an offset"));
        }
    }
}

/// A record of just the limit is one, wherever chunks end, and one byte more is none.
#[test]
fn the_limit_on_records_counts_no_line_end() {
    let schema = || schema("fields: [{name: x}]");
    for (text, bytes) in [
        (&b"{\"x\":\"12\"}\r\n{\"x\":1}\r\n"[..], 10),
        (b"{\"x\":\"12\"}\n{\"x\":1}\n", 10),
        (b"x\r\n1234567890\r\n1\r\n", 10),
        (b"x\n1234567890\n1\n", 10),
    ] {
        let format = if text[0] == b'{' { Format::JsonLines } else { Format::Csv };
        for (chunk, threads) in (1..=text.len() + 1).flat_map(|chunk| [(chunk, 1), (chunk, 3)]) {
            for (limit, expected) in [(bytes, Verdict::Valid), (bytes - 1, Verdict::Unreadable)] {
                let builder = Validator::builder(schema()).format(format).chunk_bytes(chunk).threads(threads);
                let builder = builder.limits(Limits::default().max_record_bytes(limit));
                let report = validate(builder, &MemorySource::new("exact", text.to_vec()));
                assert_eq!(report.verdict, expected, "{format:?}, chunks of {chunk}, limit {limit}");
            }
        }
    }
}

#[test]
fn an_unclosed_quote_does_not_take_memory() {
    let mut text = b"id,name\n0,\"never closed\n".to_vec();
    text.resize(8 << 20, b'x');
    let limits = Limits::default().max_record_bytes(1 << 20);
    let report =
        validate(Validator::builder(schema(SCHEMA)).limits(limits), &MemorySource::new("large", text));
    let error = report.error.expect("an error");
    assert_eq!((error.byte_offset, error.row_index), (Some(8), Some(0)));
}

#[test]
fn sources_that_cannot_be_opened_are_unreadable() {
    let folder = tempfile::tempdir().expect("a folder");
    for (path, expected) in [
        (folder.path().join("missing.csv"), "does not exist"),
        (folder.path().to_path_buf(), "is a folder; name a file in it"),
    ] {
        let report = validate(Validator::builder(schema(SCHEMA)), &FileSource::new(&path));
        assert_eq!(report.verdict, Verdict::Unreadable);
        let message = report.error.expect("an error").message;
        assert!(message.contains(expected), "{message}");
        assert_eq!(report.rows.total, 0);
        for check in &report.checks {
            assert_eq!(check.status, Status::NotEvaluated, "{}", check.id);
            assert_eq!(
                check.reason.as_deref(),
                Some("the input could not be read to its end"),
                "{}",
                check.id
            );
        }
    }
}

#[test]
fn utf16_is_refused() {
    for text in [&b"\xff\xfei\0d\0\n\0"[..], b"\xfe\xff\0i\0d\0\n"] {
        let report = validate(Validator::builder(schema(SCHEMA)), &MemorySource::new("utf-16", text));
        assert_eq!(report.verdict, Verdict::Unreadable);
        assert_eq!(report.error.expect("an error").code, "encoding.utf16");
    }
}

#[test]
fn a_write_that_fails_at_any_call_is_told() {
    let report = validate(
        Validator::builder(schema(SCHEMA)),
        &MemorySource::new("bad", b"id,name\n1,a\n1,b\nx,c\n".to_vec()),
    );
    let renderers: [&dyn Renderer; 3] = [&TextRenderer::default(), &JsonRenderer, &JsonLinesRenderer];
    for renderer in renderers {
        let counted = FailingWrite::new(Vec::new(), 0);
        let calls = counted.calls();
        let mut counted = counted;
        renderer.render(&report, &mut counted).expect("rendered");
        assert!(calls.count() > 0);
        for call in 1..=calls.count() {
            let mut failing = FailingWrite::new(Vec::new(), call);
            assert!(
                renderer.render(&report, &mut failing).is_err(),
                "call {call} of {} failed unseen",
                calls.count()
            );
        }
    }
}

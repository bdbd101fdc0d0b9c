//! Reading from the first byte to the last.

use std::io::Read;

use super::{Make, assert_same, uninterrupted};
use crate::source::Source;

/// Sizes of buffers that readers are given.
const BUFFERS: [usize; 7] = [1, 2, 7, 64, 4096, 65_537, 3 << 20];

pub(super) fn check(make: Make, bytes: &[u8]) {
    let size = bytes.len();
    name(make, bytes);
    // A byte at a time, as long as that is soon done.
    for buffer in BUFFERS.into_iter().filter(|buffer| size / buffer <= 100_000) {
        let source = make(bytes);
        let mut read = open(source.as_ref());
        let rule = format!("{size} bytes read {buffer} at a time");
        assert_same(&rule, &read_by(&mut read, buffer, &rule), bytes);
        for _ in 0..2 {
            let again = uninterrupted(|| read.read(&mut [0; 9]))
                .unwrap_or_else(|error| panic!("{rule}, behind the end: {error}"));
            assert_eq!(again, 0, "{rule}: a reader that has ended must give nothing more");
        }
        assert_unchanged(source.as_ref(), &rule);
        assert_size_hint(source.as_ref(), size, "after it was read");
    }
    empty_buffer(make, bytes);
    opened_twice(make, bytes);
    reopened(make, bytes);
    dropped_early(make, bytes);
    on_another_thread(make, bytes);
}

fn open(source: &dyn Source) -> Box<dyn Read + Send> {
    source.open().unwrap_or_else(|error| panic!("`{}` must open: {}", source.name(), chain(&error)))
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

fn assert_unchanged(source: &dyn Source, rule: &str) {
    source
        .verify_unchanged()
        .unwrap_or_else(|error| panic!("{rule}: nothing changed, yet {}", chain(&error)));
}

fn assert_size_hint(source: &dyn Source, size: usize, when: &str) {
    if let Some(hint) = source.size_hint() {
        assert_eq!(hint, size as u64, "the size that is known {when}");
    }
}

/// Reads to the end with a buffer of one size.
fn read_by(read: &mut dyn Read, buffer: usize, rule: &str) -> Vec<u8> {
    let mut buffer = vec![0xaa; buffer];
    let mut found = Vec::new();
    loop {
        match uninterrupted(|| read.read(&mut buffer)) {
            Ok(0) => return found,
            Ok(bytes) => {
                assert!(bytes <= buffer.len(), "{rule}: more bytes than the buffer has");
                found.extend_from_slice(&buffer[..bytes]);
            }
            Err(error) => panic!("{rule}: {}", chain(&error)),
        }
    }
}

fn rest(read: &mut dyn Read, rule: &str) -> Vec<u8> {
    read_by(read, 8192, rule)
}

/// A name can be shown as it is, and stays the same.
fn name(make: Make, bytes: &[u8]) {
    let source = make(bytes);
    let name = source.name().to_owned();
    assert!(!name.is_empty(), "a source must have a name");
    assert!(!name.chars().any(char::is_control), "a name must be printable: {name:?}");
    assert_size_hint(source.as_ref(), bytes.len(), "before it is opened");
    assert_unchanged(source.as_ref(), "before it is opened");
    drop(open(source.as_ref()));
    assert_eq!(source.name(), name, "a name must stay the same");
}

/// A read into an empty buffer is not the end.
fn empty_buffer(make: Make, bytes: &[u8]) {
    let mut read = open(make(bytes).as_ref());
    let rule = "a read into an empty buffer";
    assert_eq!(uninterrupted(|| read.read(&mut [])).ok(), Some(0), "{rule} gives nothing");
    assert_same(rule, &rest(&mut read, rule), bytes);
}

/// A source that opens twice returns all bytes twice; one that cannot returns an error.
fn opened_twice(make: Make, bytes: &[u8]) {
    let source = make(bytes);
    let mut first = open(source.as_ref());
    let rule = "opened twice, both read in turn";
    match source.open() {
        Ok(mut second) => {
            let mut found = [Vec::new(), Vec::new()];
            let mut buffer = [0; 1000];
            for turn in 0.. {
                let read = if turn % 2 == 0 { &mut first } else { &mut second };
                let bytes = uninterrupted(|| read.read(&mut buffer))
                    .unwrap_or_else(|error| panic!("{rule}: {error}"));
                found[turn % 2].extend_from_slice(&buffer[..bytes]);
                if bytes == 0 {
                    break;
                }
            }
            found[0].extend(rest(&mut first, rule));
            found[1].extend(rest(&mut second, rule));
            assert_same(rule, &found[0], bytes);
            assert_same(rule, &found[1], bytes);
        }
        Err(_) => assert!(!source.can_reopen(), "what can be read again can be opened twice"),
    }
}

fn reopened(make: Make, bytes: &[u8]) {
    let source = make(bytes);
    let can_reopen = source.can_reopen();
    let rule = "read again";
    assert_same(rule, &rest(&mut open(source.as_ref()), rule), bytes);
    for _ in 0..2 {
        let mut read = match source.reopen() {
            Ok(read) => read,
            Err(error) => {
                assert!(!can_reopen, "{rule}: {}", chain(&error));
                return;
            }
        };
        assert_same(rule, &rest(&mut read, rule), bytes);
        assert_unchanged(source.as_ref(), rule);
    }
}

/// A reader may be dropped anywhere.
fn dropped_early(make: Make, bytes: &[u8]) {
    let source = make(bytes);
    let mut read = open(source.as_ref());
    let _ = read.read(&mut [0; 100]);
    drop(read);
    assert_unchanged(source.as_ref(), "left early");
    if source.can_reopen() {
        let mut read = source.reopen().unwrap_or_else(|error| panic!("left early: {}", chain(&error)));
        assert_same("left early and read again", &rest(&mut read, "left early"), bytes);
    }
}

/// A reader works on another thread, and outlives its source.
fn on_another_thread(make: Make, bytes: &[u8]) {
    let source = make(bytes);
    let mut read = open(source.as_ref());
    drop(source);
    let rule = "read on another thread";
    let found = std::thread::spawn(move || rest(&mut read, rule)).join();
    assert_same(rule, &found.unwrap_or_else(|_| panic!("{rule}: it must not panic")), bytes);
}

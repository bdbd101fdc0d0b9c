//! Reading at offsets.

use super::{Make, assert_same, next, uninterrupted};
use crate::source::ReadAt;

const THREADS: usize = 4;

pub(super) fn check(make: Make, bytes: &[u8]) {
    let size = bytes.len();
    let source = make(bytes);
    drop(source.open().unwrap_or_else(|error| panic!("`{}` must open: {error}", source.name())));
    let at = source.open_at().unwrap_or_else(|error| panic!("opened for places: {error}"));
    let Some(at) = at else { return };
    assert_eq!(at.size_bytes(), size as u64, "the size of what is read from places");
    boundaries(at.as_ref(), bytes);
    past_end(at.as_ref(), size);
    for step in [1, 1000, 65_536, 1 << 20].into_iter().filter(|step| size / step <= 20_000) {
        let rule = format!("{size} bytes read from places, {step} at a time");
        let mut found = Vec::with_capacity(size);
        while found.len() < size {
            found.extend(piece(at.as_ref(), found.len(), step.min(size - found.len()), &rule));
        }
        assert_same(&rule, &found, bytes);
    }
    threads(at.as_ref(), bytes);
    random_order(at.as_ref(), bytes);
    while_streaming(make, bytes);
}

/// Reads a whole piece, with as many reads as required.
fn piece(at: &dyn ReadAt, offset: usize, length: usize, rule: &str) -> Vec<u8> {
    let mut found = vec![0xaa; length];
    let mut filled = 0;
    while filled < length {
        match uninterrupted(|| at.read_at(&mut found[filled..], (offset + filled) as u64)) {
            Ok(0) => panic!("{rule}: nothing came at byte {} of {}", offset + filled, at.size_bytes()),
            Ok(bytes) => filled += bytes,
            Err(error) => panic!("{rule}: {error}"),
        }
        assert!(filled <= length, "{rule}: more bytes than the buffer has");
    }
    found
}

/// Offsets at which errors are likely: ends, and multiples of common buffer sizes.
fn boundaries(at: &dyn ReadAt, bytes: &[u8]) {
    let size = bytes.len();
    let offsets = [
        0,
        1,
        2,
        63,
        64,
        4095,
        4096,
        65_535,
        65_536,
        size / 2,
        size.saturating_sub(2),
        size.saturating_sub(1),
    ];
    for offset in offsets.into_iter().filter(|offset| *offset < size) {
        for length in [1, 2, 64, 4097] {
            let length = length.min(size - offset);
            let rule = format!("{length} bytes at {offset} of {size}");
            assert_same(&rule, &piece(at, offset, length, &rule), &bytes[offset..offset + length]);
        }
    }
}

/// A buffer may extend beyond the end, where there is nothing to read.
fn past_end(at: &dyn ReadAt, size: usize) {
    let read = |buffer: &mut [u8], offset: u64| {
        uninterrupted(|| at.read_at(buffer, offset))
            .unwrap_or_else(|error| panic!("at byte {offset} of {size}: {error}"))
    };
    for offset in [size as u64, size as u64 + 1, size as u64 + (1 << 30), u64::MAX - 1, u64::MAX] {
        assert_eq!(read(&mut [0; 10], offset), 0, "a read at byte {offset} of {size}");
    }
    assert_eq!(read(&mut [], 0), 0, "a read into an empty buffer");
    if size > 0 {
        assert_eq!(read(&mut [0; 10], size as u64 - 1), 1, "a read that reaches beyond the end");
    }
}

/// Each thread reads its share of the pieces, in the order in which a pipeline deals them out.
fn threads(at: &dyn ReadAt, bytes: &[u8]) {
    let size = bytes.len();
    for step in [1009, 100_003].into_iter().filter(|step| size / step <= 2000) {
        let taken = std::sync::atomic::AtomicUsize::new(0);
        let work = || {
            loop {
                let offset = taken.fetch_add(step, std::sync::atomic::Ordering::Relaxed);
                if offset >= size {
                    return;
                }
                let length = step.min(size - offset);
                let rule = format!("{THREADS} threads, {length} bytes at {offset} of {size}");
                assert_same(&rule, &piece(at, offset, length, &rule), &bytes[offset..offset + length]);
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(work);
            }
        });
    }
}

/// Pieces without order, as a format with an index reads them.
fn random_order(at: &dyn ReadAt, bytes: &[u8]) {
    let size = bytes.len();
    if size == 0 {
        return;
    }
    std::thread::scope(|scope| {
        for thread in 1..=THREADS as u64 {
            scope.spawn(move || {
                let mut state = thread.wrapping_mul(0x9e37_79b9_7f4a_7c15);
                for _ in 0..12 {
                    state = next(state);
                    let offset = usize::try_from(state % size as u64).unwrap_or(0);
                    state = next(state);
                    let length = usize::try_from(state % 300_000).unwrap_or(0).clamp(1, size - offset);
                    let rule = format!("without order, {length} bytes at {offset} of {size}");
                    assert_same(&rule, &piece(at, offset, length, &rule), &bytes[offset..offset + length]);
                }
            });
        }
    });
}

/// Reads at offsets between two reads of the sequential reader.
fn while_streaming(make: Make, bytes: &[u8]) {
    let size = bytes.len();
    let source = make(bytes);
    let rule = "read from places between two reads";
    let mut read = source.open().unwrap_or_else(|error| panic!("{rule}: {error}"));
    let Ok(Some(at)) = source.open_at() else { return };
    let mut found = vec![0; size / 3];
    read.read_exact(&mut found).unwrap_or_else(|error| panic!("{rule}: {error}"));
    assert_same(rule, &piece(at.as_ref(), 0, size, rule), bytes);
    read.read_to_end(&mut found).unwrap_or_else(|error| panic!("{rule}: {error}"));
    assert_same(rule, &found, bytes);
    drop((source, read));
    assert_same("read from places after its source is gone", &piece(at.as_ref(), 0, size, rule), bytes);
}

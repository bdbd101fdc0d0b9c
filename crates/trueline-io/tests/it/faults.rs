//! Every n-th read fails, is interrupted or comes short, once and for good: the bytes are whole, or there is an error.

use std::io::{Cursor, ErrorKind as Kind, Read};

use proptest::prelude::*;
use trueline_io::{ChunkReader, Error, ErrorKind, MemorySource, Source, decompress};
use trueline_testkit::fault::{Calls, FailingRead, Fault, TrickleRead};
use trueline_testkit::pack::{self, Pack};

fn members(texts: &[&[u8]], pack: Pack) -> Vec<u8> {
    texts.iter().flat_map(|text| pack(text)).collect()
}

/// A source whose reader goes wrong.
struct Faulty<'a> {
    bytes: &'a MemorySource,
    fault: Fault,
    nth: u64,
    and_later: bool,
    calls: std::sync::Mutex<Calls>,
}

impl Source for Faulty<'_> {
    fn name(&self) -> &str {
        self.bytes.name()
    }

    fn open(&self) -> Result<Box<dyn Read + Send>, Error> {
        let mut read = FailingRead::new(TrickleRead::new(self.bytes.open()?, 17), self.nth).with(self.fault);
        if self.and_later {
            read = read.and_later();
        }
        *self.calls.lock().unwrap() = read.calls();
        Ok(Box::new(read))
    }

    fn size_hint(&self) -> Option<u64> {
        self.bytes.size_hint()
    }
}

fn read(source: &dyn Source, chunk_bytes: usize) -> Result<Vec<u8>, Error> {
    let named = |error: Error| error.with_name(source.name());
    let (_, read) = decompress(source.open()?).map_err(named)?;
    let mut chunks = ChunkReader::new(read, chunk_bytes);
    let mut text = Vec::new();
    while chunks.next_into(&mut text).map_err(named)? > 0 {}
    assert_eq!(chunks.offset(), text.len() as u64);
    Ok(text)
}

#[test]
fn whatever_read_goes_wrong_no_byte_is_lost_in_silence() {
    let parts: [&[u8]; 3] = [b"id,name\n", b"1,one\n2,two\n", b"3,three\n"];
    let text = parts.concat();
    let packs = pack::ALL.map(|(_, pack)| members(&parts, pack));
    for packed in packs.into_iter().chain([text.clone()]) {
        let source = MemorySource::new("a.csv", packed);
        for fault in [Fault::Error(Kind::Other), Fault::Error(Kind::Interrupted), Fault::Short(1), Fault::End]
        {
            for and_later in [false, true] {
                if fault == Fault::Error(Kind::Interrupted) && and_later {
                    continue; // Tried again for ever.
                }
                let mut nth = 1;
                loop {
                    let calls = std::sync::Mutex::default();
                    let faulty = Faulty { bytes: &source, fault, nth, and_later, calls };
                    let result = read(&faulty, 8);
                    let was_hit = faulty.calls.lock().unwrap().count() >= nth;
                    judge(&text, fault, was_hit, result);
                    if !was_hit {
                        break;
                    }
                    nth += 1;
                }
                assert!(nth > 2);
            }
        }
    }
}

fn judge(text: &[u8], fault: Fault, was_hit: bool, result: Result<Vec<u8>, Error>) {
    match (fault, result) {
        (Fault::Error(Kind::Other), Err(error)) => {
            assert!(was_hit && matches!(error.kind(), ErrorKind::Read { .. }), "{error}");
            assert!(error.to_string().starts_with("`a.csv` could not be read at byte "), "{error}");
        }
        (Fault::Error(Kind::Other), Ok(found)) => assert!(!was_hit && found == text),
        // An early end is the end of a plain input, and of a compressed one between members; else it is a cut.
        (Fault::End, Ok(found)) => assert!(text.starts_with(&found) && (was_hit || found == text)),
        (Fault::End, Err(error)) => {
            assert!(was_hit && matches!(error.kind(), ErrorKind::Cut { .. }), "{error}");
        }
        (_, result) => assert_eq!(result.unwrap(), text, "{fault:?}"),
    }
}

#[test]
fn a_read_error_is_placed_in_the_stored_bytes() {
    let packed = pack::gzip(&vec![b'x'; 100_000]);
    for (bytes, step) in [(vec![b'x'; 1000], 10), (packed, 20)] {
        let read = FailingRead::new(TrickleRead::new(Cursor::new(bytes), step), 6);
        let (_, read) = decompress(Box::new(read)).unwrap();
        let error = ChunkReader::new(read, 1 << 20).next_into(&mut Vec::new()).unwrap_err();
        let ErrorKind::Read { byte_offset, .. } = error.kind() else { panic!("{error:?}") };
        // The first calls fill the sixteen bytes that are looked at for a magic number.
        assert!((step as u64 * 3..=step as u64 * 5).contains(byte_offset), "{byte_offset}");
    }
}

proptest! {
    #[test]
    fn packed_and_unpacked_is_the_same(
        texts in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..3000), 0..5),
        step in 1..200_usize,
        chunk_bytes in 1..5000_usize,
    ) {
        let texts: Vec<&[u8]> = texts.iter().map(Vec::as_slice).collect();
        let text = texts.concat();
        for (extension, pack) in pack::ALL {
            let read = TrickleRead::new(Cursor::new(members(&texts, pack)), step);
            let (compression, read) = decompress(Box::new(read)).unwrap();
            prop_assert!(compression.extension() == extension || texts.is_empty());
            let mut chunks = ChunkReader::new(read, chunk_bytes);
            let mut found = Vec::new();
            let mut sizes = Vec::new();
            loop {
                let bytes = chunks.next_into(&mut found).unwrap();
                if bytes == 0 { break }
                sizes.push(bytes);
            }
            prop_assert_eq!(&found, &text);
            let last = sizes.pop().unwrap_or(0);
            prop_assert!(last <= chunk_bytes && sizes.iter().all(|size| *size == chunk_bytes));
        }
    }

    #[test]
    fn no_bytes_are_too_strange(
        magic in prop::sample::select(vec![
            &b"\x1f\x8b\x08"[..],
            b"\x28\xb5\x2f\xfd",
            b"\x50\x2a\x4d\x18",
            b"BZh91AY&SY",
            b"\xfd7zXZ\0\0\x04\xe6\xd6\xb4\x46",
            b"\x04\x22\x4d\x18\x64\x40\xa7",
            b"",
        ]),
        bytes in prop::collection::vec(any::<u8>(), 0..300),
        step in 1..40_usize,
    ) {
        let bytes = [magic, &bytes].concat();
        let read = TrickleRead::new(Cursor::new(bytes), step);
        if let Ok((_, read)) = decompress(Box::new(read)) {
            // Not more than a chunk: a few bytes may stand for very many.
            let _ = ChunkReader::new(read, 1 << 16).next_into(&mut Vec::new());
        }
    }
}

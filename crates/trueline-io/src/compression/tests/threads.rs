//! Other threads change nothing but the time it takes.

use super::*;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

use trueline_testkit::fault::FailingRead;

use super::super::ahead::Buffer;
use super::super::parallel::Parallel;

fn sizes(start: u64, buffer: usize, piece: usize) -> Sizes {
    Sizes { start, buffer, piece }
}

fn with(threads: usize, sizes: Sizes) -> DecompressOptions {
    DecompressOptions { threads, sizes, ..DecompressOptions::default() }
}

/// Early and late, in small pieces and large ones.
fn ways() -> [DecompressOptions; 5] {
    [
        with(2, sizes(0, 1000, 1)),
        with(2, sizes(300, 7, 1)),
        with(5, sizes(1, 70_000, 2000)),
        with(3, sizes(0, 1 << 20, 200_000)),
        with(2, Sizes::default()),
    ]
}

#[track_caller]
fn same(packed: &[u8], step: usize, name: &str) {
    let serial = read_by(packed, step, 10_000);
    for options in ways() {
        let (text, result) = read_with(packed, step, 10_000, &options);
        assert_eq!(result, serial.1, "{name}: {options:?}");
        assert!(text == serial.0, "{name}: {} bytes, {options:?}", text.len());
    }
}

#[test]
fn whole_streams_are_the_same() {
    for (extension, pack) in pack::ALL {
        let long = noise(300_000);
        let parts: Vec<u8> = long.chunks(9000).flat_map(pack).collect();
        for packed in
            [pack(b""), pack(&long), parts, [pack(b""), pack(b"x"), pack(b""), pack(&long)].concat()]
        {
            same(&packed, 1 << 20, extension);
            same(&packed, 777, extension);
        }
    }
}

#[test]
fn streams_cut_anywhere_are_the_same() {
    for (extension, pack) in pack::ALL {
        let packed = [pack(b"a,b\n"), pack(b"1,2\n"), pack(b""), pack(b"3,4\n")].concat();
        for cut in 0..packed.len() {
            same(&packed[..cut], 50, &format!("{extension} cut at {cut}"));
        }
    }
}

#[test]
fn damaged_streams_are_the_same() {
    for (extension, pack) in pack::ALL {
        let packed: Vec<u8> = noise(60_000).chunks(9000).flat_map(pack).collect();
        for nth in 0..40 {
            let mut damaged = packed.clone();
            let at = packed.len() * nth / 40 + nth % 7;
            damaged[at] ^= 1 << (nth % 8);
            same(&damaged, 10_000, &format!("{extension} damaged at {at}"));
        }
        for behind in [&b"more"[..], &[0; 9], &pack(b"x")[..9], &gzip(b"x")] {
            same(&[&packed[..], behind].concat(), 10_000, extension);
        }
    }
}

#[test]
fn wrong_checksums_are_found_where_the_reader_verifies_them() {
    let long = noise(100_000);
    let texts: [&[u8]; 7] = [b"", b"x", &long, b"", &long[..5000], b"y", b""];
    for wrong in 0..texts.len() {
        let mut packed = Vec::new();
        for (nth, text) in texts.iter().enumerate() {
            packed.extend(zstd(text));
            if nth == wrong {
                *packed.last_mut().unwrap() ^= 1;
            }
        }
        let before: usize = texts[..=wrong].iter().map(|text| text.len()).sum();
        let (text, result) = read_with(&packed, 1000, 10_000, &with(2, Sizes::default()));
        assert_eq!(text.len(), before, "frame {wrong}");
        let message = result.unwrap_err();
        assert!(message.contains(&format!("in zstd frame {}, at byte ", wrong + 1)), "{message}");
        assert!(message.contains(&format!("(byte {before} decompressed)")), "{message}");
        assert!(message.contains("doesn't match checksum"), "{message}");
        same(&packed, 1000, &format!("checksum of frame {wrong}"));
        // An earlier wrong checksum is told before damage that follows.
        packed.truncate(packed.len() - 1);
        same(&[&packed[..], b"more"].concat(), 1000, &format!("checksum of frame {wrong}, and a cut"));
    }
    // Frames of one byte each: more marks than bytes in a buffer.
    let short: Vec<u8> = long[..3000].chunks(1).flat_map(zstd).collect();
    same(&short, 1000, "short frames");
}

#[test]
fn sizes_that_lie_are_not_believed() {
    let blocks = || noise(30_000).chunks(3000).map(bgzf_block).collect::<Vec<_>>();
    for (at, bits) in [(16, 1), (16, 0x80), (17, 1), (10, 1), (12, 1), (14, 2)] {
        let mut blocks = blocks();
        blocks[4][at] ^= bits;
        same(&blocks.concat(), 1 << 20, &format!("byte {at} of a header"));
    }
    let mut blocks = blocks();
    let end = blocks[4].len();
    for length in [0_u32, 1, 2999, 3001, 65_536, 65_537, u32::MAX] {
        blocks[4][end - 4..].copy_from_slice(&length.to_le_bytes());
        same(&blocks.concat(), 1 << 20, "a length");
    }
    // Members of other kinds between, and then blocks again.
    let mixed =
        [blocks[0].clone(), blocks[1].clone(), gzip(b"plain"), gzip_with_everything(b"x"), blocks[2].clone()];
    same(&mixed.concat(), 1 << 20, "mixed");
    // Frames that say they have more, less or nothing known.
    let frames = [pack::zstd_single(b"abc"), zstd(b"def"), pack::zstd_single(&noise(5000))];
    for at in 4..8 {
        let mut frames = frames.clone();
        frames[2][at] ^= 1;
        same(&frames.concat(), 1 << 20, &format!("byte {at} of a frame"));
    }
}

#[test]
fn reads_that_fail_are_the_same() {
    let text = noise(40_000);
    for (extension, pack) in pack::ALL {
        let packed: Vec<u8> = text.chunks(9000).flat_map(pack).collect();
        for nth in 1..packed.len() as u64 / 2000 + 3 {
            let read = |options: &DecompressOptions| {
                let bytes = TrickleRead::new(Cursor::new(packed.clone()), 2000);
                let mut read = Decompressed::with_options(Box::new(FailingRead::new(bytes, nth)), options)
                    .map_err(|error| error.to_string())?;
                let mut text = Vec::new();
                let result = read.read_to_end(&mut text).map_err(|error| Error::read(0, error).to_string());
                Ok::<_, String>((text, result))
            };
            let serial = read(&DecompressOptions::default());
            for options in ways() {
                let found = read(&options);
                let ends = |read: &Result<(Vec<u8>, Result<usize, String>), String>| {
                    read.as_ref().map(|(text, result)| (text.len(), result.clone())).map_err(Clone::clone)
                };
                assert_eq!(ends(&found), ends(&serial), "{extension} call {nth} {options:?}");
                assert!(found == serial, "{extension} call {nth} {options:?}");
            }
        }
    }
}

/// Whether it was dropped, and who read it.
struct Watched {
    bytes: Cursor<Vec<u8>>,
    readers: std::sync::mpsc::Sender<ThreadId>,
    is_dropped: Arc<AtomicBool>,
}

impl Read for Watched {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let _ = self.readers.send(thread::current().id());
        self.bytes.read(buffer)
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.is_dropped.store(true, Ordering::SeqCst);
    }
}

fn watched(bytes: Vec<u8>) -> (Box<Watched>, Receiver<ThreadId>, Arc<AtomicBool>) {
    let (readers, seen) = channel();
    let is_dropped = Arc::new(AtomicBool::new(false));
    (
        Box::new(Watched { bytes: Cursor::new(bytes), readers, is_dropped: Arc::clone(&is_dropped) }),
        seen,
        is_dropped,
    )
}

#[test]
fn little_is_read_without_a_thread() {
    for (_, pack) in pack::ALL {
        let (read, seen, _) = watched(pack(&noise(900_000)));
        let mut read = Decompressed::with_options(read, &with(4, Sizes::default())).unwrap();
        assert_eq!(read.read_to_end(&mut Vec::new()).unwrap(), 900_000);
        drop(read);
        assert!(seen.iter().all(|reader| reader == thread::current().id()));
    }
    let (read, seen, _) = watched(gzip(&noise(2_000_000)));
    let mut read = Decompressed::with_options(read, &with(4, Sizes::default())).unwrap();
    read.read_to_end(&mut Vec::new()).unwrap();
    drop(read);
    assert!(seen.iter().any(|reader| reader != thread::current().id()));
}

#[test]
fn who_drops_the_reader_stops_the_threads() {
    for (_, pack) in pack::ALL {
        for options in ways() {
            for bytes in [0, 1, 5000, 100_000] {
                let packed: Vec<u8> = noise(1_200_000).chunks(50_000).flat_map(pack).collect();
                let (read, _, is_dropped) = watched(packed);
                let mut read = Decompressed::with_options(read, &options).unwrap();
                read.read_exact(&mut vec![0; bytes]).unwrap();
                drop(read);
                assert!(is_dropped.load(Ordering::SeqCst));
            }
        }
    }
}

/// Gives what was packed, and then nothing until it is let go.
struct Blocking {
    bytes: Cursor<Vec<u8>>,
    go: Receiver<()>,
    _watched: Box<Watched>,
}

impl Read for Blocking {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.bytes.read(buffer)?;
        if bytes == 0 {
            let _ = self.go.recv();
        }
        Ok(bytes)
    }
}

#[test]
fn a_source_that_blocks_keeps_nobody_waiting() {
    let (go, blocked) = channel();
    let (watched, _, is_dropped) = watched(Vec::new());
    let read = Blocking { bytes: Cursor::new(gzip(&noise(3_000_000))), go: blocked, _watched: watched };
    let mut read = Decompressed::with_options(Box::new(read), &with(2, sizes(0, 1 << 20, 1))).unwrap();
    read.read_exact(&mut vec![0; 2_000_000]).unwrap();
    // The thread is at the end of what there is, and waits for more.
    thread::sleep(Duration::from_millis(50));
    let started = Instant::now();
    drop(read);
    assert!(started.elapsed() < Duration::from_secs(20));
    assert!(!is_dropped.load(Ordering::SeqCst));
    go.send(()).unwrap();
    while !is_dropped.load(Ordering::SeqCst) {
        assert!(started.elapsed() < Duration::from_secs(60), "the thread goes on for ever");
        thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn a_panic_on_the_thread_is_one_here() {
    struct Panics(usize);
    impl Read for Panics {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            assert!(self.0 > 0, "the source is broken");
            self.0 -= 1;
            buffer[0] = gzip(&noise(1000))[499 - self.0];
            Ok(1)
        }
    }
    for options in [with(2, sizes(0, 50, 1)), with(2, sizes(100, 5, 1))] {
        let mut read = Decompressed::with_options(Box::new(Panics(500)), &options).unwrap();
        let panicked =
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| read.read_to_end(&mut Vec::new())));
        let message = panicked.unwrap_err().downcast_ref::<&str>().copied().map(str::to_owned);
        assert_eq!(message.as_deref(), Some("the source is broken"));
        assert!(read.read(&mut [0]).is_err());
    }
}

/// How many bytes several threads make of a stream before one goes on alone.
fn apart(packed: Vec<u8>, piece_bytes: usize) -> Option<(u64, Vec<u8>)> {
    let compression = magic::compression(&packed);
    let packed = Compressed::new(compression, &[], Box::new(Cursor::new(packed)));
    let mut stream = Stream::new(packed, decoder(compression).unwrap(), Limits::default());
    let mut parallel = Parallel::start(&mut stream.compressed, 3, piece_bytes)?;
    let (mut text, mut buffer) = (Vec::new(), Buffer::default());
    while parallel.fill(&mut stream, &mut buffer) {
        text.extend_from_slice(&buffer.bytes[..buffer.filled]);
    }
    let apart = text.len() as u64;
    stream.read_to_end(&mut text).unwrap();
    Some((apart, text))
}

#[test]
fn streams_are_cut_where_they_can_be() {
    let text = noise(1_000_000);
    for pack in [bgzf_block as Pack, zstd, pack::zstd_single] {
        let packed: Vec<u8> = text.chunks(40_000).flat_map(pack).collect();
        for piece_bytes in [1, 100_000, 1 << 20] {
            let (apart, found) = apart(packed.clone(), piece_bytes).unwrap();
            assert!(apart == 1_000_000 && found == text);
        }
    }
    let members: Vec<u8> = text.chunks(40_000).flat_map(gzip).collect();
    assert!(apart(members, 1).is_none());
    // Skippable frames before each, as pzstd has them.
    let skippable = [0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4];
    let frames: Vec<u8> =
        text.chunks(40_000).flat_map(|text| [&skippable[..], &zstd(text)].concat()).collect();
    assert_eq!(apart(frames, 1).unwrap().0, 1_000_000);
    // One frame of more than a piece may have.
    assert!(apart(zstd(&vec![b'x'; 40 << 20]), 1).is_none());
    // Blocks, and then something else: what is whole is done apart.
    let blocks: Vec<u8> = text.chunks(40_000).flat_map(bgzf_block).collect();
    let (apart, found) = apart([&blocks[..], &gzip(b"end")].concat(), 100_000).unwrap();
    assert!(apart == 1_000_000 && found == [&text[..], b"end"].concat());
}

//! How fast records come out of a file: reading, finding where to cut, and the positions of all fields; nothing else.
//!
//! For one thread (in sequence) and for several, and for some chunk sizes; the best and the median of some passes. Every
//! pass must find the same numbers of records and line ends, so that a wrong answer cannot look fast.
//!
//!     cargo run --release -p trueline-io --example feed -- FILE [threads [passes [KiB per chunk]]]

#![allow(clippy::print_stdout, reason = "it is what this program is for")]

use std::error::Error;
use std::time::{Duration, Instant};

use trueline_io::csv::{CsvInput, CsvOptions};
use trueline_io::text::{Failure, Span, Spent};
use trueline_io::{FileSource, Source};
use trueline_tokenizer::{Dialect, Indexer, Positions, count_line_ends};

/// Records and line ends.
type Counts = (u64, u64);

/// Indexes a span; gives the counts and what is left.
fn index(span: Span, indexer: &mut Indexer, positions: &mut Positions, counts: &mut Counts) -> Spent {
    let (mut at, mut previous) = (span.range.start, span.previous);
    while at < span.range.end {
        let rest = &span.buffer[at..span.range.end];
        let consumed = indexer.index(rest, span.is_last, positions);
        if consumed == 0 {
            break;
        }
        let bytes = &rest[..consumed];
        counts.0 += positions.len() as u64;
        counts.1 += positions.line_ends().unwrap_or_else(|| count_line_ends(bytes, previous));
        previous = bytes.last().copied();
        at += consumed;
    }
    Spent { buffer: span.buffer, rest: at..span.range.end }
}

fn open(path: &str, chunk_bytes: usize) -> Result<CsvInput, Box<dyn Error>> {
    let source = FileSource::new(path);
    let mut options = CsvOptions::default();
    options.chunk_bytes = chunk_bytes;
    let failed = |failure: Failure| failure.message;
    let input = CsvInput::open(source.open()?, &Dialect::default(), options).map_err(failed)?;
    Ok(input.read_at(source.open_at()?))
}

fn alone(input: CsvInput) -> Counts {
    let (mut indexer, mut positions) = (Indexer::new(&Dialect::default()), Positions::new());
    let mut sequence = input.into_sequence();
    let (mut spent, mut counts) = (Spent::default(), (0, 0));
    while let Some(span) = sequence.next(spent) {
        assert!(span.failure.is_none());
        spent = index(span, &mut indexer, &mut positions, &mut counts);
    }
    counts
}

fn together(input: CsvInput, threads: usize) -> Counts {
    let chunks = input.into_chunks();
    let work = || {
        let (mut indexer, mut positions) = (Indexer::new(&Dialect::default()), Positions::new());
        let (mut buffer, mut counts) = (Vec::new(), (0, 0));
        while let Some(span) = chunks.claim(buffer).and_then(|mut claim| {
            chunks.survey(&mut claim);
            chunks.resolve(claim, None)
        }) {
            assert!(span.failure.is_none());
            buffer = index(span, &mut indexer, &mut positions, &mut counts).buffer;
        }
        counts
    };
    std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mine = work();
        let all = others.into_iter().map(|other| other.join().unwrap_or_default());
        all.fold(mine, |sum, counts| (sum.0 + counts.0, sum.1 + counts.1))
    })
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or("name a file")?;
    let threads: usize = arguments.next().map_or(Ok(2), |text| text.parse())?;
    let passes: usize = arguments.next().map_or(Ok(9), |text| text.parse())?;
    let chunks: Vec<usize> = arguments
        .next()
        .map_or(Ok(vec![128, 256, 512, 1024, 2048]), |kib| kib.parse().map(|kib| vec![kib]))?;
    let bytes = std::fs::metadata(&path)?.len();
    let mut expected = None;
    println!("{:<10}{:>12}{:>12}{:>12}{:>12}", "chunk", "way", "best s", "median s", "best GB/s");
    for chunk_kib in chunks {
        for way in [0, 1, threads] {
            let mut times: Vec<Duration> = Vec::new();
            for _ in 0..passes.max(1) {
                let input = open(&path, chunk_kib << 10)?;
                let begin = Instant::now();
                let counts = if way == 0 { alone(input) } else { together(input, way) };
                times.push(begin.elapsed());
                assert_eq!(*expected.get_or_insert(counts), counts);
            }
            times.sort_unstable();
            let (best, median) = (times[0].as_secs_f64(), times[times.len() / 2].as_secs_f64());
            let name = if way == 0 { "sequence".to_owned() } else { format!("{way} threads") };
            let rate = bytes as f64 / best / 1e9;
            println!("{:<10}{name:>12}{best:>12.4}{median:>12.4}{rate:>12.2}", format!("{chunk_kib} KiB"));
        }
    }
    Ok(())
}

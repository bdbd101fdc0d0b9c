//! Compares the validation of a compressed file with bare decompression by the same library.
//!
//! `cargo run --release -p trueline-benches --bin decompress -- [ROWS] [ROUNDS] [FORMAT…]`
//!
//! Transactions (300 MB without arguments) are compressed in every supported format: gzip, blocked gzip (BGZF), zstd as one frame
//! and as frames of 8 MiB, bzip2, xz, lz4. Each round measures for each of them in turn: the library's own reader into one
//! buffer, trueline's reader on one thread and on two, the validation on one thread and on two. Files are in the page cache. It
//! prints medians, and the rate of the validation on two threads divided by that of the bare library.
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, reason = "printing is what this program is for")]

use std::fs::File;
use std::io::{BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use trueline::{FileSource, Schema, Validator, Verdict};
use trueline_io::{DecompressOptions, decompress_with};
use trueline_testkit::pack::{self, Pack};
use trueline_testkit::transactions::{Generator, schema_without_unique_yaml};

/// The library's own reader of a file.
type Bare = fn(BufReader<File>) -> Box<dyn Read>;

/// A compression, and the compressed file.
struct Form {
    name: &'static str,
    end: &'static str,
    /// The number of bytes of text in each member, stream or frame.
    part_bytes: usize,
    pack: Pack,
    bare: Bare,
    path: PathBuf,
}

const TIMED: [&str; 5] =
    ["bare", "reader, 1 thread", "reader, 2 threads", "validate, 1 thread", "validate, 2 threads"];

fn main() {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let is_test = arguments.iter().any(|argument| argument == "--test");
    arguments.retain(|argument| argument != "--test");
    let mut numbers = arguments.iter().map_while(|argument| argument.parse().ok());
    let rows = numbers.next().unwrap_or(if is_test { 30_000 } else { 4_300_000 });
    let rounds = numbers.next().unwrap_or(if is_test { 1 } else { 5 });
    let wanted: Vec<&String> = arguments.iter().filter(|argument| argument.parse::<u64>().is_err()).collect();

    let mut text = Vec::new();
    Generator::new(rows, 1).unique(false).write(&mut text).expect("written to memory");
    let folder = tempfile::tempdir().expect("a folder");
    let mut forms = forms();
    forms.retain(|form| wanted.is_empty() || wanted.iter().any(|wanted| *wanted == form.name));
    for form in &mut forms {
        form.path = folder.path().join(format!("{}.csv.{}", form.name.replace(' ', "-"), form.end));
        let mut file = File::create(&form.path).expect("a file");
        for part in text.chunks(form.part_bytes) {
            file.write_all(&(form.pack)(part)).expect("written");
        }
    }

    let mut seconds = vec![vec![Vec::new(); TIMED.len()]; forms.len()];
    for _ in 0..rounds {
        for (form, seconds) in forms.iter().zip(&mut seconds) {
            for (nth, seconds) in seconds.iter_mut().enumerate() {
                let began = Instant::now();
                match nth {
                    0 => drain((form.bare)(open(&form.path)), text.len()),
                    1 | 2 => drain(reader(&form.path, nth), text.len()),
                    _ => validate(&form.path, nth - 2, rows),
                }
                seconds.push(began.elapsed().as_secs_f64());
            }
        }
    }

    println!("{} bytes, {rows} rows, {rounds} rounds; medians in seconds", text.len());
    for (form, seconds) in forms.iter().zip(&mut seconds) {
        let medians: Vec<f64> = seconds.iter_mut().map(|seconds| median(seconds)).collect();
        let packed = std::fs::metadata(&form.path).map_or(0, |metadata| metadata.len());
        println!("\n{} ({packed} bytes)", form.name);
        for (name, median) in TIMED.iter().zip(&medians) {
            let rate = text.len() as f64 / 1e6 / median;
            println!("  {name:20} {median:8.3} s {rate:8.0} MB/s  {:5.2} of bare", medians[0] / median);
        }
    }
}

fn forms() -> Vec<Form> {
    const WHOLE: usize = usize::MAX;
    let form =
        |name, end, part_bytes, pack, bare| Form { name, end, part_bytes, pack, bare, path: PathBuf::new() };
    let gzip: Bare = |file| Box::new(flate2::bufread::MultiGzDecoder::new(file));
    let zstd: Bare = |file| Box::new(zstd::stream::read::Decoder::with_buffer(file).expect("a decoder"));
    vec![
        form("gzip", "gz", WHOLE, pack::gzip, gzip),
        form("bgzf", "gz", WHOLE, pack::bgzf, gzip),
        form("zstd", "zst", WHOLE, pack::zstd, zstd),
        form("zstd frames", "zst", 8 << 20, pack::zstd, zstd),
        form("bzip2", "bz2", WHOLE, pack::bzip2, |file| Box::new(bzip2::bufread::MultiBzDecoder::new(file))),
        form("xz", "xz", WHOLE, pack::xz, |file| {
            Box::new(liblzma::bufread::XzDecoder::new_multi_decoder(file))
        }),
        form("lz4", "lz4", WHOLE, pack::lz4, |file| Box::new(lz4_flex::frame::FrameDecoder::new(file))),
    ]
}

fn open(path: &Path) -> BufReader<File> {
    BufReader::with_capacity(128 << 10, File::open(path).expect("a file"))
}

fn reader(path: &Path, threads: usize) -> Box<dyn Read> {
    let file = Box::new(File::open(path).expect("a file"));
    let options = DecompressOptions::default().threads(threads);
    decompress_with(file, &options).expect("a compressed file").1
}

fn drain(mut read: Box<dyn Read>, expected: usize) {
    let mut buffer = vec![0; 1 << 20];
    let mut total = 0;
    loop {
        match read.read(&mut buffer).expect("good data") {
            0 => break,
            bytes => total += bytes,
        }
    }
    assert_eq!(total, expected);
}

fn validate(path: &Path, threads: usize, rows: u64) {
    let schema = Schema::from_yaml(&schema_without_unique_yaml()).expect("a schema");
    let validator = Validator::builder(schema).threads(threads).build().expect("a validator");
    let report = validator.validate(&FileSource::new(path)).expect("a report");
    assert_eq!((report.verdict, report.rows.total), (Verdict::Valid, rows));
}

fn median(seconds: &mut [f64]) -> f64 {
    seconds.sort_by(f64::total_cmp);
    seconds[seconds.len() / 2]
}

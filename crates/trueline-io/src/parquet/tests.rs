//! Files that are damaged on purpose, one byte at a time: those of headers always, all of them when asked for.
//!
//! What is asked of the reader is that nothing panics past it, hangs, ends the process or takes much memory. So the damaged
//! files are read by a child process with a limit on its memory, which the parent gives a limit of time.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use trueline_testkit::corpora::corpus;

use super::{ParquetInput, ParquetOptions};
use crate::MemorySource;
use crate::batch::Projection;
use crate::text::Failure;

/// What each byte is set to in turn.
const VALUES: [u8; 4] = [0x00, 0x7f, 0x80, 0xff];

/// The most memory that the reader may ask for beyond what the process has, whatever a small file says.
const MEMORY_BYTES: u64 = 256 << 20;

/// The longest that one file may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Files of every encoding, compression, page version and nesting.
const FILES: [&str; 14] = [
    "alltypes_dictionary",
    "alltypes_plain.snappy",
    "byte_stream_split.zstd",
    "concatenated_gzip_members",
    "data_index_bloom_encoding_stats",
    "datapage_v2.snappy",
    "delta_encoding_optional_column",
    "delta_length_byte_array",
    "fixed_length_decimal",
    "hadoop_lz4_compressed",
    "int96_from_spark",
    "nested_lists.snappy",
    "nested_maps.snappy",
    "rle-dict-snappy-checksum",
];

/// Names the file that a child reads, behind `headers` or `all`.
const CHILD: &str = "TRUELINE_SWEEP_CHILD";

/// `all` sweeps every byte of every file, not only those of headers.
const EXTENT: &str = "TRUELINE_SWEEP";

fn read(bytes: Vec<u8>) -> Result<u64, Failure> {
    let at = Arc::new(MemorySource::new("swept.parquet", bytes));
    let input = ParquetInput::open(at, ParquetOptions::default())?;
    let projection = Projection::all(input.schema());
    let mut rows = 0;
    for part in input.parts(&projection) {
        for batch in input.read(&part, &projection)? {
            rows += batch?.num_rows() as u64;
        }
    }
    Ok(rows)
}

/// Every byte that describes others: magic, footer and the headers of pages.
fn headers(bytes: &[u8]) -> Vec<Range<u64>> {
    let at = Arc::new(MemorySource::new("whole.parquet", bytes.to_vec()));
    let input = ParquetInput::open(at, ParquetOptions::default()).unwrap();
    let mut ranges = vec![0..4, input.footer..bytes.len() as u64];
    for (group, metadata) in input.metadata.row_groups().iter().enumerate() {
        for leaf in 0..metadata.num_columns() {
            let chunk = input.chunk(group, leaf).unwrap();
            let mut start = super::chunk::range(metadata.column(leaf), input.footer).unwrap().start;
            for page in chunk.dictionary.iter().chain(&chunk.pages) {
                ranges.push(start..page.start);
                start = page.range().end;
            }
        }
    }
    ranges
}

/// The most memory that the process ever had, whether it was written to or not.
fn peak_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmPeak:")).unwrap();
    line.trim().trim_end_matches("kB").trim().parse::<u64>().unwrap() * 1024
}

#[test]
#[ignore = "the parent runs it with a limit on its memory"]
fn sweep_child() {
    let Ok(task) = std::env::var(CHILD) else { return };
    let (extent, file) = task.split_once(' ').unwrap();
    let original = std::fs::read(file).unwrap();
    let rows = read(original.clone()).unwrap();
    std::panic::set_hook(Box::new(|_| {}));
    let whole = 0..original.len() as u64;
    let ranges = if extent == "all" { std::iter::once(whole).collect() } else { headers(&original) };
    let (mut cases, mut refused, mut slowest) = (0, 0, Duration::ZERO);
    let before = peak_bytes();
    for offset in ranges.into_iter().flatten() {
        for value in VALUES {
            let mut bytes = original.clone();
            bytes[usize::try_from(offset).unwrap()] = value;
            let started = Instant::now();
            let result = read(bytes);
            slowest = slowest.max(started.elapsed());
            cases += 1;
            match result {
                Ok(found) => assert_eq!(found, rows, "{file}: byte {offset} set to {value:02x}"),
                Err(_) => refused += 1,
            }
            let taken = peak_bytes() - before;
            assert!(taken <= MEMORY_BYTES, "{file}: byte {offset} set to {value:02x} took {taken} bytes");
        }
    }
    let taken = (peak_bytes() - before) >> 10;
    println!("swept {cases} cases, {refused} refused, slowest {slowest:?}, {taken} KiB more than before");
}

/// Lets a child sweep one file; what it printed.
fn sweep(file: &Path, extent: &str) -> String {
    // The shell sets the limit: room for the program, its libraries and what it may take.
    let script = "ulimit -v 1048576; exec \"$0\" \"$@\"";
    let mut child = Command::new("sh")
        .args(["-c", script])
        .arg(std::env::current_exe().unwrap())
        .args(["parquet::tests::sweep_child", "--exact", "--ignored", "--nocapture", "--test-threads", "1"])
        .env(CHILD, format!("{extent} {}", file.display()))
        // One heap, so that none is set aside for a thread without being asked for.
        .env("MALLOC_ARENA_MAX", "1")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let started = Instant::now();
    let patience = PATIENCE * if extent == "all" { 30 } else { 1 };
    while child.try_wait().unwrap().is_none() {
        if started.elapsed() > patience {
            child.kill().unwrap();
            panic!("{}: not done in {patience:?}", file.display());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let output = child.wait_with_output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{}: {}\n{out}\n{err}", file.display(), output.status);
    let line = out.lines().find_map(|line| line.split_once("swept "));
    line.unwrap_or_else(|| panic!("{out}\n{err}")).1.to_owned()
}

#[test]
#[cfg(target_os = "linux")]
fn no_byte_of_a_header_does_harm() {
    let Some(folder) = corpus("parquet-testing") else { return };
    let extent = std::env::var(EXTENT).unwrap_or_else(|_| "headers".to_owned());
    for name in FILES {
        let file: PathBuf = folder.join("data").join(format!("{name}.parquet"));
        println!("{name}: {}", sweep(&file, &extent));
    }
}

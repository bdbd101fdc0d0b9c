//! Rows written to files: refused options, messages, and that no interrupted run leaves an incomplete file.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::Stdio;
use std::time::{Duration, Instant};

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, RecordBatch};
use arrow_ipc::reader::FileReader;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::{BAD, Folder, GOOD, code, err, out};

const ROWS: [&str; 4] = ["--valid-out", "valid.csv", "--invalid-out", "invalid.csv"];

fn arguments<'a>(input: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["validate", input, "-s", "schema.yaml"], more].concat()
}

fn leftovers(folder: &Folder) -> Vec<String> {
    let names = std::fs::read_dir(folder.path(".")).expect("a folder");
    let names = names.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
    names.filter(|name| name.strip_suffix(".tmp").is_some()).collect()
}

#[test]
fn rows_go_to_their_files() {
    let folder = Folder::new();
    let output = folder.run(&arguments("bad.csv", &ROWS));
    assert_eq!(code(&output), 1, "{}", err(&output));
    let read = |name: &str| std::fs::read_to_string(folder.path(name)).expect("written");
    assert_eq!(read("valid.csv"), "id,amount,currency\nTX001,1.50,USD\n");
    assert_eq!(read("invalid.csv"), "id,amount,currency\nTX001,-2,GBP\n");
    let output = folder.run(&arguments("bad.csv", &["--sample-limit", "1", "--errors-out", "errors.csv"]));
    assert_eq!(code(&output), 1, "{}", err(&output));
    let errors = read("errors.csv");
    assert_eq!(errors.lines().count(), 4, "{errors}");
    assert!(errors.contains("bad.csv") && errors.lines().last().expect("a line").starts_with("id.unique,"));
    let output = folder.run(&arguments("bad.csv", &["--invalid-out", "reasons.csv", "--reasons", "why"]));
    assert_eq!(code(&output), 1, "{}", err(&output));
    let expected = "why,id,amount,currency\nid.unique;amount.range;currency.enum,TX001,-2,GBP\n";
    assert_eq!(read("reasons.csv"), expected);
    let mut command = folder.command(&arguments("-", &ROWS[..2]));
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().expect("started");
    child.stdin.take().expect("a pipe").write_all(GOOD.as_bytes()).expect("written");
    assert_eq!(child.wait().expect("ended").code(), Some(0));
    assert_eq!(read("valid.csv"), GOOD);
}

/// The check id, the code and the row index of every violation in a file of any format.
fn violations(path: &std::path::Path) -> Vec<(String, String, Option<u64>)> {
    let table = |batches: Vec<RecordBatch>| {
        let rows = |batch: RecordBatch| {
            let row = |row: usize| {
                let text = |column: usize| batch.column(column).as_string::<i32>().value(row).to_owned();
                let index = batch.column_by_name("row_index").expect("a column").as_primitive::<Int64Type>();
                let index = index.is_valid(row).then(|| u64::try_from(index.value(row)).expect("a row"));
                (text(0), text(1), index)
            };
            (0..batch.num_rows()).map(row).collect::<Vec<_>>()
        };
        batches.into_iter().flat_map(rows).collect()
    };
    let open = || std::fs::File::open(path).expect("a file");
    match path.extension().and_then(|extension| extension.to_str()).expect("a name") {
        "parquet" => {
            let reader = ParquetRecordBatchReaderBuilder::try_new(open()).expect("a footer");
            table(reader.build().expect("a reader").map(|batch| batch.expect("a batch")).collect())
        }
        "arrow" => {
            let reader = FileReader::try_new(open(), None).expect("a footer");
            table(reader.map(|batch| batch.expect("a batch")).collect())
        }
        "jsonl" => {
            let text = std::fs::read_to_string(path).expect("text");
            let line = |line: &str| {
                let value: serde_json::Value = serde_json::from_str(line).expect("json");
                let text = |name: &str| value[name].as_str().expect("text").to_owned();
                (text("check_id"), text("code"), value["row_index"].as_u64())
            };
            text.lines().map(line).collect()
        }
        _ => {
            let text = std::fs::read_to_string(path).expect("text");
            let line = |line: &str| {
                let cells: Vec<&str> = line.split(',').collect();
                (cells[0].to_owned(), cells[1].to_owned(), cells[5].parse().ok())
            };
            text.lines().skip(1).map(line).collect()
        }
    }
}

#[test]
fn files_of_violations_in_every_format_are_complete() {
    if !cfg!(all(feature = "parquet", feature = "arrow-ipc")) {
        return println!("skipped: files of violations: built without Parquet or Arrow IPC");
    }
    let folder = Folder::new();
    let mut text = String::from("id,amount,currency\n");
    (0..5_000).for_each(|row| writeln!(text, "TX{:03},-{row},USD", row % 1000).expect("memory"));
    folder.write("many.csv", text.as_bytes());
    let mut found = Vec::new();
    for name in ["errors.csv", "errors.jsonl", "errors.parquet", "errors.arrow"] {
        let output = folder.run(&arguments("many.csv", &["--sample-limit", "1", "--errors-out", name]));
        assert_eq!(code(&output), 1, "{name}: {}", err(&output));
        found.push(violations(&folder.path(name)));
    }
    // All amounts, and all repeated ids.
    assert_eq!(found[0].len(), 5_000 + 4_000);
    assert_eq!(found[0][0], ("amount.range".to_owned(), "range.below_minimum".to_owned(), Some(0)));
    assert_eq!(found[0][5_000], ("id.unique".to_owned(), "unique.duplicate".to_owned(), Some(1000)));
    assert!(found.iter().all(|violations| *violations == found[0]));
    assert!(leftovers(&folder).is_empty());
}

#[test]
fn impossible_outputs_are_usage_errors() {
    let folder = Folder::new();
    folder.write("other.csv", GOOD.as_bytes());
    std::fs::create_dir(folder.path("sub")).expect("a folder");
    for (more, expected) in [
        (&["--errors-out", "good.csv"][..], "--errors-out would replace an input"),
        (&["--valid-out", "-"], "--valid-out - is standard output"),
        (&["--invalid-out", "/dev/stdout"], "is standard output"),
        (&["--valid-out", "good.csv"], "--valid-out would replace an input"),
        (&["--valid-out", "sub/../good.csv"], "--valid-out would replace an input"),
        (&["other.csv", "--invalid-out", "other.csv"], "--invalid-out would replace an input"),
        (&["--valid-out", "schema.yaml"], "--valid-out would replace the schema"),
        (&["--valid-out", "new.csv", "--invalid-out", "./new.csv"], "replace the file of --valid-out"),
        (&["--report", "r.json", "--invalid-out", "r.json"], "replace the file of --report"),
        (&["--valid-out", "rows.parquet"], "rows.parquet"),
        (&["--errors-out", "errors.html"], "errors.html"),
        (&["--errors-out", "-"], "--errors-out - is standard output"),
        (&["--errors-out", "e.csv", "--valid-out", "e.csv"], "replace the file of --valid-out"),
        (&["--valid-out", "v.csv", "--format", "parquet"], "ends in .parquet, .arrow or .arrows"),
        (&["--raw-cells"], "--errors-out"),
        (&["--errors-out", "e.jsonl", "--raw-cells"], "must be CSV where cells are to be raw"),
        (&["--reasons", "why"], "--invalid-out"),
    ] {
        let output = folder.run(&arguments("good.csv", more));
        assert_eq!(code(&output), 2, "{more:?}: {}", err(&output));
        assert!(err(&output).contains(expected), "{more:?}: {}", err(&output));
        assert!(out(&output).is_empty());
    }
    assert_eq!(std::fs::read_to_string(folder.path("good.csv")).expect("there"), GOOD);
    assert!(leftovers(&folder).is_empty());
}

#[test]
fn failed_outputs_are_reported_and_leave_no_files() {
    let folder = Folder::new();
    let mut large = String::from("id,amount,currency\n");
    (0..20_000).for_each(|row| writeln!(large, "TX{:03},1.5,USD", row % 1000).expect("memory"));
    folder.write("large.csv", large.as_bytes());
    if std::path::Path::new("/dev/full").exists() {
        let output = folder.run(&arguments("good.csv", &["--valid-out", "/dev/full"]));
        assert_eq!(code(&output), 3);
        assert!(err(&output).contains("/dev/full` could not be written"), "{}", err(&output));
    } else {
        println!("skipped: full device: there is no /dev/full here");
    }
    // A file size limit of 8 KiB.
    let script = "trap '' XFSZ; ulimit -f 16; exec \"$0\" \"$@\"";
    let mut command = std::process::Command::new("sh");
    command.current_dir(folder.path(".")).args(["-c", script, env!("CARGO_BIN_EXE_trueline")]);
    let output = command.args(arguments("large.csv", &ROWS)).output();
    match output {
        Ok(output) => {
            assert_eq!(code(&output), 3, "{}", err(&output));
            assert!(err(&output).contains("could not be written"), "{}", err(&output));
        }
        Err(error) => println!("skipped: full disk: no shell: {error}"),
    }
    assert!(leftovers(&folder).is_empty());
    assert!(!folder.path("valid.csv").exists() && !folder.path("invalid.csv").exists());
}

#[test]
fn an_unreadable_input_leaves_existing_files_unchanged() {
    let folder = Folder::new();
    folder.write("valid.csv", b"old");
    folder.write("cut.csv.gz", b"\x1f\x8b\x08\x00");
    let output = folder.run(&arguments("cut.csv.gz", &ROWS));
    assert_eq!(code(&output), 3);
    let expected =
        "note: --valid-out and --invalid-out were not written: the input could not be read to its end";
    assert!(err(&output).contains(expected), "{}", err(&output));
    assert_eq!(std::fs::read(folder.path("valid.csv")).expect("there"), b"old");
    assert!(!folder.path("invalid.csv").exists());
    assert!(leftovers(&folder).is_empty());
}

#[cfg(unix)]
#[test]
fn a_signal_leaves_no_temporary_file() {
    let folder = Folder::new();
    for (signal, times, expected) in [("INT", 1, 130), ("TERM", 1, 143), ("INT", 3, 130)] {
        // The read is blocked, so no destructor runs when the process ends.
        let mut command = folder.command(&arguments("-", &ROWS));
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("started");
        let mut pipe = child.stdin.take().expect("a pipe");
        pipe.write_all(BAD.as_bytes()).expect("written");
        let started = Instant::now();
        while leftovers(&folder).len() < 2 && started.elapsed() < Duration::from_secs(10) {
            std::thread::sleep(Duration::from_millis(5));
        }
        assert_eq!(leftovers(&folder).len(), 2);
        for _ in 0..times {
            let mut kill = std::process::Command::new("kill");
            kill.arg(format!("-{signal}")).arg(child.id().to_string());
            assert!(kill.status().expect("kill").success());
        }
        assert_eq!(child.wait().expect("ended").code(), Some(expected), "{signal}");
        assert!(leftovers(&folder).is_empty(), "{signal}: {:?}", leftovers(&folder));
        assert!(!folder.path("valid.csv").exists());
    }
}

/// A pseudorandom number generator with a different seed in each run.
struct Random(u64);

impl Random {
    fn new() -> Self {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
        Self(now.as_secs() ^ u64::from(now.subsec_nanos()) << 20)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end.max(1)
    }
}

/// The number of kills is `TRUELINE_KILLS`, by default 24.
#[cfg(unix)]
#[test]
fn a_killed_process_leaves_each_file_complete_or_unchanged() {
    let kills = std::env::var("TRUELINE_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(24_u64);
    let folder = Folder::new();
    let mut text = String::from("id,amount,currency\n");
    for row in 0..60_000 {
        let amount = if row % 7 == 0 { "-1" } else { "12.50" };
        writeln!(text, "TX{:03},{amount},USD", row % 1000).expect("memory");
    }
    folder.write("large.csv", text.as_bytes());
    folder.write("plain.yaml", crate::SCHEMA.replace(", unique: true", "").as_bytes());
    let mut random = Random::new();
    let (mut whole, mut untouched) = (0, 0);
    for schema in ["plain.yaml", "schema.yaml"] {
        let arguments =
            [&["validate", "large.csv", "-s", schema, "--threads", "2", "--chunk-size", "64K"], &ROWS[..]];
        let arguments = arguments.concat();
        let started = Instant::now();
        assert_eq!(code(&folder.run(&arguments)), 1);
        let whole_run = started.elapsed();
        let [valid, invalid] = ["valid.csv", "invalid.csv"].map(|name| folder.path(name));
        let expected = [&valid, &invalid].map(|path| std::fs::read(path).expect("written"));
        for kill in 0..kills / 2 {
            for path in [&valid, &invalid] {
                std::fs::remove_file(path).expect("removed");
                if kill % 2 == 0 {
                    std::fs::write(path, b"old").expect("written");
                }
            }
            let mut command = folder.command(&arguments);
            let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("started");
            let end = u64::try_from(whole_run.as_micros()).expect("short") * 11 / 10;
            std::thread::sleep(Duration::from_micros(random.below(end)));
            let _ = child.kill();
            child.wait().expect("ended");
            for (path, expected) in [&valid, &invalid].into_iter().zip(&expected) {
                let old = (kill % 2 == 0).then(|| b"old".to_vec());
                let found = std::fs::read(path).ok();
                if found == old {
                    untouched += 1;
                    std::fs::write(path, expected).expect("written");
                } else {
                    whole += 1;
                    assert!(found.as_deref() == Some(expected), "kill {kill}: {} is cut", path.display());
                }
            }
            for name in leftovers(&folder) {
                std::fs::remove_file(folder.path(&name)).expect("removed");
            }
        }
    }
    println!("{kills} kills: {whole} files whole, {untouched} as they were");
}

#[cfg(target_os = "linux")]
#[test]
fn the_file_of_standard_output_is_never_replaced() {
    let folder = Folder::new();
    for option in ["--valid-out", "--report"] {
        let name = if option == "--report" { "out.json" } else { "out.csv" };
        let stream = std::fs::File::create(folder.path(name)).expect("a file");
        let mut command = folder.command(&arguments("bad.csv", &[option, name]));
        let output = command.stdout(stream).output().expect("started");
        assert_eq!(code(&output), 2, "{}", err(&output));
        assert!(err(&output).contains("would replace the file of standard output"), "{}", err(&output));
    }
}

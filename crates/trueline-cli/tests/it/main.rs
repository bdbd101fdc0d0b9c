//! Tests of the command: its output and its exit codes.

#[cfg(all(feature = "parquet", feature = "arrow-ipc"))]
mod batches;
mod cache;
mod mistakes;
mod network;
mod outputs;
mod schemas;
mod states;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

pub(crate) const SCHEMA: &str = "name: payments
fields:
  - {name: id, type: string, required: true, unique: true, pattern: '^TX\\d{3}$', min_length: 5, max_length: 5}
  - {name: amount, type: float64, required: true, minimum: 0.01, exclusive_maximum: 1000}
  - {name: currency, type: string, optional: true, enum: [USD, EUR], not_in: [XXX], sensitive: false}
checks:
  - {check: row_count, min: 1, severity: error}
  - {check: length, column: id, max_length: 9, tolerance: 0, message: long}
extra_columns: allow
column_order: any
null_values: ['']
csv: {delimiter: ',', quoting: strict, skip_lines: 0}
";
pub(crate) const GOOD: &str = "id,amount,currency\nTX001,1.50,USD\nTX002,2,\n";
pub(crate) const BAD: &str = "id,amount,currency\nTX001,1.50,USD\nTX001,-2,GBP\n";

pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        let folder = Self(TempDir::new().expect("a folder"));
        folder.write("schema.yaml", SCHEMA.as_bytes());
        folder.write("good.csv", GOOD.as_bytes());
        folder.write("bad.csv", BAD.as_bytes());
        folder
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.path(name), bytes).expect("written");
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_trueline"));
        command.current_dir(self.0.path()).args(arguments).stdin(Stdio::null());
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("TRUELINE_")) {
            command.env_remove(name);
        }
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("started")
    }
}

pub(crate) fn code(output: &Output) -> i32 {
    output.status.code().expect("an exit code")
}

pub(crate) fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("utf-8")
}

pub(crate) fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("utf-8")
}

#[test]
fn the_exit_code_is_that_of_the_verdict() {
    let folder = Folder::new();
    for (input, expected) in [("good.csv", 0), ("bad.csv", 1), ("missing.csv", 3), (".", 3)] {
        let output = folder.run(&["validate", input, "--schema", "schema.yaml"]);
        assert_eq!(code(&output), expected, "{input}: {}{}", out(&output), err(&output));
        assert!(!out(&output).is_empty());
    }
    folder.write("empty.csv", b"");
    assert_eq!(code(&folder.run(&["validate", "empty.csv", "-s", "schema.yaml"])), 1);
    folder.write("cut.csv.gz", b"\x1f\x8b\x08\x00");
    let output = folder.run(&["validate", "cut.csv.gz", "-s", "schema.yaml"]);
    assert_eq!(code(&output), 3);
    assert!(out(&output).contains("cut"), "{}", out(&output));
}

#[test]
fn a_pattern_or_a_folder_is_one_table() {
    let folder = Folder::new();
    std::fs::create_dir(folder.path("data")).expect("a folder");
    folder.write("data/2.csv", b"id,amount\nTX002,1\n");
    folder.write("data/1.csv", b"id,amount\nTX001,1\n");
    folder.write("data/_SUCCESS", b"");
    folder.write("data/notes.txt", b"no table");
    let names = |arguments: &[&str]| {
        let arguments = [&["validate", "-s", "schema.yaml", "--output", "json"], arguments].concat();
        let output = folder.run(&arguments);
        let report: serde_json::Value = serde_json::from_str(&out(&output)).expect("json");
        let names = report["inputs"].as_array().expect("inputs").iter();
        let names: Vec<String> =
            names.map(|input| input["name"].as_str().expect("a name").to_owned()).collect();
        (code(&output), names, report["error"]["message"].as_str().map(str::to_owned))
    };
    let both = vec!["data/1.csv".to_owned(), "data/2.csv".to_owned()];
    assert_eq!(names(&["data/*.csv"]), (0, both.clone(), None));
    std::fs::remove_file(folder.path("data/notes.txt")).expect("removed");
    assert_eq!(names(&["data/"]), (0, both, None));
    folder.write("data/3.csv", b"id,amount\nTX001,1\n");
    let (exit, inputs, _) = names(&["data/**"]);
    assert_eq!(
        (exit, inputs.len()),
        (1, 4),
        "a key that is there twice, and _SUCCESS, which the pattern names"
    );
    let (exit, inputs, error) = names(&["good.csv", "data/*.parquet", "bad.csv"]);
    assert_eq!((exit, inputs), (3, vec!["good.csv".to_owned(), "data/*.parquet".to_owned()]));
    assert_eq!(error.as_deref(), Some("`data/*.parquet` matches no file"));
    let output = folder.run(&["validate", "da*/*.csv", "-s", "schema.yaml", "--report", "data/1.json"]);
    assert_eq!(code(&output), 1);
    std::fs::write(folder.path("data/4.txt"), "id,amount\nTX004,1\n").expect("written");
    let output = folder.run(&["validate", "data/*.txt", "-s", "schema.yaml", "--report", "data/4.txt"]);
    assert_eq!((code(&output), err(&output).contains("would replace an input, data/4.txt")), (2, true));
}

#[test]
fn usage_errors_have_exit_code_two_and_a_hint() {
    let folder = Folder::new();
    for (arguments, expected) in [
        (&["validate", "good.csv"][..], "--schema"),
        (&["validate", "--schema", "schema.yaml"], "INPUT"),
        (&["validate", "good.csv", "-s", "schema.yaml", "--shema", "x"], "--shema"),
        (&["validate", "good.csv", "-s", "schema.yaml", "--threads", "0"], "threads"),
        (
            &["validate", "good.csv", "-s", "schema.yaml", "--chunk-size", "much"],
            "expected a number of bytes",
        ),
        (&["validate", "good.csv", "-s", "schema.yaml", "--output", "xml"], "xml"),
        (
            &["validate", "good.csv", "-s", "schema.yaml", "--report", "report.pdf"],
            ".txt, .json, .jsonl, .xml, .sarif, .md or .html",
        ),
        (
            &["validate", "good.csv", "-s", "schema.yaml", "--report", "a.md", "--report", "./a.md"],
            "named twice",
        ),
        (&["validate", "good.csv", "-s", "missing.yaml"], "missing.yaml"),
        (&["validate", "good.csv", "-s", "good.csv"], ".yaml, .yml, .json or .toml"),
        (&["schema", "check", "missing.toml"], "missing.toml"),
        (&["frobnicate"], "frobnicate"),
    ] {
        let output = folder.run(arguments);
        assert_eq!(code(&output), 2, "{arguments:?}: {}", err(&output));
        assert!(err(&output).contains(expected), "{arguments:?}: {}", err(&output));
        assert!(out(&output).is_empty(), "{arguments:?}");
    }
}

#[test]
fn help_and_version_are_printed() {
    let folder = Folder::new();
    for arguments in
        [&["--help"][..], &["validate", "--help"], &["schema", "check", "--help"], &["--version"]]
    {
        let output = folder.run(arguments);
        assert_eq!(code(&output), 0);
        assert!(!out(&output).is_empty());
    }
    assert!(out(&folder.run(&["validate", "--help"])).contains("Exit codes"));
    let completions = folder.run(&["completions", "bash"]);
    assert_eq!(code(&completions), 0);
    assert!(out(&completions).contains("trueline"));
}

#[test]
fn reports_go_to_standard_output_and_to_files() {
    let folder = Folder::new();
    let output =
        folder.run(&["validate", "bad.csv", "-s", "schema.yaml", "-o", "json", "--report", "report.txt"]);
    let report: serde_json::Value = serde_json::from_str(&out(&output)).expect("json");
    assert_eq!(report["verdict"], "invalid");
    assert_eq!(report["rows"]["invalid"], 1);
    assert!(std::fs::read_to_string(folder.path("report.txt")).expect("written").contains("id.unique"));
    let output = folder.run(&["validate", "bad.csv", "-s", "schema.yaml", "-o", "jsonl"]);
    let lines: Vec<serde_json::Value> =
        out(&output).lines().map(|line| serde_json::from_str(line).expect("json")).collect();
    assert_eq!(lines.len(), 4);
}

/// Report formats: the name, the extension of files, and the start of a report.
const FORMATS: &[(&str, &str, &str)] = &[
    ("text", "txt", "INVALID"),
    ("json", "json", "{\n  \"report_version\": 1"),
    ("jsonl", "jsonl", "{\"type\":\"report\""),
    ("junit", "xml", "<?xml version"),
    ("sarif", "sarif", "{\n  \"$schema\": "),
    ("github", "", "::error file=bad.csv,line="),
    ("markdown", "md", "## ❌ Invalid: `payments`"),
    ("html", "html", "<!DOCTYPE html>"),
];

#[test]
fn every_format_can_be_printed_and_written() {
    let folder = Folder::new();
    let mut arguments = vec!["validate", "bad.csv", "-s", "schema.yaml"];
    let files: Vec<String> = FORMATS
        .iter()
        .filter(|(_, extension, _)| !extension.is_empty())
        .map(|(_, extension, _)| format!("report.{extension}"))
        .collect();
    for file in &files {
        arguments.extend(["--report", file]);
    }
    assert_eq!(code(&folder.run(&arguments)), 1);
    let help = out(&folder.run(&["validate", "--help"]));
    for (format, extension, start) in FORMATS {
        let printed = folder.run(&["validate", "bad.csv", "-s", "schema.yaml", "--output", format]);
        assert_eq!(code(&printed), 1, "{format}");
        assert!(out(&printed).starts_with(start), "{format}: {}", out(&printed));
        assert!(help.contains(&format!("- {format}:")), "{format}: {help}");
        if !extension.is_empty() {
            let file = folder.path(&format!("report.{extension}"));
            let written = std::fs::read_to_string(file).expect("written");
            assert!(written.starts_with(start), "{format}: {written}");
        }
    }
    let left: Vec<_> = std::fs::read_dir(folder.path(".")).expect("a folder").collect();
    assert_eq!(left.len(), 3 + files.len(), "no temporary file is left: {left:?}");
}

#[test]
fn a_given_sample_limit_is_that_of_every_format() {
    let folder = Folder::new();
    let rows: Vec<String> = (0..40).map(|row| format!("TX{row:03},-1\n")).collect();
    folder.write("many.csv", format!("id,amount\n{}", rows.concat()).as_bytes());
    let files = ["r.txt", "r.md", "r.xml", "r.html", "r.json"];
    let shown = |more: &[&str]| {
        let mut arguments = vec!["validate", "many.csv", "-s", "schema.yaml"];
        arguments.extend(files.iter().flat_map(|file| ["--report", *file]));
        let output = folder.run(&[&arguments[..], more].concat());
        assert_eq!(code(&output), 1, "{}", err(&output));
        let count = |text: &str| text.matches("below the minimum").count();
        let file = |name: &&str| count(&std::fs::read_to_string(folder.path(name)).expect("written"));
        (count(&out(&output)), files.iter().map(file).collect::<Vec<_>>())
    };
    assert_eq!(shown(&[]), (3, vec![3, 3, 10, 20, 20]));
    assert_eq!(shown(&["--sample-limit", "33"]), (33, vec![33; 5]));
    assert_eq!(shown(&["--sample-limit", "2"]), (2, vec![2; 5]));
    for form in ["markdown", "junit", "html"] {
        assert_eq!(shown(&["--sample-limit", "30", "--output", form]).0, 30, "{form}");
    }
    let help = out(&folder.run(&["validate", "--help"]));
    let words: Vec<&str> = help.split_whitespace().collect();
    assert!(words.join(" ").contains("[default 20; text and Markdown show 3 of them, JUnit 10]"), "{help}");
}

#[test]
fn reports_are_written_all_or_none() {
    let folder = Folder::new();
    let arguments = ["validate", "bad.csv", "-s", "schema.yaml", "--report", "a.html", "--report", "no/b.md"];
    let output = folder.run(&arguments);
    assert_eq!(code(&output), 2);
    assert!(err(&output).contains("no/b.md"), "{}", err(&output));
    assert!(!folder.path("a.html").exists());
    #[cfg(unix)]
    if Path::new("/dev/full").exists() {
        std::os::unix::fs::symlink("/dev/full", folder.path("b.md")).expect("a link");
        let arguments =
            ["validate", "bad.csv", "-s", "schema.yaml", "--report", "a.html", "--report", "b.md"];
        assert_eq!(code(&folder.run(&arguments)), 3);
        assert!(!folder.path("a.html").exists());
    }
}

#[test]
fn a_report_never_replaces_what_is_read() {
    let folder = Folder::new();
    folder.write("data.txt", GOOD.as_bytes());
    folder.write("schema.json", br#"{"fields": [{"name": "id"}]}"#);
    for (schema, report) in
        [("schema.yaml", "data.txt"), ("schema.json", "schema.json"), ("schema.yaml", "./data.txt")]
    {
        let before = std::fs::read(folder.path(report)).expect("there");
        let output = folder.run(&["validate", "data.txt", "-s", schema, "--report", report]);
        assert_eq!(code(&output), 2, "{report}");
        assert!(err(&output).contains("would replace"), "{}", err(&output));
        assert_eq!(std::fs::read(folder.path(report)).expect("there"), before);
    }
}

#[test]
fn a_missing_column_is_named_whatever_its_name() {
    let folder = Folder::new();
    folder.write("short.yaml", b"fields:\n  - {name: id, type: int64}\n  - {name: col, type: int64}\n");
    folder.write("short.csv", b"id\n1\n");
    for form in ["text", "github"] {
        let output = folder.run(&["validate", "short.csv", "-s", "short.yaml", "--output", form]);
        assert!(out(&output).contains("column col"), "{}", out(&output));
    }
}

#[test]
fn an_empty_file_with_a_compressed_name_is_truncated() {
    let folder = Folder::new();
    folder.write("empty.csv.gz", b"");
    folder.write("any.yaml", b"csv: {header: false}\n");
    let output = folder.run(&["validate", "empty.csv.gz", "-s", "any.yaml"]);
    assert_eq!(code(&output), 3, "{}", out(&output));
}

#[test]
fn a_report_that_cannot_be_written_is_an_error() {
    let folder = Folder::new();
    if !Path::new("/dev/full").exists() {
        println!("skipped: there is no /dev/full here");
        return;
    }
    let full = || std::fs::OpenOptions::new().write(true).open("/dev/full").expect("opened");
    for (output, ..) in FORMATS {
        let arguments = ["validate", "good.csv", "-s", "schema.yaml", "-o", output];
        let status =
            folder.command(&arguments).stdout(full()).stderr(Stdio::null()).status().expect("started");
        assert_eq!(status.code(), Some(3), "{output}");
    }
    // A failed write to standard error does not change the exit code.
    let status = folder.command(&["validate", "good.csv", "-s", "schema.yaml", "--progress", "always"]);
    let mut status = status;
    let status = status.stdout(Stdio::null()).stderr(full()).status().expect("started");
    assert_eq!(status.code(), Some(0));
}

#[test]
fn a_dash_is_standard_input() {
    let folder = Folder::new();
    let mut command = folder.command(&["validate", "-", "-s", "schema.yaml", "-o", "json"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("started");
    child.stdin.take().expect("a pipe").write_all(BAD.as_bytes()).expect("written");
    let output = child.wait_with_output().expect("ended");
    assert_eq!(code(&output), 1);
    assert!(out(&output).contains("<stdin>"));
}

#[test]
fn severity_decides_with_fail_on() {
    let folder = Folder::new();
    folder.write("warn.yaml", b"fields:\n  - {name: amount, type: float64, checks: [{check: range, minimum: 0, severity: warning}]}\n");
    assert_eq!(code(&folder.run(&["validate", "bad.csv", "-s", "warn.yaml"])), 0);
    assert_eq!(code(&folder.run(&["validate", "bad.csv", "-s", "warn.yaml", "--fail-on", "warning"])), 1);
}

/// The keywords of the schema document, with their offsets: every word before a colon and white space.
fn keywords() -> Vec<(usize, &'static str)> {
    let mut found = Vec::new();
    for (at, _) in SCHEMA.match_indices(':') {
        let start = SCHEMA[..at]
            .rfind(|letter: char| !(letter.is_ascii_lowercase() || letter == '_'))
            .map_or(0, |at| at + 1);
        if start < at && SCHEMA.as_bytes().get(at + 1).is_some_and(u8::is_ascii_whitespace) {
            found.push((start, &SCHEMA[start..at]));
        }
    }
    found
}

#[test]
fn every_misspelt_keyword_is_reported_with_its_location() {
    let folder = Folder::new();
    let keywords = keywords();
    assert!(keywords.len() > 30, "{keywords:?}");
    for (start, keyword) in keywords {
        let misspelt = format!("{}x{}", &keyword[..1], &keyword[1..]);
        let text = format!("{}{misspelt}{}", &SCHEMA[..start], &SCHEMA[start + keyword.len()..]);
        folder.write("wrong.yaml", text.as_bytes());
        let line = SCHEMA[..start].matches('\n').count() + 1;
        for arguments in
            [&["validate", "good.csv", "-s", "wrong.yaml"][..], &["schema", "check", "wrong.yaml"]]
        {
            let output = folder.run(arguments);
            assert_eq!(code(&output), 2, "{misspelt}: {}", out(&output));
            let text = err(&output);
            assert!(text.contains(&misspelt), "{misspelt}: {text}");
            assert!(text.contains(&format!("wrong.yaml:{line}:")), "{misspelt} on line {line}: {text}");
        }
    }
}

#[test]
fn schema_check_reports_invalid_documents() {
    let folder = Folder::new();
    let output = folder.run(&["schema", "check", "schema.yaml"]);
    assert_eq!(code(&output), 0);
    assert!(out(&output).contains("schema.yaml: ok, 3 fields"), "{}", out(&output));
    folder.write("bad.json", br#"{"fields": [{"name": "a", "type": "int64", "minimum": 2, "maximum": 1}]}"#);
    let output = folder.run(&["schema", "check", "schema.yaml", "bad.json"]);
    assert_eq!(code(&output), 2);
    assert!(err(&output).contains("bad.json:1:"), "{}", err(&output));
}

#[test]
fn control_characters_are_escaped_in_all_output() {
    let folder = Folder::new();
    let evil = "\u{1b}[31mx\u{9b}\u{202e}.csv";
    folder.write(evil, "id,amount,currency\n\u{1b}]0;t\u{7},x,\u{9b}\n".as_bytes());
    folder.write("evil.yaml", "fields:\n  - {name: \"\\e[31m\", tipe: string}\n".as_bytes());
    folder.write("evil2.yaml", "fields:\n  - {name: \u{202e}a, type: strin}\n".as_bytes());
    for arguments in [
        &["validate", evil, "-s", "schema.yaml"][..],
        &["validate", "\u{1b}[31mmissing", "-s", "schema.yaml"],
        &["validate", "good.csv", "-s", "\u{1b}[31m.yaml"],
        &["validate", "good.csv", "-s", "evil.yaml"],
        &["validate", "good.csv", "-s", "evil2.yaml"],
        &["validate", "good.csv", "-s", "schema.yaml", "--report", "\u{1b}[31m"],
        &["validate", evil, "-s", "schema.yaml", "-o", "junit"],
        &["validate", evil, "-s", "schema.yaml", "-o", "sarif"],
        &["validate", evil, "-s", "schema.yaml", "-o", "github"],
        &["validate", evil, "-s", "schema.yaml", "-o", "markdown"],
        &["validate", evil, "-s", "schema.yaml", "-o", "html"],
    ] {
        let output = folder.run(arguments);
        let text = format!("{}{}", out(&output), err(&output));
        let is_control = |letter: char| (letter.is_control() && letter != '\n') || letter == '\u{202e}';
        assert!(!text.chars().any(is_control), "{arguments:?}: {text:?}");
    }
}

#[cfg(unix)]
#[test]
fn signals_end_a_blocked_run() {
    let folder = Folder::new();
    for (signal, expected) in [("INT", 130), ("TERM", 143)] {
        let mut command = folder.command(&["validate", "-", "-s", "schema.yaml"]);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("started");
        let mut pipe = child.stdin.take().expect("a pipe");
        pipe.write_all(b"id,amount,currency\nTX001,1,USD\n").expect("written");
        std::thread::sleep(Duration::from_millis(300));
        let started = Instant::now();
        let kill = Command::new("kill").args([&format!("-{signal}"), &child.id().to_string()]).status();
        assert!(kill.expect("kill").success());
        let status = child.wait().expect("ended");
        assert!(started.elapsed() < Duration::from_secs(2), "{signal} took {:?}", started.elapsed());
        assert_eq!(status.code(), Some(expected), "{signal}");
    }
}

//! What users get wrong, and what they are told then.

use std::io::Write;
use std::process::Stdio;

use crate::{Folder, GOOD, code, err, out};

fn arguments<'a>(input: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["validate", input, "-s", "schema.yaml"], more].concat()
}

#[test]
fn outputs_that_cannot_be_written_are_usage_errors_before_the_run() {
    let folder = Folder::new();
    std::fs::create_dir(folder.path("sub")).expect("a folder");
    folder.write("file", b"");
    for option in ["--report", "--valid-out", "--invalid-out", "--errors-out", "--state-out"] {
        let end = if option == "--report" { "json" } else { "csv" };
        for folder_of_it in ["no/such", "file"] {
            let path = format!("{folder_of_it}/x.{end}");
            let output = folder.run(&arguments("bad.csv", &[option, &path]));
            assert_eq!(code(&output), 2, "{option}: {}", err(&output));
            let expected = format!("{option} {path} cannot be written: ");
            assert!(err(&output).contains(&expected), "{}", err(&output));
            assert!(!err(&output).contains(".tmp") && out(&output).is_empty(), "{}", err(&output));
        }
        let output = folder.run(&arguments("bad.csv", &[option, "sub"]));
        assert_eq!(code(&output), 2, "{option}: {}", err(&output));
    }
    let output = folder.run(&arguments("bad.csv", &["--valid-out", "sub"]));
    let expected = "--valid-out sub cannot be written: it is a folder; name a file in it";
    assert!(err(&output).contains(expected), "{}", err(&output));
}

#[cfg(unix)]
#[test]
fn a_report_that_cannot_be_written_in_the_end_is_still_printed() {
    if !std::path::Path::new("/dev/full").exists() {
        return println!("skipped: full device: there is no /dev/full here");
    }
    let folder = Folder::new();
    for name in ["full.json", "full.csv"] {
        std::os::unix::fs::symlink("/dev/full", folder.path(name)).expect("a link");
    }
    for (option, name) in [
        ("--report", "full.json"),
        ("--state-out", "/dev/full"),
        ("--valid-out", "/dev/full"),
        ("--invalid-out", "full.csv"),
        ("--errors-out", "full.csv"),
    ] {
        let output = folder.run(&arguments("bad.csv", &[option, name, "--output", "json"]));
        assert_eq!(code(&output), 3, "{}", err(&output));
        let told = err(&output);
        assert!(told.contains("could not be written") && told.contains(name), "{told}");
        let report: serde_json::Value = serde_json::from_str(&out(&output)).expect("the report");
        assert_eq!(report["verdict"], "invalid");
    }
}

#[test]
fn a_column_of_reasons_that_is_there_is_a_usage_error() {
    let folder = Folder::new();
    folder.write("more.csv", b"id,amount,note\nTX001,-1,x\n");
    for (input, column, expected) in [
        ("bad.csv", "amount", "--reasons amount: the schema has a column of that name"),
        ("more.csv", "note", "--reasons note: `more.csv` has a column `note` already; choose another name"),
    ] {
        let output = folder.run(&arguments(input, &["--invalid-out", "rows.csv", "--reasons", column]));
        assert_eq!(code(&output), 2, "{}", err(&output));
        assert!(err(&output).contains(expected), "{}", err(&output));
        assert!(!err(&output).contains(".tmp"), "{}", err(&output));
    }
}

#[test]
fn limits_are_named_as_options() {
    let folder = Folder::new();
    folder.write("long.csv", format!("id,amount\n\"{}\",1\n", "x".repeat(2000)).as_bytes());
    for (option, value) in
        [("--max-record-bytes", "100"), ("--max-field-bytes", "100"), ("--max-columns", "1")]
    {
        let output = folder.run(&arguments("long.csv", &[option, value, "--output", "json"]));
        assert_eq!(code(&output), 3, "{}", err(&output));
        let report: serde_json::Value = serde_json::from_str(&out(&output)).expect("json");
        let message = report["error"]["message"].as_str().expect("a message");
        assert!(message.contains(option), "{message}");
    }
    let output = folder.run(&arguments("good.csv", &["--chunk-size", "2G"]));
    assert_eq!(code(&output), 2);
    assert!(err(&output).contains("--chunk-size must be from 1 byte to 1 GiB"), "{}", err(&output));
}

#[test]
fn names_that_speak_of_options_stay_as_they_are() {
    let folder = Folder::new();
    let name = "leave the format out (max_columns); raise max_pages if.csv";
    let told = |more: &[&str]| {
        let output = folder.run(&arguments(name, &[more, &["--output", "json"]].concat()));
        assert_eq!(code(&output), 3, "{}", err(&output));
        let report: serde_json::Value = serde_json::from_str(&out(&output)).expect("json");
        report["error"]["message"].as_str().expect("a message").to_owned()
    };
    assert_eq!(told(&[]), format!("`{name}` does not exist"));
    // What is copied of the data is not the engine's word either.
    folder.write(name, b"id,raise max_pages if\n");
    if cfg!(feature = "parquet") {
        let message = told(&["--format", "parquet"]);
        assert!(message.contains("begins with `id,raise max_pages i`"), "{message}");
        assert!(message.contains(": leave --format out, or"), "{message}");
    }
    std::fs::remove_file(folder.path(name)).expect("removed");
    std::fs::create_dir(folder.path(name)).expect("a folder");
    assert_eq!(told(&[]), format!("`{name}` is a folder; write `{name}/` for all files below it"));
}

#[cfg(all(feature = "parquet", feature = "arrow-ipc"))]
#[test]
fn a_format_that_the_bytes_are_not_of_is_told() {
    let folder = Folder::new();
    let told = |input: &str, more: &[&str]| {
        let output = folder.run(&arguments(input, &[more, &["--output", "json"]].concat()));
        let report: serde_json::Value = serde_json::from_str(&out(&output)).expect("json");
        (code(&output), report["error"]["message"].as_str().unwrap_or_default().to_owned())
    };
    for (format, expected) in
        [("arrow", "expected Arrow IPC"), ("parquet", "expected Parquet, which begins with `PAR1`")]
    {
        let (code, message) = told("good.csv", &["--format", format]);
        assert_eq!(code, 3);
        assert!(
            message.contains(expected) && message.contains("begins with `id,amount,currency`"),
            "{message}"
        );
        assert!(message.contains("leave --format out, or give the right one"), "{message}");
    }
    folder.write("named.parquet", GOOD.as_bytes());
    let (code, message) = told("named.parquet", &[]);
    assert_eq!(code, 3);
    assert!(message.contains("if its name is wrong, give --format (csv,"), "{message}");
    assert_eq!(told("named.parquet", &["--format", "csv"]).0, 0);
    // Bytes of another format under the name of a text.
    let output = folder.run(&arguments("bad.csv", &["--errors-out", "errors.parquet"]));
    assert_eq!(output.status.code(), Some(1), "{}", err(&output));
    let output = folder.run(&arguments("bad.csv", &["--errors-out", "errors.arrow"]));
    assert_eq!(output.status.code(), Some(1), "{}", err(&output));
    for (format, name) in [("parquet", "a.csv"), ("arrow", "a.jsonl"), ("arrow", "b.txt")] {
        std::fs::copy(folder.path(&format!("errors.{format}")), folder.path(name)).expect("copied");
        let (code, message) = told(name, &[]);
        assert_eq!(code, 3, "{name}");
        assert!(message.contains(&format!("begins as {format} does: give --format {format}")), "{message}");
        // Whoever asks for a format gets it.
        assert_eq!(told(name, &["--format", format]).0, 1, "{name}");
    }
    // A header that begins as a mark does is a header.
    folder.write("marked.csv", b"PAR1,ARROW1\n1,2\n");
    folder.write("marked.yaml", b"fields:\n  - {name: PAR1, type: integer}\n");
    let output = folder.run(&["validate", "marked.csv", "-s", "marked.yaml"]);
    assert_eq!(output.status.code(), Some(0), "{}", out(&output));
}

#[test]
fn a_value_that_strayed_is_noticed() {
    let folder = Folder::new();
    let output = folder.run(&arguments("good.csv", &["--trust-statistics", "audit"]));
    assert_eq!(code(&output), 2, "{}", err(&output));
    assert!(err(&output).contains("--trust-statistics=audit"), "{}", err(&output));
    folder.write("audit", GOOD.as_bytes());
    folder.write("other.yaml", b"fields:\n  - {name: id, type: string}\n");
    let output = folder.run(&["validate", "good.csv", "--trust-statistics", "audit", "-s", "other.yaml"]);
    assert_eq!(code(&output), 0, "a file of that name: {}{}", out(&output), err(&output));
}

#[test]
fn a_variable_that_is_empty_is_not_set_and_a_wrong_one_is_named() {
    let folder = Folder::new();
    let variables = ["THREADS", "FORMAT", "OUTPUT", "FAIL_ON", "KEY_MEMORY", "SCHEMA"]
        .map(|name| format!("TRUELINE_{name}"));
    let mut command = folder.command(&arguments("good.csv", &[]));
    let output = command.envs(variables.iter().map(|name| (name, ""))).output().expect("started");
    assert_eq!(code(&output), 0, "{}", err(&output));
    for name in variables.iter().filter(|name| !name.ends_with("SCHEMA")) {
        let mut command = folder.command(&arguments("good.csv", &[]));
        let output = command.env(name, "wrong").output().expect("started");
        assert_eq!(code(&output), 2, "{name}");
        assert!(err(&output).contains(&format!("variable {name}")), "{}", err(&output));
    }
    let mut command = folder.command(&arguments("good.csv", &["--threads", "many"]));
    let output = command.env("TRUELINE_THREADS", "many").output().expect("started");
    assert!(!err(&output).contains("variable"), "{}", err(&output));
}

#[cfg(unix)]
#[test]
fn the_null_device_is_an_empty_input_and_may_be_a_closed_one() {
    let folder = Folder::new();
    folder.write("any.yaml", b"fields:\n  - {name: id, type: string}\n");
    folder.write("empty", b"");
    let run = |redirection: &str| {
        let script = format!("exec \"$0\" validate - --format jsonl -s any.yaml {redirection}");
        let mut command = std::process::Command::new("sh");
        command.current_dir(folder.path(".")).args(["-c", &script, env!("CARGO_BIN_EXE_trueline")]);
        command.stdin(Stdio::null()).output().expect("a shell")
    };
    // The last but one is what Python's `subprocess.DEVNULL` is. It cannot be told from the last.
    for (redirection, is_told) in
        [("</dev/null", false), ("<empty", false), ("<>/dev/null", true), ("<&-", true)]
    {
        let output = run(redirection);
        assert_eq!(code(&output), 0, "{redirection}: {}", out(&output));
        assert!(out(&output).contains("nothing evaluated"), "{}", out(&output));
        let note = "note: standard input has nothing: it is the null device, or was closed";
        assert_eq!(err(&output).contains(note), is_told, "{redirection}: {}", err(&output));
    }
    // Where it is not asked for, nothing is said of it.
    let mut command = folder.command(&arguments("good.csv", &[]));
    let null = std::fs::File::options().read(true).write(true).open("/dev/null").expect("a device");
    let output = command.stdin(null).output().expect("started");
    assert_eq!((code(&output), err(&output)), (0, String::new()));
}

#[cfg(unix)]
#[test]
fn an_interrupted_read_of_standard_input_says_how_far_it_came() {
    let folder = Folder::new();
    let mut command = folder.command(&arguments("-", &["--chunk-size", "64", "--threads", "1"]));
    let pipes = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = pipes.spawn().expect("started");
    let mut pipe = child.stdin.take().expect("a pipe");
    pipe.write_all(b"id,amount,currency\n").expect("written");
    for row in 0..30 {
        writeln!(pipe, "TX{row:03},1.50,USD").expect("written");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let mut kill = std::process::Command::new("kill");
    assert!(kill.arg("-INT").arg(child.id().to_string()).status().expect("kill").success());
    let output = child.wait_with_output().expect("ended");
    drop(pipe);
    assert_eq!(code(&output), 130);
    let told = err(&output);
    let rows = told.split("cancelled after ").nth(1).and_then(|text| text.split(' ').next());
    let rows: u64 = rows.and_then(|rows| rows.parse().ok()).expect(&told);
    assert!(rows > 0 && rows <= 30, "{told}");
    assert_eq!(told.matches("cancelled").count(), 1, "{told}");
}

#[cfg(unix)]
#[test]
fn a_link_to_an_input_is_that_input() {
    let folder = Folder::new();
    std::fs::hard_link(folder.path("good.csv"), folder.path("hard.csv")).expect("a link");
    std::os::unix::fs::symlink("good.csv", folder.path("soft.csv")).expect("a link");
    for name in ["hard.csv", "soft.csv"] {
        for option in ["--valid-out", "--errors-out"] {
            let output = folder.run(&arguments("good.csv", &[option, name]));
            assert_eq!(code(&output), 2, "{option} {name}");
            assert!(err(&output).contains("would replace an input, good.csv"), "{}", err(&output));
        }
    }
    let before = std::fs::read_to_string(folder.path("hard.csv")).expect("there");
    assert_eq!(before, GOOD);
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_become_larger_is_a_write_that_fails() {
    let folder = Folder::new();
    let large = format!("id,amount,currency\n{}", "TX001,-1.5,USD\n".repeat(20_000));
    folder.write("large.csv", large.as_bytes());
    let script = "ulimit -f 16; exec \"$0\" \"$@\"";
    let mut command = std::process::Command::new("sh");
    command.current_dir(folder.path(".")).args(["-c", script, env!("CARGO_BIN_EXE_trueline")]);
    let output =
        command.args(arguments("large.csv", &["--invalid-out", "rows.csv"])).output().expect("a shell");
    assert_eq!(output.status.code(), Some(3), "{:?}: {}", output.status, err(&output));
    assert!(err(&output).contains("rows.csv` could not be written"), "{}", err(&output));
    // Keys decide about the rows, so all is judged before the first of them is written.
    assert!(out(&output).contains("20,000 rows"), "{}", out(&output));
    let names = std::fs::read_dir(folder.path(".")).expect("a folder");
    let names: Vec<_> = names.map(|entry| entry.expect("an entry").file_name()).collect();
    assert_eq!(names.len(), 4, "{names:?}");
}

#[test]
fn violations_are_compressed_by_name() {
    let folder = Folder::new();
    for name in ["errors.csv.gz", "errors.jsonl.zst"] {
        let output = folder.run(&arguments("bad.csv", &["--errors-out", name]));
        assert_eq!(code(&output), 1, "{}", err(&output));
        let start = std::fs::read(folder.path(name)).expect("written");
        let magic: &[u8] = if name.ends_with("gz") { b"\x1f\x8b" } else { b"\x28\xb5\x2f\xfd" };
        assert!(start.starts_with(magic), "{name}");
    }
    let output = folder.run(&arguments("bad.csv", &["--errors-out", "errors.parquet.gz"]));
    assert_eq!(code(&output), 2, "{}", err(&output));
    assert!(err(&output).contains("text also with .gz or .zst behind"), "{}", err(&output));
    // What was written is a table.
    let plain = "fields:\n  - {name: check_id, type: string, required: true}\nchecks:\n  - {check: row_count, min: 3, max: 3}\n";
    folder.write("errors.yaml", plain.as_bytes());
    for name in ["errors.csv.gz", "errors.jsonl.zst"] {
        let output = folder.run(&["validate", name, "-s", "errors.yaml"]);
        assert_eq!(code(&output), 0, "{name}: {}", out(&output));
    }
}

#[test]
fn checks_without_anything_to_judge_say_so() {
    let folder = Folder::new();
    folder.write("nulls.csv", b"id,amount,currency\nTX001,1.5,\n");
    for (form, expected) in [
        ("text", "nothing evaluated  currency.enum, currency.not_in"),
        ("markdown", "passed with nothing evaluated: `currency."),
        ("html", "<span class=\"note\">nothing evaluated</span>"),
        ("junit", "<system-out>nothing evaluated</system-out>"),
        ("github", "with nothing evaluated"),
    ] {
        let output = folder.run(&arguments("nulls.csv", &["--output", form]));
        assert_eq!(code(&output), 0, "{form}: {}", err(&output));
        assert!(out(&output).contains(expected), "{form}: {}", out(&output));
        let output = folder.run(&arguments("good.csv", &["--output", form]));
        assert!(!out(&output).contains("nothing evaluated"), "{form}: {}", out(&output));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn an_input_on_standard_input_is_never_replaced() {
    let folder = Folder::new();
    for option in ["--valid-out", "--errors-out", "--state-out", "--report"] {
        let name = if option == "--report" { "good.json" } else { "good.csv" };
        folder.write(name, GOOD.as_bytes());
        let stream = std::fs::File::open(folder.path(name)).expect("a file");
        let mut command = folder.command(&arguments("-", &[option, name]));
        let output = command.stdin(stream).output().expect("started");
        assert_eq!(code(&output), 2, "{option}: {}", err(&output));
        assert!(err(&output).contains("would replace an input"), "{}", err(&output));
        assert_eq!(std::fs::read_to_string(folder.path(name)).expect("there"), GOOD);
    }
}

/// All of it would be one header, whose last column nobody declares, and no row could be wrong.
#[test]
fn lines_that_end_in_cr_are_no_header_without_rows() {
    let folder = Folder::new();
    let text = "id,amount,currency,note\rTX001,-5,XXX,a\rTX002,1,USD,b\r";
    folder.write("mac.csv", text.as_bytes());
    let output = folder.run(&arguments("mac.csv", &[]));
    assert_eq!(code(&output), 1, "{}", out(&output));
    assert!(out(&output).contains("terminator: cr"), "{}", out(&output));
    folder.write("quoted.csv", b"id,amount,currency,\"two\rlines\"\nTX001,5,USD,a\n");
    assert_eq!(code(&folder.run(&arguments("quoted.csv", &[]))), 0);
}

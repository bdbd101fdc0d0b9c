//! Mistakes of users, and the messages about them.

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
fn the_report_is_printed_even_if_an_output_cannot_be_written() {
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
        let message = err(&output);
        assert!(message.contains("could not be written") && message.contains(name), "{message}");
        let report: serde_json::Value = serde_json::from_str(&out(&output)).expect("the report");
        assert_eq!(report["verdict"], "invalid");
    }
}

#[test]
fn an_existing_column_as_the_column_for_reasons_is_a_usage_error() {
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
fn limits_of_zero_are_usage_errors() {
    let folder = Folder::new();
    for option in ["--max-columns", "--max-pages", "--max-row-groups", "--max-batch-values"] {
        let output = folder.run(&arguments("good.csv", &[option, "0"]));
        assert_eq!(code(&output), 2, "{option}: {}", err(&output));
        assert!(err(&output).contains(option), "{}", err(&output));
    }
}

#[test]
fn the_messages_about_states_give_reason_and_option() {
    let folder = Folder::new();
    for option in ["--valid-out", "--invalid-out", "--errors-out"] {
        let output = folder.run(&arguments("good.csv", &["--state-out", "a.state", option, "rows.csv"]));
        assert_eq!(code(&output), 2, "{option}: {}", err(&output));
        let expected = format!("--state-out and {option} are not written by the same run: states hold");
        assert!(err(&output).contains(&expected), "{}", err(&output));
    }
    let mut rows = b"id,amount\n".to_vec();
    for row in 0..20_000 {
        writeln!(rows, "T{row:05},1").expect("written");
    }
    folder.write("many.csv", &rows);
    let output = folder.run(&arguments("many.csv", &["--state-out", "a.state", "--key-memory", "64K"]));
    assert_eq!(code(&output), 3, "{}", err(&output));
    assert!(err(&output).contains("allow them more (--key-memory)"), "{}", err(&output));
}

#[cfg(target_os = "linux")]
#[test]
fn file_names_need_not_be_utf8() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;

    fn name(bytes: &[u8]) -> &OsStr {
        OsStr::from_bytes(bytes)
    }

    let folder = Folder::new();
    std::fs::write(folder.path("").join(name(b"caf\xe9.csv")), crate::BAD).expect("written");
    std::fs::create_dir(folder.path("").join(name(b"d\xe9"))).expect("a folder");
    let run = |input: &[u8], more: &[&str]| {
        let mut command = folder.command(&["validate", "-s", "schema.yaml"]);
        command.arg(name(input)).args(more).output().expect("started")
    };
    let output = run(b"caf\xe9.csv", &[]);
    assert_eq!(code(&output), 1, "{}", err(&output));
    assert!(out(&output).contains("caf\u{fffd}.csv:3:"), "{}", out(&output));
    assert_eq!(code(&run(b"caf\xe8.csv", &[])), 3);
    let mut command = folder.command(&["validate", "-s", "schema.yaml", "--valid-out"]);
    let output = command.args([name(b"caf\xe9.csv"); 2]).output().expect("started");
    assert_eq!(code(&output), 2);
    assert!(err(&output).contains("would replace an input"), "{}", err(&output));
    for input in [&b"d\xe9"[..], b"d\xe9/"] {
        let output = run(input, &[]);
        assert_eq!(code(&output), 2);
        assert!(
            err(&output).contains("is not UTF-8") && err(&output).contains("d\u{fffd}"),
            "{}",
            err(&output)
        );
    }
    let output = folder.run(&["schema", "infer", "good.csv"]);
    let inferred = folder.command(&["schema", "infer"]).arg(name(b"caf\xe9.csv")).output().expect("started");
    assert_eq!((code(&output), code(&inferred)), (0, 0), "{}", err(&inferred));
}

#[test]
fn names_of_options_in_file_names_are_not_translated() {
    let folder = Folder::new();
    let name = "leave the format out (max_columns); raise max_pages if.csv";
    let error_message = |more: &[&str]| {
        let output = folder.run(&arguments(name, &[more, &["--output", "json"]].concat()));
        assert_eq!(code(&output), 3, "{}", err(&output));
        let report: serde_json::Value = serde_json::from_str(&out(&output)).expect("json");
        report["error"]["message"].as_str().expect("a message").to_owned()
    };
    assert_eq!(error_message(&[]), format!("`{name}` does not exist"));
    // Data that a message quotes is not translated either.
    folder.write(name, b"id,raise max_pages if\n");
    if cfg!(feature = "parquet") {
        let message = error_message(&["--format", "parquet"]);
        assert!(message.contains("begins with `id,raise max_pages i`"), "{message}");
        assert!(message.contains(": leave --format out, or"), "{message}");
    }
    std::fs::remove_file(folder.path(name)).expect("removed");
    std::fs::create_dir(folder.path(name)).expect("a folder");
    assert_eq!(error_message(&[]), format!("`{name}` is a folder; write `{name}/` for all files below it"));
}

#[cfg(all(feature = "parquet", feature = "arrow-ipc"))]
#[test]
fn bytes_of_another_format_are_reported() {
    let folder = Folder::new();
    let validate = |input: &str, more: &[&str]| {
        let output = folder.run(&arguments(input, &[more, &["--output", "json"]].concat()));
        let report: serde_json::Value = serde_json::from_str(&out(&output)).expect("json");
        (code(&output), report["error"]["message"].as_str().unwrap_or_default().to_owned())
    };
    for (format, expected) in
        [("arrow", "expected Arrow IPC"), ("parquet", "expected Parquet, which begins with `PAR1`")]
    {
        let (code, message) = validate("good.csv", &["--format", format]);
        assert_eq!(code, 3);
        assert!(
            message.contains(expected) && message.contains("begins with `id,amount,currency`"),
            "{message}"
        );
        assert!(message.contains("leave --format out, or give the right one"), "{message}");
    }
    folder.write("named.parquet", GOOD.as_bytes());
    let (code, message) = validate("named.parquet", &[]);
    assert_eq!(code, 3);
    assert!(message.contains("if its name is wrong, give --format (csv,"), "{message}");
    assert_eq!(validate("named.parquet", &["--format", "csv"]).0, 0);
    // Files with the extension of a text format and the bytes of another format.
    let output = folder.run(&arguments("bad.csv", &["--errors-out", "errors.parquet"]));
    assert_eq!(output.status.code(), Some(1), "{}", err(&output));
    let output = folder.run(&arguments("bad.csv", &["--errors-out", "errors.arrow"]));
    assert_eq!(output.status.code(), Some(1), "{}", err(&output));
    for (format, name) in [("parquet", "a.csv"), ("arrow", "a.jsonl"), ("arrow", "b.txt")] {
        std::fs::copy(folder.path(&format!("errors.{format}")), folder.path(name)).expect("copied");
        let (code, message) = validate(name, &[]);
        assert_eq!(code, 3, "{name}");
        assert!(message.contains(&format!("begins as {format} does: give --format {format}")), "{message}");
        // An explicit format takes precedence over the extension.
        assert_eq!(validate(name, &["--format", format]).0, 1, "{name}");
    }
    // A CSV header that starts like the magic bytes of another format is a header.
    folder.write("marked.csv", b"PAR1,ARROW1\n1,2\n");
    folder.write("marked.yaml", b"fields:\n  - {name: PAR1, type: integer}\n");
    let output = folder.run(&["validate", "marked.csv", "-s", "marked.yaml"]);
    assert_eq!(output.status.code(), Some(0), "{}", out(&output));
}

#[test]
fn a_misplaced_option_value_is_reported() {
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
fn empty_variables_count_as_unset_and_invalid_ones_are_named() {
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
    // The last but one is `subprocess.DEVNULL` of Python. It cannot be distinguished from the last, a closed standard input.
    for (redirection, has_note) in
        [("</dev/null", false), ("<empty", false), ("<>/dev/null", true), ("<&-", true)]
    {
        let output = run(redirection);
        assert_eq!(code(&output), 0, "{redirection}: {}", out(&output));
        assert!(out(&output).contains("nothing evaluated"), "{}", out(&output));
        let note = "note: standard input has nothing: it is the null device, or was closed";
        assert_eq!(err(&output).contains(note), has_note, "{redirection}: {}", err(&output));
    }
    // There is no note if standard input is not an input.
    let mut command = folder.command(&arguments("good.csv", &[]));
    let null = std::fs::File::options().read(true).write(true).open("/dev/null").expect("a device");
    let output = command.stdin(null).output().expect("started");
    assert_eq!((code(&output), err(&output)), (0, String::new()));
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_reports_the_number_of_rows() {
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
    let message = err(&output);
    let rows = message.split("cancelled after ").nth(1).and_then(|text| text.split(' ').next());
    let rows: u64 = rows.and_then(|rows| rows.parse().ok()).expect(&message);
    assert!(rows > 0 && rows <= 30, "{message}");
    assert_eq!(message.matches("cancelled").count(), 1, "{message}");
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
fn exceeding_the_file_size_limit_is_a_failed_write() {
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
    // Keys decide which rows are invalid, so the validation is complete before the first row is written.
    assert!(out(&output).contains("20,000 rows"), "{}", out(&output));
    let names = std::fs::read_dir(folder.path(".")).expect("a folder");
    let names: Vec<_> = names.map(|entry| entry.expect("an entry").file_name()).collect();
    assert_eq!(names.len(), 4, "{names:?}");
}

#[test]
fn files_of_violations_are_compressed_by_extension() {
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
    // The written files are valid tables.
    let plain = "fields:\n  - {name: check_id, type: string, required: true}\nchecks:\n  - {check: row_count, min: 3, max: 3}\n";
    folder.write("errors.yaml", plain.as_bytes());
    for name in ["errors.csv.gz", "errors.jsonl.zst"] {
        let output = folder.run(&["validate", name, "-s", "errors.yaml"]);
        assert_eq!(code(&output), 0, "{name}: {}", out(&output));
    }
}

#[test]
fn checks_with_nothing_to_evaluate_are_reported() {
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

/// Otherwise the whole file would be one header with an undeclared last column, and no row could be invalid.
#[test]
fn lines_that_end_in_cr_are_not_one_header() {
    let folder = Folder::new();
    let text = "id,amount,currency,note\rTX001,-5,XXX,a\rTX002,1,USD,b\r";
    folder.write("mac.csv", text.as_bytes());
    let output = folder.run(&arguments("mac.csv", &[]));
    assert_eq!(code(&output), 1, "{}", out(&output));
    assert!(out(&output).contains("terminator: cr"), "{}", out(&output));
    folder.write("quoted.csv", b"id,amount,currency,\"two\rlines\"\nTX001,5,USD,a\n");
    assert_eq!(code(&folder.run(&arguments("quoted.csv", &[]))), 0);
}

//! `--state-out` and `trueline merge`.

use crate::{Folder, code, err, out};

/// A report as JSON, without the parts that differ between runs.
fn stable(text: &str) -> serde_json::Value {
    let mut report: serde_json::Value = serde_json::from_str(text).expect("a report");
    report.as_object_mut().expect("an object").remove("run");
    report
}

#[test]
fn merged_states_give_the_report_of_one_run() {
    let folder = Folder::new();
    let whole = folder.run(&["validate", "good.csv", "bad.csv", "-s", "schema.yaml", "-o", "json"]);
    for (file, state, part, expected) in [("bad.csv", "b.state", "2", 1), ("good.csv", "a.state", "1", 0)] {
        let arguments = ["validate", file, "-s", "schema.yaml", "--state-out", state, "--part", part];
        let output = folder.run(&arguments);
        assert_eq!(code(&output), expected, "{}", err(&output));
    }
    let merge =
        ["merge", "b.state", "a.state", "-s", "schema.yaml", "-o", "json", "--state-out", "all.state"];
    for arguments in [&merge[..], &["merge", "all.state", "-s", "schema.yaml", "-o", "json"]] {
        let output = folder.run(arguments);
        assert_eq!(code(&output), 1, "{}", err(&output));
        assert_eq!(stable(&out(&output)), stable(&out(&whole)));
    }
}

#[test]
fn files_that_are_not_states_of_the_schema_are_refused() {
    let folder = Folder::new();
    folder.write("other.yaml", b"fields: [{name: id, type: string}]\n");
    folder.write("none.state", b"id,amount\n");
    let arguments = ["validate", "good.csv", "-s", "schema.yaml", "--state-out", "a.state"];
    assert_eq!(code(&folder.run(&arguments)), 0);
    for (state, schema, expected, message) in [
        ("a.state", "other.yaml", 2, "it was made with the schema"),
        ("none.state", "schema.yaml", 2, "the state cannot be used: it is too short to be one"),
        ("missing.state", "schema.yaml", 3, "could not be read"),
    ] {
        let output = folder.run(&["merge", state, "-s", schema]);
        assert_eq!(code(&output), expected, "{}", err(&output));
        assert!(err(&output).contains(message) && err(&output).contains(state), "{}", err(&output));
    }
    let output = folder.run(&["merge", "a.state", "-s", "schema.yaml", "--state-out", "a.state"]);
    assert_eq!(code(&output), 2);
    assert!(err(&output).contains("would replace a state"), "{}", err(&output));
}

#[test]
fn the_state_of_an_unreadable_input_is_not_written() {
    let folder = Folder::new();
    let output = folder.run(&["validate", "missing.csv", "-s", "schema.yaml", "--state-out", "a.state"]);
    assert_eq!(code(&output), 3);
    assert!(err(&output).contains("--state-out was not written"), "{}", err(&output));
    assert!(!folder.path("a.state").exists());
}

#[test]
fn inputs_without_a_common_state_are_refused() {
    let folder = Folder::new();
    folder.write("lines.jsonl", b"{\"id\": \"TX001\"}\n");
    let inputs = ["validate", "good.csv", "lines.jsonl", "-s", "schema.yaml"];
    assert_ne!(code(&folder.run(&inputs)), 2);
    let output = folder.run(&[&inputs[..], &["--state-out", "a.state"]].concat());
    assert_eq!((code(&output), out(&output)), (2, String::new()));
    let message =
        "--state-out is not for inputs of which some are of CSV, others of JSON Lines, Parquet or Arrow";
    assert!(err(&output).contains(message), "{}", err(&output));
    assert!(!folder.path("a.state").exists());
}

#[test]
fn no_output_of_a_merge_replaces_the_file_of_standard_output() {
    let folder = Folder::new();
    let arguments = ["validate", "good.csv", "-s", "schema.yaml", "--state-out", "a.state"];
    assert_eq!(code(&folder.run(&arguments)), 0);
    folder.write("out.txt", b"");
    let standard = std::fs::File::create(folder.path("out.txt")).expect("a file");
    let mut command = folder.command(&["merge", "a.state", "-s", "schema.yaml", "--state-out", "out.txt"]);
    let output = command.stdout(standard).output().expect("started");
    assert_eq!(code(&output), 2, "{}", err(&output));
    assert!(err(&output).contains("the file of standard output"), "{}", err(&output));
    let output = folder.run(&["merge", "a.state", "-s", "schema.yaml", "--state-out", "-"]);
    assert_eq!(code(&output), 2);
}

#[test]
fn a_state_that_is_given_twice_is_refused() {
    let folder = Folder::new();
    for (file, state) in [("good.csv", "a.state"), ("bad.csv", "b.state")] {
        folder.run(&["validate", file, "-s", "schema.yaml", "--state-out", state]);
    }
    std::fs::copy(folder.path("a.state"), folder.path("copy.state")).expect("copied");
    folder.run(&["merge", "a.state", "b.state", "-s", "schema.yaml", "--state-out", "all.state"]);
    for (states, message) in [
        (["a.state", "b.state", "a.state"], "a.state, given twice, has the part of `good.csv`"),
        (["a.state", "b.state", "copy.state"], "a.state and copy.state both have the part of `good.csv`"),
        (["all.state", "b.state", "a.state"], "all.state and b.state both have the part of `bad.csv`"),
    ] {
        let output = folder.run(&[&["merge"][..], &states, &["-s", "schema.yaml"]].concat());
        assert_eq!((code(&output), out(&output)), (2, String::new()), "{}", err(&output));
        assert!(err(&output).contains(message), "{}", err(&output));
    }
}

#[test]
fn merged_states_respect_the_sample_limit() {
    let folder = Folder::new();
    folder.write("schema.yaml", b"fields: [{name: id, type: int64, unique: true, maximum: 0}]\n");
    let rows: Vec<String> = (1..=30).map(|row| row.to_string()).collect();
    let text = format!("id\n{}\n", rows.join("\n"));
    for name in ["a", "b"] {
        folder.write(&format!("{name}.csv"), text.as_bytes());
        let (input, state) = (format!("{name}.csv"), format!("{name}.state"));
        let more = ["--sample-limit", "50", "--state-out", &state];
        folder.run(&[&["validate", &input, "-s", "schema.yaml"][..], &more].concat());
    }
    for (limit, expected) in [("0", 0), ("7", 14), ("50", 80)] {
        let merge =
            ["merge", "a.state", "b.state", "-s", "schema.yaml", "-o", "json", "--sample-limit", limit];
        let output = folder.run(&merge);
        let shown = stable(&out(&output))["violations"].as_array().expect("violations").len();
        assert_eq!(shown, expected, "{limit}");
    }
}

//! `trueline schema compose` and `trueline schema fingerprint`.

use crate::{Folder, code, err, out};

fn parts() -> Folder {
    let folder = Folder::new();
    std::fs::create_dir_all(folder.path("parts/checks")).expect("folders");
    folder.write(
        "parts/checks/amount.json",
        br#"{"checks": [{"check": "range", "column": "amount", "minimum": 0}]}"#,
    );
    folder.write("parts/a.yaml", b"fields:\n  - {name: id, type: string, required: true, unique: true}\n");
    folder.write("parts/b.toml", b"[[fields]]\nname = \"amount\"\ntype = \"float64\"\n");
    folder.write("parts/notes.txt", b"no schema\n");
    folder.write("parts/.hidden.yaml", b"fields: [{name: hidden, type: string}]\n");
    folder
}

#[test]
fn a_folder_of_documents_is_one_schema() {
    let folder = parts();
    let composed = folder.run(&["schema", "compose", "parts"]);
    assert_eq!(code(&composed), 0, "{}", err(&composed));
    folder.write("whole.yaml", out(&composed).as_bytes());
    let fingerprint = |name: &str| {
        let output = folder.run(&["schema", "check", name]);
        assert_eq!(code(&output), 0, "{}", err(&output));
        out(&output).rsplit(' ').next().expect("a fingerprint").to_owned()
    };
    assert_eq!(fingerprint("whole.yaml"), fingerprint("parts"));
    for (input, expected) in [("good.csv", 0), ("bad.csv", 1)] {
        for schema in ["parts", "whole.yaml"] {
            let output = folder.run(&["validate", input, "--schema", schema]);
            assert_eq!(code(&output), expected, "{input} {schema}: {}", err(&output));
        }
    }
}

#[test]
fn errors_name_their_document() {
    let folder = parts();
    folder.write("parts/c.yaml", b"\nfields: [{name: amount, type: string}]\n");
    let output = folder.run(&["schema", "compose", "parts"]);
    assert_eq!(code(&output), 2);
    let message = err(&output);
    assert!(message.contains("parts/c.yaml:2") && message.contains("parts/b.toml"), "{message}");
    folder.write("parts/c.yaml", b"fields: [{name: other, type: string, minmum: 3}]\n");
    let output = folder.run(&["validate", "good.csv", "-s", "parts"]);
    assert_eq!(code(&output), 2);
    assert!(err(&output).contains("parts/c.yaml:1") && err(&output).contains("minmum"), "{}", err(&output));
    let output = folder.run(&["schema", "compose", "nothing"]);
    assert_eq!(code(&output), 2);
    assert!(err(&output).contains("nothing"), "{}", err(&output));
    std::fs::create_dir(folder.path("empty")).expect("a folder");
    let output = folder.run(&["schema", "compose", "empty"]);
    assert_eq!((code(&output), err(&output).contains("has no .yaml")), (2, true), "{}", err(&output));
}

#[test]
fn the_fingerprint_does_not_depend_on_the_location() {
    let (one, other) = (parts(), parts());
    let hash = |folder: &Folder, more: &[&str]| {
        let output = folder.run(&[&["schema", "fingerprint", "parts"][..], more].concat());
        assert_eq!(code(&output), 0, "{}", err(&output));
        out(&output)
    };
    assert!(hash(&one, &[]).starts_with("blake3:") && hash(&one, &[]).len() == 72);
    assert_eq!(hash(&one, &[]), hash(&other, &[]));
    assert!(hash(&one, &["--algorithm", "sha256"]).starts_with("sha256:"));
    let each = hash(&one, &["--each"]);
    assert!(each.contains("  checks/amount.json\n") && each.ends_with(&hash(&one, &[])), "{each}");
    other.write("parts/notes.txt", b"no schemA\n");
    assert_ne!(hash(&one, &[]), hash(&other, &[]));
    let output = one.run(&["schema", "fingerprint", "parts", "missing"]);
    assert_eq!(code(&output), 3);
    assert!(err(&output).contains("missing"), "{}", err(&output));
}

#[test]
fn no_output_replaces_a_document() {
    let folder = parts();
    for arguments in [
        &["validate", "good.csv", "-s", "parts", "--report", "parts/checks/amount.json"][..],
        &["validate", "good.csv", "-s", "parts", "--state-out", "parts/a.yaml"],
        &["merge", "a.state", "-s", "parts", "--state-out", "parts/a.yaml"],
    ] {
        let output = folder.run(arguments);
        assert_eq!(code(&output), 2, "{}", err(&output));
        assert!(err(&output).contains("would replace the schema, parts/"), "{}", err(&output));
    }
}

/// The input is valid according to the inferred schema.
#[test]
fn a_schema_is_inferred() {
    let folder = Folder::new();
    folder.write("a.csv", b"id;is ok;day\n1;true;2026-01-02\n2;false;2026-01-03\n");
    folder.write("a.jsonl", b"{\"id\":1,\"user\":{\"name\":\"x\",\"tags\":[1,2.5]},\"price\":2.5}\n");
    for (input, expected) in [
        (
            "a.csv",
            "# Inferred from a.csv. Add what must hold.\ncsv: {delimiter: \";\"}\nfields:\n  \
             - {name: id, type: int64}\n  - {name: \"is ok\", type: boolean}\n  - {name: day, type: date}\n",
        ),
        (
            "a.jsonl",
            "# Inferred from a.jsonl. Add what must hold.\nfields:\n  \
             - {name: id, type: int64}\n  - {name: \"user.name\", type: string}\n  \
             - {name: \"user.tags\", type: \"list<float64>\"}\n  - {name: price, type: float64}\n",
        ),
    ] {
        let output = folder.run(&["schema", "infer", input]);
        assert_eq!((code(&output), &*out(&output)), (0, expected), "{}", err(&output));
        folder.write("inferred.yaml", &output.stdout);
        assert_eq!(code(&folder.run(&["validate", input, "-s", "inferred.yaml"])), 0);
    }
    for (input, message, expected) in
        [("missing.csv", "does not exist", 3), ("*.csv*", "one input", 2), ("empty.csv", "", 0)]
    {
        folder.write("empty.csv", b"");
        folder.write("b.csv", b"id\n");
        let output = folder.run(&["schema", "infer", input]);
        assert_eq!(code(&output), expected, "{input}: {}{}", out(&output), err(&output));
        assert!(err(&output).contains(message), "{}", err(&output));
    }
}

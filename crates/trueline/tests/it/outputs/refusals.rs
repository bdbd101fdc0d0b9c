//! What keeps files from being written.

use std::io::Read;
use std::path::Path;

use trueline::{
    Cancel, ErrorKind, FileSource, Limits, MemorySource, Source, SourceError, Validator, Verdict,
};
use trueline_testkit::pack;

use super::{Files, entries, read, several};
use crate::support::{schema, validate};

#[test]
fn json_lines_and_csv_do_not_go_into_one_file() {
    let files = Files::new();
    let schema = schema("fields:\n  - {name: id, type: int64}\n");
    // Without names the formats are known when the inputs are opened.
    for (first, second) in [("a.jsonl", "b.csv"), ("a", "b.csv"), ("a.jsonl", "b")] {
        let inputs = [(first, "{\"id\": 1}\n"), (second, "id\n1\n")];
        let error = several(&schema, &inputs, &files, |builder| builder).expect_err("refused");
        assert!(matches!(error.kind(), ErrorKind::OutputName { .. }), "{error}");
        assert_eq!(entries(&files.folder), 0);
    }
    let path = files.folder.path().join("rows.csv");
    let validator = Validator::builder(schema).valid_out(path).build().expect("a validator");
    let error =
        validator.validate(&MemorySource::new("unnamed", b"{\"id\": 1}\n".to_vec())).expect_err("refused");
    assert!(error.to_string().contains("as jsonl"), "{error}");
}

#[test]
fn inputs_with_other_columns_are_not_put_under_one_header() {
    let files = Files::new();
    let schema = schema("fields:\n  - {name: id, type: int64}\n  - {name: v, type: string}\n");
    let inputs = [("first.csv", "id,v\n1,a\n"), ("second.csv", "v,id\nb,2\n")];
    let error = several(&schema, &inputs, &files, |builder| builder).expect_err("refused");
    let ErrorKind::Output { source, .. } = error.kind() else { panic!("{error}") };
    assert!(source.to_string().contains("`second.csv` has other columns than `first.csv`"), "{source}");
    assert_eq!(entries(&files.folder), 0);
}

#[test]
fn an_input_is_not_replaced() {
    let folder = tempfile::tempdir().expect("a folder");
    let input = folder.path().join("in.csv");
    let text = "id\n1\nx\n";
    std::fs::write(&input, text).expect("written");
    let schema = schema("fields:\n  - {name: id, type: int64}\n");
    let again = folder.path().join(".").join("in.csv");
    for builder in [
        Validator::builder(schema.clone()).valid_out(&input),
        Validator::builder(schema.clone()).invalid_out(&again),
        Validator::builder(schema.clone()).errors_out(&input),
    ] {
        let validator = builder.build().expect("a validator");
        let error = validator.validate(&FileSource::new(&input)).expect_err("refused");
        assert!(matches!(error.kind(), ErrorKind::OutputName { .. }), "{error}");
        assert_eq!(std::fs::read_to_string(&input).expect("still there"), text);
    }
    // Bytes in memory may have the name of a file; that may be replaced.
    let source = MemorySource::new(input.display().to_string(), text.as_bytes().to_vec());
    validate(Validator::builder(schema).valid_out(&input), &source);
    assert_eq!(std::fs::read_to_string(&input).expect("replaced"), "id\n1\n");
}

#[test]
fn names_that_will_not_do_are_told_before_anything_is_read() {
    let files = Files::new();
    let schema = schema("fields:\n  - {name: id, type: int64}\n");
    for name in ["rows.parquet", "rows.jsonl", "rows.json.gz", "rows.csv.xz"] {
        let validator = Validator::builder(schema.clone()).valid_out(files.folder.path().join(name)).build();
        let error = validator.expect("a validator").validate(&Unreadable).expect_err(name);
        assert!(matches!(error.kind(), ErrorKind::OutputName { .. }), "{name}: {error}");
        assert!(error.to_string().contains(name), "{error}");
    }
    let twice = Validator::builder(schema.clone()).valid_out(&files.valid).invalid_out(&files.valid).build();
    assert!(matches!(twice.expect_err("refused").kind(), ErrorKind::OutputName { .. }));
    let missing = Validator::builder(schema).valid_out(files.folder.path().join("no/rows.csv")).build();
    let error = missing.expect("a validator").validate(&Unreadable).expect_err("there is no folder");
    assert!(matches!(error.kind(), ErrorKind::Output { .. }), "{error}");
}

/// A source that must not be touched.
pub(super) struct Unreadable;

impl Source for Unreadable {
    fn name(&self) -> &'static str {
        "untouched.csv"
    }

    fn open(&self) -> Result<Box<dyn Read + Send>, SourceError> {
        panic!("it was opened")
    }

    fn size_hint(&self) -> Option<u64> {
        None
    }
}

#[test]
fn runs_without_a_verdict_leave_the_old_files() {
    let unique = schema("fields:\n  - {name: id, type: int64, unique: true}\n");
    let plain = schema("fields:\n  - {name: id, type: int64}\n");
    let cut = &pack::gzip(b"id\n1\n2\n")[..20];
    for schema in [&unique, &plain] {
        for threads in [1, 2] {
            for chunk in [1, 1 << 20] {
                let files = Files::new();
                std::fs::write(&files.valid, "old").expect("written");
                let builder =
                    || files.add(Validator::builder(schema.clone()).threads(threads).chunk_bytes(chunk));
                let report = validate(builder(), &MemorySource::new("cut", cut));
                assert_eq!(report.verdict, Verdict::Unreadable);
                let large = MemorySource::new("large", format!("id\n1\n{}\n", "2".repeat(100)).into_bytes());
                let limits = Limits::default().max_record_bytes(50);
                let report = validate(builder().limits(limits), &large);
                assert_eq!(report.verdict, Verdict::Unreadable);
                let cancel = Cancel::new();
                cancel.cancel();
                let validator = builder().cancel(cancel).build().expect("a validator");
                let cancelled = validator.validate(&MemorySource::new("ids", b"id\n1\n".to_vec()));
                assert!(matches!(cancelled.expect_err("cancelled").kind(), ErrorKind::Cancelled { .. }));
                assert_eq!(read(&files.valid).as_deref(), Some(&b"old"[..]));
                assert_eq!(entries(&files.folder), 1);
            }
        }
    }
}

#[test]
fn a_full_device_is_an_error() {
    if !Path::new("/dev/full").exists() {
        return trueline_testkit::corpora::skip("full device", "there is no /dev/full here");
    }
    let schema = schema("fields:\n  - {name: id, type: int64}\n");
    for rows in [1, 200_000] {
        let text: String =
            std::iter::once("id\n".to_owned()).chain((0..rows).map(|row| format!("{row}\n"))).collect();
        let files = Files::new();
        let builder = Validator::builder(schema.clone()).valid_out("/dev/full").invalid_out(&files.invalid);
        let validator = builder.build().expect("a validator");
        let error = validator.validate(&MemorySource::new("ids", text.into_bytes())).expect_err("full");
        assert!(matches!(error.kind(), ErrorKind::Output { .. }), "{error}");
        assert_eq!(entries(&files.folder), 0);
    }
}

#[cfg(unix)]
#[test]
fn an_output_that_fails_in_the_end_does_not_take_the_report_along() {
    if !Path::new("/dev/full").exists() {
        return println!("skipped: full device: there is no /dev/full here");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let full = folder.path().join("full.csv");
    std::os::unix::fs::symlink("/dev/full", &full).expect("a link");
    let text = "id\n1\n2\n2\nx\n";
    for unique in [false, true] {
        let schema = schema(&format!("fields:\n  - {{name: id, type: int64, unique: {unique}}}\n"));
        let expected =
            validate(Validator::builder(schema.clone()), &MemorySource::new("in.csv", text.as_bytes()));
        for builder in [
            Validator::builder(schema.clone()).valid_out(&full),
            Validator::builder(schema.clone()).invalid_out(&full),
            Validator::builder(schema.clone()).errors_out(&full),
        ] {
            let validator = builder.build().expect("a validator");
            let error =
                validator.validate(&MemorySource::new("in.csv", text.as_bytes())).expect_err("a full disk");
            let ErrorKind::Output { source, report: Some(report) } = error.kind() else {
                panic!("{error:?}")
            };
            assert!(source.to_string().contains("full.csv` could not be written"), "{source}");
            assert_eq!((report.verdict, report.rows), (Verdict::Invalid, expected.rows));
            assert_eq!(report.violations, expected.violations);
        }
    }
}

use std::fs;

use proptest::prelude::*;
use trueline_report::{Location, Related, Violation};
use trueline_schema::Severity;
use trueline_testkit::fault::{FailingWrite, Fault};

use super::*;

fn violation(row: u64, value: Option<&str>) -> Violation {
    let location = Location {
        row_index: Some(row),
        line: Some(row + 2),
        byte_offset: Some(48 + row * 71),
        byte_length: Some(5),
    };
    let mut violation = Violation {
        check_id: "amount.range".into(),
        code: "range.below_minimum".into(),
        severity: Severity::Error,
        input: 0,
        location,
        column: Some("amount".into()),
        path: None,
        value: None,
        value_truncated: false,
        expected: "at least 0.01".into(),
        message: format!("{} is below 0.01", value.unwrap_or("")),
        related: None,
        excerpt: None,
    };
    if let Some(value) = value {
        violation.set_value(value);
    }
    violation
}

/// Of everything there is: nulls, empty text, a second place, a second input, a fault of the table.
fn all() -> Vec<Violation> {
    let mut table = violation(0, None);
    table.location = Location::default();
    (table.column, table.severity, table.input) = (None, Severity::Warning, 1);
    let mut duplicate = violation(9, Some("A,1"));
    duplicate.related = Some(Related { input: 0, location: duplicate.location });
    let mut nested = violation(10, Some(""));
    nested.path = Some("/tags/0".into());
    let long = violation(11, Some(&"€".repeat(100)));
    vec![violation(0, Some("-3")), violation(3, Some("=1+1")), table, duplicate, nested, long]
}

fn write(path: &Path, options: &ErrorsOptions, violations: &[Violation]) -> Result<u64, Error> {
    let mut errors = ErrorsWriter::create(path, options)?;
    for violation in violations {
        errors.write(violation)?;
    }
    errors.finish()
}

/// The bytes of a file of that name, with these violations in it.
fn written(name: &str, options: &ErrorsOptions, violations: &[Violation]) -> Vec<u8> {
    let format = ErrorsFormat::from_file_name(name).unwrap();
    let mut table = Table::start(Vec::new(), format, options).unwrap();
    for violation in violations {
        let input_name = options.input_names.get(violation.input as usize).map(String::as_str);
        table.add(&Row { violation, input_name }).unwrap();
    }
    table.finish().unwrap()
}

/// What a reader of CSV finds under each column, row by row.
fn csv_rows(bytes: &[u8]) -> Vec<Vec<String>> {
    let mut reader = ::csv::ReaderBuilder::new().from_reader(bytes);
    assert_eq!(reader.headers().unwrap().iter().collect::<Vec<_>>(), row::COLUMNS);
    reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
}

fn column(name: &str) -> usize {
    row::COLUMNS.iter().position(|column| *column == name).unwrap()
}

#[test]
fn csv_has_the_columns_in_their_order() {
    let options = ErrorsOptions::default().input_names(["a.csv", "b;c.csv"]);
    let text = String::from_utf8(written("errors.csv", &options, &all())).unwrap();
    let mut lines = text.lines();
    assert_eq!(
        lines.next(),
        Some(
            "check_id,code,severity,input,input_name,row_index,line,byte_offset,byte_length,column,path,value,\
             value_truncated,expected,message,related_input,related_row_index,related_line,related_byte_offset,\
             related_byte_length"
        )
    );
    assert_eq!(
        lines.next(),
        Some(
            "amount.range,range.below_minimum,error,0,a.csv,0,2,48,5,amount,,-3,false,at least 0.01,\
             '-3 is below 0.01,,,,,"
        )
    );
    assert_eq!(
        lines.nth(1),
        Some(
            "amount.range,range.below_minimum,warning,1,\"b;c.csv\",,,,,,,,false,at least 0.01,\" is below 0.01\",,,,,"
        )
    );
    assert_eq!(text.lines().count(), 1 + all().len());
    let rows = csv_rows(text.as_bytes());
    assert_eq!(rows[1][column("value")], "'=1+1");
    assert_eq!(rows[3][column("related_line")], "11");
    assert_eq!(
        (rows[4][column("path")].as_str(), rows[5][column("value_truncated")].as_str()),
        ("/tags/0", "true")
    );
}

#[test]
fn an_empty_text_is_no_null() {
    let text = |value| {
        let bytes = written("errors.csv", &ErrorsOptions::default(), &[violation(0, value)]);
        String::from_utf8(bytes).unwrap()
    };
    assert!(text(Some("")).contains("amount,,\"\",false"), "{}", text(Some("")));
    assert!(text(None).contains("amount,,,false"), "{}", text(None));
}

#[test]
fn json_lines_have_the_members_of_the_report() {
    for name in ["errors.jsonl", "errors.NDJSON"] {
        let text = String::from_utf8(written(name, &ErrorsOptions::default(), &all())).unwrap();
        let back: Vec<Violation> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(back, all());
        assert!(text.starts_with("{\"check_id\":\"amount.range\",\"code\":\"range.below_minimum\","));
    }
}

#[test]
fn the_path_is_what_it_was_until_the_end() {
    let folder = tempfile::tempdir().unwrap();
    for format in ErrorsFormat::ALL {
        let path = folder.path().join(format!("errors.{}", format.extension()));
        for before in [None, Some("old")] {
            let mut errors = ErrorsWriter::create(&path, &ErrorsOptions::default()).unwrap();
            for row in 0..5000 {
                errors.write(&violation(row, Some("x"))).unwrap();
            }
            drop(errors);
            assert_eq!(fs::read_to_string(&path).ok().as_deref(), before, "{format:?}");
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), usize::from(before.is_some()));
            fs::write(&path, "old").unwrap();
        }
        let options = ErrorsOptions::default().input_names(["a.csv", "b.csv"]);
        for violations in [&[][..], &all()] {
            assert_eq!(write(&path, &options, violations).unwrap(), violations.len() as u64);
            assert_eq!(fs::read(&path).unwrap(), written(&path.display().to_string(), &options, violations));
        }
        fs::remove_file(&path).unwrap();
    }
}

#[test]
fn what_cannot_be_written_says_why() {
    let create = |name: &str| ErrorsWriter::create(name, &ErrorsOptions::default()).unwrap_err().to_string();
    let known = ErrorsFormat::extensions();
    for name in ["errors", "errors.pdf", ".hidden"] {
        assert_eq!(
            create(name),
            format!("`{name}` must end in {known}, which says in which form it is written")
        );
    }
    assert!(
        create("no/such/folder/errors.csv").starts_with("`no/such/folder/errors.csv` could not be written")
    );
    if !Path::new("/dev/full").exists() {
        return trueline_testkit::corpora::skip("full device", "there is no /dev/full here");
    }
    for format in ErrorsFormat::ALL {
        let options = ErrorsOptions::default().format(*format);
        let violations: Vec<Violation> = (0..10).map(|row| violation(row, Some("x"))).collect();
        let error = write(Path::new("/dev/full"), &options, &violations).unwrap_err();
        assert_eq!(error.to_string(), "`/dev/full` could not be written", "{format:?}");
    }
}

#[test]
fn every_write_that_fails_is_told() {
    for format in ErrorsFormat::ALL {
        let options = ErrorsOptions::default().format(*format);
        let mut nth = 1;
        loop {
            let out =
                FailingWrite::new(Vec::new(), nth).with(Fault::Error(io::ErrorKind::StorageFull)).and_later();
            let written = Table::start(out, *format, &options).and_then(|mut table| {
                for row in 0..30 {
                    let violation = violation(row, Some("x"));
                    table.add(&Row { violation: &violation, input_name: None })?;
                }
                table.finish()
            });
            if written.is_ok() {
                break;
            }
            nth += 1;
            assert!(nth < 1000, "{format:?}");
        }
        assert!(nth > 1, "{format:?}");
    }
}

#[test]
fn nothing_is_added_after_a_failure() {
    if !Path::new("/dev/full").exists() {
        return trueline_testkit::corpora::skip("full device", "there is no /dev/full here");
    }
    for format in ErrorsFormat::ALL {
        let options = ErrorsOptions::default().format(*format);
        let mut errors = ErrorsWriter::create("/dev/full", &options).unwrap();
        let large = violation(0, Some(&"x".repeat(256)));
        let failed = (0..2_000_000).find(|_| errors.write(&large).is_err());
        assert!(failed.is_some(), "{format:?}");
        assert!(errors.write(&large).is_err() && errors.finish().is_err());
    }
}

proptest! {
    #[test]
    fn any_text_comes_back(texts in proptest::collection::vec(any::<String>(), 1..6), name in any::<String>()) {
        let violations: Vec<Violation> = texts
            .iter()
            .map(|text| Violation { check_id: text.clone(), message: text.clone(), ..violation(1, Some(text)) })
            .collect();
        let options = ErrorsOptions::default().input_names([name.clone()]);
        let exact = csv_rows(&written("errors.csv", &options.clone().raw_cells(true), &violations));
        let shown = written("errors.csv", &options, &violations);
        prop_assert_eq!(String::from_utf8(shown.clone()).unwrap().lines().count(), violations.len() + 1);
        let safe = csv_rows(&shown);
        for ((exact, safe), violation) in exact.iter().zip(&safe).zip(&violations) {
            prop_assert_eq!(&exact[column("message")], &violation.message);
            prop_assert_eq!(&exact[column("value")], violation.value.as_ref().unwrap());
            prop_assert_eq!(&exact[column("input_name")], &name);
            let cell = &safe[column("check_id")];
            let is_number = cell.parse::<f64>().is_ok();
            prop_assert!(!cell.starts_with(['=', '@', '\t', '\r']) && (is_number || !cell.starts_with(['+', '-'])));
        }
    }
}

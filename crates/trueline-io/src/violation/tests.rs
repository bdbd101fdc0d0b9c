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
    let mut table = TableWriter::start(Vec::new(), format, options).unwrap();
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
    for format in ErrorsFormat::ALL.iter().filter(|format| format.is_built()) {
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
    for format in ErrorsFormat::ALL.iter().filter(|format| format.is_built()) {
        let options = ErrorsOptions::default().format(*format);
        let violations: Vec<Violation> = (0..10).map(|row| violation(row, Some("x"))).collect();
        let error = write(Path::new("/dev/full"), &options, &violations).unwrap_err();
        assert_eq!(error.to_string(), "`/dev/full` could not be written", "{format:?}");
    }
}

#[test]
fn every_write_that_fails_is_told() {
    for format in ErrorsFormat::ALL.iter().filter(|format| format.is_built()) {
        let options = ErrorsOptions::default().format(*format);
        let mut nth = 1;
        loop {
            let out =
                FailingWrite::new(Vec::new(), nth).with(Fault::Error(io::ErrorKind::StorageFull)).and_later();
            let written = TableWriter::start(out, *format, &options).and_then(|mut table| {
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
    for format in ErrorsFormat::ALL.iter().filter(|format| format.is_built()) {
        let options = ErrorsOptions::default().format(*format);
        let mut errors = ErrorsWriter::create("/dev/full", &options).unwrap();
        let mut large = violation(0, None);
        let mut state = 1_u64;
        // Texts that cannot be made smaller, or a row group would hold very many.
        let failed = (0..2_000_000).find(|_| {
            let noise = (0..256).map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                char::from(b' ' + u8::try_from(state >> 58).unwrap())
            });
            large.message = noise.collect();
            errors.write(&large).is_err()
        });
        assert!(failed.is_some(), "{format:?}");
        assert!(errors.write(&large).is_err() && errors.finish().is_err());
    }
}

/// What a reader of Parquet or Arrow finds, as the cells of each row.
#[cfg(all(feature = "arrow-ipc", feature = "parquet"))]
mod tables {
    use arrow_array::cast::AsArray;
    use arrow_array::types::Int64Type;
    use arrow_array::{Array, RecordBatch};

    use super::row::{COLUMNS, Cell};
    use super::*;

    fn batches(format: ErrorsFormat, bytes: Vec<u8>) -> Vec<RecordBatch> {
        let readable = bytes::Bytes::from(bytes);
        if format == ErrorsFormat::Parquet {
            let reader = ::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(readable);
            let reader = reader.unwrap().build().unwrap();
            return reader.map(Result::unwrap).collect();
        }
        let reader = ::arrow_ipc::reader::FileReader::try_new(io::Cursor::new(readable), None).unwrap();
        reader.map(Result::unwrap).collect()
    }

    fn cell(array: &dyn Array, row: usize) -> Cell<'_> {
        if array.is_null(row) {
            Cell::Null
        } else if let Some(texts) = array.as_string_opt::<i32>() {
            Cell::Text(texts.value(row))
        } else if let Some(integers) = array.as_primitive_opt::<Int64Type>() {
            Cell::Integer(u64::try_from(integers.value(row)).unwrap())
        } else {
            Cell::Boolean(array.as_boolean().value(row))
        }
    }

    /// The file has the documented columns and, row by row, what was put in.
    fn assert_holds(format: ErrorsFormat, bytes: Vec<u8>, violations: &[Violation], names: &[&str]) {
        let mut expected = violations
            .iter()
            .map(|violation| Row { violation, input_name: names.get(violation.input as usize).copied() });
        for batch in batches(format, bytes) {
            assert_eq!(batch.schema().fields(), schema().fields());
            for row in 0..batch.num_rows() {
                let cells: Vec<Cell<'_>> = batch.columns().iter().map(|array| cell(array, row)).collect();
                assert_eq!(cells, expected.next().unwrap().cells(), "{format:?}");
            }
        }
        assert!(expected.next().is_none());
    }

    #[test]
    fn tables_hold_what_was_put_in() {
        let names = ["a.csv", "b.csv"];
        let options = ErrorsOptions::default().input_names(names);
        let many: Vec<Violation> = all().into_iter().cycle().take(10_001).collect();
        for (format, name) in
            [(ErrorsFormat::Parquet, "errors.parquet"), (ErrorsFormat::ArrowIpc, "errors.ARROW")]
        {
            for violations in [&[][..], &all(), &many] {
                assert_holds(format, written(name, &options, violations), violations, &names);
            }
            assert_holds(format, written(name, &ErrorsOptions::default(), &all()), &all(), &[]);
        }
    }

    #[test]
    fn batches_are_bounded_by_rows_and_by_text() {
        let mut large = violation(0, Some("x"));
        large.expected = "x".repeat(1 << 20);
        let bytes = written("errors.arrow", &ErrorsOptions::default(), &vec![large; 10]);
        let rows: Vec<usize> =
            batches(ErrorsFormat::ArrowIpc, bytes).iter().map(RecordBatch::num_rows).collect();
        assert_eq!(rows, [4, 4, 2]);
        let bytes = written("errors.arrow", &ErrorsOptions::default(), &vec![violation(0, None); 10_000]);
        let rows: Vec<usize> =
            batches(ErrorsFormat::ArrowIpc, bytes).iter().map(RecordBatch::num_rows).collect();
        assert_eq!(rows, [4096, 4096, 1808]);
    }

    #[test]
    fn row_groups_of_parquet_are_bounded() {
        // Texts that cannot be made smaller: each one another.
        let mut table =
            TableWriter::start(Vec::new(), ErrorsFormat::Parquet, &ErrorsOptions::default()).unwrap();
        for row in 0..160_u64 {
            let mut large = violation(row, None);
            let mut state = row + 1;
            let noise = (0..1 << 18).map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                char::from(b' ' + u8::try_from(state >> 58).unwrap())
            });
            large.message = noise.collect();
            table.add(&Row { violation: &large, input_name: None }).unwrap();
        }
        let bytes = bytes::Bytes::from(table.finish().unwrap());
        let reader = ::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(bytes).unwrap();
        let groups = reader.metadata().num_row_groups();
        assert!(groups >= 2, "{groups}");
    }

    #[test]
    fn the_schema_is_the_documented_one() {
        let documented: Vec<String> = schema()
            .fields()
            .iter()
            .map(|field| {
                let null = if field.is_nullable() { " or null" } else { "" };
                format!("{}: {}{null}", field.name(), field.data_type())
            })
            .collect();
        assert_eq!(
            documented[..5],
            ["check_id: Utf8", "code: Utf8", "severity: Utf8", "input: Int64", "input_name: Utf8 or null"]
        );
        assert_eq!(documented[12..15], ["value_truncated: Boolean", "expected: Utf8", "message: Utf8"]);
        assert_eq!(documented.len(), COLUMNS.len());
    }
}

#[cfg(not(all(feature = "arrow-ipc", feature = "parquet")))]
#[test]
fn a_form_that_is_not_built_says_what_it_takes() {
    for format in ErrorsFormat::ALL.iter().filter(|format| !format.is_built()) {
        let name = format!("errors.{}", format.extension());
        let error = ErrorsWriter::create(&name, &ErrorsOptions::default()).unwrap_err();
        let expected = format!("`{name}` cannot be written: it needs the feature `");
        assert!(error.to_string().starts_with(&expected), "{error}");
        assert!(!Path::new(&name).exists());
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

//! Files nobody on this project wrote: <https://github.com/apache/parquet-testing>.

use std::fmt::Write as _;

use trueline::{FileSource, Report, Validator, Verdict};
use trueline_testkit::corpora::{corpus, files};

use crate::support::{schema, validate};

const ALL_TYPES: &str = "extra_columns: forbid
fields:
  - {name: id, type: int32, required: true, unique: true, minimum: 0, maximum: 7}
  - {name: bool_col, type: boolean, required: true}
  - {name: tinyint_col, type: int32, enum: [0, 1]}
  - {name: smallint_col, type: int32, enum: [0, 1]}
  - {name: int_col, type: int64, enum: [0, 1]}
  - {name: bigint_col, type: int64, enum: [0, 10]}
  - {name: float_col, type: float64, minimum: 0, maximum: 1.2}
  - {name: double_col, type: float64, minimum: 0, maximum: 10.1}
  - {name: date_string_col, type: binary, min_length: 8, max_length: 8}
  - {name: string_col, type: binary, min_length: 1, max_length: 1}
  - {name: timestamp_col, type: timestamp, minimum: '2009-01-01T00:00:00Z', maximum: '2009-04-01T00:01:00Z'}
checks:
  - {check: row_count, equals: 8}
";

fn report(yaml: &str, path: &std::path::Path) -> Report {
    validate(Validator::builder(schema(yaml)).threads(2), &FileSource::new(path))
}

#[test]
fn types_and_values_are_those_that_are_documented() {
    let Some(folder) = corpus("parquet-testing") else { return };
    for name in ["alltypes_plain.parquet", "alltypes_dictionary.parquet"] {
        let path = folder.join("data").join(name);
        let yaml = match name {
            "alltypes_plain.parquet" => ALL_TYPES.to_owned(),
            _ => ALL_TYPES.replace("equals: 8", "equals: 2"),
        };
        let report = report(&yaml, &path);
        let failed: Vec<_> = report.violations.iter().map(|one| &one.message).collect();
        assert_eq!((report.verdict, failed), (Verdict::Valid, vec![]), "{name}");
        assert_eq!(report.inputs[0].bytes, std::fs::metadata(&path).expect("metadata").len());
    }
}

#[test]
fn damaged_files_are_unreadable() {
    let Some(folder) = corpus("parquet-testing") else { return };
    let paths = files(&folder.join("bad_data")).expect("files");
    let mut count = 0;
    for path in paths.iter().filter(|path| path.extension().is_some_and(|end| end == "parquet")) {
        let columns = trueline_columns(path);
        let report = report(&columns, path);
        assert_eq!(report.verdict, Verdict::Unreadable, "{}", path.display());
        assert_eq!(report.error.expect("an error").code, "parquet.damaged", "{}", path.display());
        count += 1;
    }
    assert!(count >= 8, "{count} files");
}

/// A schema that asks for the columns that a damaged file may have.
fn trueline_columns(path: &std::path::Path) -> String {
    use parquet::file::reader::FileReader;
    let file = std::fs::File::open(path).expect("a file");
    let mut yaml = "extra_columns: allow\nfields:\n".to_owned();
    let names: Vec<String> = std::panic::catch_unwind(|| {
        let reader = parquet::file::reader::SerializedFileReader::new(file).ok()?;
        let fields = reader.metadata().file_metadata().schema().get_fields();
        Some(fields.iter().map(|field| field.name().to_owned()).collect())
    })
    .ok()
    .flatten()
    .unwrap_or_default();
    for name in names {
        writeln!(yaml, "  - {{name: '{name}', type: any, required: true}}").expect("written");
    }
    if yaml.ends_with("fields:\n") {
        yaml += "  - {name: a, type: any, optional: true}\n";
    }
    yaml
}

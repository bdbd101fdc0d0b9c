//! Rows of Parquet and Arrow inputs, written to files in their types: put together again they are the table.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::builder::{Int64Builder, ListBuilder, MapBuilder, StringBuilder};
use arrow_array::cast::AsArray;
use arrow_array::types::Int8Type;
use arrow_array::{
    Array, ArrayRef, BinaryArray, BooleanArray, Decimal128Array, DictionaryArray, Int16Array, RecordBatch,
    StringArray, StructArray,
};
use arrow_ipc::reader::{FileReader, StreamReader};
use arrow_schema::{DataType, Field, Schema as ArrowSchema};
use arrow_select::concat::concat_batches;
use arrow_select::interleave::interleave_record_batch;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use tempfile::TempDir;
use trueline::{ErrorKind, MemorySource, Report, Severity, Source, Validator, ValidatorBuilder, Verdict};
use trueline_testkit::transactions::{self, Generator, Purpose};

use super::files::{Texts, Written, arrow_file, arrow_stream, parquet, transactions as batch_of};
use crate::outputs::{folder, in_file_order, json_lines_of};
use crate::support::{Once, schema, stable, validate};

const ROWS: u64 = 700;

/// Transactions with faults and repeats, and columns of many types that no schema names.
fn table(texts: Texts) -> RecordBatch {
    let mut csv = Vec::new();
    Generator::new(ROWS, 5).purpose(Purpose::Types).faults(0.05).write(&mut csv).expect("generated");
    let batch = batch_of(&csv, texts);
    let rows = batch.num_rows();
    let wide = |row: usize| i64::try_from(row).expect("few");
    let numbers = || (0..rows).map(|row| (row % 7 != 3).then_some(row));
    let mut lists = ListBuilder::new(Int64Builder::new());
    let mut maps = MapBuilder::new(None, StringBuilder::new(), Int64Builder::new());
    for row in 0..rows {
        (0..row % 4).for_each(|item| lists.values().append_option((item != 1).then(|| wide(item))));
        lists.append(row % 5 != 0);
        maps.keys().append_value(format!("key {row}"));
        maps.values().append_value(wide(row));
        maps.append(true).expect("pairs");
    }
    let short: Int16Array = numbers().map(|row| row.map(|row| i16::try_from(row).expect("few"))).collect();
    let texts: StringArray = numbers().map(|row| row.map(|row| "é".repeat(row % 30))).collect();
    let parts = [("short", Arc::new(short) as ArrayRef), ("text", Arc::new(texts))];
    let few: DictionaryArray<Int8Type> =
        numbers().map(|row| row.map(|row| ["a", "b", "c"][row % 3])).collect();
    let cents: Decimal128Array = numbers().map(|row| row.map(|row| row as i128 * 17)).collect();
    let more: Vec<(&str, ArrayRef)> = vec![
        ("lists", Arc::new(lists.finish())),
        ("maps", Arc::new(maps.finish())),
        ("parts", Arc::new(StructArray::try_from(parts.to_vec()).expect("parts"))),
        ("few", Arc::new(few)),
        ("cents", Arc::new(cents.with_precision_and_scale(12, 2).expect("fits"))),
        ("flags", Arc::new(numbers().map(|row| row.map(|row| row % 2 == 0)).collect::<BooleanArray>())),
        ("bytes", Arc::new((0..rows).map(|row| Some(row.to_le_bytes())).collect::<BinaryArray>())),
    ];
    let mut fields: Vec<Field> = batch.schema().fields().iter().map(|field| field.as_ref().clone()).collect();
    let mut columns = batch.columns().to_vec();
    for (name, array) in more {
        let told = HashMap::from([("unit".to_owned(), name.to_owned())]);
        fields.push(Field::new(name, array.data_type().clone(), name != "bytes").with_metadata(told));
        columns.push(array);
    }
    let about = HashMap::from([("made by".to_owned(), "a test".to_owned())]);
    RecordBatch::try_new(Arc::new(ArrowSchema::new_with_metadata(fields, about)), columns).expect("a batch")
}

/// The rows of a written file, with the schema that it has.
pub(super) fn read(path: &Path) -> RecordBatch {
    let file = File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let (schema, batches): (_, Vec<RecordBatch>) =
        match path.extension().and_then(|end| end.to_str()).expect("an end") {
            "parquet" => {
                let builder = ParquetRecordBatchReaderBuilder::try_new(file).expect("a footer");
                let schema = Arc::clone(builder.schema());
                (schema, builder.build().expect("a reader").collect::<Result<_, _>>().expect("batches"))
            }
            "arrow" => {
                let reader = FileReader::try_new(file, None).expect("a file");
                (reader.schema(), reader.collect::<Result<_, _>>().expect("batches"))
            }
            _ => {
                let reader = StreamReader::try_new(file, None).expect("a stream");
                (reader.schema(), reader.collect::<Result<_, _>>().expect("batches"))
            }
        };
    concat_batches(&schema, &batches).expect("one schema")
}

pub(super) struct Outputs {
    folder: TempDir,
    pub(super) valid: PathBuf,
    invalid: PathBuf,
}

impl Outputs {
    pub(super) fn new(end: &str) -> Self {
        let folder = folder();
        let [valid, invalid] = ["valid", "invalid"].map(|side| folder.path().join(format!("{side}.{end}")));
        Self { folder, valid, invalid }
    }

    pub(super) fn add(&self, builder: ValidatorBuilder) -> ValidatorBuilder {
        builder.valid_out(&self.valid).invalid_out(&self.invalid)
    }

    fn count(&self) -> usize {
        std::fs::read_dir(self.folder.path()).expect("a folder").count()
    }
}

/// The rows that violations of severity error name, with the ids of the checks in the order of the report.
fn named(report: &Report) -> BTreeMap<u64, Vec<String>> {
    assert_eq!(report.violations_omitted, 0, "every violation is needed");
    let mut named: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
    for violation in report.violations.iter().filter(|violation| violation.severity == Severity::Error) {
        let check = report.checks.iter().position(|check| check.id == violation.check_id).expect("a check");
        if let Some(row) = violation.location.row_index {
            named.entry(row).or_default().push(check);
        }
    }
    let ids = |mut checks: Vec<usize>| {
        checks.sort_unstable();
        checks.dedup();
        checks.into_iter().map(|check| report.checks[check].id.clone()).collect()
    };
    named.into_iter().map(|(row, checks)| (row, ids(checks))).collect()
}

/// Valid and invalid rows in the order that they came in.
fn together(
    named: &BTreeMap<u64, Vec<String>>,
    rows: u64,
    valid: &RecordBatch,
    invalid: &RecordBatch,
) -> RecordBatch {
    let mut next = [0, 0];
    let places: Vec<(usize, usize)> = (0..rows)
        .map(|row| {
            let side = usize::from(named.contains_key(&row));
            next[side] += 1;
            (side, next[side] - 1)
        })
        .collect();
    assert_eq!(next, [valid.num_rows(), invalid.num_rows()]);
    interleave_record_batch(&[valid, invalid], &places).expect("rows")
}

fn assert_same(found: &RecordBatch, expected: &RecordBatch, what: &str) {
    assert_eq!(found.schema().fields(), expected.schema().fields(), "{what}");
    for ((found, expected), field) in
        found.columns().iter().zip(expected.columns()).zip(expected.schema().fields())
    {
        assert_eq!(found, expected, "{what}: {}", field.name());
    }
}

fn all(yaml: &str) -> ValidatorBuilder {
    Validator::builder(schema(yaml)).sample_limit(u64::MAX).max_violations(u64::MAX)
}

fn inputs(batch: &RecordBatch) -> [(&'static str, Vec<u8>); 3] {
    let written = Written { group_rows: 150, page_rows: 40, is_packed: true, ..Written::default() };
    [
        ("t.parquet", parquet(batch, written)),
        ("t.arrow", arrow_file(batch, 110)),
        ("t.arrows", arrow_stream(batch, 64)),
    ]
}

#[test]
fn rows_put_together_again_are_the_table_in_its_types() {
    let schemas = [transactions::schema_yaml(), transactions::schema_without_unique_yaml()];
    for texts in [Texts::Plain, Texts::Large, Texts::Views] {
        let mut batch = table(texts);
        // A Parquet file has a dictionary for each row group, and an Arrow file one at most.
        let place = batch.schema().index_of("few").expect("there");
        let with_dictionary = batch.clone();
        batch.remove_column(place);
        for (name, bytes) in inputs(&batch).into_iter().chain(inputs(&with_dictionary)) {
            let source = MemorySource::new(name, bytes.clone());
            let has_dictionary = inputs(&with_dictionary).iter().any(|(_, with)| *with == bytes);
            let expected = if has_dictionary { &with_dictionary } else { &batch };
            for yaml in &schemas {
                let base = validate(all(yaml).threads(1), &source);
                let named = named(&base);
                assert!(base.rows.invalid > 100 && base.rows.valid > 100, "{:?}", base.rows);
                for (end, threads) in
                    ["parquet", "arrow", "arrows"].into_iter().flat_map(|end| [(end, 1), (end, 3)])
                {
                    if has_dictionary && name == "t.parquet" && end == "arrow" {
                        continue;
                    }
                    let what = format!("{texts:?}, {name} to {end}, {threads} threads, {has_dictionary}");
                    let outputs = Outputs::new(end);
                    let report = validate(outputs.add(all(yaml).threads(threads)), &source);
                    assert_eq!(stable(&report), stable(&base), "{what}");
                    let (valid, invalid) = (read(&outputs.valid), read(&outputs.invalid));
                    assert_same(&together(&named, ROWS, &valid, &invalid), expected, &what);
                    assert_eq!(outputs.count(), 2, "{what}");
                }
            }
        }
    }
}

#[test]
fn inputs_that_are_read_once_and_dictionaries_are_written_too() {
    let batch = table(Texts::Dictionaries);
    for (name, bytes) in inputs(&batch) {
        let outputs = Outputs::new("arrows");
        let yaml = transactions::schema_yaml();
        let source = MemorySource::new(name, bytes);
        let named = named(&validate(all(&yaml), &source));
        validate(outputs.add(all(&yaml).threads(3)), &Once(source));
        let together = together(&named, ROWS, &read(&outputs.valid), &read(&outputs.invalid));
        assert_same(&together, &batch, name);
    }
    let (name, bytes) = inputs(&batch).into_iter().next().expect("Parquet");
    let outputs = Outputs::new("arrow");
    let validator = outputs.add(all(&transactions::schema_yaml())).build().expect("a validator");
    let error = validator.validate(&MemorySource::new(name, bytes)).expect_err("several dictionaries");
    let text = format!("{error}: {:?}", std::error::Error::source(&error).map(ToString::to_string));
    assert!(matches!(error.kind(), ErrorKind::Output { .. }), "{text}");
    drop(validator);
    assert_eq!(outputs.count(), 0);
}

#[test]
fn invalid_rows_tell_why_in_a_first_column() {
    let batch = table(Texts::Plain);
    for (name, bytes) in inputs(&batch) {
        for yaml in [transactions::schema_yaml(), transactions::schema_without_unique_yaml()] {
            let source = MemorySource::new(name, bytes.clone());
            let outputs = Outputs::new("parquet");
            let named = named(&validate(all(&yaml), &source));
            let report = validate(outputs.add(all(&yaml).threads(3)).reasons("why"), &source);
            let mut invalid = read(&outputs.invalid);
            let field = invalid.schema().field(0).clone();
            assert_eq!(
                (field.name().as_str(), field.data_type(), field.is_nullable()),
                ("why", &DataType::Utf8, false)
            );
            let why = invalid.remove_column(0);
            let expected: Vec<String> = named.values().map(|ids| ids.join(";")).collect();
            let found: Vec<&str> = why.as_string::<i32>().iter().map(Option::unwrap_or_default).collect();
            assert_eq!(found, expected, "{name}");
            let together = together(&named, ROWS, &read(&outputs.valid), &invalid);
            assert_same(&together, &batch, name);
            assert_eq!(report.rows.invalid, named.len() as u64);
        }
    }
    let outputs = Outputs::new("arrow");
    let validator = outputs.add(all("fields: []")).reasons("status").build().expect("a validator");
    let (name, bytes) = inputs(&batch).into_iter().next().expect("Parquet");
    let error = validator.validate(&MemorySource::new(name, bytes)).expect_err("a column of that name");
    assert!(matches!(error.kind(), ErrorKind::Output { .. }), "{error}");
}

#[test]
fn several_inputs_are_one_table_if_they_have_the_same_columns() {
    let batch = table(Texts::Plain);
    let [(_, first), (_, second), _] = inputs(&batch);
    let sources = [MemorySource::new("1.parquet", first), MemorySource::new("2.arrow", second)];
    let sources: Vec<&dyn Source> = sources.iter().map(|source| source as &dyn Source).collect();
    let outputs = Outputs::new("parquet");
    let yaml = transactions::schema_without_unique_yaml();
    let validator = outputs.add(all(&yaml)).build().expect("a validator");
    let report = validator.validate_all(&sources).expect("a report");
    let valid = read(&outputs.valid);
    assert_eq!((valid.num_rows() as u64, report.rows.total), (report.rows.valid, 2 * ROWS));
    let half = valid.num_rows() / 2;
    assert_same(&valid.slice(half, half), &valid.slice(0, half), "both halves");

    let mut other = batch.clone();
    other.remove_column(0);
    let others = [("column", other), ("type", table(Texts::Views))];
    for (what, other) in others {
        let other = MemorySource::new("other.arrow", arrow_file(&other, 100));
        let outputs = Outputs::new("parquet");
        let validator = outputs.add(all("fields: []")).build().expect("a validator");
        let error = validator.validate_all(&[sources[0], &other]).expect_err("other columns");
        let ErrorKind::Output { source, .. } = error.kind() else { panic!("{what}: {error}") };
        let text = source.to_string();
        assert!(text.contains("`other.arrow`") && text.contains("`1.parquet`"), "{text}");
        drop(validator);
        assert_eq!(outputs.count(), 0, "{what}");
    }
}

#[test]
fn names_that_do_not_fit_are_refused_and_broken_inputs_leave_nothing() {
    let [(name, bytes), _, (stream, whole)] = inputs(&table(Texts::Plain));
    for end in ["csv", "parquet.gz", "rows"] {
        let outputs = Outputs::new(end);
        for name in [name, "-"] {
            let validator = outputs.add(all("fields: []")).build().expect("a validator");
            let source = MemorySource::new(name, bytes.clone());
            let error = validator.validate(&source).expect_err("refused");
            assert!(matches!(error.kind(), ErrorKind::OutputName { .. }), "{end}: {error}");
            assert!(error.to_string().contains(".parquet, .arrow or .arrows"), "{error}");
        }
        assert_eq!(outputs.count(), 0);
    }
    // The format of an input without a telling name is known once it is open.
    let outputs = Outputs::new("parquet");
    validate(outputs.add(all("fields: []")), &MemorySource::new("-", bytes));
    assert_eq!(read(&outputs.valid).num_rows() as u64, ROWS);

    let outputs = Outputs::new("arrow");
    let cut = MemorySource::new(stream, whole[..whole.len() / 2].to_vec());
    let report = validate(outputs.add(all("fields: []")).threads(3), &cut);
    assert_eq!((report.verdict, outputs.count()), (Verdict::Unreadable, 0));
    assert!(report.rows.total > 0);
}

#[test]
fn every_violation_of_a_parquet_input_goes_to_a_file() {
    let batch = table(Texts::Plain);
    let yaml = transactions::schema_yaml();
    for (name, bytes) in inputs(&batch) {
        let source = MemorySource::new(name, bytes);
        let base = validate(all(&yaml).threads(1), &source);
        let violations = in_file_order(&base);
        assert!(violations.len() > 20);
        for threads in [1, 3] {
            let outputs = Outputs::new("parquet");
            let errors = outputs.folder.path().join("errors.jsonl");
            let few = Validator::builder(schema(&yaml)).sample_limit(1).threads(threads);
            validate(outputs.add(few).errors_out(&errors), &source);
            assert_eq!(json_lines_of(&errors), violations, "{name}, {threads} threads");
            assert_eq!(outputs.count(), 3);
        }
    }
}

//! Columns of other types than the schema's.

use std::sync::Arc;

use arrow_array::types::Decimal128Type;
use arrow_array::{
    ArrayRef, Date64Array, Float64Array, Int64Array, PrimitiveArray, RecordBatch, StringArray,
    TimestampSecondArray,
};
use trueline::{MemorySource, Report, Status, Trust, Validator, Verdict};

use super::files::{Written, arrow_file, arrow_stream, parquet};
use crate::support::{schema, validate};

const SCHEMA: &str = "fields:
  - {name: id, type: int32, unique: true, minimum: 2}
  - {name: text, type: string, required: true, max_length: 3}
  - {name: at, type: 'timestamp', maximum: '2000-01-01T00:00:00Z'}
  - {name: good, type: float64, maximum: 1}
";

fn batch() -> RecordBatch {
    let columns: [(&str, ArrayRef); 4] = [
        ("id", Arc::new(Int64Array::from(vec![1, 1, 2]))),
        ("text", Arc::new(Float64Array::from(vec![Some(1.0), None, Some(3.0)]))),
        ("at", Arc::new(StringArray::from(vec!["1970-01-01T00:00:00Z"; 3]))),
        ("good", Arc::new(Float64Array::from(vec![0.5, 1.5, 1.0]))),
    ];
    RecordBatch::try_from_iter_with_nullable(columns.map(|(name, array)| (name, array, true)))
        .expect("a batch")
}

fn reports() -> Vec<Report> {
    let batch = batch();
    let validator = Validator::new(schema(SCHEMA)).expect("a validator");
    let mut reports = vec![validator.validate_batch(&batch).expect("a report")];
    for (name, bytes) in [
        ("t.arrow", arrow_file(&batch, 2)),
        ("t.arrow", arrow_stream(&batch, 2)),
        ("t.parquet", parquet(&batch, Written { group_rows: 2, ..Written::default() })),
    ] {
        reports
            .push(validate(Validator::builder(schema(SCHEMA)).threads(2), &MemorySource::new(name, bytes)));
    }
    reports
}

#[test]
fn a_column_of_another_type_is_one_violation_and_the_others_are_judged() {
    for report in reports() {
        assert_eq!((report.verdict, report.rows.total), (Verdict::Invalid, 3));
        for (column, found, expected) in
            [("id", "Int64", "int32"), ("text", "Float64", "string"), ("at", "Utf8", "timestamp")]
        {
            let of_type =
                report.checks.iter().find(|check| check.id == format!("{column}.type")).expect("a check");
            assert_eq!((of_type.status, of_type.failed, of_type.evaluated), (Status::Failed, 1, 0));
            assert_eq!(
                of_type.codes.iter().map(|(code, count)| (code.as_str(), *count)).collect::<Vec<_>>(),
                [("type.column", 1)]
            );
            assert_eq!(of_type.not_evaluated, 3);
            let violation =
                report.violations.iter().find(|one| one.check_id == of_type.id).expect("a violation");
            assert_eq!((violation.location.row_index, violation.column.as_deref()), (None, Some(column)));
            assert!(
                violation.message.contains(&format!("the column is of type {found}, expected {expected}")),
                "{}",
                violation.message
            );
            let others =
                report.checks.iter().filter(|check| check.columns == [column] && check.id != of_type.id);
            let mut count = 0;
            for other in others {
                assert_eq!((other.status, other.failed), (Status::NotEvaluated, 0), "{}", other.id);
                let reason = other.reason.as_deref().expect("a reason");
                assert!(reason.contains(found) && reason.contains(expected), "{reason}");
                count += 1;
            }
            assert!(count > 0, "{column}");
        }
        let range = report.checks.iter().find(|check| check.id == "good.range").expect("a check");
        assert_eq!((range.status, range.failed, range.first_row_index), (Status::Failed, 1, Some(1)));
        assert_eq!(report.rows.invalid, 1);
    }
}

#[test]
fn days_in_milliseconds_are_dates_where_they_are_whole() {
    let days: ArrayRef = Arc::new(Date64Array::from(vec![Some(86_400_000), Some(1), None]));
    let batch = RecordBatch::try_from_iter([("day", days)]).expect("a batch");
    let schema = schema("fields:\n  - {name: day, type: date, minimum: '1970-01-03'}\n");
    let source = MemorySource::new("t.arrow", arrow_file(&batch, 10));
    let report = validate(Validator::builder(schema), &source);
    let found: Vec<_> = report
        .violations
        .iter()
        .map(|one| (one.code.as_str(), one.location.row_index, one.value.as_deref()))
        .collect();
    assert_eq!(
        found,
        [
            ("range.below_minimum", Some(0), Some("1970-01-02")),
            ("type.invalid", Some(1), Some("1970-01-01T00:00:00.001")),
        ]
    );
}

#[test]
fn a_timestamp_with_a_zone_is_asked_for_one() {
    let at = |zone: Option<&str>| -> RecordBatch {
        let array = TimestampSecondArray::from(vec![0]);
        let array: ArrayRef = Arc::new(match zone {
            Some(zone) => array.with_timezone(zone),
            None => array,
        });
        RecordBatch::try_from_iter([("at", array)]).expect("a batch")
    };
    let validator =
        Validator::new(schema("fields:\n  - {name: at, type: 'timestamp(s,UTC)'}\n")).expect("a validator");
    assert_eq!(validator.validate_batch(&at(Some("+02:00"))).expect("a report").verdict, Verdict::Valid);
    assert_eq!(validator.validate_batch(&at(None)).expect("a report").verdict, Verdict::Invalid);
}

/// Nobody who writes a decimal has to look whether it has the digits that it should.
#[test]
fn decimals_of_too_many_digits_are_no_values_of_their_column() {
    let values = [[Some(1_234_567_890), None, Some(99_999)], [Some(1), None, Some(-100_000)]];
    for (values, most) in values.into_iter().flat_map(|values| [(values, None), (values, Some(20))]) {
        let limit = most.map_or_else(String::new, |most| format!(", maximum: {most}"));
        let schema = || schema(&format!("fields:\n  - {{name: a, type: 'decimal(7,2)'{limit}}}\n"));
        let cents = PrimitiveArray::<Decimal128Type>::from(values.to_vec());
        let cents: ArrayRef = Arc::new(cents.with_precision_and_scale(5, 2).expect("a decimal"));
        let batch = RecordBatch::try_from_iter_with_nullable([("a", cents, true)]).expect("a batch");
        let code = |value: i128| match most {
            _ if value.abs() > 99_999 => Some("type.excess_digits"),
            Some(most) if value > most * 100 => Some("range.above_maximum"),
            _ => None,
        };
        let rows = (0..).zip(values).filter_map(|(row, value)| Some((code(value?)?.to_owned(), Some(row))));
        let expected: Vec<(String, Option<u64>)> = rows.collect();
        let found = |report: Report| {
            let of = |one: &trueline::Violation| (one.code.clone(), one.location.row_index);
            let mut found: Vec<_> = report.violations.iter().map(of).collect();
            found.sort_by_key(|(_, row)| *row);
            found
        };
        let validator = Validator::new(schema()).expect("a validator");
        assert_eq!(found(validator.validate_batch(&batch).expect("a report")), expected);
        let written = |has_dictionaries| Written { has_dictionaries, ..Written::default() };
        for (name, bytes) in [
            ("t.arrow", arrow_file(&batch, 2)),
            ("t.arrows", arrow_stream(&batch, 2)),
            ("t.parquet", parquet(&batch, written(true))),
            ("t.parquet", parquet(&batch, written(false))),
        ] {
            for trust in [Trust::Never, Trust::Prove, Trust::Audit] {
                let builder = Validator::builder(schema()).trust_statistics(trust);
                let report = validate(builder, &MemorySource::new(name, bytes.clone()));
                assert_eq!(found(report), expected, "{name}, {trust:?}");
            }
        }
    }
}

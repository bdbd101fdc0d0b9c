//! Checks with their ids, order and descriptions.

use trueline_schema::{
    Check, CheckKind, CountBounds, DataType, Decimal, Field, KeyNulls, KeyReport, LengthUnit, Literal, Range,
    Schema, Severity, Tolerance,
};

use crate::examples::FULL_YAML;

fn schema(text: &str) -> Schema {
    Schema::from_yaml(text).unwrap_or_else(|error| panic!("{}", error.render("schema", text)))
}

fn ids(text: &str) -> Vec<String> {
    schema(text).resolved_checks().into_iter().map(|check| check.id).collect()
}

#[test]
fn implied_checks_come_first() {
    let text = "
fields:
  - {name: s, type: string}
  - {name: n}
  - {name: i, type: int64}
  - {name: f, type: float32, required: true, unique: true, minimum: 0}
  - {name: g, type: float64, allow_nan: true}
  - {name: h, type: float64, allow_nan: true, allow_infinite: true}
";
    assert_eq!(
        ids(text),
        [
            "structure",
            "table.columns",
            "i.type",
            "f.type",
            "f.finite",
            "f.required",
            "f.unique",
            "f.range",
            "g.type",
            "g.finite",
            "h.type"
        ]
    );
    let checks = schema(text).resolved_checks();
    assert_eq!(checks[9].kind, CheckKind::Finite { allow_nan: true, allow_infinite: false });
    assert_eq!(checks[9].columns, ["g"]);
}

#[test]
fn checks_are_in_report_order() {
    let text = "
fields:
  - name: a
    type: float64
    checks: [{check: completeness, min_count: 1}, {check: range, maximum: 9}, {check: required, severity: warning}]
    precision: {scale: 2}
    const: 1
    not_in: [2]
    enum: [1]
    multiple_of: 1
    maximum: 5
    unique: true
    required: true
  - {name: b, type: string, format: email, contains: x, ends_with: y, starts_with: z, max_length: 3, min_length: 1, pattern: x}
checks:
  - {check: unique, columns: [b, a]}
  - {check: row_count, min: 1}
  - {check: enum, column: a, enum: [1, 2]}
  - {check: unique, columns: [b, a], nulls: fail}
";
    assert_eq!(
        ids(text),
        [
            "structure",
            "table.columns",
            "a.type",
            "a.finite",
            "a.required",
            "a.required#2",
            "a.unique",
            "a.range",
            "a.range#2",
            "a.multiple_of",
            "a.enum",
            "a.enum#2",
            "a.not_in",
            "a.const",
            "a.precision",
            "a.completeness",
            "b.pattern",
            "b.length",
            "b.starts_with",
            "b.ends_with",
            "b.contains",
            "b.format",
            "b+a.unique",
            "table.row_count",
            "b+a.unique#2",
        ]
    );
}

#[test]
fn declared_checks_replace_implied_ones() {
    let text = "
fields:
  - {name: a, type: float64, checks: [{check: finite, severity: warning}]}
checks:
  - {check: columns, severity: warning, id: header}
  - {check: structure, tolerance: 0.25}
  - {check: type, column: a, message: not a number, sample_limit: 7}
";
    let checks = schema(text).resolved_checks();
    let ids: Vec<&str> = checks.iter().map(|check| check.id.as_str()).collect();
    assert_eq!(ids, ["structure", "header", "a.type", "a.finite"]);
    assert_eq!(checks[0].tolerance, Some(Tolerance::Fraction(0.25)));
    assert_eq!(checks[1].severity, Severity::Warning);
    assert_eq!((checks[2].message.as_deref(), checks[2].sample_limit), (Some("not a number"), Some(7)));
    assert_eq!(checks[3].severity, Severity::Warning);
}

#[test]
fn the_severity_of_a_field_is_that_of_its_checks() {
    let text = "
fields:
  - {name: a, type: float64, severity: warning, required: true, checks: [{check: range, minimum: 1, severity: error}]}
checks: [{check: range, column: a, minimum: 2}]
";
    let severities: Vec<(String, Severity)> =
        schema(text).resolved_checks().into_iter().map(|check| (check.id, check.severity)).collect();
    let wanted = [
        ("structure", Severity::Error),
        ("table.columns", Severity::Error),
        ("a.type", Severity::Warning),
        ("a.finite", Severity::Warning),
        ("a.required", Severity::Warning),
        ("a.range", Severity::Error),
        ("a.range#2", Severity::Error),
    ];
    assert_eq!(severities, wanted.map(|(id, severity)| (id.to_owned(), severity)));
}

#[test]
fn bounds_are_of_the_type_and_fold() {
    let field = |keywords: &str| schema(&format!("fields: [{{name: a, {keywords}}}]")).fields.remove(0);
    let range = |keywords: &str| match field(keywords).checks.remove(0).kind {
        CheckKind::Range(range) => range,
        other => panic!("{other:?}"),
    };
    let number = |text: &str| Some(Literal::Number(Decimal::parse(text).unwrap()));
    assert_eq!(range("type: int64, minimum: 1.0").minimum, number("1"));
    assert_eq!(range("type: float64, minimum: 0.1").minimum, number("0.1"));
    assert_eq!(range("type: uint64, maximum: 18446744073709551615").maximum, number("18446744073709551615"));
    let folded = range("type: int64, minimum: 1, exclusive_minimum: 1, maximum: 5, exclusive_maximum: 9");
    let wanted = Range { exclusive_minimum: number("1"), maximum: number("5"), ..Range::default() };
    assert_eq!(folded, wanted);
    assert_eq!(range("type: date, minimum: 1970-01-02").minimum, Some(Literal::Date(1)));
    assert_eq!(range("type: time, minimum: \"00:00:01\"").minimum, Some(Literal::Time(1_000_000_000)));
    let timestamp = Literal::Timestamp { nanos: -3_600_000_000_000, offset: true };
    assert_eq!(range("type: timestamp, minimum: 1970-01-01T00:00:00+01:00").minimum, Some(timestamp));
    assert_eq!(range("type: duration, minimum: PT1S").minimum, Some(Literal::Duration(1_000_000_000)));
    let kind = field("type: binary, const: Zm8=").checks.remove(0).kind;
    assert_eq!(kind, CheckKind::Const(Literal::Binary(b"fo".to_vec())));
    let kind = field("type: binary, max_length: 3").checks.remove(0).kind;
    assert_eq!(kind, CheckKind::Length { min: None, max: Some(3), unit: LengthUnit::Byte });
    let formats = field("type: date, format: \"%d.%m.%Y\"").formats;
    assert_eq!(formats, ["%d.%m.%Y"]);
}

#[test]
fn the_types_are_spelt_as_they_are_read() {
    for text in [
        "string",
        "boolean",
        "int8",
        "int16",
        "int32",
        "int64",
        "uint8",
        "uint16",
        "uint32",
        "uint64",
        "float32",
        "float64",
        "decimal(38,38)",
        "decimal(1,0)",
        "date",
        "time",
        "timestamp",
        "timestamp(s)",
        "timestamp(ns,UTC)",
        "timestamp(ms,+05:30)",
        "timestamp(us,Europe/Berlin)",
        "duration",
        "binary",
        "any",
    ] {
        let read = schema(&format!("fields: [{{name: a, type: \"{text}\"}}]"));
        assert_eq!(read.fields[0].data_type.to_string(), text);
    }
    for (text, same) in [
        ("integer", "int64"),
        ("number", "float64"),
        ("timestamp( us , Z )", "timestamp(us,UTC)"),
        ("decimal(10, 2)", "decimal(10,2)"),
    ] {
        let read = schema(&format!("fields: [{{name: a, type: \"{text}\"}}]"));
        assert_eq!(read.fields[0].data_type.to_string(), same);
    }
    assert_eq!(schema("fields: [{name: a}]").fields[0].data_type, DataType::Any);
}

#[test]
fn null_values_are_the_fields_then_the_schemas_then_the_empty_text() {
    let read = schema(
        "fields: [{name: a}, {name: b, null_values: [x]}, {name: c, null_values: []}]\nnull_values: [NA, '']",
    );
    let nulls: Vec<Vec<String>> = read.fields.iter().map(|field| read.null_values_for(field)).collect();
    assert_eq!(nulls, [vec!["NA", ""], vec!["x"], vec![]]);
    let read = schema("fields: [{name: a}]");
    assert_eq!(read.null_values_for(&read.fields[0]), [""]);
}

#[test]
fn every_code_begins_with_the_name_of_its_check() {
    let checks = schema(FULL_YAML).resolved_checks();
    let mut names = std::collections::BTreeSet::new();
    for check in &checks {
        names.insert(check.kind.name());
        assert!(!check.kind.codes().is_empty());
        for code in check.kind.codes() {
            assert!(code.starts_with(&format!("{}.", check.kind.name())), "{code}");
        }
    }
    assert_eq!(names.len(), 23, "the example has every check");
    let ids: std::collections::BTreeSet<&str> = checks.iter().map(|check| check.id.as_str()).collect();
    assert_eq!(ids.len(), checks.len());
}

#[test]
fn expectations_are_described_in_words() {
    let number = |text: &str| Literal::Number(Decimal::parse(text).unwrap());
    let text = |text: &str| Literal::Text(text.to_owned());
    let any = DataType::Any;
    for (kind, data_type, wanted) in [
        (
            CheckKind::Range(Range {
                minimum: Some(number("0.01")),
                maximum: Some(number("1e6")),
                ..Range::default()
            }),
            DataType::Float64,
            "at least 0.01 and at most 1000000",
        ),
        (
            CheckKind::Range(Range { exclusive_minimum: Some(Literal::Date(0)), ..Range::default() }),
            DataType::Date,
            "more than 1970-01-01",
        ),
        (CheckKind::Enum(vec![text("USD"), text("E\"U\nR")]), DataType::String, r#"one of "USD", "E\"U\nR""#),
        (CheckKind::NotIn(vec![number("1"), number("2")]), DataType::Int8, "none of 1, 2"),
        (CheckKind::Const(Literal::Boolean(true)), DataType::Boolean, "true"),
        (CheckKind::Type, DataType::Int8, "an integer from -128 to 127"),
        (
            CheckKind::Type,
            DataType::Decimal { precision: 5, scale: 2 },
            "a number of at most 5 digits, at most 2 of them after the point",
        ),
        (CheckKind::Type, DataType::Timestamp { unit: None, zone: None }, "a timestamp"),
        (CheckKind::Finite { allow_nan: false, allow_infinite: false }, DataType::Float64, "a finite number"),
        (CheckKind::Required, any.clone(), "a value that is not null"),
        (CheckKind::MultipleOf(number("0.5")), DataType::Float64, "a multiple of 0.5"),
        (
            CheckKind::Pattern { pattern: "^a".into(), negate: false },
            DataType::String,
            "text that matches ^a",
        ),
        (
            CheckKind::Pattern { pattern: "^a".into(), negate: true },
            DataType::String,
            "text that does not match ^a",
        ),
        (
            CheckKind::Length { min: Some(3), max: Some(3), unit: LengthUnit::Char },
            DataType::String,
            "exactly 3 characters",
        ),
        (
            CheckKind::Length { min: Some(1), max: None, unit: LengthUnit::Byte },
            DataType::String,
            "at least 1 byte",
        ),
        (
            CheckKind::Length { min: Some(8), max: Some(20), unit: LengthUnit::Char },
            DataType::String,
            "at least 8 and at most 20 characters",
        ),
        (
            CheckKind::Unique { nulls: KeyNulls::Fail, report: KeyReport::All },
            any.clone(),
            "a value that is not null and occurs once",
        ),
        (
            CheckKind::RowCount(CountBounds { min: Some(1), ..CountBounds::default() }),
            any.clone(),
            "at least 1 row",
        ),
        (
            CheckKind::ColumnCount(CountBounds { equals: Some(2), ..CountBounds::default() }),
            any.clone(),
            "exactly 2 columns",
        ),
        (
            CheckKind::Completeness { min_fraction: Some(0.95), min_count: Some(3) },
            any.clone(),
            "at least 0.95 of the values not null and at least 3 values not null",
        ),
        (
            CheckKind::Precision { digits: Some(10), scale: Some(2) },
            DataType::Float64,
            "at most 10 digits, at most 2 of them after the point",
        ),
        (CheckKind::StartsWith("TX".into()), DataType::String, "text that starts with \"TX\""),
    ] {
        assert_eq!(kind.expected(&data_type), wanted);
    }
    let many = CheckKind::Enum((0..100).map(|value| Literal::Number(Decimal::from(value))).collect());
    assert!(many.expected(&DataType::Int8).ends_with("18, 19, … (100 values)"));
}

#[test]
fn a_schema_made_in_code_resolves_too() {
    let mut made = Schema::default();
    let mut field = Field::new("a", DataType::Int64);
    field.checks.push(Check { id: "a.type".to_owned(), ..Check::new(CheckKind::Required, Vec::new()) });
    made.fields.push(field);
    made.checks
        .push(Check { id: "a.type".to_owned(), ..Check::new(CheckKind::PrimaryKey, vec!["a".to_owned()]) });
    let checks = made.resolved_checks();
    let ids: Vec<&str> = checks.iter().map(|check| check.id.as_str()).collect();
    assert_eq!(ids, ["structure", "table.columns", "a.type#2", "a.type", "a.type#3"]);
    assert!(checks[2..].iter().all(|check| check.columns == ["a"]));
}

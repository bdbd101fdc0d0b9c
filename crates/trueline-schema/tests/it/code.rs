//! Schemas made in code, which no document checks.

use std::time::Instant;

use trueline_schema::{
    Check, CheckKind, CountBounds, CsvFormat, DataType, Decimal, ErrorKind, Field, KeyNulls, KeyReport,
    LengthUnit, Literal, Range, Schema, TimeUnit, Tolerance,
};

fn schema(fields: Vec<Field>, checks: Vec<Check>) -> Schema {
    let mut schema = Schema::default();
    (schema.fields, schema.checks) = (fields, checks);
    schema
}

/// The errors of a schema with their paths.
fn errors(schema: &Schema) -> Vec<String> {
    let Err(error) = schema.check() else { return Vec::new() };
    let shown = |problem: &trueline_schema::Problem| {
        assert!(problem.location().is_none());
        format!("{} | {problem}", problem.path().unwrap())
    };
    error.errors().iter().map(shown).collect()
}

#[track_caller]
fn assert_field(data_type: DataType, change: impl FnOnce(&mut Field), expected: &[&str]) {
    let mut field = Field::new("a", data_type);
    change(&mut field);
    assert_eq!(errors(&schema(vec![field], vec![])), expected);
}

#[track_caller]
fn assert_check(data_type: DataType, kind: CheckKind, expected: &[&str]) {
    let push = |field: &mut Field| field.checks.push(Check::new(kind, vec![]));
    assert_field(data_type, push, expected);
}

fn number(text: &str) -> Literal {
    Literal::Number(Decimal::parse(text).unwrap())
}

fn minimum(bound: Literal) -> CheckKind {
    CheckKind::Range(Range { minimum: Some(bound), ..Range::default() })
}

#[test]
fn names_are_unique_and_not_empty() {
    let field = |name: &str| Field::new(name, DataType::Any);
    let mut alias = field("b");
    alias.aliases = ["a", "c", "c", ""].map(str::to_owned).to_vec();
    assert_eq!(
        errors(&schema(vec![field("a"), field("a"), field(""), alias], vec![])),
        [
            "fields[1] | field `a`: the column name `a` is given twice",
            "fields[2] | field [2]: `name` is empty",
            "fields[3] | field `b`: the column name `a` is given twice",
            "fields[3] | field `b`: the column name `c` is given twice",
            "fields[3] | field `b`: `aliases` contains an empty name",
        ]
    );
}

#[test]
fn types_are_within_their_limits() {
    let digits =
        "fields[0] | field `a`: `type` takes 1 to 38 digits, and 0 to as many of them after the point";
    for (precision, scale) in [(99, 3), (0, 0), (39, 0)] {
        assert_field(DataType::Decimal { precision, scale }, |_| (), &[digits]);
    }
    let more = "fields[0] | field `a`: `type` has more digits after the point than digits";
    assert_field(DataType::Decimal { precision: 5, scale: 9 }, |_| (), &[more]);
    let none = "fields[0] | field `a`: `type` struct needs its members: struct<a: int64, b: string>";
    assert_field(DataType::Struct(vec![]), |_| (), &[none]);
    assert_field(DataType::List(Box::new(DataType::Struct(vec![]))), |_| (), &[none]);
    let member = |name: &str| (name.to_owned(), DataType::Int8);
    let twice = "fields[0] | field `a`: `type` has two members of the name `x`";
    assert_field(DataType::Struct(vec![member("x"), member("x")]), |_| (), &[twice]);
    let unnamed = "fields[0] | field `a`: `type` has a member without a name";
    assert_field(DataType::Struct(vec![member("")]), |_| (), &[unnamed]);
    let zone =
        "fields[0] | field `a`: `type` has no zone such as UTC, +01:00 or Europe/Berlin after its unit";
    assert_field(DataType::Timestamp { unit: None, zone: Some("a zone".to_owned()) }, |_| (), &[zone]);
    let deep = (0..33).fold(DataType::Int8, |inner, _| DataType::List(Box::new(inner)));
    let DataType::List(less_deep) = &deep else { panic!() };
    assert_field((**less_deep).clone(), |_| (), &[]);
    let too_deep = "fields[0] | field `a`: `type` has more than 32 types within one another";
    assert_field(deep, |_| (), &[too_deep]);
}

#[test]
fn notations_are_clear() {
    let formats = |formats: &'static [&'static str]| {
        move |field: &mut Field| field.formats = formats.iter().map(ToString::to_string).collect()
    };
    let at = |message: &str| format!("fields[0] | field `a`: {message}");
    let bad = at("`format` is no strptime pattern: a `%` stands at the end of the pattern");
    assert_field(DataType::Date, formats(&["%d.%m.%Y", "%"]), &[&bad]);
    let incomplete = at("`%H:%M:%S` names no part of a date, which date needs");
    assert_field(DataType::Date, formats(&["%H:%M:%S"]), &[&incomplete]);
    let twice = at("`format` lists this pattern twice");
    assert_field(DataType::Date, formats(&["%d.%m.%Y", "%d.%m.%Y"]), &[&twice]);
    let misplaced =
        at("`format` does not apply to type int8; it applies to string, date, time and timestamp");
    assert_field(DataType::Int8, formats(&["%Y"]), &[&misplaced]);
    let same = at("`group_char` and `decimal_char` are the same character");
    assert_field(DataType::Float64, |field| field.group_char = Some('.'), &[&same]);
    let digit = at("`group_char` cannot be a letter, a digit, a sign or a line end");
    assert_field(DataType::Int8, |field| field.group_char = Some('7'), &[&digit]);
    let both = at("`1` means both true and false; list the other side too");
    assert_field(DataType::Boolean, |field| field.false_values.push("1".to_owned()), &[&both]);
    let nan = at("`allow_nan` does not apply to type date; it applies to float32 and float64");
    assert_field(DataType::Date, |field| field.allow_nan = true, &[&nan]);
}

#[test]
fn parameters_of_checks_can_be_satisfied() {
    let at =
        |check: &str, message: &str| format!("fields[0].checks[0] | field `a`, check `{check}`: {message}");
    let none =
        at("range", "check `range` needs `minimum`, `maximum`, `exclusive_minimum` or `exclusive_maximum`");
    assert_check(DataType::Int8, CheckKind::Range(Range::default()), &[&none]);
    let crossed = Range { minimum: Some(number("5")), maximum: Some(number("3")), ..Range::default() };
    let above = at("range", "`minimum` 5 is above `maximum` 3");
    assert_check(DataType::Int8, CheckKind::Range(crossed), &[&above]);
    let length = CheckKind::Length { min: Some(5), max: Some(2), unit: LengthUnit::Char };
    assert_check(DataType::String, length, &[&at("length", "`min_length` 5 is above `max_length` 2")]);
    let precision = CheckKind::Precision { digits: Some(2), scale: Some(3) };
    assert_check(DataType::Float64, precision, &[&at("precision", "`scale` 3 is above `digits` 2")]);
    let bounds = CountBounds { min: Some(3), max: Some(2), equals: None };
    let count = at("distinct_count", "`min` 3 is above `max` 2");
    assert_check(DataType::Any, CheckKind::DistinctCount(bounds), &[&count]);
    let part = CheckKind::Completeness { min_fraction: Some(f64::NAN), min_count: None };
    let fraction = at("completeness", "`min_fraction` NaN is not between 0 and 1");
    assert_check(DataType::Any, part, &[&fraction]);
    let zero = at("multiple_of", "`multiple_of` 0 is not above 0");
    assert_check(DataType::Int8, CheckKind::MultipleOf(number("0")), &[&zero]);
    assert_check(DataType::Int8, CheckKind::Enum(vec![]), &[&at("enum", "`enum` lists no values")]);
    let values = vec![number("1"), number("2"), number("1.0")];
    let twice = at("not_in", "`not_in[2]` lists this value twice");
    assert_check(DataType::Int8, CheckKind::NotIn(values), &[&twice]);
    let prefix = at("starts_with", "`starts_with` is empty");
    assert_check(DataType::String, CheckKind::StartsWith(String::new()), &[&prefix]);
}

#[test]
fn bounds_are_values_of_the_type() {
    let at = |message: &str| format!("fields[0].checks[0] | field `a`, check `range`: {message}");
    let extreme = Literal::Number(Decimal { unscaled: i128::MIN, scale: i32::MIN });
    let wide = Literal::Number(Decimal { unscaled: i128::MAX, scale: i32::MAX });
    for data_type in
        [DataType::Int64, DataType::Float32, DataType::Float64, DataType::Decimal { precision: 38, scale: 0 }]
    {
        for (bound, value) in [(&extreme, "e2147483648"), (&wide, "e-2147483647")] {
            let found = errors(&schema(
                vec![Field {
                    checks: vec![Check::new(minimum(bound.clone()), vec![])],
                    ..Field::new("a", data_type.clone())
                }],
                vec![],
            ));
            let end = format!(
                "{value} is no value of type {data_type}: it has more than 38 digits or too large an exponent"
            );
            assert!(found.len() == 1 && found[0].ends_with(&end), "{found:?}");
        }
    }
    let range = at("`minimum` 128 is no value of type int8: it is out of the type's range");
    assert_check(DataType::Int8, minimum(number("128")), &[&range]);
    let kind = at("`minimum` should be a number, found `x`");
    assert_check(DataType::Int8, minimum(Literal::Text("x".to_owned())), &[&kind]);
    let fine = Literal::Timestamp { nanos: 1, offset: false };
    let unit = at(
        "`minimum` 1970-01-01T00:00:00.000000001 is no value of type timestamp(s): it is finer than the type's unit",
    );
    let seconds = DataType::Timestamp { unit: Some(TimeUnit::Second), zone: None };
    assert_check(seconds, minimum(fine), &[&unit]);
    for (data_type, bound) in [
        (DataType::Date, Literal::Date(i32::MIN)),
        (DataType::Time, Literal::Time(-1)),
        (DataType::Duration, Literal::Duration(i128::MAX)),
        (
            DataType::Timestamp { unit: None, zone: None },
            Literal::Timestamp { nanos: i128::MIN, offset: false },
        ),
    ] {
        let field = Field { checks: vec![Check::new(minimum(bound), vec![])], ..Field::new("a", data_type) };
        let found = errors(&schema(vec![field], vec![]));
        assert!(found.len() == 1 && found[0].ends_with("it is out of the type's range"), "{found:?}");
    }
}

#[test]
fn checks_have_their_columns() {
    let fields = || vec![Field::new("a", DataType::Int8), Field::new("b", DataType::Int8)];
    let columns = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
    let unique = CheckKind::Unique { nulls: KeyNulls::Ignore, report: KeyReport::AfterFirst };
    let checks = vec![
        Check::new(CheckKind::PrimaryKey, vec![]),
        Check::new(minimum(number("1")), columns(&["a", "b"])),
        Check::new(unique, columns(&["a", "a", "aa"])),
        Check::new(
            CheckKind::RowCount(CountBounds { min: Some(1), ..CountBounds::default() }),
            columns(&["a"]),
        ),
        Check::new(CheckKind::Contains("x".to_owned()), columns(&["b"])),
    ];
    assert_eq!(
        errors(&schema(fields(), checks)),
        [
            "checks[0] | check `primary_key`: check `primary_key` needs `column` or `columns`",
            "checks[1] | check `range`: `columns` names several columns, and `range` takes one: write one check for each",
            "checks[2] | check `unique`: `columns` names `a` twice",
            "checks[2] | check `unique`: unknown column `aa`; did you mean `a`?",
            "checks[3] | check `row_count`: `columns` means nothing for `row_count`, which is a check of the whole table",
            "checks[4] | check `contains`: `contains` does not apply to type int8; it applies to string",
        ]
    );
    let mut fields = fields();
    fields[0].checks = vec![
        Check::new(CheckKind::Columns, vec![]),
        Check::new(CheckKind::Required, columns(&["b"])),
        Check::new(CheckKind::Type, columns(&["a"])),
    ];
    let again = Check { id: "x".to_owned(), ..Check::new(CheckKind::Type, columns(&["a"])) };
    let named = Check { id: "x".to_owned(), ..Check::new(CheckKind::Required, columns(&["b"])) };
    let error = schema(fields, vec![again, named]).check().unwrap_err();
    let found: Vec<_> = error.errors().iter().map(ToString::to_string).collect();
    assert_eq!(
        found,
        [
            "field `a`, check `columns`: `columns` is a check of the table: it stands in the schema's `checks`",
            "field `a`, check `required`: `columns` is implied in a field's own checks; checks of other columns stand in the schema's `checks`",
            "check `type`: the check `type` is declared twice",
            "check `required`: the id `x` is already that of another check",
        ]
    );
    assert!(matches!(error.errors()[3].kind(), ErrorKind::DuplicateId { .. }));
}

#[test]
fn tolerances_are_counts_or_fractions() {
    let tolerate = |tolerance: Tolerance| {
        let check = Check { tolerance: Some(tolerance), ..Check::new(CheckKind::Required, vec![]) };
        errors(&schema(vec![Field { checks: vec![check], ..Field::new("a", DataType::Any) }], vec![]))
    };
    for fraction in [f64::NAN, f64::INFINITY, 7.0, 1.0, 0.0, -0.5] {
        let expected = format!(
            "fields[0].checks[0] | field `a`, check `required`: `tolerance` `{fraction}` is neither a whole number of failures \
             nor a fraction below 1"
        );
        assert_eq!(tolerate(Tolerance::Fraction(fraction)), [expected]);
    }
    for tolerance in [Tolerance::Fraction(0.5), Tolerance::Count(0), Tolerance::Count(7)] {
        assert_eq!(tolerate(tolerance), [""; 0]);
    }
}

#[test]
fn a_dialect_has_different_bytes() {
    let mut schema = Schema::default();
    schema.csv =
        CsvFormat { delimiter: b'"', comment: Some(b'\n'), escape: Some(200), ..CsvFormat::default() };
    assert_eq!(
        errors(&schema),
        [
            "csv | csv: `escape` must be an ASCII character",
            "csv | csv: `comment` cannot be a line end",
            "csv | csv: `quote` and `delimiter` are the same character",
        ]
    );
}

#[test]
fn a_thousand_fields_are_checked_in_no_time() {
    let field = |index: usize| Field {
        checks: vec![Check::new(minimum(number("1")), vec![]), Check::new(CheckKind::Required, vec![])],
        ..Field::new(format!("column_{index}"), DataType::Float64)
    };
    let schema = schema((0..1000).map(field).collect(), vec![]);
    let start = Instant::now();
    assert_eq!(schema.check(), Ok(()));
    println!("1,000 fields in {:?}", start.elapsed());
    let many = self::schema((0..1000).map(|_| Field::new("a", DataType::Any)).collect(), vec![]);
    assert_eq!(many.check().unwrap_err().errors().len(), 100);
}

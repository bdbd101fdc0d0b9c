//! What is said of faulty documents, and where.

use trueline_schema::{ErrorKind, Language, Schema};

/// A document and its faults as `line:column path: message`.
fn faults(text: &str, language: Language) -> Vec<String> {
    let error = Schema::parse(text, language).expect_err(text);
    error
        .errors()
        .iter()
        .map(|problem| {
            let place = problem.location().expect("a place");
            format!("{}:{} {}: {problem}", place.line, place.column, place.path)
        })
        .collect()
}

fn field(keywords: &str) -> String {
    format!("fields:\n  - {{name: a, {keywords}}}\n")
}

/// The only fault of a field with these keywords, which begin in column 15 of line 2.
#[track_caller]
fn assert_field(keywords: &str, expected: &str) {
    assert_eq!(faults(&field(keywords), Language::Yaml), [expected], "{keywords}");
}

#[test]
fn scratch() {
    for k in [
      // types
      "type: decimal", "type: \"decimal(10)\"", "type: \"decimal(39,0)\"", "type: \"decimal(5,6)\"", "type: \"int64(3)\"", "type: \"timestamp(m)\"", "type: \"timestamp(us,!)\"", "type: 5", "type: struct<a>", "type: zzz",
      // bounds
      "type: int64, minimum: 1.5", "type: int64, minimum: \"1\"", "type: float32, maximum: 1e39", "type: float64, maximum: 1e309", "type: float64, maximum: .inf", "type: \"decimal(4,2)\", minimum: 0.001", "type: \"decimal(4,2)\", maximum: 100",
      "type: date, minimum: 2020-02-30", "type: date, minimum: 2020", "type: time, minimum: \"24:00:00\"", "type: timestamp, minimum: 2020-01-01", "type: \"timestamp(s)\", minimum: 2020-01-01T00:00:00.5Z", "type: \"timestamp(ns,UTC)\", minimum: 2020-01-01T00:00:00", "type: \"timestamp(ns)\", minimum: 3000-01-01T00:00:00",
      "type: duration, maximum: P1M", "type: duration, maximum: P999999D", "type: boolean, const: \"true\"", "type: binary, const: \"x\"", "type: date, minimum: 2020-01-02, maximum: 2020-01-01",
      "type: int64, exclusive_minimum: 3, exclusive_maximum: 3", "type: int64, multiple_of: 0", "type: float64, multiple_of: -1", "type: string, enum: [a, null]", "type: string, const: null", "type: string, const: ", "type: int8, enum: [1, 1.0]", "type: string, enum: a", "type: string, enum: [true]", "type: string, const: 2020",
      "type: string, min_length: 5, max_length: 4", "type: string, min_length: -1", "type: string, min_length: 1.5", "type: string, min_length: many", "type: float64, precision: {digits: 0}", "type: float64, precision: {digits: 2, scale: 3}", "type: float64, precision: {}", "type: float64, precision: 2",
      "type: string, format: emial", "type: date, format: \"%Q\"", "type: date, format: \"%H\"", "type: time, format: \"%d\"", "type: \"timestamp(s,UTC)\", format: \"%Y-%m-%d\"", "type: date, format: []", "type: int64, format: email",
      "type: string, pattern: \"\"", "type: string, pattern: '(a{1000}){1000}'", "type: string, pattern: '*'", "type: string, pattern: '(?-u)\\xFF'",
      "type: boolean, true_values: [\"0\"]", "type: int64, true_values: [x]", "type: int64, decimal_char: ','", "type: float64, group_char: '.'", "type: float64, decimal_char: xx", "type: float64, decimal_char: 5", "type: float64, group_char: x", "type: int64, allow_nan: true",
      "required: \"yes\"", "required: yes", "severity: fatal", "severity: warn", "null_values: NA", "null_values: [0]", "trim: null",
      // checks
      "checks: [{}]", "checks: [{check: rnage}]", "checks: [{check: range, min: 1}]", "type: int64, checks: [{check: range, min: 1}]", "type: int64, checks: [{check: range}]", "checks: [{check: row_count, min: 1}]", "checks: [{check: required, column: a}]", "checks: [{check: required, where: x}]",
      "checks: [required]", "checks: {check: required}", "type: int64, checks: [{check: pattern, pattern: x}]", "checks: [{check: finite}]", "checks: [{check: type}]", "type: float64, allow_nan: true, allow_infinite: true, checks: [{check: finite}]", "type: int64, checks: [{check: type}, {check: type}]",
      "checks: [{check: required, tolerance: 1.0}]", "checks: [{check: required, tolerance: -1}]", "checks: [{check: required, tolerance: 1.5}]", "checks: [{check: required, tolerance: x}]", "checks: [{check: completeness, min_fraction: 1.5}]", "checks: [{check: distinct_count, min: 3, max: 2}]", "checks: [{check: distinct_count, equals: 3, max: 2}]", "checks: [{check: distinct_count, min: 3, tolerance: 2}]",
      "checks: [{check: required, id: x}, {check: required, id: x}]", "required: true, checks: [{check: required, id: a.required}]", "checks: [{check: required, id: \"\"}]", "checks: [{check: unique, nulls: equals}]", "checks: [{check: unique, nulls: 5}]", "type: binary, checks: [{check: length, max_length: 5, unit: char}]", "checks: [{check: expression}]", "checks: [{check: foreign_key}]",
      "aliases: [a]", "name: b", "title: 5",
    ] {
        let f = faults(&field(k), Language::Yaml);
        println!("({:?}, &{:?}),", k, f);
    }
    for k in ["csv: {delimiter: \",,\"}", "csv: {delimiter: \"\"}", "csv: {delimiter: é}", "csv: {delimiter: \"\\n\"}", "csv: {delimiter: '\\t'}", "csv: {delimiter: none}", "csv: {quote: nothing}", "csv: {delimiter: '\"'}", "csv: {quote: \",\"}", "csv: {escape: '\"'}", "csv: {encoding: latin1}", "csv: {encoding: utf-9}","csv: {encoding: zzz}", "csv: {terminator: crfl}", "csv: {seperator: x}", "csv: {header: no}", "csv: x", "json: {duplicate_keys: error}",
      "fields: x", "fields: [x]", "fields: [{}]", "fields: [{name: ''}]", "fields: [{name: 5}]", "fields: [{name: a}, {name: b}, {name: a}]", "fields: [{name: a}, {name: b, aliases: [a]}]", "fieldz: []",
      "checks: [{check: unique}]", "checks: [{check: range, minimum: 1}]", "fields: [{name: amount}]\nchecks: [{check: required, column: amuont}]", "fields: [{name: amount, aliases: [sum]}]\nchecks: [{check: required, column: sum}]", "checks: [{check: required, column: zzz}]", "fields: [{name: a}, {name: b}]\nchecks: [{check: required, columns: [a, b]}]", "fields: [{name: a}, {name: b}]\nchecks: [{check: unique, columns: [a, a]}]", "fields: [{name: a}, {name: b}]\nchecks: [{check: unique, columns: []}]", "fields: [{name: a}, {name: b}]\nchecks: [{check: unique, columns: [a], column: a}]",
      "checks: [{check: row_count}]", "checks: [{check: row_count, min: 2, max: 1}]", "checks: [{check: row_count, min: 2, column: a}]", "checks: [{check: columns}, {check: columns}]", "checks: [{check: columns, id: structure}]", "checks: [{check: row_count, min: 1, tolerance: 1}]", "checks: [{check: structure, foo: 1}]", "checks: [{check: row_count, min: 1, group_by: [a]}]",
      "extra_columns: forbidden", "extra_columns: 5", "name: [x]", "name: a\nname: b", "- a", "x", "", "# nothing", "null", "a: [", "a: *b", "a: &b [*b]", "<<: {a: b}", "a: !foo b", "a: b\n---\nc: d", "? [a]\n: b", "name: \"a\u{7}\"", "name: !!int x", "name: 'x", "\tname: x", "name: a: b"] {
        println!("({:?}, &{:?}),", k, faults(k, Language::Yaml));
    }
}

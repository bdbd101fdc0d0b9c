//! Schema documents that several tests use.

/// Every keyword and every check at least once.
pub(crate) const FULL_YAML: &str = r##"# Everything at once.
name: everything
description: Every keyword and every check.
null_values: ["", "NA"]
extra_columns: forbid
column_order: exact
csv:
  delimiter: ";"
  quote: "'"
  escape: "\\"
  comment: "#"
  terminator: crlf
  header: true
  skip_lines: 2
  quoting: lenient
  blank_lines: record
  encoding: utf-8
fields:
  - name: id
    type: string
    required: true
    unique: true
    pattern: '^TX\d{10}$'
    min_length: 12
    max_length: 12
    starts_with: TX
    ends_with: "0"
    contains: X
    title: Identifier
    description: The key of the row.
    aliases: [transaction_id, tx]
    sensitive: true
    severity: error
  - name: amount
    type: float64
    minimum: 0.01
    maximum: 1000000
    multiple_of: 0.01
    not_in: [13, 13.13]
    precision: {digits: 12, scale: 2}
    allow_nan: true
    allow_infinite: false
    group_char: "."
    decimal_char: ","
    trim: true
    checks:
      - {check: finite, severity: warning}
      - {check: type, tolerance: 3}
      - {check: completeness, min_fraction: 0.9, min_count: 10}
      - {check: distinct_count, min: 2, max: 1000}
  - name: share
    type: decimal(5,4)
    exclusive_minimum: 0
    exclusive_maximum: 1
    optional: true
  - name: kind
    type: string
    enum: [sale, refund]
    null_values: ["-"]
  - name: version
    type: int8
    const: 1
  - name: paid
    type: boolean
    true_values: ["yes"]
    false_values: ["no"]
  - {name: day, type: date, format: ["%d.%m.%Y", "%Y-%m-%d"], minimum: 2020-01-01}
  - {name: at, type: "timestamp(ms,UTC)", maximum: "2030-01-01T00:00:00Z"}
  - {name: lunch, type: time, minimum: "11:00:00"}
  - {name: length, type: duration, maximum: PT8H}
  - {name: digest, type: binary, min_length: 32}
  - {name: contact, type: string, format: email}
  - name: note
    checks: [{check: required, tolerance: 0.5, message: nothing was noted, sample_limit: 3}]
checks:
  - {check: structure, tolerance: 2}
  - {check: columns, severity: warning}
  - {check: row_count, min: 1, max: 1000}
  - {check: column_count, equals: 13}
  - {check: primary_key, columns: [id, day], id: key}
  - {check: unique, columns: [kind, version], nulls: equal, report: all}
  - {check: range, column: version, minimum: 1, exclusive_maximum: 3}
  - {check: pattern, column: contact, pattern: '@example\.com$', negate: true}
  - {check: length, column: contact, max_length: 100, unit: byte}
  - {check: const, column: version, const: 1, severity: warning}
  - {check: enum, column: version, enum: [1, 2]}
  - {check: not_in, column: version, not_in: [3]}
  - {check: multiple_of, column: version, multiple_of: 1}
  - {check: precision, column: share, scale: 2}
  - {check: format, column: contact, format: email}
  - {check: starts_with, column: contact, starts_with: a}
  - {check: ends_with, column: contact, ends_with: m}
  - {check: contains, column: contact, contains: "@"}
"##;

/// One schema in three languages, in three orders, with checks in different places.
pub(crate) const SAME: [(trueline_schema::Language, &str); 3] = [
    (
        trueline_schema::Language::Yaml,
        r#"
name: orders
fields:
  - {name: id, type: string, required: true, unique: true, pattern: '^O\d+$'}
  - {name: amount, type: float64, minimum: 0.01, maximum: 1e6}
  - {name: day, type: date, minimum: 2020-01-01}
  - {name: at, type: timestamp, minimum: "2020-01-01T01:00:00+01:00", description: when}
extra_columns: forbid
checks:
  - {check: row_count, min: 1}
  - {check: unique, columns: [day, at], severity: warning}
csv: {delimiter: "\t"}
"#,
    ),
    (
        trueline_schema::Language::Json,
        r#"{
  "csv": {"delimiter": "\u0009", "header": true},
  "checks": [
    {"check": "range", "column": "amount", "maximum": 1000000.0, "minimum": 0.010, "tolerance": 0},
    {"check": "row_count", "min": 1},
    {"severity": "warning", "columns": ["day", "at"], "check": "unique", "nulls": "ignore"},
    {"check": "structure", "id": "structure"}
  ],
  "extra_columns": "forbid",
  "fields": [
    {"type": "string", "name": "id", "checks": [
      {"check": "pattern", "pattern": "^O\\d+$", "negate": false}, {"check": "unique"}, {"check": "required", "severity": "error"}
    ]},
    {"name": "amount", "type": "number"},
    {"name": "day", "type": "date", "minimum": "2020-01-01"},
    {"name": "at", "type": "timestamp", "minimum": "2020-01-01T00:00:00Z"}
  ],
  "name": "orders"
}"#,
    ),
    (
        trueline_schema::Language::Toml,
        r#"
name = "orders"
extra_columns = "forbid"
column_order = "any"
null_values = [""]

[csv]
delimiter = "\t"

[[fields]]
name = "id"
type = "string"
required = true
checks = [{ check = "pattern", pattern = '^O\d+$' }, { check = "unique", id = "id.unique" }]

[[fields]]
name = "amount"
type = "float64"
minimum = 0.01
exclusive_minimum = 0.0
maximum = 1_000_000

[[fields]]
name = "day"
type = "date"
minimum = 2020-01-01

[[fields]]
name = "at"
type = "timestamp"
minimum = 2020-01-01 00:00:00z

[[checks]]
check = "row_count"
min = 1

[[checks]]
check = "unique"
columns = ["day", "at"]
severity = "warning"
"#,
    ),
];

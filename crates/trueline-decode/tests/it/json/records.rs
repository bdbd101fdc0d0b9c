//! Records and values: the rules one by one, and random records against the model.

use proptest::collection::vec;
use proptest::prelude::*;
use trueline_decode::json::JsonOptions;
use trueline_schema::{DataType, DuplicateKeys, Field, TimeUnit};

use super::model::{Record, record};
use super::{decode, list, object};
use crate::model::{Cell, stored_as};

/// Decodes the bytes and compares every record with what the model says of it.
#[track_caller]
fn same(bytes: &[u8], fields: &[Field], duplicates: DuplicateKeys) -> Vec<Record> {
    let exact = same_on(true, bytes, fields, duplicates);
    let fast = same_on(false, bytes, fields, duplicates);
    assert_eq!(exact, fast);
    fast
}

#[track_caller]
fn same_on(exact: bool, bytes: &[u8], fields: &[Field], duplicates: DuplicateKeys) -> Vec<Record> {
    let mut options = JsonOptions::default().exact(exact);
    options.duplicate_keys = duplicates;
    let before = b"}]\"\xff\n";
    let decoded = decode(&[before, bytes].concat(), before.len(), fields, &options);
    let mut broken = decoded.rows.broken().iter();
    let mut row = 0;
    let mut records = Vec::new();
    for number in 0..decoded.positions.len() {
        let range = decoded.positions.record(number);
        let text = &bytes[range.clone()];
        let expected = record(text, fields, duplicates);
        let found = match broken.as_slice().first().filter(|broken| broken.record as usize == number) {
            Some(broken_record) => {
                broken.next();
                assert!(
                    range.start <= broken_record.range.start && broken_record.range.end <= range.end,
                    "{broken_record:?} in {range:?}"
                );
                Record::Broken(match broken_record.code {
                    "structure.json" | "structure.utf8" if std::str::from_utf8(text).is_err() => "not text",
                    code => code,
                })
            }
            None => {
                assert_eq!(decoded.rows.record(row) as usize, number);
                let cells = decoded.columns.iter().zip(fields).map(|(column, field)| {
                    let bad = column.bad.binary_search_by_key(&row, |cell| cell.row as usize);
                    bad.map_or_else(
                        |_| stored_as(&column.array, row, &field.data_type),
                        |place| {
                            assert!(column.array.is_null(row));
                            Cell::Bad(column.bad[place].code)
                        },
                    )
                });
                let cells = cells.collect();
                row += 1;
                Record::Row(cells)
            }
        };
        assert_eq!(found, expected, "{}", String::from_utf8_lossy(text));
        records.push(found);
    }
    assert_eq!(decoded.rows.count(), row);
    records
}

fn field(data_type: DataType) -> Field {
    Field::new("v", data_type)
}

fn coerced(data_type: DataType) -> Field {
    Field { coerce: true, ..field(data_type) }
}

/// What one value is to a field.
#[track_caller]
fn cell(value: &str, field: &Field) -> Cell {
    let record = format!("{{\"v\": {value}}}\n");
    match same(record.as_bytes(), std::slice::from_ref(field), DuplicateKeys::Error).pop() {
        Some(Record::Row(cells)) => cells.into_iter().next().expect("a column"),
        other => panic!("{value}: {other:?}"),
    }
}

const INVALID: Cell = Cell::Bad("type.invalid");
const OUT_OF_RANGE: Cell = Cell::Bad("type.out_of_range");

fn text(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

#[test]
fn each_type_takes_its_kinds() {
    let values = ["null", "true", "12", "1.5", "\"12\"", "\"true\"", "[12]", "{\"a\": 12}"];
    let money = DataType::Decimal { precision: 4, scale: 1 };
    let twelve = Cell::Number(12);
    for (field, cells) in [
        (
            field(DataType::Int64),
            [Cell::Null, INVALID, twelve.clone(), INVALID, INVALID, INVALID, INVALID, INVALID],
        ),
        (
            coerced(DataType::Int64),
            [Cell::Null, INVALID, twelve.clone(), INVALID, twelve.clone(), INVALID, INVALID, INVALID],
        ),
        (
            field(money.clone()),
            [Cell::Null, INVALID, Cell::Number(120), Cell::Number(15), INVALID, INVALID, INVALID, INVALID],
        ),
        (
            coerced(money),
            [
                Cell::Null,
                INVALID,
                Cell::Number(120),
                Cell::Number(15),
                Cell::Number(120),
                INVALID,
                INVALID,
                INVALID,
            ],
        ),
        (
            field(DataType::Boolean),
            [Cell::Null, Cell::Boolean(true), INVALID, INVALID, INVALID, INVALID, INVALID, INVALID],
        ),
        (
            coerced(DataType::Boolean),
            [
                Cell::Null,
                Cell::Boolean(true),
                INVALID,
                INVALID,
                INVALID,
                Cell::Boolean(true),
                INVALID,
                INVALID,
            ],
        ),
        (
            field(DataType::String),
            [Cell::Null, INVALID, INVALID, INVALID, text("12"), text("true"), INVALID, INVALID],
        ),
        (
            coerced(DataType::String),
            [Cell::Null, text("true"), text("12"), text("1.5"), text("12"), text("true"), INVALID, INVALID],
        ),
        (
            field(DataType::Any),
            [
                Cell::Null,
                text("true"),
                text("12"),
                text("1.5"),
                text("12"),
                text("true"),
                text("[12]"),
                text("{\"a\": 12}"),
            ],
        ),
        (
            field(list(DataType::Int64)),
            [
                Cell::Null,
                INVALID,
                INVALID,
                INVALID,
                INVALID,
                INVALID,
                Cell::Many(vec![twelve.clone()]),
                INVALID,
            ],
        ),
        (
            field(object(&[("a", DataType::Int64), ("b", DataType::String)])),
            [
                Cell::Null,
                INVALID,
                INVALID,
                INVALID,
                INVALID,
                INVALID,
                INVALID,
                Cell::Many(vec![twelve.clone(), Cell::Null]),
            ],
        ),
    ] {
        for (value, expected) in values.iter().zip(cells) {
            assert_eq!(cell(value, &field), expected, "{value} for {} {}", field.data_type, field.coerce);
        }
    }
}

#[test]
fn numbers_are_exact() {
    let integer = field(DataType::Int64);
    assert_eq!(cell("9007199254740993", &integer), Cell::Number(9_007_199_254_740_993));
    assert_eq!(cell("1e2", &integer), Cell::Number(100));
    assert_eq!(cell("1E+2", &integer), Cell::Number(100));
    assert_eq!(cell("-0", &integer), Cell::Number(0));
    assert_eq!(cell("1.0", &integer), Cell::Number(1));
    assert_eq!(cell("1e400", &integer), OUT_OF_RANGE);
    assert_eq!(cell("1.000000000000000005", &integer), INVALID);
    assert_eq!(cell("10000000000000000999", &integer), OUT_OF_RANGE);
    assert_eq!(
        cell("10000000000000000999", &field(DataType::UInt64)),
        Cell::Number(10_000_000_000_000_000_999)
    );
    assert_eq!(cell("1e400", &field(DataType::Float64)), OUT_OF_RANGE);
    assert_eq!(cell("1e-400", &field(DataType::Float64)), Cell::Float(0));
    assert_eq!(cell("1e400", &field(DataType::Any)), text("1e400"));
    let exact = field(DataType::Decimal { precision: 38, scale: 18 });
    assert_eq!(cell("1.000000000000000005", &exact), Cell::Number(1_000_000_000_000_000_005));
    assert_eq!(cell("\"nan\"", &coerced(DataType::Float64)), Cell::Float(f64::NAN.to_bits()));
    assert_eq!(cell("\"007\"", &coerced(DataType::Int64)), Cell::Number(7));
    assert_eq!(cell("\"1.0\"", &coerced(DataType::Int64)), INVALID);
    let german = Field { group_char: Some('.'), decimal_char: ',', ..coerced(DataType::Float64) };
    assert_eq!(cell("\"1.234,5\"", &german), Cell::Float(1234.5_f64.to_bits()));
    assert_eq!(cell("1.5", &german), Cell::Float(1.5_f64.to_bits()));
}

#[test]
fn strings_say_what_their_escapes_mean() {
    let string = field(DataType::String);
    assert_eq!(cell(r#""\u0000a\n\"\\\/é\ud83d\ude00""#, &string), text("\0a\n\"\\/é\u{1F600}"));
    assert_eq!(cell("\"\"", &string), text(""));
    assert_eq!(cell("\"ab\\tcd, longer than a view\"", &string), text("ab\tcd, longer than a view"));
    assert_eq!(cell(r#""2024-0\u0032-29""#, &field(DataType::Date)), Cell::Number(19_782));
    assert_eq!(cell(r#""AP8\u003d""#, &field(DataType::Binary)), Cell::Bytes(vec![0, 255]));
    assert_eq!(cell("\"\"", &coerced(DataType::Int64)), INVALID, "null texts are for text formats");
    let trimmed = Field { trim: true, ..coerced(DataType::Int64) };
    assert_eq!(cell("\"\\n 12 \"", &trimmed), Cell::Number(12));
    let dated = Field { formats: vec!["%d.%m.%Y".to_owned()], ..field(DataType::Date) };
    assert_eq!(cell("\"1.2.1970\"", &dated), Cell::Number(31));
}

#[test]
fn keys_are_what_they_say_and_names_are_paths() {
    let fields = ["id", "a.b", "", "x\u{e9}"].map(|name| Field::new(name, DataType::Any));
    let rows = same(
        "{\"\\u0069d\": 1}\n{\"a\": {\"b\": 1, \"c\": 2}}\n{\"a.b\": 1, \"a\": 5}\n{\"a\": 5}\n{\"a\": [{\"b\": 1}]}\n\
         {\"a\": null, \"\": 3}\n{\"x\\u00e9\": {\"id\": 2}}\n{\"a\": {\"a.b\": 1}}\n"
            .as_bytes(),
        &fields,
        DuplicateKeys::Error,
    );
    let row = |cells: [&str; 4]| {
        Record::Row(cells.map(|cell| if cell.is_empty() { Cell::Null } else { text(cell) }).to_vec())
    };
    assert_eq!(
        rows,
        [
            row(["1", "", "", ""]),
            row(["", "1", "", ""]),
            row(["", "1", "", ""]),
            row(["", "", "", ""]),
            row(["", "", "", ""]),
            row(["", "", "3", ""]),
            row(["", "", "", "{\"id\": 2}"]),
            row(["", "", "", ""]),
        ]
    );
    let path = [Field::new("a.b", DataType::Int64)];
    let rows = same(b"{\"a\": 5}\n{\"a\": {}}\n{\"a\": null}\n", &path, DuplicateKeys::Error);
    assert_eq!(rows, [INVALID, Cell::Null, Cell::Null].map(|cell| Record::Row(vec![cell])));
}

#[test]
fn a_key_given_twice_is_as_the_policy_says() {
    let fields = [
        Field { aliases: vec!["bee".to_owned()], ..Field::new("b", DataType::Any) },
        Field::new("a.x", DataType::Any),
    ];
    let broken = || Record::Broken("structure.duplicate_key");
    let row = |cells: [&str; 2]| {
        Record::Row(cells.map(|cell| if cell.is_empty() { Cell::Null } else { text(cell) }).to_vec())
    };
    for (record, first, last) in [
        (r#"{"b": 1, "b": 2}"#, row(["1", ""]), row(["2", ""])),
        (r#"{"b": 1, "\u0062": 2}"#, row(["1", ""]), row(["2", ""])),
        (r#"{"b": 1, "bee": 2}"#, row(["1", ""]), row(["2", ""])),
        (r#"{"c": [{"d": 1, "d": 2}]}"#, row(["", ""]), row(["", ""])),
        (r#"{"a": {"x": 1}, "a": {"y": 2}}"#, row(["", "1"]), row(["", ""])),
        (r#"{"a": {"x": 1}, "a": null}"#, row(["", "1"]), row(["", ""])),
        (r#"{"a": {"x": 1}, "a.x": 2}"#, row(["", "1"]), row(["", "2"])),
        (r#"{"a.x": 1, "a": {"x": 2}, "a": {}}"#, row(["", "1"]), row(["", "1"])),
        (r#"{"b": 1, "bee": 2, "b": 3}"#, row(["1", ""]), row(["3", ""])),
    ] {
        for (policy, expected) in
            [(DuplicateKeys::Error, broken()), (DuplicateKeys::First, first), (DuplicateKeys::Last, last)]
        {
            assert_eq!(same(record.as_bytes(), &fields, policy), [expected], "{record} {policy:?}");
        }
    }
    let many: Vec<String> = (0..40).map(|number| format!("\"k{number}\": {number}")).collect();
    let wide = format!("{{{}, \"k39\": 0, \"k0\": 1}}", many.join(", "));
    let fields = ["k0", "k39"].map(|name| Field::new(name, DataType::Int64));
    let numbers = |one, other| Record::Row(vec![Cell::Number(one), Cell::Number(other)]);
    assert_eq!(same(wide.as_bytes(), &fields, DuplicateKeys::First), [numbers(0, 39)]);
    assert_eq!(same(wide.as_bytes(), &fields, DuplicateKeys::Last), [numbers(1, 0)]);
    assert_eq!(same(wide.as_bytes(), &fields, DuplicateKeys::Error), [broken()]);
}

#[test]
fn lists_and_structs_hold_what_their_types_say() {
    let numbers = field(list(DataType::Int8));
    assert_eq!(cell("[]", &numbers), Cell::Many(vec![]));
    assert_eq!(
        cell("[1, null,2e0]", &numbers),
        Cell::Many(vec![Cell::Number(1), Cell::Null, Cell::Number(2)])
    );
    assert_eq!(cell("[1, 300]", &numbers), OUT_OF_RANGE);
    assert_eq!(cell("[1, \"1\"]", &numbers), INVALID);
    assert_eq!(cell("[[1]]", &numbers), INVALID);
    let nested = field(list(object(&[
        ("a.b", list(DataType::String)),
        ("t", DataType::Timestamp { unit: None, zone: None }),
    ])));
    let value =
        r#"[{"a.b": ["x", "\u0079"], "t": "1970-01-01T00:00:01.0000000005Z"}, null, {"z": {"t": 1}}]"#;
    assert_eq!(cell(value, &nested), INVALID, "ten digits");
    let value = r#"[{"a.b": ["x", "\u0079"], "t": "1970-01-01T00:00:01.000000005Z"}, null, {"z": {"t": 1}}]"#;
    let first = Cell::Many(vec![Cell::Many(vec![text("x"), text("y")]), Cell::Number(1_000_000_005)]);
    let third = Cell::Many(vec![Cell::Null, Cell::Null]);
    assert_eq!(cell(value, &nested), Cell::Many(vec![first, Cell::Null, third]));
    let coerced = coerced(list(DataType::String));
    assert_eq!(cell("[1, true, \"x\"]", &coerced), Cell::Many(vec![text("1"), text("true"), text("x")]));
}

#[test]
fn one_bad_line_harms_only_itself() {
    let bytes = b"{\"v\": 1}\nnot json\n\n[1]\r\n{\"v\": \"\xff\"}\n{\"v\": 1} {\"v\": 2}\n{\"v\": \"\n{\"v\": 7}\r\n{";
    let rows = same(bytes, &[field(DataType::Int64)], DuplicateKeys::Error);
    let number = |number| Record::Row(vec![Cell::Number(number)]);
    let json = || Record::Broken("structure.json");
    assert_eq!(
        rows,
        [number(1), json(), json(), Record::Broken("not text"), json(), json(), number(7), json()]
    );
}

fn data_type() -> impl Strategy<Value = DataType> {
    let unit = proptest::sample::select(vec![None, Some(TimeUnit::Second), Some(TimeUnit::Nanosecond)]);
    let plain = prop_oneof![
        3 => Just(DataType::String),
        2 => Just(DataType::Any),
        1 => Just(DataType::Boolean),
        3 => proptest::sample::select(vec![DataType::Int8, DataType::Int64, DataType::UInt64]),
        2 => proptest::sample::select(vec![DataType::Float32, DataType::Float64]),
        1 => Just(DataType::Decimal { precision: 5, scale: 2 }),
        1 => Just(DataType::Date),
        1 => unit.prop_map(|unit| DataType::Timestamp { unit, zone: None }),
        1 => Just(DataType::Binary),
    ];
    plain.prop_recursive(2, 6, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(list),
            vec(inner, 1..3).prop_map(|types| {
                DataType::Struct(["a", "b", "c"].map(str::to_owned).into_iter().zip(types).collect())
            }),
        ]
    })
}

fn fields() -> impl Strategy<Value = Vec<Field>> {
    let field = (data_type(), any::<bool>(), 0..4_u8);
    vec(field, 1..5).prop_map(|types| {
        let names = ["a", "b", "a.b", "c"];
        let field = |(name, (data_type, coerce, trim)): (&str, (DataType, bool, u8))| Field {
            coerce,
            trim: trim == 0,
            aliases: if name == "c" { vec!["d.a".to_owned()] } else { Vec::new() },
            ..Field::new(name, data_type)
        };
        names.into_iter().zip(types).map(field).collect()
    })
}

/// JSON values, most of them such as a type could take.
fn value() -> impl Strategy<Value = String> {
    let scalar = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        "-?(0|[1-9][0-9]{0,3})",
        "-?(0|[1-9][0-9]{0,20})(\\.[0-9]{1,3}0{0,3})?([eE][-+]?[0-9]{1,3})?",
        "\"[a-z0-9 ]{0,16}\"",
        "\"(\\\\n|\\\\u00[0-7][0-9a-f]|\\\\\"|[a-zäß0-9]){0,9}\"",
        "\" ?-?[0-9]{1,3}(\\.[0-9]{1,2})? ?\"",
        "\"20[0-9]{2}-[01][0-9]-[0-3][0-9](T[01][0-9]:00:00(\\.[0-9]{1,9})?Z?)?\"",
        "\"[A-Za-z]{2}[AQgw]=\"",
    ];
    scalar.prop_recursive(3, 12, 4, |inner| {
        let space = "[ \t]?";
        prop_oneof![
            (vec(inner.clone(), 0..4), space).prop_map(|(items, space)| {
                format!("[{space}{}{space}]", items.join(&format!("{space},")))
            }),
            (vec((key(), inner), 0..4), space).prop_map(|(members, space)| object_of(&members, &space)),
        ]
    })
}

fn key() -> impl Strategy<Value = String> {
    proptest::sample::select(vec!["a", "b", "c", "d", "a.b", "\\u0061", "", "é"]).prop_map(str::to_owned)
}

fn object_of(members: &[(String, String)], space: &str) -> String {
    let members: Vec<String> =
        members.iter().map(|(key, value)| format!("{space}\"{key}\"{space}:{value}")).collect();
    format!("{{{}{space}}}", members.join(","))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn records_are_as_the_model_says(
        fields in fields(),
        records in vec(vec((key(), value()), 0..5), 1..8),
        space in "[ ]?",
    ) {
        let lines: Vec<String> = records.iter().map(|members| object_of(members, &space)).collect();
        for duplicates in [DuplicateKeys::Error, DuplicateKeys::First, DuplicateKeys::Last] {
            same(lines.join("\n").as_bytes(), &fields, duplicates);
        }
    }

    #[test]
    fn damaged_records_are_as_the_model_says(
        fields in fields(),
        records in vec(vec((key(), value()), 0..4), 1..6),
        damage in vec((any::<proptest::sample::Index>(), any::<u8>(), 0..3_u8), 1..4),
    ) {
        let lines: Vec<String> = records.iter().map(|members| object_of(members, "")).collect();
        let mut bytes = lines.join("\r\n").into_bytes();
        for (at, byte, kind) in damage {
            let byte = if byte < 128 { b"\"\\{}[],:\n 0e."[byte as usize % 13] } else { byte };
            match kind {
                0 if !bytes.is_empty() => { let at = at.index(bytes.len()); bytes[at] = byte; }
                1 => bytes.insert(at.index(bytes.len() + 1), byte),
                _ if !bytes.is_empty() => { bytes.remove(at.index(bytes.len())); }
                _ => {}
            }
        }
        same(&bytes, &fields, DuplicateKeys::Error);
    }
}

//! Random tables: the decoder says what the model says, row by row, however the table is cut into blocks.

use arrow_buffer::Buffer;
use proptest::collection::vec;
use proptest::prelude::*;
use trueline_decode::{Block, BrokenRecord, ColumnPlan, Decoder};
use trueline_schema::{DataType, Field, TimeUnit};
use trueline_tokenizer::{
    BlankLines, Dialect, FaultKind, Indexer, Positions, Quoting, Terminator, reference,
};

use crate::model::{Cell, read, stored};

const UNITS: [TimeUnit; 4] =
    [TimeUnit::Second, TimeUnit::Millisecond, TimeUnit::Microsecond, TimeUnit::Nanosecond];

fn data_type() -> impl Strategy<Value = DataType> {
    let zone = proptest::option::of(Just("UTC".to_owned()));
    let unit = proptest::option::of(proptest::sample::select(&UNITS[..]));
    prop_oneof![
        3 => Just(DataType::String),
        1 => Just(DataType::Any),
        1 => Just(DataType::Boolean),
        4 => proptest::sample::select(vec![
            DataType::Int8, DataType::Int16, DataType::Int32, DataType::Int64,
            DataType::UInt8, DataType::UInt16, DataType::UInt32, DataType::UInt64,
        ]),
        2 => proptest::sample::select(vec![DataType::Float32, DataType::Float64]),
        2 => (1u8..=38).prop_flat_map(|precision| {
            (0..=precision).prop_map(move |scale| DataType::Decimal { precision, scale })
        }),
        1 => Just(DataType::Date),
        1 => Just(DataType::Time),
        3 => (unit, zone).prop_map(|(unit, zone)| DataType::Timestamp { unit, zone }),
        1 => Just(DataType::Duration),
        1 => Just(DataType::Binary),
    ]
}

/// A planned column without its place.
fn field() -> impl Strategy<Value = (Field, Vec<String>)> {
    let nulls =
        proptest::sample::select(vec![vec![""], vec![], vec!["", "NA", "null"], vec!["-", "2020-01-01"]]);
    (data_type(), any::<bool>(), 0u8..6, nulls).prop_map(|(data_type, trim, spelling, nulls)| {
        let mut field = Field::new("c", data_type);
        field.trim = trim;
        if spelling == 0 {
            (field.group_char, field.decimal_char) = (Some('.'), ',');
            match field.data_type {
                DataType::Date => field.formats = vec!["%d.%m.%Y".to_owned(), "%Y-%m-%d".to_owned()],
                DataType::Timestamp { .. } => {
                    field.formats = vec!["%Y-%m-%dT%H:%M:%S%z".to_owned(), "%Y-%m-%dT%H:%M:%S.%f".to_owned()];
                }
                _ => {}
            }
        }
        (field, nulls.into_iter().map(str::to_owned).collect())
    })
}

/// A text that some type may like.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        2 => Just(String::new()),
        3 => "[-+]?[0-9]{1,4}",
        2 => "[-+]?[0-9]{1,24}",
        3 => "[-+]?[0-9]{0,6}[.,][0-9]{0,5}(e[0-9])?",
        1 => proptest::sample::select(vec!["true", "FALSE", "nan", "-inf", "NA", "null", "-", "1e400", "1.234,5"]).prop_map(str::to_owned),
        2 => "[0-9]{4}-[01][0-9]-[0-3][0-9]",
        1 => "[0-3][0-9]\\.[01][0-9]\\.20[0-9]{2}",
        1 => "[012][0-9]:[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,9})?",
        3 => "[0-9]{4}-0[0-9]-[0-2][0-9]T[01][0-9]:[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,3}0{0,6}|\\.[0-9]{9})?(Z|[-+]0[0-9]:30)?",
        1 => "-?P([0-9]{1,3}D)?(T[0-9]{1,3}H)?",
        1 => "([A-Za-z0-9+/]{4}){0,3}([A-Za-z0-9+/]{2}[AEIM]=)?",
        2 => "[a-zé \"\\\\,\n]{0,20}",
        1 => " ?[a-z]{10,14}\t?",
    ]
}

/// How a cell is written into the file.
fn cell() -> impl Strategy<Value = Vec<u8>> {
    (text(), 0u8..40).prop_map(|(text, how)| match how {
        0 => format!("x\"{text}").into_bytes(),
        1 => format!("\"{}\"x", text.replace('"', "\"\"")).into_bytes(),
        2 => b"\xff\xfe".to_vec(),
        3 => format!("{text},").into_bytes(),
        4..=9 => format!("\"{}\"", text.replace('"', "\"\"")).into_bytes(),
        10 => format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")).into_bytes(),
        11 => format!(" {text} ").into_bytes(),
        // Mostly plain, but nothing that would open quotes or end the record.
        _ => text.replace(['"', ',', '\n'], "").into_bytes(),
    })
}

fn dialect() -> impl Strategy<Value = Dialect> {
    (any::<bool>(), 0u8..4, 0u8..4).prop_map(|(lenient, escape, terminator)| {
        let dialect = Dialect::default().header(false);
        let dialect = if lenient { dialect.quoting(Quoting::Lenient) } else { dialect };
        let dialect = if escape == 0 { dialect.escape(Some(b'\\')) } else { dialect };
        match terminator {
            0 => dialect.terminator(Terminator::CrLf),
            1 => dialect.blank_lines(BlankLines::Record),
            _ => dialect,
        }
    })
}

#[derive(Debug, Clone)]
struct Table {
    fields: usize,
    plans: Vec<ColumnPlan>,
    dialect: Dialect,
    bytes: Vec<u8>,
    block_bytes: usize,
    start: usize,
}

fn table() -> impl Strategy<Value = Table> {
    (
        1usize..5,
        vec(field(), 1..5),
        dialect(),
        proptest::sample::select(vec![1usize, 64, 1 << 16]),
        0usize..3,
        any::<bool>(),
    )
        .prop_flat_map(|(fields, columns, dialect, block_bytes, start, clean)| {
            let record = vec(cell(), fields..=fields);
            let plain = vec("[0-9]{1,6}|[a-z]{0,15}".prop_map(String::into_bytes), fields..=fields);
            let records = if clean { vec(plain, 0..40).boxed() } else { vec(record, 0..40).boxed() };
            (records, vec(0..fields, columns.len()), any::<bool>()).prop_map(
                move |(records, sources, ended)| {
                    let line_end: &[u8] =
                        if dialect.terminator == Terminator::CrLf { b"\r\n" } else { b"\n" };
                    let mut bytes = b"##"[..start].to_vec();
                    let lines: Vec<_> = records.iter().map(|record| record.join(&b","[..])).collect();
                    bytes.extend(lines.join(line_end));
                    if ended {
                        bytes.extend_from_slice(line_end);
                    }
                    let plan = |((field, null_values), source): (&(Field, Vec<String>), usize)| ColumnPlan {
                        field: field.clone(),
                        source,
                        null_values: null_values.clone(),
                        checks: Vec::new(),
                    };
                    let plans = columns.iter().zip(sources).map(plan).collect();
                    Table { fields, plans, dialect, bytes, block_bytes, start }
                },
            )
        })
}

/// All that a decoder says about a table.
#[derive(Debug, Default, PartialEq)]
struct Answer {
    /// Row by row, the records they come from and their cells.
    rows: Vec<(usize, Vec<Cell>)>,
    broken: Vec<(usize, &'static str, std::ops::Range<usize>)>,
}

fn expected(table: &Table) -> Answer {
    let bytes = &table.bytes[table.start..];
    let parsed = reference::parse(bytes, &table.dialect, true);
    let mut answer = Answer::default();
    for (record, fields) in parsed.records.iter().enumerate() {
        let span = parsed.spans[record].clone();
        if let Some(fault) = parsed.faults.iter().find(|fault| fault.record as usize == record) {
            let code =
                if fault.kind == FaultKind::InvalidUtf8 { "structure.utf8" } else { "structure.quote" };
            answer.broken.push((record, code, fault.offset as usize..span.end));
        } else if fields.len() != table.fields {
            answer.broken.push((record, "structure.field_count", span));
        } else {
            let cells = table
                .plans
                .iter()
                .map(|plan| read(&bytes[fields[plan.source].clone()], plan, &table.dialect));
            answer.rows.push((record, cells.collect()));
        }
    }
    answer
}

fn answered(table: &Table) -> Answer {
    let buffer = Buffer::from_vec(table.bytes.clone());
    let mut decoder = Decoder::new(table.plans.clone(), &table.dialect);
    let mut indexer = Indexer::new(&table.dialect).block_bytes(table.block_bytes);
    let mut positions = Positions::new();
    let mut answer = Answer::default();
    let (mut start, mut first_record) = (table.start, 0);
    while start < table.bytes.len() {
        let consumed = indexer.index(&table.bytes[start..], true, &mut positions);
        assert!(consumed > 0, "some progress");
        let block = Block { buffer: &buffer, start, positions: &positions };
        let decoded = decoder.decode(&block, table.fields);
        assert_eq!(decoded.records.rows + decoded.records.broken.len(), positions.len());
        for row in 0..decoded.records.rows {
            let cells = decoded.columns.iter().zip(&table.plans).enumerate().map(|(at, (column, plan))| {
                let bad = column.bad.iter().find(|cell| cell.row as usize == row);
                let cell = stored(&column.array, row, plan);
                if let Cell::Text(text) = &cell {
                    assert_eq!(decoder.cell_text(&block, &decoded, row, at), *text);
                }
                match bad {
                    Some(bad) => {
                        assert_eq!(cell, Cell::Null);
                        Cell::Bad(bad.code)
                    }
                    None => cell,
                }
            });
            answer.rows.push((first_record + decoded.records.number(row) as usize, cells.collect()));
        }
        for column in &decoded.columns {
            assert_eq!(column.array.len(), decoded.records.rows);
            assert!(column.bad.is_sorted_by(|a, b| a.row < b.row));
        }
        for BrokenRecord { record, code, range, found } in decoded.records.broken {
            assert!(!found.is_empty());
            let moved = range.start + start - table.start..range.end + start - table.start;
            answer.broken.push((first_record + record as usize, code, moved));
        }
        first_record += positions.len();
        start += consumed;
    }
    answer
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(2000), ..ProptestConfig::default() })]

    #[test]
    fn random_tables(table in table()) {
        prop_assert_eq!(answered(&table), expected(&table));
    }
}

//! Broken records, and the places of cells.

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_buffer::Buffer;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample;
use trueline_decode::{Block, BrokenRecord, Decoder, Texts, cell_range};
use trueline_schema::DataType;
use trueline_tokenizer::{Dialect, Indexer, Positions, Quoting};

use crate::{decode, plan};

const DIALECT: fn() -> Dialect = || Dialect::default().header(false);

fn broken(bytes: &[u8], dialect: &Dialect) -> Vec<(u32, &'static str, String, String)> {
    let (decoded, _) = decode(bytes, 0, dialect, vec![plan(DataType::String, 0)], 2);
    let shown = |BrokenRecord { record, code, range, found }: BrokenRecord| {
        (record, code, String::from_utf8_lossy(&bytes[range]).into_owned(), found.into_owned())
    };
    decoded.records.broken.into_iter().map(shown).collect()
}

#[test]
fn broken_records_name_their_fault() {
    let bytes = b"1,2\n1,2,3\n1\na\"b,c\n\"a\"b,c\n1,\xff2\n1,2\n1,\"open\n";
    let texts: Vec<_> = broken(bytes, &DIALECT());
    let expected = [
        (1, "structure.field_count", "1,2,3", "3 fields"),
        (2, "structure.field_count", "1", "1 field"),
        (3, "structure.quote", "\"b,c", "a quote inside an unquoted field"),
        (4, "structure.quote", "\"b,c", "text after a closing quote"),
        (5, "structure.utf8", "\u{fffd}2", "bytes that are not UTF-8"),
        (7, "structure.quote", "\"open\n", "a quote that is never closed"),
    ];
    let expected =
        expected.map(|(record, code, text, found)| (record, code, text.to_owned(), found.to_owned()));
    assert_eq!(texts, expected);
}

#[test]
fn faults_go_before_field_counts() {
    assert_eq!(broken(b"a\"b\n", &DIALECT())[0].1, "structure.quote");
    assert_eq!(broken(b"a\"b\n", &DIALECT().quoting(Quoting::Lenient))[0].1, "structure.field_count");
    assert!(broken(b"a\"b,\"c\"d\n", &DIALECT().quoting(Quoting::Lenient)).is_empty());
}

#[test]
fn neighbours_of_broken_records_are_rows() {
    let bytes = b"##1,a\n2\n3,c\n4,\"d\"x\n5,e\n";
    let (decoded, _) = decode(bytes, 2, &DIALECT(), vec![plan(DataType::Int64, 0)], 2);
    assert_eq!(decoded.records.rows, 3);
    assert_eq!(decoded.records.numbers(), Some(&[0, 2, 4][..]));
    assert_eq!(decoded.columns[0].array.as_primitive::<Int64Type>().values(), &[1, 3, 5]);
    assert_eq!(decoded.records.broken.iter().map(|broken| broken.record).collect::<Vec<_>>(), [1, 3]);
    assert_eq!(decoded.records.number(1), 2);
}

#[test]
fn places_and_texts_of_cells() {
    let bytes = b"##1,\"a \"\"x\"\"\"\r\nbroken\r\n\" 3 \",\" c \"\r\n";
    let buffer = Buffer::from_vec(bytes.to_vec());
    let mut positions = Positions::new();
    Indexer::new(&DIALECT()).index(&bytes[2..], true, &mut positions);
    let block = Block { buffer: &buffer, start: 2, positions: &positions };
    let mut plans = vec![plan(DataType::Int64, 0), plan(DataType::String, 1)];
    plans[0].field.trim = true;
    let mut decoder = Decoder::new(plans, &DIALECT());
    let decoded = decoder.decode(&block, 2);
    let at = |row, column| &block.bytes()[cell_range(&block, &decoded, row, column)];
    assert_eq!(at(0, 0), b"1");
    assert_eq!(at(0, 1), b"\"a \"\"x\"\"\"");
    assert_eq!(at(1, 0), b"\" 3 \"");
    assert_eq!(decoder.cell_text(&block, &decoded, 0, 1), "a \"x\"");
    assert_eq!(decoder.cell_text(&block, &decoded, 1, 0), "3");
    assert_eq!(decoder.cell_text(&block, &decoded, 1, 1), " c ");
    assert_eq!(decoded.columns[0].array.as_primitive::<Int64Type>().values(), &[1, 3]);
}

#[test]
fn nothing_is_a_block_too() {
    let (decoded, _) =
        decode(b"", 0, &DIALECT(), vec![plan(DataType::String, 0), plan(DataType::Binary, 1)], 2);
    assert_eq!((decoded.records.rows, decoded.columns.len(), decoded.records.broken.len()), (0, 2, 0));
    let (decoded, _) = decode(b"1,2\n", 0, &DIALECT(), Vec::new(), 2);
    assert_eq!((decoded.records.rows, decoded.columns.len()), (1, 0));
}

#[test]
fn a_record_broken_alone_leaves_empty_columns() {
    let (decoded, _) = decode(b"1\n2\n", 0, &DIALECT(), vec![plan(DataType::Int64, 1)], 2);
    assert_eq!(
        (decoded.records.rows, decoded.columns[0].array.len(), decoded.records.broken.len()),
        (0, 0, 2)
    );
}

const CELLS: [&str; 11] = [
    "",
    "a",
    "NA",
    " d",
    "\"\"",
    "\"b\"",
    "\" c \"",
    "\"x\"\"y\"",
    "\"e\\\"f\"",
    "\"\\\\\"",
    "twelve bytes and more",
];

proptest! {
    /// Texts are found where the whole column has them; nothing but what is to be left out within a cell keeps them from being found.
    #[test]
    fn texts_stand_where_the_column_has_them(
        cells in vec(sample::select(&CELLS[..]), 1..200),
        is_plain in any::<bool>(),
        dialect in sample::select(vec![
            DIALECT(),
            DIALECT().quote(None),
            DIALECT().escape(Some(b'\\')),
            DIALECT().quoting(Quoting::Lenient),
        ]),
        trim in any::<bool>(),
        null_values in sample::select(vec![vec![""], vec![], vec!["", "NA"], vec!["NA"]]),
    ) {
        let has_nothing_to_leave_out = |cell: &&str| cell.len() < 6 && !cell.contains('\\');
        let cells = cells.into_iter().filter(|cell| !is_plain || has_nothing_to_leave_out(cell));
        let records = (1..).zip(cells).map(|(number, cell)| {
            if number % 9 == 0 { "broken".to_owned() } else { format!("1,{cell}") }
        });
        let bytes = records.collect::<Vec<_>>().join("\n").into_bytes();
        let buffer = Buffer::from_vec(bytes.clone());
        let mut positions = Positions::new();
        Indexer::new(&dialect).index(&bytes, true, &mut positions);
        let block = Block { buffer: &buffer, start: 0, positions: &positions };
        let mut plan = plan(DataType::String, 1);
        plan.null_values = null_values.into_iter().map(str::to_owned).collect();
        plan.field.trim = trim;
        let mut decoder = Decoder::new(vec![plan], &dialect);
        let decoded = decoder.decode(&block, 2);
        let column = decoded.columns[0].array.as_string_view();
        let mut texts = Texts::default();
        let is_found = decoder.texts(0, &block, &decoded.records, &mut texts);
        prop_assert!(is_found || !is_plain);
        if is_found {
            let found = texts.places.iter().map(|place| &bytes[place.start as usize..place.end as usize]);
            let expected: Vec<&[u8]> = column.iter().flatten().map(str::as_bytes).collect();
            prop_assert_eq!(found.collect::<Vec<_>>(), expected);
            let nulls = (0..).zip(column.iter()).filter_map(|(row, text)| text.is_none().then_some(row));
            prop_assert_eq!(texts.nulls, nulls.collect::<Vec<u32>>());
        }
    }
}

//! A table of many types for the formats of record batches, the same each time.

use std::sync::Arc;

use arrow_array::builder::{ListBuilder, StringBuilder};
use arrow_array::types::{
    Date32Type, Decimal128Type, DurationNanosecondType, Float64Type, Int8Type, Int32Type, Int64Type,
    TimestampMicrosecondType, UInt64Type,
};
use arrow_array::{
    Array, ArrayRef, BinaryArray, BooleanArray, Date32Array, Decimal128Array, DictionaryArray,
    DurationNanosecondArray, FixedSizeBinaryArray, Float64Array, Int8Array, Int64Array, RecordBatch,
    StringArray, StringViewArray, StructArray, TimestampMicrosecondArray, UInt64Array,
};
use arrow_schema::{DataType, Field};

/// Numbers that look like chance.
fn mixed(row: usize, salt: u64) -> u64 {
    let mut word =
        (row as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ salt.wrapping_mul(0xff51_afd7_ed55_8ccd);
    word ^= word >> 29;
    word.wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 11
}

/// A value in most rows.
fn some<T>(row: usize, salt: u64, value: T) -> Option<T> {
    (!mixed(row, salt).is_multiple_of(7)).then_some(value)
}

fn text(row: usize) -> String {
    let long = if row.is_multiple_of(5) { " which is longer than a view holds itself" } else { "" };
    format!("text {}{long}", mixed(row, 3) % 1000)
}

/// `rows` rows from row `start` on.
pub(crate) fn table(start: usize, rows: usize) -> RecordBatch {
    let rows = start..start + rows;
    let small = |row: usize| i64::try_from(mixed(row, 1) % 1_000_000).unwrap();
    let words = ["red", "green", "blue", "a colour that has a name of many letters"];
    let mut lists = ListBuilder::new(StringBuilder::new());
    for row in rows.clone() {
        for item in 0..mixed(row, 8) % 4 {
            lists.values().append_option(some(row, item, format!("{item} of {row}")));
        }
        lists.append(row % 6 != 0);
    }
    let inner: Vec<(Arc<Field>, ArrayRef)> = vec![
        (
            Arc::new(Field::new("id", DataType::Int64, true)),
            Arc::new(rows.clone().map(|row| some(row, 4, small(row))).collect::<Int64Array>()),
        ),
        (
            Arc::new(Field::new("name", DataType::Utf8, true)),
            Arc::new(rows.clone().map(|row| some(row, 5, text(row))).collect::<StringArray>()),
        ),
    ];
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("row", Arc::new(rows.clone().map(|row| Some(row as u64)).collect::<UInt64Array>())),
        (
            "int64",
            Arc::new(rows.clone().map(|row| some(row, 10, small(row) - 500_000)).collect::<Int64Array>()),
        ),
        (
            "int8",
            Arc::new(
                rows.clone()
                    .map(|row| some(row, 11, small(row).to_le_bytes()[0].cast_signed()))
                    .collect::<Int8Array>(),
            ),
        ),
        (
            "float64",
            Arc::new(
                rows.clone().map(|row| some(row, 12, small(row) as f64 / 7.0)).collect::<Float64Array>(),
            ),
        ),
        ("boolean", Arc::new(rows.clone().map(|row| some(row, 13, row % 3 == 0)).collect::<BooleanArray>())),
        ("text", Arc::new(rows.clone().map(|row| some(row, 14, text(row))).collect::<StringArray>())),
        ("view", Arc::new(rows.clone().map(|row| some(row, 15, text(row))).collect::<StringViewArray>())),
        (
            "word",
            Arc::new(
                rows.clone().map(|row| some(row, 16, words[row % 4])).collect::<DictionaryArray<Int32Type>>(),
            ),
        ),
        (
            "binary",
            Arc::new(rows.clone().map(|row| some(row, 17, text(row).into_bytes())).collect::<BinaryArray>()),
        ),
        (
            "date",
            Arc::new(
                rows.clone().map(|row| some(row, 18, i32::try_from(row).unwrap())).collect::<Date32Array>(),
            ),
        ),
        (
            "moment",
            Arc::new(
                rows.clone()
                    .map(|row| some(row, 19, small(row) * 1_000_003))
                    .collect::<TimestampMicrosecondArray>(),
            ),
        ),
        (
            "duration",
            Arc::new(rows.clone().map(|row| some(row, 20, small(row))).collect::<DurationNanosecondArray>()),
        ),
        (
            "decimal",
            Arc::new(
                rows.clone()
                    .map(|row| some(row, 21, i128::from(small(row))))
                    .collect::<Decimal128Array>()
                    .with_precision_and_scale(12, 2)
                    .unwrap(),
            ),
        ),
        (
            "fixed",
            Arc::new(
                FixedSizeBinaryArray::try_from_sparse_iter_with_size(
                    rows.clone().map(|row| some(row, 22, mixed(row, 23).to_le_bytes())),
                    8,
                )
                .unwrap(),
            ),
        ),
        ("nothing", Arc::new(rows.clone().map(|_| None::<i64>).collect::<Int64Array>())),
        ("user", Arc::new(StructArray::from(inner))),
        ("list", Arc::new(lists.finish())),
    ];
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, array)| (name, array, true)))
        .unwrap()
}

/// Every value of a column as text, whatever layout it has.
pub(crate) fn shown(array: &dyn Array) -> Vec<String> {
    use arrow_array::cast::AsArray;
    if let Some(dictionary) = array.as_any_dictionary_opt() {
        let values = shown(dictionary.values().as_ref());
        let keys = dictionary.keys().as_any().downcast_ref::<arrow_array::Int32Array>().unwrap();
        return keys
            .iter()
            .map(|key| {
                key.map_or_else(|| "null".to_owned(), |key| values[usize::try_from(key).unwrap()].clone())
            })
            .collect();
    }
    (0..array.len()).map(|row| show(array, row)).collect()
}

fn show(array: &dyn Array, row: usize) -> String {
    use arrow_array::cast::AsArray;
    if array.is_null(row) {
        return "null".to_owned();
    }
    match array.data_type() {
        DataType::Utf8 => array.as_string::<i32>().value(row).to_owned(),
        DataType::Utf8View => array.as_string_view().value(row).to_owned(),
        DataType::Binary => format!("{:?}", array.as_binary::<i32>().value(row)),
        DataType::BinaryView => format!("{:?}", array.as_binary_view().value(row)),
        DataType::List(_) => format!("{:?}", shown(array.as_list::<i32>().value(row).as_ref())),
        DataType::Struct(_) => {
            let values = array.as_struct().columns().iter().map(|column| show(column.as_ref(), row));
            format!("{:?}", values.collect::<Vec<_>>())
        }
        DataType::Boolean => array.as_boolean().value(row).to_string(),
        DataType::FixedSizeBinary(_) => format!("{:?}", array.as_fixed_size_binary().value(row)),
        DataType::UInt64 => array.as_primitive::<UInt64Type>().value(row).to_string(),
        DataType::Int64 => array.as_primitive::<Int64Type>().value(row).to_string(),
        DataType::Int8 => array.as_primitive::<Int8Type>().value(row).to_string(),
        DataType::Float64 => array.as_primitive::<Float64Type>().value(row).to_string(),
        DataType::Date32 => array.as_primitive::<Date32Type>().value(row).to_string(),
        DataType::Timestamp(_, _) => array.as_primitive::<TimestampMicrosecondType>().value(row).to_string(),
        DataType::Duration(_) => array.as_primitive::<DurationNanosecondType>().value(row).to_string(),
        DataType::Decimal128(_, _) => array.as_primitive::<Decimal128Type>().value(row).to_string(),
        other => panic!("{other}"),
    }
}

/// Compares two columns and names the first row in which they differ.
pub(crate) fn assert_same(found: &[String], expected: &[String], what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}: rows");
    for (row, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert_eq!(found, expected, "{what}: row {row}");
    }
}

//! The Arrow types of the columns, as stored and as requested.

use std::sync::Arc;

use arrow_schema::{DataType, FieldRef, Fields, Schema, TimeUnit};
use parquet::basic::{ConvertedType, Type as Physical};
use parquet::schema::types::{ColumnDescPtr, SchemaDescriptor};

/// Corrects the types that the decoder derives from the Arrow schema embedded in a file, or from defaults.
///
/// - The embedded schema is used for types that Parquet does not have, such as durations. But the unit of a timestamp is the one
///   that Parquet declares.
/// - Timestamps of 96 bits, which have no unit, are read in microseconds: nanoseconds of 64 bits would overflow after 2262 and
///   wrap around to 1677.
/// - A dictionary type that the decoder does not support for the column becomes the type of its values.
pub(super) fn corrected(schema: &Schema, columns: &SchemaDescriptor) -> Schema {
    let mut leaves = columns.columns().iter();
    let fields: Fields = schema.fields().iter().map(|field| correct_field(field, &mut leaves)).collect();
    Schema::new_with_metadata(fields, schema.metadata().clone())
}

fn correct_field(field: &FieldRef, leaves: &mut std::slice::Iter<'_, ColumnDescPtr>) -> FieldRef {
    let data_type = correct(field.data_type(), leaves);
    Arc::new(field.as_ref().clone().with_data_type(data_type))
}

fn correct(own: &DataType, leaves: &mut std::slice::Iter<'_, ColumnDescPtr>) -> DataType {
    match own {
        DataType::Struct(fields) => {
            DataType::Struct(fields.iter().map(|field| correct_field(field, leaves)).collect())
        }
        DataType::List(field) => DataType::List(correct_field(field, leaves)),
        DataType::LargeList(field) => DataType::LargeList(correct_field(field, leaves)),
        DataType::ListView(field) => DataType::ListView(correct_field(field, leaves)),
        DataType::LargeListView(field) => DataType::LargeListView(correct_field(field, leaves)),
        DataType::FixedSizeList(field, size) => DataType::FixedSizeList(correct_field(field, leaves), *size),
        DataType::Map(field, is_sorted) => DataType::Map(correct_field(field, leaves), *is_sorted),
        leaf => leaves.next().map_or_else(|| leaf.clone(), |column| correct_leaf(leaf, column)),
    }
}

fn correct_leaf(own: &DataType, column: &ColumnDescPtr) -> DataType {
    match (column.physical_type(), own) {
        (_, DataType::Dictionary(keys, values)) => {
            let values = correct_leaf(values, column);
            if has_dictionaries(&values, column) {
                DataType::Dictionary(keys.clone(), Box::new(values))
            } else {
                values
            }
        }
        (Physical::INT96, DataType::Timestamp(_, zone)) => {
            DataType::Timestamp(TimeUnit::Microsecond, zone.clone())
        }
        (Physical::INT64, DataType::Timestamp(unit, zone)) => {
            DataType::Timestamp(declared_unit(column).unwrap_or(*unit), zone.clone())
        }
        // The column stores days. As `Date64` it would be written again as milliseconds without a type that marks them as dates.
        (Physical::INT32, DataType::Date64) => DataType::Date32,
        _ => own.clone(),
    }
}

/// Whether the decoder supports dictionaries of such values for the column. Its dictionaries of bytes are text if the file says
/// `UTF8`, and binary otherwise, as for JSON.
pub(super) fn has_dictionaries(values: &DataType, column: &ColumnDescPtr) -> bool {
    match (column.physical_type(), values) {
        (_, DataType::Dictionary(_, values)) => has_dictionaries(values, column),
        (Physical::BYTE_ARRAY, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View) => is_utf8(column),
        (Physical::BYTE_ARRAY, DataType::Binary | DataType::LargeBinary | DataType::BinaryView) => {
            !is_utf8(column)
        }
        (Physical::FIXED_LEN_BYTE_ARRAY, values) => matches!(values, DataType::FixedSizeBinary(_)),
        (Physical::BYTE_ARRAY | Physical::BOOLEAN | Physical::INT96, _) | (_, DataType::Null) => false,
        _ => true,
    }
}

fn is_utf8(column: &ColumnDescPtr) -> bool {
    column.converted_type() == ConvertedType::UTF8
}

/// Whether a column has strings that the decoder does not validate: those that the file does not declare as `UTF8`.
pub(super) fn has_unvalidated_strings(own: &DataType, columns: &[ColumnDescPtr]) -> bool {
    fn walk(own: &DataType, leaves: &mut std::slice::Iter<'_, ColumnDescPtr>) -> bool {
        match own {
            // No short circuit: every field must advance the iterator of leaves.
            DataType::Struct(fields) => {
                fields.iter().fold(false, |any, field| walk(field.data_type(), leaves) | any)
            }
            DataType::List(field)
            | DataType::LargeList(field)
            | DataType::ListView(field)
            | DataType::LargeListView(field)
            | DataType::FixedSizeList(field, _)
            | DataType::Map(field, _) => walk(field.data_type(), leaves),
            DataType::Dictionary(_, values) => walk(values, leaves),
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => {
                leaves.next().is_some_and(|column| !is_utf8(column))
            }
            _ => {
                leaves.next();
                false
            }
        }
    }
    walk(own, &mut columns.iter())
}

/// The unit in which the file stores a timestamp, if declared.
fn declared_unit(column: &ColumnDescPtr) -> Option<TimeUnit> {
    use parquet::basic::{LogicalType, TimeUnit as Unit};
    match (column.logical_type_ref(), column.converted_type()) {
        (Some(LogicalType::Timestamp(timestamp)), _) => Some(match timestamp.unit {
            Unit::MILLIS => TimeUnit::Millisecond,
            Unit::MICROS => TimeUnit::Microsecond,
            Unit::NANOS => TimeUnit::Nanosecond,
        }),
        (_, ConvertedType::TIMESTAMP_MILLIS) => Some(TimeUnit::Millisecond),
        (_, ConvertedType::TIMESTAMP_MICROS) => Some(TimeUnit::Microsecond),
        _ => None,
    }
}

/// The types in which values are requested from the decoder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Layout {
    /// Strings as views.
    Views,
    /// Strings as entries of the dictionary of the file.
    Dictionary,
    /// Everything as in the file.
    Own,
}

/// The type in which values are requested: strings as views, which copy nothing, or as entries of the dictionary of the file.
pub(super) fn requested_type(own: &DataType, layout: Layout) -> DataType {
    let of = |plain: DataType, view: DataType| {
        if layout == Layout::Dictionary {
            DataType::Dictionary(Box::new(DataType::Int32), Box::new(plain))
        } else {
            view
        }
    };
    let inner = |field: &FieldRef| -> FieldRef {
        Arc::new(field.as_ref().clone().with_data_type(requested_type(field.data_type(), Layout::Views)))
    };
    match own {
        own if layout == Layout::Own => own.clone(),
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => of(DataType::Utf8, DataType::Utf8View),
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView => {
            of(DataType::Binary, DataType::BinaryView)
        }
        DataType::Dictionary(_, values) => requested_type(values, layout),
        DataType::Struct(fields) => DataType::Struct(fields.iter().map(inner).collect()),
        DataType::List(field) => DataType::List(inner(field)),
        DataType::LargeList(field) => DataType::LargeList(inner(field)),
        DataType::FixedSizeList(field, size) => DataType::FixedSizeList(inner(field), *size),
        DataType::Map(field, is_sorted) => DataType::Map(inner(field), *is_sorted),
        other => other.clone(),
    }
}

//! The fields of Parquet and Arrow, by the types of their columns.

use std::collections::HashSet;
use std::sync::Arc;

use arrow_schema::{
    DataType as ArrowType, Field as ArrowField, Fields, Schema as ArrowSchema, TimeUnit as ArrowUnit,
};
use trueline_schema::grammar::is_zone;
use trueline_schema::{Check, CheckKind, DataType, Field, TimeUnit};

/// How many types may lie within one another in a schema.
const MAX_DEPTH: usize = 32;

/// The maximum number of digits of a decimal in a schema.
const MAX_DIGITS: u8 = 38;

/// The fields of columns. One that cannot have nulls is required; a type that a schema does not have is `any`.
pub(super) fn fields(schema: &ArrowSchema) -> Vec<Field> {
    let field = |column: &ArrowField| {
        let mut field = Field::new(column.name(), data_type(column.data_type(), MAX_DEPTH));
        if !column.is_nullable() {
            field.checks.push(Check::new(CheckKind::Required, vec![column.name().clone()]));
        }
        field
    };
    schema.fields().iter().map(|column| field(column)).collect()
}

/// The type of a column or of a part of its values, with at most `depth` types within one another; deeper ones are `any`.
fn data_type(arrow: &ArrowType, depth: usize) -> DataType {
    let Some(below) = depth.checked_sub(1) else { return DataType::Any };
    match arrow {
        ArrowType::Boolean => DataType::Boolean,
        ArrowType::Int8 => DataType::Int8,
        ArrowType::Int16 => DataType::Int16,
        ArrowType::Int32 => DataType::Int32,
        ArrowType::Int64 => DataType::Int64,
        ArrowType::UInt8 => DataType::UInt8,
        ArrowType::UInt16 => DataType::UInt16,
        ArrowType::UInt32 => DataType::UInt32,
        ArrowType::UInt64 => DataType::UInt64,
        ArrowType::Float16 | ArrowType::Float32 => DataType::Float32,
        ArrowType::Float64 => DataType::Float64,
        ArrowType::Utf8 | ArrowType::LargeUtf8 | ArrowType::Utf8View => DataType::String,
        ArrowType::Binary
        | ArrowType::LargeBinary
        | ArrowType::BinaryView
        | ArrowType::FixedSizeBinary(_) => DataType::Binary,
        ArrowType::Date32 | ArrowType::Date64 => DataType::Date,
        ArrowType::Time32(_) | ArrowType::Time64(_) => DataType::Time,
        ArrowType::Timestamp(unit, zone) => DataType::Timestamp {
            unit: Some(time_unit(*unit)),
            // Any zone says that values are points in time; the schema may not know its name.
            zone: zone.as_deref().map(|zone| if is_zone(zone) { zone } else { "UTC" }.to_owned()),
        },
        ArrowType::Duration(_) => DataType::Duration,
        ArrowType::Decimal32(precision, scale)
        | ArrowType::Decimal64(precision, scale)
        | ArrowType::Decimal128(precision, scale)
        | ArrowType::Decimal256(precision, scale) => decimal(*precision, *scale),
        ArrowType::List(item)
        | ArrowType::LargeList(item)
        | ArrowType::FixedSizeList(item, _)
        | ArrowType::ListView(item)
        | ArrowType::LargeListView(item) => DataType::List(Box::new(data_type(item.data_type(), below))),
        ArrowType::Struct(members) if is_struct(members) => {
            let member =
                |member: &Arc<ArrowField>| (member.name().clone(), data_type(member.data_type(), below));
            DataType::Struct(members.iter().map(member).collect())
        }
        ArrowType::Dictionary(_, values) => data_type(values, depth),
        ArrowType::RunEndEncoded(_, values) => data_type(values.data_type(), depth),
        ArrowType::Null
        | ArrowType::Struct(_)
        | ArrowType::Map(..)
        | ArrowType::Union(..)
        | ArrowType::Interval(_) => DataType::Any,
    }
}

/// Whether members can be those of a struct in a schema: there are some, they have names, and these differ.
fn is_struct(members: &Fields) -> bool {
    let names: HashSet<&str> = members.iter().map(|member| &**member.name()).collect();
    !members.is_empty() && names.len() == members.len() && !names.contains("")
}

fn decimal(precision: u8, scale: i8) -> DataType {
    match u8::try_from(scale) {
        Ok(scale) if precision <= MAX_DIGITS && scale <= precision => DataType::Decimal { precision, scale },
        _ => DataType::Any,
    }
}

fn time_unit(unit: ArrowUnit) -> TimeUnit {
    match unit {
        ArrowUnit::Second => TimeUnit::Second,
        ArrowUnit::Millisecond => TimeUnit::Millisecond,
        ArrowUnit::Microsecond => TimeUnit::Microsecond,
        ArrowUnit::Nanosecond => TimeUnit::Nanosecond,
    }
}

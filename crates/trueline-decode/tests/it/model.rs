//! The slow twin of the decoder: the reference tokenizer, `unquote`, and the grammars of the schema crate.

use arrow_array::cast::AsArray;
use arrow_array::types::*;
use arrow_array::{Array, ArrayRef};
use arrow_schema::{DataType as ArrowType, TimeUnit as ArrowUnit};
use trueline_decode::ColumnPlan;
use trueline_schema::grammar::{self, Decimal, Strptime};
use trueline_schema::{DataType, Field, TimeUnit};
use trueline_tokenizer::{Dialect, unquote};

/// A cell, read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    Null,
    Bad(&'static str),
    Boolean(bool),
    Number(i128),
    /// The bits; all NaNs are one.
    Float(u64),
    Text(String),
    Bytes(Vec<u8>),
    /// The items of a list, the members of a struct.
    Many(Vec<Cell>),
}

const INVALID: Cell = Cell::Bad("type.invalid");
const OUT_OF_RANGE: Cell = Cell::Bad("type.out_of_range");
const EXCESS_DIGITS: Cell = Cell::Bad("type.excess_digits");

/// What a cell as it stands in the file means. Timestamps without a unit are nanoseconds here.
pub(crate) fn read(cell: &[u8], plan: &ColumnPlan, dialect: &Dialect) -> Cell {
    let text = String::from_utf8(unquote(cell, dialect).into_owned()).expect("a sound record is UTF-8");
    let text = if plan.field.trim { text.trim() } else { &text };
    if plan.null_values.iter().any(|null| null == text) {
        return Cell::Null;
    }
    typed(text, &plan.field)
}

/// What a text is to a field.
pub(crate) fn typed(text: &str, field: &Field) -> Cell {
    let plain = grammar::plain_number(text, field.group_char, field.decimal_char);
    match &field.data_type {
        DataType::String | DataType::Any => Cell::Text(text.to_owned()),
        DataType::Boolean if field.true_values.iter().any(|word| word == text) => Cell::Boolean(true),
        DataType::Boolean if field.false_values.iter().any(|word| word == text) => Cell::Boolean(false),
        DataType::Boolean => INVALID,
        DataType::Float32 => float(plain, grammar::parse_float32, f64::from),
        DataType::Float64 => float(plain, grammar::parse_float, |value| value),
        DataType::Decimal { precision, scale } => decimal(plain, *precision, *scale),
        DataType::Date => match moment(text, &field.formats) {
            Some((date, time, _)) if time.unwrap_or(0) == 0 => {
                date.map_or(INVALID, |date| Cell::Number(date.into()))
            }
            Some(_) => INVALID,
            None => grammar::parse_date(text)
                .filter(|_| field.formats.is_empty())
                .map_or(INVALID, |date| Cell::Number(date.into())),
        },
        DataType::Time => grammar::parse_time(text).map_or(INVALID, |time| Cell::Number(time.into())),
        DataType::Timestamp { unit, zone } => timestamp(text, &field.formats, *unit, zone.is_some()),
        DataType::Duration if !grammar::is_duration(text) => INVALID,
        DataType::Duration => grammar::parse_duration(text)
            .filter(|nanos| i64::try_from(*nanos).is_ok())
            .map_or(OUT_OF_RANGE, Cell::Number),
        DataType::Binary => grammar::parse_binary(text).map_or(INVALID, Cell::Bytes),
        integer => {
            let (least, most) = integer.integer_bounds().expect("only integers are left");
            match plain.filter(|text| grammar::is_integer(text)) {
                None => INVALID,
                Some(text) => grammar::parse_integer(&text)
                    .filter(|value| (least..=most).contains(value))
                    .map_or(OUT_OF_RANGE, Cell::Number),
            }
        }
    }
}

fn float<T>(plain: Option<String>, parse: fn(&str) -> Option<T>, widen: fn(T) -> f64) -> Cell {
    match plain {
        None => INVALID,
        Some(text) => match parse(&text) {
            Some(value) => Cell::Float(bits(widen(value))),
            None if grammar::is_number(&text) => OUT_OF_RANGE,
            None => INVALID,
        },
    }
}

fn bits(value: f64) -> u64 {
    if value.is_nan() { f64::NAN.to_bits() } else { value.to_bits() }
}

fn decimal(plain: Option<String>, precision: u8, scale: u8) -> Cell {
    let Some(text) = plain.filter(|text| grammar::is_number(text)) else { return INVALID };
    let unscaled = Decimal::parse(&text).and_then(|decimal| decimal.rescale(scale.into()));
    let fits = |unscaled: &i128| unscaled.unsigned_abs() < 10u128.pow(precision.into());
    unscaled.filter(fits).map_or(EXCESS_DIGITS, Cell::Number)
}

type Parts = (Option<i32>, Option<i64>, Option<i32>);

fn moment(text: &str, formats: &[String]) -> Option<Parts> {
    formats.iter().find_map(|format| {
        let moment = Strptime::compile(format).expect("a sound pattern").parse(text)?;
        Some((moment.date, moment.time, moment.offset_seconds))
    })
}

fn timestamp(text: &str, formats: &[String], unit: Option<TimeUnit>, needs_offset: bool) -> Cell {
    let read = if formats.is_empty() {
        grammar::parse_timestamp(text)
    } else {
        moment(text, formats).and_then(|(date, time, offset)| {
            let seconds = i128::from(date?) * 86_400 - i128::from(offset.unwrap_or(0));
            Some((seconds * 1_000_000_000 + i128::from(time.unwrap_or(0)), offset.is_some()))
        })
    };
    let Some((nanos, _)) = read.filter(|(_, offset)| *offset || !needs_offset) else { return INVALID };
    let Some(unit) = unit else { return Cell::Number(nanos) };
    if nanos % unit.nanoseconds() != 0 {
        return EXCESS_DIGITS;
    }
    match i64::try_from(nanos / unit.nanoseconds()) {
        Ok(value) => Cell::Number(value.into()),
        Err(_) => OUT_OF_RANGE,
    }
}

/// What stands in an array. Timestamps of columns without a unit become nanoseconds again.
pub(crate) fn stored(array: &ArrayRef, row: usize, plan: &ColumnPlan) -> Cell {
    stored_as(array, row, &plan.field.data_type)
}

/// What stands in an array of a type.
pub(crate) fn stored_as(array: &ArrayRef, row: usize, data_type: &DataType) -> Cell {
    if array.is_null(row) {
        return Cell::Null;
    }
    let undeclared = matches!(data_type, DataType::Timestamp { unit: None, .. });
    macro_rules! number {
        ($type:ty) => {
            Cell::Number(array.as_primitive::<$type>().value(row).into())
        };
    }
    match array.data_type() {
        ArrowType::Boolean => Cell::Boolean(array.as_boolean().value(row)),
        ArrowType::Int8 => number!(Int8Type),
        ArrowType::Int16 => number!(Int16Type),
        ArrowType::Int32 => number!(Int32Type),
        ArrowType::Int64 => number!(Int64Type),
        ArrowType::UInt8 => number!(UInt8Type),
        ArrowType::UInt16 => number!(UInt16Type),
        ArrowType::UInt32 => number!(UInt32Type),
        ArrowType::UInt64 => number!(UInt64Type),
        ArrowType::Float32 => Cell::Float(bits(array.as_primitive::<Float32Type>().value(row).into())),
        ArrowType::Float64 => Cell::Float(bits(array.as_primitive::<Float64Type>().value(row))),
        ArrowType::Decimal128(..) => number!(Decimal128Type),
        ArrowType::Date32 => number!(Date32Type),
        ArrowType::Time64(ArrowUnit::Nanosecond) => number!(Time64NanosecondType),
        ArrowType::Timestamp(ArrowUnit::Second, _) => number!(TimestampSecondType),
        ArrowType::Timestamp(ArrowUnit::Millisecond, _) => number!(TimestampMillisecondType),
        ArrowType::Timestamp(ArrowUnit::Microsecond, _) if undeclared => {
            Cell::Number(i128::from(array.as_primitive::<TimestampMicrosecondType>().value(row)) * 1000)
        }
        ArrowType::Timestamp(ArrowUnit::Microsecond, _) => number!(TimestampMicrosecondType),
        ArrowType::Timestamp(ArrowUnit::Nanosecond, _) => number!(TimestampNanosecondType),
        ArrowType::Duration(ArrowUnit::Nanosecond) => number!(DurationNanosecondType),
        ArrowType::Binary => Cell::Bytes(array.as_binary::<i32>().value(row).to_vec()),
        ArrowType::Utf8View => Cell::Text(array.as_string_view().value(row).to_owned()),
        ArrowType::List(_) => {
            let DataType::List(item) = data_type else { panic!("a list for {data_type}") };
            let items = array.as_list::<i32>().value(row);
            Cell::Many((0..items.len()).map(|row| stored_as(&items, row, item)).collect())
        }
        ArrowType::Struct(_) => {
            let DataType::Struct(members) = data_type else { panic!("a struct for {data_type}") };
            let columns = array.as_struct().columns().iter();
            Cell::Many(
                columns.zip(members).map(|(array, (_, member))| stored_as(array, row, member)).collect(),
            )
        }
        other => panic!("no column is made of {other}"),
    }
}

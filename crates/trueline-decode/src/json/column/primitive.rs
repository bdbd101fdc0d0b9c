//! Columns of fixed-width values and of booleans, and the loop of all columns of single values.

use std::marker::PhantomData;
use std::sync::Arc;

use arrow_array::types::{Decimal128Type, TimestampMicrosecondType};
use arrow_array::{ArrowPrimitiveType, BooleanArray, PrimitiveArray};
use arrow_buffer::{BooleanBuffer, ScalarBuffer};
use arrow_schema::DataType as ArrowType;
use trueline_schema::{DataType, Field, TimeUnit};
use trueline_tokenizer::json::unescape;

use super::{DecodeValues, Values};
use crate::Column;
use crate::cell::trimmed;
use crate::column::MissingValues;
use crate::json::slot::{Kind, Slot};
use crate::json::value::{Booleans, Either, NumberParser, Numbers, ParseValue, Strings};
use crate::value::boolean::BooleanParser;
use crate::value::integer::{Integer, IntegerParser};
use crate::value::pattern::{PatternTimestampParser, Patterns};
use crate::value::plain::PlainParser;
use crate::value::timestamp::{FixedUnit, Nanoseconds, TimestampParser, Unit};
use crate::value::{Parse, ParseError, Text};

/// How the text of a value is read.
#[derive(Debug, Default)]
pub(super) struct TextReader {
    /// Whether white space around strings is left out.
    pub(super) trim: bool,
    /// The last string that had escapes.
    scratch: Vec<u8>,
}

impl TextReader {
    pub(super) fn new(field: &Field) -> Self {
        Self { trim: field.trim, scratch: Vec::new() }
    }

    /// Returns the text of a value: of a string, without quotes, escapes and, if required, white space around it.
    #[inline]
    pub(super) fn text<'t>(&'t mut self, bytes: &'t [u8], slot: Slot) -> Text<'t> {
        let text = if slot.kind == Kind::Escaped {
            self.scratch.clear();
            self.scratch.extend_from_slice(&unescape(&bytes[slot.content()]));
            self.scratch[..].into()
        } else {
            Text::at(bytes, slot.content())
        };
        if !self.trim || !slot.kind.is_string() {
            return text;
        }
        let within = trimmed(text.as_bytes());
        text.skip(within.start).first(within.end - within.start)
    }
}

/// Returns the values of a column, parsed by `parse`; missing ones have the default value and are recorded in `missing`.
fn read<P: ParseValue>(
    values: &Values<'_>,
    reader: &mut TextReader,
    parse: &mut P,
    missing: &mut MissingValues,
) -> Vec<P::Native> {
    missing.clear();
    let mut row = 0;
    let read = values.slots.iter().map(|slot| {
        let value = if matches!(slot.kind, Kind::Absent | Kind::Null) {
            missing.null(row);
            P::Native::default()
        } else {
            parse.parse(slot.kind, reader.text(values.bytes, slot)).unwrap_or_else(|error| {
                missing.bad(row, error);
                P::Native::default()
            })
        };
        row += 1;
        value
    });
    read.collect()
}

/// A column of fixed-width values.
struct PrimitiveColumn<A, P> {
    reader: TextReader,
    parse: P,
    missing: MissingValues,
    data_type: ArrowType,
    array: PhantomData<fn() -> A>,
}

impl<A, P> PrimitiveColumn<A, P>
where
    A: ArrowPrimitiveType,
    P: ParseValue<Native = A::Native> + 'static,
{
    fn new(field: &Field, parse: P, data_type: ArrowType) -> Self {
        Self {
            reader: TextReader::new(field),
            parse,
            missing: MissingValues::default(),
            data_type,
            array: PhantomData,
        }
    }

    fn boxed(field: &Field, parse: P) -> Box<dyn DecodeValues> {
        Box::new(Self::new(field, parse, crate::arrow_type(&field.data_type)))
    }

    fn finish(&mut self, values: Vec<A::Native>) -> Column {
        let nulls = self.missing.nulls(values.len());
        let array = PrimitiveArray::<A>::new(ScalarBuffer::from(values), nulls);
        Column { array: Arc::new(array.with_data_type(self.data_type.clone())), bad: self.missing.take_bad() }
    }
}

impl<A, P> DecodeValues for PrimitiveColumn<A, P>
where
    A: ArrowPrimitiveType,
    P: ParseValue<Native = A::Native> + 'static,
{
    fn decode(&mut self, values: &Values<'_>) -> Column {
        let values = read(values, &mut self.reader, &mut self.parse, &mut self.missing);
        self.finish(values)
    }
}

/// Numbers without a fraction; with `coerce`, also strings that are integers.
pub(super) fn integers<A>(field: &Field) -> Box<dyn DecodeValues>
where
    A: ArrowPrimitiveType<Native: Integer>,
{
    let number = NumberParser::<A::Native>::default();
    let string = IntegerParser::<A::Native>::default();
    if !field.coerce {
        PrimitiveColumn::<A, _>::boxed(field, Numbers(number))
    } else if field.group_char.is_some() {
        let string = PlainParser::new(string, field.group_char, field.decimal_char);
        PrimitiveColumn::<A, _>::boxed(field, Either(number, string))
    } else {
        PrimitiveColumn::<A, _>::boxed(field, Either(number, string))
    }
}

/// Numbers; with `coerce`, also strings that are numbers.
pub(super) fn numbers<A, P>(field: &Field, parser: impl Fn() -> P) -> Box<dyn DecodeValues>
where
    A: ArrowPrimitiveType,
    P: Parse<Native = A::Native> + 'static,
{
    if !field.coerce {
        PrimitiveColumn::<A, _>::boxed(field, Numbers(parser()))
    } else if field.group_char.is_some() || field.decimal_char != '.' {
        let string = PlainParser::new(parser(), field.group_char, field.decimal_char);
        PrimitiveColumn::<A, _>::boxed(field, Either(parser(), string))
    } else {
        PrimitiveColumn::<A, _>::boxed(field, Either(parser(), parser()))
    }
}

/// Strings that represent a value.
pub(super) fn strings<A, P>(field: &Field, parser: P) -> Box<dyn DecodeValues>
where
    A: ArrowPrimitiveType,
    P: Parse<Native = A::Native> + 'static,
{
    PrimitiveColumn::<A, _>::boxed(field, Strings(parser))
}

/// Points in time in a declared unit.
pub(super) fn instants<A>(field: &Field, unit: TimeUnit) -> Box<dyn DecodeValues>
where
    A: ArrowPrimitiveType<Native = i64>,
{
    let unit = FixedUnit::new(unit);
    if field.formats.is_empty() {
        strings::<A, _>(field, iso(field, unit))
    } else {
        strings::<A, _>(field, pattern(field, unit))
    }
}

/// Points in time without a declared unit.
pub(super) fn undeclared_unit(field: &Field) -> Box<dyn DecodeValues> {
    let unit = FixedUnit::new(TimeUnit::Microsecond);
    if field.formats.is_empty() {
        UndeclaredUnit::boxed(field, iso(field, unit), iso(field, Nanoseconds))
    } else {
        UndeclaredUnit::boxed(field, pattern(field, unit), pattern(field, Nanoseconds))
    }
}

fn iso<U: Unit>(field: &Field, unit: U) -> TimestampParser<U> {
    TimestampParser { unit, needs_offset: needs_offset(field) }
}

fn pattern<U: Unit>(field: &Field, unit: U) -> PatternTimestampParser<U> {
    PatternTimestampParser {
        patterns: Patterns::new(&field.formats),
        unit,
        needs_offset: needs_offset(field),
    }
}

fn needs_offset(field: &Field) -> bool {
    matches!(field.data_type, DataType::Timestamp { zone: Some(_), .. })
}

/// Microseconds if they suffice, else the whole block as decimals.
struct UndeclaredUnit<P, Q> {
    micros: PrimitiveColumn<TimestampMicrosecondType, Strings<P>>,
    nanos: PrimitiveColumn<Decimal128Type, Strings<Q>>,
}

impl<P, Q> UndeclaredUnit<P, Q>
where
    P: Parse<Native = i64> + 'static,
    Q: Parse<Native = i128> + 'static,
{
    fn boxed(field: &Field, micros: P, nanos: Q) -> Box<dyn DecodeValues> {
        let data_type = crate::arrow_type(&field.data_type);
        Box::new(Self {
            micros: PrimitiveColumn::new(field, Strings(micros), data_type),
            nanos: PrimitiveColumn::new(field, Strings(nanos), ArrowType::Decimal128(38, 9)),
        })
    }
}

impl<P, Q> DecodeValues for UndeclaredUnit<P, Q>
where
    P: Parse<Native = i64> + 'static,
    Q: Parse<Native = i128> + 'static,
{
    fn decode(&mut self, values: &Values<'_>) -> Column {
        let PrimitiveColumn { reader, parse, missing, .. } = &mut self.micros;
        let read = read(values, reader, parse, missing);
        if self.micros.missing.has(ParseError::ExcessDigits) {
            self.nanos.decode(values)
        } else {
            self.micros.finish(read)
        }
    }
}

/// `true` and `false`; with `coerce`, also the strings that mean them.
pub(super) fn boolean(field: &Field) -> Box<dyn DecodeValues> {
    let strings = field.coerce.then(|| BooleanParser::new(&field.true_values, &field.false_values));
    Box::new(BooleanColumn {
        reader: TextReader::new(field),
        parse: Booleans(strings),
        missing: MissingValues::default(),
    })
}

struct BooleanColumn {
    reader: TextReader,
    parse: Booleans<BooleanParser>,
    missing: MissingValues,
}

impl DecodeValues for BooleanColumn {
    fn decode(&mut self, values: &Values<'_>) -> Column {
        let rows = values.slots.len();
        let read = read(values, &mut self.reader, &mut self.parse, &mut self.missing);
        let array = BooleanArray::new(BooleanBuffer::from(read.as_slice()), self.missing.nulls(rows));
        Column { array: Arc::new(array), bad: self.missing.take_bad() }
    }
}

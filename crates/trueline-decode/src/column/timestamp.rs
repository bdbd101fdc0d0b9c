//! Columns of timestamps.

use arrow_array::ArrowPrimitiveType;
use arrow_array::types::{
    Decimal128Type, TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
    TimestampSecondType,
};
use arrow_schema::{DataType as ArrowType, TimeUnit as ArrowUnit};
use trueline_schema::{DataType, TimeUnit};
use trueline_tokenizer::Dialect;

use super::DecodeColumn;
use super::primitive::PrimitiveColumn;
use crate::cell::Cells;
use crate::value::pattern::{PatternTimestampParser, Patterns};
use crate::value::timestamp::{FixedUnit, Nanoseconds, TimestampParser, Unit};
use crate::value::{Parse, ParseError};
use crate::{Column, ColumnPlan};

/// Chooses the loop by unit and format.
pub(super) fn compile(plan: &ColumnPlan, dialect: &Dialect) -> Box<dyn DecodeColumn> {
    match plan.field.data_type {
        DataType::Timestamp { unit: Some(TimeUnit::Second), .. } => {
            of::<TimestampSecondType>(plan, dialect, TimeUnit::Second)
        }
        DataType::Timestamp { unit: Some(TimeUnit::Millisecond), .. } => {
            of::<TimestampMillisecondType>(plan, dialect, TimeUnit::Millisecond)
        }
        DataType::Timestamp { unit: Some(TimeUnit::Microsecond), .. } => {
            of::<TimestampMicrosecondType>(plan, dialect, TimeUnit::Microsecond)
        }
        DataType::Timestamp { unit: Some(TimeUnit::Nanosecond), .. } => {
            of::<TimestampNanosecondType>(plan, dialect, TimeUnit::Nanosecond)
        }
        _ => undeclared_unit(plan, dialect),
    }
}

/// A column with a declared unit.
fn of<A>(plan: &ColumnPlan, dialect: &Dialect, unit: TimeUnit) -> Box<dyn DecodeColumn>
where
    A: ArrowPrimitiveType<Native = i64>,
{
    let data_type = super::arrow_type(&plan.field.data_type);
    let unit = FixedUnit::new(unit);
    if plan.field.formats.is_empty() {
        PrimitiveColumn::<A, _>::boxed(plan, dialect, iso(plan, unit), data_type)
    } else {
        PrimitiveColumn::<A, _>::boxed(plan, dialect, pattern(plan, unit), data_type)
    }
}

/// A column without a declared unit.
fn undeclared_unit(plan: &ColumnPlan, dialect: &Dialect) -> Box<dyn DecodeColumn> {
    let unit = FixedUnit::new(TimeUnit::Microsecond);
    if plan.field.formats.is_empty() {
        UndeclaredUnit::boxed(plan, dialect, iso(plan, unit), iso(plan, Nanoseconds))
    } else {
        UndeclaredUnit::boxed(plan, dialect, pattern(plan, unit), pattern(plan, Nanoseconds))
    }
}

fn iso<U: Unit>(plan: &ColumnPlan, unit: U) -> TimestampParser<U> {
    TimestampParser { unit, needs_offset: needs_offset(plan) }
}

fn pattern<U: Unit>(plan: &ColumnPlan, unit: U) -> PatternTimestampParser<U> {
    PatternTimestampParser {
        patterns: Patterns::new(&plan.field.formats),
        unit,
        needs_offset: needs_offset(plan),
    }
}

fn needs_offset(plan: &ColumnPlan) -> bool {
    matches!(plan.field.data_type, DataType::Timestamp { zone: Some(_), .. })
}

/// Microseconds if they suffice, else the whole block as decimals.
struct UndeclaredUnit<P, Q> {
    micros: PrimitiveColumn<TimestampMicrosecondType, P>,
    nanos: PrimitiveColumn<Decimal128Type, Q>,
}

impl<P, Q> UndeclaredUnit<P, Q>
where
    P: Parse<Native = i64> + 'static,
    Q: Parse<Native = i128> + 'static,
{
    fn boxed(plan: &ColumnPlan, dialect: &Dialect, micros: P, nanos: Q) -> Box<dyn DecodeColumn> {
        let data_type = super::arrow_type(&plan.field.data_type);
        Box::new(Self {
            micros: PrimitiveColumn::new(plan, dialect, micros, data_type),
            nanos: PrimitiveColumn::new(plan, dialect, nanos, ArrowType::Decimal128(38, 9)),
        })
    }
}

impl<P, Q> DecodeColumn for UndeclaredUnit<P, Q>
where
    P: Parse<Native = i64> + 'static,
    Q: Parse<Native = i128> + 'static,
{
    fn decode(&mut self, cells: &Cells<'_>) -> Column {
        let values = self.micros.read(cells);
        if self.micros.had(ParseError::ExcessDigits) {
            self.nanos.decode(cells)
        } else {
            self.micros.finish(values)
        }
    }
}

pub(super) fn arrow_type(unit: Option<TimeUnit>, zone: Option<&str>) -> ArrowType {
    let unit = match unit {
        Some(TimeUnit::Second) => ArrowUnit::Second,
        Some(TimeUnit::Millisecond) => ArrowUnit::Millisecond,
        Some(TimeUnit::Nanosecond) => ArrowUnit::Nanosecond,
        _ => ArrowUnit::Microsecond,
    };
    // Arrow uses `UTC`, not `Z`.
    ArrowType::Timestamp(unit, zone.map(|zone| if zone == "Z" { "UTC".into() } else { zone.into() }))
}

//! Reads bounds and set members as values of their field's type.

use super::Reader;
use super::mapping::NodeRef;
use crate::data_type::{DataType, TimeUnit};
use crate::document::Value;
use crate::error::{ErrorKind, escaped};
use crate::grammar::{self, Decimal};
use crate::literal::Literal;
use crate::rule;

impl<'d> Reader<'d> {
    /// Reads a value of the type.
    pub(super) fn literal(&mut self, node: &NodeRef<'d>, data_type: &DataType) -> Option<Literal> {
        let found = match (data_type, node.value()) {
            (_, Value::Null) => {
                self.invalid(node, "cannot be null; `required` and `null_values` speak of nulls");
                return None;
            }
            (DataType::String, _) => return self.text_at(node).map(Literal::Text),
            (DataType::Boolean, Value::Boolean(value)) => return Some(Literal::Boolean(*value)),
            (DataType::Date, Value::Text(text) | Value::DateTime(text)) => date(text),
            (DataType::Time, Value::Text(text) | Value::DateTime(text)) => time(text),
            (DataType::Timestamp { unit, zone }, Value::Text(text) | Value::DateTime(text)) => {
                timestamp(text, *unit, zone.is_some())
            }
            (DataType::Duration, Value::Text(text)) => duration(text),
            (DataType::Binary, Value::Text(text)) => {
                grammar::parse_binary(text).map(Literal::Binary).ok_or("it is not base64 with padding")
            }
            (number_type, Value::Number(text)) if rule::is_number(number_type) => number(text, number_type),
            _ => {
                self.wrong_kind(node, rule::expected_literal(data_type));
                return None;
            }
        };
        match found {
            Ok(literal) => Some(literal),
            Err(reason) => {
                let kind = ErrorKind::NotOfType {
                    key: node.key.clone(),
                    value: escaped(self.source.slice(node.span()).trim()),
                    data_type: data_type.clone(),
                    reason: reason.to_owned(),
                };
                self.record_error_at(node, kind);
                None
            }
        }
    }
}

fn number(text: &str, data_type: &DataType) -> Result<Literal, &'static str> {
    if !grammar::is_number(text) {
        return Err("it is not a finite number");
    }
    let number = Decimal::parse(text).ok_or(rule::TOO_MANY_DIGITS)?;
    match rule::number(number, data_type) {
        None => Ok(Literal::Number(number)),
        Some(reason) => Err(reason),
    }
}

fn date(text: &str) -> Result<Literal, &'static str> {
    grammar::parse_date(text).map(Literal::Date).ok_or("it is not a date such as 2020-01-31")
}

fn time(text: &str) -> Result<Literal, &'static str> {
    grammar::parse_time(text).map(Literal::Time).ok_or("it is not a time such as 13:05:00")
}

fn timestamp(text: &str, unit: Option<TimeUnit>, needs_offset: bool) -> Result<Literal, &'static str> {
    let (nanos, offset) =
        grammar::parse_timestamp(text).ok_or("it is not a timestamp such as 2020-01-31T13:05:00Z")?;
    match rule::timestamp(nanos, offset, unit, needs_offset) {
        None => Ok(Literal::Timestamp { nanos, offset }),
        Some(reason) => Err(reason),
    }
}

fn duration(text: &str) -> Result<Literal, &'static str> {
    if !grammar::is_duration(text) {
        return Err("it is not a duration such as PT90S or P3DT12H");
    }
    match grammar::parse_duration(text) {
        Some(nanos) if i64::try_from(nanos).is_ok() => Ok(Literal::Duration(nanos)),
        _ => Err(rule::OUT_OF_RANGE),
    }
}

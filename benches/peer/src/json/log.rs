//! The checks of a log record, implemented by hand.

use crate::cell::is_timestamp;

/// A value of a checked field.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) enum Cell<'a> {
    /// Null, or a missing key.
    #[default]
    Null,
    Text(&'a str),
    Integer(i64),
    Float(f64),
    /// A boolean, a list or an object.
    Other,
}

pub(super) const TIMESTAMP: usize = 0;
pub(super) const LEVEL: usize = 1;
pub(super) const SERVICE: usize = 2;
pub(super) const MESSAGE: usize = 3;
pub(super) const REQUEST_ID: usize = 4;
pub(super) const STATUS: usize = 5;
pub(super) const DURATION: usize = 6;
pub(super) const USER_ID: usize = 7;
pub(super) const COUNTRY: usize = 8;
pub(super) const HOST: usize = 9;

/// The checked fields, each at its index.
pub(super) type Record<'a> = [Cell<'a>; 10];

/// The counts of a field, from its first one on: nulls if they are faults, values of another type, the rest.
pub(super) const LABELS: [&str; 29] = [
    "timestamp.required required.null",
    "timestamp.type type.invalid",
    "level.required required.null",
    "level.type type.invalid",
    "level.enum enum.unlisted",
    "service.required required.null",
    "service.type type.invalid",
    "service.length length.too_long",
    "message.required required.null",
    "message.type type.invalid",
    "message.length length.too_long",
    "request_id.required required.null",
    "request_id.type type.invalid",
    "request_id.pattern pattern.no_match",
    "status.required required.null",
    "status.type type.invalid",
    "status.range range.below_minimum",
    "status.range range.above_maximum",
    "duration_ms.required required.null",
    "duration_ms.type type.invalid",
    "duration_ms.range range.below_minimum",
    "duration_ms.range range.above_maximum",
    "context.user.id.type type.invalid",
    "context.user.id.range range.below_minimum",
    "context.user.country.type type.invalid",
    "context.user.country.pattern pattern.no_match",
    "context.host.required required.null",
    "context.host.type type.invalid",
    "context.host.length length.too_long",
];

#[derive(Default)]
pub(super) struct Logs {
    pub(super) counts: [u64; LABELS.len()],
}

impl Logs {
    #[inline]
    pub(super) fn observe(&mut self, record: &Record<'_>) {
        let counts = &mut self.counts;
        match record[TIMESTAMP] {
            Cell::Text(text) => counts[1] += u64::from(!is_timestamp(text.as_bytes())),
            other => counts[kind(0, other)] += 1,
        }
        match record[LEVEL] {
            Cell::Text("DEBUG" | "INFO" | "WARN" | "ERROR") => {}
            Cell::Text(_) => counts[4] += 1,
            other => counts[kind(2, other)] += 1,
        }
        match record[SERVICE] {
            Cell::Text(text) => counts[7] += u64::from(is_longer(text, 32)),
            other => counts[kind(5, other)] += 1,
        }
        match record[MESSAGE] {
            Cell::Text(text) => counts[10] += u64::from(is_longer(text, 200)),
            other => counts[kind(8, other)] += 1,
        }
        match record[REQUEST_ID] {
            Cell::Text(text) => counts[13] += u64::from(!is_request(text.as_bytes())),
            other => counts[kind(11, other)] += 1,
        }
        self.numbers(record);
        self.context(record);
    }

    #[inline]
    fn numbers(&mut self, record: &Record<'_>) {
        let counts = &mut self.counts;
        match whole(record[STATUS]) {
            Cell::Integer(100..=599) => {}
            Cell::Integer(status) => counts[if status < 100 { 16 } else { 17 }] += 1,
            other => counts[kind(14, other)] += 1,
        }
        match number(record[DURATION]) {
            Cell::Float(duration) => {
                counts[20] += u64::from(duration < 0.0);
                counts[21] += u64::from(duration > 600_000.0);
            }
            other => counts[kind(18, other)] += 1,
        }
        match whole(record[USER_ID]) {
            Cell::Integer(id) => counts[23] += u64::from(id < 1),
            Cell::Null => {}
            _ => counts[22] += 1,
        }
    }

    #[inline]
    fn context(&mut self, record: &Record<'_>) {
        let counts = &mut self.counts;
        match record[COUNTRY] {
            // `^[A-Z]{2}$`
            Cell::Text(text) => {
                counts[25] += u64::from(!matches!(text.as_bytes(), [b'A'..=b'Z', b'A'..=b'Z']));
            }
            Cell::Null => {}
            _ => counts[24] += 1,
        }
        match record[HOST] {
            Cell::Text(text) => counts[28] += u64::from(is_longer(text, 64)),
            other => counts[kind(26, other)] += 1,
        }
    }
}

/// Returns the count for a cell that is not a value of the field's type: that of nulls, or of others.
fn kind(first: usize, cell: Cell<'_>) -> usize {
    first + usize::from(cell != Cell::Null)
}

/// Converts a number without a fraction to an integer.
#[inline]
fn whole(cell: Cell<'_>) -> Cell<'_> {
    match cell {
        #[allow(clippy::cast_possible_truncation, reason = "it is small and has no fraction")]
        Cell::Float(float) if float.fract() == 0.0 && float.abs() < 1e15 => Cell::Integer(float as i64),
        other => other,
    }
}

#[inline]
fn number(cell: Cell<'_>) -> Cell<'_> {
    match cell {
        Cell::Integer(integer) => Cell::Float(integer as f64),
        other => other,
    }
}

/// Returns whether a text has more than this number of characters.
#[inline]
fn is_longer(text: &str, characters: usize) -> bool {
    text.len() > characters && text.chars().count() > characters
}

/// `^req-[0-9a-f]{16}$`
#[inline]
fn is_request(text: &[u8]) -> bool {
    text.len() == 20
        && text.starts_with(b"req-")
        && text[4..].iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

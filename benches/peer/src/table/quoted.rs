//! Twenty columns of one byte, quoted or (`PLAIN`) not.

use std::fs::File;

use super::{Table, tell_sums};
use crate::cell::integer;
use crate::record::Record;

const LETTERS: std::ops::Range<usize> = 0..5;
const TEXTS: std::ops::Range<usize> = 5..10;
const DIGITS: std::ops::Range<usize> = 10..20;

/// Four counts per column; their labels are in [`labels`].
#[derive(Clone)]
pub(crate) struct Quoted<const PLAIN: bool> {
    counts: [[u64; 4]; 20],
}

impl<const PLAIN: bool> Default for Quoted<PLAIN> {
    fn default() -> Self {
        Self { counts: [[0; 4]; 20] }
    }
}

impl<const PLAIN: bool> Table for Quoted<PLAIN> {
    const IS_PLAIN: bool = PLAIN;
    const COLUMNS: usize = 20;

    #[inline]
    fn observe<R: Record>(&mut self, record: &R, _position: u64) {
        let counts = &mut self.counts;
        for column in LETTERS {
            match record.cell(column) {
                [b'a'..=b'f'] => {}
                [] => counts[column][0] += 1,
                _ => counts[column][1] += 1,
            }
        }
        for column in TEXTS {
            match record.cell(column) {
                [_] => {}
                [] => counts[column][0] += 1,
                _ => counts[column][1] += u64::from(record.length(column) > 1),
            }
        }
        for column in DIGITS {
            match record.cell(column) {
                [b'0'..=b'8'] => {}
                [] => counts[column][0] += 1,
                other => match integer(other).map(i8::try_from) {
                    Some(Ok(..0)) => counts[column][2] += 1,
                    Some(Ok(9..)) => counts[column][3] += 1,
                    Some(Ok(_)) => {}
                    _ => counts[column][1] += 1,
                },
            }
        }
    }

    fn finish(parts: Vec<&mut Self>, _file: &File, _threads: usize, tell: &mut dyn FnMut(String, u64)) {
        let names: Vec<[String; 4]> = (0..Self::COLUMNS).map(labels).collect();
        let labels: Vec<&str> = names.as_flattened().iter().map(String::as_str).collect();
        tell_sums(&labels, parts.iter().map(|part| part.counts.as_flattened()), tell);
    }
}

/// Returns the labels of a column's counts.
fn labels(column: usize) -> [String; 4] {
    let (name, number, second) = match column {
        column if column < LETTERS.end => ("letter", column + 1, "enum enum.unlisted"),
        column if column < TEXTS.end => ("text", column + 1 - TEXTS.start, "length length.too_long"),
        column => ("digit", column + 1 - DIGITS.start, "type type.invalid"),
    };
    ["required required.null", second, "range range.below_minimum", "range range.above_maximum"]
        .map(|rest| format!("{name}_{number}.{rest}"))
}

//! Forty columns of all kinds.

use std::fs::File;

use super::{Table, tell_sums};
use crate::cell::{float, integer, is_date};
use crate::record::Record;

/// Column groups, by their indices.
const ID: usize = 0;
const TITLE: usize = 1;
const INTEGERS: std::ops::Range<usize> = 3..13;
const FLOATS: std::ops::Range<usize> = 13..21;
const TEXTS: std::ops::Range<usize> = 21..31;
const FLAGS: std::ops::Range<usize> = 31..35;
const DATES: std::ops::Range<usize> = 35..39;
const CODE: usize = 39;

/// The indices of a column's two counts.
const NULL: usize = 0;
const BAD: usize = 1;

/// Two counts per column: for `id`, `title` and `code` nulls and the other fault; for integers invalid values and those below the
/// minimum; for the others only the second.
#[derive(Clone)]
pub(crate) struct Wide {
    counts: [[u64; 2]; 40],
}

impl Default for Wide {
    fn default() -> Self {
        Self { counts: [[0; 2]; 40] }
    }
}

impl Table for Wide {
    const IS_PLAIN: bool = false;
    const COLUMNS: usize = 40;

    #[inline]
    fn observe<R: Record>(&mut self, record: &R, _position: u64) {
        let counts = &mut self.counts;
        let id = record.cell(ID);
        if integer(id).is_none() {
            counts[ID][if id.is_empty() { NULL } else { BAD }] += 1;
        }
        let title = record.cell(TITLE);
        counts[TITLE][NULL] += u64::from(title.is_empty());
        counts[TITLE][BAD] += u64::from(title.len() > 80 && record.length(TITLE) > 80);
        for column in INTEGERS {
            let cell = record.cell(column);
            match integer(cell).map(i32::try_from) {
                Some(Ok(0..)) => {}
                Some(Ok(_)) => counts[column][1] += 1,
                Some(Err(_)) => counts[column][0] += 1,
                None => counts[column][0] += u64::from(!cell.is_empty()),
            }
        }
        for column in FLOATS {
            let cell = record.cell(column);
            counts[column][BAD] += u64::from(float(cell).is_none() && !cell.is_empty());
        }
        for column in TEXTS {
            counts[column][BAD] += u64::from(record.cell(column).len() > 60 && record.length(column) > 60);
        }
        for column in FLAGS {
            let is_flag = matches!(record.cell(column), b"" | b"0" | b"1" | b"true" | b"false");
            counts[column][BAD] += u64::from(!is_flag);
        }
        for column in DATES {
            let cell = record.cell(column);
            counts[column][BAD] += u64::from(!is_date(cell) && !cell.is_empty());
        }
        match record.cell(CODE) {
            b"red" | b"green" | b"blue" => {}
            b"" => counts[CODE][NULL] += 1,
            _ => counts[CODE][BAD] += 1,
        }
    }

    fn finish(parts: Vec<&mut Self>, _file: &File, _threads: usize, tell: &mut dyn FnMut(String, u64)) {
        let names: Vec<[String; 2]> = (0..Self::COLUMNS).map(labels).collect();
        let labels: Vec<&str> = names.as_flattened().iter().map(String::as_str).collect();
        tell_sums(&labels, parts.iter().map(|part| part.counts.as_flattened()), tell);
    }
}

/// Returns the labels of a column's two counts.
fn labels(column: usize) -> [String; 2] {
    let both =
        |name: String, first: &str, second: &str| [format!("{name}.{first}"), format!("{name}.{second}")];
    let null = "required required.null";
    let invalid = "type type.invalid";
    if INTEGERS.contains(&column) {
        return both(
            format!("integer_{:02}", column + 1 - INTEGERS.start),
            invalid,
            "range range.below_minimum",
        );
    }
    for (name, range) in [("float", FLOATS), ("flag", FLAGS), ("date", DATES)] {
        if range.contains(&column) {
            return both(format!("{name}_{:02}", column + 1 - range.start), null, invalid);
        }
    }
    if TEXTS.contains(&column) {
        return both(format!("text_{:02}", column + 1 - TEXTS.start), null, "length length.too_long");
    }
    match column {
        ID => both("id".to_owned(), null, invalid),
        TITLE => both("title".to_owned(), null, "length length.too_long"),
        CODE => both("code".to_owned(), null, "enum enum.unlisted"),
        _ => both("note".to_owned(), null, invalid),
    }
}

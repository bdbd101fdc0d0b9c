//! Market data.

use std::fs::File;

use super::{Table, tell_sums};
use crate::cell::{float, integer, is_timestamp};
use crate::record::Record;

const LABELS: [&str; 13] = [
    "timestamp.required required.null",
    "timestamp.type type.invalid",
    "symbol.required required.null",
    "symbol.pattern pattern.no_match",
    "price.required required.null",
    "price.type type.invalid",
    "price.range range.below_minimum",
    "volume.required required.null",
    "volume.type type.invalid",
    "volume.range range.below_minimum",
    "volume.range range.above_maximum",
    "exchange.required required.null",
    "exchange.enum enum.unlisted",
];

#[derive(Clone, Default)]
pub(crate) struct Ticks {
    counts: [u64; LABELS.len()],
}

impl Table for Ticks {
    const IS_PLAIN: bool = true;
    const COLUMNS: usize = 5;

    #[inline]
    fn observe<R: Record>(&mut self, record: &R, _position: u64) {
        let counts = &mut self.counts;
        let timestamp = record.cell(0);
        if !is_timestamp(timestamp) {
            counts[usize::from(!timestamp.is_empty())] += 1;
        }
        // `^[A-Z]{1,5}$`
        let symbol = record.cell(1);
        if symbol.is_empty() {
            counts[2] += 1;
        } else if symbol.len() > 5 || !symbol.iter().all(u8::is_ascii_uppercase) {
            counts[3] += 1;
        }
        let price = record.cell(2);
        match float(price) {
            _ if price.is_empty() => counts[4] += 1,
            None => counts[5] += 1,
            Some(price) if price <= 0.0 => counts[6] += 1,
            Some(_) => {}
        }
        let volume = record.cell(3);
        match integer(volume) {
            Some(1..=1_000_000) => {}
            Some(volume) => counts[if volume < 1 { 9 } else { 10 }] += 1,
            None => counts[if volume.is_empty() { 7 } else { 8 }] += 1,
        }
        match record.cell(4) {
            b"XNYS" | b"XNAS" | b"XLON" | b"XETR" | b"XTKS" => {}
            b"" => counts[11] += 1,
            _ => counts[12] += 1,
        }
    }

    fn finish(parts: Vec<&mut Self>, _file: &File, _threads: usize, tell: &mut dyn FnMut(String, u64)) {
        tell_sums(&LABELS, parts.iter().map(|part| &part.counts[..]), tell);
    }
}

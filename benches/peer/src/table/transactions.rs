//! Payments.

use std::fs::File;

use super::{Table, tell_sums};
use crate::cell::{float, is_timestamp};
use crate::keys::{self, Keys};
use crate::record::Record;

const LABELS: [&str; 15] = [
    "transaction_id.required required.null",
    "transaction_id.pattern pattern.no_match",
    "amount.required required.null",
    "amount.type type.invalid",
    "amount.range range.below_minimum",
    "amount.range range.above_maximum",
    "timestamp.required required.null",
    "timestamp.type type.invalid",
    "account_id.required required.null",
    "account_id.length length.too_short",
    "account_id.length length.too_long",
    "currency.required required.null",
    "currency.enum enum.unlisted",
    "status.enum enum.unlisted",
    "counterparty.length length.too_long",
];

#[derive(Clone)]
pub(crate) struct Transactions {
    counts: [u64; LABELS.len()],
    keys: Option<Keys>,
}

impl Transactions {
    pub(crate) fn new(is_unique: bool) -> Self {
        Self { counts: [0; LABELS.len()], keys: is_unique.then(Keys::default) }
    }
}

impl Table for Transactions {
    const IS_PLAIN: bool = true;
    const COLUMNS: usize = 7;
    const NEEDS_POSITIONS: bool = true;

    #[inline]
    fn observe<R: Record>(&mut self, record: &R, position: u64) {
        let counts = &mut self.counts;
        let id = record.cell(0);
        if id.is_empty() {
            counts[0] += 1;
        } else {
            counts[1] += u64::from(!is_id(id));
            if let Some(keys) = &mut self.keys {
                keys.push(id, position);
            }
        }
        let amount = record.cell(1);
        match float(amount) {
            _ if amount.is_empty() => counts[2] += 1,
            None => counts[3] += 1,
            Some(amount) if amount < 0.01 => counts[4] += 1,
            Some(amount) if amount > 1_000_000.0 => counts[5] += 1,
            Some(_) => {}
        }
        let timestamp = record.cell(2);
        if !is_timestamp(timestamp) {
            counts[if timestamp.is_empty() { 6 } else { 7 }] += 1;
        }
        match record.length(3) {
            0 => counts[8] += 1,
            1..8 => counts[9] += 1,
            8..=20 => {}
            _ => counts[10] += 1,
        }
        match record.cell(4) {
            b"USD" | b"EUR" | b"KES" | b"NGN" | b"ZAR" => {}
            b"" => counts[11] += 1,
            _ => counts[12] += 1,
        }
        counts[13] += u64::from(!matches!(record.cell(5), b"" | b"pending" | b"posted" | b"reversed"));
        counts[14] += u64::from(record.cell(6).len() > 40 && record.length(6) > 40);
    }

    fn finish(parts: Vec<&mut Self>, file: &File, threads: usize, tell: &mut dyn FnMut(String, u64)) {
        tell_sums(&LABELS, parts.iter().map(|part| &part.counts[..]), tell);
        let keys: Vec<&Keys> = parts.iter().filter_map(|part| part.keys.as_ref()).collect();
        if !keys.is_empty() {
            tell("transaction_id.unique unique.duplicate".to_owned(), keys::repeats(&keys, file, threads));
        }
    }
}

/// `^TX\d{10}$`
#[inline]
fn is_id(id: &[u8]) -> bool {
    id.len() == 12 && id.starts_with(b"TX") && id[2..].iter().all(u8::is_ascii_digit)
}

//! Records that are not as they should be: they become no row, and their neighbours never notice.

use std::ops::Range;

use trueline_tokenizer::{Fault, FaultKind, Positions};

/// A record that became no row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokenRecord {
    /// The record in the block's positions.
    pub record: u32,
    /// The stable violation code: `structure.utf8`, `structure.quote` or `structure.field_count`.
    pub code: &'static str,
    /// The bytes to point at, from the start of the block: the whole record for a wrong number of fields, else from the
    /// first bad byte or the offending quote to the end of the record.
    pub range: Range<usize>,
    /// What was found, for people: `3 fields`, `a quote inside an unquoted field`.
    pub found: String,
}

/// The records to decode (`None` for all of them), and the broken ones.
///
/// A fault of the tokenizer goes before a wrong number of fields.
pub(crate) fn sort_out(
    positions: &Positions,
    expected_fields: usize,
) -> (Option<Vec<u32>>, Vec<BrokenRecord>) {
    if positions.faults().is_empty() && positions.is_regular(expected_fields) {
        return (None, Vec::new());
    }
    let mut sound = Vec::with_capacity(positions.len());
    let mut broken = Vec::new();
    let mut faults = positions.faults().iter().peekable();
    for record in 0..positions.len() {
        // The tokenizer counts records in 32 bits.
        let Ok(number) = u32::try_from(record) else { break };
        let fields = positions.field_count(record);
        if let Some(fault) = faults.next_if(|fault| fault.record == number) {
            broken.push(of_fault(*fault, positions.record(record)));
        } else if fields != expected_fields {
            let found = if fields == 1 { "1 field".to_owned() } else { format!("{fields} fields") };
            let code = "structure.field_count";
            broken.push(BrokenRecord { record: number, code, range: positions.record(record), found });
        } else {
            sound.push(number);
        }
    }
    (Some(sound), broken)
}

fn of_fault(fault: Fault, record: Range<usize>) -> BrokenRecord {
    let (code, found) = match fault.kind {
        FaultKind::InvalidUtf8 => ("structure.utf8", "bytes that are not UTF-8"),
        FaultKind::StrayQuote => ("structure.quote", "a quote inside an unquoted field"),
        FaultKind::TextAfterQuote => ("structure.quote", "text after a closing quote"),
        FaultKind::UnclosedQuote => ("structure.quote", "a quote that is never closed"),
        _ => ("structure.quote", "broken quoting"),
    };
    BrokenRecord {
        record: fault.record,
        code,
        range: fault.offset as usize..record.end,
        found: found.to_owned(),
    }
}

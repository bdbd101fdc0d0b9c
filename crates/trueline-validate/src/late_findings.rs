//! Repeats of keys as violations: found in the order in which keys are settled, returned in the order of the report.

use trueline_report::escape::truncate_value;
use trueline_report::{Location, Related, Violation};

use crate::error::Error;
use crate::key::sort::{Sorted, Sorter};
use crate::key::{self, KeyOptions, KeyPlace};
use crate::late_rows::rows_error;
use crate::plan::{Plan, PlannedCheck};

/// Collects repeats in any order, and sorts them into the order of the report.
pub(crate) struct LateFindingSorter {
    sorter: Sorter,
    entry: Vec<u8>,
}

impl LateFindingSorter {
    pub(crate) fn new(options: &KeyOptions) -> Self {
        Self { sorter: Sorter::new(options), entry: Vec::new() }
    }

    /// Adds a repeat of a key at `place` that first occurred at `first`; `value` is the key as shown.
    pub(crate) fn insert(
        &mut self,
        check: &PlannedCheck,
        index: usize,
        place: KeyPlace,
        first: KeyPlace,
        value: &str,
    ) -> Result<(), key::Error> {
        let narrow = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let entry = &mut self.entry;
        entry.clear();
        // The sort keys come first, in big-endian order.
        entry.extend(place.input.to_be_bytes());
        entry.extend(place.row.to_be_bytes());
        entry.extend(narrow(check.column_order()).to_be_bytes());
        entry.extend(narrow(index).to_be_bytes());
        push_place(entry, place);
        entry.extend(first.input.to_be_bytes());
        entry.extend(first.row.to_be_bytes());
        push_place(entry, first);
        let (value, is_truncated) = truncate_value(value);
        entry.push(u8::from(is_truncated));
        entry.extend_from_slice(value.as_bytes());
        self.sorter.push(entry)
    }

    pub(crate) fn into_findings(self) -> Result<LateFindings, Error> {
        Ok(LateFindings { sorted: self.sorter.finish().map_err(rows_error)? })
    }
}

fn push_place(entry: &mut Vec<u8>, place: KeyPlace) {
    entry.extend(place.line.to_be_bytes());
    entry.extend(place.byte_offset.to_be_bytes());
    entry.extend(place.byte_length.to_be_bytes());
}

/// All repeats of keys, in the order of the report. See [`Tally::settle`](crate::Tally::settle).
///
/// **Cost**: the memory of the options for keys; beyond it, a temporary file.
#[derive(Debug)]
pub struct LateFindings {
    sorted: Sorted,
}

impl LateFindings {
    /// Returns the next violation.
    ///
    /// **Errors**: the temporary file cannot be read back.
    pub fn next(&mut self, plan: &Plan) -> Result<Option<Violation>, Error> {
        let Some(entry) = self.sorted.next().map_err(rows_error)? else { return Ok(None) };
        let violation = EntryReader(entry).violation(plan);
        violation.map(Some).ok_or_else(|| rows_error(key::Error::incomplete()))
    }
}

/// Decodes an entry.
struct EntryReader<'a>(&'a [u8]);

impl EntryReader<'_> {
    fn u32(&mut self) -> Option<u32> {
        let (number, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u32::from_be_bytes(*number))
    }

    fn u64(&mut self) -> Option<u64> {
        let (number, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u64::from_be_bytes(*number))
    }

    fn place(&mut self, input: u32, row: u64) -> Option<KeyPlace> {
        let (line, byte_offset, byte_length) = (self.u64()?, self.u64()?, self.u32()?);
        Some(KeyPlace { input, row, line, byte_offset, byte_length, tainted: false })
    }

    fn violation(mut self, plan: &Plan) -> Option<Violation> {
        let (input, row) = (self.u32()?, self.u64()?);
        let (_, check) = (self.u32()?, self.u32()?);
        let check = plan.checks.get(check as usize)?;
        let place = self.place(input, row)?;
        let (first_input, first_row) = (self.u32()?, self.u64()?);
        let first = self.place(first_input, first_row)?;
        let (is_truncated, value) = self.0.split_first()?;
        let mut violation = repeat_violation(check, place, first);
        violation.value = Some(String::from_utf8_lossy(value).into_owned());
        violation.value_truncated = *is_truncated != 0;
        Some(violation)
    }
}

/// Creates the violation of a repeat, without its value.
pub(crate) fn repeat_violation(check: &PlannedCheck, place: KeyPlace, first: KeyPlace) -> Violation {
    let mut violation = check.violation(check.codes[0], location(place));
    violation.input = place.input;
    if (first.input, first.row) != (place.input, place.row) {
        violation.related = Some(Related { input: first.input, location: location(first) });
    }
    violation
}

fn location(place: KeyPlace) -> Location {
    let has_bytes = place.byte_length > 0 || place.byte_offset > 0;
    Location {
        row_index: Some(place.row),
        line: (place.line > 0).then_some(place.line),
        byte_offset: has_bytes.then_some(place.byte_offset),
        byte_length: has_bytes.then_some(u64::from(place.byte_length)),
    }
}

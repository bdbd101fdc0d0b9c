//! Proves checks from the statistics of a Parquet file, and verifies the statistics.

use std::ops::Range;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    Time32MillisecondType, Time64MicrosecondType, Time64NanosecondType, TimestampMicrosecondType,
    TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::{DataType, Schema as ArrowSchema, TimeUnit as Unit};
use trueline_io::parquet::{Claims, ParquetInput, Part};
use trueline_io::text::Failure;
use trueline_report::{StatisticsAudit, WrongStatistic};
use trueline_schema::DataType as Type;

use super::super::job::Job;
use super::super::merge::MAX_AUDIT_SAMPLES;
use crate::columns::{Columns, array_at, flat, in_batch, show, widen};

/// The minimum number of proven rows between two ranges of other rows for which reading skips them. Fewer are read as well,
/// because starting to read at another row has a cost.
const MIN_GAP_ROWS: u64 = 1 << 15;

/// Which columns and rows of a row group have to be read.
pub(super) struct ReadPlan {
    /// For each field whose checks are all proven by the statistics of the row group, the number of its nulls.
    pub(super) proven: Vec<Option<u64>>,
    /// The rows in which some field is not proven by the statistics of pages either.
    pub(super) open: Vec<Range<u64>>,
}

impl ReadPlan {
    /// **Errors**: the index of pages cannot be read.
    pub(super) fn new(
        job: &Job<'_>,
        columns: &Columns,
        input: &ParquetInput,
        part: &Part,
    ) -> Result<Self, Failure> {
        let path = |field: usize| columns.paths[field].as_deref().filter(|_| job.plan.needs(field));
        let provable_path = |field: usize| path(field).filter(|_| !job.plan.needs_whole(field));
        let of = |field: usize| {
            let claims =
                input.claims(part.group, provable_path(field)?).filter(|claims| claims.is_trusted)?;
            proven_nulls(job, field, &claims)
        };
        let proven: Vec<Option<u64>> = (0..columns.paths.len()).map(of).collect();
        let mut open = Vec::new();
        for field in (0..proven.len()).filter(|&field| path(field).is_some() && proven[field].is_none()) {
            let pages =
                provable_path(field).map_or(Ok(Vec::new()), |path| input.page_claims(part.group, path))?;
            let mut at = part.rows.start;
            for (rows, claims) in pages {
                if claims.is_trusted && proven_nulls(job, field, &claims) == Some(0) {
                    open.push(at..rows.start);
                    at = rows.end;
                }
            }
            open.push(at..part.rows.end);
        }
        Ok(Self { proven, open: merge_ranges(open) })
    }
}

/// The union of ranges in order. Ranges are joined if the gap between them is smaller than [`MIN_GAP_ROWS`].
fn merge_ranges(ranges: Vec<Range<u64>>) -> Vec<Range<u64>> {
    let mut ranges = ranges;
    ranges.retain(|rows| !rows.is_empty());
    ranges.sort_by_key(|rows| rows.start);
    let mut merged: Vec<Range<u64>> = Vec::new();
    for rows in ranges {
        match merged.last_mut() {
            Some(last) if rows.start < last.end + MIN_GAP_ROWS => last.end = last.end.max(rows.end),
            _ => merged.push(rows),
        }
    }
    merged
}

/// The number of nulls of a field, if the statistics prove all of its checks.
fn proven_nulls(job: &Job<'_>, field: usize, claims: &Claims) -> Option<u64> {
    let nulls = claims.nulls.filter(|&nulls| nulls <= claims.rows)?;
    if nulls > 0 && job.plan.forbids_null(field) {
        return None;
    }
    if nulls == claims.rows {
        return Some(nulls);
    }
    let data_type = &job.schema.fields[field].data_type;
    let takes_all = !matches!(
        data_type,
        Type::Time | Type::Date | Type::Timestamp { unit: Some(_), .. } | Type::Decimal { .. }
    );
    if takes_all && !job.plan.judges_values(field) {
        return Some(nulls);
    }
    let [least, greatest] = claims.ends.as_ref()?;
    let is_float = matches!(least.data_type(), DataType::Float16 | DataType::Float32 | DataType::Float64);
    // Dates in milliseconds may have a time of day.
    if (is_float && claims.nans != Some(0)) || *least.data_type() == DataType::Date64 {
        return None;
    }
    let (least, greatest) = (widen(least, data_type)?, widen(greatest, data_type)?);
    let are_good = least.bad.is_empty() && greatest.bad.is_empty();
    let ends: [&dyn Array; 2] = [&least.array, &greatest.array];
    (are_good && job.plan.passes_between(field, ends, claims.are_values)).then_some(nulls)
}

/// Compares the statistics of a row group and its pages with the values.
pub(super) struct Audit<'a> {
    job: &'a Job<'a>,
    columns: &'a Columns,
    group: u64,
    checks: Vec<ClaimCheck>,
    /// The index of the next row.
    at: u64,
}

/// The statistics of some rows of a field, and what the actual values are.
struct ClaimCheck {
    field: usize,
    page: Option<u64>,
    rows: Range<u64>,
    claims: Claims,
    nulls: u64,
    /// A value below the claimed minimum, and one above the claimed maximum.
    outside: [Option<String>; 2],
}

impl<'a> Audit<'a> {
    /// **Errors**: the index of pages cannot be read.
    pub(super) fn new(
        job: &'a Job<'a>,
        columns: &'a Columns,
        input: &ParquetInput,
        part: &Part,
    ) -> Result<Self, Failure> {
        let mut checks = Vec::new();
        for (field, path) in columns.paths.iter().enumerate() {
            let Some(path) = path.as_ref().filter(|_| job.plan.needs(field)) else { continue };
            let mut add = |page: Option<u64>, rows: Range<u64>, claims: Claims| {
                checks.push(ClaimCheck { field, page, rows, claims, nulls: 0, outside: [None, None] });
            };
            if let Some(claims) = input.claims(part.group, path) {
                add(None, part.rows.clone(), claims);
            }
            for (page, (rows, claims)) in (0..).zip(input.page_claims(part.group, path)?) {
                add(Some(page), rows, claims);
            }
        }
        Ok(Self { job, columns, group: part.group as u64, checks, at: part.rows.start })
    }

    /// Compares the values of a batch.
    pub(super) fn observe(&mut self, batch: &RecordBatch, input: &ArrowSchema) {
        let rows = self.at..self.at + batch.num_rows() as u64;
        let array = |path: &Option<Vec<usize>>| {
            let path = in_batch(input, path.as_ref()?, &batch.schema())?;
            flat(&array_at(batch, &path)?)
        };
        let arrays: Vec<Option<ArrayRef>> = self.columns.paths.iter().map(array).collect();
        for checks in &mut self.checks {
            let start = checks.rows.start.max(rows.start);
            let end = checks.rows.end.min(rows.end);
            let Some(array) = arrays[checks.field].as_ref().filter(|_| start < end) else { continue };
            let within = |row: u64| usize::try_from(row).unwrap_or(usize::MAX);
            checks.observe(&array.slice(within(start - rows.start), within(end - start)));
        }
        self.at = rows.end;
    }

    /// The result of the comparison.
    pub(super) fn finish(self) -> StatisticsAudit {
        let mut audit = StatisticsAudit::default();
        for checks in &self.checks {
            let field = &self.job.schema.fields[checks.field];
            for (statistic, claim, found) in checks.compared() {
                audit.compared += 1;
                let Some(found) = found else { continue };
                audit.wrong += 1;
                if audit.samples.len() == MAX_AUDIT_SAMPLES {
                    continue;
                }
                let is_masked = field.sensitive && statistic != NULL_COUNT;
                let shown = |text: String| {
                    if is_masked { "***".to_owned() } else { text.chars().take(256).collect() }
                };
                audit.samples.push(WrongStatistic {
                    input: 0,
                    column: field.name.clone(),
                    row_group: self.group,
                    page: checks.page,
                    statistic: statistic.to_owned(),
                    claimed: shown(claim),
                    found: shown(found),
                });
            }
        }
        audit
    }
}

/// The statistic that is not a value of the column.
const NULL_COUNT: &str = "null_count";

impl ClaimCheck {
    fn observe(&mut self, array: &ArrayRef) {
        self.nulls += array.logical_null_count() as u64;
        let Some([least, greatest]) = &self.claims.ends else { return };
        for (end, outside, is_least) in [(least, 0, true), (greatest, 1, false)] {
            if self.outside[outside].is_none() {
                let row = first_beyond(array, end, is_least);
                self.outside[outside] = row.map(|row| show::value(array, row));
            }
        }
    }

    /// Each statistic, its claimed value, and the actual value if it differs.
    fn compared(&self) -> Vec<(&'static str, String, Option<String>)> {
        let mut compared = Vec::new();
        if let Some(nulls) = self.claims.nulls {
            compared.push((
                NULL_COUNT,
                nulls.to_string(),
                (self.nulls != nulls).then(|| self.nulls.to_string()),
            ));
        }
        if let Some([least, greatest]) = &self.claims.ends {
            let [below, above] = self.outside.clone();
            compared.push(("minimum", show::value(least, 0), below));
            compared.push(("maximum", show::value(greatest, 0), above));
        }
        compared
    }
}

/// The first row of an array whose value is less than a minimum, or greater than a maximum.
fn first_beyond(array: &ArrayRef, end: &ArrayRef, is_least: bool) -> Option<usize> {
    macro_rules! over {
        ($own:ty) => {{
            let (values, end) = (array.as_primitive_opt::<$own>()?, end.as_primitive_opt::<$own>()?.value(0));
            let is_beyond = |value| if is_least { value < end } else { value > end };
            (0..values.len()).find(|&row| values.is_valid(row) && is_beyond(values.value(row)))
        }};
    }
    match array.data_type() {
        DataType::Int8 => over!(Int8Type),
        DataType::Int16 => over!(Int16Type),
        DataType::Int32 => over!(Int32Type),
        DataType::Int64 => over!(Int64Type),
        DataType::UInt8 => over!(UInt8Type),
        DataType::UInt16 => over!(UInt16Type),
        DataType::UInt32 => over!(UInt32Type),
        DataType::UInt64 => over!(UInt64Type),
        DataType::Float32 => over!(Float32Type),
        DataType::Float64 => over!(Float64Type),
        DataType::Decimal128(_, _) => over!(Decimal128Type),
        DataType::Date32 => over!(Date32Type),
        DataType::Time32(Unit::Millisecond) => over!(Time32MillisecondType),
        DataType::Time64(Unit::Microsecond) => over!(Time64MicrosecondType),
        DataType::Time64(Unit::Nanosecond) => over!(Time64NanosecondType),
        DataType::Timestamp(Unit::Second, _) => over!(TimestampSecondType),
        DataType::Timestamp(Unit::Millisecond, _) => over!(TimestampMillisecondType),
        DataType::Timestamp(Unit::Microsecond, _) => over!(TimestampMicrosecondType),
        DataType::Timestamp(Unit::Nanosecond, _) => over!(TimestampNanosecondType),
        DataType::Boolean => {
            let (values, end) = (array.as_boolean(), end.as_boolean_opt()?.value(0));
            let is_beyond = |value: bool| if is_least { !value && end } else { value && !end };
            (0..values.len()).find(|&row| values.is_valid(row) && is_beyond(values.value(row)))
        }
        _ => {
            let end = bytes_at(end, 0)?.to_vec();
            let is_beyond =
                |value: &[u8]| if is_least { value < end.as_slice() } else { value > end.as_slice() };
            (0..array.len()).find(|&row| array.is_valid(row) && bytes_at(array, row).is_some_and(is_beyond))
        }
    }
}

fn bytes_at(array: &ArrayRef, row: usize) -> Option<&[u8]> {
    Some(match array.data_type() {
        DataType::Utf8 => array.as_string::<i32>().value(row).as_bytes(),
        DataType::LargeUtf8 => array.as_string::<i64>().value(row).as_bytes(),
        DataType::Utf8View => array.as_string_view().value(row).as_bytes(),
        DataType::Binary => array.as_binary::<i32>().value(row),
        DataType::LargeBinary => array.as_binary::<i64>().value(row),
        DataType::BinaryView => array.as_binary_view().value(row),
        DataType::FixedSizeBinary(_) => array.as_fixed_size_binary().value(row),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_joined_where_the_gap_is_small() {
        assert_eq!(merge_ranges(vec![5..5, 0..3, 2..9]), std::iter::once(0..9).collect::<Vec<_>>());
        let far = MIN_GAP_ROWS + 10;
        assert_eq!(merge_ranges(vec![far..far + 1, 0..10, 3..4]), [0..10, far..far + 1]);
        assert_eq!(
            merge_ranges(vec![far - 1..far + 1, 0..10]),
            std::iter::once(0..far + 1).collect::<Vec<_>>()
        );
        assert!(merge_ranges(Vec::new()).is_empty());
    }
}

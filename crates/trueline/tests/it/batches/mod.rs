//! Tables in the formats of record batches: what a report says of them is what it says of the same table as CSV.

mod corpus;
mod faults;
mod files;
mod infer;
mod kinds;
mod notes;
mod rows;
mod same;
mod shapes;
mod trust;
mod types;

use trueline::Report;

/// The code, column and value of every violation that is kept.
fn found(report: &Report) -> Vec<(String, Option<u64>, Option<String>)> {
    let of = |violation: &trueline::Violation| {
        (violation.check_id.clone(), violation.location.row_index, violation.value.clone())
    };
    report.violations.iter().map(of).collect()
}

//! Validates amounts with a custom check function, which is reported like any other check.

use std::error::Error;

use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_array::{Array, BooleanArray, RecordBatch};
use trueline::{CustomCheck, FileSource, Schema, Severity, Validator};

/// Whether each amount is within the limit of its currency; null if there is no limit.
fn within_limit(batch: &RecordBatch) -> BooleanArray {
    let (amounts, currencies) =
        (batch.column(0).as_primitive::<Float64Type>(), batch.column(1).as_string_view());
    let limit = |row: usize| match currencies.is_valid(row).then(|| currencies.value(row)) {
        Some("USD") => Some(900_000.0),
        Some("KES") => Some(990_000.0),
        _ => None,
    };
    let judge =
        |row: usize| limit(row).filter(|_| amounts.is_valid(row)).map(|limit| amounts.value(row) <= limit);
    (0..batch.num_rows()).map(judge).collect()
}

#[allow(clippy::print_stdout, reason = "printing is what this example is for")]
fn main() -> Result<(), Box<dyn Error>> {
    let schema = Schema::from_yaml(&std::fs::read_to_string("examples/schemas/transactions.yaml")?)?;
    let limit = CustomCheck::new("amount.limit", ["amount", "currency"], |batch: &RecordBatch| {
        Ok(within_limit(batch))
    })
    .expected("an amount within the limit of its currency")
    .severity(Severity::Warning);
    let validator = Validator::builder(schema).custom(limit).threads(1).build()?;
    let report = validator.validate(&FileSource::new("examples/data/transactions.csv"))?;
    for check in report.checks.iter().filter(|check| check.id == "amount.limit") {
        println!(
            "{}: {} of {} rows are not {}, {} were not asked about",
            check.id, check.failed, check.evaluated, check.expected, check.null
        );
    }
    if let Some(violation) = report.violations.iter().find(|violation| violation.check_id == "amount.limit") {
        println!("line {}: {}", violation.location.line.unwrap_or_default(), violation.severity);
    }
    Ok(())
}

//! Validates Arrow columns in memory, as in a data frame, and prints the violations of their cells.

use std::error::Error;
use std::sync::Arc;

use arrow_array::{ArrayRef, Decimal128Array, Int64Array, RecordBatch, StringArray};
use trueline::{Schema, Validator};

const SCHEMA: &str = "
name: stock
fields:
  - {name: sku, type: string, required: true, unique: true, pattern: '^[A-Z]{2}-\\d{3}$'}
  - {name: price, type: 'decimal(8,2)', required: true, minimum: 0}
  - {name: stock, type: integer, minimum: 0}
";

#[allow(clippy::print_stdout, reason = "printing is what this example is for")]
fn main() -> Result<(), Box<dyn Error>> {
    let prices = Decimal128Array::from(vec![150, 225, -100, 400]).with_precision_and_scale(8, 2)?;
    let columns: [(&str, ArrayRef); 3] = [
        ("sku", Arc::new(StringArray::from(vec!["AB-001", "AB-002", "AB-001", "x"]))),
        ("price", Arc::new(prices)),
        ("stock", Arc::new(Int64Array::from(vec![Some(3), None, Some(5), Some(-2)]))),
    ];
    let frame = RecordBatch::try_from_iter(columns)?;

    let report = Validator::new(Schema::from_yaml(SCHEMA)?)?.validate_batch(&frame)?;
    println!("{}: {} of {} rows", report.verdict.name(), report.rows.invalid, report.rows.total);
    for violation in &report.violations {
        let row = violation.location.row_index.unwrap_or_default();
        let column = violation.column.as_deref().unwrap_or("the row");
        println!("row {row}, {column}: {}", violation.value.as_deref().unwrap_or_default());
    }
    Ok(())
}

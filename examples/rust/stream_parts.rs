//! Validates a file in parts, and prints the result of each part while the rest is still being read.

use std::error::Error;

use trueline::{FileSource, Part, Schema, Validator};

#[allow(clippy::print_stdout, reason = "printing is what this example is for")]
fn show(part: &Part) {
    if part.is_last {
        println!("at the end: {} errors more, in {} rows", part.errors, part.invalid_rows);
        return;
    }
    let end = part.first_row + part.rows;
    println!("rows {} to {end}: {} invalid", part.first_row, part.invalid_rows);
    for violation in part.violations.iter().take(1) {
        let line = violation.location.line.unwrap_or_default();
        let column = violation.column.as_deref().unwrap_or("the row");
        println!("  line {line}, {column}: {}", violation.message);
    }
}

#[allow(clippy::print_stdout, reason = "printing is what this example is for")]
fn main() -> Result<(), Box<dyn Error>> {
    let schema = Schema::from_yaml(&std::fs::read_to_string("examples/schemas/transactions.yaml")?)?;
    let builder = Validator::builder(schema).chunk_bytes(40_000).threads(1);
    let validator = builder.parts(|part| show(&part)).build()?;
    let report = validator.validate(&FileSource::new("examples/data/transactions.csv"))?;
    println!("{} of {} rows are invalid", report.rows.invalid, report.rows.total);
    Ok(())
}

//! Validates a file against a schema and prints the first violations with their locations.
//!
//! `cargo run --example validate_file -- examples/data/transactions.csv examples/schemas/transactions.yaml`

use std::error::Error;

use trueline::{FileSource, Schema, Validator};

#[allow(clippy::print_stdout, reason = "printing is what this example is for")]
fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let data = arguments.next().unwrap_or_else(|| "examples/data/transactions.csv".to_owned());
    let schema = arguments.next().unwrap_or_else(|| "examples/schemas/transactions.yaml".to_owned());

    let schema = Schema::from_yaml(&std::fs::read_to_string(schema)?)?;
    let report = Validator::new(schema)?.validate(&FileSource::new(&data))?;

    println!("{} of {} rows are valid", report.rows.valid, report.rows.total);
    for violation in report.violations.iter().take(5) {
        let line = violation.location.line.unwrap_or_default();
        let column = violation.column.as_deref().unwrap_or("the row");
        println!("line {line}, {column}: {}", violation.message);
    }
    Ok(())
}

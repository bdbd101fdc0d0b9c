//! Validates a log in JSON Lines with nested objects, and prints the violations of each line.

use std::error::Error;

use trueline::{FileSource, Schema, Validator};

#[allow(clippy::print_stdout, reason = "printing is what this example is for")]
fn main() -> Result<(), Box<dyn Error>> {
    let schema = Schema::from_yaml(&std::fs::read_to_string("examples/schemas/service.yaml")?)?;
    let report = Validator::new(schema)?.validate(&FileSource::new("examples/data/service.jsonl"))?;

    println!("{} of {} lines are valid", report.rows.valid, report.rows.total);
    for violation in &report.violations {
        let line = violation.location.line.unwrap_or_default();
        let column = violation.column.as_deref().unwrap_or("the line");
        println!("line {line}, {column}: {}", violation.message);
    }
    Ok(())
}

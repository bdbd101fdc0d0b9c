//! Validates chunks of records independently, as separate processes would, and merges the results into one
//! report.

use std::error::Error;

use trueline::{MemorySource, Schema, State, Validator};

const SCHEMA: &str = "
fields:
  - {name: id, type: int64, required: true, unique: true}
  - {name: amount, type: float64, minimum: 0.01}
";

/// A thousand records; every chunk repeats an id of the first one.
fn chunk(number: u64) -> String {
    let rows = number * 1000..number * 1000 + 1000;
    let lines = rows.map(|row| {
        let id = if row % 1000 == 500 { 7 } else { row };
        format!("{{\"id\": {id}, \"amount\": {:?}}}\n", if row == 2500 { 0.0 } else { 1.5 })
    });
    lines.collect()
}

/// Validates a chunk; returns its state as bytes, to be sent to the process that merges.
fn find(number: u64) -> Result<Vec<u8>, Box<dyn Error>> {
    let validator = Validator::new(Schema::from_yaml(SCHEMA)?)?;
    let chunk = MemorySource::new("chunk.jsonl", chunk(number).into_bytes());
    Ok(validator.state_of_stretch(&chunk)?.to_bytes())
}

#[allow(clippy::print_stdout, reason = "printing is what this example is for")]
fn main() -> Result<(), Box<dyn Error>> {
    let validator = Validator::new(Schema::from_yaml(SCHEMA)?)?;
    let mut states = Vec::new();
    for number in 0..4 {
        states.push(validator.read_state(&find(number)?)?);
    }
    let alone: Result<Vec<u64>, _> = states
        .iter()
        .map(|state| validator.finish(state.clone()).map(|report| report.rows.invalid))
        .collect();
    println!("by themselves: {:?}", alone?);

    let merged = validator.finish(State::merge(states)?)?;
    println!("merged: {} of {} records are invalid", merged.rows.invalid, merged.rows.total);
    for violation in &merged.violations {
        let row = violation.location.row_index.unwrap_or_default();
        let column = violation.column.as_deref().unwrap_or("the record");
        println!("record {row}, {column}: {}", violation.message);
    }
    Ok(())
}

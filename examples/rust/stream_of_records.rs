//! Validates records from any source as they arrive, and reports progress.

use std::error::Error;
use std::io::{self, Read};

use trueline::{Schema, Source, SourceError, Validator};

const SCHEMA: &str = "
name: log
fields:
  - {name: time, type: timestamp, required: true}
  - {name: level, type: string, required: true, enum: [debug, info, warning, error]}
  - {name: context.user.id, type: integer, minimum: 1}
";

/// A substitute for a queue.
struct Log;

impl Source for Log {
    /// The extension gives the format.
    fn name(&self) -> &'static str {
        "log.jsonl"
    }

    fn open(&self) -> Result<Box<dyn Read + Send>, SourceError> {
        Ok(Box::new(Lines { records: Box::new((0..20_000).map(record)), rest: Vec::new() }))
    }

    fn size_hint(&self) -> Option<u64> {
        None
    }
}

fn record(number: u32) -> String {
    let level = if number == 777 { "loud" } else { "info" };
    let (hour, minute, second) = (number / 3600, number / 60 % 60, number % 60);
    let id = number % 100 + u32::from(number != 500);
    format!(
        "{{\"time\": \"2026-11-26T{hour:02}:{minute:02}:{second:02}Z\", \"level\": \"{level}\", \"context\": {{\"user\": {{\"id\": {id}}}}}}}\n"
    )
}

/// The bytes of the records, one after the other.
struct Lines {
    records: Box<dyn Iterator<Item = String> + Send>,
    rest: Vec<u8>,
}

impl Read for Lines {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.rest.is_empty() {
            self.rest = self.records.next().unwrap_or_default().into_bytes();
        }
        let count = (&self.rest[..]).read(buffer)?;
        self.rest.drain(..count);
        Ok(count)
    }
}

#[allow(clippy::print_stdout, reason = "printing is what this example is for")]
fn main() -> Result<(), Box<dyn Error>> {
    // Called at most ten times a second.
    let builder = Validator::builder(Schema::from_yaml(SCHEMA)?);
    let validator = builder.progress(|progress| assert!(progress.rows <= 20_000)).build()?;
    let report = validator.validate(&Log)?;
    println!("{} of {} records are invalid", report.rows.invalid, report.rows.total);
    for violation in &report.violations {
        let line = violation.location.line.unwrap_or_default();
        let column = violation.column.as_deref().unwrap_or("the record");
        println!("line {line}: {column}: {}", violation.message);
    }
    Ok(())
}

//! Validates one record at a time, as a web service does.

use std::error::Error;

use trueline::{RecordValidator, Schema};

const SCHEMA: &str = "
fields:
  - {name: user, type: string, required: true, format: email}
  - {name: age, type: integer, minimum: 18, maximum: 150}
  - {name: tags, type: list<string>}
";

#[allow(clippy::print_stdout, reason = "printing is what this example is for")]
fn main() -> Result<(), Box<dyn Error>> {
    let mut validator = RecordValidator::new(&Schema::from_yaml(SCHEMA)?)?;
    let records = [
        r#"{"user": "ada@example.org", "age": 36, "tags": ["a"]}"#,
        r#"{"user": "nobody", "age": 7}"#,
        r#"{"user": "ada@example.org", "age": "36"}"#,
    ];
    for record in records {
        let report = validator.check(record.as_bytes())?;
        let violations = report.iter().flat_map(|report| &report.violations);
        let errors: Vec<String> = violations
            .map(|violation| {
                let column = violation.column.as_deref().unwrap_or("the record");
                format!("'{column}: {}'", violation.message)
            })
            .collect();
        println!("{} [{}]", if report.is_none() { "True" } else { "False" }, errors.join(", "));
    }
    Ok(())
}

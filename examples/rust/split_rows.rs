//! Writes the valid rows of a file to one file and the invalid rows to another, with the failed checks in the
//! first column.

use std::error::Error;

use trueline::{FileSource, Schema, Validator, Verdict};

#[allow(clippy::print_stdout, reason = "printing is what this example is for")]
fn main() -> Result<(), Box<dyn Error>> {
    let schema = Schema::from_yaml(&std::fs::read_to_string("examples/schemas/transactions.yaml")?)?;
    let folder = std::env::temp_dir().join(format!("trueline-split-rows-{}", std::process::id()));
    std::fs::create_dir(&folder)?;
    let (good, bad) = (folder.join("good.csv"), folder.join("bad.csv"));
    let validator =
        Validator::builder(schema.clone()).valid_out(&good).invalid_out(&bad).reasons("why").build()?;
    let report = validator.validate(&FileSource::new("examples/data/transactions.csv"))?;
    println!("{} rows are good, {} are not", report.rows.valid, report.rows.invalid);
    for line in std::fs::read_to_string(&bad)?.lines().take(4) {
        println!("{line}");
    }
    let again = Validator::new(schema)?.validate(&FileSource::new(&good))?;
    assert_eq!(again.verdict, Verdict::Valid);
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}

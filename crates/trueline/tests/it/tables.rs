//! Reports as Arrow tables.

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use trueline::{MemorySource, Validator, table};

use crate::support::{schema, validate};

#[test]
fn what_was_found_is_a_table() {
    let schema = schema("fields: [{name: a, type: int64, unique: true, maximum: 5}]");
    let report = validate(Validator::builder(schema), &MemorySource::new("a.csv", "a\n1\n9\n1\n".as_bytes()));
    let name = |input| (input == 0).then_some("a.csv");
    let violations = table::violations(&report.violations, name).expect("a table");
    #[cfg(feature = "parquet")]
    assert_eq!(violations.schema(), trueline_io::violation::schema());
    let column = |name: &str| violations.column_by_name(name).expect("a column").clone();
    assert_eq!(column("row_index").as_primitive::<Int64Type>().values(), &[1, 2]);
    assert_eq!(column("input_name").as_string::<i32>().value(1), "a.csv");
    assert_eq!(
        column("related_line").as_primitive::<Int64Type>().iter().collect::<Vec<_>>(),
        [None, Some(2)]
    );
    let checks = table::checks(&report.checks).expect("a table");
    assert_eq!(checks.num_rows(), report.checks.len());
    let ids = checks.column_by_name("id").expect("a column").as_string::<i32>();
    assert!(ids.iter().flatten().eq(report.checks.iter().map(|check| &*check.id)));
}

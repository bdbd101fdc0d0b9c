use super::*;

use std::sync::Mutex;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Int64Array, StringViewArray};
use trueline_report::{BadCell, Location, Status};
use trueline_schema::Schema;

use crate::key::KeyOptions;
use crate::{Binding, Column, Outcome, Plan, RowOrigin, State, Tally};

const SCHEMA: &str = "fields:\n  - {name: a, type: int64}\n  - {name: b, type: string}\n";

fn plan(check: CustomCheck) -> Plan {
    let schema = Schema::from_yaml(SCHEMA).unwrap();
    let mut plan = Plan::compile(&schema, 20).unwrap();
    plan.add(&schema, check, 20).unwrap();
    plan
}

/// Runs two states of five rows each: 1 and 6, null, 3 and 8, one that does not parse, 5 and 10.
fn run(plan: &Plan) -> Outcome {
    let schema = Schema::from_yaml(SCHEMA).unwrap();
    let mut tally = Tally::new(plan, &KeyOptions::default());
    tally.begin_input(&Binding::by_name(&schema, &["a", "b"]), 0, &|_| Location::default());
    for base in [0, 5] {
        let a = [Some(base + 1), None, Some(base + 3), None, Some(base + 5)];
        let a: ArrayRef = Arc::new(Int64Array::from(a.to_vec()));
        let b: ArrayRef = Arc::new(StringViewArray::from_iter([Some("x"), Some("y"), None, None, Some("z")]));
        let bad = [BadCell { row: 3, code: "type.invalid" }];
        let columns = [Some(Column::whole(&a, &bad)), Some(Column::whole(&b, &[]))];
        let origin = RowOrigin::default();
        let mut state = State::new(plan, Some(tally.quota()));
        let batch =
            Batch { rows: 5, columns: &columns, keys: &columns, texts: &[], extras: None, origin: &origin };
        state.observe(plan, &batch);
        tally.merge(state).unwrap();
    }
    tally.finish(100, false).unwrap()
}

fn over_a(says: impl Fn(i64) -> bool + Send + Sync + 'static) -> CustomCheck {
    let function = move |batch: &RecordBatch| {
        let values = batch.column(0).as_primitive::<Int64Type>();
        // The function also gets nulls; its result for them does not matter.
        Ok(values.values().iter().map(|value| Some(says(*value))).collect())
    };
    CustomCheck::new("a.small", ["a"], function)
}

#[test]
fn rows_that_the_function_refuses_fail() {
    let outcome = run(&plan(over_a(|value| value < 5).expected("small").message("too large")));
    let check = outcome.checks.iter().find(|check| check.id == "a.small").unwrap();
    assert_eq!((check.check.as_str(), check.status), ("custom", Status::Failed));
    assert_eq!((check.evaluated, check.failed, check.null, check.not_evaluated), (6, 4, 2, 2));
    assert_eq!(check.first_row_index, Some(4));
    assert_eq!(check.codes["custom.failed"], 4);
    // The cell that does not parse makes its row invalid too.
    assert_eq!(outcome.rows.invalid, 6);
    let violation = outcome.violations.iter().find(|one| one.check_id == "a.small").unwrap();
    assert_eq!((&*violation.message, &*violation.expected), ("too large", "small"));
    assert_eq!(violation.column.as_deref(), Some("a"));
}

#[test]
fn several_columns_are_seen_with_their_nulls() {
    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    let names = Arc::clone(&seen);
    let function = move |batch: &RecordBatch| {
        let schema = batch.schema();
        names.lock().unwrap().extend(schema.fields().iter().map(|field| field.name().clone()));
        let a = batch.column(0).as_primitive::<Int64Type>();
        let b = batch.column(1).as_string_view();
        Ok((0..batch.num_rows())
            .map(|row| (a.is_valid(row) || b.is_valid(row)).then(|| b.is_valid(row)))
            .collect())
    };
    let outcome = run(&plan(CustomCheck::new("both", Vec::<String>::new(), function)));
    let check = outcome.checks.iter().find(|check| check.id == "both").unwrap();
    assert_eq!((check.evaluated, check.failed, check.null, check.not_evaluated), (8, 2, 0, 2));
    assert_eq!(check.columns, ["a", "b"]);
    assert_eq!(*seen.lock().unwrap(), ["a", "b", "a", "b"]);
}

#[test]
fn a_function_that_fails_is_the_status_of_its_check() {
    let function = |batch: &RecordBatch| {
        let values = batch.column(0).as_primitive::<Int64Type>();
        if values.value(0) > 5 {
            Err("the model is gone".to_owned())
        } else {
            Ok(BooleanArray::from(vec![true; 5]))
        }
    };
    for (severity, invalid) in [(Severity::Error, 2), (Severity::Warning, 2)] {
        let check =
            CustomCheck::new("a.model", ["a"], function).severity(severity).tolerance(Tolerance::Count(9));
        let outcome = run(&plan(check));
        let check = outcome.checks.iter().find(|check| check.id == "a.model").unwrap();
        assert_eq!(check.status, Status::Error);
        assert_eq!(check.reason.as_deref(), Some("the model is gone"));
        assert_eq!((check.evaluated, check.failed, check.null, check.not_evaluated), (3, 1, 1, 6));
        assert_eq!(check.codes["custom.error"], 1);
        assert_eq!(outcome.rows.invalid, invalid);
        let violation = outcome.violations.iter().find(|one| one.check_id == "a.model").unwrap();
        assert_eq!(violation.location, Location::default());
        assert!(violation.message.contains("the model is gone"), "{}", violation.message);
    }
}

#[test]
fn a_function_that_panics_has_failed() {
    let function = |batch: &RecordBatch| -> Result<BooleanArray, String> {
        panic!("no model for {} rows", batch.num_rows())
    };
    let outcome = run(&plan(CustomCheck::new("a.model", ["a"], function)));
    let check = outcome.checks.iter().find(|check| check.id == "a.model").unwrap();
    assert_eq!(check.status, Status::Error);
    assert_eq!(check.reason.as_deref(), Some("the function panicked: no model for 5 rows"));
}

#[test]
fn answers_of_another_number_are_an_error() {
    let function = |_: &RecordBatch| Ok(BooleanArray::from(vec![true]));
    let outcome = run(&plan(CustomCheck::new("a.short", ["a"], function)));
    let check = outcome.checks.iter().find(|check| check.id == "a.short").unwrap();
    assert_eq!(check.reason.as_deref(), Some("the function gave 1 answers for 5 rows"));
}

#[test]
fn a_plan_refuses_what_it_cannot_tell_apart() {
    let schema = Schema::from_yaml(SCHEMA).unwrap();
    let mut plan = plan(over_a(|_| true));
    let again = plan.add(&schema, over_a(|_| true), 20).unwrap_err();
    assert_eq!(again.to_string(), "there is a check with the id `a.small` already");
    for fraction in [f64::NAN, f64::INFINITY, 7.0, 1.0, 0.0] {
        let check = CustomCheck::new("d", ["a"], |_: &RecordBatch| Err(String::new()));
        let error = plan.add(&schema, check.tolerance(Tolerance::Fraction(fraction)), 20).unwrap_err();
        assert!(error.to_string().starts_with("the tolerance of check `d` is not"), "{error}");
    }
    let unknown = CustomCheck::new("c", ["c"], |_: &RecordBatch| Err(String::new()));
    assert!(plan.add(&schema, unknown, 20).unwrap_err().to_string().contains("names the column `c`"));
}

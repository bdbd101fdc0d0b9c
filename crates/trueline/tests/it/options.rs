//! Options, several inputs, cancelling and progress.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use trueline::schema::{DataType, Field};
use trueline::{Cancel, ErrorKind, Limits, MemorySource, Schema, Source, Status, Validator, Verdict};

use crate::support::{schema, stable, validate};

#[test]
fn several_inputs_are_one_table() {
    let schema = schema(
        "fields:\n  - {name: id, type: int64, unique: true}\n  - {name: v, type: string, optional: true, min_length: 1}\n",
    );
    let first = MemorySource::new("first.csv", b"id,v\n1,a\n2,b\n".to_vec());
    let second = MemorySource::new("second.csv", b"id\n3\n1\nx\n".to_vec());
    let sources: [&dyn Source; 2] = [&first, &second];
    for chunk in [1, 5, 1 << 20] {
        let validator =
            Validator::builder(schema.clone()).chunk_bytes(chunk).threads(2).build().expect("a validator");
        let report = validator.validate_all(&sources).expect("a report");
        assert_eq!((report.rows.total, report.rows.invalid), (5, 2));
        assert_eq!(report.inputs.iter().map(|input| input.rows).collect::<Vec<_>>(), [2, 3]);
        let duplicate = &report.violations[0];
        assert_eq!(
            (duplicate.input, duplicate.location.row_index, duplicate.location.line),
            (1, Some(1), Some(3))
        );
        let first = duplicate.related.as_ref().expect("the first occurrence");
        assert_eq!((first.input, first.location.row_index, first.location.line), (0, Some(0), Some(2)));
        let length = report.checks.iter().find(|check| check.id == "v.length").expect("the check");
        assert_eq!((length.status, length.evaluated, length.not_evaluated), (Status::Passed, 2, 3));
    }
}

#[test]
fn keys_beyond_their_budget_give_the_same_report() {
    let schema = schema(
        "fields:\n  - {name: id, type: string, unique: true}\n  - {name: other, type: int64}\nchecks:\n  - {check: unique, columns: [other]}\n  - {check: distinct_count, column: other, max: 100}\n",
    );
    let mut text = String::from("id,other\n");
    for row in 0..20_000_u64 {
        let key = row.wrapping_mul(0x9e37_79b9_7f4a_7c15) % 19_000;
        writeln!(text, "key-{key},{}", row % 15_000).expect("written");
    }
    let source = MemorySource::new("keys", text.into_bytes());
    let roomy = stable(&validate(Validator::builder(schema.clone()), &source));
    assert_eq!(roomy["verdict"], "invalid");
    for memory in [1, 1 << 12, 1 << 16] {
        let limits = Limits::default().key_memory_bytes(memory);
        let builder = Validator::builder(schema.clone()).limits(limits).chunk_bytes(10_000).threads(3);
        assert_eq!(stable(&validate(builder, &source)), roomy, "{memory} bytes for keys");
    }
}

#[test]
fn a_cancelled_run_says_so() {
    let cancel = Cancel::new();
    cancel.cancel();
    let schema = schema("fields:\n  - {name: id, type: int64}\n");
    let validator =
        Validator::builder(schema).cancel(cancel).threads(3).chunk_bytes(3).build().expect("a validator");
    let source = MemorySource::new("ids", b"id\n1\n2\n3\n4\n5\n6\n".to_vec());
    let error = validator.validate(&source).expect_err("cancelled");
    assert!(matches!(error.kind(), ErrorKind::Cancelled { .. }));
}

#[test]
fn progress_tells_bytes_and_rows_and_comes_at_most_ten_times_a_second() {
    let calls = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&calls);
    let schema = schema("fields:\n  - {name: id, type: int64}\n");
    let started = std::time::Instant::now();
    let builder = Validator::builder(schema).threads(1).chunk_bytes(64).progress(move |progress| {
        counted.fetch_add(1, Ordering::Relaxed);
        assert!(progress.bytes > 0 && progress.rows > 0);
        assert!(progress.total_bytes.is_some());
    });
    let text: String =
        std::iter::once("id\n".to_owned()).chain((0..300_000).map(|row| format!("{row}\n"))).collect();
    validate(builder, &MemorySource::new("ids", text.into_bytes()));
    let most = started.elapsed().as_millis() / 100 + 1;
    assert!(u128::from(calls.load(Ordering::Relaxed)) <= most);
}

#[test]
fn caps_on_samples_do_not_touch_totals() {
    let schema =
        schema("fields:\n  - {name: a, type: int64, maximum: 0}\n  - {name: b, type: int64, maximum: 0}\n");
    let text: String =
        std::iter::once("a,b\n".to_owned()).chain((1..=5000).map(|row| format!("{row},{row}\n"))).collect();
    let source = MemorySource::new("all bad", text.into_bytes());
    let builder = Validator::builder(schema).sample_limit(7).max_violations(9).chunk_bytes(512).threads(3);
    let report = validate(builder, &source);
    assert_eq!((report.rows.invalid, report.violations.len(), report.violations_omitted), (5000, 9, 9991));
    let places: Vec<_> =
        report.violations.iter().map(|one| (one.location.row_index, one.check_id.as_str())).collect();
    assert_eq!(places[..3], [(Some(0), "a.range"), (Some(0), "b.range"), (Some(1), "a.range")]);
}

#[test]
fn options_outside_their_range_are_refused() {
    let schema = schema("fields:\n  - {name: id, type: int64}\n");
    assert!(Validator::builder(schema.clone()).chunk_bytes(0).build().is_err());
    assert!(Validator::builder(schema.clone()).threads(0).build().is_err());
    let validator = Validator::new(schema).expect("a validator");
    assert!(matches!(validator.validate_all(&[]).expect_err("nothing").kind(), ErrorKind::NoInput));
}

#[test]
fn sensitive_values_appear_nowhere() {
    let schema = schema(
        "fields:\n  - {name: card, type: string, unique: true, max_length: 4, sensitive: true}\n  - {name: n, type: int64}\n",
    );
    let text = b"card,n\nsecret-1,1\nsecret-1,x\nabc\n".to_vec();
    let report = validate(Validator::builder(schema), &MemorySource::new("cards", text));
    assert_eq!(report.verdict, Verdict::Invalid);
    assert_eq!(report.rows.invalid, 3);
    let mut rendered = report.to_json().into_bytes();
    use trueline::render::Renderer;
    trueline::render::TextRenderer::default().render(&report, &mut rendered).expect("rendered");
    assert!(!String::from_utf8_lossy(&rendered).contains("secret"));
}

#[test]
fn completeness_says_how_many_values_stand_in_broken_records() {
    let schema =
        schema("fields: [{name: a, type: int64, checks: [{check: completeness, min_count: 1}]}, {name: b}]");
    let report = validate(Validator::builder(schema), &MemorySource::new("a", &b"a,b\n1,x\n2\n,y\n"[..]));
    let check = report.checks.iter().find(|check| check.id == "a.completeness").expect("the check");
    assert_eq!((check.evaluated, check.null, check.not_evaluated), (2, 1, 1));
}

#[test]
fn the_number_of_threads_has_bounds() {
    let schema = schema("fields: [{name: id, type: int64}]\n");
    for threads in [0, 1025, usize::MAX] {
        let refused = Validator::builder(schema.clone()).threads(threads).build();
        let message = refused.err().map(|error| error.to_string());
        assert_eq!(message.as_deref(), Some("threads must be from 1 to 1,024"));
    }
    let text = format!("id\n{}x\n", "1\n".repeat(1000));
    let source = MemorySource::new("ids.csv", text.into_bytes());
    for threads in [1, 1024] {
        let report = validate(Validator::builder(schema.clone()).threads(threads).chunk_bytes(64), &source);
        assert_eq!((report.rows.total, report.rows.invalid), (1001, 1));
    }
}

#[test]
fn a_schema_made_in_code_satisfies_the_rules_of_documents() {
    let mut schema = Schema::default();
    schema.fields.push(Field::new("a", DataType::Decimal { precision: 5, scale: 9 }));
    schema.fields.push(Field::new("a", DataType::Struct(Vec::new())));
    let error = Validator::new(schema).expect_err("refused");
    let ErrorKind::SchemaRules { source } = error.kind() else { panic!("{error}") };
    assert_eq!(source.errors().len(), 3, "{source}");
}

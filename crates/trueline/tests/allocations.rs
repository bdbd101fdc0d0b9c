//! What allocates nothing. A test binary of its own, as its allocator counts.

use trueline::{RecordValidator, Schema};

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

#[test]
fn a_valid_record_allocates_nothing() {
    let fields = r"
fields:
  - {name: id, type: string, required: true, unique: true, pattern: '^TX\d{10}$', min_length: 12}
  - {name: at, type: timestamp, required: true}
  - {name: amount, type: float64, minimum: 0.01, maximum: 1000000}
  - {name: context.user, type: int64, minimum: 0}
  - {name: currency, type: string, enum: [USD, EUR]}
  - {name: note, type: string, max_length: 40}
";
    let mut validator = RecordValidator::new(&Schema::from_yaml(fields).unwrap()).unwrap();
    let record = r#"{"id": "TX0000000001", "at": "2026-01-02T03:04:05Z", "amount": 12.5, "context": {"user": 7}, "currency": "USD", "note": "Grüße"}"#;
    let without = r#"{"id": "TX0000000001", "at": "2026-01-02T03:04:05Z"}"#;
    // The first one with its keys makes room.
    for text in [record, without] {
        assert!(validator.check(text.as_bytes()).unwrap().is_none());
    }
    let _profiler = dhat::Profiler::builder().testing().build();
    for text in [record, without, record] {
        assert!(validator.check(text.as_bytes()).unwrap().is_none());
    }
    assert_eq!(dhat::HeapStats::get().total_blocks, 0);
}

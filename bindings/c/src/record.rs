//! Validates one record at a time.

/// Validates JSON records one by one, independently: keys are not compared across records, and table checks
/// are omitted. Free it with `trueline_record_validator_free`.
pub struct RecordValidator(pub(crate) trueline::RecordValidator);

//! One record at a time.

/// Judges one record of JSON after the other, each by itself: keys are not compared, and what is asked of a table is not. Free it with
/// `trueline_record_validator_free`.
pub struct RecordValidator(pub(crate) trueline::RecordValidator);

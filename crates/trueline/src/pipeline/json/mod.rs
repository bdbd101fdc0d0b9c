//! Validates JSON Lines: every record names its values, so there is nothing to bind and no column is missing.

mod origin;
mod records;

use trueline_schema::Schema;
use trueline_validate::Binding;

pub(super) use records::JsonRecords;

/// Every field can be in every record.
pub(super) fn bind(schema: &Schema) -> Binding {
    let mut binding = Binding::default();
    binding.columns = schema.fields.len();
    binding.is_of_records = true;
    binding.sources = (0..schema.fields.len()).map(Some).collect();
    binding.reasons = vec![None; schema.fields.len()];
    binding
}

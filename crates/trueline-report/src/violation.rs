//! Violations with their details.

use serde::{Deserialize, Serialize};
use trueline_schema::Severity;

use crate::{Excerpt, Location, escape};

/// One violation: the check, the location, the value found and what was expected.
///
/// In JSON the members of the location are at the same level as the others. `path`, `value_truncated` and `related` are omitted
/// if they have no content, and the excerpt is never written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Violation {
    /// The id of the check, such as `amount.range`.
    pub check_id: String,
    /// The stable code, such as `range.above_maximum`.
    pub code: String,
    /// The severity: an error makes its row invalid.
    #[serde(with = "crate::severity")]
    pub severity: Severity,
    /// The index of the input in the report's `inputs`.
    pub input: u32,
    /// The location in that input.
    #[serde(flatten)]
    pub location: Location,
    /// The name of the column, if the violation concerns a single column.
    pub column: Option<String>,
    /// The path inside a nested value, as a JSON Pointer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The value found, as text; at most [`VALUE_LIMIT_BYTES`](escape::VALUE_LIMIT_BYTES) of it.
    pub value: Option<String>,
    /// Whether `value` was truncated.
    #[serde(default, skip_serializing_if = "is_false")]
    pub value_truncated: bool,
    /// What the check expects, for people.
    pub expected: String,
    /// The problem in one sentence, for people.
    pub message: String,
    /// A second location, such as the first occurrence of a duplicate key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub related: Option<Related>,
    /// The lines around the location, for people; never in JSON.
    #[serde(skip)]
    pub excerpt: Option<Excerpt>,
}

impl Violation {
    /// Sets `value` and `value_truncated`, truncating long values.
    pub fn set_value(&mut self, value: &str) {
        let (value, truncated) = escape::truncate_value(value);
        self.value = Some(value);
        self.value_truncated = truncated;
    }
}

/// A second location that a violation refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Related {
    /// The index of the input in the report's `inputs`.
    pub input: u32,
    /// The location in that input.
    #[serde(flatten)]
    pub location: Location,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_false(flag: &bool) -> bool {
    !*flag
}

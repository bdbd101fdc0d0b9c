//! One fault and everything known about it.

use serde::{Deserialize, Serialize};
use trueline_schema::Severity;

use crate::{Excerpt, Location, escape};

/// One fault: which check, where, what was found and what was expected.
///
/// In JSON the location's members stand beside the others, `path`, `value_truncated` and `related` are left out when
/// they have nothing to say, and the excerpt is never written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Violation {
    /// The id of the check, such as `amount.range`.
    pub check_id: String,
    /// The stable code, such as `range.above_maximum`.
    pub code: String,
    /// Whether this makes its row invalid.
    #[serde(with = "crate::severity")]
    pub severity: Severity,
    /// The input, as an index into the report's `inputs`.
    pub input: u32,
    /// Where the fault stands in that input.
    #[serde(flatten)]
    pub location: Location,
    /// The column's name, when the fault is of one column.
    pub column: Option<String>,
    /// The place inside a nested value, as a JSON Pointer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The value found, as text; at most [`VALUE_LIMIT_BYTES`](escape::VALUE_LIMIT_BYTES) of it.
    pub value: Option<String>,
    /// Whether `value` was cut.
    #[serde(default, skip_serializing_if = "is_false")]
    pub value_truncated: bool,
    /// What the check expects, for people.
    pub expected: String,
    /// What is wrong, in one sentence, for people.
    pub message: String,
    /// The other place that this fault is about, such as the first holder of a repeated key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub related: Option<Related>,
    /// The lines around the fault, for people; never in JSON.
    #[serde(skip)]
    pub excerpt: Option<Excerpt>,
}

impl Violation {
    /// Sets `value` and `value_truncated`, cutting what is too long.
    pub fn set_value(&mut self, value: &str) {
        let (value, truncated) = escape::truncate_value(value);
        self.value = Some(value);
        self.value_truncated = truncated;
    }
}

/// A second place that a fault is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Related {
    /// The input, as an index into the report's `inputs`.
    pub input: u32,
    /// The place in that input.
    #[serde(flatten)]
    pub location: Location,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_false(flag: &bool) -> bool {
    !*flag
}

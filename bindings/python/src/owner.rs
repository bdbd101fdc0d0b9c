//! Owners of violations: a report, or a part of a run.

use trueline::{Part, Report, Violation};

/// Violations, and the names of their inputs.
pub(crate) trait ViolationOwner: Send + Sync {
    fn violations(&self) -> &[Violation];

    fn input_name(&self, input: u32) -> Option<&str>;
}

impl ViolationOwner for Report {
    fn violations(&self) -> &[Violation] {
        &self.violations
    }

    fn input_name(&self, input: u32) -> Option<&str> {
        let index = usize::try_from(input).ok()?;
        self.inputs.get(index).map(|input| &*input.name)
    }
}

impl ViolationOwner for Part {
    fn violations(&self) -> &[Violation] {
        &self.violations
    }

    /// The last part may refer to rows of any input, and does not know their names.
    fn input_name(&self, input: u32) -> Option<&str> {
        (!self.is_last && input == self.input).then_some(&*self.input_name)
    }
}

//! Receivers of violations.

use std::{collections::HashMap, ops::ControlFlow};

use crate::Violation;

/// Receives violations one by one and may stop the run.
pub trait Sink {
    /// Receives one violation. Return [`ControlFlow::Break`] to end the run.
    fn violation(&mut self, violation: &Violation) -> ControlFlow<()>;
}

impl Sink for Vec<Violation> {
    fn violation(&mut self, violation: &Violation) -> ControlFlow<()> {
        self.push(violation.clone());
        ControlFlow::Continue(())
    }
}

impl<S: Sink + ?Sized> Sink for &mut S {
    fn violation(&mut self, violation: &Violation) -> ControlFlow<()> {
        (**self).violation(violation)
    }
}

/// The limits of a [`Collector`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CollectorOptions {
    /// The maximum per check; default 20.
    pub per_check: u64,
    /// The maximum in total; default 1,000.
    pub per_run: u64,
}

impl Default for CollectorOptions {
    fn default() -> Self {
        Self { per_check: 20, per_run: 1000 }
    }
}

impl CollectorOptions {
    /// Sets the maximum number of violations per check.
    #[must_use]
    pub fn per_check(mut self, limit: u64) -> Self {
        self.per_check = limit;
        self
    }

    /// Sets the maximum number of violations in total.
    #[must_use]
    pub fn per_run(mut self, limit: u64) -> Self {
        self.per_run = limit;
        self
    }
}

/// A sink that keeps the first violations of each check and counts the rest. It never stops the run.
///
/// **Cost** — the limits bound the memory; a violation that is not kept costs one lookup.
#[derive(Clone, Debug, Default)]
pub struct Collector {
    options: CollectorOptions,
    check_limits: HashMap<String, u64>,
    kept_by_check: HashMap<String, u64>,
    violations: Vec<Violation>,
    omitted: u64,
}

impl Collector {
    /// Creates an empty collector.
    pub fn new(options: CollectorOptions) -> Self {
        Self { options, ..Self::default() }
    }

    /// Sets the limit of one check, replacing [`CollectorOptions::per_check`].
    pub fn set_check_limit(&mut self, check_id: &str, limit: u64) {
        self.check_limits.insert(check_id.to_owned(), limit);
    }

    /// Returns the violations kept, in the order received.
    pub fn violations(&self) -> &[Violation] {
        &self.violations
    }

    /// Returns the number of violations received but not kept.
    pub fn omitted(&self) -> u64 {
        self.omitted
    }

    /// Returns the violations kept and the number not kept: the `violations` and `violations_omitted` of a report.
    pub fn into_parts(self) -> (Vec<Violation>, u64) {
        (self.violations, self.omitted)
    }

    fn has_room(&self, check_id: &str) -> bool {
        let limit = self.check_limits.get(check_id).copied().unwrap_or(self.options.per_check);
        let kept = self.kept_by_check.get(check_id).copied().unwrap_or(0);
        kept < limit && (self.violations.len() as u64) < self.options.per_run
    }
}

impl Sink for Collector {
    fn violation(&mut self, violation: &Violation) -> ControlFlow<()> {
        if self.has_room(&violation.check_id) {
            match self.kept_by_check.get_mut(&violation.check_id) {
                Some(kept) => *kept += 1,
                None => drop(self.kept_by_check.insert(violation.check_id.clone(), 1)),
            }
            self.violations.push(violation.clone());
        } else {
            self.omitted += 1;
        }
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
mod tests {
    use trueline_schema::Severity;

    use super::*;
    use crate::Location;

    fn violation(check_id: &str) -> Violation {
        Violation {
            check_id: check_id.to_owned(),
            code: String::new(),
            severity: Severity::Error,
            input: 0,
            location: Location::default(),
            column: None,
            path: None,
            value: None,
            value_truncated: false,
            expected: String::new(),
            message: String::new(),
            related: None,
            excerpt: None,
        }
    }

    fn push(sink: &mut impl Sink, check_id: &str, times: usize) {
        for _ in 0..times {
            assert_eq!(sink.violation(&violation(check_id)), ControlFlow::Continue(()));
        }
    }

    #[test]
    fn a_vec_keeps_everything() {
        let mut all = Vec::new();
        push(&mut &mut all, "a", 3);
        assert_eq!(all.len(), 3);
    }

    #[test]
    fn a_collector_keeps_the_first_of_each_check_and_counts_the_rest() {
        let mut collector = Collector::default();
        collector.set_check_limit("quiet", 0);
        collector.set_check_limit("loud", 30);
        push(&mut collector, "a", 25);
        push(&mut collector, "quiet", 5);
        push(&mut collector, "loud", 31);
        let (kept, omitted) = collector.into_parts();
        let of = |id: &str| kept.iter().filter(|violation| violation.check_id == id).count();
        assert_eq!((of("a"), of("quiet"), of("loud"), omitted), (20, 0, 30, 5 + 5 + 1));
    }

    #[test]
    fn a_collector_keeps_no_more_than_the_run_may() {
        let mut collector = Collector::new(CollectorOptions::default().per_check(7).per_run(10));
        push(&mut collector, "a", 8);
        push(&mut collector, "b", 8);
        assert_eq!(collector.violations().len(), 10);
        assert_eq!(collector.omitted(), 6);
    }
}

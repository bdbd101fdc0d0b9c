//! Steps with their outcomes and times, and the final table.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use anyhow::Result;

/// The outcome of a step. An `Err` from a step counts as failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Passed(String),
    Failed(String),
    Skipped(String),
}

impl Outcome {
    pub(crate) fn passed(detail: impl Into<String>) -> Self {
        Self::Passed(detail.into())
    }

    pub(crate) fn failed(detail: impl Into<String>) -> Self {
        Self::Failed(detail.into())
    }

    pub(crate) fn skipped(reason: impl Into<String>) -> Self {
        Self::Skipped(reason.into())
    }

    /// Creates a passed or failed outcome with the same detail.
    pub(crate) fn of(passed: bool, detail: impl Into<String>) -> Self {
        if passed { Self::passed(detail) } else { Self::failed(detail) }
    }

    fn word(&self) -> &'static str {
        match self {
            Self::Passed(_) => "passed",
            Self::Failed(_) => "FAILED",
            Self::Skipped(_) => "skipped",
        }
    }

    fn detail(&self) -> &str {
        let (Self::Passed(detail) | Self::Failed(detail) | Self::Skipped(detail)) = self;
        detail
    }
}

/// The steps of one run, in order.
#[derive(Default)]
pub(crate) struct Summary {
    steps: Vec<(String, Outcome, Duration)>,
}

impl Summary {
    /// Runs one step and prints its outcome. Later steps run in any case, so that one run shows all failures.
    pub(crate) fn step(&mut self, name: &str, body: impl FnOnce() -> Result<Outcome>) {
        println!("\n== {name}");
        let start = Instant::now();
        let outcome = body().unwrap_or_else(|error| Outcome::failed(format!("{error:#}")));
        if let Outcome::Skipped(reason) = &outcome {
            println!("skipped: {name}: {reason}");
        }
        let elapsed = start.elapsed();
        println!("== {name}: {} in {:.1} s", outcome.word(), elapsed.as_secs_f64());
        self.steps.push((name.to_owned(), outcome, elapsed));
    }

    /// Returns whether at least one step ran and none failed.
    pub(crate) fn passed(&self) -> bool {
        let failed = self.steps.iter().any(|(_, outcome, _)| matches!(outcome, Outcome::Failed(_)));
        !failed && !self.steps.is_empty()
    }

    /// Prints the final table.
    pub(crate) fn print(&self) {
        print!("\n{}", self.table());
    }

    fn table(&self) -> String {
        let width = self.steps.iter().map(|(name, ..)| name.len()).max().unwrap_or(0).max(4);
        let mut text = format!("{:width$}  result   seconds\n", "step");
        for (name, outcome, elapsed) in &self.steps {
            let line = outcome.detail().lines().next().unwrap_or_default();
            let seconds = elapsed.as_secs_f64();
            let row = format!("{name:width$}  {:7}  {seconds:7.1}  {line}", outcome.word());
            let _ = writeln!(text, "{}", row.trim_end());
        }
        let total: Duration = self.steps.iter().map(|(_, _, elapsed)| *elapsed).sum();
        let verdict = if self.passed() { "passed" } else { "FAILED" };
        let _ = writeln!(text, "{:width$}  {verdict:7}  {:7.1}", "all", total.as_secs_f64());
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_failure_fails_the_run_and_later_steps_still_run() {
        let mut summary = Summary::default();
        summary.step("one", || anyhow::bail!("broken"));
        summary.step("two", || Ok(Outcome::passed("")));
        assert!(!summary.passed());
        assert_eq!(summary.steps[0].1, Outcome::failed("broken"));
        assert_eq!(summary.steps.len(), 2);
    }

    #[test]
    fn a_skip_is_shown_with_its_reason_and_does_not_fail() {
        let step = ("deny".to_owned(), Outcome::skipped("not installed"), Duration::ZERO);
        let summary = Summary { steps: vec![step] };
        assert!(summary.passed());
        let is_row = |line: &str| line.starts_with("deny  skipped") && line.ends_with("not installed");
        assert!(summary.table().lines().any(is_row));
    }

    #[test]
    fn nothing_run_is_not_a_pass() {
        assert!(!Summary::default().passed());
    }
}

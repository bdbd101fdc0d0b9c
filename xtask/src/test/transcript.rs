//! The output of `cargo test`, line by line: the lines to show, the skipped tests, and the totals.

use std::fmt;

/// Reads the output of any number of test runners.
#[derive(Default)]
pub(crate) struct Transcript {
    /// Within the output of tests that passed.
    in_successes: bool,
    totals: Totals,
    skips: Vec<String>,
    failures: Vec<String>,
}

/// The sums over all runners.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Totals {
    runners: u64,
    passed: u64,
    failed: u64,
    ignored: u64,
}

impl Transcript {
    /// Processes a line and returns whether to show it.
    pub(crate) fn line(&mut self, line: &str) -> bool {
        if let Some(counts) = line.strip_prefix("test result: ") {
            self.in_successes = false;
            self.totals.add(counts);
            return true;
        }
        if line == "failures:" {
            self.in_successes = false;
        }
        // A runner with one thread prints `test name ... ` without a line end before the output of the test.
        let skip = line.find("skipped: ").filter(|at| *at == 0 || line[..*at].ends_with("... "));
        if let Some(at) = skip {
            self.skip(line[at..].to_owned());
            return true;
        }
        if let Some(name) = line.strip_prefix("test ").and_then(ignored) {
            self.skip(format!("skipped: {name}"));
        }
        if let Some(name) = line.strip_prefix("test ").and_then(|rest| rest.strip_suffix(" ... FAILED")) {
            self.failures.push(format!("failed: {name}"));
        }
        if line == "successes:" {
            self.in_successes = true;
        }
        !self.in_successes
    }

    /// Records a skip once, however many runners report it.
    fn skip(&mut self, line: String) {
        if !self.skips.contains(&line) {
            self.skips.push(line);
        }
    }

    pub(crate) fn totals(&self) -> Totals {
        self.totals
    }

    /// Returns a `failed: …` line per failed test, in order.
    pub(crate) fn failures(&self) -> &[String] {
        &self.failures
    }

    /// Returns the `skipped: …` lines, each once, in order.
    pub(crate) fn skips(&self) -> &[String] {
        &self.skips
    }
}

/// Returns the name and reason of a test that a runner reports as ignored, including doc tests marked `ignore`.
fn ignored(rest: &str) -> Option<String> {
    let (name, verdict) = rest.rsplit_once(" ... ")?;
    let reason = verdict.strip_prefix("ignored")?;
    let reason = reason.strip_prefix(", ").unwrap_or("ignored without a reason");
    Some(format!("{name}: {reason}"))
}

impl Totals {
    /// Adds the counts of a line such as `ok. 3 passed; 0 failed; 1 ignored; …`.
    fn add(&mut self, counts: &str) {
        self.runners += 1;
        for part in counts.split(". ").skip(1).flat_map(|counts| counts.split("; ")) {
            let Some((number, word)) = part.split_once(' ') else { continue };
            let Ok(number) = number.parse::<u64>() else { continue };
            match word {
                "passed" => self.passed += number,
                "failed" => self.failed += number,
                "ignored" => self.ignored += number,
                _ => {}
            }
        }
    }

    /// Returns whether tests ran and none failed.
    pub(crate) fn is_pass(self) -> bool {
        self.failed == 0 && self.passed > 0
    }
}

impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { runners, passed, failed, ignored } = self;
        write!(f, "{passed} passed, {failed} failed, {ignored} ignored in {runners} runners")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTPUT: &str = "\
     Running unittests src/lib.rs (target/debug/deps/a-1)
running 4 tests
test one ... ok
test slow ... ignored, takes an hour
test two ... skipped: corpora: not there
ok

successes:

---- one stdout ----
chatter
skipped: avx512: this machine lacks it

successes:
    one

test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.10s

   Doc-tests a
test src/lib.rs - f (line 3) ... FAILED
test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.10s
";

    #[test]
    fn totals_and_skips_are_gathered_and_chatter_is_not_shown() {
        let mut transcript = Transcript::default();
        let shown: Vec<&str> = OUTPUT.lines().filter(|line| transcript.line(line)).collect();
        assert_eq!(transcript.totals(), Totals { runners: 2, passed: 4, failed: 1, ignored: 1 });
        let skips = [
            "skipped: slow: takes an hour",
            "skipped: corpora: not there",
            "skipped: avx512: this machine lacks it",
        ];
        assert_eq!(transcript.skips(), skips);
        assert_eq!(transcript.failures(), ["failed: src/lib.rs - f (line 3)"]);
        assert!(!shown.contains(&"chatter"));
        assert!(shown.contains(&"skipped: avx512: this machine lacks it"));
        assert!(shown.contains(&"   Doc-tests a"));
        assert!(!transcript.totals().is_pass());
    }

    #[test]
    fn failing_output_is_shown() {
        let mut transcript = Transcript::default();
        let lines = [
            "successes:",
            "quiet",
            "failures:",
            "---- two stdout ----",
            "boom",
            "test result: FAILED. 0 passed; 1 failed",
        ];
        let shown: Vec<&str> = lines.into_iter().filter(|line| transcript.line(line)).collect();
        assert_eq!(shown, &lines[2..]);
    }

    #[test]
    fn no_tests_are_no_pass() {
        assert!(!Totals::default().is_pass());
    }
}

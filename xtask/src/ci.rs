//! All tasks in sequence: for `.ci/run`, and for contributors before a pull request.

use crate::project::Project;
use crate::step::Summary;
use crate::{deny, lint, package, sanitize, test, tidy};

/// Cheap steps come first. `sanitize` is last; it runs one crate's tests, in seconds once built.
pub(crate) fn run(project: &Project, install_tools: bool, summary: &mut Summary) {
    summary.step("format", || lint::format(project));
    summary.step("tidy", || tidy::run(project));
    summary.step("clippy", || lint::clippy(project));
    test::run(project, false, summary);
    summary.step("rustdoc", || lint::rustdoc(project));
    summary.step("package", || package::run(project, false));
    summary.step("deny", || deny::check(project, install_tools));
    summary.step("sanitize", || sanitize::run_tests(project));
}

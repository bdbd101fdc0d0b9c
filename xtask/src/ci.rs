//! Every task in a row: what `.ci/run` calls, and what a contributor runs before a pull request.

use crate::project::Project;
use crate::step::Summary;
use crate::{deny, lint, package, sanitize, test, tidy};

/// Cheap steps first. `sanitize` stands last and is one crate's tests: seconds once built.
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

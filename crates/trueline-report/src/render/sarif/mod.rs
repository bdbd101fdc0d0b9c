//! Renders the report as SARIF.
//!
//! `log` defines the objects of the standard that are used; this file creates them.

use std::{collections::HashMap, io};

use super::{Renderer, advice, location, number, ranking, wording};
use crate::{CheckResult, Location, Report, RunError, Status, Violation, escape, severity};

mod log;

use log::{
    Artifact, ArtifactLocation, DescriptorReference, Driver, Invocation, LocationObject, Log,
    LogicalLocation, Message, Notification, PhysicalLocation, Region, ResultObject, Rule, RuleConfiguration,
    Run, RunAutomationDetails, Tool,
};

/// The number of results of a run that GitHub shows; it rejects a run with more than 25,000.
const RESULTS_SHOWN: usize = 5000;
/// The number of rules that GitHub accepts.
const RULES_SHOWN: usize = 25_000;
/// The number of characters of a rule's description that GitHub accepts.
const DESCRIPTION_BYTES: usize = 1024;

/// Renders the report as SARIF 2.1.0, for code scanning and for editors.
///
/// Checks are rules, with their totals in `properties`. Samples are results, each with file, line, column and bytes:
/// at most 5,000, shared equally among the checks; how many are left out is in `violationsOmitted` and a notification.
/// A check without samples gives one result. A check that was not evaluated
/// is a notification. An input that could not be read is a result and a notification, and the invocation was not successful.
///
/// Facts about the run are left out: equal reports give equal output.
///
/// **Source** — SARIF 2.1.0 (OASIS, errata 01); the limits are those of GitHub's code scanning.
#[derive(Clone, Copy, Debug, Default)]
pub struct SarifRenderer;

impl Renderer for SarifRenderer {
    fn render(&self, report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
        escape::write_json_pretty(out, &log(report))?;
        out.write_all(b"\n")
    }
}

fn log(report: &Report) -> Log<'_> {
    let rules = rules(report);
    let index: HashMap<&str, usize> =
        rules.iter().enumerate().map(|(index, rule)| (rule.id, index)).collect();
    let artifacts: Vec<Artifact<'_>> = report.inputs.iter().map(artifact).collect();
    let (results, samples) = results(report, &index);
    let omitted = report.violations.len().saturating_sub(samples) as u64;
    Log {
        schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            tool: Tool {
                driver: Driver { name: &report.engine.name, version: &report.engine.version, rules },
            },
            automation_details: report
                .schema
                .name
                .as_deref()
                .map(|name| RunAutomationDetails { id: format!("trueline/{name}/") }),
            invocations: [invocation(report, &index, omitted)],
            artifacts,
            results,
            column_kind: "unicodeCodePoints",
            properties: log::RunProperties {
                verdict: report.verdict,
                rows: report.rows,
                violations_omitted: report.violations_omitted.saturating_add(omitted),
                schema: &report.schema,
            },
        }],
    }
}

/// The checks as rules, and a rule for the error that ended the run.
fn rules(report: &Report) -> Vec<Rule<'_>> {
    let limit = RULES_SHOWN - usize::from(report.error.is_some());
    let mut rules: Vec<Rule<'_>> = if report.checks.len() <= limit {
        report.checks.iter().map(rule).collect()
    } else {
        ranking::with_failures(report).into_iter().take(limit).map(rule).collect()
    };
    rules.extend(report.error.as_ref().map(|error| Rule {
        id: &error.code,
        short_description: message("the inputs are read to their end"),
        help: message(advice::for_error(report, error)),
        default_configuration: RuleConfiguration { level: "error" },
        properties: None,
    }));
    rules
}

fn rule(check: &CheckResult) -> Rule<'_> {
    let expected = if check.expected.is_empty() { &check.check } else { &check.expected };
    Rule {
        id: &check.id,
        short_description: message(escape::truncate(expected, DESCRIPTION_BYTES)),
        help: message(&format!("{} expects: {expected}", check.check)),
        default_configuration: RuleConfiguration { level: severity::name(check.severity) },
        properties: Some(log::RuleProperties {
            tags: [check.check.as_str()],
            columns: &check.columns,
            status: check.status,
            evaluated: check.evaluated,
            failed: check.failed,
            null: check.null,
            not_evaluated: check.not_evaluated,
            codes: &check.codes,
            observed: check.observed.as_ref(),
        }),
    }
}

fn artifact(input: &crate::Input) -> Artifact<'_> {
    Artifact {
        location: ArtifactLocation { uri: escape::file_uri(&input.name), index: None },
        roles: ["analysisTarget"],
        properties: log::ArtifactProperties { format: &input.format, bytes: input.bytes, rows: input.rows },
    }
}

/// The results, and the number of them that are samples.
fn results<'a>(report: &'a Report, rules: &HashMap<&str, usize>) -> (Vec<ResultObject<'a>>, usize) {
    let mut samples = 0;
    let mut results: Vec<ResultObject<'_>> =
        report.error.iter().map(|error| unreadable(report, error, rules)).collect();
    let failing: Vec<&CheckResult> = ranking::with_failures(report)
        .into_iter()
        .filter(|check| rules.contains_key(check.id.as_str()))
        .take(RESULTS_SHOWN - results.len())
        .collect();
    let per_check = ((RESULTS_SHOWN - results.len()) / failing.len().max(1)).max(1);
    let by_check = ranking::samples(report);
    for check in failing {
        let violations = by_check.get(check.id.as_str()).map_or(&[][..], Vec::as_slice);
        let rule_index = rules.get(check.id.as_str()).copied();
        let selected = ranking::select(violations, per_check);
        samples += selected.len();
        results.extend(selected.into_iter().map(|violation| sample(report, check, violation, rule_index)));
        if violations.is_empty() {
            results.push(ResultObject {
                rule_id: &check.id,
                rule_index,
                level: level(check),
                message: message(&format!("{}; no sample was kept", wording::found(check))),
                locations: first_input(report),
                related_locations: vec![],
                properties: None,
            });
        }
    }
    (results, samples)
}

/// Failures within a tolerance, or of a check that was not evaluated to the end, are notes.
fn level(check: &CheckResult) -> &'static str {
    match check.status {
        Status::Error if check.severity == trueline_schema::Severity::Warning => "warning",
        Status::Failed | Status::Error => "error",
        Status::Warned => "warning",
        Status::Passed | Status::NotEvaluated => "note",
    }
}

fn sample<'a>(
    report: &Report,
    check: &'a CheckResult,
    violation: &'a Violation,
    rule_index: Option<usize>,
) -> ResultObject<'a> {
    let text = format!("{} ({})", wording::message(violation), wording::found(check));
    let mut object =
        location_object(report, violation.input, &violation.location, violation.excerpt.as_ref());
    object.logical_locations =
        violation.column.iter().map(|name| LogicalLocation { name, kind: "column" }).collect();
    let related = violation.related.iter().map(|related| {
        let text = if violation.code.ends_with(".duplicate") { "first here" } else { "see also" };
        LocationObject {
            id: Some(0),
            message: Some(message(text)),
            ..location_object(report, related.input, &related.location, None)
        }
    });
    ResultObject {
        rule_id: &check.id,
        rule_index,
        level: level(check),
        message: message(&text),
        related_locations: related.collect(),
        locations: vec![object],
        properties: Some(log::ResultProperties {
            code: &violation.code,
            row_index: violation.location.row_index,
            path: violation.path.as_deref(),
            value: violation.value.as_deref(),
            value_truncated: violation.value_truncated.then_some(true),
            expected: &violation.expected,
        }),
    }
}

fn unreadable<'a>(report: &Report, error: &'a RunError, rules: &HashMap<&str, usize>) -> ResultObject<'a> {
    ResultObject {
        rule_id: &error.code,
        rule_index: rules.get(error.code.as_str()).copied(),
        level: "error",
        message: message(&error.message),
        locations: error_location(report, error),
        related_locations: vec![],
        properties: None,
    }
}

fn invocation<'a>(report: &'a Report, rules: &HashMap<&str, usize>, omitted: u64) -> Invocation<'a> {
    let errors = report.error.iter().map(|error| Notification {
        descriptor: Some(DescriptorReference { id: &error.code, index: None }),
        associated_rule: None,
        level: "error",
        message: message(&error.message),
        locations: error_location(report, error),
    });
    let not_shown = (omitted > 0).then(|| not_shown(report, omitted));
    let not_evaluated = report.checks.iter().filter(|check| check.status == Status::NotEvaluated);
    Invocation {
        execution_successful: report.error.is_none(),
        tool_execution_notifications: errors.chain(not_shown).collect(),
        tool_configuration_notifications: not_evaluated
            .filter_map(|check| {
                let index = *rules.get(check.id.as_str())?;
                let reason = check.reason.as_deref().unwrap_or("no reason is given");
                Some(Notification {
                    descriptor: None,
                    associated_rule: Some(DescriptorReference { id: &check.id, index: Some(index) }),
                    level: "warning",
                    message: message(&format!("not evaluated, because {reason}")),
                    locations: vec![],
                })
            })
            .collect(),
    }
}

/// The notification about samples of the report that have no result here.
fn not_shown(report: &Report, omitted: u64) -> Notification<'static> {
    let of = number::count(report.violations.len() as u64, "violation");
    let omitted = number::grouped(omitted);
    Notification {
        descriptor: None,
        associated_rule: None,
        level: "note",
        message: message(&format!(
            "{omitted} of the {of} in the report are not shown here: at most {} results are written",
            number::grouped(RESULTS_SHOWN as u64)
        )),
        locations: vec![],
    }
}

fn error_location(report: &Report, error: &RunError) -> Vec<LocationObject<'static>> {
    let named = error.input.as_ref();
    let Some(input) = named.and_then(|name| report.inputs.iter().position(|input| input.name == *name))
    else {
        return first_input(report);
    };
    let location = Location {
        row_index: error.row_index,
        line: error.line,
        byte_offset: error.byte_offset,
        byte_length: None,
    };
    vec![location_object(report, u32::try_from(input).unwrap_or(u32::MAX), &location, None)]
}

/// The location of results that have none: the first input.
fn first_input(report: &Report) -> Vec<LocationObject<'static>> {
    report
        .inputs
        .first()
        .map(|_| location_object(report, 0, &Location::default(), None))
        .into_iter()
        .collect()
}

fn location_object(
    report: &Report,
    input: u32,
    location: &Location,
    excerpt: Option<&crate::Excerpt>,
) -> LocationObject<'static> {
    let index = usize::try_from(input).ok().filter(|index| *index < report.inputs.len());
    let excerpt = excerpt.filter(|_| location.line.is_some());
    let region = (location.line.is_some() || location.byte_offset.is_some()).then(|| Region {
        start_line: location.line,
        start_column: excerpt.and_then(location::column),
        end_column: excerpt.and_then(location::end_column),
        byte_offset: location.byte_offset,
        byte_length: location.byte_length.filter(|_| location.byte_offset.is_some()),
    });
    LocationObject {
        id: None,
        message: None,
        physical_location: index.map(|index| PhysicalLocation {
            artifact_location: ArtifactLocation {
                uri: escape::file_uri(&report.inputs[index].name),
                index: Some(index),
            },
            region,
        }),
        logical_locations: vec![],
    }
}

/// A message of plain text. A `[text](target)` in it is escaped, because it would be a link.
fn message(text: &str) -> Message {
    Message { text: escape::escape_text(text).replace("](", "]\\u{28}") }
}

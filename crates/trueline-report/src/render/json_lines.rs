//! Renders the report as one JSON document per line.

use std::io;

use serde::Serialize;

use super::Renderer;
use crate::{
    CheckResult, Engine, Input, Report, Rows, Run, RunError, SchemaInfo, Verdict, Violation, escape,
};

/// Renders the report as one JSON document per line.
///
/// The first line is the report without its `violations`, starting with `"type": "report"`. Each further line is one
/// violation, starting with `"type": "violation"`, in report order. Together they are equivalent to the JSON report.
#[derive(Clone, Copy, Debug, Default)]
pub struct JsonLinesRenderer;

impl Renderer for JsonLinesRenderer {
    fn render(&self, report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
        escape::write_json_line(out, &Line::from(report))?;
        for violation in &report.violations {
            escape::write_json_line(out, &Line::Violation(violation))?;
        }
        Ok(())
    }
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Line<'a> {
    Report {
        report_version: u32,
        verdict: Verdict,
        #[serde(skip_serializing_if = "Option::is_none")]
        error: Option<&'a RunError>,
        engine: &'a Engine,
        schema: &'a SchemaInfo,
        inputs: &'a [Input],
        rows: Rows,
        checks: &'a [CheckResult],
        violations_omitted: u64,
        run: &'a Run,
    },
    Violation(&'a Violation),
}

impl<'a> From<&'a Report> for Line<'a> {
    fn from(report: &'a Report) -> Self {
        Self::Report {
            report_version: report.report_version,
            verdict: report.verdict,
            error: report.error.as_ref(),
            engine: &report.engine,
            schema: &report.schema,
            inputs: &report.inputs,
            rows: report.rows,
            checks: &report.checks,
            violations_omitted: report.violations_omitted,
            run: &report.run,
        }
    }
}

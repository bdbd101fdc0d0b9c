//! Renders the report as Markdown.

use std::{fmt::Write as _, io};

use super::{Renderer, advice, location, number, ranking, text, wording};
use crate::{
    CheckResult, Report, Status, Verdict,
    escape::{self, markdown_code},
};

/// The number of inputs in the table; further inputs are only counted.
const INPUTS_SHOWN: usize = 20;
/// The width of a sample in columns.
const WIDTH: usize = 110;
/// The maximum length of a name or an expectation.
const CELL_BYTES: usize = 120;
/// The number of ids of checks in one list.
const IDS_SHOWN: usize = 200;
/// Space reserved for the line that says what was omitted.
const OMISSION_BYTES: usize = 200;

/// Renders the report as Markdown for a pull request comment or the summary page of a workflow: the verdict, the
/// inputs, the table of checks, and for failed checks some locations in the data.
///
/// Text from data is written as code, where it cannot be a link, a mention or HTML.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MarkdownRenderer {
    /// The maximum output size in bytes; default 65,536, the limit of a GitHub comment, and at least 1,000. Whole samples and
    /// rows that do not fit are left out, and the last line says how much.
    pub limit_bytes: usize,
    /// The number of violations to show for each failed check; default 3.
    pub samples_per_check: usize,
}

impl Default for MarkdownRenderer {
    fn default() -> Self {
        Self { limit_bytes: 65_536, samples_per_check: 3 }
    }
}

impl Renderer for MarkdownRenderer {
    fn render(&self, report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
        let mut page = Page {
            text: String::new(),
            limit: self.limit_bytes.max(1000) - OMISSION_BYTES,
            omitted: Vec::new(),
        };
        head(&mut page, report);
        inputs(&mut page, report);
        failures(&mut page, report);
        others(&mut page, report);
        samples(&mut page, report, self.samples_per_check);
        run(&mut page, report);
        page.close();
        out.write_all(page.text.as_bytes())
    }
}

/// The text so far, and descriptions of what did not fit.
struct Page {
    text: String,
    limit: usize,
    omitted: Vec<String>,
}

impl Page {
    /// Adds a block if it fits as a whole.
    fn add(&mut self, block: &str) -> bool {
        let fits = self.text.len() + block.len() <= self.limit;
        if fits {
            self.text.push_str(block);
        }
        fits
    }

    /// Adds blocks until one does not fit; `describe` describes a number of omitted blocks. Returns the number of blocks
    /// added.
    fn add_all(
        &mut self,
        blocks: impl ExactSizeIterator<Item = String>,
        describe: impl Fn(u64) -> String,
    ) -> usize {
        let total = blocks.len();
        let added = blocks.take_while(|block| self.add(block)).count();
        if added < total {
            self.omitted.push(describe((total - added) as u64));
        }
        added
    }

    fn close(&mut self) {
        if !self.omitted.is_empty() {
            let _ = write!(self.text, "\n*Left out for want of room: {}.*\n", self.omitted.join(", "));
        }
    }
}

/// Text from data as a code span, truncated to `CELL_BYTES`.
fn code(text: &str, in_table: bool) -> String {
    let shown = escape::escape_text(text);
    let kept = escape::truncate(&shown, CELL_BYTES);
    if kept.len() < shown.len() {
        markdown_code(&format!("{kept}…"), in_table)
    } else {
        markdown_code(&shown, in_table)
    }
}

fn symbol(status: Status) -> &'static str {
    match status {
        Status::Failed | Status::Error => "❌",
        Status::Warned => "⚠",
        Status::Passed => "✅",
        Status::NotEvaluated => "➖",
    }
}

fn head(page: &mut Page, report: &Report) {
    let (symbol, word) = match report.verdict {
        Verdict::Valid => ("✅", "Valid"),
        Verdict::Invalid => ("❌", "Invalid"),
        Verdict::Unreadable => ("⛔", "Unreadable"),
    };
    let name = report.schema.name.as_deref().map(|name| format!(": {}", code(name, false)));
    page.add(&format!("## {symbol} {word}{}\n\n", name.unwrap_or_default()));
    page.add(&format!("**{}**\n", wording::summary(report)));
    if let Some(error) = &report.error {
        page.add(&format!("\n- what: {} ({})\n", code(&error.message, false), code(&error.code, false)));
        let location = location::error_parts(error);
        if !location.is_empty() {
            page.add(&format!("- where: {}\n", code(&location.join(", "), false)));
        }
        page.add(&format!("- do: {}\n", advice::for_error(report, error)));
    }
}

fn inputs(page: &mut Page, report: &Report) {
    if report.inputs.is_empty() {
        return;
    }
    page.add("\n| input | format | size | rows |\n|---|---|--:|--:|\n");
    let shown = report.inputs.len().min(INPUTS_SHOWN);
    let rows = report.inputs[..shown].iter().map(|input| {
        format!(
            "| {} | {} | {} | {} |\n",
            code(&input.name, true),
            code(&input.format, true),
            number::size(input.bytes),
            number::grouped(input.rows)
        )
    });
    page.add_all(rows, |hidden| number::count(hidden, "input"));
    if report.inputs.len() > shown {
        let more = number::count((report.inputs.len() - shown) as u64, "more input");
        page.add(&format!("\nand {more}; {} rows in all\n", number::grouped(report.rows.total)));
    }
}

/// The table of the checks with failures.
fn failures(page: &mut Page, report: &Report) {
    let failing = ranking::with_failures(report);
    if failing.is_empty() {
        return;
    }
    let when = if report.verdict == Verdict::Unreadable {
        "\nFound until then, in the part that was read:\n"
    } else {
        ""
    };
    page.add(&format!("{when}\n| check | expected | evaluated | failed | why |\n|---|---|--:|--:|---|\n"));
    let rows = failing.iter().map(|check| {
        let mut why = code(&wording::codes(check), true);
        if let Some(remark) = wording::remark(check) {
            let _ = write!(why, "; {}", code(&remark, true));
        }
        format!(
            "| {} {} | {} | {} | {} | {why} |\n",
            symbol(check.status),
            code(&check.id, true),
            code(&check.expected, true),
            number::grouped(check.evaluated),
            number::grouped(check.failed),
        )
    });
    page.add_all(rows, |hidden| format!("{} with failures", number::count(hidden, "check")));
}

/// Lists of the checks that were not evaluated and of those that passed.
fn others(page: &mut Page, report: &Report) {
    for (reason, checks) in ranking::not_evaluated(report) {
        let check_ids = check_ids(&checks);
        page.add(&format!(
            "\n{} not evaluated: {check_ids}, because {}\n",
            symbol(Status::NotEvaluated),
            code(reason, false)
        ));
    }
    let vacuous = ranking::passed_vacuously(report);
    if !vacuous.is_empty() {
        let check_ids = check_ids(&vacuous);
        page.add(&format!(
            "\n{} passed with {}: {check_ids}\n",
            symbol(Status::NotEvaluated),
            wording::NOTHING_EVALUATED
        ));
    }
    let passed = ranking::passed(report);
    if !passed.is_empty() {
        let count = number::count(passed.len() as u64, "check");
        let check_ids = check_ids(&passed);
        page.add(&format!(
            "\n<details><summary>{} {count} passed</summary>\n\n{check_ids}\n\n</details>\n",
            symbol(Status::Passed)
        ));
    }
}

fn check_ids(checks: &[&CheckResult]) -> String {
    let shown = checks.iter().take(IDS_SHOWN).map(|check| code(&check.id, false));
    let mut text = shown.collect::<Vec<_>>().join(", ");
    if checks.len() > IDS_SHOWN {
        let _ = write!(text, " and {} more", number::grouped((checks.len() - IDS_SHOWN) as u64));
    }
    text
}

/// Some violations of each check, as the text report shows them.
fn samples(page: &mut Page, report: &Report, samples_per_check: usize) {
    let by_check = ranking::samples(report);
    let failing = ranking::with_failures(report);
    let sampled: Vec<&&CheckResult> =
        failing.iter().filter(|check| by_check.contains_key(check.id.as_str())).collect();
    let blocks = sampled.iter().map(|check| {
        let violations = by_check.get(check.id.as_str()).map_or(&[][..], Vec::as_slice);
        let violations_text = text::samples(report, check, violations, samples_per_check, WIDTH);
        let violations_text = violations_text.trim_matches('\n');
        let fence = "`".repeat(escape::longest_run(violations_text, '`').max(2) + 1);
        format!(
            "\n#### {} {}\n\n{}\n\n{fence}text\n{violations_text}\n{fence}\n",
            symbol(check.status),
            code(&check.id, false),
            wording::found(check)
        )
    });
    if page.add_all(blocks, |hidden| format!("the samples of {}", number::count(hidden, "check"))) > 0 {
        page.add("\nrow: from 0, header not counted; bytes: offset+length\n");
    }
}

fn run(page: &mut Page, report: &Report) {
    let (run, schema) = (wording::run_facts(report).join(", "), wording::fingerprint(report));
    page.add(&format!("\n{}, schema {}\n", code(&run, false), code(&schema, false)));
}

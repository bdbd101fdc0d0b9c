//! Renders the report as Markdown.

use std::{fmt::Write as _, io};

use super::{Renderer, advice, number, place, ranking, text, wording};
use crate::{
    CheckResult, Report, Status, Verdict,
    escape::{self, markdown_code},
};

/// Inputs named one by one.
const INPUTS_SHOWN: usize = 20;
/// Samples of each check.
const SAMPLES_SHOWN: usize = 3;
/// Columns of a sample.
const WIDTH: usize = 110;
/// Columns of a name or an expectation.
const CELL_BYTES: usize = 120;
/// Ids of checks named in one list.
const NAMES_SHOWN: usize = 200;
/// Space reserved for the line about what was left out.
const CLOSING_BYTES: usize = 200;

/// Renders the report as Markdown for a pull request comment or the summary page of a workflow: the verdict, the
/// inputs, the table of checks, and for failed checks some locations in the data.
///
/// Text from data is written as code, where it cannot be a link, a mention or HTML.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MarkdownRenderer {
    /// The maximum output size in bytes; default 65,536, the limit of a GitHub comment, and at least 1,000. Whole samples and
    /// rows that do not fit are left out, and the last line says how much.
    pub limit_bytes: usize,
}

impl Default for MarkdownRenderer {
    fn default() -> Self {
        Self { limit_bytes: 65_536 }
    }
}

impl Renderer for MarkdownRenderer {
    fn render(&self, report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
        let mut page = Page {
            text: String::new(),
            limit: self.limit_bytes.max(1000) - CLOSING_BYTES,
            left_out: Vec::new(),
        };
        head(&mut page, report);
        inputs(&mut page, report);
        offenders(&mut page, report);
        condensed(&mut page, report);
        samples(&mut page, report);
        run(&mut page, report);
        page.close();
        out.write_all(page.text.as_bytes())
    }
}

/// What is written so far, and what found no room.
struct Page {
    text: String,
    limit: usize,
    left_out: Vec<String>,
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

    /// Adds the first blocks that fit; `tell` names a number of those that do not. Returns how many were added.
    fn add_all(
        &mut self,
        blocks: impl ExactSizeIterator<Item = String>,
        tell: impl Fn(u64) -> String,
    ) -> usize {
        let total = blocks.len();
        let added = blocks.take_while(|block| self.add(block)).count();
        if added < total {
            self.left_out.push(tell((total - added) as u64));
        }
        added
    }

    fn close(&mut self) {
        if !self.left_out.is_empty() {
            let _ = write!(self.text, "\n*Left out for want of room: {}.*\n", self.left_out.join(", "));
        }
    }
}

/// Text from data, cut to a bearable length.
fn code(text: &str, in_table: bool) -> String {
    let shown = escape::escape_text(text);
    let kept = escape::truncate(&shown, CELL_BYTES);
    if kept.len() < shown.len() {
        markdown_code(&format!("{kept}…"), in_table)
    } else {
        markdown_code(&shown, in_table)
    }
}

fn mark(status: Status) -> &'static str {
    match status {
        Status::Failed | Status::Error => "❌",
        Status::Warned => "⚠",
        Status::Passed => "✅",
        Status::NotEvaluated => "➖",
    }
}

fn head(page: &mut Page, report: &Report) {
    let (mark, word) = match report.verdict {
        Verdict::Valid => ("✅", "Valid"),
        Verdict::Invalid => ("❌", "Invalid"),
        Verdict::Unreadable => ("⛔", "Unreadable"),
    };
    let name = report.schema.name.as_deref().map(|name| format!(": {}", code(name, false)));
    page.add(&format!("## {mark} {word}{}\n\n", name.unwrap_or_default()));
    page.add(&format!("**{}**\n", wording::sentence(report)));
    if let Some(error) = &report.error {
        page.add(&format!("\n- what: {} ({})\n", code(&error.message, false), code(&error.code, false)));
        let place = place::of_error(error);
        if !place.is_empty() {
            page.add(&format!("- where: {}\n", code(&place.join(", "), false)));
        }
        page.add(&format!("- do: {}\n", advice::for_code(&error.code)));
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

/// The table of the checks that found something.
fn offenders(page: &mut Page, report: &Report) {
    let offenders = ranking::offenders(report);
    if offenders.is_empty() {
        return;
    }
    let when = if report.verdict == Verdict::Unreadable {
        "\nFound until then, in the part that was read:\n"
    } else {
        ""
    };
    page.add(&format!("{when}\n| check | expected | evaluated | failed | why |\n|---|---|--:|--:|---|\n"));
    let rows = offenders.iter().map(|check| {
        let mut why = code(&wording::codes(check), true);
        if let Some(remark) = wording::remark(check) {
            let _ = write!(why, "; {}", code(&remark, true));
        }
        format!(
            "| {} {} | {} | {} | {} | {why} |\n",
            mark(check.status),
            code(&check.id, true),
            code(&check.expected, true),
            number::grouped(check.evaluated),
            number::grouped(check.failed),
        )
    });
    page.add_all(rows, |hidden| format!("{} with failures", number::count(hidden, "check")));
}

/// What was not evaluated, and what passed.
fn condensed(page: &mut Page, report: &Report) {
    for (reason, checks) in ranking::not_evaluated(report) {
        let names = names(&checks);
        page.add(&format!(
            "\n{} not evaluated: {names}, because {}\n",
            mark(Status::NotEvaluated),
            code(reason, false)
        ));
    }
    let empty = ranking::empty(report);
    if !empty.is_empty() {
        let names = names(&empty);
        page.add(&format!("\n{} passed with {}: {names}\n", mark(Status::NotEvaluated), wording::NOTHING));
    }
    let passed = ranking::passed(report);
    if !passed.is_empty() {
        let count = number::count(passed.len() as u64, "check");
        let names = names(&passed);
        page.add(&format!(
            "\n<details><summary>{} {count} passed</summary>\n\n{names}\n\n</details>\n",
            mark(Status::Passed)
        ));
    }
}

fn names(checks: &[&CheckResult]) -> String {
    let shown = checks.iter().take(NAMES_SHOWN).map(|check| code(&check.id, false));
    let mut text = shown.collect::<Vec<_>>().join(", ");
    if checks.len() > NAMES_SHOWN {
        let _ = write!(text, " and {} more", number::grouped((checks.len() - NAMES_SHOWN) as u64));
    }
    text
}

/// Some places of each check, as the text report shows them.
fn samples(page: &mut Page, report: &Report) {
    let by_check = ranking::samples(report);
    let offenders = ranking::offenders(report);
    let sampled: Vec<&&CheckResult> =
        offenders.iter().filter(|check| by_check.contains_key(check.id.as_str())).collect();
    let blocks = sampled.iter().map(|check| {
        let violations = by_check.get(check.id.as_str()).map_or(&[][..], Vec::as_slice);
        let places = text::samples(report, check, violations, SAMPLES_SHOWN, WIDTH);
        let places = places.trim_matches('\n');
        let fence = "`".repeat(escape::longest_run(places, '`').max(2) + 1);
        format!(
            "\n#### {} {}\n\n{}\n\n{fence}text\n{places}\n{fence}\n",
            mark(check.status),
            code(&check.id, false),
            wording::counts(check)
        )
    });
    if page.add_all(blocks, |hidden| format!("the samples of {}", number::count(hidden, "check"))) > 0 {
        page.add("\nrow: from 0, header not counted; bytes: offset+length\n");
    }
}

fn run(page: &mut Page, report: &Report) {
    let (run, schema) = (wording::run(report).join(", "), wording::fingerprint(report));
    page.add(&format!("\n{}, schema {}\n", code(&run, false), code(&schema, false)));
}

//! The table of checks with failures, and lists of the ids of the other checks.

use super::page::{self, Line, Page, Style};
use crate::{
    CheckResult, Report, Status, Verdict, escape,
    render::{number, ranking, wording},
};

/// The number of rows of the table; of further checks, only the ids are listed.
const ROWS_SHOWN: usize = 60;
/// The maximum number of lines of a list of ids; further ids are only counted.
const MAX_ID_LINES: usize = 4;
/// The maximum number of lines of a cell of the table.
const MAX_CELL_LINES: usize = 3;
/// The number of columns (of text) between two columns of the table.
const GAP: usize = 2;
/// The column at which the table begins.
const INDENT: usize = 2;
/// The column at which a list of ids begins, after the label `passed`, `not evaluated` or `nothing evaluated`.
const AFTER_PASSED: usize = 10;
const AFTER_NOT_EVALUATED: usize = 17;
const AFTER_NOTHING_EVALUATED: usize = 21;

/// The style for the status of a check.
pub(super) fn style(check: &CheckResult) -> Style {
    match check.status {
        Status::Failed | Status::Error => Style::Bad,
        Status::Warned => Style::Warn,
        Status::Passed => Style::Good,
        Status::NotEvaluated => Style::Faint,
    }
}

pub(super) fn write(page: &mut Page, report: &Report) {
    if report.checks.is_empty() {
        return;
    }
    page.blank();
    let failing = ranking::with_failures(report);
    if report.verdict == Verdict::Unreadable && !failing.is_empty() {
        page.line(&Line::indented(INDENT).with(Style::Faint, "found until then, in the part that was read:"));
    }
    if !failing.is_empty() {
        table(page, &failing[..failing.len().min(ROWS_SHOWN)]);
        if let Some(hidden) = failing.get(ROWS_SHOWN..).filter(|hidden| !hidden.is_empty()) {
            ids(page, "failed", Style::Bad, hidden, AFTER_NOT_EVALUATED);
        }
    }
    let (not_evaluated, vacuous) = (ranking::not_evaluated(report), ranking::passed_vacuously(report));
    let passed = ranking::passed(report);
    if !(failing.is_empty() || not_evaluated.is_empty() && vacuous.is_empty() && passed.is_empty()) {
        page.blank();
    }
    let column = match (not_evaluated.is_empty(), vacuous.is_empty()) {
        (_, false) => AFTER_NOTHING_EVALUATED,
        (false, true) => AFTER_NOT_EVALUATED,
        (true, true) => AFTER_PASSED,
    };
    for (reason, checks) in not_evaluated {
        ids(page, "not evaluated", Style::Warn, &checks, column);
        page.wrapped(&Line::indented(column).with(Style::Faint, "because "), Style::Plain, reason);
    }
    if !passed.is_empty() {
        ids(page, "passed", Style::Good, &passed, column);
    }
    if !vacuous.is_empty() {
        ids(page, wording::NOTHING_EVALUATED, Style::Warn, &vacuous, column);
    }
}

/// A list of the ids of some checks.
fn ids(page: &mut Page, label: &str, style: Style, checks: &[&CheckResult], column: usize) {
    let available = page.width().saturating_sub(column).max(20) * MAX_ID_LINES;
    let mut text = String::new();
    let mut width = 0;
    for (index, check) in checks.iter().enumerate() {
        let id = page::truncate_middle(&escape::escape_text(&check.id), 60);
        width += page::width(&id) + 2;
        if index > 0 && width > available.saturating_sub(20) {
            text.push_str(" and ");
            text.push_str(&number::grouped((checks.len() - index) as u64));
            text.push_str(" more");
            break;
        }
        text.push_str(if index == 0 { "" } else { ", " });
        text.push_str(&id);
    }
    let lead = Line::indented(INDENT).with(style, label).padded_to(column);
    page.wrapped(&lead, Style::Plain, &text);
}

/// A column of the table.
struct Column {
    title: &'static str,
    is_right_aligned: bool,
    /// The minimum width; `None` if the column is never narrowed.
    min_width: Option<usize>,
    /// If the columns do not fit, those with the lowest order are dropped first; `None` if it is never dropped.
    drop_order: Option<u8>,
    cells: Vec<String>,
    width: usize,
}

impl Column {
    fn new(title: &'static str, checks: &[&CheckResult], text: impl Fn(&CheckResult) -> String) -> Self {
        let cells: Vec<String> =
            checks.iter().map(|check| escape::escape_text(&text(check)).into_owned()).collect();
        let widest = cells.iter().map(|cell| page::width(cell)).max().unwrap_or(0);
        Self {
            title,
            is_right_aligned: false,
            min_width: None,
            drop_order: None,
            cells,
            width: widest.max(title.len()),
        }
    }

    fn right_aligned(self) -> Self {
        Self { is_right_aligned: true, ..self }
    }

    fn min_width(self, columns: usize) -> Self {
        Self { min_width: Some(columns.min(self.width)), ..self }
    }

    fn drop_order(self, order: u8) -> Self {
        Self { drop_order: Some(order), ..self }
    }

    /// The lines of a cell, at most `MAX_CELL_LINES`.
    fn lines(&self, cell: &str) -> Vec<String> {
        if self.min_width.is_none() || page::width(cell) <= self.width {
            return vec![cell.to_owned()];
        }
        if self.title == "check" {
            return vec![page::truncate_middle(cell, self.width)];
        }
        let mut lines = page::wrap(cell, self.width, self.width);
        if lines.len() > MAX_CELL_LINES {
            let rest = lines.split_off(MAX_CELL_LINES - 1).join(" ");
            lines.push(page::truncate_end(&rest, self.width));
        }
        lines
    }
}

/// The columns of the table; the names of columns are only there if an id does not contain them.
fn columns(checks: &[&CheckResult]) -> Vec<Column> {
    let mut columns = vec![
        Column::new("status", checks, |check| wording::status(check.status).to_owned()),
        Column::new("check", checks, |check| check.id.clone()).min_width(18),
    ];
    if checks.iter().any(|check| !id_names_columns(check)) {
        columns
            .push(Column::new("column", checks, |check| check.columns.join(", ")).min_width(8).drop_order(0));
    }
    columns.extend([
        Column::new("expected", checks, |check| check.expected.clone()).min_width(14).drop_order(2),
        Column::new("evaluated", checks, |check| number::grouped(check.evaluated))
            .right_aligned()
            .drop_order(3),
        Column::new("failed", checks, |check| number::grouped(check.failed)).right_aligned(),
        Column::new("codes", checks, wording::codes).min_width(14).drop_order(1),
    ]);
    columns
}

/// Whether the id of the check is the default one, which contains the names of its columns.
fn id_names_columns(check: &CheckResult) -> bool {
    check.columns.is_empty()
        || check.id.strip_prefix(&check.columns.join("+")).is_some_and(|rest| rest.starts_with('.'))
}

/// Drops columns, then narrows columns, until they fit.
fn fit(columns: &mut Vec<Column>, available: usize) {
    let total = |columns: &[Column], width: fn(&Column) -> usize| {
        columns.iter().map(width).sum::<usize>() + GAP * columns.len().saturating_sub(1)
    };
    while total(columns, |column| column.min_width.unwrap_or(column.width)) > available {
        let droppable =
            columns.iter().enumerate().filter_map(|(index, column)| Some((column.drop_order?, index)));
        let Some((_, index)) = droppable.min() else { break };
        columns.remove(index);
    }
    while total(columns, |column| column.width) > available {
        let widest =
            columns.iter_mut().filter(|column| column.min_width.is_some_and(|min| column.width > min));
        let Some(column) = widest.max_by_key(|column| column.width) else { break };
        column.width -= 1;
    }
}

fn table(page: &mut Page, checks: &[&CheckResult]) {
    let mut columns = columns(checks);
    fit(&mut columns, page.width().saturating_sub(INDENT));
    let titles: Vec<(&str, Style)> = columns.iter().map(|column| (column.title, Style::Faint)).collect();
    row(page, &columns, &titles);
    for (index, check) in checks.iter().enumerate() {
        let cells: Vec<(&str, Style)> = columns
            .iter()
            .map(|column| {
                let style = match column.title {
                    "status" | "failed" => style(check),
                    "check" => Style::Strong,
                    _ => Style::Plain,
                };
                (column.cells[index].as_str(), style)
            })
            .collect();
        row(page, &columns, &cells);
        remark(page, &columns, check);
    }
}

/// One row of the table, with as many lines as its cells need.
fn row(page: &mut Page, columns: &[Column], cells: &[(&str, Style)]) {
    let cells: Vec<(Vec<String>, Style)> =
        columns.iter().zip(cells).map(|(column, (cell, style))| (column.lines(cell), *style)).collect();
    let height = cells.iter().map(|(lines, _)| lines.len()).max().unwrap_or(0);
    for index in 0..height {
        let mut line = Line::default();
        let mut start = INDENT;
        for (column, (lines, style)) in columns.iter().zip(&cells) {
            let text = lines.get(index).map_or("", String::as_str);
            let shift =
                if column.is_right_aligned { column.width.saturating_sub(page::width(text)) } else { 0 };
            line = line.padded_to(start + shift).with(*style, text);
            start += column.width + GAP;
        }
        page.line(&line);
    }
}

/// The remark on a check, on lines of its own.
fn remark(page: &mut Page, columns: &[Column], check: &CheckResult) {
    let Some(text) = wording::remark(check) else { return };
    let start = INDENT + columns.first().map_or(0, |column| column.width) + GAP;
    page.wrapped(&Line::indented(start), Style::Faint, &text);
}

//! The table of checks: failed ones first, the others condensed.

use super::page::{self, Line, Page, Style};
use crate::{
    CheckResult, Report, Status, Verdict, escape,
    render::{number, ranking, wording},
};

/// Rows of the table; further failed checks are only named.
const ROWS_SHOWN: usize = 60;
/// Lines of a list of names, before "and … more".
const LINES_OF_NAMES: usize = 4;
/// Lines that one cell of the table can take.
const LINES_OF_CELL: usize = 3;
/// Columns between two columns of the table.
const GAP: usize = 2;
/// Where the table begins.
const INDENT: usize = 2;
/// Where the names begin in the condensed part, beside `passed`, beside `not evaluated` and beside `nothing evaluated`.
const SHORT_LABELS: usize = 10;
const LONG_LABELS: usize = 17;
const LONGEST_LABELS: usize = 21;

/// How a check's outcome looks.
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
    let offenders = ranking::offenders(report);
    if report.verdict == Verdict::Unreadable && !offenders.is_empty() {
        page.line(&Line::indented(INDENT).with(Style::Faint, "found until then, in the part that was read:"));
    }
    if !offenders.is_empty() {
        table(page, &offenders[..offenders.len().min(ROWS_SHOWN)]);
        if let Some(hidden) = offenders.get(ROWS_SHOWN..).filter(|hidden| !hidden.is_empty()) {
            names(page, "failed", Style::Bad, hidden, LONG_LABELS);
        }
    }
    let (not_evaluated, empty) = (ranking::not_evaluated(report), ranking::empty(report));
    let passed = ranking::passed(report);
    if !(offenders.is_empty() || not_evaluated.is_empty() && empty.is_empty() && passed.is_empty()) {
        page.blank();
    }
    let column = match (not_evaluated.is_empty(), empty.is_empty()) {
        (_, false) => LONGEST_LABELS,
        (false, true) => LONG_LABELS,
        (true, true) => SHORT_LABELS,
    };
    for (reason, checks) in not_evaluated {
        names(page, "not evaluated", Style::Warn, &checks, column);
        page.wrapped(&Line::indented(column).with(Style::Faint, "because "), Style::Plain, reason);
    }
    if !passed.is_empty() {
        names(page, "passed", Style::Good, &passed, column);
    }
    if !empty.is_empty() {
        names(page, wording::NOTHING, Style::Warn, &empty, column);
    }
}

/// The ids of some checks, on a few lines.
fn names(page: &mut Page, label: &str, style: Style, checks: &[&CheckResult], column: usize) {
    let room = page.width().saturating_sub(column).max(20) * LINES_OF_NAMES;
    let mut text = String::new();
    let mut width = 0;
    for (index, check) in checks.iter().enumerate() {
        let id = page::cut_middle(&escape::escape_text(&check.id), 60);
        width += page::width(&id) + 2;
        if index > 0 && width > room.saturating_sub(20) {
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
    right: bool,
    /// Below this width it is dropped; `None` when it is never narrowed.
    least: Option<usize>,
    /// The order in which columns are dropped if space is short; `None` for never.
    dropped: Option<u8>,
    cells: Vec<String>,
    width: usize,
}

impl Column {
    fn new(title: &'static str, checks: &[&CheckResult], text: impl Fn(&CheckResult) -> String) -> Self {
        let cells: Vec<String> =
            checks.iter().map(|check| escape::escape_text(&text(check)).into_owned()).collect();
        let widest = cells.iter().map(|cell| page::width(cell)).max().unwrap_or(0);
        Self { title, right: false, least: None, dropped: None, cells, width: widest.max(title.len()) }
    }

    fn right(self) -> Self {
        Self { right: true, ..self }
    }

    fn least(self, columns: usize) -> Self {
        Self { least: Some(columns.min(self.width)), ..self }
    }

    fn dropped(self, order: u8) -> Self {
        Self { dropped: Some(order), ..self }
    }

    /// A cell on as many lines as it needs and may have.
    fn lines(&self, cell: &str) -> Vec<String> {
        if self.least.is_none() || page::width(cell) <= self.width {
            return vec![cell.to_owned()];
        }
        if self.title == "check" {
            return vec![page::cut_middle(cell, self.width)];
        }
        let mut lines = page::wrap(cell, self.width, self.width);
        if lines.len() > LINES_OF_CELL {
            let rest = lines.split_off(LINES_OF_CELL - 1).join(" ");
            lines.push(page::cut_end(&rest, self.width));
        }
        lines
    }
}

/// The columns, without those that would add nothing.
fn columns(checks: &[&CheckResult]) -> Vec<Column> {
    let mut columns = vec![
        Column::new("status", checks, |check| wording::status(check.status).to_owned()),
        Column::new("check", checks, |check| check.id.clone()).least(18),
    ];
    if checks.iter().any(|check| !id_names_columns(check)) {
        columns.push(Column::new("column", checks, |check| check.columns.join(", ")).least(8).dropped(0));
    }
    columns.extend([
        Column::new("expected", checks, |check| check.expected.clone()).least(14).dropped(2),
        Column::new("evaluated", checks, |check| number::grouped(check.evaluated)).right().dropped(3),
        Column::new("failed", checks, |check| number::grouped(check.failed)).right(),
        Column::new("codes", checks, wording::codes).least(14).dropped(1),
    ]);
    columns
}

/// Whether the check's id is the default one, so that it names the columns already.
fn id_names_columns(check: &CheckResult) -> bool {
    check.columns.is_empty()
        || check.id.strip_prefix(&check.columns.join("+")).is_some_and(|rest| rest.starts_with('.'))
}

/// Drops and narrows columns until they fit.
fn fit(columns: &mut Vec<Column>, room: usize) {
    let total = |columns: &[Column], width: fn(&Column) -> usize| {
        columns.iter().map(width).sum::<usize>() + GAP * columns.len().saturating_sub(1)
    };
    while total(columns, |column| column.least.unwrap_or(column.width)) > room {
        let droppable =
            columns.iter().enumerate().filter_map(|(index, column)| Some((column.dropped?, index)));
        let Some((_, index)) = droppable.min() else { break };
        columns.remove(index);
    }
    while total(columns, |column| column.width) > room {
        let widest =
            columns.iter_mut().filter(|column| column.least.is_some_and(|least| column.width > least));
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
        note(page, &columns, check);
    }
}

/// One row of the table, on as many lines as its cells need.
fn row(page: &mut Page, columns: &[Column], cells: &[(&str, Style)]) {
    let cells: Vec<(Vec<String>, Style)> =
        columns.iter().zip(cells).map(|(column, (cell, style))| (column.lines(cell), *style)).collect();
    let height = cells.iter().map(|(lines, _)| lines.len()).max().unwrap_or(0);
    for index in 0..height {
        let mut line = Line::default();
        let mut start = INDENT;
        for (column, (lines, style)) in columns.iter().zip(&cells) {
            let text = lines.get(index).map_or("", String::as_str);
            let shift = if column.right { column.width.saturating_sub(page::width(text)) } else { 0 };
            line = line.padded_to(start + shift).with(*style, text);
            start += column.width + GAP;
        }
        page.line(&line);
    }
}

/// Remarks that the columns do not contain.
fn note(page: &mut Page, columns: &[Column], check: &CheckResult) {
    let Some(text) = wording::remark(check) else { return };
    let start = INDENT + columns.first().map_or(0, |column| column.width) + GAP;
    page.wrapped(&Line::indented(start), Style::Faint, &text);
}

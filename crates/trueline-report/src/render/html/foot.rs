//! The last part of the page: the inputs, the schema and the run.

use super::page::Page;
use crate::{Report, render::number};

/// The number of rows of the table of inputs; further inputs are only counted.
const INPUTS_SHOWN: usize = 500;

pub(super) fn write(page: &mut Page, report: &Report) {
    inputs(page, report);
    run(page, report);
    page.raw(
        "<footer>\n<p>row: from 0, header not counted &#183; line: from 1 &#183; bytes: offset+length, after decompression \
         &#183; totals are exact, places are samples</p>\n</footer>\n</main>\n</body>\n</html>\n",
    );
}

fn inputs(page: &mut Page, report: &Report) {
    if report.inputs.is_empty() {
        return;
    }
    page.raw(
        "<section aria-labelledby=\"inputs\">\n<h2 id=\"inputs\">Inputs</h2>\n<div class=\"card table\">\
         <table role=\"table\">\n<thead role=\"rowgroup\"><tr role=\"row\">\
         <th role=\"columnheader\" scope=\"col\">name</th><th role=\"columnheader\" scope=\"col\">format</th>\
         <th role=\"columnheader\" scope=\"col\" class=\"number\">size</th>\
         <th role=\"columnheader\" scope=\"col\" class=\"number\">rows</th></tr></thead>\n<tbody role=\"rowgroup\">\n",
    );
    for input in report.inputs.iter().take(INPUTS_SHOWN) {
        page.raw("<tr role=\"row\"><th role=\"rowheader\" scope=\"row\"><bdi>").data(&input.name);
        page.raw("</bdi></th><td role=\"cell\"><bdi>").data(&input.format).raw("</bdi></td>");
        page.within(
            "<td role=\"cell\" class=\"number\" data-label=\"size\">",
            &number::size(input.bytes),
            "</td>",
        );
        page.within(
            "<td role=\"cell\" class=\"number\" data-label=\"rows\">",
            &number::grouped(input.rows),
            "</td></tr>\n",
        );
    }
    page.raw("</tbody>\n</table></div>\n");
    let hidden = report.inputs.len().saturating_sub(INPUTS_SHOWN) as u64;
    if hidden > 0 {
        page.within("<p class=\"note\">and ", &number::count(hidden, "more input"), "</p>\n");
    }
    page.raw("</section>\n");
}

fn run(page: &mut Page, report: &Report) {
    let run = &report.run;
    let decided = [
        (run.decided.scanned, "by looking at values"),
        (run.decided.proved, "by proof"),
        (run.decided.cached, "by an earlier run"),
    ];
    let decided: Vec<String> = decided
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, how)| format!("{} {how}", number::grouped(*count)))
        .collect();
    let mut facts = vec![
        ("schema", report.schema.name.clone().unwrap_or_default()),
        ("fingerprint", report.schema.fingerprint.clone()),
        ("engine", format!("{} {}", report.engine.name, report.engine.version)),
        ("time", number::duration(run.elapsed_seconds)),
        ("rate", if run.bytes_per_second > 0 { number::rate(run.bytes_per_second) } else { String::new() }),
        ("threads", number::grouped(run.threads.into())),
        ("instructions", run.simd.clone()),
        ("memory", run.peak_memory.map_or_else(String::new, number::size)),
        ("decided", decided.join(", ")),
    ];
    facts.retain(|(_, text)| !text.is_empty());
    page.raw("<section aria-labelledby=\"run\">\n<h2 id=\"run\">Run</h2>\n<dl class=\"card\">\n");
    for (label, text) in facts {
        page.within("<dt>", label, "</dt><dd><bdi>").data(&text).raw("</bdi></dd>\n");
    }
    page.raw("</dl>\n</section>\n");
}

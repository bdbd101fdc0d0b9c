//! `docs/checks.md`: the reference of checks and formats, generated from the module pages of their files.
//!
//! A page is the module comment of a file in one of [`SECTIONS`]: a heading, a paragraph that says what is checked, and parts
//! that start with a bold word: Why, Passes, Fails, Options, Codes. The order is that of the register in `mod.rs`.

use std::fmt::Write as _;

use anyhow::{Result, bail};

use crate::generated::Generated;
use crate::project::Project;
use crate::source;

/// The part of the document for the files of a folder.
struct Section {
    folder: &'static str,
    title: &'static str,
    text: &'static str,
    /// The spelling of an entry in the register: the name of the enum before the variant, and the text after the variant.
    register: (&'static str, &'static str),
    /// The parts that every page must have.
    required: &'static [&'static str],
}

const SECTIONS: &[Section] = &[
    Section {
        folder: "crates/trueline-validate/src/check",
        title: "Checks",
        text: "A check is written as a keyword of a field, as an entry of a field's own `checks`, or as an entry of the document's \
               `checks` with `check: <name>` and `column` or `columns`; `custom` is for programs only. `structure`, `columns`, \
               `type` (of fields with a type) and `finite` (of floats) always run. Value checks skip null. In a check, each takes \
               `id`, `severity`, `tolerance`, `message` and `sample_limit` besides its own options.",
        register: ("CheckKind::", ""),
        required: &["Why", "Passes", "Fails", "Codes"],
    },
    Section {
        folder: "crates/trueline-validate/src/format",
        title: "Formats",
        text: "The named formats of the check `format`, for strings, written as `format: <name>`.",
        register: ("", " =>"),
        required: &["Passes", "Fails"],
    },
];

/// The generated file.
pub(crate) const CHECKS: Generated = Generated { file: "docs/checks.md", task: "docs", render };
const PARTS: &[&str] = &["Why", "Passes", "Fails", "Options", "Codes", "Source"];

fn render(project: &Project) -> Result<String> {
    let mut text = String::from(
        "<!-- Made by `cargo xtask docs` from the checks' own files; edit those. -->\n\n# Checks and formats\n",
    );
    for section in SECTIONS {
        let pages = pages(project, section)?;
        let _ = write!(text, "\n## {}\n\n{}\n\n", section.title, section.text);
        let links = pages.iter().map(|page| format!("[`{}`](#{})", page.title, page.anchor(section.title)));
        let _ = writeln!(text, "{}", links.collect::<Vec<_>>().join(" · "));
        for page in &pages {
            let _ = write!(text, "\n{}", page.render(section.title));
        }
    }
    Ok(text)
}

/// Reads the pages of a folder, in the order of its register.
fn pages(project: &Project, section: &Section) -> Result<Vec<Page>> {
    let register = source::code(&project.require(&format!("{}/mod.rs", section.folder))?);
    let names = registered(&register, section.register);
    if names.is_empty() {
        bail!("{}/mod.rs: no register found", section.folder);
    }
    let mut pages = Vec::new();
    for name in names {
        let file = format!("{}/{name}.rs", section.folder);
        if !project.root.join(&file).is_file() {
            bail!("{file} is missing, though the register names it");
        }
        pages.push(
            Page::parse(&project.require(&file)?, &name)
                .and_then(|page| page.with(section.required))
                .map_err(|error| error.context(file))?,
        );
    }
    Ok(pages)
}

/// Returns the file stems of the entries of a register, each once, in order: capitalized words between `before` and `after`.
fn registered(code: &str, (before, after): (&str, &str)) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for (at, character) in code.char_indices() {
        let is_start = character.is_ascii_uppercase() && code[..at].ends_with(before);
        if !is_start || code[..at].ends_with(|last: char| last.is_alphanumeric() || "_$".contains(last)) {
            continue;
        }
        let word: String =
            code[at..].chars().take_while(|next| next.is_alphanumeric() || *next == '_').collect();
        let name = snake(&word);
        // If nothing precedes an entry, it must be followed by its file.
        let rest = &code[at + word.len()..];
        let is_entry = after.is_empty()
            || rest.strip_prefix(after).is_some_and(|rest| rest.trim_start().starts_with(&name));
        if is_entry && !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// Converts `MultipleOf` to `multiple_of`.
fn snake(word: &str) -> String {
    let mut name = String::new();
    for character in word.chars() {
        if character.is_ascii_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(character.to_ascii_lowercase());
    }
    name
}

/// The module page of one check or format.
#[derive(Debug, PartialEq, Eq)]
struct Page {
    title: String,
    summary: String,
    /// The name and text of each part, in the order written.
    parts: Vec<(String, String)>,
}

impl Page {
    fn parse(text: &str, name: &str) -> Result<Self> {
        let comment: Vec<&str> = text
            .lines()
            .take_while(|line| line.starts_with("//!"))
            .map(|line| line[3..].strip_prefix(' ').unwrap_or(&line[3..]))
            .collect();
        let mut page = Self { title: name.to_owned(), summary: String::new(), parts: Vec::new() };
        let mut lines = comment.iter();
        match lines.next().and_then(|first| first.strip_prefix("# ")) {
            Some(title) => title.trim_matches('`').clone_into(&mut page.title),
            None => bail!("the module comment does not open with a heading `//! # {name}`"),
        }
        for line in lines {
            let (part, line) = match opening(line) {
                Some((part, rest)) => (Some(part), rest),
                None => (None, *line),
            };
            if let Some(part) = part {
                page.parts.push((part.to_owned(), String::new()));
            }
            let text = page.parts.last_mut().map_or(&mut page.summary, |(_, text)| text);
            text.push_str(&plain(line));
            text.push('\n');
        }
        Ok(page)
    }

    /// Returns the page, if it has everything required.
    fn with(self, required: &[&str]) -> Result<Self> {
        let says = |part: &str| self.parts.iter().any(|(name, text)| name == part && !text.trim().is_empty());
        if let Some(missing) = required.iter().find(|part| !says(part)) {
            bail!("the module comment has no part `**{missing}**`");
        }
        if self.summary.trim().is_empty() {
            bail!("the module comment does not say what is checked");
        }
        Ok(self)
    }

    fn anchor(&self, section: &str) -> String {
        format!("{}-{}", section.to_ascii_lowercase().trim_end_matches('s'), self.title.replace('_', "-"))
    }

    fn render(&self, section: &str) -> String {
        let mut text = format!(
            "<a id=\"{}\"></a>\n### `{}`\n\n{}\n",
            self.anchor(section),
            self.title,
            self.summary.trim()
        );
        for (part, body) in &self.parts {
            let body = body.trim();
            let gap =
                if body.starts_with(['-', '*', '|', '`']) && body.contains('\n') { "\n\n" } else { " — " };
            let _ = write!(text, "\n**{part}**{gap}{body}\n");
        }
        text
    }
}

/// Returns the part that a line starts, as `**Why** — …` or as a heading, and the rest of the line.
fn opening(line: &str) -> Option<(&'static str, &str)> {
    PARTS.iter().find_map(|part| {
        let bold = line.strip_prefix("**").and_then(|rest| rest.strip_prefix(part)?.strip_prefix("**"));
        let heading = line
            .strip_prefix('#')
            .map(|rest| rest.trim_start_matches('#').trim())
            .filter(|rest| rest == part);
        let rest = bold.or(heading.map(|_| ""))?;
        Some((*part, rest.trim_start_matches([' ', '—', '–', ':'])))
    })
}

/// Replaces links to items, which do not work outside of rustdoc, by the name of the item.
fn plain(line: &str) -> String {
    let mut text = line.to_owned();
    while let Some(start) = text.find("[`") {
        let Some(end) = text[start..].find("`]").map(|end| start + end) else { break };
        if text[end + 2..].starts_with('(') {
            let Some(close) = text[end..].find(')').map(|close| end + close) else { break };
            text.replace_range(end + 1..=close, "");
        } else {
            text.replace_range(end + 1..end + 2, "");
        }
        text.replace_range(start..=start, "");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "//! # range\n//!\n//! Values must lie\n//! between [`bounds`].\n//!\n//! **Why** — a price.\n//!\n\
                        //! ## Passes\n//!\n//! - one\n//! - two\n//!\n//! **Codes**: `a.b`.\n\nfn code() {}\n";

    #[test]
    fn a_page_is_read_into_its_parts() {
        let page = Page::parse(TEXT, "range").unwrap();
        assert_eq!(
            (page.title.as_str(), page.summary.trim()),
            ("range", "Values must lie\nbetween `bounds`.")
        );
        let parts: Vec<_> = page.parts.iter().map(|(name, text)| (name.as_str(), text.trim())).collect();
        assert_eq!(parts, [("Why", "a price."), ("Passes", "- one\n- two"), ("Codes", "`a.b`.")]);
        let rendered = "<a id=\"check-range\"></a>\n### `range`\n\nValues must lie\nbetween `bounds`.\n\n\
                        **Why** — a price.\n\n**Passes**\n\n- one\n- two\n\n**Codes** — `a.b`.\n";
        assert_eq!(page.render("Checks"), rendered);
    }

    #[test]
    fn a_page_that_says_too_little_is_refused() {
        let page = || Page::parse(TEXT, "range").unwrap();
        assert!(page().with(&["Why", "Codes"]).is_ok());
        assert!(page().with(&["Fails"]).is_err());
        assert!(Page::parse("//! Values.\n", "range").is_err());
        assert!(Page::parse("//! # range\n//! **Why** — x\n", "range").unwrap().with(&["Why"]).is_err());
    }

    #[test]
    fn the_register_gives_the_order() {
        let arms = "match kind { CheckKind::Type => a, CheckKind::MultipleOf(x) => b, CheckKind::Type => c }";
        assert_eq!(registered(arms, ("CheckKind::", "")), ["type", "multiple_of"]);
        let lines =
            "$(Format::$variant => $module,)* formats! { DateTime => date_time, Ean => ean, Other => x }";
        assert_eq!(registered(lines, ("", " =>")), ["date_time", "ean"]);
    }

    #[test]
    fn links_to_items_become_words() {
        assert_eq!(
            plain("a [`Format`] and [`x`](crate::x) and [b](c.md) [`open"),
            "a `Format` and `x` and [b](c.md) [`open"
        );
    }
}

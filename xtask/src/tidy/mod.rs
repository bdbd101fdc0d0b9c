//! Rules that no compiler checks: floors, unsafe files, sizes, words, markers, links and generated pages.
//!
//! Every rule is a sibling file with one function `check`, and one line in the register below.

pub(crate) mod architecture;
mod floors;
mod links;
mod markers;
mod pages;
mod sizes;
pub(crate) mod unsafe_files;
mod words;

use anyhow::{Context, Result};

use crate::project::Project;
use crate::step::Outcome;

type Check = fn(&Project, &[String], &mut Findings) -> Result<()>;

const CHECKS: &[(&str, Check)] = &[
    ("floors", floors::check),
    ("unsafe files", unsafe_files::check),
    ("sizes", sizes::check),
    ("words", words::check),
    ("markers", markers::check),
    ("links", links::check),
    ("generated pages", pages::check),
];

/// The results of the rules.
#[derive(Default)]
pub(crate) struct Findings {
    /// Violations; each fails the task.
    pub(crate) errors: Vec<String>,
    /// Notes that are only printed.
    pub(crate) notes: Vec<String>,
}

impl Findings {
    fn error(&mut self, text: impl Into<String>) {
        self.errors.push(text.into());
    }

    fn note(&mut self, text: impl Into<String>) {
        self.notes.push(text.into());
    }
}

pub(crate) fn run(project: &Project) -> Result<Outcome> {
    let files = project.files()?;
    let (mut errors, mut notes) = (0, 0);
    for (name, check) in CHECKS {
        let mut findings = Findings::default();
        check(project, &files, &mut findings).with_context(|| format!("tidy: {name}"))?;
        for note in &findings.notes {
            println!("note: {name}: {note}");
        }
        for error in &findings.errors {
            println!("error: {name}: {error}");
        }
        let verdict = if findings.errors.is_empty() { "ok" } else { "FAILED" };
        println!("tidy {name}: {verdict}");
        errors += findings.errors.len();
        notes += findings.notes.len();
    }
    Ok(Outcome::of(errors == 0, format!("{} files, {errors} errors, {notes} notes", files.len())))
}

/// Returns whether a file has one of the extensions.
fn has_extension(file: &str, extensions: &[&str]) -> bool {
    file.rsplit_once('.').is_some_and(|(_, extension)| extensions.contains(&extension))
}

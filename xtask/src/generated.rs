//! Files that are generated from others and checked in.

use anyhow::Result;

use crate::project::Project;
use crate::step::Outcome;

/// A generated file.
pub(crate) struct Generated {
    /// The path of the file.
    pub(crate) file: &'static str,
    /// The task that generates it.
    pub(crate) task: &'static str,
    /// Generates its text.
    pub(crate) render: fn(&Project) -> Result<String>,
}

impl Generated {
    /// Writes the file, or checks that it is up to date.
    pub(crate) fn run(&self, project: &Project, check: bool) -> Result<Outcome> {
        if check {
            let differences = self.differences(project)?;
            for difference in &differences {
                println!("error: {difference}");
            }
            return Ok(Outcome::of(differences.is_empty(), self.file));
        }
        let text = (self.render)(project)?;
        std::fs::write(project.root.join(self.file), &text)?;
        Ok(Outcome::passed(format!("{}: {} lines", self.file, text.lines().count())))
    }

    /// Returns what is wrong with it: nothing, or one line.
    pub(crate) fn differences(&self, project: &Project) -> Result<Vec<String>> {
        let expected = (self.render)(project)?;
        let path = project.root.join(self.file);
        let found = if path.is_file() { std::fs::read_to_string(path)? } else { String::new() };
        if found == expected {
            return Ok(Vec::new());
        }
        let same = found.lines().zip(expected.lines()).take_while(|(found, expected)| found == expected);
        let (line, Self { file, task, .. }) = (same.count() + 1, self);
        Ok(vec![format!("{file}:{line}: not what the sources say; run `cargo xtask {task}`")])
    }
}

//! The workspace: its root, its packages, its files, and commands run in it.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use cargo_metadata::{Metadata, MetadataCommand, Package};

/// The workspace.
pub(crate) struct Project {
    pub(crate) root: PathBuf,
    pub(crate) metadata: Metadata,
}

/// The output of a command, and whether it succeeded.
pub(crate) struct Run {
    pub(crate) success: bool,
    /// Standard output and standard error, in the order written.
    pub(crate) text: String,
}

impl Project {
    pub(crate) fn load() -> Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask stands in the workspace")?;
        let metadata = MetadataCommand::new()
            .manifest_path(root.join("Cargo.toml"))
            .no_deps()
            .exec()
            .context("cargo metadata")?;
        Ok(Self { root: root.to_owned(), metadata })
    }

    /// Returns the packages of the workspace, by name.
    pub(crate) fn packages(&self) -> Vec<&Package> {
        let mut packages = self.metadata.workspace_packages();
        packages.sort_by(|a, b| a.name.cmp(&b.name));
        packages
    }

    /// Returns the package's folder relative to the root, with `/` between parts.
    pub(crate) fn folder(&self, package: &Package) -> String {
        let folder =
            package.manifest_path.parent().map(|path| path.as_std_path().to_owned()).unwrap_or_default();
        self.relative(&folder)
    }

    /// Returns a path relative to the root, with `/` between parts.
    pub(crate) fn relative(&self, path: &Path) -> String {
        let path = path.strip_prefix(&self.root).unwrap_or(path);
        path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
    }

    /// Returns the files of the project: tracked, or new and not ignored. Sorted, relative, with `/`.
    pub(crate) fn files(&self) -> Result<Vec<String>> {
        let output = Command::new("git")
            .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            .current_dir(&self.root)
            .output()
            .context("git ls-files")?;
        if !output.status.success() {
            bail!("git ls-files: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        let mut files: Vec<String> = output
            .stdout
            .split(|byte| *byte == 0)
            .filter(|name| !name.is_empty())
            .map(|name| String::from_utf8_lossy(name).into_owned())
            .filter(|name| self.root.join(name).is_file())
            .collect();
        files.sort();
        files.dedup();
        if files.is_empty() {
            bail!("git lists no files");
        }
        Ok(files)
    }

    /// Returns the text of a file, or `None` if it is not UTF-8 (a binary).
    pub(crate) fn text(&self, file: &str) -> Result<Option<String>> {
        let bytes = std::fs::read(self.root.join(file)).with_context(|| file.to_owned())?;
        Ok(String::from_utf8(bytes).ok())
    }

    /// Returns the text of a file that must be UTF-8.
    pub(crate) fn require(&self, file: &str) -> Result<String> {
        self.text(file)?.with_context(|| format!("{file} is not UTF-8"))
    }

    /// Creates a `cargo` command with these arguments, in the root, without the variables that the outer `cargo run` has set.
    pub(crate) fn cargo<const N: usize>(&self, arguments: [&str; N]) -> Command {
        let program = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
        let mut command = self.command(program);
        command.args(arguments);
        command
    }

    /// Creates a command in the root, with the environment as for [`Project::cargo`].
    pub(crate) fn command(&self, program: impl Into<OsString>) -> Command {
        let mut command = Command::new(program.into());
        command.current_dir(&self.root);
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
                command.env_remove(&name);
            }
        }
        command
    }
}

/// Runs a command with its output directly on the terminal.
pub(crate) fn run(command: &mut Command) -> Result<bool> {
    println!("$ {}", display(command));
    std::io::stdout().flush()?;
    let status = command.status().with_context(|| display(command))?;
    Ok(status.success())
}

/// Runs a command and captures its output without showing it.
pub(crate) fn run_quietly(command: &mut Command) -> Result<Run> {
    run_lines(command, |_| false)
}

/// Runs a command and passes on each line as it is written; `show` returns whether the line is shown. Standard output and
/// standard error share one pipe, so that their order is preserved.
pub(crate) fn run_lines(command: &mut Command, mut show: impl FnMut(&str) -> bool) -> Result<Run> {
    let (reader, writer) = std::io::pipe()?;
    let mut child = command
        .stdin(Stdio::null())
        .stdout(writer.try_clone()?)
        .stderr(writer)
        .spawn()
        .with_context(|| display(command))?;
    // The command has copies of the writing end, which must be closed, or the reader never reaches the end.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut reader = BufReader::new(reader);
    let mut text = String::new();
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line)? > 0 {
        let shown = String::from_utf8_lossy(&line).into_owned();
        if show(shown.trim_end_matches(['\n', '\r'])) {
            print!("{shown}");
            std::io::stdout().flush()?;
        }
        text.push_str(&shown);
        line.clear();
    }
    let success = child.wait()?.success();
    Ok(Run { success, text })
}

/// Formats the command as it would be typed.
pub(crate) fn display(command: &Command) -> String {
    let set = command.get_envs().filter_map(|(name, value)| {
        let value = value?;
        Some(format!("{}={:?}", name.to_string_lossy(), value.to_string_lossy()))
    });
    let program = Path::new(command.get_program());
    let program = program.file_name().unwrap_or(program.as_os_str()).to_string_lossy().into_owned();
    let arguments = command.get_args().map(|argument| argument.to_string_lossy().into_owned());
    set.chain(std::iter::once(program)).chain(arguments).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_streams_are_read_to_their_end() {
        let mut seen = Vec::new();
        let mut command = Command::new("sh");
        command.args(["-c", "echo one; echo two >&2; printf three; exit 3"]);
        let run = run_lines(&mut command, |line| {
            seen.push(line.to_owned());
            false
        })
        .unwrap();
        assert_eq!(seen, ["one", "two", "three"]);
        assert_eq!(run.text, "one\ntwo\nthree");
        assert!(!run.success);
    }

    #[test]
    fn a_command_is_shown_as_typed() {
        let mut command = Command::new("/some/where/cargo");
        command.args(["doc", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings");
        assert_eq!(display(&command), "RUSTDOCFLAGS=\"-D warnings\" cargo doc --no-deps");
    }
}

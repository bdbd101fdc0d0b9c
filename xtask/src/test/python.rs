//! Tests the Python package: builds its wheel, installs it in a virtual environment, and runs pytest there.
//!
//! The environment is in the target folder and only recreated when its inputs change. Without Python, or without access to the
//! packages, this is skipped with a message; a wheel that does not build, or a test that fails, is a failure.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::project::{self, Project, display, run_lines, run_quietly};
use crate::step::Outcome;

/// The folder of the package.
const PACKAGE: &str = "bindings/python";
/// The requirements of its tests.
const REQUIREMENTS: &str = "bindings/python/requirements-test.txt";
/// The oldest Python that the wheel supports.
const OLDEST: (u32, u32) = (3, 11);

pub(crate) fn run(project: &Project) -> Result<Outcome> {
    let environment = match Environment::ready(project)? {
        Ok(environment) => environment,
        Err(reason) => return Ok(Outcome::skipped(reason)),
    };
    let wheel = environment.build(project)?;
    environment.install(project, &wheel)?;
    environment.test(project)
}

/// A virtual environment with everything that the tests need except the wheel.
struct Environment {
    folder: PathBuf,
}

impl Environment {
    /// Creates the environment, or uses the existing one; or returns why that is impossible.
    fn ready(project: &Project) -> Result<Result<Self, String>> {
        let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
        let code = format!("import sys; print(sys.version); sys.exit(sys.version_info < {OLDEST:?})");
        let told = run_quietly(project.command(&python).args(["-c", &code]));
        let version = match told {
            Err(_) => return Ok(Err(format!("there is no `{python}`"))),
            Ok(told) if !told.success => {
                return Ok(Err(format!("`{python}` is older than {}.{}", OLDEST.0, OLDEST.1)));
            }
            Ok(told) => told.text,
        };
        let environment =
            Self { folder: project.metadata.target_directory.join("python").into_std_path_buf() };
        let wanted = format!("{version}{}", project.require(REQUIREMENTS)?);
        let mark = environment.folder.join("made-of.txt");
        if std::fs::read_to_string(&mark).is_ok_and(|made| made == wanted) {
            return Ok(Ok(environment));
        }
        let mut make = project.command(&python);
        make.args(["-m", "venv", "--clear"]).arg(&environment.folder);
        if let Some(reason) = failure(&mut make, "a virtual environment could not be made")? {
            return Ok(Err(reason.text));
        }
        let mut fill = environment.python(project);
        fill.args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--requirement",
            REQUIREMENTS,
        ]);
        if let Some(reason) = failure(&mut fill, "pip could not install what the tests need")? {
            if !reason.is_of_network {
                bail!("{}; is a version in {REQUIREMENTS} wrong?", reason.text);
            }
            return Ok(Err(reason.text));
        }
        std::fs::write(mark, wanted)?;
        Ok(Ok(environment))
    }

    fn program(&self, name: &str) -> PathBuf {
        let folder = if cfg!(windows) { "Scripts" } else { "bin" };
        self.folder.join(folder).join(name)
    }

    fn python(&self, project: &Project) -> Command {
        project.command(self.program("python"))
    }

    /// Builds the wheel like tests are built: fast to build, not fast to run.
    fn build(&self, project: &Project) -> Result<PathBuf> {
        let wheels = self.folder.join("wheels");
        if wheels.is_dir() {
            std::fs::remove_dir_all(&wheels)?;
        }
        let manifest = format!("{PACKAGE}/Cargo.toml");
        let mut build = project.command(self.program("maturin"));
        build.args(["build", "--profile", "dev", "--auditwheel", "skip", "--manifest-path", &manifest]);
        build.arg("--interpreter").arg(self.program("python")).arg("--out").arg(&wheels);
        if !project::run(&mut build)? {
            bail!("the wheel does not build");
        }
        let mut found = std::fs::read_dir(&wheels)?.filter_map(Result::ok).map(|entry| entry.path());
        found.find(|path| path.extension().is_some_and(|end| end == "whl")).context("maturin made no wheel")
    }

    fn install(&self, project: &Project, wheel: &Path) -> Result<()> {
        let mut install = self.python(project);
        install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
        install.args(["--force-reinstall", "--no-deps", "--no-index"]).arg(wheel);
        if project::run(&mut install)? { Ok(()) } else { bail!("the wheel could not be installed") }
    }

    fn test(&self, project: &Project) -> Result<Outcome> {
        let mut test = self.python(project);
        test.args(["-m", "pytest", "--quiet", "--color=no", "-rs", "--rootdir", PACKAGE, PACKAGE]);
        println!("$ {}", display(&test));
        let mut closing = String::new();
        let run = run_lines(&mut test, |line| {
            if !line.trim().is_empty() {
                line.clone_into(&mut closing);
            }
            true
        })?;
        println!("pytest: {}", closing.trim_matches(['=', ' ']));
        Ok(Outcome::of(run.success, closing.trim_matches(['=', ' '])))
    }
}

/// The reason why a command failed.
#[derive(Debug, PartialEq)]
struct Reason {
    /// The last line of its output.
    text: String,
    /// Whether it failed to reach the network: then the request itself is not at fault.
    is_of_network: bool,
}

/// Messages of pip about a network that is unavailable, and not about a version that does not exist.
const OF_NETWORK: &[&str] = &[
    "Retrying (",
    "ConnectionError",
    "ConnectTimeout",
    "name resolution",
    "timed out",
    "SSLError",
    "ProxyError",
];

fn failure(command: &mut Command, what: &str) -> Result<Option<Reason>> {
    println!("$ {}", display(command));
    let run = run_quietly(command)?;
    let last = run.text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it said nothing");
    let is_of_network = OF_NETWORK.iter().any(|words| run.text.contains(words));
    Ok((!run.success).then(|| Reason { text: format!("{what}: {}", last.trim()), is_of_network }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_told_in_its_last_line() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo first; echo '  last  '; echo; exit 1"]);
        let reason = Reason { text: "it failed: last".to_owned(), is_of_network: false };
        assert_eq!(failure(&mut command, "it failed").unwrap(), Some(reason));
        let mut command = Command::new("sh");
        command.args(["-c", "echo 'WARNING: Retrying (Retry(total=4))'; echo 'ERROR: no version'; exit 1"]);
        assert!(failure(&mut command, "it failed").unwrap().unwrap().is_of_network);
        assert_eq!(failure(Command::new("sh").args(["-c", "exit 0"]), "it failed").unwrap(), None);
    }
}

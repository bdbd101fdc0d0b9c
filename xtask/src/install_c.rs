//! Installs the C library: headers, both libraries, and the files for pkg-config and CMake.
//!
//! `cargo xtask install-c --prefix DIR` builds it for use and installs it there; the tests do the same with the library built for
//! them.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use cargo_metadata::{Artifact, Message};

use crate::header;
use crate::project::{Project, display};
use crate::step::Outcome;

/// The folder of the crate.
const CRATE: &str = "bindings/c";
/// The package and the library of the crate.
const PACKAGE: &str = "trueline-c";
const LIBRARY: &str = "trueline_c";

/// The libraries that a program with the static library needs too, as listed by `rustc --print native-static-libs`, except
/// `-lgcc_s`: compilers add it where it is needed, and a program without shared libraries (`-static`) cannot have it.
#[cfg(target_os = "macos")]
pub(crate) const NATIVE_LIBRARIES: &[&str] = &["-lSystem", "-lc", "-lm", "-liconv"];
#[cfg(not(target_os = "macos"))]
pub(crate) const NATIVE_LIBRARIES: &[&str] = &["-lutil", "-lrt", "-lpthread", "-lm", "-ldl", "-lc"];

/// The library, built by cargo.
#[derive(Clone, Debug, Default)]
pub(crate) struct Built {
    shared: Option<PathBuf>,
    archive: Option<PathBuf>,
}

impl Built {
    /// Records an artifact, if it is the library.
    pub(crate) fn note(&mut self, artifact: &Artifact) {
        if artifact.target.name != LIBRARY {
            return;
        }
        for file in &artifact.filenames {
            match file.extension() {
                Some("so" | "dylib") => self.shared = Some(file.clone().into_std_path_buf()),
                Some("a") => self.archive = Some(file.clone().into_std_path_buf()),
                _ => {}
            }
        }
    }
}

/// The installed files.
pub(crate) struct Installed {
    pub(crate) prefix: PathBuf,
    /// The shared library, under its own name.
    pub(crate) shared: PathBuf,
    pub(crate) archive: PathBuf,
}

pub(crate) fn run(project: &Project, prefix: &Path) -> Result<Outcome> {
    if cfg!(windows) {
        bail!(
            "installing is not written for Windows; the library is built by `cargo build --release --package {PACKAGE}`"
        );
    }
    let built = build(&mut project.cargo(["build", "--release", "--package", PACKAGE, "--lib"]))?;
    let installed = lay_out(project, &built, prefix)?;
    println!("{}\n{}", installed.shared.display(), installed.archive.display());
    Ok(Outcome::passed(prefix.display().to_string()))
}

/// Builds the library like its tests, and nothing else.
pub(crate) fn build_for_tests(project: &Project) -> Result<Built> {
    build(&mut project.cargo(["build", "--package", PACKAGE, "--lib"]))
}

fn build(command: &mut Command) -> Result<Built> {
    println!("$ {}", display(command));
    let mut child = command
        .arg("--message-format=json-render-diagnostics")
        .stdout(Stdio::piped())
        .spawn()
        .context("cargo build")?;
    let output = child.stdout.take().context("cargo's output is piped")?;
    let mut built = Built::default();
    for message in Message::parse_stream(std::io::BufReader::new(output)) {
        if let Message::CompilerArtifact(artifact) = message? {
            built.note(&artifact);
        }
    }
    if !child.wait()?.success() {
        bail!("the library does not build");
    }
    Ok(built)
}

/// Installs a built library below `prefix`.
pub(crate) fn lay_out(project: &Project, built: &Built, prefix: &Path) -> Result<Installed> {
    let version = abi_version(&project.require(header::HEADER.file)?)?;
    let (own, linked) = if cfg!(target_os = "macos") {
        (format!("libtrueline.{version}.dylib"), "libtrueline.dylib")
    } else {
        (format!("libtrueline.so.{version}"), "libtrueline.so")
    };
    let shared = built.shared.as_ref().context("cargo built no shared library")?;
    let archive = built.archive.as_ref().context("cargo built no static library")?;
    let library = prefix.join("lib");
    let configuration = library.join("cmake/trueline");
    let description = library.join("pkgconfig");
    let include = prefix.join("include");
    for folder in [&configuration, &description, &include] {
        std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    }
    for name in ["trueline.h", "trueline.hpp"] {
        copy(&project.root.join(CRATE).join("include").join(name), &include.join(name))?;
    }
    let installed = Installed {
        prefix: prefix.to_owned(),
        shared: library.join(&own),
        archive: library.join("libtrueline.a"),
    };
    copy(shared, &installed.shared)?;
    copy(archive, &installed.archive)?;
    link(&own, &library.join(linked))?;
    let values = values(project, &own)?;
    for (template, file) in [
        ("trueline.pc", description.join("trueline.pc")),
        ("trueline-config.cmake", configuration.join("trueline-config.cmake")),
        ("trueline-config-version.cmake", configuration.join("trueline-config-version.cmake")),
    ] {
        let text = project.require(&format!("{CRATE}/packaging/{template}.in"))?;
        std::fs::write(&file, filled(&text, &values)?).with_context(|| file.display().to_string())?;
    }
    Ok(installed)
}

/// Copies a file. An existing file is replaced, not overwritten, because a running program may have loaded it.
fn copy(from: &Path, to: &Path) -> Result<()> {
    if to.exists() {
        std::fs::remove_file(to).with_context(|| to.display().to_string())?;
    }
    std::fs::copy(from, to).map(drop).with_context(|| format!("{} to {}", from.display(), to.display()))
}

#[cfg(unix)]
fn link(target: &str, link: &Path) -> Result<()> {
    if link.symlink_metadata().is_ok() {
        std::fs::remove_file(link).with_context(|| link.display().to_string())?;
    }
    std::os::unix::fs::symlink(target, link).with_context(|| link.display().to_string())
}

#[cfg(not(unix))]
fn link(_target: &str, _link: &Path) -> Result<()> {
    bail!("libraries are installed on Unix only")
}

/// Returns the version of the binary interface, from the header.
fn abi_version(header: &str) -> Result<u32> {
    let line = header.lines().find_map(|line| line.strip_prefix("#define TRUELINE_ABI_VERSION "));
    line.context("the header says no TRUELINE_ABI_VERSION")?.trim().parse().context("TRUELINE_ABI_VERSION")
}

fn values(project: &Project, shared: &str) -> Result<Vec<(&'static str, String)>> {
    let packages = project.packages();
    let package = packages.iter().find(|package| package.name == PACKAGE).context(PACKAGE)?;
    let version = &package.version;
    Ok(vec![
        ("VERSION", version.to_string()),
        ("VERSION_MAJOR", version.major.to_string()),
        ("VERSION_MINOR", version.minor.to_string()),
        ("SHARED_LIBRARY", shared.to_owned()),
        ("NATIVE_LIBRARIES", NATIVE_LIBRARIES.join(" ")),
    ])
}

/// Replaces each `@NAME@` in a template.
fn filled(template: &str, values: &[(&str, String)]) -> Result<String> {
    let mut text = template.to_owned();
    for (name, value) in values {
        text = text.replace(&format!("@{name}@"), value);
    }
    match text.split_once('@') {
        Some((_, rest)) => bail!("nothing is known of @{}", rest.lines().next().unwrap_or_default()),
        None => Ok(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_filled_or_refused() {
        let values = [("VERSION", "1.2".to_owned())];
        assert_eq!(filled("v @VERSION@\n", &values).unwrap(), "v 1.2\n");
        assert!(filled("@OTHER@", &values).is_err());
    }

    #[test]
    fn the_header_says_the_version() {
        assert_eq!(abi_version("/* x */\n#define TRUELINE_ABI_VERSION 7\n").unwrap(), 7);
        assert!(abi_version("").is_err());
    }
}

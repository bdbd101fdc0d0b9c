//! The files that a run writes: checks of their paths, and messages if they are not written.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use trueline::{
    AtomicFile, Error, ErrorKind, Report, Schema, Source, SourceErrorKind, Temporaries, ValidatorBuilder,
    Verdict, document,
};

use crate::arguments::Validate;

/// Paths of standard output, which is reserved for the report.
const STANDARD_OUTPUT: [&str; 4] = ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"];

/// Returns the regular file that a standard stream is redirected to or from, if the system shows it.
fn redirected(stream: &str) -> Option<PathBuf> {
    std::fs::metadata(stream).is_ok_and(|metadata| metadata.is_file()).then(|| AtomicFile::target(stream))
}

/// Returns the paths of the inputs and, if standard input is one of them and redirected, of its file.
pub(crate) fn inputs(inputs: &[OsString], sources: &[Box<dyn Source>]) -> Vec<(&'static str, PathBuf)> {
    let stream = inputs.iter().any(|input| input == "-").then(|| redirected("/dev/stdin")).flatten();
    let named = sources.iter().map(|source| PathBuf::from(source.name()));
    // The name of their source is not their path.
    let not_utf8 = inputs.iter().filter(|input| input.to_str().is_none()).map(PathBuf::from);
    named.chain(not_utf8).chain(stream).map(|path| ("an input", path)).collect()
}

/// Returns the paths of the documents of a schema. Errors are ignored here, because they are reported when the documents are
/// read.
pub(crate) fn documents(schema: &Path) -> Vec<(&'static str, PathBuf)> {
    let documents = document::documents(schema).unwrap_or_default();
    [schema.to_path_buf()].into_iter().chain(documents).map(|path| ("the schema", path)).collect()
}

/// Returns the options that name a file to be written, with the files.
pub(crate) fn files(arguments: &Validate) -> impl Iterator<Item = (&'static str, &Path)> + Clone {
    let files = [
        ("--state-out", &arguments.outputs.state_out),
        ("--valid-out", &arguments.outputs.valid_out),
        ("--invalid-out", &arguments.outputs.invalid_out),
        ("--errors-out", &arguments.outputs.errors_out),
    ];
    files.into_iter().filter_map(|(option, path)| Some((option, path.as_deref()?)))
}

/// Adds the outputs to a validator.
pub(crate) fn add(
    builder: ValidatorBuilder,
    arguments: &Validate,
    temporaries: &Temporaries,
) -> ValidatorBuilder {
    let mut builder = builder.temporaries(temporaries.clone());
    if let Some(path) = &arguments.outputs.valid_out {
        builder = builder.valid_out(path);
    }
    if let Some(path) = &arguments.outputs.invalid_out {
        builder = builder.invalid_out(path);
    }
    if let Some(column) = &arguments.outputs.reasons {
        builder = builder.reasons(column);
    }
    if let Some(path) = &arguments.outputs.errors_out {
        builder = builder.errors_out(path).raw_cells(arguments.outputs.raw_cells);
    }
    builder
}

/// Returns an error message if an output would replace a file that is read or another output, or is standard output. `read` lists
/// the descriptions and paths of all files that are read.
pub(crate) fn conflict<'p>(
    read: Vec<(&'static str, PathBuf)>,
    reports: &'p [PathBuf],
    files: impl Iterator<Item = (&'static str, &'p Path)> + Clone,
) -> Option<String> {
    if let Some((option, path)) =
        files.clone().find(|(_, path)| STANDARD_OUTPUT.iter().any(|stream| *path == Path::new(stream)))
    {
        let path = path.display();
        return Some(format!("{option} {path} is standard output, which carries the report; name a file"));
    }
    let mut used: Vec<(String, PathBuf)> =
        read.into_iter().map(|(what, path)| (what.to_owned(), path)).collect();
    used.extend(redirected("/dev/stdout").map(|path| ("the file of standard output".to_owned(), path)));
    let reports = reports.iter().map(|path| ("--report", path.as_path()));
    for (option, path) in reports.chain(files) {
        if let Some((what, other)) = used.iter().find(|(_, other)| AtomicFile::is_same(path, other)) {
            let what = format!("{option} would replace {what}, {}", other.display());
            return Some(format!("{what}; give it another name"));
        }
        used.push((format!("the file of {option}"), path.to_path_buf()));
    }
    None
}

/// Returns an error message if an output cannot be written, as far as can be determined before a run that may take long.
pub(crate) fn unwritable<'p>(
    reports: &'p [PathBuf],
    files: impl Iterator<Item = (&'static str, &'p Path)>,
) -> Option<String> {
    let reports = reports.iter().map(|path| ("--report", path.as_path()));
    reports.chain(files).find_map(|(option, path)| {
        let reason = unwritable_reason(path)?;
        Some(format!("{option} {} cannot be written: {reason}", path.display()))
    })
}

fn unwritable_reason(path: &Path) -> Option<String> {
    match std::fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => return Some("it is a folder; name a file in it".to_owned()),
        // Opening a pipe or a device may block or have side effects.
        Ok(metadata) if !metadata.is_file() => return None,
        _ => {}
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
        let (folder, what) =
            (folder.display(), if folder.exists() { "is no folder" } else { "does not exist" });
        return Some(format!("{folder} {what}; make that folder, or name another one"));
    }
    // Creates a temporary file in the same folder, which is removed when it is dropped.
    AtomicFile::create(path).err().map(|error| match error.kind() {
        SourceErrorKind::Write { source, .. } => source.kind().to_string(),
        _ => error.to_string(),
    })
}

/// Returns an error message if the schema has a column with the name of the column for reasons.
pub(crate) fn reasons_conflict(reasons: Option<&str>, schema: &Schema) -> Option<String> {
    let column = reasons.filter(|name| schema.fields.iter().any(|field| field.name == **name))?;
    Some(format!("--reasons {column}: the schema has a column of that name; choose another one"))
}

/// Returns the report of a run in which only writing the outputs failed. A conflict with the column for reasons is a usage error
/// instead.
pub(crate) fn report_without_outputs(error: &Error) -> Option<Report> {
    match error.kind() {
        ErrorKind::Output { source, .. } if matches!(source.kind(), SourceErrorKind::ReasonColumn { .. }) => {
            None
        }
        ErrorKind::Output { report, .. } => report.as_deref().cloned(),
        _ => None,
    }
}

/// Returns a message if outputs were requested and not written, because an input could not be read.
pub(crate) fn unwritten_message(arguments: &Validate, report: &Report) -> Option<String> {
    let options: Vec<&str> = files(arguments).map(|(option, _)| option).collect();
    if report.verdict != Verdict::Unreadable || options.is_empty() {
        return None;
    }
    let (options, was) = (options.join(" and "), if options.len() > 1 { "were" } else { "was" });
    Some(format!("{options} {was} not written: the input could not be read to its end"))
}

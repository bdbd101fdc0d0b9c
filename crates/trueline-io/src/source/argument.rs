//! Resolves command line arguments to sources.

use std::path::{Path, is_separator};

use super::address::is_address;
use super::pattern::has_wildcards;
use super::{FileSource, Source, StdinSource, local};
use crate::error::{Error, ErrorKind};

/// Returns the sources named by a command line argument, in the order in which they make up one dataset.
///
/// - `-` is standard input.
/// - The name of an existing file is that file, whatever characters it contains.
/// - A folder whose name ends with a separator (`data/`) is all files below it, except for auxiliary files:
///   names that begin with `.` or `_` (but not `_year=2026`) or end in `.crc`, and the content of such folders.
/// - A name with wildcards is all matching regular files: `*` and `?` within a name, `[a-z]` and `[!a-z]` for one
///   character, `**` for any number of folders. A leading dot of a name must be written.
/// - An address (`s3://bucket/key`, `https://…`) is resolved by `object_sources`, with the environment variables; without
///   the feature `object-store` it is an error.
/// - Any other name is an expected file; the error comes when it is opened. A folder without a separator is an error.
///
/// Several files are ordered by the bytes of their names.
///
/// **Errors**: a pattern or folder that matches no file; an invalid pattern; a folder on the way that cannot
/// be read, because its files would be missed; an address that matches no object or cannot be read.
pub fn sources_from_argument(argument: &str) -> Result<Vec<Box<dyn Source>>, Error> {
    if argument == "-" {
        return Ok(vec![Box::new(StdinSource::new())]);
    }
    if is_address(argument) {
        return remote(argument);
    }
    let path = Path::new(argument);
    let is_all = argument.ends_with(is_separator) && (path.is_dir() || has_wildcards(argument));
    let is_file = !has_wildcards(argument) || std::fs::symlink_metadata(path).is_ok();
    if is_file && !is_all {
        if path.is_dir() {
            return Err(Error::new(ErrorKind::FolderAsFile { name: argument.to_owned() }));
        }
        return Ok(vec![Box::new(FileSource::new(path))]);
    }
    let files = local::files(argument)?;
    Ok(files.into_iter().map(|file| Box::new(FileSource::new(file)) as Box<dyn Source>).collect())
}

#[cfg(feature = "object-store")]
fn remote(address: &str) -> Result<Vec<Box<dyn Source>>, Error> {
    let objects = super::object_sources(address, &super::ObjectOptions::default())?;
    Ok(objects.into_iter().map(|object| Box::new(object) as Box<dyn Source>).collect())
}

#[cfg(not(feature = "object-store"))]
fn remote(address: &str) -> Result<Vec<Box<dyn Source>>, Error> {
    let problem = "object stores and HTTP are not read without the feature `object-store` of trueline-io or of the command line";
    let name = super::address::without_secrets(address);
    Err(Error::new(ErrorKind::Address { name, problem }))
}

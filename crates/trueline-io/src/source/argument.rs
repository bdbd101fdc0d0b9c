//! What the arguments of a command line name.

use std::path::{Path, is_separator};

use super::address::is_address;
use super::pattern::has_wildcards;
use super::{FileSource, Source, StdinSource, local};
use crate::error::{Error, ErrorKind};

/// The sources that an argument of a command line names, in the order in which they are one data set.
///
/// - `-` is standard input.
/// - A name that exists is that file, whatever characters it has.
/// - A folder whose name ends with a separator (`data/`) is all files below it. Those are passed over that programs leave
///   beside data: names that begin with `.` or `_` (but not `_year=2026`), or end in `.crc`, and what is in such folders.
/// - A name with wildcards is all regular files that match: `*` and `?` within a name, `[a-z]` and `[!a-z]` for one
///   character, `**` for any number of folders. A dot in front of a name must be written.
/// - An address (`s3://bucket/key`, `https://…`) is what `object_sources` says, with the variables of the environment; without
///   the feature `object-store` it is an error.
/// - Everything else is a file that is expected to be there; opening it says what is wrong. A folder without a separator is an error.
///
/// Many files are ordered by the bytes of their names.
///
/// **Errors**: a pattern or a folder that stands for no file; a pattern that cannot be one; a folder on the way that cannot
/// be read, for its files would be missed; an address that stands for no object or cannot be read.
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
    let problem = "object stores and HTTP are not read without the feature `object-store`; a command line with it is built by \
                   `cargo install --path crates/trueline-cli --features object-store`";
    let name = super::address::shown(address);
    Err(Error::new(ErrorKind::Address { name, problem }))
}

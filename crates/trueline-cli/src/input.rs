//! The input arguments.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use trueline::{FileSource, Source, SourceError, sources_from_argument};

/// Returns the sources of an input argument. One that is not UTF-8 is the name of a file.
pub(crate) fn sources(input: &OsStr) -> Result<Vec<Box<dyn Source>>, SourceError> {
    match input.to_str() {
        Some(input) => sources_from_argument(input),
        None => Ok(vec![Box::new(FileSource::new(input))]),
    }
}

/// Returns a usage error for an input argument that is not UTF-8 and names a folder: only those in UTF-8 are searched.
pub(crate) fn unsearchable_folder(inputs: &[OsString]) -> Option<String> {
    let folder = inputs.iter().find(|input| input.to_str().is_none() && Path::new(input).is_dir())?;
    Some(format!(
        "the name of the folder `{}` is not UTF-8, so its files are not found by it; name the files, or give the folder above it, \
         or a pattern (*/)",
        folder.display()
    ))
}

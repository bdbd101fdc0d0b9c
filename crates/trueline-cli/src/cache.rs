//! The option `--cache`, and the command `trueline cache`.
#![allow(clippy::doc_markdown, reason = "the help text is read in terminals, where backticks are noise")]

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};
use trueline::store::{DiskOptions, Error, ErrorKind, Pruned, default_folder};
use trueline::{Cache, ValidatorBuilder};

use crate::arguments::{Validate, bytes};
use crate::{exit, outputs};

/// The environment variable for the folder of the cache.
const FOLDER_VARIABLE: &str = "TRUELINE_CACHE_DIR";

/// The options of the cache of a run.
#[derive(Args, Debug)]
#[command(next_help_heading = "Cache")]
pub(crate) struct CacheOptions {
    /// Store and reuse results: an unchanged file is only hashed; of a CSV or JSON Lines file that grew, only the new rows are
    /// validated. The report is the same
    #[arg(long)]
    cache: bool,

    /// How --cache recognises an unchanged file: by its content, or, without reading it, by name, size, times and inode
    #[arg(long = "cache-trust", value_enum, value_name = "WHAT", requires = "cache", default_value_t = CacheTrust::Content)]
    trust: CacheTrust,

    #[command(flatten)]
    location: CacheLocation,
}

/// The folder of a cache.
#[derive(Args, Debug)]
pub(crate) struct CacheFolder {
    /// The folder of the cache [default: $TRUELINE_CACHE_DIR, or trueline in $XDG_CACHE_HOME or ~/.cache]
    #[arg(long = "cache-dir", value_name = "DIR")]
    dir: Option<PathBuf>,
}

/// The folder of a cache, and its limits.
#[derive(Args, Debug)]
pub(crate) struct CacheLocation {
    #[command(flatten)]
    folder: CacheFolder,

    /// Maximum size of the cache; the least recently used entries are removed first [default: 4G]
    #[arg(long = "cache-size", value_name = "BYTES", value_parser = bytes)]
    size: Option<u64>,

    /// Maximum age of an entry, such as 12h or 30d [default: unlimited]
    #[arg(long = "cache-ttl", value_name = "TIME", value_parser = time)]
    ttl: Option<Duration>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum CacheTrust {
    /// The bytes of the file
    Content,
    /// Name, size, times and inode; whoever can forge them can falsify the report
    Mtime,
}

#[derive(Debug, Subcommand)]
pub(crate) enum CacheCommand {
    /// Show the folder, the number of entries and their size
    Stats(CacheFolder),
    /// Remove entries older than --cache-ttl, then the least recently used ones until --cache-size holds
    Prune(CacheLocation),
    /// Remove everything
    Clear(CacheFolder),
}

impl CacheFolder {
    /// Returns the path of the folder.
    fn path(&self) -> Result<PathBuf, u8> {
        let variable =
            || std::env::var_os(FOLDER_VARIABLE).filter(|folder| !folder.is_empty()).map(PathBuf::from);
        let folder = self.dir.clone().or_else(variable).or_else(default_folder);
        folder.ok_or_else(|| {
            exit::print_error("there is no home folder; name a folder with --cache-dir", exit::USAGE)
        })
    }
}

impl CacheLocation {
    /// Returns the settings of the cache.
    fn options(&self) -> DiskOptions {
        let mut options = DiskOptions::default();
        if let Some(bytes) = self.size {
            options = options.max_bytes(bytes);
        }
        if let Some(ttl) = self.ttl {
            options = options.ttl(ttl);
        }
        options
    }
}

/// Adds the cache to a validator, if `--cache` is given. Also returns the cache, for its warning.
pub(crate) fn add(
    builder: ValidatorBuilder,
    arguments: &Validate,
) -> Result<(ValidatorBuilder, Option<Cache>), u8> {
    let options = &arguments.cache;
    if !options.cache {
        let CacheLocation { folder, size, ttl } = &options.location;
        let given = [
            ("--cache-dir", folder.dir.is_some()),
            ("--cache-size", size.is_some()),
            ("--cache-ttl", ttl.is_some()),
        ];
        return match given.iter().find(|(_, is_given)| *is_given) {
            Some((option, _)) => Err(exit::print_error(
                &format!("{option} means nothing without --cache; give both"),
                exit::USAGE,
            )),
            None => Ok((builder, None)),
        };
    }
    let needs_rows = outputs::files(arguments).map(|(option, _)| option).next();
    if let Some(option) = needs_rows.or_else(|| arguments.trust_statistics.map(|_| "--trust-statistics")) {
        exit::print_note(&format!("--cache was not used: {option} needs the data itself"));
        return Ok((builder, None));
    }
    let cache = match Cache::on_disk(options.location.folder.path()?, options.location.options()) {
        Ok(cache) => cache,
        Err(error) if is_unwritable(&error) => {
            exit::print_note(&format!("the cache was of no use: {}", exit::error_text(&error)));
            return Ok((builder, None));
        }
        Err(error) => return Err(exit::fail(&error, exit::USAGE)),
    };
    let cache = cache.trust_times(options.trust == CacheTrust::Mtime);
    Ok((builder.cache(cache.clone()), Some(cache)))
}

/// Returns whether the cache could not be opened only because nothing can be written to its folder.
fn is_unwritable(error: &Error) -> bool {
    use std::io::ErrorKind::{PermissionDenied, QuotaExceeded, ReadOnlyFilesystem, StorageFull};
    let ErrorKind::Open { source, .. } = error.kind() else { return false };
    matches!(source.kind(), PermissionDenied | QuotaExceeded | ReadOnlyFilesystem | StorageFull)
}

/// Prints a note if the cache could not store an entry.
pub(crate) fn warn(cache: Option<&Cache>) {
    if let Some(warning) = cache.and_then(Cache::take_warning) {
        exit::print_note(&format!("the cache was of no use: {warning}"));
    }
}

pub(crate) fn run(command: &CacheCommand) -> u8 {
    let (folder, options) = match command {
        CacheCommand::Stats(folder) | CacheCommand::Clear(folder) => (folder, DiskOptions::default()),
        CacheCommand::Prune(location) => (&location.folder, location.options()),
    };
    let folder = match folder.path() {
        Ok(folder) => folder,
        Err(code) => return code,
    };
    // Only a run that stores something creates the folder.
    if let Err(error) = std::fs::metadata(&folder)
        && error.kind() == std::io::ErrorKind::NotFound
    {
        exit::print_note(&format!("there is no folder `{}`: nothing is kept there yet", folder.display()));
        return exit::print(stats_text(&folder, 0, 0).as_bytes(), exit::SUCCESS);
    }
    let cache = match Cache::on_disk(&folder, options) {
        Ok(cache) => cache,
        Err(error) => return exit::fail(&error, exit::USAGE),
    };
    let text = match command {
        CacheCommand::Stats(_) => cache.stats().map(|stats| stats_text(&folder, stats.entries, stats.bytes)),
        CacheCommand::Prune(_) => cache.prune().map(|pruned| removed_text(&folder, &pruned)),
        CacheCommand::Clear(_) => cache.clear().map(|pruned| removed_text(&folder, &pruned)),
    };
    match text {
        Ok(text) => exit::print(text.as_bytes(), exit::SUCCESS),
        Err(error) => exit::fail(&error, exit::UNREADABLE),
    }
}

fn stats_text(folder: &Path, entries: u64, bytes: u64) -> String {
    let folder = trueline::escape::escape_text(&folder.display().to_string()).into_owned();
    format!("folder   {folder}\nentries  {entries}\nbytes    {bytes}\n")
}

fn removed_text(folder: &Path, pruned: &Pruned) -> String {
    let Pruned { entries, bytes, left_entries, left_bytes, .. } = pruned;
    format!("removed  {entries} entries of {bytes} bytes\n{}", stats_text(folder, *left_entries, *left_bytes))
}

/// Parses a time: a number and s, m, h or d.
fn time(text: &str) -> Result<Duration, String> {
    let wrong = || "expected a time such as 90s, 30m, 12h or 30d".to_owned();
    let digits = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let seconds = match unit.trim() {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86400,
        _ => return Err(wrong()),
    };
    let number: u64 = number.parse().map_err(|_| wrong())?;
    number.checked_mul(seconds).map(Duration::from_secs).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_with_their_units() {
        assert_eq!(time("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(time("12h"), Ok(Duration::from_secs(43_200)));
        assert_eq!(time("30d"), Ok(Duration::from_secs(2_592_000)));
        for wrong in ["", "7", "d", "-1d", "1.5h", "1w", "99999999999999999999d", "999999999999999999d"] {
            assert!(time(wrong).is_err(), "{wrong}");
        }
    }
}

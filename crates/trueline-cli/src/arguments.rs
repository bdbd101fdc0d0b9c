//! The arguments, as `--help` shows them.
#![allow(clippy::doc_markdown, reason = "the help text is read in terminals, where backticks are noise")]

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use trueline::{ValidatorBuilder, render};

use crate::cache::{CacheCommand, CacheOptions};
use crate::limits::Limits;

/// Says whether tables are what their schema claims, with the exact place of every fault.
#[derive(Debug, Parser)]
#[command(name = "trueline", version, arg_required_else_help = true, after_help = EXIT_CODES)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXIT_CODES: &str = "\
Exit codes:
  0    valid
  1    invalid: a check failed (with --fail-on warning: or warned)
  2    usage or schema error
  3    an input could not be read completely, a limit was exceeded, or an output not written
  4    internal error
  130  interrupted (143 when terminated)";

const EXAMPLES: &str = "\
Examples:
  trueline validate payments.csv --schema payments.yaml
  trueline validate '2026/**/*.csv.gz' -s payments.yaml --output json > report.json
  trueline validate payments.csv -s payments.yaml --report report.html --report junit.xml
  trueline validate payments.csv -s payments.yaml --valid-out good.csv --invalid-out bad.csv
  zcat payments.csv.gz | trueline validate - -s payments.yaml --fail-on warning

Exit codes: 0 valid, 1 invalid, 2 usage or schema error, 3 unreadable input, limit exceeded or output not written,
4 internal error, 130 interrupted, 143 terminated.";

const MERGE_EXAMPLES: &str = "\
Example:
  trueline validate monday.csv -s payments.yaml --state-out monday.state
  trueline validate tuesday.csv -s payments.yaml --state-out tuesday.state
  trueline merge monday.state tuesday.state -s payments.yaml

Exit codes: as those of `trueline validate`.";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Validate CSV, JSON Lines, Parquet and Arrow files against a schema
    #[command(after_help = EXAMPLES)]
    Validate(Box<Validate>),
    /// Merge the results of parts of a dataset (--state-out) into one report
    #[command(after_help = MERGE_EXAMPLES)]
    Merge(Box<Merge>),
    /// Show, prune or clear what --cache keeps
    Cache {
        #[command(subcommand)]
        command: CacheCommand,
    },
    /// Work with schema documents
    Schema(Schema),
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
}

#[derive(Args, Debug)]
pub(crate) struct Validate {
    /// Files to validate as one table; `-` is standard input. gzip, zstd, bzip2, xz and lz4 are recognised by their first bytes. A
    /// pattern ('data/**/2026-*.csv') means all files that match. A folder with a slash (data/) means all files below it, except
    /// names that begin with `.` or `_` (partitions such as _year=2026 are read) or end in .crc
    #[cfg_attr(
        feature = "object-store",
        doc = "s3://bucket/key, gs://, az:// and https:// are objects, with patterns and prefixes too; credentials come from the \
               variables AWS_…, GOOGLE_… and AZURE_…"
    )]
    #[arg(required = true, value_name = "INPUT")]
    pub(crate) inputs: Vec<OsString>,

    /// The schema document: .yaml, .yml, .json or .toml; or a folder of such documents, which together are one schema
    #[arg(short, long, value_name = "FILE", env = "TRUELINE_SCHEMA")]
    pub(crate) schema: PathBuf,

    /// Format of the inputs [default: by the extension: .csv, .tsv, .psv, .txt; .jsonl, .ndjson, .jsonlines, .json; .parquet,
    /// .parq, .pq; .arrow, .arrows, .feather, .ipc; else by the first bytes]
    #[arg(short, long, value_enum, env = "TRUELINE_FORMAT")]
    pub(crate) format: Option<Format>,

    /// Number of threads [default: as many as the machine offers]; the report does not depend on it
    #[arg(long, value_name = "N", env = "TRUELINE_THREADS", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,

    /// Bytes per chunk (K, M and G are understood); the report does not depend on it [default: 1M, with --cache 4M]
    #[arg(long, value_name = "BYTES", value_parser = bytes)]
    pub(crate) chunk_size: Option<u64>,

    /// Use the statistics of Parquet files instead of reading values (prove, which is meant where nothing follows), or read
    /// everything and report wrong statistics (audit). Other formats are not affected. Join a value with `=`: --trust-statistics=audit
    #[arg(long, value_name = "HOW", value_enum, num_args = 0..=1, require_equals = true, default_missing_value = "prove")]
    pub(crate) trust_statistics: Option<Trust>,

    /// Whether progress is shown on standard error
    #[arg(long, value_enum, default_value_t = When::Auto)]
    pub(crate) progress: When,

    #[command(flatten)]
    pub(crate) report: ReportOptions,

    #[command(flatten)]
    pub(crate) outputs: OutputOptions,

    #[command(flatten)]
    pub(crate) cache: CacheOptions,

    #[command(flatten)]
    pub(crate) limits: Limits,
}

/// How the report is shown and written.
#[derive(Args, Debug)]
#[command(next_help_heading = "Report")]
pub(crate) struct ReportOptions {
    /// Format of the report on standard output
    #[arg(short, long, value_parser = output(), default_value = "text", env = "TRUELINE_OUTPUT")]
    pub(crate) output: render::Format,

    /// Also write the report to a file, in the format of its extension: .txt, .json, .jsonl, .xml (JUnit), .sarif, .md or .html.
    /// May be given several times; each file appears complete or not at all
    #[arg(long = "report", value_name = "FILE")]
    pub(crate) reports: Vec<PathBuf>,

    /// Lowest severity of failed checks that gives exit code 1
    #[arg(long, value_enum, default_value_t = FailOn::Error, env = "TRUELINE_FAIL_ON")]
    pub(crate) fail_on: FailOn,

    /// Whether the text report is coloured
    #[arg(long, value_enum, default_value_t = When::Auto)]
    pub(crate) color: When,

    /// Maximum number of violations shown for each check; totals are always exact [default 20; text and Markdown show 3 of them,
    /// JUnit 10]
    #[arg(long, value_name = "N")]
    pub(crate) sample_limit: Option<u64>,

    /// Maximum number of violations shown in all
    #[arg(long, value_name = "N", default_value_t = 1000)]
    pub(crate) max_violations: u64,
}

impl ReportOptions {
    /// Sets the limits of a validator on the samples that it keeps.
    pub(crate) fn limit_samples(&self, builder: ValidatorBuilder) -> ValidatorBuilder {
        let builder = builder.max_violations(self.max_violations);
        match self.sample_limit {
            Some(limit) => builder.sample_limit(limit),
            None => builder,
        }
    }
}

/// The files that a run writes in addition to its report.
#[derive(Args, Debug)]
#[command(next_help_heading = "Output files (each appears complete or not at all)")]
pub(crate) struct OutputOptions {
    /// Also write the valid rows to a file: those of CSV and JSON Lines byte for byte (add .gz or .zst to compress), those of
    /// Parquet and Arrow with their types, as Parquet (.parquet, .parq or .pq), an Arrow file (.arrow, .feather or .ipc) or an
    /// Arrow stream (.arrows)
    #[arg(long, value_name = "FILE")]
    pub(crate) valid_out: Option<PathBuf>,

    /// Also write the invalid rows to a file, as --valid-out does
    #[arg(long, value_name = "FILE")]
    pub(crate) invalid_out: Option<PathBuf>,

    /// Begin each row of --invalid-out with a column of this name that has the ids of the failed checks
    #[arg(long, value_name = "COLUMN", requires = "invalid_out", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub(crate) reasons: Option<String>,

    /// Also write all violations, not only those shown in the report, to a .csv or .jsonl file (add .gz or .zst to compress), or
    /// to .parquet or .arrow
    #[arg(long, value_name = "FILE")]
    pub(crate) errors_out: Option<PathBuf>,

    /// Do not escape spreadsheet formulas in the .csv file of --errors-out
    #[arg(long, requires = "errors_out")]
    pub(crate) raw_cells: bool,

    /// Also write the results to a file for `trueline merge`, to validate the parts of a dataset at different times and places. All
    /// keys of unique, primary_key and distinct_count must fit into --key-memory. Not beside --valid-out, --invalid-out and
    /// --errors-out, since states hold no rows
    #[arg(long, value_name = "FILE")]
    pub(crate) state_out: Option<PathBuf>,

    /// The number of this part in --state-out; parts are merged in the order of their numbers
    #[arg(long, value_name = "N", requires = "state_out")]
    pub(crate) part: Option<u64>,
}

#[derive(Args, Debug)]
pub(crate) struct Merge {
    /// Files that --state-out wrote, in the order of the data, or in any order if they have numbers (--part). A part that is in
    /// two of them is an error, since it would be counted twice; the same data validated twice are two parts
    #[arg(required = true, value_name = "STATE")]
    pub(crate) states: Vec<PathBuf>,

    /// The schema document that was used to make them
    #[arg(short, long, value_name = "FILE", env = "TRUELINE_SCHEMA")]
    pub(crate) schema: PathBuf,

    /// Also write the merged state to a file, to be merged further
    #[arg(long, value_name = "FILE")]
    pub(crate) state_out: Option<PathBuf>,

    /// Memory for the keys of unique, primary_key and distinct_count; more keys go to temporary files
    #[arg(long, value_name = "BYTES", default_value = "128M", value_parser = bytes, env = "TRUELINE_KEY_MEMORY")]
    pub(crate) key_memory: u64,

    #[command(flatten)]
    pub(crate) report: ReportOptions,
}

#[derive(Args, Debug)]
pub(crate) struct Schema {
    #[command(subcommand)]
    pub(crate) command: SchemaCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SchemaCommand {
    /// Check schema documents: exit code 0 when all of them can be used, 2 otherwise
    Check {
        /// Schema documents: .yaml, .yml, .json or .toml; a folder is one schema, composed of all documents below it
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// Print a first schema: the columns and types of Parquet or Arrow, or those found in the first MiB of CSV or JSON Lines
    Infer {
        /// The input; `-` is standard input
        input: OsString,

        /// Format of the input, if neither its extension nor its first bytes say so
        #[arg(short, long, value_enum)]
        format: Option<Format>,
    },
    /// Compose one schema of all documents below a folder, in the order of their paths, and print it as YAML
    Compose {
        /// The folder
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
    /// Print one hash over the relative names and contents of files
    Fingerprint {
        /// Files, or folders with all files below them
        #[arg(required = true, value_name = "PATH")]
        paths: Vec<PathBuf>,

        /// The hash function
        #[arg(long, value_enum, value_name = "HOW", default_value_t = Algorithm::Blake3)]
        algorithm: Algorithm,

        /// Print the hash of each file too
        #[arg(long)]
        each: bool,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Algorithm {
    /// BLAKE3
    Blake3,
    /// SHA-256
    Sha256,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Text with delimiters, in the dialect of the schema
    Csv,
    /// JSON Lines: one object on each line
    Jsonl,
    /// Apache Parquet
    Parquet,
    /// Arrow IPC, as a file or as a stream
    Arrow,
}

impl Format {
    /// Converts to the type of the engine.
    pub(crate) fn format(self) -> trueline::Format {
        match self {
            Self::Csv => trueline::Format::Csv,
            Self::Jsonl => trueline::Format::JsonLines,
            Self::Parquet => trueline::Format::Parquet,
            Self::Arrow => trueline::Format::Arrow,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Trust {
    /// Values are not read where statistics decide all checks
    Prove,
    /// Values are read and compared with the statistics
    Audit,
}

impl Trust {
    /// Converts to the type of the engine.
    pub(crate) fn trust(self) -> trueline::Trust {
        match self {
            Self::Prove => trueline::Trust::Prove,
            Self::Audit => trueline::Trust::Audit,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    /// Failed checks of severity error
    Error,
    /// Failed checks of severity warning too
    Warning,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    /// When it goes to a terminal
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// Parses the name of a report format.
fn output() -> impl TypedValueParser<Value = render::Format> {
    let formats =
        render::Format::ALL.iter().map(|format| PossibleValue::new(format.name()).help(format.purpose()));
    PossibleValuesParser::new(formats)
        .map(|name| render::Format::from_name(&name).expect("only names of formats are possible"))
}

/// Parses a number of bytes: digits, then nothing, K, M or G (powers of 1024; a B or iB after them changes nothing).
pub(crate) fn bytes(text: &str) -> Result<u64, String> {
    let digits = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let shift = match unit.trim().to_ascii_lowercase().trim_end_matches('b').trim_end_matches('i') {
        "" => 0,
        "k" => 10,
        "m" => 20,
        "g" => 30,
        _ => return Err("expected a number of bytes such as 65536, 64K, 4M or 1G".to_owned()),
    };
    let number: u64 =
        number.parse().map_err(|_| "expected a number of bytes such as 65536, 64K, 4M or 1G".to_owned())?;
    number
        .checked_mul(1 << shift)
        .filter(|bytes| *bytes > 0)
        .ok_or_else(|| "expected 1 byte or more".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_arguments_are_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn bytes_are_read_with_their_units() {
        assert_eq!(bytes("7"), Ok(7));
        assert_eq!(bytes("64K"), Ok(65_536));
        assert_eq!(bytes("4MiB"), Ok(4 << 20));
        assert_eq!(bytes("1gb"), Ok(1 << 30));
        for wrong in ["", "K", "-1", "1.5M", "1T", "0", "99999999999999999999", "20000000000G"] {
            assert!(bytes(wrong).is_err(), "{wrong}");
        }
    }
}

//! The arguments, as `--help` shows them.
#![allow(clippy::doc_markdown, reason = "the help text is read in terminals, where backticks are noise")]

use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use trueline::render;

use crate::cache::{CacheCommand, Caching};

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
  3    an input could not be read to its end, a limit was exceeded, or an output could not be written
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

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Validate CSV, JSON Lines, Parquet and Arrow files against a schema
    #[command(after_help = EXAMPLES)]
    Validate(Box<Validate>),
    /// Merge what was found in parts of a dataset (--state-out) into the report of all of it
    Merge(Box<Merge>),
    /// Look at what --cache keeps, and remove it
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
    /// Files to validate as one table; `-` is standard input. gzip, zstd, bzip2, xz and lz4 are recognised by their
    /// first bytes. A pattern ('data/**/2026-*.csv') is all files that match, a folder with a slash (data/) all files
    /// below it whose names begin neither with `.` nor with `_`
    #[cfg_attr(
        feature = "object-store",
        doc = "s3://bucket/key, gs://, az:// and https:// are objects, with patterns and prefixes too; credentials come from the \
               variables AWS_…, GOOGLE_… and AZURE_…"
    )]
    #[arg(required = true, value_name = "INPUT")]
    pub(crate) inputs: Vec<String>,

    /// The schema document: .yaml, .yml, .json or .toml; or a folder of such, which are one schema together
    #[arg(short, long, value_name = "FILE", env = "TRUELINE_SCHEMA")]
    pub(crate) schema: PathBuf,

    /// How the inputs are written [default: what the end of each name says: .csv, .tsv, .psv, .txt; .jsonl, .ndjson, .jsonlines, .json;
    /// .parquet, .parq, .pq; .arrow, .arrows, .feather, .ipc; else what the first bytes say]
    #[arg(short, long, value_enum, env = "TRUELINE_FORMAT")]
    pub(crate) format: Option<Format>,

    #[command(flatten)]
    pub(crate) telling: Telling,

    /// Also write the valid rows to a file, byte for byte as they stand; with .gz or .zst at its end, compressed. Those of
    /// Parquet and Arrow in their types, to a .parquet, .arrow or .arrows file
    #[arg(long, value_name = "FILE")]
    pub(crate) valid_out: Option<PathBuf>,

    /// Also write the invalid rows to a file, as --valid-out does. Both files appear whole, and only after a verdict
    #[arg(long, value_name = "FILE")]
    pub(crate) invalid_out: Option<PathBuf>,

    /// Begin each row of --invalid-out with a column of that name: the ids of the checks that it fails
    #[arg(long, value_name = "COLUMN", requires = "invalid_out", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub(crate) reasons: Option<String>,

    /// Also write every violation to a file, not only the samples of the report: .csv or .jsonl, with .gz or .zst behind
    /// compressed; .parquet or .arrow
    #[arg(long, value_name = "FILE")]
    pub(crate) errors_out: Option<PathBuf>,

    /// Write cells of --errors-out, a .csv, exactly as they are, also where a spreadsheet would take them for formulas
    #[arg(long, requires = "errors_out")]
    pub(crate) raw_cells: bool,

    /// Also write what was found to a file, for `trueline merge`: data can be validated in parts, at different times and places. All keys of
    /// unique, primary_key and distinct_count must fit --key-memory
    #[arg(long, value_name = "FILE", conflicts_with_all = ["valid_out", "invalid_out", "errors_out"])]
    pub(crate) state_out: Option<PathBuf>,

    /// The number of this part of the data in --state-out: merged parts are put in the order of their numbers
    #[arg(long, value_name = "N", requires = "state_out")]
    pub(crate) part: Option<u64>,

    #[command(flatten)]
    pub(crate) caching: Caching,

    /// Violations kept per check; totals are exact whatever it is
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub(crate) sample_limit: u64,

    /// Violations kept in all
    #[arg(long, value_name = "N", default_value_t = 1000)]
    pub(crate) max_violations: u64,

    /// Threads [default: as many as the machine offers]; the report does not depend on it
    #[arg(long, value_name = "N", env = "TRUELINE_THREADS", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,

    /// Bytes per chunk (K, M and G are understood); the report does not depend on it [default: 1M, with --cache 4M]
    #[arg(long, value_name = "BYTES", value_parser = bytes)]
    pub(crate) chunk_size: Option<u64>,

    /// The largest record; a larger one ends the run with exit code 3
    #[arg(long, value_name = "BYTES", default_value = "16M", value_parser = bytes)]
    pub(crate) max_record_bytes: u64,

    /// The largest field; a larger one ends the run with exit code 3
    #[arg(long, value_name = "BYTES", default_value = "4M", value_parser = bytes)]
    pub(crate) max_field_bytes: u64,

    /// The most columns a file may have
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    pub(crate) max_columns: u32,

    /// How many arrays and objects of JSON may be open at once; a record with more is broken
    #[arg(long, value_name = "N", default_value_t = 128)]
    pub(crate) max_depth: u32,

    /// How many decompressed bytes there may be for each compressed one, looked at from 16M on; more end the run with exit
    /// code 3 [default: any number]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) max_ratio: Option<u64>,

    /// How many bytes a compressed file may have when it is decompressed; more end the run with exit code 3 [default: any
    /// number]
    #[arg(long, value_name = "BYTES", value_parser = bytes)]
    pub(crate) max_decompressed_bytes: Option<u64>,

    /// Believe what Parquet files say of their own values (prove), or decode them and say where it is not true (audit);
    /// inputs of other formats say nothing and are read as always. A value is joined with `=`: --trust-statistics=audit
    #[arg(long, value_name = "HOW", value_enum, num_args = 0..=1, require_equals = true, default_missing_value = "prove")]
    pub(crate) trust_statistics: Option<Trust>,

    /// The largest footer of a Parquet or Arrow file and the largest description of an Arrow batch
    #[arg(long, value_name = "BYTES", default_value = "64M", value_parser = bytes)]
    pub(crate) max_metadata_bytes: u64,

    /// The most row groups of a Parquet file
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    pub(crate) max_row_groups: u32,

    /// The most pages of a column in a row group of a Parquet file
    #[arg(long, value_name = "N", default_value_t = 1 << 20)]
    pub(crate) max_pages: u64,

    /// The largest page of a Parquet file, without compression
    #[arg(long, value_name = "BYTES", default_value = "512M", value_parser = bytes)]
    pub(crate) max_page_bytes: u64,

    /// The most values that are decoded for one batch of rows of a Parquet file
    #[arg(long, value_name = "N", default_value_t = 1 << 24)]
    pub(crate) max_batch_values: u64,

    /// The largest batch or dictionary of an Arrow input, without compression
    #[arg(long, value_name = "BYTES", default_value = "1G", value_parser = bytes)]
    pub(crate) max_batch_bytes: u64,

    /// How much of a stream is kept in a temporary file, where its format is read from the end or keys decide where its rows go
    #[arg(long, value_name = "BYTES", default_value = "16G", value_parser = bytes)]
    pub(crate) max_spool_bytes: u64,

    /// Memory for the keys of unique, primary_key and distinct_count; beyond it they go to temporary files
    #[arg(long, value_name = "BYTES", default_value = "128M", value_parser = bytes, env = "TRUELINE_KEY_MEMORY")]
    pub(crate) key_memory: u64,

    /// Whether progress is shown on standard error
    #[arg(long, value_enum, default_value_t = When::Auto)]
    pub(crate) progress: When,
}

/// What becomes of the report.
#[derive(Args, Debug)]
pub(crate) struct Telling {
    /// How the report is written to standard output
    #[arg(short, long, value_parser = output(), default_value = "text", env = "TRUELINE_OUTPUT")]
    pub(crate) output: render::Format,

    /// Also write the report to a file, in the form its name ends with: .txt, .json, .jsonl, .xml (JUnit), .sarif, .md or
    /// .html. May be given several times; each file appears whole or not at all
    #[arg(long = "report", value_name = "FILE")]
    pub(crate) reports: Vec<PathBuf>,

    /// The severity from which on failed checks make the exit code 1
    #[arg(long, value_enum, default_value_t = FailOn::Error, env = "TRUELINE_FAIL_ON")]
    pub(crate) fail_on: FailOn,

    /// Whether the text report is coloured
    #[arg(long, value_enum, default_value_t = When::Auto)]
    pub(crate) color: When,
}

#[derive(Args, Debug)]
pub(crate) struct Merge {
    /// Files that --state-out wrote, in the order of the data, or in any order if they have numbers (--part). A part that is in two of
    /// them, which would be counted twice, is an error; the same data judged twice are two parts
    #[arg(required = true, value_name = "STATE")]
    pub(crate) states: Vec<PathBuf>,

    /// The schema document under which they were made
    #[arg(short, long, value_name = "FILE", env = "TRUELINE_SCHEMA")]
    pub(crate) schema: PathBuf,

    #[command(flatten)]
    pub(crate) telling: Telling,

    /// Also write the merged state to a file, to be merged further
    #[arg(long, value_name = "FILE")]
    pub(crate) state_out: Option<PathBuf>,

    /// Violations kept per check, of those that the states have; repeated keys are found only here
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub(crate) sample_limit: u64,

    /// Violations kept in all
    #[arg(long, value_name = "N", default_value_t = 1000)]
    pub(crate) max_violations: u64,

    /// Memory for the keys of unique, primary_key and distinct_count; beyond it they go to temporary files
    #[arg(long, value_name = "BYTES", default_value = "128M", value_parser = bytes, env = "TRUELINE_KEY_MEMORY")]
    pub(crate) key_memory: u64,
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
    /// Compose one schema of all documents below a folder, in the order of their paths, and print it as YAML
    Compose {
        /// The folder
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
    /// Print one hash of many files: of their names below the folders that are given, and their bytes
    Fingerprint {
        /// Files, and folders, which are all files below them
        #[arg(required = true, value_name = "PATH")]
        paths: Vec<PathBuf>,

        /// How to hash
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
    /// The engine's word for it.
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
    /// What follows from statistics is not read
    Prove,
    /// Statistics are compared with the values
    Audit,
}

impl Trust {
    /// The engine's word for it.
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

/// The name of a report's format.
fn output() -> impl TypedValueParser<Value = render::Format> {
    let formats =
        render::Format::ALL.iter().map(|format| PossibleValue::new(format.name()).help(format.purpose()));
    PossibleValuesParser::new(formats)
        .map(|name| render::Format::from_name(&name).expect("only names of formats are possible"))
}

/// A number of bytes: digits, then nothing, K, M or G (powers of 1024; a B or iB behind them changes nothing).
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

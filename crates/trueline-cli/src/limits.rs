//! The limits of a run: a group of arguments.
#![allow(clippy::doc_markdown, reason = "the help text is read in terminals, where backticks are noise")]

use clap::Args;
use trueline::Limits as EngineLimits;

use crate::arguments::bytes;

/// The limits of a run; the options have the names of the engine's limits.
#[derive(Args, Debug)]
#[command(next_help_heading = "Limits (a run that exceeds one ends with exit code 3)")]
pub(crate) struct Limits {
    /// Memory for the keys of unique, primary_key and distinct_count; more keys go to temporary files
    #[arg(long, value_name = "BYTES", default_value = "128M", value_parser = bytes, env = "TRUELINE_KEY_MEMORY")]
    key_memory: u64,

    /// Maximum size of a record
    #[arg(long, value_name = "BYTES", default_value = "16M", value_parser = bytes)]
    max_record_bytes: u64,

    /// Maximum size of a field; in JSON Lines of a key, string or number
    #[arg(long, value_name = "BYTES", default_value = "4M", value_parser = bytes)]
    max_field_bytes: u64,

    /// Maximum number of columns of an input; JSON Lines have none
    #[arg(long, value_name = "N", default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(1..))]
    max_columns: u32,

    /// Maximum nesting of arrays and objects in JSON; a record with more is broken
    #[arg(long, value_name = "N", default_value_t = 128)]
    max_depth: u32,

    /// Maximum number of decompressed bytes for each compressed byte, from 16M decompressed bytes on [default: unlimited]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    max_ratio: Option<u64>,

    /// Maximum size of a compressed input after decompression [default: unlimited]
    #[arg(long, value_name = "BYTES", value_parser = bytes)]
    max_decompressed_bytes: Option<u64>,

    /// Maximum size of the temporary copy of a stream, needed for Parquet or Arrow files, and for --valid-out and --invalid-out
    /// with keys that must be unique
    #[arg(long, value_name = "BYTES", default_value = "16G", value_parser = bytes)]
    max_spool_bytes: u64,

    /// Maximum size of the footer of a Parquet or Arrow file, and of the metadata of an Arrow batch
    #[arg(long, value_name = "BYTES", default_value = "64M", value_parser = bytes)]
    max_metadata_bytes: u64,

    /// Maximum number of row groups in a Parquet file
    #[arg(long, value_name = "N", default_value_t = 1_000_000, value_parser = clap::value_parser!(u32).range(1..))]
    max_row_groups: u32,

    /// Maximum number of pages of a column in a row group of a Parquet file
    #[arg(long, value_name = "N", default_value_t = 1 << 20, value_parser = clap::value_parser!(u64).range(1..))]
    max_pages: u64,

    /// Maximum size of a page of a Parquet file, decompressed
    #[arg(long, value_name = "BYTES", default_value = "512M", value_parser = bytes)]
    max_page_bytes: u64,

    /// Maximum number of values of a nested column, such as the items of its lists, decoded for one batch of rows of a Parquet file,
    /// and of strings in a page with a delta encoding
    #[arg(long, value_name = "N", default_value_t = 1 << 24, value_parser = clap::value_parser!(u64).range(1..))]
    max_batch_values: u64,

    /// Maximum size of a batch or dictionary of an Arrow input, decompressed
    #[arg(long, value_name = "BYTES", default_value = "1G", value_parser = bytes)]
    max_batch_bytes: u64,
}

impl Limits {
    /// Converts to the limits of the engine.
    pub(crate) fn limits(&self) -> EngineLimits {
        EngineLimits::default()
            .max_record_bytes(self.max_record_bytes)
            .max_field_bytes(self.max_field_bytes)
            .max_columns(self.max_columns as usize)
            .max_ratio(self.max_ratio)
            .max_decompressed_bytes(self.max_decompressed_bytes)
            .max_depth(self.max_depth as usize)
            .max_metadata_bytes(self.max_metadata_bytes)
            .max_row_groups(self.max_row_groups as usize)
            .max_pages(self.max_pages)
            .max_page_bytes(self.max_page_bytes)
            .max_batch_values(self.max_batch_values)
            .max_batch_bytes(self.max_batch_bytes)
            .max_spool_bytes(self.max_spool_bytes)
            .key_memory_bytes(usize::try_from(self.key_memory).unwrap_or(usize::MAX))
    }
}

//! Options of a validator, set one by one.

use trueline::{Limits, ValidatorBuilder};

use crate::callback::Callbacks;
use crate::fault::{self, Fault, fault};
use crate::status::Status;

/// Options of a validator, initially all at their defaults. Free it with `trueline_options_free`.
#[derive(Clone, Default)]
pub struct Options {
    numbers: Vec<(Number, u64)>,
    settings: Vec<(Setting, String)>,
    format: Option<trueline::Format>,
    trust: trueline::Trust,
    pub(crate) callbacks: Callbacks,
}

/// The format of an input.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Determined by the extension and the first bytes. The default.
    Auto = 0,
    /// CSV.
    Csv = 1,
    /// JSON Lines.
    JsonLines = 2,
    /// Parquet.
    Parquet = 3,
    /// An Arrow IPC file or stream.
    Arrow = 4,
}

/// A numeric option.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Number {
    /// The number of threads, from 1 to 1,024. Default: as many as the machine offers. The report does not
    /// depend on it.
    Threads = 0,
    /// Bytes per chunk, from 1 to 1 GiB. Default 1 MiB. The report does not depend on it.
    ChunkBytes = 1,
    /// Violations kept per check, unless the check sets its own limit. Default 20. Totals are always exact.
    SampleLimit = 2,
    /// Violations kept in total. Default 1,000.
    MaxViolations = 3,
    /// Maximum size of a record in bytes. Default 16 MiB, at most 1 GiB.
    MaxRecordBytes = 4,
    /// Maximum size of a field in bytes. Default 4 MiB.
    MaxFieldBytes = 5,
    /// Maximum number of columns. Default 100,000.
    MaxColumns = 6,
    /// Maximum nesting depth of JSON arrays and objects. Default 128.
    MaxDepth = 7,
    /// Maximum ratio of decompressed to compressed bytes. Default: unlimited.
    MaxRatio = 8,
    /// Maximum number of decompressed bytes of a compressed input. Default: unlimited.
    MaxDecompressedBytes = 9,
    /// Maximum size in bytes of the footer of a Parquet or Arrow file, or of the header of an Arrow batch.
    /// Default 64 MiB.
    MaxMetadataBytes = 10,
    /// Maximum number of row groups of a Parquet file. Default 1,000,000.
    MaxRowGroups = 11,
    /// Maximum number of pages of a column in a row group of a Parquet file. Default 1,048,576.
    MaxPages = 12,
    /// Maximum size of a page of a Parquet file in uncompressed bytes. Default 512 MiB.
    MaxPageBytes = 13,
    /// Maximum number of values decoded for one batch of rows of a Parquet file. Default 16,777,216.
    MaxBatchValues = 14,
    /// Maximum size of a batch or dictionary of an Arrow input in uncompressed bytes. Default 1 GiB.
    MaxBatchBytes = 15,
    /// Maximum number of bytes of a stream that are kept in a temporary file if needed. Default 16 GiB.
    MaxSpoolBytes = 16,
    /// Memory for keys in bytes; keys beyond it go to temporary files. Default 128 MiB.
    KeyMemoryBytes = 17,
}

/// A string option. All are unset by default.
///
/// Paths are those of local files: an address (`s3://…`) is not supported, and `-` is a file name. Output
/// files need inputs: runs on Arrow streams and arrays, and all states, refuse them with
/// `TRUELINE_STATUS_OPTION`.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// The output file for the valid rows of a run, written as in the input. The extension of another format
    /// is refused.
    ValidOut = 0,
    /// The output file for the invalid rows of a run, likewise.
    InvalidOut = 1,
    /// The output file for every violation, not only samples: `.csv`, `.jsonl`, `.parquet` or `.arrow`.
    ErrorsOut = 2,
    /// The name of an additional first column with the ids of the failed checks, for
    /// `TRUELINE_SETTING_INVALID_OUT`.
    Reasons = 3,
    /// The folder for keys beyond their memory budget. Default: the system's folder for temporary files.
    SpillDir = 4,
}

/// How far the statistics of a Parquet file are trusted.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// Not at all: every value is decoded. The default.
    Never = 0,
    /// Conclusions from the statistics are accepted without decoding the values.
    Prove = 1,
    /// Every value is decoded and compared with the statistics.
    Audit = 2,
}

const NUMBERS: [Number; 18] = [
    Number::Threads,
    Number::ChunkBytes,
    Number::SampleLimit,
    Number::MaxViolations,
    Number::MaxRecordBytes,
    Number::MaxFieldBytes,
    Number::MaxColumns,
    Number::MaxDepth,
    Number::MaxRatio,
    Number::MaxDecompressedBytes,
    Number::MaxMetadataBytes,
    Number::MaxRowGroups,
    Number::MaxPages,
    Number::MaxPageBytes,
    Number::MaxBatchValues,
    Number::MaxBatchBytes,
    Number::MaxSpoolBytes,
    Number::KeyMemoryBytes,
];

const SETTINGS: [Setting; 5] =
    [Setting::ValidOut, Setting::InvalidOut, Setting::ErrorsOut, Setting::Reasons, Setting::SpillDir];

/// The format of a number; `None` for [`Format::Auto`].
pub(crate) fn format(number: u32) -> Result<Option<trueline::Format>, Fault> {
    match number {
        0 => Ok(None),
        1 => Ok(Some(trueline::Format::Csv)),
        2 => Ok(Some(trueline::Format::JsonLines)),
        3 => Ok(Some(trueline::Format::Parquet)),
        4 => Ok(Some(trueline::Format::Arrow)),
        _ => Err(fault::not_a_member("format", number, "TruelineFormat")),
    }
}

impl Options {
    pub(crate) fn set_number(&mut self, option: u32, value: u64) -> Result<(), Fault> {
        let found = NUMBERS.iter().find(|number| **number as u32 == option);
        let number = *found.ok_or_else(|| fault::not_a_member("option", option, "TruelineNumber"))?;
        if usize::try_from(value).is_err() {
            let message = format!("{value} is more than this machine can count to");
            return Err(fault(Status::Option, c"option.value", message));
        }
        self.numbers.push((number, value));
        Ok(())
    }

    pub(crate) fn set_text(&mut self, setting: u32, text: &str) -> Result<(), Fault> {
        let found = SETTINGS.iter().find(|known| **known as u32 == setting);
        let setting = *found.ok_or_else(|| fault::not_a_member("setting", setting, "TruelineSetting"))?;
        self.settings.push((setting, text.to_owned()));
        Ok(())
    }

    pub(crate) fn set_format(&mut self, number: u32) -> Result<(), Fault> {
        self.format = format(number)?;
        Ok(())
    }

    pub(crate) fn set_trust(&mut self, number: u32) -> Result<(), Fault> {
        self.trust = match number {
            0 => trueline::Trust::Never,
            1 => trueline::Trust::Prove,
            2 => trueline::Trust::Audit,
            _ => return Err(fault::not_a_member("trust", number, "TruelineTrust")),
        };
        Ok(())
    }

    /// A builder with these options. If an option is set twice, the last value applies.
    pub(crate) fn apply(&self, mut builder: ValidatorBuilder) -> ValidatorBuilder {
        let mut limits = Limits::default();
        for (number, value) in &self.numbers {
            (builder, limits) = number.apply(*value, builder, limits);
        }
        for (setting, text) in &self.settings {
            builder = match setting {
                Setting::ValidOut => builder.valid_out(text),
                Setting::InvalidOut => builder.invalid_out(text),
                Setting::ErrorsOut => builder.errors_out(text),
                Setting::Reasons => builder.reasons(text),
                Setting::SpillDir => builder.spill_dir(text),
            };
        }
        if let Some(format) = self.format {
            builder = builder.format(format);
        }
        builder.limits(limits).trust_statistics(self.trust)
    }
}

impl Number {
    fn apply(self, value: u64, builder: ValidatorBuilder, limits: Limits) -> (ValidatorBuilder, Limits) {
        // `set_number` refuses larger values.
        let count = usize::try_from(value).unwrap_or(usize::MAX);
        match self {
            Self::Threads => (builder.threads(count), limits),
            Self::ChunkBytes => (builder.chunk_bytes(count), limits),
            Self::SampleLimit => (builder.sample_limit(value), limits),
            Self::MaxViolations => (builder.max_violations(value), limits),
            Self::MaxRecordBytes => (builder, limits.max_record_bytes(value)),
            Self::MaxFieldBytes => (builder, limits.max_field_bytes(value)),
            Self::MaxColumns => (builder, limits.max_columns(count)),
            Self::MaxDepth => (builder, limits.max_depth(count)),
            Self::MaxRatio => (builder, limits.max_ratio(Some(value))),
            Self::MaxDecompressedBytes => (builder, limits.max_decompressed_bytes(Some(value))),
            Self::MaxMetadataBytes => (builder, limits.max_metadata_bytes(value)),
            Self::MaxRowGroups => (builder, limits.max_row_groups(count)),
            Self::MaxPages => (builder, limits.max_pages(value)),
            Self::MaxPageBytes => (builder, limits.max_page_bytes(value)),
            Self::MaxBatchValues => (builder, limits.max_batch_values(value)),
            Self::MaxBatchBytes => (builder, limits.max_batch_bytes(value)),
            Self::MaxSpoolBytes => (builder, limits.max_spool_bytes(value)),
            Self::KeyMemoryBytes => (builder, limits.key_memory_bytes(count)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_option_has_its_own_number() {
        for (index, number) in NUMBERS.iter().enumerate() {
            assert_eq!(*number as usize, index);
        }
        for (index, setting) in SETTINGS.iter().enumerate() {
            assert_eq!(*setting as usize, index);
        }
        let mut options = Options::default();
        assert!(options.set_number(17, 1).is_ok());
        assert!(options.set_number(18, 1).is_err());
        assert!(options.set_text(5, "x").is_err());
        assert!(options.set_format(5).is_err());
        assert!(options.set_trust(3).is_err());
    }
}

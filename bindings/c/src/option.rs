//! Options of a validator, gathered one by one.

use trueline::{Limits, ValidatorBuilder};

use crate::callback::Watch;
use crate::fault::{self, Fault, fault};
use crate::status::Status;

/// Options of a validator, each with its default until it is set. Free it with `trueline_options_free`.
#[derive(Clone, Default)]
pub struct Options {
    numbers: Vec<(Number, u64)>,
    settings: Vec<(Setting, String)>,
    format: Option<trueline::Format>,
    trust: trueline::Trust,
    pub(crate) watch: Watch,
}

/// How an input is written.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// What the end of its name says, and its first bytes. The default.
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

/// An option that is a number.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Number {
    /// How many threads work. Default: as many as the machine offers. The report does not depend on it.
    Threads = 0,
    /// Bytes per chunk, from 1 to 1 GiB. Default 1 MiB. The report does not depend on it.
    ChunkBytes = 1,
    /// Violations kept per check, unless the check states its own. Default 20. Totals are exact whatever it is.
    SampleLimit = 2,
    /// Violations kept in all. Default 1,000.
    MaxViolations = 3,
    /// The largest record, in bytes. Default 16 MiB, at most 1 GiB.
    MaxRecordBytes = 4,
    /// The largest field, in bytes. Default 4 MiB.
    MaxFieldBytes = 5,
    /// The most columns. Default 100,000.
    MaxColumns = 6,
    /// How many arrays and objects of JSON may be open at once. Default 128.
    MaxDepth = 7,
    /// How many decompressed bytes there may be for each compressed one. Default: any number.
    MaxRatio = 8,
    /// How many decompressed bytes a compressed input may have. Default: any number.
    MaxDecompressedBytes = 9,
    /// The largest footer of a Parquet or Arrow file, or head of an Arrow batch, in bytes. Default 64 MiB.
    MaxMetadataBytes = 10,
    /// The most row groups of a Parquet file. Default 1,000,000.
    MaxRowGroups = 11,
    /// The most pages of a column in a row group of a Parquet file. Default 1,048,576.
    MaxPages = 12,
    /// The largest page of a Parquet file, in bytes without compression. Default 512 MiB.
    MaxPageBytes = 13,
    /// The most values that are decoded for one batch of rows of a Parquet file. Default 16,777,216.
    MaxBatchValues = 14,
    /// The largest batch of an Arrow input, in bytes without compression. Default 1 GiB.
    MaxBatchBytes = 15,
    /// How much of a stream is kept in a temporary file where it must be, in bytes. Default 16 GiB.
    MaxSpoolBytes = 16,
    /// Memory for keys, in bytes; beyond it they go to temporary files. Default 128 MiB.
    KeyMemoryBytes = 17,
}

/// An option that is a text. None is set by default.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// The file that the valid rows of a run go to, as they stand in the input.
    ValidOut = 0,
    /// The file that the invalid rows of a run go to.
    InvalidOut = 1,
    /// The file that every violation goes to, not only samples: `.csv`, `.jsonl`, `.parquet` or `.arrow`.
    ErrorsOut = 2,
    /// The name of a first column with the ids of the checks that failed, for the rows of `TRUELINE_SETTING_INVALID_OUT`.
    Reasons = 3,
    /// The folder for keys beyond their budget. By default the system's folder for temporary files.
    SpillDir = 4,
}

/// How far the statistics that a Parquet file has of its own values are believed.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// Not at all: every value is decoded. The default.
    Never = 0,
    /// What follows from them is taken for proven.
    Prove = 1,
    /// Every value is decoded, and the statistics are compared with them.
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

/// The format of a number; none for [`Format::Auto`].
pub(crate) fn format(number: u32) -> Result<Option<trueline::Format>, Fault> {
    match number {
        0 => Ok(None),
        1 => Ok(Some(trueline::Format::Csv)),
        2 => Ok(Some(trueline::Format::JsonLines)),
        3 => Ok(Some(trueline::Format::Parquet)),
        4 => Ok(Some(trueline::Format::Arrow)),
        _ => Err(fault::no_member("format", number, "TruelineFormat")),
    }
}

impl Options {
    pub(crate) fn set_number(&mut self, option: u32, value: u64) -> Result<(), Fault> {
        let found = NUMBERS.iter().find(|number| **number as u32 == option);
        let number = *found.ok_or_else(|| fault::no_member("option", option, "TruelineNumber"))?;
        if usize::try_from(value).is_err() {
            let message = format!("{value} is more than this machine can count to");
            return Err(fault(Status::Option, c"option.value", message));
        }
        self.numbers.push((number, value));
        Ok(())
    }

    pub(crate) fn set_text(&mut self, setting: u32, text: &str) -> Result<(), Fault> {
        let found = SETTINGS.iter().find(|known| **known as u32 == setting);
        let setting = *found.ok_or_else(|| fault::no_member("setting", setting, "TruelineSetting"))?;
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
            _ => return Err(fault::no_member("trust", number, "TruelineTrust")),
        };
        Ok(())
    }

    /// A builder with these options. What is set twice counts as it was set last.
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
        // Larger ones were refused when they were set.
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
    fn every_number_is_known_by_its_own() {
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

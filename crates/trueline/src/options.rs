//! Limits and trust settings, with their defaults.

/// How far to trust the statistics that a Parquet file stores about its values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Trust {
    /// Trust nothing: every value is decoded. A validator must not trust the file it validates.
    #[default]
    Never,
    /// Take what follows from the statistics as proven, and do not read values that nothing else needs. `run.decided.proved` of
    /// the report counts the rows passed this way. These prove nothing: statistics of writers known to write wrong ones, of
    /// floats that may be NaN, and truncated strings.
    Prove,
    /// Decode every value and compare the statistics with the values: `run.statistics` lists those that are wrong.
    Audit,
}

/// Resource limits of a run.
///
/// Data that exceeds a limit ends the run as `unreadable`, with the place of the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
#[non_exhaustive]
pub struct Limits {
    /// Maximum size of a record, in bytes. Default 16 MiB.
    pub max_record_bytes: u64,
    /// Maximum size of a field, in bytes. Default 4 MiB.
    pub max_field_bytes: u64,
    /// Maximum number of columns. Default 100,000.
    pub max_columns: usize,
    /// Maximum nesting depth of JSON arrays and objects; a record that is deeper is malformed. Default 128.
    pub max_depth: usize,
    /// Maximum number of decompressed bytes per byte of a compressed input, checked every MiB from 16 MiB on.
    /// Default: no limit, because valid data can be very repetitive.
    pub max_ratio: Option<u64>,
    /// Maximum decompressed size of a compressed input, in bytes. Default: no limit.
    pub max_decompressed_bytes: Option<u64>,
    /// Maximum size of metadata, in bytes: the footer of a Parquet or Arrow file, the header of an Arrow batch. Default 64 MiB.
    pub max_metadata_bytes: u64,
    /// Maximum number of row groups of a Parquet file. Default 1,000,000.
    pub max_row_groups: usize,
    /// Maximum number of pages per column and row group of a Parquet file. Default 1,048,576.
    pub max_pages: u64,
    /// Maximum uncompressed size of a page of a Parquet file, in bytes. Default 512 MiB.
    pub max_page_bytes: u64,
    /// Maximum number of values, including nested ones, decoded for one batch of rows of a Parquet file. Default 16,777,216.
    pub max_batch_values: u64,
    /// Maximum uncompressed size of a batch or a dictionary of an Arrow input, in bytes. Default 1 GiB.
    pub max_batch_bytes: u64,
    /// Maximum number of bytes of a stream copied to a temporary file, if its format can only be read from the end or if it must
    /// be read again to write its rows. Default 16 GiB.
    pub max_spool_bytes: u64,
    /// Memory for the keys of all `unique`, `primary_key` and `distinct_count` checks together, in bytes; beyond it, keys go to
    /// temporary files. Default 128 MiB.
    pub key_memory_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_record_bytes: 16 << 20,
            max_field_bytes: 4 << 20,
            max_columns: 100_000,
            max_ratio: None,
            max_decompressed_bytes: None,
            max_depth: 128,
            max_metadata_bytes: 64 << 20,
            max_row_groups: 1_000_000,
            max_pages: 1 << 20,
            max_page_bytes: 512 << 20,
            max_batch_values: 1 << 24,
            max_batch_bytes: 1 << 30,
            max_spool_bytes: 16 << 30,
            key_memory_bytes: 128 << 20,
        }
    }
}

impl Limits {
    /// Sets the maximum size of a record.
    pub fn max_record_bytes(mut self, bytes: u64) -> Self {
        self.max_record_bytes = bytes;
        self
    }

    /// Sets the maximum size of a field.
    pub fn max_field_bytes(mut self, bytes: u64) -> Self {
        self.max_field_bytes = bytes;
        self
    }

    /// Sets the maximum number of columns.
    pub fn max_columns(mut self, columns: usize) -> Self {
        self.max_columns = columns;
        self
    }

    /// Sets the maximum nesting depth of JSON arrays and objects.
    pub fn max_depth(mut self, depth: usize) -> Self {
        self.max_depth = depth;
        self
    }

    /// Sets the maximum number of decompressed bytes per compressed byte.
    pub fn max_ratio(mut self, ratio: Option<u64>) -> Self {
        self.max_ratio = ratio;
        self
    }

    /// Sets the maximum decompressed size of a compressed input.
    pub fn max_decompressed_bytes(mut self, bytes: Option<u64>) -> Self {
        self.max_decompressed_bytes = bytes;
        self
    }

    /// Sets the maximum size of metadata.
    pub fn max_metadata_bytes(mut self, bytes: u64) -> Self {
        self.max_metadata_bytes = bytes;
        self
    }

    /// Sets the maximum number of row groups.
    pub fn max_row_groups(mut self, groups: usize) -> Self {
        self.max_row_groups = groups;
        self
    }

    /// Sets the maximum number of pages per column and row group.
    pub fn max_pages(mut self, pages: u64) -> Self {
        self.max_pages = pages;
        self
    }

    /// Sets the maximum size of a page.
    pub fn max_page_bytes(mut self, bytes: u64) -> Self {
        self.max_page_bytes = bytes;
        self
    }

    /// Sets the maximum number of values in one batch of rows.
    pub fn max_batch_values(mut self, values: u64) -> Self {
        self.max_batch_values = values;
        self
    }

    /// Sets the maximum size of a batch or a dictionary of an Arrow input.
    pub fn max_batch_bytes(mut self, bytes: u64) -> Self {
        self.max_batch_bytes = bytes;
        self
    }

    /// Sets the maximum number of bytes of a stream copied to a temporary file.
    pub fn max_spool_bytes(mut self, bytes: u64) -> Self {
        self.max_spool_bytes = bytes;
        self
    }

    /// Sets the memory for keys.
    pub fn key_memory_bytes(mut self, bytes: usize) -> Self {
        self.key_memory_bytes = bytes;
        self
    }
}

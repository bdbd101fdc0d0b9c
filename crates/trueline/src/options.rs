//! Limits, each with its default.

/// How far the statistics that a Parquet file has of its own values are believed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Trust {
    /// Not at all: every value is decoded. A validator must not believe the file it judges.
    #[default]
    Never,
    /// What follows from them is taken for proven, and values that need not be known for anything else are not read. The report says
    /// in `run.decided.proved` how many rows were passed so. Statistics of programs that are known to write wrong ones, of floats
    /// that may be NaN, and shortened texts prove nothing.
    Prove,
    /// Every value is decoded, and the statistics are compared with them: `run.statistics` says which are not true.
    Audit,
}

/// What a run may use at most.
///
/// A limit on the data that is exceeded ends the run as `unreadable` at the place of the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
#[non_exhaustive]
pub struct Limits {
    /// The largest record, in bytes. Default 16 MiB.
    pub max_record_bytes: u64,
    /// The largest field, in bytes. Default 4 MiB.
    pub max_field_bytes: u64,
    /// The most columns. Default 100,000.
    pub max_columns: usize,
    /// How many arrays and objects of JSON may be open at once; a record with more is broken. Default 128.
    pub max_depth: usize,
    /// How many decompressed bytes there may be for each byte of a compressed input; looked at every MiB from 16 MiB on.
    /// Default: any number, because honest data can be very much alike.
    pub max_ratio: Option<u64>,
    /// How many decompressed bytes a compressed input may have. Default: any number.
    pub max_decompressed_bytes: Option<u64>,
    /// The largest description of data: the footer of a Parquet or Arrow file, the head of an Arrow batch; in bytes. Default 64 MiB.
    pub max_metadata_bytes: u64,
    /// The most row groups of a Parquet file. Default 1,000,000.
    pub max_row_groups: usize,
    /// The most pages of a column in a row group of a Parquet file. Default 1,048,576.
    pub max_pages: u64,
    /// The largest page of a Parquet file, in bytes without compression. Default 512 MiB.
    pub max_page_bytes: u64,
    /// The most values, those of nested columns included, that are decoded for one batch of rows of a Parquet file. Default 16,777,216.
    pub max_batch_values: u64,
    /// The largest batch and the largest dictionary of an Arrow input, in bytes without compression. Default 1 GiB.
    pub max_batch_bytes: u64,
    /// How much of a stream is kept in a temporary file, where its format can only be read from the end, or where it has to be
    /// read again to write its rows, in bytes. Default 16 GiB.
    pub max_spool_bytes: u64,
    /// Memory for the keys of `unique`, `primary_key` and `distinct_count` together, in bytes; beyond it they go to temporary
    /// files. Default 128 MiB.
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
    /// Sets the largest record.
    pub fn max_record_bytes(mut self, bytes: u64) -> Self {
        self.max_record_bytes = bytes;
        self
    }

    /// Sets the largest field.
    pub fn max_field_bytes(mut self, bytes: u64) -> Self {
        self.max_field_bytes = bytes;
        self
    }

    /// Sets the most columns.
    pub fn max_columns(mut self, columns: usize) -> Self {
        self.max_columns = columns;
        self
    }

    /// Sets how many arrays and objects of JSON may be open at once.
    pub fn max_depth(mut self, depth: usize) -> Self {
        self.max_depth = depth;
        self
    }

    /// Sets how many decompressed bytes there may be for each compressed one.
    pub fn max_ratio(mut self, ratio: Option<u64>) -> Self {
        self.max_ratio = ratio;
        self
    }

    /// Sets how many decompressed bytes a compressed input may have.
    pub fn max_decompressed_bytes(mut self, bytes: Option<u64>) -> Self {
        self.max_decompressed_bytes = bytes;
        self
    }

    /// Sets the largest description of data.
    pub fn max_metadata_bytes(mut self, bytes: u64) -> Self {
        self.max_metadata_bytes = bytes;
        self
    }

    /// Sets the most row groups.
    pub fn max_row_groups(mut self, groups: usize) -> Self {
        self.max_row_groups = groups;
        self
    }

    /// Sets the most pages of a column in a row group.
    pub fn max_pages(mut self, pages: u64) -> Self {
        self.max_pages = pages;
        self
    }

    /// Sets the largest page.
    pub fn max_page_bytes(mut self, bytes: u64) -> Self {
        self.max_page_bytes = bytes;
        self
    }

    /// Sets the most values of one batch of rows.
    pub fn max_batch_values(mut self, values: u64) -> Self {
        self.max_batch_values = values;
        self
    }

    /// Sets the largest batch and the largest dictionary of an Arrow input.
    pub fn max_batch_bytes(mut self, bytes: u64) -> Self {
        self.max_batch_bytes = bytes;
        self
    }

    /// Sets how much of a stream is kept in a temporary file.
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

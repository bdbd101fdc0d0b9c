//! Limits, each with its default.

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

    /// Sets the memory for keys.
    pub fn key_memory_bytes(mut self, bytes: usize) -> Self {
        self.key_memory_bytes = bytes;
        self
    }
}

//! How a Parquet input is read, and what it may ask for.

/// Options of a Parquet input, each with its default.
///
/// Every number in a file that decides how much memory is taken is held against one of these, and against the bytes that are
/// really there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
#[non_exhaustive]
pub struct ParquetOptions {
    /// The most rows of a batch. Default 8,192.
    pub batch_rows: usize,
    /// About how many rows make a part: larger row groups are cut, so that several threads share them. Default 262,144.
    pub part_rows: u64,
    /// The largest footer. In memory it takes up to ten times as much. Default 64 MiB.
    pub max_metadata_bytes: u64,
    /// The most columns, counted as leaves of nested ones. Default 100,000.
    pub max_columns: usize,
    /// The most row groups. Default 1,000,000.
    pub max_row_groups: usize,
    /// The largest page after decompression. Default 512 MiB.
    pub max_page_bytes: u64,
    /// The most pages of a column chunk. Default 1,048,576.
    pub max_pages: u64,
    /// The most values, of nested columns too, that are decoded for one batch of rows. Default 16,777,216.
    pub max_batch_values: u64,
}

impl Default for ParquetOptions {
    fn default() -> Self {
        Self {
            batch_rows: 8192,
            part_rows: 1 << 18,
            max_metadata_bytes: 64 << 20,
            max_columns: 100_000,
            max_row_groups: 1_000_000,
            max_page_bytes: 512 << 20,
            max_pages: 1 << 20,
            max_batch_values: 1 << 24,
        }
    }
}

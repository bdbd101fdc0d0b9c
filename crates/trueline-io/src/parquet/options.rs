//! Options and limits of Parquet inputs.

/// Options of a Parquet input, with their defaults.
///
/// Every number in a file that determines an allocation is checked against one of these limits and against the bytes that are
/// actually there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
#[non_exhaustive]
pub struct ParquetOptions {
    /// The maximum number of rows of a batch. Default 8,192.
    pub batch_rows: usize,
    /// The approximate number of rows of a part: larger row groups are split, so that several threads share them. Default
    /// 262,144.
    pub part_rows: u64,
    /// The maximum size of the footer in bytes. In memory it takes up to ten times as much. Default 64 MiB.
    pub max_metadata_bytes: u64,
    /// The maximum number of columns, counted as leaves of nested columns. Default 100,000.
    pub max_columns: usize,
    /// The maximum number of row groups. Default 1,000,000.
    pub max_row_groups: usize,
    /// The maximum decompressed size of a page in bytes. Default 512 MiB.
    pub max_page_bytes: u64,
    /// The maximum number of pages of a column chunk. Default 1,048,576.
    pub max_pages: u64,
    /// The maximum number of values, including nested ones, decoded for one batch of rows. Default 16,777,216.
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

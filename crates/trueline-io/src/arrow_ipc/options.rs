//! Options and limits of Arrow IPC inputs.

/// Options of an Arrow IPC input, with their defaults.
///
/// Every number in an input that determines an allocation is checked against one of these limits and against the bytes that
/// are actually there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
#[non_exhaustive]
pub struct ArrowOptions {
    /// The maximum number of rows of a returned batch; larger batches are split. Default 16,384.
    pub batch_rows: usize,
    /// The approximate size of a part of a file in bytes: smaller batches are combined. Default 4 MiB.
    pub part_bytes: u64,
    /// The maximum size of the footer, and of the metadata of one batch, in bytes. Default 64 MiB.
    pub max_metadata_bytes: u64,
    /// The maximum number of columns, counted as leaves of nested columns. Default 100,000.
    pub max_columns: usize,
    /// The maximum decompressed size of what is read of a batch or dictionary, in bytes. Default 1 GiB.
    pub max_batch_bytes: u64,
}

impl Default for ArrowOptions {
    fn default() -> Self {
        Self {
            batch_rows: 16_384,
            part_bytes: 4 << 20,
            max_metadata_bytes: 64 << 20,
            max_columns: 100_000,
            max_batch_bytes: 1 << 30,
        }
    }
}

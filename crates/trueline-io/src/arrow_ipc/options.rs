//! How an Arrow IPC input is read, and what it may ask for.

/// Options of an Arrow IPC input, each with its default.
///
/// Every number in an input that decides how much memory is taken is held against one of these, and against the bytes that
/// are really there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
#[non_exhaustive]
pub struct ArrowOptions {
    /// The most rows of a batch that is given away; larger ones in the input are cut. Default 16,384.
    pub batch_rows: usize,
    /// About how many bytes of a file make a part: smaller batches are put together. Default 4 MiB.
    pub part_bytes: u64,
    /// The largest footer, and the largest description of one batch. Default 64 MiB.
    pub max_metadata_bytes: u64,
    /// The most columns, counted as leaves of nested ones. Default 100,000.
    pub max_columns: usize,
    /// The largest batch or dictionary: what is read of it, after decompression. Default 1 GiB.
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

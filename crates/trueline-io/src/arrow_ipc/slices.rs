//! Slices of a batch with few rows, which stay in the processor cache while the checks run.

use arrow_array::RecordBatch;

/// The slices of a batch; none if it has no rows.
pub(super) struct Slices {
    batch: RecordBatch,
    start: usize,
    rows: usize,
}

impl Slices {
    pub(super) fn new(batch: RecordBatch, rows: usize) -> Self {
        Self { batch, start: 0, rows: rows.max(1) }
    }
}

impl Iterator for Slices {
    type Item = RecordBatch;

    fn next(&mut self) -> Option<RecordBatch> {
        let rows = (self.batch.num_rows() - self.start).min(self.rows);
        if rows == 0 {
            return None;
        }
        let slice = self.batch.slice(self.start, rows);
        self.start += rows;
        Some(slice)
    }
}

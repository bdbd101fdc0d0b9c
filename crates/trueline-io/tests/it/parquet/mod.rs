//! Parquet inputs: files nobody on this project wrote, files that are damaged on purpose, and parts that fit together.

mod corpus;
mod limits;
mod parts;

use std::path::Path;
use std::sync::Arc;

use arrow_array::RecordBatch;
use trueline_io::batch::Projection;
use trueline_io::parquet::{ParquetInput, ParquetOptions};
use trueline_io::text::Failure;
use trueline_io::{MemorySource, ReadAt};

fn at(bytes: Vec<u8>) -> Arc<dyn ReadAt> {
    Arc::new(MemorySource::new("a.parquet", bytes))
}

/// Every batch of a file, part by part.
fn read(at: Arc<dyn ReadAt>, options: ParquetOptions) -> Result<(ParquetInput, Vec<RecordBatch>), Failure> {
    let input = ParquetInput::open(at, options)?;
    let projection = Projection::all(input.schema());
    let mut batches = Vec::new();
    for part in input.parts(&projection) {
        for batch in input.read(&part, &projection)? {
            batches.push(batch?);
        }
    }
    Ok((input, batches))
}

fn read_file(path: &Path) -> Result<(ParquetInput, Vec<RecordBatch>), Failure> {
    read(at(std::fs::read(path).unwrap()), ParquetOptions::default())
}

//! The whole engine on whole inputs: cases, corpora, faults of sources, generated data with known truth.

mod arrow;
#[cfg(all(feature = "parquet", feature = "arrow-ipc"))]
mod batches;
mod cached;
mod cases;
mod compression;
mod corpora;
mod customs;
mod cuts;
mod examples;
mod faults;
mod infer;
mod json_proofs;
mod json_schema;
mod keys;
mod options;
mod outputs;
mod parts;
mod proofs;
mod read;
mod records;
mod repeats;
mod states;
mod support;
mod tables;
mod transactions;

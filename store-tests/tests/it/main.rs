//! Object stores as sources: in memory, with faults, with a real S3 server, with plain HTTP.

mod conformance;
mod faults;
mod listing;
mod plain;
mod secrets;
mod server;
mod support;
mod tables;
mod throughput;

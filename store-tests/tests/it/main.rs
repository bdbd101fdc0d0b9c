//! Object stores as sources: in memory, behind faults, behind a real server of S3, behind plain HTTP.

mod conformance;
mod faults;
mod listing;
mod plain;
mod secrets;
mod server;
mod support;
mod tables;
mod throughput;

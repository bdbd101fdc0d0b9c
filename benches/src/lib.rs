//! Measurements: `benches/` contains criterion benches, `src/bin/` programs that compare, `compare/` trueline and its peers,
//! `record/` the results over time.
#![forbid(unsafe_code)]

mod table;

pub use table::Table;

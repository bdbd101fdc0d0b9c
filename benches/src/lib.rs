//! Measurements: `benches/` holds criterion benches, `src/bin/` programs that compare, `compare/` trueline beside its peers, `record/`
//! what was measured when.
#![forbid(unsafe_code)]

mod table;

pub use table::Table;

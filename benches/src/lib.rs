//! Measurements: `benches/` holds criterion benches, `src/bin/` programs that compare, `record/` what was measured when.
#![forbid(unsafe_code)]

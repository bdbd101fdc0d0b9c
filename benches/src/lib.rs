//! Benchmarks of trueline; see `benches/` and `src/bin/`.

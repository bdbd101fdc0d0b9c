//! JSON Lines: tests the byte-by-byte parser with a corpus and hand-picked cases, compares it with another crate, and
//! compares everything else with it.

mod cases;
mod compare;
mod corpus;
mod properties;
mod serde;
mod shapes;
mod text;

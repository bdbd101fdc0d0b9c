//! JSON Lines: the byte-wise machine against a corpus, another crate and hand-picked cases, and everything else against
//! the machine.

mod cases;
mod corpus;
mod serde;
mod shapes;
mod text;
mod twin;
mod way;

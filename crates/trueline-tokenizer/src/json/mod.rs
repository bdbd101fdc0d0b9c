//! JSON Lines: records, and the tokens in each of them.
//!
//! A raw line feed cannot stand inside a JSON string, so every one of them ends a record, whatever is broken before
//! it. [`Tokens`] reads one record byte by byte; it is the definition of what a record means, and everything else in
//! this module must agree with it. [`Indexer`] finds the records of a block and where their tokens are, with the vector
//! instructions of the machine, and checks every string on the way; [`Checker`] says whether the rest is right. A byte order mark in front of the first record is taken
//! off by [`preamble`](crate::preamble()).
//!
//! ```
//! use trueline_tokenizer::json::{DEFAULT_MAX_DEPTH, TokenKind, Tokens, unescape};
//! let record = br#"{"id": 7, "name": "Ada \"Countess\""}"#;
//! let mut tokens = Tokens::new(record, DEFAULT_MAX_DEPTH);
//! while let Some(token) = tokens.next()? {
//!     let text = &record[token.range.clone()];
//!     if token.kind == TokenKind::String {
//!         assert_eq!(&*unescape(&text[1..text.len() - 1]), b"Ada \"Countess\"");
//!     }
//! }
//! # Ok::<(), trueline_tokenizer::json::Fault>(())
//! ```
//!
//! The grammar is that of RFC 8259, to the letter: one value per record; space, tab, CR and LF are white space and
//! nothing else is, a byte order mark neither; no comments, no trailing commas, no other numbers or literals. Two things
//! are asked for beyond it. A record is UTF-8. And an escape that is one half of a surrogate pair, which the grammar
//! allows, has no meaning as text and is a fault. Nesting is limited, so that nobody has to fear for the stack of what
//! reads on.

mod checker;
mod fault;
mod indexer;
mod number;
mod positions;
#[doc(hidden)]
pub mod reference;
mod shape;
mod steps;
mod string;
mod tokens;

pub use checker::Checker;
pub use fault::{Expected, Fault, FaultKind, NumberFault};
pub use indexer::{Indexer, last_line_end};
pub use number::is_scalar;
pub use positions::{Dense, END, Positions, RecordFault, SCALAR, STRING};
pub use string::unescape;
pub use tokens::{DEFAULT_MAX_DEPTH, Token, TokenKind, Tokens, check};

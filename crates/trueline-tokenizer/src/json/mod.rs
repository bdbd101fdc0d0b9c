//! JSON Lines: records and their tokens.
//!
//! A raw line feed cannot occur inside a JSON string, so every line feed ends a record, whatever is broken before it.
//! [`Tokens`] reads one record byte by byte; it defines the meaning of a record, and everything else in this module must
//! agree with it. [`Indexer`] finds the records of a block and the positions of their tokens with vector instructions, and
//! checks every string at the same time; [`Checker`] checks the rest. [`preamble`](crate::preamble()) strips a byte order
//! mark before the first record.
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
//! The grammar is exactly that of RFC 8259: one value per record; only space, tab, CR and LF are white space, a byte order
//! mark is not; no comments, no trailing commas, no other numbers or literals. There are two additional requirements. A
//! record must be UTF-8. And an escape for one half of a surrogate pair, which the grammar allows, has no meaning as text
//! and is a fault. Nesting is limited to protect the stack of later readers.

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

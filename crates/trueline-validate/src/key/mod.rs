//! Sets of keys: which rows repeat the key of an earlier row, exactly, in bounded memory.
//!
//! Threads put the keys of their chunk into a [`KeyBuffer`]; one [`KeySet`] takes the buffers in file order and names every
//! repeat when it is finished.
//!
//! ```
//! use trueline_validate::key::{KeyBuffer, KeyOptions, KeyPlace, KeySet};
//!
//! # fn main() -> Result<(), trueline_validate::key::Error> {
//! let mut chunk = KeyBuffer::new();
//! for (row, key) in ["a", "b", "a"].into_iter().enumerate() {
//!     chunk.push(key.as_bytes(), KeyPlace { row: row as u64, ..KeyPlace::default() });
//! }
//! let mut set = KeySet::new(KeyOptions::default());
//! set.append(&chunk, 0, 0, 0)?;
//! let mut repeats = Vec::new();
//! let summary = set.finish(&mut |repeat| repeats.push((repeat.first.row, repeat.this.row)))?;
//! assert_eq!(repeats, [(0, 2)]);
//! assert_eq!((summary.keys, summary.distinct), (3, 2));
//! # Ok(())
//! # }
//! ```
//!
//! # How it works
//!
//! - A key is hashed once, where it is pushed. The top bits of the hash choose one of 256 *lanes* of the buffer; a lane is a
//!   run of bytes in the form of `entry`, about 18 bytes for a key of 12.
//! - Appending is copying: the bytes of a lane go behind those of their *partition*, with a short head that says which
//!   input and rows they belong to. Nothing is looked at key by key, so this step, the only serial one, is as fast as memory.
//! - Partitions are lists of blocks. When they outgrow their half of the budget, the largest is moved to the temporary file
//!   and from then on writes each full block there; the others stay in memory for as long as they fit.
//! - Finishing reads one partition after the other as a stream, through a `table` of the different keys seen so far. A key
//!   that is in the table already is a repeat and is told at once, so a key that is in every row costs one record.
//! - When the table is full, it is closed: keys that are in it are still counted, all other keys go by further bits of their
//!   hash into new partitions on disk, whose turn comes later. Every pass deals with at least one key for good, so this
//!   ends even where all hashes are equal.
//!
//! **Invariants.** The occurrences of one key stay in file order: they share a lane, a partition and every later split. Whether
//! two keys are the same is decided by their bytes; hashes only choose where to look. What was put in is counted, and
//! a partition that gives back another number of keys is an error, never a shorter answer.
//!
//! # If you change this
//!
//! Where inputs can be read again, most keys never come here: [`mod@print`] proves them different first, for 8 bytes each and
//! without their places. What would make this set faster for whole tables is better put there. Partitions are independent,
//! so finishing them on several threads needs only a table per thread and a `visit` that may be called from all of them.

mod buffer;
mod entry;
mod error;
mod finish;
mod hashing;
mod partition;
mod place;
pub mod print;
mod record;
mod set;
pub(crate) mod sort;
mod spill;
mod table;

pub use buffer::KeyBuffer;
pub use error::{Error, ErrorKind};
pub use place::{KeyPlace, KeySummary, Repeat};
pub use set::{KeyOptions, KeySet};

#[cfg(test)]
mod tests;

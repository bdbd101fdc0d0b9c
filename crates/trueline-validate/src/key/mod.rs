//! Sets of keys: finds exactly the rows that repeat the key of an earlier row, in bounded memory.
//!
//! Threads put the keys of their chunk into a [`KeyBuffer`]; one [`KeySet`] takes the buffers in file order and reports every
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
//! - A key is hashed once, when it is pushed. The top bits of the hash select one of 256 *lanes* of the buffer; a lane is a
//!   sequence of bytes in the format of `entry`, about 18 bytes for a key of 12.
//! - Appending copies: the bytes of a lane are appended to their *partition*, with a short header that contains the input and the
//!   first row and line. Single keys are not examined, so this step, the only serial one, is as fast as memory.
//! - Partitions are lists of blocks. When they exceed their half of the budget, the largest is moved to the temporary file and
//!   from then on writes each full block there; the others stay in memory as long as they fit.
//! - Finishing reads one partition after the other, and looks up each key in a `table` of the distinct keys seen so far. A key
//!   that is already in the table is a repeat and is reported at once, so a key that is in every row takes one record.
//! - When the table is full, it is closed: keys that are in it are still counted, all other keys are distributed by further bits
//!   of their hashes to new partitions on disk, which are processed later. Each partition completes at least one key, so this
//!   ends even if all hashes are equal.
//!
//! **Invariants.** The occurrences of one key stay in file order: they share a lane, a partition and every later split. Two keys
//! are equal if their bytes are; hashes only decide where to look. The keys of a partition are counted, and a partition that
//! returns another number of keys is an error, never a shorter result.
//!
//! # If you change this
//!
//! If inputs can be read again, most keys never get here: [`mod@print`] first proves them distinct, with 8 bytes each and without
//! their places. Optimizations for whole tables belong there. Partitions are independent, so finishing them on several threads
//! needs only a table per thread and a `visit` that can be called from all of them.

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

//! Fingerprints of keys: eight bytes each that prove nearly all keys distinct, for inputs that can be read again.
//!
//! Threads put the keys of their chunk into a [`PrintBuffer`]; one [`PrintSet`] takes the buffers in file order. Equal keys have
//! equal fingerprints, so if all fingerprints differ, all keys do. The few fingerprints that occur twice become a [`Filter`]; the
//! inputs are read again, and only the rows that pass it are added, with their key and place, to a [`super::KeySet`], which
//! decides.
//!
//! ```
//! use trueline_validate::key::KeyOptions;
//! use trueline_validate::key::print::{Filter, PrintBuffer, PrintSet};
//!
//! # fn main() -> Result<(), trueline_validate::key::Error> {
//! let keys = ["a", "c", "b", "c"];
//! let mut set = PrintSet::new(KeyOptions::default());
//! let mut chunk = PrintBuffer::new(&set.signal());
//! chunk.extend(keys.iter().map(|key| key.as_bytes()));
//! chunk.seal();
//! set.append(chunk, 0, 0..4)?;
//! assert!(set.owed().is_empty());
//! let filter: Option<Filter> = set.settle(2)?.filter;
//! let filter = filter.expect("`c` is there twice");
//! assert_eq!(keys.map(|key| filter.passes_key(key.as_bytes())), [false, true, false, true]);
//! # Ok(())
//! # }
//! ```
//!
//! # How it works
//!
//! - A fingerprint is a keyed hash of 64 bits. Its top byte is its *partition*. A sealed buffer has its fingerprints sorted by
//!   partition: a *run*.
//! - Appending moves a run into the set without copying. When runs exceed their part of the budget, all of them are written to
//!   the temporary file, partition by partition, so that each partition is contiguous there.
//! - Settling processes each partition by itself, on all threads: about 40,000 fingerprints per partition for 10 million keys. A
//!   *sieve*, a map of bits, finds the few fingerprints that share their bit with another; these are sorted and compared. If
//!   there are many of these, or the partition does not fit beside the sieve or is on disk, all its fingerprints are inserted
//!   into a hash table that fits the processor's cache. If a partition is larger than the table, several passes each process a
//!   part of it.
//! - On request, a buffer stores the *granule* of its chunk that each fingerprint comes from, in one byte. As long as
//!   fingerprints stay in memory, the set then knows which rows may repeat a key, and only these are read again.
//! - If an earlier run settled most of the same buffers, the repeats among their fingerprints and their locations are known:
//!   these fingerprints are only looked up in a map of bits of the new ones, and those that match are counted.
//! - As long as keys *ascend*, by bytes or by length and bytes, no key can have occurred before, and no fingerprints are kept. If
//!   the order breaks, the rows so far *owe* their fingerprints: they are read again before anything is settled. A [`Signal`]
//!   notifies buffers of the break, so that later ones keep their fingerprints.
//!
//! **Invariants.** Every key has its fingerprint in the set, or ascended, or its row is owed. An extra fingerprint does no harm:
//! its rows are examined once more. A lost fingerprint could hide a repeat, so data read back from the file is checked.
//!
//! # If you change this
//!
//! The fingerprint of a key is a function of the key alone, independent of its chunk and of the pass. The bytes compared for
//! order need not be those of the keys, but must be equal exactly if the keys are.

mod ascent;
mod buffer;
mod filter;
mod granules;
mod hash;
mod owed;
mod recall;
mod set;
mod settle;
mod store;
mod stretches;
mod suspects;

pub use buffer::{PrintBuffer, Signal};
pub use filter::Filter;
pub use owed::Owed;
pub use set::{PrintSet, Settled};
pub use stretches::Stretches;
pub use suspects::Suspects;

#[cfg(test)]
mod tests;

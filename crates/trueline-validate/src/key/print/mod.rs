//! Fingerprints of keys: eight bytes each that prove nearly every key different, for inputs that can be read again.
//!
//! Threads put the keys of their chunk into a [`PrintBuffer`]; one [`PrintSet`] takes the buffers in file order. Equal keys have
//! equal prints, so where all prints differ all keys do. The few prints that are met twice become a [`Filter`]; the inputs
//! are read again, and only the rows that pass it go with their key and place into a [`super::KeySet`], which decides.
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
//! - A print is a keyed hash of 64 bits. Its top byte is its *partition*. A sealed buffer has its prints in the order of
//!   partitions, one behind the other: a *run*.
//! - Appending hands a run over as it is, nothing is copied. When runs outgrow their part of the budget, all of them are
//!   written to the temporary file, partition by partition, so that each partition is in one piece there.
//! - Settling takes each partition by itself, on as many threads as there are: 40,000 prints of 10 million keys. A sieve of bits
//!   leaves the few that are not alone on theirs, which are sorted. Where they are many, have no room beside the sieve, or are on disk,
//!   all go through a table of plain prints, which the processor's cache holds. A partition that outgrows the table is gone through
//!   several times, a part of its prints each time.
//! - A buffer that was asked to tells of each print from which *granule* of its chunk it comes, in one byte: so it is known, as long as
//!   prints stay in memory, where the rows stand that may repeat a key, and only these are read again.
//! - Where a run before has settled most of the same buffers, it is known which of their prints are there more than once and where: all of
//!   them only go past a map of bits for the prints of the other buffers, and those that are met there are counted.
//! - As long as keys *ascend*, in the order of their bytes or of their lengths and bytes, no key can have been there before,
//!   and no print is kept. Where the order breaks, the rows passed over so far *owe* their prints: they are read again for
//!   them before anything is settled. Buffers learn of the break by a [`Signal`], so that later ones bring their prints.
//!
//! **Invariants.** Every row of a key has its print in the set, or ascended, or is owed. A print too many does no harm: it
//! costs a look at its row. A print that is lost would, so what is read back from the file is checked.
//!
//! # If you change this
//!
//! The print of a key is a function of the key alone, whatever chunk it is in and whichever pass asks. What is compared for
//! order need not be the key; it must be different for different keys, and the same for equal ones.

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

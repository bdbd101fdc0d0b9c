//! Places of keys, and the results of a set.

/// The place of one key.
///
/// **Units**: rows and lines count as the caller counts them, bytes from 0. In a [`super::KeyBuffer`] `row` and `line` are
/// relative to the chunk and `input` is ignored; in a [`Repeat`] all are relative to the input.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyPlace {
    /// The number of the input.
    pub input: u32,
    /// The row.
    pub row: u64,
    /// The line.
    pub line: u64,
    /// The offset of the key in bytes from the start of the input.
    pub byte_offset: u64,
    /// The number of bytes it takes there.
    pub byte_length: u32,
    /// Whether the row is already invalid because of another check.
    pub tainted: bool,
}

/// A repeated key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Repeat<'a> {
    /// The key.
    pub key: &'a [u8],
    /// The place of its first occurrence.
    pub first: KeyPlace,
    /// The place of this occurrence.
    pub this: KeyPlace,
    /// The number of this occurrence: 2 for the first repeat.
    pub nth: u64,
}

/// The counts of a set of keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeySummary {
    /// The number of keys.
    pub keys: u64,
    /// The number of distinct keys.
    pub distinct: u64,
    /// The number of keys that repeat an earlier one: `keys` less `distinct`.
    pub repeats: u64,
    /// The number of bytes written to the temporary file, in all passes.
    pub spilled_bytes: u64,
    /// The peak memory of the set, in bytes.
    pub peak_memory_bytes: u64,
}

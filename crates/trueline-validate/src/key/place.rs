//! Where keys stand, and what is said of them in the end.

/// The place of one key.
///
/// **Units**: rows and lines count as the caller counts them, bytes from 0. In a [`super::KeyBuffer`] `row` and `line` are
/// relative to the chunk and `input` is not looked at; in a [`Repeat`] all are those of the input.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyPlace {
    /// The input, by its number.
    pub input: u32,
    /// The row.
    pub row: u64,
    /// The line.
    pub line: u64,
    /// Where the key begins, in bytes from the start of the input.
    pub byte_offset: u64,
    /// How many bytes it takes there.
    pub byte_length: u32,
    /// Whether the row is invalid already by another check.
    pub tainted: bool,
}

/// A key met again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Repeat<'a> {
    /// The key.
    pub key: &'a [u8],
    /// Where it was met first.
    pub first: KeyPlace,
    /// Where it was met now.
    pub this: KeyPlace,
    /// The how-manieth time this is: 2 for the first repeat.
    pub nth: u64,
}

/// What a set of keys was in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeySummary {
    /// How many keys there were.
    pub keys: u64,
    /// How many different ones.
    pub distinct: u64,
    /// How many repeated an earlier one: `keys` less `distinct`.
    pub repeats: u64,
    /// How many bytes were written to the temporary file, all passes together.
    pub spilled_bytes: u64,
    /// The most memory the set held at one time, in bytes.
    pub peak_memory_bytes: u64,
}

//! How JSON Lines are read.

/// How JSON Lines are read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JsonFormat {
    /// What an object means that has a key twice; default [`DuplicateKeys::Error`].
    pub duplicate_keys: DuplicateKeys,
}

/// What an object means that has a key twice, however it is spelt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum DuplicateKeys {
    /// Its record is broken.
    #[default]
    Error,
    /// The first value counts.
    First,
    /// The last value counts.
    Last,
}

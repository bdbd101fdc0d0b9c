//! How JSON Lines are read.

/// How JSON Lines are read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JsonFormat {
    /// How objects with duplicate keys are handled; default [`DuplicateKeys::Error`].
    pub duplicate_keys: DuplicateKeys,
}

/// How objects with duplicate keys are handled. Keys are compared after decoding.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum DuplicateKeys {
    /// The record is malformed.
    #[default]
    Error,
    /// The first value is used.
    First,
    /// The last value is used.
    Last,
}

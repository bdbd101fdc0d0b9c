//! Bytes that the caller owns.

/// Bytes that you own; free them with `trueline_buffer_free`.
pub struct Buffer(Vec<u8>);

impl Buffer {
    /// Appends a NUL, so that bytes without a NUL can be used as a C string.
    pub(crate) fn new(bytes: impl Into<Vec<u8>>) -> Self {
        let mut bytes = bytes.into();
        bytes.push(0);
        Self(bytes)
    }

    /// The bytes, including the NUL at their end.
    pub(crate) fn bytes_with_nul(&self) -> &[u8] {
        &self.0
    }

    pub(crate) fn length(&self) -> usize {
        self.0.len() - 1
    }
}

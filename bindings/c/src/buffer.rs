//! Bytes that are handed out for good.

/// Bytes that are yours; free them with `trueline_buffer_free`.
pub struct Buffer(Vec<u8>);

impl Buffer {
    /// A NUL is put behind, so that texts without one can be taken for strings.
    pub(crate) fn new(bytes: impl Into<Vec<u8>>) -> Self {
        let mut bytes = bytes.into();
        bytes.push(0);
        Self(bytes)
    }

    /// The bytes and the NUL behind them.
    pub(crate) fn bytes_with_nul(&self) -> &[u8] {
        &self.0
    }

    pub(crate) fn length(&self) -> usize {
        self.0.len() - 1
    }
}

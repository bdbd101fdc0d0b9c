//! Frames without data, common to zstd and lz4.
//!
//! **Source**: RFC 8878, section 3.1.2; the LZ4 frame format, version 1.6.

use super::compressed::Compressed;
use crate::error::Error;

/// Whether bytes begin with the magic number of such a frame, or are the beginning of one and all there is.
pub(super) fn is_next(bytes: &[u8]) -> bool {
    matches!(
        bytes,
        [0x50..=0x5f] | [0x50..=0x5f, 0x2a] | [0x50..=0x5f, 0x2a, 0x4d] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..]
    )
}

/// Passes over the frames of this kind that come next.
pub(super) fn skip(compressed: &mut Compressed) -> Result<(), Error> {
    while is_next(compressed.peek(4)?) {
        compressed.begin_part();
        let [_, _, _, _, size @ ..] = compressed.array::<8>()?;
        compressed.skip(u64::from(u32::from_le_bytes(size)))?;
    }
    Ok(())
}

//! Frames without data, common to zstd and lz4.
//!
//! **Source**: RFC 8878, section 3.1.2; the LZ4 frame format, version 1.6.

use super::packed::Packed;
use crate::error::Error;

/// Whether bytes begin with the magic number of such a frame, or are the beginning of one and all there is.
pub(super) fn is_next(bytes: &[u8]) -> bool {
    matches!(
        bytes,
        [0x50..=0x5f] | [0x50..=0x5f, 0x2a] | [0x50..=0x5f, 0x2a, 0x4d] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..]
    )
}

/// Passes over the frames of this kind that come next.
pub(super) fn pass_over(packed: &mut Packed) -> Result<(), Error> {
    while is_next(packed.peek(4)?) {
        packed.begin_part();
        let [_, _, _, _, size @ ..] = packed.array::<8>()?;
        packed.pass_over(u64::from(u32::from_le_bytes(size)))?;
    }
    Ok(())
}

//! Writes tokens one by one: for kernels without instructions that pack them, and for all kernels if there are few tokens.

use super::STEP;

/// Implements [`Isa::positions`](super::Isa::positions).
///
/// Writes eight entries at a time, even if fewer bits are left: rows differ in the number of separators per 64 bytes, and
/// mispredicting the end of the loop costs more than a few stores.
#[inline(always)]
pub(crate) fn positions(mask: u64, base: u32, out: &mut [u32; STEP]) {
    let mut rest = mask;
    for slots in out.as_chunks_mut::<8>().0 {
        for slot in slots {
            *slot = base.wrapping_add(rest.trailing_zeros());
            rest &= rest.wrapping_sub(1);
        }
        if rest == 0 {
            break;
        }
    }
}

/// Writes the kinds of [`Isa::tokens`](super::Isa::tokens).
#[inline(always)]
pub(crate) fn kinds(
    bytes: &[u8; STEP],
    mask: u64,
    (base, offsets): (u32, &[u32; STEP]),
    out: &mut [u8; STEP],
) {
    let count = mask.count_ones() as usize;
    let chunks = out.as_chunks_mut::<8>().0.iter_mut().zip(offsets.as_chunks::<8>().0);
    for (kinds, offsets) in chunks.take(count.div_ceil(8)) {
        for (kind, offset) in kinds.iter_mut().zip(offsets) {
            *kind = KINDS[usize::from(bytes[offset.wrapping_sub(base) as usize % STEP])];
        }
    }
}

/// The kind of a byte in JSON outside strings: the byte itself if it has a role there, else a space.
const KINDS: [u8; 256] = {
    let mut kinds = [b' '; 256];
    let roles = b"{}[]:,\"\n";
    let mut at = 0;
    while at < roles.len() {
        kinds[roles[at] as usize] = roles[at];
        at += 1;
    }
    kinds
};

//! Tokens written one by one: what kernels do that cannot pack them, and others where there are few.

use super::STEP;

/// What [`Isa::positions`](super::Isa::positions) does.
///
/// Eight at a time whether they are there or not: rows differ in how many separators they have in 64 bytes, and a wrong guess of
/// the loop's end costs more than a few stores.
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

/// What [`Isa::tokens`](super::Isa::tokens) writes of kinds.
#[inline(always)]
pub(crate) fn kinds(
    bytes: &[u8; STEP],
    mask: u64,
    (base, places): (u32, &[u32; STEP]),
    out: &mut [u8; STEP],
) {
    let count = mask.count_ones() as usize;
    let chunks = out.as_chunks_mut::<8>().0.iter_mut().zip(places.as_chunks::<8>().0);
    for (kinds, places) in chunks.take(count.div_ceil(8)) {
        for (kind, place) in kinds.iter_mut().zip(places) {
            *kind = KINDS[usize::from(bytes[place.wrapping_sub(base) as usize % STEP])];
        }
    }
}

/// What a byte is in JSON outside of strings: itself where it has a role there, else a space.
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

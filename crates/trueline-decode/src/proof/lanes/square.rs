//! Words of 32 bits from rows to columns, four of each at a time, by what every x86-64 machine has.

use std::arch::x86_64::{
    _mm_loadu_si128, _mm_storeu_si128, _mm_unpackhi_epi32, _mm_unpackhi_epi64, _mm_unpacklo_epi32,
    _mm_unpacklo_epi64,
};

use super::SQUARE;

/// What [`Lanes::turn`](super::Lanes::turn) does.
#[inline(always)]
pub(super) fn turn(from: &[u32], places: [usize; SQUARE], columns: &mut [[u32; 64]], row: usize) -> bool {
    let is_inside = |place: usize| place.checked_add(columns.len()).is_some_and(|end| end <= from.len());
    if !places.into_iter().all(is_inside) || !columns.len().is_multiple_of(SQUARE) || row > 64 - SQUARE {
        return false;
    }
    for (at, columns) in (0..).step_by(SQUARE).zip(columns.as_chunks_mut::<SQUARE>().0) {
        // SAFETY: SSE2 is a part of x86-64. From each place on there are as many words as columns, so that four can be loaded; in
        // each column there is room for four from `row` on. Nothing asks for alignment.
        unsafe {
            let [one, two, three, four] =
                places.map(|place| _mm_loadu_si128(from.as_ptr().add(place + at).cast()));
            let (low, low_behind) = (_mm_unpacklo_epi32(one, two), _mm_unpacklo_epi32(three, four));
            let (high, high_behind) = (_mm_unpackhi_epi32(one, two), _mm_unpackhi_epi32(three, four));
            let turned = [
                _mm_unpacklo_epi64(low, low_behind),
                _mm_unpackhi_epi64(low, low_behind),
                _mm_unpacklo_epi64(high, high_behind),
                _mm_unpackhi_epi64(high, high_behind),
            ];
            for (column, words) in columns.iter_mut().zip(turned) {
                _mm_storeu_si128(column.as_mut_ptr().add(row).cast(), words);
            }
        }
    }
    true
}

//! Sums delta-encoded string lengths before they are decoded.
//!
//! The decoder allocates as many lengths as a page claims, and a string may share a prefix with the whole previous string, so
//! that a page of a few bytes can expand to gigabytes.
//!
//! **Source**: Apache Parquet, "Encodings", delta encoding (`DELTA_BINARY_PACKED` = 5) and the encodings based on it.

/// The count and the sum of a list of lengths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Lengths {
    pub(super) count: u64,
    /// The sum; negative lengths count as zero.
    pub(super) sum: u64,
}

impl Lengths {
    /// The number of lengths that the list at the start of `bytes` claims.
    pub(super) fn count(bytes: &[u8]) -> Option<u64> {
        let mut reader = BitReader { bytes, at: 0 };
        let (_, _) = (reader.varint()?, reader.varint()?);
        reader.varint()
    }

    /// The list at the start of `bytes`, of at most `max_count` lengths. `None` if it is not such a list, or has more.
    pub(super) fn read(bytes: &[u8], max_count: u64) -> Option<Self> {
        let mut reader = BitReader { bytes, at: 0 };
        let block = reader.varint()?;
        let miniblocks = reader.varint()?;
        let count = reader.varint()?;
        let mut previous = zigzag(reader.varint()?);
        if count > max_count
            || miniblocks == 0
            || block % 128 != 0
            || block % miniblocks != 0
            || (block / miniblocks) % 32 != 0
            || block == 0
        {
            return None;
        }
        let per_miniblock = block / miniblocks;
        let mut lengths = Self { count, sum: 0 };
        let mut remaining = count;
        if remaining > 0 {
            lengths.add(previous);
            remaining -= 1;
        }
        while remaining > 0 {
            let min_delta = zigzag(reader.varint()?);
            let widths = reader.take(usize::try_from(miniblocks).ok()?)?;
            for &width in widths {
                if remaining == 0 {
                    break;
                }
                let values = per_miniblock.min(remaining);
                lengths.miniblock(
                    &mut reader,
                    &mut previous,
                    Miniblock { min_delta, width, values, capacity: per_miniblock },
                )?;
                remaining -= values;
            }
        }
        Some(lengths)
    }

    fn add(&mut self, length: i64) {
        self.sum = self.sum.saturating_add(u64::try_from(length).unwrap_or_default());
    }

    /// Adds the lengths of one miniblock. Lengths have 32 bits and wrap around, as in the writer.
    #[allow(clippy::cast_possible_truncation, reason = "lengths have 32 bits")]
    fn miniblock(
        &mut self,
        reader: &mut BitReader<'_>,
        previous: &mut i64,
        miniblock: Miniblock,
    ) -> Option<()> {
        let Miniblock { min_delta, width, values, capacity } = miniblock;
        if width > 32 {
            return None;
        }
        let packed = reader.take_up_to(usize::try_from(capacity / 8 * u64::from(width)).ok()?);
        for index in 0..values {
            let difference = unpack(packed, index * u64::from(width), u32::from(width))?;
            *previous = i64::from(
                (*previous as i32).wrapping_add(min_delta as i32).wrapping_add(difference.cast_signed()),
            );
            self.add(*previous);
        }
        Some(())
    }
}

/// A miniblock: bit-packed differences of one width.
#[derive(Clone, Copy)]
struct Miniblock {
    min_delta: i64,
    width: u8,
    values: u64,
    /// The number of values of a full miniblock; the list may end earlier.
    capacity: u64,
}

fn zigzag(raw: u64) -> i64 {
    (raw >> 1).cast_signed() ^ -(raw & 1).cast_signed()
}

/// Reads a bit-packed number of up to 32 bits, least significant bit first.
#[allow(clippy::cast_possible_truncation, reason = "the width is at most 32")]
fn unpack(packed: &[u8], bit: u64, width: u32) -> Option<u32> {
    if width == 0 {
        return Some(0);
    }
    let start = usize::try_from(bit / 8).ok()?;
    let end = usize::try_from((bit + u64::from(width)).div_ceil(8)).ok()?;
    let bytes = packed.get(start..end)?;
    let word = bytes.iter().rev().fold(0_u64, |word, byte| word << 8 | u64::from(*byte));
    Some((word >> (bit % 8) & ((1 << width) - 1)) as u32)
}

struct BitReader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> BitReader<'a> {
    fn varint(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..63).step_by(7) {
            let byte = *self.bytes.get(self.at)?;
            self.at += 1;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let bytes = self.bytes.get(self.at..)?.get(..count)?;
        self.at += count;
        Some(bytes)
    }

    /// Takes up to `count` bytes: the last miniblock may be truncated after its last value.
    fn take_up_to(&mut self, count: usize) -> &'a [u8] {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let bytes = &rest[..count.min(rest.len())];
        self.at += bytes.len();
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn varint(bytes: &mut Vec<u8>, value: u64) {
        let mut value = value;
        while value > 0x7f {
            bytes.push(value.to_le_bytes()[0] | 0x80);
            value >>= 7;
        }
        bytes.push(value.to_le_bytes()[0]);
    }

    fn zigzag_of(value: i64) -> u64 {
        (value << 1 ^ value >> 63).cast_unsigned()
    }

    /// Blocks of 128 values in 4 runs, each run as wide as its widest difference.
    fn encode(values: &[i32]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for number in
            [128, 4, values.len() as u64, zigzag_of(values.first().copied().unwrap_or_default().into())]
        {
            varint(&mut bytes, number);
        }
        let differences: Vec<i32> = values.windows(2).map(|pair| pair[1].wrapping_sub(pair[0])).collect();
        for block in differences.chunks(128) {
            let min_delta = *block.iter().min().unwrap();
            varint(&mut bytes, zigzag_of(min_delta.into()));
            let runs: Vec<Vec<u32>> = block
                .chunks(32)
                .map(|run| run.iter().map(|value| value.wrapping_sub(min_delta).cast_unsigned()).collect())
                .collect();
            let width = |run: &Vec<u32>| run.iter().map(|value| 32 - value.leading_zeros()).max().unwrap();
            bytes.extend((0..4).map(|run| runs.get(run).map_or(0, width).to_le_bytes()[0]));
            for run in &runs {
                let reader = run.iter().chain(std::iter::repeat(&0)).take(32);
                let reader: Vec<bool> =
                    reader.flat_map(|value| (0..width(run)).map(move |bit| value >> bit & 1 == 1)).collect();
                bytes.extend(
                    reader
                        .chunks(8)
                        .map(|byte| byte.iter().rev().fold(0, |all, bit| all << 1 | u8::from(*bit))),
                );
            }
        }
        bytes
    }

    proptest! {
        #[test]
        fn sums_are_those_of_the_values(values in prop::collection::vec(0..70_000_i32, 0..700)) {
            let lengths = Lengths::read(&encode(&values), 700);
            let sum = values.iter().map(|value| u64::from(value.cast_unsigned())).sum();
            prop_assert_eq!(lengths, Some(Lengths { count: values.len() as u64, sum }));
        }
    }

    #[test]
    fn a_list_longer_than_it_may_be_is_none() {
        let bytes = encode(&[5; 1000]);
        assert_eq!(Lengths::read(&bytes, 1000), Some(Lengths { count: 1000, sum: 5000 }));
        assert_eq!(Lengths::read(&bytes, 999), None);
        assert_eq!(Lengths::read(&[], 999), None);
    }
}

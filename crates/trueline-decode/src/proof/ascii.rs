//! Checks all views of an array at once for ASCII. ASCII is UTF-8, so the views need not be validated one by one.

use arrow_array::StringViewArray;
use arrow_buffer::{Buffer, NullBuffer, ScalarBuffer};

/// The longest text inside a view.
const INLINE: u64 = 12;
/// With fewer views than one per this many bytes, they are checked one by one.
const BYTES_PER_VIEW: usize = 256;

/// Builds an array of texts that are views into one buffer, if all of them can be proven to be ASCII with less work than
/// checking each one; otherwise returns the views and nulls.
///
/// **Cost**: one pass over the views and one over the bytes around them.
#[allow(unsafe_code, reason = "an array whose texts are proven here is not to be checked text by text")]
pub(crate) fn string_views(
    views: Vec<u128>,
    block: &Buffer,
    nulls: Option<NullBuffer>,
) -> Result<StringViewArray, (Vec<u128>, Option<NullBuffer>)> {
    let is_one_size = nulls.as_ref().is_none_or(|nulls| nulls.len() == views.len());
    match (is_one_size, last_byte(&views, block)) {
        (true, Some(0)) => {
            // SAFETY: every text is inside its own view and is ASCII; there is one bit of validity for each.
            Ok(unsafe { StringViewArray::new_unchecked(ScalarBuffer::from(views), Vec::new().into(), nulls) })
        }
        (true, Some(_)) => {
            let buffers = vec![block.clone()].into();
            // SAFETY: every text that is not inside its own view is in the only buffer, before an offset up to which the block is
            // ASCII. Every text inside its view is ASCII too; there is one bit of validity for each.
            Ok(unsafe { StringViewArray::new_unchecked(ScalarBuffer::from(views), buffers, nulls) })
        }
        _ => Err((views, nulls)),
    }
}

/// Returns the end of the views in the block, if they and all bytes of the block up to there are ASCII; 0 if all views are
/// inline.
#[expect(clippy::cast_possible_truncation, reason = "the parts of a view")]
fn last_byte(views: &[u128], block: &[u8]) -> Option<usize> {
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let (mut high, mut buffers, mut end) = (0, 0, 0);
    // Without a branch: long texts are hard to predict.
    for view in views {
        let (low, top) = (*view as u64, (*view >> 64) as u64);
        let length = low & u64::from(u32::MAX);
        let is_long = u64::from(length > INLINE).wrapping_neg();
        // The lengths are below 2^31, so that the bits of an inlined text are all that counts.
        high |= (low | top) & !is_long & HIGH;
        buffers |= top as u32 & is_long as u32;
        end = end.max(((top >> 32) + length) & is_long);
    }
    let end = usize::try_from(end).ok()?;
    let is_worth_it = end <= BYTES_PER_VIEW.saturating_mul(views.len());
    let is_ascii = || block.get(..end).is_some_and(<[u8]>::is_ascii);
    (high == 0 && buffers == 0 && is_worth_it && is_ascii()).then_some(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A view as a text column makes it.
    fn view(text: &str, offset: u32) -> u128 {
        let length = u128::from(u32::try_from(text.len()).unwrap());
        let bytes = text.bytes().rev().fold(0, |word: u128, byte| word << 8 | u128::from(byte));
        if text.len() <= 12 {
            bytes << 32 | length
        } else {
            length | (bytes & 0xFFFF_FFFF) << 32 | u128::from(offset) << 96
        }
    }

    #[test]
    fn ascii_is_taken_and_nothing_else() {
        let block = Buffer::from(b"short,a text that is long,\xC3\xA4".as_slice());
        let long = view("a text that is long", 6);
        let array = string_views(vec![view("short", 0), long, view("", 0)], &block, None).unwrap();
        assert_eq!(array.iter().flatten().collect::<Vec<_>>(), ["short", "a text that is long", ""]);
        assert!(string_views(vec![view("short", 0)], &block, None).unwrap().data_buffers().is_empty());
        let nulls = Some(NullBuffer::from(vec![true, false]));
        let array = string_views(vec![long, 0], &block, nulls.clone()).unwrap();
        assert_eq!(array.iter().collect::<Vec<_>>(), [Some("a text that is long"), None]);
        for views in [
            vec![view("ä", 26)],
            vec![view("xxxxxxxxxxxxxxxxä", 9)],
            vec![view("a text that is long", 1000)],
            vec![long | 1 << 64],
        ] {
            assert!(string_views(views, &block, None).is_err());
        }
        assert!(string_views(vec![long], &block, nulls).is_err(), "another number of nulls");
    }
}

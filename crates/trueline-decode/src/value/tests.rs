//! What the tests of the parsers share.

use proptest::prelude::*;

use super::{ParseError, Text};

/// Asserts that a parser says what the grammar says, whatever stands behind the text. Text that is not UTF-8 never reaches a
/// parser but must be refused.
#[track_caller]
pub(crate) fn same<T: PartialEq + std::fmt::Debug>(
    text: &[u8],
    mut fast: impl FnMut(Text<'_>) -> Result<T, ParseError>,
    slow: impl FnOnce(&str) -> Result<T, ParseError>,
) {
    let slow = std::str::from_utf8(text).map_or(Err(ParseError::Invalid), slow);
    assert_eq!(fast(text.into()), slow, "{:?}", String::from_utf8_lossy(text));
    for around in [
        &b"0123456789012345678901234567890"[..],
        b".............................",
        b",\n1.5e3,--------------------------",
    ] {
        for length in [1, 7, around.len()] {
            let bytes = [b"-", text, &around[..length]].concat();
            assert_eq!(
                fast(Text::at(&bytes, 1..1 + text.len())),
                slow,
                "{:?}",
                String::from_utf8_lossy(&bytes)
            );
        }
    }
}

/// Texts of a pattern, most of them left alone, some with one byte replaced, inserted or removed.
pub(crate) fn near(pattern: &'static str) -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![proptest::sample::select(b"0159+-.,:eETtZzPDWHMS =/_\"".to_vec()), any::<u8>(),];
    (pattern, 0u8..6, any::<proptest::sample::Index>(), byte).prop_map(|(text, change, at, byte)| {
        let mut text = text.into_bytes();
        match change {
            0 if !text.is_empty() => {
                let at = at.index(text.len());
                text[at] = byte;
            }
            1 => text.insert(at.index(text.len() + 1), byte),
            2 if !text.is_empty() => {
                text.remove(at.index(text.len()));
            }
            _ => {}
        }
        text
    })
}

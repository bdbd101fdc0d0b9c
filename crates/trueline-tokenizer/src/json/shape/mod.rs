//! Shapes: the bytes between the values, which similar records have in common.
//!
//! A program that writes records puts the same bytes between the values each time: braces, keys, commas, spaces. If a record
//! has the same bytes between its values as an earlier record, and its values are strings or scalars, it also has the same
//! tokens, at the same distances from these bytes. So only the ends of its values must be found, and its tokens are copied.
//! An array of strings and scalars may have any number of items.
//!
//! `trueline-decode` has two related structures: a template is compared with tokens that were found, and gives the positions
//! of columns; a layout works on a single record and records no tokens.
//!
//! Why so: in records with much text, most bytes belong to strings, and searching for the end of a string takes a fraction
//! of the time that classifying each of its bytes takes. If values are short there is no gain, because the start of a value
//! is known only when the end of the one before has been found. So shapes are only learned from records with text, and a
//! shape is disabled if the records that match it turn out to have none. Bench: `examples/json_rate.rs`, "long text".
//!
//! If you change this: the tokens of a record that matches a shape must be those that `steps` would find. A record that is
//! unusual (an invalid escape, a control byte) matches no shape; `steps` then reads it, which is slower and never wrong.

#![allow(clippy::inline_always, reason = "the loops must be compiled with the instructions of their kernel")]

mod learn;
mod matching;

use crate::kernel::Isa;

/// Records have text if they have at least this many bytes per token on average. Others are not read by shapes.
const MIN_BYTES_PER_TOKEN: usize = 12;
/// When records with this many tokens have matched a shape, they are tested for text again.
const RETEST_TOKENS: usize = 4096;
/// The maximum number of bytes of a segment, which are compared at once.
const SEGMENT_BYTES: usize = 32;
/// The maximum number of tokens of a segment, which are copied at once.
const SEGMENT_TOKENS: usize = 8;
/// The maximum number of segments of a shape.
const MAX_SEGMENTS: usize = 256;
/// Space is reserved for this many array items per record. A record with more may match no shape.
const MAX_ITEMS: usize = 64;
/// The maximum number of shapes known at a time.
const MAX_SHAPES: usize = 4;
/// If there are as many shapes as allowed and none is disabled, only every so many calls of [`Shapes::learn`] replace one.
const REPLACE_INTERVAL: u32 = 64;
/// A shape whose records have no text is disabled until it was met this many times by [`Shapes::learn`].
const REENABLE_INTERVAL: u32 = 64;

/// The known shapes.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Shapes {
    /// Ordered so that frequent shapes tend to come first.
    known: Vec<Shape>,
    /// The calls of [`learn`](Self::learn) since the last one that could replace a shape.
    misses: u32,
}

/// What similar records have in common: the bytes between their values.
#[derive(Clone, Debug)]
pub(in super::super) struct Shape {
    segments: Vec<Segment>,
    /// Whether its lines end in CRLF.
    pub(in super::super) has_cr: bool,
    hits: u32,
    /// The size of the records that matched it since they were last tested for text.
    since_test: Extent,
    /// If not 0, the shape is disabled because its records have no text, and must be met this many times by
    /// [`Shapes::learn`] until it is used again. It is kept, since otherwise the next record with text would make it a new
    /// shape.
    disabled_for: u32,
}

/// The size of some records.
#[derive(Clone, Copy, Debug, Default)]
pub(in super::super) struct Extent {
    pub(in super::super) bytes: usize,
    pub(in super::super) tokens: usize,
}

impl Extent {
    /// Whether most bytes belong to strings.
    fn has_text(self) -> bool {
        self.bytes >= MIN_BYTES_PER_TOKEN * self.tokens
    }
}

/// Up to 32 bytes between values, with their tokens and what follows them.
#[derive(Clone, Debug, PartialEq)]
struct Segment {
    bytes: [u8; SEGMENT_BYTES],
    /// All ones where `bytes` are compared.
    mask: [u8; SEGMENT_BYTES],
    length: usize,
    /// The offsets of the tokens, counted from the first byte. If a value follows, its token is the last one.
    offsets: [u32; SEGMENT_TOKENS],
    kinds: [u8; SEGMENT_TOKENS],
    tokens: usize,
    next: Next,
}

/// What follows a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    /// A string or a scalar.
    Value,
    /// The items of an array: any number of strings or scalars, separated by commas.
    Items,
    /// The next segment, without a value in between.
    Segment,
    /// Nothing: the segment ends with the line feed.
    End,
}

/// The buffers that tokens are written to.
pub(in super::super) struct Slots<'a> {
    pub(in super::super) offsets: &'a mut [u32],
    pub(in super::super) kinds: &'a mut [u8],
}

/// A record that matches a shape.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct ShapeMatch {
    /// The offset at which the next line begins.
    pub(in super::super) end: usize,
    /// The number of tokens written.
    pub(in super::super) tokens: usize,
    /// Whether it may contain bytes that are not ASCII.
    pub(in super::super) has_high: bool,
    pub(in super::super) has_backslash: bool,
}

impl Shapes {
    /// The space that the tokens of one record may need.
    pub(in super::super) fn max_tokens(&self) -> usize {
        let segments = self.known.iter().map(|shape| shape.segments.len()).max().unwrap_or(0);
        (segments + 1) * SEGMENT_TOKENS + 2 * MAX_ITEMS
    }

    /// Whether there is no shape that is not disabled.
    pub(in super::super) fn is_empty(&self) -> bool {
        self.known.iter().all(|shape| shape.disabled_for > 0)
    }

    /// Finds the first shape that the record at `at` matches and writes the tokens of the record.
    #[inline(always)]
    pub(in super::super) fn match_record<I: Isa>(
        &mut self,
        isa: I,
        bytes: &[u8],
        at: usize,
        slots: &mut Slots<'_>,
    ) -> Option<(ShapeMatch, &Shape)> {
        for number in 0..self.known.len() {
            if self.known[number].disabled_for > 0 {
                continue;
            }
            if let Some(matched) = self.known[number].match_record(isa, bytes, at, slots) {
                let shape = &mut self.known[number];
                shape.hits = shape.hits.saturating_add(1);
                shape.since_test.bytes += matched.end - at;
                shape.since_test.tokens += matched.tokens;
                let hits = |number: usize| self.known[number].hits;
                let number = match number.checked_sub(1).filter(|before| hits(*before) < hits(number)) {
                    Some(before) => {
                        self.known.swap(before, number);
                        before
                    }
                    None => number,
                };
                return Some((matched, &self.known[number]));
            }
        }
        None
    }

    /// Disables shapes whose records have no text after all: the record they were learned from was not typical.
    pub(in super::super) fn disable_without_text(&mut self) {
        for shape in self.known.iter_mut().filter(|shape| shape.since_test.tokens >= RETEST_TOKENS) {
            if !std::mem::take(&mut shape.since_test).has_text() {
                // Other shapes come first.
                (shape.disabled_for, shape.hits) = (REENABLE_INTERVAL, 0);
            }
        }
    }

    /// Learns the shape of a record that matched no shape, given its bytes with the line feed, their offset and its tokens.
    /// Does nothing if the record and those read after it, of the size `size_with_next`, have no text. The shape may be
    /// known already, if it is disabled or if a value of the record is unusual.
    pub(in super::super) fn learn(
        &mut self,
        line: &[u8],
        start: usize,
        (offsets, kinds): (&[u32], &[u8]),
        size_with_next: Extent,
    ) {
        if !size_with_next.has_text() {
            return;
        }
        let disabled = self.known.iter().position(|shape| shape.disabled_for > 0);
        if self.known.len() == MAX_SHAPES && disabled.is_none() {
            self.misses += 1;
            if self.misses < REPLACE_INTERVAL {
                return;
            }
        }
        self.misses = 0;
        let Some(shape) = Shape::learn(line, start, offsets, kinds) else { return };
        let all_disabled = self.is_empty();
        if let Some(known) = self.known.iter_mut().find(|known| known.segments == shape.segments) {
            // If all shapes are disabled, this is called once for many records.
            known.disabled_for = if all_disabled { 0 } else { known.disabled_for.saturating_sub(1) };
            return;
        }
        if self.known.len() == MAX_SHAPES {
            self.known.remove(disabled.unwrap_or(MAX_SHAPES - 1));
            self.known.iter_mut().for_each(|shape| shape.hits /= 2);
        }
        self.known.push(shape);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{Indexer, Positions};
    use crate::kernel::{Kernel, STEP, Task};

    struct MatchRecord<'a> {
        shapes: &'a mut Shapes,
        bytes: &'a [u8],
    }

    impl Task for MatchRecord<'_> {
        type Output = Option<usize>;

        #[inline(always)]
        fn run<I: Isa>(self, isa: I) -> Option<usize> {
            let (mut offsets, mut kinds) = ([0; 256], [0; 256]);
            let mut slots = Slots { offsets: &mut offsets, kinds: &mut kinds };
            self.shapes.match_record(isa, self.bytes, 0, &mut slots).map(|(matched, _)| matched.end)
        }
    }

    fn learn(line: &str) -> Shapes {
        let (mut positions, mut shapes) = (Positions::new(), Shapes::default());
        Indexer::new().index(line.as_bytes(), true, &mut positions);
        let extent = Extent { bytes: line.len(), tokens: positions.offsets().len() };
        shapes.learn(line.as_bytes(), 0, (positions.offsets(), positions.kinds()), extent);
        shapes
    }

    /// Usual records must match a shape, or the other tests would compare `steps` with itself.
    #[test]
    fn similar_records_match_a_shape() {
        let long = "words of a text ".repeat(20);
        let mut shapes = learn(&format!("{{\"id\": 1, \"tags\": [\"a\"], \"text\": \"{long}\"}}\n"));
        for (record, fits) in [
            (format!("{{\"id\": 25, \"tags\": [], \"text\": \"{long}{long}\"}}\n"), true),
            ("{\"id\": \"a\", \"tags\": [1, null, \"\"], \"text\": \"\\n\\\"\\u00e9\"}\n".to_owned(), true),
            ("{\"id\": true, \"tags\": [\"\"], \"text\": null}\n".to_owned(), true),
            ("{\"id\": 1, \"tags\": [], \"text\":\"\"}\n".to_owned(), false),
            ("{\"id\": 1, \"tags\": [], \"text\": \"\\x\"}\n".to_owned(), false),
            ("{\"id\": 1, \"tags\": [], \"text\": \"\t\"}\n".to_owned(), false),
            ("{\"id\": 1, \"tags\": [1,], \"text\": \"\"}\n".to_owned(), false),
            ("{\"id\": 1, \"tags\": [], \"text\": \"\"}\r\n".to_owned(), false),
            ("{\"id\": {}, \"tags\": [], \"text\": \"\"}\n".to_owned(), false),
            ("{\"id\": 1, \"tags\": [], \"text\": \"\"\n".to_owned(), false),
        ] {
            // A record is not read from the very end of the bytes.
            let bytes = [record.as_bytes(), &[b'\n'; 2 * STEP]].concat();
            for kernel in Kernel::available() {
                let end = kernel.run(MatchRecord { shapes: &mut shapes, bytes: &bytes });
                assert_eq!(end, fits.then_some(record.len()), "{kernel}, {record}");
            }
        }
    }

    #[test]
    fn records_with_short_values_have_none() {
        assert!(learn("{\"id\":1,\"name\":\"Ada\",\"tags\":[\"a\",\"b\"]}\n").is_empty());
    }

    /// One record with a long value among many with short ones must not cause all of them to be read by a shape, which would
    /// be slower.
    #[test]
    fn one_record_with_text_is_not_enough() {
        let short = "{\"id\":1,\"text\":\"short\"}\n";
        let lines = [short.replace("short", &"long ".repeat(40)), short.repeat(99)].concat();
        let (mut positions, mut shapes) = (Positions::new(), Shapes::default());
        Indexer::new().index(lines.as_bytes(), true, &mut positions);
        let line = &lines.as_bytes()[..lines.len() - 99 * short.len()];
        let tokens = positions.tokens(0);
        let first = (&positions.offsets()[tokens.clone()], &positions.kinds()[tokens]);
        shapes.learn(line, 0, first, Extent { bytes: lines.len(), tokens: positions.offsets().len() });
        assert!(shapes.is_empty(), "the records after it have no text");

        shapes.learn(line, 0, first, Extent { bytes: line.len(), tokens: first.0.len() });
        let bytes = [short.as_bytes(), &[b'\n'; 2 * STEP]].concat();
        for _ in 0..RETEST_TOKENS.div_ceil(first.0.len()) {
            shapes.disable_without_text();
            assert!(!shapes.is_empty(), "not tested yet");
            assert!(Kernel::detect().run(MatchRecord { shapes: &mut shapes, bytes: &bytes }).is_some());
        }
        shapes.disable_without_text();
        assert!(shapes.is_empty(), "the records that matched it have no text");
        shapes.learn(line, 0, first, Extent { bytes: line.len(), tokens: first.0.len() });
        assert!(!shapes.is_empty(), "a record with text follows");
    }
}

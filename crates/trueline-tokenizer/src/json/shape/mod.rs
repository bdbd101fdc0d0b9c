//! Shapes: the bytes besides the values that records of one kind have in common.
//!
//! A program that writes records puts the same bytes between the values each time: braces, keys, commas, spaces. If a record
//! has these bytes of an earlier record, with strings or scalars in between, it also has the same tokens, at the same
//! distance from these bytes. So only the ends of its values must be found; its tokens are copied. An array of strings and
//! scalars may have any number of items.
//!
//! `trueline-decode` has two related structures: a template is compared with tokens that were found, and gives the positions
//! of columns; a layout works on a single record and records no tokens.
//!
//! Why so: in records with much text, most bytes belong to strings, and searching for the end of a string takes a fraction
//! of the time that classifying each of its bytes takes. If values are short there is no gain, since each value must wait
//! for the one before. So only records with text are learned, and a shape is dropped if its records turn out to have none.
//! Bench: `examples/json_rate.rs`, "long text".
//!
//! If you change this: a shape may only claim about a record what `steps` would claim. Unusual records (a bad escape, a
//! control byte) fit no shape, so a miss is never wrong, only slow.

#![allow(clippy::inline_always, reason = "the loops must be compiled with the instructions of their kernel")]

mod fit;
mod learn;

use crate::kernel::Isa;

/// Records with fewer bytes per token than this, on average, are not read by shapes.
const LEAST_BYTES: usize = 12;
/// After this many tokens read by a shape, its records are tested again for text.
const TRIAL_TOKENS: usize = 4096;
/// The number of bytes between two values that are compared at a time.
const PIECE_BYTES: usize = 32;
/// The number of their tokens that are copied at a time.
const PIECE_TOKENS: usize = 8;
/// The maximum number of pieces of a shape.
const MOST_PIECES: usize = 256;
/// Space is reserved for this many array items per record. A record with more may fit no shape.
const MOST_ITEMS: usize = 64;
/// The maximum number of shapes known at a time.
const MOST_SHAPES: usize = 4;
/// With all shapes in use, this many stretches of records without a known shape pass before a new one replaces another; and a
/// shape whose records have no text sleeps for this many lessons.
const PATIENCE: u32 = 64;

/// The known shapes.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Shapes {
    /// The most frequent ones come first.
    known: Vec<Shape>,
    misses: u32,
}

/// The common bytes of records of one kind, besides their values.
#[derive(Clone, Debug)]
pub(in super::super) struct Shape {
    pieces: Vec<Piece>,
    /// Whether its lines end in CRLF.
    pub(in super::super) has_cr: bool,
    hits: u32,
    /// The extent of the records read by it since they were last tested for text.
    trial: Extent,
    /// For how many lessons it sleeps because its records have no text. It stays known, or the next record with text would
    /// teach it again.
    sleeps: u32,
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
        self.bytes >= LEAST_BYTES * self.tokens
    }
}

/// Bytes between values, with their tokens and what follows them.
#[derive(Clone, Debug, PartialEq)]
struct Piece {
    bytes: [u8; PIECE_BYTES],
    /// All ones where `bytes` are compared.
    mask: [u8; PIECE_BYTES],
    length: usize,
    /// The offsets of the tokens, counted from the first byte; the last one is that of the value that follows.
    offsets: [u32; PIECE_TOKENS],
    kinds: [u8; PIECE_TOKENS],
    tokens: usize,
    then: Then,
}

/// What follows a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    /// A string or a scalar.
    Value,
    /// Any number of strings or scalars, separated by commas.
    Items,
    /// The next piece.
    More,
    /// Nothing: the line ends with the piece.
    End,
}

/// Space for tokens.
pub(in super::super) struct Slots<'a> {
    pub(in super::super) offsets: &'a mut [u32],
    pub(in super::super) kinds: &'a mut [u8],
}

/// A record that has a shape.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Shaped {
    /// Where the next line begins.
    pub(in super::super) end: usize,
    /// The number of tokens written.
    pub(in super::super) tokens: usize,
    /// Whether there may be bytes that are not ASCII.
    pub(in super::super) has_high: bool,
    pub(in super::super) has_backslash: bool,
}

impl Shapes {
    /// The space that the tokens of one record may need.
    pub(in super::super) fn most_tokens(&self) -> usize {
        let most = self.known.iter().map(|shape| shape.pieces.len()).max().unwrap_or(0);
        (most + 1) * PIECE_TOKENS + 2 * MOST_ITEMS
    }

    /// Whether there is no shape to read records by.
    pub(in super::super) fn is_empty(&self) -> bool {
        self.known.iter().all(|shape| shape.sleeps > 0)
    }

    /// Finds the first active shape that fits the record at `at`; writes its tokens.
    #[inline(always)]
    pub(in super::super) fn fit<I: Isa>(
        &mut self,
        isa: I,
        bytes: &[u8],
        at: usize,
        slots: &mut Slots<'_>,
    ) -> Option<(Shaped, &Shape)> {
        for number in 0..self.known.len() {
            if self.known[number].sleeps > 0 {
                continue;
            }
            if let Some(shaped) = self.known[number].fit(isa, bytes, at, slots) {
                let shape = &mut self.known[number];
                shape.hits = shape.hits.saturating_add(1);
                shape.trial.bytes += shaped.end - at;
                shape.trial.tokens += shaped.tokens;
                let hits = |number: usize| self.known[number].hits;
                let number = match number.checked_sub(1).filter(|before| hits(*before) < hits(number)) {
                    Some(before) => {
                        self.known.swap(before, number);
                        before
                    }
                    None => number,
                };
                return Some((shaped, &self.known[number]));
            }
        }
        None
    }

    /// Puts shapes to sleep whose records have no text after all: the record they were learned from was not typical.
    pub(in super::super) fn give_up(&mut self) {
        for shape in self.known.iter_mut().filter(|shape| shape.trial.tokens >= TRIAL_TOKENS) {
            if !std::mem::take(&mut shape.trial).has_text() {
                // Other shapes come first.
                (shape.sleeps, shape.hits) = (PATIENCE, 0);
            }
        }
    }

    /// Learns the shape of a record that fitted no known shape, given its bytes with the line feed, their offset, and its
    /// tokens, if it and the records after it have text. The shape may still be known if only a value is unusual.
    pub(in super::super) fn learn(
        &mut self,
        line: &[u8],
        start: usize,
        (offsets, kinds): (&[u32], &[u8]),
        with_those_behind: Extent,
    ) {
        if !with_those_behind.has_text() {
            return;
        }
        let sleeper = self.known.iter().position(|shape| shape.sleeps > 0);
        if self.known.len() == MOST_SHAPES && sleeper.is_none() {
            self.misses += 1;
            if self.misses < PATIENCE {
                return;
            }
        }
        self.misses = 0;
        let Some(shape) = Shape::learn(line, start, offsets, kinds) else { return };
        let all_sleep = self.is_empty();
        if let Some(known) = self.known.iter_mut().find(|known| known.pieces == shape.pieces) {
            // If nothing is read by shapes, one lesson covers many records.
            known.sleeps = if all_sleep { 0 } else { known.sleeps.saturating_sub(1) };
            return;
        }
        if self.known.len() == MOST_SHAPES {
            self.known.remove(sleeper.unwrap_or(MOST_SHAPES - 1));
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

    struct Fit<'a> {
        shapes: &'a mut Shapes,
        bytes: &'a [u8],
    }

    impl Task for Fit<'_> {
        type Output = Option<usize>;

        #[inline(always)]
        fn run<I: Isa>(self, isa: I) -> Option<usize> {
            let (mut offsets, mut kinds) = ([0; 256], [0; 256]);
            let mut slots = Slots { offsets: &mut offsets, kinds: &mut kinds };
            self.shapes.fit(isa, self.bytes, 0, &mut slots).map(|(shaped, _)| shaped.end)
        }
    }

    fn learn(line: &str) -> Shapes {
        let (mut positions, mut shapes) = (Positions::new(), Shapes::default());
        Indexer::new().index(line.as_bytes(), true, &mut positions);
        let extent = Extent { bytes: line.len(), tokens: positions.offsets().len() };
        shapes.learn(line.as_bytes(), 0, (positions.offsets(), positions.kinds()), extent);
        shapes
    }

    /// The short way must be gone, or the tests would compare the other one with itself.
    #[test]
    fn records_of_one_make_have_a_shape() {
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
                let end = kernel.run(Fit { shapes: &mut shapes, bytes: &bytes });
                assert_eq!(end, fits.then_some(record.len()), "{kernel}, {record}");
            }
        }
    }

    #[test]
    fn records_with_short_values_have_none() {
        assert!(learn("{\"id\":1,\"name\":\"Ada\",\"tags\":[\"a\",\"b\"]}\n").is_empty());
    }

    /// One long value among many that are short must not have all of them read by a shape, which would be slower.
    #[test]
    fn one_record_with_text_is_no_rule() {
        let short = "{\"id\":1,\"text\":\"short\"}\n";
        let lines = [short.replace("short", &"long ".repeat(40)), short.repeat(99)].concat();
        let (mut positions, mut shapes) = (Positions::new(), Shapes::default());
        Indexer::new().index(lines.as_bytes(), true, &mut positions);
        let line = &lines.as_bytes()[..lines.len() - 99 * short.len()];
        let tokens = positions.tokens(0);
        let first = (&positions.offsets()[tokens.clone()], &positions.kinds()[tokens]);
        shapes.learn(line, 0, first, Extent { bytes: lines.len(), tokens: positions.offsets().len() });
        assert!(shapes.is_empty(), "those behind it have none");

        shapes.learn(line, 0, first, Extent { bytes: line.len(), tokens: first.0.len() });
        let bytes = [short.as_bytes(), &[b'\n'; 2 * STEP]].concat();
        for _ in 0..TRIAL_TOKENS.div_ceil(first.0.len()) {
            shapes.give_up();
            assert!(!shapes.is_empty(), "not tried enough");
            assert!(Kernel::detect().run(Fit { shapes: &mut shapes, bytes: &bytes }).is_some());
        }
        shapes.give_up();
        assert!(shapes.is_empty(), "records that fitted it have none");
        shapes.learn(line, 0, first, Extent { bytes: line.len(), tokens: first.0.len() });
        assert!(!shapes.is_empty(), "records with text follow");
    }
}

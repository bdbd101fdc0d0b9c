//! The positions of a column's values in the bytes of a block.

use std::ops::Range;

/// The kind of a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Kind {
    /// No value: the record lacks the key.
    #[default]
    Absent,
    Null,
    True,
    False,
    Number,
    /// A string without escapes.
    String,
    /// A string with escapes.
    Escaped,
    Array,
    Object,
    /// A value that is not an object, in place of the object that should contain the key.
    NotObject,
}

impl Kind {
    /// Describes the kind for people.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Absent => "nothing",
            Self::Null => "null",
            Self::True | Self::False => "a boolean",
            Self::Number => "a number",
            Self::String | Self::Escaped => "a string",
            Self::Array => "an array",
            Self::Object => "an object",
            Self::NotObject => "a value that is no object",
        }
    }

    /// Whether it is a string.
    pub(crate) fn is_string(self) -> bool {
        matches!(self, Self::String | Self::Escaped)
    }
}

/// One value: its raw bytes, including quotes, from the start of the block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Slot {
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) kind: Kind,
}

impl Slot {
    /// Creates a value from a range of a block, which is below four gigabytes.
    pub(crate) fn new(place: Range<usize>, kind: Kind) -> Self {
        Self { start: narrow(place.start), end: narrow(place.end), kind }
    }

    /// Returns the raw bytes of the value.
    pub(crate) fn place(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Returns the bytes between the quotes of a string; all bytes of another value.
    pub(crate) fn content(self) -> Range<usize> {
        let quote = usize::from(self.kind.is_string());
        self.start as usize + quote..self.end as usize - quote
    }
}

/// The values of one column, one per row.
#[derive(Clone, Debug, Default)]
pub(crate) struct Slots {
    pub(crate) starts: Vec<u32>,
    pub(crate) ends: Vec<u32>,
    pub(crate) kinds: Vec<Kind>,
}

impl Slots {
    pub(crate) fn clear(&mut self) {
        self.starts.clear();
        self.ends.clear();
        self.kinds.clear();
    }

    pub(crate) fn push(&mut self, slot: Slot) {
        self.starts.push(slot.start);
        self.ends.push(slot.end);
        self.kinds.push(slot.kind);
    }

    pub(crate) fn len(&self) -> usize {
        self.kinds.len()
    }

    pub(crate) fn get(&self, row: usize) -> Slot {
        Slot { start: self.starts[row], end: self.ends[row], kind: self.kinds[row] }
    }

    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = Slot> + '_ {
        let places = self.starts.iter().zip(&self.ends).zip(&self.kinds);
        places.map(|((start, end), kind)| Slot { start: *start, end: *end, kind: *kind })
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a block is below four gigabytes")]
fn narrow(offset: usize) -> u32 {
    offset as u32
}

//! The state of the tokenizer at a byte border.

/// Where a reader of the bytes stands at a border between two bytes.
///
/// It is what must be carried from one chunk to the next: [`Splitter::resolve`](crate::Splitter::resolve) turns
/// the state at the start of a chunk into the state at its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct State(pub(crate) Place);

impl State {
    /// At the start of a record.
    pub const START: Self = Self(Place::RecordStart);

    /// Whether a record may start here, so that nothing before this border is needed to read on.
    pub fn is_record_start(self) -> bool {
        self.0 == Place::RecordStart
    }
}

impl Default for State {
    fn default() -> Self {
        Self::START
    }
}

/// The states of the byte machine. The two with a pending CR exist under `Terminator::CrLf` only: under `Auto`
/// an LF ends the record whatever stands before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Place {
    /// Before the first byte of a record.
    RecordStart,
    /// Just after a delimiter.
    FieldStart,
    /// Inside an unquoted field, or behind the closing quote of a quoted one with text in between.
    Unquoted,
    /// As `Unquoted`, and the byte before is a CR.
    UnquotedCr,
    /// Inside quotes.
    Quoted,
    /// Just after a quote inside quotes: a second one would make it content.
    QuoteInQuoted,
    /// Inside quotes, just after the escape.
    Escaped,
    /// Inside a comment line.
    Comment,
    /// As `Comment`, and the byte before is a CR.
    CommentCr,
}

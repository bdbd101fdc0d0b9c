//! The state of the tokenizer between two bytes.

/// The state of a reader at a boundary between two bytes.
///
/// It must be carried from one chunk to the next: [`Splitter::resolve`](crate::Splitter::resolve) turns the state at the
/// start of a chunk into the state at its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct State(pub(crate) StateKind);

impl State {
    /// At the start of a record.
    pub const START: Self = Self(StateKind::RecordStart);

    /// Whether a record may start here, so that reading can continue without anything before this boundary.
    pub fn is_record_start(self) -> bool {
        self.0 == StateKind::RecordStart
    }
}

impl Default for State {
    fn default() -> Self {
        Self::START
    }
}

/// The states of the state machine that reads one byte at a time. The two with a pending CR only exist for
/// `Terminator::CrLf`: for `Auto`, an LF ends the record whatever precedes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum StateKind {
    /// Before the first byte of a record.
    RecordStart,
    /// Just after a delimiter.
    FieldStart,
    /// Inside an unquoted field, or after text that follows the closing quote of a quoted field.
    Unquoted,
    /// Like `Unquoted`, and the previous byte is a CR.
    UnquotedCr,
    /// Inside quotes.
    Quoted,
    /// Just after a quote inside quotes: a second quote would make it content.
    QuoteInQuoted,
    /// Inside quotes, just after the escape.
    Escaped,
    /// Inside a comment line.
    Comment,
    /// Like `Comment`, and the previous byte is a CR.
    CommentCr,
}

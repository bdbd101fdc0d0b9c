//! Tells which bytes are inside quotes, by parity, and holds the state that is carried from one step to the next.

use super::classes::Classes;
use crate::kernel::Isa;
use crate::state::{State, StateKind};

/// The state at the boundary between two steps, as bits. All except `in_quote` (all ones or zero) are 0 or 1.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Carry {
    pub(crate) in_quote: u64,
    /// The previous byte is a delimiter or a terminator.
    pub(crate) field_start: u64,
    /// The previous byte is a terminator.
    pub(crate) record_start: u64,
    /// The previous byte is a closing quote (unless a second quote follows).
    pub(crate) after_close: u64,
    /// The previous byte is a CR.
    pub(crate) cr: u64,
    /// The previous byte is an active escape: one that is not itself escaped.
    pub(crate) escaped: u64,
}

impl Carry {
    pub(super) const START: Self =
        Self { in_quote: 0, field_start: 1, record_start: 1, after_close: 0, cr: 0, escaped: 0 };

    /// The carry of a state; `None` inside a comment, which the fast path does not handle.
    pub(crate) fn of(state: State) -> Option<Self> {
        let mut carry = Self::default();
        match state.0 {
            StateKind::RecordStart => carry = Self::START,
            StateKind::FieldStart => carry.field_start = 1,
            StateKind::Unquoted => {}
            StateKind::UnquotedCr => carry.cr = 1,
            StateKind::Quoted => carry.in_quote = u64::MAX,
            StateKind::QuoteInQuoted => carry.after_close = 1,
            StateKind::Escaped => (carry.in_quote, carry.escaped) = (u64::MAX, 1),
            StateKind::Comment | StateKind::CommentCr => return None,
        }
        Some(carry)
    }

    /// The state of a carry.
    pub(crate) fn state(self, classes: &Classes) -> State {
        State(if self.escaped != 0 {
            StateKind::Escaped
        } else if self.in_quote != 0 {
            StateKind::Quoted
        } else if self.after_close != 0 {
            StateKind::QuoteInQuoted
        } else if self.record_start != 0 {
            StateKind::RecordStart
        } else if self.field_start != 0 {
            StateKind::FieldStart
        } else if self.cr != 0 && classes.has_pending_cr {
            StateKind::UnquotedCr
        } else {
            StateKind::Unquoted
        })
    }

    /// Whether every separator counts from here to the next quote. (An active escape is inside quotes.)
    pub(super) fn is_plain(self) -> bool {
        self.in_quote | self.after_close == 0
    }
}

/// The quotes and escapes among 64 bytes, by parity.
#[derive(Clone, Copy, Debug)]
pub(crate) struct QuoteMasks {
    /// From each opening quote up to, but not including, its closing quote.
    pub(crate) inside: u64,
    pub(crate) open: u64,
    pub(crate) close: u64,
    /// Active escapes outside quotes.
    pub(crate) irregular: u64,
    /// Active escapes, inside and outside quotes.
    pub(crate) escapes: u64,
    /// The carry after these bytes, as far as quotes and escapes determine it.
    pub(crate) next: Carry,
}

impl QuoteMasks {
    #[inline(always)]
    pub(crate) fn read<I: Isa>(isa: I, classes: &Classes, block: I::Block, carry: Carry) -> Self {
        let mut quote = classes.quotes(isa, block);
        let mut escapes = 0;
        if classes.has_escape {
            let escape = classes.escapes(isa, block);
            let (active, escaped) = resolve_escapes(escape, carry.escaped);
            quote &= !escaped;
            escapes = active;
        }
        let inside = isa.prefix_xor(quote) ^ carry.in_quote;
        let close = quote & !inside;
        let next = Carry {
            in_quote: (inside.cast_signed() >> 63).cast_unsigned(),
            after_close: close >> 63,
            escaped: escapes >> 63,
            ..Carry::default()
        };
        Self { inside, open: quote & inside, close, irregular: escapes & !inside, escapes, next }
    }
}

/// Returns the active escapes and the bytes that they escape. Processes one escape at a time: escapes are rare, and whether
/// one is active depends on the one before it.
#[inline(always)]
fn resolve_escapes(escape: u64, carry: u64) -> (u64, u64) {
    let mut active = 0;
    let mut escaped = carry;
    let mut rest = escape & !carry;
    while rest != 0 {
        let bit = rest & rest.wrapping_neg();
        active |= bit;
        escaped |= bit << 1;
        rest &= !(bit | bit << 1);
    }
    (active, escaped)
}

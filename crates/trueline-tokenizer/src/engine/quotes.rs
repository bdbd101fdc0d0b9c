//! Inside and outside: quotes by parity, and the state carried from one step to the next.

use super::classes::Classes;
use crate::kernel::Isa;
use crate::state::{Place, State};

/// The state at the boundary between two steps, as bits. All except `in_quote` (all ones or zero) are 0 or 1.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Carry {
    pub(crate) in_quote: u64,
    /// The previous byte is a delimiter or a terminator.
    pub(crate) field_start: u64,
    /// It is a terminator.
    pub(crate) record_start: u64,
    /// It is a quote that closes (unless a second one follows).
    pub(crate) after_close: u64,
    /// It is a CR.
    pub(crate) cr: u64,
    /// It is an active escape.
    pub(crate) escaped: u64,
}

impl Carry {
    pub(super) const START: Self =
        Self { in_quote: 0, field_start: 1, record_start: 1, after_close: 0, cr: 0, escaped: 0 };

    /// The carry of a state; `None` inside a comment, which the fast loop does not handle.
    pub(crate) fn of(state: State) -> Option<Self> {
        let mut carry = Self::default();
        match state.0 {
            Place::RecordStart => carry = Self::START,
            Place::FieldStart => carry.field_start = 1,
            Place::Unquoted => {}
            Place::UnquotedCr => carry.cr = 1,
            Place::Quoted => carry.in_quote = u64::MAX,
            Place::QuoteInQuoted => carry.after_close = 1,
            Place::Escaped => (carry.in_quote, carry.escaped) = (u64::MAX, 1),
            Place::Comment | Place::CommentCr => return None,
        }
        Some(carry)
    }

    /// The state of a carry.
    pub(crate) fn state(self, classes: &Classes) -> State {
        State(if self.escaped != 0 {
            Place::Escaped
        } else if self.in_quote != 0 {
            Place::Quoted
        } else if self.after_close != 0 {
            Place::QuoteInQuoted
        } else if self.record_start != 0 {
            Place::RecordStart
        } else if self.field_start != 0 {
            Place::FieldStart
        } else if self.cr != 0 && classes.cr_is_pending {
            Place::UnquotedCr
        } else {
            Place::Unquoted
        })
    }

    /// Whether bytes without quotes count as they appear from here on. (An active escape is inside quotes.)
    pub(super) fn is_plain(self) -> bool {
        self.in_quote | self.after_close == 0
    }
}

/// The quotes of 64 bytes by parity.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Quotes {
    /// From each opening quote up to, but not including, its closing quote.
    pub(crate) inside: u64,
    pub(crate) open: u64,
    pub(crate) close: u64,
    /// Active escapes outside quotes.
    pub(crate) trouble: u64,
    /// Active escapes, inside and outside quotes.
    pub(crate) escapes: u64,
    /// The known part of the carry after these bytes.
    pub(crate) next: Carry,
}

impl Quotes {
    #[inline(always)]
    pub(crate) fn read<I: Isa>(isa: I, classes: &Classes, block: I::Block, carry: Carry) -> Self {
        let mut quote = classes.quotes(isa, block);
        let mut escapes = 0;
        if classes.has_escape {
            let escape = classes.escapes(isa, block);
            let (in_force, escaped) = resolve_escapes(escape, carry.escaped);
            quote &= !escaped;
            escapes = in_force;
        }
        let inside = isa.prefix_xor(quote) ^ carry.in_quote;
        let close = quote & !inside;
        let next = Carry {
            in_quote: (inside.cast_signed() >> 63).cast_unsigned(),
            after_close: close >> 63,
            escaped: escapes >> 63,
            ..Carry::default()
        };
        Self { inside, open: quote & inside, close, trouble: escapes & !inside, escapes, next }
    }
}

/// Returns the active escapes and the bytes they escape. One by one: escapes are rare, and each determines the next.
#[inline(always)]
fn resolve_escapes(escape: u64, carry: u64) -> (u64, u64) {
    let mut in_force = 0;
    let mut escaped = carry;
    let mut rest = escape & !carry;
    while rest != 0 {
        let bit = rest & rest.wrapping_neg();
        in_force |= bit;
        escaped |= bit << 1;
        rest &= !(bit | bit << 1);
    }
    (in_force, escaped)
}

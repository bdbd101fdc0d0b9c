//! Numbers, digit by digit.

use super::fault::{Fault, FaultKind, NumberFault};

/// The end of the number that starts at `start`, with a digit or a minus sign.
pub(super) fn scan(bytes: &[u8], start: usize) -> Result<usize, Fault> {
    let digits = |mut at: usize| {
        while bytes.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
        at
    };
    let fault = |reason, offset| Fault { kind: FaultKind::BadNumber { reason }, offset };

    let first = start + usize::from(bytes[start] == b'-');
    let mut at = digits(first);
    if at == first {
        return Err(fault(NumberFault::NoDigit, at));
    }
    if bytes[first] == b'0' && at > first + 1 {
        return Err(fault(NumberFault::LeadingZero, first + 1));
    }
    if bytes.get(at) == Some(&b'.') {
        let end = digits(at + 1);
        if end == at + 1 {
            return Err(fault(NumberFault::NoFraction, end));
        }
        at = end;
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        let first = at + 1 + usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        let end = digits(first);
        if end == first {
            return Err(fault(NumberFault::NoExponent, end));
        }
        at = end;
    }
    Ok(at)
}

//! Base64: RFC 4648 section 4, padded, no stray bits.

/// The value of each symbol; 64 for other bytes.
const SEXTETS: [u8; 256] = {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut sextets = [64; 256];
    let mut at = 0u8;
    while at < 64 {
        sextets[alphabet[at as usize] as usize] = at;
        at += 1;
    }
    sextets
};

/// Appends the bytes of a base64 text. If the text is invalid, returns `false` and appends nothing.
#[must_use]
pub(crate) fn decode_into(text: &[u8], bytes: &mut Vec<u8>) -> bool {
    let start = bytes.len();
    let complete = decode(text, bytes).is_some();
    if !complete {
        bytes.truncate(start);
    }
    complete
}

fn decode(text: &[u8], bytes: &mut Vec<u8>) -> Option<()> {
    let (quads, rest) = text.as_chunks::<4>();
    if !rest.is_empty() {
        return None;
    }
    let Some((last, quads)) = quads.split_last() else { return Some(()) };
    bytes.reserve(quads.len() * 3 + 3);
    for quad in quads {
        bytes.extend_from_slice(&triple(*quad)?);
    }
    let (symbols, padding) = match *last {
        [a, b, b'=', b'='] => ([a, b, b'A', b'A'], 2),
        [a, b, c, b'='] => ([a, b, c, b'A'], 1),
        quad => (quad, 0),
    };
    let triple = triple(symbols)?;
    let (kept, dropped) = triple.split_at(3 - padding);
    if dropped.iter().any(|byte| *byte != 0) {
        return None;
    }
    bytes.extend_from_slice(kept);
    Some(())
}

/// Decodes four symbols to three bytes.
#[inline]
fn triple(quad: [u8; 4]) -> Option<[u8; 3]> {
    let [a, b, c, d] = quad.map(|symbol| u32::from(SEXTETS[usize::from(symbol)]));
    if (a | b | c | d) & 64 != 0 {
        return None;
    }
    let [_, high, middle, low] = (a << 18 | b << 12 | c << 6 | d).to_be_bytes();
    Some([high, middle, low])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::tests::{near, same};
    use crate::value::{ParseError, Text};
    use proptest::prelude::*;
    use trueline_schema::grammar;

    fn twin(text: &[u8]) {
        let mut bytes = b"before".to_vec();
        let mut read = |text: Text<'_>| {
            if decode_into(text.as_bytes(), &mut bytes) {
                Ok(bytes.split_off(6))
            } else {
                Err(ParseError::Invalid)
            }
        };
        same(text, &mut read, |text| grammar::parse_binary(text).ok_or(ParseError::Invalid));
        assert_eq!(bytes, b"before");
    }

    #[test]
    fn edges() {
        for text in [
            "", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zg", "Zg=", "Zg===", "=", "==", "====", "Z===", "Zh==",
            "Zm9=", "-_-_", "Zm 9", "Zm9v\n", "Zg==Zg==", "Zm=v", "Zm9vZ===", "+/+/", "Zm9vYmFy", "A=A=",
        ] {
            twin(text.as_bytes());
        }
    }

    proptest! {
        #[test]
        fn any_bytes(text in proptest::collection::vec(any::<u8>(), 0..16)) {
            twin(&text);
        }

        #[test]
        fn near_valid(text in near("([A-Za-z0-9+/]{4}){0,5}([A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?")) {
            twin(&text);
        }
    }
}

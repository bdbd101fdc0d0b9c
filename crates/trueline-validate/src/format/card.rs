//! # card
//!
//! The string must be a payment card number with a correct check digit.
//!
//! **Why** — the check digit catches every single wrong digit before a payment is attempted.
//!
//! **Passes** — `4111111111111111`, `378282246310005`, `6759649826438453`, `501800000009`.
//!
//! **Fails** — `4111111111111112`, `4111 1111 1111 1111`, `4111-1111-1111-1111`, `41111111111`, `41111111111111111111`, `4111x11111111111`.
//!
//! **Options** — none. 12 to 19 digits without spaces or hyphens; whether an issuer uses the number range is not checked.
//!
//! **Codes** — `format.card`.
//!
//! **Source** — ISO/IEC 7812-1, annex B (the Luhn formula).

use super::checksum::luhn;

pub(crate) fn matches(text: &str) -> bool {
    let bytes = text.as_bytes();
    matches!(bytes.len(), 12..=19)
        && bytes.iter().all(u8::is_ascii_digit)
        && luhn(bytes.iter().rev().map(|digit| digit - b'0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_for_testing_payments() {
        for good in [
            "4242424242424242",
            "4000056655665556",
            "5555555555554444",
            "2223003122003222",
            "5105105105105100",
            "371449635398431",
            "6011111111111117",
            "30569309025904",
            "36227206271667",
            "3530111333300000",
            "6200000000000005",
            "6304000000000000",
        ] {
            assert!(matches(good), "{good}");
            for place in 0..good.len() {
                let mut bytes = good.as_bytes().to_vec();
                bytes[place] = b'0' + (bytes[place] - b'0' + 1) % 10;
                assert!(!matches(str::from_utf8(&bytes).unwrap()), "{good} at {place}");
            }
        }
    }

    #[test]
    fn lengths_are_limited() {
        for length in 0..40 {
            assert_eq!(matches(&"0".repeat(length)), (12..=19).contains(&length));
        }
    }
}

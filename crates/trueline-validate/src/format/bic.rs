//! # bic
//!
//! The string must be a business identifier code (a SWIFT code) of 8 or 11 characters.
//!
//! **Why** — the code routes a payment to its bank; one of 9 or 10 characters routes it nowhere.
//!
//! **Passes** — `DEUTDEFF`, `DEUTDEFF500`, `NEDSZAJJXXX`, `E097AEXX`, `NCBVXKPR`.
//!
//! **Fails** — `DEUTDEF`, `DEUTDEFF5`, `deutdeff`, `DEUTZZFF`, `DEUT-EFF`, `DEUTDEFF 500`.
//!
//! **Options** — none. Four letters or digits for the party, a country of ISO 3166-1 or `XK` (Kosovo), two letters or digits, then
//! none or three letters or digits for the branch. Whether the code is assigned is not checked.
//!
//! **Codes** — `format.bic`.
//!
//! **Source** — ISO 9362:2022, structure of the code.

use super::country;

pub(crate) fn matches(text: &str) -> bool {
    let bytes = text.as_bytes();
    matches!(bytes.len(), 8 | 11)
        && bytes.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        && (country::is_alpha_2(&bytes[4..6]) || &bytes[4..6] == b"XK")
}

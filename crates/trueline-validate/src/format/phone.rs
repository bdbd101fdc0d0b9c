//! # phone
//!
//! The string must be an international telephone number: `+`, then 7 to 15 digits.
//!
//! **Why** — a national number cannot be dialled from elsewhere, and a formatted one cannot be compared.
//!
//! **Passes** — `+442079460000`, `+254700000000`, `+18165551212`, `+2904567`.
//!
//! **Fails** — `442079460000`, `00442079460000`, `+44 20 7946 0000`, `+1-816-555-1212`, `+0123456789`, `+123456`,
//! `+1234567890123456`, `+1816555ABCD`.
//!
//! **Options** — none. No spaces, hyphens, brackets or extensions; the first digit is not 0, as no country code begins with 0.
//! Whether the country code is assigned is not checked.
//!
//! **Codes** — `format.phone`.
//!
//! **Source** — ITU-T E.164, international number structure.

pub(crate) fn matches(text: &str) -> bool {
    let [b'+', digits @ ..] = text.as_bytes() else { return false };
    matches!(digits.len(), 7..=15) && digits[0] != b'0' && digits.iter().all(u8::is_ascii_digit)
}

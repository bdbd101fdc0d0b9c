//! # ean
//!
//! The string must be an article number of 8, 12, 13 or 14 digits with a correct check digit: EAN-8, UPC-A, EAN-13 or GTIN-14.
//!
//! **Why** — a misread bar code is another article; the check digit catches every single wrong digit.
//!
//! **Passes** — `4006381333931`, `96385074`, `036000291452`, `10614141000415`.
//!
//! **Fails** — `4006381333932`, `400638133393`, `96385075`, `4 006381 333931`, `400638133393X`, `04006381333930`.
//!
//! **Options** — none. Digits only, including leading zeros; UPC-E is the short print of a UPC-A number and fails.
//!
//! **Codes** — `format.ean`.
//!
//! **Source** — GS1 General Specifications, section 7.9 (check digit calculation).

use super::checksum::gs1;

pub(crate) fn matches(text: &str) -> bool {
    let bytes = text.as_bytes();
    matches!(bytes.len(), 8 | 12..=14) && bytes.iter().all(u8::is_ascii_digit) && gs1(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leading_zeros_change_nothing() {
        for good in ["9780306406157", "5901234123457", "0012345678905"] {
            assert!(matches(good), "{good}");
            assert!(matches(&format!("0{good}")), "0{good}");
        }
    }
}

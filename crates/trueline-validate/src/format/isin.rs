//! # isin
//!
//! The string must be an international securities identification number with a correct check digit.
//!
//! **Why** — one wrong character is another security, or none; the check digit catches nearly every error.
//!
//! **Passes** — `US0378331005`, `AU0000XVGZA3`, `GB0002634946`, `XS0971721963`, `EU000A1G0BC0`, `EZ9724VTXK48`.
//!
//! **Fails** — `US0378331006`, `us0378331005`, `US037833100`, `ZZ0378331003`, `0378331005US`, `US03783310O5`, `US-000402625-0`.
//!
//! **Options** — none. Two letters, nine letters or digits, the check digit. The letters are a country of ISO 3166-1 or one of the
//! prefixes that agencies use without a country: EU, EZ, QS, QT, QW, XA, XB, XC, XD, XF, XK, XS and XT.
//!
//! **Codes** — `format.isin`.
//!
//! **Source** — ISO 6166:2021, structure and check digit: the Luhn formula over the digits, with letters as numbers from 10 to 35.

use super::checksum::luhn;
use super::code::Codes2;
use super::country;

static OTHER_PREFIXES: Codes2 = Codes2::new("EU EZ QS QT QW XA XB XC XD XF XK XS XT");

pub(crate) fn matches(text: &str) -> bool {
    let Ok(bytes) = <&[u8; 12]>::try_from(text.as_bytes()) else { return false };
    bytes.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        && bytes[11].is_ascii_digit()
        && (country::is_alpha_2(&bytes[..2]) || OTHER_PREFIXES.contains(&bytes[..2]))
        && luhn(bytes.iter().rev().flat_map(|&byte| digits_reversed(byte)))
}

/// Returns a digit as it is, and a letter as the two digits of its number, the last digit first.
fn digits_reversed(byte: u8) -> impl Iterator<Item = u8> {
    let (ones, tens) = match byte {
        b'A'.. => ((byte - b'A') % 10, Some((byte - b'A') / 10 + 1)),
        _ => (byte - b'0', None),
    };
    std::iter::once(ones).chain(tens)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_known_securities() {
        for good in [
            "US5949181045",
            "DE000BAY0017",
            "JP3633400001",
            "CH0038863350",
            "FR0000120271",
            "US38259P5089",
            "IE00B4BNMY34",
        ] {
            assert!(matches(good), "{good}");
            let wrong = format!("{}{}", &good[..11], (good.as_bytes()[11] - b'0' + 1) % 10);
            assert!(!matches(&wrong), "{wrong}");
        }
    }
}

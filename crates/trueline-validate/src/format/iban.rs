//! # iban
//!
//! The string must be an international bank account number with correct check digits.
//!
//! **Why** — a mistyped account number sends money away; the check digits catch nearly every error.
//!
//! **Passes** — `DE89370400440532013000`, `GB29NWBK60161331926819`, `NO9386011117947`, `FR1420041010050500013M02606`,
//! `XK051212012345678906`.
//!
//! **Fails** — `DE89370400440532013001`, `DE8937040044053201300`, `DE89 3704 0044 0532 0130 00`, `de89370400440532013000`,
//! `US64SVBKUS6S3300958879`, `GB29-NWBK-60161331926819`.
//!
//! **Options** — none. The electronic format: no spaces, capital letters. The country must be in the registry and the length that
//! of the country; the structure of the account number (which characters are digits, national check digits) is not checked.
//!
//! **Codes** — `format.iban`.
//!
//! **Source** — ISO 13616-1; lengths of the IBAN registry kept by SWIFT, release 102 (June 2026), 89 countries.

use super::checksum::mod_97;

/// The countries of the registry with the lengths of their numbers, sorted.
#[rustfmt::skip]
static LENGTHS: [([u8; 2], u8); 89] = [
    (*b"AD", 24), (*b"AE", 23), (*b"AL", 28), (*b"AT", 20), (*b"AZ", 28), (*b"BA", 20), (*b"BE", 16), (*b"BG", 22),
    (*b"BH", 22), (*b"BI", 27), (*b"BR", 29), (*b"BY", 28), (*b"CH", 21), (*b"CR", 22), (*b"CY", 28), (*b"CZ", 24),
    (*b"DE", 22), (*b"DJ", 27), (*b"DK", 18), (*b"DO", 28), (*b"EE", 20), (*b"EG", 29), (*b"ES", 24), (*b"FI", 18),
    (*b"FK", 18), (*b"FO", 18), (*b"FR", 27), (*b"GB", 22), (*b"GE", 22), (*b"GI", 23), (*b"GL", 18), (*b"GR", 27),
    (*b"GT", 28), (*b"HN", 28), (*b"HR", 21), (*b"HU", 28), (*b"IE", 22), (*b"IL", 23), (*b"IQ", 23), (*b"IS", 26),
    (*b"IT", 27), (*b"JO", 30), (*b"KW", 30), (*b"KZ", 20), (*b"LB", 28), (*b"LC", 32), (*b"LI", 21), (*b"LT", 20),
    (*b"LU", 20), (*b"LV", 21), (*b"LY", 25), (*b"MC", 27), (*b"MD", 24), (*b"ME", 22), (*b"MK", 19), (*b"MN", 20),
    (*b"MR", 27), (*b"MT", 31), (*b"MU", 30), (*b"NI", 28), (*b"NL", 18), (*b"NO", 15), (*b"OM", 23), (*b"PK", 24),
    (*b"PL", 28), (*b"PS", 29), (*b"PT", 25), (*b"QA", 29), (*b"RO", 24), (*b"RS", 22), (*b"RU", 33), (*b"SA", 24),
    (*b"SC", 31), (*b"SD", 18), (*b"SE", 24), (*b"SI", 19), (*b"SK", 24), (*b"SM", 27), (*b"SO", 23), (*b"ST", 25),
    (*b"SV", 28), (*b"TL", 23), (*b"TN", 24), (*b"TR", 26), (*b"UA", 29), (*b"VA", 22), (*b"VG", 24), (*b"XK", 20),
    (*b"YE", 30),
];

pub(crate) fn matches(text: &str) -> bool {
    let bytes = text.as_bytes();
    let Some((start, account)) = bytes.split_first_chunk::<4>() else { return false };
    let &[c1, c2, d1, d2] = start;
    let Ok(country) = LENGTHS.binary_search_by(|(code, _)| code.cmp(&[c1, c2])) else { return false };
    bytes.len() == usize::from(LENGTHS[country].1)
        && d1.is_ascii_digit()
        && d2.is_ascii_digit()
        // 00, 01 and 99 leave the same remainders as 97, 98 and 02, but are never issued.
        && (*b"02"..=*b"98").contains(&[d1, d2])
        && mod_97(account.iter().chain(start).copied()) == Some(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Example numbers published by the registry and by banks.
    const GOOD: &[&str] = &[
        "AD1200012030200359100100",
        "AE070331234567890123456",
        "AL47212110090000000235698741",
        "AT611904300234573201",
        "AZ21NABZ00000000137010001944",
        "BA391290079401028494",
        "BE68539007547034",
        "BG80BNBG96611020345678",
        "BH67BMAG00001299123456",
        "BR1800360305000010009795493C1",
        "BY13NBRB3600900000002Z00AB00",
        "CH9300762011623852957",
        "CR05015202001026284066",
        "CY17002001280000001200527600",
        "CZ6508000000192000145399",
        "DK5000400440116243",
        "DO28BAGR00000001212453611324",
        "EE382200221020145685",
        "EG380019000500000000263180002",
        "ES9121000418450200051332",
        "FI2112345600000785",
        "FO6264600001631634",
        "GE29NB0000000101904917",
        "GI75NWBK000000007099453",
        "GL8964710001000206",
        "GR1601101250000000012300695",
        "GT82TRAJ01020000001210029690",
        "HR1210010051863000160",
        "HU42117730161111101800000000",
        "IE29AIBK93115212345678",
        "IL620108000000099999999",
        "IQ98NBIQ850123456789012",
        "IS140159260076545510730339",
        "IT60X0542811101000000123456",
        "JO94CBJO0010000000000131000302",
        "KW81CBKU0000000000001234560101",
        "KZ86125KZT5004100100",
        "LB62099900000001001901229114",
        "LC55HEMM000100010012001200023015",
        "LI21088100002324013AA",
        "LT121000011101001000",
        "LU280019400644750000",
        "LV80BANK0000435195001",
        "LY83002048000020100120361",
        "MC5811222000010123456789030",
        "MD24AG000225100013104168",
        "ME25505000012345678951",
        "MK07250120000058984",
        "MR1300020001010000123456753",
        "MT84MALT011000012345MTLCAST001S",
        "MU17BOMM0101101030300200000MUR",
        "NL91ABNA0417164300",
        "PK36SCBL0000001123456702",
        "PL61109010140000071219812874",
        "PS92PALS000000000400123456702",
        "PT50000201231234567890154",
        "QA58DOHB00001234567890ABCDEFG",
        "RO49AAAA1B31007593840000",
        "RS35260005601001611379",
        "SA0380000000608010167519",
        "SC18SSCB11010000000000001497USD",
        "SE4550000000058398257466",
        "SI56263300012039086",
        "SK3112000000198742637541",
        "SM86U0322509800000000270100",
        "SV62CENR00000000000000700025",
        "TL380080012345678910157",
        "TN5910006035183598478831",
        "TR330006100519786457841326",
        "UA213223130000026007233566001",
        "VA59001123000012345678",
        "VG96VPVG0000012345678901",
    ];

    #[test]
    fn printed_examples_pass_and_no_slip_of_one_does() {
        for good in GOOD {
            assert!(matches(good), "{good}");
            for place in 2..good.len() {
                let mut bytes = good.as_bytes().to_vec();
                bytes[place] = if bytes[place] == b'9' { b'0' } else { b'9' };
                if bytes != good.as_bytes() {
                    let broken = String::from_utf8(bytes).unwrap();
                    assert!(!matches(&broken), "{broken}");
                }
            }
            assert!(!matches(&good[..good.len() - 1]));
            assert!(!matches(&format!("{good}0")));
            assert!(!matches(&good.to_lowercase()));
        }
    }

    #[test]
    fn the_lengths_are_sorted() {
        assert!(LENGTHS.is_sorted_by(|a, b| a.0 < b.0));
    }

    #[test]
    fn check_digits_that_are_never_given_out_fail() {
        // For each remainder there is one number from 02 to 98; the other number, 97 away, is rejected.
        let with = |digits: u8| format!("NO{digits:02}86011117947");
        let right: Vec<u8> = (0..100).filter(|&digits| matches(&with(digits))).collect();
        assert_eq!(right, [93]);
        let low = (0..1_000_000_u32).map(|n| format!("BE97539007{n:06}")).find(|text| matches(text)).unwrap();
        assert!(!matches(&low.replacen("BE97", "BE00", 1)), "{low}");
    }
}

//! Every format checked against its own page, against external cases, and against the standard library.

use std::fmt::Write as _;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::path::PathBuf;

use proptest::prelude::*;
use trueline_schema::Format;

use super::matches;

macro_rules! pages {
    ($($variant:ident $module:ident,)*) => {
        &[$((Format::$variant, include_str!(concat!(stringify!($module), ".rs"))),)*]
    };
}

const PAGES: &[(Format, &str)] = pages! {
    Email email,
    Uri uri,
    Uuid uuid,
    Ipv4 ipv4,
    Ipv6 ipv6,
    Hostname hostname,
    Date date,
    Time time,
    DateTime date_time,
    Currency currency,
    Country country,
    Iban iban,
    Card card,
    Phone phone,
    Bic bic,
    Isin isin,
    Ean ean,
};

/// Returns the paragraph of a page that begins with a heading, as one line.
fn paragraph(page: &str, heading: &str) -> Option<String> {
    let mut lines = page.lines().map_while(|line| line.strip_prefix("//!")).map(str::trim);
    let first = lines.find_map(|line| line.strip_prefix(&format!("**{heading}** — ")))?;
    Some(lines.take_while(|line| !line.is_empty()).fold(first.to_owned(), |text, line| text + " " + line))
}

#[test]
fn every_page_has_its_headings_and_tells_the_truth() {
    for (format, page) in PAGES {
        for heading in ["Why", "Passes", "Fails", "Options", "Codes", "Source"] {
            assert!(paragraph(page, heading).is_some(), "{format:?} has no {heading}");
        }
        for (heading, expected) in [("Passes", true), ("Fails", false)] {
            let text = paragraph(page, heading).unwrap();
            let examples: Vec<&str> = text.split('`').skip(1).step_by(2).collect();
            assert!(examples.len() >= 3, "{format:?} has too few examples that it {heading}");
            for example in examples {
                assert_eq!(matches(*format, example), expected, "{format:?}: {example}");
            }
        }
    }
}

#[test]
fn the_edges_of_every_format_are_tight() {
    for (format, page) in PAGES {
        let text = paragraph(page, "Passes").unwrap();
        for example in text.split('`').skip(1).step_by(2) {
            for edge in [" ", "\n", "\0", "\t", "\u{a0}", "\u{feff}", "é", "٣"] {
                let (before, behind) = (format!("{edge}{example}"), format!("{example}{edge}"));
                assert!(!matches(*format, &before), "{format:?}: {before:?}");
                assert!(!matches(*format, &behind), "{format:?}: {behind:?}");
            }
        }
        assert!(!matches(*format, ""), "{format:?}: empty");
    }
}

/// Cases of the JSON Schema test suite with another result here on purpose: format, start of the text, reason.
const SKIPPED: &[(&str, &str, &str)] =
    &[("hostname", "xn--", "the Unicode text behind an A-label is not decoded and judged by IDNA's tables")];

#[test]
fn json_schema_test_suite() {
    let corpora = std::env::var_os("TRUELINE_CORPORA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpora"),
        PathBuf::from,
    );
    let folder = corpora.join("json-schema-test-suite/draft2020-12/optional/format");
    if !folder.is_dir() {
        println!("skipped: no JSON Schema test suite (set TRUELINE_CORPORA to the folder of corpora)");
        return;
    }
    let mut failures = String::new();
    let (mut judged, mut skipped) = (0, 0);
    for (name, format) in [
        ("date", Format::Date),
        ("time", Format::Time),
        ("date-time", Format::DateTime),
        ("email", Format::Email),
        ("hostname", Format::Hostname),
        ("ipv4", Format::Ipv4),
        ("ipv6", Format::Ipv6),
        ("uri", Format::Uri),
        ("uuid", Format::Uuid),
    ] {
        let text = std::fs::read_to_string(folder.join(name).with_extension("json")).unwrap();
        let groups: serde_json::Value = serde_json::from_str(&text).unwrap();
        for case in groups.as_array().unwrap().iter().flat_map(|group| group["tests"].as_array().unwrap()) {
            let (Some(text), Some(expected)) = (case["data"].as_str(), case["valid"].as_bool()) else {
                continue;
            };
            if matches(format, text) == expected {
                judged += 1;
            } else if SKIPPED.iter().any(|skip| skip.0 == name && text.to_lowercase().starts_with(skip.1)) {
                skipped += 1;
            } else {
                writeln!(failures, "{name}: {text:?} should be {expected}: {}", case["description"]).unwrap();
            }
        }
    }
    assert!(failures.is_empty(), "\n{failures}");
    println!("{judged} cases agree, {skipped} skipped");
    assert!(judged > 250 && skipped < 30);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn addresses_agree_with_the_standard_library(
        text in "[0-9.]{1,16}|([0-9]{1,3}\\.){3}[0-9]{1,3}|[0-9a-fA-F:.]{2,40}|(:?[0-9a-fA-F]{0,4}:){1,8}[0-9a-f]{0,5}|(::)?([0-9a-f]{1,4}:){0,7}(:?[0-9]{1,3}\\.[0-9]{1,3}\\.0\\.1)?(::)?"
    ) {
        prop_assert_eq!(matches(Format::Ipv4, &text), text.parse::<Ipv4Addr>().is_ok(), "{}", text);
        prop_assert_eq!(matches(Format::Ipv6, &text), text.parse::<Ipv6Addr>().is_ok(), "{}", text);
    }

    #[test]
    fn printed_addresses_pass(four in any::<[u8; 4]>(), mut six in any::<[u16; 8]>(), zeros in any::<u8>()) {
        for (place, group) in six.iter_mut().enumerate() {
            *group *= u16::from(zeros >> place & 1);
        }
        let (four, six) = (Ipv4Addr::from(four).to_string(), Ipv6Addr::from(six).to_string());
        prop_assert!(matches(Format::Ipv4, &four) && matches(Format::Ipv6, &six));
        let addressed = [format!("http://[{six}]:80/"), format!("http://{four}/")];
        prop_assert!(addressed.iter().all(|uri| matches(Format::Uri, uri)));
        let mailbox = [format!("a@[IPv6:{six}]"), format!("a@[{four}]")];
        prop_assert!(mailbox.iter().all(|mailbox| matches(Format::Email, mailbox)));
    }

    /// A date-time names the same instant whatever its offset; second 60 passes exactly at the end of a UTC day.
    #[test]
    fn leap_seconds_are_those_of_utc(minute in 0..1440_i32, offset in -1439..1440_i32) {
        let local = (minute + offset).rem_euclid(1440);
        let sign = if offset < 0 { '-' } else { '+' };
        let zone = format!("{sign}{:02}:{:02}", offset.abs() / 60, offset.abs() % 60);
        let at = |second| format!("{:02}:{:02}:{second}{zone}", local / 60, local % 60);
        prop_assert!(matches(Format::Time, &at(59)));
        prop_assert_eq!(matches(Format::Time, &at(60)), minute == 1439);
        prop_assert!(!matches(Format::Time, &at(61)));
    }

    #[test]
    fn no_text_makes_any_format_panic(text in "\\PC{0,40}|[ -~]{0,64}|.{0,20}") {
        for (format, _) in PAGES {
            matches(*format, &text);
        }
    }

    /// All digits except the right one fail, for every rule with one check digit.
    #[test]
    fn one_check_digit_in_ten_is_right(body in "[0-9]{13}", party in "[A-Z0-9]{9}") {
        for (format, start) in [
            (Format::Card, &body[..]),
            (Format::Ean, &body[..]),
            (Format::Ean, &body[..12]),
            (Format::Ean, &body[..7]),
            (Format::Isin, &format!("US{party}")[..]),
        ] {
            let right = (0..10).filter(|digit| matches(format, &format!("{start}{digit}"))).count();
            prop_assert_eq!(right, 1, "{:?} {}", format, start);
        }
    }

    /// For any account there is exactly one valid pair of check digits from 02 to 98.
    #[test]
    fn one_pair_of_check_digits_in_a_hundred_is_right(account in "[A-Z0-9]{18}") {
        let right = (0..100).filter(|digits| matches(Format::Iban, &format!("DE{digits:02}{account}"))).count();
        prop_assert_eq!(right, 1);
    }
}

//! Edge cases, and properties that hold for any input.

use super::*;
use proptest::prelude::*;

const SECOND: i128 = 1_000_000_000;

fn decimal(text: &str) -> Decimal {
    Decimal::parse(text).unwrap()
}

#[test]
fn integers() {
    for (text, value) in
        [("0", 0), ("-0", 0), ("+1", 1), ("007", 7), ("-9223372036854775809", -(1i128 << 63) - 1)]
    {
        assert_eq!(parse_integer(text), Some(value), "{text}");
    }
    assert_eq!(parse_integer(&i128::MIN.to_string()), Some(i128::MIN));
    let beyond = "170141183460469231731687303715884105728";
    assert!(is_integer(beyond));
    assert_eq!(parse_integer(beyond), None);
    for text in
        ["", "+", "-", "--1", "+-1", "1.0", "1e5", " 1", "1 ", "1_000", "1,000", "0x1F", "１", "٣", "1\0"]
    {
        assert!(!is_integer(text), "{text}");
        assert_eq!(parse_integer(text), None, "{text}");
    }
}

#[test]
fn floats() {
    for (text, value) in
        [("1.", 1.0), (".5", 0.5), ("+1e3", 1000.0), ("1E-2", 0.01), ("-0", -0.0), ("1e-400", 0.0)]
    {
        assert_eq!(parse_float(text).map(f64::to_bits), Some(f64::to_bits(value)), "{text}");
    }
    for text in ["inf", "+INF", "Infinity", "iNfInItY"] {
        assert_eq!(parse_float(text), Some(f64::INFINITY), "{text}");
    }
    assert_eq!(parse_float("-inf"), Some(f64::NEG_INFINITY));
    assert!(parse_float("-NaN").unwrap().is_nan());
    for text in [
        "", ".", "+", "e5", "1e", "1e+", "1.e", ".e1", "1..2", "1e5.0", "0x1p3", "infinit", "nan(1)", "1f",
        "1e400",
    ] {
        assert_eq!(parse_float(text), None, "{text}");
    }
    assert!(is_number("1e400") && !is_number("inf"));
    assert_eq!(parse_float32("3.4028235e38"), Some(f32::MAX));
    assert_eq!(parse_float32("3.5e38"), None);
    // Rounding to f64 first would give another f32 here.
    assert_eq!(
        parse_float32("1.00000017881393421514957253748434595763683319091796875").map(f32::to_bits),
        Some(0x3f80_0001)
    );
}

#[test]
fn plain_spelling() {
    let german = |text| plain_number(text, Some('.'), ',');
    assert_eq!(german("1.234.567,89").as_deref(), Some("1234567.89"));
    assert_eq!(german("-1,5e-3").as_deref(), Some("-1.5e-3"));
    for text in ["1..0", ".1", "1.", "1,2.3", "1e1.0", "-.1"] {
        assert_eq!(german(text), None, "{text}");
    }
    assert_eq!(plain_number("1\u{a0}000", Some('\u{a0}'), '.').as_deref(), Some("1000"));
    assert_eq!(plain_number("1.5", None, ','), None);
    assert_eq!(plain_number("1,5", None, '.').as_deref(), Some("1,5"));
}

#[test]
fn decimals() {
    assert_eq!((decimal("12.500").unscaled, decimal("12.500").scale), (125, 1));
    assert_eq!((decimal("1200").unscaled, decimal("1200").scale), (12, -2));
    assert_eq!((decimal("-0.000").unscaled, decimal("-0.000").scale), (0, 0));
    assert_eq!((decimal("1e400").unscaled, decimal("1e400").scale), (1, -400));
    assert_eq!(decimal("0e99999999999999999999"), Decimal::ZERO);
    assert_eq!(Decimal::parse("1e99999999999999999999"), None);
    let nines = "9".repeat(38);
    assert_eq!(decimal(&nines).unscaled.to_string(), nines);
    assert_eq!(decimal(&format!("000{nines}000.000")).digits(), 38);
    assert_eq!(Decimal::parse(&"9".repeat(39)), None);
    for text in ["", ".", "-", "1e", "inf", "nan", " 1", "1,5"] {
        assert_eq!(Decimal::parse(text), None, "{text}");
    }
    assert_eq!((decimal("0.05").whole_digits(), decimal("0.05").fraction_digits()), (0, 2));
    assert_eq!((decimal("120").whole_digits(), decimal("120").fraction_digits()), (3, 0));
    assert_eq!((Decimal::ZERO.whole_digits(), Decimal::ZERO.digits()), (0, 0));
    assert_eq!(decimal("1e20").to_integer(), Some(100_000_000_000_000_000_000));
    assert_eq!(decimal("1e39").to_integer(), None);
    assert_eq!(decimal("0.1").to_f64().to_bits(), 0.1f64.to_bits());
    assert_eq!(decimal("-1e400").to_f64().to_bits(), f64::NEG_INFINITY.to_bits());
}

#[test]
fn decimals_as_text() {
    for (text, shown) in
        [("1e3", "1000"), ("-0.010", "-0.01"), ("1e-3", "0.001"), ("123.45", "123.45"), ("0", "0")]
    {
        assert_eq!(decimal(text).to_string(), shown);
    }
    assert_eq!(decimal("1e400").to_string(), "1e400");
    assert_eq!(decimal("-25e-99").to_string(), "-25e-99");
    assert_eq!(format!("{:>6}", decimal("1.5")), "   1.5");
}

#[test]
fn decimals_in_any_form_compare_by_value() {
    let odd = Decimal { unscaled: 1000, scale: 3 };
    assert_eq!(odd, Decimal::from(1));
    assert!(Decimal { unscaled: i128::MAX, scale: 39 } < Decimal { unscaled: 1, scale: 0 });
    assert!(Decimal { unscaled: i128::MAX, scale: 38 } > Decimal { unscaled: 1, scale: 0 });
    assert!(
        Decimal { unscaled: i128::MIN, scale: i32::MIN } < Decimal { unscaled: i128::MIN, scale: i32::MAX }
    );
    assert_eq!(
        Decimal { unscaled: 10, scale: i32::MIN }.cmp(&Decimal { unscaled: 0, scale: 7 }),
        std::cmp::Ordering::Greater
    );
    assert_eq!(Decimal { unscaled: i128::MIN, scale: 0 }.to_string(), i128::MIN.to_string());
}

#[test]
fn dates() {
    for (text, days) in [
        ("1970-01-01", 0),
        ("1969-12-31", -1),
        ("2000-02-29", 11_016),
        ("0000-01-01", -719_528),
        ("9999-12-31", 2_932_896),
        ("2024-12-31", 20_088),
    ] {
        assert_eq!(parse_date(text), Some(days), "{text}");
    }
    for text in [
        "2023-02-29",
        "1900-02-29",
        "2023-00-10",
        "2023-13-01",
        "2023-01-00",
        "2023-04-31",
        "2023-1-01",
        "2023-01-1",
        "02023-01-01",
        "10000-01-01",
        "-001-01-01",
        "2023/01/01",
        "2023-01-01 ",
        "",
        "2023-01",
        "2023-01-01-",
        "２023-01-01",
    ] {
        assert_eq!(parse_date(text), None, "{text}");
    }
}

#[test]
fn every_day_follows_the_one_before() {
    let mut expected = -719_528;
    for year in 0..=9999 {
        for month in 1..=12 {
            for day in 1..=days_in_month(year, month) {
                assert_eq!(days_from_civil(year, month, day), Some(expected));
                expected += 1;
            }
        }
    }
    assert_eq!(days_from_civil(10_000, 1, 1), None);
}

#[test]
fn times() {
    for (text, nanos) in
        [("00:00:00", 0), ("23:59:59.999999999", 86_399_999_999_999), ("00:00:00.1", 100_000_000)]
    {
        assert_eq!(parse_time(text), Some(nanos), "{text}");
    }
    for text in [
        "24:00:00",
        "23:60:00",
        "23:59:60",
        "1:00:00",
        "01:00",
        "01:00:00.",
        "01:00:00.1234567890",
        "01:00:00,5",
        "",
        "01:00:00Z",
        "01:00:00:00",
        "+1:00:00",
        "01:00:00.+1",
    ] {
        assert_eq!(parse_time(text), None, "{text}");
    }
}

#[test]
fn timestamps() {
    let at = |seconds: i128, zone| Some((seconds * SECOND, zone));
    for (text, value) in [
        ("1970-01-01T00:00:00", at(0, false)),
        ("1970-01-01T00:00:00Z", at(0, true)),
        ("1970-01-01T14:00:00+14:00", at(0, true)),
        ("1970-01-01T00:00:00-00:00", at(0, true)),
        ("1970-01-01T00:00:00-23:59", at(86_340, true)),
        ("1969-12-31T23:59:59.5Z", Some((-500_000_000, true))),
        ("0000-01-01T00:00:00+23:59", at(-719_528 * 86_400 - 86_340, true)),
    ] {
        assert_eq!(parse_timestamp(text), value, "{text}");
    }
    for text in [
        "1970-01-01t00:00:00Z",
        "1970-01-01T00:00:00z",
        "1970-01-01 00:00:00",
        "1970-01-01",
        "1970-01-01T00:00",
        "1970-01-01T24:00:00Z",
        "1970-01-01T00:00:60Z",
        "1970-01-01T00:00:00+24:00",
        "1970-01-01T00:00:00+01:60",
        "1970-01-01T00:00:00+0100",
        "1970-01-01T00:00:00+01",
        "1970-01-01T00:00:00ZZ",
        "1970-01-01T00:00:00Z+01:00",
        "1970-01-01T00:00:00.1234567890Z",
        "1970-01-01T00:00:00.Z",
        "",
        "T",
        "1970-01-01T00:00:00+01:00Z",
    ] {
        assert_eq!(parse_timestamp(text), None, "{text}");
    }
}

#[test]
fn durations() {
    let day = 86_400 * SECOND;
    for (text, nanos) in [
        ("P1W", 7 * day),
        ("P0D", 0),
        ("-P1D", -day),
        ("PT1H", 3600 * SECOND),
        ("PT1M", 60 * SECOND),
        ("P1DT2H3M4.5S", day + 7_384_500_000_000),
        ("PT0.000000001S", 1),
        ("PT1H5S", 3605 * SECOND),
        ("P1DT1M", day + 60 * SECOND),
    ] {
        assert_eq!(parse_duration(text), Some(nanos), "{text}");
    }
    for text in [
        "",
        "P",
        "PT",
        "P1DT",
        "-",
        "+P1D",
        "P1Y",
        "P1M",
        "P1WT1H",
        "P1D1W",
        "P1W1D",
        "PT1",
        "P1",
        "PD",
        "PTS",
        "PT.5S",
        "PT1.S",
        "PT1.5M",
        "PT1M1H",
        "P1H",
        "PT1D",
        "P-1D",
        "PT1.1234567890S",
        "p1d",
        "P1,5D",
        "PT1S1S",
        "PT1H1H",
        " P1D",
    ] {
        assert!(!is_duration(text), "{text}");
        assert_eq!(parse_duration(text), None, "{text}");
    }
    let huge = format!("P{}D", "9".repeat(40));
    assert!(is_duration(&huge));
    assert_eq!(parse_duration(&huge), None);
}

#[test]
fn binaries() {
    for (text, bytes) in [
        ("", ""),
        ("Zg==", "f"),
        ("Zm8=", "fo"),
        ("Zm9v", "foo"),
        ("Zm9vYg==", "foob"),
        ("Zm9vYmFy", "foobar"),
    ] {
        assert_eq!(parse_binary(text).as_deref(), Some(bytes.as_bytes()), "{text}");
    }
    assert_eq!(parse_binary("+/+/"), Some(vec![0xfb, 0xff, 0xbf]));
    for text in [
        "Zg", "Zg=", "Zg===", "=", "==", "====", "Z===", "Zh==", "Zm9=", "-_-_", "Zm 9", "Zm9v\n",
        "Zg==Zg==", "Zm=v",
    ] {
        assert_eq!(parse_binary(text), None, "{text}");
    }
}

proptest! {
    #[test]
    fn nothing_panics(text in any::<String>(), short in "[-+.:0-9eETZPDHMSW=]{0,24}") {
        for text in [&text, &short] {
            let _ = (parse_integer(text), parse_float(text), parse_float32(text), parse_date(text), parse_time(text));
            let _ = (parse_timestamp(text), parse_duration(text), parse_binary(text), plain_number(text, Some('.'), ','));
            prop_assert_eq!(parse_float(text).is_some_and(f64::is_finite) || !is_number(text) || parse_float(text).is_none(), true);
            if let Some(decimal) = Decimal::parse(text) {
                prop_assert!(is_number(text));
                prop_assert_eq!(Decimal::parse(&decimal.to_string()), Some(decimal));
            }
        }
    }

    #[test]
    fn decimals_order_as_whole_numbers(left in any::<i64>(), right in any::<i64>(), a in 0i32..19, b in 0i32..19) {
        let scaled = |value: i64, scale: i32| i128::from(value) * 10i128.pow(u32::try_from(18 - scale).unwrap());
        let (x, y) = (Decimal::new(left.into(), a), Decimal::new(right.into(), b));
        prop_assert_eq!(x.cmp(&y), scaled(left, a).cmp(&scaled(right, b)));
        prop_assert_eq!(Decimal { unscaled: left.into(), scale: a }, x);
        prop_assert_eq!(x.rescale(18), Some(scaled(left, a)));
        let (shown, float) = (x.to_string(), x.to_f64());
        prop_assert_eq!(Decimal::parse(&shown), Some(x));
        prop_assert_eq!(parse_float(&shown), Some(float));
    }

    #[test]
    fn base64_round_trip(bytes in any::<Vec<u8>>()) {
        const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let mut text = String::new();
        for chunk in bytes.chunks(3) {
            let word = chunk.iter().fold(0usize, |word, byte| word << 8 | usize::from(*byte)) << (8 * (3 - chunk.len()));
            for at in 0..4 {
                let symbol = char::from(ALPHABET[word >> (18 - 6 * at) & 63]);
                text.push(if at <= chunk.len() { symbol } else { '=' });
            }
        }
        prop_assert_eq!(parse_binary(&text), Some(bytes));
    }
}

mod strptime {
    use super::*;

    type Read = (Option<i32>, Option<i64>, Option<i32>);

    fn read(pattern: &str, text: &str) -> Option<Read> {
        let moment = Strptime::compile(pattern).unwrap().parse(text)?;
        Some((moment.date, moment.time, moment.offset_seconds))
    }

    #[expect(clippy::unnecessary_wraps, reason = "compared with the result of `read`")]
    fn date(text: &str) -> Option<Read> {
        Some((Some(parse_date(text).unwrap()), None, None))
    }

    #[expect(clippy::unnecessary_wraps, reason = "compared with the result of `read`")]
    fn time(text: &str) -> Option<Read> {
        Some((None, Some(parse_time(text).unwrap()), None))
    }

    #[test]
    fn date_patterns() {
        assert_eq!(read("%d/%m/%Y", "01/02/2003"), date("2003-02-01"));
        assert_eq!(read("%d/%m/%Y", "1/2/2003"), date("2003-02-01"));
        assert_eq!(read("%d/%m/%Y", " 1/2/2003"), date("2003-02-01"));
        assert_eq!(read("%d/%m/%Y", "31/04/2003"), None);
        assert_eq!(read("%d/%m/%Y", "29/02/1900"), None);
        assert_eq!(read("%Y", "0000"), None);
        assert_eq!(read("%y", "68"), date("2068-01-01"));
        assert_eq!(read("%y", "69"), date("1969-01-01"));
        assert_eq!(read("%d %b %Y", "5 MAY 2020"), date("2020-05-05"));
        assert_eq!(read("%A, %B %d, %Y", "friday, september 04, 2020"), date("2020-09-04"));
        assert_eq!(read("%a", "Mon"), Some((None, None, None)));
        assert_eq!(read("%a", "Mo"), None);
        assert_eq!(read("%Y-%j", "2020-366"), date("2020-12-31"));
        assert_eq!(read("%Y-%j", "2021-366"), None);
        assert_eq!(read("%Y-%j", "2021-1"), date("2021-01-01"));
        assert_eq!(read("%Y%m%d", "20200101"), date("2020-01-01"));
        assert_eq!(read("%Y%m%d", "202011"), date("2020-01-01"));
        assert_eq!(read("%m-%d", "02-29"), None);
        assert_eq!(read("%Y-%m-%d", "2020-01-01x"), None);
        assert_eq!(read("%Y-%m-%d", "２０２０-01-01"), None);
        assert_eq!(read("%d%%", "7%"), date("1900-01-07"));
        assert_eq!(read("Jahr %Y", "JAHR 2020"), date("2020-01-01"));
    }

    #[test]
    fn time_patterns() {
        assert_eq!(read("%H:%M:%S", "7:8:9"), time("07:08:09"));
        assert_eq!(read("%H%M", "123"), time("12:03:00"));
        assert_eq!(read("%H%M", "1"), None);
        assert_eq!(read("%H:%M:%S.%f", "00:00:00.5"), time("00:00:00.5"));
        assert_eq!(read("%H:%M:%S.%f", "00:00:00.1234567"), None);
        assert_eq!(read("%I:%M %p", "12:00 am"), time("00:00:00"));
        assert_eq!(read("%I:%M %p", "12:00 PM"), time("12:00:00"));
        assert_eq!(read("%p%I", "pm3"), time("15:00:00"));
        assert_eq!(read("%I", "12"), time("00:00:00"));
        assert_eq!(read("%I", "13"), None);
        assert_eq!(read("%H", "24"), None);
        assert_eq!(read("%S", "60"), None);
        assert_eq!(read("%S", "59"), time("00:00:59"));
    }

    #[test]
    fn offsets() {
        let offset = |text| read("%z", text).map(|read| read.2.unwrap());
        assert_eq!(offset("Z"), Some(0));
        assert_eq!(offset("z"), None);
        assert_eq!(offset("+01:30"), Some(5400));
        assert_eq!(offset("-0130"), Some(-5400));
        assert_eq!(offset("+01:30:15"), Some(5415));
        assert_eq!(offset("+013015"), Some(5415));
        for text in ["+01:3015", "+0130:15", "+24:00", "+01:60", "+01", "+01:30:15.5", "+01:30:1", "", "UTC"]
        {
            assert_eq!(offset(text), None, "{text}");
        }
        assert_eq!(read("%Z", "gmt").unwrap().2, Some(0));
        assert_eq!(read("%Z", "CET"), None);
        assert_eq!(read("%z (%Z)", "-0130 (UTC)").unwrap().2, Some(-5400));
    }

    #[test]
    fn white_space() {
        assert_eq!(read("%Y  %m", "2020 \t\n 3"), date("2020-03-01"));
        assert_eq!(read("%Y %m", "20203"), None);
        assert_eq!(read("%Y %d", "2020  3"), date("2020-01-03"));
        assert_eq!(read("%Y%d", "2020 3"), date("2020-01-03"));
        assert_eq!(read(" %Y", "2020"), None);
        assert_eq!(read("", ""), Some((None, None, None)));
    }

    #[test]
    fn bad_patterns() {
        for pattern in
            ["%", "%Y%", "%q", "%é", "%Y %Y", "%c", "%U", "%-d", "%Y %y", "%I %H", "%m %b", "%j %d"]
        {
            assert!(Strptime::compile(pattern).is_err(), "{pattern}");
        }
        let pattern = Strptime::compile("%a %H %z").unwrap();
        assert!(!pattern.has_date() && pattern.has_time() && pattern.has_offset());
    }

    proptest! {
        #[test]
        fn nothing_panics(pattern in "(%[YymdjbBaAHIpMSfzZ%]| |T|é|[-/:.]){0,9}", text in "[0-9 :/.TéZ+-]{0,20}", any in any::<String>()) {
            if let Ok(pattern) = Strptime::compile(&pattern) {
                let _ = (pattern.parse(&text), pattern.parse(&any));
            }
            let _ = Strptime::compile(&any);
        }

        #[test]
        fn iso_forms_agree(year in 1u32..=9999, month in 1u32..=12, day in 1u32..=31, h in 0..24, m in 0..60, s in 0..60, f in 0..1_000_000) {
            let text = format!("{year:04}-{month:02}-{day:02}T{h:02}:{m:02}:{s:02}.{f:06}+00:00");
            let moment = Strptime::compile("%Y-%m-%dT%H:%M:%S.%f%z").unwrap().parse(&text);
            let nanos = moment.map(|at| i128::from(at.date.unwrap()) * 86_400 * SECOND + i128::from(at.time.unwrap()));
            prop_assert_eq!(nanos, parse_timestamp(&text).map(|value| value.0));
        }
    }
}

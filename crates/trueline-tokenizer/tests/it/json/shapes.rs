//! Similar records with much text: they are read by the shape of earlier records, and the result must be the same as
//! without.

use proptest::collection::vec;
use proptest::prelude::*;

use super::compare;

/// The bytes between the values, in different styles.
#[derive(Clone, Copy, Debug)]
struct Style {
    blank: &'static str,
    end: &'static str,
    /// A key; some are longer than the bytes that are compared at once.
    name: &'static str,
}

fn style() -> impl Strategy<Value = Style> {
    let blank = prop::sample::select(vec!["", " ", "  "]);
    let end = prop::sample::select(vec!["\n", "\n", "\r\n", " \n"]);
    let name = prop::sample::select(vec!["n", "text", "a name of more than thirty-two bytes, and then some"]);
    (blank, end, name).prop_map(|(blank, end, name)| Style { blank, end, name })
}

/// A string, mostly a long one.
fn string() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "some words of a text, ",
        "a line of it\\n",
        "\\\"quoted\\\"",
        "\\\\",
        "\\u00e9",
        "\\ud83d\\ude00",
        "\u{8bf7}\u{6c42}",
        "{},:[]",
        "\u{7f}",
    ]);
    let odd = prop::sample::select(vec!["\\x", "\\ud83d", "\\ude00", "\t", "\\u12", "\\", "\"", "\r"]);
    let whole = vec(piece, 0..20).prop_map(|pieces| pieces.concat());
    (whole, prop::option::weighted(0.03, odd)).prop_map(|(text, odd)| {
        let long = text + &"x".repeat(70);
        format!("\"{long}{}\"", odd.unwrap_or_default())
    })
}

fn value() -> impl Strategy<Value = String> {
    let scalar = prop::sample::select(vec![
        "1",
        "-2.5e3",
        "null",
        "true",
        "01",
        "nil",
        "\u{e9}",
        "1x",
        "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
    ]);
    prop_oneof![
        6 => string(),
        1 => Just("\"\"".to_owned()),
        2 => scalar.prop_map(str::to_owned),
        1 => Just("{}".to_owned()),
    ]
}

fn record() -> impl Strategy<Value = (Vec<String>, Vec<String>)> {
    (vec(value(), 3), vec(value(), 0..4))
}

fn write(text: &mut Vec<u8>, style: Style, (values, items): &(Vec<String>, Vec<String>)) {
    let Style { blank: b, end, name } = style;
    let items = items.join(&format!(",{b}"));
    let [one, two, three] = [&values[0], &values[1], &values[2]];
    let record = format!(
        "{{\"id\":{b}{one},{b}\"{name}\":{b}{two},{b}\"in\":{b}{{\"tags\":{b}[{items}],{b}\"x\":{b}{three}}}}}{end}"
    );
    text.extend_from_slice(record.as_bytes());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn similar_records(style in style(), records in vec(record(), 1..30), block in 1_usize..9_000) {
        let mut text = Vec::new();
        for record in &records {
            write(&mut text, style, record);
        }
        compare::check(&text, &[block]);
    }

    /// Two kinds of records, with up to two wrong bytes.
    #[test]
    fn records_of_two_kinds(
        styles in (style(), style()),
        records in vec((record(), any::<bool>()), 1..30),
        wrong in vec((any::<prop::sample::Index>(), prop::sample::select(b"\"\\\n\r{}[]:, 1x\x01\xC3\xA9".to_vec())), 0..3),
        block in 1_usize..9_000,
    ) {
        let mut text = Vec::new();
        for (record, is_first) in &records {
            write(&mut text, if *is_first { styles.0 } else { styles.1 }, record);
        }
        for (place, byte) in &wrong {
            let place = place.index(text.len());
            text[place] = *byte;
        }
        compare::check(&text, &[block]);
    }
}

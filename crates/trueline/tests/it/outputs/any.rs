//! Any bytes, in pieces of any size.

use proptest::prelude::*;

use super::check;
use crate::support::schema;

/// Dialects and checks: with keys and without, with a header and without, with broken rows that are not invalid.
const SCHEMAS: [&str; 6] = [
    "fields:\n  - {name: a, type: int64, maximum: 5}\n  - {name: b, type: string, max_length: 2}\n",
    "fields:\n  - {name: a, type: string, unique: true}\n  - {name: b, type: string}\n",
    "fields:\n  - {name: a, type: int64}\nchecks:\n  - {check: unique, columns: [a], report: all}\n  - {check: primary_key, columns: [a]}\ncsv: {header: false, skip_lines: 1, comment: '#'}\n",
    "fields:\n  - {name: a, type: int64}\ncsv: {terminator: crlf, comment: '#', quoting: lenient}\n",
    "fields:\n  - {name: a, type: string, required: true}\ncsv: {terminator: cr, header: false, blank_lines: record}\n",
    "fields:\n  - {name: a, type: int64, checks: [{check: range, maximum: 3, severity: warning}]}\nchecks:\n  - {check: structure, severity: warning}\n",
];

const PIECES: &[&[u8]] = &[
    b",",
    b"\"",
    b"\n",
    b"\r",
    b"\r\n",
    b"#",
    b"1",
    b"7",
    b"xyz",
    b"1,a\n",
    b"2,a\n",
    b"7,b\r\n",
    b"\"1\",\"a\nb\"\r\n",
    b"\n#",
    b"\n\n",
    b"\x80",
    "é".as_bytes(),
];

fn table() -> impl Strategy<Value = Vec<u8>> {
    let start =
        prop::sample::select(vec![&b""[..], b"a,b\n", b"\xEF\xBB\xBFa,b\r\n", b"a\r", b"a\n", b"a\r\n"]);
    let pieces = prop::collection::vec(prop::sample::select(PIECES), 0..60);
    (start, pieces).prop_map(|(start, pieces)| [start, &pieces.concat()].concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn the_rows_of_any_table_put_together_again_are_the_input(
        bytes in table(),
        number in 0..SCHEMAS.len(),
        threads in 1..4_usize,
        chunk in 1..40_usize,
    ) {
        check("table", &schema(SCHEMAS[number]), &bytes, &[(threads, chunk), (1, 1 << 20)]);
    }
}

const JSON_SCHEMAS: [&str; 2] = [
    "fields:\n  - {name: a, type: int64, maximum: 5}\n  - {name: b, type: string}\nextra_columns: forbid\n",
    "fields:\n  - {name: a, type: int64, unique: true}\n",
];

const JSON_PIECES: &[&[u8]] = &[
    b"{\"a\": 1}\n",
    b"{\"a\": 7}\r\n",
    b"{\"a\": 2, \"b\": \"x\"}\n",
    b"{\"a\": \"x\", \"c\": 1}\n",
    b"{\"a\": 3}",
    b"{\"a\":\n",
    b"\n",
    b" \t\r\n",
    b"\r",
    b"\x80\n",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn the_records_of_any_json_lines_put_together_again_are_the_input(
        mark in any::<bool>(),
        pieces in prop::collection::vec(prop::sample::select(JSON_PIECES), 0..40),
        number in 0..JSON_SCHEMAS.len(),
        threads in 1..4_usize,
        chunk in 1..40_usize,
    ) {
        let bytes = [if mark { &b"\xEF\xBB\xBF"[..] } else { b"" }, &pieces.concat()].concat();
        check("any.jsonl", &schema(JSON_SCHEMAS[number]), &bytes, &[(threads, chunk), (1, 1 << 20)]);
    }
}

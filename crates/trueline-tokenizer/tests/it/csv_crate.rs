//! Compares with the `csv` crate, for tables that both read in the same way. Its `Terminator::Any` is `Lf` or `Cr` here (its
//! comments end at LF, and an unterminated comment is a record there). Its `CRLF` is `Auto` here if every CR belongs to a
//! CRLF. Both continue in the same way after a misplaced quote. The `csv` crate removes a byte order mark, so the tables
//! have none.

use csv::{ByteRecord, ReaderBuilder};
use proptest::collection::vec;
use proptest::prelude::*;
use trueline_tokenizer::{Dialect, Indexer, Kernel, Positions, Terminator, unquote};

type Table = Vec<Vec<Vec<u8>>>;

fn theirs(bytes: &[u8], dialect: &Dialect) -> Table {
    let terminator = match dialect.terminator {
        Terminator::Lf => csv::Terminator::Any(b'\n'),
        Terminator::Cr => csv::Terminator::Any(b'\r'),
        _ => csv::Terminator::CRLF,
    };
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(dialect.delimiter)
        .quoting(dialect.quote.is_some())
        .quote(dialect.quote.unwrap_or(b'"'))
        .escape(dialect.escape)
        .comment(dialect.comment)
        .terminator(terminator)
        .from_reader(bytes);
    let cells = |record: csv::Result<ByteRecord>| {
        record.expect("bytes in memory").iter().map(<[u8]>::to_vec).collect()
    };
    reader.byte_records().map(cells).collect()
}

fn ours(bytes: &[u8], dialect: &Dialect, kernel: Kernel, block: usize) -> Table {
    let mut indexer = Indexer::with_kernel(dialect, kernel).block_bytes(block);
    let mut positions = Positions::new();
    let mut table = Table::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let consumed = indexer.index(rest, true, &mut positions);
        for record in 0..positions.len() {
            let cell = |field| unquote(&rest[positions.field(record, field)], dialect).into_owned();
            table.push((0..positions.field_count(record)).map(cell).collect());
        }
        rest = &rest[consumed..];
    }
    table
}

fn check(bytes: &[u8], dialect: &Dialect, block: usize) {
    let expected = theirs(bytes, dialect);
    for kernel in Kernel::available() {
        assert_eq!(ours(bytes, dialect, kernel, block), expected, "{kernel}");
    }
}

fn dialect() -> impl Strategy<Value = Dialect> {
    let quotes = prop_oneof![
        Just((Some(b'"'), None)),
        Just((Some(b'\''), None)),
        Just((Some(b'"'), Some(b'\\'))),
        Just((None, None)),
    ];
    let delimiters = prop::sample::select(b",;\t".to_vec());
    (quotes, delimiters, any::<bool>(), any::<bool>()).prop_map(
        |((quote, escape), delimiter, is_lf, comments)| {
            let terminator = if is_lf { Terminator::Lf } else { Terminator::Auto };
            let comment = comments.then_some(b'#');
            Dialect::default()
                .delimiter(delimiter)
                .quote(quote)
                .escape(escape)
                .comment(comment)
                .terminator(terminator)
        },
    )
}

/// A correctly quoted cell.
fn cell() -> impl Strategy<Value = String> {
    let plain = "[a-z0-9 .é]{0,12}";
    let content =
        vec(prop_oneof!["[a-z]{1,3}", Just(",".into()), Just("\n".into()), Just("\"\"".into())], 0..9);
    prop_oneof![3 => plain.prop_map(String::from), 1 => content.prop_map(|parts| format!("\"{}\"", parts.concat()))]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, ..ProptestConfig::default() })]

    #[test]
    fn well_written_tables(
        rows in vec(vec(cell(), 1..6), 0..60),
        line_end in prop::sample::select(vec!["\n", "\r\n"]),
        block in 1_usize..600,
    ) {
        let lines: Vec<String> = rows.iter().map(|row| row.join(",") + line_end).collect();
        let text = lines.concat();
        check(text.as_bytes(), &Dialect::default(), block);
        let mut positions = Positions::new();
        let mut at = 0;
        let mut indexer = Indexer::new(&Dialect::default());
        while at < text.len() {
            at += indexer.index(&text.as_bytes()[at..], true, &mut positions);
            prop_assert!(positions.faults().is_empty());
        }
    }

    #[test]
    fn any_bytes(
        mut bytes in vec(prop::sample::select(b",;\t\"'\\#\nab\xC3\xA9\0".to_vec()), 0..400),
        dialect in dialect(),
        block in 1_usize..300,
    ) {
        if dialect.comment.is_some() {
            bytes.push(b'\n');
        }
        check(&bytes, &dialect, block);
        // The same with CRLF for LF, so that no CR stands alone.
        let crlf = bytes.iter().flat_map(|&byte| if byte == b'\n' { vec![b'\r', b'\n'] } else { vec![byte] });
        check(&crlf.collect::<Vec<u8>>(), &dialect.terminator(Terminator::Auto), block);
        // The same with CR and LF in each other's place.
        let swapped = bytes.iter().map(|&byte| if byte == b'\n' { b'\r' } else { byte });
        let dialect = dialect.comment(None).terminator(Terminator::Cr);
        check(&swapped.collect::<Vec<u8>>(), &dialect, block);
    }
}

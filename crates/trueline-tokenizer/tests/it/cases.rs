//! Hand-picked cases, read with every kernel, as a whole and in blocks and chunks.

use trueline_tokenizer::{
    BlankLines, Dialect, Fault, FaultKind, Indexer, Kernel, Positions, Preamble, Quoting, Terminator,
    preamble, reference,
};

use crate::compare;

const PLAIN: fn() -> Dialect = Dialect::default;

/// For every kernel and block size, the result is these fields and these faults (record, offset, kind).
fn reads(bytes: impl AsRef<[u8]>, dialect: Dialect, rows: &[&[&str]], faults: &[(u32, u32, FaultKind)]) {
    let bytes = bytes.as_ref();
    assert_eq!(dialect.check(), Ok(()));
    let faults: Vec<Fault> =
        faults.iter().map(|&(record, offset, kind)| Fault { record, offset, kind }).collect();
    for kernel in Kernel::available() {
        for block in [1, 2, 3, 7, 63, 64, 65, 4096, usize::MAX] {
            let parsed = compare::index(bytes, &dialect, kernel, block, true);
            let text =
                |field: &std::ops::Range<usize>| String::from_utf8_lossy(&bytes[field.clone()]).into_owned();
            let found: Vec<Vec<String>> =
                parsed.records.iter().map(|fields| fields.iter().map(text).collect()).collect();
            assert_eq!(found, rows, "{kernel}, blocks of {block}");
            assert_eq!(parsed.faults, faults, "{kernel}, blocks of {block}");
            assert_eq!(parsed.consumed, bytes.len());
        }
    }
    compare::check(bytes, &dialect, &[]);
    let cuts = if bytes.len() < 300 { 0..=bytes.len() } else { 60..=70 };
    for cut in cuts {
        for kernel in Kernel::available() {
            compare::check_chain(bytes, &[cut], &dialect, kernel);
        }
    }
}

/// Lengths near the middle and the boundaries of steps of 64 bytes.
fn borders() -> impl Iterator<Item = usize> {
    (0..4).chain(30..34).chain(50..70).chain(120..130)
}

#[test]
fn simple_tables() {
    reads("", PLAIN(), &[], &[]);
    reads("\n", PLAIN(), &[], &[]);
    reads("a", PLAIN(), &[&["a"]], &[]);
    reads("a,b\n", PLAIN(), &[&["a", "b"]], &[]);
    reads("a,b\n1,2", PLAIN(), &[&["a", "b"], &["1", "2"]], &[]);
    reads("a,\n,\n,b", PLAIN(), &[&["a", ""], &["", ""], &["", "b"]], &[]);
    reads("a,b\n1\n1,2,3\n", PLAIN(), &[&["a", "b"], &["1"], &["1", "2", "3"]], &[]);
}

#[test]
fn every_line_end_is_what_the_dialect_says() {
    let text = "a\nb\r\nc\rd";
    reads(text, PLAIN(), &[&["a"], &["b"], &["c\rd"]], &[]);
    reads(text, PLAIN().terminator(Terminator::Lf), &[&["a"], &["b\r"], &["c\rd"]], &[]);
    reads(text, PLAIN().terminator(Terminator::CrLf), &[&["a\nb"], &["c\rd"]], &[]);
    reads(text, PLAIN().terminator(Terminator::Cr), &[&["a\nb"], &["\nc"], &["d"]], &[]);
}

#[test]
fn two_crs_before_an_lf_are_data_and_a_crlf() {
    reads("a,b\r\r\nc,d\r\n", PLAIN(), &[&["a", "b\r"], &["c", "d"]], &[]);
    reads("a,b\r\r\nc,d", PLAIN().terminator(Terminator::CrLf), &[&["a", "b\r"], &["c", "d"]], &[]);
    reads("\r\r\n", PLAIN(), &[&["\r"]], &[]);
    reads("\"a\"\r\r\n", PLAIN(), &[&["\"a\"\r"]], &[(0, 2, FaultKind::TextAfterQuote)]);
}

#[test]
fn a_cr_at_the_end_of_the_input_is_data() {
    reads("a,b\r", PLAIN(), &[&["a", "b\r"]], &[]);
    reads("a,b\r", PLAIN().terminator(Terminator::CrLf), &[&["a", "b\r"]], &[]);
    reads("a\r\nb\r", PLAIN(), &[&["a"], &["b\r"]], &[]);
    reads("\"a\"\r", PLAIN(), &[&["\"a\"\r"]], &[(0, 2, FaultKind::TextAfterQuote)]);
}

#[test]
fn a_crlf_at_every_border() {
    for before in borders() {
        let text = format!("{},y\r\n\"z\"\r\nv,w", "x".repeat(before));
        let long = "x".repeat(before);
        let rows: &[&[&str]] = &[&[&long, "y"], &["\"z\""], &["v", "w"]];
        reads(&text, PLAIN(), rows, &[]);
    }
}

#[test]
fn a_quoted_line_end_at_every_border() {
    for before in borders() {
        let (long, cell) = ("x".repeat(before), "\"a\nb,\"\"\r\n\"");
        let text = format!("{long},{cell}\n1,2\n");
        reads(&text, PLAIN(), &[&[&long, cell], &["1", "2"]], &[]);
    }
}

#[test]
fn blank_lines_are_skipped_or_records() {
    let text = "\na,b\n\r\n\n1,2\r\n\r\n";
    reads(text, PLAIN(), &[&["a", "b"], &["1", "2"]], &[]);
    let record = PLAIN().blank_lines(BlankLines::Record);
    reads(text, record, &[&[""], &["a", "b"], &[""], &[""], &["1", "2"], &[""]], &[]);
    reads("\r\n", PLAIN().terminator(Terminator::CrLf), &[], &[]);
    reads("\r\n", PLAIN().terminator(Terminator::Lf), &[&["\r"]], &[]);
    reads("\r\r\r", PLAIN().terminator(Terminator::Cr), &[], &[]);
    reads("\"\"\n\n\"\"\n", PLAIN(), &[&["\"\""], &["\"\""]], &[]);
}

#[test]
fn quotes_in_wrong_places_are_faults_and_data() {
    use FaultKind::{StrayQuote, TextAfterQuote, UnclosedQuote};
    reads("\"\"\"", PLAIN(), &[&["\"\"\""]], &[(0, 0, UnclosedQuote)]);
    reads("\"\"\"\"", PLAIN(), &[&["\"\"\"\""]], &[]);
    reads("a,\"\"\"\n", PLAIN(), &[&["a", "\"\"\"\n"]], &[(0, 2, UnclosedQuote)]);
    reads("\"abc\"x,1\n2,3\n", PLAIN(), &[&["\"abc\"x", "1"], &["2", "3"]], &[(0, 4, TextAfterQuote)]);
    reads("joh\"n,1\n2,3\n", PLAIN(), &[&["joh\"n", "1"], &["2", "3"]], &[(0, 3, StrayQuote)]);
    let two = "1,a\"b\"c\n2,d\"e\n3,f\n";
    reads(
        two,
        PLAIN(),
        &[&["1", "a\"b\"c"], &["2", "d\"e"], &["3", "f"]],
        &[(0, 3, StrayQuote), (1, 11, StrayQuote)],
    );
    reads(" \"a,b\"\n", PLAIN(), &[&[" \"a", "b\""]], &[(0, 1, StrayQuote)]);
    reads("\"a\" ,\"b\"x\"\n", PLAIN(), &[&["\"a\" ", "\"b\"x\""]], &[(0, 2, TextAfterQuote)]);
    reads("a,\"b\nc", PLAIN(), &[&["a", "\"b\nc"]], &[(0, 2, UnclosedQuote)]);
    reads("\n\na,\"", PLAIN(), &[&["a", "\""]], &[(0, 4, UnclosedQuote)]);
    reads("\"a\"", PLAIN(), &[&["\"a\""]], &[]);
}

#[test]
fn lenient_reads_the_same_and_blames_only_the_unclosed() {
    let dialect = PLAIN().quoting(Quoting::Lenient);
    reads("\"abc\"x,jo\"h\"n\n", dialect, &[&["\"abc\"x", "jo\"h\"n"]], &[]);
    reads("a\"b,\"c\n", dialect, &[&["a\"b", "\"c\n"]], &[(0, 4, FaultKind::UnclosedQuote)]);
}

#[test]
fn a_bad_record_leaves_its_neighbours_alone_at_every_border() {
    for before in borders() {
        let long = "x".repeat(before);
        let text = format!("{long},\"q\"\n5\" disk,1\n\"a\",\"b\nc\"\n\"d\"e,f\ng,h\n");
        let rows: &[&[&str]] =
            &[&[&long, "\"q\""], &["5\" disk", "1"], &["\"a\"", "\"b\nc\""], &["\"d\"e", "f"], &["g", "h"]];
        let at = u32::try_from(before).unwrap();
        reads(
            &text,
            PLAIN(),
            rows,
            &[(1, at + 6, FaultKind::StrayQuote), (3, at + 27, FaultKind::TextAfterQuote)],
        );
    }
}

#[test]
fn comments_are_skipped_whatever_is_in_them() {
    let dialect = PLAIN().comment(Some(b'#'));
    reads("#x\na,b\n# \"open\nc,#d\n #e\n#", dialect, &[&["a", "b"], &["c", "#d"], &[" #e"]], &[]);
    reads("#\n#\n", dialect, &[], &[]);
    reads("\"#\n#\",#\n#\"\r\n\"#\"\n", dialect, &[&["\"#\n#\"", "#"], &["\"#\""]], &[]);
    for before in borders() {
        let long = "x".repeat(before);
        reads(
            format!("{long},1\n#\",\"\n\"2\",\"\n\"\n"),
            dialect,
            &[&[&long, "1"], &["\"2\"", "\"\n\""]],
            &[],
        );
        reads(format!("# {long}\n1,2\n"), dialect, &[&["1", "2"]], &[]);
    }
    reads("#\nx,y\n", PLAIN(), &[&["#"], &["x", "y"]], &[]);
}

#[test]
fn escapes_hide_what_follows_inside_quotes_only() {
    let dialect = PLAIN().escape(Some(b'\\'));
    reads("\"a\\\"b\",c\n", dialect, &[&["\"a\\\"b\"", "c"]], &[]);
    reads("\"a\\\\\",c\n", dialect, &[&["\"a\\\\\"", "c"]], &[]);
    reads("a\\,b\\\n\"c\"\"d\"\n", dialect, &[&["a\\", "b\\"], &["\"c\"\"d\""]], &[]);
    reads("\"a\\", dialect, &[&["\"a\\"]], &[(0, 0, FaultKind::UnclosedQuote)]);
    for count in borders() {
        for before in [0, 1, 63] {
            // An even run leaves the quote to close the field, an odd one does not.
            let cell = format!("\"{}{}\"", "x".repeat(before), "\\".repeat(count));
            if count % 2 == 0 {
                reads(format!("{cell},y\nz\n"), dialect, &[&[&cell, "y"], &["z"]], &[]);
            } else {
                let cell = format!("{cell},y\nz\"");
                reads(format!("{cell}\n"), dialect, &[&[&cell]], &[]);
            }
        }
    }
}

#[test]
fn without_quoting_quotes_are_data() {
    let dialect = PLAIN().quote(None);
    reads("\"a,b\"\n\"\n", dialect, &[&["\"a", "b\""], &["\""]], &[]);
}

#[test]
fn other_bytes_in_the_roles() {
    let dialect = PLAIN().delimiter(b'\t').quote(Some(b'\'')).comment(Some(b'%'));
    reads("%\na\t'b\tc'\n\"\t,\n", dialect, &[&["a", "'b\tc'"], &["\"", ","]], &[]);
    // The padding of the last step is NUL as well.
    reads("a\0b\n\0", PLAIN().delimiter(0), &[&["a", "b"], &["", ""]], &[]);
    reads("\0a,b\0\n", PLAIN().quote(Some(0)), &[&["\0a,b\0"]], &[]);
}

#[test]
fn nul_is_data() {
    reads("a\0,\0\n\0\0\0", PLAIN(), &[&["a\0", "\0"], &["\0\0\0"]], &[]);
}

#[test]
fn a_byte_order_mark_is_preamble_at_the_start_and_data_elsewhere() {
    let text = "\u{FEFF}a,b\n\u{FEFF}1,2\n".as_bytes();
    let Preamble::Length(length) = preamble(text, &PLAIN(), true) else { panic!("there is one") };
    reads(&text[length..], PLAIN(), &[&["a", "b"], &["\u{FEFF}1", "2"]], &[]);
}

#[test]
fn records_that_end_at_a_step_or_a_group() {
    for length in [63, 64, 65, 127, 128, 511, 512, 513, 1_023, 1_024, 1_025] {
        let long = "x".repeat(length - 3);
        let text = format!("{long},y\n1,2\n");
        assert_eq!(text.find('\n'), Some(length - 1));
        reads(&text, PLAIN(), &[&[&long, "y"], &["1", "2"]], &[]);
        let quoted = format!("\"{}\"", "x".repeat(length - 5));
        reads(format!("{quoted},y\n1,2\n"), PLAIN(), &[&[&quoted, "y"], &["1", "2"]], &[]);
    }
}

#[test]
fn cells_of_one_byte_and_of_none() {
    let text = "a,b\n".repeat(1_000);
    reads(&text, PLAIN(), &vec![&["a", "b"][..]; 1_000], &[]);
    let text = "\"a\",\"b\"\r\n".repeat(1_000);
    reads(&text, PLAIN(), &vec![&["\"a\"", "\"b\""][..]; 1_000], &[]);
    reads("1\n".repeat(1_000), PLAIN(), &vec![&["1"][..]; 1_000], &[]);
    reads("\n".repeat(1_000), PLAIN().blank_lines(BlankLines::Record), &vec![&[""][..]; 1_000], &[]);
    reads(",".repeat(999), PLAIN(), &[&vec![""; 1_000]], &[]);
}

#[test]
fn a_hundred_thousand_columns() {
    let row: Vec<String> = (0..100_000).map(|n| format!("{}", n % 7)).collect();
    let text = format!("{}\n{}\n", row.join(","), row.join(","));
    let mut positions = Positions::new();
    for kernel in Kernel::available() {
        let mut indexer = Indexer::with_kernel(&PLAIN(), kernel);
        assert_eq!(indexer.index(text.as_bytes(), true, &mut positions), text.len() / 2);
        assert!(positions.is_regular(100_000));
        assert_eq!(&text[positions.field(0, 99_999)], row[99_999]);
    }
}

#[test]
fn one_field_of_many_blocks() {
    let text = format!("a,\"{}\"\nb,c\n", "x\ny,".repeat(100_000));
    let mut positions = Positions::new();
    for kernel in Kernel::available() {
        let mut indexer = Indexer::with_kernel(&PLAIN(), kernel);
        assert_eq!(indexer.index(text.as_bytes(), false, &mut positions), text.len() - 4);
        assert_eq!((positions.len(), positions.field(0, 1)), (1, 2..text.len() - 5));
        // No end in sight: nothing is consumed.
        assert_eq!(indexer.index(&text.as_bytes()[..300_000], false, &mut positions), 0);
        assert!(positions.is_empty() && positions.is_regular(2));
    }
}

#[test]
fn bad_utf_8_is_named_by_its_first_byte() {
    let bad: &[(&[u8], u32)] = &[
        (b"\x80", 0),             // a continuation without a start
        (b"\xC0\x80", 0),         // overlong
        (b"\xE0\x80\x80", 0),     // overlong
        (b"\xF0\x80\x80\x80", 0), // overlong
        (b"\xED\xA0\x80", 0),     // a surrogate
        (b"\xF4\x90\x80\x80", 0), // above U+10FFFF
        (b"\xFF", 0),
        (b"\xE2\x82", 0),     // cut short
        (b"\xC3\xA9\xC3", 2), // cut short after a good one
        (b"\xF0\x9F\x98", 0), // cut short
    ];
    for &(bytes, first) in bad {
        for before in [0, 1, 61, 62, 63, 64, 510, 511, 512, 700] {
            let offset = u32::try_from(before).unwrap() + 2 + first;
            let mut text = vec![b'x'; before];
            text.extend_from_slice(b"\n,");
            text.extend_from_slice(bytes);
            let end = text.clone();
            text.extend_from_slice("\n1,é\n".as_bytes());
            let record = u32::from(before > 0);
            for (text, count) in [(text, 2), (end, 1)] {
                let fault = Fault { record, offset, kind: FaultKind::InvalidUtf8 };
                for kernel in Kernel::available() {
                    let parsed = compare::index(&text, &PLAIN(), kernel, 65, true);
                    assert_eq!(parsed.faults, [fault], "{kernel}, {bytes:X?} behind {before}");
                    assert_eq!(parsed.records.len(), count + usize::from(before > 0));
                }
            }
        }
    }
}

#[test]
fn bad_utf_8_goes_before_quotes_and_does_not_count_outside_of_records() {
    use FaultKind::{InvalidUtf8, StrayQuote};
    let dialect = PLAIN().comment(Some(b'#'));
    let text = b"a\"b\nc\"\xFFd\n#\xFE\n\n\xFC,\xFB\ng\"\n";
    let rows: &[&[&str]] = &[&["a\"b"], &["c\"\u{FFFD}d"], &["\u{FFFD}", "\u{FFFD}"], &["g\""]];
    reads(
        text,
        dialect,
        rows,
        &[(0, 1, StrayQuote), (1, 6, InvalidUtf8), (2, 13, InvalidUtf8), (3, 18, StrayQuote)],
    );
}

#[test]
fn the_same_positions_serve_many_blocks() {
    let mut positions = Positions::new();
    let mut indexer = Indexer::new(&PLAIN());
    assert_eq!(indexer.index(b"a\"b,\xFF\n\n1\n", true, &mut positions), 9);
    assert_eq!((positions.len(), positions.faults().len()), (2, 1));
    assert!(positions.has_quotes() && !positions.is_ascii() && positions.grid().is_none());
    assert_eq!(indexer.index(b"a,b\n1,2\n", true, &mut positions), 8);
    assert_eq!((positions.len(), positions.faults().len()), (2, 0));
    assert!(!positions.has_quotes() && positions.is_ascii() && positions.is_regular(2));
    assert_eq!(
        positions.grid().map(|grid| (grid.fields, grid.separators.to_vec())),
        Some((2, vec![1, 3, 5, 7]))
    );
    assert_eq!(indexer.index(b"", true, &mut positions), 0);
    assert!(positions.is_empty());
}

/// Different events at the boundary of two groups of 512 bytes, with groups without quotes before and after them.
#[test]
fn everything_at_the_border_of_a_group() {
    let events = [
        "\"",
        "a\"",
        "\"a\"",
        "\"a\"b",
        "\"\"",
        "\"\"\"",
        "\"a\"\"b\"",
        ",\"a\",",
        "\r\n",
        "\r",
        "\r\r\n",
        "\n#\"\n",
        "#\n",
        "\"\\\"\"",
        "\"\\",
        "\\",
        ",\"\\\\\",",
        "\n\n",
        "\u{e9}",
        "\n\"a\"\r",
        "\n#,\"\n",
        "\n#,\"",
        "\"\n#\"\n",
    ];
    let dialects = compare::dialects().into_iter().filter(|dialect| {
        dialect.quoting == Quoting::Strict
            && dialect.blank_lines == BlankLines::Skip
            && dialect.quote.is_some()
            && dialect.comment.is_some() == dialect.escape.is_some()
    });
    for dialect in dialects {
        for event in events {
            for (before, behind) in [("x", "y"), ("x,1\n", "y,2\n"), ("\"q\",", "y"), ("x\r\n", "y\"")] {
                for border in 507..=512 {
                    let mut text = before.repeat(border / before.len());
                    text += &"x".repeat(border - text.len());
                    text += event;
                    // A group without quotes, then whatever it is.
                    text += &"z".repeat(1_024 - text.len() + border % 4);
                    text += &behind.repeat(300);
                    check_whole(text.as_bytes(), &dialect);
                    // A quote as the first byte of a group.
                    text.replace_range(1_024..=1_024, "\"");
                    check_whole(text.as_bytes(), &dialect);
                }
            }
        }
    }
}

fn check_whole(bytes: &[u8], dialect: &Dialect) {
    let expected = reference::parse(bytes, dialect, true);
    for kernel in Kernel::available() {
        assert_eq!(compare::index(bytes, dialect, kernel, usize::MAX, true), expected, "{kernel}");
        compare::check_states(bytes, dialect, kernel);
    }
}

//! Reads a table with every kernel, block size and chunk boundary, and compares the results with the reference
//! implementation.

use std::ops::Range;

use trueline_tokenizer::reference::{self, Parsed};
use trueline_tokenizer::{
    BlankLines, Dialect, Fault, Indexer, Kernel, Positions, Quoting, Split, Splitter, State, Terminator,
};

/// Every combination of options of a dialect, with the same bytes for the roles.
pub(crate) fn dialects() -> Vec<Dialect> {
    let mut all = Vec::new();
    for terminator in [Terminator::Auto, Terminator::Lf, Terminator::CrLf, Terminator::Cr] {
        for (quote, escape) in [(Some(b'"'), None), (Some(b'"'), Some(b'\\')), (None, None)] {
            for comment in [None, Some(b'#')] {
                for quoting in [Quoting::Strict, Quoting::Lenient] {
                    for blank_lines in [BlankLines::Skip, BlankLines::Record] {
                        let dialect = Dialect::default().terminator(terminator).quote(quote).escape(escape);
                        all.push(dialect.comment(comment).quoting(quoting).blank_lines(blank_lines));
                    }
                }
            }
        }
    }
    all
}

/// Every state that can occur with a dialect.
pub(crate) fn states(dialect: &Dialect) -> Vec<State> {
    let mut all = Vec::new();
    for prefix in ["", ",", "x", "x\r", "\"", "\"\"", "\"\\", "#", "#\r"] {
        let state = reference::split(prefix.as_bytes(), dialect, State::START).end;
        if !all.contains(&state) {
            all.push(state);
        }
    }
    all
}

/// All records, indexed in blocks, with offsets from the start of `bytes`.
pub(crate) fn index(bytes: &[u8], dialect: &Dialect, kernel: Kernel, block: usize, is_last: bool) -> Parsed {
    let mut indexer = Indexer::with_kernel(dialect, kernel).block_bytes(block);
    let mut positions = Positions::new();
    let mut parsed = Parsed::default();
    loop {
        let at = parsed.consumed;
        let used = indexer.index(&bytes[at..], is_last, &mut positions);
        append(&mut parsed, &positions, at, used);
        check_summary(&positions, dialect, &bytes[at..at + used]);
        check_line_ends(&positions, dialect, &bytes[at..], used);
        parsed.consumed += used;
        if used == 0 || parsed.consumed == bytes.len() {
            return parsed;
        }
        assert!(
            used >= block || parsed.consumed >= last_end(bytes, dialect),
            "a block of {used}, not {block}"
        );
        let earlier = last_end(&bytes[at..at + used - 1], dialect);
        assert!(earlier < block, "a block of {used}, not {earlier}");
    }
}

/// The end of the last complete line.
fn last_end(bytes: &[u8], dialect: &Dialect) -> usize {
    reference::split(bytes, dialect, State::START).tail.unwrap_or(0)
}

fn append(parsed: &mut Parsed, positions: &Positions, at: usize, used: usize) {
    let shift = |range: Range<usize>| range.start + at..range.end + at;
    let before = parsed.records.len();
    for record in 0..positions.len() {
        let fields = 0..positions.field_count(record);
        parsed.records.push(fields.map(|field| shift(positions.field(record, field))).collect());
        parsed.spans.push(shift(positions.record(record)));
        let line_end = positions.line_end(record);
        parsed.line_ends.push((line_end <= used).then_some(line_end + at));
    }
    for fault in positions.faults() {
        let record = fault.record + u32::try_from(before).expect("small");
        let offset = fault.offset + u32::try_from(at).expect("small");
        parsed.faults.push(Fault { record, offset, kind: fault.kind });
    }
}

/// If a block gives the number of line ends, it must be correct; and it must give it if nothing makes the number uncertain.
fn check_line_ends(positions: &Positions, dialect: &Dialect, rest: &[u8], used: usize) {
    let expected = reference::count_line_ends(&rest[..used], None);
    assert_eq!(positions.line_ends().unwrap_or(expected), expected);
    let has_quote = dialect.quote.is_some_and(|quote| rest[..used].contains(&quote));
    let is_plain = matches!(dialect.terminator, Terminator::Auto | Terminator::Lf);
    let is_lone = |at: usize| rest[at] == b'\r' && rest.get(at + 1) != Some(&b'\n');
    let has_lone_cr = match dialect.terminator {
        Terminator::Lf => rest.contains(&b'\r'),
        _ => (0..rest.len()).any(is_lone),
    };
    // Otherwise the bytes may end within a record, and it is not known which LFs in quotes belong to it.
    let is_whole = used == rest.len();
    if is_plain && !has_lone_cr && (is_whole || !has_quote) {
        assert_eq!(positions.line_ends(), Some(expected));
    }
}

/// The properties of a block as a whole.
fn check_summary(positions: &Positions, dialect: &Dialect, bytes: &[u8]) {
    assert_eq!(positions.is_ascii(), bytes.is_ascii());
    assert_eq!(positions.has_quotes(), dialect.quote.is_some_and(|quote| bytes.contains(&quote)));
    let counts: Vec<usize> = (0..positions.len()).map(|record| positions.field_count(record)).collect();
    for fields in 0..5 {
        assert_eq!(positions.is_regular(fields), counts.iter().all(|&count| count == fields));
    }
    let Some(grid) = positions.grid() else { return };
    assert!(positions.is_regular(grid.fields));
    assert_eq!(grid.separators.len(), grid.fields * positions.len());
    for record in 0..positions.len() {
        for field in 0..grid.fields {
            let at = record * grid.fields + field;
            let start = if at == 0 { 0 } else { grid.separators[at - 1] + 1 };
            let trim = if field + 1 == grid.fields { grid.trim } else { 0 };
            let range = start as usize..(grid.separators[at] - trim) as usize;
            assert_eq!(range, positions.field(record, field));
        }
    }
}

/// Surveys consecutive chunks separately and resolves them in order; compares the end with that of the whole.
pub(crate) fn check_chain(bytes: &[u8], cuts: &[usize], dialect: &Dialect, kernel: Kernel) {
    let splitter = Splitter::with_kernel(dialect, kernel);
    let mut state = State::START;
    let mut tail = None;
    let mut start = 0;
    for &cut in cuts.iter().chain([&bytes.len()]) {
        let chunk = &bytes[start..cut];
        let split = splitter.resolve(chunk, &splitter.survey(chunk), state);
        state = split.end;
        tail = split.tail.map(|tail| tail + start).or(tail);
        start = cut;
    }
    let whole = reference::split(bytes, dialect, State::START);
    assert_eq!((state, tail), (whole.end, whole.tail), "{kernel}, cut at {cuts:?}");
}

/// Resolves and splits one chunk from every state.
pub(crate) fn check_states(chunk: &[u8], dialect: &Dialect, kernel: Kernel) {
    let splitter = Splitter::with_kernel(dialect, kernel);
    let survey = splitter.survey(chunk);
    for start in states(dialect) {
        let expected: Split = reference::split(chunk, dialect, start);
        assert_eq!(splitter.resolve(chunk, &survey, start), expected, "{kernel}, from {start:?}");
        assert_eq!(splitter.split(chunk, start), expected, "{kernel}, split from {start:?}");
    }
}

/// Compares everything, with every kernel.
pub(crate) fn check(bytes: &[u8], dialect: &Dialect, blocks: &[usize]) {
    let whole = reference::parse(bytes, dialect, true);
    let partial = reference::parse(bytes, dialect, false);
    for kernel in Kernel::available() {
        for &block in blocks.iter().chain([&usize::MAX]) {
            assert_eq!(index(bytes, dialect, kernel, block, true), whole, "{kernel}, blocks of {block}");
            assert_eq!(
                index(bytes, dialect, kernel, block, false),
                partial,
                "{kernel}, part, blocks of {block}"
            );
        }
        check_states(bytes, dialect, kernel);
        for previous in [None, Some(b'\r')] {
            let lines = reference::count_line_ends(bytes, previous);
            assert_eq!(kernel.count_line_ends(bytes, previous), lines, "{kernel}");
        }
    }
}

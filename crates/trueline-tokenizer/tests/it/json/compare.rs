//! Indexes and checks JSON Lines with every kernel and block size, and compares the results with the reference
//! implementation.

use trueline_tokenizer::json::reference::{self, Parsed};
use trueline_tokenizer::json::{self, Checker, Indexer, Positions, RecordFault};
use trueline_tokenizer::{Kernel, count_line_ends};

/// Small enough that the test data exceed it.
pub(crate) const MAX_DEPTH: usize = 6;

/// All records, indexed in blocks, with offsets from the start of `bytes`.
fn index(bytes: &[u8], kernel: Kernel, block: usize, is_last: bool) -> Parsed {
    let mut indexer = Indexer::with_kernel(kernel).block_bytes(block).max_depth(MAX_DEPTH);
    let mut positions = Positions::new();
    let mut parsed = Parsed::default();
    let mut lines = 0;
    loop {
        let at = parsed.consumed;
        let used = indexer.index(&bytes[at..], is_last, &mut positions);
        append(&mut parsed, &positions, bytes, at);
        for record in 0..positions.len() {
            let start = at + positions.record(record).start;
            assert_eq!(lines + positions.line(record), line_feeds(&bytes[..start]));
        }
        check_summary(&positions, &bytes[at..at + used]);
        check_grammar(&positions, &bytes[at..], kernel);
        lines += line_feeds(&bytes[at..at + used]);
        parsed.consumed += used;
        if used == 0 || parsed.consumed == bytes.len() {
            return parsed;
        }
        let last_end = bytes.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
        assert!(used >= block || parsed.consumed == last_end, "a block of {used}, not {block}");
        assert_eq!(bytes[at + used - 1], b'\n');
        let earlier = bytes[at..at + used - 1].iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
        assert!(earlier < block, "a block of {used}, not {earlier}");
    }
}

fn line_feeds(bytes: &[u8]) -> usize {
    bytes.split(|&byte| byte == b'\n').count() - 1
}

fn number(record: usize) -> u32 {
    u32::try_from(record).expect("few records")
}

fn append(parsed: &mut Parsed, positions: &Positions, bytes: &[u8], at: usize) {
    let before = number(parsed.spans.len());
    for record in 0..positions.len() {
        let span = positions.record(record);
        parsed.spans.push(span.start + at..span.end + at);
        let token = |token: usize| (positions.offsets()[token] as usize + at, positions.kinds()[token]);
        parsed.tokens.push(positions.tokens(record).map(token).collect());
        let (end, _) = parsed.tokens.last().and_then(|tokens| tokens.last()).expect("a record has tokens");
        assert!(*end == bytes.len() || bytes[*end] == b'\n');
        assert_eq!(positions.line_end(record) + at, end + 1);
    }
    let shifted = |fault: &RecordFault| RecordFault { record: fault.record + before, fault: fault.fault };
    parsed.faults.extend(positions.faults().iter().map(shifted));
}

/// The properties of a block as a whole.
fn check_summary(positions: &Positions, bytes: &[u8]) {
    assert_eq!(positions.is_ascii(), bytes.is_ascii());
    assert_eq!(positions.has_backslash(), bytes.contains(&b'\\'));
    assert_eq!(positions.line_feeds(), line_feeds(bytes) as u64);
    if let Some(ends) = positions.line_ends() {
        assert_eq!(ends, count_line_ends(bytes, None));
    }
    let places = positions.backslashes().flat_map(|range| range.filter(|&at| bytes[at] == b'\\'));
    assert!(places.eq((0..bytes.len()).filter(|&at| bytes[at] == b'\\')));
    let Some(dense) = positions.dense() else { return };
    assert_eq!((dense.lasts.len(), dense.offsets.len()), (positions.len(), dense.kinds.len()));
    let mut start = 0;
    for (record, &last) in dense.lasts.iter().enumerate() {
        let end = dense.offsets[last as usize];
        assert_eq!(positions.record(record), start..(end - dense.trim) as usize);
        assert_eq!(positions.tokens(record).end, last as usize + 1);
        start = end as usize + 1;
    }
}

/// The checker finds the same faults in the records of a block as the byte-by-byte parser: in all of them, in each one
/// alone, and in some of them.
fn check_grammar(positions: &Positions, bytes: &[u8], kernel: Kernel) {
    let checker = Checker::with_kernel(kernel).max_depth(MAX_DEPTH);
    let expected_result = |record: usize| json::check(&bytes[positions.record(record)], MAX_DEPTH);
    let expected: Vec<RecordFault> = (0..positions.len())
        .filter_map(|record| {
            expected_result(record).err().map(|fault| RecordFault { record: number(record), fault })
        })
        .collect();
    let faults_of = |from: usize, to: usize| {
        let mut faults = Vec::new();
        checker.check(bytes, positions, from..to, &mut faults);
        faults
    };
    assert_eq!(faults_of(0, positions.len()), expected, "{kernel}");
    for record in 0..positions.len() {
        assert_eq!(
            checker.check_record(bytes, positions, record),
            expected_result(record),
            "{kernel}, record {record}"
        );
    }
    // From some of them on.
    for record in (0..positions.len()).step_by(positions.len() / 8 + 1) {
        let is_in = |fault: &&RecordFault| fault.record as usize >= record;
        let behind: Vec<RecordFault> = expected.iter().filter(is_in).copied().collect();
        assert_eq!(faults_of(record, positions.len()), behind, "{kernel}, from {record} on");
    }
    assert_eq!(faults_of(positions.len() / 2, positions.len() / 2), []);
}

/// Compares everything, with every kernel.
pub(crate) fn check(bytes: &[u8], blocks: &[usize]) {
    let whole = reference::parse(bytes, true, MAX_DEPTH);
    let partial = reference::parse(bytes, false, MAX_DEPTH);
    for kernel in Kernel::available() {
        for &block in blocks.iter().chain([&usize::MAX]) {
            assert_eq!(index(bytes, kernel, block, true), whole, "{kernel}, blocks of {block}");
            assert_eq!(index(bytes, kernel, block, false), partial, "{kernel}, part, blocks of {block}");
        }
    }
}

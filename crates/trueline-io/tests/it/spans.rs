//! Spans of records: whole, in order, padded, in memory that is used again.

use trueline_io::csv::{CsvInput, CsvOptions};
use trueline_io::text::{Basis, Span, Spent};
use trueline_io::{MemorySource, Source};
use trueline_tokenizer::{Dialect, Indexer, Positions};

const SIZES: [usize; 9] = [1, 2, 3, 7, 63, 64, 65, 4096, 1 << 20];

fn table(rows: usize) -> Vec<u8> {
    let row = |row: usize| format!("{row},\"na,me\n{}\",{}\r\n", row % 10, "x".repeat(row % 90));
    let rows: String = (0..rows).map(row).collect();
    format!("id,name,more\n{rows}last,one,").into_bytes()
}

fn open(source: &MemorySource, chunk_bytes: usize, has_places: bool) -> CsvInput {
    let mut options = CsvOptions::default();
    options.chunk_bytes = chunk_bytes;
    let input = CsvInput::open(source.open().unwrap(), &Dialect::default(), options).unwrap();
    input.read_at(source.open_at().unwrap().filter(|_| has_places))
}

fn check_padding(span: &Span) {
    if !span.range.is_empty() {
        let behind = &span.buffer[span.range.end..];
        assert!(behind.len() >= 64 && behind[..64].iter().all(|&byte| byte == 0));
    }
}

/// Where the last record ends, as a worker finds it.
fn whole_records(span: &Span) -> usize {
    let mut indexer = Indexer::new(&Dialect::default());
    let mut positions = Positions::new();
    let mut at = span.range.start;
    loop {
        let consumed = indexer.index(&span.buffer[at..span.range.end], span.is_last, &mut positions);
        if consumed == 0 {
            return at;
        }
        at += consumed;
    }
}

#[test]
fn a_sequence_gives_every_byte_once() {
    let text = table(300);
    let source = MemorySource::new("table", text.clone());
    for chunk in SIZES {
        for has_places in [false, true] {
            let mut sequence = open(&source, chunk, has_places).into_sequence();
            let mut found = b"id,name,more\n".to_vec();
            let mut spent = Spent::default();
            let mut numbers = 0..;
            let mut was_last = false;
            while let Some(span) = sequence.next(spent) {
                assert!(span.failure.is_none() && !was_last);
                check_padding(&span);
                assert_eq!((span.sequence, span.byte_offset), (numbers.next().unwrap(), found.len() as u64));
                assert_eq!(span.previous, found.last().copied());
                let end = whole_records(&span);
                found.extend_from_slice(&span.buffer[span.range.start..end]);
                was_last = span.is_last;
                assert_eq!(span.is_cut, !span.is_last);
                spent = Spent { rest: end..span.range.end, buffer: span.buffer };
            }
            assert!(was_last && found == text, "chunks of {chunk}");
        }
    }
}

#[test]
fn chunks_give_every_byte_once() {
    let text = table(300);
    let source = MemorySource::new("table", text.clone());
    for chunk in SIZES {
        for has_places in [false, true] {
            let chunks = open(&source, chunk, has_places).into_chunks();
            let mut found = b"id,name,more\n".to_vec();
            let mut buffer = Vec::new();
            let mut was_last = false;
            while let Some(mut claim) = chunks.claim(buffer) {
                chunks.survey(&mut claim);
                let span = chunks.resolve(claim, None).unwrap();
                assert!(span.failure.is_none() && !span.is_cut && !was_last);
                check_padding(&span);
                assert_eq!(span.byte_offset, found.len() as u64);
                assert_eq!(whole_records(&span), span.range.end);
                found.extend_from_slice(&span.buffer[span.range.clone()]);
                was_last = span.is_last;
                buffer = span.buffer;
            }
            assert!(was_last && found == text, "chunks of {chunk}");
        }
    }
}

/// Goes through chunks that guess, so many claimed at a time, and gives back what was found, and how often it had to go back.
fn guess(source: &MemorySource, chunk: usize, at_a_time: usize) -> (Vec<u8>, usize) {
    let chunks = open(source, chunk, true).into_chunks().guess();
    let mut found = b"id,name,more\n".to_vec();
    let (mut sequence, mut backs, mut was_last) = (0, 0, false);
    while !was_last {
        let claims: Vec<_> = (0..at_a_time).map_while(|_| chunks.claim(Vec::new())).collect();
        assert!(!claims.is_empty(), "the last chunk is missing, chunks of {chunk}");
        for mut claim in claims {
            chunks.survey(&mut claim);
            let Some(span) = chunks.resolve(claim, None) else { continue };
            check_padding(&span);
            // What rests on a guess means nothing once one was wrong.
            if span.basis != Basis::Known && backs > 0 {
                continue;
            }
            assert_eq!(span.sequence, sequence);
            if span.byte_offset != found.len() as u64 || span.basis == Basis::Doubt {
                chunks.go_back(sequence, found.len() as u64);
                backs += 1;
                continue;
            }
            assert_eq!(span.previous, found.last().copied());
            assert!(span.failure.is_none());
            let end = whole_records(&span);
            found.extend_from_slice(&span.buffer[span.range.start..end]);
            assert!(span.is_cut || end == span.range.end);
            (sequence, was_last) = (sequence + 1, span.is_last);
        }
    }
    (found, backs)
}

#[test]
fn guesses_are_right_or_all_is_read_again() {
    let rows = |count: usize, end: &str| {
        let row = |row: usize| format!("{row},{end}");
        (0..count).map(row).collect::<String>()
    };
    let plain = format!("id,name,more\n{}", rows(3_000, "x,\"a, b\"\n"));
    // Text that looks like records, from one side or the other, and for long.
    let (inner, quoted) = (rows(300, "x,y\r\n"), rows(300, "\"\"x\"\",y\n"));
    let long = "a line of text\n".repeat(400);
    let texts = [
        plain.clone(),
        format!("{plain}1,\"{inner}\",2\n{plain}"),
        format!("{plain}1,\"{quoted}\",2\r\n{plain}"),
        format!("{plain}1,\"{long}\",2\n3,\"{long}\",{plain}"),
        format!("{plain}1,\"{long}"),
        format!("{plain}1,\"{inner}\",\"\r\n\",\"{quoted}\",2\r\r\n{}", table(500).escape_ascii()),
    ];
    let mut backs = [0; 6];
    for (text, backs) in texts.iter().zip(&mut backs) {
        let source = MemorySource::new("table", text.clone().into_bytes());
        for chunk in [1, 33, 64, 700, 1 << 10, 1 << 12, 1 << 16] {
            for at_a_time in [1, 2, 5] {
                let (found, own) = guess(&source, chunk, at_a_time);
                assert!(found == text.as_bytes(), "chunks of {chunk}, {at_a_time} at a time");
                assert!(own <= 1, "there are no guesses after the first wrong one");
                *backs += own;
            }
        }
    }
    assert_eq!(backs[0], 0, "nothing is plainer");
    assert!(backs[1..].iter().all(|backs| *backs > 0), "{backs:?}");
}

#[test]
fn memory_is_used_again() {
    let source = MemorySource::new("table", table(20_000));
    for has_places in [false, true] {
        let mut sequence = open(&source, 1 << 16, has_places).into_sequence();
        let mut spent = Spent::default();
        let mut memory = std::collections::HashSet::new();
        while let Some(span) = sequence.next(spent) {
            memory.insert(span.buffer.as_ptr() as usize);
            let end = whole_records(&span);
            spent = Spent { rest: end..span.range.end, buffer: span.buffer };
        }
        assert!(memory.len() <= 2, "{}", memory.len());
    }
}

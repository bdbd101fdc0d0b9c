//! Measures how fast the tokenizer is: gigabytes per second for several kinds of tables and every kernel.
//!
//! Each table is a mebibyte of generated records (so that it stays in a usual L2 cache). Every pass must find the known
//! numbers of records, fields and faults, so that a wrong result cannot look fast. The rate is that of the fastest of many
//! passes, because on a shared machine all noise is in one direction. `index` finds positions in blocks of 64 KiB. `survey`
//! finds record ends for both candidates of the start state (if the dialect has no quote, it reads few of the bytes).
//! `lines` counts line ends, which is not needed for blocks that give this number.
//!
//!     cargo run --release -p trueline-tokenizer --example rate [milliseconds per cell [part of a table's name]]

#![allow(clippy::print_stdout, reason = "it is what this program is for")]

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use trueline_tokenizer::{Dialect, Indexer, Kernel, Positions, Splitter, State};

const TABLE_BYTES: usize = 1 << 20;

/// A table and the numbers of its records, fields and faults.
struct Table {
    name: &'static str,
    dialect: Dialect,
    text: String,
    records: usize,
    fields: usize,
    faults: usize,
}

/// Pseudo-random numbers, the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % limit
    }

    fn pick<'a>(&mut self, some: &[&'a str]) -> &'a str {
        some[usize::try_from(self.below(some.len() as u64)).unwrap_or(0)]
    }
}

/// Adds records (text, fields, faults) until the table is full.
fn table(
    name: &'static str,
    dialect: Dialect,
    mut record: impl FnMut(&mut String, &mut Numbers) -> (usize, usize, usize),
) -> Table {
    let mut table = Table { name, dialect, text: String::new(), records: 0, fields: 0, faults: 0 };
    let mut numbers = Numbers(88_172_645_463_325_252);
    while table.text.len() < TABLE_BYTES {
        let (records, fields, faults) = record(&mut table.text, &mut numbers);
        table.records += records;
        table.fields += fields;
        table.faults += faults;
    }
    table
}

/// A record of about 50 bytes in 5 columns.
fn tick(text: &mut String, n: &mut Numbers, end: &str) {
    let (hour, minute, second) = (n.below(24), n.below(60), n.below(60));
    let (symbol, price, cents, volume) = (n.below(500), n.below(9_000) + 1, n.below(100), n.below(10_000));
    let _ = write!(
        text,
        "2026-03-{:02}T{hour:02}:{minute:02}:{second:02}.{:03},SYM{symbol},{price}.{cents:02},{volume},XNAS{end}",
        n.below(28) + 1,
        n.below(1_000)
    );
}

fn cells(text: &mut String, count: usize, mut cell: impl FnMut(&mut String)) {
    for at in 0..count {
        if at > 0 {
            text.push(',');
        }
        cell(text);
    }
    text.push('\n');
}

fn letter(n: &mut Numbers) -> char {
    char::from(b'a' + u8::try_from(n.below(26)).unwrap_or(0))
}

/// A quoted cell of up to 200 characters.
fn prose(text: &mut String, n: &mut Numbers, quote: &str) {
    text.push('"');
    for _ in 0..n.below(200) {
        match n.below(60) {
            0 => text.push('\n'),
            1 => text.push_str(quote),
            2..10 => text.push(' '),
            _ => text.push(letter(n)),
        }
    }
    text.push('"');
}

/// A record of 40 columns and about 500 bytes: numbers, dates, and quoted text with everything that text can have.
fn wide(text: &mut String, n: &mut Numbers) {
    const PHRASES: [&str; 8] = [
        "plain words",
        "one, two, three",
        "she said \"\"yes\"\" twice",
        "first line\nsecond line",
        "first line\r\nsecond, line\r\n",
        "Größe: 5 µm",
        "東京",
        "",
    ];
    let phrase = |text: &mut String, n: &mut Numbers| text.push_str(n.pick(&PHRASES));
    let _ = write!(text, "{},\"Title, {}\",\"", 100_000 + n.below(900_000), n.below(100_000));
    for _ in 0..n.below(6) {
        phrase(text, n);
        text.push(' ');
    }
    text.push('"');
    for _ in 0..10 {
        let _ = write!(text, ",{}", n.below(2_000_000_000));
    }
    for _ in 0..8 {
        let _ = write!(text, ",{}.{:02}", n.below(10_000_000), n.below(100));
    }
    for _ in 0..10 {
        text.push_str(",\"");
        phrase(text, n);
        text.push('"');
    }
    for _ in 0..4 {
        text.push_str(n.pick(&[",true", ",false", ",1", ",0", ","]));
    }
    for _ in 0..4 {
        let _ = write!(text, ",{}-{:02}-{:02}", 1900 + n.below(200), 1 + n.below(12), 1 + n.below(28));
    }
    text.push_str(",red\n");
}

fn tables() -> Vec<Table> {
    let plain = Dialect::default();
    let mut all = vec![
        table("ticks, 50-byte rows", plain, |text, n| {
            tick(text, n, "\n");
            (1, 5, 0)
        }),
        table("ticks, CRLF", plain, |text, n| {
            tick(text, n, "\r\n");
            (1, 5, 0)
        }),
        table("ticks, quote: none", plain.quote(None), |text, n| {
            tick(text, n, "\n");
            (1, 5, 0)
        }),
        table("ticks, 1 % with a cell too many", plain, |text, n| {
            let more = n.below(100) == 0;
            tick(text, n, if more { ",x\n" } else { "\n" });
            (1, 5 + usize::from(more), 0)
        }),
        table("ticks, a blank line after each", plain, |text, n| {
            tick(text, n, "\n\n");
            (1, 5, 0)
        }),
        table("ticks, 5 % not ASCII", plain, |text, n| {
            let end = if n.below(20) == 0 { " Zürich\n" } else { "\n" };
            tick(text, n, end);
            (1, 5, 0)
        }),
        table("ticks, a comment every 20", plain.comment(Some(b'#')), |text, n| {
            if n.below(20) == 0 {
                text.push_str("# a remark, and \"more\n");
            }
            tick(text, n, "\n");
            (1, 5, 0)
        }),
    ];
    all.extend([
        table("40 columns, 400-byte rows", plain, |text, n| {
            cells(text, 40, |text| {
                let digits = n.below(12);
                let number = n.below(10_u64.pow(1 + u32::try_from(digits).unwrap_or(0)));
                let _ = write!(text, "{number}");
            });
            (1, 40, 0)
        }),
        table("one-byte cells", plain, |text, n| {
            cells(text, 20, |text| text.push(letter(n)));
            (1, 20, 0)
        }),
        table("one-byte cells, all quoted", plain, |text, n| {
            cells(text, 20, |text| text.extend(['"', letter(n), '"']));
            (1, 20, 0)
        }),
        table("one cell in five quoted", plain, |text, n| {
            cells(text, 10, |text| {
                let (one, two) = (n.below(100_000), letter(n));
                let is_quoted = n.below(5) == 0;
                let _ = if is_quoted { write!(text, "\"{one},{two}\"") } else { write!(text, "{one}{two}") };
            });
            (1, 10, 0)
        }),
        table("one row in 100 with a quoted cell", plain, |text, n| {
            let end = if n.below(100) == 0 { ",\"a, b\"\n" } else { ",ab\n" };
            tick(text, n, end);
            (1, 6, 0)
        }),
        table("wide text, line ends and quotes in it", plain, |text, n| {
            cells(text, 4, |text| prose(text, n, "\"\""));
            (1, 4, 0)
        }),
        table("wide: 40 columns, text in a third", plain, |text, n| {
            wide(text, n);
            (1, 40, 0)
        }),
        table("the same with escapes", plain.escape(Some(b'\\')), |text, n| {
            cells(text, 4, |text| prose(text, n, "\\\""));
            (1, 4, 0)
        }),
        table("ticks, a stray quote in 1 %", plain, |text, n| {
            let is_bad = n.below(100) == 0;
            tick(text, n, if is_bad { " 5\" \n" } else { "\n" });
            (1, 5, usize::from(is_bad))
        }),
        table("ticks, a stray quote in each", plain, |text, n| {
            tick(text, n, " 5\" \n");
            (1, 5, 1)
        }),
        table("ticks, text after a quote in each", plain, |text, n| {
            tick(text, n, ",\"5\" \n");
            (1, 6, 1)
        }),
    ]);
    all
}

/// Indexes the whole table and checks what it finds.
fn index(table: &Table, indexer: &mut Indexer, positions: &mut Positions) {
    let bytes = table.text.as_bytes();
    let (mut at, mut records, mut fields, mut faults) = (0, 0, 0, 0);
    while at < bytes.len() {
        at += indexer.index(&bytes[at..], true, positions);
        records += positions.len();
        fields += match positions.grid() {
            Some(grid) => grid.separators.len(),
            None => (0..positions.len()).map(|record| positions.field_count(record)).sum(),
        };
        faults += positions.faults().len();
    }
    assert_eq!((records, fields, faults), (table.records, table.fields, table.faults), "{}", table.name);
}

/// Requires that a block gives the number of its line ends.
fn assert_line_ends(table: &Table) {
    let bytes = table.text.as_bytes();
    let (mut indexer, mut positions) = (Indexer::new(&table.dialect), Positions::new());
    let used = indexer.index(bytes, true, &mut positions);
    let line_ends = bytes[..used].iter().map(|byte| u64::from(*byte == b'\n')).sum();
    assert_eq!(positions.line_ends(), Some(line_ends), "{}", table.name);
}

/// The best rate in `budget`, in gigabytes per second.
fn rate(bytes: usize, budget: Duration, mut pass: impl FnMut()) -> f64 {
    let start = Instant::now();
    let mut best = Duration::MAX;
    while start.elapsed() < budget {
        let begin = Instant::now();
        pass();
        best = best.min(begin.elapsed());
    }
    bytes as f64 / best.as_secs_f64() / 1e9
}

fn main() {
    let budget = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(150);
    let budget = Duration::from_millis(budget);
    let wanted = std::env::args().nth(2).unwrap_or_default();
    let kernels = match std::env::var_os("TRUELINE_SIMD") {
        Some(_) => vec![Kernel::detect()],
        None => Kernel::available(),
    };
    print!("{:<40}{:<8}", "GB/s, table in L2", "");
    for kernel in &kernels {
        print!("{:>12}", kernel.name());
    }
    println!();
    for table in tables().into_iter().filter(|table| table.name.contains(&wanted)) {
        let bytes = table.text.as_bytes();
        let (mut index_line, mut survey_line, mut lines_line) = (String::new(), String::new(), String::new());
        for &kernel in &kernels {
            let mut indexer = Indexer::with_kernel(&table.dialect, kernel);
            let mut positions = Positions::new();
            let splitter = Splitter::with_kernel(&table.dialect, kernel);
            let _ = write!(
                index_line,
                "{:>12.2}",
                rate(bytes.len(), budget, || index(&table, &mut indexer, &mut positions))
            );
            let split = || {
                let split = splitter.resolve(bytes, &splitter.survey(bytes), State::START);
                assert_eq!((split.end, split.tail), (State::START, Some(bytes.len())), "{}", table.name);
            };
            let _ = write!(survey_line, "{:>12.2}", rate(bytes.len(), budget, split));
            let line_ends = table.text.matches('\n').count() as u64;
            let lines = || assert_eq!(kernel.count_line_ends(bytes, None), line_ends);
            let _ = write!(lines_line, "{:>12.2}", rate(bytes.len(), budget, lines));
        }
        println!("{:<40}{:<8}{index_line}", table.name, "index");
        println!("{:<40}{:<8}{survey_line}", "", "survey");
        println!("{:<40}{:<8}{lines_line}", "", "lines");
        assert_line_ends(&table);
    }
}

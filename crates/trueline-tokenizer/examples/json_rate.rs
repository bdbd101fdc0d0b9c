//! Measures how fast JSON Lines are read: gigabytes per second for several kinds of records and every kernel.
//!
//! As in `rate`, each text is a mebibyte of generated records, and every pass must find the known numbers of records and
//! faults; the rate is that of the fastest of many passes. `index` finds records and tokens in blocks of 64 KiB. `check`
//! also checks whether each record is JSON. `tokens` reads the same records byte by byte and is the baseline.
//!
//!     cargo run --release -p trueline-tokenizer --example json_rate [milliseconds per cell [part of a text's name]]

#![allow(clippy::print_stdout, reason = "it is what this program is for")]

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use trueline_tokenizer::Kernel;
use trueline_tokenizer::json::{Checker, DEFAULT_MAX_DEPTH, Indexer, Positions, RecordFault, check};

const TEXT_BYTES: usize = 1 << 20;

/// A text and the numbers of its records and faults.
struct Text {
    name: &'static str,
    lines: String,
    records: usize,
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

/// Adds records, each with its number of faults, until the text is full.
fn text(name: &'static str, mut record: impl FnMut(&mut String, &mut Numbers) -> usize) -> Text {
    let mut text = Text { name, lines: String::new(), records: 0, faults: 0 };
    let mut numbers = Numbers(88_172_645_463_325_252);
    while text.lines.len() < TEXT_BYTES {
        text.faults += record(&mut text.lines, &mut numbers);
        text.lines.push('\n');
        text.records += 1;
    }
    text
}

/// A log record of about 350 bytes with nested objects; `blank` follows colons and commas.
fn log(text: &mut String, n: &mut Numbers, blank: &str, message: &str) {
    let (hour, minute, second, milli) = (n.below(24), n.below(60), n.below(60), n.below(1_000));
    let (b, level) = (blank, n.pick(&["INFO", "INFO", "DEBUG", "WARN", "ERROR"]));
    let _ = write!(
        text,
        "{{\"ts\":{b}\"2026-03-{:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z\",{b}\"level\":{b}\"{level}\",{b}\"service\":{b}\"checkout-{}\",{b}",
        1 + n.below(28),
        n.below(40),
    );
    let _ = write!(
        text,
        "\"trace_id\":{b}\"{:016x}{:016x}\",{b}\"duration_ms\":{b}{}.{},{b}\"status\":{b}{},{b}",
        n.below(u64::MAX),
        n.below(u64::MAX),
        n.below(3_000),
        n.below(10),
        n.pick(&["200", "200", "201", "404", "500"]),
    );
    let _ = write!(
        text,
        "\"http\":{b}{{\"method\":{b}\"{}\",{b}\"path\":{b}\"/api/v1/orders/{}\",{b}\"bytes\":{b}{}}},{b}",
        n.pick(&["GET", "POST", "PUT"]),
        n.below(1_000_000),
        n.below(100_000),
    );
    let _ = write!(
        text,
        "\"user\":{b}{{\"id\":{b}{},{b}\"premium\":{b}{},{b}\"region\":{b}{}}},{b}\"msg\":{b}\"{message}\"}}",
        n.below(10_000_000),
        n.pick(&["true", "false"]),
        n.pick(&["null", "\"eu-west-1\"", "\"us-east-2\""]),
    );
}

const MESSAGE: &str = "request handled, cache warm, 3 items in basket";

/// A flat record of about 100 bytes.
fn flat(text: &mut String, n: &mut Numbers) {
    let _ = write!(
        text,
        "{{\"id\":{},\"name\":\"user_{:07x}\",\"age\":{},\"amount\":{}.{:02},\"date\":\"20{:02}-{:02}-{:02}\"}}",
        1_000_000 + n.below(90_000_000),
        n.below(1 << 28),
        n.below(100),
        n.below(100_000),
        n.below(100),
        10 + n.below(14),
        1 + n.below(12),
        1 + n.below(28),
    );
}

/// A random value, so that the records differ in structure.
fn any(text: &mut String, n: &mut Numbers, depth: u32) {
    let kinds = if depth > 5 { 6 } else { 10 };
    match n.below(kinds) {
        0 => text.push_str(n.pick(&["true", "false", "null"])),
        1 | 2 => {
            let _ = write!(text, "{}", n.below(1_000_000));
        }
        3 => {
            let _ = write!(text, "-{}.{}e{}", n.below(10), n.below(1_000), n.below(30));
        }
        4 | 5 => {
            let bits = n.below(50);
            let _ = write!(text, "\"{:x}\"", n.below(1 << bits));
        }
        kind => {
            let is_object = kind < 8;
            text.push(if is_object { '{' } else { '[' });
            for item in 0..n.below(6) {
                if item > 0 {
                    text.push(',');
                }
                if is_object {
                    let _ = write!(text, "\"k{}\":", n.below(100));
                }
                any(text, n, depth + 1);
            }
            text.push(if is_object { '}' } else { ']' });
        }
    }
}

fn texts() -> Vec<Text> {
    vec![
        text("log, 350-byte records, nested", |text, n| {
            log(text, n, "", MESSAGE);
            0
        }),
        text("log, blanks behind colons and commas", |text, n| {
            log(text, n, " ", MESSAGE);
            0
        }),
        text("log, some messages with escapes", |text, n| {
            let message = if n.below(4) == 0 { r#"said \"yes\", C:\\temp\\x\n"# } else { MESSAGE };
            log(text, n, "", message);
            0
        }),
        text("log, a long message in 1 %", |text, n| {
            let message = if n.below(100) == 0 { MESSAGE.repeat(20) } else { MESSAGE.to_owned() };
            log(text, n, "", &message);
            0
        }),
        text("log, messages in Chinese", |text, n| {
            log(text, n, "", "请求已处理，缓存已预热，购物篮中有三件商品");
            0
        }),
        text("log, messages in Chinese, as escapes", |text, n| {
            log(
                text,
                n,
                "",
                r"\u8bf7\u6c42\u5df2\u5904\u7406\uff0c\u7f13\u5b58\u5df2\u9884\u70ed\ud83d\ude00",
            );
            0
        }),
        text("flat, 100-byte records", |text, n| {
            flat(text, n);
            0
        }),
        text("numbers in an array", |text, n| {
            text.push('[');
            for _ in 0..20 {
                let bits = n.below(40);
                let _ = write!(text, "{}.{},", n.below(1_000), n.below(1 << bits));
            }
            text.push_str("0]");
            0
        }),
        text("long text", |text, n| {
            text.push_str("{\"text\":\"");
            for _ in 0..n.below(500) {
                text.push_str(n.pick(&["words ", "and more, ", "of them: ", "(here) "]));
            }
            text.push_str("\"}");
            0
        }),
        text("long text, lines of it as escapes", |text, n| {
            let _ = write!(text, "{{\"id\":{},\"tags\":[\"a\"],\"text\":\"", n.below(1_000));
            for _ in 0..n.below(40) {
                text.push_str("a line of a text that goes on and on, with \\\"quotes\\\" in it\\n");
            }
            text.push_str("\"}");
            0
        }),
        text("long text in Chinese", |text, n| {
            let _ = write!(text, "{{\"id\":{},\"text\":\"", n.below(1_000));
            for _ in 0..n.below(100) {
                text.push_str("\u{8bf7}\u{6c42}\u{5df2}\u{5904}\u{7406}, ");
            }
            text.push_str("\"}");
            0
        }),
    ]
}

fn odd_texts() -> Vec<Text> {
    vec![
        text("any structure, no two alike", |text, n| {
            text.push_str("{\"a\":");
            any(text, n, 0);
            text.push('}');
            0
        }),
        text("log, a quote too few in 1 %", |text, n| {
            let is_bad = n.below(100) == 0;
            log(text, n, "", if is_bad { "this \" is not escaped" } else { MESSAGE });
            usize::from(is_bad)
        }),
        text("log, a quote too few in each", |text, n| {
            log(text, n, "", "this \" is not escaped");
            1
        }),
    ]
}

/// Indexes the whole text and checks what it finds.
fn index(text: &Text, indexer: &mut Indexer, positions: &mut Positions) {
    let bytes = text.lines.as_bytes();
    let (mut at, mut records, mut faults) = (0, 0, 0);
    while at < bytes.len() {
        at += indexer.index(&bytes[at..], true, positions);
        records += positions.len();
        faults += positions.faults().len();
    }
    assert_eq!((records, faults), (text.records, text.faults), "{}", text.name);
}

/// Indexes and checks the whole text.
fn index_and_check(
    text: &Text,
    indexer: &mut Indexer,
    checker: Checker,
    positions: &mut Positions,
    faults: &mut Vec<RecordFault>,
) {
    let bytes = text.lines.as_bytes();
    let (mut at, mut found) = (0, 0);
    while at < bytes.len() {
        let consumed = indexer.index(&bytes[at..], true, positions);
        faults.clear();
        checker.check(&bytes[at..], positions, 0..positions.len(), faults);
        found += faults.len();
        at += consumed;
    }
    assert_eq!(found, text.faults, "{}", text.name);
}

/// The same, byte by byte.
fn read(text: &Text) {
    let lines = text.lines.as_bytes().split_inclusive(|&byte| byte == b'\n');
    let faults = lines.filter(|line| check(line, DEFAULT_MAX_DEPTH).is_err()).count();
    assert_eq!(faults, text.faults, "{}", text.name);
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
    print!("{:<40}{:<8}", "GB/s, text in L2", "");
    for kernel in &kernels {
        print!("{:>12}", kernel.name());
    }
    println!();
    for text in texts().into_iter().chain(odd_texts()).filter(|text| text.name.contains(&wanted)) {
        let bytes = text.lines.len();
        let (mut index_line, mut check_line) = (String::new(), String::new());
        for &kernel in &kernels {
            let (mut indexer, mut positions) = (Indexer::with_kernel(kernel), Positions::new());
            let rate = rate(bytes, budget, || index(&text, &mut indexer, &mut positions));
            let _ = write!(index_line, "{rate:>12.2}");
            let (checker, mut faults) = (Checker::with_kernel(kernel), Vec::new());
            let check = || index_and_check(&text, &mut indexer, checker, &mut positions, &mut faults);
            let _ = write!(check_line, "{:>12.2}", self::rate(bytes, budget, check));
        }
        println!("{:<40}{:<8}{index_line}", text.name, "index");
        println!("{:<40}{:<8}{check_line}", "", "check");
        println!("{:<40}{:<8}{:>12.2}", "", "tokens", rate(bytes, budget, || read(&text)));
    }
}

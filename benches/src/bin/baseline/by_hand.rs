//! The checks of the transactions schema as a careful user of the `csv` crate would write them.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};

use csv::{ByteRecord, ReaderBuilder};
use regex_automata::meta::Regex;

/// The result of one thread.
#[derive(Default)]
struct Part {
    counts: BTreeMap<&'static str, u64>,
    /// The count of each transaction number, and of ids in another form.
    numbers: HashMap<u64, u32, foldhash::fast::RandomState>,
    others: HashMap<Vec<u8>, u32, foldhash::fast::RandomState>,
}

impl Part {
    fn fail(&mut self, code: &'static str) {
        *self.counts.entry(code).or_default() += 1;
    }
}

/// Counts failures per check and code.
pub(crate) fn validate(path: &str, threads: u64) -> BTreeMap<String, u64> {
    let length = std::fs::metadata(path).expect("the file").len();
    let parts: Vec<Part> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|index| {
                let (from, to) = (length * index / threads, length * (index + 1) / threads);
                scope.spawn(move || part(path, from, to))
            })
            .collect();
        workers.into_iter().map(|worker| worker.join().expect("a part")).collect()
    });
    let mut parts = parts.into_iter();
    let mut total = parts.next().expect("a part");
    for part in parts {
        for (code, count) in part.counts {
            *total.counts.entry(code).or_default() += count;
        }
        for (number, count) in part.numbers {
            *total.numbers.entry(number).or_default() += count;
        }
        for (text, count) in part.others {
            *total.others.entry(text).or_default() += count;
        }
    }
    let occurrences = total.numbers.values().chain(total.others.values());
    let repeats: u64 = occurrences.map(|count| u64::from(count - 1)).sum();
    if repeats > 0 {
        total.counts.insert("transaction_id.unique unique.duplicate", repeats);
    }
    total.counts.into_iter().map(|(code, count)| (code.to_owned(), count)).collect()
}

/// Validates the lines that begin in `from..to` (the file has no line breaks inside quotes).
fn part(path: &str, from: u64, to: u64) -> Part {
    let mut file = BufReader::with_capacity(1 << 20, File::open(path).expect("the file"));
    let mut start = 0;
    let mut line = Vec::new();
    // Thread 0 skips the header; the others skip to the first line that begins in their part.
    file.seek(SeekFrom::Start(from.saturating_sub(1))).expect("seekable");
    if from > 0 {
        start = from - 1;
    }
    start += file.read_until(b'\n', &mut line).expect("readable") as u64;
    // The last line of a part may end after it.
    let mut end = to;
    if to < std::fs::metadata(path).expect("the file").len() {
        let mut tail = BufReader::new(File::open(path).expect("the file"));
        tail.seek(SeekFrom::Start(to - 1)).expect("seekable");
        line.clear();
        end = to - 1 + tail.read_until(b'\n', &mut line).expect("readable") as u64;
    }
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .buffer_capacity(1 << 20)
        .from_reader(file.take(end.saturating_sub(start)));
    let pattern = Regex::new(r"^TX[0-9]{10}$").expect("a pattern");
    let mut part = Part::default();
    let mut record = ByteRecord::new();
    while reader.read_byte_record(&mut record).expect("readable") {
        row(&record, &pattern, &mut part);
    }
    part
}

fn row(record: &ByteRecord, pattern: &Regex, part: &mut Part) {
    if record.as_slice().contains(&b'"') {
        // Text after a closing quote is not detected: the reader has removed the quotes.
        return part.fail("structure structure.quote");
    }
    if record.len() != 7 {
        return part.fail("structure structure.field_count");
    }
    let id = &record[0];
    if id.is_empty() {
        part.fail("transaction_id.required required.null");
    } else if pattern.is_match(id) {
        let digits = id[2..].iter().fold(0, |number, digit| number * 10 + u64::from(digit - b'0'));
        *part.numbers.entry(digits).or_default() += 1;
    } else {
        part.fail("transaction_id.pattern pattern.no_match");
        *part.others.entry(id.to_vec()).or_default() += 1;
    }
    amount(&record[1], part);
    match &record[2] {
        b"" => part.fail("timestamp.required required.null"),
        timestamp if !is_timestamp(timestamp) => part.fail("timestamp.type type.invalid"),
        _ => {}
    }
    let account = std::str::from_utf8(&record[3]).expect("utf-8");
    if account.is_empty() {
        part.fail("account_id.required required.null");
    } else {
        match account.chars().count() {
            0..8 => part.fail("account_id.length length.too_short"),
            8..=20 => {}
            _ => part.fail("account_id.length length.too_long"),
        }
    }
    match &record[4] {
        b"" => part.fail("currency.required required.null"),
        b"USD" | b"EUR" | b"KES" | b"NGN" | b"ZAR" => {}
        _ => part.fail("currency.enum enum.unlisted"),
    }
    if !matches!(&record[5], b"" | b"pending" | b"posted" | b"reversed") {
        part.fail("status.enum enum.unlisted");
    }
    if std::str::from_utf8(&record[6]).expect("utf-8").chars().count() > 40 {
        part.fail("counterparty.length length.too_long");
    }
}

fn amount(text: &[u8], part: &mut Part) {
    if text.is_empty() {
        return part.fail("amount.required required.null");
    }
    match fast_float2::parse::<f64, _>(text) {
        Err(_) => part.fail("amount.type type.invalid"),
        Ok(amount) if amount < 0.01 => part.fail("amount.range range.below_minimum"),
        Ok(amount) if amount > 1_000_000.0 => part.fail("amount.range range.above_maximum"),
        Ok(_) => {}
    }
}

/// Returns whether the text is a time of the calendar such as `2026-03-04T05:06:07Z`.
fn is_timestamp(text: &[u8]) -> bool {
    let shape = b"dddd-dd-ddTdd:dd:ddZ";
    let fits = |(byte, shape): (&u8, &u8)| if *shape == b'd' { byte.is_ascii_digit() } else { byte == shape };
    if text.len() != shape.len() || !text.iter().zip(shape).all(fits) {
        return false;
    }
    let number =
        |from: usize, to: usize| text[from..to].iter().fold(0, |n, digit| n * 10 + u32::from(digit - b'0'));
    let (year, month, day) = (number(0, 4), number(5, 7), number(8, 10));
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 => 28 + u32::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (1..=days).contains(&day) && number(11, 13) < 24 && number(14, 16) < 60 && number(17, 19) < 60
}

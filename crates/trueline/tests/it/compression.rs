//! Compressed inputs: judged as the text in them is, and never a part of it as if it were the whole.

use std::io::{Cursor, Read, Write};
use std::time::{Duration, Instant};

use trueline::{Cancel, ErrorKind, Limits, MemorySource, Severity, Source, SourceError, Validator, Verdict};
use trueline_testkit::pack;

use crate::support::{schema, stable, validate};

const SCHEMA: &str = "fields:\n  - {name: id, type: int64}\n  - {name: name, type: string, max_length: 9}\n";

/// Every seventh row has a name that is too long.
fn table(rows: usize) -> Vec<u8> {
    let mut text = b"id,name\n".to_vec();
    for row in 0..rows {
        let name = if row % 7 == 3 { "much too long" } else { "na\u{ef}ve" };
        writeln!(text, "{row},\"{name}\"").expect("written");
    }
    text
}

#[test]
fn what_is_compressed_is_judged_as_its_text() {
    let text = table(2000);
    let plain = validate(Validator::builder(schema(SCHEMA)), &MemorySource::new("a", text.clone()));
    assert_eq!((plain.verdict, plain.rows.total, plain.rows.invalid), (Verdict::Invalid, 2000, 286));
    let plain = stable(&plain);
    for (extension, pack) in pack::ALL {
        let parts: Vec<u8> = text.chunks(9000).flat_map(pack).collect();
        for (threads, chunk) in [(1, 1000), (1, 1 << 20), (2, 1000), (5, 777)] {
            let builder = Validator::builder(schema(SCHEMA)).threads(threads).chunk_bytes(chunk);
            let report = validate(builder, &MemorySource::new("a", parts.clone()));
            let mut same = stable(&report);
            let format = std::mem::replace(&mut same["inputs"][0]["format"], "csv".into());
            assert_eq!(format, format!("csv.{extension}"));
            assert!(same == plain, "{extension}, {threads} threads, chunks of {chunk}");
        }
    }
}

#[test]
fn a_file_of_three_parts_cut_at_any_byte_is_unreadable() {
    let text = table(40);
    for (extension, pack) in pack::ALL {
        let parts = [pack(&text[..100]), pack(&text[100..304]), pack(&text[304..])];
        let packed = parts.concat();
        let name = format!("table.csv.{extension}");
        let read = |bytes: &[u8]| {
            let builder = Validator::builder(schema(SCHEMA)).threads(1);
            validate(builder, &MemorySource::new(name.as_str(), bytes.to_vec()))
        };
        assert_eq!((read(&packed).verdict, read(&packed).rows.total), (Verdict::Invalid, 40));
        for cut in 0..packed.len() {
            let report = read(&packed[..cut]);
            if report.verdict != Verdict::Unreadable {
                // A file that ends between two parts is a whole file; the text in it is cut inside a record. Blocked gzip
                // has two in each of ours.
                let borders = [parts[0].len(), parts[0].len() + parts[1].len()];
                let is_border = borders.iter().any(|border| [0, 28].contains(&border.abs_diff(cut)));
                assert!(is_border || packed.len() - cut == 28, "{extension} cut at {cut}");
                continue;
            }
            assert_eq!(report.exit_code(Severity::Error), 3);
            let error = report.error.expect("an error");
            assert!(
                error.message.contains("was cut") || error.message.contains("is cut"),
                "{}",
                error.message
            );
        }
    }
}

#[test]
fn rows_before_a_fault_are_judged() {
    let text = table(3000);
    let (first, second) = text.split_at(text.len() / 2);
    let rows = first.split(|byte| *byte == b'\n').count() as u64 - 2;
    for (extension, pack) in pack::ALL {
        let good = pack(first);
        let damaged = {
            let mut part = pack(second);
            let middle = part.len() / 2;
            part[middle] ^= 0xff;
            part
        };
        let cut = &pack(second)[..damaged.len() - 40];
        for (broken, says) in [(&damaged[..], " is damaged in "), (cut, " is cut: ")] {
            let packed = [&good, broken].concat();
            let mut reports = Vec::new();
            for (threads, chunk) in [(1, 500), (1, 1 << 20), (2, 500), (4, 4096)] {
                let builder = Validator::builder(schema(SCHEMA)).threads(threads).chunk_bytes(chunk);
                let report = validate(builder, &MemorySource::new("a", packed.clone()));
                assert_eq!(report.verdict, Verdict::Unreadable, "{extension}");
                assert_eq!(report.exit_code(Severity::Error), 3);
                assert!(
                    report.rows.total >= rows && report.rows.total <= 3000,
                    "{extension}: {:?}",
                    report.rows
                );
                assert!(report.rows.invalid >= rows / 8, "{extension}: {:?}", report.rows);
                let error = report.error.as_ref().expect("an error");
                assert!(error.message.contains(says), "{extension}: {}", error.message);
                assert!(
                    error.row_index.is_some_and(|row| row == report.rows.total),
                    "{extension}: {error:?}"
                );
                assert!(error.byte_offset.is_some_and(|offset| offset >= first.len() as u64));
                reports.push(stable(&report));
            }
            assert!(reports.iter().all(|report| *report == reports[0]), "{extension}: {reports:#?}");
        }
    }
}

#[test]
fn large_inputs_are_judged_the_same_by_any_number_of_threads() {
    // Large enough for a thread that decompresses ahead.
    let text = table(250_000);
    for (extension, pack) in pack::ALL {
        let parts: Vec<Vec<u8>> = text.chunks(600_000).map(pack).collect();
        let whole = parts.concat();
        let mut damaged = whole.clone();
        let at = parts[..5].concat().len() + parts[5].len() / 2;
        damaged[at] ^= 0xff;
        let cut = &whole[..whole.len() - parts[6].len() / 2];
        for (packed, verdict) in
            [(&whole[..], Verdict::Invalid), (&damaged, Verdict::Unreadable), (cut, Verdict::Unreadable)]
        {
            let read = |threads, chunk| {
                let builder = Validator::builder(schema(SCHEMA)).threads(threads).chunk_bytes(chunk);
                validate(builder, &MemorySource::new("a", packed.to_vec()))
            };
            let alone = read(1, 1 << 20);
            assert_eq!(alone.verdict, verdict, "{extension}");
            assert!(alone.rows.total > 150_000, "{extension}");
            for (threads, chunk) in [(2, 1 << 20), (2, 30_000), (5, 100_000)] {
                let same = stable(&read(threads, chunk)) == stable(&alone);
                assert!(same, "{extension}, {threads} threads, chunks of {chunk}");
            }
        }
    }
}

#[test]
fn limits_on_decompressed_bytes_end_the_run() {
    let text = table(200_000);
    for (extension, pack) in pack::ALL {
        let packed = pack(&text);
        let limit = 3_000_000;
        let limits = Limits::default().max_decompressed_bytes(Some(limit));
        let mut reports = Vec::new();
        for (threads, chunk) in [(1, 1 << 20), (1, 4096), (2, 1 << 20), (4, 5000)] {
            let builder =
                Validator::builder(schema(SCHEMA)).limits(limits).threads(threads).chunk_bytes(chunk);
            let report = validate(builder, &MemorySource::new("a", packed.clone()));
            assert_eq!((report.verdict, report.exit_code(Severity::Error)), (Verdict::Unreadable, 3));
            let error = report.error.as_ref().expect("an error");
            assert_eq!((error.code.as_str(), error.byte_offset), ("limit.decompressed_bytes", Some(limit)));
            assert!(error.message.contains("raise the limit (max_decompressed_bytes)"), "{}", error.message);
            assert!(
                report.rows.total > 100_000 && report.rows.invalid > 10_000,
                "{extension}: {:?}",
                report.rows
            );
            reports.push(stable(&report));
        }
        assert!(reports.iter().all(|report| *report == reports[0]), "{extension}");
        let enough = Limits::default().max_decompressed_bytes(Some(text.len() as u64));
        let builder = Validator::builder(schema(SCHEMA)).limits(enough);
        assert_eq!(validate(builder, &MemorySource::new("a", packed)).rows.total, 200_000);
    }
}

#[test]
fn a_bomb_meets_the_ratio() {
    let text = [&b"id,name\n"[..], &b"7,seven\n".repeat(3 << 20)].concat();
    for (extension, pack) in pack::ALL {
        let packed = pack(&text);
        let read = |ratio, threads| {
            let limits = Limits::default().max_ratio(ratio);
            let builder = Validator::builder(schema(SCHEMA)).limits(limits).threads(threads);
            validate(builder, &MemorySource::new("a", packed.clone()))
        };
        for threads in [1, 2] {
            let report = read(Some(20), threads);
            let error = report.error.as_ref().expect("an error");
            assert_eq!(
                (error.code.as_str(), error.byte_offset),
                ("limit.ratio", Some(16 << 20)),
                "{extension}"
            );
            assert!(error.message.contains("more than 20 times as large as it is"), "{}", error.message);
            assert_eq!((report.rows.total, report.rows.invalid), ((16 << 20) / 8 - 1, 0));
        }
        assert_eq!(read(None, 2).verdict, Verdict::Valid, "{extension}");
    }
}

/// A stream without an end: first the beginning, and then the rest again and again.
struct Endless {
    first: Vec<u8>,
    again: Vec<u8>,
}

impl Source for Endless {
    fn name(&self) -> &'static str {
        "endless"
    }

    fn open(&self) -> Result<Box<dyn Read + Send>, SourceError> {
        struct Again(Vec<u8>, usize);
        impl Read for Again {
            fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
                let bytes = (&self.0[self.1..]).read(buffer)?;
                self.1 = (self.1 + bytes) % self.0.len();
                Ok(bytes)
            }
        }
        Ok(Box::new(Cursor::new(self.first.clone()).chain(Again(self.again.clone(), 0))))
    }

    fn size_hint(&self) -> Option<u64> {
        None
    }
}

#[test]
fn a_run_that_decompresses_can_be_cancelled() {
    let skippable = [&[0x50, 0x2a, 0x4d, 0x18, 0, 0, 1, 0][..], &vec![7; 1 << 16]].concat();
    let zeros = vec![0; 1 << 16];
    for (first, again) in [
        (pack::gzip(b"id,name\n"), pack::gzip(b"")),
        (pack::gzip(b"id,name\n"), zeros.clone()),
        (pack::bgzf(b"id,name\n"), pack::bgzf_block(b"")),
        (pack::gzip(b"id,name\n"), pack::gzip(&b"7,seven\n".repeat(1 << 20))),
        (pack::zstd(b"id,name\n"), skippable),
        (pack::zstd(b"id,name\n"), pack::zstd(&b"7,seven\n".repeat(1 << 20))),
        (pack::bzip2(b"id,name\n"), pack::bzip2(b"")),
        (pack::xz(b"id,name\n"), zeros),
        (pack::lz4(b"id,name\n"), pack::lz4(b"")),
        (pack::lz4(b"id,name\n"), pack::lz4(&b"7,seven\n".repeat(1 << 20))),
    ] {
        for threads in [1, 3] {
            let cancel = Cancel::new();
            let builder = Validator::builder(schema(SCHEMA)).threads(threads).cancel(cancel.clone());
            let validator = builder.build().expect("a validator");
            let waiting = std::thread::spawn(move || {
                std::thread::sleep(Duration::from_millis(60));
                cancel.cancel();
                Instant::now()
            });
            let result = validator.validate(&Endless { first: first.clone(), again: again.clone() });
            let ended = Instant::now();
            let took = ended - waiting.join().expect("cancelled");
            assert!(matches!(result.expect_err("cancelled").kind(), ErrorKind::Cancelled { .. }));
            // A second by itself; machines that run tests are busy.
            assert!(took < Duration::from_secs(20), "{took:?}");
        }
    }
}

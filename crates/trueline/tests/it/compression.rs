//! Compressed inputs: judged as the text in them is, and never a part of it as if it were the whole.

use std::io::Write;

use trueline::{MemorySource, Severity, Validator, Verdict};
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

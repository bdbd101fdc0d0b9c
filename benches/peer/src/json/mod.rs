//! Log records, JSON Lines: the loop over the lines of a file, with one thread or more.

use std::fs::File;

use serde_json::{Value, json};

use crate::range;
use crate::table::sums;

mod careful;
mod lines;
mod log;
mod simd;
mod sonic;

use lines::Lines;
use log::Logs;

/// The library that parses the records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Library {
    SimdJson,
    SonicRs,
}

/// The result of one thread.
#[derive(Default)]
struct Part {
    logs: Logs,
    rows: u64,
    /// The numbers of records that are not a JSON object, that are not UTF-8, and with a repeated key.
    structure: [u64; 3],
}

impl Part {
    /// Validates an unusual record on the slow, careful path.
    #[cold]
    fn observe_carefully(&mut self, line: &[u8]) {
        if let Err(broken) = careful::observe(line, &mut self.logs) {
            self.structure[broken as usize] += 1;
        }
    }
}

/// Validates a file; returns counts per check and code.
pub(crate) fn judge(library: Library, file: &File, threads: usize) -> Value {
    let borders = range::borders(file, threads, true);
    let parts = std::thread::scope(|scope| {
        let workers: Vec<_> = borders
            .windows(2)
            .map(|window| {
                let lines = Lines::new(file, window[0], window[1]);
                scope.spawn(move || match library {
                    Library::SimdJson => simd::part(lines, file),
                    Library::SonicRs => sonic::part(lines),
                })
            })
            .collect();
        workers.into_iter().map(|worker| worker.join().expect("a part")).collect::<Vec<_>>()
    });
    let structure = ["structure.json", "structure.utf8", "structure.duplicate_key"]
        .map(|code| format!("structure {code}"));
    let labels = log::LABELS.iter().map(|label| (*label).to_owned());
    let found = labels.zip(sums(parts.iter().map(|part| &part.logs.counts[..])));
    let broken = structure.into_iter().zip(sums(parts.iter().map(|part| &part.structure[..])));
    let counts: serde_json::Map<String, Value> = found
        .chain(broken)
        .filter(|(_, count)| *count > 0)
        .map(|(label, count)| (label, count.into()))
        .collect();
    json!({ "rows": parts.iter().map(|part| part.rows).sum::<u64>(), "counts": counts, "cannot": [] })
}

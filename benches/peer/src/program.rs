//! The arguments, and their execution.

use std::fs::File;
use std::path::Path;
use std::process::ExitCode;

use serde_json::json;

use crate::packed::{self, Packing};
use crate::run::{self, Library};
use crate::table::{keys::KeyTable, quoted::Quoted, ticks::Ticks, transactions::Transactions, wide::Wide};
use crate::{columns, json, measure, range};

const USAGE: &str = "\
usage: peer read FILE THREADS
       peer parquet FILE THREADS COLUMN,...
       peer unpack gzip|zstd FILE
       peer csv|simd-csv transactions|ticks|wide|keys|quoted|unquoted FILE THREADS [--unique]
       peer simd-json|sonic-rs FILE THREADS
       peer pack gzip|zstd FILE OUT
       peer measure SECONDS COMMAND [ARGUMENT...]";

pub(crate) fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let said = match words.as_slice() {
        ["measure", seconds, command @ ..] if !command.is_empty() => return measure::run(seconds, command),
        ["pack", packing, file, out] => {
            let out = File::create(out).expect("a file to write");
            packed::pack(packing_named(packing), &mut open(file), out).expect("packed");
            return ExitCode::SUCCESS;
        }
        ["read", file, threads] => json!({ "bytes": range::bare_read(&open(file), number(threads)) }),
        ["parquet", file, threads, columns] => {
            let columns: Vec<&str> = columns.split(',').collect();
            json!({ "rows": columns::read(Path::new(file), &columns, number(threads)) })
        }
        ["unpack", packing, file] => json!({ "bytes": packed::unpack(packing_named(packing), &open(file)) }),
        [library @ ("csv" | "simd-csv"), table, file, threads, rest @ ..] => {
            let library = if *library == "csv" { Library::Csv } else { Library::SimdCsv };
            judge(library, table, &open(file), number(threads), rest.contains(&"--unique"))
        }
        [library @ ("simd-json" | "sonic-rs"), file, threads] => {
            let library =
                if *library == "simd-json" { json::Library::SimdJson } else { json::Library::SonicRs };
            json::judge(library, &open(file), number(threads))
        }
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    println!("{said}");
    ExitCode::SUCCESS
}

fn open(file: &str) -> File {
    File::open(file).expect("the file")
}

fn number(threads: &str) -> usize {
    threads.parse().expect("a number of threads")
}

fn packing_named(name: &str) -> Packing {
    Packing::named(name).expect("gzip or zstd")
}

/// Validates a file; returns counts per check and code, and those that cannot be determined.
pub(crate) fn judge(
    library: Library,
    table: &str,
    file: &File,
    threads: usize,
    is_unique: bool,
) -> serde_json::Value {
    match table {
        "transactions" => run::judge(library, &Transactions::new(is_unique), file, threads),
        "ticks" => run::judge(library, &Ticks::default(), file, threads),
        "wide" => run::judge(library, &Wide::default(), file, threads),
        "keys" => run::judge(library, &KeyTable::default(), file, threads),
        "quoted" => run::judge(library, &Quoted::<false>::default(), file, threads),
        "unquoted" => run::judge(library, &Quoted::<true>::default(), file, threads),
        other => panic!("no table `{other}`"),
    }
}

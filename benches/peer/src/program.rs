//! The arguments, and what is done for them.

use std::fs::File;
use std::process::ExitCode;

use serde_json::json;

use crate::measure;
use crate::range;
use crate::run::{self, Library};
use crate::table::{keys::KeyTable, quoted::Quoted, ticks::Ticks, transactions::Transactions, wide::Wide};

const USAGE: &str = "\
usage: peer read FILE THREADS
       peer csv|simd-csv transactions|ticks|wide|keys|quoted|unquoted FILE THREADS [--unique]
       peer measure SECONDS COMMAND [ARGUMENT...]";

pub(crate) fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["measure", seconds, command @ ..] if !command.is_empty() => measure::run(seconds, command),
        ["read", file, threads] => {
            let bytes = range::bare_read(&open(file), threads.parse().expect("a number of threads"));
            println!("{}", json!({ "bytes": bytes }));
            ExitCode::SUCCESS
        }
        [library @ ("csv" | "simd-csv"), table, file, threads, rest @ ..] => {
            let library = if *library == "csv" { Library::Csv } else { Library::SimdCsv };
            let threads = threads.parse().expect("a number of threads");
            let is_unique = rest.contains(&"--unique");
            println!("{}", judge(library, table, &open(file), threads, is_unique));
            ExitCode::SUCCESS
        }
        _ => {
            eprintln!("{USAGE}");
            ExitCode::from(2)
        }
    }
}

fn open(file: &str) -> File {
    File::open(file).expect("the file")
}

/// Counts per check and code, and what could not be told.
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

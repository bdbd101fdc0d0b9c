//! How long a record takes: `cargo run --release --example record_rate -- ROUNDS`.
#![allow(clippy::print_stdout, reason = "the figures are its output")]

use std::time::Instant;

use trueline::{RecordValidator, Schema};

const SCHEMA: &str = r"
fields:
  - {name: transaction_id, type: string, required: true, pattern: '^TX\d{10}$'}
  - {name: timestamp, type: timestamp, required: true}
  - {name: account_id, type: string, required: true, min_length: 8, max_length: 20}
  - {name: amount, type: float64, required: true, minimum: 0.01, maximum: 1000000}
  - {name: currency, type: string, enum: [USD, EUR, KES, NGN, ZAR]}
  - {name: quantity, type: int64, minimum: 0}
  - {name: merchant, type: string, max_length: 40}
";

/// The best of this many parts is what counts.
const PARTS: u32 = 20;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let rounds: u32 = std::env::args().nth(1).map_or(Ok(200_000), |text| text.parse())?;
    let mut validator = RecordValidator::new(&Schema::from_yaml(SCHEMA)?)?;
    let good = br#"{"transaction_id": "TX0000000001", "timestamp": "2026-01-02T03:04:05Z", "account_id": "ACC0000042", "amount": 12.5, "currency": "USD", "quantity": 3, "merchant": "Corner Shop"}"#;
    let bad = br#"{"transaction_id": "TX0000000001", "timestamp": "2026-01-02T03:04:05Z", "account_id": "ACC0000042", "amount": -12.5, "currency": "USD", "quantity": 3, "merchant": "Corner Shop"}"#;
    for (what, record, rounds) in [("valid", &good[..], rounds), ("invalid", bad, rounds / 100)] {
        let mut best = f64::INFINITY;
        for _ in 0..PARTS {
            let started = Instant::now();
            for _ in 0..rounds / PARTS {
                assert_eq!(validator.check(record)?.is_none(), what == "valid");
            }
            best = best.min(started.elapsed().as_secs_f64() / f64::from((rounds / PARTS).max(1)));
        }
        println!("{what}: {:.0} ns a record", best * 1e9);
    }
    Ok(())
}

//! Log records: JSON Lines with a nested context, about 350 bytes each, with a known number of faults of each kind.

use std::io::{self, Write};

use crate::Truth;
use crate::rng::{self, Rng};
use crate::rows::write_rows;
use crate::truth::Recorder;

mod fault;
mod record;

use fault::{KINDS, Kind, LABELS, OF_TEXT};

const SCHEMA: &str = r"name: logs
fields:
  - {name: timestamp, type: timestamp, required: true}
  - {name: level, type: string, required: true, enum: [DEBUG, INFO, WARN, ERROR]}
  - {name: service, type: string, required: true, max_length: 32}
  - {name: message, type: string, required: true, max_length: 200}
  - {name: request_id, type: string, required: true, pattern: '^req-[0-9a-f]{16}$'}
  - {name: status, type: int32, required: true, minimum: 100, maximum: 599}
  - {name: duration_ms, type: float64, required: true, minimum: 0, maximum: 600000}
  - {name: context.user.id, type: int64, minimum: 1}
  - {name: context.user.country, type: string, pattern: '^[A-Z]{2}$'}
  - {name: context.host, type: string, required: true, max_length: 64}
";

/// Returns the schema for the records. Two of their keys are not in it: `context.region` and `tags`.
pub fn schema_yaml() -> String {
    SCHEMA.to_owned()
}

/// Generates the records. The same options result in the same records on every machine.
///
/// All have their keys in the same order and no white space between tokens. One in sixteen has no user, some have a user without
/// a country; one message in sixteen has escapes, one in sixteen non-ASCII letters.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct Generator {
    rows: u64,
    seed: u64,
    rate: f64,
    typed: bool,
}

impl Generator {
    /// Creates a generator of clean records.
    pub fn new(rows: u64, seed: u64) -> Self {
        Self { rows, seed, rate: 0.0, typed: false }
    }

    /// Sets the fraction of records with a fault of each kind; a record has at most one. Default 0, at most one divided by the
    /// number of kinds.
    pub fn faults(mut self, per_kind_rate: f64) -> Self {
        self.rate = per_kind_rate;
        self
    }

    /// Sets whether a typed reader accepts the records: every line is a JSON object without a repeated key, and every value has
    /// the type of its field or is null. Default false.
    pub fn typed(mut self, typed: bool) -> Self {
        self.typed = typed;
        self
    }

    /// Writes the records (one per line, LF line ends) and returns their faults.
    ///
    /// **Errors**: errors of the writer.
    pub fn write(&self, write: impl Write) -> io::Result<Truth> {
        write_rows(write, "", self.rows, Recorder::new(LABELS), |row, line, recorder| {
            let fault = self.fault(row);
            record::push(line, &mut Rng::new(self.seed, row, 1), fault);
            recorder.record(row, fault.map(|kind| kind as usize).as_slice());
        })
    }

    fn fault(&self, row: u64) -> Option<Kind> {
        let kinds = || KINDS.into_iter().filter(|kind| !(self.typed && OF_TEXT.contains(kind)));
        let index = rng::fault(self.seed, row, self.rate, kinds().count())?;
        kinds().nth(index)
    }
}

#[cfg(test)]
mod tests;

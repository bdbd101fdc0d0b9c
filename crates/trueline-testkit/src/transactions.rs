//! Payments: seven columns, about 70 bytes per row, with a known number of faults of each kind.

use std::io::{self, Write};

use crate::Truth;
use crate::rng::{self, Rng};
use crate::rows::write_rows;
use crate::text::{push_date, push_hundredths, push_number, push_padded, push_repeated, push_time};
use crate::truth::Recorder;

const HEADER: &str = "transaction_id,amount,timestamp,account_id,currency,status,counterparty";

const SCHEMA: &str = r"name: transactions
fields:
  - {name: transaction_id, type: string, required: true, unique: true, pattern: '^TX\d{10}$'}
  - {name: amount, type: float64, required: true, minimum: 0.01, maximum: 1000000}
  - {name: timestamp, type: timestamp, required: true}
  - {name: account_id, type: string, required: true, min_length: 8, max_length: 20}
  - {name: currency, type: string, required: true, enum: [USD, EUR, KES, NGN, ZAR]}
  - {name: status, type: string, enum: [pending, posted, reversed]}
  - {name: counterparty, type: string, max_length: 40}
";

const BOUNDS_SCHEMA: &str = r"name: transactions
fields:
  - {name: transaction_id, type: string, required: true}
  - {name: amount, type: float64, required: true, minimum: 0.01, maximum: 1000000}
  - {name: timestamp, type: timestamp, required: true, minimum: '2021-01-01T00:00:00Z', maximum: '2024-12-31T23:59:59Z'}
  - {name: account_id, type: string, required: true}
  - {name: currency, type: string, required: true}
";

/// Returns the schema for the rows.
pub fn schema_yaml() -> String {
    SCHEMA.to_owned()
}

/// Returns the same schema without the uniqueness of the id, so that each row can be validated alone.
///
/// For rows generated with [`Generator::unique`] switched off.
pub fn schema_without_unique_yaml() -> String {
    SCHEMA.replace(", unique: true", "")
}

/// Returns a schema of checks that column statistics can prove: no nulls, and bounds. For rows with [`Purpose::Bounds`].
pub fn schema_of_bounds_yaml() -> String {
    BOUNDS_SCHEMA.to_owned()
}

/// The kinds of faults, in the order of [`LABELS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    IdNull,
    IdPattern,
    IdDuplicate,
    AmountNull,
    AmountText,
    AmountBelow,
    AmountAbove,
    TimestampNull,
    TimestampInvalid,
    AccountNull,
    AccountShort,
    AccountLong,
    CurrencyUnlisted,
    CounterpartyLong,
    FieldCount,
    StrayQuote,
}

use Kind::{
    AccountLong, AccountNull, AccountShort, AmountAbove, AmountBelow, AmountNull, AmountText,
    CounterpartyLong, CurrencyUnlisted, FieldCount, IdDuplicate, IdNull, IdPattern, StrayQuote,
    TimestampInvalid, TimestampNull,
};

const KINDS: [Kind; 16] = [
    IdNull,
    IdPattern,
    IdDuplicate,
    AmountNull,
    AmountText,
    AmountBelow,
    AmountAbove,
    TimestampNull,
    TimestampInvalid,
    AccountNull,
    AccountShort,
    AccountLong,
    CurrencyUnlisted,
    CounterpartyLong,
    FieldCount,
    StrayQuote,
];

/// The kinds that a typed file cannot contain.
const OF_TEXT: [Kind; 4] = [AmountText, TimestampInvalid, FieldCount, StrayQuote];
/// The kinds that [`schema_of_bounds_yaml`] checks.
const OF_BOUNDS: [Kind; 6] = [IdNull, AmountNull, AmountBelow, AmountAbove, TimestampNull, AccountNull];

/// The check and code of each kind of fault; each fault has one violation.
const LABELS: &[(&str, &str)] = &[
    ("transaction_id.required", "required.null"),
    ("transaction_id.pattern", "pattern.no_match"),
    ("transaction_id.unique", "unique.duplicate"),
    ("amount.required", "required.null"),
    ("amount.type", "type.invalid"),
    ("amount.range", "range.below_minimum"),
    ("amount.range", "range.above_maximum"),
    ("timestamp.required", "required.null"),
    ("timestamp.type", "type.invalid"),
    ("account_id.required", "required.null"),
    ("account_id.length", "length.too_short"),
    ("account_id.length", "length.too_long"),
    ("currency.enum", "enum.unlisted"),
    ("counterparty.length", "length.too_long"),
    ("structure", "structure.field_count"),
    ("structure", "structure.quote"),
];

const CURRENCIES: &[&[u8]] = &[b"USD", b"EUR", b"KES", b"NGN", b"ZAR"];
const UNLISTED: &[&[u8]] = &[b"GBP", b"JPY", b"usd", b"EURO", b"XX"];
const STATUSES: &[&[u8]] = &[b"pending", b"posted", b"posted", b"reversed"];
const NOT_NUMBERS: &[&[u8]] = &[b"abc", b"12.3.4", b"1_000", b"$12.50", b"N/A", b" 5", b"0x10", b"--3"];
const NOT_TIMESTAMPS: &[&[u8]] = &[
    b"2023-02-29T10:00:00Z",
    b"2024-13-01T10:00:00Z",
    b"2024-04-31T10:00:00Z",
    b"2024-01-05 10:00:00Z",
    b"2024-01-05T24:00:00Z",
    b"05/01/2024",
];
const NAMES: &[&[u8]] = &[
    b"Acme Ltd",
    b"Baobab",
    b"Cedar & Co",
    b"Delta Farm",
    b"Kilima Tea",
    b"Lagos Steel",
    b"Nordwind AG",
    b"O'Brien",
    b"Rift Valley",
    b"Zulu Air",
];
/// As they occur in the file.
const QUOTED_NAMES: &[&str] = &[
    r#""Acme, Ltd""#,
    r#""The ""Blue"" Shop""#,
    r#""Smith, Jones, and Daughters""#,
    r#""Müller, ""Söhne"" & Co""#,
    r#""Plain""#,
];

/// Ids are a permutation of the numbers below this.
const IDS: u64 = 10_000_000_000;
/// Coprime to [`IDS`], so that multiples of it do not repeat.
const ID_STEP: u64 = 618_033_989;

/// The purpose of the rows, which determines the faults.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Purpose {
    /// Text: all kinds of faults.
    #[default]
    Text,
    /// A typed file (Parquet, Arrow): every cell has a value of its column's type or is empty, and every row has seven.
    Types,
    /// Statistics: only faults that [`schema_of_bounds_yaml`] checks.
    Bounds,
}

/// Generates the rows. The same options result in the same rows on every machine.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct Generator {
    rows: u64,
    seed: u64,
    rate: f64,
    every_row: bool,
    quoted_share: f64,
    unique: bool,
    purpose: Purpose,
    /// The fraction of the rows, from the first on, that may have faults.
    faulty_share: f64,
}

impl Generator {
    /// Creates a generator of clean rows, at most 10^10, because ids would repeat after that.
    pub fn new(rows: u64, seed: u64) -> Self {
        Self {
            rows: rows.min(IDS),
            seed,
            rate: 0.0,
            every_row: false,
            quoted_share: 0.0,
            unique: true,
            purpose: Purpose::Text,
            faulty_share: 1.0,
        }
    }

    /// Sets the fraction of rows with a fault of each kind; a row has at most one. Default 0, at most one divided by the number
    /// of kinds.
    pub fn faults(mut self, per_kind_rate: f64) -> Self {
        self.rate = per_kind_rate;
        self
    }

    /// Sets whether every row fails three checks (`amount`, `account_id`, `currency`), regardless of [`Generator::faults`].
    /// Default false.
    pub fn every_row(mut self, every_row: bool) -> Self {
        self.every_row = every_row;
        self
    }

    /// Sets the fraction of rows whose counterparty is quoted, with commas, doubled quotes and umlauts. Default 0.
    pub fn quoted(mut self, share: f64) -> Self {
        self.quoted_share = share;
        self
    }

    /// Sets whether repeated ids are among the faults. Without them the rows fit [`schema_without_unique_yaml`]. Default true.
    pub fn unique(mut self, unique: bool) -> Self {
        self.unique = unique;
        self
    }

    /// Sets the purpose of the rows. Default [`Purpose::Text`].
    pub fn purpose(mut self, purpose: Purpose) -> Self {
        self.purpose = purpose;
        self
    }

    /// Sets the fraction of the rows, from the first on, that may have faults; the rest is clean, as after a failure that was
    /// fixed. Default 1.
    pub fn faulty_share(mut self, share: f64) -> Self {
        self.faulty_share = share;
        self
    }

    /// Writes the header and rows (LF line ends) and returns their faults.
    ///
    /// **Errors**: errors of the writer.
    ///
    /// **Cost**: memory for the indices of the invalid rows, and about 1 MiB.
    pub fn write(&self, write: impl Write) -> io::Result<Truth> {
        write_rows(write, HEADER, self.rows, Recorder::new(LABELS), |row, line, recorder| {
            let mut rng = Rng::new(self.seed, row, 1);
            if self.every_row {
                let faults = three_faults(&mut rng);
                self.push_row(line, row, &mut rng, &faults);
                recorder.record(row, &faults.map(|kind| kind as usize));
            } else if let Some(kind) = self.fault(row) {
                self.push_row(line, row, &mut rng, &[kind]);
                recorder.record(row, &[kind as usize]);
            } else {
                self.push_row(line, row, &mut rng, &[]);
            }
        })
    }

    /// Returns the kinds of faults that may occur.
    fn kinds(&self) -> impl Iterator<Item = Kind> {
        let comes = |kind: &Kind| match self.purpose {
            _ if *kind == IdDuplicate && !self.unique => false,
            Purpose::Text => true,
            Purpose::Types => !OF_TEXT.contains(kind),
            Purpose::Bounds => OF_BOUNDS.contains(kind),
        };
        KINDS.into_iter().filter(comes)
    }

    /// Returns the fault of a row: a duplicate needs an earlier row to repeat.
    fn fault(&self, row: u64) -> Option<Kind> {
        let kind = self.drawn(row)?;
        (kind != IdDuplicate || self.earlier(row).is_some()).then_some(kind)
    }

    fn drawn(&self, row: u64) -> Option<Kind> {
        if row as f64 >= self.faulty_share * self.rows as f64 {
            return None;
        }
        let index = rng::fault(self.seed, row, self.rate, self.kinds().count())?;
        self.kinds().nth(index)
    }

    /// Returns an earlier row whose id is read and not a duplicate.
    fn earlier(&self, row: u64) -> Option<u64> {
        const TRIES: usize = 1000;
        let from = Rng::new(self.seed, row, 2).below(row);
        let owns_its_id = |row| {
            !matches!(self.drawn(row), Some(IdNull | IdPattern | IdDuplicate | FieldCount | StrayQuote))
        };
        (0..row).map(|step| (from + row - step) % row).take(TRIES).find(|row| owns_its_id(*row))
    }

    fn id(&self, row: u64) -> u64 {
        (row * ID_STEP + self.seed % IDS) % IDS
    }

    fn push_row(&self, line: &mut Vec<u8>, row: u64, rng: &mut Rng, faults: &[Kind]) {
        self.push_id(line, row, faults);
        line.push(b',');
        push_amount(line, rng, faults);
        line.push(b',');
        push_timestamp(line, rng, faults);
        line.push(b',');
        push_account(line, rng, faults);
        line.push(b',');
        line.extend_from_slice(rng.pick(if faults.contains(&CurrencyUnlisted) {
            UNLISTED
        } else {
            CURRENCIES
        }));
        line.push(b',');
        if rng.below(16) != 0 {
            line.extend_from_slice(rng.pick(STATUSES));
        }
        let extra = faults.contains(&FieldCount).then(|| rng.below(2) == 0);
        if extra != Some(false) {
            line.push(b',');
            self.push_counterparty(line, rng, faults);
        }
        if extra == Some(true) {
            line.extend_from_slice(b",surplus");
        }
        line.push(b'\n');
    }

    fn push_id(&self, line: &mut Vec<u8>, row: u64, faults: &[Kind]) {
        let mut owner = row;
        let mut prefix = &b"TX"[..];
        match faults {
            [IdNull] => return,
            [IdDuplicate] => owner = self.earlier(row).unwrap_or(row),
            [IdPattern] => prefix = if row.is_multiple_of(2) { b"tx" } else { b"TX0" },
            _ => {}
        }
        line.extend_from_slice(prefix);
        push_padded(line, self.id(owner), 10);
    }

    fn push_counterparty(&self, line: &mut Vec<u8>, rng: &mut Rng, faults: &[Kind]) {
        match faults {
            [CounterpartyLong] => {
                line.extend_from_slice(rng.pick(NAMES));
                let length = 41 + usize::try_from(rng.below(30)).unwrap_or(0);
                push_repeated(line, b'x', length);
            }
            [StrayQuote] if rng.below(2) == 0 => line.extend_from_slice(b"The \"Blue Shop"),
            [StrayQuote] => line.extend_from_slice(b"\"Blue\" Shop"),
            _ if rng.chance(self.quoted_share) => line.extend_from_slice(rng.pick(QUOTED_NAMES).as_bytes()),
            _ if rng.below(2) == 0 => {}
            _ => line.extend_from_slice(rng.pick(NAMES)),
        }
    }
}

fn three_faults(rng: &mut Rng) -> [Kind; 3] {
    [
        rng.pick(&[AmountText, AmountBelow, AmountAbove]),
        rng.pick(&[AccountNull, AccountShort, AccountLong]),
        CurrencyUnlisted,
    ]
}

fn push_amount(line: &mut Vec<u8>, rng: &mut Rng, faults: &[Kind]) {
    match faults.first() {
        Some(AmountNull) => {}
        Some(AmountText) => line.extend_from_slice(rng.pick(NOT_NUMBERS)),
        Some(AmountBelow) if rng.below(4) == 0 => line.extend_from_slice(b"0.00"),
        Some(AmountBelow) => {
            line.push(b'-');
            push_hundredths(line, rng.below(100_000));
        }
        Some(AmountAbove) => push_hundredths(line, 100_000_001 + rng.below(1_000_000_000)),
        _ => {
            let largest = rng.pick(&[1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000]);
            push_hundredths(line, 1 + rng.below(largest));
        }
    }
}

fn push_timestamp(line: &mut Vec<u8>, rng: &mut Rng, faults: &[Kind]) {
    match faults {
        [TimestampNull] => {}
        [TimestampInvalid] => line.extend_from_slice(rng.pick(NOT_TIMESTAMPS)),
        _ => {
            let random = rng.next();
            push_date(line, random);
            push_time(line, random);
            line.push(b'Z');
        }
    }
}

fn push_account(line: &mut Vec<u8>, rng: &mut Rng, faults: &[Kind]) {
    let digits = if faults.contains(&AccountNull) {
        return;
    } else if faults.contains(&AccountShort) {
        rng.below(6)
    } else if faults.contains(&AccountLong) {
        19 + rng.below(10)
    } else {
        7 + rng.below(5)
    };
    line.extend_from_slice(b"AC");
    if digits > 19 {
        push_number(line, 1_000_000_000_000_000_000 + rng.below(1_000_000_000_000_000_000));
    }
    let rest = if digits > 19 { digits - 19 } else { digits };
    push_padded(line, rng.next(), usize::try_from(rest).unwrap_or(0));
}

#[cfg(test)]
mod tests;

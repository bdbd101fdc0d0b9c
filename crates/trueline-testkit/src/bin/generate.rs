//! Writes a generated table, and its expected faults.
#![forbid(unsafe_code)]

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use trueline_testkit::transactions::Purpose;
use trueline_testkit::{Truth, keys, logs, quoted, ticks, transactions, wide};

const USAGE: &str = "\
usage: generate transactions|ticks|wide|keys|quoted|logs --rows N --out FILE [options]

  --out FILE         where the rows go; - is standard output
  --rate R           share of rows with a fault of each kind (default 0)
  --seed S           another table of the same kind (default 1)
  --truth FILE       what is wrong with the rows, as JSON
  --schema-out FILE  the schema, as YAML
  --every-row        transactions: every row fails three checks
  --typed            transactions, logs: no fault of type or structure, so that a file with types can hold the rows
  --bounds           transactions: only nulls and numbers out of range; the schema asks for nothing else
  --faulty SHARE     transactions: only rows of this share, from the first on, have faults (default 1)
  --quoted SHARE     transactions: share of rows with a quoted counterparty (default 0)
  --no-unique        transactions, wide: the schema has no `unique`, and no id is repeated
  --sorted           keys: in increasing order
  --unquoted         quoted: the same cells without their quotes
";

#[derive(Default)]
struct Arguments {
    table: String,
    rows: Option<u64>,
    out: Option<OsString>,
    rate: f64,
    seed: Option<u64>,
    truth: Option<OsString>,
    schema: Option<OsString>,
    quoted: f64,
    faulty: Option<f64>,
    /// The options of [`FLAGS`] that were given.
    flags: Vec<String>,
}

impl Arguments {
    fn has(&self, flag: &str) -> bool {
        self.flags.iter().any(|given| given == flag)
    }
}

const TABLES: [&str; 6] = ["transactions", "ticks", "wide", "keys", "quoted", "logs"];

/// Options without a value, and the tables they apply to.
const FLAGS: [(&str, &[&str]); 6] = [
    ("--every-row", &["transactions"]),
    ("--no-unique", &["transactions", "wide"]),
    ("--typed", &["transactions", "logs"]),
    ("--bounds", &["transactions"]),
    ("--sorted", &["keys"]),
    ("--unquoted", &["quoted"]),
];

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--help" || argument == "-h") {
        return exit(io::stdout().write_all(USAGE.as_bytes()).map_err(|error| error.to_string()));
    }
    match parse(arguments) {
        Ok(arguments) => exit(run(&arguments)),
        Err(message) => {
            say(&format!("{message}\n\n{USAGE}"));
            ExitCode::from(2)
        }
    }
}

fn exit(result: Result<(), String>) -> ExitCode {
    let Err(message) = result else { return ExitCode::SUCCESS };
    say(&message);
    ExitCode::from(3)
}

/// Standard error is the last resort: if writing to it fails, there is nowhere to report that.
fn say(message: &str) {
    let _ = writeln!(io::stderr(), "{message}");
}

fn parse(arguments: Vec<OsString>) -> Result<Arguments, String> {
    let mut parsed = Arguments::default();
    let mut arguments = arguments.into_iter();
    while let Some(argument) = arguments.next() {
        let name = argument.to_string_lossy().into_owned();
        let mut value = || arguments.next().ok_or_else(|| format!("{name} needs a value"));
        match name.as_str() {
            "--rows" => parsed.rows = Some(number(&name, &value()?)?),
            "--rate" => parsed.rate = share(&name, &value()?)?,
            "--seed" => parsed.seed = Some(number(&name, &value()?)?),
            "--quoted" => parsed.quoted = share(&name, &value()?)?,
            "--faulty" => parsed.faulty = Some(share(&name, &value()?)?),
            "--out" => parsed.out = Some(value()?),
            "--truth" => parsed.truth = Some(value()?),
            "--schema-out" => parsed.schema = Some(value()?),
            flag if FLAGS.iter().any(|(name, _)| *name == flag) => parsed.flags.push(name),
            table if parsed.table.is_empty() && !table.starts_with('-') => {
                table.clone_into(&mut parsed.table);
            }
            _ => return Err(format!("{name} is not known")),
        }
    }
    refuse_what_the_table_has_not(&parsed)?;
    if parsed.rows.is_none() {
        return Err("--rows is missing".to_owned());
    }
    if parsed.out.is_none() {
        return Err("--out is missing".to_owned());
    }
    Ok(parsed)
}

/// Some options only apply to some tables.
fn refuse_what_the_table_has_not(parsed: &Arguments) -> Result<(), String> {
    let table = parsed.table.as_str();
    if !TABLES.contains(&table) {
        return Err(format!("name a table: {}", TABLES.join(", ")));
    }
    let given = [("--quoted", parsed.quoted > 0.0), ("--faulty", parsed.faulty.is_some())];
    if let Some((name, _)) = given.iter().find(|(_, given)| *given && table != "transactions") {
        return Err(format!("{name} is for transactions"));
    }
    for (flag, tables) in FLAGS {
        if parsed.has(flag) && !tables.contains(&table) {
            return Err(format!("{flag} is for {}", tables.join(" and ")));
        }
    }
    Ok(())
}

fn number<N: std::str::FromStr>(name: &str, value: &OsString) -> Result<N, String> {
    let text = value.to_string_lossy();
    text.parse().map_err(|_| format!("{name} needs a number, not `{text}`"))
}

fn share(name: &str, value: &OsString) -> Result<f64, String> {
    let share: f64 = number(name, value)?;
    if (0.0..=1.0).contains(&share) { Ok(share) } else { Err(format!("{name} needs a number from 0 to 1")) }
}

fn run(arguments: &Arguments) -> Result<(), String> {
    let schema = match arguments.table.as_str() {
        "ticks" => ticks::schema_yaml(),
        "wide" if arguments.has("--no-unique") => wide::schema_without_unique_yaml(),
        "wide" => wide::schema_yaml(),
        "keys" => keys::schema_yaml(),
        "quoted" => quoted::schema_yaml(),
        "logs" => logs::schema_yaml(),
        _ if arguments.has("--bounds") => transactions::schema_of_bounds_yaml(),
        _ if arguments.has("--no-unique") => transactions::schema_without_unique_yaml(),
        _ => transactions::schema_yaml(),
    };
    if let Some(path) = &arguments.schema {
        std::fs::write(path, schema).map_err(|error| about(path, &error))?;
    }
    let out = arguments.out.clone().unwrap_or_default();
    let truth = write(arguments, &out).map_err(|error| about(&out, &error))?;
    if let Some(path) = &arguments.truth {
        let write = || {
            let mut file = BufWriter::new(File::create(path)?);
            truth.write(&mut file)?;
            file.flush()
        };
        write().map_err(|error| about(path, &error))?;
    }
    say(&format!(
        "{}: {} rows, {} bytes, {} violations in {} rows",
        arguments.table,
        truth.rows,
        truth.bytes,
        truth.violations,
        truth.invalid_rows.len()
    ));
    Ok(())
}

fn about(path: &OsString, error: &io::Error) -> String {
    format!("{}: {error}", path.to_string_lossy())
}

fn purpose(arguments: &Arguments) -> Purpose {
    if arguments.has("--bounds") {
        Purpose::Bounds
    } else if arguments.has("--typed") {
        Purpose::Types
    } else {
        Purpose::Text
    }
}

fn write(arguments: &Arguments, out: &OsString) -> io::Result<Truth> {
    let write: Box<dyn Write> =
        if out == "-" { Box::new(io::stdout().lock()) } else { Box::new(File::create(out)?) };
    let (rows, seed, rate) = (arguments.rows.unwrap_or(0), arguments.seed.unwrap_or(1), arguments.rate);
    match arguments.table.as_str() {
        "ticks" => ticks::Generator::new(rows, seed).faults(rate).write(write),
        "wide" => wide::Generator::new(rows, seed).faults(rate).write(write),
        "keys" => {
            keys::Generator::new(rows, seed).faults(rate).sorted(arguments.has("--sorted")).write(write)
        }
        "quoted" => {
            quoted::Generator::new(rows, seed).faults(rate).unquoted(arguments.has("--unquoted")).write(write)
        }
        "logs" => logs::Generator::new(rows, seed).faults(rate).typed(arguments.has("--typed")).write(write),
        _ => transactions::Generator::new(rows, seed)
            .faults(rate)
            .every_row(arguments.has("--every-row"))
            .quoted(arguments.quoted)
            .unique(!arguments.has("--no-unique"))
            .purpose(purpose(arguments))
            .faulty_share(arguments.faulty.unwrap_or(1.0))
            .write(write),
    }
}

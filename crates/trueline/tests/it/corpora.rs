//! Files that nobody on this project wrote. Deliberate differences stand in a list with their reasons.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;
use trueline::render::{JsonLinesRenderer, JsonRenderer, Renderer, TextRenderer};
use trueline::{FileSource, Kernel, MemorySource, Schema, Validator, Verdict};
use trueline_tokenizer::{Dialect, Indexer, Positions, unquote};

use trueline_testkit::cases::workspace;
use trueline_testkit::corpora::corpus;

use crate::support::{schema, stable, validate, validate_every_way};

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| {
            path.is_file() && (extension.is_empty() || path.extension().is_some_and(|own| own == extension))
        })
        .collect();
    files.sort();
    files
}

/// All records of a text, unquoted, by one kernel.
fn records(bytes: &[u8], dialect: &Dialect, kernel: Kernel) -> (Vec<Vec<Vec<u8>>>, usize) {
    let mut indexer = Indexer::with_kernel(dialect, kernel);
    let (mut positions, mut at, mut faults, mut records) = (Positions::new(), 0, 0, Vec::new());
    let start = if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    let bytes = &bytes[start..];
    while at < bytes.len() {
        let consumed = indexer.index(&bytes[at..], true, &mut positions);
        assert!(consumed > 0);
        for record in 0..positions.len() {
            let field = |field| unquote(&bytes[at..][positions.field(record, field)], dialect).into_owned();
            records.push((0..positions.field_count(record)).map(field).collect());
        }
        faults += positions.faults().len();
        at += consumed;
    }
    (records, faults)
}

/// Tables of csv-spectrum that cannot be compared with their twins, and why.
const SPECTRUM_SKIPS: [(&str, &str); 1] = [(
    "location_coordinates",
    "a quote inside an unquoted field is a fault here, and its twin has another phone number",
)];

#[test]
fn csv_spectrum_reads_as_its_json_says() {
    let Some(folder) = corpus("csv-spectrum") else { return };
    let mut compared = 0;
    for file in files(&folder.join("csvs"), "csv") {
        let bytes = std::fs::read(&file).expect("readable");
        let name = file.file_stem().expect("a name").to_string_lossy().into_owned();
        let twin = std::fs::read_to_string(folder.join("json").join(format!("{name}.json"))).expect("a twin");
        // A table of one row is written as one object in some of them.
        let expected: Vec<serde_json::Map<String, Value>> = serde_json::from_str(&twin)
            .or_else(|_| serde_json::from_str(&twin).map(|row| vec![row]))
            .expect("json");
        let skip = SPECTRUM_SKIPS.iter().find(|(skipped, _)| *skipped == name);
        if let Some((_, reason)) = skip {
            println!("skipped: csv-spectrum {name}: {reason}");
        }
        for kernel in Kernel::available().into_iter().filter(|_| skip.is_none()) {
            let (rows, faults) = records(&bytes, &Dialect::default(), kernel);
            assert_eq!(faults, 0, "{name}");
            let text = |cell: &Vec<u8>| String::from_utf8(cell.clone()).expect("utf-8");
            let header: Vec<String> = rows[0].iter().map(text).collect();
            let found: Vec<serde_json::Map<String, Value>> = rows[1..]
                .iter()
                .map(|row| {
                    header.iter().cloned().zip(row.iter().map(|cell| Value::from(text(cell)))).collect()
                })
                .collect();
            assert_eq!(found, expected, "{name} by {}", kernel.name());
        }
        validate_every_way(&name, &schema("name: structure only\n"), &bytes);
        compared += 1;
    }
    assert_eq!(compared, 12);
}

#[test]
fn the_csv_crate_reads_the_same_records() {
    let Some(folder) = corpus("rust-csv-data") else { return };
    let mut paths = files(&folder, "csv");
    paths.extend(files(&folder.join("bench"), "csv"));
    assert_eq!(paths.len(), 10);
    for path in paths {
        let bytes = std::fs::read(&path).expect("readable");
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        let mut dialect = Dialect::default();
        let mut reader = csv::ReaderBuilder::new();
        reader.has_headers(false).flexible(true);
        if name == "smallpop-colon.csv" {
            dialect = dialect.delimiter(b':');
            reader.delimiter(b':');
        }
        if name == "strange.csv" {
            // Its dialect as the csv crate's own tutorial gives it.
            dialect = dialect.delimiter(b';').quote(Some(b'"')).escape(Some(b'\\')).comment(Some(b'#'));
            reader.delimiter(b';').escape(Some(b'\\')).double_quote(false).comment(Some(b'#'));
        }
        let reader = reader.from_reader(&bytes[..]).into_byte_records();
        let expected: Vec<Vec<Vec<u8>>> =
            reader.map(|record| record.expect("a record").iter().map(<[u8]>::to_vec).collect()).collect();
        for kernel in Kernel::available() {
            let (found, _) = records(&bytes, &dialect, kernel);
            assert_eq!(found.len(), expected.len(), "{name} by {}", kernel.name());
            assert!(found == expected, "{name} by {}", kernel.name());
        }
    }
}

#[test]
fn no_seed_panics_or_differs_between_roads() {
    let Some(folder) = corpus("go-fuzz-seeds") else { return };
    let plain = schema("name: structure only\n");
    let headless = schema(
        "csv: {header: false, quoting: lenient, blank_lines: record}\nfields:\n  - {name: a, type: string, unique: true}\n",
    );
    let paths = files(&folder.join("csv"), "");
    assert_eq!(paths.len(), 264);
    for (index, path) in paths.iter().enumerate() {
        let bytes = std::fs::read(path).expect("readable");
        let name = path.display().to_string();
        let check = |schema: &Schema| {
            let source = MemorySource::new(name.as_str(), bytes.as_slice());
            let base = stable(&validate(Validator::builder(schema.clone()).threads(1), &source));
            for (chunk, threads, kernel) in
                [(1, 1, None), (2, 3, None), (7, 2, None), (64, 1, Some(0)), (65, 1, Some(1))]
            {
                let mut builder = Validator::builder(schema.clone()).threads(threads).chunk_bytes(chunk);
                if let Some(kernel) = kernel.and_then(|kernel| Kernel::available().into_iter().nth(kernel)) {
                    builder = builder.kernel(kernel);
                }
                assert_eq!(stable(&validate(builder, &source)), base, "{name}, chunks of {chunk}");
            }
        };
        check(&plain);
        if index % 3 == 0 {
            check(&headless);
        }
    }
}

fn validate_file(file: &Path, schema_file: &Path) -> trueline::Report {
    let yaml = std::fs::read_to_string(schema_file).expect("a schema");
    validate(Validator::builder(schema(&yaml)), &FileSource::new(file))
}

#[test]
fn airports_are_what_their_schemas_say() {
    let Some(folder) = corpus("ourairports") else { return };
    for (name, rows) in [("countries", 249), ("regions", 3987), ("navaids", 11_008)] {
        let file = folder.join(format!("{name}.csv"));
        let report = validate_file(&file, &workspace().join(format!("examples/schemas/{name}.yaml")));
        assert_eq!(
            (report.verdict, report.rows.total),
            (Verdict::Valid, rows),
            "{name}: {:#?}",
            report.violations
        );
    }
    // Namibia's code is a value like any other.
    let codes = schema(
        "fields:\n  - {name: code, type: string, required: true, unique: true, checks: [{check: distinct_count, equals: 249}]}\n",
    );
    let report = validate(Validator::builder(codes), &FileSource::new(folder.join("countries.csv")));
    assert_eq!(report.verdict, Verdict::Valid, "{:#?}", report.violations);
}

#[test]
fn the_same_table_in_every_dialect_has_no_fault() {
    let Some(folder) = corpus("frictionless-testsuite") else { return };
    let fields = "fields:\n  - {name: number, type: int64, required: true, unique: true, minimum: 1, maximum: 2}\n  - {name: string, type: string, enum: [one, two]}\n  - {name: boolean, type: boolean, required: true}\nchecks: [{check: row_count, equals: 2}]\nextra_columns: forbid\n";
    let separators = folder.join("files/csv/separators");
    for (file, delimiter) in [
        ("carets.csv", "^"),
        ("colon.csv", ":"),
        ("comma.csv", ","),
        ("pipes.csv", "|"),
        ("semicolon.csv", ";"),
        ("tab.csv", "\\t"),
        ("tab.tsv", "\\t"),
    ] {
        let schema = schema(&format!("{fields}csv: {{delimiter: \"{delimiter}\"}}\n"));
        let report = validate(Validator::builder(schema), &FileSource::new(separators.join(file)));
        assert_eq!(report.verdict, Verdict::Valid, "{file}: {:#?}", report.violations);
    }
    for (file, expected) in [("extra-column.csv", 1), ("missing-column.csv", 1)] {
        let path = folder.join("packages/invalid-data").join(file);
        let report = validate(Validator::builder(schema("name: structure only\n")), &FileSource::new(&path));
        assert_eq!((report.verdict, report.rows.invalid), (Verdict::Invalid, expected), "{file}");
    }
    // Bytes that are not UTF-8 are said to be so; nothing guesses an encoding.
    for (file, verdict) in [
        ("utf8.csv", Verdict::Valid),
        ("iso8859.csv", Verdict::Invalid),
        ("western-macos-roman.csv", Verdict::Invalid),
    ] {
        let path = folder.join("files/csv/encodings").join(file);
        let report = validate(Validator::builder(schema("name: structure only\n")), &FileSource::new(&path));
        assert_eq!(report.verdict, verdict, "{file}: {:#?}", report.violations);
    }
}

/// Faults that the package's README names and this project sees otherwise.
const FRICTIONLESS_SKIPS: [(&str, &str, &str); 2] = [
    ("string", "user2@domain", "RFC 5321 allows a domain of one label"),
    ("string", "https:/domain.com", "RFC 3986 allows a scheme with a path and no authority"),
];

/// One package of the suite: its fields in this project's words, the columns left out, the faults its README names.
type Package = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

/// Columns of format `any` are left out: what they accept is not defined.
const PACKAGES: [Package; 6] = [
    (
        "date",
        "  - {name: default, type: date}\n  - {name: pattern, type: date, format: '%d/%m/%y'}\n",
        &[("default.type", "2018-01"), ("pattern.type", "01.01.18")],
    ),
    (
        "datetime",
        "  - {name: default, type: timestamp}\n  - {name: pattern, type: timestamp, format: '%d/%m/%y-%H:%M'}\n",
        &[("default.type", "2018-01-02T00:00"), ("pattern.type", "02/01/18-00:00:00")],
    ),
    (
        "time",
        "  - {name: default, type: time}\n  - {name: pattern, type: time, format: '%H/%M'}\n",
        &[("default.type", "00:01"), ("pattern.type", "00/01/00")],
    ),
    (
        "string",
        "  - {name: default, type: string, required: true}\n  - {name: email, type: string, format: email}\n  - {name: uri, type: string, format: uri}\n",
        &[("default.required", ""), ("email.format", "user2@domain"), ("uri.format", "https:/domain.com")],
    ),
    (
        "constraints",
        "  - {name: required, type: any, required: true}\n  - {name: unique, type: any, unique: true}\n  - {name: minLength, type: string, min_length: 3}\n  - {name: maxLength, type: string, max_length: 3}\n  - {name: minimum, type: date, minimum: 2018-01-01}\n  - {name: maximum, type: date, maximum: 2018-01-31}\n  - {name: pattern, type: string, pattern: '[abc]+'}\n  - {name: enum, type: string, enum: [a, b]}\n",
        &[
            ("enum.enum", "c"),
            ("maxLength.length", "abcd"),
            ("maximum.range", "2018-02-01"),
            ("minLength.length", "ab"),
            ("minimum.range", "2017-12-31"),
            ("pattern.pattern", "def"),
            ("required.required", ""),
            ("unique.unique", "001"),
        ],
    ),
    (
        "year",
        "  - {name: year, type: date, format: '%Y'}\n  - {name: invalid year, type: date, format: '%Y'}\n",
        &[("invalid year.type", "2017-01-01")],
    ),
];

#[test]
fn frictionless_packages_have_the_faults_their_readmes_name() {
    let Some(folder) = corpus("frictionless-testsuite") else { return };
    for (package, fields, faults) in PACKAGES {
        let path = folder.join("packages/types-formats-and-constraints").join(package).join("data.csv");
        let report =
            validate(Validator::builder(schema(&format!("fields:\n{fields}"))), &FileSource::new(&path));
        let found: BTreeSet<(String, String)> = report
            .violations
            .iter()
            .map(|one| (one.check_id.clone(), one.value.clone().unwrap_or_default()))
            .collect();
        let skipped =
            |value: &str| FRICTIONLESS_SKIPS.iter().any(|(own, text, _)| *own == package && *text == value);
        let expected: BTreeSet<(String, String)> = faults
            .iter()
            .filter(|(_, value)| !skipped(value))
            .map(|(id, value)| ((*id).to_owned(), (*value).to_owned()))
            .collect();
        assert_eq!(found, expected, "{package}");
    }
}

fn is_inert(text: &str) -> bool {
    let acts = |letter: char| {
        (letter.is_control() && letter != '\n' && letter != '\t')
            || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    !text.chars().any(acts)
}

#[test]
fn naughty_strings_act_in_no_output() {
    let Some(folder) = corpus("naughty-strings") else { return };
    let text = std::fs::read_to_string(folder.join("blns.json")).expect("readable");
    let mut strings: Vec<String> = serde_json::from_str(&text).expect("json");
    strings.extend(
        [
            "\u{1b}[2J\u{1b}]0;title\u{7}",
            "a\rb",
            "\u{9b}31m",
            "\u{202e}evil",
            "=1+1",
            "::error::x",
            "a\nb\u{0}",
        ]
        .map(String::from),
    );
    for naughty in strings {
        let quoted = format!("\"{}\"", naughty.replace('"', "\"\""));
        let csv = format!("{quoted},n\n{quoted},x\n{quoted}z{naughty},1\n{quoted}\n");
        let document = serde_json::json!({
            "fields": [
                {"name": "v", "type": "string", "aliases": [naughty], "not_in": [naughty]},
                {"name": "n", "type": "int64", "title": naughty},
            ],
            "name": naughty,
        });
        let schema = Schema::from_json(&document.to_string());
        // Some strings cannot be a column's name or alias: then the schema says so, inertly.
        let schema = match schema {
            Ok(schema) => schema,
            Err(error) => {
                assert!(is_inert(&error.render(&naughty, &document.to_string())), "{naughty:?}");
                continue;
            }
        };
        let report =
            validate(Validator::builder(schema), &MemorySource::new(naughty.as_str(), csv.into_bytes()));
        let renderers: [&dyn Renderer; 3] = [&TextRenderer::default(), &JsonRenderer, &JsonLinesRenderer];
        for renderer in renderers {
            let mut bytes = Vec::new();
            renderer.render(&report, &mut bytes).expect("rendered");
            let rendered = String::from_utf8(bytes).expect("utf-8");
            assert!(is_inert(&rendered), "{naughty:?}: {rendered:?}");
        }
    }
}

#[test]
fn real_json_lines_are_read_whole() {
    let Some(folder) = corpus("gsm8k-jsonl") else { return };
    let bytes = std::fs::read(folder.join("test.jsonl")).expect("a file");
    let text = std::str::from_utf8(&bytes).expect("text");
    // What is asked for here is what another reader finds: the longest answer, in characters.
    let records: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("json")).collect();
    let length = |record: &Value| record["answer"].as_str().expect("a text").chars().count();
    let rows = |records: &[Value], most| -> Vec<usize> {
        (0..records.len()).filter(|row| length(&records[*row]) > most).collect()
    };
    let schema = |most: usize| {
        let question = "{name: question, type: string, required: true, min_length: 1}";
        let answer = format!(
            "{{name: answer, type: string, required: true, pattern: '#### [-\\d,.]+$', max_length: {most}}}"
        );
        schema(&format!("extra_columns: forbid\nfields:\n  - {question}\n  - {answer}\n"))
    };
    let longest = records.iter().map(length).max().unwrap_or_default();
    for (most, verdict) in [(longest, Verdict::Valid), (longest - 1, Verdict::Invalid)] {
        let source = MemorySource::new("test.jsonl", bytes.clone());
        let report = validate(Validator::builder(schema(most)), &source);
        assert_eq!((report.verdict, report.rows.total), (verdict, 1319));
        assert_eq!(found_rows(&stable(&report)), rows(&records, most));
    }
    let few = text.split_inclusive('\n').take(60).collect::<String>();
    let report = validate_every_way("test.jsonl", &schema(200), few.as_bytes());
    assert_eq!(found_rows(&report), rows(&records[..60], 200)[..20]);
}

/// The rows that a report's violations name.
fn found_rows(report: &Value) -> Vec<usize> {
    let violations = report["violations"].as_array().expect("violations").iter();
    violations.map(|one| usize::try_from(one["row_index"].as_u64().expect("a row")).expect("few")).collect()
}

//! States of parts, merged, against one run over all of them.

use proptest::prelude::*;
use serde_json::Value;
use trueline::schema::Schema;
use trueline::{ErrorKind, Format, MemorySource, Source, State, Validator};
use trueline_testkit::{cases, pack};

use crate::json_proofs::table;
use crate::support::{schema, stable};

fn validator(schema: &Schema, format: Option<Format>) -> Validator {
    let builder = Validator::builder(schema.clone()).threads(1).chunk_bytes(300);
    let builder = match format {
        Some(format) => builder.format(format),
        None => builder,
    };
    builder.build().expect("a validator")
}

/// A state as it comes back from a file.
fn carried(validator: &Validator, state: &State) -> State {
    validator.read_state(&state.to_bytes()).expect("a state")
}

/// The lines of a text in so many stretches of about equal numbers of lines; some may be empty.
fn stretches(text: &[u8], count: usize) -> Vec<Vec<u8>> {
    let lines: Vec<&[u8]> = text.split_inclusive(|byte| *byte == b'\n').collect();
    let share = lines.len().div_ceil(count).max(1);
    let mut stretches: Vec<Vec<u8>> = lines.chunks(share).map(<[&[u8]]>::concat).collect();
    stretches.resize(count, Vec::new());
    stretches
}

/// What a text cut into stretches comes to: merged one by one, in pairs from the back, and shuffled by number.
fn merged(schema: &Schema, format: Format, name: &str, text: &[u8], count: usize) -> [Value; 3] {
    let validator = validator(schema, Some(format));
    let states = (0..).zip(stretches(text, count)).map(|(number, bytes)| {
        let source = MemorySource::new(name, bytes);
        let state = if number == 0 { validator.state(&source) } else { validator.state_of_stretch(&source) };
        carried(&validator, &state.expect("a state")).numbered(number)
    });
    let states: Vec<State> = states.collect();
    let forward = State::merge(states.clone()).expect("one state");
    let mut backward = states.clone();
    while let [.., _, _] = backward[..] {
        let last = backward.pop().into_iter();
        let before = backward.pop().into_iter();
        let both = State::merge(before.chain(last)).expect("one state");
        backward.push(carried(&validator, &both));
    }
    let mut shuffled = states;
    shuffled.rotate_left(count / 2);
    shuffled.swap(0, count - 1);
    let shuffled = State::merge(shuffled).expect("one state");
    [forward, backward.remove(0), shuffled].map(|state| stable(&validator.finish(state).expect("a report")))
}

fn one_run(schema: &Schema, format: Format, name: &str, text: &[u8]) -> Value {
    stable(&validator(schema, Some(format)).validate(&MemorySource::new(name, text)).expect("a report"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn stretches_of_json_lines_merge_to_the_report_of_one_run(table in table()) {
        let Ok(schema) = Schema::from_yaml(&table.yaml) else {
            return Err(TestCaseError::reject("`coerce` means nothing here"));
        };
        let expected = one_run(&schema, Format::JsonLines, "table.jsonl", table.json.as_bytes());
        for count in [1, 2, 7, 100] {
            for report in merged(&schema, Format::JsonLines, "table.jsonl", table.json.as_bytes(), count) {
                prop_assert_eq!(&report, &expected, "{} stretches", count);
            }
        }
    }
}

#[test]
fn stretches_of_csv_merge_with_their_keys() {
    let text = "csv: {header: false}\nfields: [{name: id, type: string, unique: true}, {name: n, type: int64, minimum: 3}]\nchecks: [{check: row_count, min: 1000}, {check: distinct_count, column: n, max: 5}]\n";
    let schema = schema(text);
    let rows: Vec<String> = (0..500).map(|row| format!("k{},{}\n", row % 430, row % 11)).collect();
    let rows = rows.concat();
    let expected = one_run(&schema, Format::Csv, "keys.csv", rows.as_bytes());
    assert_eq!(expected["verdict"], "invalid");
    for count in [1, 2, 7, 100] {
        for report in merged(&schema, Format::Csv, "keys.csv", rows.as_bytes(), count) {
            assert_eq!(report, expected, "{count} stretches");
        }
    }
}

#[test]
fn inputs_of_the_cases_merge_as_one_dataset() {
    let cases = cases::all().expect("testdata");
    for case in &cases {
        let schema = schema(&case.schema);
        let validator = validator(&schema, None);
        let sources: Vec<MemorySource> = (0..3)
            .map(|number| MemorySource::new(format!("{number}-{}", case.input_name), &*case.input))
            .collect();
        let borrowed: Vec<&dyn Source> = sources.iter().map(|source| source as &dyn Source).collect();
        let expected = validator.validate_all(&borrowed).map(|report| stable(&report));
        let Ok(expected) = expected else { continue };
        let states =
            sources.iter().map(|source| carried(&validator, &validator.state(source).expect("a state")));
        let report = validator.finish(State::merge(states).expect("one state")).expect("a report");
        assert_eq!(stable(&report), expected, "{}", case.name);
    }
    assert!(cases.len() >= 100);
}

#[test]
fn what_does_not_belong_together_is_not_merged() {
    let schema_a = schema("fields: [{name: a, type: int64, unique: true}]");
    let schema_b = schema("fields: [{name: a, type: int64}]");
    let (a, b) = (validator(&schema_a, None), validator(&schema_b, None));
    let source = MemorySource::new("a.csv", "a\n1\n1\n".as_bytes());
    let (of_a, of_b) = (a.state(&source).expect("a state"), b.state(&source).expect("a state"));
    let states = |error: trueline::Error| matches!(error.kind(), ErrorKind::States { .. });
    assert!(states(State::merge([of_a.clone(), of_b.clone()]).expect_err("another schema")));
    assert!(states(a.finish(of_b.clone()).expect_err("another schema")));
    assert!(states(State::merge([]).expect_err("nothing")));
    let is_none =
        |bytes: &[u8]| matches!(a.read_state(bytes).expect_err("no state").kind(), ErrorKind::NoState { .. });
    assert!(is_none(&of_b.to_bytes()));
    let bytes = of_a.to_bytes();
    for at in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[at] ^= 1;
        assert!(is_none(&damaged), "byte {at}");
        assert!(is_none(&bytes[..at]), "{at} bytes");
    }
    let stretch = a.state_of_stretch(&source).expect_err("a header in the middle");
    assert!(matches!(stretch.kind(), ErrorKind::Formats { .. }));
}

#[test]
fn a_part_that_cannot_be_read_makes_all_unreadable() {
    let schema = schema("fields: [{name: a, type: int64}]");
    let validator = validator(&schema, None);
    let good = validator.state(&MemorySource::new("a.jsonl", "{\"a\": 1}\n".as_bytes())).expect("a state");
    let cut = MemorySource::new("b.jsonl.gz", &[0x1F, 0x8B, 8, 0][..]);
    let bad = validator.state(&cut).expect("a state");
    let report = validator.finish(State::merge([good, bad]).expect("one state")).expect("a report");
    assert_eq!(stable(&report)["verdict"], "unreadable");
}

#[test]
fn a_part_that_comes_twice_is_refused() {
    let schema = schema("fields: [{name: a, type: int64}]");
    let validator = validator(&schema, None);
    let state = |name: &str| {
        validator.state(&MemorySource::new(name, "a\n1\n".as_bytes())).expect("a state").numbered(7)
    };
    let (first, second, third) = (state("a.csv"), state("b.csv"), state("a.csv"));
    let twice = |states: &[&State]| {
        let error = State::merge(states.iter().map(|state| (*state).clone())).expect_err("counted twice");
        let ErrorKind::PartTwice { input, first, second } = error.kind() else { panic!("{error}") };
        assert!(error.to_string().contains("counted twice"), "{error}");
        (input.clone(), *first, *second)
    };
    assert_eq!(twice(&[&first, &second, &carried(&validator, &first)]), ("a.csv".to_owned(), 0, 2));
    // Also where it was merged before.
    let merged = State::merge([first.clone(), second.clone()]).expect("one state");
    let merged = carried(&validator, &merged.numbered(1));
    assert_eq!(twice(&[&third, &merged, &second]), ("b.csv".to_owned(), 1, 2));
    // The same data judged twice are two parts, which may be meant.
    let both = State::merge([merged, third]).expect("one state");
    assert_eq!(both.rows(), 3);
}

/// What is compressed is judged as what is in it, so it goes together with what is not.
#[test]
fn compressed_parts_go_with_others() {
    let schema =
        schema("fields: [{name: a, type: string, max_length: 1}, {name: b, type: int8, unique: true}]");
    let validator = validator(&schema, None);
    let (one, two) = (&b"a,b\nx,1\n"[..], &b"a,b\nyy,1\n"[..]);
    let sources = [MemorySource::new("one.csv", one), MemorySource::new("two.csv.gz", pack::gzip(two))];
    let states =
        sources.each_ref().map(|source| carried(&validator, &validator.state(source).expect("a state")));
    let merged = validator.finish(State::merge(states).expect("one state")).expect("a report");
    let whole =
        validator.validate_all(&sources.each_ref().map(|source| source as &dyn Source)).expect("a report");
    assert_eq!(stable(&merged), stable(&whole));
    assert_eq!(merged.violations.len(), 2);
}

//! Composed schemas equal those of a single document, and errors name their document.

use proptest::prelude::*;

use super::{Document, compose};
use crate::{ErrorKind, Language, Schema};

fn documents<'a>(texts: &[(&'a str, &'a str)]) -> Vec<Document<'a>> {
    let document = |&(name, text): &(&'a str, &'a str)| {
        let extension = name.rsplit('.').next().unwrap_or_default();
        Document { name, text, language: Language::from_extension(extension).expect("a language") }
    };
    texts.iter().map(document).collect()
}

fn yaml(texts: &[(&str, &str)]) -> String {
    let documents = documents(texts);
    let composed =
        compose(&documents).unwrap_or_else(|error| panic!("{}", error.render_documents(&documents)));
    let again =
        Schema::from_yaml(&composed.yaml).unwrap_or_else(|error| panic!("{error}\n{}", composed.yaml));
    assert_eq!(again, composed.schema, "{}", composed.yaml);
    assert_eq!(again.fingerprint(), composed.schema.fingerprint());
    composed.yaml
}

fn errors(texts: &[(&str, &str)]) -> String {
    let documents = documents(texts);
    compose(&documents).expect_err("a fault").render_documents(&documents)
}

#[test]
fn fields_checks_and_settings_of_all_documents_are_one_schema() {
    let composed = yaml(&[
        (
            "10.yaml",
            "name: orders\nfields:\n  - {name: id, type: int64, required: true}\ncsv: {delimiter: ';'}\n",
        ),
        (
            "20.json",
            r#"{"fields": [{"name": "amount", "type": "float64", "title": "What: it costs"}], "csv": {"quote": "'"}}"#,
        ),
        (
            "30.toml",
            "column_order = 'exact'\n[[checks]]\ncheck = 'range'\ncolumn = 'amount'\nminimum = 0.10\n[[checks]]\ncheck = 'row_count'\nmin = 1\n",
        ),
    ]);
    assert_eq!(
        composed,
        "name: orders\nfields:\n  - {name: id, type: int64, required: true}\n  \
         - {name: amount, type: float64, title: \"What: it costs\"}\ncsv: {delimiter: \";\", quote: \"'\"}\n\
         column_order: exact\nchecks:\n  - {check: range, column: amount, minimum: 0.10}\n  - {check: row_count, min: 1}\n"
    );
}

#[test]
fn identical_definitions_are_used_once() {
    let composed = yaml(&[
        (
            "a.yaml",
            "name: x\nfields: [{name: id, type: int64}]\nchecks: [{check: row_count, min: 1}]\ncsv: {header: true}",
        ),
        (
            "b.yaml",
            "fields: [{type: int64, name: id}, {name: b}]\nname: x\nchecks: [{min: 1, check: row_count}]\ncsv: {header: true}",
        ),
    ]);
    assert_eq!(
        composed,
        "name: x\nfields:\n  - {name: id, type: int64}\n  - {name: b}\nchecks:\n  - {check: row_count, min: 1}\ncsv: {header: true}\n"
    );
}

#[test]
fn conflicts_name_both_locations() {
    let first = ("base.yaml", "name: x\ncsv:\n  delimiter: ';'\nfields:\n  - {name: id, type: int64}\n");
    let text = errors(&[
        first,
        ("more.yaml", "\nname: y\ncsv: {delimiter: '|'}\nfields:\n  - {name: id, type: string}\n"),
    ]);
    assert_eq!(
        text,
        "error: `name` is given differently in `base.yaml`, line 1\n --> more.yaml:2:1\n  |\n2 | name: y\n  | ^^^^\n\n\
         error: `csv.delimiter` is given differently in `base.yaml`, line 3\n --> more.yaml:3:7\n  |\n\
         3 | csv: {delimiter: '|'}\n  |       ^^^^^^^^^\n\n\
         error: the field `id` is given differently in `base.yaml`, line 5\n --> more.yaml:5:5\n  |\n\
         5 |   - {name: id, type: string}\n  |     ^^^^^^^^^^^^^^^^^^^^^^^^\n"
    );
}

#[test]
fn every_error_names_its_document() {
    let text = errors(&[
        ("a.yaml", "fields:\n  - {name: amount, type: float64, requierd: true}"),
        ("b.json", "{\"checks\": [\n  {\"check\": \"range\", \"column\": \"amuont\", \"minimum\": 0}]}\r"),
        ("c.toml", "name = 'x'\nname = 'y'\n"),
        ("d.yaml", "[]"),
        ("e.yaml", "fields: {}\n"),
        ("f.yaml", "fields: [{name: n, aliases: [amount]}]\n"),
    ]);
    let places: Vec<&str> = text.lines().filter_map(|line| line.trim_start().strip_prefix("--> ")).collect();
    let found: Vec<&str> = places.iter().map(|place| place.split(' ').next().unwrap_or_default()).collect();
    for expected in ["a.yaml:2:35", "b.json:2:32", "c.toml:2:1", "d.yaml:1:1", "e.yaml:1:9", "f.yaml:1:30"] {
        assert!(found.contains(&expected), "{expected} in {text}");
    }
    assert!(text.contains("`amount` is given twice, first on line 2 of `a.yaml`"), "{text}");
}

#[test]
fn no_text_of_a_document_affects_the_next() {
    // If the texts were concatenated, each of these would change how the next one is parsed.
    for first in [
        "name: 'x",
        "description: |\n  text",
        "name: x # comment",
        "name: [",
        "name: x\n---",
        "csv:\n  header: true",
    ] {
        let alone = Schema::from_yaml(first).map(|schema| schema.name);
        let second = "  extra_columns: forbid\n";
        match compose(&documents(&[("1.yaml", first), ("2.yaml", second)])) {
            Ok(composed) => {
                assert_eq!(Ok(composed.schema.name), alone, "{first}");
                assert_eq!(composed.schema.extra_columns, crate::ExtraColumns::Forbid, "{first}");
            }
            Err(error) => {
                assert!(alone.is_err(), "{first}: {error}");
                let places = error.errors().iter().filter_map(|problem| problem.location());
                assert!(
                    places.into_iter().all(|place| place.document.as_deref() == Some("1.yaml")),
                    "{first}"
                );
            }
        }
    }
}

#[test]
fn there_are_limits() {
    let many: Vec<Document<'_>> =
        vec![Document { name: "a", text: "name: x", language: Language::Yaml }; super::MAX_DOCUMENTS + 1];
    for documents in [&many[..], &[]] {
        let error = compose(documents).expect_err("too many or none");
        assert!(matches!(error.kind(), ErrorKind::Limit { .. } | ErrorKind::Empty), "{error}");
    }
}

proptest! {
    /// Any string survives being written as YAML and parsed again.
    #[test]
    fn strings_survive(name in ".{0,20}", description in any::<String>(), title in "[ -~\n\t]{0,120}") {
        let document = serde_json::json!({
            "name": name,
            "description": description,
            "fields": [{"name": "a", "title": title, "enum": [name, "true", "1", "~", "", " x"]}],
        });
        let text = document.to_string();
        let documents = documents(&[("a.json", &text)]);
        // Invalid schemas are not the subject of this test.
        if let Ok(composed) = compose(&documents) {
            let again = Schema::from_yaml(&composed.yaml);
            prop_assert_eq!(again.as_ref().ok(), Some(&composed.schema), "{}\n{:?}", &composed.yaml, again.as_ref().err());
        }
    }
}

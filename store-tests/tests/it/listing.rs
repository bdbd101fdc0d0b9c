//! Lists of objects, complete or not at all.

use std::sync::Arc;
use std::time::Duration;

use trueline::{ObjectSource, Source, SourceError};
use trueline_store_tests::{Fault, Faulty, Model};

use crate::support::{SOON, options, s3, within};

/// Keys, some of which only mark a folder, or are left over from writing.
const KEYS: [&str; 14] = [
    "data/2026-01.csv",
    "data/2026-02.csv",
    "data/2026-10.csv",
    "data/_SUCCESS",
    "data/_temporary/0/part.csv",
    "data/_year=2026/part.csv",
    "data/.part.csv.crc",
    "data/deep",
    "data/deep/2026-03.csv",
    "data/deep/down/2026-04.csv",
    "data/a*.csv",
    "data/ab.csv",
    "database.csv",
    "data",
];

fn model() -> Model {
    let model = Model::new().page(3);
    for key in KEYS {
        let is_folder = matches!(key, "data" | "data/deep");
        model.put(key, if is_folder { "" } else { "id\n1\n" });
    }
    model
}

fn matching(
    connector: Arc<dyn object_store::client::HttpConnector>,
    key: &str,
) -> Result<Vec<String>, SourceError> {
    let sources = ObjectSource::matching(
        s3(connector, "http://model"),
        "s3://bucket",
        key,
        options(100).part_timeout(SOON),
    )?;
    Ok(sources.iter().map(|source| source.name().replace("s3://bucket/", "")).collect())
}

#[test]
fn prefixes_and_patterns() {
    let found = |key: &str| matching(Arc::new(model()), key).expect("objects");
    let all = [
        "data/2026-01.csv",
        "data/2026-02.csv",
        "data/2026-10.csv",
        "data/_year=2026/part.csv",
        "data/a*.csv",
        "data/ab.csv",
        "data/deep/2026-03.csv",
        "data/deep/down/2026-04.csv",
    ];
    assert_eq!(found("data/"), all);
    assert_eq!(found("")[..8], all);
    assert_eq!(found("")[8..], ["database.csv"]);
    assert_eq!(found("data/2026-*.csv"), all[..3]);
    assert_eq!(found("data/**/2026-*.csv"), [all[0], all[1], all[2], all[6], all[7]]);
    assert_eq!(found("data/d*/"), all[6..]);
    assert_eq!(found("data/deep/**"), all[6..]);
    // An object with exactly that key takes precedence; others that match the pattern are not searched for.
    assert_eq!(found("data/a*.csv"), ["data/a*.csv"]);
    assert_eq!(found("data/[a]?.csv"), ["data/a*.csv", "data/ab.csv"]);
    assert_eq!(found("*"), ["database.csv"]);
    // The object of a folder itself is not a file.
    assert_eq!(found("data/*").len(), 6);
    // For a key without wildcards, there is no request before it is opened.
    assert_eq!(found("missing.csv"), ["missing.csv"]);
}

#[test]
fn what_stands_for_nothing_is_an_error() {
    for (key, expected) in [
        ("none/", "`s3://bucket/none/` matches no file"),
        ("data/2024-*", "`s3://bucket/data/2024-*` matches no file"),
        (
            "data/_t*/",
            "`s3://bucket/data/_t*/` matches no file but a hidden or temporary one; name it to read it",
        ),
        ("a//b", "`s3://bucket/a//b` cannot be read: keys with empty parts"),
        ("a//*", "`s3://bucket/a/` cannot be read: keys with empty parts"),
        ("a[", "`s3://bucket/a[` does not exist, and is no pattern: "),
    ] {
        let error = matching(Arc::new(model()), key).expect_err("nothing").to_string();
        assert!(error.starts_with(expected), "{key}: {error}");
    }
}

/// A list that breaks off is an error, not a shorter list.
#[test]
fn a_part_of_a_list_is_an_error() {
    let faults = [
        Fault::Refused,
        Fault::Status(503),
        Fault::Status(403),
        Fault::Status(404),
        Fault::Cut,
        Fault::Short,
        Fault::Long,
        Fault::Stalls,
        Fault::Hangs,
    ];
    within(Duration::from_mins(2), move || {
        let whole = matching(Arc::new(model()), "data/").expect("objects");
        for fault in faults {
            for and_later in [false, true] {
                for nth in 1.. {
                    let faulty = Faulty::new(Arc::new(model()), nth, fault.clone());
                    let faulty = if and_later { faulty.and_later() } else { faulty };
                    let calls = faulty.calls();
                    match matching(Arc::new(faulty), "data/") {
                        Ok(found) => assert_eq!(found, whole, "{fault:?} at request {nth}"),
                        Err(error) => assert!(calls.count() >= nth, "{error}"),
                    }
                    if calls.count() < nth {
                        assert!(nth > 4, "there are several pages");
                        break;
                    }
                }
            }
        }
    });
}

#[test]
fn too_many_objects_are_an_error() {
    let store = s3(Arc::new(model()), "http://model");
    let matching = |most| {
        ObjectSource::matching(Arc::clone(&store), "s3://bucket", "data/", options(100).max_objects(most))
    };
    assert_eq!(matching(8).expect("objects").len(), 8);
    let error = matching(7).expect_err("more than seven");
    assert!(
        std::error::Error::source(&error).expect("a cause").to_string().contains("raise max_objects"),
        "{error}"
    );
}

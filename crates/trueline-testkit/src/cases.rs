//! The behaviour tests in `testdata/<group>/<name>/`: `input.csv` or `input.jsonl`, `schema.yaml` and
//! `expected.json`.
//!
//! `expected.json` is a part of the report; anything it does not contain is not compared. Its keys:
//!
//! - `about`: for readers, not compared
//! - `violations`: all of them, in order, each with the keys to compare. Besides the keys of the report there are `cell`, the
//!   text of the byte range in the input, and `related_row_index`
//! - `checks`: id → status, or id → a part of the check's object
//! - any other key of the report; objects are again partial

use std::io;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

/// One case, in memory.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Case {
    /// `<group>/<name>`.
    pub name: String,
    /// Its folder.
    pub folder: PathBuf,
    /// The name of the input, `input.csv` or `input.jsonl`.
    pub input_name: String,
    /// The input, which may be any bytes.
    pub input: Vec<u8>,
    /// `schema.yaml`.
    pub schema: String,
    /// `expected.json`, an object.
    pub expected: Map<String, Value>,
}

/// Returns the root of the workspace.
pub fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Returns the folder of the cases, `testdata`.
pub fn root() -> PathBuf {
    workspace().join("testdata")
}

/// Lists the folders `<group>/<name>` below `root`, sorted.
///
/// **Errors**: the folder cannot be read.
pub fn list(root: &Path) -> io::Result<Vec<PathBuf>> {
    let mut folders = Vec::new();
    for group in subfolders(root)? {
        folders.extend(subfolders(&group)?);
    }
    folders.sort();
    Ok(folders)
}

/// Reads all cases of the workspace.
///
/// **Errors**: there are none, or one of them is broken.
pub fn all() -> io::Result<Vec<Case>> {
    let root = root();
    let cases = list(&root)?.iter().map(|folder| Case::load(folder)).collect::<io::Result<Vec<_>>>()?;
    if cases.is_empty() {
        return Err(io::Error::new(io::ErrorKind::NotFound, format!("no cases below {}", root.display())));
    }
    Ok(cases)
}

fn subfolders(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let about = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", folder.display()));
    let entries = std::fs::read_dir(folder).map_err(about)?;
    let paths = entries.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>().map_err(about)?;
    Ok(paths.into_iter().filter(|path| path.is_dir()).collect())
}

impl Case {
    /// Reads a case.
    ///
    /// **Errors**: a file is missing, or `expected.json` is not an object.
    pub fn load(folder: &Path) -> io::Result<Self> {
        let read = |file: &str| {
            let path = folder.join(file);
            std::fs::read(&path)
                .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))
        };
        let broken = |file: &str, error: &dyn std::fmt::Display| {
            let path = folder.join(file);
            io::Error::new(io::ErrorKind::InvalidData, format!("{}: {error}", path.display()))
        };
        let last = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let names = ["input.csv", "input.jsonl"];
        let input_name = names.into_iter().find(|name| folder.join(name).exists()).unwrap_or(names[0]);
        let group = folder.parent().map(last).unwrap_or_default();
        Ok(Self {
            name: format!("{group}/{}", last(folder)),
            folder: folder.to_path_buf(),
            input: read(input_name)?,
            input_name: input_name.to_owned(),
            schema: String::from_utf8(read("schema.yaml")?).map_err(|error| broken("schema.yaml", &error))?,
            expected: serde_json::from_slice(&read("expected.json")?)
                .map_err(|error| broken("expected.json", &error))?,
        })
    }

    /// Compares a JSON report with the expected one. Returns one line per difference.
    pub fn differences(&self, report: &Value) -> Vec<String> {
        let mut differences = Vec::new();
        for (key, expected) in &self.expected {
            match key.as_str() {
                "about" => {}
                "violations" => self.compare_violations(expected, &report["violations"], &mut differences),
                "checks" => compare_checks(expected, &report["checks"], &mut differences),
                key => compare(key, expected, &report[key], &mut differences),
            }
        }
        differences
    }

    /// Checks a report that was produced in some way (a kernel, a chunk size, a binding …), named by `road`.
    ///
    /// # Panics
    /// It differs; the message contains the case, the way and all differences.
    #[track_caller]
    pub fn check(&self, report: &Value, road: &str) {
        let differences = self.differences(report);
        assert!(differences.is_empty(), "{} ({road}):\n  {}", self.name, differences.join("\n  "));
    }

    fn compare_violations(&self, expected: &Value, found: &Value, differences: &mut Vec<String>) {
        let (Some(expected), Some(found)) = (expected.as_array(), found.as_array()) else {
            differences.push("violations: one of the two is not a list".to_owned());
            return;
        };
        for (index, (expected, found)) in expected.iter().zip(found).enumerate() {
            let Some(parts) = expected.as_object() else {
                differences.push(format!("violations[{index}]: expected.json must have an object here"));
                continue;
            };
            for (key, part) in parts {
                let place = format!("violations[{index}].{key}");
                match key.as_str() {
                    "cell" => compare(&place, part, &self.cell(found), differences),
                    "related_row_index" => compare(&place, part, &found["related"]["row_index"], differences),
                    key => compare(&place, part, &found[key], differences),
                }
            }
        }
        for missing in expected.iter().skip(found.len()) {
            differences.push(format!("violations: expected, but not found: {missing}"));
        }
        for surplus in found.iter().skip(expected.len()) {
            differences.push(format!("violations: found, but not expected: {}", brief(surplus)));
        }
    }

    /// Returns the text of a violation's byte range; bytes that are not UTF-8 are replaced.
    fn cell(&self, violation: &Value) -> Value {
        let number = |key: &str| violation[key].as_u64().and_then(|number| usize::try_from(number).ok());
        let bytes = number("byte_offset").zip(number("byte_length")).and_then(|(offset, length)| {
            let end = offset.checked_add(length)?;
            self.input.get(offset..end)
        });
        bytes.map_or(Value::Null, |bytes| String::from_utf8_lossy(bytes).into())
    }
}

fn compare_checks(expected: &Value, found: &Value, differences: &mut Vec<String>) {
    let no_checks = Vec::new();
    let found = found.as_array().unwrap_or(&no_checks);
    for (id, expected) in expected.as_object().into_iter().flatten() {
        match found.iter().find(|check| check["id"] == id.as_str()) {
            None => differences.push(format!("checks: no check `{id}` in the report")),
            Some(check) if expected.is_string() => {
                compare(&format!("checks[{id}].status"), expected, &check["status"], differences);
            }
            Some(check) => compare(&format!("checks[{id}]"), expected, check, differences),
        }
    }
}

/// Compares objects partially, and everything else completely. Null also means absent.
fn compare(place: &str, expected: &Value, found: &Value, differences: &mut Vec<String>) {
    match (expected, found) {
        (Value::Object(expected), Value::Object(_)) => {
            for (key, expected) in expected {
                compare(&format!("{place}.{key}"), expected, &found[key.as_str()], differences);
            }
        }
        _ if expected != found => {
            differences.push(format!("{place}: expected {expected}, found {found}"));
        }
        _ => {}
    }
}

/// Returns the keys that identify a violation.
fn brief(violation: &Value) -> Value {
    const KEYS: [&str; 6] = ["check_id", "code", "row_index", "column", "line", "value"];
    KEYS.iter().map(|key| ((*key).to_owned(), violation[*key].clone())).collect::<Map<_, _>>().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn case(expected: Value) -> Case {
        let Value::Object(expected) = expected else { panic!("an object") };
        let input = b"id,name\n1,\"a\nb\"\n2,\xff\n".to_vec();
        Case {
            name: "group/name".into(),
            folder: PathBuf::new(),
            input_name: "input.csv".into(),
            input,
            schema: String::new(),
            expected,
        }
    }

    fn report() -> Value {
        json!({
            "verdict": "invalid",
            "rows": {"total": 2, "valid": 1, "invalid": 1},
            "checks": [{"id": "name.length", "status": "failed", "failed": 1, "codes": {"length.too_long": 1}}],
            "violations": [{"check_id": "name.length", "code": "length.too_long", "row_index": 0, "line": 2,
                "byte_offset": 10, "byte_length": 5, "column": "name", "related": {"row_index": 7}}],
        })
    }

    #[test]
    fn what_is_named_is_compared_and_the_rest_is_not() {
        for expected in [
            json!({}),
            json!({"about": "nothing", "verdict": "invalid", "rows": {"total": 2}}),
            json!({"checks": {"name.length": "failed"}}),
            json!({"checks": {"name.length": {"failed": 1, "codes": {"length.too_long": 1}}}}),
            json!({"violations": [{"cell": "\"a\nb\"", "line": 2, "path": null, "related_row_index": 7}]}),
        ] {
            case(expected.clone()).check(&report(), "a test");
            assert_eq!(case(expected).differences(&report()), Vec::<String>::new());
        }
    }

    #[test]
    fn differences_are_named_with_their_place() {
        for (expected, difference) in [
            (json!({"verdict": "valid"}), r#"verdict: expected "valid", found "invalid""#),
            (json!({"rows": {"valid": 2}}), "rows.valid: expected 2, found 1"),
            (json!({"verdit": "valid"}), r#"verdit: expected "valid", found null"#),
            (json!({"checks": {"x": "failed"}}), "checks: no check `x` in the report"),
            (
                json!({"checks": {"name.length": "passed"}}),
                r#"checks[name.length].status: expected "passed", found "failed""#,
            ),
            (json!({"violations": [{"cell": "a"}]}), r#"violations[0].cell: expected "a", found "\"a\nb\"""#),
            (json!({"violations": [{}, {"line": 9}]}), r#"violations: expected, but not found: {"line":9}"#),
        ] {
            assert_eq!(case(expected).differences(&report()), [difference]);
        }
        let surplus = case(json!({"violations": []})).differences(&report());
        assert!(surplus[0].starts_with("violations: found, but not expected: {"), "{surplus:?}");
    }

    #[test]
    fn a_range_outside_the_input_is_no_cell() {
        let violation = json!({"byte_offset": 20, "byte_length": 50});
        assert_eq!(case(json!({})).cell(&violation), Value::Null);
        let violation = json!({"byte_offset": u64::MAX, "byte_length": 2});
        assert_eq!(case(json!({})).cell(&violation), Value::Null);
    }

    #[test]
    fn the_workspace_has_cases_that_load() {
        let cases = all().unwrap();
        assert!(cases.iter().all(|case| case.name.contains('/') && case.expected.contains_key("verdict")));
    }
}

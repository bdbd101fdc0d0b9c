//! What stands in `src/export/` is only what may stand there.

use std::collections::BTreeSet;
use std::path::Path;

/// The sources of the functions.
fn sources() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/export");
    let files = std::fs::read_dir(folder).expect("src/export").map(|entry| entry.expect("an entry").path());
    let read = |path: std::path::PathBuf| {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        (name, std::fs::read_to_string(path).expect("a source"))
    };
    files.map(read).filter(|(name, _)| name != "mod.rs").collect()
}

/// Name and body of each function of a file.
fn functions(text: &str) -> Vec<(&str, &str)> {
    let parts = text.split("pub extern \"C\" fn ").skip(1);
    let named = parts.map(|part| {
        let (name, rest) = part.split_once('(').expect("arguments");
        let (_, body) = rest.split_once(" {\n").expect("a body");
        (name, body.split("\n}\n").next().unwrap_or_default())
    });
    named.collect()
}

#[test]
fn every_function_goes_through_the_guard() {
    let mut found = BTreeSet::new();
    for (file, text) in sources() {
        for (name, body) in functions(&text) {
            let body = body.trim();
            let is_guarded =
                ["guard(error, ||", "guard_value(", "free("].iter().any(|start| body.starts_with(start));
            assert!(is_guarded, "{file}: {name} does not begin with the guard");
            // Nothing stands behind it either: one expression, whose parenthesis is the last one.
            assert!(
                body.ends_with(')') && !body.contains("\n    }\n"),
                "{file}: {name} goes on behind the guard"
            );
            found.insert(name.to_owned());
        }
        let count = text.matches("#[unsafe(no_mangle)]").count();
        assert_eq!(count, functions(&text).len(), "{file}: a function that C cannot find");
        assert_eq!(text.matches("unsafe").count(), count, "{file}: more that is unsafe than names");
    }
    let header = include_str!("../../include/trueline.h");
    let declared: BTreeSet<String> = header
        .split(|next: char| !(next.is_ascii_alphanumeric() || "_(".contains(next)))
        .filter_map(|word| Some(word.strip_prefix("trueline_")?.split_once('(')?.0))
        .map(|name| format!("trueline_{name}"))
        .collect();
    assert_eq!(found, declared);
    println!("{} functions: {}", found.len(), found.into_iter().collect::<Vec<_>>().join(" "));
}

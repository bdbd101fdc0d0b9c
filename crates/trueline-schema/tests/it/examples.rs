//! Schema documents that several tests use.

use trueline_schema::Language;

/// Every keyword and every check at least once.
pub(crate) const FULL_YAML: &str = include_str!("../data/everything.yaml");

/// One schema in three languages, in three orders, with checks in different places.
pub(crate) const SAME: [(Language, &str); 3] = [
    (Language::Yaml, include_str!("../data/same.yaml")),
    (Language::Json, include_str!("../data/same.json")),
    (Language::Toml, include_str!("../data/same.toml")),
];

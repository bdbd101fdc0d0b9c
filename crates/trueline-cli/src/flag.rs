//! Options as this command line calls them, where the engine speaks of its own.

/// The engine's names of options that its messages ask to be changed.
const OPTIONS: [&str; 15] = [
    "chunk_bytes",
    "max_batch_bytes",
    "max_batch_values",
    "max_columns",
    "max_decompressed_bytes",
    "max_depth",
    "max_field_bytes",
    "max_metadata_bytes",
    "max_page_bytes",
    "max_pages",
    "max_ratio",
    "max_record_bytes",
    "max_row_groups",
    "max_spool_bytes",
    "key_memory_bytes",
];

/// The option of that name.
pub(crate) fn of(name: &str) -> String {
    match name {
        "chunk_bytes" => "--chunk-size".to_owned(),
        "key_memory_bytes" => "--key-memory".to_owned(),
        name => format!("--{}", name.replace('_', "-")),
    }
}

/// A message of the engine with the names of options as they are written here. What comes from data or names of files stays as it is:
/// only what the engine says about its options is looked for.
pub(crate) fn spoken(message: &str) -> String {
    let mut text = message.to_owned();
    for name in OPTIONS {
        let option = of(name);
        text = text.replace(&format!("({name})"), &format!("({option})"));
        for end in [" if ", ";"] {
            text = text.replace(&format!("raise {name}{end}"), &format!("raise {option}{end}"));
        }
        if text.ends_with(&format!("raise {name}")) {
            text = format!("{}{option}", &text[..text.len() - name.len()]);
        }
    }
    text.replace("leave the format out", "leave --format out").replace("give the format ", "give --format ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_name_what_can_be_typed() {
        for (engine, here) in [
            (
                "otherwise raise the limit (max_record_bytes)",
                "otherwise raise the limit (--max-record-bytes)",
            ),
            ("more than 7; raise max_columns", "more than 7; raise --max-columns"),
            ("raise max_pages if that is as it should be", "raise --max-pages if that is as it should be"),
            ("the file max_columns.csv", "the file max_columns.csv"),
            ("raise max_columns_x", "raise max_columns_x"),
            ("give the format parquet, or", "give --format parquet, or"),
        ] {
            assert_eq!(spoken(engine), here);
        }
        assert_eq!(of("chunk_bytes"), "--chunk-size");
    }
}

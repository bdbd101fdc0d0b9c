//! `JSONTestSuite`: texts that all parsers must accept, texts that all must reject, and texts where a parser may choose.

use std::path::PathBuf;

use trueline_testkit::corpora;
use trueline_tokenizer::json::{DEFAULT_MAX_DEPTH, FaultKind, check};

use super::compare;

/// The files for which the standard leaves the choice: the fault that the file has here, or none.
///
/// Numbers of any size are accepted, because the type of a field limits them later. Half a surrogate pair is rejected,
/// because it is not text. UTF-16 is not read, a byte order mark is not part of a record ([`trueline_tokenizer::preamble`]
/// skips it), and nesting is limited.
const CHOICES: &[(&str, Option<&str>)] = &[
    ("i_number_double_huge_neg_exp", None),
    ("i_number_huge_exp", None),
    ("i_number_neg_int_huge_exp", None),
    ("i_number_pos_double_huge_exp", None),
    ("i_number_real_neg_overflow", None),
    ("i_number_real_pos_overflow", None),
    ("i_number_real_underflow", None),
    ("i_number_too_big_neg_int", None),
    ("i_number_too_big_pos_int", None),
    ("i_number_very_big_negative_int", None),
    ("i_object_key_lone_2nd_surrogate", Some("LoneSurrogate")),
    ("i_string_1st_surrogate_but_2nd_missing", Some("LoneSurrogate")),
    ("i_string_1st_valid_surrogate_2nd_invalid", Some("LoneSurrogate")),
    ("i_string_UTF-16LE_with_BOM", Some("InvalidUtf8")),
    ("i_string_UTF-8_invalid_sequence", Some("InvalidUtf8")),
    ("i_string_UTF8_surrogate_U+D800", Some("InvalidUtf8")),
    ("i_string_incomplete_surrogate_and_escape_valid", Some("LoneSurrogate")),
    ("i_string_incomplete_surrogate_pair", Some("LoneSurrogate")),
    ("i_string_incomplete_surrogates_escape_valid", Some("LoneSurrogate")),
    ("i_string_invalid_lonely_surrogate", Some("LoneSurrogate")),
    ("i_string_invalid_surrogate", Some("LoneSurrogate")),
    ("i_string_invalid_utf-8", Some("InvalidUtf8")),
    ("i_string_inverted_surrogates_U+1D11E", Some("LoneSurrogate")),
    ("i_string_iso_latin_1", Some("InvalidUtf8")),
    ("i_string_lone_second_surrogate", Some("LoneSurrogate")),
    ("i_string_lone_utf8_continuation_byte", Some("InvalidUtf8")),
    ("i_string_not_in_unicode_range", Some("InvalidUtf8")),
    ("i_string_overlong_sequence_2_bytes", Some("InvalidUtf8")),
    ("i_string_overlong_sequence_6_bytes", Some("InvalidUtf8")),
    ("i_string_overlong_sequence_6_bytes_null", Some("InvalidUtf8")),
    ("i_string_truncated-utf-8", Some("InvalidUtf8")),
    ("i_string_utf16BE_no_BOM", Some("UnexpectedByte")),
    ("i_string_utf16LE_no_BOM", Some("UnexpectedByte")),
    ("i_structure_500_nested_arrays", Some("TooDeep")),
    ("i_structure_UTF-8_BOM_empty_object", Some("UnexpectedByte")),
];

/// Every file with its name, without the folder and the extension.
fn files() -> Vec<(String, Vec<u8>)> {
    let Some(folder) = corpora::corpus("json-test-suite") else { return Vec::new() };
    let read = |path: PathBuf| {
        let name = path.file_stem().expect("a file").to_string_lossy().into_owned();
        (name, std::fs::read(path).expect("a file that is there"))
    };
    let files = corpora::files(&folder.join("test_parsing")).expect("a folder that is there");
    files.into_iter().map(read).collect()
}

/// The name of a kind of fault.
fn name(kind: FaultKind) -> String {
    let text = format!("{kind:?}");
    text.split([' ', '{']).next().unwrap_or_default().to_owned()
}

#[test]
fn every_file_is_judged_as_the_standard_says_or_as_we_chose() {
    let files = files();
    let mut choices = 0;
    for (file, bytes) in &files {
        let found = check(bytes, DEFAULT_MAX_DEPTH).err().map(|fault| name(fault.kind));
        match file.split('_').next() {
            Some("y") => assert_eq!(found, None, "{file}"),
            Some("n") => assert!(found.is_some(), "{file} was accepted"),
            _ => {
                let choice = CHOICES.iter().find(|(name, _)| name == file);
                let (_, expected) = choice.unwrap_or_else(|| panic!("{file} is in the table of choices"));
                assert_eq!(found.as_deref(), *expected, "{file}");
                choices += 1;
            }
        }
    }
    assert!(files.is_empty() || choices == CHOICES.len(), "{choices} choices were looked at");
}

/// All files as lines, whether they are JSON or not.
#[test]
fn every_file_is_the_same_by_every_way() {
    for (_, bytes) in files() {
        compare::check(&bytes, &[1, 64]);
        compare::check(&[b"[0]\n", &bytes[..], b"\n{}"].concat(), &[]);
    }
}

#[test]
fn what_is_refused_for_its_depth_alone_is_accepted_where_it_may_be_deeper() {
    for (file, bytes) in files() {
        match file.as_str() {
            "i_structure_500_nested_arrays" => {
                assert_eq!(check(&bytes, 500), Ok(()));
                let fault = check(&bytes, 499).expect_err("one too many");
                assert_eq!((fault.kind, fault.offset), (FaultKind::TooDeep { limit: 499 }, 499));
            }
            "n_structure_100000_opening_arrays" => {
                let fault = check(&bytes, usize::MAX).expect_err("none of them is closed");
                assert_eq!(fault.offset, 100_000);
            }
            _ => {}
        }
    }
}

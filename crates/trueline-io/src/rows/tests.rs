use super::*;

use std::fs;
use std::path::PathBuf;

use proptest::prelude::*;
use tempfile::TempDir;

use trueline_tokenizer::Dialect;

use crate::atomic::Temporaries;
use crate::error::{Error, ErrorKind};

struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn files(&self, max_gap_bytes: usize) -> RowFiles {
        let (valid, invalid) = (self.path("valid"), self.path("invalid"));
        RowFiles::create(Some(&valid), Some(&invalid), max_gap_bytes, &Temporaries::new()).unwrap()
    }

    fn commit(&self, files: RowFiles) -> (String, String) {
        let mut files = files;
        files.finish().unwrap();
        files.commit().unwrap();
        let read = |name| fs::read_to_string(self.path(name)).unwrap();
        (read("valid"), read("invalid"))
    }
}

fn start<'a>(head: Option<&'a str>, gap: &'a str) -> InputStart<'a> {
    let is_open = head.is_some_and(|head| !head.is_empty() && !head.ends_with('\n'));
    let before = |head: &str| head.trim_end().rfind(['\n', '\u{feff}']);
    let behind = |head: &str, at: usize| at + head[at..].chars().next().map_or(0, char::len_utf8);
    let header_start = head.map(|head| before(head).map_or(0, |at| behind(head, at)));
    let front = Front { head: head.map(str::as_bytes), header_start, is_open, gap: gap.as_bytes() };
    let form = ReasonForm::Csv(Dialect::default().comment(Some(b'#')));
    InputStart { name: "input", front, columns: None, fields: None, line_end: LineEnd::Auto, form }
}

/// Records are lines, those that begin with `!` are invalid, empty lines and those with `#` are none.
fn rows(text: &str) -> Rows {
    let mut rows = Rows::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        at += line.len();
        let content = line.trim_end_matches(['\r', '\n']);
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        let end = if line.ends_with('\n') { at } else { at + 1 };
        rows.extend_starts(std::iter::once(u32::try_from(at - line.len()).unwrap()));
        rows.extend(std::iter::once(u32::try_from(end).unwrap()));
        if content.starts_with('!') {
            rows.mark(rows.len() - 1);
        }
    }
    rows.set_bytes(text.as_bytes());
    rows
}

#[test]
fn records_go_to_their_sides_with_what_stands_before_them() {
    let folder = Folder::new();
    let mut files = folder.files(100);
    files.begin_input(&start(Some("\u{feff}# top\nh\n"), "")).unwrap();
    for piece in ["1\n\n", "#of the bad one\n", "!2\r\n!3\n#of 4\n4\n", "", "!5\n", "\n#end\n"] {
        files.append(&mut rows(piece)).unwrap();
    }
    files.end_input().unwrap();
    assert_eq!(files.rows(), (2, 3));
    assert!(!folder.path("valid").exists());
    let (valid, invalid) = folder.commit(files);
    assert_eq!(valid, "\u{feff}# top\nh\n1\n#of 4\n4\n");
    assert_eq!(invalid, "\u{feff}# top\nh\n\n#of the bad one\n!2\r\n!3\n!5\n\n#end\n");
}

#[test]
fn no_record_can_follow_the_end() {
    let folder = Folder::new();
    let mut files = folder.files(100);
    files.begin_input(&start(Some("h\n"), "")).unwrap();
    files.append(&mut rows("1\n!2\n")).unwrap();
    files.end_input().unwrap();
    files.finish().unwrap();
    for piece in ["3\n", "!4\n"] {
        let error = files.append(&mut rows(piece)).unwrap_err();
        let ErrorKind::Write { source, .. } = error.kind() else { panic!("{error:?}") };
        assert_eq!(source.kind(), std::io::ErrorKind::InvalidInput);
    }
    assert_eq!(folder.commit(files), ("h\n1\n".to_owned(), "h\n!2\n".to_owned()));
}

#[test]
fn one_side_alone_has_the_same_bytes() {
    let folder = Folder::new();
    let path = folder.path("invalid");
    let mut files = RowFiles::create(None, Some(&path), 100, &Temporaries::new()).unwrap();
    files.begin_input(&start(Some("h\n"), "")).unwrap();
    for piece in ["1\n#x\n", "!2\n#y\n", "3\n", "#z"] {
        files.append(&mut rows(piece)).unwrap();
    }
    files.end_input().unwrap();
    files.begin_input(&start(Some("h\n"), "")).unwrap();
    files.append(&mut rows("!4")).unwrap();
    files.end_input().unwrap();
    assert_eq!(files.rows(), (2, 2));
    files.commit().unwrap();
    assert_eq!(fs::read_to_string(path).unwrap(), "h\n#x\n!2\n!4");
}

#[test]
fn a_line_end_is_put_where_an_input_ends_without_one_and_another_goes_on() {
    for (head, first, second, expected) in [
        ("h\n", "1", "2", "h\n1\n2"),
        ("h\r\n", "1", "2\n", "h\r\n1\r\n2\n"),
        ("h\n", "1\r", "2", "h\n1\r\r\n2"),
        ("h\n", "1\n", "2\n", "h\n1\n2\n"),
        ("h", "", "2\n", "h\n2\n"),
        ("h\n", "1\n# no record", "2\n", "h\n1\n# no record\n2\n"),
        ("", "1\r\n2", "3", "1\r\n2\r\n3"),
        ("h", "", "", "h"),
    ] {
        let folder = Folder::new();
        let mut files = folder.files(100);
        for text in [first, second] {
            files.begin_input(&start(Some(head), "")).unwrap();
            files.append(&mut rows(text)).unwrap();
            files.end_input().unwrap();
        }
        let (valid, invalid) = folder.commit(files);
        assert_eq!(valid, expected, "{head:?} {first:?} {second:?}");
        assert_eq!(invalid, head);
    }
}

#[test]
fn the_first_head_is_written_and_byte_order_marks_stand_first_only() {
    let folder = Folder::new();
    let mut files = folder.files(100);
    // An input that should have a header and has none, then two that do.
    for (head, gap, text) in [
        (None, "\u{feff}# nothing\n", ""),
        (Some("\u{feff}h\n"), "", "1\n"),
        (Some("\u{feff}other form\n"), "", "!2\n"),
        (None, "\u{feff}\n", ""),
    ] {
        files.begin_input(&start(head, gap)).unwrap();
        files.append(&mut rows(text)).unwrap();
        files.end_input().unwrap();
    }
    let (valid, invalid) = folder.commit(files);
    assert_eq!(valid, "\u{feff}# nothing\nh\n1\n\n");
    assert_eq!(invalid, "\u{feff}h\n!2\n");
}

#[test]
fn other_columns_do_not_go_under_the_same_header() {
    let folder = Folder::new();
    let mut files = folder.files(100);
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let (first, same, other) = (names(&["a", "b"]), names(&["a", "b"]), names(&["b", "a"]));
    let begin = |files: &mut RowFiles, name, columns| {
        files.begin_input(&InputStart { name, columns: Some(columns), ..start(Some("a,b\n"), "") })
    };
    begin(&mut files, "first.csv", &first).unwrap();
    files.end_input().unwrap();
    begin(&mut files, "same.csv", &same).unwrap();
    files.end_input().unwrap();
    let error = begin(&mut files, "other.csv", &other).unwrap_err();
    let text = error.to_string();
    assert!(text.starts_with("`other.csv` has other columns than `first.csv`, or has them in"), "{text}");
}

#[test]
fn records_of_other_widths_do_not_go_together_without_a_header() {
    let folder = Folder::new();
    let mut files = folder.files(100);
    let begin = |files: &mut RowFiles, name, fields| {
        files.begin_input(&InputStart { name, fields, ..start(None, "") })
    };
    for (name, fields) in [("empty.csv", None), ("first.csv", Some(3)), ("same.csv", Some(3))] {
        begin(&mut files, name, fields).unwrap();
        files.end_input().unwrap();
    }
    let error = begin(&mut files, "other.csv", Some(2)).unwrap_err();
    assert!(error.to_string().starts_with("`other.csv` has other columns than `first.csv`"), "{error}");
}

#[test]
fn invalid_records_can_tell_why_they_are() {
    let folder = Folder::new();
    let column = ReasonColumn::new("why", ["a.range", "b;c"]);
    let mut files = folder.files(100);
    files.tell_reasons(column);
    let names = ["h".to_owned()];
    let begin = |files: &mut RowFiles, columns| {
        files.begin_input(&InputStart { columns, ..start(Some("\u{feff}# top\nh\n"), "") })
    };
    begin(&mut files, Some(&names)).unwrap();
    for piece in ["1\n\n", "#of the bad one\n", "!2\r\n!3\n#of 4\n4\n", "!\"5"] {
        let mut rows = rows(piece);
        for (record, checks) in [(0, &[1, 0, 1][..]), (1, &[0])] {
            for &check in checks.iter().filter(|_| piece.starts_with('!')) {
                rows.add_reason(record.min(rows.len() - 1), check);
            }
        }
        files.append(&mut rows).unwrap();
    }
    files.end_input().unwrap();
    begin(&mut files, Some(&names)).unwrap();
    files.append(&mut rows("!6\n")).unwrap();
    files.end_input().unwrap();
    let error = begin(&mut files, Some(&["h".to_owned(), "why".to_owned()])).unwrap_err();
    assert!(error.to_string().contains("`input` has a column `why` already"), "{error}");
    let (valid, invalid) = folder.commit(files);
    assert_eq!(valid, "\u{feff}# top\nh\n1\n#of 4\n4\n");
    let expected =
        "\u{feff}# top\nwhy,h\n\n#of the bad one\na.range;b;c,!2\r\na.range,!3\na.range;b;c,!\"5\n\"\",!6\n";
    assert_eq!(invalid, expected);
}

#[test]
fn a_gap_beyond_the_limit_is_an_error() {
    let folder = Folder::new();
    let mut files = folder.files(8);
    files.begin_input(&start(Some("h\n"), "")).unwrap();
    files.append(&mut rows("1\n\n\n\n\n")).unwrap();
    files.append(&mut rows("\n\n\n\n")).unwrap();
    let error: Error = files
        .append(&mut rows("\n2\n\n"))
        .and_then(|()| files.append(&mut rows("\n\n\n\n\n\n\n\n")))
        .unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Gap { limit_bytes: 8 }), "{error}");
    drop(files);
    assert_eq!(fs::read_dir(folder.0.path()).unwrap().count(), 0);
}

/// Lines of all kinds, any number of inputs, cut anywhere between lines.
fn inputs() -> impl Strategy<Value = Vec<(Vec<String>, bool)>> {
    let line = prop_oneof![
        4 => "[a-c]{1,3}\r?\n",
        4 => "![a-c]{1,3}\r?\n",
        1 => "(#[a-c]{0,2})?\r?\n",
        1 => Just(String::new()),
    ];
    prop::collection::vec((prop::collection::vec(line, 0..150), any::<bool>()), 1..4)
}

/// What each side gets of one input, line by line.
fn sides(lines: &[String]) -> [String; 2] {
    let mut sides = [String::new(), String::new()];
    let (mut gap, mut last) = (String::new(), 0);
    for line in lines {
        gap.push_str(line);
        let content = line.trim_end_matches(['\r', '\n']);
        if !content.is_empty() && !content.starts_with('#') {
            last = usize::from(content.starts_with('!'));
            sides[last].push_str(&std::mem::take(&mut gap));
        }
    }
    sides[last].push_str(&gap);
    sides
}

proptest! {
    #[test]
    fn put_together_again_the_records_are_the_input(
        inputs in inputs(),
        cuts in prop::collection::vec(1..9_usize, 1..9),
    ) {
        let folder = Folder::new();
        let mut files = folder.files(1 << 20);
        let mut expected: [Vec<String>; 2] = [Vec::new(), Vec::new()];
        for (mut lines, trims) in inputs {
            if let (true, Some(last)) = (trims, lines.last_mut()) {
                last.truncate(last.trim_end_matches(['\r', '\n']).len());
            }
            lines.retain(|line| !line.is_empty());
            files.begin_input(&start(Some(""), "")).unwrap();
            let mut cuts = cuts.iter().cycle();
            let mut at = 0;
            while at < lines.len() {
                let end = (at + cuts.next().unwrap()).min(lines.len());
                files.append(&mut rows(&lines[at..end].concat())).unwrap();
                at = end;
            }
            files.end_input().unwrap();
            for (parts, part) in expected.iter_mut().zip(sides(&lines)) {
                parts.extend((!part.is_empty()).then_some(part));
            }
        }
        let (valid, invalid) = folder.commit(files);
        for (found, parts) in [valid, invalid].iter().zip(&expected) {
            let (mut rest, mut is_open) = (found.as_str(), false);
            for part in parts {
                if is_open {
                    rest = rest.strip_prefix('\n').or_else(|| rest.strip_prefix("\r\n")).expect("a line end");
                }
                rest = rest.strip_prefix(part.as_str()).unwrap_or_else(|| panic!("{found:?}: {parts:?}"));
                is_open = !part.ends_with('\n');
            }
            prop_assert_eq!(rest, "");
        }
    }
}

//! Errors rendered as text.

use trueline_schema::Schema;

#[test]
fn errors_are_shown_with_their_lines() {
    let text =
        "name: x\nfields:\n  - {name: amount, requierd: true}\n  - {name: b, type: string, pattern: '(a'}\n";
    let rendered = Schema::from_yaml(text).unwrap_err().render("schema.yaml", text);
    let expected = "\
error: unknown key `requierd` in field `amount`; did you mean `required`?
 --> schema.yaml:3:20 (fields[0].requierd)
  |
3 |   - {name: amount, requierd: true}
  |                    ^^^^^^^^

error: the pattern does not compile: unclosed group
 --> schema.yaml:4:39 (fields[1].pattern)
  |
4 |   - {name: b, type: string, pattern: '(a'}
  |                                       ^^
";
    assert_eq!(rendered, expected);
}

#[test]
fn the_marker_is_aligned_despite_control_characters_and_tabs() {
    let text = "{\"name\":\t\"\u{202e}\",\t\"nmae\": 1}";
    let rendered = Schema::from_json(text).unwrap_err().render("a\u{1b}[31mb", text);
    let expected = "\
error: unknown key `nmae` in the schema; did you mean `name`?
 --> a\\u{1b}[31mb:1:15 (nmae)
  |
1 | {\"name\":\\t\"\\u{202e}\",\\t\"nmae\": 1}
  |                        ^^^^^^
";
    assert_eq!(rendered, expected);
}

#[test]
fn long_lines_are_truncated_around_the_location() {
    let text = format!("{{\"name\": \"{}\", \"nmae\": \"{}\"}}", "é".repeat(500), "x".repeat(500));
    let rendered = Schema::from_json(&text).unwrap_err().render("x", &text);
    let lines: Vec<&str> = rendered.lines().collect();
    assert!(lines.iter().all(|line| line.chars().count() < 120), "{rendered}");
    let at = lines[4].chars().position(|character| character == '^').unwrap();
    let marked: String = lines[3].chars().skip(at).take(6).collect();
    assert_eq!(marked, "\"nmae\"");
}

#[test]
fn another_text_than_the_parsed_one_does_not_panic() {
    let error = Schema::from_yaml("name: x\n\n\n\nnmae: x").unwrap_err();
    assert!(error.render("x", "").starts_with("error: unknown key"));
    assert!(error.render("x", "short\n\n\n\n\nother").contains("x:5:1"));
}

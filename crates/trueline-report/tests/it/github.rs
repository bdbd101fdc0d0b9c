//! Workflow commands: the output contains only the intended commands, with the right contents.

use trueline_report::{Report, escape::escape_text, render::GithubRenderer};

use crate::sample;

fn render(report: &Report) -> String {
    crate::json::rendered(&GithubRenderer, report)
}

/// A command as GitHub's runner parses it.
#[derive(Debug)]
struct Command {
    kind: String,
    properties: Vec<(String, String)>,
    message: String,
}

fn parse(line: &str) -> Option<Command> {
    let (head, message) = line.trim_start().strip_prefix("::")?.split_once("::")?;
    let (kind, properties) = head.split_once(' ').unwrap_or((head, ""));
    let unescape = |text: &str| {
        text.replace("%0D", "\r")
            .replace("%0A", "\n")
            .replace("%3A", ":")
            .replace("%2C", ",")
            .replace("%25", "%")
    };
    let properties = properties
        .split(',')
        .map(|property| property.split_once('=').unwrap())
        .map(|(name, value)| (name.to_owned(), unescape(value)))
        .collect();
    Some(Command { kind: kind.to_owned(), properties, message: unescape(message) })
}

/// Every line except the last one is a command of the renderer.
pub(crate) fn assert_sound(text: &str) {
    let lines: Vec<&str> = text.lines().collect();
    let (closing, commands) = lines.split_last().unwrap();
    assert!(closing.starts_with("trueline: ") && parse(closing).is_none(), "{closing}");
    let mut by_kind = [0; 2];
    for line in commands {
        let command = parse(line).unwrap();
        let kind = ["error", "warning"].iter().position(|kind| *kind == command.kind).unwrap();
        by_kind[kind] += 1;
        let names: Vec<&str> = command.properties.iter().map(|(name, _)| name.as_str()).collect();
        let known = ["file", "line", "col", "endColumn", "title"];
        let mut places = names.iter().map(|name| known.iter().position(|known| known == name).unwrap());
        assert!(places.by_ref().is_sorted() && names.last() == Some(&"title"), "{line}");
        for (_, number) in command.properties.iter().filter(|(name, _)| known[1..4].contains(&name.as_str()))
        {
            assert!(number.parse::<u64>().is_ok(), "{line}");
        }
        assert!(!line.contains("##vso[") && !line.contains("##["), "{line}");
    }
    assert!(by_kind.iter().all(|count| *count <= 10), "{by_kind:?}");
}

#[test]
fn only_intended_commands_are_written() {
    for report in sample::all() {
        assert_sound(&render(&report));
    }
}

#[test]
fn the_layout_is_the_documented_one() {
    insta::assert_snapshot!("github", render(&sample::invalid()));
    insta::assert_snapshot!("github_unreadable", render(&sample::unreadable()));
    insta::assert_snapshot!("github_valid", render(&sample::valid()));
}

#[test]
fn names_and_messages_come_back_as_they_are_shown() {
    let naughty = "50%0A,b::c=\r\n::add-mask::x.csv";
    let mut report = sample::warnings();
    report.inputs[0].name = naughty.into();
    report.violations[0].message = naughty.into();
    let text = render(&report);
    let command = parse(text.lines().next().unwrap()).unwrap();
    assert_eq!(command.properties[0], ("file".to_owned(), escape_text(naughty).into_owned()));
    assert_eq!(command.message.lines().next(), Some(&*escape_text(naughty)));
    assert_eq!(text.lines().count(), 2);
}

#[test]
fn no_more_is_written_than_is_shown_and_every_check_has_its_turn() {
    let mut report = sample::invalid();
    let template = report.checks[3].clone();
    report.checks = (0..8)
        .map(|index| {
            sample::failed(&format!("column_{index}.range"), "at least 1", 10, &[("range.below_minimum", 9)])
        })
        .collect();
    report.violations = (0..64)
        .map(|row| {
            let id = format!("column_{}.range", row / 8);
            sample::violation(&id, "range.below_minimum", row, "a,0", "0", "0 is below 1")
        })
        .collect();
    let text = render(&report);
    assert_sound(&text);
    let titled = |id: &str| text.matches(&format!("title={id}::")).count();
    let titles: Vec<usize> = (0..8).map(|index| titled(&format!("column_{index}.range"))).collect();
    assert_eq!(titles, [2, 2, 1, 1, 1, 1, 1, 1]);
    assert!(text.ends_with("10 annotations for 72 failures\n"), "{text}");
    report.checks = vec![template; 30];
    assert_sound(&render(&report));
}

#[test]
fn standard_input_is_no_file() {
    let mut report = sample::warnings();
    report.inputs[0].name = "<stdin>".into();
    assert!(!render(&report).contains("file="), "{}", render(&report));
}

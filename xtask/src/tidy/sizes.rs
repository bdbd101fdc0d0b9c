//! Reports files beyond the soft limit; beyond the hard one they need a reason at their start: a comment `size: …`.

use anyhow::Result;

use super::Findings;
use crate::project::Project;
use crate::source;

/// The numbers of lines at which a file is reported, and needs a reason.
const SOFT: usize = 500;
const HARD: usize = 800;
/// The number of lines at which a function is reported.
const FUNCTION: usize = 60;
/// The lines at the start of a file that may contain the reason.
const HEAD_LINES: usize = 5;

pub(crate) fn check(project: &Project, files: &[String], findings: &mut Findings) -> Result<()> {
    for file in files.iter().filter(|file| super::has_extension(file, &["rs", "py", "c", "h"])) {
        let text = project.require(file)?;
        let lines = text.lines().count();
        match judge(&text) {
            Size::Fine => {}
            Size::Long => findings.note(format!("{file}: {lines} lines")),
            Size::TooLong => findings.error(format!("{file}: {lines} lines and no `size: …` at its head")),
        }
        if super::has_extension(file, &["rs"]) && !is_test(file) {
            for (name, line, length) in long_functions(&text) {
                findings.note(format!("{file}:{line}: function `{name}` has {length} lines"));
            }
        }
    }
    Ok(())
}

#[derive(Debug, PartialEq, Eq)]
enum Size {
    Fine,
    Long,
    TooLong,
}

fn judge(text: &str) -> Size {
    let lines = text.lines().count();
    let has_reason = text.lines().take(HEAD_LINES).any(|line| line.contains("size: "));
    match lines {
        0..=SOFT => Size::Fine,
        _ if lines <= HARD || has_reason => Size::Long,
        _ => Size::TooLong,
    }
}

fn is_test(file: &str) -> bool {
    file.ends_with("/tests.rs") || file.contains("/tests/")
}

/// Returns the name, line (from 1) and length of each long function before the tests of a file.
fn long_functions(text: &str) -> Vec<(String, usize, usize)> {
    let code = source::code(text);
    let code = code.split("#[cfg(test)]").next().unwrap_or_default();
    let mut found = Vec::new();
    for (at, _) in code.match_indices("fn ") {
        if code[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_') {
            continue;
        }
        let name: String =
            code[at + 3..].chars().take_while(|next| next.is_alphanumeric() || *next == '_').collect();
        let Some(length) = body_lines(&code[at..]).filter(|length| !name.is_empty() && *length > FUNCTION)
        else {
            continue;
        };
        found.push((name, code[..at].matches('\n').count() + 1, length));
    }
    found
}

/// Counts the lines from the start of a function to the closing brace of its body; `None` for one without a body.
fn body_lines(code: &str) -> Option<usize> {
    let (mut braces, mut brackets, mut lines) = (0_usize, 0_usize, 1);
    for character in code.chars() {
        match character {
            '\n' => lines += 1,
            '(' | '[' => brackets += 1,
            ')' | ']' => brackets = brackets.checked_sub(1)?,
            ';' if braces == 0 && brackets == 0 => return None,
            '{' => braces += 1,
            '}' => {
                braces = braces.checked_sub(1)?;
                if braces == 0 {
                    return Some(lines);
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limits_are_on_the_right_side() {
        assert_eq!(judge(&"x\n".repeat(SOFT)), Size::Fine);
        assert_eq!(judge(&"x\n".repeat(SOFT + 1)), Size::Long);
        assert_eq!(judge(&"x\n".repeat(HARD)), Size::Long);
        assert_eq!(judge(&"x\n".repeat(HARD + 1)), Size::TooLong);
        assert_eq!(judge(&format!("// size: one table\n{}", "x\n".repeat(HARD + 1))), Size::Long);
    }

    #[test]
    fn a_long_function_is_found_with_its_line() {
        let body = "    let x = \"}\";\n".repeat(FUNCTION);
        let text = format!(
            "struct S;\n\nfn long(x: [u8; 3]) {{\n{body}}}\nfn short() {{}}\ntrait T {{ fn none(); }}\n"
        );
        assert_eq!(long_functions(&text), [("long".to_owned(), 3, FUNCTION + 2)]);
        assert!(long_functions(&format!("#[cfg(test)]\nmod tests {{\n{text}}}\n")).is_empty());
    }
}

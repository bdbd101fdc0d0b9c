//! Adds the reasons why it is invalid to a record.

use trueline_report::escape;
use trueline_tokenizer::Dialect;
use trueline_tokenizer::json::{TokenKind, Tokens, unescape};

/// How a record gets an additional cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReasonForm {
    /// As the first field: the ids of checks separated by `;`, quoted as in the dialect. If it has no quotes, characters that would
    /// need them become `_`, and ids are separated by `|` where `;` is the delimiter.
    Csv(Dialect),
    /// As the first member of the object: an array of ids. A record that is not an object is unchanged.
    JsonLines,
}

/// The column added to invalid records: the ids of the checks that report them.
///
/// It is at the start of a record, so that errors in the record cannot affect it: an unclosed quote, too
/// few fields, a truncated object.
#[derive(Clone, Debug)]
pub struct ReasonColumn {
    name: String,
    ids: Vec<String>,
}

impl ReasonColumn {
    /// Creates a column with this name; `ids` are the ids of the checks, by number.
    pub fn new(name: impl Into<String>, ids: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { name: name.into(), ids: ids.into_iter().map(Into::into).collect() }
    }

    /// Returns the name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The ids of checks, given by their numbers, separated by `;`.
    #[cfg(any(feature = "parquet", feature = "arrow-ipc"))]
    pub(super) fn text(&self, checks: impl Iterator<Item = u32>) -> String {
        let ids: Vec<&str> =
            checks.filter_map(|check| self.ids.get(check as usize)).map(String::as_str).collect();
        ids.join(";")
    }

    /// The cell to write before a header.
    pub(super) fn head(&self, form: &ReasonForm) -> Vec<u8> {
        let mut out = Vec::new();
        if let ReasonForm::Csv(dialect) = form {
            push_cell(&mut out, &self.name, dialect);
        }
        out
    }

    /// Whether a JSON record already has a key with the name of the column, which would be duplicated. In a malformed record only
    /// the keys before the error count. For CSV the caller compares the name with the header.
    pub(super) fn has_key(&self, form: &ReasonForm, record: &[u8]) -> bool {
        // A name may also be written with escapes.
        let may_have = || {
            let finder = memchr::memmem::find(record, self.name.as_bytes());
            finder.is_some() || record.contains(&b'\\')
        };
        if *form != ReasonForm::JsonLines || !may_have() {
            return false;
        }
        // The validation has already checked the limit on depth.
        let mut tokens = Tokens::new(record, usize::MAX);
        while let Ok(Some(token)) = tokens.next() {
            let is_key = token.kind == TokenKind::Key && tokens.depth() == 1;
            if is_key
                && *unescape(&record[token.range.start + 1..token.range.end - 1]) == *self.name.as_bytes()
            {
                return true;
            }
        }
        false
    }

    /// Appends a record with its line ending, preceded by its reasons.
    pub(super) fn push(&self, out: &mut Vec<u8>, form: &ReasonForm, checks: &[(u32, u32)], record: &[u8]) {
        let ids: Vec<&str> = checks
            .iter()
            .filter_map(|&(_, check)| self.ids.get(check as usize))
            .map(String::as_str)
            .collect();
        let own = match form {
            ReasonForm::Csv(dialect) => {
                let separator = if dialect.quote.is_none() && dialect.delimiter == b';' { "|" } else { ";" };
                push_cell(out, &ids.join(separator), dialect);
                record
            }
            ReasonForm::JsonLines => self.push_member(out, &ids, record),
        };
        out.extend_from_slice(own);
    }

    /// Appends the beginning of an object with the member of reasons. Returns the rest of the record.
    fn push_member<'r>(&self, out: &mut Vec<u8>, ids: &[&str], record: &'r [u8]) -> &'r [u8] {
        let is_space = |byte: &u8| b" \t\r\n".contains(byte);
        let Some(at) = record.iter().position(|byte| !is_space(byte)).filter(|&at| record[at] == b'{') else {
            return record;
        };
        let (start, rest) = record.split_at(at + 1);
        out.extend_from_slice(start);
        // Writing to memory and serializing strings cannot fail.
        let _ = escape::push_json_line(out, &self.name);
        out.pop();
        out.push(b':');
        let _ = escape::push_json_line(out, ids);
        out.pop();
        if rest.iter().find(|byte| !is_space(byte)) != Some(&b'}') {
            out.push(b',');
        }
        rest
    }
}

/// Appends a field and the delimiter after it.
fn push_cell(out: &mut Vec<u8>, text: &str, dialect: &Dialect) {
    let is_special = |byte: u8| {
        [dialect.delimiter, b'\n', b'\r'].contains(&byte)
            || [dialect.quote, dialect.escape].contains(&Some(byte))
    };
    let first = text.bytes().next();
    let needs_quotes =
        text.starts_with(' ') || text.ends_with(' ') || first.is_none_or(|_| first == dialect.comment);
    match dialect.quote {
        Some(quote) if needs_quotes || text.bytes().any(is_special) => {
            out.push(quote);
            for byte in text.bytes() {
                if byte == quote {
                    out.push(quote);
                } else if Some(byte) == dialect.escape {
                    out.push(byte);
                }
                out.push(byte);
            }
            out.push(quote);
        }
        Some(_) => out.extend_from_slice(text.as_bytes()),
        // The dialect has no quotes, so special characters are replaced.
        None => out.extend(text.bytes().enumerate().map(|(at, byte)| {
            let begins_comment = at == 0 && Some(byte) == dialect.comment;
            if is_special(byte) || begins_comment { b'_' } else { byte }
        })),
    }
    out.push(dialect.delimiter);
}

#[cfg(test)]
mod tests {
    use super::*;
    use trueline_tokenizer::reference;

    fn told(form: ReasonForm, checks: &[u32], record: &str) -> String {
        let column = ReasonColumn::new("why", ["a.range", "a;b", "say \"x\"", "#c", ""]);
        let checks: Vec<(u32, u32)> = checks.iter().map(|&check| (7, check)).collect();
        let mut out = Vec::new();
        column.push(&mut out, &form, &checks, record.as_bytes());
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn ids_are_separated_by_a_bar_where_a_semicolon_cannot_be_quoted() {
        let mut dialect = Dialect::default();
        (dialect.delimiter, dialect.quote) = (b';', None);
        assert_eq!(told(ReasonForm::Csv(dialect), &[0, 1], "x;y\n"), "a.range|a_b;x;y\n");
    }

    #[test]
    fn a_key_of_the_name_is_seen_however_it_is_written() {
        let column = ReasonColumn::new("why", ["a"]);
        for (record, expected) in [
            ("{\"why\": 1}\n", true),
            ("{\"a\": {\"why\": 1}, \"w\\u0068y\": 2}", true),
            ("{\"a\": {\"why\": 1}, \"b\": \"why\"}", false),
            ("{\"a\": \"\\n\"}", false),
            ("[\"why\"]", false),
            (&format!("{{\"a\": {}{}, \"why\": 1}}", "[".repeat(500), "]".repeat(500)), true),
            ("{\"a\": x, \"why\": 1}", false),
        ] {
            assert_eq!(column.has_key(&ReasonForm::JsonLines, record.as_bytes()), expected, "{record}");
        }
        assert!(!column.has_key(&ReasonForm::Csv(Dialect::default()), b"{\"why\": 1}"));
    }

    #[test]
    fn fields_are_quoted_as_the_dialect_asks() {
        let plain = Dialect::default();
        let csv = |dialect: Dialect, checks: &[u32]| told(ReasonForm::Csv(dialect), checks, "1,\"x\n");
        assert_eq!(csv(plain, &[0]), "a.range,1,\"x\n");
        assert_eq!(csv(plain, &[0, 1]), "a.range;a;b,1,\"x\n");
        assert_eq!(csv(plain, &[2]), "\"say \"\"x\"\"\",1,\"x\n");
        assert_eq!(csv(plain.delimiter(b';'), &[0, 1]), "\"a.range;a;b\";1,\"x\n");
        assert_eq!(csv(plain.comment(Some(b'#')), &[3]), "\"#c\",1,\"x\n");
        assert_eq!(csv(plain.comment(Some(b'#')).quote(None), &[3, 2]), "_c;say \"x\",1,\"x\n");
        assert_eq!(csv(plain, &[4]), "\"\",1,\"x\n");
    }

    #[test]
    fn every_dialect_reads_back_what_was_told() {
        let plain = Dialect::default();
        let dialects = [
            plain,
            plain.delimiter(b';'),
            plain.quote(Some(b'\'')).comment(Some(b'#')),
            plain.escape(Some(b'\\')).delimiter(b'|'),
        ];
        for (dialect, text) in dialects.iter().flat_map(|dialect| {
            ["a.range", "a;b|c", "x\\\"y'", "#c", "", " a ", "a\nb", "é"].map(|text| (dialect, text))
        }) {
            let mut line = Vec::new();
            push_cell(&mut line, text, dialect);
            line.extend_from_slice(b"1\n");
            let parsed = reference::parse(&line, dialect, true);
            assert_eq!(parsed.records.len(), 1, "{text:?}");
            let field = parsed.records[0][0].clone();
            let found = trueline_tokenizer::unquote(&line[field], dialect);
            assert_eq!(String::from_utf8_lossy(&found), text);
        }
    }

    #[test]
    fn objects_get_a_member_and_all_else_stays() {
        let json = |checks: &[u32], record: &str| told(ReasonForm::JsonLines, checks, record);
        assert_eq!(
            json(&[0, 2], " {\"a\": 1}\r\n"),
            " {\"why\":[\"a.range\",\"say \\\"x\\\"\"],\"a\": 1}\r\n"
        );
        assert_eq!(json(&[0], "{ }\n"), "{\"why\":[\"a.range\"] }\n");
        assert_eq!(json(&[0], "{\"a\":"), "{\"why\":[\"a.range\"],\"a\":");
        for record in ["[1]\n", "", "7", "\u{feff}{}\n"] {
            assert_eq!(json(&[0], record), record);
        }
    }
}

//! The line ending of a text input, for adding one.

/// The line ending of an input.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum LineEnd {
    /// LF, optionally preceded by CR.
    #[default]
    Auto,
    /// LF; a preceding CR belongs to the line.
    Lf,
    /// CR followed by LF.
    CrLf,
    /// CR.
    Cr,
}

impl LineEnd {
    /// Whether `bytes` end with this line ending.
    pub(super) fn ends(self, bytes: &[u8]) -> bool {
        match self {
            Self::Auto | Self::Lf => bytes.ends_with(b"\n"),
            Self::CrLf => bytes.ends_with(b"\r\n"),
            Self::Cr => bytes.ends_with(b"\r"),
        }
    }

    /// The line ending to append to bytes that lack one, chosen so that it does not change their meaning. `is_crlf` means that
    /// the other line endings of the text have a CR.
    pub(super) fn after(self, bytes: &[u8], is_crlf: bool) -> &'static [u8] {
        match self {
            // A CR at the end would become part of the line end.
            Self::Auto if is_crlf || bytes.ends_with(b"\r") => b"\r\n",
            Self::Auto | Self::Lf => b"\n",
            Self::CrLf => b"\r\n",
            Self::Cr => b"\r",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_behind_a_line_ends_it_and_changes_nothing_of_it() {
        for line_end in [LineEnd::Auto, LineEnd::Lf, LineEnd::CrLf, LineEnd::Cr] {
            for is_crlf in [false, true] {
                for line in [&b"a,b"[..], b"a,b\r", b"", b"a\nb"] {
                    if line_end.ends(line) {
                        continue;
                    }
                    let added = line_end.after(line, is_crlf);
                    let whole = [line, added].concat();
                    assert!(line_end.ends(&whole), "{line_end:?} {line:?}");
                    let kept = match line_end {
                        LineEnd::Auto => {
                            let kept = whole.strip_suffix(b"\n").unwrap();
                            kept.strip_suffix(b"\r").unwrap_or(kept)
                        }
                        LineEnd::Lf => whole.strip_suffix(b"\n").unwrap(),
                        LineEnd::CrLf => whole.strip_suffix(b"\r\n").unwrap(),
                        LineEnd::Cr => whole.strip_suffix(b"\r").unwrap(),
                    };
                    assert_eq!(kept, line, "{line_end:?}");
                }
            }
        }
    }
}

//! Detects the compression from the first bytes of an input and from the extension of its name.

use super::{Compression, skippable};

/// Bytes looked at to recognise a compression.
pub(super) const MAGIC_BYTES: usize = 16;

const GZIP: &[u8] = &[0x1f, 0x8b];
const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];
const XZ: &[u8] = &[0xfd, b'7', b'z', b'X', b'Z', 0];
const LZ4: &[u8] = &[0x04, 0x22, 0x4d, 0x18];
/// Behind `BZh` and a digit: the first block, or the end of a stream without any.
const BZIP2: [&[u8]; 2] = [&[0x31, 0x41, 0x59, 0x26, 0x53, 0x59], &[0x17, 0x72, 0x45, 0x38, 0x50, 0x90]];

/// Judges by the first bytes of an input, all of them if there are fewer than [`MAGIC_BYTES`].
///
/// The first bytes of a magic number are taken for a cut stream when they are the whole input and no text that anybody
/// would write. An input of one parenthesis (`28`) is text, and one of `BZh` too.
pub(super) fn compression(magic: &[u8]) -> Compression {
    let begins =
        |whole: &[u8], least| magic.starts_with(whole) || (magic.len() >= least && whole.starts_with(magic));
    if begins(GZIP, 1) {
        Compression::Gzip
    } else if begins(ZSTD, 2) || matches!(magic, [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..]) {
        // Skippable frames may come first; the bytes after them show whether this is lz4.
        Compression::Zstd
    } else if begins(XZ, 1) {
        Compression::Xz
    } else if begins(LZ4, 1) {
        Compression::Lz4
    } else if let [b'B', b'Z', b'h', b'1'..=b'9', rest @ ..] = magic
        && BZIP2.iter().any(|block| rest.starts_with(block) || block.starts_with(rest))
    {
        Compression::Bzip2
    } else {
        Compression::None
    }
}

/// The compression, by file name extension, of an input with too few bytes to detect it: the input was truncated.
pub(super) fn cut_compression(whole: &[u8], name: &str) -> Compression {
    let name = name.to_ascii_lowercase();
    let ends = |ends: &[&str]| ends.iter().any(|end| name.ends_with(end));
    if ends(&[".gz", ".gzip", ".bgz", ".bgzf"]) && GZIP.starts_with(whole) {
        Compression::Gzip
    } else if ends(&[".zst", ".zstd"]) && (ZSTD.starts_with(whole) || skippable::is_next(whole)) {
        Compression::Zstd
    } else if ends(&[".xz"]) && XZ.starts_with(whole) {
        Compression::Xz
    } else if ends(&[".lz4"]) && (LZ4.starts_with(whole) || skippable::is_next(whole)) {
        Compression::Lz4
    } else if ends(&[".bz2", ".bzip2"]) && b"BZh".starts_with(whole) {
        Compression::Bzip2
    } else {
        Compression::None
    }
}

/// A format that is recognized so as to give advice, instead of validating its bytes as text: its name, and the advice.
pub(super) fn unsupported(magic: &[u8]) -> Option<(&'static str, &'static str)> {
    match magic {
        [b'P', b'K', 3, 4, ..] => {
            Some(("a zip archive or an office document", "unpack it or save the table as text first"))
        }
        [b'7', b'z', 0xbc, 0xaf, 0x27, 0x1c, ..] => Some(("a 7z archive", "unpack it first, with `7z x`")),
        // Its frames have neither an end nor a checksum: where they were cut cannot be seen.
        [0x02, 0x21, 0x4c, 0x18, ..] => {
            Some(("lz4 data in the legacy form", "decompress it first, with `lz4 -d`"))
        }
        [b'L', b'Z', b'I', b'P', 1, ..] => Some(("lzip data", "decompress it first, with `lzip -d`")),
        [0x1f, 0x9d, 0x80..=0x90, ..] => Some(("compress (.Z) data", "decompress it first, with `gzip -d`")),
        [0xff, 6, 0, 0, b's', b'N', b'a', b'P', b'p', b'Y', ..] => {
            Some(("snappy data", "decompress it first"))
        }
        _ => None,
    }
}

/// What bytes are that were themselves compressed; only whole magic numbers count.
pub(super) fn nested(text: &[u8]) -> Option<&'static str> {
    let is_gzip = matches!(text, [0x1f, 0x8b, 8, ..]);
    let compression = compression(text);
    let is_whole = match compression {
        Compression::None => false,
        Compression::Gzip => is_gzip,
        Compression::Bzip2 => text.len() >= 10,
        _ => text.len() >= 6,
    };
    is_whole.then(|| compression.name()).or_else(|| unsupported(text).map(|(found, _)| found))
}

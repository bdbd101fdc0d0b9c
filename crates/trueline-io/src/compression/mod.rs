//! Compressed inputs, recognised by their first bytes.

mod gzip;
mod zstd;

use std::io::{BufRead, BufReader, Cursor, ErrorKind as Kind, Read};

use crate::error::{Error, ErrorKind};

/// Bytes read from a compressed input at once.
const BUFFER_BYTES: usize = 128 << 10;

/// How an input is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Compression {
    /// Not at all.
    None,
    /// gzip, any number of members.
    Gzip,
    /// zstd, any number of frames.
    Zstd,
}

impl Compression {
    /// Judges by the first bytes of an input.
    fn of(magic: &[u8]) -> Self {
        match magic {
            [0x1f, 0x8b, ..] => Self::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Self::Zstd,
            // A skippable frame may come first.
            [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Self::Zstd,
            _ => Self::None,
        }
    }
}

/// Looks at the first bytes and undoes the compression they tell of.
///
/// All gzip members and zstd frames are read to their ends, their checksums compared; a stream that is cut, or anything but
/// zero padding behind it, is an error of the reader that comes back.
///
/// **Errors**: the first bytes cannot be read.
pub fn decompress(read: Box<dyn Read + Send>) -> Result<(Compression, Box<dyn Read + Send>), Error> {
    let mut read = read;
    let mut magic = Vec::with_capacity(4);
    while magic.len() < 4 {
        let mut byte = [0; 4];
        match read.read(&mut byte[..4 - magic.len()]) {
            Ok(0) => break,
            Ok(bytes) => magic.extend_from_slice(&byte[..bytes]),
            Err(error) if error.kind() == Kind::Interrupted => {}
            Err(source) => {
                return Err(Error::new(ErrorKind::Read { byte_offset: magic.len() as u64, source }));
            }
        }
    }
    let compression = Compression::of(&magic);
    let whole = Cursor::new(magic).chain(read);
    let buffered = |whole| -> Box<dyn BufRead + Send> { Box::new(BufReader::with_capacity(BUFFER_BYTES, whole)) };
    let read: Box<dyn Read + Send> = match compression {
        Compression::None => Box::new(whole),
        Compression::Gzip => Box::new(gzip::Members::new(buffered(whole))),
        Compression::Zstd => zstd::frames(buffered(whole))?,
    };
    Ok((compression, read))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use trueline_testkit::fault::TrickleRead;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        writer.write_all(text).expect("written");
        writer.finish().expect("finished")
    }

    fn zstd(text: &[u8]) -> Vec<u8> {
        let mut writer = ::zstd::stream::write::Encoder::new(Vec::new(), 3).expect("an encoder");
        writer.include_checksum(true).expect("set");
        writer.write_all(text).expect("written");
        writer.finish().expect("finished")
    }

    fn read(bytes: &[u8]) -> Result<Vec<u8>, String> {
        let read = Box::new(TrickleRead::new(Cursor::new(bytes.to_vec()), 3));
        let (_, mut read) = decompress(read).map_err(|error| error.to_string())?;
        let mut text = Vec::new();
        read.read_to_end(&mut text).map_err(|error| error.to_string())?;
        Ok(text)
    }

    #[test]
    fn every_member_and_frame_is_read() {
        for pack in [gzip, zstd] {
            let packed = [pack(b"a,b\n"), pack(b""), pack(b"1,2\n")].concat();
            assert_eq!(read(&packed).as_deref(), Ok(&b"a,b\n1,2\n"[..]));
        }
        let skippable = [&[0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 9, 9, 9][..], &zstd(b"x")].concat();
        assert_eq!(read(&skippable).as_deref(), Ok(&b"x"[..]));
    }

    #[test]
    fn a_stream_cut_anywhere_is_an_error_unless_it_is_cut_between_members() {
        for pack in [gzip, zstd] {
            let members = [pack(b"a,b\n"), pack(b"1,2\n"), pack(b"3,4\n")];
            let packed = members.concat();
            let borders = [members[0].len(), members[0].len() + members[1].len()];
            for cut in 5..packed.len() {
                let result = read(&packed[..cut]);
                assert_eq!(result.is_ok(), borders.contains(&cut), "cut at {cut}: {result:?}");
            }
        }
    }

    #[test]
    fn only_zeros_may_follow_a_gzip_stream() {
        let padded = [gzip(b"x"), vec![0; 700]].concat();
        assert_eq!(read(&padded).as_deref(), Ok(&b"x"[..]));
        for garbage in [&b"more"[..], b"\0\0x", b"\x1f", b"\x1fx"] {
            let error = read(&[&gzip(b"x"), garbage].concat()).expect_err("garbage");
            assert!(error.contains("gzip"), "{error}");
        }
        let error = read(&[&zstd(b"x")[..], b"more"].concat()).expect_err("garbage");
        assert!(!error.is_empty());
    }

    #[test]
    fn a_flipped_bit_never_goes_unseen() {
        for pack in [gzip, zstd] {
            let packed = pack(b"id,amount\n1,2.50\n2,3.50\n");
            let good = read(&packed).expect("whole");
            for at in 4..packed.len() {
                let mut broken = packed.clone();
                broken[at] ^= 0x10;
                // Some header bits say nothing about the content; then the content must be the same.
                if let Ok(text) = read(&broken) {
                    assert_eq!(text, good, "at {at}");
                }
            }
        }
    }

    #[test]
    fn short_inputs_are_what_they_are() {
        for bytes in [&b""[..], b"\x1f", b"a", b"ab", b"\x28\xb5\x2f"] {
            assert_eq!(read(bytes).as_deref(), Ok(bytes));
        }
        assert!(read(b"\x1f\x8b").is_err());
        assert!(read(b"\x28\xb5\x2f\xfd").is_err());
    }
}

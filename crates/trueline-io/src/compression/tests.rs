use super::*;

use std::io::Write;

use trueline_testkit::fault::TrickleRead;

type Pack = fn(&[u8]) -> Vec<u8>;

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    writer.write_all(text).unwrap();
    writer.finish().unwrap()
}

/// All optional parts of a header.
fn gzip_with_everything(text: &[u8]) -> Vec<u8> {
    let builder = flate2::GzBuilder::new().extra(vec![b'x'; 300]).filename("a.csv").comment("b");
    let mut writer = builder.write(Vec::new(), flate2::Compression::default());
    writer.write_all(text).unwrap();
    let mut packed = writer.finish().unwrap();
    let header = 10 + 2 + 300 + "a.csv\0b\0".len();
    packed[3] |= 1 << 1;
    let mut checksum = flate2::Crc::new();
    checksum.update(&packed[..header]);
    let checksum = checksum.sum().to_le_bytes();
    packed.splice(header..header, [checksum[0], checksum[1]]);
    packed
}

fn zstd(text: &[u8]) -> Vec<u8> {
    let mut writer = ::zstd::stream::write::Encoder::new(Vec::new(), 3).unwrap();
    writer.include_checksum(true).unwrap();
    writer.write_all(text).unwrap();
    writer.finish().unwrap()
}

/// The size stands in the header, and there is no window.
fn zstd_single(text: &[u8]) -> Vec<u8> {
    ::zstd::bulk::compress(text, 3).unwrap()
}

const PACKS: [Pack; 4] = [gzip, gzip_with_everything, zstd, zstd_single];

/// What comes out, and how it ends. The reader gives `step` bytes a call and is asked for `ask` a call.
fn read_by(bytes: &[u8], step: usize, ask: usize) -> (Vec<u8>, Result<Compression, String>) {
    let mut text = Vec::new();
    let read = Box::new(TrickleRead::new(Cursor::new(bytes.to_vec()), step));
    let mut read = match Decompressed::new(read) {
        Ok(read) => read,
        Err(error) => return (text, Err(error.to_string())),
    };
    let mut buffer = vec![0; ask];
    loop {
        match read.read(&mut buffer) {
            Ok(0) => {
                assert!(read.read(&mut buffer).is_ok_and(|bytes| bytes == 0), "the end is the end");
                return (text, Ok(read.compression()));
            }
            Ok(bytes) => text.extend_from_slice(&buffer[..bytes]),
            Err(error) => {
                assert!(read.read(&mut buffer).is_err(), "an error is not forgotten");
                return (text, Err(Error::read(0, error).to_string()));
            }
        }
    }
}

fn read(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let (text, result) = read_by(bytes, 3, 100);
    result.map(|_| text)
}

fn noise(bytes: usize) -> Vec<u8> {
    let mut state = 7_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        b"0123456789abcdef,\n"[(state >> 16) as usize % 18]
    };
    (0..bytes).map(|_| next()).collect()
}

#[test]
fn every_member_and_frame_is_read() {
    for pack in PACKS {
        let packed = [pack(b"a,b\n"), pack(b""), pack(b"1,2\n")].concat();
        assert_eq!(read(&packed).as_deref(), Ok(&b"a,b\n1,2\n"[..]));
        assert_eq!(read(&pack(b"")).as_deref(), Ok(&b""[..]));
        let long = noise(700_000);
        let packed = [pack(&long), pack(&long)].concat();
        for (step, ask) in [(1 << 20, 1 << 20), (4096, 100_000), (777, 13)] {
            assert!(read_by(&packed, step, ask).0 == [&long[..], &long].concat(), "{step} {ask}");
        }
    }
    let skippable = [&[0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 9, 9, 9][..], &zstd(b"x")].concat();
    assert_eq!(read(&skippable).as_deref(), Ok(&b"x"[..]));
    assert_eq!(read(&[&zstd(b"x")[..], &skippable, &skippable[..11]].concat()).as_deref(), Ok(&b"xx"[..]));
}

#[test]
fn blocked_gzip_is_many_members() {
    // As bgzip writes it: a field in every header, an empty member at the end.
    let block = |text: &[u8]| {
        let builder = flate2::GzBuilder::new().extra(b"BC\x02\x00\x1b\x00".to_vec());
        let mut writer = builder.write(Vec::new(), flate2::Compression::default());
        writer.write_all(text).unwrap();
        writer.finish().unwrap()
    };
    assert_eq!(read(&[block(b"a\n"), block(b"1\n"), block(b"")].concat()).as_deref(), Ok(&b"a\n1\n"[..]));
}

#[test]
fn a_stream_cut_anywhere_but_between_members_is_an_error() {
    for pack in PACKS {
        let members = [pack(b"a,b\n"), pack(b"1,2\n"), pack(b"3,4\n")];
        let packed = members.concat();
        let borders = [0, members[0].len(), members[0].len() + members[1].len(), packed.len()];
        for cut in 0..=packed.len() {
            let result = read(&packed[..cut]);
            match borders.iter().position(|border| *border == cut) {
                Some(whole) => assert_eq!(result.unwrap(), b"a,b\n1,2\n3,4\n"[..whole * 4], "cut at {cut}"),
                // One parenthesis is text.
                None if packed[..cut] == *b"(" => assert_eq!(result.unwrap(), b"("),
                None => {
                    let error = result.unwrap_err();
                    assert!(error.starts_with("the input is cut: it ends inside "), "cut at {cut}: {error}");
                }
            }
        }
    }
}

#[test]
fn what_is_not_compressed_comes_as_it_is() {
    for text in [
        &b""[..],
        b"a",
        b"(",
        b"id\n",
        b"PK",
        b"BZh91,2\n",
        b"\xef\xbb\xbfid\n1\n",
        b"P*M\n",
        b"a,b,c,d,e,f,g,h,i,j,k\n",
        b"\x1f,\n",
        b"\x8b\x1f\x08",
    ] {
        for step in [1, 2, 100] {
            assert_eq!(read_by(text, step, 7), (text.to_vec(), Ok(Compression::None)), "{text:?}");
        }
    }
}

#[test]
fn only_zeros_may_follow_a_gzip_stream() {
    let padded = [gzip(b"x"), vec![0; 300_000]].concat();
    assert_eq!(read(&padded).as_deref(), Ok(&b"x"[..]));
    let length = gzip(b"x").len();
    for (garbage, offset, found) in [
        (&b"more"[..], 0, "6d 6f 72 65"),
        (b"\0\0x", 2, "78"),
        (b"\x1fx", 0, "1f 78"),
        (&[&[0; 700][..], &gzip(b"y")].concat(), 700, "1f 8b 08 00"),
    ] {
        let error = read(&[&gzip(b"x"), garbage].concat()).unwrap_err();
        let advice = "only another member or zeros may follow there";
        let offset = length + offset;
        let text = format!("the input has bytes behind its gzip data, at byte {offset}: {found}; {advice}");
        assert_eq!(error, text);
    }
}

#[test]
fn nothing_may_follow_a_zstd_stream() {
    let length = zstd(b"x").len();
    for garbage in [&b"more"[..], &[0; 8], &gzip(b"x"), b"\x28\xb5\x2f\xfe"] {
        let error = read(&[&zstd(b"x")[..], garbage].concat()).unwrap_err();
        let start = format!("the input has bytes behind its zstd data, at byte {length}: ");
        assert!(error.starts_with(&start), "{error}");
    }
}

#[test]
fn a_flipped_bit_never_goes_unseen() {
    let text = b"id,amount\n1,2.50\n2,3.50\n";
    for pack in [gzip, gzip_with_everything, zstd] {
        let packed = pack(text);
        for at in 0..packed.len() * 8 {
            let mut broken = packed.clone();
            broken[at / 8] ^= 1 << (at % 8);
            match read_by(&broken, 5, 64) {
                (_, Err(_)) => {}
                // Without its magic number it is text.
                (_, Ok(Compression::None)) => assert!(at < 32, "bit {at}"),
                // Some bits say nothing about the content: a time in the header, the rest of the last byte.
                (found, Ok(_)) => assert!(found == text, "bit {at}"),
            }
        }
    }
}

#[test]
fn errors_name_what_and_where() {
    let mut checksum = [gzip(b"first\n"), gzip(b"second\n")].concat();
    let trailer = checksum.len() - 8;
    checksum[trailer] ^= 1;
    let error = read(&checksum).unwrap_err();
    let place = format!("in gzip member 2, at byte {trailer} (byte 13 decompressed): the checksum is ");
    assert!(error.contains(&place) && error.starts_with("the input is damaged"), "{error}");
    let mut length = gzip(b"first\n");
    let at = length.len() - 4;
    length[at] = 7;
    assert!(read(&length).unwrap_err().contains("the length (modulo 2^32) is 7, the data have 6"));
    let error = read(&[0x1f, 0x8b, 7, 0, 0, 0, 0, 0, 0, 0]).unwrap_err();
    assert!(error.contains("its method is 7"), "{error}");
    let error = read(&[0x1f, 0x8b, 8, 0x20, 0, 0, 0, 0, 0, 0]).unwrap_err();
    assert!(error.contains("unknown flags (0x20)"), "{error}");
    let mut header = gzip_with_everything(b"x");
    header[4] ^= 1;
    assert!(read(&header).unwrap_err().contains("the header's checksum is "));
}

#[test]
fn a_frame_gets_no_more_than_its_window() {
    // A frame that says it needs 2^31 bytes (as `zstd --long=31` does), and one that says it has 2^40.
    let long = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 21 << 3, 1, 0, 0];
    let large = [0x28, 0xb5, 0x2f, 0xfd, 0xe0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0];
    for (frame, bytes) in [(&long[..], 1_u64 << 31), (&large, 1 << 40)] {
        let error = read(&[&zstd(b"x")[..], frame].concat()).unwrap_err();
        let start = format!("the input asks for a window of {bytes} bytes in zstd frame 2, at byte ");
        assert!(error.starts_with(&start), "{error}");
        assert!(
            error.ends_with("more than 134217728; compress it again, with `zstd --long=27` at most"),
            "{error}"
        );
    }
    let dictionary = [0x28, 0xb5, 0x2f, 0xfd, 0x01, 0, 9, 1, 0, 0];
    assert!(read(&dictionary).unwrap_err().contains("zstd data made with dictionary 9"));
}

#[test]
fn other_compressions_are_named() {
    for (magic, name) in [
        (&b"\xfd7zXZ\0rest"[..], "xz data"),
        (b"BZh91AY&SYrest", "bzip2 data"),
        (b"\x04\x22\x4d\x18rest", "lz4 data"),
        (b"PK\x03\x04rest", "a zip archive or an office document"),
    ] {
        let error = read(magic).unwrap_err();
        assert!(error.starts_with(&format!("the input is {name}, which is not read here; ")), "{error}");
    }
}

/// What comes before an error must not depend on how the bytes come and how they are asked for: it is validated.
#[test]
fn what_comes_before_an_error_is_always_the_same() {
    let text = noise(400_000);
    for pack in PACKS {
        let whole = pack(&text);
        let places = [whole.len() / 2, whole.len() - 9, whole.len() - 1];
        let damaged = places.map(|at| {
            let mut damaged = whole.clone();
            damaged[at] ^= 0x55;
            damaged
        });
        let cut = places.map(|at| whole[..at].to_vec());
        for broken in damaged.iter().chain(&cut) {
            let (before, first) = read_by(broken, 1 << 20, 1 << 20);
            for (step, ask) in [(1 << 20, 100), (1000, 1 << 20), (16, 70_000), (100_000, 100_000)] {
                let (same, result) = read_by(broken, step, ask);
                assert!(same == before && result == first, "{step} {ask}: {first:?} {result:?}");
            }
            if first.is_err() {
                assert!(text.starts_with(&before) || before.len() > 100_000);
            }
        }
    }
}

#[test]
fn the_bytes_before_damaged_data_are_given() {
    // A stored block of three bytes, and then a block of a type that does not exist.
    let packed = [&gzip(b"")[..10], &[0, 3, 0, 0xfc, 0xff], b"abc", &[0b111, 0, 0]].concat();
    for (step, ask) in [(100, 100), (100, 2), (1, 100), (1, 1)] {
        let (text, result) = read_by(&packed, step, ask);
        assert_eq!(text, b"abc");
        assert!(result.unwrap_err().contains("(byte 3 decompressed)"));
    }
}

#[test]
fn a_bomb_is_read_in_little_memory() {
    // 64 MiB of zeros in about 64 KiB: whoever asks for little gets little.
    for pack in [gzip, zstd] {
        let packed = pack(&vec![0; 64 << 20]);
        assert!(packed.len() < 100_000);
        let mut read = Decompressed::new(Box::new(Cursor::new(packed))).unwrap();
        let (mut total, mut buffer) = (0, [0; 4096]);
        loop {
            let bytes = read.read(&mut buffer).unwrap();
            if bytes == 0 {
                break;
            }
            total += bytes;
        }
        assert_eq!(total, 64 << 20);
    }
}

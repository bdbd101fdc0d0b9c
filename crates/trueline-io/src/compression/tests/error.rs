//! What errors say.

use super::*;

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
fn an_xz_block_gets_no_more_than_its_memory() {
    use liblzma::stream::{Check, Filters, LzmaOptions, Stream};
    let pack = |dictionary: u32| {
        let mut options = LzmaOptions::new_preset(0).unwrap();
        options.dict_size(dictionary);
        let encoder = Stream::new_stream_encoder(Filters::new().lzma2(&options), Check::Crc64).unwrap();
        let mut writer = liblzma::write::XzEncoder::new_stream(Vec::new(), encoder);
        std::io::Write::write_all(&mut writer, b"x").unwrap();
        writer.finish().unwrap()
    };
    assert_eq!(read(&pack(128 << 20)).as_deref(), Ok(&b"x"[..]));
    let error = read(&[xz(b"y"), pack(192 << 20)].concat()).unwrap_err();
    let start = "the input asks for a window of ";
    let bytes: u64 = error[start.len()..].split(' ').next().unwrap().parse().unwrap();
    assert!(error.starts_with(start) && bytes > 192 << 20 && bytes < 193 << 20, "{error}");
    assert!(error.contains(" in xz stream 2, at byte "), "{error}");
    assert!(error.ends_with("; compress it again, with `xz --lzma2=dict=128MiB` at most"), "{error}");
}

#[test]
fn other_compressions_are_named() {
    for (magic, name) in [
        (&b"PK\x03\x04rest"[..], "a zip archive or an office document"),
        (b"7z\xbc\xaf\x27\x1crest", "a 7z archive"),
        (b"\x02\x21\x4c\x18rest", "lz4 data in the legacy form"),
        (b"LZIP\x01rest", "lzip data"),
        (b"\x1f\x9d\x90rest", "compress (.Z) data"),
        (b"\xff\x06\0\0sNaPpY", "snappy data"),
    ] {
        let error = read(magic).unwrap_err();
        assert!(error.starts_with(&format!("the input is {name}, which is not read here; ")), "{error}");
    }
}

#[test]
fn what_is_compressed_twice_is_refused() {
    for (_, inner) in pack::ALL {
        for (_, outer) in pack::ALL {
            let error = read(&outer(&inner(b"id\n1\n"))).unwrap_err();
            assert!(error.contains(" within "), "{error}");
        }
    }
    let error = read(&gzip(&zstd(b"x"))).unwrap_err();
    let advice = "one layer of compression is undone here; undo the outer one first";
    assert_eq!(error, format!("the input is zstd within gzip, which is not read here; {advice}"));
    assert!(
        read(&zstd(b"PK\x03\x04")).unwrap_err().contains("a zip archive or an office document within zstd")
    );
    // The beginning of a magic number is text within what is whole.
    for text in [&b"\x1f"[..], b"\x1f\x8b", b"(\xb5", b"\xfd7z", b"BZh9", b"\x04"] {
        assert_eq!(read(&gzip(text)).as_deref(), Ok(text));
    }
}

#[test]
fn lz4_says_what_is_wrong() {
    let good = lz4(b"id\n1\n");
    for (at, problem) in [
        (4, "the header's checksum is "),
        (14, "the header's checksum is "),
        (good.len() - 16, "a block's checksum is "),
        (good.len() - 1, "the checksum is "),
    ] {
        let mut broken = good.clone();
        broken[at] ^= 0x10;
        let error = read(&broken).unwrap_err();
        assert!(error.starts_with("the input is damaged in lz4 frame 1, at byte "), "{error}");
        assert!(error.contains(problem), "{at}: {error}");
    }
    let header = |descriptor: &[u8]| {
        let [_, checksum, ..] = twox_hash::XxHash32::oneshot(0, descriptor).to_le_bytes();
        [&[4, 0x22, 0x4d, 0x18], descriptor, &[checksum]].concat()
    };
    let error = read(&header(&[0xe0, 0x40])).unwrap_err();
    assert!(error.contains("unknown flags (0xe0 0x40)"), "{error}");
    assert!(read(&header(&[0x60, 0x30])).unwrap_err().contains("unknown flags"));
    let error = read(&header(&[0x61, 0x40, 7, 0, 0, 0])).unwrap_err();
    assert!(error.starts_with("the input is lz4 data made with dictionary 7, "), "{error}");
    let error = read(&[&header(&[0x60, 0x40])[..], &[1, 0, 1, 0]].concat()).unwrap_err();
    assert!(error.contains("a block has 65537 bytes, and the frame allows 65536 at most"), "{error}");
    let sized = |size: u8| {
        let descriptor = [0x68, 0x40, size, 0, 0, 0, 0, 0, 0, 0];
        read(&[&header(&descriptor)[..], &[2, 0, 0, 0x80], b"ab", &[0; 4]].concat())
    };
    assert_eq!(sized(2).as_deref(), Ok(&b"ab"[..]));
    assert!(sized(1).unwrap_err().contains("its header says 1 bytes, and there are more"));
    assert!(sized(3).unwrap_err().contains("its header says 3 bytes, and there are 2"));
}

//! Streams that are cut, damaged or go on.

use super::*;

#[test]
fn a_stream_cut_anywhere_but_between_parts_is_an_error() {
    for (extension, pack) in pack::ALL {
        // Blocked gzip has a member of its own at the end.
        let pack = if pack(b"").len() == pack::bgzf(b"").len() { bgzf_block } else { pack };
        let parts = [pack(b"a,b\n"), pack(b"1,2\n"), pack(b"3,4\n")];
        let packed = parts.concat();
        let options = DecompressOptions::default().name(format!("a.csv.{extension}"));
        let borders = [parts[0].len(), parts[0].len() + parts[1].len(), packed.len()];
        for cut in 0..=packed.len() {
            let (text, result) = read_with(&packed[..cut], 3, 100, &options);
            match borders.iter().position(|border| *border == cut) {
                Some(whole) => {
                    assert!(result.is_ok(), "{extension} cut at {cut}: {result:?}");
                    assert_eq!(text, b"a,b\n1,2\n3,4\n"[..4 + whole * 4], "{extension} cut at {cut}");
                }
                None if cut == 0 => {
                    let error = result.unwrap_err();
                    assert!(error.contains("is empty, and its name says that it is "), "{error}");
                }
                None => {
                    let error = result.unwrap_err();
                    let start = "the input is cut: it ends inside ";
                    assert!(error.starts_with(start), "{extension} cut at {cut}: {error}");
                }
            }
        }
    }
}

#[test]
fn without_a_name_too_few_bytes_are_text() {
    let options = DecompressOptions::default().name("a.csv");
    for text in [&b""[..], b"(", b"B", b"BZ", b"BZh", b"P", b"P*"] {
        assert_eq!(read_with(text, 3, 100, &options), (text.to_vec(), Ok(Compression::None)));
    }
    for (text, name) in [(&b"B"[..], "a.BZ2"), (b"BZh", "bz.bzip2"), (b"P*", "a.zst"), (b"_", "a.lz4")] {
        let error = read_with(text, 3, 100, &DecompressOptions::default().name(name)).1.unwrap_err();
        assert!(error.starts_with("the input is cut: it ends inside "), "{error}");
    }
    // A name alone compresses nothing.
    let plain = DecompressOptions::default().name("a.csv.gz");
    assert_eq!(read_with(b"id\n", 3, 100, &plain), (b"id\n".to_vec(), Ok(Compression::None)));
}

#[test]
fn only_zeros_may_follow_a_gzip_stream() {
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
fn nothing_may_follow_other_streams() {
    for (name, pack) in [("zstd", zstd as Pack), ("bzip2", pack::bzip2), ("lz4", lz4), ("xz", xz)] {
        let length = pack(b"x").len();
        let almost = &mut pack(b"")[..6];
        almost[1] ^= 1;
        for garbage in [&b"more"[..], b"m", &gzip(b"x"), almost, &[1, 0, 0, 0]] {
            let error = read(&[&pack(b"x")[..], garbage].concat()).unwrap_err();
            let start = format!("the input has bytes behind its {name} data, at byte {length}: ");
            assert!(error.starts_with(&start), "{error}");
        }
    }
    for pack in [zstd as Pack, pack::bzip2, lz4] {
        let error = read(&[&pack(b"x")[..], &[0; 8]].concat()).unwrap_err();
        assert!(
            error.ends_with(": 00 00 00 00; only another frame may follow there") || error.contains("stream")
        );
    }
    for zeros in [1, 2, 3, 5] {
        let error = read(&[xz(b"x"), vec![0; zeros]].concat()).unwrap_err();
        assert!(error.contains(&format!(": {zeros} zeros stand before this place")), "{error}");
        assert!(read(&[xz(b"x"), vec![0; zeros], xz(b"y")].concat()).is_err());
    }
}

#[test]
fn a_flipped_bit_never_goes_unseen() {
    let text = b"id,amount\n1,2.50\n2,3.50\n";
    for (extension, pack) in pack::ALL {
        // The length says nothing about the content when there is no checksum.
        if extension == "zst" && pack(text) == pack::zstd_single(text) {
            continue;
        }
        let packed = pack(text);
        for at in 0..packed.len() * 8 {
            let mut broken = packed.clone();
            broken[at / 8] ^= 1 << (at % 8);
            match read_by(&broken, 5, 64) {
                (_, Err(_)) => {}
                // Without its magic number it is text.
                (_, Ok(Compression::None)) => assert!(at < 80, "{extension} bit {at}"),
                // Some bits say nothing about the content: a time in the header, the rest of the last byte.
                (found, Ok(_)) => assert!(found == text, "{extension} bit {at}"),
            }
        }
    }
}

/// What comes before an error must not depend on how the bytes come and how they are asked for: it is validated.
#[test]
fn what_comes_before_an_error_is_always_the_same() {
    let text = noise(400_000);
    for (extension, pack) in pack::ALL {
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
                assert!(same == before && result == first, "{extension} {step} {ask}: {first:?} {result:?}");
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
fn a_sum_over_all_blocks_is_compared() {
    // The last four bytes of lz4 are the checksum of the content; the bytes before it are those of the end mark.
    let mut packed = pack::lz4_linked(b"id\n1\n");
    let last = packed.len() - 1;
    packed[last] ^= 1;
    let (text, result) = read_by(&packed, 100, 100);
    assert_eq!(text, b"id\n1\n");
    assert!(result.unwrap_err().contains("in lz4 frame 1, at byte "));
    // Two streams of bzip2 of one block each; the last byte but a few bits belongs to the sum.
    let mut packed = pack::bzip2(b"id\n1\n");
    let at = packed.len() - 3;
    packed[at] ^= 0xff;
    let (text, result) = read_by(&packed, 100, 100);
    assert_eq!(text, b"id\n1\n");
    assert!(result.unwrap_err().contains("in bzip2 stream 1, at byte "));
}

//! Streams that are as they should be.

use super::*;

#[test]
fn every_part_is_read() {
    for (_, pack) in pack::ALL {
        let packed = [pack(b"a,b\n"), pack(b""), pack(b"1,2\n")].concat();
        assert_eq!(read(&packed).as_deref(), Ok(&b"a,b\n1,2\n"[..]));
        assert_eq!(read(&pack(b"")).as_deref(), Ok(&b""[..]));
        let long = noise(700_000);
        let packed = [pack(&long), pack(&long)].concat();
        for (step, ask) in [(1 << 20, 1 << 20), (4096, 100_000), (777, 13)] {
            assert!(read_by(&packed, step, ask).0 == [&long[..], &long].concat(), "{step} {ask}");
        }
    }
}

#[test]
fn compressions_have_names() {
    for (extension, pack) in pack::ALL {
        let compression = read_by(&pack(b"x"), 100, 100).1.unwrap();
        assert_eq!(compression.extension(), extension);
    }
}

#[test]
fn skippable_frames_are_passed_over() {
    let skippable = [0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 9, 9, 9];
    for (pack, compression) in [(zstd as Pack, Compression::Zstd), (lz4, Compression::Lz4)] {
        let packed = [&skippable[..], &skippable, &pack(b"x"), &skippable, &pack(b"y"), &skippable].concat();
        for step in [1, 1000] {
            assert_eq!(read_by(&packed, step, 5), (b"xy".to_vec(), Ok(compression)));
        }
    }
    assert_eq!(read_by(&skippable, 3, 5), (Vec::new(), Ok(Compression::Zstd)));
}

#[test]
fn blocked_gzip_is_many_members() {
    let packed = [bgzf_block(b"a\n"), bgzf_block(b"1\n"), bgzf_block(b"")].concat();
    assert_eq!(read(&packed).as_deref(), Ok(&b"a\n1\n"[..]));
}

#[test]
fn padding_is_passed_over() {
    for (pack, zeros) in [(gzip as Pack, 300_000), (gzip, 1), (xz, 300_000), (xz, 4)] {
        let padded = [pack(b"x"), vec![0; zeros]].concat();
        assert_eq!(read(&padded).as_deref(), Ok(&b"x"[..]));
    }
    let between = [xz(b"x"), vec![0; 8], xz(b"y")].concat();
    assert_eq!(read(&between).as_deref(), Ok(&b"xy"[..]));
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
        b"B",
        b"BZh",
        b"BZh0",
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
fn all_kinds_of_lz4_frames_are_read() {
    use lz4_flex::frame::{BlockMode, BlockSize, FrameEncoder, FrameInfo};
    let text = noise(300_000);
    let text = [&text[..], &vec![b'x'; 200_000], &text[100_000..]].concat();
    for mode in [BlockMode::Independent, BlockMode::Linked] {
        for size in [BlockSize::Max64KB, BlockSize::Max256KB, BlockSize::Max1MB, BlockSize::Max4MB] {
            for checks in 0..8 {
                let info = FrameInfo::new().block_mode(mode).block_size(size);
                let info = info.block_checksums(checks & 1 != 0).content_checksum(checks & 2 != 0);
                let info = info.content_size((checks & 4 != 0).then_some(text.len() as u64));
                let mut writer = FrameEncoder::with_frame_info(info, Vec::new());
                std::io::Write::write_all(&mut writer, &text).unwrap();
                let packed = writer.finish().unwrap();
                for ask in [1000, 100_000, 5 << 20] {
                    assert!(read_by(&packed, 100_000, ask).0 == text, "{mode:?} {size:?} {checks} {ask}");
                }
            }
        }
    }
}

#[test]
fn a_bomb_is_read_in_little_memory() {
    // 64 MiB of zeros in next to nothing: whoever asks for little gets little.
    for pack in [gzip as Pack, zstd, pack::bzip2, xz] {
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

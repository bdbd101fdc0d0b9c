//! Compresses in every supported format. For tests: complete texts, in memory.
#![allow(clippy::unwrap_used, clippy::missing_panics_doc, reason = "writing to memory does not fail")]

use std::io::Write;

use flate2::write::{DeflateEncoder, GzEncoder};
use flate2::{Compression, Crc, GzBuilder};
use lz4_flex::frame::{BlockMode, BlockSize, FrameEncoder, FrameInfo};

/// A compression function: a text becomes one member, stream or frame (BGZF: several members).
pub type Pack = fn(&[u8]) -> Vec<u8>;

/// All compression functions, with the file extension of each.
pub const ALL: [(&str, Pack); 9] = [
    ("gz", gzip),
    ("gz", gzip_with_everything),
    ("gz", bgzf),
    ("zst", zstd),
    ("zst", zstd_single),
    ("bz2", bzip2),
    ("xz", xz),
    ("lz4", lz4),
    ("lz4", lz4_linked),
];

/// Compresses to one gzip member.
pub fn gzip(text: &[u8]) -> Vec<u8> {
    let mut writer = GzEncoder::new(Vec::new(), Compression::default());
    writer.write_all(text).unwrap();
    writer.finish().unwrap()
}

/// Compresses to one gzip member with all optional parts of a header.
pub fn gzip_with_everything(text: &[u8]) -> Vec<u8> {
    let builder = GzBuilder::new().extra(vec![b'x'; 300]).filename("a.csv").comment("b");
    let mut writer = builder.write(Vec::new(), Compression::default());
    writer.write_all(text).unwrap();
    let mut packed = writer.finish().unwrap();
    let header = 10 + 2 + 300 + "a.csv\0b\0".len();
    packed[3] |= 1 << 1;
    let mut checksum = Crc::new();
    checksum.update(&packed[..header]);
    let [low, high, ..] = checksum.sum().to_le_bytes();
    packed.splice(header..header, [low, high]);
    packed
}

/// Compresses to blocked gzip, as `bgzip` writes it: a member for every 65,280 bytes, and an empty one at the end.
pub fn bgzf(text: &[u8]) -> Vec<u8> {
    text.chunks(0xff00).flat_map(bgzf_block).chain(bgzf_block(b"")).collect()
}

/// Compresses to one member of blocked gzip, which contains its own size.
///
/// # Panics
///
/// If the text does not fit into a block.
pub fn bgzf_block(text: &[u8]) -> Vec<u8> {
    let mut writer = DeflateEncoder::new(Vec::new(), Compression::default());
    writer.write_all(text).unwrap();
    let deflated = writer.finish().unwrap();
    let mut checksum = Crc::new();
    checksum.update(text);
    let size = u16::try_from(18 + deflated.len() + 8 - 1).unwrap();
    let mut block = vec![0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff, 6, 0, b'B', b'C', 2, 0];
    block.extend(size.to_le_bytes());
    block.extend(deflated);
    block.extend(checksum.sum().to_le_bytes());
    block.extend(checksum.amount().to_le_bytes());
    block
}

/// Compresses to one zstd frame with a checksum, without the size of its content.
pub fn zstd(text: &[u8]) -> Vec<u8> {
    let mut writer = zstd::stream::write::Encoder::new(Vec::new(), 3).unwrap();
    writer.include_checksum(true).unwrap();
    writer.write_all(text).unwrap();
    writer.finish().unwrap()
}

/// Compresses to one zstd frame with its size in the header, without a window.
pub fn zstd_single(text: &[u8]) -> Vec<u8> {
    zstd::bulk::compress(text, 3).unwrap()
}

/// Compresses to one bzip2 stream.
pub fn bzip2(text: &[u8]) -> Vec<u8> {
    let mut writer = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::default());
    writer.write_all(text).unwrap();
    writer.finish().unwrap()
}

/// Compresses to one xz stream.
pub fn xz(text: &[u8]) -> Vec<u8> {
    let mut writer = liblzma::write::XzEncoder::new(Vec::new(), 0);
    writer.write_all(text).unwrap();
    writer.finish().unwrap()
}

/// Compresses to one lz4 frame of independent blocks, with every checksum and its size.
pub fn lz4(text: &[u8]) -> Vec<u8> {
    let info = FrameInfo::new().block_mode(BlockMode::Independent).content_size(Some(text.len() as u64));
    lz4_frame(info.block_size(BlockSize::Max256KB).block_checksums(true).content_checksum(true), text)
}

/// Compresses to one lz4 frame of small blocks that depend on earlier ones.
pub fn lz4_linked(text: &[u8]) -> Vec<u8> {
    let info = FrameInfo::new().block_mode(BlockMode::Linked).block_size(BlockSize::Max64KB);
    lz4_frame(info.content_checksum(true), text)
}

fn lz4_frame(info: FrameInfo, text: &[u8]) -> Vec<u8> {
    let mut writer = FrameEncoder::with_frame_info(info, Vec::new());
    writer.write_all(text).unwrap();
    writer.finish().unwrap()
}

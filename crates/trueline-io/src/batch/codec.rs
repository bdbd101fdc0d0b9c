//! Decompresses pages and buffers.
//!
//! The uncompressed size given by the input may be any number. Memory for it is allocated at once
//! only if the compressed bytes could have that size; more or fewer bytes than the given size are an error.

use std::io::Read;

/// The maximum number of decompressed bytes per compressed byte. It follows from the densest encoding of each method: Snappy
/// encodes a copy of 64 bytes in three bytes, LZ4 one of 255 bytes in one byte, deflate one of 258 bytes in two bits; zstd
/// encodes a block of 128 KiB of one value in four bytes.
const MAX_RATIOS: &[(Method, usize)] = &[
    #[cfg(feature = "parquet")]
    (Method::Snappy, 22),
    #[cfg(feature = "parquet")]
    (Method::Lz4Raw, 256),
    #[cfg(feature = "parquet")]
    (Method::Gzip, 1040),
    (Method::Zstd, 1 << 15),
];

/// The initial capacity for methods whose ratio has no limit.
const INITIAL_CAPACITY: usize = 1 << 20;

/// A method of compression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    None,
    #[cfg(feature = "parquet")]
    Snappy,
    #[cfg(feature = "parquet")]
    Gzip,
    #[cfg(feature = "parquet")]
    Brotli,
    Zstd,
    /// LZ4 with Hadoop's frame, its own, or none.
    #[cfg(feature = "parquet")]
    Lz4,
    #[cfg(feature = "arrow-ipc")]
    Lz4Frame,
    #[cfg(feature = "parquet")]
    Lz4Raw,
}

/// Decompresses bytes that are compressed with one method.
pub(crate) struct Codec {
    method: Method,
    zstd: Option<zstd::bulk::Decompressor<'static>>,
}

impl Codec {
    pub(crate) fn new(method: Method) -> Self {
        Self { method, zstd: None }
    }

    /// Whether bytes are stored uncompressed.
    pub(crate) fn is_none(&self) -> bool {
        self.method == Method::None
    }

    /// Decompresses `compressed` and appends exactly `length` bytes to `output`.
    pub(crate) fn decompress(
        &mut self,
        compressed: &[u8],
        output: &mut Vec<u8>,
        length: usize,
    ) -> Result<(), String> {
        let method = self.method;
        let max_ratio =
            MAX_RATIOS.iter().find(|(of, _)| *of == method).map_or(usize::MAX, |(_, ratio)| *ratio);
        let max_length = compressed.len().saturating_mul(max_ratio).saturating_add(1024);
        if length > max_length {
            return Err(format!(
                "has {} bytes, which cannot hold the {length} that it should have unpacked",
                compressed.len()
            ));
        }
        let start = output.len();
        match method {
            Method::None => output.extend_from_slice(compressed),
            #[cfg(feature = "parquet")]
            Method::Snappy => snappy(compressed, output, length)?,
            #[cfg(feature = "parquet")]
            Method::Gzip => {
                read_limited(flate2::read::MultiGzDecoder::new(compressed), output, length, length)?;
            }
            #[cfg(feature = "parquet")]
            Method::Brotli => {
                let reader = brotli_decompressor::Decompressor::new(compressed, 1 << 12);
                read_limited(reader, output, length, length.min(INITIAL_CAPACITY))?;
            }
            Method::Zstd => self.zstd(compressed, output, length)?,
            #[cfg(feature = "parquet")]
            Method::Lz4Raw => lz4_raw(compressed, output, length)?,
            #[cfg(feature = "parquet")]
            Method::Lz4 => lz4(compressed, output, length)?,
            #[cfg(feature = "arrow-ipc")]
            Method::Lz4Frame => lz4_frame(compressed, output, length)?,
        }
        if output.len() - start != length {
            return Err(format!("unpacks to {} bytes instead of {length}", output.len() - start));
        }
        Ok(())
    }

    fn zstd(&mut self, compressed: &[u8], output: &mut Vec<u8>, length: usize) -> Result<(), String> {
        if let Ok(Some(first)) = zstd::zstd_safe::get_frame_content_size(compressed)
            && first > length as u64
        {
            return Err(format!("unpacks to {first} bytes instead of {length}"));
        }
        let decompressor = match &mut self.zstd {
            Some(decompressor) => decompressor,
            none => none.insert(zstd::bulk::Decompressor::new().map_err(|error| error.to_string())?),
        };
        let start = output.len();
        output.reserve(length);
        let mut cursor = std::io::Cursor::new(output);
        cursor.set_position(start as u64);
        decompressor.decompress_to_buffer(compressed, &mut cursor).map_err(|error| error.to_string())?;
        Ok(())
    }
}

#[cfg(feature = "parquet")]
fn snappy(compressed: &[u8], output: &mut Vec<u8>, length: usize) -> Result<(), String> {
    let declared = snap::raw::decompress_len(compressed).map_err(|error| error.to_string())?;
    if declared != length {
        return Err(format!("unpacks to {declared} bytes instead of {length}"));
    }
    let start = output.len();
    output.resize(start + length, 0);
    let written = snap::raw::Decoder::new().decompress(compressed, &mut output[start..]);
    output.truncate(start + written.map_err(|error| error.to_string())?);
    Ok(())
}

/// Reads at most one byte more than `length`, so that the caller detects output that is too long.
fn read_limited(
    reader: impl Read,
    output: &mut Vec<u8>,
    length: usize,
    capacity: usize,
) -> Result<(), String> {
    output.reserve(capacity);
    reader.take(length as u64 + 1).read_to_end(output).map_err(|error| error.to_string())?;
    Ok(())
}

#[cfg(feature = "parquet")]
fn lz4_raw(compressed: &[u8], output: &mut Vec<u8>, length: usize) -> Result<(), String> {
    let start = output.len();
    output.resize(start + length, 0);
    let written = lz4_flex::block::decompress_into(compressed, &mut output[start..]);
    output.truncate(start + written.map_err(|error| error.to_string())?);
    Ok(())
}

/// The codec called LZ4 was never well specified: most writers use Hadoop's frames, some the frame of LZ4 itself,
/// some none.
#[cfg(feature = "parquet")]
fn lz4(compressed: &[u8], output: &mut Vec<u8>, length: usize) -> Result<(), String> {
    let start = output.len();
    let is_done = |output: &Vec<u8>| output.len() - start == length;
    if hadoop(compressed, output, length).is_some() && is_done(output) {
        return Ok(());
    }
    output.truncate(start);
    if lz4_frame(compressed, output, length).is_ok() && is_done(output) {
        return Ok(());
    }
    output.truncate(start);
    if length > compressed.len().saturating_mul(256).saturating_add(1024) {
        return Err("is no LZ4 data".to_owned());
    }
    lz4_raw(compressed, output, length)
}

fn lz4_frame(compressed: &[u8], output: &mut Vec<u8>, length: usize) -> Result<(), String> {
    read_limited(lz4_flex::frame::FrameDecoder::new(compressed), output, length, length.min(INITIAL_CAPACITY))
}

/// Blocks, each preceded by its uncompressed and compressed sizes.
#[cfg(feature = "parquet")]
fn hadoop(compressed: &[u8], output: &mut Vec<u8>, length: usize) -> Option<()> {
    let mut rest = compressed;
    let mut left = length;
    while !rest.is_empty() {
        let (block_length, tail) = rest.split_first_chunk::<4>()?;
        let (compressed_length, tail) = tail.split_first_chunk::<4>()?;
        let block_length = usize::try_from(u32::from_be_bytes(*block_length)).ok()?;
        let (block, tail) =
            tail.split_at_checked(usize::try_from(u32::from_be_bytes(*compressed_length)).ok()?)?;
        left = left.checked_sub(block_length)?;
        if block_length > block.len().saturating_mul(256).saturating_add(1024) {
            return None;
        }
        lz4_raw(block, output, block_length).ok()?;
        rest = tail;
    }
    (left == 0).then_some(())
}

#[cfg(test)]
#[cfg(all(feature = "parquet", feature = "arrow-ipc"))]
mod tests {
    use super::*;
    use std::io::Write;

    fn text() -> Vec<u8> {
        (0..20_000_u32).flat_map(|number| format!("{},", number * number % 977).into_bytes()).collect()
    }

    fn decompressed(method: Method, compressed: &[u8], length: usize) -> Result<Vec<u8>, String> {
        let mut output = b"levels".to_vec();
        Codec::new(method).decompress(compressed, &mut output, length)?;
        assert_eq!(&output[..6], b"levels");
        Ok(output.split_off(6))
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        writer.write_all(bytes).unwrap();
        writer.finish().unwrap()
    }

    fn samples() -> Vec<(Method, Vec<u8>)> {
        let text = text();
        let (first, second) = text.split_at(text.len() / 3);
        let block = lz4_flex::block::compress(&text);
        let sizes = [text.len(), block.len()].map(|size| u32::try_from(size).unwrap().to_be_bytes()).concat();
        let mut frame = lz4_flex::frame::FrameEncoder::new(Vec::new());
        frame.write_all(&text).unwrap();
        let frame = frame.finish().unwrap();
        vec![
            (Method::None, text.clone()),
            (Method::Snappy, snap::raw::Encoder::new().compress_vec(&text).unwrap()),
            (Method::Gzip, [gzip(first), gzip(second)].concat()),
            (Method::Zstd, zstd::bulk::compress(&text, 1).unwrap()),
            (Method::Lz4Raw, block.clone()),
            (Method::Lz4, block.clone()),
            (Method::Lz4, [sizes, block].concat()),
            (Method::Lz4, frame.clone()),
            (Method::Lz4Frame, frame),
        ]
    }

    #[test]
    fn every_method_gives_back_what_was_packed() {
        for (method, compressed) in samples() {
            assert_eq!(decompressed(method, &compressed, text().len()).as_ref(), Ok(&text()), "{method:?}");
        }
    }

    #[test]
    fn another_length_and_a_cut_are_faults() {
        for (method, compressed) in &samples()[1..] {
            let length = text().len();
            for wrong in [0, 1, length - 1, length + 1, length * 2, 1 << 40] {
                assert!(decompressed(*method, compressed, wrong).is_err(), "{method:?} {wrong}");
            }
            // A frame of LZ4 ends with four bytes that say no more than that.
            for cut in [0, 1, compressed.len() / 2, compressed.len() - 5] {
                assert!(
                    decompressed(*method, &compressed[..cut], length).is_err(),
                    "{method:?} cut to {cut}"
                );
            }
        }
    }

    #[test]
    fn room_is_made_for_what_the_bytes_can_hold() {
        let huge = 3 << 40;
        for method in
            [Method::Snappy, Method::Gzip, Method::Zstd, Method::Brotli, Method::Lz4Raw, Method::Lz4]
        {
            assert!(decompressed(method, &[1, 2, 3, 4, 5, 6, 7, 8], huge).is_err(), "{method:?}");
        }
    }

    #[test]
    fn a_bomb_stops_at_the_length_that_was_promised() {
        let bomb = gzip(&vec![0; 64 << 20]);
        let mut output = Vec::new();
        assert!(Codec::new(Method::Gzip).decompress(&bomb, &mut output, 1000).is_err());
        assert!(output.capacity() < 1 << 16, "{}", output.capacity());
    }
}

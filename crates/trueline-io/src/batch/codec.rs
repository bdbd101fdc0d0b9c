//! Decompresses pages and buffers.
//!
//! The uncompressed size given by the input may be any number. Memory for it is allocated at once
//! only if the compressed bytes could have that size; more or fewer bytes than the given size are an error.

use std::io::Read;

/// What a byte of compressed data can hold at most: a copy of 64 bytes takes three in Snappy, of 255 one in LZ4, of 258 two
/// bits in deflate; a block of 128 KiB of one value takes four bytes in zstd.
const MOST: &[(Method, usize)] = &[
    #[cfg(feature = "parquet")]
    (Method::Snappy, 22),
    #[cfg(feature = "parquet")]
    (Method::Lz4Raw, 256),
    #[cfg(feature = "parquet")]
    (Method::Gzip, 1040),
    (Method::Zstd, 1 << 15),
];

/// Room made at first where the ratio has no limit.
const FIRST_BYTES: usize = 1 << 20;

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

/// Decompresses what one method compressed.
pub(crate) struct Codec {
    method: Method,
    zstd: Option<zstd::bulk::Decompressor<'static>>,
}

impl Codec {
    pub(crate) fn new(method: Method) -> Self {
        Self { method, zstd: None }
    }

    /// Whether bytes are stored as they are.
    pub(crate) fn is_none(&self) -> bool {
        self.method == Method::None
    }

    /// Decompresses `stored` and appends exactly `length` bytes to `plain`.
    pub(crate) fn decompress(
        &mut self,
        stored: &[u8],
        plain: &mut Vec<u8>,
        length: usize,
    ) -> Result<(), String> {
        let method = self.method;
        let most = MOST.iter().find(|(of, _)| *of == method).map_or(usize::MAX, |(_, ratio)| *ratio);
        let holds = stored.len().saturating_mul(most).saturating_add(1024);
        if length > holds {
            return Err(format!(
                "has {} bytes, which cannot hold the {length} that it should have unpacked",
                stored.len()
            ));
        }
        let start = plain.len();
        match method {
            Method::None => plain.extend_from_slice(stored),
            #[cfg(feature = "parquet")]
            Method::Snappy => snappy(stored, plain, length)?,
            #[cfg(feature = "parquet")]
            Method::Gzip => unpack(flate2::read::MultiGzDecoder::new(stored), plain, length, length)?,
            #[cfg(feature = "parquet")]
            Method::Brotli => {
                let reader = brotli_decompressor::Decompressor::new(stored, 1 << 12);
                unpack(reader, plain, length, length.min(FIRST_BYTES))?;
            }
            Method::Zstd => self.zstd(stored, plain, length)?,
            #[cfg(feature = "parquet")]
            Method::Lz4Raw => lz4_raw(stored, plain, length)?,
            #[cfg(feature = "parquet")]
            Method::Lz4 => lz4(stored, plain, length)?,
            #[cfg(feature = "arrow-ipc")]
            Method::Lz4Frame => lz4_frame(stored, plain, length)?,
        }
        if plain.len() - start != length {
            return Err(format!("unpacks to {} bytes instead of {length}", plain.len() - start));
        }
        Ok(())
    }

    fn zstd(&mut self, stored: &[u8], plain: &mut Vec<u8>, length: usize) -> Result<(), String> {
        if let Ok(Some(first)) = zstd::zstd_safe::get_frame_content_size(stored)
            && first > length as u64
        {
            return Err(format!("unpacks to {first} bytes instead of {length}"));
        }
        let decompressor = match &mut self.zstd {
            Some(decompressor) => decompressor,
            none => none.insert(zstd::bulk::Decompressor::new().map_err(|error| error.to_string())?),
        };
        let start = plain.len();
        plain.reserve(length);
        let mut cursor = std::io::Cursor::new(plain);
        cursor.set_position(start as u64);
        decompressor.decompress_to_buffer(stored, &mut cursor).map_err(|error| error.to_string())?;
        Ok(())
    }
}

#[cfg(feature = "parquet")]
fn snappy(stored: &[u8], plain: &mut Vec<u8>, length: usize) -> Result<(), String> {
    let says = snap::raw::decompress_len(stored).map_err(|error| error.to_string())?;
    if says != length {
        return Err(format!("unpacks to {says} bytes instead of {length}"));
    }
    let start = plain.len();
    plain.resize(start + length, 0);
    let written = snap::raw::Decoder::new().decompress(stored, &mut plain[start..]);
    plain.truncate(start + written.map_err(|error| error.to_string())?);
    Ok(())
}

/// Reads one byte more than there should be, to see whether there is one.
fn unpack(reader: impl Read, plain: &mut Vec<u8>, length: usize, at_first: usize) -> Result<(), String> {
    plain.reserve(at_first);
    reader.take(length as u64 + 1).read_to_end(plain).map_err(|error| error.to_string())?;
    Ok(())
}

#[cfg(feature = "parquet")]
fn lz4_raw(stored: &[u8], plain: &mut Vec<u8>, length: usize) -> Result<(), String> {
    let start = plain.len();
    plain.resize(start + length, 0);
    let written = lz4_flex::block::decompress_into(stored, &mut plain[start..]);
    plain.truncate(start + written.map_err(|error| error.to_string())?);
    Ok(())
}

/// The codec called LZ4 was never well specified: most writers use Hadoop's frames, some the frame of LZ4 itself,
/// some none.
#[cfg(feature = "parquet")]
fn lz4(stored: &[u8], plain: &mut Vec<u8>, length: usize) -> Result<(), String> {
    let start = plain.len();
    let is_done = |plain: &Vec<u8>| plain.len() - start == length;
    if hadoop(stored, plain, length).is_some() && is_done(plain) {
        return Ok(());
    }
    plain.truncate(start);
    if lz4_frame(stored, plain, length).is_ok() && is_done(plain) {
        return Ok(());
    }
    plain.truncate(start);
    if length > stored.len().saturating_mul(256).saturating_add(1024) {
        return Err("is no LZ4 data".to_owned());
    }
    lz4_raw(stored, plain, length)
}

fn lz4_frame(stored: &[u8], plain: &mut Vec<u8>, length: usize) -> Result<(), String> {
    unpack(lz4_flex::frame::FrameDecoder::new(stored), plain, length, length.min(FIRST_BYTES))
}

/// Blocks, each preceded by its uncompressed and compressed sizes.
#[cfg(feature = "parquet")]
fn hadoop(stored: &[u8], plain: &mut Vec<u8>, length: usize) -> Option<()> {
    let mut rest = stored;
    let mut left = length;
    while !rest.is_empty() {
        let (unpacked, tail) = rest.split_first_chunk::<4>()?;
        let (packed, tail) = tail.split_first_chunk::<4>()?;
        let unpacked = usize::try_from(u32::from_be_bytes(*unpacked)).ok()?;
        let (block, tail) = tail.split_at_checked(usize::try_from(u32::from_be_bytes(*packed)).ok()?)?;
        left = left.checked_sub(unpacked)?;
        if unpacked > block.len().saturating_mul(256).saturating_add(1024) {
            return None;
        }
        lz4_raw(block, plain, unpacked).ok()?;
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

    fn unpacked(method: Method, stored: &[u8], length: usize) -> Result<Vec<u8>, String> {
        let mut plain = b"levels".to_vec();
        Codec::new(method).decompress(stored, &mut plain, length)?;
        assert_eq!(&plain[..6], b"levels");
        Ok(plain.split_off(6))
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
        for (method, stored) in samples() {
            assert_eq!(unpacked(method, &stored, text().len()).as_ref(), Ok(&text()), "{method:?}");
        }
    }

    #[test]
    fn another_length_and_a_cut_are_faults() {
        for (method, stored) in &samples()[1..] {
            let length = text().len();
            for wrong in [0, 1, length - 1, length + 1, length * 2, 1 << 40] {
                assert!(unpacked(*method, stored, wrong).is_err(), "{method:?} {wrong}");
            }
            // A frame of LZ4 ends with four bytes that say no more than that.
            for cut in [0, 1, stored.len() / 2, stored.len() - 5] {
                assert!(unpacked(*method, &stored[..cut], length).is_err(), "{method:?} cut to {cut}");
            }
        }
    }

    #[test]
    fn room_is_made_for_what_the_bytes_can_hold() {
        let huge = 3 << 40;
        for method in
            [Method::Snappy, Method::Gzip, Method::Zstd, Method::Brotli, Method::Lz4Raw, Method::Lz4]
        {
            assert!(unpacked(method, &[1, 2, 3, 4, 5, 6, 7, 8], huge).is_err(), "{method:?}");
        }
    }

    #[test]
    fn a_bomb_stops_at_the_length_that_was_promised() {
        let bomb = gzip(&vec![0; 64 << 20]);
        let mut plain = Vec::new();
        assert!(Codec::new(Method::Gzip).decompress(&bomb, &mut plain, 1000).is_err());
        assert!(plain.capacity() < 1 << 16, "{}", plain.capacity());
    }
}

//! Decompresses gzip and zstd with the libraries that trueline uses, and nothing else: the bytes are not examined.

use std::fs::File;
use std::io::{self, BufReader, Read, Write};

use flate2::bufread::MultiGzDecoder;
use flate2::write::GzEncoder;
use zstd::stream::{read::Decoder, write::Encoder};

use crate::range::PIECE_BYTES;

/// The number of bytes decompressed at once, which fit the second-level cache.
const OUTPUT_BYTES: usize = 256 << 10;

/// The compression of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Packing {
    Gzip,
    Zstd,
}

impl Packing {
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "gzip" => Some(Self::Gzip),
            "zstd" => Some(Self::Zstd),
            _ => None,
        }
    }
}

/// Decompresses a whole file, and returns the number of bytes. Checksums are verified.
pub(crate) fn unpack(packing: Packing, file: &File) -> u64 {
    let packed = BufReader::with_capacity(PIECE_BYTES, file);
    match packing {
        Packing::Gzip => drain(MultiGzDecoder::new(packed)),
        Packing::Zstd => drain(Decoder::with_buffer(packed).expect("a zstd stream")),
    }
}

fn drain(mut read: impl Read) -> u64 {
    let mut buffer = vec![0; OUTPUT_BYTES];
    let mut total = 0;
    loop {
        match read.read(&mut buffer).expect("a packed file") {
            0 => return total,
            bytes => total += bytes as u64,
        }
    }
}

/// Compresses a file like the program of that name without options: one member or frame, at its default level, with a checksum.
pub(crate) fn pack(packing: Packing, file: &mut File, out: File) -> io::Result<()> {
    let mut out = match packing {
        Packing::Gzip => {
            let mut gzip = GzEncoder::new(out, flate2::Compression::new(6));
            io::copy(file, &mut gzip)?;
            gzip.finish()?
        }
        Packing::Zstd => {
            let mut zstd = Encoder::new(out, 3)?;
            zstd.include_checksum(true)?;
            zstd.set_pledged_src_size(Some(file.metadata()?.len()))?;
            io::copy(file, &mut zstd)?;
            zstd.finish()?
        }
    };
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Seek, SeekFrom};

    #[test]
    fn what_is_packed_comes_out_again() {
        for packing in ["gzip", "zstd"] {
            let packing = Packing::named(packing).unwrap();
            let lines = (0..200_000_u32).map(|number| format!("line {number}\n"));
            let text = lines.collect::<Vec<_>>().concat();
            let mut file = tempfile::tempfile().unwrap();
            file.write_all(text.as_bytes()).unwrap();
            file.seek(SeekFrom::Start(0)).unwrap();
            let mut packed = tempfile::tempfile().unwrap();
            pack(packing, &mut file, packed.try_clone().unwrap()).unwrap();
            assert!(packed.metadata().unwrap().len() < text.len() as u64 / 2, "{packing:?}");
            packed.seek(SeekFrom::Start(0)).unwrap();
            assert_eq!(unpack(packing, &packed), text.len() as u64, "{packing:?}");
        }
        assert_eq!(Packing::named("rar"), None);
    }
}

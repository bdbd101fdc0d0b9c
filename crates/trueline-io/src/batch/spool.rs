//! Copies streams to a temporary file, for formats that are read from the end.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use crate::error::Error;
use crate::source::{ReadAt, read_at};
use crate::text::Failure;

/// The default maximum size of the copy of a stream: 16 GiB.
pub const DEFAULT_SPOOL_BYTES: u64 = 16 << 30;

const BUFFER_BYTES: usize = 1 << 20;

/// A file without a name; it is gone when this is dropped, or the process ends.
struct Spooled {
    file: File,
    size_bytes: u64,
}

/// Copies a stream to a temporary file in `folder` (`None`: the system's), so that it can be read at any offset.
///
/// **Errors**: the stream cannot be read to its end or has more than `limit_bytes` bytes, or the file cannot be written.
pub fn spool(
    read: &mut dyn Read,
    limit_bytes: u64,
    folder: Option<&Path>,
) -> Result<Box<dyn ReadAt>, Failure> {
    let folder_failed = |error: &io::Error| {
        let place = folder.map_or_else(
            || std::env::temp_dir().display().to_string(),
            |folder| folder.display().to_string(),
        );
        Failure::new("read", format!("a temporary file in {place} could not be written: {error}"), 0)
    };
    let file = match folder {
        Some(folder) => tempfile::tempfile_in(folder),
        None => tempfile::tempfile(),
    };
    let mut file = file.map_err(|error| folder_failed(&error))?;
    let mut buffer = vec![0; BUFFER_BYTES];
    let mut size_bytes = 0_u64;
    loop {
        let bytes = match read.read(&mut buffer) {
            Ok(0) => break,
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(Failure::read(&Error::read(size_bytes, error), size_bytes)),
        };
        size_bytes += bytes as u64;
        if size_bytes > limit_bytes {
            let message = format!(
                "the input is read from its end, and a stream of more than {limit_bytes} bytes is not kept for that; \
                 give the file itself, or raise the limit (max_spool_bytes)"
            );
            return Err(Failure::new("limit.spool", message, limit_bytes));
        }
        file.write_all(&buffer[..bytes]).map_err(|error| folder_failed(&error))?;
    }
    Ok(Box::new(Spooled { file, size_bytes }))
}

impl ReadAt for Spooled {
    fn size_bytes(&self) -> u64 {
        self.size_bytes
    }

    fn read_at(&self, buffer: &mut [u8], byte_offset: u64) -> io::Result<usize> {
        read_at(&self.file, buffer, byte_offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;
    use trueline_testkit::fault::{FailingRead, TrickleRead};

    #[test]
    fn a_stream_can_be_read_from_any_place_afterwards() {
        let bytes: Vec<u8> = (0..=255).cycle().take(3 << 20).collect();
        let at = spool(&mut TrickleRead::new(Cursor::new(bytes.clone()), 70_001), 3 << 20, None).unwrap();
        assert_eq!(at.size_bytes(), 3 << 20);
        let mut some = [0; 300];
        assert_eq!(at.read_at(&mut some, 1_000_000).unwrap(), 300);
        assert_eq!(some[..], bytes[1_000_000..1_000_300]);
        assert_eq!(at.read_at(&mut some, 3 << 20).unwrap(), 0);
    }

    #[test]
    fn a_stream_beyond_the_limit_or_cut_is_a_failure() {
        let code =
            |result: Result<_, Failure>| result.err().map(|failure| (failure.code, failure.byte_offset));
        assert_eq!(code(spool(&mut Cursor::new([0; 9]), 8, None)), Some(("limit.spool", 8)));
        let mut failing = FailingRead::new(TrickleRead::new(Cursor::new([0; 9]), 4), 2);
        assert_eq!(code(spool(&mut failing, 8, None)), Some(("read", 4)));
        let missing = Path::new("/there/is/no/such/folder");
        assert_eq!(code(spool(&mut Cursor::new([0; 9]), 9, Some(missing))), Some(("read", 0)));
    }
}

//! gzip: member after member, to the very end.

use std::io::{self, BufRead, ErrorKind, Read};

use flate2::bufread::GzDecoder;

/// All members of a gzip stream. Zero padding behind the last is passed over, as gzip itself does.
pub(super) struct Members {
    member: Option<GzDecoder<Box<dyn BufRead + Send>>>,
    members: u64,
}

impl Members {
    pub(super) fn new(read: Box<dyn BufRead + Send>) -> Self {
        Self { member: Some(GzDecoder::new(read)), members: 1 }
    }

    /// Looks behind a finished member; whether another one begins there.
    fn next_member(&mut self) -> io::Result<bool> {
        let Some(finished) = self.member.take() else { return Ok(false) };
        let mut rest = finished.into_inner();
        match fill(&mut rest)? {
            None => Ok(false),
            Some(0) => self.skip_padding(rest),
            Some(0x1f) => {
                self.members += 1;
                self.member = Some(GzDecoder::new(rest));
                Ok(true)
            }
            Some(_) => Err(self.garbage()),
        }
    }

    fn skip_padding(&self, mut rest: Box<dyn BufRead + Send>) -> io::Result<bool> {
        while let Some(byte) = fill(&mut rest)? {
            if byte != 0 {
                return Err(self.garbage());
            }
            rest.consume(1);
        }
        Ok(false)
    }

    fn garbage(&self) -> io::Error {
        let text = format!("there are bytes behind gzip member {} that are neither gzip nor zeros", self.members);
        io::Error::new(ErrorKind::InvalidData, text)
    }

    fn explain(&self, error: &io::Error) -> io::Error {
        let number = self.members;
        let text = match error.kind() {
            ErrorKind::UnexpectedEof => format!("gzip member {number} is cut: the file is not complete"),
            _ => format!("gzip member {number} is damaged: {error}"),
        };
        io::Error::new(error.kind(), text)
    }
}

/// The next byte, left where it is.
fn fill(read: &mut Box<dyn BufRead + Send>) -> io::Result<Option<u8>> {
    loop {
        match read.fill_buf() {
            Ok(bytes) => return Ok(bytes.first().copied()),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

impl Read for Members {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        while let Some(member) = &mut self.member {
            match member.read(buffer) {
                Ok(0) => {
                    if !self.next_member()? {
                        return Ok(0);
                    }
                }
                Ok(bytes) => return Ok(bytes),
                Err(error) if error.kind() == ErrorKind::Interrupted => return Err(error),
                Err(error) => return Err(self.explain(&error)),
            }
        }
        Ok(0)
    }
}

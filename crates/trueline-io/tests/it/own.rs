//! A source that someone else implements, and its errors.

use std::io::{self, Read};

use trueline_io::{Change, Error, ErrorKind, ReadAt, Source, UnreadSource};

/// A source that fails in every way.
struct Failing;

impl Source for Failing {
    fn name(&self) -> &'static str {
        "table 7"
    }

    fn open(&self) -> Result<Box<dyn Read + Send>, Error> {
        Err(Error::open(self.name(), io::Error::new(io::ErrorKind::TimedOut, "no answer")))
    }

    fn open_at(&self) -> Result<Option<Box<dyn ReadAt>>, Error> {
        Err(Error::open(self.name(), io::ErrorKind::PermissionDenied.into()))
    }

    fn size_hint(&self) -> Option<u64> {
        None
    }

    fn reopen(&self) -> Result<Box<dyn Read + Send>, Error> {
        Err(Error::new(ErrorKind::ReadTwice { name: String::new() }).with_name(self.name()))
    }

    fn verify_unchanged(&self) -> Result<(), Error> {
        let change = Change::Resized { before_bytes: 10, now_bytes: 12 };
        Err(ErrorKind::Changed { name: self.name().to_owned(), change }.into())
    }
}

#[test]
fn every_method_can_fail() {
    let source = Failing;
    let open = source.open().err().unwrap();
    assert_eq!(open.to_string(), "`table 7` could not be opened");
    let ErrorKind::Open { source: cause, .. } = open.kind() else { panic!("{open:?}") };
    assert_eq!(cause.to_string(), "no answer");
    assert_eq!(source.open_at().err().unwrap().to_string(), "no permission to read `table 7`");
    assert_eq!(source.reopen().err().unwrap().to_string(), "`table 7` can be read only once");
    assert_eq!(
        source.verify_unchanged().unwrap_err().to_string(),
        "`table 7` changed while it was read: it had 10 bytes and has 12; validate a copy that nobody writes to"
    );
}

#[test]
fn a_reason_becomes_a_source_that_cannot_be_read() {
    let reason = ErrorKind::NoMatch { name: "tables/*".to_owned(), hidden: 0 };
    let source = UnreadSource::new(reason.into());
    assert_eq!(source.name(), "tables/*");
    assert_eq!(source.open().err().unwrap().to_string(), "`tables/*` matches no file");
}

//! Sources that change while they are read.

use std::io::Read;

use super::{assert_same, sample_bytes, uninterrupted};
use crate::error::ErrorKind;
use crate::source::Source;

/// How many bytes are read before the change.
const READ_BEFORE: usize = 1000;

/// Creates a source of the first bytes, and a function that replaces them by the second.
type Make<'a> = &'a dyn Fn(&[u8], &[u8]) -> (Box<dyn Source>, Box<dyn FnOnce()>);

/// Tests a source whose bytes change while it is read: the change is detected, at the latest at the end, and bytes that are read
/// again without an error are those of the first read.
///
/// `make` returns a source of the first bytes and a function that replaces them by the second.
///
/// **Panics**: the change is not detected, or a second read returns other bytes.
pub fn changed_source(make: impl Fn(&[u8], &[u8]) -> (Box<dyn Source>, Box<dyn FnOnce()>)) {
    let old = sample_bytes(300_000);
    let other: Vec<u8> = old.iter().map(|byte| !byte).collect();
    for new in [&other[..], &other[..200_000], &other[..0], &old[..299_999], &[&old[..], b"more"].concat()] {
        streamed(&make, &old, new);
        read_at_offsets(&make, &old, new);
    }
}

fn assert_change_detected(source: &dyn Source, rule: &str) {
    match source.verify_unchanged() {
        Ok(()) => panic!("{rule}: the change is not noticed"),
        Err(error) => assert!(
            matches!(error.kind(), ErrorKind::Changed { .. }),
            "{rule}: a change must be told as one, not as: {error}"
        ),
    }
}

fn streamed(make: Make, old: &[u8], new: &[u8]) {
    let rule = format!("{} bytes that become {} while they are read", old.len(), new.len());
    let (source, change) = make(old, new);
    let mut read = source.open().unwrap_or_else(|error| panic!("{rule}: {error}"));
    let mut found = vec![0; READ_BEFORE];
    read.read_exact(&mut found).unwrap_or_else(|error| panic!("{rule}: {error}"));
    change();
    // If a file is modified in place, the system returns the current content: the check at the end detects it.
    let _ = read.read_to_end(&mut found);
    assert_same(&rule, &found[..READ_BEFORE], &old[..READ_BEFORE]);
    assert_change_detected(source.as_ref(), &rule);
    if let Ok(mut read) = source.reopen() {
        let mut again = Vec::new();
        if read.read_to_end(&mut again).is_ok() {
            assert_same(&format!("{rule}, read again"), &again, old);
        }
    }
}

fn read_at_offsets(make: Make, old: &[u8], new: &[u8]) {
    let rule = format!("{} bytes that become {} while they are read from places", old.len(), new.len());
    let (source, change) = make(old, new);
    drop(source.open().unwrap_or_else(|error| panic!("{rule}: {error}")));
    let Ok(Some(at)) = source.open_at() else { return };
    let mut first = [0; READ_BEFORE];
    let bytes = uninterrupted(|| at.read_at(&mut first, 0)).unwrap_or_else(|error| panic!("{rule}: {error}"));
    assert_same(&rule, &first[..bytes], &old[..bytes]);
    change();
    let mut buffer = [0; 100];
    let _ = at.read_at(&mut buffer, 250_000);
    assert_eq!(at.size_bytes(), old.len() as u64, "{rule}: a size must stay what it was");
    assert_change_detected(source.as_ref(), &rule);
}

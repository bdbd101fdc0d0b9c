//! What every function answers.

use std::ffi::CStr;

/// What a function answers. More may be added; take what you do not know for a failure.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It is done; outputs are written.
    Ok = 0,
    /// A pointer is NULL that must not be.
    NullArgument = 1,
    /// An argument cannot be what it is: a length beyond all memory, a number that is no member of its enumeration.
    InvalidArgument = 2,
    /// A text is not UTF-8.
    Utf8 = 3,
    /// The schema cannot be used; the error says where.
    Schema = 4,
    /// An option, or several together, cannot be what they are.
    Option = 5,
    /// What should be read is not there or cannot be opened.
    Input = 6,
    /// Arrow data are not what the C data interface asks for, or have been released.
    Arrow = 7,
    /// A callback failed, and the run with it.
    Callback = 8,
    /// A callback asked for the run to end.
    Cancelled = 9,
    /// The object is at an end, or not yet so far: a stream after `trueline_stream_finish`.
    State = 10,
    /// There is no such item.
    Range = 11,
    /// An output could not be written, or what a run needs not be kept.
    Output = 12,
    /// A fault of the library; please report it.
    Internal = 13,
}

impl Status {
    const ALL: [(Self, &'static CStr); 14] = [
        (Self::Ok, c"ok"),
        (Self::NullArgument, c"null argument"),
        (Self::InvalidArgument, c"invalid argument"),
        (Self::Utf8, c"text that is not UTF-8"),
        (Self::Schema, c"unusable schema"),
        (Self::Option, c"unusable option"),
        (Self::Input, c"input that cannot be opened"),
        (Self::Arrow, c"unusable Arrow data"),
        (Self::Callback, c"failed callback"),
        (Self::Cancelled, c"cancelled"),
        (Self::State, c"wrong order of calls"),
        (Self::Range, c"no such item"),
        (Self::Output, c"output that cannot be written"),
        (Self::Internal, c"internal error"),
    ];

    /// The words for a number.
    pub(crate) fn words(number: u32) -> &'static CStr {
        let found = Self::ALL.iter().find(|(status, _)| *status as u32 == number);
        found.map_or(c"unknown status", |(_, words)| words)
    }
}

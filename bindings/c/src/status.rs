//! The status of every function.

use std::ffi::CStr;

/// The result of a function. Later versions may add more; treat unknown values as failures.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Success; outputs are written.
    Ok = 0,
    /// A pointer is NULL but must not be.
    NullArgument = 1,
    /// An argument is invalid: a length beyond the address space, or a number that is not a member of its
    /// enumeration.
    InvalidArgument = 2,
    /// A string is not UTF-8.
    Utf8 = 3,
    /// The schema cannot be used; the error gives the location.
    Schema = 4,
    /// An option, or a combination of options, is invalid.
    Option = 5,
    /// An input does not exist or cannot be opened.
    Input = 6,
    /// Arrow data violates the C data interface, or has been released.
    Arrow = 7,
    /// A callback failed, which ended the run.
    Callback = 8,
    /// A callback asked for the run to end.
    Cancelled = 9,
    /// The object is in the wrong state for the call, such as a stream after `trueline_stream_finish`.
    State = 10,
    /// The index is out of range.
    Range = 11,
    /// An output, or temporary data of a run, could not be written.
    Output = 12,
    /// An internal error of the library; please report it.
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

    /// The name of a status.
    pub(crate) fn name(number: u32) -> &'static CStr {
        let found = Self::ALL.iter().find(|(status, _)| *status as u32 == number);
        found.map_or(c"unknown status", |(_, name)| name)
    }
}

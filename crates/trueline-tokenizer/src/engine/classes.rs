//! A dialect as the loops need it: bytes to compare with, and masks that switch a role on or off without a branch.

use crate::dialect::{Dialect, Quoting, Terminator};
use crate::kernel::Isa;

/// All ones where `is` holds.
const fn switch(is: bool) -> u64 {
    if is { u64::MAX } else { 0 }
}

/// The roles of bytes. Roles that are switched off still compare with some byte; the mask clears the result.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "independent switches")]
pub(crate) struct Classes {
    delimiter: u8,
    quote: u8,
    escape: u8,
    comment: u8,
    quote_on: u64,
    /// An LF may end a record.
    lf_on: u64,
    /// An LF may end a record without a CR before it.
    bare_lf_on: u64,
    /// A CR ends a record.
    cr_on: u64,
    /// A CR before a terminating LF belongs to the terminator.
    pub(crate) crlf_on: u64,
    pub(crate) has_escape: bool,
    pub(crate) has_comment: bool,
    pub(crate) is_strict: bool,
    pub(crate) strict_on: u64,
    /// Every LF outside quotes ends a record, and nothing else does.
    pub(crate) ends_are_lfs: bool,
    /// There is a quote, and neither an escape nor comments.
    pub(crate) is_simple: bool,
    /// CR and LF only end a record together, so that a boundary between them is a separate state.
    pub(crate) cr_is_pending: bool,
}

/// The roles of 64 bytes, before quoting is considered.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Roles {
    pub(crate) delimiter: u64,
    /// The last byte of each terminator.
    pub(crate) terminator: u64,
    /// The terminators that are CRLF.
    pub(crate) crlf: u64,
    pub(crate) quote: u64,
    pub(crate) escape: u64,
    pub(crate) comment: u64,
    pub(crate) cr: u64,
    /// Bytes after a CR, except an LF that completes a CRLF.
    pub(crate) lone_cr: u64,
}

impl Classes {
    /// Conflicting roles (which [`Dialect::check`] rejects) are resolved in the order terminator, delimiter, quote, escape,
    /// comment, so that no byte has two roles.
    pub(crate) fn new(dialect: &Dialect) -> Self {
        let Dialect { delimiter, terminator, .. } = *dialect;
        let mut taken = vec![b'\n', b'\r', delimiter];
        let mut claim = |byte: Option<u8>| {
            let byte = byte.filter(|byte| !taken.contains(byte));
            taken.extend(byte);
            byte
        };
        let (quote, escape, comment) = (claim(dialect.quote), claim(dialect.escape), claim(dialect.comment));
        let is_crlf = terminator == Terminator::CrLf && delimiter != b'\r';
        let is_auto = terminator == Terminator::Auto && delimiter != b'\r';
        Self {
            delimiter,
            quote: quote.unwrap_or(0),
            escape: escape.unwrap_or(0),
            comment: comment.unwrap_or(0),
            quote_on: switch(quote.is_some()),
            lf_on: switch(terminator != Terminator::Cr),
            bare_lf_on: switch(!is_crlf),
            cr_on: switch(terminator == Terminator::Cr),
            crlf_on: switch(is_crlf || is_auto),
            has_escape: escape.is_some() && quote.is_some(),
            has_comment: comment.is_some(),
            is_strict: dialect.quoting == Quoting::Strict,
            strict_on: switch(dialect.quoting == Quoting::Strict),
            ends_are_lfs: matches!(terminator, Terminator::Auto | Terminator::Lf),
            is_simple: quote.is_some() && escape.is_none() && comment.is_none(),
            cr_is_pending: is_crlf,
        }
    }

    /// The quote, if there is one.
    pub(crate) fn quote(&self) -> Option<u8> {
        (self.quote_on != 0).then_some(self.quote)
    }

    /// The quote, or any byte, whose comparison must then be ignored.
    #[inline(always)]
    pub(crate) fn quote_or_any(&self) -> u8 {
        self.quote
    }

    /// The escape, if there is one.
    pub(crate) fn escape(&self) -> Option<u8> {
        self.has_escape.then_some(self.escape)
    }

    /// Whether `byte` is the delimiter.
    pub(crate) fn is_delimiter(&self, byte: u8) -> bool {
        byte == self.delimiter
    }

    /// The comment byte, if there is one.
    pub(crate) fn comment(&self) -> Option<u8> {
        self.has_comment.then_some(self.comment)
    }

    #[inline(always)]
    pub(crate) fn delimiters<I: Isa>(&self, isa: I, block: I::Block) -> u64 {
        isa.equal(block, self.delimiter)
    }

    #[inline(always)]
    pub(crate) fn quotes<I: Isa>(&self, isa: I, block: I::Block) -> u64 {
        isa.equal(block, self.quote) & self.quote_on
    }

    #[inline(always)]
    pub(crate) fn escapes<I: Isa>(&self, isa: I, block: I::Block) -> u64 {
        if self.has_escape { isa.equal(block, self.escape) } else { 0 }
    }

    #[inline(always)]
    pub(crate) fn comments<I: Isa>(&self, isa: I, block: I::Block) -> u64 {
        if self.has_comment { isa.equal(block, self.comment) } else { 0 }
    }

    /// The line ends of a block; `before_cr` is 1 if the byte before the block is a CR.
    #[inline(always)]
    pub(crate) fn terminators<I: Isa>(&self, isa: I, block: I::Block, before_cr: u64) -> Ends {
        let cr = isa.equal(block, b'\r');
        let lf = isa.equal(block, b'\n');
        let behind_cr = (cr << 1) | before_cr;
        let terminator = self.ends(lf, behind_cr, cr);
        let crlf = lf & behind_cr & self.crlf_on;
        Ends { terminator, crlf, cr, lf, lone_cr: behind_cr & !crlf }
    }

    /// The LFs and CRs that end a line; `behind_cr` marks the bytes after a CR.
    #[inline(always)]
    pub(crate) fn ends(&self, lf: u64, behind_cr: u64, cr: u64) -> u64 {
        (lf & self.lf_on & (behind_cr | self.bare_lf_on)) | (cr & self.cr_on)
    }

    /// All roles at once.
    #[inline(always)]
    pub(crate) fn roles<I: Isa>(&self, isa: I, block: I::Block, before_cr: u64) -> Roles {
        let Ends { terminator, crlf, cr, lone_cr, .. } = self.terminators(isa, block, before_cr);
        Roles {
            delimiter: self.delimiters(isa, block),
            terminator,
            crlf,
            quote: self.quotes(isa, block),
            escape: self.escapes(isa, block),
            comment: self.comments(isa, block),
            cr,
            lone_cr,
        }
    }
}

/// The line ends among 64 bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ends {
    pub(crate) terminator: u64,
    pub(crate) crlf: u64,
    pub(crate) cr: u64,
    pub(crate) lf: u64,
    /// As in [`Roles`].
    pub(crate) lone_cr: u64,
}

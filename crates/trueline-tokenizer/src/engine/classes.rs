//! A dialect in the form that the loops need: bytes to compare with, and masks that enable a role without a branch.

use crate::dialect::{Dialect, Quoting, Terminator};
use crate::kernel::Isa;

/// All ones if the condition holds, else zero.
const fn mask_if(condition: bool) -> u64 {
    if condition { u64::MAX } else { 0 }
}

/// The bytes with a role in a dialect. A role that is disabled is still compared with some byte; its mask clears the result.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "independent options")]
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
    pub(crate) terminator_is_lf: bool,
    /// There is a quote, and neither an escape nor comments.
    pub(crate) is_simple: bool,
    /// Only CRLF ends a record, so that the boundary between its two bytes is a separate state.
    pub(crate) has_pending_cr: bool,
}

/// The bytes with each role among 64, whether inside or outside quotes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct RoleMasks {
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
    /// If a byte has several roles, which [`Dialect::check`] rejects, the first of terminator, delimiter, quote, escape and
    /// comment counts, so that no byte has two roles.
    pub(crate) fn new(dialect: &Dialect) -> Self {
        let Dialect { delimiter, terminator, .. } = *dialect;
        let mut used = vec![b'\n', b'\r', delimiter];
        let mut claim = |byte: Option<u8>| {
            let byte = byte.filter(|byte| !used.contains(byte));
            used.extend(byte);
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
            quote_on: mask_if(quote.is_some()),
            lf_on: mask_if(terminator != Terminator::Cr),
            bare_lf_on: mask_if(!is_crlf),
            cr_on: mask_if(terminator == Terminator::Cr),
            crlf_on: mask_if(is_crlf || is_auto),
            has_escape: escape.is_some() && quote.is_some(),
            has_comment: comment.is_some(),
            is_strict: dialect.quoting == Quoting::Strict,
            strict_on: mask_if(dialect.quoting == Quoting::Strict),
            terminator_is_lf: matches!(terminator, Terminator::Auto | Terminator::Lf),
            is_simple: quote.is_some() && escape.is_none() && comment.is_none(),
            has_pending_cr: is_crlf,
        }
    }

    /// The quote, if there is one.
    pub(crate) fn quote(&self) -> Option<u8> {
        (self.quote_on != 0).then_some(self.quote)
    }

    /// The quote; if there is none, an arbitrary byte, and the caller must ignore the result of the comparison.
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
    pub(crate) fn terminators<I: Isa>(&self, isa: I, block: I::Block, before_cr: u64) -> LineEndMasks {
        let cr = isa.equal(block, b'\r');
        let lf = isa.equal(block, b'\n');
        let after_cr = (cr << 1) | before_cr;
        let terminator = self.terminator_mask(lf, after_cr, cr);
        let crlf = lf & after_cr & self.crlf_on;
        LineEndMasks { terminator, crlf, cr, lf, lone_cr: after_cr & !crlf }
    }

    /// The last bytes of line ends; `after_cr` marks the bytes after a CR.
    #[inline(always)]
    pub(crate) fn terminator_mask(&self, lf: u64, after_cr: u64, cr: u64) -> u64 {
        (lf & self.lf_on & (after_cr | self.bare_lf_on)) | (cr & self.cr_on)
    }

    /// The bytes with each role.
    #[inline(always)]
    pub(crate) fn roles<I: Isa>(&self, isa: I, block: I::Block, before_cr: u64) -> RoleMasks {
        let LineEndMasks { terminator, crlf, cr, lone_cr, .. } = self.terminators(isa, block, before_cr);
        RoleMasks {
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
pub(crate) struct LineEndMasks {
    pub(crate) terminator: u64,
    pub(crate) crlf: u64,
    pub(crate) cr: u64,
    pub(crate) lf: u64,
    /// As in [`RoleMasks`].
    pub(crate) lone_cr: u64,
}

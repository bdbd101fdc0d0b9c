//! Limits on the size of untrusted documents.

use super::{Fatal, Span};
use crate::error::ErrorKind;

/// The maximum size of a document in bytes.
pub(crate) const DOCUMENT_BYTES: usize = 1 << 20;
/// The maximum nesting depth of mappings and lists.
pub(crate) const DEPTH: usize = 64;
/// The maximum number of values of a document, including those that YAML aliases repeat.
pub(crate) const NODES: usize = 100_000;
/// The maximum number of values that are copied for YAML anchors and aliases.
pub(crate) const ALIASED_NODES: usize = 10_000;

/// Rejects text that is too long.
pub(crate) fn check_length(text: &str) -> Result<(), Fatal> {
    if text.len() > DOCUMENT_BYTES {
        return Err(exceeded("bytes", DOCUMENT_BYTES, Span::new(DOCUMENT_BYTES, DOCUMENT_BYTES)));
    }
    Ok(())
}

pub(crate) fn exceeded(what: &'static str, limit: usize, span: Span) -> Fatal {
    Fatal::new(ErrorKind::Limit { what, limit: limit as u64 }, span)
}

/// Counts the values of a tree while it is built, and enforces the limits.
#[derive(Default)]
pub(crate) struct Budget {
    nodes: usize,
    aliased: usize,
}

impl Budget {
    /// Counts one value at a depth (the root has depth 1).
    pub(crate) fn count(&mut self, depth: usize, span: Span) -> Result<(), Fatal> {
        self.nodes += 1;
        if self.nodes > NODES {
            return Err(exceeded("values", NODES, span));
        }
        if depth > DEPTH { Err(exceeded("levels of nesting", DEPTH, span)) } else { Ok(()) }
    }

    /// Counts the values that are about to be copied for an anchor or an alias.
    pub(crate) fn count_aliased(&mut self, nodes: usize, span: Span) -> Result<(), Fatal> {
        self.nodes += nodes;
        self.aliased += nodes;
        if self.aliased > ALIASED_NODES {
            return Err(exceeded("values kept by anchors and repeated by aliases", ALIASED_NODES, span));
        }
        if self.nodes > NODES { Err(exceeded("values", NODES, span)) } else { Ok(()) }
    }
}

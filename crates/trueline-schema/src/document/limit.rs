//! Limits on the size of untrusted documents.

use super::{Fatal, Span};
use crate::error::ErrorKind;

/// The most bytes of a document.
pub(crate) const DOCUMENT_BYTES: usize = 1 << 20;
/// The most mappings and lists within one another.
pub(crate) const DEPTH: usize = 64;
/// The most values of a document, those that YAML aliases repeat included.
pub(crate) const NODES: usize = 100_000;
/// The most values that YAML anchors keep and aliases repeat.
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

/// Counts the values of a tree while it is built.
#[derive(Default)]
pub(crate) struct Budget {
    nodes: usize,
    aliased: usize,
}

impl Budget {
    /// Counts one value at a depth (the root has depth 1).
    pub(crate) fn take(&mut self, depth: usize, span: Span) -> Result<(), Fatal> {
        self.nodes += 1;
        if self.nodes > NODES {
            return Err(exceeded("values", NODES, span));
        }
        if depth > DEPTH { Err(exceeded("levels of nesting", DEPTH, span)) } else { Ok(()) }
    }

    /// Counts the values that an anchor keeps or an alias repeats, before they are copied.
    pub(crate) fn take_aliased(&mut self, nodes: usize, span: Span) -> Result<(), Fatal> {
        self.nodes += nodes;
        self.aliased += nodes;
        if self.aliased > ALIASED_NODES {
            return Err(exceeded("values kept by anchors and repeated by aliases", ALIASED_NODES, span));
        }
        if self.nodes > NODES { Err(exceeded("values", NODES, span)) } else { Ok(()) }
    }
}

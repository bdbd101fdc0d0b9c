//! Reads the `json` section.

use super::mapping::NodeRef;
use super::{Reader, keyword};
use crate::json::JsonFormat;

impl<'d> Reader<'d> {
    pub(super) fn json(&mut self, node: &NodeRef<'d>) -> JsonFormat {
        let Some(map) = self.mapping(node, "the section `json`", &[&keyword::JSON], &[]) else {
            return JsonFormat::default();
        };
        JsonFormat {
            duplicate_keys: self.word(&map, "duplicate_keys", &keyword::DUPLICATE_KEYS).unwrap_or_default(),
        }
    }
}

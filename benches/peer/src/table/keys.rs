//! Keys and little else.

use std::fs::File;

use super::Table;
use crate::keys::{self, Keys};
use crate::record::Record;

#[derive(Clone, Default)]
pub(crate) struct KeyTable {
    nulls: u64,
    keys: Keys,
}

impl Table for KeyTable {
    const IS_PLAIN: bool = true;
    const COLUMNS: usize = 2;
    const NEEDS_POSITIONS: bool = true;

    #[inline]
    fn observe<R: Record>(&mut self, record: &R, position: u64) {
        match record.cell(0) {
            b"" => self.nulls += 1,
            key => self.keys.push(key, position),
        }
    }

    fn finish(parts: Vec<&mut Self>, file: &File, threads: usize, tell: &mut dyn FnMut(String, u64)) {
        tell("key.required required.null".to_owned(), parts.iter().map(|part| part.nulls).sum());
        let keys: Vec<&Keys> = parts.iter().map(|part| &part.keys).collect();
        tell("key.unique unique.duplicate".to_owned(), keys::repeats(&keys, file, threads));
    }
}

//! # unique
//!
//! No value, or combination of values, may occur twice.
//!
//! **Why** — a duplicate id counts a payment twice.
//!
//! **Passes** — values that occur once over all inputs. They are compared by value: `1.0` and `1.00` are one decimal; values of
//! type `any` are compared as strings.
//!
//! **Fails** — each occurrence after the first; `related` names the first. The result is exact, however many keys there are: beyond
//! the key budget they are kept in temporary files. A file with a possible duplicate is read again, partly or completely, to name
//! both rows; a pipe is not, and uses more memory.
//!
//! **Options** — in a check: `columns`; `nulls`: `ignore` (the default: a row with a null in its key is skipped), `equal` (nulls
//! are equal to each other) or `fail`; `report`: `after_first` (the default) or `all`, which names the first occurrence too.
//!
//! **Codes** — `unique.duplicate`, `unique.null`.

use trueline_schema::{KeyNulls, KeyReport};

use super::{KeyPurpose, KeyRule};

pub(crate) fn compile(nulls: KeyNulls, report: KeyReport) -> KeyRule {
    KeyRule { nulls, purpose: KeyPurpose::Unique(report) }
}

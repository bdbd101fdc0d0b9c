//! # unique
//!
//! No value, or combination of values, may occur twice.
//!
//! **Why** — a doubled id counts a payment twice.
//!
//! **Passes** — values that occur once over all inputs. Values are compared by value: `1.0` and `1.00` are one decimal;
//! those of type `any` by their text.
//!
//! **Fails** — each occurrence after the first; `related` names the first. The answer is exact, however many keys there are:
//! beyond the key budget they are kept in temporary files. A file with a possible duplicate is read again, in part or whole, to
//! name both rows; a pipe is not, and uses more memory.
//!
//! **Options** — in a check: `columns`; `nulls`: `ignore` (the default: a row with a null in its key is passed over),
//! `equal` (nulls are equal to each other) or `fail`; `report`: `after_first` (the default) or `all`, which names the first
//! occurrence too.
//!
//! **Codes** — `unique.duplicate`, `unique.null`.

use trueline_schema::{KeyNulls, KeyReport};

use super::{KeyPurpose, KeyRule};

pub(crate) fn compile(nulls: KeyNulls, report: KeyReport) -> KeyRule {
    KeyRule { nulls, purpose: KeyPurpose::Unique(report) }
}

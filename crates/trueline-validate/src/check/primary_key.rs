//! # primary_key
//!
//! The key columns must have values in every row, and no key may occur twice.
//!
//! **Why** — other tables refer to rows by this key.
//!
//! **Passes** — rows whose key columns all have values, in a combination that occurs once.
//!
//! **Fails** — a row with a null in its key, and each occurrence of a key after the first; `related` names the first.
//!
//! **Options** — `columns`.
//!
//! **Codes** — `primary_key.duplicate`, `primary_key.null`.

use trueline_schema::{KeyNulls, KeyReport};

use super::{KeyPurpose, KeyRule};

pub(crate) fn compile() -> KeyRule {
    KeyRule { nulls: KeyNulls::Fail, purpose: KeyPurpose::Unique(KeyReport::AfterFirst) }
}

//! # type
//!
//! Every value must be written as its type demands and lie within it.
//!
//! **Why** — everything else is said about values; a cell that is none gets this one violation and no other check looks at it.
//!
//! **Passes** — null, and text that the type's grammar reads without trimming, guessing or rounding.
//!
//! **Fails** — `12.5` or ` 1 ` for an integer, `300` for `int8`, `1e400` for a float, `2023-02-29` for a date, three fraction
//! digits for `decimal(10,2)`.
//!
//! **Options** — the field's `trim`, `group_char`, `decimal_char`, `true_values`, `false_values` and `format`.
//!
//! **Codes** — `type.invalid` (not of the grammar), `type.out_of_range` (right text, outside the type), `type.excess_digits`
//! (more digits than the type holds).

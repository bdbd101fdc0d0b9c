//! # type
//!
//! Every value must match the grammar of its type and be within its range.
//!
//! **Why** — all other checks are about values; a cell without one gets this one violation, and no other check evaluates it.
//!
//! **Passes** — null, and strings that match the type's grammar without trimming, guessing or rounding, except that floats are
//! rounded to the nearest (0 for `1e-400`). Trailing zeros of a fraction are not counted as digits. Typed columns, as in Arrow and
//! Parquet, pass if all values of their type are values of the declared one: `int32` for `int64`, `date64` for `date`, a dictionary
//! of strings for `string`.
//!
//! **Fails** — `12.5` or ` 1 ` for an integer, `300` for `int8`, `1e400` for a float, `2023-02-29` for a date, three fraction
//! digits, the last not zero, for `decimal(10,2)`.
//!
//! **Options** — the field's `trim`, `group_char`, `decimal_char`, `true_values`, `false_values` and `format`.
//!
//! **Codes** — `type.invalid` (does not match the grammar), `type.out_of_range` (matches, but is outside the type),
//! `type.excess_digits` (more digits than the type holds), `type.column` (a column of an Arrow or Parquet input with another type:
//! one violation, and its cells are not evaluated).

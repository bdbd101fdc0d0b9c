"""Polars: `scan_csv` with every column as text or `scan_parquet`, all checks as one lazy select, the streaming engine.

Records with cells too many are cut, those with too few are filled with null: Polars has no way to tell that they were there. Text
behind a closing quote ends its run, so tables without quoted cells are read with quotes as data.
"""

import os
import sys
from datetime import datetime

os.environ["POLARS_MAX_THREADS"] = sys.argv[3]

import polars as pl

from tables import BOOLEANS, FIELD_COUNT, HOLDING_QUOTES, INTEGERS, QUOTE, arguments, has_types, say, table

TYPES = {"float64": pl.Float64, "int8": pl.Int8, "int32": pl.Int32, "int64": pl.Int64}


def scan(columns, file):
    if has_types():
        return pl.scan_parquet(file)
    holds_quotes = table() in HOLDING_QUOTES
    frame = pl.scan_csv(
        file,
        schema={column.name: pl.String for column in columns},
        extra_columns="ignore",
        missing_columns="insert",
        quote_char='"' if holds_quotes else None,
    )
    # Empty text in quotes is text to Polars.
    return frame.with_columns(pl.when(pl.all() != "").then(pl.all())) if holds_quotes else frame


def value(column):
    """The column's value; null where its text is no value of the type."""
    text = pl.col(column.name)
    if has_types():
        return text
    if column.type == "float64" or column.type in INTEGERS:
        return text.cast(TYPES[column.type], strict=False)
    if column.type == "date":
        return text.str.to_date("%Y-%m-%d", strict=False)
    fraction = "%.f" if column.fraction else ""
    return text.str.to_datetime(f"%Y-%m-%dT%H:%M:%S{fraction}Z", strict=False, time_unit="us")


def bound(column, limit):
    return datetime.fromisoformat(limit) if column.type == "timestamp" else limit


def faults(column):
    """Code and condition of each fault."""
    text = pl.col(column.name)
    if column.required:
        yield "null", text.is_null()
    if column.type == "boolean":
        yield "invalid", ~text.is_in(BOOLEANS)
    elif column.type != "string" and not has_types():
        yield "invalid", value(column).is_null() & text.is_not_null()
    if column.pattern:
        yield "no_match", ~text.str.contains(column.pattern)
    if column.minimum is not None:
        yield "below_minimum", value(column) < bound(column, column.minimum)
    if column.exclusive_minimum is not None:
        yield "below_minimum", value(column) <= column.exclusive_minimum
    if column.maximum is not None:
        yield "above_maximum", value(column) > bound(column, column.maximum)
    if column.min_length is not None:
        yield "too_short", text.str.len_chars() < column.min_length
    if column.max_length is not None:
        yield "too_long", text.str.len_chars() > column.max_length
    if column.enum:
        yield "unlisted", ~text.is_in(column.enum)


def main():
    columns, file, _ = arguments()
    counts = [pl.len().alias("rows")]
    for column in columns:
        counts += [condition.sum().alias(column.label(code)) for code, condition in faults(column)]
        if column.unique:
            text = pl.col(column.name)
            counts.append((text.count() - text.drop_nulls().n_unique()).alias(column.label("duplicate")))
    found = scan(columns, file).select(counts).collect(engine="streaming").row(0, named=True)
    rows = found.pop("rows")
    say(rows, found, [FIELD_COUNT, QUOTE])


if __name__ == "__main__":
    main()

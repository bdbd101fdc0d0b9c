"""Pandera over a Polars frame, lazily, so that every failure is collected.

Every column is read as text; beside it stands its value, where it has a type, with null for what is no value. Built-in checks
judge lengths, patterns, lists, ranges and nulls; a check of its own compares the two columns.
"""

import os
import sys

os.environ["POLARS_MAX_THREADS"] = sys.argv[3]

import pandera.polars as pa
import polars as pl

from polars_expressions import scan, value
from tables import BOOLEANS, FIELD_COUNT, QUOTE, arguments, say


def is_parsed(text, parsed):
    return pa.Check(
        lambda data: data.lazyframe.select(pl.col(text).is_null() | pl.col(parsed).is_not_null()), error="invalid"
    )


def of_text(column):
    checks = []
    if column.pattern:
        checks.append(pa.Check.str_matches(column.pattern, error="no_match"))
    if column.min_length is not None:
        checks.append(pa.Check.str_length(min_value=column.min_length, error="too_short"))
    if column.max_length is not None:
        checks.append(pa.Check.str_length(max_value=column.max_length, error="too_long"))
    if column.enum:
        checks.append(pa.Check.isin(column.enum, error="unlisted"))
    if column.type == "boolean":
        checks.append(pa.Check.isin(BOOLEANS, error="invalid"))
    return checks


def of_value(column, parsed):
    checks = [is_parsed(column.name, parsed)]
    if column.minimum is not None:
        checks.append(pa.Check.ge(column.minimum, error="below_minimum"))
    if column.exclusive_minimum is not None:
        checks.append(pa.Check.gt(column.exclusive_minimum, error="below_minimum"))
    if column.maximum is not None:
        checks.append(pa.Check.le(column.maximum, error="above_maximum"))
    return checks


def main():
    columns, file, _ = arguments()
    everything = scan(columns, file)
    typed = {column.name + " value": column for column in columns if column.type not in ("string", "boolean")}
    # A text that must be nothing in particular is not read.
    columns = [column for column in columns if column.required or column.type != "string" or of_text(column)]
    frame = everything.select(column.name for column in columns)
    frame = frame.with_columns(value(column).alias(name) for name, column in typed.items()).collect()
    schema = {column.name: pa.Column(str, of_text(column), nullable=not column.required) for column in columns}
    for name, column in typed.items():
        schema[name] = pa.Column(frame.schema[name], of_value(column, name), nullable=True)
    counts = {}
    try:
        pa.DataFrameSchema(schema).validate(frame, lazy=True)
    except pa.errors.SchemaErrors as errors:
        by_check = errors.failure_cases.group_by("column", "check").len()
        for name, check, count in by_check.iter_rows():
            column = typed.get(name) or next(column for column in columns if column.name == name)
            counts[column.label("null" if check.startswith("not_nullable") else check)] = count
    for column in columns:
        if column.unique:
            # `unique=True` counts every row that has a repeated key, the first one too.
            text = frame[column.name]
            counts[column.label("duplicate")] = text.count() - text.drop_nulls().n_unique()
    say(frame.height, counts, [FIELD_COUNT, QUOTE])


main()

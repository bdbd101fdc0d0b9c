"""Polars: `scan_ndjson` with a schema, all checks as one lazy select, the streaming engine.

It ends at the first line that is no JSON and at the first value of another type.
"""

import os
import sys

os.environ["POLARS_MAX_THREADS"] = sys.argv[3]

import polars as pl

from polars_expressions import faults
from tables import arguments, say, tree

TYPES = {"float64": pl.Float64, "int32": pl.Int32, "int64": pl.Int64}


def type_of(inside):
    if isinstance(inside, dict):
        return pl.Struct({key: type_of(deeper) for key, deeper in inside.items()})
    return TYPES.get(inside.type, pl.String)


def cell(column):
    first, *rest = column.path
    found = pl.col(first)
    for key in rest:
        found = found.struct.field(key)
    return found.alias(column.name)


def main():
    columns, file, _ = arguments()
    schema = {key: type_of(inside) for key, inside in tree(columns).items()}
    frame = pl.scan_ndjson(file, schema=schema).select(cell(column) for column in columns)
    counts = [pl.len().alias("rows")]
    for column in columns:
        counts += [condition.sum().alias(column.label(code)) for code, condition in faults(column)]
    found = frame.select(counts).collect(engine="streaming").row(0, named=True)
    rows = found.pop("rows")
    say(rows, found)


main()

"""Reading without validation: columns of text files as Arrow streams, and row counts."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

from . import _native
from ._native import ArrowStream
from .schema import Schema
from .validators import schema_of

__all__ = ["count_rows", "read_csv", "read_jsonl"]


def read_csv(
    path: str | os.PathLike[str] | bytes, schema: Any = None, columns: Iterable[str] | None = None
) -> ArrowStream:
    """Read a CSV file as an Arrow stream.

    Pass the result to a library: ``polars.DataFrame(read_csv(path))``, ``pyarrow.table(read_csv(path))``.

    Columns have the types of ``schema``; its checks are ignored, and its section ``csv`` gives the dialect. Without a
    schema, the types are inferred from the first MiB: integers, floats, booleans, dates, times, timestamps, and strings
    for everything else. ``columns`` selects columns, in this order; the others are not decoded. Rows are read as they are
    consumed, and can be consumed once.

    A value that does not match its column's type, a malformed record or a truncated file ends the stream with an error
    that gives the location. The consuming library raises it as it raises its own errors.
    """
    return _read(path, schema, columns, "csv")


def read_jsonl(
    path: str | os.PathLike[str] | bytes, schema: Any = None, columns: Iterable[str] | None = None
) -> ArrowStream:
    """Read a JSON Lines file as an Arrow stream, as ``read_csv`` does.

    Without a schema, the members of objects are columns with dotted names; strings that all are dates, times or
    timestamps have that type; a list whose items have one type is a list, and any other list, and values of mixed
    types, are read as strings of JSON.
    """
    return _read(path, schema, columns, "jsonl")


def _read(path: Any, schema: Any, columns: Iterable[str] | None, format: str) -> ArrowStream:
    if isinstance(columns, str):
        raise TypeError("columns must be a list of names, not one name")
    native = None if schema is None else schema_of(schema)._native
    return _native.read(path, native, None if columns is None else list(columns), format)


def count_rows(path: Any, *, format: str | None = None, threads: int | None = None) -> int:
    """Return the number of records in a file, or in any data that ``Schema.validate`` accepts.

    A header is not counted. Raises ``UnreadableError`` if the data cannot be read to its end.
    """
    report = Schema({}).validate(path, format=format, threads=threads)
    if report.verdict == "unreadable":
        report.raise_if_invalid()
    return report.total_rows

"""The engine's tokenizer as a tool of its own: columns of text files as Arrow streams, and counts of rows."""

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
    """The rows of a CSV file as an Arrow stream: ``polars.DataFrame(read_csv(path))``, ``pyarrow.table(read_csv(path))``.

    Columns have the types of ``schema`` (whose checks are left aside; its section ``csv`` says how the file is written), or those that the
    first MiB shows: integers, floats, booleans, dates, timestamps, and text for all else. ``columns`` are those that are
    wanted, in this order; the others are not decoded. Rows are read while they are taken, and can be taken once.

    A cell that is not of its column's type, a broken record and a file that is cut end the stream with an error that names the place,
    as the library that takes it raises errors.
    """
    return _read(path, schema, columns, "csv")


def read_jsonl(
    path: str | os.PathLike[str] | bytes, schema: Any = None, columns: Iterable[str] | None = None
) -> ArrowStream:
    """The same for JSON Lines. Without a schema, lists, objects and values of several types are text, as JSON."""
    return _read(path, schema, columns, "jsonl")


def _read(path: Any, schema: Any, columns: Iterable[str] | None, format: str) -> ArrowStream:
    if isinstance(columns, str):
        raise TypeError("columns must be a list of names, not one name")
    native = None if schema is None else schema_of(schema)._native
    return _native.read(path, native, None if columns is None else list(columns), format)


def count_rows(path: Any, *, format: str | None = None, threads: int | None = None) -> int:
    """How many records a file has, or any data that ``Schema.validate`` takes; a header is none.

    Raises ``UnreadableError`` where they cannot be read to their end.
    """
    report = Schema({}).validate(path, format=format, threads=threads)
    if report.verdict == "unreadable":
        report.raise_if_invalid()
    return report.total_rows

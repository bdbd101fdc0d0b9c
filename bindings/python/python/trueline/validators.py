"""Validators by the names that users of such tools know. All of them are ``Schema.validate`` with fewer questions."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

from ._native import Report, Violation
from .errors import OptionError
from .schema import Schema

__all__ = [
    "LineProcessor",
    "Validator",
    "validate_csv",
    "validate_dataframe",
    "validate_json",
    "validate_parquet",
]

Path = str | os.PathLike[str]


def _schema(given: Any) -> Schema:
    """A schema, or what one is made of."""
    if isinstance(given, Schema):
        return given
    if isinstance(given, (str, os.PathLike)):
        return Schema.from_file(given)
    return Schema(given)


class Validator:
    """A schema and how many threads hold data against it.

    ``schema`` is a ``Schema``, the path of a document, or fields as ``Schema`` takes them. ``parallel`` is whether files are judged by
    all processors, or how many threads do it. Every method gives a ``Report``.
    """

    __slots__ = ("_threads", "schema")

    def __init__(self, schema: Any, parallel: bool | int = True) -> None:
        self.schema = _schema(schema)
        if not isinstance(parallel, int) or (parallel < 1 and parallel is not False):
            raise OptionError(f"parallel must be True, False or a number of threads, not {parallel!r}")
        self._threads = {True: None, False: 1}.get(parallel, parallel) if isinstance(parallel, bool) else parallel

    def validate(self, data: Any, **options: Any) -> Report:
        """Any data; see ``Schema.validate``."""
        return self.schema.validate(data, **{"threads": self._threads, **options})

    def is_valid(self, data: Any, **options: Any) -> bool:
        """Whether data are valid."""
        return self.validate(data, **options).valid

    def validate_csv(self, path: Path | Iterable[Path] | Any, **options: Any) -> Report:
        """CSV, whatever its name ends in."""
        return self.validate(path, format="csv", **options)

    def validate_json(self, path: Path | Iterable[Path] | Any, **options: Any) -> Report:
        """JSON Lines, whatever its name ends in."""
        return self.validate(path, format="jsonl", **options)

    def validate_parquet(self, path: Path | Iterable[Path] | Any, **options: Any) -> Report:
        """Parquet, whatever its name ends in."""
        return self.validate(path, format="parquet", **options)

    def validate_dataframe(self, frame: Any, **options: Any) -> Report:
        """A frame or table of Polars, pandas, pyarrow, DuckDB, or of any library with Arrow's capsules."""
        if not (hasattr(frame, "__arrow_c_stream__") or hasattr(frame, "__arrow_c_array__")):
            raise TypeError(f"a data frame has __arrow_c_stream__ or __arrow_c_array__; {type(frame).__name__} has neither")
        return self.validate(frame, **options)

    def __repr__(self) -> str:
        return f"Validator({self.schema!r})"


class LineProcessor:
    """One record at a time. Keys are unique within a record only: nothing is kept from one to the next."""

    __slots__ = ("_native", "schema")

    def __init__(self, schema: Any) -> None:
        self.schema = _schema(schema)
        self._native = self.schema._native

    def process_line(self, record: Mapping[str, Any]) -> tuple[bool, list[Violation]]:
        """Whether a record is valid, and what is wrong with it."""
        return _answer(self._native.validate_record(record))

    def process_json(self, record: bytes | str) -> tuple[bool, list[Violation]]:
        """The same of a record that is a JSON document."""
        return _answer(self._native.validate_json(record.encode() if isinstance(record, str) else record))


def _answer(report: Report) -> tuple[bool, list[Violation]]:
    if report.valid and report.total_rows == 1 and not report.errors:
        return True, []
    if report.total_rows == 0 and not report.errors:
        raise ValueError("there is no record")
    return report.valid, list(report.errors)


def validate_csv(path: Path | Iterable[Path] | Any, schema: Any, **options: Any) -> Report:
    """Holds CSV against a schema; options as for ``Schema.validate``."""
    return Validator(schema).validate_csv(path, **options)


def validate_json(path: Path | Iterable[Path] | Any, schema: Any, **options: Any) -> Report:
    """Holds JSON Lines against a schema; options as for ``Schema.validate``."""
    return Validator(schema).validate_json(path, **options)


def validate_parquet(path: Path | Iterable[Path] | Any, schema: Any, **options: Any) -> Report:
    """Holds Parquet against a schema; options as for ``Schema.validate``."""
    return Validator(schema).validate_parquet(path, **options)


def validate_dataframe(frame: Any, schema: Any, **options: Any) -> Report:
    """Holds a frame against a schema; options as for ``Schema.validate``."""
    return Validator(schema).validate_dataframe(frame, **options)

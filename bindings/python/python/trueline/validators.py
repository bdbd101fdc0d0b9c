"""Validators by the names that users of such tools know. All of them are ``Schema.validate`` with fewer questions."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any

from ._native import RecordProcessor, Report
from .errors import InternalError, OptionError
from .results import Results
from .schema import Schema
from .table import Table

__all__ = [
    "DistributedValidator",
    "LineProcessor",
    "StreamingValidator",
    "Validator",
    "validate_csv",
    "validate_dataframe",
    "validate_json",
    "validate_parquet",
]

Path = str | os.PathLike[str]


def schema_of(given: Any) -> Schema:
    """A schema, or what one is made of."""
    if isinstance(given, Schema):
        return given
    if isinstance(given, (str, os.PathLike)):
        return Schema.from_file(given)
    if isinstance(given, type):
        if issubclass(given, Table):
            return given.schema
        return Schema.from_pydantic(given) if hasattr(given, "model_json_schema") else Schema.from_class(given)
    return Schema(given)


class Validator:
    """A schema and how many threads hold data against it.

    ``schema`` is a ``Schema``, the path of a document, or fields as ``Schema`` takes them. ``parallel`` is whether files are judged by
    all processors, or how many threads do it. Every method gives a ``Report``.
    """

    __slots__ = ("_threads", "schema")

    def __init__(self, schema: Any, parallel: bool | int = True) -> None:
        self.schema = schema_of(schema)
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


class StreamingValidator:
    """A schema whose results come while data are read.

    ``buffer_size`` is how many bytes of text one result is of, 1 MiB unless told otherwise; ``parallel`` is as in ``Validator``. Keys are
    unique over the whole input, so their repeats, and faults of the table as a whole, are in a last result without rows; see
    ``Results``.
    """

    __slots__ = ("_options", "schema")

    def __init__(self, schema: Any, buffer_size: int = 1 << 20, parallel: bool | int = True) -> None:
        validator = Validator(schema, parallel)
        self.schema = validator.schema
        self._options = {"threads": validator._threads, "chunk_bytes": _size("buffer_size", buffer_size)}

    def validate_stream(self, data: Any, **options: Any) -> Results:
        """Any data; see ``Schema.stream``."""
        return self.schema.stream(data, **{**self._options, **options})

    def validate_csv_stream(self, path: Path | Iterable[Path] | Any, **options: Any) -> Results:
        """CSV, whatever its name ends in."""
        return self.validate_stream(path, format="csv", **options)

    def validate_json_stream(self, path: Path | Iterable[Path] | Any, **options: Any) -> Results:
        """JSON Lines, whatever its name ends in."""
        return self.validate_stream(path, format="jsonl", **options)

    def __repr__(self) -> str:
        return f"StreamingValidator({self.schema!r})"


class DistributedValidator:
    """A schema held against large files by many workers, which tell how far they are.

    ``workers`` is how many threads judge a file (all processors unless told otherwise), ``chunk_size`` how many bytes one of them takes
    at a time. The report is that of one pass, whatever they are: keys are unique over the whole file. Threads do not hold the
    interpreter lock, so more processes would not be faster; ``use_processes=True`` puts the engine, with all its workers, into a process
    of its own, whose memory and end are not those of this one. What it is given must be picklable then, as paths and schemas are.
    """

    __slots__ = ("_chunk_size", "_options", "schema", "use_processes")

    def __init__(
        self,
        schema: Any,
        workers: int | None = None,
        chunk_size: int = 1 << 20,
        use_processes: bool = False,
    ) -> None:
        self.schema = schema_of(schema)
        self.use_processes = use_processes
        self._chunk_size = _size("chunk_size", chunk_size)
        threads = None if workers is None else _size("workers", workers)
        self._options = {"threads": threads, "chunk_bytes": self._chunk_size}

    def validate_csv_parallel(
        self,
        path: Path | Iterable[Path] | Any,
        callback: Callable[[dict[str, int | None]], object] | None = None,
        **options: Any,
    ) -> Report:
        """CSV, whatever its name ends in; see ``validate_parallel``."""
        return self.validate_parallel(path, callback, format="csv", **options)

    def validate_json_parallel(
        self,
        path: Path | Iterable[Path] | Any,
        callback: Callable[[dict[str, int | None]], object] | None = None,
        **options: Any,
    ) -> Report:
        """JSON Lines, whatever its name ends in; see ``validate_parallel``."""
        return self.validate_parallel(path, callback, format="jsonl", **options)

    def validate_parallel(
        self, data: Any, callback: Callable[[dict[str, int | None]], object] | None = None, **options: Any
    ) -> Report:
        """Holds data against the schema and gives the report.

        ``callback`` is called on this thread after each chunk, in order, with a dict: ``chunk`` (from 1) and ``total_chunks``, which is an
        estimate by the size until the last call, when both are equal; ``total_rows``, ``valid_count`` and ``invalid_count`` so far, and ``bytes``
        and ``total_bytes`` (``None`` where the size is not known). What it raises ends the run.
        """
        if callback is not None and not callable(callback):
            raise OptionError("callback must be a function of one argument")
        progress = _Chunks(callback, _file_size(data), self._chunk_size)
        options = {**self._options, **options}
        if self.use_processes:
            from ._process import parts

            for answer in parts(self.schema, data, options):
                if isinstance(answer, Report):
                    progress.end()
                    return answer
                progress.take(answer)
            raise InternalError("the process gave no report")
        from ._process import told

        with self.schema.stream(data, **options) as results:
            for result in results:
                progress.take(told(result))
            report = results.report
        progress.end()
        return report

    def __repr__(self) -> str:
        return f"DistributedValidator({self.schema!r})"


class _Chunks:
    """Calls a callback for each chunk, one behind: which one is the last is known when no other comes."""

    def __init__(self, callback: Callable[[dict[str, int | None]], object] | None, size: int | None, chunk: int) -> None:
        self._callback = callback
        self._size = size
        self._expected = 1 if size is None else -(-size // chunk)
        self._seen = 0
        self._rows = self._invalid = self._bytes = 0

    def take(self, part: dict[str, int]) -> None:
        if not part["last"]:
            if self._seen:
                self._tell(max(self._expected, self._seen + 1))
            self._seen += 1
            self._bytes = part["bytes"]
        self._rows += part["rows"]
        self._invalid += part["invalid"]

    def end(self) -> None:
        self._seen = max(self._seen, 1)
        self._tell(self._seen)

    def _tell(self, total: int) -> None:
        if self._callback is not None:
            counts = {"total_rows": self._rows, "valid_count": self._rows - self._invalid, "invalid_count": self._invalid}
            sizes = {"bytes": self._bytes, "total_bytes": self._size}
            self._callback({"chunk": self._seen, "total_chunks": total, **counts, **sizes})


def _file_size(data: Any) -> int | None:
    """The size of one local file."""
    if isinstance(data, (bytes, bytearray, memoryview)):
        return memoryview(data).nbytes
    try:
        return os.stat(data).st_size if isinstance(data, (str, os.PathLike)) else None
    except (OSError, ValueError):
        return None


def _size(name: str, value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise OptionError(f"{name} must be a whole number of at least 1, not {value!r}")
    return value


class LineProcessor(RecordProcessor):
    """One record at a time. Keys are unique within a record only: nothing is kept from one to the next, and checks of a table as a whole,
    such as ``row_count``, are left out.

    ``process_line`` takes a dict, ``process_json`` a JSON document; both give whether the record is valid, and the list of what is wrong
    with it.
    """

    __slots__ = ("schema",)

    schema: Schema

    def __new__(cls, schema: Any) -> LineProcessor:
        made = without_functions(schema_of(schema), cls.__name__)
        processor = super().__new__(cls, made._native)
        processor.schema = made
        return processor

    def __reduce__(self) -> tuple[type[LineProcessor], tuple[Schema]]:
        return type(self), (self.schema,)


def without_functions(schema: Schema, name: str) -> Schema:
    """The schema, if none of its checks is a function."""
    if schema._custom:
        ids = ", ".join(str(check["id"]) for check in schema._custom)
        raise OptionError(f"{name} has no functions for checks; the schema has {ids}")
    return schema


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

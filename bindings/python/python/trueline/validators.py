"""Validators under familiar names, as thin layers over ``Schema`` and the engine."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any

from ._native import RecordProcessor, Report
from .errors import InternalError, OptionError
from .results import Results
from .schema import Schema, refuse_lazy

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
    """Return a schema, or make one from a path, a class or fields."""
    if isinstance(given, Schema):
        return given
    if isinstance(given, (str, os.PathLike)):
        return Schema.from_file(given)
    if isinstance(given, type):
        return Schema.from_class(given)
    return Schema(given)


class Validator:
    """A schema with a number of threads for validation.

    ``schema`` is a ``Schema``, the path of a document, a class, or fields as ``Schema`` accepts them. ``parallel`` is
    the number of threads for files; ``True`` uses all processors, ``False`` one thread. Every ``validate`` method
    returns a ``Report``.
    """

    __slots__ = ("_threads", "schema")

    def __init__(self, schema: Any, parallel: bool | int = True) -> None:
        self.schema = schema_of(schema)
        if not isinstance(parallel, int) or (parallel < 1 and parallel is not False):
            raise OptionError(f"parallel must be True, False or a number of threads, not {parallel!r}")
        self._threads = {True: None, False: 1}.get(parallel, parallel) if isinstance(parallel, bool) else parallel

    def validate(self, data: Any, **options: Any) -> Report:
        """Validate any data; see ``Schema.validate``."""
        return self.schema.validate(data, **{"threads": self._threads, **options})

    def is_valid(self, data: Any, **options: Any) -> bool:
        """Return whether the data is valid."""
        return self.validate(data, **options).valid

    def validate_csv(self, path: Path | Iterable[Path] | Any, **options: Any) -> Report:
        """Validate CSV data, regardless of the file name extension."""
        return self.validate(path, format="csv", **options)

    def validate_json(self, path: Path | Iterable[Path] | Any, **options: Any) -> Report:
        """Validate JSON Lines data, regardless of the file name extension."""
        return self.validate(path, format="jsonl", **options)

    def validate_parquet(self, path: Path | Iterable[Path] | Any, **options: Any) -> Report:
        """Validate Parquet data, regardless of the file name extension."""
        return self.validate(path, format="parquet", **options)

    def validate_dataframe(self, frame: Any, **options: Any) -> Report:
        """Validate a data frame or table.

        It may come from Polars, pandas, pyarrow, DuckDB, or any library with Arrow's PyCapsule interface.
        """
        refuse_lazy(frame)
        if not (hasattr(frame, "__arrow_c_stream__") or hasattr(frame, "__arrow_c_array__")):
            raise TypeError(f"a data frame has __arrow_c_stream__ or __arrow_c_array__; {type(frame).__name__} has neither")
        return self.validate(frame, **options)

    def __repr__(self) -> str:
        return f"Validator({self.schema!r})"


class StreamingValidator:
    """A validator that yields results while data is read.

    ``buffer_size`` is the size in bytes of the text that one result covers (default: 1 MiB). ``parallel`` is as in
    ``Validator``. Keys are unique across the whole input, so duplicate keys and violations of table checks are in a
    last result without rows; see ``Results``.
    """

    __slots__ = ("_options", "schema")

    def __init__(self, schema: Any, buffer_size: int = 1 << 20, parallel: bool | int = True) -> None:
        validator = Validator(schema, parallel)
        self.schema = validator.schema
        self._options = {"threads": validator._threads, "chunk_bytes": _size("buffer_size", buffer_size)}

    def validate_stream(self, data: Any, **options: Any) -> Results:
        """Validate any data; see ``Schema.stream``."""
        return self.schema.stream(data, **{**self._options, **options})

    def validate_csv_stream(self, path: Path | Iterable[Path] | Any, **options: Any) -> Results:
        """Validate CSV data, regardless of the file name extension."""
        return self.validate_stream(path, format="csv", **options)

    def validate_json_stream(self, path: Path | Iterable[Path] | Any, **options: Any) -> Results:
        """Validate JSON Lines data, regardless of the file name extension."""
        return self.validate_stream(path, format="jsonl", **options)

    def __repr__(self) -> str:
        return f"StreamingValidator({self.schema!r})"


class DistributedValidator:
    """A validator for large files with many workers, which reports progress per chunk.

    ``workers`` is the number of threads for a file (default: all processors), ``chunk_size`` the number of bytes that a
    thread takes at a time. The report does not depend on them: keys are unique across the whole file. Threads do not
    hold the interpreter lock, so more processes would not be faster. ``use_processes=True`` runs the engine with all
    its workers in one separate process, to isolate its memory and its crashes. The schema, the data and the options
    must then be picklable, as paths and schemas are.
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
        """Validate CSV data, regardless of the file name extension; see ``validate_parallel``."""
        return self.validate_parallel(path, callback, format="csv", **options)

    def validate_json_parallel(
        self,
        path: Path | Iterable[Path] | Any,
        callback: Callable[[dict[str, int | None]], object] | None = None,
        **options: Any,
    ) -> Report:
        """Validate JSON Lines data, regardless of the file name extension; see ``validate_parallel``."""
        return self.validate_parallel(path, callback, format="jsonl", **options)

    def validate_parallel(
        self, data: Any, callback: Callable[[dict[str, int | None]], object] | None = None, **options: Any
    ) -> Report:
        """Validate data and return the report.

        ``callback`` is called on this thread after each chunk, in order, with a dict: ``chunk`` (from 1) and
        ``total_chunks``, an estimate from the size until the last call, when both are equal; ``total_rows``,
        ``valid_count`` and ``invalid_count`` so far; ``bytes`` and ``total_bytes`` (``None`` if the size is unknown).
        An exception from it ends the run.
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
    """Progress per chunk for a callback, one chunk late.

    Only the end of the run shows which chunk was the last.
    """

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
    """Return the size of bytes or of one local file, if known."""
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
    """A validator of one record at a time.

    No state is kept between records: keys are unique within a record only, and checks of the whole table, such as
    ``row_count``, are omitted. ``process_line`` takes a dict, ``process_json`` a JSON document. Both return whether the
    record is valid, and the list of its violations, whose bytes and lines count from the start of the document.
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
    """Return the schema if it has no check functions, else raise ``OptionError``."""
    if schema._custom:
        ids = ", ".join(str(check["id"]) for check in schema._custom)
        raise OptionError(f"{name} has no functions for checks; the schema has {ids}")
    return schema


def validate_csv(path: Path | Iterable[Path] | Any, schema: Any, **options: Any) -> Report:
    """Validate CSV data against a schema; options as for ``Schema.validate``."""
    return Validator(schema).validate_csv(path, **options)


def validate_json(path: Path | Iterable[Path] | Any, schema: Any, **options: Any) -> Report:
    """Validate JSON Lines data against a schema; options as for ``Schema.validate``."""
    return Validator(schema).validate_json(path, **options)


def validate_parquet(path: Path | Iterable[Path] | Any, schema: Any, **options: Any) -> Report:
    """Validate Parquet data against a schema; options as for ``Schema.validate``."""
    return Validator(schema).validate_parquet(path, **options)


def validate_dataframe(frame: Any, schema: Any, **options: Any) -> Report:
    """Validate a data frame against a schema; options as for ``Schema.validate``."""
    return Validator(schema).validate_dataframe(frame, **options)

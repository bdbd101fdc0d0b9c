"""The native engine; use the package ``trueline`` instead."""

import os
import pathlib
from collections.abc import Iterator, Mapping
from typing import Any, Self, final, overload

from typing_extensions import disjoint_base

__all__ = [
    "__version__",
    "Schema",
    "Report",
    "Violation",
    "Violations",
    "CheckResult",
    "CheckResults",
    "Mask",
    "Stream",
    "BatchResult",
    "Cache",
    "Cancel",
    "Batch",
    "Column",
    "FIELD_KEYWORDS",
    "ArrowStream",
    "read",
    "Progress",
    "RecordProcessor",
    "State",
    "run_command",
]

__version__: str

FIELD_KEYWORDS: list[str]
"""The keywords that a field of a schema document may have."""

def run_command(arguments: list[str]) -> int: ...

def read(data: Any, schema: Schema | None, columns: list[str] | None, format: str) -> ArrowStream: ...

@final
class ArrowStream:
    """The rows of a file as an Arrow stream, which can be consumed once.

    For ``polars.DataFrame``, ``pyarrow.table``, DuckDB and pandas.
    """

    @property
    def columns(self) -> list[tuple[str, str]]:
        """The names and Arrow types of the columns."""
    def __arrow_c_stream__(self, requested_schema: Any | None = None) -> Any: ...

@final
class Progress:
    """The progress of a run."""

    @property
    def input(self) -> str:
        """The input being read."""
    @property
    def bytes(self) -> int:
        """Bytes read so far, as stored."""
    @property
    def total_bytes(self) -> int | None:
        """Bytes of all inputs as stored, if known."""
    @property
    def rows(self) -> int:
        """Rows validated so far."""
    @property
    def invalid_rows(self) -> int:
        """Rows found invalid so far; duplicate keys are found at the end."""
    @property
    def elapsed_seconds(self) -> float:
        """Seconds since the run began."""

@final
class Violation:
    """A violation: the check, the location, the value found and the expectation."""

    @property
    def check_id(self) -> str:
        """The id of the check, such as ``amount.range``."""
    @property
    def code(self) -> str:
        """The stable code, such as ``range.above_maximum``."""
    @property
    def severity(self) -> str:
        """``error`` or ``warning``."""
    @property
    def input(self) -> int:
        """The index of the input, from 0."""
    @property
    def input_name(self) -> str | None:
        """The name of the input."""
    @property
    def row_index(self) -> int | None:
        """The index of the record, from 0, header excluded."""
    @property
    def line(self) -> int | None:
        """The line, from 1."""
    @property
    def byte_offset(self) -> int | None:
        """The offset of the first byte, from 0, in the decompressed input."""
    @property
    def byte_length(self) -> int | None:
        """The number of bytes, quotes included."""
    @property
    def column(self) -> str | None:
        """The name of the column, if the violation concerns one."""
    @property
    def path(self) -> str | None:
        """The location inside a nested value, as a JSON Pointer."""
    @property
    def value(self) -> str | None:
        """The value found, as a string, truncated if long."""
    @property
    def value_truncated(self) -> bool:
        """Whether ``value`` is truncated."""
    @property
    def expected(self) -> str:
        """What the check expects, for people."""
    @property
    def message(self) -> str:
        """What is wrong, in one sentence."""
    @property
    def related(self) -> dict[str, Any] | None:
        """The related location, such as the first occurrence of a duplicate key."""
    def to_dict(self) -> dict[str, Any]:
        """Return all attributes as a dict."""
    def __eq__(self, other: object, /) -> bool: ...

@final
class Violations:
    """The violations that a report keeps, as a sequence; each is created on access."""

    def __len__(self) -> int: ...
    @overload
    def __getitem__(self, index: int, /) -> Violation: ...
    @overload
    def __getitem__(self, index: slice, /) -> list[Violation]: ...
    def __iter__(self) -> Iterator[Violation]: ...
    def __reversed__(self) -> Iterator[Violation]: ...
    def __arrow_c_stream__(self, requested_schema: Any | None = None) -> Any: ...
    def to_dicts(self) -> list[dict[str, Any]]:
        """Return all items as dicts, as data frames accept them."""

@final
class CheckResult:
    """The result of one check."""

    @property
    def id(self) -> str:
        """The id, such as ``amount.range``."""
    @property
    def check(self) -> str:
        """The kind, such as ``range``."""
    @property
    def columns(self) -> list[str]:
        """The columns that it reads."""
    @property
    def severity(self) -> str:
        """``error`` or ``warning``."""
    @property
    def status(self) -> str:
        """``passed``, ``failed``, ``warned``, ``not_evaluated``, or ``error`` if a check function failed."""
    @property
    def reason(self) -> str | None:
        """Why it was not evaluated, or another remark."""
    @property
    def evaluated(self) -> int:
        """The number of values evaluated."""
    @property
    def failed(self) -> int:
        """The exact number of these that failed."""
    @property
    def null(self) -> int:
        """The number of values that were null and not evaluated."""
    @property
    def not_evaluated(self) -> int:
        """The number of values not evaluated because of an earlier violation."""
    @property
    def codes(self) -> dict[str, int]:
        """The number of failures per code."""
    @property
    def first_row_index(self) -> int | None:
        """The first row that failed."""
    @property
    def observed(self) -> int | float | str | None:
        """The value that a check of the table or of a whole column observed, such as a number of rows."""
    @property
    def expected(self) -> str:
        """What it expects, for people."""
    def to_dict(self) -> dict[str, Any]:
        """Return all attributes as a dict."""

@final
class CheckResults:
    """The results of all checks, in schema order, as a sequence that also accepts check ids."""

    def __len__(self) -> int: ...
    @overload
    def __getitem__(self, index: int | str, /) -> CheckResult: ...
    @overload
    def __getitem__(self, index: slice, /) -> list[CheckResult]: ...
    def __contains__(self, item: object, /) -> bool:
        """Return whether there is a check with this id, or a result is one of these."""
    def __iter__(self) -> Iterator[CheckResult]: ...
    def __arrow_c_stream__(self, requested_schema: Any | None = None) -> Any: ...
    def to_dicts(self) -> list[dict[str, Any]]:
        """Return all items as dicts, as data frames accept them."""

@final
class Mask:
    """The validity of each row: an Arrow array of booleans without nulls."""

    def __len__(self) -> int: ...
    def __getitem__(self, index: int, /) -> bool: ...
    def __iter__(self) -> Iterator[bool]: ...
    def __arrow_c_array__(self, requested_schema: Any | None = None) -> Any: ...
    def __array__(self, dtype: Any | None = None, copy: Any | None = None) -> Any: ...
    def to_list(self) -> list[bool]:
        """Return the values as a list."""

@final
class Cache:
    """The results of earlier runs, cached in a folder, for ``CachedValidator``."""

    def __new__(
        cls,
        folder: str | os.PathLike[str] | None = None,
        ttl: float | None = None,
        max_bytes: int | None = None,
        trust_times: bool = False,
    ) -> Cache: ...
    @property
    def folder(self) -> pathlib.Path:
        """The folder."""
    def stats(self) -> dict[str, int]:
        """Return ``entries``, ``bytes``, ``hits`` and ``misses``."""
    def prune(self) -> dict[str, int]:
        """Remove expired entries, and the least recently used ones beyond the size limit."""
    def clear(self) -> dict[str, int]:
        """Remove all entries."""
    def take_warning(self) -> str | None:
        """Return why an entry could not be stored, once, for the first failure since the last call."""

@final
class Cancel:
    """A flag that ends the runs it is passed to, from any thread."""

    def __new__(cls) -> Cancel: ...
    def cancel(self) -> None:
        """End the runs."""
    @property
    def cancelled(self) -> bool:
        """Whether the runs were asked to end."""

@final
class BatchResult:
    """The result of some rows, delivered while the run is in progress.

    All locations refer to the whole input.
    """

    @property
    def number(self) -> int:
        """The number of the result, from 0, over all inputs."""
    @property
    def input(self) -> int:
        """The index of the input of its rows, from 0."""
    @property
    def input_name(self) -> str:
        """The name of that input."""
    @property
    def first_row(self) -> int:
        """The index of its first row in the input, from 0."""
    @property
    def total_rows(self) -> int:
        """The number of its rows."""
    @property
    def valid_count(self) -> int:
        """The number of rows without a violation of error severity."""
    @property
    def invalid_count(self) -> int:
        """The number of rows with a violation of error severity.

        In the last result: the number of rows that duplicate keys made invalid.
        """
    @property
    def end_bytes(self) -> int:
        """The number of decompressed bytes of the input up to its end."""
    @property
    def error_count(self) -> int:
        """The exact number of violations of error severity."""
    @property
    def warning_count(self) -> int:
        """The exact number of violations of warning severity."""
    @property
    def errors(self) -> Violations:
        """The first violations, at most ``max_violations``."""
    @property
    def errors_omitted(self) -> int:
        """The number of violations found but not kept."""
    @property
    def is_last(self) -> bool:
        """Whether it is the last result, which has no rows and contains what is known only at the end."""
    @property
    def valid(self) -> bool:
        """Whether it has no violation of error severity."""
    def is_valid(self) -> bool:
        """Return ``valid``."""

@final
class Stream:
    def __iter__(self) -> Iterator[BatchResult]: ...
    def __next__(self) -> BatchResult: ...
    @property
    def report(self) -> Report | None: ...
    def close(self) -> None: ...

@final
class Batch:
    """The rows that a check function evaluates."""

    def __len__(self) -> int: ...
    @property
    def columns(self) -> dict[str, Column]:
        """The columns by name."""
    def to_records(self) -> list[dict[str, Any]]:
        """Return the rows as dicts."""
    def __arrow_c_stream__(self, requested_schema: Any | None = None) -> Any: ...

@final
class Column:
    """One column of the rows that a check function evaluates."""

    @property
    def name(self) -> str:
        """The name."""
    def __len__(self) -> int: ...
    def to_list(self) -> list[Any]:
        """Return the values as Python objects; timestamps are in UTC."""
    def __arrow_c_array__(self, requested_schema: Any | None = None) -> Any: ...

@final
class Report:
    """The report of one run."""

    @staticmethod
    def from_json(text: str) -> Report:
        """Read a report that ``to_json`` wrote."""
    @property
    def valid(self) -> bool:
        """Whether every byte was read and no check of error severity failed."""
    @property
    def verdict(self) -> str:
        """``valid``, ``invalid`` or ``unreadable``."""
    @property
    def total_rows(self) -> int:
        """The number of records."""
    @property
    def valid_count(self) -> int:
        """The number of records without a violation of error severity."""
    @property
    def invalid_count(self) -> int:
        """The number of records with a violation of error severity."""
    @property
    def errors(self) -> Violations:
        """Samples of the violations, ordered by input, row and column.

        ``checks`` has the exact totals.
        """
    @property
    def errors_omitted(self) -> int:
        """The number of violations found but not kept."""
    @property
    def checks(self) -> CheckResults:
        """The results of all checks, in schema order."""
    @property
    def valid_mask(self) -> Mask | None:
        """The validity of each row, if requested by ``mask=True``."""
    @property
    def error(self) -> dict[str, Any] | None:
        """Why the verdict is ``unreadable``."""
    def is_valid(self) -> bool:
        """Return ``valid``."""
    def raise_if_invalid(self) -> Report:
        """Return the report if the data is valid.

        Raises ``ValidationError`` or ``UnreadableError`` otherwise.
        """
    def to_json(self) -> str:
        """Return the report as the JSON document that ``docs/report.schema.json`` describes."""
    def to_dict(self) -> dict[str, Any]:
        """Return the JSON document as a dict."""
    def to_text(self) -> str:
        """Return the report as text for a terminal, as ``str`` does."""
    def to_html(self) -> str:
        """Return the report as a self-contained HTML page."""
    def to_markdown(self) -> str:
        """Return the report as Markdown, for a comment or a summary."""
    def to_junit(self) -> str:
        """Return the report as JUnit XML."""
    def to_sarif(self) -> str:
        """Return the report as SARIF 2.1.0."""
    def _repr_html_(self) -> str: ...
    def __eq__(self, other: object, /) -> bool: ...

@final
class Schema:
    @staticmethod
    def parse(text: str, language: str, name: str) -> Schema: ...
    @staticmethod
    def compose(folder: str | os.PathLike[str]) -> tuple[Schema, str]: ...
    @property
    def name(self) -> str | None: ...
    @property
    def fields(self) -> list[tuple[str, str]]: ...
    @property
    def check_ids(self) -> list[str]: ...
    @property
    def canonical(self) -> str: ...
    @property
    def fingerprint(self) -> str: ...
    def validate(self, data: Any, **options: Any) -> Report: ...
    def stream(self, data: Any, **options: Any) -> Stream: ...

@disjoint_base
class RecordProcessor:
    def __new__(cls, schema: Schema) -> Self: ...
    def process_line(self, record: Mapping[str, Any]) -> tuple[bool, list[Violation]]:
        """Validate a record; return whether it is valid, and its violations."""
    def process_json(self, record: bytes | bytearray | memoryview | str) -> tuple[bool, list[Violation]]:
        """Validate a record that is a JSON document; see ``process_line``."""

@final
class State:
    @staticmethod
    def of_records(schema: Schema, records: Any) -> State: ...
    @staticmethod
    def of_arrow(schema: Schema, data: Any) -> State: ...
    @staticmethod
    def merge(states: list[State]) -> State: ...
    @staticmethod
    def from_bytes(schema: Schema, bytes: bytes) -> State: ...
    def to_bytes(self) -> bytes: ...
    def report(self) -> Report: ...

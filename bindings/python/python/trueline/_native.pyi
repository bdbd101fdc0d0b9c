"""The engine. What is for users is in ``trueline``."""

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
    """The rows of a file as an Arrow stream, to be taken once: by ``polars.DataFrame``, ``pyarrow.table``, DuckDB, pandas."""

    @property
    def columns(self) -> list[tuple[str, str]]:
        """Names and Arrow types of the columns."""
    def __arrow_c_stream__(self, requested_schema: Any | None = None) -> Any: ...

@final
class Progress:
    """How far a run has come."""

    @property
    def input(self) -> str:
        """The input being read."""
    @property
    def bytes(self) -> int:
        """Bytes taken so far, as stored."""
    @property
    def total_bytes(self) -> int | None:
        """Bytes of all inputs, when known."""
    @property
    def rows(self) -> int:
        """Rows validated so far."""
    @property
    def invalid_rows(self) -> int:
        """Rows found invalid so far; repeated keys are found at the end."""
    @property
    def elapsed_seconds(self) -> float:
        """Time since the run began."""

@final
class Violation:
    """One fault: which check, where, what was found and what was expected."""

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
        """The input, from 0."""
    @property
    def input_name(self) -> str | None:
        """The input's name."""
    @property
    def row_index(self) -> int | None:
        """The record, from 0, header excluded."""
    @property
    def line(self) -> int | None:
        """The line, from 1."""
    @property
    def byte_offset(self) -> int | None:
        """The first byte, from 0, in the decompressed stream."""
    @property
    def byte_length(self) -> int | None:
        """The number of bytes, quotes included."""
    @property
    def column(self) -> str | None:
        """The column's name, when the fault is of one."""
    @property
    def path(self) -> str | None:
        """The place inside a nested value, as a JSON Pointer."""
    @property
    def value(self) -> str | None:
        """The value found, as text, cut when long."""
    @property
    def value_truncated(self) -> bool:
        """Whether ``value`` was cut."""
    @property
    def expected(self) -> str:
        """What the check expects, for people."""
    @property
    def message(self) -> str:
        """What is wrong, in one sentence."""
    @property
    def related(self) -> dict[str, Any] | None:
        """The other place that the fault is about, such as the first holder of a repeated key."""
    def to_dict(self) -> dict[str, Any]:
        """All of it."""
    def __eq__(self, other: object, /) -> bool: ...

@final
class Violations:
    """The violations that a report keeps, as a sequence; each is made when it is asked for."""

    def __len__(self) -> int: ...
    @overload
    def __getitem__(self, index: int, /) -> Violation: ...
    @overload
    def __getitem__(self, index: slice, /) -> list[Violation]: ...
    def __iter__(self) -> Iterator[Violation]: ...
    def __reversed__(self) -> Iterator[Violation]: ...
    def __arrow_c_stream__(self, requested_schema: Any | None = None) -> Any: ...
    def to_dicts(self) -> list[dict[str, Any]]:
        """All of them as dicts, as data frames take them."""

@final
class CheckResult:
    """What became of one check."""

    @property
    def id(self) -> str:
        """Its id, such as ``amount.range``."""
    @property
    def check(self) -> str:
        """Its kind, such as ``range``."""
    @property
    def columns(self) -> list[str]:
        """The columns it reads."""
    @property
    def severity(self) -> str:
        """``error`` or ``warning``."""
    @property
    def status(self) -> str:
        """``passed``, ``failed``, ``warned``, ``not_evaluated``, or ``error`` of a function that failed."""
    @property
    def reason(self) -> str | None:
        """Why it was not evaluated, or another remark."""
    @property
    def evaluated(self) -> int:
        """How many values were judged."""
    @property
    def failed(self) -> int:
        """How many of those failed; exact."""
    @property
    def null(self) -> int:
        """How many values were null and not judged."""
    @property
    def not_evaluated(self) -> int:
        """How many could not be judged because of an earlier fault."""
    @property
    def codes(self) -> dict[str, int]:
        """How many failures there are of each code."""
    @property
    def first_row_index(self) -> int | None:
        """The first row that failed."""
    @property
    def observed(self) -> int | float | str | None:
        """What a check of the table or of a whole column saw, such as a number of rows."""
    @property
    def expected(self) -> str:
        """What it expects, for people."""
    def to_dict(self) -> dict[str, Any]:
        """All of it."""

@final
class CheckResults:
    """The outcomes of all checks, in the schema's order, as a sequence that knows their ids."""

    def __len__(self) -> int: ...
    @overload
    def __getitem__(self, index: int | str, /) -> CheckResult: ...
    @overload
    def __getitem__(self, index: slice, /) -> list[CheckResult]: ...
    def __iter__(self) -> Iterator[CheckResult]: ...
    def __arrow_c_stream__(self, requested_schema: Any | None = None) -> Any: ...
    def to_dicts(self) -> list[dict[str, Any]]:
        """All of them as dicts, as data frames take them."""

@final
class Mask:
    """Of each row whether it is valid: an Arrow array of booleans, without nulls."""

    def __len__(self) -> int: ...
    def __getitem__(self, index: int, /) -> bool: ...
    def __iter__(self) -> Iterator[bool]: ...
    def __arrow_c_array__(self, requested_schema: Any | None = None) -> Any: ...
    def __array__(self, dtype: Any | None = None, copy: Any | None = None) -> Any: ...
    def to_list(self) -> list[bool]:
        """The answers as a list."""

@final
class Cache:
    """What was found by runs before, in a folder; for ``CachedValidator``."""

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
        """``entries``, ``bytes``, ``hits`` and ``misses``."""
    def prune(self) -> dict[str, int]:
        """Removes what is too old or too much."""
    def clear(self) -> dict[str, int]:
        """Removes everything."""
    def take_warning(self) -> str | None:
        """Why something could not be kept, the first time since this was last asked."""

@final
class Cancel:
    """A flag that ends the runs it is given to, from any thread."""

    def __new__(cls) -> Cancel: ...
    def cancel(self) -> None:
        """Ends the runs."""
    @property
    def cancelled(self) -> bool:
        """Whether they were asked to end."""

@final
class BatchResult:
    """What was found in some rows, while the run goes on. All places are those of the whole input."""

    @property
    def number(self) -> int:
        """Its number, from 0, over all inputs."""
    @property
    def input(self) -> int:
        """The input that its rows are of, from 0."""
    @property
    def input_name(self) -> str:
        """The name of that input."""
    @property
    def first_row(self) -> int:
        """The first of its rows, counted from 0 over the input."""
    @property
    def total_rows(self) -> int:
        """How many rows it has."""
    @property
    def valid_count(self) -> int:
        """Rows that no violation of error severity names."""
    @property
    def invalid_count(self) -> int:
        """Rows that one does; in the last result those that repeats of keys made invalid."""
    @property
    def end_bytes(self) -> int:
        """Bytes of the input, decompressed, up to its end."""
    @property
    def error_count(self) -> int:
        """How many violations of error severity there are; exact."""
    @property
    def warning_count(self) -> int:
        """How many violations of warning severity there are; exact."""
    @property
    def errors(self) -> Violations:
        """The first violations, ``max_violations`` of them at most."""
    @property
    def errors_omitted(self) -> int:
        """How many violations were found and not kept."""
    @property
    def is_last(self) -> bool:
        """Whether it is the last, which has no rows but what is only known at the end."""
    @property
    def valid(self) -> bool:
        """Whether nothing of error severity is wrong with it."""
    def is_valid(self) -> bool:
        """``valid``."""

@final
class Stream:
    def __iter__(self) -> Iterator[BatchResult]: ...
    def __next__(self) -> BatchResult: ...
    @property
    def report(self) -> Report | None: ...
    def close(self) -> None: ...

@final
class Batch:
    """The rows that a function judges."""

    def __len__(self) -> int: ...
    @property
    def columns(self) -> dict[str, Column]:
        """The columns by name."""
    def to_records(self) -> list[dict[str, Any]]:
        """The rows as dicts."""
    def __arrow_c_stream__(self, requested_schema: Any | None = None) -> Any: ...

@final
class Column:
    """One column of the rows that a function judges."""

    @property
    def name(self) -> str:
        """Its name."""
    def __len__(self) -> int: ...
    def to_list(self) -> list[Any]:
        """The values as objects of Python; timestamps are in UTC."""
    def __arrow_c_array__(self, requested_schema: Any | None = None) -> Any: ...

@final
class Report:
    """What was found in one run."""

    @staticmethod
    def from_json(text: str) -> Report:
        """Reads a report that ``to_json`` wrote."""
    @property
    def valid(self) -> bool:
        """Whether every byte was read and no check of error severity failed."""
    @property
    def verdict(self) -> str:
        """``valid``, ``invalid`` or ``unreadable``."""
    @property
    def total_rows(self) -> int:
        """All records."""
    @property
    def valid_count(self) -> int:
        """Records that no violation of error severity names."""
    @property
    def invalid_count(self) -> int:
        """Records that one does."""
    @property
    def errors(self) -> Violations:
        """Samples of what was found, in the order of inputs, rows and columns. ``checks`` has the exact totals."""
    @property
    def errors_omitted(self) -> int:
        """How many violations were found and not kept."""
    @property
    def checks(self) -> CheckResults:
        """Every declared check, in the schema's order."""
    @property
    def valid_mask(self) -> Mask | None:
        """Of each row whether it is valid, where ``mask=True`` asked for it."""
    @property
    def error(self) -> dict[str, Any] | None:
        """Why the verdict is ``unreadable``."""
    def is_valid(self) -> bool:
        """``valid``."""
    def raise_if_invalid(self) -> Report:
        """Raises ``ValidationError`` or ``UnreadableError`` unless the data are valid; gives the report back."""
    def to_json(self) -> str:
        """The report as the JSON document that ``docs/report.schema.json`` describes."""
    def to_dict(self) -> dict[str, Any]:
        """That document as a dict."""
    def to_text(self) -> str:
        """For a terminal; what ``str`` gives."""
    def to_html(self) -> str:
        """A page for a browser, complete in itself."""
    def to_markdown(self) -> str:
        """For a comment or a summary."""
    def to_junit(self) -> str:
        """JUnit XML."""
    def to_sarif(self) -> str:
        """SARIF 2.1.0."""
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
        """Whether a record is valid, and what is wrong with it."""
    def process_json(self, record: bytes | bytearray | memoryview | str) -> tuple[bool, list[Violation]]:
        """The same of a record that is a JSON document."""

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

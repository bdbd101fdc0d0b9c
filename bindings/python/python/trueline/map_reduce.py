"""Validation in parts that anything can carry: each part is judged wherever it is, and what was found is merged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ._native import CheckResults, Report, State, Violations
from .schema import Schema
from .validators import schema_of, without_functions

__all__ = ["ChunkResult", "MapReduceValidator"]


class ChunkResult:
    """What was found in a part of the data. It can be pickled, and merged by ``MapReduceValidator.reduce_results``.

    By itself it says what is to be said of its part as if there were nothing else: keys are unique within it, rows count from its own
    beginning.
    """

    __slots__ = ("_report", "_state", "schema")

    def __init__(self, schema: Schema, state: State) -> None:
        self.schema = schema
        self._state = state
        self._report: Report | None = None

    @property
    def report(self) -> Report:
        """The report of this part."""
        if self._report is None:
            self._report = self._state.report()
        return self._report

    def is_valid(self) -> bool:
        """Whether the part is valid."""
        return self.report.valid

    @property
    def errors(self) -> Violations:
        """The violations that are kept."""
        return self.report.errors

    @property
    def checks(self) -> CheckResults:
        """What became of each check."""
        return self.report.checks

    @property
    def total_rows(self) -> int:
        """How many rows there are."""
        return self.report.total_rows

    @property
    def valid_count(self) -> int:
        """How many of them are valid."""
        return self.report.valid_count

    @property
    def invalid_count(self) -> int:
        """How many are not."""
        return self.report.invalid_count

    def __reduce__(self) -> tuple[Any, tuple[Schema, bytes]]:
        return _unpickled, (self.schema, self._state.to_bytes())

    def __repr__(self) -> str:
        return f"ChunkResult({self.report!r})"


def _unpickled(schema: Schema, state: bytes) -> ChunkResult:
    return ChunkResult(schema, State.from_bytes(schema._native, state))


class MapReduceValidator:
    """Judges chunks of records or of Arrow data, anywhere and in any order, and merges what was found.

    The merged result is that of one run over all chunks in the order of the results, whatever way they were grouped: keys are unique over
    all of them, rows count from the first one's beginning.
    """

    __slots__ = ("schema",)

    def __init__(self, schema: Any) -> None:
        self.schema = without_functions(schema_of(schema), type(self).__name__)

    def map_validate_chunk(self, chunk: Any) -> ChunkResult:
        """What is found in a chunk: an iterable of dicts, or anything with Arrow's capsules (Polars, pandas, pyarrow, DuckDB)."""
        native = self.schema._native
        if hasattr(chunk, "__arrow_c_stream__") or hasattr(chunk, "__arrow_c_array__"):
            return ChunkResult(self.schema, State.of_arrow(native, chunk))
        if isinstance(chunk, (Mapping, str, bytes)):
            raise TypeError(f"a chunk is an iterable of dicts or Arrow data, not {type(chunk).__name__}")
        return ChunkResult(self.schema, State.of_records(native, chunk))

    def reduce_results(self, results: Iterable[ChunkResult]) -> ChunkResult:
        """One result of many, in their order; it can be reduced further. A chunk that is in two of them, which would be counted twice, raises."""
        states = []
        for result in results:
            if not isinstance(result, ChunkResult):
                raise TypeError(f"results are what map_validate_chunk gave, not {type(result).__name__}")
            states.append(result._state)
        return ChunkResult(self.schema, State.merge(states))

    def __repr__(self) -> str:
        return f"MapReduceValidator({self.schema!r})"

"""Map-reduce validation: chunks are validated independently, and their results are merged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ._native import CheckResults, Report, State, Violations
from .errors import OptionError
from .schema import Schema
from .validators import schema_of, without_functions

__all__ = ["ChunkResult", "MapReduceValidator"]


class ChunkResult:
    """The result of validating a chunk.

    It can be pickled, and merged by ``MapReduceValidator.reduce_results``. On its own, it describes its chunk as if
    that were all the data: keys are unique within the chunk, and row indexes start at its beginning.
    """

    __slots__ = ("_report", "_state", "schema")

    def __init__(self, schema: Schema, state: State) -> None:
        self.schema = schema
        self._state = state
        self._report: Report | None = None

    @property
    def report(self) -> Report:
        """The report of this chunk."""
        if self._report is None:
            self._report = self._state.report()
        return self._report

    def is_valid(self) -> bool:
        """Return whether the chunk is valid."""
        return self.report.valid

    @property
    def errors(self) -> Violations:
        """The violations that the report keeps."""
        return self.report.errors

    @property
    def checks(self) -> CheckResults:
        """The result of each check."""
        return self.report.checks

    @property
    def total_rows(self) -> int:
        """The number of rows."""
        return self.report.total_rows

    @property
    def valid_count(self) -> int:
        """The number of valid rows."""
        return self.report.valid_count

    @property
    def invalid_count(self) -> int:
        """The number of invalid rows."""
        return self.report.invalid_count

    def __reduce__(self) -> tuple[Any, tuple[Schema, bytes]]:
        return _unpickled, (self.schema, self._state.to_bytes())

    def __repr__(self) -> str:
        return f"ChunkResult({self.report!r})"


def _unpickled(schema: Schema, state: bytes) -> ChunkResult:
    return ChunkResult(schema, State.from_bytes(schema._native, state))


class MapReduceValidator:
    """A validator of chunks of records or Arrow data, anywhere and in any order, which merges the results.

    The merged result is that of one run over all chunks in the order of the results, regardless of how they were
    grouped: keys are unique across all chunks, and row indexes start at the beginning of the first one.
    """

    __slots__ = ("schema",)

    def __init__(self, schema: Any) -> None:
        self.schema = without_functions(schema_of(schema), type(self).__name__)

    def map_validate_chunk(self, chunk: Any) -> ChunkResult:
        """Validate a chunk.

        A chunk is an iterable of dicts, or any object of Arrow's PyCapsule interface (Polars, pandas, pyarrow, DuckDB).
        """
        native = self.schema._native
        if hasattr(chunk, "__arrow_c_stream__") or hasattr(chunk, "__arrow_c_array__"):
            return ChunkResult(self.schema, State.of_arrow(native, chunk))
        if isinstance(chunk, (Mapping, str, bytes)):
            raise TypeError(f"a chunk is an iterable of dicts or Arrow data, not {type(chunk).__name__}")
        return ChunkResult(self.schema, State.of_records(native, chunk))

    def reduce_results(self, results: Iterable[ChunkResult]) -> ChunkResult:
        """Merge results in the given order into one, which can be merged again.

        Raises ``OptionError`` if two results contain the same chunk, which would otherwise be counted twice.
        """
        states = []
        for result in results:
            if not isinstance(result, ChunkResult):
                raise TypeError(f"results are what map_validate_chunk gave, not {type(result).__name__}")
            if result.schema.fingerprint != self.schema.fingerprint:
                raise OptionError(
                    f"a result was made with another schema: {result.schema.fingerprint}, and this one is {self.schema.fingerprint}"
                )
            states.append(result._state)
        return ChunkResult(self.schema, State.merge(states))

    def __repr__(self) -> str:
        return f"MapReduceValidator({self.schema!r})"

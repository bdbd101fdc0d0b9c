"""Results of a run in progress, for ``for`` and ``async for``."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from types import TracebackType

from . import _native
from ._native import BatchResult, Report
from .errors import CancelledError

__all__ = ["Results"]


class Results(Iterator[BatchResult], AsyncIterator[BatchResult]):
    """An iterator of ``BatchResult`` in row order, for both ``for`` and ``async for``.

    The engine reads only slightly ahead of the consumer, so memory use does not grow with the data. All locations refer
    to the whole input.

    Keys are unique across the whole input, so duplicates are known only at the end. The last result therefore has no
    rows: its errors are duplicate keys and violations of table checks, and its ``invalid_count`` is the number of rows
    that duplicate keys made invalid after they had been counted as valid. Afterwards, ``report`` is the report of the
    whole input.

    If the data cannot be read to its end, the iterator raises ``UnreadableError`` there. ``close``, or leaving a
    ``with`` block, ends the run.
    """

    __slots__ = ("_native",)

    def __init__(self, native: _native.Stream) -> None:
        self._native = native

    def __iter__(self) -> Results:
        return self

    def __next__(self) -> BatchResult:
        return next(self._native)

    def __aiter__(self) -> Results:
        return self

    async def __anext__(self) -> BatchResult:
        import asyncio

        try:
            result = await asyncio.to_thread(next, self._native, None)
        except asyncio.CancelledError:
            # The thread keeps waiting until the run has ended.
            self._native.close()
            raise
        if result is None:
            raise StopAsyncIteration
        return result

    @property
    def report(self) -> Report:
        """The report of the whole input; remaining results are skipped."""
        for _ in self._native:
            pass
        report = self._native.report
        if report is None:
            raise CancelledError("the run was closed before its end, so there is no report")
        return report

    def close(self) -> None:
        """End the run."""
        self._native.close()

    def __enter__(self) -> Results:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

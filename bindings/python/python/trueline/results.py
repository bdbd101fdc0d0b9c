"""A run whose parts are taken while it goes on, by ``for`` or by ``async for``."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from types import TracebackType

from . import _native
from ._native import BatchResult, Report
from .errors import CancelledError

__all__ = ["Results"]


class Results(Iterator[BatchResult], AsyncIterator[BatchResult]):
    """One ``BatchResult`` after the other, in the order of the rows, for ``for`` and ``async for`` alike.

    The engine is never far ahead of whoever takes the results, so memory does not grow with the data. All places are those of the
    whole input. Keys are unique over the whole input: a repeat is known when all rows are. So the last result has no rows; its
    errors are repeats of keys and faults of the table as a whole, and its ``invalid_count`` is how many rows they made invalid that
    were counted as valid before. Then ``report`` has the report of the whole.

    Data that cannot be read to their end raise ``UnreadableError`` there. ``close``, also by ``with``, ends the run.
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
            # The thread is left waiting until the run has ended.
            self._native.close()
            raise
        if result is None:
            raise StopAsyncIteration
        return result

    @property
    def report(self) -> Report:
        """The report of the whole; the results that nobody took yet are passed over for it."""
        for _ in self._native:
            pass
        report = self._native.report
        if report is None:
            raise CancelledError("the run was closed before its end, so there is no report")
        return report

    def close(self) -> None:
        """Ends the run."""
        self._native.close()

    def __enter__(self) -> Results:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

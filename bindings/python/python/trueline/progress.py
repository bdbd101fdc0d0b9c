"""The ``progress`` option: a function, a tqdm bar, or a line on standard error."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

from ._native import Progress

__all__: list[str] = []


@contextlib.contextmanager
def watching(progress: Callable[[Progress], object] | bool | None) -> Iterator[Any]:
    """Yield the function that the engine calls, at most ten times a second.

    A bar or line is closed at the end.
    """
    if progress is None or progress is False:
        yield None
    elif progress is True:
        shown = _tqdm() or _Line()
        try:
            yield shown.show
        finally:
            shown.close()
    else:
        yield progress


def _tqdm() -> _Bar | None:
    try:
        return _Bar(import_module("tqdm.auto").tqdm)
    except ImportError:
        return None


class _Bar:
    """A progress bar over the bytes, which also shows the number of rows."""

    def __init__(self, tqdm: Any) -> None:
        self._bar = tqdm(total=None, unit="B", unit_scale=True, desc="trueline")

    def show(self, progress: Progress) -> None:
        bar = self._bar
        if bar.total != progress.total_bytes:
            bar.total = progress.total_bytes
        bar.set_postfix(rows=progress.rows, invalid=progress.invalid_rows, refresh=False)
        bar.update(max(progress.bytes - bar.n, 0))

    def close(self) -> None:
        self._bar.close()


class _Line:
    """A progress line: updated in place on a terminal, written once at the end elsewhere."""

    def __init__(self) -> None:
        self._last: Progress | None = None

    def show(self, progress: Progress) -> None:
        self._last = progress
        if sys.stderr is not None and sys.stderr.isatty():
            sys.stderr.write(f"\r{_sentence(progress)}\x1b[K")
            sys.stderr.flush()

    def close(self) -> None:
        if sys.stderr is not None and self._last is not None:
            start = "\r" if sys.stderr.isatty() else ""
            sys.stderr.write(f"{start}{_sentence(self._last)}\n")


def _sentence(progress: Progress) -> str:
    share = f" ({progress.bytes * 100 // progress.total_bytes} %)" if progress.total_bytes else ""
    rows = f"{progress.rows:,} rows, {progress.invalid_rows:,} invalid"
    return f"trueline: {rows}, {progress.bytes / 1e6:,.1f} MB{share} in {progress.elapsed_seconds:.1f} s"

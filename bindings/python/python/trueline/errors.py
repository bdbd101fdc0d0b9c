"""What trueline raises. Bad data is never raised, unless ``Report.raise_if_invalid`` is asked to."""

from __future__ import annotations

from typing import Any

__all__ = [
    "CancelledError",
    "InternalError",
    "OptionError",
    "OutputError",
    "SchemaError",
    "TruelineError",
    "UnreadableError",
    "ValidationError",
]


class TruelineError(Exception):
    """The base of all of them."""


class SchemaError(TruelineError, ValueError):
    """A schema that cannot be used.

    ``problems`` has every fault as a dict with ``message`` and, where they are known, ``path``, ``line`` and ``column`` in the
    document, and the name of the ``document`` where there are several. ``field`` and ``keyword`` name where the first one is.
    """

    def __init__(
        self,
        message: str,
        problems: list[dict[str, Any]] | None = None,
        *,
        field: str | None = None,
        keyword: str | None = None,
    ) -> None:
        super().__init__(message)
        self.problems = problems or []
        self.field = field
        self.keyword = keyword


class OptionError(TruelineError, ValueError):
    """An option that cannot be what it is."""


class OutputError(TruelineError):
    """A file of rows or violations could not be written. ``report`` is there where all was judged by then."""

    def __init__(self, message: str, report: Any = None) -> None:
        super().__init__(message, report)
        self.report = report

    def __str__(self) -> str:
        return str(self.args[0])


class InternalError(TruelineError):
    """A fault of the engine itself; please report it."""


class CancelledError(TruelineError):
    """The run was ended before its end. ``rows`` were judged by then, and ``invalid_rows`` of them found invalid."""

    def __init__(self, message: str, rows: int | None = None, invalid_rows: int | None = None) -> None:
        super().__init__(message, rows, invalid_rows)
        self.rows = rows
        self.invalid_rows = invalid_rows

    def __str__(self) -> str:
        return str(self.args[0])


class ValidationError(TruelineError):
    """The data are not valid. ``report`` says where."""

    def __init__(self, message: str, report: Any = None) -> None:
        super().__init__(message, report)
        self.report = report

    def __str__(self) -> str:
        return str(self.args[0])


class UnreadableError(TruelineError):
    """Not every byte could be read and checked, so nothing is said about the data. ``report``, when there is one, says why."""

    def __init__(self, message: str, report: Any = None) -> None:
        super().__init__(message, report)
        self.report = report

    def __str__(self) -> str:
        return str(self.args[0])

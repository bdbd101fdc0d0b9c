"""The exceptions of trueline.

Invalid data raises an exception only from ``Report.raise_if_invalid``.
"""

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
    """The base class of all exceptions of trueline."""


class SchemaError(TruelineError, ValueError):
    """A schema cannot be used.

    ``problems`` lists every error as a dict with ``message`` and, if known, ``path``, ``line`` and ``column`` in the
    document, and the name of the ``document`` if there are several. ``field`` and ``keyword`` locate the first error.
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
    """An option has an invalid value."""


class OutputError(TruelineError):
    """An output file of rows or violations could not be written.

    ``report`` is set if all data was validated before the error.
    """

    def __init__(self, message: str, report: Any = None) -> None:
        super().__init__(message, report)
        self.report = report

    def __str__(self) -> str:
        return str(self.args[0])


class InternalError(TruelineError):
    """An internal error of the engine; please report it."""


class CancelledError(TruelineError):
    """The run was cancelled.

    ``rows`` is the number of rows validated by then, ``invalid_rows`` the number of these that are invalid.
    """

    def __init__(self, message: str, rows: int | None = None, invalid_rows: int | None = None) -> None:
        super().__init__(message, rows, invalid_rows)
        self.rows = rows
        self.invalid_rows = invalid_rows

    def __str__(self) -> str:
        return str(self.args[0])


class ValidationError(TruelineError):
    """The data is not valid; see ``report``."""

    def __init__(self, message: str, report: Any = None) -> None:
        super().__init__(message, report)
        self.report = report

    def __str__(self) -> str:
        return str(self.args[0])


class UnreadableError(TruelineError):
    """Not every byte of the data could be read and checked, so the data is neither valid nor invalid.

    ``report``, if set, gives the reason.
    """

    def __init__(self, message: str, report: Any = None) -> None:
        super().__init__(message, report)
        self.report = report

    def __str__(self) -> str:
        return str(self.args[0])

"""Check functions: how they are called and what they return."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import import_module
from typing import Any

from . import _native
from .errors import SchemaError

__all__: list[str] = []


def _column_arrow(column: _native.Column) -> Any:
    return column


def _column_pyarrow(column: _native.Column) -> Any:
    pyarrow = import_module("pyarrow")
    return pyarrow.array(column)


def _column_polars(column: _native.Column) -> Any:
    polars = import_module("polars")
    return polars.Series(column.name, column)


def _column_numpy(column: _native.Column) -> Any:
    numpy = import_module("numpy")
    try:
        pyarrow = import_module("pyarrow")
    except ImportError:
        return numpy.array(column.to_list())
    return pyarrow.array(column).to_numpy(zero_copy_only=False)


def _column_pandas(column: _native.Column) -> Any:
    pandas = import_module("pandas")
    return pandas.Series(column.to_list(), name=column.name)


_COLUMNS: dict[str, Callable[[_native.Column], Any]] = {
    "arrow": _column_arrow,
    "pyarrow": _column_pyarrow,
    "polars": _column_polars,
    "numpy": _column_numpy,
    "pandas": _column_pandas,
}


def _plain(answer: Any) -> Any:
    """Convert a function's result for the engine: to an Arrow array or table, or an iterable of booleans."""
    if hasattr(answer, "combine_chunks"):  # a chunked array of pyarrow
        return answer.combine_chunks()
    if hasattr(answer, "__arrow_c_array__"):
        return answer
    if hasattr(answer, "tolist"):  # NumPy and pandas
        return answer.tolist()
    if hasattr(answer, "to_frame"):  # a series of Polars
        return answer.to_frame()
    return answer


class Function:
    """A check function together with the kind of argument it takes."""

    __slots__ = ("function", "on")

    def __init__(self, function: Callable[..., Any], on: str) -> None:
        self.function = function
        self.on = on

    def __call__(self, batch: _native.Batch) -> Any:
        if self.on == "record":
            answers = []
            for row, record in enumerate(batch.to_records()):
                try:
                    answers.append(self.function(record))
                except Exception as error:
                    error.add_note(f"for {record!r}"[:200])
                    raise
            return answers
        if self.on == "batch":
            return _plain(self.function(batch))
        convert = _COLUMNS[self.on]
        return _plain(self.function(*(convert(column) for column in batch.columns.values())))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Function):
            return NotImplemented
        return self.function == other.function and self.on == other.on

    def __hash__(self) -> int:
        return hash((self.function, self.on))


def described(
    function: Callable[..., Any],
    columns: Iterable[str],
    *,
    on: str,
    id: str | None,
    severity: str | None,
    message: str | None,
    expected: str | None,
    sample_limit: int | None,
) -> dict[str, Any]:
    """Describe a check function for the engine."""
    if on not in ("record", "batch", *_COLUMNS):
        known = ", ".join(("record", "batch", *_COLUMNS))
        raise SchemaError(f"a function is called on one of {known}; not {on!r}", keyword="on")
    if severity not in (None, "error", "warning"):
        raise SchemaError(f"severity must be error or warning, not {severity!r}", keyword="severity")
    if sample_limit is not None and (not isinstance(sample_limit, int) or not 0 <= sample_limit < 1 << 63):
        raise SchemaError(f"sample_limit must be a whole number of at least 0, not {sample_limit!r}", keyword="sample_limit")
    for keyword, text in (("id", id), ("message", message), ("expected", expected)):
        if text is not None and not isinstance(text, str):
            raise SchemaError(f"{keyword} must be a text, not {text!r}", keyword=keyword)
    columns = list(columns)
    name = id or ".".join(part for part in ("+".join(columns), _name(function)) if part)
    document = (function.__doc__ or "").strip().partition("\n")[0].rstrip(".")
    return {
        "id": name,
        "columns": columns,
        "function": Function(function, on),
        "severity": severity,
        "message": message,
        "expected": expected or document or f"what `{_name(function)}` asks for",
        "sample_limit": sample_limit,
    }


def _name(function: Callable[..., Any]) -> str:
    name = getattr(function, "__name__", type(function).__name__)
    return "custom" if name == "<lambda>" else name

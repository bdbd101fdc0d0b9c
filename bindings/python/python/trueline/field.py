"""Fields of a schema: a type and keywords, as in schema documents, with Python types as an alternative."""

from __future__ import annotations

import datetime
import decimal
import enum
import json
import re
import types
import typing
from collections.abc import Iterable, Mapping
from typing import Any

from . import _native
from .errors import SchemaError

__all__ = ["Field"]

_PYTHON_TYPES: dict[Any, str] = {
    str: "string",
    bool: "boolean",
    int: "int64",
    float: "float64",
    bytes: "binary",
    datetime.datetime: "timestamp",
    datetime.date: "date",
    datetime.time: "time",
    datetime.timedelta: "duration",
    object: "any",
    Any: "any",
}

# Whose types are recognised by what they call themselves.
_LIBRARIES = {"pyarrow", "polars", "numpy", "pandas"}

# The names of the types of pyarrow, Polars, NumPy and pandas, in lower case.
_DTYPE_NAMES: dict[str, str] = {
    **{name: name for name in ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")},
    **{name: name for name in ("float32", "float64", "time", "date", "binary", "string")},
    "halffloat": "float32",
    "float16": "float32",
    "float": "float32",
    "double": "float64",
    "bool": "boolean",
    "boolean": "boolean",
    "str": "string",
    "utf8": "string",
    "large_string": "string",
    "string_view": "string",
    "large_binary": "binary",
    "binary_view": "binary",
    "categorical": "string",
    "category": "string",
    "object": "any",
    "null": "any",
    "datetime": "timestamp",
    "duration": "duration",
}

_DTYPE_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"date(32|64)\[\w+\]"), "date"),
    (re.compile(r"time(32|64)\[\w+\]"), "time"),
    (re.compile(r"(duration|timedelta64)\[\w+\]|duration\(.*\)"), "duration"),
    (re.compile(r"enum\(.*\)|string\[\w+\]|categorical\(.*\)", re.DOTALL), "string"),
    (re.compile(r"fixed_size_binary\[\d+\]"), "binary"),
)

_SHORT = {"min": "minimum", "max": "maximum"}


def _of_dtype(dtype: Any) -> str | None:
    """Return the schema type that corresponds to a dtype of another library."""
    kind = dtype if isinstance(dtype, type) else type(dtype)
    if kind.__module__.partition(".")[0] not in _LIBRARIES:
        return None
    # The string of a class such as `polars.Int64` says no more than its name.
    text = (dtype.__name__ if isinstance(dtype, type) else str(dtype)).lower()
    if getattr(dtype, "categories", None) is not None and kind.__name__ == "CategoricalDtype":
        return _of_categories(dtype.categories)
    if text in _DTYPE_NAMES:
        return _DTYPE_NAMES[text]
    for pattern, name in _DTYPE_PATTERNS:
        if pattern.fullmatch(text):
            return name
    if text.startswith(("dictionary", "run_end_encoded")):
        return type_name(dtype.value_type)
    if hasattr(dtype, "pyarrow_dtype"):
        return type_name(dtype.pyarrow_dtype)
    if text.startswith(("list", "large_list", "fixed_size_list", "array")):
        item = getattr(dtype, "value_type", None) or getattr(dtype, "inner", None)
        return None if item is None else f"list<{type_name(item)}>"
    if text.startswith("struct"):
        return _of_struct(dtype)
    if match := re.fullmatch(r"decimal(?:32|64|128|256)?\((?:precision=)?(\d+), (?:scale=)?(\d+)\)", text):
        return f"decimal({match[1]},{match[2]})"
    if match := re.fullmatch(r"(?:timestamp|datetime64)\[(s|ms|us|ns)(?:, (?:tz=)?(.+))?\]", text):
        # `text` is in lower case, but the case of a time zone name matters.
        zone = str(dtype).rsplit(", ", 1)[1].removeprefix("tz=").removesuffix("]") if match[2] else None
        return f"timestamp({match[1]},{zone})" if zone else f"timestamp({match[1]})"
    if match := re.fullmatch(r"datetime\(time_unit='(ms|us|ns)', time_zone=(?:none|'(.+)')\)", text):
        zone = str(dtype).split("time_zone='")[1].removesuffix("')") if match[2] else None
        return f"timestamp({match[1]},{zone})" if zone else f"timestamp({match[1]})"
    return None


def _of_categories(categories: Any) -> str:
    """The type of a categorical of pandas."""
    name = type_name(categories.dtype)
    return "string" if name == "any" and categories.inferred_type in ("string", "empty") else name


def _of_struct(dtype: Any) -> str | None:
    """Return the type of a struct dtype of pyarrow, which is iterable, or of Polars, which has ``fields``."""
    members = getattr(dtype, "fields", dtype)
    try:
        named = [(member.name, member.type if hasattr(member, "type") else member.dtype) for member in members]
    except (AttributeError, TypeError):
        return None
    return "struct<" + ", ".join(f"{json.dumps(name)}: {type_name(kind)}" for name, kind in named) + ">"


def _without_none(given: Any) -> Any:
    """The one type that a union allows besides ``None``."""
    if typing.get_origin(given) not in (typing.Union, types.UnionType):
        return given
    others = [argument for argument in typing.get_args(given) if argument is not type(None)]
    return others[0] if len(others) == 1 else given


def type_name(given: Any) -> str:
    """Return the name in schema documents of a type of Python, of another library, or of trueline."""
    if isinstance(given, str):
        return given
    if given is None:
        return "any"
    try:
        known = _PYTHON_TYPES.get(given)
    except TypeError:
        known = None
    if known is not None:
        return known
    if given is decimal.Decimal:
        raise SchemaError(
            'Decimal says neither how many digits there are nor how many after the point: write "decimal(12,2)"'
        )
    if typing.get_origin(given) is typing.Annotated:
        raise SchemaError(
            "Annotated has a meaning at the fields of a class only, not inside of other types or in a dict: there, write Field(int, min=1)"
        )
    if (single := _without_none(given)) is not given:
        return type_name(single)
    origin, arguments = typing.get_origin(given), typing.get_args(given)
    if origin in (list, tuple) and arguments and (origin is list or arguments[1:] == (...,)):
        return f"list<{type_name(arguments[0])}>"
    if isinstance(given, type) and issubclass(given, enum.Enum) and not issubclass(given, enum.Flag):
        raise SchemaError(f"{given.__name__} is an Enum, which a field can be and a type inside of another cannot")
    name = _of_dtype(given)
    if name is None:
        raise SchemaError(
            f"{given!r} is no type: use a Python type (str, int, float, bool, datetime.date, …), "
            'a dtype of pyarrow, Polars or pandas, or a name such as "int64" or "decimal(12,2)"'
        )
    return name


def listed_values(annotation: Any) -> tuple[Any, list[Any] | None]:
    """The type of the values of ``Literal`` or ``Enum``, and these."""
    annotation = _without_none(annotation)
    if typing.get_origin(annotation) is typing.Literal:
        values = list(typing.get_args(annotation))
    elif isinstance(annotation, type) and issubclass(annotation, enum.Enum) and not issubclass(annotation, enum.Flag):
        values = [member.value for member in annotation]
    else:
        return annotation, None
    return type_of_values(values), values


def type_of_values(values: Iterable[Any]) -> type:
    """The one type of some values."""
    kinds = {type(value) for value in values}
    if len(kinds) != 1 or not kinds <= {str, int, float, bool}:
        names = ", ".join(sorted(kind.__name__ for kind in kinds)) or "none"
        raise SchemaError(f"listed values must be of one type, str, int, float or bool; they are of {names}", keyword="enum")
    return kinds.pop()


def _plain(value: Any, where: str) -> Any:
    """Convert the value of a keyword to its representation in schema documents."""
    if isinstance(value, enum.Enum):
        return _plain(value.value, where)
    if type(value).__module__ == "numpy" and hasattr(value, "dtype"):
        value = _of_numpy(value)
    if value is None or isinstance(value, (str, bool, int, decimal.Decimal)):
        return value
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            raise SchemaError(f"{where} cannot be {value!r}: it must be finite")
        return value
    if isinstance(value, (datetime.datetime, datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, datetime.timedelta):
        return _duration(value)
    if isinstance(value, re.Pattern):
        if value.flags & ~re.UNICODE:
            raise SchemaError(f"{where} cannot take flags of re: write them into the pattern, as (?i)")
        return value.pattern
    if isinstance(value, Mapping):
        return {str(key): _plain(item, where) for key, item in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted((_plain(item, where) for item in value), key=_order)
    if isinstance(value, Iterable):
        return [_plain(item, where) for item in value]
    raise SchemaError(f"{where} cannot be {value!r}")


def _order(value: Any) -> tuple[str, Any]:
    """Sets have another order in each process, and a schema has one."""
    return type(value).__name__, repr(value) if isinstance(value, (list, dict)) else value


def _of_numpy(value: Any) -> Any:
    """An array or a scalar of NumPy as Python has it."""
    if value.dtype.kind not in "mM":
        return value.tolist()
    if value.ndim:
        return list(value)
    value = value[()]
    if value.dtype.kind == "M":
        return str(value)
    return _iso_duration(int(value.astype("timedelta64[ns]").astype("int64")))


def _duration(value: datetime.timedelta) -> str:
    microseconds = (value.days * 86400 + value.seconds) * 10**6 + value.microseconds
    return _iso_duration(microseconds * 1000 + getattr(value, "nanoseconds", 0))


def _iso_duration(nanoseconds: int) -> str:
    """A duration as ISO 8601 has it."""
    seconds, rest = divmod(abs(nanoseconds), 10**9)
    text = f"{seconds}.{rest:09}".rstrip("0").rstrip(".")
    return f"{'-' if nanoseconds < 0 else ''}PT{text}S"


_ANY: Any = object()


def _unknown(name: str) -> str:
    """Return the engine's error message for an unknown keyword."""
    document = {"fields": [{"name": "field", "type": "any", name: None}]}
    try:
        _native.Schema.parse(json.dumps(document), "json", "<field>")
    except SchemaError as error:
        if error.problems:
            return f"`{name}`: {error.problems[0]['message']}"
    return f"`{name}` is no keyword of a field"


class Field:
    """The definition of one column.

    ``type`` is a Python type (``str``, ``int``, ``float``, ``bool``, ``bytes``, ``datetime.date``,
    ``datetime.datetime``, ``datetime.time``, ``datetime.timedelta``, ``list[int]``), a dtype of pyarrow, Polars, NumPy
    or pandas, or a type name of schema documents (``"int32"``, ``"decimal(12,2)"``, ``"timestamp(ms)"``). The keywords
    are those of schema documents; ``min`` and ``max`` are short for ``minimum`` and ``maximum``.

    >>> Field(float, required=True, min=0.01)
    Field('float64', required=True, minimum=0.01)
    """

    __slots__ = ("is_typed", "keywords", "type")

    type: str
    keywords: dict[str, Any]
    is_typed: bool

    def __init__(self, type: Any = _ANY, /, **keywords: Any) -> None:
        self.is_typed = type is not _ANY
        kind, listed = listed_values(type)
        self.type = type_name(kind) if self.is_typed else "any"
        self.keywords = {}
        for name, value in keywords.items():
            name = _SHORT.get(name, name)
            if name in self.keywords:
                raise SchemaError(f"`{name}` is given twice: `min` and `max` are `minimum` and `maximum`", keyword=name)
            if name == "type":
                raise SchemaError("the type is given first, without a name", keyword=name)
            if name not in _native.FIELD_KEYWORDS:
                raise SchemaError(_unknown(name), keyword=name)
            if value is not None or name == "const":
                self.keywords[name] = _plain(value, f"`{name}`")
        if listed is not None:
            self.keywords.setdefault("enum", listed)

    def _document(self, name: str | None) -> dict[str, Any]:
        own = self.keywords.get("name")
        if name is not None and own is not None and own != name:
            raise SchemaError(f"field `{name}` names itself `{own}`", field=name, keyword="name")
        if name is None and own is None:
            raise SchemaError('a field in a list needs a name: Field(int, name="id")', keyword="name")
        return {"name": own if name is None else name, "type": self.type, **self.keywords}

    def __repr__(self) -> str:
        parts = [repr(self.type), *(f"{name}={value!r}" for name, value in self.keywords.items())]
        return f"Field({', '.join(parts)})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Field):
            return NotImplemented
        return (self.type, self.is_typed, self.keywords) == (other.type, other.is_typed, other.keywords)

    def __hash__(self) -> int:
        # Values may be lists; names are as equal as fields are.
        return hash((self.type, self.is_typed, frozenset(self.keywords)))

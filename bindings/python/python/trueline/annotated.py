"""Constraints in ``Annotated``: fields of our own, and those of annotated-types, pydantic and msgspec."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from .core import LIMITS, code_error
from .errors import SchemaError
from .field import Field

__all__: list[str] = []

# Metadata of other libraries are theirs and ignored, as PEP 593 wants it.
_LIBRARIES = {"annotated_types", "pydantic", "msgspec"}

# Classes of these libraries that ask nothing of values, or nothing that a column could fail.
_WITHOUT_CONSTRAINT = {"Strict", "Unit", "DocInfo", "FailFast", "WithJsonSchema", "Examples", "SkipJsonSchema"} | {
    "PlainSerializer",
    "WrapSerializer",
    "SerializeAsAny",
}

_KEYWORDS = {**LIMITS, **{name: name for name in ("multiple_of", "min_length", "max_length")}}
_OTHERS = ("pattern", "allow_inf_nan", "max_digits", "decimal_places", "metadata", "strict")

# What these libraries can ask for besides, as their classes call it.
_NO_EQUIVALENT = ("alias", "validation_alias", "strip_whitespace", "to_lower", "to_upper", "ascii_only")


def keywords_of(field: Field) -> dict[str, Any]:
    """Return the keywords of a field, and its type if it has one."""
    return {**field.keywords, **({"type": field.type} if field.is_typed else {})}


def constraints(metadata: Any) -> dict[str, Any]:
    """Return the keywords that one item of ``Annotated`` asks for, and perhaps a type.

    Raises ``SchemaError`` for a constraint without an equivalent.
    """
    if isinstance(metadata, Field):
        return keywords_of(metadata)
    kind = metadata if isinstance(metadata, type) else type(metadata)
    if not any(base.__module__.partition(".")[0] in _LIBRARIES for base in kind.__mro__) or kind.__name__ in _WITHOUT_CONSTRAINT:
        return {}
    if (function := getattr(metadata, "func", None)) is not None:
        raise code_error(f"`{getattr(function, '__name__', type(function).__name__)}`", "type")
    # A field of pydantic has a list of constraints; others are groups of them.
    parts = getattr(metadata, "metadata", metadata)
    if not isinstance(parts, Iterable) and not any(hasattr(metadata, name) for name in (*_KEYWORDS, *_OTHERS)):
        raise SchemaError(f"`{kind.__name__}` has no equivalent")
    for name in _NO_EQUIVALENT:
        if getattr(metadata, name, None) not in (None, False):
            raise SchemaError(f"`{name}` has no equivalent", keyword=name)
    if getattr(metadata, "tz", None) is not None:
        raise SchemaError("`tz` has no equivalent", keyword="tz")
    if not isinstance(parts, Iterable):
        return _own(metadata)
    keywords: dict[str, Any] = {}
    for part in parts:
        keywords.update(constraints(part))
    return keywords


def _own(metadata: Any) -> dict[str, Any]:
    """The keywords of a single constraint."""
    keywords = {keyword: value for name, keyword in _KEYWORDS.items() if (value := getattr(metadata, name, None)) is not None}
    if (pattern := getattr(metadata, "pattern", None)) is not None:
        keywords["pattern"] = unicode_pattern(pattern)
    if getattr(metadata, "allow_inf_nan", False):
        keywords.update(allow_nan=True, allow_infinite=True)
    digits, places = getattr(metadata, "max_digits", None), getattr(metadata, "decimal_places", None)
    if (digits, places) != (None, None):
        keywords["type"] = decimal_type(digits, places)
    return keywords


def decimal_type(digits: int | None, places: int | None) -> str:
    """Return the name of a decimal type."""
    if digits is None or places is None:
        raise SchemaError("Decimal has an equivalent only with both max_digits and decimal_places")
    return f"decimal({digits},{places})"


def unicode_pattern(given: str | re.Pattern[str]) -> str:
    """Return a pattern whose classes are those of Unicode, as in pydantic and Python."""
    if isinstance(given, re.Pattern):
        if given.flags & ~re.UNICODE:
            raise SchemaError("flags of re have no equivalent: write them into the pattern, as (?i)", keyword="pattern")
        given = given.pattern
    return f"(?u){given}" if re.search(r"\\[dDwWsSbB]", given) and not given.startswith("(?u)") else given

"""Schemas as classes, with a field for each annotation."""

from __future__ import annotations

import dataclasses
import functools
import operator
import types
import typing
from importlib import import_module
from typing import Any, ClassVar

from ._native import Report
from .annotated import constraints, keywords_of
from .core import code_error
from .errors import SchemaError
from .field import Field, listed_values
from .schema import Schema

__all__ = ["Table"]


class Table:
    """The base class of schemas that are written as classes.

    >>> class Payment(Table, checks=[{"check": "row_count", "min": 1}]):
    ...     id: str = Field(unique=True, pattern=r"^TX")
    ...     amount: float = Field(min=0.01)
    ...     note: str | None
    >>> Payment.schema.fields
    {'id': 'string', 'amount': 'float64', 'note': 'string'}

    A field is ``required`` unless its annotation allows ``None`` or its ``Field`` says otherwise. ``Literal`` and
    ``Enum`` become its ``enum``. ``Annotated[int, Field(min=1)]`` is equivalent to ``int = Field(min=1)``, but
    type checkers accept only the former; constraints of annotated-types, pydantic and msgspec may stand there as well.
    Classes may inherit from each other. Class arguments are the sections of ``Schema``. The schema has the name of the
    class unless ``name`` is given.
    """

    schema: ClassVar[Schema]

    def __init_subclass__(cls, **sections: Any) -> None:
        super().__init_subclass__()
        cls.schema = of_class(cls, **sections)

    @classmethod
    def validate(cls, data: Any, **options: Any) -> Report:
        """Validate data against the schema; see ``Schema.validate``."""
        return cls.schema.validate(data, **options)


def of_class(cls: type, **sections: Any) -> Schema:
    """Return the schema of a class with annotations."""
    if not isinstance(cls, type):
        raise TypeError(f"a class with annotations is needed, not {type(cls).__name__}")
    try:
        hints = typing.get_type_hints(cls, include_extras=True)
    except (NameError, TypeError) as error:
        raise SchemaError(f"the annotations of {cls.__name__} cannot be read: {error}") from None
    fields = {}
    structs, settings = _of_struct(cls)
    sections = {**settings, **sections}
    for name, annotation in hints.items():
        value = vars_of(cls, name)
        if typing.get_origin(annotation) is ClassVar or annotation in (ClassVar, dataclasses.KW_ONLY) or _is_private(name, value):
            continue
        try:
            _refuse_mangled(cls, name)
            field = _field(annotation, value)
            name, has_default = structs.get(name, (name, False))
            fields[name] = Field(field.type, **{**field.keywords, "required": None, "optional": True}) if has_default else field
        except SchemaError as error:
            raise SchemaError(f"field `{name}`: {error}", error.problems, field=name, keyword=error.keyword or "type") from None
    if not fields and (cls is Table or not issubclass(cls, Table)):
        raise TypeError(f"{cls.__name__} has no annotations of which fields could be made")
    return Schema(fields, **{"name": cls.__name__, **sections})


def _of_struct(cls: type) -> tuple[dict[str, tuple[str, bool]], dict[str, Any]]:
    """Of a ``msgspec.Struct``: the name of each field in data, with whether it has a default; and sections of the schema."""
    config = getattr(cls, "__struct_config__", None)
    if config is None:
        return {}, {}
    for name in ("tag", "array_like"):
        if getattr(config, name):
            raise SchemaError(f"`{name}` of {cls.__name__} has no equivalent", keyword=name)
    if hasattr(cls, "__post_init__"):
        raise code_error(f"`__post_init__` of {cls.__name__}", "__post_init__")
    fields = import_module("msgspec.structs").fields(cls)
    structs = {field.name: (field.encode_name, not field.required) for field in fields}
    return structs, {"extra_columns": "forbid"} if config.forbid_unknown_fields else {}


def _is_private(name: str, value: Any) -> bool:
    """Whether an attribute is for the class itself: one of Python's own names, or ``_name`` with a value that is no ``Field``."""
    is_own = name.startswith("__") and name.endswith("__")
    return is_own or (name.startswith("_") and value is not None and not isinstance(value, (Field, types.MemberDescriptorType)))


def _refuse_mangled(cls: type, name: str) -> None:
    if any(name.startswith(f"_{base.__name__.lstrip('_')}__") for base in cls.__mro__):
        raise SchemaError("Python renames what begins with two underscores: make the schema of a dict", keyword="name")


def vars_of(cls: type, name: str) -> Any:
    """Return the value that a class or one of its bases assigns to a field."""
    if field := getattr(cls, "__dataclass_fields__", {}).get(name):
        if field.default_factory is not dataclasses.MISSING:
            return field.default_factory
        return None if field.default is dataclasses.MISSING else field.default
    for base in cls.__mro__:
        if name in vars(base):
            return vars(base)[name]
    return None


def _field(annotation: Any, value: Any) -> Field:
    kind, is_nullable, keywords = _unwrapped(annotation)
    if isinstance(value, Field):
        keywords.update(keywords_of(value))
    elif value is not None and not isinstance(value, types.MemberDescriptorType):
        raise SchemaError(f"its value must be a Field, not {value!r}: a schema has no defaults")
    is_loose = is_nullable or kind in (Any, object)
    kind, listed = listed_values(kind)
    kind = keywords.pop("type", kind)
    if listed is not None:
        keywords.setdefault("enum", listed)
    if not is_loose:
        keywords.setdefault("required", True)
    return Field(kind, **keywords)


def _unwrapped(annotation: Any) -> tuple[Any, bool, dict[str, Any]]:
    """A type without ``None`` and ``Annotated``, whether ``None`` was there, and the keywords in ``Annotated``, where outer ones win."""
    keywords: dict[str, Any] = {}
    is_nullable = False
    while True:
        if typing.get_origin(annotation) is typing.Annotated:
            annotation, *others = typing.get_args(annotation)
            keywords = functools.reduce(operator.or_, [*map(constraints, others), keywords])
            continue
        kind, has_none = without_none(annotation)
        is_nullable = is_nullable or has_none
        if kind is annotation:
            return kind, is_nullable, keywords
        annotation = kind


def without_none(annotation: Any) -> tuple[Any, bool]:
    """Return a type without ``None``, and whether it allowed ``None``."""
    if typing.get_origin(annotation) not in (typing.Union, types.UnionType):
        return annotation, annotation is None
    kinds = typing.get_args(annotation)
    others = [kind for kind in kinds if kind is not type(None)]
    if len(others) != 1:
        raise SchemaError(f"{annotation} has no equivalent: a column is of one type")
    return others[0], len(others) < len(kinds)

"""Constraints of other libraries in the annotations of classes."""

from __future__ import annotations

import dataclasses
import datetime
import decimal
import re
from collections.abc import Iterator
from typing import Annotated, Any, Optional

import annotated_types
import msgspec
import pydantic
import pytest

from trueline import Field, Schema, SchemaError, Table


class Even(annotated_types.GroupedMetadata):
    def __iter__(self) -> Iterator[annotated_types.BaseMetadata]:
        yield annotated_types.MultipleOf(2)


def of(annotation: Any) -> Schema:
    return Schema.from_class(type("Of", (Table,), {"__annotations__": {"a": annotation}}), name="of")


@pytest.mark.parametrize(
    ("annotation", "field"),
    [
        (Annotated[int, annotated_types.Ge(1), annotated_types.Lt(9)], Field(int, min=1, exclusive_maximum=9)),
        (Annotated[int, annotated_types.Interval(gt=1, le=9)], Field(int, exclusive_minimum=1, max=9)),
        (Annotated[int, annotated_types.MultipleOf(5)], Field(int, multiple_of=5)),
        (Annotated[str, annotated_types.Len(2, 4)], Field(str, min_length=2, max_length=4)),
        (Annotated[list[int], annotated_types.MinLen(1)], Field(list[int], min_length=1)),
        (Annotated[datetime.date, annotated_types.Ge(datetime.date(2026, 1, 2))], Field(datetime.date, min="2026-01-02")),
        (pydantic.PositiveInt, Field(int, exclusive_minimum=0)),
        (pydantic.conint(ge=1, strict=True), Field(int, min=1)),
        (Annotated[str, pydantic.Field(pattern=r"^\d$", max_length=3, description="text")], Field(str, pattern=r"(?u)^\d$", max_length=3)),
        (Annotated[str, pydantic.StringConstraints(min_length=1, pattern=re.compile("^a"))], Field(str, min_length=1, pattern="^a")),
        (Annotated[float, pydantic.AllowInfNan()], Field(float, allow_nan=True, allow_infinite=True)),
        (Annotated[decimal.Decimal, pydantic.Field(max_digits=8, decimal_places=2, ge=0)], Field("decimal(8,2)", min=0)),
        (Annotated[int, msgspec.Meta(ge=1, multiple_of=2, title="text")], Field(int, min=1, multiple_of=2)),
        (Annotated[str, msgspec.Meta(pattern="^a", min_length=1)], Field(str, pattern="^a", min_length=1)),
        (Annotated[Annotated[int, annotated_types.Ge(1)], Field(min=2)], Field(int, min=2)),
        (Annotated[str, annotated_types.MinLen(4), annotated_types.Len(0, 5)], Field(str, min_length=4, max_length=5)),
        (Annotated[int, Even()], Field(int, multiple_of=2)),
        (Annotated[int, pydantic.Strict(), pydantic.PlainSerializer(str), annotated_types.doc("text")], Field(int)),
        (Annotated[int, "text", 3], Field(int)),
    ],
)
def test_constraints_are_keywords(annotation: Any, field: Field) -> None:
    asked = Field(field.type, required=True, **field.keywords)
    assert of(annotation) == Schema({"a": asked}, name="of")
    assert of(Optional[annotation]) == Schema({"a": field}, name="of")


def test_constraints_of_dataclasses_and_structs() -> None:
    @dataclasses.dataclass
    class Point:
        x: Annotated[int, annotated_types.Ge(0)]

    struct = msgspec.defstruct("Point", [("x", Annotated[int, msgspec.Meta(ge=0)])])
    assert Schema.from_class(Point) == Schema.from_class(struct) == Schema({"x": Field(int, required=True, min=0)}, name="Point")
    found = Schema.from_class(Point).validate([{"x": 1}, {"x": -1}])
    assert [(error.row_index, error.code) for error in found.errors] == [(1, "range.below_minimum")]


@pytest.mark.parametrize(
    ("annotation", "text"),
    [
        (Annotated[int, annotated_types.Predicate(lambda value: value > 1)], "`<lambda>` is code"),
        (Annotated[int, pydantic.AfterValidator(abs)], "`abs` is code"),
        (Annotated[str, pydantic.StringConstraints(strip_whitespace=True)], "`strip_whitespace` has no equivalent"),
        (Annotated[str, pydantic.StringConstraints(pattern=re.compile("a", re.IGNORECASE))], "flags of re have no equivalent"),
        (Annotated[datetime.datetime, msgspec.Meta(tz=True)], "`tz` has no equivalent"),
        (Annotated[datetime.datetime, msgspec.Meta(tz=False)], "`tz` has no equivalent"),
        (Annotated[datetime.datetime, annotated_types.Timezone(None)], "`Timezone` has no equivalent"),
        (Annotated[datetime.date, pydantic.PastDate()], "`PastDate` has no equivalent"),
        (Annotated[datetime.datetime, pydantic.AwareDatetime], "`AwareDatetime` has no equivalent"),
        (pydantic.Base64Str, "`EncodedStr` has no equivalent"),
        (Annotated[int, pydantic.Field(alias="b")], "`alias` has no equivalent"),
        (Annotated[decimal.Decimal, pydantic.Field(max_digits=8)], "only with both max_digits and decimal_places"),
        (Annotated[int, annotated_types.Ge("x")], "minimum"),
        (list[Annotated[int, annotated_types.Ge(1)]], "at the fields of a class only, not inside of other types"),
    ],
)
def test_constraints_without_an_equivalent_are_refused(annotation: Any, text: str) -> None:
    with pytest.raises(SchemaError, match=text) as caught:
        of(annotation)
    assert caught.value.field == "a"


def test_structs_have_names_and_defaults_of_their_own() -> None:
    class Struct(msgspec.Struct, rename="camel", kw_only=True, forbid_unknown_fields=True):
        my_field: int
        other: str = msgspec.field(default="x", name="E")

    assert Schema.from_class(Struct) == Schema(
        {"myField": Field(int, required=True), "E": Field(str, optional=True)}, name="Struct", extra_columns="forbid"
    )

    class Checked(msgspec.Struct):
        a: int

        def __post_init__(self) -> None:
            raise ValueError

    with pytest.raises(SchemaError, match="`__post_init__` of Checked is code"):
        Schema.from_class(Checked)
    with pytest.raises(SchemaError, match="`tag` of Tagged has no equivalent"):
        Schema.from_class(msgspec.defstruct("Tagged", [("a", int)], tag=True))

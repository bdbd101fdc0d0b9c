"""Schemas written as classes, and models of pydantic."""

from __future__ import annotations

import dataclasses
import datetime
import decimal
import enum
import uuid
from typing import Annotated, Any, ClassVar, Literal, Optional

import pydantic
import pytest

import trueline
from trueline import Field, Schema, SchemaError, Table, Validator


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Payment(Table, checks=[{"check": "row_count", "min": 1}], extra_columns="forbid"):
    id: str = Field(unique=True, pattern=r"^TX")
    amount: Annotated[float, Field(max=1e6)] = Field(min=0.01)
    note: str | None
    day: Optional[datetime.date] = Field(optional=True)
    kind: Literal["in", "out"]
    colour: Colour | None
    price: decimal.Decimal = Field("decimal(12,2)")
    VERSION: ClassVar[int] = 3
    _hidden: int = 4


class Refund(Payment, name="refunds"):
    of: str


def test_a_class_is_a_schema() -> None:
    assert Payment.schema == Schema(
        {
            "id": Field(str, required=True, unique=True, pattern=r"^TX"),
            "amount": Field(float, required=True, min=0.01, max=1e6),
            "note": str,
            "day": Field(datetime.date, optional=True),
            "kind": Field(str, required=True, enum=["in", "out"]),
            "colour": Field(str, enum=["red", "blue"]),
            "price": Field("decimal(12,2)", required=True),
        },
        name="Payment",
        checks=[{"check": "row_count", "min": 1}],
        extra_columns="forbid",
    )
    assert list(Refund.schema.fields)[-1] == "of" and len(Refund.schema.fields) == 8
    assert Refund.schema.name == "refunds"
    row = {"id": "TX1", "amount": 1.0, "kind": "in", "price": decimal.Decimal("2.50")}
    assert Payment.validate([row]).valid
    assert Validator(Payment).validate([row, {**row, "kind": "up", "id": "TX2"}]).invalid_count == 1
    assert Payment.validate([row], sample_limit=3).total_rows == 1


def test_other_classes() -> None:
    @dataclasses.dataclass
    class Point:
        x: float
        y: float | None

    assert Schema.from_class(Point, name=None) == Schema({"x": Field(float, required=True), "y": float})
    assert Validator(Point).schema.name == "Point"


@pytest.mark.parametrize(
    ("annotation", "value", "text"),
    [
        (int | str, None, "a column is of one type"),
        (object(), None, "annotations of Wrong cannot be read|is no type"),
        (int, 3, "must be a Field, not 3"),
        (Literal["a", 1], None, "of one type"),
        (decimal.Decimal, None, "decimal"),
        (int, Field(min="x"), "minimum"),
    ],
)
def test_classes_that_are_no_schemas(annotation: Any, value: Any, text: str) -> None:
    with pytest.raises(SchemaError, match=text):
        type("Wrong", (Table,), {"__annotations__": {"a": annotation}, **({} if value is None else {"a": value})})


def test_keywords_are_known_at_once() -> None:
    with pytest.raises(SchemaError, match="did you mean `required`") as caught:
        Field(int, requird=True)
    assert caught.value.keyword == "requird"


class Address(pydantic.BaseModel):
    city: str
    zip: str | None = pydantic.Field(default=None, pattern=r"^\d{5}$")


class Tag(pydantic.BaseModel):
    label: str | None = None


class Order(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid")

    id: int = pydantic.Field(ge=1, lt=10**6)
    name: str = pydantic.Field(min_length=1, max_length=10, alias="fullName")
    rate: float | None = pydantic.Field(default=None, gt=0, multiple_of=0.5)
    price: Annotated[decimal.Decimal, pydantic.Field(max_digits=8, decimal_places=2, ge=0)]
    colour: Colour
    kind: Literal["a", "b"] = "a"
    only: Literal[3]
    day: datetime.date
    at: Optional[datetime.datetime]
    key: uuid.UUID
    secret: pydantic.SecretStr
    items: list[int] = pydantic.Field(max_length=3)
    address: Address
    tag: Tag | None = None
    tags: list[Tag] = []
    anything: Any = None


def test_a_model_is_a_schema() -> None:
    expected = Schema(
        {
            "id": Field(int, required=True, minimum=1, exclusive_maximum=10**6),
            "fullName": Field(str, required=True, min_length=1, max_length=10),
            "rate": Field(float, optional=True, exclusive_minimum=0, multiple_of=0.5),
            "price": Field("decimal(8,2)", required=True, minimum=0),
            "colour": Field(str, required=True, enum=["red", "blue"]),
            "kind": Field(str, optional=True, enum=["a", "b"]),
            "only": Field(int, required=True, enum=[3]),
            "day": Field(datetime.date, required=True),
            "at": datetime.datetime,
            "key": Field(str, required=True, format="uuid"),
            "secret": Field(str, required=True, sensitive=True),
            "items": Field("list<int64>", required=True, max_length=3),
            "address.city": Field(str, required=True),
            "address.zip": Field(str, optional=True, pattern=r"^\d{5}$"),
            "tag": Field("struct<label: string>", optional=True),
            "tags": Field("list<struct<label: string>>", optional=True),
            "anything": Field("any", optional=True),
        },
        name="Order",
        extra_columns="forbid",
    )
    found = Schema.from_pydantic(Order)
    assert found.to_yaml() == expected.to_yaml()
    assert found == expected and Validator(Order).schema == found
    good = {
        "id": 1,
        "fullName": "A",
        "price": decimal.Decimal("1.50"),
        "colour": "red",
        "only": 3,
        "day": datetime.date(2026, 1, 2),
        "at": None,
        "key": str(uuid.uuid4()),
        "secret": "s",
        "items": [1],
        "address": {"city": "x"},
    }
    assert found.validate([good]).valid
    Order.model_validate(good)
    for wrong in ({"id": 0}, {"address": {"city": None}}, {"address": {"city": "x", "zip": "1"}}, {"more": 1}, {"items": [1] * 4}):
        assert not found.validate([{**good, **wrong}]).valid
        with pytest.raises(pydantic.ValidationError):
            Order.model_validate({**good, **wrong})


def model(**fields: Any) -> type[pydantic.BaseModel]:
    return pydantic.create_model("Model", **fields)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (int | str, "union"),
        (dict[str, int], "dict"),
        (decimal.Decimal, "max_digits"),
        (list[Address], "must not require members"),
        (Optional[Address], "must not require members"),
        (list[Annotated[int, pydantic.Field(ge=1)]], "inside of others"),
        (set[int], "uniqueItems"),
        (tuple[int, str], "prefixItems"),
        (bytes, "binary"),
    ],
)
def test_what_has_no_equivalent(kind: Any, text: str) -> None:
    with pytest.raises(SchemaError, match=text) as caught:
        Schema.from_pydantic(model(a=(kind, ...)))
    assert caught.value.field == "a" and str(caught.value).startswith("field `a`: ")


def test_code_of_a_model_is_no_schema() -> None:
    class Checked(pydantic.BaseModel):
        a: int

        @pydantic.field_validator("a")
        @classmethod
        def even(cls, value: int) -> int:
            return value

    with pytest.raises(SchemaError, match="`even` of Checked is code"):
        Schema.from_pydantic(Checked)
    assert Schema.from_pydantic(Checked, skip_code=True).fields == {"a": "int64"}
    for wrong in (3, int, {"a": int}, Checked(a=1)):
        with pytest.raises(TypeError, match="a model of pydantic 2 is needed"):
            Schema.from_pydantic(wrong)


def test_pydantic_is_not_needed() -> None:
    import subprocess
    import sys

    code = "import sys; sys.modules['pydantic'] = None; import trueline; trueline.Schema({'a': int})"
    subprocess.run([sys.executable, "-c", code], check=True)
    assert trueline.Table.__doc__

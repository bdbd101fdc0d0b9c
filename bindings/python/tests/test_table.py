"""Schemas written as classes, and models of pydantic."""

from __future__ import annotations

import dataclasses
import datetime
import decimal
import enum
import ipaddress
import re
import typing
import uuid
from typing import Annotated, Any, ClassVar, Literal, Optional

import annotated_types
import pydantic
import pytest
import typing_extensions

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


@pytest.mark.parametrize("slots", [False, True])
@pytest.mark.parametrize("default", [{"default": 3}, {"default_factory": int}], ids=str)
def test_defaults_of_dataclasses_are_refused(slots: bool, default: Any) -> None:
    made = dataclasses.make_dataclass("Made", [("a", int), ("b", int, dataclasses.field(**default))], slots=slots)
    with pytest.raises(SchemaError, match="field `b`: its value must be a Field"):
        Schema.from_class(made)
    kept = dataclasses.make_dataclass("Made", [("a", int | None, None), ("b", int, Field(min=1))], slots=slots)
    assert Schema.from_class(kept) == Schema({"a": int, "b": Field(int, min=1, required=True)}, name="Made")


def test_names_with_underscores_are_fields() -> None:
    class Document(Table):
        _id: str
        _rev: int | None = Field(min=1)
        _secret: int = 4
        __slots__: ClassVar[Any]

    assert Document.schema == Schema({"_id": Field(str, required=True), "_rev": Field(int, min=1)}, name="Document")
    assert not Document.validate([{"_id": None}]).valid

    @dataclasses.dataclass(slots=True)
    class Keyed:
        _id: str
        _: dataclasses.KW_ONLY
        name: str

    assert list(Schema.from_class(Keyed).fields) == ["_id", "name"]
    with pytest.raises(SchemaError, match="begins with two underscores"):

        class Mangled(Table):
            __id: str


def test_what_is_no_class_with_fields(payments: Schema) -> None:
    for wrong in (str, int, object, type("Empty", (), {}), Table):
        for make in (Validator, Schema.from_class, trueline.MapReduceValidator):
            with pytest.raises(TypeError, match=f"{wrong.__name__} has no annotations of which fields could be made"):
                make(wrong)
    for wrong in (3, None, {"a": int}):
        with pytest.raises(TypeError, match="a class with annotations is needed"):
            Schema.from_class(wrong)

    class Counted(Table, checks=[{"check": "row_count", "min": 1}]):
        pass

    assert not Counted.validate([]).valid
    assert Schema.from_class(Payment) == Payment.schema
    assert Schema.from_class(Refund, name="others").name == "others"


def test_a_class_of_pydantic_is_a_model() -> None:
    assert Schema.from_class(Order) == Schema.from_pydantic(Order)
    assert Schema.from_class(Order, name="orders").name == "orders"

    @pydantic.dataclasses.dataclass
    class Limited:
        a: Annotated[int, pydantic.Field(ge=1)]

    with pytest.raises(TypeError, match="a model of pydantic 2 is needed, and Limited is none"):
        Schema.from_class(Limited)


def test_fields_in_annotations_that_allow_none() -> None:
    class Sizes(Table):
        a: Annotated[int, Field(min=1)] | None
        b: Annotated[str, Field(enum=["x", "y"])] | None
        c: Optional[Annotated[float, Field("float32")]] = Field(max=3)

    assert Sizes.schema == Schema({"a": Field(int, min=1), "b": Field(str, enum=["x", "y"]), "c": Field("float32", max=3)}, name="Sizes")
    same = Field(int, min=1, enum=[1, 2]), Field("int64", enum=[1, 2], minimum=1.0)
    assert same[0] == same[1] and len({*same, Field(int), Field(), Field("any")}) == 4


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
            "address.zip": Field(str, optional=True, pattern=r"(?u)^\d{5}$"),
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


class Node(pydantic.BaseModel):
    children: list[Node] = []


def test_models_without_fields_are_refused() -> None:
    with pytest.raises(SchemaError, match="holds itself") as caught:
        Schema.from_pydantic(Node)
    assert caught.value.field == "children"
    with pytest.raises(SchemaError, match="holds itself") as caught:
        Schema.from_pydantic(model(a=(int, 1), b=(Node | None, None)))
    assert caught.value.field == "b"
    with pytest.raises(SchemaError, match="RootModel"):
        Schema.from_pydantic(pydantic.RootModel[list[int]])
    assert Schema.from_pydantic(model(a=(pydantic.RootModel[list[int]], ...))).fields == {"a": "list<int64>"}


DAY, NOON, HOUR = datetime.date(2026, 1, 2), datetime.time(12), datetime.timedelta(hours=1)


def test_bounds_of_dates_and_times_are_kept() -> None:
    found = Schema.from_pydantic(
        model(
            day=(Annotated[datetime.date, pydantic.Field(ge=DAY)], ...),
            at=(Annotated[datetime.datetime | None, pydantic.Field(lt=datetime.datetime(2026, 1, 2, 3))], None),
            time=(Annotated[datetime.time, annotated_types.Interval(gt=NOON)], NOON),
            took=(datetime.timedelta, pydantic.Field(le=HOUR, default=HOUR)),
            price=(Annotated[decimal.Decimal, pydantic.Field(max_digits=4, decimal_places=2), annotated_types.Interval(ge=1)], ...),
        )
    )
    expected = {
        "day": Field(datetime.date, required=True, minimum="2026-01-02"),
        "at": Field(datetime.datetime, optional=True, exclusive_maximum="2026-01-02T03:00:00"),
        "time": Field(datetime.time, optional=True, exclusive_minimum="12:00:00"),
        "took": Field(datetime.timedelta, optional=True, maximum="PT3600S"),
        "price": Field("decimal(4,2)", required=True, minimum=1),
    }
    assert found == Schema(expected, name="Model")


def same(value: Any) -> Any:
    return value


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (pydantic.AwareDatetime, "`tz_constraint` has no equivalent"),
        (pydantic.NaiveDatetime, "`tz_constraint` has no equivalent"),
        (pydantic.PastDate, "`now_op` has no equivalent"),
        (pydantic.FutureDate | None, "`now_op` has no equivalent"),
        (pydantic.PastDatetime, "`now_op` has no equivalent"),
        (Annotated[int, pydantic.AfterValidator(same)], "`same` is code"),
        (Annotated[int, pydantic.BeforeValidator(same)], "`same` is code"),
        (Annotated[int, pydantic.PlainValidator(same)], "`same` is code"),
        (Annotated[int, pydantic.WrapValidator(lambda value, inner: inner(value))], "`<lambda>` is code"),
        (list[Annotated[int, pydantic.AfterValidator(same)]], "`same` is code"),
        (Annotated[int, annotated_types.Predicate(bool)], "is code"),
        (pydantic.ImportString, "is code"),
        (Annotated[str, pydantic.StringConstraints(strip_whitespace=True)], "`strip_whitespace` has no equivalent"),
        (Annotated[str, pydantic.StringConstraints(to_lower=True)], "`to_lower` has no equivalent"),
        (Annotated[str, pydantic.StringConstraints(to_upper=True)], "`to_upper` has no equivalent"),
        (pydantic.HttpUrl, "`allowed_schemes` has no equivalent"),
        (Annotated[pydantic.AnyUrl, pydantic.UrlConstraints(allowed_schemes=["ftp"])], "`allowed_schemes` has no equivalent"),
        (Annotated[str, pydantic.Field(pattern=re.compile("a", re.I))], "flags of re"),
        (list[Annotated[datetime.date, pydantic.Field(ge=DAY)]], "inside of others"),
        (type[int], "is-subclass"),
        (Annotated[datetime.time, pydantic.Field(ge=datetime.time(1, tzinfo=datetime.UTC))], "minimum"),
    ],
)
def test_what_the_json_schema_of_a_model_leaves_out_is_refused(kind: Any, text: str) -> None:
    with pytest.raises(SchemaError, match=text) as caught:
        Schema.from_pydantic(model(a=(kind, ...)))
    assert caught.value.field == "a" and str(caught.value).startswith("field `a`: ")


def test_settings_of_a_model_that_have_no_equivalent() -> None:
    class Lower(pydantic.BaseModel):
        model_config = pydantic.ConfigDict(str_to_lower=True)
        a: str

    with pytest.raises(SchemaError, match="`str_to_lower` of a model"):
        Schema.from_pydantic(Lower)
    path = pydantic.Field(validation_alias=pydantic.AliasPath("a", 0))
    with pytest.raises(SchemaError, match="an alias that is a path"):
        Schema.from_pydantic(model(b=(int, path)))
    with pytest.raises(SchemaError, match="has no equivalent"):
        Schema.from_pydantic(model(a=(typing.Callable[[], int], ...)))


def test_names_that_a_model_allows_are_aliases() -> None:
    class Who(pydantic.BaseModel):
        id: int = pydantic.Field(validation_alias=pydantic.AliasChoices("id", "ID"))

    class ByName(pydantic.BaseModel):
        model_config = pydantic.ConfigDict(populate_by_name=True)
        first: int = pydantic.Field(alias="firstName")
        who: Who = pydantic.Field(alias="user")

    schema = Schema.from_pydantic(ByName)
    assert schema == Schema(
        {
            "firstName": Field(int, required=True, aliases=["first"]),
            "user.id": Field(int, required=True, aliases=["user.ID", "who.id", "who.ID"]),
        },
        name="ByName",
    )
    lines = b'{"first":1,"who":{"ID":2}}\n'
    assert schema.validate(lines, format="jsonl").is_valid and ByName.model_validate_json(lines).who.id == 2

    class Tagged(pydantic.BaseModel):
        tag: str = pydantic.Field("", validation_alias=pydantic.AliasChoices("tag", "label"))

    with pytest.raises(SchemaError, match="several names"):
        Schema.from_pydantic(model(a=(list[Tagged], [])))
    by_name = pydantic.ConfigDict(validate_by_name=True, validate_by_alias=False)
    with pytest.raises(SchemaError, match="`validate_by_alias` of a model"):
        Schema.from_pydantic(pydantic.create_model("Model", __config__=by_name, a=(int, pydantic.Field(alias="b"))))


def test_what_other_types_of_pydantic_are() -> None:
    found = Schema.from_pydantic(
        model(
            url=(pydantic.AnyUrl, ...),
            ip=(ipaddress.IPv4Address | None, None),
            many=(typing.Sequence[int], []),
            point=(Point | None, None),
            word=(Annotated[str, pydantic.Field(pattern=r"^\w$")], ...),
            rate=(Annotated[float, pydantic.Field(allow_inf_nan=True)], ...),
            named=(str, pydantic.Field(validation_alias="other", strict=True)),
        )
    )
    expected = {
        "url": Field(str, required=True, format="uri", min_length=1),
        "ip": Field(str, optional=True, format="ipv4"),
        "many": Field("list<int64>", optional=True),
        "point": Field("struct<x: float64>", optional=True),
        "word": Field(str, required=True, pattern=r"(?u)^\w$"),
        "rate": Field(float, required=True, allow_nan=True, allow_infinite=True),
        "other": Field(str, required=True),
    }
    assert found == Schema(expected, name="Model")


class Item(pydantic.BaseModel):
    a: int = 1

    @pydantic.field_validator("a")
    @classmethod
    def even(cls, value: int) -> int:
        return value


class Whole(pydantic.BaseModel):
    a: int = 1

    @pydantic.model_validator(mode="after")
    def good(self) -> Whole:
        return self


@dataclasses.dataclass
class Point:
    x: float = 1


@pytest.mark.parametrize(
    ("kind", "default", "text"),
    [
        (Item, ..., "`even` of Item is code"),
        (Item, Item(), "`even` of Item is code"),
        (list[Item], ..., "`even` of Item is code"),
        (Item | None, None, "`even` of Item is code"),
        (list[list[Item] | None], ..., "`even` of Item is code"),
        (typing_extensions.TypeAliasType("Items", list[Item]), ..., "`even` of Item is code"),
        (Annotated[Item, pydantic.Field(validation_alias="b")], ..., "`even` of Item is code"),
        (list[Whole], ..., "`good` is code"),
        (model(c=(Item, ...)), ..., "`even` of Item is code"),
    ],
)
def test_code_of_nested_models_is_refused(kind: Any, default: Any, text: str) -> None:
    nested = model(a=(kind, default))
    with pytest.raises(SchemaError, match=text) as caught:
        Schema.from_pydantic(nested)
    assert caught.value.field in ("a", "b", "a.c")
    assert Schema.from_pydantic(nested, skip_code=True).fields


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

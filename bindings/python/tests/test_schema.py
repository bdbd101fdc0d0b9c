"""Schemas: made, read, compared, pickled, refused."""

from __future__ import annotations

import copy
import datetime
import decimal
import enum
import os
import pickle
import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any, Optional

import numpy
import pandas
import polars
import pyarrow
import pytest

from trueline import Field, Schema, SchemaError, TruelineError


def test_python_and_documents_mean_the_same(tmp_path: Path) -> None:
    text = "fields:\n  - {name: id, type: int64, required: true}\n  - {name: amount, type: float64, minimum: 0.01}\n"
    made = Schema({"id": Field(int, required=True), "amount": Field(float, min=0.01)})
    listed = Schema([Field("int64", name="id", required=True), Field(float, name="amount", minimum=0.01)])
    file = tmp_path / "schema.yml"
    file.write_text(text)
    read = [Schema.from_yaml(text), Schema.from_file(file), Schema.from_file(str(file))]
    again = [Schema.from_json(made.to_json()), Schema.from_yaml(made.to_yaml()), Schema.from_dict(made.to_dict())]
    again += [Schema.from_json(made.to_json(indent=2))]
    for schema in [listed, *read, *again]:
        assert schema == made
        assert hash(schema) == hash(made)
        assert schema.fingerprint == made.fingerprint
    assert made != Schema({"id": int})
    assert made != "schema"
    assert made.fields == {"id": "int64", "amount": "float64"}
    assert made.check_ids[0] == "structure"
    assert "amount.range" in made.check_ids


def test_schemas_show_themselves() -> None:
    schema = Schema({"id": int, "name": str}, name="people")
    assert repr(schema) == "<trueline.Schema 'people' {id: int64, name: string}>"
    many = Schema({f"c{index}": int for index in range(9)})
    assert repr(many).endswith("c7: int64, …}>")
    assert repr(Field(float, min=1)) == "Field('float64', minimum=1)"
    assert Field(int, min=1) == Field("int64", minimum=1) != Field(int)


def test_schemas_are_pickled_and_copied() -> None:
    schema = Schema({"id": Field(int, description="who")}, name="n")
    for twin in (pickle.loads(pickle.dumps(schema)), copy.copy(schema), copy.deepcopy(schema)):
        assert twin == schema
        assert twin.validate(b"id\nx\n").invalid_count == 1


def test_no_digit_of_a_bound_is_lost() -> None:
    bound = decimal.Decimal("12345678901234567890.0123456789")
    schema = Schema({"v": Field("decimal(38,10)", max=bound)})
    assert str(bound) in schema.to_json()
    assert str(bound) in schema.to_yaml()
    assert schema.to_dict()["fields"][0]["checks"][0]["maximum"] == bound
    assert Schema.from_dict(schema.to_dict()) == schema
    assert Schema.from_json(schema.to_json(indent=1)) == schema
    whole = Schema({"v": Field("uint64", max=2**64 - 1)})
    assert whole.validate(b"v\n18446744073709551615\n").valid


@pytest.mark.parametrize(
    "text",
    ["😀", "a😀\U0010ffff", "\x01\t\n\r\x1f\x7f", "\x80\x85\x9f\xa0", "\u2028\u2029\ufeff\ufffe", "\"q\" 'q'", "\\ud83d\\u0041 \\", "é: #-{[&*!|>%@`"],
    ids=ascii,
)
def test_yaml_of_any_text_is_read_again(text: str) -> None:
    schema = Schema({text: Field(str, enum=[text, "x"], null_values=[text])}, name=text)
    assert schema.to_yaml().isascii()
    again = Schema.from_yaml(schema.to_yaml())
    assert again == schema
    assert (again.name, list(again.fields), again.to_dict()) == (text, [text], schema.to_dict())


@pytest.mark.parametrize(
    ("given", "name"),
    [
        (str, "string"),
        (int, "int64"),
        (float, "float64"),
        (bool, "boolean"),
        (bytes, "binary"),
        (datetime.date, "date"),
        (datetime.datetime, "timestamp"),
        (datetime.time, "time"),
        (datetime.timedelta, "duration"),
        (Any, "any"),
        (None, "any"),
        (Optional[int], "int64"),
        (int | None, "int64"),
        (list[int], "list<int64>"),
        (list[list[str]], "list<list<string>>"),
        (tuple[float, ...], "list<float64>"),
        ("decimal(12,2)", "decimal(12,2)"),
        ("struct<a: int64, b: string>", "struct<a: int64, b: string>"),
        (pyarrow.int32(), "int32"),
        (pyarrow.float64(), "float64"),
        (pyarrow.float32(), "float32"),
        (pyarrow.large_string(), "string"),
        (pyarrow.bool_(), "boolean"),
        (pyarrow.date32(), "date"),
        (pyarrow.time64("us"), "time"),
        (pyarrow.timestamp("ms"), "timestamp(ms)"),
        (pyarrow.timestamp("us", "Europe/Zurich"), "timestamp(us,Europe/Zurich)"),
        (pyarrow.decimal128(10, 2), "decimal(10,2)"),
        (pyarrow.duration("s"), "duration"),
        (pyarrow.large_list(pyarrow.int64()), "list<int64>"),
        (polars.List(polars.List(polars.Int16)), "list<list<int16>>"),
        (polars.Int8, "int8"),
        (polars.Int8(), "int8"),
        (polars.String, "string"),
        (polars.Datetime("us", "UTC"), "timestamp(us,UTC)"),
        (polars.Datetime("ms"), "timestamp(ms)"),
        (polars.Boolean, "boolean"),
        (polars.Decimal(9, 3), "decimal(9,3)"),
        (numpy.dtype("uint16"), "uint16"),
        (numpy.float32, "float32"),
        (numpy.dtype("datetime64[ns]"), "timestamp(ns)"),
        (pandas.Int64Dtype(), "int64"),
        (pandas.CategoricalDtype(), "string"),
        (pandas.DatetimeTZDtype("ns", "UTC"), "timestamp(ns,UTC)"),
    ],
    ids=str,
)
def test_types_of_python_and_others(given: Any, name: str) -> None:
    assert Field(given).type == name
    assert list(Schema({"v": given}).fields.values()) == [name]


def test_the_columns_of_tables() -> None:
    kind = pyarrow.schema(
        [
            pyarrow.field("id", pyarrow.int32(), nullable=False),
            ("tags", pyarrow.list_(pyarrow.string())),
            ("who", pyarrow.struct([("a b", pyarrow.int8()), ("at", pyarrow.timestamp("us", "UTC"))])),
        ]
    )
    expected = {"id": "int32", "tags": "list<string>", "who": "struct<a b: int8, at: timestamp(us,UTC)>"}
    schema = Schema.from_arrow(kind, name="n")
    assert (schema.fields, schema.name) == (expected, "n")
    assert "id.required" in schema.check_ids
    table = kind.empty_table()
    frame = polars.DataFrame(table)
    assert Schema.from_arrow(table).fields == Schema.from_arrow(frame).fields == Schema.from_arrow(frame.schema).fields == expected
    assert schema.validate(table).valid
    assert Schema.from_arrow(frame).validate(frame).valid
    plain = pandas.DataFrame({"a": [1], "b": ["x"], "c": [1.5], "d": [pandas.Timestamp("2026-01-01")]})
    found = Schema.from_arrow(plain)
    assert list(found.fields.values())[:3] == ["int64", "string", "float64"]
    assert found.fields["d"].startswith("timestamp(")
    assert found.validate(plain).valid
    for other in (3, [1], object()):
        with pytest.raises(TypeError, match="no columns"):
            Schema.from_arrow(other)


def test_frames_with_columns_of_any_name() -> None:
    frame = pandas.DataFrame({"schema": [1], "dtypes": ["x"], "items": [1.5]})
    assert Schema.from_arrow(frame).fields == {"schema": "int64", "dtypes": "string", "items": "float64"}
    twice = pyarrow.schema([("a", pyarrow.int64()), ("b", pyarrow.int64()), ("a", pyarrow.string())])
    for data in (pandas.DataFrame([[1, "x"]], columns=["a", "a"]), pandas.DataFrame([[1, 2]], columns=["1", 1]), twice):
        with pytest.raises(SchemaError, match="several columns of this name") as caught:
            Schema.from_arrow(data)
        assert caught.value.field in ("a", "1")
    with pytest.raises(SchemaError, match="field `m`: .* is no type") as caught:
        Schema.from_arrow(pyarrow.schema([("m", pyarrow.map_(pyarrow.string(), pyarrow.int64()))]))
    assert caught.value.field == "m"


@pytest.mark.parametrize(
    ("column", "name"),
    [
        (pandas.Series([1, 2], dtype="category"), "int64"),
        (pandas.Series([1.5], dtype="category"), "float64"),
        (pandas.Series(["x"], dtype="category"), "string"),
        (pandas.Series([1], dtype=pandas.ArrowDtype(pyarrow.int64())), "int64"),
        (pandas.Series([1], dtype=pandas.ArrowDtype(pyarrow.timestamp("us", "UTC"))), "timestamp(us,UTC)"),
        (pyarrow.array(["x"], pyarrow.large_string()).dictionary_encode(), "string"),
        (pyarrow.array(["x"]).dictionary_encode(), "string"),
        (pyarrow.array([3]).dictionary_encode(), "int64"),
        (pyarrow.array([Decimal("1.5")], pyarrow.decimal32(4, 2)), "decimal(4,2)"),
        (pyarrow.array([Decimal("1.5")], pyarrow.decimal64(9, 2)), "decimal(9,2)"),
        (pyarrow.array([Decimal("1.5")], pyarrow.decimal256(9, 2)), "decimal(9,2)"),
        (pyarrow.array([numpy.float16(1.5)]), "float32"),
        (pyarrow.array([b"abcd"], pyarrow.binary(4)), "binary"),
        (pyarrow.RunEndEncodedArray.from_arrays([2], ["x"]), "string"),
        (pyarrow.array([["x"]], pyarrow.list_(pyarrow.dictionary(pyarrow.int8(), pyarrow.string()))), "list<string>"),
    ],
    ids=lambda value: str(getattr(value, "dtype", getattr(value, "type", value))),
)
def test_what_validation_takes_has_a_type(column: Any, name: str) -> None:
    table = column.to_frame("v") if isinstance(column, pandas.Series) else pyarrow.table({"v": column})
    schema = Schema.from_arrow(table)
    assert schema.fields == {"v": name}
    assert schema.validate(table).valid


class Category(enum.IntEnum):
    A = 1
    B = 2


class Size(enum.Enum):
    S = "s"
    M = "m"


class Float:
    pass


class Date(str):
    def __str__(self) -> str:
        return "date"


class Boolean:
    def __str__(self) -> str:
        return "boolean"


def test_types_are_not_recognised_by_the_names_of_classes() -> None:
    for given in (Float, Date, Boolean(), type("Int64", (), {}), type("Categorical", (float,), {})):
        with pytest.raises(SchemaError, match="is no type: use a Python type"):
            Field(given)


def test_enums_are_fields() -> None:
    assert Field(Category) == Field(int, enum=[1, 2]) == Field(Category | None)
    assert Schema({"a": Size, "b": Field(Size, enum=["s"])}) == Schema({"a": Field(str, enum=["s", "m"]), "b": Field(str, enum=["s"])})
    for given in (enum.Enum("Mixed", {"A": 1, "B": "b"}), enum.Enum("Other", {"A": (1, 2)})):
        with pytest.raises(SchemaError, match="of one type, str, int, float or bool"):
            Field(given)
    with pytest.raises(SchemaError, match="Size is an Enum, which a field can be"):
        Field(list[Size])
    with pytest.raises(SchemaError, match="is no type"):
        Field(enum.IntFlag("Flags", ["A", "B"]))


def test_values_of_keywords() -> None:
    schema = Schema(
        {
            "day": Field(datetime.date, min=datetime.date(2026, 1, 1)),
            "code": Field(str, pattern=re.compile(r"[A-Z]+")),
            "kind": Field(str, enum=("a", "b")),
            "size": Field(str, enum={"x"}),
        }
    )
    assert schema.validate(b"day,code,kind,size\n2026-01-01,A,a,x\n").valid
    report = schema.validate(b"day,code,kind,size\n2025-12-31,a,c,y\n")
    assert [error.column for error in report.errors] == ["day", "code", "kind", "size"]


def test_sets_have_one_order() -> None:
    words = {"b", "a", "d", "c"}
    assert Schema({"v": Field(str, enum=words)}).to_dict()["fields"][0]["checks"][0]["enum"] == ["a", "b", "c", "d"]
    assert Field("float64", not_in={2, 1.5, 0.5, 1}).keywords["not_in"] == [0.5, 1.5, 1, 2]
    assert Schema({"v": str}, null_values={"b", "a"}) == Schema({"v": str}, null_values=["a", "b"])
    code = (
        "from trueline import Schema, Field\n"
        "words = {f'word {number}' for number in range(50)}\n"
        "schema = Schema({'v': Field(str, enum=words), 'w': Field(str, not_in=frozenset(words))})\n"
        "print(schema.check('unique', columns={'v', 'w'}).fingerprint)"
    )
    runs = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, env={**os.environ, "PYTHONHASHSEED": seed})
        for seed in ("1", "2", "3")
    ]
    assert len({run.stdout for run in runs}) == 1
    with pytest.raises(SchemaError, match="not set"):
        Schema({Field(int, name="a"), Field(int, name="b")})


@pytest.mark.parametrize(
    ("kind", "keywords", "expected"),
    [
        ("int64", {"enum": numpy.array([1, 2])}, {"enum": [1, 2]}),
        ("int8", {"min": numpy.int8(1), "max": numpy.array(3)}, {"minimum": 1, "maximum": 3}),
        ("float64", {"min": numpy.float32(1.5), "max": numpy.float64(2.5)}, {"minimum": 1.5, "maximum": 2.5}),
        ("string", {"enum": numpy.array(["a", "b"])}, {"enum": ["a", "b"]}),
        ("string", {"required": numpy.bool_(True), "min_length": numpy.uint8(2)}, {"required": True, "min_length": 2}),
        ("date", {"min": numpy.datetime64("2026-01-02")}, {"minimum": "2026-01-02"}),
        ("timestamp", {"min": numpy.datetime64("2026-01-02T03:04:05", "ns")}, {"minimum": "2026-01-02T03:04:05.000000000"}),
        ("date", {"enum": numpy.array(["2026-01-02"], "datetime64[D]")}, {"enum": ["2026-01-02"]}),
        ("duration", {"min": numpy.timedelta64(90, "m")}, {"minimum": "PT5400S"}),
        ("duration", {"min": numpy.timedelta64(1, "ns")}, {"minimum": "PT0.000000001S"}),
        ("duration", {"min": datetime.timedelta(days=1, microseconds=10)}, {"minimum": "PT86400.00001S"}),
        ("duration", {"max": datetime.timedelta(seconds=-1, microseconds=-500_000)}, {"maximum": "-PT1.5S"}),
        ("duration", {"enum": [datetime.timedelta(0)]}, {"enum": ["PT0S"]}),
        ("duration", {"max": pandas.Timedelta("1s 5ns")}, {"maximum": "PT1.000000005S"}),
        ("string", {"enum": Size}, {"enum": ["s", "m"]}),
        ("int64", {"enum": Category, "min": Category.A}, {"enum": [1, 2], "minimum": 1}),
        ("string", {"const": Size.M}, {"const": "m"}),
    ],
    ids=str,
)
def test_values_of_other_libraries(kind: str, keywords: dict[str, Any], expected: dict[str, Any]) -> None:
    field = Field(kind, **keywords)
    assert field.keywords == expected
    assert repr(field) == repr(Field(kind, **expected))
    assert Schema({"v": field}) == Schema({"v": Field(kind, **expected)})


def test_bounds_of_durations_are_held_against_data() -> None:
    schema = Schema({"took": Field(datetime.timedelta, min=datetime.timedelta(minutes=1))})
    report = schema.validate(pyarrow.table({"took": [datetime.timedelta(minutes=2), datetime.timedelta(seconds=59)]}))
    assert [error.row_index for error in report.errors] == [1]


def test_checks_of_the_table() -> None:
    schema = Schema({"a": int, "b": int}, checks=[{"check": "primary_key", "columns": ["a", "b"]}], extra_columns="forbid")
    report = schema.validate(b"a,b\n1,1\n1,1\n")
    assert report.errors[0].code.startswith("primary_key.") or report.errors[0].check_id.endswith("primary_key")
    assert not schema.validate(b"a,b,c\n1,1,1\n").valid


@pytest.mark.parametrize(
    ("make", "field", "keyword", "text"),
    [
        (lambda: Schema({"amount": Field(float, requierd=True)}), None, "requierd", "did you mean `required`"),
        (lambda: Schema({"amount": Field("flot64")}), "amount", "type", "flot64"),
        (lambda: Schema({"amount": Field(float, min="x")}), "amount", "minimum", "x"),
        (lambda: Schema({"a": Field(str, pattern="(")}), "a", "pattern", "unclosed group"),
        (lambda: Schema({"a": Field(str, enum=3)}), "a", "enum", "3"),
        (lambda: Schema({"a": decimal.Decimal}), "a", "type", "decimal(12,2)"),
        (lambda: Schema({"a": 3}), "a", "type", "3 is no type"),
        (lambda: Schema([Field(int)]), None, "name", "needs a name"),
        (lambda: Schema({"a": Field(int, name="b")}), "a", "name", "names itself `b`"),
        (lambda: Field(int, min=1, minimum=1), None, "minimum", "twice"),
        (lambda: Schema({"a": int}, extra_columns="maybe"), None, "extra_columns", "maybe"),
    ],
)
def test_mistakes_name_field_and_keyword(make: Any, field: str | None, keyword: str, text: str) -> None:
    with pytest.raises(SchemaError) as caught:
        make()
    assert (caught.value.field, caught.value.keyword) == (field, keyword)
    assert text in str(caught.value)
    assert isinstance(caught.value, (TruelineError, ValueError))


@pytest.mark.parametrize(
    "make",
    [
        lambda: Schema(3),
        lambda: Schema("id"),
        lambda: Schema({3: int}),
        lambda: Schema([int]),
        lambda: Schema({"a": Field(float, min=float("nan"))}),
        lambda: Schema({"a": Field(float, min=decimal.Decimal("NaN"))}),
        lambda: Schema({"a": Field(str, pattern=re.compile("a", re.I))}),
        lambda: Schema({"a": Field(int, min=object())}),
        lambda: Schema({"a": Field("type", type=3)}),
        lambda: Schema.from_yaml(""),
        lambda: Schema.from_yaml("fields: ["),
        lambda: Schema.from_json("{"),
        lambda: Schema.from_toml("="),
        lambda: Schema.from_dict({"feilds": []}),
        lambda: Schema.from_dict({"fields": 3}),
        lambda: Schema.from_file("schema.txt"),
    ],
)
def test_what_is_no_schema_is_refused(make: Any) -> None:
    with pytest.raises(SchemaError):
        make()


def test_documents_are_refused_with_line_and_column() -> None:
    with pytest.raises(SchemaError) as caught:
        Schema.from_yaml("fields:\n  - {name: amount, requierd: true}\n")
    problem = caught.value.problems[0]
    assert (problem["line"], problem["column"], problem["path"]) == (2, 20, "fields[0].requierd")
    assert "--> <yaml>:2:20" in str(caught.value)


def test_documents_of_another_kind() -> None:
    with pytest.raises(TypeError, match="is str, not bytes"):
        Schema.from_yaml(b"fields: []")  # type: ignore[arg-type]
    with pytest.raises(UnicodeEncodeError):
        Schema.from_yaml("name: '\ud800'")
    with pytest.raises(FileNotFoundError):
        Schema.from_file("missing.yaml")
    with pytest.raises(TypeError):
        Schema.from_file(3)  # type: ignore[arg-type]


def test_a_file_that_is_not_utf8(tmp_path: Path) -> None:
    file = tmp_path / "s.yaml"
    file.write_bytes(b"name: \xff")
    with pytest.raises(SchemaError, match="not UTF-8 at byte 6"):
        Schema.from_file(file)


def test_a_folder_of_documents_is_one_schema(tmp_path: Path) -> None:
    (tmp_path / "checks").mkdir()
    (tmp_path / "a.yaml").write_text("fields: [{name: id, type: string, unique: true}]\n")
    (tmp_path / "b.toml").write_text('[[fields]]\nname = "amount"\ntype = "float64"\n')
    (tmp_path / "checks" / "amount.json").write_text('{"checks": [{"check": "range", "column": "amount", "minimum": 0}]}')
    (tmp_path / "notes.txt").write_text("no schema")
    schema = Schema.from_folder(tmp_path)
    assert schema.fields == {"id": "string", "amount": "float64"}
    assert "amount.range" in schema.check_ids
    assert not schema.validate(b"id,amount\na,-1\n").valid
    assert pickle.loads(pickle.dumps(schema)) == schema == Schema.from_folder(str(tmp_path))
    (tmp_path / "c.yaml").write_text("\nfields: [{name: amount, type: string}]\n")
    with pytest.raises(SchemaError, match="c.yaml:2") as raised:
        Schema.from_folder(tmp_path)
    (problem,) = raised.value.problems
    assert (problem["document"], problem["line"]) == (str(tmp_path / "c.yaml"), 2)
    (tmp_path / "c.yaml").write_bytes(b"name: \xff")
    with pytest.raises(SchemaError, match="UTF-8"):
        Schema.from_folder(tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(SchemaError, match="has no .yaml"):
        Schema.from_folder(tmp_path / "empty")
    with pytest.raises(FileNotFoundError, match="missing"):
        Schema.from_folder(tmp_path / "missing")
    with pytest.raises(NotADirectoryError):
        Schema.from_folder(tmp_path / "a.yaml")
    with pytest.raises(TypeError):
        Schema.from_folder(3)  # type: ignore[arg-type]

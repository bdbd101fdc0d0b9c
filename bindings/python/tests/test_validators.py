"""The validators by name, which say what `Schema.validate` says."""

from __future__ import annotations

import datetime
import decimal
from pathlib import Path
from random import Random
from typing import Any

import numpy
import pandas
import polars
import pyarrow
import pyarrow.parquet
import pytest
from conftest import BAD, GOOD

import trueline
from trueline import Field, LineProcessor, OptionError, Schema, Validator

ROWS: list[dict[str, Any]] = [
    {"id": 1, "amount": 2.5, "currency": "USD"},
    {"id": 1, "amount": 0.0, "currency": "EUR"},
    {"id": 3, "amount": 1.0, "currency": "XXX"},
]


def test_a_validator_of_every_road(payments: Schema, tmp_path: Path) -> None:
    table = pyarrow.Table.from_pylist(ROWS)
    csv, lines, parquet = tmp_path / "a.txt", tmp_path / "b.txt", tmp_path / "c.txt"
    csv.write_bytes(BAD)
    polars.DataFrame(ROWS).write_ndjson(lines)
    pyarrow.parquet.write_table(table, parquet)
    document = tmp_path / "schema.yaml"
    document.write_text(payments.to_yaml())
    for validator in (Validator(payments), Validator(schema=payments, parallel=False), Validator(document, parallel=2)):
        results = [
            validator.validate_csv(csv),
            validator.validate_json(lines),
            validator.validate_parquet(parquet),
            validator.validate_dataframe(table),
            validator.validate_dataframe(pandas.DataFrame(ROWS)),
            validator.validate(ROWS),
        ]
        for result in results:
            assert not result.is_valid()
            assert (result.total_rows, result.valid_count, result.invalid_count) == (3, 1, 2)
            assert len(result.errors) == 3
        assert validator.is_valid(GOOD)
    assert trueline.validate_csv(csv, payments).invalid_count == 2
    assert trueline.validate_json(lines, document).invalid_count == 2
    assert trueline.validate_parquet(parquet, payments, threads=1).invalid_count == 2
    assert trueline.validate_dataframe(table, {"id": int}).is_valid()
    assert Validator({"id": int}).validate_csv(GOOD).valid


def test_a_validator_of_nothing(payments: Schema) -> None:
    for parallel in (0, -1, "yes", None, 1.5):
        with pytest.raises(OptionError):
            Validator(payments, parallel=parallel)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="has neither"):
        Validator(payments).validate_dataframe(ROWS)
    with pytest.raises(FileNotFoundError):
        Validator("missing.yaml")
    with pytest.raises(trueline.SchemaError):
        Validator(3)


def test_one_record_at_a_time(payments: Schema) -> None:
    processor = LineProcessor(schema=payments)
    for _ in range(2):
        assert processor.process_line(ROWS[0]) == (True, [])
    is_valid, errors = processor.process_line(ROWS[2])
    assert not is_valid
    assert [(error.column, error.value) for error in errors] == [("currency", "XXX")]
    assert processor.process_json(b'{"id": 1, "amount": 2.5}') == (True, [])
    assert processor.process_json('{"id": 1,\r\n "amount":\n2.5}\n') == (True, [])
    is_valid, errors = processor.process_json(b'{"amount": 0}')
    assert not is_valid
    assert [error.code for error in errors] == ["required.null", "range.below_minimum"]
    _, errors = processor.process_json(b'{"id": 1,\n\n"amount": 0}')
    assert [(error.line, error.byte_offset) for error in errors] == [(3, 21)]


@pytest.mark.parametrize("text", [b"{", b"[1]", b"3", b"nonsense", b'{"currency": "US\nD"}', b'{"id": 1} {"id": 2}', b"\xff"])
def test_records_that_are_no_json_objects(payments: Schema, text: bytes) -> None:
    is_valid, errors = LineProcessor(payments).process_json(text)
    assert not is_valid
    assert len(errors) >= 1


def test_records_that_cannot_be_taken(payments: Schema) -> None:
    processor = LineProcessor(payments)
    for empty in (b"", b"  \n", ""):
        with pytest.raises(ValueError, match="no record"):
            processor.process_json(empty)
    for other in (3, None, [1], "text"):
        with pytest.raises(TypeError, match="must be a dict"):
            processor.process_line(other)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        processor.process_json({"id": 1})  # type: ignore[arg-type]


def test_what_came_before_a_record_makes_no_difference() -> None:
    """Keys in any order, anew each time or the same objects; of each, what a table of this one row would have."""
    fields = {"id": Field(int, min=0), "name": Field(str, max_length=9), "at": Field("timestamp"), "ok": bool, "x.y": float}
    schema = Schema(fields, json={"duplicate_keys": "error"})
    names = ["n", "", 'a "q"', "back\\slash", "tab\t", "nul\0", "é€😀", "exactly 8", "longer than nine", "del\x7f", None]
    values: dict[str, list[Any]] = {
        "id": [1, -1, 2**62, 2**64, True, None, "1", 1.0],
        "name": names,
        "at": ["2026-01-02T03:04:05Z", "2026-02-30T03:04:05Z", datetime.datetime(2026, 1, 2), None],
        "ok": [True, False, 1, "true"],
        "x": [{"y": 1.5}, {"y": "1.5"}, {"z": 1}, None, [1], {}],
        "tags": [["a"], (), {"k": [None, 'a"b']}],
    }
    processor, random = LineProcessor(schema), Random(7)
    valid = 0
    for number in range(1500):
        # Most are as the one before, but for a value.
        keys = list(values) if number % 9 else random.sample(list(values), random.randint(0, len(values)))
        record = {key if number % 5 else "".join(list(key)): values[key][0] for key in keys}
        for key in random.sample(keys, min(len(keys), random.choice([0, 0, 1, 2]))):
            record[key] = random.choice(values[key])
        is_valid, errors = processor.process_line(record)
        report = schema.validate([record])
        expected = [(error.code, error.column, error.value, error.byte_offset) for error in report.errors]
        assert [(error.code, error.column, error.value, error.byte_offset) for error in errors] == expected, record
        assert is_valid == report.valid
        valid += is_valid
    assert 200 < valid < 1300


def test_numbers_of_a_record_are_written_whole() -> None:
    processor = LineProcessor({"a": bool})
    floats = [0.1, -0.0, 1e16, 1.5e300, 5e-324, 1.7976931348623157e308, 1e-7, 123456789.125, 1 / 3]
    for number in [*floats, 0, -1, 2**63 - 1, -(2**63), 2**63, 10**40, -(10**40)]:
        is_valid, (error,) = processor.process_line({"a": number})
        assert not is_valid
        assert repr(type(number)(error.value)) == repr(number)


def test_warnings_are_told_and_do_not_count() -> None:
    processor = LineProcessor(Schema({"a": Field(int, max=1, severity="warning")}))
    is_valid, errors = processor.process_line({"a": 2})
    assert is_valid
    assert [error.severity for error in errors] == ["warning"]


class Money(decimal.Decimal):
    """A decimal that shows itself otherwise."""

    def __str__(self) -> str:
        return '1,"ok":true'


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("decimal(12,2)", Money("1.50"), True),
        ("decimal(12,2)", Money("1.555"), False),
        ("timestamp(ns)", numpy.datetime64("2024-01-01T00:00:00.123456789", "ns"), True),
        ("int64", numpy.datetime64("2024-01-01", "ns"), False),
        ("timestamp", numpy.datetime64("2024-01-01T05", "h"), True),
        ("duration", numpy.timedelta64(1_000_000_001, "ns"), True),
        ("int64", numpy.timedelta64(1, "ns"), False),
        ("duration", pandas.Timedelta("1s") + pandas.Timedelta(1, "ns"), True),
        ("float64", numpy.longdouble(1.5), True),
        ("timestamp", pandas.NaT, True),
        ("string", pandas.NA, True),
    ],
    ids=str,
)
def test_values_of_other_libraries(kind: str, value: Any, expected: bool) -> None:
    is_valid, errors = LineProcessor({"x": kind, "ok": bool}).process_line({"x": value})
    assert (is_valid, [error.code for error in errors if error.column != "x"]) == (expected, [])


def test_missing_values_of_pandas_are_null() -> None:
    processor = LineProcessor({"x": Field("timestamp", required=True)})
    for missing in (pandas.NaT, pandas.NA, numpy.datetime64("NaT"), None):
        assert not processor.process_line({"x": missing})[0]

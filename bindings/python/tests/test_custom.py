"""Checks by functions: called with what they ask for, reported as any check."""

from __future__ import annotations

import datetime
import decimal
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy
import pandas
import polars
import pyarrow
import pyarrow.compute
import pytest

import trueline
from trueline import Field, Schema, SchemaError

CSV = b"id,amount,name\n1,2.5,ab\n2,-1,abc\n3,,a\n4,x,a\n5,7,\n"


@pytest.fixture
def schema() -> Schema:
    return Schema({"id": int, "amount": float, "name": str})


def is_positive(values: Any) -> Any:
    """A positive amount."""
    return values > 0


def of_column(column: Any) -> list[bool | None]:
    return [None if value is None else value > 0 for value in column.to_list()]


@pytest.mark.parametrize(
    ("on", "function"),
    [
        ("polars", is_positive),
        ("numpy", is_positive),
        ("pandas", is_positive),
        ("pyarrow", lambda values: pyarrow.compute.greater(values, 0)),
        ("pyarrow", lambda values: pyarrow.chunked_array([pyarrow.compute.greater(values, 0)])),
        ("arrow", of_column),
        ("arrow", lambda column: iter(of_column(column))),
        ("batch", lambda batch: [(record["amount"] or 0) > 0 for record in batch.to_records()]),
        ("batch", lambda batch: polars.DataFrame(batch).select(polars.col("amount") > 0)),
        ("record", lambda record: None if record["amount"] is None else record["amount"] > 0),
    ],
)
@pytest.mark.parametrize("data", ["csv", "arrow"])
def test_a_function_over_a_column(schema: Schema, on: str, function: Callable[..., Any], data: str) -> None:
    schema = schema.check(function, column="amount", on=on, id="amount.positive", message="not positive")
    table = pyarrow.table({"id": [1, 2, 3, 4], "amount": [2.5, -1.0, None, 7.0], "name": ["ab", "abc", "a", None]})
    report = schema.validate(CSV if data == "csv" else table)
    check = report.checks["amount.positive"]
    assert (check.check, check.columns, check.status) == ("custom", ["amount"], "failed")
    unparsed = 1 if data == "csv" else 0
    assert (check.evaluated, check.failed, check.null, check.not_evaluated) == (3, 1, 1, unparsed)
    error = next(error for error in report.errors if error.check_id == "amount.positive")
    assert (error.row_index, error.column, error.code, error.message) == (1, "amount", "custom.failed", "not positive")
    if data == "csv":
        assert (error.line, error.value) == (3, "-1")
    assert report.invalid_count == 1 + unparsed


def test_a_function_over_several_columns_and_records(schema: Schema) -> None:
    seen: list[dict[str, Any]] = []

    def agrees(record: dict[str, Any]) -> bool:
        """As many characters as the id says."""
        seen.append(record)
        return len(record["name"] or "") == record["id"]

    schema = schema.check(agrees, severity="warning")
    report = schema.validate(CSV, threads=1)
    check = report.checks["agrees"]
    assert (check.status, check.failed, check.expected) == ("warned", 4, "As many characters as the id says")
    assert [list(record) for record in seen] == [["id", "amount", "name"]] * 5
    assert seen[0] == {"id": 1, "amount": 2.5, "name": "ab"} and seen[3]["amount"] is None
    two = Schema({"a": int, "b": int}).check(lambda a, b: a < b, columns=["a", "b"], on="numpy", id="order")
    assert two.validate(b"a,b\n1,2\n2,1\n").checks["order"].failed == 1


def test_values_of_every_type() -> None:
    schema = Schema(
        {
            "i": "uint8",
            "d": "decimal(5,2)",
            "day": datetime.date,
            "t": datetime.time,
            "at": "timestamp(ms)",
            "zoned": "timestamp(us,UTC)",
            "for": datetime.timedelta,
            "raw": bytes,
            "items": list[int],
            "part": "struct<a: string>",
            "yes": bool,
            "f": "float32",
        }
    )
    seen: list[dict[str, Any]] = []
    schema = schema.check(lambda record: seen.append(record) is None, id="all")
    record = {
        "i": 7,
        "d": decimal.Decimal("1.50"),
        "day": datetime.date(2026, 2, 3),
        "t": datetime.time(4, 5, 6, 7),
        "at": datetime.datetime(1900, 1, 1, 1, 1, 1),
        "zoned": datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc),
        "for": datetime.timedelta(seconds=-3),
        "raw": b"\x00\xff",
        "items": [1, None],
        "part": {"a": "x"},
        "yes": True,
        "f": 0.5,
    }
    report = schema.validate([record, {}])
    assert report.valid, str(report)
    assert seen == [record, dict.fromkeys(record)]


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        (lambda record: 1 / 0, "ZeroDivisionError: division by zero (for {'id': 1}"),
        (lambda record: "yes", "TypeError: a check must give True, False or None for each row, not 'yes'"),
        (lambda record: record["no"], "KeyError: 'no'"),
        (lambda: True, "TypeError"),
    ],
)
def test_an_exception_is_the_status_of_its_check(function: Any, reason: str) -> None:
    schema = Schema({"id": int}).check(function, id="broken")
    report = schema.validate(b"id\n1\n2\n")
    check = report.checks["broken"]
    assert (check.status, check.evaluated, check.not_evaluated) == ("error", 0, 2)
    assert check.reason is not None and check.reason.startswith(reason.split(" (")[0]) and reason in check.reason
    # What could not be checked is not valid.
    assert report.verdict == "invalid" and report.invalid_count == 0 and check.codes == {"custom.error": 1}
    assert check.reason in report.to_html().replace("&#39;", "'") or "broken" in report.to_html()
    warning = Schema({"id": int}).check(function, id="broken", severity="warning").validate(b"id\n1\n2\n")
    assert warning.valid and warning.checks["broken"].status == "error"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ([True], "gave 1 answers for 2 rows"),
        (3, "a boolean for each row, not int"),
        (numpy.array([1.5, 2.5]), "not 1.5"),
        (polars.Series([1, 2]), "must give booleans, not Int64"),
        (pyarrow.array(["a", "b"]), "must give booleans, not Utf8"),
    ],
)
def test_answers_that_are_none(answer: Any, reason: str) -> None:
    report = Schema({"id": int}).check(lambda ids: answer, column="id", on="polars", id="odd").validate(b"id\n1\n2\n")
    assert report.checks["odd"].status == "error"
    assert reason in (report.checks["odd"].reason or "")


def test_functions_judge_large_files_by_many_threads(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id\n" + "".join(f"{row}\n" for row in range(200_000)))
    schema = Schema({"id": Field(int, unique=True)}).check(lambda ids: ids % 1000 != 0, column="id", on="numpy", id="thousands")
    for threads in (1, 4):
        report = schema.validate(path, threads=threads, chunk_bytes=50_000)
        assert report.checks["thousands"].failed == report.invalid_count == 200
    results = list(schema.stream(path, chunk_bytes=50_000))
    assert sum(result.invalid_count for result in results) == 200


def module_level(record: dict[str, Any]) -> bool:
    return record["id"] > 1


def test_schemas_with_functions(schema: Schema) -> None:
    extended = schema.check(module_level)
    assert schema != extended and extended == schema.check(module_level)
    assert hash(schema) == hash(extended) and extended.fingerprint == schema.fingerprint
    assert schema.validate(b"id,amount,name\n1,1,a\n").valid
    copied = pickle.loads(pickle.dumps(extended))
    assert copied == extended and copied.validate(b"id,amount,name\n1,1,a\n").invalid_count == 1
    both = extended.check("row_count", min=2)
    assert [check.status for check in both.validate(b"id,amount,name\n1,1,a\n").checks][-2:] == ["failed", "failed"]


def test_checks_of_documents(schema: Schema) -> None:
    extended = schema.check("row_count", min=2).check("unique", columns=["id", "name"], severity="warning")
    extended = extended.check("range", column="amount", minimum=0, id="amount.sane")
    assert {"table.row_count", "id+name.unique", "amount.sane"} <= set(extended.check_ids)
    assert "table.row_count" not in schema.check_ids
    report = extended.validate(b"id,amount,name\n1,-1,a\n")
    assert {check.id for check in report.checks if check.failed} == {"table.row_count", "amount.sane"}
    assert Schema.from_json(extended.to_json()) == extended


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda schema: schema.check("row_cout", min=1), "row_count"),
        (lambda schema: schema.check("row_count", minn=1), "minn"),
        (lambda schema: schema.check("unique", columns=["no"]), "no"),
        (lambda schema: schema.check("unique", columns="id"), "several as a list"),
        (lambda schema: schema.check("unique", column="id", columns=["id"]), "one column as `column`"),
        (lambda schema: schema.check("unique", column="id", on="polars"), "`on` is for functions"),
        (lambda schema: schema.check(is_positive, column="no"), "does not declare"),
        (lambda schema: schema.check(is_positive, on="spark"), "not 'spark'"),
        (lambda schema: schema.check(is_positive, severity="bad"), "error or warning"),
        (lambda schema: schema.check(is_positive, id=5), "id must be a text, not 5"),
        (lambda schema: schema.check(is_positive, message=["a"]), "message must be a text"),
        (lambda schema: schema.check(is_positive, sample_limit=-1), "a whole number of at least 0, not -1"),
        (lambda schema: schema.check(is_positive, sample_limit=10**30), "a whole number of at least 0"),
        (lambda schema: schema.check(is_positive, sample_limit="3"), "a whole number of at least 0, not '3'"),
        (lambda schema: schema.check(is_positive, minimum=3), "`minimum` is no argument"),
        (lambda schema: schema.check(is_positive).check(is_positive), "already"),
        (lambda schema: schema.check(is_positive, id="id.type"), "already"),
    ],
)
def test_checks_that_are_none(schema: Schema, make: Any, text: str) -> None:
    with pytest.raises(SchemaError, match=text):
        make(schema)


def test_rows_are_marked() -> None:
    schema = Schema({"id": Field(int, unique=True), "name": Field(str, max_length=2)})
    frame = polars.DataFrame({"id": [1, 2, 1, 4], "name": ["a", "abc", "b", None]})
    report = schema.validate(frame, mask=True)
    mask = report.valid_mask
    assert mask is not None
    assert mask.to_list() == list(mask) == [True, False, False, True]
    assert (len(mask), mask[0], mask[-2], repr(mask)) == (4, True, False, "<trueline.Mask 2 of 4 rows valid>")
    assert frame.filter(polars.Series(mask))["id"].to_list() == [1, 4]
    table = frame.to_arrow()
    assert table.filter(pyarrow.array(mask)).num_rows == report.valid_count == 2
    data = frame.to_pandas()
    assert data[numpy.asarray(mask)]["id"].tolist() == [1, 4]
    assert numpy.asarray(mask, dtype=int).sum() == 2
    assert pandas.Series(numpy.asarray(mask)).tolist() == mask.to_list()
    assert schema.validate(frame).valid_mask is None
    with pytest.raises(IndexError):
        mask[4]
    for data in (b"id\n1\n", [{"id": 1}]):
        with pytest.raises(trueline.OptionError, match="mask is for Arrow data"):
            schema.validate(data, mask=True)


def test_checks_as_a_table() -> None:
    schema = Schema({"id": Field(int, min=2)})
    report = schema.validate(b"id\n1\n")
    frame = polars.DataFrame(report.checks)
    assert frame["id"].to_list() == [check.id for check in report.checks] == schema.check_ids
    assert frame.filter(polars.col("status") == "failed")["failed"].to_list() == [1]
    table = pyarrow.table(report.checks)
    assert table.column_names == list(report.checks[0].to_dict())
    assert table["columns"].to_pylist() == [check.columns for check in report.checks]
    assert polars.DataFrame(report.checks.to_dicts()).height == len(report.checks)
    assert report.checks["id.range"].failed == 1
    assert [check.id for check in report.checks[-2:]] == [check.id for check in list(report.checks)[-2:]]
    for wrong, error in (("no.such", KeyError), (99, IndexError), (1.5, TypeError)):
        with pytest.raises(error):
            report.checks[wrong]  # type: ignore[index]
    assert "id.range" in report.checks and "id" not in report.checks and 0 not in report.checks
    assert report.checks[0] in report.checks
    assert report.checks[0] not in schema.validate(b"id\n1\n").checks


@pytest.mark.parametrize(
    ("layout", "expected"),
    [
        (pyarrow.list_(pyarrow.int64()), [[1, 2], None, [3, 4]]),
        (pyarrow.large_list(pyarrow.int64()), [[1, 2], None, [3, 4]]),
        (pyarrow.list_(pyarrow.int64(), 2), [[1, 2], None, [3, 4]]),
        (pyarrow.list_view(pyarrow.int64()), [[1, 2], None, [3, 4]]),
        (pyarrow.large_list(pyarrow.large_string()), [["a", None], [], ["b"]]),
        (pyarrow.large_list(pyarrow.dictionary(pyarrow.int8(), pyarrow.string())), [["a", None], [], ["b"]]),
        (pyarrow.list_(pyarrow.struct([("n", pyarrow.large_list(pyarrow.int8()))])), [[{"n": [1]}], [], None]),
    ],
    ids=str,
)
def test_functions_see_the_items_of_lists(layout: pyarrow.DataType, expected: list[Any]) -> None:
    item = "string" if "string" in str(layout) else "struct<n: list<int8>>" if "struct" in str(layout) else "int64"
    seen: list[Any] = []
    schema = Schema({"x": f"list<{item}>"}).check(lambda record: seen.append(record["x"]) is None, id="seen")
    assert schema.validate(pyarrow.table({"x": pyarrow.array(expected, layout)})).valid
    assert seen == expected


def test_functions_of_all_columns_get_nulls_for_those_that_need_not_be_there() -> None:
    schema = Schema({"a": int, "q": Field(int, optional=True)}).check(lambda record: record["a"] != 2 and record["q"] is None, id="c")
    assert schema.validate(b"a\n1\n2\n3\n").invalid_count == 1
    assert schema.validate(pyarrow.table({"a": [1, 2, 3]})).invalid_count == 1
    assert schema.validate([{"a": 1}, {"a": 2}]).invalid_count == 1

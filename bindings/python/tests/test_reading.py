"""Columns of files as Arrow streams, and counts of rows."""

from __future__ import annotations

import gzip
import io
from pathlib import Path
from typing import Any

import duckdb
import polars
import pyarrow
import pytest

import trueline
from trueline import Field, Schema, count_rows, read_csv, read_jsonl

CSV = b'id,name,at,zip\n1,"a\nb",2026-01-02,01\n2,,2026-01-03,02\n'


def test_types_are_found_or_given(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(CSV)
    frame = polars.DataFrame(read_csv(path))
    assert frame.schema == {"id": polars.Int64, "name": polars.String, "at": polars.Date, "zip": polars.String}
    assert frame["name"].to_list() == ["a\nb", None]
    table = pyarrow.table(read_csv(str(path), schema={"id": "int8", "zip": int}, columns=["zip", "id"]))
    assert table.schema == pyarrow.schema([("zip", pyarrow.int64()), ("id", pyarrow.int8())])
    assert table.to_pylist() == [{"zip": 1, "id": 1}, {"zip": 2, "id": 2}]
    stream = read_csv(gzip.compress(CSV), columns=["at"])
    assert stream.columns == [("at", "Date32")] and repr(stream) == "<trueline.ArrowStream {at: Date32}>"
    assert polars.DataFrame(stream).height == 2
    with pytest.raises(ValueError, match="taken before"):
        polars.DataFrame(stream)


def test_lines_of_json() -> None:
    lines = b'{"b":1,"a":"x","o":{"k":[1]}}\n{"b":2.5}\n'
    frame = polars.DataFrame(read_jsonl(lines))
    assert frame.columns == ["b", "a", "o.k"] and frame["b"].to_list() == [1.0, 2.5]
    assert frame["o.k"].to_list() == [[1], None]
    nested = polars.DataFrame(read_jsonl(lines, schema=Schema({"o": "struct<k: list<int64>>", "b": float})))
    assert nested["o"].to_list() == [{"k": [1]}, None]


def test_an_input_that_can_be_read_once_is_inferred_and_read() -> None:
    data = b"\xef\xbb\xbf" + b"".join(b'{"a":%d}\n' % row for row in range(300_000))
    assert polars.DataFrame(read_jsonl(io.BytesIO(data)))["a"].to_list() == list(range(300_000))
    assert polars.DataFrame(read_csv(io.BytesIO(b"a,b\n1,x\n"))).to_dicts() == [{"a": 1, "b": "x"}]


def test_streams_go_where_arrow_goes() -> None:
    data = b"id\n" + b"".join(b"%d\n" % row for row in range(300_000))
    schema = Schema({"id": Field(int, unique=True, max=299_998)})
    report = schema.validate(read_csv(data))
    assert (report.total_rows, report.invalid_count) == (300_000, 1)
    stream = pyarrow.RecordBatchReader.from_stream(read_csv(data))
    assert duckdb.sql("select sum(id) from stream").fetchall() == [(sum(range(300_000)),)]


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"id\n1\nx\n", "line 3, column `id`: not a value of the type: `x`"),
        (b"no\n1\n", "column `id`"),
        (b'id\n1\n"2\n', "line 3"),
        (gzip.compress(b"id\n1\n")[:-4], "ends"),
    ],
)
def test_what_is_wrong_ends_the_stream(data: bytes, text: str) -> None:
    with pytest.raises(Exception, match=text):
        pyarrow.table(read_csv(data, schema={"id": int}))


def test_reading_of_nothing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_csv(tmp_path / "none.csv")
    with pytest.raises(trueline.UnreadableError, match="no column `b`"):
        read_csv(b"a\n1\n", columns=["b"])
    (tmp_path / "a.csv").write_bytes(CSV)
    wrong: Any
    for wrong in ([{"a": 1}], 3, pyarrow.table({"a": [1]}), [tmp_path / "a.csv", tmp_path / "a.csv"]):
        with pytest.raises(TypeError):
            read_csv(wrong)
    with pytest.raises(TypeError, match="not one name"):
        read_csv(b"a\n", columns="a")
    assert pyarrow.table(read_csv(b"a,b\n")).num_rows == 0


def test_rows_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(CSV)
    assert count_rows(path) == 2 and count_rows(CSV) == 2 and count_rows(b'{"a":1}\n\n{"a":2}\n') == 2
    assert count_rows(b"a\n1,2\n\"x\"y\n3\n") == 3
    assert count_rows(pyarrow.table({"a": [1, 2, 3]})) == 3
    assert count_rows(gzip.compress(CSV), format="csv", threads=1) == 2
    with pytest.raises(trueline.UnreadableError):
        count_rows(gzip.compress(CSV)[:-4])
    with pytest.raises(FileNotFoundError):
        count_rows(tmp_path / "none.csv")

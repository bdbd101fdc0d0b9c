"""What is asked wrongly ends in an exception of Python that says what to do."""

from __future__ import annotations

import io
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars
import pyarrow
import pyarrow.parquet
import pytest
from conftest import BAD, GOOD

import trueline
from trueline import Field, OptionError, Schema, TruelineError


@pytest.fixture(scope="module")
def schema() -> Schema:
    return Schema({"id": Field(int, unique=True), "amount": float, "currency": str})


@pytest.mark.parametrize("data", [None, 3, 2.5, object(), int, len, ..., {"id": [1, 2]}, {}, True])
def test_data_of_no_kind(schema: Schema, data: Any) -> None:
    with pytest.raises(TypeError, match="data must be a path|a dict is no table"):
        schema.validate(data)


@pytest.mark.parametrize("records", [[1], ["a", 3], [None], [[1, 2]], iter([{"id": 1}, 2]), {1, 2}, "ab".__iter__(), [{"id": 1}, "x"]])
def test_records_of_no_kind(schema: Schema, records: Any) -> None:
    with pytest.raises((TypeError, FileNotFoundError)):
        schema.validate(records)


@pytest.mark.parametrize(
    ("record", "error", "text"),
    [
        ({1: 2}, TypeError, "keys of a record must be str, not int"),
        ({"id": object()}, TypeError, "cannot have a value of object"),
        ({"id": {1, 2}}, TypeError, "cannot have a value of set"),
        ({"id": 1j}, TypeError, "cannot have a value of complex"),
        ({"id": "\ud800"}, UnicodeEncodeError, "surrogates"),
        ({"\ud800": 1}, UnicodeEncodeError, "surrogates"),
        ({"id": 10**5000}, ValueError, "4300"),
        ({"id": [{"a": {1: 1}}]}, TypeError, "must be str"),
    ],
)
def test_values_that_no_record_has(schema: Schema, record: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text) as caught:
        schema.validate([{"id": 1}, record])
    assert caught.value.__notes__ == ["in record 1 (counted from 0)"]


def test_a_record_in_itself(schema: Schema) -> None:
    record: dict[str, Any] = {}
    record["self"] = record
    with pytest.raises(ValueError, match="nested deeper"):
        schema.validate([record])


def test_paths_that_are_not_there(schema: Schema, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        schema.validate("missing.csv")
    assert caught.value.filename == "missing.csv"
    for missing in (Path("missing.csv"), ["missing.csv"], "missing/*.csv", str(tmp_path / "no") + os.sep, ""):
        with pytest.raises(FileNotFoundError):
            schema.validate(missing)
    with pytest.raises(IsADirectoryError):
        schema.validate(tmp_path)
    with pytest.raises(FileNotFoundError):
        schema.validate(str(tmp_path) + os.sep)
    with pytest.raises(TypeError, match="paths only"):
        schema.validate(["missing.csv", 3])
    with pytest.raises((ValueError, FileNotFoundError)):
        schema.validate("a\0b")


def test_addresses_that_cannot_be(schema: Schema) -> None:
    with pytest.raises(TruelineError):
        schema.validate("s3://")


@pytest.mark.parametrize(
    "options",
    [
        {"threads": 0},
        {"threads": -1},
        {"threads": 1.5},
        {"threads": "2"},
        {"threads": 10**30},
        {"format": "xlsx"},
        {"format": 3},
        {"format": b"csv"},
        {"sample_limit": -1},
        {"max_violations": "many"},
        {"chunk_bytes": 0},
        {"progress": 3},
        {"progress": "yes"},
        {"cancel": 3},
        {"cancel": True},
        {"mask": 3},
        {"mask": True},
        {"trust_statistics": "yes"},
        {"valid_out": 3},
        {"reasons": "why"},
        {"reasons": 3, "invalid_out": "x.csv"},
        {"valid_out": "x.csv", "invalid_out": "x.csv"},
        {"valid_out": "x.parquet"},
        {"errors_out": "x.unknown"},
        {"limits": 3},
        {"limits": {"max_things": 1}},
        {"limits": {"max_columns": -1}},
        {"limits": {"max_record_bytes": 1 << 31}},
    ],
    ids=str,
)
def test_options_that_cannot_be(schema: Schema, options: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises((OptionError, TypeError)) as caught:
        schema.validate(GOOD, **options)
    assert str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_an_option_that_there_is_not(schema: Schema) -> None:
    with pytest.raises(TypeError):
        schema.validate(GOOD, thread=3)  # type: ignore[call-arg]
    with pytest.raises(OptionError, match="there is no option `thread`"):
        schema._native.validate(GOOD, thread=3)


def test_a_format_that_the_data_do_not_have(schema: Schema) -> None:
    for data in ([{"id": 1}], polars.DataFrame({"id": [1], "amount": [1.0], "currency": ["a"]})):
        with pytest.raises(OptionError, match="leave it out"):
            schema.validate(data, format="csv")
    assert schema.validate([{"id": 1}], format="jsonl").valid


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent as POSIX does")
def test_a_process_ends_while_a_read_blocks() -> None:
    code = (
        "import os, signal, threading, time, trueline\n"
        "class Slow:\n"
        "    def read(self, size):\n"
        "        time.sleep(1)\n"
        "        return b'id\\n'\n"
        "threading.Timer(0.1, lambda: os.kill(os.getpid(), signal.SIGINT)).start()\n"
        "try:\n"
        "    trueline.Schema({'id': int}).validate(Slow())\n"
        "except KeyboardInterrupt:\n"
        "    print('interrupted')\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout, run.stderr) == (0, "interrupted\n", "")


def test_outputs_of_a_frame(schema: Schema, tmp_path: Path) -> None:
    frame = polars.DataFrame({"id": [1], "amount": [1.0], "currency": ["a"]})
    with pytest.raises(OptionError, match="left out where Arrow"):
        schema.validate(frame, valid_out=tmp_path / "x.csv")


def test_outputs_that_cannot_be_written(schema: Schema, tmp_path: Path) -> None:
    with pytest.raises(TruelineError):
        schema.validate(GOOD, format="csv", valid_out=tmp_path / "no" / "x.csv")


def test_files_that_are_not_binary(schema: Schema, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(GOOD)
    with path.open() as text, pytest.raises(TypeError, match="binary mode"):
        schema.validate(text)
    with pytest.raises(TypeError, match="binary mode"):
        schema.validate(io.StringIO("id\n1\n"))


def test_files_that_are_closed(schema: Schema, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(GOOD)
    with path.open("rb") as file:
        pass
    with pytest.raises(ValueError, match="closed"):
        schema.validate(file)
    closed = io.BytesIO(GOOD)
    closed.close()
    with pytest.raises(ValueError, match="closed"):
        schema.validate(closed)


class File:
    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def read(self, size: int) -> Any:
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer


class Mark(Exception):
    pass


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (None, BlockingIOError),
        (3, TypeError),
        (b"x" * (8 << 20), ValueError),
        (Mark("here"), Mark),
        (OSError("gone"), OSError),
        (SystemExit(3), SystemExit),
        (KeyboardInterrupt(), KeyboardInterrupt),
    ],
)
def test_files_that_misbehave(schema: Schema, answer: Any, error: type[BaseException]) -> None:
    with pytest.raises(error):
        schema.validate(File(answer))


def test_a_file_without_a_callable_read(schema: Schema) -> None:
    class Odd:
        read = 3

    with pytest.raises(TypeError):
        schema.validate(Odd())


def test_exceptions_come_through_generators(schema: Schema) -> None:
    def records() -> Iterator[dict[str, Any]]:
        yield {"id": 1}
        raise Mark("here")

    with pytest.raises(Mark, match="here"):
        schema.validate(records())


def test_exceptions_come_through_arrow_streams(schema: Schema) -> None:
    kind = pyarrow.schema([("id", pyarrow.int64())])

    def batches() -> Iterator[Any]:
        yield pyarrow.RecordBatch.from_pylist([{"id": 1}], kind)
        raise Mark("here")

    with pytest.raises(TruelineError, match="here"):
        schema.validate(pyarrow.RecordBatchReader.from_batches(kind, batches()))


def test_exceptions_come_through_progress(schema: Schema) -> None:
    def fail(progress: Any) -> None:
        raise Mark("here")

    def endless() -> Iterator[dict[str, Any]]:
        while True:
            yield {"id": None, "amount": 1.0, "currency": "USD"}

    with pytest.raises(Mark, match="here"):
        schema.validate(endless(), progress=fail)


def test_progress_of_the_wrong_arguments(schema: Schema) -> None:
    def endless() -> Iterator[dict[str, Any]]:
        while True:
            yield {"id": None}

    with pytest.raises(TypeError):
        schema.validate(endless(), progress=lambda: None)  # type: ignore[arg-type, misc]


class Wrong:
    def __init__(self, capsule: Any, method: str) -> None:
        setattr(self, method, lambda *_: capsule)


@pytest.mark.parametrize("method", ["__arrow_c_stream__", "__arrow_c_array__"])
@pytest.mark.parametrize(
    "make",
    [
        lambda: None,
        lambda: 3,
        lambda: (1, 2),
        lambda: (1, 2, 3),
        lambda: pyarrow.int64().__arrow_c_schema__(),
        lambda: pyarrow.array([1]).__arrow_c_array__(),
        lambda: pyarrow.array([1]).__arrow_c_array__()[::-1],
        lambda: pyarrow.chunked_array([[1]]).__arrow_c_stream__(),
    ],
)
def test_capsules_that_hold_no_table(schema: Schema, method: str, make: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        schema.validate(Wrong(make(), method))


def test_capsules_are_taken_once(schema: Schema) -> None:
    table = pyarrow.table({"id": [1, 2], "amount": [1.0, 2.0], "currency": ["a", "b"]})
    stream = Wrong(table.__arrow_c_stream__(), "__arrow_c_stream__")
    assert schema.validate(stream).valid
    with pytest.raises(ValueError, match="before"):
        schema.validate(stream)
    array = Wrong(table.to_batches()[0].__arrow_c_array__(), "__arrow_c_array__")
    assert schema.validate(array).valid
    with pytest.raises(ValueError, match="before"):
        schema.validate(array)


def test_columns_that_are_no_table(schema: Schema) -> None:
    for column in (pyarrow.array([1]), pyarrow.chunked_array([[1]]), polars.Series([1])):
        with pytest.raises(TypeError, match="table"):
            schema.validate(column)


def test_a_struct_array_with_nulls(schema: Schema) -> None:
    with pytest.raises(ValueError, match="nulls"):
        schema.validate(pyarrow.array([{"id": 1}, None]))


def test_frames_of_different_columns(schema: Schema) -> None:
    frames = [polars.DataFrame({"id": [1]}), polars.DataFrame({"id": ["x"]})]
    with pytest.raises(TruelineError, match="other columns"):
        schema.validate(frames)
    with pytest.raises(TypeError, match="no Arrow data"):
        schema.validate([frames[0], 3])


def test_lazy_frames_are_told_to_be_collected(schema: Schema) -> None:
    lazy = polars.DataFrame({"id": [1]}).lazy()
    if hasattr(lazy, "__arrow_c_stream__"):
        assert schema.validate(lazy).total_rows == 1
    else:
        for take in (schema.validate, schema.stream, trueline.Validator(schema).validate_dataframe):
            with pytest.raises(TypeError, match=r"LazyFrame has no rows .* data\.collect\(\)"):
                take(lazy)


def test_bytes_that_change_meanwhile_do_not_matter(schema: Schema) -> None:
    data = bytearray(BAD)
    report = schema.validate(data)
    data[:] = b"x" * len(data)
    assert report.errors[0].row_index in (0, 1)


def test_sockets_are_files(schema: Schema) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(GOOD)
        theirs.shutdown(socket.SHUT_WR)
        with ours.makefile("rb") as file:
            assert schema.validate(file).total_rows == 2


def test_native_classes_cannot_be_made_or_changed(schema: Schema) -> None:
    report = schema.validate(GOOD)
    for kind in (trueline.Report, trueline.Violation, trueline.Violations, trueline.CheckResult, trueline.Progress):
        with pytest.raises(TypeError):
            kind()
    with pytest.raises(AttributeError):
        report.valid = True  # type: ignore[misc]
    assert report != 3
    assert (report == object()) is False


def test_a_damaged_file_is_told_by_the_report_alone(capfd: pytest.CaptureFixture[str]) -> None:
    """What a decoder panics over is not printed beside it."""
    decimals = pyarrow.table({"a": pyarrow.array([Decimal(row % 97) for row in range(100)], pyarrow.decimal128(10, 0))})
    whole = io.BytesIO()
    pyarrow.parquet.write_table(decimals, whole, compression="none")
    data = whole.getvalue()
    schema = Schema({"a": Field("decimal(10,0)")})
    panics = 0
    for at in range(4, data.rindex(b"schema")):
        error = schema.validate(data[:at] + b"\xff" + data[at + 1 :]).error
        panics += error is not None and "cannot be decoded" in error["message"]
    assert panics > 0
    assert capfd.readouterr().err == ""

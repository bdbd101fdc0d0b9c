"""Reports and what they hold."""

from __future__ import annotations

import html
import json
import pickle
from pathlib import Path

import polars
import pyarrow
import pytest
from conftest import BAD, GOOD

from trueline import OutputError, Report, Schema, UnreadableError, ValidationError


def test_counts_and_checks(payments: Schema) -> None:
    report = payments.validate(BAD)
    assert not report.valid
    assert not report.is_valid()
    assert (report.verdict, report.total_rows, report.valid_count, report.invalid_count) == ("invalid", 3, 1, 2)
    checks = {check.id: check for check in report.checks}
    assert list(checks) == payments.check_ids
    amount = checks["amount.range"]
    assert (amount.check, amount.columns, amount.severity, amount.status) == ("range", ["amount"], "error", "failed")
    assert (amount.evaluated, amount.failed, amount.null, amount.not_evaluated) == (3, 1, 0, 0)
    assert amount.codes == {"range.below_minimum": 1}
    assert amount.first_row_index == 1
    assert amount.reason is None
    assert "0.01" in amount.expected
    assert repr(amount) == "<trueline.CheckResult amount.range failed: 1 failed>"


def test_errors_are_a_sequence(payments: Schema) -> None:
    errors = payments.validate(BAD).errors
    assert len(errors) == 3
    assert bool(errors)
    assert [error.check_id for error in errors] == [errors[index].check_id for index in range(3)]
    assert errors[-1] == errors[2] != errors[0]
    assert [error.row_index for error in errors[::-1]] == [error.row_index for error in reversed(errors)]
    assert errors[5:] == []
    assert errors[1] in errors
    for index in (3, -4, 10**30):
        with pytest.raises((IndexError, TypeError)):
            errors[index]
    with pytest.raises(TypeError):
        errors["x"]
    assert repr(errors) == "<trueline.Violations 3>"
    assert not payments.validate(GOOD).errors


def test_a_violation_tells_its_place(payments: Schema) -> None:
    error = next(error for error in payments.validate(BAD).errors if error.column == "amount")
    assert error.to_dict() == {name: getattr(error, name) for name in error.to_dict()}
    assert (error.code, error.severity, error.input, error.input_name) == ("range.below_minimum", "error", 0, "<bytes>")
    assert (error.row_index, error.line, error.byte_offset, error.byte_length) == (1, 3, 31, 1)
    assert (error.value, error.value_truncated, error.path) == ("0", False, None)
    assert str(error).startswith("line 3: amount: ")
    assert repr(error).startswith("<trueline.Violation amount.range line 3")
    repeat = next(error for error in payments.validate(BAD).errors if error.column == "id")
    assert repeat.related is not None
    assert {repeat.row_index, repeat.related["row_index"]} == {0, 1}


def test_errors_as_a_data_frame(payments: Schema) -> None:
    errors = payments.validate(BAD).errors
    frame = polars.DataFrame(errors.to_dicts())
    assert frame.height == 3
    tables = [polars.DataFrame(errors), pyarrow.table(errors), pyarrow.RecordBatchReader.from_stream(errors).read_all()]
    for table in tables:
        for name in ("check_id", "code", "row_index", "line", "column", "value", "message", "input_name"):
            column = table[name]
            values = column.to_list() if isinstance(column, polars.Series) else column.to_pylist()
            assert values == [getattr(error, name) for error in errors]
    assert pyarrow.table(payments.validate(GOOD).errors).num_rows == 0
    kept = errors.__arrow_c_stream__()
    del kept
    assert set(frame["code"]) == {error.code for error in payments.validate(BAD).errors}


def test_documents(payments: Schema) -> None:
    report = payments.validate(BAD)
    whole = report.to_dict()
    assert whole == json.loads(report.to_json())
    assert whole["rows"] == {"total": 3, "valid": 1, "invalid": 2}
    assert len(whole["violations"]) == len(report.errors)
    assert str(report) == report.to_text()
    assert report.to_html().startswith("<!")
    assert "amount.range" in report.to_markdown()
    assert report.to_junit().startswith("<?xml")
    assert json.loads(report.to_sarif())["version"] == "2.1.0"
    assert repr(report) == "<trueline.Report invalid: 2 of 3 rows>"
    assert repr(payments.validate(GOOD)) == "<trueline.Report valid: 2 rows>"


def test_what_data_say_cannot_act_in_a_notebook() -> None:
    report = Schema({"<b>": int}).validate(b'<b>\n"</iframe><script>alert(1)</script>""\n"\n')
    shown = report._repr_html_()
    assert shown.startswith("<iframe sandbox srcdoc=")
    assert shown.count("<") == 2
    inner = shown.split('srcdoc="')[1].split('" style=')[0]
    assert inner.count('"') == 0
    assert html.unescape(inner) == report.to_html()


def test_raise_if_invalid(payments: Schema, tmp_path: Path) -> None:
    good = payments.validate(GOOD)
    assert good.raise_if_invalid() is good
    report = payments.validate(BAD)
    with pytest.raises(ValidationError, match="^invalid: 2 of 3 rows$") as caught:
        report.raise_if_invalid()
    assert caught.value.report is report
    cut = tmp_path / "cut.csv.gz"
    import gzip

    cut.write_bytes(gzip.compress(GOOD)[:-4])
    broken = payments.validate(cut)
    assert (broken.verdict, broken.valid) == ("unreadable", False)
    assert broken.error is not None and "is cut" in broken.error["message"]
    with pytest.raises(UnreadableError, match="unreadable") as unread:
        broken.raise_if_invalid()
    assert unread.value.report is broken
    again = pickle.loads(pickle.dumps(caught.value))
    assert again.report == report


def test_reports_are_pickled(payments: Schema) -> None:
    report = payments.validate(BAD)
    twin = pickle.loads(pickle.dumps(report))
    assert twin.to_dict() == report.to_dict()
    assert Report.from_json(report.to_json()) == twin
    for text in ("", "{}", "[1]"):
        with pytest.raises(ValueError, match="no report"):
            Report.from_json(text)


def test_an_output_that_fails_in_the_end_leaves_the_report(payments: Schema, tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full here")
    full = tmp_path / "full.csv"
    full.symlink_to("/dev/full")
    for option in ("valid_out", "invalid_out", "errors_out"):
        with pytest.raises(OutputError, match="full.csv` could not be written") as raised:
            payments.validate(BAD, **{option: full})
        report = raised.value.report
        assert isinstance(report, Report)
        assert list(report.errors) == list(payments.validate(BAD).errors)

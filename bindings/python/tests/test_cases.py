"""The cases of `testdata/`, which every road into the engine must answer alike."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT

from trueline import Schema

CASES = sorted(folder for folder in (ROOT / "testdata").glob("*/*") if folder.is_dir())


def differences(expected: Any, found: Any, place: str) -> list[str]:
    """How `found` differs from what `expected` names of it."""
    if isinstance(expected, dict) and isinstance(found, dict):
        return [
            line for key, part in expected.items() for line in differences(part, found.get(key), f"{place}.{key}")
        ]
    return [] if expected == found else [f"{place}: expected {expected!r}, found {found!r}"]


def judge(folder: Path, report: dict[str, Any], data: bytes) -> list[str]:
    import json

    expected = json.loads((folder / "expected.json").read_text("utf-8"))
    found: list[str] = []
    for key, part in expected.items():
        if key == "checks":
            checks = {check["id"]: check for check in report["checks"]}
            for name, wanted in part.items():
                wanted = {"status": wanted} if isinstance(wanted, str) else wanted
                found += differences(wanted, checks.get(name), f"checks.{name}")
        elif key == "violations":
            if len(part) != len(report["violations"]):
                found.append(f"{len(report['violations'])} violations instead of {len(part)}")
            for index, (wanted, violation) in enumerate(zip(part, report["violations"])):
                start = violation.get("byte_offset")
                cell = None if start is None else data[start : start + violation["byte_length"]].decode("utf-8", "replace")
                related = (violation.get("related") or {}).get("row_index")
                whole = {**violation, "cell": cell, "related_row_index": related}
                found += differences(wanted, whole, f"violations[{index}]")
        elif key != "about":
            found += differences(part, report.get(key), key)
    return found


def test_there_are_cases() -> None:
    assert len(CASES) >= 100


@pytest.mark.parametrize("folder", CASES, ids=[f"{case.parent.name}/{case.name}" for case in CASES])
def test_a_case_gives_what_it_expects(folder: Path) -> None:
    source = next(folder.glob("input.*"))
    data = source.read_bytes()
    schema = Schema.from_file(folder / "schema.yaml")
    form = source.suffix[1:]
    of_file = schema.validate(source).to_dict()
    assert judge(folder, of_file, data) == []
    for road in (schema.validate(source, threads=2, chunk_bytes=64), schema.validate(data, format=form)):
        other = road.to_dict()
        assert judge(folder, other, data) == []
        for key in ("verdict", "rows", "checks", "violations", "schema"):
            assert other[key] == of_file[key]

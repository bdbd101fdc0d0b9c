"""The scripts of `examples/python` and the first example of the READMEs, run as readers run them.

What a script prints is compared with `examples/expected/`, where its twin in Rust has the same file, or with
`examples/expected/python/`. `[..]` in an expected line stands for any text.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

SCRIPTS = sorted((ROOT / "examples/python").glob("*.py"))


def said(*arguments: str) -> str:
    command = [sys.executable, *arguments]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False)
    assert run.returncode == 0, run.stderr
    return run.stdout


def assert_alike(expected: str, found: str) -> None:
    wanted, lines = expected.splitlines(), found.splitlines()
    for number, (pattern, line) in enumerate(zip(wanted, lines), 1):
        parts = ".*".join(map(re.escape, pattern.split("[..]")))
        assert re.fullmatch(parts, line), f"line {number}: expected {pattern!r}, found {line!r}"
    assert len(wanted) == len(lines), found


@pytest.mark.parametrize("script", SCRIPTS, ids=[script.stem for script in SCRIPTS])
def test_a_script_prints_what_is_expected(script: Path) -> None:
    twin = ROOT / "examples/expected" / f"{script.stem}.txt"
    own = ROOT / "examples/expected/python" / f"{script.stem}.txt"
    assert_alike((twin if twin.exists() else own).read_text("utf-8"), said(str(script)))


@pytest.mark.parametrize("page", ["README.md", "bindings/python/README.md"])
def test_the_examples_of_a_page_run(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert blocks
    for block in blocks:
        said("-c", block)

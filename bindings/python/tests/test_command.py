"""The command line in Python is that of the Rust program."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

import pytest
from conftest import BAD, GOOD

from trueline import Schema, __version__

MODULE = [sys.executable, "-m", "trueline"]
SCRIPT = [str(Path(sysconfig.get_path("scripts"), "trueline"))]


@pytest.mark.parametrize("command", [MODULE, SCRIPT], ids=["module", "script"])
def test_the_command_validates(command: list[str], payments: Schema, tmp_path: Path) -> None:
    schema, good, bad = tmp_path / "s.yaml", tmp_path / "good.csv", tmp_path / "bad.csv"
    schema.write_text(payments.to_yaml())
    good.write_bytes(GOOD)
    bad.write_bytes(BAD)

    def run(*arguments: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*command, *map(str, arguments)], capture_output=True, text=True, check=False)

    assert run("validate", good, "--schema", schema).returncode == 0
    answer = run("validate", bad, "--schema", schema, "--output", "json")
    assert answer.returncode == 1
    found, wanted = json.loads(answer.stdout), payments.validate(bad).to_dict()
    for key in ("verdict", "rows", "checks", "violations", "schema"):
        assert found[key] == wanted[key]
    assert run("validate", tmp_path / "missing.csv", "--schema", schema).returncode == 3
    assert run("validate").returncode == 2
    assert __version__ in run("--version").stdout
    assert "ok, 3 fields" in run("schema", "check", schema).stdout


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent as POSIX does")
def test_the_command_ends_by_ctrl_c(payments: Schema, tmp_path: Path) -> None:
    schema = tmp_path / "s.yaml"
    schema.write_text(payments.to_yaml())
    process = subprocess.Popen([*MODULE, "validate", "-", "--schema", str(schema)], stdin=subprocess.PIPE)
    time.sleep(1)
    os.kill(process.pid, signal.SIGINT)
    assert process.wait(timeout=10) == 130
    assert process.stdin is not None
    process.stdin.close()

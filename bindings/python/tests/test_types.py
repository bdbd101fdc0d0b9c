"""What type checkers are told is what there is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def checked(*arguments: str, folder: Path) -> None:
    run = subprocess.run([sys.executable, "-m", *arguments], capture_output=True, text=True, check=False, cwd=folder)
    assert run.returncode == 0, run.stdout + run.stderr


def test_the_stubs_are_what_the_module_has(tmp_path: Path) -> None:
    checked("mypy.stubtest", "trueline._native", folder=tmp_path)


def test_the_package_is_typed(tmp_path: Path) -> None:
    checked("mypy", "--strict", "-p", "trueline", folder=tmp_path)


def test_users_get_types(tmp_path: Path) -> None:
    (tmp_path / "use.py").write_text(
        "from trueline import Field, Report, Schema, Violation\n"
        "report: Report = Schema({'id': Field(int)}).validate(b'id\\n1\\n')\n"
        "rows: int = report.total_rows\n"
        "first: list[Violation] = report.errors[:1]\n"
        "for error in report.errors:\n"
        "    line: int | None = error.line\n"
    )
    checked("mypy", "--strict", "use.py", folder=tmp_path)

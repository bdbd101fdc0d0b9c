"""The bench of single records, run once: its verdicts hold, whatever its times."""

from __future__ import annotations

import subprocess
import sys

from conftest import ROOT


def test_the_bench_of_records_runs() -> None:
    command = [sys.executable, str(ROOT / "bindings/python/benches/one_record.py"), "--test"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert len(run.stdout.splitlines()) == 6

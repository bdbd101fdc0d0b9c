"""A whole file from Python beside the command line, in turns; and with `--peer`, beside other programs.

    python bindings/python/benches/end_to_end.py --cli target/release/trueline --data tx.csv --schema tx.yaml --truth tx.json

Each is a process of its own, from start to end: the interpreter, `import trueline` and reading the schema count. Both must be builds of
one commit, with `--release`. The answers are held against the generator's truth, as far as it is given. `--peer NAME=COMMAND` adds a
program whose answer is printed and not looked at, and which runs in as many rounds as `--peer-rounds` says. On a machine that does something else too,
CPU seconds (user and system, of all threads) say more than those of the clock.
"""

from __future__ import annotations

import argparse
import json
import resource
import shlex
import statistics
import subprocess
import sys
import time
from typing import Any

PYTHON = """\
import sys, time, trueline
schema = trueline.Schema.from_file(sys.argv[2])
started, used = time.perf_counter(), time.process_time()
report = schema.validate(sys.argv[1], threads=int(sys.argv[3]))
print(time.perf_counter() - started, time.process_time() - used, file=sys.stderr)
print(report.to_json())
"""


def counts(report: dict[str, Any]) -> dict[str, dict[str, int]]:
    """What was found, by check and code."""
    found = {check["id"]: {code: count for code, count in check["codes"].items() if count} for check in report["checks"]}
    return {check: codes for check, codes in found.items() if codes}


def is_right(report: dict[str, Any], truth: dict[str, Any]) -> bool:
    """Whether it says what is true of the checks that it has."""
    asked = {check["id"] for check in report["checks"]}
    return counts(report) == {check: codes for check, codes in truth.items() if check in asked}


def run(command: list[str]) -> tuple[tuple[float, float], subprocess.CompletedProcess[str]]:
    """Seconds by the clock and of the CPUs, and what the program said."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    taken = time.perf_counter() - started
    now = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (taken, now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime), done


def main() -> int:
    parser = argparse.ArgumentParser()
    for name in ("cli", "data", "schema"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--truth")
    parser.add_argument("--threads", default="2")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--peer", action="append", default=[], metavar="NAME=COMMAND")
    parser.add_argument("--peer-rounds", type=int, default=1)
    options = parser.parse_args()
    own = [options.data, "--schema", options.schema, "--threads", options.threads, "--output", "json", "--progress", "never"]
    commands = {
        "command line": [options.cli, "validate", *own],
        "Python": [sys.executable, "-c", PYTHON, options.data, options.schema, options.threads],
    }
    peers = {name: shlex.split(command) for name, _, command in (peer.partition("=") for peer in options.peer)}
    truth = json.load(open(options.truth, encoding="utf-8"))["counts"] if options.truth else None  # noqa: SIM115
    times: dict[str, list[tuple[float, ...]]] = {name: [] for name in [*commands, "`validate` in Python", *peers]}
    for number in range(options.rounds):
        for name, command in commands.items():
            taken, done = run(command)
            report = json.loads(done.stdout)
            assert truth is None or is_right(report, truth), f"{name} finds {counts(report)}"
            times[name].append(taken)
            if name == "Python":
                times["`validate` in Python"].append(tuple(map(float, done.stderr.split())))
        for name, command in peers.items() if number < options.peer_rounds else ():
            taken, done = run(command)
            assert done.returncode == 0, done.stderr
            print(f"{name} says {done.stdout.strip()[:500]}")
            times[name].append(taken)
    print(f"{'':24}  seconds           of CPUs")
    bases = [statistics.median(column) for column in zip(*times["command line"], strict=True)]
    for name, taken in times.items():
        medians = [statistics.median(column) for column in zip(*taken, strict=True)]
        print(f"{name:24} " + "  ".join(f"{one:8.3f} {one / base:7.2f}" for one, base in zip(medians, bases, strict=True)))
    return 0


if __name__ == "__main__":
    sys.exit(main())

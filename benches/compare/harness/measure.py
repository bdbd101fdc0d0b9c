"""Runs in turn: round after round, in each of them every contender once, every one a process of its own."""

import json
import statistics
import subprocess
import sys
from dataclasses import dataclass, field

from harness import verdict


@dataclass
class Result:
    """What one contender took and said."""

    contender: object
    seconds: list = field(default_factory=list)
    busy: list = field(default_factory=list)
    peaks: list = field(default_factory=list)
    verdicts: list = field(default_factory=list)
    failure: str | None = None

    @property
    def median(self):
        return statistics.median(self.seconds)

    @property
    def verdict(self):
        """One for all runs: the first that is not right, if there is one."""
        if self.failure:
            return self.failure
        wrong = [one for one in self.verdicts if not one.startswith("right")]
        return (wrong or self.verdicts or [""])[0]


@dataclass
class Race:
    """All results on one file."""

    data: object
    results: list


def race(data, contenders, options, home):
    results = [Result(one) for one in contenders if one.takes(data.table)]
    for number in range(options.rounds):
        for result in results:
            one = result.contender
            if result.failure or number >= one.rounds(data, options.rounds):
                continue
            run_once(result, data, options, home)
            last = f"{result.seconds[-1]:.3f} s" if result.seconds else "no time"
            print(f"{data.table.name}, round {number + 1}: {one.name}: {last}, {result.verdict or 'read'}", file=sys.stderr, flush=True)
    return Race(data, results)


def run_once(result, data, options, home):
    one = result.contender
    command = [home.program("peer"), "measure", options.time_limit, *one.command(data)]
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, errors="replace", cwd=home.folder)
    lines = done.stdout.strip().splitlines()
    try:
        usage = json.loads(lines[-1])
        said = "\n".join(lines[:-1])
    except (IndexError, ValueError):
        result.failure = f"failed: could not be started: {last_line(done.stderr)}"
        return
    if usage["timed_out"]:
        result.failure = f"failed: not done after {options.time_limit:.0f} s"
        return
    try:
        answer = json.loads(said)
    except ValueError:
        result.failure = f"failed with exit code {usage['exit_code']}: {last_line(done.stderr)}"
        return
    result.seconds.append(usage["seconds"])
    result.busy.append(usage["user_seconds"] + usage["system_seconds"])
    result.peaks.append(usage["peak_bytes"])
    if not one.is_bare:
        found = verdict.of_report(answer) if one.is_trueline else answer
        result.verdicts.append(verdict.judge(found, data))


def last_line(text):
    """What a program said at last, or the line in which it says what the error is."""
    lines = [line for line in text.strip().splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("error")]
    return (errors or lines or ["nothing was said"])[-1].strip()[:160]

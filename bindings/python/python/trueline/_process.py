"""Validate data in a separate process, for ``DistributedValidator(use_processes=True)``.

The parent writes a pickled job to the process's standard input and reads pickled results from its standard output.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from .errors import InternalError

__all__: list[str] = []


def parts(schema: Any, data: Any, options: dict[str, Any]) -> Iterator[Any]:
    """Start the process and yield its results: a dict for each chunk, then the report."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    command = [sys.executable, "-m", "trueline._process"]
    job = pickle.dumps((schema, data, options))
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)
    assert process.stdin is not None and process.stdout is not None
    try:
        with process.stdin as start:
            start.write(job)
        while True:
            try:
                kind, answer = pickle.load(process.stdout)
            except EOFError:
                code = process.wait()
                raise InternalError(f"the process that judged the data ended with code {code} and no report") from None
            if kind == "error":
                raise answer
            yield answer
            if kind == "report":
                return
    finally:
        process.kill()
        process.stdout.close()
        process.wait()


def main() -> None:
    """Read a job from standard input, run it, and write its results."""
    schema, data, options = pickle.load(sys.stdin.buffer)
    out = sys.stdout.buffer
    try:
        with schema.stream(data, **options) as results:
            for result in results:
                pickle.dump(("part", told(result)), out)
                out.flush()
            pickle.dump(("report", results.report), out)
    except BaseException as error:
        try:
            answer = pickle.dumps(("error", error))
        except Exception:
            answer = pickle.dumps(("error", RuntimeError(f"{type(error).__name__}: {error}")))
        out.write(answer)
    out.flush()


def told(result: Any) -> dict[str, int]:
    """Return the counts of a chunk for the callback."""
    return {"rows": result.total_rows, "invalid": result.invalid_count, "bytes": result.end_bytes, "last": result.is_last}


if __name__ == "__main__":
    main()

"""Validate data in a separate process, for ``DistributedValidator(use_processes=True)``.

The parent writes a pickled job to the process's standard input and reads pickled results from its standard output.
"""

from __future__ import annotations

import io
import os
import pickle
import subprocess
import sys
import types
from collections.abc import Iterator
from typing import Any, BinaryIO

from .errors import InternalError

__all__: list[str] = []

_NEEDED = "use_processes=True needs data that can be pickled, and functions that can be imported from a module"


def parts(schema: Any, data: Any, options: dict[str, Any]) -> Iterator[Any]:
    """Start the process and yield its results: a dict for each chunk, then the report."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    command = [sys.executable, "-m", "trueline._process"]
    job = pickled((schema, data, options))
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


class _Pickler(pickle.Pickler):
    def reducer_override(self, given: Any) -> Any:
        if isinstance(given, (types.FunctionType, type)) and given.__module__ == "__main__":
            raise TypeError(f"{given.__qualname__} is of __main__, which the process does not have")
        return NotImplemented


def pickled(job: Any) -> bytes:
    """A job for the process, which has other modules as soon as it imports them, but not the ``__main__`` of this one."""
    file = io.BytesIO()
    try:
        _Pickler(file).dump(job)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise TypeError(f"{_NEEDED}: {error}") from error
    return file.getvalue()


def channel() -> BinaryIO:
    """The standard output, for answers alone: what else is printed goes to standard error."""
    out = os.fdopen(os.dup(1), "wb")
    try:
        os.dup2(2, 1)
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    sys.stdout = sys.stderr
    return out


def main() -> None:
    """Read a job from standard input, run it, and write its results."""
    out = channel()
    try:
        schema, data, options = loaded(sys.stdin.buffer)
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


def loaded(file: BinaryIO) -> Any:
    """The job."""
    try:
        return pickle.load(file)
    except Exception as error:
        raise ValueError(f"{_NEEDED}: {type(error).__name__}: {error}") from None


def told(result: Any) -> dict[str, int]:
    """Return the counts of a chunk for the callback."""
    return {"rows": result.total_rows, "invalid": result.invalid_count, "bytes": result.end_bytes, "last": result.is_last}


if __name__ == "__main__":
    main()

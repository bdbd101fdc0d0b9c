"""``python -m trueline``: the command line."""

from __future__ import annotations

import sys

from ._native import run_command


def main() -> int:
    """Runs the command line over ``sys.argv`` and gives its exit code."""
    return run_command(["trueline", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())

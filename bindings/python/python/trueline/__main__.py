"""The command line, for ``python -m trueline``."""

from __future__ import annotations

import sys

from ._native import run_command


def main() -> int:
    """Run the command line on ``sys.argv`` and return its exit code."""
    return run_command(["trueline", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())

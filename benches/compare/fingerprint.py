"""One hash of many files: `trueline schema fingerprint` and `b3sum` on two threads in turn, medians.

    python3 benches/compare/fingerprint.py target/release/trueline target/compare/tools/bin/b3sum [ROUNDS]
"""

import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time


def timed(command: list[str], **options: object) -> tuple[float, bytes]:
    started = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, **options)  # type: ignore[call-overload]
    return time.perf_counter() - started, done.stdout


def main() -> None:
    trueline, b3sum = sys.argv[1:3]
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 11
    with tempfile.TemporaryDirectory() as name:
        for count, size in [(100, 64 << 10), (100, 4 << 20), (10_000, 8 << 10), (10_000, 40 << 10)]:
            folder = pathlib.Path(name) / f"{count}-{size}"
            paths = [folder / f"{number % 100:02}" / f"{number}.csv" for number in range(count)]
            for number, path in enumerate(paths):
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(number.to_bytes(4, "little") * (size // 4))
            times: dict[str, list[float]] = {"trueline": [], "b3sum": []}
            hashes = set()
            os.sync()
            for _ in range(rounds):
                seconds, output = timed([trueline, "schema", "fingerprint", str(folder)])
                times["trueline"].append(seconds)
                hashes.add(output)
                times["b3sum"].append(timed([b3sum, "--num-threads", "2", *map(str, paths)])[0])
            assert len(hashes) == 1, hashes
            ours, theirs = (statistics.median(times[who]) for who in ("trueline", "b3sum"))
            print(f"{count} files of {size} bytes: trueline {ours:.4f} s, b3sum {theirs:.4f} s, {ours / theirs:.2f}")


if __name__ == "__main__":
    main()

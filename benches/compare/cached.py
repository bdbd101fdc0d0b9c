"""What a cache costs and saves: whole processes in turn, medians, every report held against that of a run without a cache.

    cargo build --release -p trueline-cli
    cargo install b3sum --root target/compare/tools
    python3 benches/compare/cached.py target/release/trueline target/compare/tools/bin/b3sum FILE.csv SCHEMA.yaml [ROUNDS]

FILE has the transactions of `cargo xtask compare`. It is copied, and grows by a hundredth for the measurement: its first rows once more, as
they are but for the number in each id, which is one higher, so that few of them repeat another.
"""

import itertools
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time


def timed(command: list[str]) -> tuple[float, bytes]:
    started = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.PIPE, check=False)
    seconds = time.perf_counter() - started
    assert done.returncode in (0, 1), command
    return seconds, done.stdout


def main() -> None:
    trueline, b3sum, file, schema = sys.argv[1:5]
    rounds = int(sys.argv[5]) if len(sys.argv) > 5 else 5
    folder = pathlib.Path(tempfile.mkdtemp(dir=pathlib.Path(file).parent))
    longer = folder / "longer.csv"
    try:
        shutil.copyfile(file, longer)
        with open(file, "rb") as start, open(longer, "ab") as end:
            start.readline()
            for line in itertools.islice(start, longer.stat().st_size // 100 // 70):
                number = line[2:12]
                end.write(b"TX%010d%s" % (int(number) + 1, line[12:]) if number.isdigit() else line)
        times: dict[str, list[float]] = {}

        def run(name: str, command: list[str]) -> object:
            seconds, output = timed(command)
            times.setdefault(name, []).append(seconds)
            if not output.startswith(b"{"):
                return None
            report = json.loads(output)
            known = report.pop("run")["decided"]["cached"]
            report["inputs"][0]["name"] = ""
            print(f"{name}: {seconds:.3f} s, {known} of {report['rows']['total']} rows known", file=sys.stderr)
            return report

        for number in range(rounds):
            # Each time a folder of its own: some file systems are slow to make files where others were just removed.
            cache = str(folder / f"cache{number}")
            validate = [trueline, "validate", file, "-s", schema, "-o", "json", "--threads", "2"]
            cached = [*validate, "--cache", "--cache-dir", cache]
            run("b3sum, two threads", [b3sum, "--num-threads", "2", file])
            run("b3sum, one thread", [b3sum, "--num-threads", "1", file])
            # The same hash of bytes that are read, and not mapped, on as many threads as there are processors.
            run("read and hashed", [trueline, "schema", "fingerprint", file])
            expected = run("without a cache", validate)
            assert run("cold", cached) == expected
            # What was kept goes to the disk now, and not while the next one is timed.
            os.sync()
            assert run("warm", cached) == expected
            trusted = [*cached, "--cache-trust", "mtime"]
            assert timed(trusted)[1].startswith(b"{")
            assert run("warm, trusting times", trusted) == expected
            grown = [argument.replace(file, str(longer)) for argument in validate]
            expected = run("grown, without a cache", grown)
            other = str(folder / f"other{number}")
            assert run("grown, cold", [*grown, "--cache", "--cache-dir", other]) == expected
            os.sync()
            assert run("grown", [*grown, "--cache", "--cache-dir", cache]) == expected
        for name, seconds in times.items():
            print(f"{name:24} {statistics.median(seconds):.3f} s")
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()

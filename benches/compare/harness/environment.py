"""Programs that are measured: built, installed or found missing."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

PACKAGES = ["duckdb", "polars", "pyarrow", "pandas", "pandera[polars]", "pydantic", "msgspec"]
CRATES = ["csv", "simd-csv", "simd-json", "sonic-rs", "parquet", "flate2", "zlib-rs", "zstd"]
QSV_FEATURES = "lite,mimalloc"
QSV_SECONDS = 1800


class Home:
    """Where everything is: the repository's root, cargo's target folder, and one inside of that for this comparison."""

    def __init__(self):
        self.root = Path(__file__).resolve().parents[3]
        self.target = Path(os.environ.get("CARGO_TARGET_DIR") or self.root / "target").absolute()
        self.folder = self.target / "compare"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.native = self.folder / "native"
        self.python = self.folder / "venv" / "bin" / "python"
        self.peers = self.root / "benches" / "compare" / "peers"

    def program(self, name):
        """`peer` has a folder of its own, since it is built for this processor alone."""
        return (self.native if name == "peer" else self.target) / "release" / name

    @property
    def qsv(self):
        """The program, in our own folder or on the path; `None` when there is none."""
        own = self.folder / "tools" / "bin" / "qsvlite"
        return str(own) if own.exists() else shutil.which("qsvlite") or shutil.which("qsv")

    def build(self):
        """trueline is built as it is given away. Its peers in Rust know the processor: some choose their instructions when they are built."""
        command = ["cargo", "build", "--release", "--bins"]
        subprocess.run([*command, "--package=trueline-cli", "--package=trueline-testkit"], cwd=self.root, check=True)
        native = {"CARGO_TARGET_DIR": str(self.native), "RUSTFLAGS": "-C target-cpu=native"}
        subprocess.run([*command, "--package=trueline-peer"], cwd=self.root, env={**os.environ, **native}, check=True)

    def install(self, may_install):
        """Installs what is missing; gives back why what is still missing is."""
        skipped = {}
        if may_install:
            self.install_packages(skipped)
            self.install_qsv(skipped)
        elif not self.python.exists():
            skipped["python"] = "its environment is not installed"
        if not self.qsv:
            skipped.setdefault("qsv", "not installed")
        return skipped

    def install_packages(self, skipped):
        """One package after the other, so that one that fails takes no other with it."""
        if not self.python.exists():
            made = say_and_run([sys.executable, "-m", "venv", self.folder / "venv"])
            if made is not None:
                skipped["python"] = made
                return
        for package in PACKAGES:
            if self.version(package.split("[")[0]) is None:
                why = say_and_run([self.python, "-m", "pip", "install", "--quiet", package], self.folder / "pip.log")
                if why is not None:
                    skipped[package.split("[")[0]] = why

    def install_qsv(self, skipped):
        """Tried once: a failure is remembered beside the log of the build."""
        log = self.folder / "qsv.log"
        if self.qsv:
            return
        if not log.exists():
            command = ["cargo", "install", "qsv", "--locked", "--no-default-features", "--features", QSV_FEATURES]
            command += ["--bin", "qsvlite", "--root", self.folder / "tools"]
            # Its own profile links for many minutes; this one is a little slower to run.
            lean = {"CARGO_PROFILE_RELEASE_LTO": "off", "CARGO_PROFILE_RELEASE_CODEGEN_UNITS": "16"}
            lean["CARGO_TARGET_DIR"] = str(self.folder / "qsv-build")
            say_and_run(command, log, {**os.environ, **lean}, QSV_SECONDS)
            shutil.rmtree(self.folder / "qsv-build", ignore_errors=True)
        if not self.qsv:
            lines = log.read_text(errors="replace").splitlines()
            errors = [line for line in lines if line.startswith("error")]
            skipped["qsv"] = f"does not build from its registry: {errors[0] if errors else lines[-1] if lines else 'no reason'}"

    def version(self, package):
        """The installed version of a Python package, or `None`."""
        if not self.python.exists():
            return None
        program = f"from importlib.metadata import version; print(version({package!r}))"
        done = subprocess.run([self.python, "-c", program], capture_output=True, text=True)
        return done.stdout.strip() if done.returncode == 0 else None

    def crate_version(self, package):
        """The version of a crate that this workspace depends on."""
        lock = (self.root / "Cargo.lock").read_text(encoding="utf-8")
        found = re.search(rf'^name = "{re.escape(package)}"\nversion = "(.*)"$', lock, re.MULTILINE)
        return found[1] if found else "unknown"


def say_and_run(command, log=None, environment=None, seconds=900):
    """Runs a command; gives back why it failed, or `None`."""
    command = [str(word) for word in command]
    print(f"$ {' '.join([Path(command[0]).name, *command[1:]])}", file=sys.stderr)
    with open(log or os.devnull, "w", encoding="utf-8") as output:
        try:
            done = subprocess.run(command, stdout=output, stderr=subprocess.STDOUT, env=environment, timeout=seconds)
        except subprocess.TimeoutExpired:
            output.write(f"error: not done after {seconds} s\n")
            return f"not done after {seconds} s"
        except OSError as error:
            return str(error)
    return None if done.returncode == 0 else f"`{Path(command[0]).name}` ended with {done.returncode}"

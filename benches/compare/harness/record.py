"""The record: what was measured, where, with what, and the answers' verdicts, as a page."""

import datetime
import os
import platform
import statistics
import subprocess

from harness.environment import CRATES, PACKAGES


def render(home, options, results, skipped):
    lines = [f"# {datetime.date.today():%Y-%m-%d}: trueline and its peers", "", *machine(home, options), ""]
    lines += [f"Skipped: {peer}: {why}" for peer, why in skipped.items()]
    lines += [
        "",
        "Each run is a process of its own, from its start to its end, reading from a warm page cache; rounds go through all contenders",
        "in turn, and slow ones take part in fewer of them. Seconds are medians, with the least and the most; CPU seconds are those of all",
        "threads, user and system, and hold where a shared machine's clock does not. *Of the bare …* is the time of that by as many threads",
        "(by one, for what cannot be shared out) divided by the contender's. GB/s counts the bytes of the text, whatever it was packed or",
        "written as. Peak memory is the largest of all runs. The verdict compares the rows and every count per check and code with what the",
        "generator put in.",
        "",
    ]
    for race in results:
        lines += table(race)
    return "\n".join(lines).rstrip() + "\n"


def machine(home, options):
    model, flags = processor()
    versions = [f"{name} {home.version(name)}" for name in (one.split("[")[0] for one in PACKAGES) if home.version(name)]
    crates = [f"{name} {home.crate_version(name)}" for name in CRATES]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)
    rows = {
        "machine": f"{os.cpu_count()} processors, {model}{' with AVX-512' if 'avx512_vbmi2' in flags else ''}, {memory:.0f} GiB, {platform.system()}",
        "load": f"{os.getloadavg()[1]:.1f} in the five minutes before the end",
        "compiler": output(["rustc", "--version"]).split(" (")[0] + ", release profile of this workspace; peers in Rust with target-cpu=native",
        "commit": output(["git", "rev-parse", "--short=12", "HEAD"], home.root) + dirty(home),
        "crates": ", ".join(crates),
        "Python": ", ".join([output([home.python, "--version"]).removeprefix("Python "), *versions]),
        "command": f"`cargo xtask compare {' '.join(chosen(options))}`",
    }
    return ["| | |", "|---|---|", *(f"| {name} | {text} |" for name, text in rows.items())]


def chosen(options):
    """The options that decide what is measured."""
    yield f"--rows {options.rows} --rounds {options.rounds} --rate {options.rate}"
    for name in ("tables", "contenders"):
        if getattr(options, name):
            yield f"--{name} {','.join(getattr(options, name))}"


def processor():
    model, flags = platform.processor() or platform.machine(), ""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            for line in lines:
                name, _, text = line.partition(":")
                if name.strip() == "model name":
                    model = text.strip()
                if name.strip() == "flags":
                    flags = text
    except OSError:
        pass
    return model, flags


def output(command, folder=None):
    try:
        return subprocess.run([str(word) for word in command], cwd=folder, capture_output=True, text=True).stdout.strip()
    except OSError:
        return "none"


def dirty(home):
    return " and changes on top" if output(["git", "status", "--porcelain", "--untracked-files=no"], home.root) else ""


def table(race):
    data = race.data
    violations = sum(data.counts.values())
    packed = f" of text, {data.packed:,} in the file" if data.packed else ""
    lines = [
        f"## {data.table.name}: {data.rows:,} rows, {data.bytes:,} bytes{packed}",
        "",
        f"{data.table.about[0].upper()}{data.table.about[1:]}. `{data.command}`: {violations:,} violations in {data.invalid:,} rows.",
        "",
        f"| contender | seconds | runs | CPU seconds | GB/s | of the bare {data.table.bare} | peak MiB | verdict |",
        "|---|---|---|---|---|---|---|---|",
    ]
    bare = {result.contender.threads: result.median for result in race.results if result.contender.is_bare and result.seconds}
    for result in race.results:
        lines += row(result, data, bare)
    return [*lines, ""]


def row(result, data, bare):
    one = result.contender
    if not result.seconds:
        return [f"| {one.name} | | 0 | | | | | {result.failure} |"] if result.failure else []
    median = statistics.median(result.seconds)
    spread = f"{median:.3f} ({min(result.seconds):.3f} to {max(result.seconds):.3f})" if len(result.seconds) > 1 else f"{median:.3f}"
    least = bare.get(one.threads, bare.get(1))
    share = f"{least / median:.3f}" if least else ""
    cells = [
        one.name,
        spread,
        f"{len(result.seconds)}",
        f"{statistics.median(result.busy):.3f}",
        f"{data.bytes / median / 1e9:.2f}",
        share,
        f"{max(result.peaks) / (1 << 20):.0f}",
        result.verdict,
    ]
    return [f"| {' | '.join(cells)} |"]

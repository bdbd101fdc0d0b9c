#!/usr/bin/env python3
"""Measures trueline and its peers side by side and holds every answer against the generator's truth. See README.md."""

import argparse
import datetime
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from harness import contenders, environment, measure, record, tables


def arguments():
    parser = argparse.ArgumentParser(prog="cargo xtask compare", description=__doc__)
    parser.add_argument("--rows", type=int, default=tables.ROWS, help="rows of the large tables (default %(default)s)")
    parser.add_argument("--rounds", type=int, default=5, help="runs of each contender, in turn (default %(default)s)")
    parser.add_argument("--rate", type=float, default=0.001, help="share of rows with each fault (default %(default)s)")
    parser.add_argument("--tables", type=table_names, help="only these, with commas between")
    parser.add_argument("--contenders", type=names, help="only those whose name holds one of these words, and the bare read")
    parser.add_argument("--time-limit", type=float, default=600, help="seconds for one run (default %(default)s)")
    parser.add_argument("--no-install", action="store_true", help="install nothing: peers that are missing are skipped")
    parser.add_argument("--record", type=Path, help="the file to write (default: see README.md)")
    return parser.parse_args()


def names(text):
    words = [word for word in text.split(",") if word]
    if not words:
        raise argparse.ArgumentTypeError("nothing is named")
    return words


def table_names(text):
    wanted, known = names(text), [table.name for table in tables.TABLES]
    for name in wanted:
        if name not in known:
            raise argparse.ArgumentTypeError(f"there is no table {name!r}; there are {', '.join(known)}")
    return wanted


def chosen_of(found, skipped, words, chosen):
    """The contenders that are asked for, and the bare reads; a word that names none is not passed over."""
    present = [one.name for one in found if any(one.takes(table) for table in chosen)]
    for word in words:
        if not any(word in name for name in [*present, *skipped]):
            sys.exit(f"no contender in these tables has {word!r} in its name; there are {'; '.join(dict.fromkeys(present))}")
    return [one for one in found if one.is_bare or any(word in one.name for word in words)]


def main():
    options = arguments()
    home = environment.Home()
    home.build()
    skipped = home.install(may_install=not options.no_install)
    chosen = [table for table in tables.TABLES if not options.tables or table.name in options.tables]
    found = contenders.available(home, skipped)
    if options.contenders:
        found = chosen_of(found, skipped, options.contenders, chosen)
    results = []
    for table in chosen:
        data = tables.generate(home, table, table.rows(options.rows), options.rate)
        if isinstance(data, str):
            skipped[f"the table {table.name}"] = data
            print(f"skipped: the table {table.name}: {data}")
            continue
        results.append(measure.race(data, found, options, home))
    text = record.render(home, options, results, skipped)
    print(text)
    path = options.record or default_record(home, options)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    print(f"written to {path}", file=sys.stderr)


def default_record(home, options):
    """A measurement of everything is kept with the others; smaller ones are not for keeping."""
    is_whole = options.rows >= tables.ROWS and options.rounds >= 5 and not options.tables and not options.contenders
    folder = home.root / "benches" / "record" if is_whole else home.folder
    return folder / f"{datetime.date.today():%Y-%m-%d}-compare.md"


main()

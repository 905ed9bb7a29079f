"""`python -m benchmarks.optimiser [--rows 1,6] [--quick] [--out FILE]`: measure, and write each row when it is done."""

import argparse
import os
import sys
from pathlib import Path
from time import monotonic

from .compare import say
from .page import write
from .peers import versions
from .public import FOLDER
from .rows import ROWS, Scope

PAGE = Path("docs", "benchmarks.md")
HOW = "how"
ORDER = [HOW, *(str(row) for row in ROWS)]
ABOUT = Path(__file__).with_name("about.md")


def main(arguments: list[str] | None = None) -> int:
    """Measure the rows that were asked for."""
    asked = _asked(arguments)
    rows = [int(row) for row in asked.rows.split(",")] if asked.rows else list(ROWS)
    if unknown := [row for row in rows if row not in ROWS]:
        print(f"no such row: {unknown[0]}; there are {', '.join(map(str, ROWS))}", file=sys.stderr)
        return 2
    scope = Scope(asked.quick, asked.out.parent / "images", asked.public)
    say(f"against {versions()}")
    for row in rows:
        began, load = monotonic(), os.getloadavg()[0]
        lines = ROWS[row](scope)
        took = monotonic() - began
        lines += ["", f"{versions()}; {os.cpu_count()} cores, load {load:.1f} at the start; the row took {took:.0f} s."]
        write(asked.out, HOW, [ABOUT.read_text(encoding="utf-8").rstrip()], ORDER)
        write(asked.out, str(row), lines, ORDER)
        say("\n".join(["", *lines, ""]))
    return 0


def _asked(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.optimiser", description=__doc__)
    parser.add_argument("--rows", default="", help="some rows only, such as 1,6")
    parser.add_argument("--quick", action="store_true", help="tiny problems, one seed, a second each: whether it works")
    parser.add_argument("--out", type=Path, default=None, help="page to write into (docs/benchmarks.md)")
    parser.add_argument("--public", type=Path, default=FOLDER, help="where row 6 finds .vrp files and their .sol")
    asked = parser.parse_args(arguments)
    if asked.out is None:
        asked.out = Path("build", "bench-optimiser.md") if asked.quick else PAGE
        asked.out.parent.mkdir(exist_ok=True)
    return asked


if __name__ == "__main__":
    sys.exit(main())

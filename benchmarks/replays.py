"""
The three policies on a recorded day, in one table: own district, nearest by line, nearest by road.

usage: python -m benchmarks.replays pge|sffd --roads GRAPH [--limit N] [--from DAY] [--to DAY] [--crews N] [--file FILE]
       [--land open|roads]

Each row is one ``dispatch replay`` of its own, on a fresh server; its command line is printed before it. Two rows are
played on the record's own places in open land (nobody has its roads), three on the same calls carried onto the graph's
roads, where crews really drive by road whatever the server believes. Compare rows of one land only. The recorded files
are not part of the repository; the graph is made by ``dispatch roads import``.
"""

import argparse
import json
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parents[2] / "shared/data"
FILES = {"pge": DATA / "pge_outages_2019_2020.csv.gz", "sffd": DATA / "sf_fire_calls_2016_2017.csv.gz"}
PLAYS = (  # policy, on the graph's roads
    ("own-district", False),
    ("nearest-by-line", False),
    ("own-district", True),
    ("nearest-by-line", True),
    ("nearest-by-road", True),
)
COLUMNS = (
    ("calls", "calls", "{:,}"),
    ("crews", "crews", "{:,}"),
    ("arrival p50, min", "arrival_min_p50", "{:.1f}"),
    ("p90, min", "arrival_min_p90", "{:.1f}"),
    ("within 45 min", "arrival_45min_share", "{:.3f}"),
    ("km", "km_driven", "{:,.0f}"),
    ("cross-border", "cross_border_share", "{:.2f}"),
    ("limits broken", "deadlines_fired", "{:,}"),
    ("lost / doubled / gaps / divergence", "", ""),
    ("wall s", "wall_s", "{:.0f}"),
)


def command(kind: str, policy: str, *, options: argparse.Namespace, by_road: bool, report: str) -> list[str]:
    words = ["replay", str(options.file or FILES[kind]), "--as", kind, "--policy", policy]
    words += ["--roads", str(options.roads)] if by_road else []
    for name in ("limit", "from", "to", "crews"):
        value = getattr(options, "from_" if name == "from" else name)
        words += [f"--{name}", str(value)] if value is not None else []
    return [*words, "--report", report]


def played(words: list[str]) -> dict[str, Any]:
    done = subprocess.run([sys.executable, "-m", "dispatch", *words], capture_output=True, text=True, check=False)
    report = Path(words[-1])
    if not report.exists() or not report.stat().st_size:
        raise SystemExit(f"{done.stderr[-2000:]}\n代码 {done.returncode}")
    figures: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    return figures


def row(policy: str, land: str, figures: dict[str, Any]) -> str:
    sound = " / ".join(str(figures[key]) for key in ("lost", "duplicated", "feed_gaps", "console_divergence"))
    cells = [sound if not key else form.format(figures[key]) for _, key, form in COLUMNS]
    return f"| {land} | {policy} | {' | '.join(cells)} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=sorted(FILES))
    parser.add_argument("--roads", type=Path, required=True)
    parser.add_argument("--file", type=Path)
    parser.add_argument("--limit", type=int)
    parser.add_argument("--from", dest="from_")
    parser.add_argument("--to")
    parser.add_argument("--crews", type=int)
    parser.add_argument("--land", choices=("open", "roads"), help="only the rows of one land")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    lines, told = [], []
    with tempfile.TemporaryDirectory() as folder:
        for policy, by_road in PLAYS:
            if options.land and by_road != (options.land == "roads"):
                continue
            words = command(
                options.kind, policy, options=options, by_road=by_road, report=f"{folder}/{policy}-{by_road}.json"
            )
            print("dispatch " + shlex.join(words[:-2]), flush=True)
            figures = played(words)
            lines.append(row(policy, "roads" if by_road else "open land", figures))
            told.append(figures | {"land": "roads" if by_road else "open land"})
            print(lines[-1], flush=True)
    print("\n| land | policy | " + " | ".join(name for name, *_ in COLUMNS) + " |")
    print("|" + "---|" * (len(COLUMNS) + 2))
    print("\n".join(lines))
    if options.json:
        options.json.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main()

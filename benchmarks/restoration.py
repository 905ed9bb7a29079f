"""
How well restoration times are foretold on a real record: the outages of a Californian utility, in their order.

usage: python -m benchmarks.restoration [FILE.csv.gz] [--json FILE]

For each outage, at its start, P50 and P90 of its end are told from what had ended in the 90 days before (by
``dispatch.routing.durations``, the code that the desk uses) and from what is known of it: the hour, how many outages
are open just then (the load of the weather), customers out, the town, the cause. Cause and customers are what the
record has last; at the start of a real outage they are often not known yet, and the rows without them show what is left
then. Scored: coverage (share that had ended by what was told; right are 0.50 and 0.90) and pinball loss (minutes).

The record has no column of the times that the utility announced. Known is what came of them: 76.2 % ended before the
first announced time and 94.4 % before the last. Told are therefore our own quantiles at those two shares too: how often
they were kept, and how long after the end they lie in the middle (a margin that nobody could see in the utility's).
"""

import argparse
import csv
import gzip
import heapq
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from dispatch.routing.durations import Durations, LogNormal, coverage, pinball

FILE = Path(__file__).resolve().parents[2] / "shared/data/pge_outages_2019_2020.csv.gz"
BEGINS = datetime(2019, 6, 1, tzinfo=UTC).timestamp()
LOCAL = ZoneInfo("America/Los_Angeles")
DAY_S, HOUR_S, MINUTE_S = 86_400, 3_600, 60.0
WINDOW_S = 90 * DAY_S
LEARN_S = 30 * DAY_S  # nothing is scored before
PACK = LogNormal(150 * MINUTE_S, 1.0)  # before anything is seen: a usual repair with its way, and little certainty
WEIGHT = 20.0
P50, P90, FIRST, LAST = 0.5, 0.9, 0.762, 0.944
SHARES = (P50, P90, FIRST, LAST)


@dataclass(frozen=True, slots=True)
class Outage:
    """One outage: when it began and ended (epoch s), and what is said of it."""

    starts: float
    ends: float
    cause: str
    customers: int
    town: str
    hour: int
    load: int = 0  # outages that are open in the whole area when it begins

    @property
    def took_s(self) -> float:
        return self.ends - self.starts


def read(path: Path) -> list[Outage]:
    """Return the outages in the order of their starts; one that is said to be older than the archive is left out."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as text:
        rows = [_outage(row) for row in csv.DictReader(text)]
    known = sorted((row for row in rows if row.starts >= BEGINS and row.took_s > 0), key=lambda row: row.starts)
    return list(_loaded(known))


def _outage(row: dict[str, str]) -> Outage:
    starts = float(row["start"])
    hour = datetime.fromtimestamp(starts, LOCAL).hour
    customers = int(float(row["customers_max"] or 0))
    return Outage(starts, float(row["last_seen"]), row["cause"].strip(), customers, row["region"].strip(), hour)


def _loaded(rows: Sequence[Outage]) -> Iterator[Outage]:
    open_until: list[float] = []
    for row in rows:
        while open_until and open_until[0] <= row.starts:
            heapq.heappop(open_until)
        yield Outage(row.starts, row.ends, row.cause, row.customers, row.town, row.hour, len(open_until))
        heapq.heappush(open_until, row.ends)


def band(value: int, *edges: int) -> str:
    """Return in which band a number lies."""
    return str(sum(value >= edge for edge in edges))


def size(row: Outage) -> str:
    return "size" + band(row.customers, 2, 10, 50, 200, 1000)


def load(row: Outage) -> str:
    return "load" + band(row.load, 150, 300, 450, 700, 1000, 1500, 2500)


def hour(row: Outage) -> str:
    return "hour" + band(row.hour, 5, 8, 12, 16, 20)


PATHS: dict[str, Callable[[Outage], tuple[str, ...]]] = {
    "nothing but the past": lambda row: ("all",),
    "load and hour": lambda row: ("all", load(row), hour(row)),
    "load, hour, town": lambda row: ("all", load(row), hour(row), row.town),
    "cause": lambda row: (row.cause,),
    "cause, size": lambda row: (row.cause, size(row)),
    "cause, size, load": lambda row: (row.cause, size(row), load(row)),
    "cause, size, load, hour": lambda row: (row.cause, size(row), load(row), hour(row)),
    "cause, size, load, hour, town": lambda row: (row.cause, size(row), load(row), hour(row), row.town),
}


@dataclass
class Told:
    """What was told of the outages that are scored, seconds: a column for each of ``SHARES``; and what came."""

    told: list[list[float]]
    came: list[float]


def replay(rows: Sequence[Outage], path_of: Callable[[Outage], tuple[str, ...]] | None) -> Told:
    """
    Tell the length of each outage at its start from those that had ended by then.

    :param path_of: None: nothing is learned, the default is told of all
    """
    known = Durations({}, PACK, WEIGHT)
    ended = sorted(rows, key=lambda row: row.ends)
    learned = forgotten = 0
    found = Told([[] for _ in SHARES], [])
    for row in rows:
        while path_of and learned < len(ended) and ended[learned].ends <= row.starts:
            known.add(path_of(ended[learned]), ended[learned].took_s)
            learned += 1
        while path_of and forgotten < learned and ended[forgotten].ends <= row.starts - WINDOW_S:
            known.drop(path_of(ended[forgotten]), ended[forgotten].took_s)
            forgotten += 1
        if row.starts >= BEGINS + LEARN_S:
            one = known.of(path_of(row)) if path_of else PACK
            for column, share in zip(found.told, SHARES, strict=True):
                column.append(one.quantile(share))
            found.came.append(row.took_s)
    return found


def scored(name: str, found: Told) -> dict[str, float | str]:
    """Return the figures of a row; minutes, shares."""
    told50, told90, first, last = found.told
    late = [np.median(np.array(told) - np.array(found.came)) / MINUTE_S for told in (first, last)]
    return {
        "known": name,
        "P50 kept": round(coverage(told50, found.came), 3),
        "P90 kept": round(coverage(told90, found.came), 3),
        "pinball P50 min": round(pinball(told50, found.came, P50) / MINUTE_S, 1),
        "pinball P90 min": round(pinball(told90, found.came, P90) / MINUTE_S, 1),
        "P50 told min": round(float(np.median(told50)) / MINUTE_S),
        "P90 told min": round(float(np.median(told90)) / MINUTE_S),
        "at 76.2 %: kept": round(coverage(first, found.came), 3),
        "margin min": round(float(late[0])),
        "at 94.4 %: kept": round(coverage(last, found.came), 3),
        "margin at 94.4 % min": round(float(late[1])),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, nargs="?", default=FILE)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if not options.file.exists():
        print(f"skipped: {options.file.name} is not there")
        return
    rows = read(options.file)
    ways: dict[str, Callable[[Outage], tuple[str, ...]] | None] = {"the default, nothing learned": None} | PATHS
    table = [scored(name, replay(rows, path_of)) for name, path_of in ways.items()]
    print(f"{len(rows)} outages, scored from day {LEARN_S // DAY_S} on, window {WINDOW_S // DAY_S} days")
    print("| " + " | ".join(table[0]) + " |")
    for line in table:
        print(
            "| " + " | ".join(f"{value:,}" if isinstance(value, int) else str(value) for value in line.values()) + " |"
        )
    text = json.dumps(table)
    if options.json:
        options.json.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()

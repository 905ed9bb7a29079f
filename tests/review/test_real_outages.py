"""SAIDI, SAIFI and CAIDI of a real storm, by our functions and by another computation from the plain file."""

import csv
import gzip
from collections import defaultdict
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import pytest

from dispatch.tickets.indices import Figure, Index, Period
from dispatch.tickets.outage_minutes import Interruption
from dispatch.tickets.reliability import figures

FILE = Path(__file__).parents[3] / "shared/data/pge_outages_2019_2020.csv.gz"
CUSTOMERS = 5_500_000  # about what that utility has; both computations divide by it
BEGIN, END = datetime(2019, 10, 26, tzinfo=UTC), datetime(2019, 10, 29, tzinfo=UTC)  # the storm of that autumn
MOST = 20_000

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(not FILE.exists(), reason=f"the recorded outages are not beside the repository: {FILE.name}"),
]


def lines() -> list[dict[str, str]]:
    """Return the outages that began in the storm and ended, as the file says them."""
    with gzip.open(FILE, "rt", encoding="utf-8", newline="") as file:
        within = (
            line
            for line in csv.DictReader(file)
            if BEGIN.timestamp() <= int(line["start"]) < END.timestamp()
            and int(line["customers_max"] or 0) > 0
            and int(line["last_seen"]) > int(line["start"])
        )
        return list(islice(within, MOST))


def place(line: dict[str, str]) -> str:
    """One customer stands at the point of the outage; he may be hit by several at once."""
    return f"{line['lat']},{line['lon']}"


def ours(found: list[dict[str, str]]) -> dict[Index, Figure]:
    outages = []
    for n, line in enumerate(found):
        begin, end = (datetime.fromtimestamp(int(line[name]), UTC) for name in ("start", "last_seen"))
        outages.append(Interruption(f"{n}", begin, end, customers=int(line["customers_max"]), named={place(line): end}))
    period = Period(BEGIN, END, outages=outages, households=CUSTOMERS)
    return {figure.index: figure for figure in figures(period)}


def others(found: list[dict[str, str]]) -> tuple[float, int]:
    """
    Return customer-minutes and interruptions by sweeping each point's edges in time, in whole seconds.

    A customer is dark while more outages of his point have begun than ended.
    """
    seconds, times = 0, 0
    edges: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for line in found:
        begin, end, several = int(line["start"]), int(line["last_seen"]), int(line["customers_max"])
        seconds += (several - 1) * (end - begin)
        times += several - 1
        edges[place(line)] += [(begin, -1), (end, 1)]  # at one instant the beginnings come first: it goes on
    for changes in edges.values():
        open_n, since = 0, 0
        for at, step in sorted(changes):
            if open_n == 0:
                since, times = at, times + 1
            open_n -= step
            if open_n == 0:
                seconds += at - since
    return seconds / 60, times


def test_a_real_storm_comes_out_the_same_by_another_way() -> None:
    found = lines()
    minutes, times = others(found)
    by_index = ours(found)
    assert len(found) > 1000
    assert len({place(line) for line in found}) < len(found), "no point was hit twice: the union would not be tested"
    assert by_index[Index.SAIDI].value == pytest.approx(minutes / CUSTOMERS, rel=1e-12)
    assert by_index[Index.SAIFI].value == times / CUSTOMERS
    assert by_index[Index.CAIDI].value == pytest.approx(minutes / times, rel=1e-12)
    assert by_index[Index.ASAI].value == pytest.approx((1 - minutes / CUSTOMERS / (72 * 60)) * 100, rel=1e-12)
    print(f"\n{len(found)} outages: SAIDI {minutes / CUSTOMERS:.2f} min, SAIFI {times / CUSTOMERS:.4f}")

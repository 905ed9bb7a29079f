"""
Our pick against the unit that was really sent, on the fire calls of San Francisco (one row a unit and call).

usage: python -m benchmarks.backtest [FILE.csv.gz] [--json FILE]

For each call: the first unit sent, with its type. Who could have gone instead: the units of that type that were on duty
and not on another call (from "dispatched" until "available") at that second. Where they were: as our rule has it, at
the scene they last reported from for 30 min, else at home. Our pick is what ``dispatch.routing.nearest`` proposes of
them. How it compares, from the hardest evidence to the softest:

``same``      our pick is the unit really sent first
``seen``      another unit, really sent to the same call too, that was on scene no later than the first one (recorded)
``estimated`` a unit that was not sent (or never shown on scene): its estimated drive is no longer than the recorded
              drive of the unit sent ("response" to "on scene")
``slower``    none of these

An estimate is the middle of many drives and a record is one of them, so the last comparison is told twice: as it is,
and as the chance that the pick would have been there no later if its own drive scattered like the recorded ones do.
The estimate ``seconds = a + b x metres`` (straight line; Theil and Sen's medians) is fitted for each type of unit to
the recorded drives of the other days, never of the call's own. The middles of station areas stand in for stations.
As a control the same is said of ``anyone``: a unit drawn from those that could have gone.
"""

import argparse
import csv
import gzip
import json
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import theilslopes

from dispatch.kit.rulepack import Packs
from dispatch.routing.fleet import Fleet, Position
from dispatch.routing.model import CrewCard, DepotCard, Engagement, Job, Policy
from dispatch.routing.nearest import offers
from dispatch.routing.rules import rule_of
from dispatch.simulator.readers.sffd import LOCAL, POINT

FILE = Path(__file__).resolve().parents[2] / "shared/data/sf_fire_calls_2016_2017.csv.gz"
STATIONED = {"ENGINE", "TRUCK"}  # bear the number of their station, and are manned day and night
ALWAYS = STATIONED | {"CHIEF", "RESCUE CAPTAIN", "RESCUE SQUAD"}
ON_DUTY = timedelta(hours=3)  # an ambulance that is on a call within this time before or after is on duty
LONGEST = 3600.0  # seconds: a longer "drive" is a unit that was sent elsewhere meanwhile, or a slip of the record
ENOUGH = 100  # drives of a type for a fit of its own
DRAWS = 200  # of the scatter, for each estimated comparison
TOLD = ("ENGINE", "TRUCK", "MEDIC", "PRIVATE", "CHIEF")
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Visit:
    """One unit's row; instants aware UTC."""

    call: str
    unit: str
    kind: str
    station: str
    battalion: str
    place: Point
    sent_at: datetime
    left_at: datetime | None
    there_at: datetime | None
    free_at: datetime
    turn: int

    @property
    def drive_s(self) -> float | None:
        """Recorded seconds from "response" to "on scene"; None if one is missing or they make no sense."""
        if self.left_at is None or self.there_at is None:
            return None
        took = (self.there_at - self.left_at).total_seconds()
        return took if 0 < took <= LONGEST else None


@dataclass
class City:
    """The units, where they are at home, and who was where on a call."""

    visits: list[Visit]
    by_call: dict[str, list[Visit]] = field(default_factory=lambda: defaultdict(list))
    by_unit: dict[str, list[Visit]] = field(default_factory=lambda: defaultdict(list))
    home: dict[str, str] = field(default_factory=dict)  # unit -> station
    middle: dict[str, Point] = field(default_factory=dict)  # station -> place
    battalion: dict[str, str] = field(default_factory=dict)  # station -> battalion

    def __post_init__(self) -> None:
        points, battalions = defaultdict(list), defaultdict(Counter)
        for visit in self.visits:
            self.by_call[visit.call].append(visit)
            self.by_unit[visit.unit].append(visit)
            points[visit.station].append(visit.place)
            battalions[visit.station][visit.battalion] += 1
        self.middle = {s: (median(p[0] for p in all_), median(p[1] for p in all_)) for s, all_ in points.items()}
        self.battalion = {s: counts.most_common(1)[0][0] for s, counts in battalions.items()}
        self.home = {unit: self._home(unit, rows) for unit, rows in self.by_unit.items()}

    def _home(self, unit: str, rows: list[Visit]) -> str:
        number = re.sub(r"\D", "", unit).zfill(2)
        if rows[0].kind in STATIONED and number in self.middle:
            return number
        return Counter(row.station for row in rows).most_common(1)[0][0]

    def on_duty(self, unit: str, at: datetime) -> bool:
        rows = self.by_unit[unit]
        return rows[0].kind in ALWAYS or any(
            row.sent_at - ON_DUTY <= at <= max(row.free_at, row.sent_at) + ON_DUTY for row in rows
        )


def read(path: Path) -> City:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as text:
        return City(sorted(_visits(csv.DictReader(text)), key=lambda v: (v.sent_at, v.call, v.turn)))


def _visits(rows: Iterable[dict[str, str]]) -> Iterator[Visit]:
    for row in rows:
        sent, point = _time(row["Dispatch DtTm"]), POINT.fullmatch(row["Location"].strip())
        if sent is None or point is None or not row["Station Area"]:
            continue
        left, there = _time(row["Response DtTm"]), _time(row["On Scene DtTm"])
        yield Visit(
            row["Call Number"], row["Unit ID"], row["Unit Type"], row["Station Area"].zfill(2), row["Battalion"],
            (float(point[2]), float(point[1])), sent, left, there,
            _time(row["Available DtTm"]) or there or sent, int(row["Unit sequence in call dispatch"]),
        )  # fmt: skip


def _time(text: str) -> datetime | None:
    if not text:
        return None
    return datetime.strptime(text, "%m/%d/%Y %I:%M:%S %p").replace(tzinfo=LOCAL).astimezone(UTC)


class Drives:
    """What a drive takes: ``a + b x metres``; its scatter as factors around that."""

    def __init__(self, metres: Sequence[float], seconds: Sequence[float]) -> None:
        d, t = np.array(metres), np.array(seconds)
        fit = theilslopes(t, d)
        self.a, self.b = float(fit.intercept), float(fit.slope)
        self.factors: NDArray[np.float64] = t / np.maximum(self.of(d), 1.0)

    def of(self, metres: Any) -> Any:
        return self.a + self.b * metres


@dataclass(frozen=True, slots=True)
class Trial:
    """One call: the unit really sent first, our pick, and where the two would have driven from."""

    first: Visit
    pick: str | None
    candidates: int
    pick_m: float
    sent_m: float | None  # straight metres of the unit sent from where it is taken to have been; None: it was not free
    anyone_m: float  # of a unit drawn from all candidates
    visit_of_pick: Visit | None


def trials(city: City, policy: Policy) -> Iterator[Trial]:
    """Go through the calls in time with a fleet that holds what was known at each."""
    fleet = Fleet(replace(rule_of(Packs.load().latest("sgcc")), reach_s=float("inf")))
    fleet.load(
        [
            CrewCard(u, u, city.home[u], city.battalion[city.home[u]], frozenset({rows[0].kind}))
            for u, rows in city.by_unit.items()
        ],
        [DepotCard(station, *place) for station, place in city.middle.items()],
    )
    firsts = {call: min(rows, key=lambda v: (v.sent_at, v.turn)) for call, rows in city.by_call.items()}
    ends: list[tuple[datetime, Visit]] = sorted(((v.free_at, v) for v in city.visits), key=lambda e: e[0])
    done, begun = 0, 0
    for first in sorted(firsts.values(), key=lambda v: (v.sent_at, v.call)):
        now = first.sent_at
        while begun < len(city.visits) and city.visits[begun].sent_at < now:
            _begin(fleet, city.visits[begun])
            begun += 1
        while done < len(ends) and ends[done][0] <= now:
            _end(fleet, ends[done][1])
            done += 1
        yield _trial(city, fleet, first, policy, now)


def _begin(fleet: Fleet, visit: Visit) -> None:
    fleet.engage(
        Engagement(_key(visit), visit.unit, visit.sent_at.timestamp(), visit.free_at.timestamp(), *visit.place)
    )


def _end(fleet: Fleet, visit: Visit) -> None:
    fleet.release(_key(visit))
    if visit.there_at is not None:
        fleet.move([Position(visit.unit, *visit.place, visit.free_at.timestamp())])


def _key(visit: Visit) -> str:
    return f"{visit.call}/{visit.unit}"


def _trial(city: City, fleet: Fleet, first: Visit, policy: Policy, now: datetime) -> Trial:
    lon, lat = first.place
    county = city.battalion[first.station]
    job = Job(first.call, lon, lat, "urban", county, skill=first.kind, reported_at=now.timestamp())
    said = offers(fleet, job, now=now, policy=policy, limit=len(fleet))
    free = [o for o in said.offers if o.free_in_s is None and city.on_duty(o.crew_id, now)]
    start = {o.crew_id: float(o.distance_m or 0) for o in free}
    pick = free[0].crew_id if free else None
    also = next((v for v in city.by_call[first.call] if v.unit == pick), None)
    anyone = random.Random(first.call).choice(sorted(start.values())) if start else 0.0
    return Trial(first, pick, len(free), start.get(pick or "", 0.0), start.get(first.unit), anyone, also)


def fitted(found: Sequence[Trial]) -> dict[tuple[str, int], Drives]:
    """Return for each type and day the drive fitted on the type's other days; of all types, where those are few."""
    known = [(_of(t), t.sent_m, t.first.drive_s) for t in found if t.sent_m is not None and t.first.drive_s is not None]
    made = {}
    for kind, day in {_of(t) for t in found}:
        other = [(m, s) for (_, d), m, s in known if d != day]
        same = [(m, s) for (k, d), m, s in known if d != day and k == kind]
        made[kind, day] = Drives(*zip(*(same if len(same) >= ENOUGH else other), strict=True))
    return made


def _of(trial: Trial) -> tuple[str, int]:
    return trial.first.kind, trial.first.sent_at.astimezone(LOCAL).toordinal()


def verdict(trial: Trial, drives: Drives, rng: random.Random) -> tuple[str, float, float | None]:
    """Return how the pick compares, the chance that it is there no later, and how many seconds earlier (None: same)."""
    first, also = trial.first, trial.visit_of_pick
    took = first.drive_s
    assert took is not None
    if trial.pick == first.unit:
        return "same", 1.0, None
    if also is not None and also.there_at is not None and first.there_at is not None:
        earlier = (first.there_at - also.there_at).total_seconds()
        return ("seen", 1.0, earlier) if earlier >= 0 else ("slower", 0.0, earlier)
    middle = drives.of(trial.pick_m)
    chance = sum(middle * rng.choice(drives.factors) <= took for _ in range(DRAWS)) / DRAWS
    return ("estimated" if middle <= took else "slower"), chance, took - middle


def told(found: Sequence[Trial], *, seed: int = 0) -> dict[str, Any]:
    """Return the figures over all calls whose first unit has a recorded drive, in all and by its type."""
    usable = [t for t in found if t.first.drive_s is not None and t.pick is not None]
    drives = fitted(found)
    rng = random.Random(seed)
    rows = [
        (t, *verdict(t, drives[_of(t)], rng), drives[_of(t)].of(t.anyone_m) <= (t.first.drive_s or 0)) for t in usable
    ]
    kinds = [("all", rows), *((kind, [r for r in rows if r[0].first.kind == kind]) for kind in TOLD)]
    return {
        "calls": len(found),
        "without a recorded drive": sum(t.first.drive_s is None for t in found),
        "nobody of the type free by the record": sum(t.pick is None and t.first.drive_s is not None for t in found),
        "unit sent was not free by the record": sum(t.sent_m is None for t in usable),
        "by type": {kind: _shares(of) | _fit(drives, kind) for kind, of in kinds if of},
    }


def _shares(rows: Sequence[tuple[Trial, str, float, float | None, bool]]) -> dict[str, Any]:
    n = len(rows)
    counts = Counter(word for _, word, *_ in rows)
    other = [gain / 60 for _, _, _, gain, _ in rows if gain is not None]
    share = {word: round(counts[word] / n, 3) for word in ("same", "seen", "estimated", "slower")}
    return {
        "calls": n,
        "candidates": median(t.candidates for t, *_ in rows),
        **share,
        "same or faster": round(1 - counts["slower"] / n, 3),
        "with scatter": round(sum(chance for _, _, chance, *_ in rows) / n, 3),
        "anyone": round(sum(anyone for *_, anyone in rows) / n, 3),
        "gain_min_p50": round(float(np.median(other)), 2) if other else None,
        "gain_min_mean": round(float(np.mean(other)), 2) if other else None,
    }


def _fit(drives: dict[tuple[str, int], Drives], kind: str) -> dict[str, float | None]:
    of = [drive for (each, _), drive in drives.items() if each == kind]
    if not of:
        return {"a_s": None, "kmh": None}
    return {"a_s": round(median(d.a for d in of)), "kmh": round(median(3.6 / d.b for d in of), 1)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, nargs="?", default=FILE)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    city = read(options.file)
    figures = told(list(trials(city, Policy.NEAREST)))
    print(", ".join(f"{key} {value}" for key, value in figures.items() if key != "by type"))
    columns = list(figures["by type"]["all"])
    print(f"{'first unit':>12} | " + " | ".join(columns))
    for kind, row in figures["by type"].items():
        print(f"{kind:>12} | " + " | ".join(f"{row[c]!s:>{len(c)}}" for c in columns))
    text = json.dumps(figures)
    if options.json:
        options.json.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()

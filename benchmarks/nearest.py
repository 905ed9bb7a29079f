"""
How long one answer to "who can be there first" takes over a province's crews, against the same rule crew by crew.

usage: python -m benchmarks.nearest [--crews 6000] [--calls 2000] [--json FILE]

Prints a table and one line of JSON. The fleet is seeded: a third of the crews busy, some off shift.
The crew-by-crew way does less: it names the eight soonest free crews, without reasons, counts or the busy ones.
"""

import argparse
import json
import platform
import random
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from math import asin, cos, radians, sin, sqrt
from pathlib import Path

from dispatch.kit.rulepack import Packs
from dispatch.routing.fleet import Fleet, Position
from dispatch.routing.model import CrewCard, DepotCard, Engagement, Job
from dispatch.routing.nearest import offers
from dispatch.routing.rules import rule_of

NOW = datetime(2026, 8, 1, 2, 30, tzinfo=UTC)  # 10:30 in China
RULE = rule_of(Packs.load().latest("sgcc"))
SKILLS = ("live_line", "cable", "metering", "generator")


def point(rng: random.Random) -> tuple[float, float]:
    """Somewhere in a box of the size of a coastal province."""
    return rng.uniform(118.0, 122.5), rng.uniform(27.2, 31.1)


class Province:
    """A seeded province: crews, depots, where they are and what they hold."""

    def __init__(self, crews: int, seed: int) -> None:
        rng = random.Random(seed)
        n = max(1, crews // 6)
        self.depots = [DepotCard(f"D{i}", *point(rng), reserve=rng.randrange(3, 9)) for i in range(n)]
        self.crews = [self._crew(rng, i) for i in range(crews)]
        ages = rng.choices([20, 200, 1200, 4000], [6, 6, 2, 1], k=crews)
        self.positions = [
            Position(c.id, *point(rng), NOW.timestamp() - age) for c, age in zip(self.crews, ages, strict=True)
        ]
        busy = rng.sample(self.crews, crews // 3)
        self.held = [Engagement(f"T-{c.id}", c.id, 0, NOW.timestamp() + 1800, *point(rng)) for c in busy]

    def _crew(self, rng: random.Random, i: int) -> CrewCard:
        start = rng.choice([0, 480, 1200])
        skills = frozenset(rng.sample(SKILLS, rng.randrange(4)))
        home = i % len(self.depots)
        return CrewCard(
            f"C{i:05}",
            f"抢修{i}班",
            f"D{home}",
            f"33{home % 90:04}",
            skills,
            start,
            (start + 720) % 1440 if start else 0,
        )

    def fleet(self) -> Fleet:
        fleet = Fleet(RULE)
        fleet.load(self.crews, self.depots, positions=self.positions, engagements=self.held)
        return fleet


def crew_by_crew(province: Province) -> Callable[[Job], list[str]]:
    """Return the same rule without arrays: the eight soonest free eligible crews."""
    reserve = {d.code: d.reserve for d in province.depots}
    where = {p.crew_id: p for p in province.positions}
    home = {d.code: d for d in province.depots}
    holders = {e.crew_id for e in province.held}
    depot_of = {c.id: c.depot for c in province.crews}
    load: dict[str, int] = {}
    for e in province.held:
        load[depot_of[e.crew_id]] = load.get(depot_of[e.crew_id], 0) + 1

    def answer(job: Job) -> list[str]:
        found = []
        for crew in province.crews:
            if crew.id in holders or (job.skill and job.skill not in crew.skills):
                continue
            if load.get(crew.depot, 0) >= (reserve[crew.depot] or 0) or not _on(crew):
                continue
            p = where[crew.id]
            fresh = NOW.timestamp() - p.at <= RULE.stale_s
            lon, lat = (p.lon, p.lat) if fresh else (home[crew.depot].lon or 0, home[crew.depot].lat or 0)
            found.append((round(_metres(lon, lat, job.lon, job.lat) * 1.4 * 3.6 / 45), crew.id))
        return [crew for _, crew in sorted(found)[:8]]

    return answer


def _on(crew: CrewCard) -> bool:
    minute = 10 * 60 + 30
    a, b = crew.shift_start, crew.shift_end
    return a <= minute < b if a < b else a == b or minute >= a or minute < b


def _metres(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    p, q = sin(radians(lat2 - lat1) / 2), sin(radians(lon2 - lon1) / 2)
    return 2 * 6_371_008.8 * asin(sqrt(p * p + cos(radians(lat1)) * cos(radians(lat2)) * q * q))


def measured(calls: int, work: Callable[[Job], object], jobs: list[Job]) -> dict[str, float]:
    """Return milliseconds per call; ``cpu_ms`` does not count what other programs took of the machine."""
    took, cpu = [], time.process_time()
    for k in range(calls):
        begin = time.perf_counter_ns()
        work(jobs[k % len(jobs)])
        took.append((time.perf_counter_ns() - begin) / 1e6)
    took.sort()
    return {
        "p50_ms": round(statistics.median(took), 3),
        "p99_ms": round(took[int(len(took) * 0.99)], 3),
        "mean_ms": round(statistics.fmean(took), 3),
        "cpu_ms": round((time.process_time() - cpu) * 1000 / calls, 3),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--crews", type=int, default=6000)
    parser.add_argument("--calls", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    province = Province(asked.crews, asked.seed)
    fleet, slow = province.fleet(), crew_by_crew(province)
    rng = random.Random(asked.seed + 1)
    jobs = [Job(f"T{k}", *point(rng), "rural", f"33{k % 90:04}", rng.choice([None, *SKILLS])) for k in range(200)]
    agree = sum(
        [o.crew_id for o in offers(fleet, job, now=NOW).offers if o.free_in_s is None] == slow(job) for job in jobs
    )
    fast = measured(asked.calls, lambda job: offers(fleet, job, now=NOW, limit=8), jobs)
    plain = measured(max(20, asked.calls // 50), slow, jobs)
    result = {
        "crews": asked.crews,
        "limit": 8,
        "same_answer": f"{agree}/{len(jobs)}",
        "arrays": fast,
        "crew_by_crew": plain,
        "times_faster_p50": round(plain["p50_ms"] / fast["p50_ms"], 1),
        "python": platform.python_version(),
    }
    print(f"{'way':<14}{'p50 ms':>9}{'p99 ms':>9}{'mean ms':>9}{'CPU ms':>9}")
    for name, row in (("arrays", fast), ("crew by crew", plain)):
        print(f"{name:<14}{row['p50_ms']:>9.3f}{row['p99_ms']:>9.3f}{row['mean_ms']:>9.3f}{row['cpu_ms']:>9.3f}")
    print(f"same first eight: {agree} of {len(jobs)} jobs; {result['times_faster_p50']} times faster")
    print(json.dumps(result))
    if asked.json:
        asked.json.write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()

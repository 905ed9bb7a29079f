"""
A day of the gym out of a real record: its places, hours and work; crews and old districts as in ``dispatch replay``.

A seed draws a stretch of the record: from a call drawn at random, 24 hours, at most so many calls. What a planner
expects of a job is the middle of what such work took in the record before that stretch.
"""

import json
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from statistics import median

import numpy as np

from dispatch.desk.world import World
from dispatch.kit.rulepack import RulePack
from dispatch.places.locate import Locator, Place, PlaceRule
from dispatch.routing.optimiser import problem as shapes
from dispatch.routing.optimiser.problem import ByLine, Crew, Job, Problem
from dispatch.simulator.day import Call, Day
from dispatch.simulator.fleet import crews_needed
from dispatch.simulator.world import of_day

from .days import HORIZON_S, LEFT_OUT, PlayDay
from .terms import Terms, terms_of, weight_of

DAY = timedelta(hours=24)
ENOUGH = 30  # records that a middle is taken from


@dataclass(frozen=True)
class Record:
    """
    A whole recorded log, to draw days from.

    :ivar calls: the most of one day; :ivar crews: how many, None: what the day's load needs (``fleet.crews_needed``)
    :ivar districts: old districts where the record has none
    """

    whole: Day
    pack: RulePack
    calls: int
    crews: int | None
    districts: int

    def day(self, seed: int) -> PlayDay:
        """Return the day of a seed."""
        first = random.Random(f"gym:{seed}").randrange(len(self.whole.calls))
        begins = self.whole.calls[first].at
        cut = [call for call in self.whole.calls[first : first + self.calls] if call.at < begins + DAY]
        before = [call for call in self.whole.calls[:first] if call.waited is not None]
        return played(replace(self.whole, calls=tuple(cut), units=()), before, self, seed)


def played(day: Day, before: Sequence[Call], record: Record, seed: int) -> PlayDay:
    """Return a recorded stretch as a day of the gym."""
    pack, terms = record.pack, terms_of(record.pack)
    doc = of_day(day, count=record.districts, crews=record.crews or crews_needed(day.calls), seed=seed).doc
    world = World.read(json.dumps(doc))
    places = [Place(p.code, p.name, p.area, p.lon, p.lat, p.population) for p in world.places]
    locator = Locator(world.tree(), places, PlaceRule.of(pack))
    expected = _expected(before, pack)
    begins = day.calls[0].at
    called = np.array([_seconds(call.at, begins) for call in day.calls], np.int64)
    jobs = tuple(
        _job(call, at, expected.get(_sort(call)) or expected[call.category.value], terms, locator)
        for call, at in zip(day.calls, called.tolist(), strict=True)
    )
    travel = ByLine(dict(terms.speed_kmh), dict(terms.detour))
    problem = Problem(
        travel=travel, jobs=jobs, crews=_crews(world), name=f"{day.name} {begins:%Y-%m-%d %H:%M}", horizon_s=HORIZON_S
    )
    works = np.array([(call.work or timedelta()).total_seconds() for call in day.calls])
    return PlayDay(problem, called, np.maximum(60, works).astype(np.int64), terms.overrun_s, seed)


def _seconds(at: datetime, begins: datetime) -> int:
    return int((at - begins).total_seconds())


def _sort(call: Call) -> str:
    return f"{call.category.value}/{call.cause.value}"


def _expected(before: Iterable[Call], pack: RulePack) -> dict[str, int]:
    """Return the seconds that work of a category, or of a category and cause, is expected to take."""
    seen: dict[str, list[float]] = defaultdict(list)
    for call in before:
        if call.work is not None:
            seen[_sort(call)].append(call.work.total_seconds())
            seen[call.category.value].append(call.work.total_seconds())
    planned = {category: int(span.duration.total_seconds()) for category, span in pack.crew.repair_by_category}
    return planned | {sort: int(median(took)) for sort, took in seen.items() if len(took) >= ENOUGH}


def _job(call: Call, called_s: int, work_s: int, terms: Terms, locator: Locator) -> Job:
    area = locator.classify(call.lon, call.lat)
    return Job(
        id=call.key, at=shapes.Place(lon=call.lon, lat=call.lat), area_class=area,
        county=locator.county_at(call.lon, call.lat) or "", work_s=work_s, weight=weight_of(call),
        due_s=called_s + terms.limit_s[area], window_s=(0, HORIZON_S), unserved=LEFT_OUT,
    )  # fmt: skip


def _crews(world: World) -> tuple[Crew, ...]:
    """Return the crews, each at its depot; every one can do every work, as in a replay."""
    at = {area.code: (area.lon or 0.0, area.lat or 0.0) for area in world.areas}
    return tuple(
        Crew(
            id=crew.id, at=shapes.Place(lon=at[crew.depot][0], lat=at[crew.depot][1]), county=crew.area or "",
            depot=crew.depot, ends_s=HORIZON_S, latest_s=HORIZON_S,
        )
        for crew in world.crews
    )  # fmt: skip

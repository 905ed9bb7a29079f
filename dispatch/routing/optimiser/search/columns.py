"""A problem's values as the columns of numbers that the search works on (``Facts``)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np

from dispatch.kit.errors import Invalid
from dispatch.routing.optimiser.problem import ByLine, ByMatrix, Crew, Job, Place, Problem

from .facts import LINE, MATRIX, NEVER, PLANE, Bytes, Facts, Floats, Ints, Shorts
from .nearness import NEAR, nearest_jobs, nearest_teams
from .teams import teams_of

Thing = TypeVar("Thing")

EVERYTHING = 2**30  # visits: no cap


class CapsOverlap(Invalid):
    """Caps whose periods cut each other cannot be counted one by one."""


@dataclass(frozen=True, slots=True)
class Numbering:
    """Which number each thing has: jobs and crews stand in the order of the problem."""

    jobs: Mapping[str, int]
    crews: Mapping[str, int]
    counties: Mapping[str, int]
    depots: Mapping[str, int]
    kinds: Mapping[str, int]

    @classmethod
    def of(cls, problem: Problem) -> "Numbering":
        """Return the numbers of a problem's things."""

        def numbered(names: Sequence[str]) -> dict[str, int]:
            return {name: i for i, name in enumerate(dict.fromkeys(names))}

        jobs, crews = problem.jobs, problem.crews
        counties = [*(j.county for j in jobs), *(c.county for c in crews), *(r.county for r in problem.reserves), ""]
        return cls(
            jobs=numbered([j.id for j in jobs]),
            crews=numbered([c.id for c in crews]),
            counties=numbered(counties),
            depots=numbered([*(c.depot for c in crews), ""]),
            kinds=numbered([*(j.kind for j in jobs), ""]),
        )

    def with_crews(self, crews: Sequence[Crew]) -> "Numbering":
        """Return the numbers with more crews behind the others; their counties and depots are known."""
        more = {crew.id: len(self.crews) + i for i, crew in enumerate(crews)}
        return replace(self, crews={**self.crews, **more})


def facts_of(problem: Problem, numbers: Numbering, *, near: int = NEAR, close: int = 60) -> Facts:
    """
    Return the columns of a problem.

    :param near: how many neighbours of each job are known
    :param close: how many teams that may do each job are known, the nearest ones
    :raises CapsOverlap: if caps cut each other
    """
    where = _places(problem)
    held = _held(problem, numbers)
    sort, able = _classes(problem)
    cap, spell, edges = _caps(problem, numbers)
    keep = np.zeros(len(numbers.counties), np.int32)
    for reserve in problem.reserves:
        keep[numbers.counties[reserve.county]] = reserve.crews
    n, k, rules = len(problem.jobs), len(problem.crews), problem.rules
    jobs, crews = _jobs(problem, numbers), _crews(problem, numbers)
    near_jobs = nearest_jobs(where, jobs["place"], near)
    teams = teams_of({**crews, "held": held}, _points(where), able)
    near_teams = nearest_teams(where, jobs["place"], crews["start"], sort, able, teams.leader, close)
    return Facts(
        jobs=n, crews=k, places=len(where["x"]), depots=cap.shape[0], kinds=cap.shape[1], periods=cap.shape[2],
        counties=len(keep), teams=len(teams.first) - 1,
        near_width=near_jobs.shape[1], close_width=near_teams.shape[1], **where, **jobs, **crews, sort=sort, held=held,
        first=teams.first, member=teams.member, able=able, cap=cap, spell=spell, edges=edges, keep=keep,
        near=near_jobs, close=near_teams, drive=rules.travel / 60.0, over=rules.overtime / 60.0,
        change=rules.change, reserve=rules.reserve,
    )  # fmt: skip


def with_crews(facts: Facts, problem: Problem, numbers: Numbering, crews: Sequence[Crew]) -> Facts:
    """
    Return the columns with more crews behind the others, to ask what a job costs with each (``places_with_each``).

    As ``facts_of`` of the problem with these crews, except that each is a team of its own, near no job.

    :param problem: what the columns are of; ``numbers``: of its things, of which the crews have depots and counties
    :param crews: without work, and without a place to return to
    """
    if not crews:
        return facts
    n, k = len(crews), facts.crews
    alone = replace(problem, jobs=(), crews=tuple(crews), plan={}, told=None)
    columns = _crews(alone, numbers)
    where: dict[str, Any] = {}
    if facts.by != MATRIX:
        columns["start"] = np.arange(facts.places, facts.places + n, dtype=np.int32)
        points = _places(alone)
        where = {name: np.concatenate([getattr(facts, name), points[name][:n]]) for name in ("x", "y", "z", "pace")}
    columns["held"] = np.zeros(n, np.int32)
    joined: dict[str, Any] = {name: np.concatenate([getattr(facts, name), column]) for name, column in columns.items()}
    first = np.concatenate([facts.first, facts.first[-1] + np.arange(1, n + 1)]).astype(np.int32)
    member = np.concatenate([facts.member, np.arange(k, k + n)]).astype(np.int32)
    return facts._replace(
        crews=k + n, places=facts.places + (n if where else 0), teams=facts.teams + n, first=first, member=member,
        able=np.ascontiguousarray(np.hstack([facts.able, _able_too(facts, problem, crews)])), **joined, **where,
    )  # fmt: skip


def _able_too(facts: Facts, problem: Problem, crews: Sequence[Crew]) -> Bytes:
    """Return (classes, crews) which of more crews may do which class of jobs: asked of the first job of each."""
    able = np.zeros((len(facts.able), len(crews)), np.uint8)
    for row, j in zip(*np.unique(facts.sort, return_index=True), strict=True):
        job = problem.jobs[j]
        able[row] = [
            set(job.needs) <= set(one.skills) and job.pinned in (None, one.id) and one.id not in job.vetoed
            for one in crews
        ]
    return able


def _column(things: Sequence[Thing], value: Callable[[Thing], float], kind: type) -> np.ndarray:
    return np.array([value(thing) for thing in things], kind) if things else np.zeros(0, kind)


def _places(problem: Problem) -> dict[str, Any]:
    """Return the places: first each job's, then each crew's, then where crews return to; or the matrix's rows."""
    travel = problem.travel
    if isinstance(travel, ByMatrix):
        matrix = np.array(travel.seconds, np.int32).reshape(len(travel.seconds), len(travel.seconds))
        none = np.zeros(len(matrix))
        turned = np.ascontiguousarray(matrix.T)
        metric = int(travel.metric) + int(travel.metric and np.array_equal(matrix, turned))
        return dict(by=MATRIX, x=none, y=none, z=none, pace=none, matrix=matrix, turned=turned, metric=metric)
    places = [j.at for j in problem.jobs] + [c.at for c in problem.crews]
    places += [c.back or c.at for c in problem.crews]
    one = np.zeros((1, 1), np.int32)
    pace = np.zeros(len(places))
    if isinstance(travel, ByLine):
        for i, job in enumerate(problem.jobs):
            pace[i] = travel.detour[job.area_class] * 3.6 / travel.speed_kmh[job.area_class]
        lon, lat = (np.radians(_column(places, value, float)) for value in (_lon, _lat))
        x, y, z = np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)
        return dict(
            by=LINE,
            x=x,
            y=y,
            z=z,
            pace=pace,
            matrix=one,
            turned=one,
            metric=1 + (len(set(pace[: len(problem.jobs)])) == 1),
        )
    x, y = _column(places, lambda p: p.x_km, float), _column(places, lambda p: p.y_km, float)
    return dict(by=PLANE, x=x, y=y, z=np.zeros(len(x)), pace=pace, matrix=one, turned=one, metric=2)


def _points(where: dict[str, Any]) -> Floats:
    """Return (p, 3) points that are equal where places are; rows of a matrix are points of their own."""
    if where["by"] == MATRIX:
        rows = np.arange(len(where["matrix"]), dtype=float)
        return np.column_stack([rows, rows, rows])
    return np.column_stack([where["x"], where["y"], where["z"]])


def _lon(place: Place) -> float:
    return place.lon


def _lat(place: Place) -> float:
    return place.lat


def _jobs(problem: Problem, numbers: Numbering) -> dict[str, Any]:
    jobs, rules = problem.jobs, problem.rules
    told = None if problem.told is None else frozenset(problem.told)
    owner = {job: crew for crew, route in problem.plan.items() for job in route if told is None or job in told}
    by_matrix = isinstance(problem.travel, ByMatrix)

    def slope(job: Job) -> float:
        return job.weight * (rules.late + (rules.protected if job.protected else 0.0)) / 60.0

    return dict(
        place=_column(jobs, lambda j: j.at.place, np.int32) if by_matrix else np.arange(len(jobs), dtype=np.int32),
        kind=_column(jobs, lambda j: numbers.kinds[j.kind], np.int32),
        work=_column(jobs, lambda j: j.work_s, np.int64),
        due=_column(jobs, lambda j: NEVER if j.due_s is None else j.due_s, np.int64),
        opens=_column(jobs, lambda j: j.window_s[0], np.int64),
        shuts=_column(jobs, lambda j: NEVER if j.frozen else min(j.window_s[1], problem.horizon_s), np.int64),
        slope=_column(jobs, slope, np.float64),
        skip=_column(jobs, lambda j: j.unserved * rules.unserved, np.float64),
        county=_column(jobs, lambda j: numbers.counties[j.county] if j.county else -1, np.int32),
        load=_column(jobs, lambda j: j.load, np.int64),
        before=_column(jobs, lambda j: numbers.crews[owner[j.id]] if j.id in owner else -1, np.int32),
    )


def _crews(problem: Problem, numbers: Numbering) -> dict[str, Any]:
    crews, n, k = problem.crews, len(problem.jobs), len(problem.crews)
    frozen = {j.id for j in problem.jobs if j.frozen}
    if isinstance(problem.travel, ByMatrix):
        start = _column(crews, lambda c: c.at.place, np.int32)
        back = _column(crews, lambda c: -1 if c.back is None else c.back.place, np.int32)
    else:
        start = np.arange(n, n + k, dtype=np.int32)
        back = np.where(_column(crews, lambda c: c.back is not None, bool), np.arange(n + k, n + 2 * k), -1)

    def limit(crew: Crew, given: int | None) -> int:
        """Return a limit of a crew; one that has frozen work gets it with that work (``starting.load``)."""
        return NEVER if given is None or frozen.intersection(problem.plan.get(crew.id, ())) else given

    return dict(
        start=start,
        back=back.astype(np.int32),
        free=_column(crews, lambda c: c.free_s, np.int64),
        ends=_column(crews, lambda c: c.ends_s, np.int64),
        latest=_column(crews, lambda c: limit(c, c.latest_s), np.int64),
        rest=np.array([c.rest_s or (0, 0) for c in crews], np.int64).reshape(k, 2),
        depot=_column(crews, lambda c: numbers.depots[c.depot], np.int32),
        home=_column(crews, lambda c: numbers.counties[c.county], np.int32),
        room=_column(crews, lambda c: limit(c, c.room), np.int64),
        lent=_column(crews, lambda c: c.lent_cost if c.county else 0.0, np.float64),
    )


def _held(problem: Problem, numbers: Numbering) -> Shorts:
    """Return how many jobs at the head of each crew's route are frozen."""
    frozen = {j.id for j in problem.jobs if j.frozen}
    held = np.zeros(len(problem.crews), np.int32)
    for crew, route in problem.plan.items():
        held[numbers.crews[crew]] = sum(job in frozen for job in route)
    return held


def _classes(problem: Problem) -> tuple[Shorts, np.ndarray]:
    """Return each job's class, and (classes, crews) which crews may do it: skills, pins, vetoes."""
    classes: dict[tuple[object, ...], int] = {}
    sort = np.array(
        [classes.setdefault((frozenset(j.needs), j.pinned, frozenset(j.vetoed)), len(classes)) for j in problem.jobs],
        np.int32,
    )
    able = np.zeros((max(1, len(classes)), len(problem.crews)), np.uint8)
    skills = [frozenset(c.skills) for c in problem.crews]
    for (needs, pinned, vetoed), row in classes.items():
        able[row] = [
            needs <= has and pinned in (None, crew.id) and crew.id not in vetoed  # type: ignore[operator]
            for crew, has in zip(problem.crews, skills, strict=True)
        ]
    return sort, able


def _caps(problem: Problem, numbers: Numbering) -> tuple[Shorts, Shorts, Ints]:
    """Return the visits that may begin and where each period's are counted, (depots, kinds, periods), and the edges."""
    bounds = {t for cap in problem.caps for t in (cap.from_s, cap.to_s) if 0 < t <= problem.horizon_s}
    edges = np.array(sorted(bounds), np.int64)
    shape = len(numbers.depots), len(numbers.kinds), len(edges) + 1
    cap = np.full(shape, EVERYTHING, np.int32)
    spell = np.broadcast_to(np.arange(shape[2], dtype=np.int32), shape).copy()
    declared = np.zeros(shape, bool)
    for given in problem.caps:
        if given.depot not in numbers.depots or given.kind not in numbers.kinds:
            continue  # nobody there, nothing of the kind: nothing to count
        depot, kind = numbers.depots[given.depot], numbers.kinds[given.kind]
        first = int(np.searchsorted(edges, given.from_s, side="right"))
        last = int(np.searchsorted(edges, given.to_s - 1, side="right"))
        if declared[depot, kind, first : last + 1].any():
            raise CapsOverlap(f"班所“{given.depot}”“{given.kind}”的承载力时段重叠,请每个时段只申报一次", field="caps")
        declared[depot, kind, first : last + 1] = True
        cap[depot, kind, first] = given.visits
        spell[depot, kind, first : last + 1] = first
    return cap, spell, edges

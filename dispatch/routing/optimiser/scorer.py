"""
The independent scorer: what a plan costs by rule, and what it breaks; ``docs/formats.md`` written a second time.

It reads the JSON objects of a problem and a plan itself, computes travel itself and shares no code with reading, search
or any other part, so that an error there cannot hide here. Only the shapes must be right (``reading`` refuses others).
"""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Json = dict[str, Any]
Drive = Callable[[Json, Json, Json], int | None]  # from, to, job whose area class counts -> seconds; None: no way

EARTH_M = 6_371_008.8
WEIGHTS = {
    "travel": 1.0, "late": 1.0, "protected": 1.0, "unserved": 1.0,
    "change": 0.0, "overtime": 2.0, "foreign": 0.0, "reserve": 0.0,
}  # fmt: skip
KINDS = (
    "unknown", "twice", "partners", "skill", "pinned", "vetoed", "frozen",
    "window", "order", "shift", "room", "cap", "deadlock", "way",
)  # fmt: skip


@dataclass(slots=True, eq=False)
class Work:
    """Work on site, begun by all its visits together; ``begins_s`` is None until it is known."""

    job: Json
    visits: list["Visit"] = field(default_factory=list)
    begins_s: int | None = None

    @property
    def ends_s(self) -> int:
        return (self.begins_s or 0) + int(self.job["work_s"])


@dataclass(slots=True, eq=False)
class Visit:
    """A crew at a job: the drive to it in seconds, and after which visit of the same crew it comes."""

    crew: Json
    work: Work
    previous: "Visit | None"
    drive_s: int
    arrives_s: int = 0


class Course:
    """A plan carried out as early as it can be."""

    def __init__(self, problem: Json, plan: Json) -> None:
        self.problem = problem
        self.horizon_s: int = problem.get("horizon_s", 43_200)
        self.jobs: dict[str, Json] = {job["id"]: _said(job) for job in problem["jobs"]}
        self.crews: dict[str, Json] = {crew["id"]: _said(crew) for crew in problem["crews"]}
        self.published: dict[str, list[str]] = problem.get("plan") or {}
        self.planned: dict[str, list[str]] = plan["routes"]
        self.broken: Counter[str] = Counter()
        self.works: list[Work] = []
        self.of_job: dict[str, list[Work]] = defaultdict(list)
        self.routes: dict[str, list[Visit]] = {}
        self.drive = drives(problem["travel"])
        for crew, names in self.planned.items():
            self._lay(crew, names)
        self._begin()
        self.ends = {crew: self._ended(visits) for crew, visits in self.routes.items()}

    def _lay(self, name: str, names: list[str]) -> None:
        """Put a crew's visits one after the other, and each with its partners."""
        if (crew := self.crews.get(name)) is None:
            self.broken["unknown"] += 1 + sum(job not in self.jobs for job in names)
            return
        visits: list[Visit] = []
        for job_id in names:
            if (job := self.jobs.get(job_id)) is None:
                self.broken["unknown"] += 1
                continue
            previous = visits[-1] if visits else None
            drive_s = self._way(previous.work.job if previous else crew, job, job)
            visit = Visit(crew, self._work_of(crew, job), previous, drive_s)
            visit.work.visits.append(visit)
            visits.append(visit)
        self.routes[name] = visits

    def _way(self, a: Json, b: Json, toward: Json) -> int:
        drive_s = self.drive(a, b, toward)
        self.broken["way"] += drive_s is None
        return drive_s or 0

    def _work_of(self, crew: Json, job: Json) -> Work:
        """Return the first work of the job if it still needs this crew; a surplus visit is work of its own."""
        done = self.of_job[job["id"]]
        if done and len(done[0].visits) < job.get("crews", 1) and all(v.crew is not crew for v in done[0].visits):
            return done[0]
        self.broken["twice"] += bool(done)
        done.append(work := Work(job))
        self.works.append(work)
        return work

    def _begin(self) -> None:
        """Begin all that can begin, each as soon as its crews are there and what it waits for has ended."""
        waits: dict[int, int] = {}
        lets: dict[int, list[Work]] = defaultdict(list)
        for work in self.works:
            before = list(self._before(work))
            waits[id(work)] = len(before)
            for one in before:
                lets[id(one)].append(work)
        ready = [work for work in self.works if not waits[id(work)]]
        while ready:
            work = ready.pop()
            self._start(work)
            for one in lets[id(work)]:
                waits[id(one)] -= 1
                if not waits[id(one)]:
                    ready.append(one)
        self.broken["deadlock"] += sum(work.begins_s is None for work in self.works)

    def _before(self, work: Work) -> Iterator[Work]:
        yield from (visit.previous.work for visit in work.visits if visit.previous is not None)
        for name in work.job.get("after", ()):
            yield from self.of_job.get(name, ())

    def _start(self, work: Work) -> None:
        begins_s = max([window_of(work.job, self.horizon_s)[0], *(one.ends_s for one in self._before(work))])
        for visit in work.visits:
            left_s = visit.previous.work.ends_s if visit.previous else visit.crew.get("free_s", 0)
            visit.arrives_s = left_s + visit.drive_s
            begins_s = max(begins_s, visit.arrives_s)
        rests = [rest for visit in work.visits if (rest := visit.crew.get("rest_s"))]
        for from_s, to_s in sorted(rests, key=lambda rest: int(rest[1])):  # one rest may push into a later one
            if begins_s < to_s and begins_s + work.job["work_s"] > from_s:
                begins_s = to_s
        work.begins_s = begins_s

    def _ended(self, visits: list[Visit]) -> tuple[int, int] | None:
        """Return when the crew has ended, and its drive back (s); None if it does nothing."""
        begun = [visit for visit in visits if visit.work.begins_s is not None]
        if not begun:
            return None
        last, back = begun[-1], begun[-1].crew.get("back")
        drive_s = self._way(last.work.job, back, last.work.job) if back and len(begun) == len(visits) else 0
        return last.work.ends_s + drive_s, drive_s

    def begun(self) -> Iterator[tuple[Work, int]]:
        """Yield each work that begins, and when."""
        yield from ((work, work.begins_s) for work in self.works if work.begins_s is not None)

    def attended(self) -> Iterator[tuple[Visit, int]]:
        """Yield each visit whose work begins, and when."""
        yield from ((visit, begins_s) for work, begins_s in self.begun() for visit in work.visits)

    def late(self) -> Iterator[tuple[Json, int]]:
        """Yield each job that begins after its promise, and how many seconds."""
        for work, begins_s in self.begun():
            due_s = work.job.get("due_s")
            if due_s is not None and begins_s > due_s:
                yield work.job, begins_s - due_s


def _said(part: Json) -> Json:
    """Return the part without what is ``null``: that is not said."""
    return {name: value for name, value in part.items() if value is not None}


def drives(travel: Json) -> Drive:
    """Return the travel time that the problem asks for."""
    if travel["by"] == "plane":
        return _plane_s
    if travel["by"] == "line":
        return lambda a, b, toward: _line_s(travel, a, b, toward.get("area_class", "urban"))
    seconds = np.asarray(travel["seconds"], dtype=np.int64)

    def by_matrix(a: Json, b: Json, _: Json) -> int | None:
        found = int(seconds[a["place"], b["place"]])
        return None if found < 0 else found

    return by_matrix


def _plane_s(a: Json, b: Json, _: Json) -> int:
    d = math.hypot(a["x_km"] - b["x_km"], a["y_km"] - b["y_km"])
    if d < 1e-9:
        return 0
    kmh = 22.0 + 33.0 * d / (d + 15.0)
    return round(60.0 * (1.5 + 78.0 * d / kmh))


def _line_s(travel: Json, a: Json, b: Json, area_class: str) -> int:
    east = math.radians(b["lon"] - a["lon"])
    south, north = math.radians(a["lat"]), math.radians(b["lat"])
    h = math.sin((north - south) / 2) ** 2 + math.cos(south) * math.cos(north) * math.sin(east / 2) ** 2
    metres = 2 * EARTH_M * math.asin(math.sqrt(min(1.0, h)))
    detour, speed_kmh = travel["detour"][area_class], travel["speed_kmh"][area_class]
    return round(float(metres * detour * 3.6 / speed_kmh))


def window_of(job: Json, horizon_s: int) -> tuple[int, int]:
    """Return between which instants work may begin, both included."""
    opens_s, shuts_s = job.get("window_s") or (0, horizon_s)
    return opens_s, min(shuts_s, horizon_s)


def score(problem: Json, plan: Json) -> Json:
    """
    Return what a plan costs and what it breaks.

    :param problem: JSON object of ``dispatch-problem/1``
    :param plan: JSON object of ``dispatch-plan/1``
    :returns: ``cost``, ``by_rule``, ``violations`` by kind, ``served``, ``unserved``, ``late_jobs``, ``minutes``
    """
    course = Course(problem, plan)
    by_rule = _by_rule(course)
    broken = course.broken + Counter(_broken_by_visits(course)) + Counter(_broken_by_routes(course))
    broken["cap"] += sum(_above_caps(course))
    served, late = {work.job["id"] for work, _ in course.begun()}, list(course.late())
    waited_s = sum(begins_s - visit.arrives_s for visit, begins_s in course.attended())
    return {
        "cost": math.fsum(by_rule.values()),
        "by_rule": by_rule,
        "violations": {kind: broken[kind] for kind in KINDS},
        "served": len(served),
        "unserved": len(course.jobs) - len(served),
        "late_jobs": len({job["id"] for job, _ in late}),
        "minutes": {
            "travel": _driven_s(course) / 60, "late": sum(late_s for _, late_s in late) / 60, "wait": waited_s / 60
        },
    }  # fmt: skip


def _by_rule(course: Course) -> dict[str, float]:
    """Return the cost of each rule; sums are rounded once, so that no order matters."""
    weight = WEIGHTS | (course.problem.get("rules") or {})
    served = {work.job["id"] for work, _ in course.begun()}
    late = [(job, job.get("weight", 1.0) * late_s / 60) for job, late_s in course.late()]
    left = (
        job.get("unserved", job.get("weight", 1.0) * 1440) for name, job in course.jobs.items() if name not in served
    )
    over_s = (max(0, end[0] - _ends_s(course, name)) for name, end in course.ends.items() if end)
    return {
        "travel": weight["travel"] * _driven_s(course) / 60,
        "late": weight["late"] * math.fsum(cost for _, cost in late),
        "protected": weight["protected"] * math.fsum(cost for job, cost in late if job.get("protected")),
        "unserved": weight["unserved"] * math.fsum(left),
        "change": weight["change"] * _changed(course),
        "overtime": weight["overtime"] * sum(over_s) / 60,
        "foreign": math.fsum(_lent(course, weight["foreign"])),
        "reserve": weight["reserve"] * sum(_short(course)),
    }


def _driven_s(course: Course) -> int:
    return sum(visit.drive_s for visit, _ in course.attended()) + sum(end[1] for end in course.ends.values() if end)


def _ends_s(course: Course, crew: str) -> int:
    return int(course.crews[crew].get("ends_s", course.horizon_s))


def _latest_s(course: Course, crew: str) -> int:
    return int(course.crews[crew].get("latest_s", _ends_s(course, crew)))


def _changed(course: Course) -> int:
    """Return how many visits to jobs that the published plan told are made by crews that it did not name for them."""
    named = defaultdict(set)
    told = course.problem.get("told")
    for crew, names in course.published.items():
        for name in names if told is None else set(names) & set(told):
            named[name].add(crew)
    jobs = ((visit.work.job["id"], visit.crew["id"]) for visit, _ in course.attended())
    return sum(job in named and crew not in named[job] for job, crew in jobs)


def _lent(course: Course, foreign: float) -> Iterator[float]:
    """Yield the cost of each visit in another county; where one of the two has no county, there is no other."""
    for visit, _ in course.attended():
        home, there = visit.crew.get("county"), visit.work.job.get("county")
        if home and there and home != there:
            yield visit.crew.get("lent_cost", foreign)


def _short(course: Course) -> Iterator[int]:
    """Yield how many crews each county has fewer than its reserve, not counting those that have jobs."""
    idle = Counter(crew.get("county", "") for name, crew in course.crews.items() if not course.routes.get(name))
    for reserve in course.problem.get("reserves") or ():
        yield max(0, reserve["crews"] - idle[reserve["county"]])


def _broken_by_visits(course: Course) -> Iterator[str]:
    """Yield a kind of violation for each visit, or work, that breaks it."""
    for work, begins_s in course.begun():
        job = work.job
        if begins_s > window_of(job, course.horizon_s)[1]:
            yield "window"
        if work is course.of_job[job["id"]][0] and len(work.visits) < job.get("crews", 1):
            yield "partners"
        yield from ("order" for name in job.get("after", ()) if not course.of_job.get(name))
    for visit, _ in course.attended():
        job, crew = visit.work.job, visit.crew
        if not set(job.get("needs", ())) <= set(crew.get("skills", ())):
            yield "skill"
        if job.get("pinned") not in (None, crew["id"]):
            yield "pinned"
        if crew["id"] in job.get("vetoed", ()):
            yield "vetoed"


def _broken_by_routes(course: Course) -> Iterator[str]:
    for name, visits in course.routes.items():
        end, room = course.ends[name], course.crews[name].get("room")
        if end and end[0] > _latest_s(course, name):
            yield "shift"
        if room is not None and sum(visit.work.job.get("load", 0) for visit in visits) > room:
            yield "room"
    for crew, names in course.published.items():
        route = course.planned.get(crew, [])
        for i, name in enumerate(names):
            if course.jobs[name].get("frozen") and route[i : i + 1] != [name]:
                yield "frozen"


def _above_caps(course: Course) -> Iterator[int]:
    """Yield for each cap how many visits begin above it."""
    begun: dict[tuple[str, str], list[int]] = defaultdict(list)
    for visit, begins_s in course.attended():
        begun[visit.crew.get("depot", ""), visit.work.job.get("kind", "repair")].append(begins_s)
    for cap in course.problem.get("caps") or ():
        times = begun[cap["depot"], cap["kind"]]
        yield max(0, sum(cap["from_s"] <= at_s < cap["to_s"] for at_s in times) - cap["visits"])

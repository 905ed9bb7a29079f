"""
VROOM, PyVRP and OR-Tools on half-day lists, behind the shape that our own search has: a problem and its seconds.

All are told windows, skills (which hold each depot to its own visits), places of a team, hours, the ways out and home,
and what leaving a visit out costs. Declared visits of a depot are the places of its teams in these half-days, so that
telling the places tells all.
"""

from collections import defaultdict
from datetime import timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dispatch.routing.optimiser.problem import ByLine, Crew, Problem
from dispatch.routing.worklists import generalsolver
from dispatch.routing.worklists.problem import Routes

try:
    import pyvrp
    import vroom

    THERE = True
except ImportError:  # `make bench-optimiser` installs them; without them their rows say so
    THERE = False

EARTH_M = 6_371_008.8
MOST_PRIORITY = 100  # of VROOM
HIGHEST_PRIZE = 86_400.0  # above PyVRP's highest penalty (100,000) it would rather break rules
DEEP = 5  # VROOM's largest exploration level
BLOCK = 500  # rows of the matrix at once


def matrix(problem: Problem) -> NDArray[np.int32]:
    """Return (n + k, n + k) seconds, jobs first; towards a depot by the class of the job that is left."""
    travel = problem.travel
    assert isinstance(travel, ByLine)
    places = [job.at for job in problem.jobs] + [crew.at for crew in problem.crews]
    lon, lat = (np.radians([getattr(place, name) for place in places]) for name in ("lon", "lat"))
    pace = np.array([travel.detour[job.area_class] * 3.6 / travel.speed_kmh[job.area_class] for job in problem.jobs])
    n = len(problem.jobs)
    seconds = np.zeros((len(places), len(places)), np.int32)
    for at in range(0, len(places), BLOCK):
        rows = slice(at, min(at + BLOCK, len(places)))
        up, across = np.sin((lat[rows, None] - lat) / 2), np.sin((lon[rows, None] - lon) / 2)
        part = up * up + np.cos(lat[rows, None]) * np.cos(lat) * across * across
        metres = 2 * EARTH_M * np.arcsin(np.sqrt(np.minimum(1.0, part)))
        seconds[rows, :n] = np.rint(metres[:, :n] * pace)
        own = np.arange(rows.start, rows.stop)
        home = own < n
        seconds[own[home], n:] = np.rint(metres[home, n:] * pace[own[home], None])
    return seconds


def _skills(problem: Problem) -> dict[str, int]:
    names = sorted({need for job in problem.jobs for need in job.needs})
    return {name: number for number, name in enumerate(names)}


def by_vroom(problem: Problem, seconds: float, cores: int) -> Routes:
    """VROOM at its deepest; it may end before its seconds do. Dear visits have a high priority."""
    known, jobs = _skills(problem), len(problem.jobs)
    dearest = max((job.unserved for job in problem.jobs), default=1.0)
    model = vroom.Input()
    model.set_durations_matrix("car", matrix(problem).astype(np.uint32))
    for j, job in enumerate(problem.jobs):
        model.add_job(
            vroom.Job(
                j,
                location=j,
                default_service=job.work_s,
                skills={known[name] for name in job.needs},
                priority=int(MOST_PRIORITY * job.unserved / dearest),
                time_windows=[vroom.TimeWindow(*job.window_s)],
            )
        )
    for c, crew in enumerate(problem.crews):
        model.add_vehicle(
            vroom.Vehicle(
                c,
                start=jobs + c,
                end=jobs + c,
                skills={known[name] for name in crew.skills if name in known},
                time_window=vroom.TimeWindow(crew.free_s, crew.latest_s),
                max_tasks=jobs if crew.room is None else crew.room,
            )
        )
    found = model.solve(DEEP, nb_threads=cores, timeout=timedelta(seconds=seconds)).routes
    visits = found[found["type"] == "job"]
    return _routes(problem, zip(visits["vehicle_id"], visits["id"], strict=True))


def by_pyvrp(problem: Problem, seconds: float, cores: int) -> Routes:
    """PyVRP on one core; teams that are alike are vehicles of one type, leaving a visit out loses its prize."""
    data, teams = _told(problem)
    best = pyvrp.solve(data, stop=pyvrp.stop.MaxRuntime(seconds), seed=1, display=False).best
    free = {number: list(members) for number, members in enumerate(teams)}
    visits = []
    for route in best.routes():
        team = free[route.vehicle_type()].pop(0)
        visits += [(team, stop.idx) for stop in route if stop.is_client()]
    return _routes(problem, visits) if best.is_feasible() else {}


def _told(problem: Problem) -> tuple[Any, list[list[int]]]:
    """Return PyVRP's data, and the teams of each type of vehicle; a skill is a load that only some have room for."""
    known, jobs = _skills(problem), len(problem.jobs)
    common = [name for name in known if all(name in crew.skills for crew in problem.crews)]
    asked = [name for name in known if name not in common]
    dearest = max((job.unserved for job in problem.jobs), default=1.0)
    prize = min(60.0, HIGHEST_PRIZE / dearest)
    inner: Any = matrix(problem).astype(np.int64)
    groups: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for c, crew in enumerate(problem.crews):
        groups[crew.at, tuple(sorted(crew.skills)), crew.free_s, crew.latest_s, crew.room].append(c)
    places = [job.at for job in problem.jobs] + [crew.at for crew in problem.crews]
    points = [pyvrp.Location(place.lon, place.lat) for place in places]
    clients = [
        pyvrp.Client(
            location=j, delivery=[1, *(int(name in job.needs) for name in asked)], service_duration=job.work_s,
            tw_early=job.window_s[0], tw_late=job.window_s[1], prize=int(prize * job.unserved), required=False,
        )
        for j, job in enumerate(problem.jobs)
    ]  # fmt: skip
    depots = [pyvrp.Depot(location=jobs + members[0]) for members in groups.values()]
    types = [
        _type(problem.crews[members[0]], len(members), number, jobs, asked)
        for number, members in enumerate(groups.values())
    ]
    return pyvrp.ProblemData(points, clients, depots, types, [inner], [inner]), list(groups.values())


def _type(crew: Crew, often: int, depot: int, jobs: int, asked: list[str]) -> Any:
    room = jobs if crew.room is None else crew.room
    return pyvrp.VehicleType(
        num_available=often, capacity=[room, *(jobs * (skill in crew.skills) for skill in asked)],
        start_depot=depot, end_depot=depot, tw_early=crew.free_s, tw_late=crew.latest_s,
    )  # fmt: skip


def by_ortools(problem: Problem, seconds: float, cores: int) -> Routes:
    """OR-Tools routing on one core, as the room has it behind its protocol."""
    return generalsolver.searched(problem, seed=1, iterations=1, seconds=seconds)


def _routes(problem: Problem, visits: Any) -> Routes:
    routes: dict[str, list[str]] = {}
    for crew, job in visits:
        routes.setdefault(problem.crews[int(crew)].id, []).append(problem.jobs[int(job)].id)
    return {crew: tuple(jobs) for crew, jobs in routes.items()}

"""
Who makes which visits, before any route: a flow of least cost through the declared capacity, then laid on teams.

Visits flow to a depot's declared visits of their kind and area class, on to its teams, and out through as many places
as these have; a visit that finds none is left to the search. A visit costs the drive from the depot and back. Pins are
kept before anything flows. It is only where the search begins: how many visits fit a team's time is a guess.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from ortools.graph.python import min_cost_flow

from dispatch.routing.optimiser.problem import Job, Place, Problem
from dispatch.routing.optimiser.ways import Way, ways

from .posing import base_of
from .problem import HalfDay, Team, Visit

NEAREST = 12  # depots that a visit may flow to
DEAREST_S = 10**8  # what leaving a visit out costs at the most: more than any drive
Plan = dict[str, tuple[str, ...]]
Cell = tuple[str, str]  # depot, skill
Cells = dict[Cell, list[Team]]


@dataclass(slots=True)
class Flow:
    """A network while it is written: arcs as (from, to, capacity, cost); nodes are numbered as they are named."""

    arcs: list[tuple[int, int, int, int]] = field(default_factory=list)
    numbers: dict[object, int] = field(default_factory=dict)

    def node(self, name: object) -> int:
        return self.numbers.setdefault(name, len(self.numbers))

    def arc(self, a: object, b: object, *, most: int, cost: int = 0) -> None:
        self.arcs.append((self.node(a), self.node(b), most, cost))

    def sent(self, units: int, a: object, b: object) -> list[int]:
        """Send so many units from one node to another at least cost; returns what each arc carries."""
        solver = min_cost_flow.SimpleMinCostFlow()
        columns = np.array(self.arcs, np.int64).reshape(-1, 4).T
        solver.add_arcs_with_capacity_and_unit_cost(*(np.ascontiguousarray(column) for column in columns))
        solver.set_node_supply(self.node(a), units)
        solver.set_node_supply(self.node(b), -units)
        solver.solve()
        return [solver.flow(arc) for arc in range(len(self.arcs))]


def assigned(half_day: HalfDay, problem: Problem) -> Plan:
    """
    Return team -> visits in the order of their windows, as the search's first plan.

    :param problem: what ``posing`` made of the half-day
    """
    if not half_day.visits or not half_day.teams:
        return {}
    jobs = {job.id: job for job in problem.jobs}
    way = ways(problem)
    free = [visit for visit in half_day.visits if visit.pinned is None]
    cells = _cells(half_day)
    chosen = _flown(half_day, cells, free, jobs, way) if free else {}
    wanted = {name: cells[cell] for name, cell in chosen.items()}
    teams = {team.id: team for team in half_day.teams}
    wanted |= {visit.id: [teams[visit.pinned]] for visit in half_day.visits if visit.pinned is not None}
    return _laid_on(wanted, jobs, way)


def _cells(half_day: HalfDay) -> Cells:
    """Return the teams of each depot that have a skill."""
    cells: Cells = defaultdict(list)
    for team in half_day.teams:
        for skill in dict.fromkeys(team.skills):
            cells[team.depot, skill].append(team)
    return dict(cells)


def _flown(half_day: HalfDay, cells: Cells, visits: Sequence[Visit], jobs: dict[str, Job], way: Way) -> dict[str, Cell]:
    """Return (depot, skill) of each visit that found a place: visits without a pin, past what pinned ones take."""
    flow = Flow()
    chosen: list[tuple[str, Cell] | None] = []  # what an arc means, arc by arc
    for visit in visits:
        flow.arc("source", visit.id, most=1)
        flow.arc(visit.id, "sink", most=1, cost=min(DEAREST_S, int(60 * visit.price)))
        chosen += [None, None]
        for drive_s, cell in _near(half_day, cells, visit, jobs[visit.id], way):
            flow.arc(visit.id, ("asked", *cell), most=1, cost=2 * drive_s)
            chosen.append((visit.id, cell))
    _through(half_day, cells, flow)
    carried = flow.sent(len(visits), "source", "sink")
    return dict(one for one, units in zip(chosen, carried, strict=False) if one is not None and units)


def _near(half_day: HalfDay, cells: Cells, visit: Visit, job: Job, way: Way) -> list[tuple[int, Cell]]:
    """Return the nearest depots whose teams may make a visit, with the seconds from there."""
    mine = cells if half_day.pooled else {(visit.depot, visit.skill)}
    ours = [cell for cell in mine if cell[1] == visit.skill and cell in cells]
    drives = [(way(base_of(cells[cell][0]), job.at, job), cell) for cell in ours]
    return sorted((drive_s, cell) for drive_s, cell in drives if drive_s is not None)[:NEAREST]


def _through(half_day: HalfDay, cells: Cells, flow: Flow) -> None:
    """Write the arcs through declared visits to teams, and from teams out."""
    depot = {team.id: team.depot for team in half_day.teams}
    pinned = [visit for visit in half_day.visits if visit.pinned is not None]
    pins = Counter(visit.pinned for visit in pinned)
    taken = Counter((depot[visit.pinned or ""], visit.skill) for visit in pinned)
    each_s = _each_s(half_day)
    for team in half_day.teams:
        flow.arc(team.id, "sink", most=max(0, _places(team, each_s) - pins[team.id]))
    for cell, teams in cells.items():
        most = max(0, half_day.caps.get(cell, len(half_day.visits)) - taken[cell])
        flow.arc(("asked", *cell), cell, most=most)
        for team in teams:
            flow.arc(cell, team.id, most=most)


def _each_s(half_day: HalfDay) -> int:
    """Return about how long a visit keeps a team: its work, and a third of that on the road."""
    work_s = sum(visit.work_s for visit in half_day.visits) / len(half_day.visits)
    return max(1, round(work_s * 4 / 3))


def _places(team: Team, each_s: int) -> int:
    pause_s = team.pause_s[1] - team.pause_s[0] if team.pause_s else 0
    fits = max(0, team.to_s - team.from_s - pause_s) // each_s + 1
    return fits if team.most is None else min(fits, team.most)


@dataclass(slots=True)
class OnTheRoad:
    """Where a team stands and when it is free, while visits are laid on it."""

    team: Team
    at: Place
    free_s: int
    route: list[str] = field(default_factory=list)


def _laid_on(wanted: dict[str, list[Team]], jobs: dict[str, Job], way: Way) -> Plan:
    """Return routes: visits by the end of their windows, each to the team of its group that begins it first."""
    standing: dict[str, OnTheRoad] = {}
    for teams in wanted.values():
        for team in teams:
            standing.setdefault(team.id, OnTheRoad(team, base_of(team), team.from_s))
    for name in sorted(wanted, key=lambda name: (jobs[name].window_s[1], jobs[name].window_s[0], name)):
        job = jobs[name]
        begins = [(begin_s, i) for i, team in enumerate(wanted[name])
                  if (begin_s := _begins_s(standing[team.id], job, way)) is not None]  # fmt: skip
        if begins:
            begin_s, i = min(begins)
            one = standing[wanted[name][i].id]
            one.at, one.free_s = job.at, begin_s + job.work_s
            one.route.append(name)
    return {team: tuple(one.route) for team, one in standing.items() if one.route}


def _begins_s(one: OnTheRoad, job: Job, way: Way) -> int | None:
    """Return when the team would begin the job; None: too late, or it would not be back in time, or has no room."""
    there_s, home_s = way(one.at, job.at, job), way(job.at, base_of(one.team), job)
    if there_s is None or home_s is None or len(one.route) == one.team.most:
        return None
    begin_s = max(one.free_s + there_s, job.window_s[0])
    if (pause := one.team.pause_s) is not None and begin_s < pause[1] and begin_s + job.work_s > pause[0]:
        begin_s = pause[1]
    fits = begin_s <= job.window_s[1] and begin_s + job.work_s + home_s <= one.team.to_s
    return begin_s if fits else None

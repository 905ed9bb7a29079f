"""
A half-day as a problem of the optimiser: teams are crews, visits are jobs with hard windows.

Teams set out from their depot and are back in time; declared visits are caps; what it costs to leave a visit out is its
price. Depots that do not make each other's visits, and kinds that no team shares, are problems of their own.
"""

from collections.abc import Iterator
from dataclasses import replace

from dispatch.routing.optimiser.problem import ByMatrix, Cap, Crew, Job, Place, Problem

from .problem import HalfDay, Team, Visit

OF = "班所:"  # a depot as a skill: its teams make its visits


def able(half_day: HalfDay, team: Team, visit: Visit) -> bool:
    """Tell whether a team may make a visit, whatever the time."""
    ours = half_day.pooled or team.depot == visit.depot
    return ours and visit.skill in team.skills and visit.pinned in (None, team.id)


def parts_of(half_day: HalfDay) -> Iterator[HalfDay]:
    """
    Yield the half-day in parts that share no team, visit or declared capacity; a list of each is a list of the whole.

    Visits that no team has the skill for are in no part.
    """
    part_of = _joined(half_day)
    crews: dict[int, list[Team]] = {}
    for team in half_day.teams:
        for skill in team.skills[:1]:
            crews.setdefault(part_of[whose(half_day, team.depot), skill], []).append(team)
    visits: dict[int, list[Visit]] = {}
    for visit in half_day.visits:
        if (part := part_of.get((whose(half_day, visit.depot), visit.skill))) is not None:
            visits.setdefault(part, []).append(visit)
    for part in sorted(visits):
        yield replace(half_day, teams=tuple(crews[part]), visits=tuple(visits[part]))


def _joined(half_day: HalfDay) -> dict[tuple[str, str], int]:
    """Return a number for each (depot, skill): the same for those that a team has both of."""
    root: dict[tuple[str, str], tuple[str, str]] = {}

    def top(one: tuple[str, str]) -> tuple[str, str]:
        while root[one] != one:
            root[one] = one = root[root[one]]
        return one

    for team in half_day.teams:
        ours = [(whose(half_day, team.depot), skill) for skill in team.skills]
        for one in ours:
            root.setdefault(one, one)
            root[top(one)] = top(ours[0])
    number: dict[tuple[str, str], int] = {}
    return {one: number.setdefault(top(one), len(number)) for one in root}


def whose(half_day: HalfDay, depot: str) -> str:
    """Return whose teams may make a depot's visits: its own, or everybody's (nothing)."""
    return "" if half_day.pooled else depot


def problem_of(half_day: HalfDay) -> Problem:
    """
    Return the optimiser's problem.

    Windows are cut to the half-day; visits that cannot begin in it, and pins that cannot be kept, must be taken out
    before (``sifting``).
    """
    return Problem(
        name=half_day.name,
        travel=half_day.travel,
        horizon_s=max([half_day.length_s, *(team.to_s for team in half_day.teams)]),
        jobs=tuple(job_of(half_day, visit) for visit in half_day.visits),
        crews=tuple(_crew(half_day, team) for team in half_day.teams),
        caps=tuple(_caps(half_day)),
    )


def narrowed(half_day: HalfDay) -> HalfDay:
    """Return the half-day with a matrix of no places but its own teams' and visits'."""
    travel = half_day.travel
    rows = sorted({team.place for team in half_day.teams} | {visit.place for visit in half_day.visits})
    if not isinstance(travel, ByMatrix) or len(rows) == len(travel.seconds):
        return half_day
    number = {row: n for n, row in enumerate(rows)}
    return replace(
        half_day,
        travel=ByMatrix(tuple(tuple(travel.seconds[a][b] for b in rows) for a in rows), travel.metric),
        teams=tuple(replace(team, place=number[team.place]) for team in half_day.teams),
        visits=tuple(replace(visit, place=number[visit.place]) for visit in half_day.visits),
    )


def base_of(team: Team) -> Place:
    """Return where a team sets out, and comes back to."""
    return Place(lon=team.lon, lat=team.lat, place=team.place)


def _crew(half_day: HalfDay, team: Team) -> Crew:
    base = base_of(team)
    return Crew(
        id=team.id, at=base, back=base, depot=team.depot,
        skills=team.skills if half_day.pooled else (*team.skills, OF + team.depot),
        free_s=team.from_s, ends_s=team.to_s, latest_s=team.to_s, rest_s=team.pause_s, room=team.most,
    )  # fmt: skip


def job_of(half_day: HalfDay, visit: Visit) -> Job:
    """Return a visit as a job; its window is cut to the half-day."""
    opens, shuts = visit.window_s
    return Job(
        id=visit.id, at=Place(lon=visit.lon, lat=visit.lat, place=visit.place), area_class=visit.area_class,
        kind=visit.skill, work_s=visit.work_s, window_s=(max(0, opens), min(shuts, half_day.length_s)),
        needs=(visit.skill,) if half_day.pooled else (visit.skill, OF + visit.depot),
        unserved=visit.price, pinned=visit.pinned, load=1,
    )  # fmt: skip


def _caps(half_day: HalfDay) -> Iterator[Cap]:
    """Yield the declared visits of the depots that have teams; they count where the team comes from."""
    depots = {team.depot for team in half_day.teams}
    skills = {visit.skill for visit in half_day.visits}
    to_s = max([half_day.length_s, *(team.to_s for team in half_day.teams)]) + 1
    for (depot, skill), visits in sorted(half_day.caps.items()):
        if depot in depots and skill in skills:
            yield Cap(depot=depot, kind=skill, from_s=0, to_s=to_s, visits=visits)

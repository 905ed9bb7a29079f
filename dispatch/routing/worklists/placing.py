"""
One visit put onto the routes that stand: every visit that is made stays made, orders and teams near by may change.

Found by the search itself on a small problem, the teams near the visit and what they make, so that what it finds can
be driven and what it does not find is not likely to exist.
"""

from collections import Counter
from dataclasses import dataclass, replace

from dispatch.routing.optimiser.breaches import breaches
from dispatch.routing.optimiser.course import Course
from dispatch.routing.optimiser.problem import Problem
from dispatch.routing.optimiser.ways import ways

from .posing import base_of, job_of, narrowed, problem_of
from .problem import HalfDay, Routes, Team, Visit
from .searching import searched
from .sifting import impossible

TEAMS = 24  # that may change their routes for one visit
TURNS = 300  # of the search for one place
MUST = 1e7  # minutes: what is made stays made, whatever it costs
FAR_S = 10**9


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a visit was put: routes of the teams near it, its team, its begin, minutes of driving more than before."""

    routes: Routes
    team: str
    begins_s: int
    extra_min: float


class Around:
    """Routes that stand, and for each visit the part of the half-day that may change for it."""

    def __init__(self, half_day: HalfDay, routes: Routes) -> None:
        """:param routes: team -> visits in order, which break nothing"""
        self.half_day = half_day
        self.visits = {visit.id: visit for visit in half_day.visits}
        self.by_depot: dict[str, list[Team]] = {}
        for team in half_day.teams:
            self.by_depot.setdefault(team.depot, []).append(team)
        self._way = ways(Problem(travel=half_day.travel, jobs=(), crews=()))
        self.routes: dict[str, tuple[str, ...]] = dict(routes)

    def part(self, visit: Visit) -> HalfDay:
        """Return the teams that may make a visit, or could with another skill, the nearest ones, and what they make."""
        ours = self.half_day.teams if self.half_day.pooled else self.by_depot.get(visit.depot, ())
        near = sorted(
            ours, key=lambda team: (team.id != visit.pinned, visit.skill not in team.skills, self._far_s(team, visit))
        )
        chosen = {team.id for team in near[:TEAMS]}
        teams = tuple(team for team in ours if team.id in chosen)
        made = tuple(self.visits[name] for team in teams for name in self.routes.get(team.id, ()))
        return replace(self.half_day, teams=teams, visits=made, caps=self._left(chosen))

    def others(self, visit: Visit) -> list[str]:
        """Return the other depots with a team of the visit's skill, the nearest first."""
        first = {
            depot: team
            for depot, teams in self.by_depot.items() if depot != visit.depot
            for team in reversed(teams) if visit.skill in team.skills
        }  # fmt: skip
        return sorted(first, key=lambda depot: (self._far_s(first[depot], visit), depot))

    def model(self, visit: Visit) -> Team | None:
        """Return a team like that which the visit's depot could declare more of; None: nobody knows where it stands."""
        ours = self.by_depot.get(visit.depot)
        if ours:
            return next((team for team in ours if visit.skill in team.skills), ours[0])
        if visit.depot not in self.half_day.bases:
            return None
        lon, lat, place = self.half_day.bases[visit.depot]
        to_s = self.half_day.length_s
        return Team(id="", depot=visit.depot, lon=lon, lat=lat, place=place, skills=(), from_s=0, to_s=to_s)

    def _far_s(self, team: Team, visit: Visit) -> int:
        job = job_of(self.half_day, visit)
        drive_s = self._way(base_of(team), job.at, job)
        return FAR_S if drive_s is None else drive_s

    def _left(self, chosen: set[str]) -> dict[tuple[str, str], int]:
        """Return the declared visits that are left to these teams by the others of their depots."""
        used = self.used(without=chosen)
        return {cell: max(0, most - used[cell]) for cell, most in self.half_day.caps.items()}

    def used(self, *, without: set[str] | None = None) -> Counter[tuple[str, str]]:
        """Return how many visits depots make of each skill, not counting some teams."""
        gone = without or set()
        depots = {team.depot for team in self.half_day.teams if team.id in gone} if without else set(self.by_depot)
        return Counter(
            (depot, self.visits[name].skill)
            for depot in depots for team in self.by_depot[depot] if team.id not in gone
            for name in self.routes.get(team.id, ())
        )  # fmt: skip

    def put(self, part: HalfDay, visit: Visit, *, seed: int) -> Placed | None:
        """
        Return the visit on the routes of a part; None: it was found no place.

        :param part: of this half-day, as it is or changed
        """
        if impossible(part, visit, part.teams) is not None:
            return None
        asked = replace(part, visits=(*(replace(one, price=MUST) for one in part.visits), replace(visit, price=MUST)))
        routes = {team.id: self.routes[team.id] for team in part.teams if self.routes.get(team.id)}
        problem = replace(problem_of(narrowed(asked)), plan=routes)
        found = searched(problem, seed=seed, turns=TURNS)
        course = Course(problem, found)
        begins_s = course.begins_s(visit.id)
        if begins_s is None or breaches(course) or len(course.works) < len(problem.jobs):
            return None
        team = course.of_job[visit.id][0].visits[0].crew.id
        extra_s = driven_s(course) - driven_s(Course(problem, routes))
        every = {one.id: found.get(one.id, ()) for one in part.teams}
        return Placed(every, team, begins_s, extra_s / 60)


def driven_s(course: Course) -> int:
    """Return the seconds of driving of all routes, with the ways home."""
    there = sum(visit.drive_s or 0 for visit in course.attended())
    return there + sum(end.drive_s or 0 for end in course.ends.values())

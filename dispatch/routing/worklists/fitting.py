"""
Whether a further visit can be driven, and where it costs least: every gap of the live routes of many half-days at once.

Each stop has a latest begin from which all later windows and the end at the depot are still kept (forward slack:
Savelsbergh, The vehicle routing problem with time windows, 1992), so a gap is judged by its two drives alone. Times are
seconds from each half-day's begin. Pure; arrays have a row for each team, a column for each stop or gap.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dispatch.kit.words import Labelled
from dispatch.routing.optimiser.problem import ByLine, ByMatrix, Place, Travel
from dispatch.routing.optimiser.ways import metres

from .problem import Team, Visit
from .routes import NEVER_S, Route, may

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
FAR = float("inf")


class Lack(Labelled):
    """The rule that keeps a visit out of a half-day's routes."""

    SKILL = "skill", "没有能做的队伍"
    MOST = "most", "各队户数已满"
    WORK = "work", "作业时长放不下"
    WINDOW = "window", "约定时段内赶不到"
    LATER = "later", "会误后面客户的时段"
    BACK = "back", "收工前回不到班所"


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """
    Routes as arrays. Teams: ``half`` (which half-day it belongs to, from 0), ``lon, lat, from_s, to_s, pause_from_s,
    pause_to_s, spare`` (visits that it may still get). Stops, padded to (teams, longest): ``stop_lon, stop_lat,
    opens_s, shuts_s, work_s``; ``drive_s`` has one column more: to each stop, then home. ``count``: stops of a team.
    """

    half: Ints
    lon: Floats
    lat: Floats
    from_s: Floats
    to_s: Floats
    pause_from_s: Floats
    pause_to_s: Floats
    spare: Floats
    count: Ints
    stop_lon: Floats
    stop_lat: Floats
    opens_s: Floats
    shuts_s: Floats
    work_s: Floats
    drive_s: Floats

    @property
    def nodes(self) -> tuple[Floats, Floats]:
        """Degrees of the depot and the stops of each team, shape (teams, longest + 1)."""
        return np.column_stack([self.lon, self.stop_lon]), np.column_stack([self.lat, self.stop_lat])


@dataclass(frozen=True, slots=True)
class Gaps:
    """
    What a gap leaves, shape (teams, longest + 1).

    :param free_s: when the team can leave the node before
    :param bound_s: by when the node after must begin, or the team be back
    :param real: the gap exists, and its team may get a visit more
    """

    columns: Columns
    free_s: Floats
    bound_s: Floats
    real: Bools


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The visit that is to be fitted in; windows of each team's half-day, shape (teams,)."""

    opens_s: Floats
    shuts_s: Floats
    work_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """
    The cheapest place on a half-day's routes.

    :param team: row of the columns
    :param position: visits before it on the route
    :param extra_s: driving that it adds
    """

    team: int
    position: int
    arrives_s: int
    begins_s: int
    extra_s: int


@dataclass(frozen=True, slots=True)
class Misfit:
    """Why a half-day's routes have no place: the rule that lacks least, and how many seconds it lacks."""

    rule: Lack
    lacks_s: int = 0


Outcome = Fit | Misfit


def pushed(columns: Columns, begins_s: Floats, work_s: Floats | float) -> Floats:
    """Return when work begins that could begin then: not while its team pauses. Shape (teams,) or (teams, any)."""
    from_s, to_s = columns.pause_from_s, columns.pause_to_s
    if begins_s.ndim == 2:
        from_s, to_s = from_s[:, None], to_s[:, None]
    hit = (begins_s < to_s) & (begins_s + work_s > from_s)
    return np.where(hit, to_s, begins_s)


def gaps(columns: Columns) -> Gaps:
    """Carry the routes out forward, and their slack backward."""
    teams, longest = columns.stop_lon.shape
    free_s = np.empty((teams, longest + 1))
    bound_s = np.empty((teams, longest + 1))
    free_s[:, 0] = columns.from_s
    for k in range(longest):
        work_s = columns.work_s[:, k]
        begins_s = np.maximum(free_s[:, k] + columns.drive_s[:, k], columns.opens_s[:, k])
        free_s[:, k + 1] = pushed(columns, begins_s, work_s) + work_s
    bound_s[:, longest] = columns.to_s
    for k in range(longest - 1, -1, -1):
        there = k < columns.count
        work_s = columns.work_s[:, k]
        latest_s = np.minimum(columns.shuts_s[:, k], bound_s[:, k + 1] - columns.drive_s[:, k + 1] - work_s)
        hit = (latest_s < columns.pause_to_s) & (latest_s + work_s > columns.pause_from_s)
        latest_s = np.where(hit, columns.pause_from_s - work_s, latest_s)
        bound_s[:, k] = np.where(there, latest_s, columns.to_s)
    real = np.arange(longest + 1)[None, :] <= columns.count[:, None]
    return Gaps(columns, free_s, bound_s, real & (columns.spare[:, None] > 0))


@dataclass(frozen=True, eq=False)
class Best:
    """
    The cheapest place of each half-day as arrays, shape (halves,); why there is none is found when somebody asks.

    :param team: row of the columns; -1: the half-day has no place for the visit
    :param position: visits before it on the route
    :param late_s, over_s: by how much each gap misses the window of the visit, and what comes after it
    """

    gaps: Gaps
    asked: Asked
    late_s: Floats
    over_s: Floats
    team: Ints
    position: Ints
    arrives_s: Ints
    begins_s: Ints
    extra_s: Ints

    @property
    def fits(self) -> Bools:
        return self.team >= 0

    def outcome(self, half: int) -> Outcome:
        """Return the place of a half-day, or why it has none."""
        if self.team[half] < 0:
            return self._misfits[half]
        return Fit(
            team=int(self.team[half]), position=int(self.position[half]), arrives_s=int(self.arrives_s[half]),
            begins_s=int(self.begins_s[half]), extra_s=int(self.extra_s[half]),
        )  # fmt: skip

    @cached_property
    def _misfits(self) -> dict[int, Misfit]:
        return _explained(self)


def best(found: Gaps, asked: Asked, *, into_s: Floats, back_s: Floats, halves: int) -> Best:
    """
    Return for each half-day the cheapest place for a visit, of equals the earliest; or that there is none.

    :param into_s, back_s: seconds from each node (``Columns.nodes``) to the visit, and from the visit to it; ``inf``:
        no way
    :param halves: how many half-days there are; one without a team has none with the skill
    """
    columns = found.columns
    onward_s = onward(columns, back_s)
    arrives_s = found.free_s + into_s
    begins_s = pushed(columns, np.maximum(arrives_s, asked.opens_s[:, None]), asked.work_s)
    late_s = begins_s - asked.shuts_s[:, None]
    over_s = begins_s + asked.work_s + onward_s - found.bound_s
    ok = found.real & (late_s <= 0) & (over_s <= 0)
    cost_s = np.where(ok, into_s + onward_s - columns.drive_s, FAR)
    least_s = np.full(halves, FAR)
    np.minimum.at(least_s, columns.half, cost_s.min(axis=1))
    rows, cells = np.nonzero(ok & (cost_s == least_s[columns.half][:, None]))  # a few of each half-day
    order = np.lexsort((cells, rows, begins_s[rows, cells], columns.half[rows]))
    half, first = np.unique(columns.half[rows][order], return_index=True)
    rows, cells = rows[order][first], cells[order][first]

    def of_halves(values: ArrayLike, none: int = 0) -> Ints:
        table = np.full(halves, none, np.int64)
        table[half] = values
        return table

    return Best(
        found, asked, late_s, over_s, of_halves(rows, -1), of_halves(cells), of_halves(arrives_s[rows, cells]),
        of_halves(begins_s[rows, cells]), of_halves(cost_s[rows, cells]),
    )  # fmt: skip


def fits(found: Gaps, asked: Asked, *, into_s: Floats, back_s: Floats, halves: int) -> list[Outcome]:
    """Return the cheapest place of each half-day, or why there is none; as ``best``."""
    made = best(found, asked, into_s=into_s, back_s=back_s, halves=halves)
    return [made.outcome(half) for half in range(halves)]


def onward(columns: Columns, back_s: Floats) -> Floats:
    """Return the drive from a visit in each gap to what comes after it: the next stop, or home after the last."""
    shifted = np.column_stack([back_s[:, 1:], back_s[:, :1]])
    last = np.arange(back_s.shape[1])[None, :] == columns.count[:, None]
    return np.where(last, back_s[:, :1], shifted)


def _explained(made: Best) -> dict[int, Misfit]:
    """Return of each half-day without a place which rule lacks least."""
    found, asked, halves = made.gaps, made.asked, len(made.team)
    columns, half = found.columns, found.columns.half
    lacks_s = np.where(found.real, np.maximum(made.late_s, made.over_s), FAR)
    gap, rows = np.argmin(lacks_s, axis=1), np.arange(len(half))
    order = np.lexsort((rows, lacks_s[rows, gap], half))
    begins_s = pushed(columns, np.maximum(columns.from_s, asked.opens_s), asked.work_s)
    least_s = np.full(halves, FAR)
    np.minimum.at(least_s, half, np.maximum(begins_s - asked.shuts_s, begins_s + asked.work_s - columns.to_s))
    spare = np.bincount(half, weights=columns.spare > 0, minlength=halves)
    answer = {n: Misfit(Lack.SKILL) for n in np.flatnonzero(made.team < 0).tolist()}
    for row in order[np.unique(half[order], return_index=True)[1]].tolist():
        n, k = int(half[row]), int(gap[row])
        if n not in answer:
            continue
        if not spare[n]:
            answer[n] = Misfit(Lack.MOST)
        elif least_s[n] > 0:
            answer[n] = Misfit(Lack.WORK, int(least_s[n]))
        else:
            rule = Lack.BACK if k == columns.count[row] else Lack.LATER
            rule = Lack.WINDOW if made.late_s[row, k] > 0 else rule
            answer[n] = Misfit(rule, int(min(lacks_s[row, k], NEVER_S)))
    return answer


def laid(routes: Sequence[Route], half: Sequence[int] | None = None) -> Columns:
    """
    Return routes as columns.

    :param half: to which half-day each belongs, from 0; None: all to one
    """
    longest = max((len(route.visits) for route in routes), default=0)
    teams = [route.team for route in routes]

    def stops(value: Sequence[Sequence[float]], width: int = longest) -> Floats:
        table = np.zeros((len(routes), width))
        for row, line in enumerate(value):
            table[row, : len(line)] = line
        return table

    return Columns(
        half=np.asarray(half if half is not None else [0] * len(routes), np.int64),
        lon=_of([team.lon for team in teams]),
        lat=_of([team.lat for team in teams]),
        from_s=_of([team.from_s for team in teams]),
        to_s=_of([team.to_s for team in teams]),
        pause_from_s=_of([FAR if team.pause_s is None else team.pause_s[0] for team in teams]),
        pause_to_s=_of([-FAR if team.pause_s is None else team.pause_s[1] for team in teams]),
        spare=_of([_spare(route) for route in routes]),
        count=np.array([len(route.visits) for route in routes], np.int64),
        stop_lon=stops([[visit.lon for visit in route.visits] for route in routes]),
        stop_lat=stops([[visit.lat for visit in route.visits] for route in routes]),
        opens_s=stops([[visit.window_s[0] for visit in route.visits] for route in routes]),
        shuts_s=stops([[visit.window_s[1] for visit in route.visits] for route in routes]),
        work_s=stops([[visit.work_s for visit in route.visits] for route in routes]),
        drive_s=stops([route.drives_s for route in routes], longest + 1),
    )


def _of(values: ArrayLike) -> Floats:
    return np.asarray(values, np.float64)


def _spare(route: Route) -> float:
    return FAR if route.team.most is None else route.team.most - len(route.visits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Insertion:
    """A place for a visit: on whose route, after how many others, when, and what it costs (s)."""

    team: str
    position: int
    into_s: int
    onward_s: int
    arrives_s: int
    begins_s: int
    extra_s: int


def places(visit: Visit, routes: Sequence[Route], travel: Travel) -> Insertion | Misfit:
    """Return the cheapest feasible insertion of a visit into the routes of one half-day, or which rule binds."""
    able = [route for route in routes if may(route.team, visit)]
    if not able:
        return Misfit(Lack.SKILL)
    columns = laid(able)
    into_s, back_s = ways(visit, able, travel)
    return cheapest(visit, able, columns, into_s=into_s, back_s=back_s)


def cheapest(
    visit: Visit, routes: Sequence[Route], columns: Columns, *, into_s: Floats, back_s: Floats
) -> Insertion | Misfit:
    """Return the cheapest place on one half-day's routes, laid out as columns, all of teams that may make the visit."""
    opens_s, shuts_s = (np.full(len(routes), float(edge)) for edge in visit.window_s)
    asked = Asked(opens_s=opens_s, shuts_s=shuts_s, work_s=visit.work_s)
    (found,) = fits(gaps(columns), asked, into_s=into_s, back_s=back_s, halves=1)
    return insertion(found, routes, into_s, onward(columns, back_s))


def insertion(found: Outcome, routes: Sequence[Route], into_s: Floats, onward_s: Floats) -> Insertion | Misfit:
    """Return a place by its team's name, with its two drives."""
    if isinstance(found, Misfit):
        return found
    row, k = found.team, found.position
    return Insertion(
        team=routes[row].team.id, position=k, into_s=int(into_s[row, k]), onward_s=int(onward_s[row, k]),
        arrives_s=found.arrives_s, begins_s=found.begins_s, extra_s=found.extra_s,
    )  # fmt: skip


def ways(visit: Visit, routes: Sequence[Route], travel: Travel) -> tuple[Floats, Floats]:
    """Return the seconds from each node to the visit, and from the visit to each node; ``inf``: no way."""
    width = max((len(route.visits) for route in routes), default=0) + 1
    into_s, back_s = np.full((len(routes), width), FAR), np.full((len(routes), width), FAR)
    for row, route in enumerate(routes):
        nodes: list[Team | Visit] = [route.team, *route.visits]
        for k, node in enumerate(nodes):
            into_s[row, k] = seconds(travel, node, visit, visit.area_class)
            back_s[row, k] = seconds(travel, visit, node, _class_of(node, visit))
    return into_s, back_s


def _class_of(node: Team | Visit, leaving: Visit) -> str:
    """A drive counts by the class of the visit that it leads to; the drive home by that of the one it leaves."""
    return node.area_class if isinstance(node, Visit) else leaving.area_class


def seconds(travel: Travel, start: Team | Visit, end: Team | Visit, area_class: str) -> float:
    """Return how long a drive takes by ``docs/formats.md``; ``inf``: no way."""
    if isinstance(travel, ByMatrix):
        found = travel.seconds[start.place][end.place]
        return FAR if found < 0 else float(found)
    if isinstance(travel, ByLine):
        straight_m = metres(Place(lon=start.lon, lat=start.lat), Place(lon=end.lon, lat=end.lat))
        return float(round(straight_m * travel.detour[area_class] * 3.6 / travel.speed_kmh[area_class]))
    raise TypeError(f"half-days know no travel by {type(travel).__name__}")

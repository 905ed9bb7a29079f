"""
A half-day's visits and the teams that its depots declared: the shapes that the rest of the room works on.

Times are whole seconds from the half-day's begin (``_s``), places degrees (WGS-84, ``lon, lat``). Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from dispatch.routing.optimiser.problem import Travel

Routes = Mapping[str, tuple[str, ...]]  # team -> visits in order


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """
    One of the teams that a depot declared for a kind of visit in town or country.

    :param id: ``depot/kind/area_class/number``, number from 1
    :param skills: kinds of visit that it makes, each with its area class: ``survey/urban``; more where a person said so
    :param from_s: begin of its work; it stands at its depot then
    :param to_s: it must be back at its depot by then
    :param pause_s: (from, to) in which it does not work; driving may overlap it
    :param most: visits; None: as many as fit
    """

    id: str
    depot: str
    lon: float
    lat: float
    skills: tuple[str, ...]
    from_s: int
    to_s: int
    pause_s: tuple[int, int] | None = None
    most: int | None = None
    place: int = 0  # row of the matrix, where ways go by road


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """
    One booked visit.

    :param window_s: (first, last) second in which work may begin, both included
    :param price: what leaving it out costs, in minutes of driving
    :param pinned: id of the only team that may make it
    :param depot: whose place it took; its team comes from there unless depots are pooled
    """

    id: str
    depot: str
    lon: float
    lat: float
    kind: str
    area_class: str
    work_s: int
    window_s: tuple[int, int]
    price: float
    pinned: str | None = None
    place: int = 0  # row of the matrix, where ways go by road

    @property
    def skill(self) -> str:
        return f"{self.kind}/{self.area_class}"


@dataclass(frozen=True, slots=True, kw_only=True)
class HalfDay:
    """
    What one list, or the lists of pooled depots, are made from.

    :param name: for people and for the seed
    :param length_s: of the half-day
    :param pooled: a visit may be made by a team of another depot of the list
    :param caps: visits that a depot declared of a kind and area class: (depot, ``kind/area_class``) -> visits
    :param bases: depot -> (lon, lat, row of the matrix); asked only of depots that declared no team
    """

    name: str
    length_s: int
    travel: Travel
    teams: tuple[Team, ...]
    visits: tuple[Visit, ...]
    pooled: bool = False
    caps: Mapping[tuple[str, str], int] = field(default_factory=dict)
    bases: Mapping[str, tuple[float, float, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """One visit on a team's route: leaves the place before, drives, arrives, begins (after waiting), ends."""

    visit: str
    drive_s: int
    arrives_s: int
    begins_s: int
    ends_s: int


@dataclass(frozen=True, slots=True)
class Left:
    """Why a visit stands on no route, and what would help, the cheapest first; both in words, found by solving."""

    code: str
    sentence: str
    helps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class List:
    """
    A made list.

    :param routes: team -> stops in order; teams without a visit are missing
    :param home_s: team -> when it is back at its depot
    :param left: visits on no route
    :param cost: rule -> cost in minutes of driving, by the independent scorer
    :param made_by: solver, seed, iterations
    """

    routes: Mapping[str, tuple[Stop, ...]]
    home_s: Mapping[str, int]
    left: Mapping[str, Left]
    cost: Mapping[str, float]
    made_by: Mapping[str, str | int]

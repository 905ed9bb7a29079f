"""
A half-day's list (派工清单) of one depot, as it was frozen and as it stands. Pure; domain 7.2.

Who makes it is the desk's matter (``routing.worklists`` plans, the desk maps); what may happen to it stands here.
"""

from datetime import date, datetime

from pydantic import Field

from .declaration import Frozen
from .words import Appointment, Half, ListState, VisitArea, VisitKind, VisitOutcome


class ListedStop(Frozen):
    """
    One visit on a team's route; degrees WGS-84.

    :param from_at: what the customer was promised, with ``to_at``
    :param drive_s: from the stop before, or from the depot
    :param outcome: what became of it; None: not known yet
    """

    booking_id: str
    kind: VisitKind
    area_class: VisitArea
    appointment: Appointment
    account_no: str
    text: str = ""
    lon: float
    lat: float
    from_at: datetime
    to_at: datetime
    drive_s: int
    arrives_at: datetime
    begins_at: datetime
    ends_at: datetime
    urgent: bool = False
    outcome: VisitOutcome | None = None


class Errand(Frozen):
    """
    A repair that a team's crew was sent to: the team goes on from there when it is over; degrees WGS-84.

    :param until_at: expected end of the repair; when it is over, its end
    :param over: the crew is off the repair: the team is back
    """

    ticket_no: str
    from_at: datetime
    until_at: datetime
    lon: float
    lat: float
    over: bool = False


class ListedTeam(Frozen):
    """
    A declared team and its route.

    :param team: ``depot/kind/area_class/number``
    :param persons: as the depot named them
    :param crew_id: of the repair crew whose people they are; None: none
    :param withdrawn: why it does not go (any more); empty: it goes
    :param gave_way: withdrawn for the time of the county's mode; it comes back with its end
    :param home_at: back at the depot; None: it has no visit
    """

    team: str
    persons: tuple[str, ...] = ()
    crew_id: str | None = None
    from_at: datetime
    to_at: datetime
    stops: tuple[ListedStop, ...] = ()
    home_at: datetime | None = None
    withdrawn: str = ""
    gave_way: bool = False
    errand: Errand | None = None

    @property
    def label(self) -> str:
        """The team in words, without its depot: ``查勘(城区)1队``."""
        return team_label(self.team)


class LeftOut(Frozen):
    """A visit that no team makes: why, and what would help, the cheapest first."""

    booking_id: str
    code: str
    sentence: str
    helps: tuple[str, ...] = ()
    outcome: VisitOutcome | None = None


class Worklist(Frozen):
    """
    The list of one depot's half-day.

    :param pooled: teams of the county's other depots could make its visits, and its teams theirs
    :param cost: rule -> minutes of driving, of the plan it is part of
    :param made_by: solver, seed, iterations; ``failure``: why it was not the search
    :param note: what a reader must know of how it was made; empty: nothing
    :param asked_at: when the depot was asked for visits that arrived and did not finish; None: not yet
    """

    depot: str
    area: str
    date: date
    half: Half
    version: int
    state: ListState
    frozen_at: datetime
    teams: tuple[ListedTeam, ...]
    left_out: tuple[LeftOut, ...] = ()
    pooled: bool = False
    cost: dict[str, float] = Field(default_factory=dict)
    made_by: dict[str, str | int] = Field(default_factory=dict)
    note: str = ""
    pack: str
    asked_at: datetime | None = None


def team_label(team: str) -> str:
    """Return a team in words, without its depot: ``查勘(城区)1队``."""
    _, kind, area_class, number = team.rsplit("/", 3)
    return f"{VisitKind(kind).label}({VisitArea(area_class).label}){number}队"


def team_id(depot: str, kind: VisitKind, area_class: VisitArea, number: int) -> str:
    """Return the name of a declared team; ``number`` from 1."""
    return f"{depot}/{kind.value}/{area_class.value}/{number}"

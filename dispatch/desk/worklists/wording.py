"""How a list's reasons name things: depots and teams by their names, moments by the clock of China."""

from dataclasses import replace

from dispatch.capacity.words import VisitArea, VisitKind
from dispatch.capacity.worklist import team_label
from dispatch.desk.room import Desk
from dispatch.kit.clock import CHINA
from dispatch.routing.optimiser.words import Naming
from dispatch.routing.worklists.words import NAMING

from .drawing import instant
from .posing import Known, span_of


def naming_of(desk: Desk, known: Known) -> Naming:
    """Return the words for a half-day."""
    span = span_of(desk, known.date, known.half)
    accounts = {one.id: f"户号 {one.account_no}" for one in known.bookings}

    def crew(team: str) -> str:
        if team.count("/") < 3:  # a team that is only thought of
            return team
        depot = f"{_name(desk, team.rsplit('/', 3)[0])} " if known.pooled else ""
        return f"{depot}{team_label(team)}"

    return replace(
        NAMING,
        crew=crew,
        job=lambda booking: accounts.get(booking, booking),
        depot=lambda code: _name(desk, code),
        kind=kind,
        clock=lambda second: f"{instant(span, second).astimezone(CHINA):%H:%M}",
    )


def kind(skill: str) -> str:
    """Return a kind of visit with its area class in words: ``查勘(城区)``."""
    name, _, area_class = skill.partition("/")
    return f"{VisitKind(name).label}({VisitArea(area_class).label})"


def _name(desk: Desk, code: str) -> str:
    area = desk.areas.find(code)
    return code if area is None else area.name

"""How a list's reasons name things: depots and teams by their names, moments by the clock of China."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dispatch.capacity.words import VisitArea, VisitKind
from dispatch.capacity.worklist import team_label
from dispatch.kit.clock import CHINA
from dispatch.routing.optimiser.words import Naming
from dispatch.routing.worklists.words import NAMING


@dataclass(frozen=True, slots=True)
class Words:
    """
    The names of a half-day; plain values, which another process can be given.

    :param begins_at: of the half-day
    :param depots: code -> name
    :param accounts: booking -> account number of its customer
    :param pooled: depots make each other's visits, so that a team is named with its depot
    """

    begins_at: datetime
    depots: Mapping[str, str]
    accounts: Mapping[str, str]
    pooled: bool


def naming_of(words: Words) -> Naming:
    """Return the words for a half-day."""

    def depot(code: str) -> str:
        return words.depots.get(code, code)

    def crew(team: str) -> str:
        if team.count("/") < 3:  # a team that is only thought of
            return team
        whose = f"{depot(team.rsplit('/', 3)[0])} " if words.pooled else ""
        return f"{whose}{team_label(team)}"

    def job(booking: str) -> str:
        account = words.accounts.get(booking)
        return booking if account is None else f"户号 {account}"

    def clock(second: int) -> str:
        moment = words.begins_at + timedelta(seconds=second)
        return f"{moment.astimezone(CHINA):%H:%M}"

    return replace(NAMING, crew=crew, job=job, depot=depot, kind=kind, clock=clock)


def kind(skill: str) -> str:
    """Return a kind of visit with its area class in words: ``查勘(城区)``."""
    name, _, area_class = skill.partition("/")
    return f"{VisitKind(name).label}({VisitArea(area_class).label})"

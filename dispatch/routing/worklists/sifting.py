"""Visits that no list can have, whatever the routes: found before any search."""

from collections.abc import Sequence
from dataclasses import replace

from .posing import able, whose
from .problem import HalfDay, Team, Visit
from .words import LeftWhy


def sifted(half_day: HalfDay) -> tuple[HalfDay, dict[str, LeftWhy]]:
    """Return the half-day with the visits that some team may make, and why each of the others may not be made."""
    skilled: dict[tuple[str, str], list[Team]] = {}
    for team in half_day.teams:
        for skill in team.skills:
            skilled.setdefault((whose(half_day, team.depot), skill), []).append(team)
    why = {}
    for visit in half_day.visits:
        teams = skilled.get((whose(half_day, visit.depot), visit.skill), ())
        if (found := impossible(half_day, visit, teams)) is not None:
            why[visit.id] = found
    return replace(half_day, visits=tuple(visit for visit in half_day.visits if visit.id not in why)), why


def impossible(half_day: HalfDay, visit: Visit, teams: Sequence[Team]) -> LeftWhy | None:
    """
    Return why no team may make a visit, if that is so.

    :param teams: of the half-day, at least all that might
    """
    free = replace(visit, pinned=None)
    if not any(able(half_day, team, free) for team in teams):
        return LeftWhy.NO_TEAM
    if visit.pinned is not None and (pin := _pin(half_day, visit)) is not None:
        return pin
    teams = [team for team in teams if able(half_day, team, visit)]
    opens, shuts = max(0, visit.window_s[0]), min(visit.window_s[1], half_day.length_s)
    if opens > shuts or all(shuts < team.from_s or opens >= team.to_s for team in teams):
        return LeftWhy.OUTSIDE
    if all(max(opens, team.from_s) + visit.work_s > team.to_s for team in teams):
        return LeftWhy.TOO_LONG
    return None


def _pin(half_day: HalfDay, visit: Visit) -> LeftWhy | None:
    """Return what stands against the team that the visit is pinned to."""
    team = next((team for team in half_day.teams if team.id == visit.pinned), None)
    if team is None:
        return LeftWhy.PIN_UNKNOWN
    return None if able(half_day, team, visit) else LeftWhy.PIN_UNABLE

"""The validator itself: whatever is done to a good list, it is found."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from dispatch.routing.worklists.making import make
from dispatch.routing.worklists.problem import HalfDay, Left, List, Stop

from .halfdays import HOUR, MIN, half_day, team, visit
from .validator import faults

SECOND = "石浦/survey/urban/2"


def good() -> tuple[HalfDay, List]:
    """Return a half-day and its list, in which everything is asked for."""
    teams = [team(pause_s=(HOUR, HOUR + 10 * MIN), most=4), team(SECOND, to_s=2 * HOUR)]
    visits = [visit(f"v{i}", km=1.0 + i, window_s=(0, 2 * HOUR)) for i in range(5)]
    asked = half_day(teams, [*visits, visit("pinned", pinned=SECOND)], caps={("石浦", "survey/urban"): 6})
    return asked, make(asked, seed=1, iterations=100)


def shifted(made: List, **changed: int) -> List:
    """Return the list with the first stop of its first route changed by so much."""
    name, (first, *rest) = next(iter(made.routes.items()))
    first = replace(first, **{field: getattr(first, field) + by for field, by in changed.items()})
    return replace(made, routes={**made.routes, name: (first, *rest)})


def without_first(made: List) -> List:
    name, stops = next(iter(made.routes.items()))
    return replace(made, routes={**made.routes, name: stops[1:]})


def all_teams(day: HalfDay, **changed: Any) -> HalfDay:
    return replace(day, teams=tuple(replace(one, **changed) for one in day.teams))


def all_visits(day: HalfDay, **changed: Any) -> HalfDay:
    return replace(day, visits=tuple(replace(one, **changed) for one in day.visits))


SPOILT: dict[str, Callable[[HalfDay, List], tuple[HalfDay, List]]] = {
    "sooner than the road allows": lambda day, made: (
        day, shifted(made, drive_s=-60, arrives_s=-60, begins_s=-60, ends_s=-60)
    ),
    "begun before arrival": lambda day, made: (day, shifted(made, begins_s=-1)),
    "begun too late": lambda day, made: (day, shifted(made, begins_s=60, ends_s=60)),
    "shorter than booked": lambda day, made: (day, shifted(made, ends_s=-60)),
    "a visit lost": lambda day, made: (day, without_first(made)),
    "home at another time": lambda day, made: (
        day, replace(made, home_s={name: at_s + 90 for name, at_s in made.home_s.items()})
    ),
    "another cost": lambda day, made: (day, replace(made, cost={**made.cost, "travel": made.cost["travel"] + 1})),
    "left out and made": lambda day, made: (day, replace(made, left={"v0": Left("FULL", "申报的户数已用完")})),
    "left out for no reason": lambda day, made: (
        replace(day, visits=(*day.visits, visit("new"))), replace(made, left={"new": Left("FULL", "")})
    ),
    "a stranger's visit": lambda day, made: (replace(day, visits=day.visits[1:]), made),
    "a stranger's team": lambda day, made: (replace(day, teams=day.teams[:1]), made),
    "more than declared": lambda day, made: (replace(day, caps={("石浦", "survey/urban"): 5}), made),
    "more than the team may": lambda day, made: (all_teams(day, most=1), made),
    "without the skill": lambda day, made: (all_teams(day, skills=()), made),
    "of another depot": lambda day, made: (all_visits(day, depot="西周"), made),
    "another team than pinned": lambda day, made: (all_visits(day, pinned="石浦/survey/urban/1"), made),
    "outside the window": lambda day, made: (all_visits(day, window_s=(0, 60)), made),
    "after the team's end": lambda day, made: (all_teams(day, to_s=HOUR), made),
    "in the pause": lambda day, made: (all_teams(day, pause_s=(0, 3 * HOUR)), made),
}  # fmt: skip


def test_a_good_list_has_no_faults() -> None:
    asked, made = good()
    assert made.left == {}
    assert faults(asked, made) == []


@pytest.mark.parametrize("what", SPOILT)
def test_a_spoilt_list_is_found_out(what: str) -> None:
    assert faults(*SPOILT[what](*good()))


def test_a_route_of_nothing_is_found_out() -> None:
    asked, made = good()
    empty: tuple[Stop, ...] = ()
    assert faults(replace(asked, teams=(*asked.teams, team("石浦/survey/urban/3"))),
                  replace(made, routes={**made.routes, "石浦/survey/urban/3": empty}))  # fmt: skip

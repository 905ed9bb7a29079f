"""A visit is said to fit where the independent scorer finds nothing broken, and nowhere else (brute force)."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.routing.optimiser.files.writing import json_of_plan, json_of_problem
from dispatch.routing.optimiser.problem import ByLine, ByMatrix, Plan
from dispatch.routing.optimiser.problem import Travel as Ways
from dispatch.routing.optimiser.scorer import score
from dispatch.routing.worklists import fitting
from dispatch.routing.worklists.fitting import Insertion, Lack, Misfit
from dispatch.routing.worklists.posing import problem_of
from dispatch.routing.worklists.problem import HalfDay, Team, Visit
from dispatch.routing.worklists.routes import Route

LENGTH_S = 14_400
LINE = ByLine(speed_kmh={"urban": 25.0, "rural": 40.0}, detour={"urban": 1.3, "rural": 1.4})
SKILL = "survey/urban"


def team(number: int = 1, **said: object) -> Team:
    usual: dict[str, object] = {
        "id": f"d/survey/urban/{number}", "depot": "d", "lon": 121.8, "lat": 29.4, "skills": (SKILL,), "from_s": 0,
        "to_s": LENGTH_S,
    }  # fmt: skip
    return Team(**(usual | said))  # type: ignore[arg-type]


def visit(name: str = "new", **said: object) -> Visit:
    usual: dict[str, object] = {
        "id": name, "depot": "d", "lon": 121.81, "lat": 29.41, "kind": "survey", "area_class": "urban", "work_s": 2400,
        "window_s": (0, LENGTH_S), "price": 480.0,
    }  # fmt: skip
    return Visit(**(usual | said))  # type: ignore[arg-type]


def broken(routes: Sequence[Route], travel: Ways) -> dict[str, int]:
    """Return what the routes break, by the scorer that shares no code with what made them."""
    half_day = HalfDay(
        name="x", length_s=LENGTH_S, travel=travel, teams=tuple(route.team for route in routes),
        visits=tuple(visit for route in routes for visit in route.visits),
    )  # fmt: skip
    order = {route.team.id: tuple(visit.id for visit in route.visits) for route in routes if route.visits}
    found = score(json_of_problem(problem_of(half_day)), json_of_plan(Plan(problem="x", routes=order)))
    return {kind: n for kind, n in found["violations"].items() if n}


def put(routes: Sequence[Route], new: Visit, found: Insertion) -> list[Route]:
    return [
        route.inserted(found.position, new, into_s=found.into_s, onward_s=found.onward_s)
        if route.team.id == found.team
        else route
        for route in routes
    ]


def anywhere(routes: Sequence[Route], new: Visit, travel: Ways) -> list[tuple[str, int]]:
    """Return every place that breaks nothing, by trying them all."""
    found = []
    for row, route in enumerate(routes):
        for k in range(len(route.visits) + 1):
            tried = [*routes]
            tried[row] = route.inserted(k, new, into_s=0, onward_s=0)
            if not broken(tried, travel):
                found.append((route.team.id, k))
    return found


spots = st.tuples(st.floats(121.6, 122.0), st.floats(29.2, 29.6))
windows = st.one_of(
    st.just((0, LENGTH_S)),
    st.tuples(st.integers(0, LENGTH_S), st.integers(0, LENGTH_S)).map(lambda two: (min(two), max(two))),
)


@st.composite
def half_days(draw: st.DrawFn) -> tuple[list[Route], list[Visit], Ways]:
    """Return empty routes, visits to put in one after the other, and the ways between them."""
    pauses = st.one_of(st.none(), st.just((6000, 8400)))
    teams = [
        team(n, lon=lon, lat=lat, pause_s=draw(pauses), most=draw(st.sampled_from([None, None, 1, 3])),
             from_s=draw(st.sampled_from([0, 0, 1800])), to_s=draw(st.sampled_from([LENGTH_S, LENGTH_S, 9000])))
        for n, (lon, lat) in enumerate(draw(st.lists(spots, min_size=1, max_size=3)), 1)
    ]  # fmt: skip
    visits = [
        visit(f"v{n}", lon=lon, lat=lat, window_s=draw(windows), work_s=draw(st.sampled_from([0, 600, 2400, 4000])))
        for n, (lon, lat) in enumerate(draw(st.lists(spots, min_size=1, max_size=8)))
    ]
    if draw(st.booleans()):
        return [Route(team=each) for each in teams], visits, LINE
    size = len(teams) + len(visits)
    table = draw(st.lists(st.sampled_from([-1, 0, 60, 900, 2400, 5000]), min_size=size * size, max_size=size * size))
    matrix = ByMatrix(seconds=tuple(tuple(table[i * size : (i + 1) * size]) for i in range(size)))
    routes = [Route(team=replace(each, place=i)) for i, each in enumerate(teams)]
    return routes, [replace(each, place=len(teams) + i) for i, each in enumerate(visits)], matrix


@given(half_days())
def test_what_is_said_to_fit_breaks_nothing_and_what_is_refused_fits_nowhere(
    drawn: tuple[list[Route], list[Visit], Ways],
) -> None:
    routes, visits, travel = drawn
    for new in visits:
        found = fitting.places(new, routes, travel)
        possible = anywhere(routes, new, travel)
        if isinstance(found, Misfit):
            assert possible == [], f"{found} although {possible}"
            continue
        assert (found.team, found.position) in possible
        routes = put(routes, new, found)
        assert broken(routes, travel) == {}
        (mine,) = [route for route in routes if route.team.id == found.team]
        assert mine.holds()
        stop = mine.stops()[found.position]
        assert (stop.arrives_s, stop.begins_s) == (found.arrives_s, found.begins_s)


@given(half_days())
def test_the_cheapest_place_is_taken(drawn: tuple[list[Route], list[Visit], Ways]) -> None:
    routes, visits, travel = drawn
    for new in visits:
        found = fitting.places(new, routes, travel)
        if isinstance(found, Misfit):
            continue
        into_s, back_s = fitting.ways(new, routes, travel)
        columns = fitting.laid(routes)
        extra_s = into_s + fitting.onward(columns, back_s) - columns.drive_s
        names = {route.team.id: row for row, route in enumerate(routes)}
        assert found.extra_s == min(extra_s[names[name], k] for name, k in anywhere(routes, new, travel))
        routes = put(routes, new, found)


def full(*visits: Visit, **said: object) -> list[Route]:
    """Return one team's route with these visits in the order in which they come cheapest."""
    routes = [Route(team=team(**said))]
    for each in visits:
        found = fitting.places(each, routes, LINE)
        assert isinstance(found, Insertion), found
        routes = put(routes, each, found)
    return routes


@pytest.mark.parametrize(
    ("new", "before", "rule"),
    [
        (visit(kind="metering"), (), Lack.SKILL),
        (visit(pinned="d/survey/urban/9"), (), Lack.SKILL),
        (visit(work_s=15_000), (), Lack.WORK),
        (visit(window_s=(13_000, 14_400)), (), Lack.WORK),
        (visit(lon=122.8, window_s=(0, 3600), work_s=60), (), Lack.WINDOW),
        (visit(lon=122.1, work_s=9000), (), Lack.BACK),
        (visit(window_s=(0, 600)), (visit("a", window_s=(0, 300)),), Lack.WINDOW),
        (visit(), (visit("a", window_s=(600, 700), work_s=6000), visit("b", window_s=(8000, 8100), work_s=5000)),
         Lack.LATER),
    ],
)  # fmt: skip
def test_a_refusal_names_the_rule_that_binds(new: Visit, before: tuple[Visit, ...], rule: Lack) -> None:
    found = fitting.places(new, full(*before), LINE)
    assert isinstance(found, Misfit)
    assert found.rule is rule


def test_a_team_that_has_its_most_gets_no_further_visit() -> None:
    assert fitting.places(visit(), full(visit("a"), most=1), LINE) == Misfit(Lack.MOST)


def test_a_visit_that_would_make_a_later_customer_wait_is_refused_for_that() -> None:
    before = full(visit("a", window_s=(0, 0), lon=121.8, lat=29.4), visit("b", window_s=(3000, 3100)))
    found = fitting.places(visit(window_s=(0, 3100), lon=121.79), before, LINE)
    assert found == Misfit(Lack.LATER, found.lacks_s) if isinstance(found, Misfit) else False


def test_half_days_are_judged_apart_and_one_without_a_team_is_told() -> None:
    routes = [*full(visit("a")), Route(team=team(2)), Route(team=team(3, to_s=600))]
    columns, new = fitting.laid(routes, [0, 0, 2]), visit()
    into_s, back_s = fitting.ways(new, routes, LINE)
    asked = fitting.Asked(opens_s=np.zeros(3), shuts_s=np.full(3, 14_400.0), work_s=2400)
    found = fitting.fits(fitting.gaps(columns), asked, into_s=into_s, back_s=back_s, halves=3)
    assert isinstance(found[0], fitting.Fit)
    assert found[1:] == [Misfit(Lack.SKILL), Misfit(Lack.WORK, 1800)]


def test_a_route_without_one_of_its_visits_is_driven_straight_on() -> None:
    (route,) = full(visit("a"), visit("b", lon=121.83), visit("c", lon=121.85))
    names = [each.id for each in route.visits]
    less = route.without(1, joined_s=600)
    assert [each.id for each in less.visits] == [names[0], names[2]]
    assert len(less.drives_s) == 3
    assert less.without(0, joined_s=1).without(0, joined_s=0) == Route(team=route.team)

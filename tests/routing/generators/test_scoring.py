"""The independent scorer names each breach; a human's plan is judged by the same rules."""

from typing import Any

import pytest

from dispatch.routing.generators.scorer import score
from tests.routing.generators.small import HOUR, MIN, Json, group, posed, truck

PROBLEM = posed([truck("t", 0), truck("u", 1, kva=100)], [group("a", 0, since_s=-HOUR), group("b", 1)])


def stop(name: str, from_s: int, to_s: int, **more: Any) -> Json:
    return {"group": name, "from_s": from_s, "to_s": to_s} | more


def broken(problem: Json, **routes: list[Json]) -> dict[str, int]:
    found = score(problem, {"routes": routes})
    return {kind: n for kind, n in found["violations"].items() if n}


def test_a_good_plan_breaks_nothing() -> None:
    found = score(PROBLEM, {"routes": {"t": [stop("a", HOUR, 2 * HOUR), stop("b", 3 * HOUR, 4 * HOUR)]}})
    assert not any(found["violations"].values())
    assert found["hours"] == {"without": 1000.0, "unserved": 800.0, "customers": 800.0, "travel": 0.1}
    assert (found["fed"], found["dark"]) == (2, 0)


@pytest.mark.parametrize(
    ("routes", "kind"),
    [
        ({"nobody": []}, "unknown"),
        ({"t": [stop("nowhere", HOUR, 2 * HOUR)]}, "unknown"),
        ({"t": [stop("a", 0, HOUR)]}, "two_places"),
        ({"t": [stop("a", HOUR, 2 * HOUR), stop("b", 2 * HOUR, 3 * HOUR)]}, "two_places"),
        ({"t": [stop("a", HOUR, 6 * HOUR)]}, "late"),
        ({"t": [stop("a", HOUR, HOUR)]}, "short"),
        ({"u": [stop("a", HOUR, 2 * HOUR)]}, "power"),
        ({"t": [stop("a", HOUR, 2 * HOUR, refuel=True)]}, "fuel"),
        ({"t": [stop("a", HOUR, 2 * HOUR), stop("a", 3 * HOUR, 4 * HOUR)]}, "feedings"),
        ({"t": [stop("a", HOUR, 2 * HOUR)], "u": [stop("a", HOUR, 2 * HOUR)]}, "split"),
    ],
)
def test_each_breach_has_its_name(routes: dict[str, list[Json]], kind: str) -> None:
    assert broken(PROBLEM, **routes) == {kind: 1}


@pytest.mark.parametrize(
    ("a", "t", "begin", "kind"),
    [
        ({"window_s": [0, 50 * MIN]}, {}, HOUR, "window"),
        ({"since_s": 50 * MIN}, {}, HOUR, "early"),
        ({"since_s": 90 * MIN, "ahead": True}, {}, HOUR, "early"),
        ({}, {"ends_s": 90 * MIN}, HOUR, "shift"),
        ({}, {"fuel_s": 30 * MIN}, HOUR, "fuel"),
    ],
)
def test_limits_of_time(a: Json, t: Json, begin: int, kind: str) -> None:
    problem = posed([truck("t", 0, **t)], [group("a", 0, **a)])
    assert broken(problem, t=[stop("a", begin, begin + HOUR)]) == {kind: 1}


def test_a_drive_where_there_is_no_way() -> None:
    problem = posed([truck("t", 0)], [group("a", 1)], travel={"by": "matrix", "seconds": [[0, -1], [-1, 0]]})
    assert broken(problem, t=[stop("a", HOUR, 2 * HOUR)]) == {"way": 1}


def test_half_of_what_is_needed_feeds_nobody() -> None:
    problem = posed([truck("t", 0)], [group("a", 0, kva=700, split=True)])
    found = score(problem, {"routes": {"t": [stop("a", HOUR, 2 * HOUR)]}})
    assert found["hours"]["unserved"] == found["hours"]["without"]

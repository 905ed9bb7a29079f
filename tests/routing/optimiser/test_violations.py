"""What a plan may not do: each kind once, beside the plan that does not do it."""

from typing import Any

import pytest

from dispatch.routing.optimiser.scorer import KINDS, score
from dispatch.routing.optimiser.words import Violation
from tests.routing.optimiser.streets import MIN, Json, broken, crew, job, plan, street

TWO = [crew("c1"), crew("c2")]
Routes = dict[str, list[str]]
CASES: dict[str, tuple[Json, Routes, Routes]] = {  # kind -> problem, plan with the violation, plan without
    "unknown": (street([job("j", 0)]), {"c1": ["j", "ghost"]}, {"c1": ["j"]}),
    "twice": (street([job("j", 0)], TWO), {"c1": ["j"], "c2": ["j"]}, {"c1": ["j"]}),
    "partners": (street([job("j", 0, crews=2)], TWO), {"c1": ["j"]}, {"c1": ["j"], "c2": ["j"]}),
    "skill": (
        street(
            [job("j", 0, needs=["hv", "live"])], [crew("c1", skills=["hv"]), crew("c2", skills=["live", "hv", "lv"])]
        ),
        {"c1": ["j"]},
        {"c2": ["j"]},
    ),
    "pinned": (street([job("j", 0, pinned="c2")], TWO), {"c1": ["j"]}, {"c2": ["j"]}),
    "vetoed": (street([job("j", 0, vetoed=["c1"])], TWO), {"c1": ["j"]}, {"c2": ["j"]}),
    "frozen": (
        street([job("j", 0, frozen=True), job("k", 0)], TWO, plan={"c1": ["j", "k"]}),
        {"c1": ["k", "j"]},
        {"c1": ["j"], "c2": ["k"]},
    ),
    "window": (street([job("j", 1, window_s=[0, 10 * MIN]), job("k", 2)]), {"c1": ["k", "j"]}, {"c1": ["j", "k"]}),
    "order": (street([job("j", 0), job("k", 0, after=["j"])]), {"c1": ["k"]}, {"c1": ["j", "k"]}),
    "shift": (
        street(
            [job("j", 1, work_s=MIN)], [crew("c1", ends_s=10 * MIN), crew("c2", ends_s=10 * MIN, latest_s=11 * MIN)]
        ),
        {"c1": ["j"]},
        {"c2": ["j"]},
    ),
    "room": (
        street([job("j", 0, load=2), job("k", 0, load=3)], [crew("c1", room=4), crew("c2", room=5)]),
        {"c1": ["j", "k"]},
        {"c2": ["j", "k"]},
    ),
    "cap": (
        street(
            [job("j", 0), job("k", 0)],
            [crew("c1", depot="d"), crew("c2", depot="e")],
            caps=[{"depot": "d", "kind": "repair", "from_s": 0, "to_s": 1, "visits": 1}],
        ),
        {"c1": ["j", "k"]},
        {"c1": ["j"], "c2": ["k"]},
    ),
    "deadlock": (
        street([job("j", 0, crews=2), job("k", 0, crews=2)], TWO),
        {"c1": ["j", "k"], "c2": ["k", "j"]},
        {"c1": ["j", "k"], "c2": ["j", "k"]},
    ),
    "way": (
        street([job("j", 1), job("k", 0)], travel={"by": "matrix", "seconds": [[0, -1], [5, 0]]}),
        {"c1": ["j"]},
        {"c1": ["k"]},
    ),
}


def test_every_kind_has_its_case_and_its_name() -> None:
    assert set(CASES) == set(KINDS) == {kind.value for kind in Violation}


@pytest.mark.parametrize("kind", KINDS)
def test_the_violation_is_found_and_nothing_else(kind: str) -> None:
    problem, bad, good = CASES[kind]
    expected: dict[str, Any] = {"deadlock": 2}
    assert broken(problem, **bad) == {kind: expected.get(kind, 1)}
    assert broken(problem, **good) == {}


def test_an_unknown_crew_is_unknown_with_all_its_jobs_left_out() -> None:
    found = score(street([job("j", 0)]), plan(ghost=["j"]))
    assert found["violations"]["unknown"] == 1
    assert found["unserved"] == 1


def test_the_same_crew_twice_at_a_job_of_two_is_no_partner() -> None:
    assert broken(street([job("j", 0, crews=2)], TWO), c1=["j", "j"]) == {"twice": 1, "partners": 1}


def test_the_drive_back_must_end_in_time() -> None:
    there = crew("c1", back={"place": 0}, latest_s=20 * MIN)
    assert broken(street([job("j", 1)], [there]), c1=["j"]) == {}
    assert broken(street([job("j", 2)], [there]), c1=["j"]) == {"shift": 1}


def test_a_way_back_that_is_not_there_is_found() -> None:
    problem = street(
        [job("j", 1)], [crew("c1", back={"place": 0})], travel={"by": "matrix", "seconds": [[0, 5], [-1, 0]]}
    )
    assert broken(problem, c1=["j"]) == {"way": 1}


def test_no_work_begins_after_the_horizon() -> None:
    assert broken(street([job("j", 1)], horizon_s=10 * MIN), c1=["j"]) == {}
    assert broken(street([job("j", 2)], [crew("c1", latest_s=99 * MIN)], horizon_s=10 * MIN), c1=["j"]) == {"window": 1}


def test_a_cap_counts_what_begins_in_its_time_of_its_kind() -> None:
    jobs = [job("a", 1), job("b", 1), job("c", 2), job("d", 2, kind="meter")]
    cap = {"depot": "d", "kind": "repair", "from_s": 10 * MIN, "to_s": 20 * MIN, "visits": 0}
    problem = street(jobs, [crew("c1", depot="d")], caps=[cap])
    assert broken(problem, c1=["a", "b", "c", "d"]) == {"cap": 2}  # c begins at the very end, d is of another kind


def test_jobs_in_a_circle_are_not_begun_and_cost_as_if_left_out() -> None:
    found = score(street([job("j", 0, crews=2), job("k", 0, crews=2)], TWO), plan(c1=["j", "k"], c2=["k", "j"]))
    assert (found["served"], found["unserved"]) == (0, 2)
    assert found["by_rule"]["unserved"] == 2880


def test_a_frozen_job_that_was_taken_out_or_moved_to_another_crew_is_found() -> None:
    problem = street([job("j", 0, frozen=True)], TWO, plan={"c1": ["j"]})
    assert broken(problem) == {"frozen": 1}
    assert broken(problem, c2=["j"]) == {"frozen": 1}

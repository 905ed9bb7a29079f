"""A search that is broken off hands back a sound plan, the best that it has."""

from collections.abc import Callable

import pytest

from dispatch.routing.optimiser import engine
from dispatch.routing.optimiser.engine import Progress, solve
from dispatch.routing.optimiser.files.writing import json_of_plan, json_of_problem
from dispatch.routing.optimiser.scorer import score
from tests.routing.optimiser.medleys import medley


def after(asked: int) -> Callable[[], bool]:
    """Return who breaks off when he has been asked so often."""
    left = [asked]

    def stop() -> bool:
        left[0] -= 1
        return left[0] < 0

    return stop


@pytest.mark.parametrize("ties", [0.0, 0.35])
@pytest.mark.parametrize("asked", [0, 1, 2, 5, 9, 30])
@pytest.mark.parametrize("cores", [1, 2])
def test_whenever_it_is_broken_off_there_is_a_sound_plan_that_says_so(
    asked: int, ties: float, cores: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "LONGEST_S", 0.02)  # asked each second, the thirtieth question takes half a minute
    problem = medley(asked, ties=ties, frozen=False)
    told: list[Progress] = []
    plan = solve(problem, stop=after(asked), seconds=600.0, cores=cores, progress=told.append)
    found = score(json_of_problem(problem), json_of_plan(plan))
    assert not any(found["violations"].values())
    assert plan.solver["broken_off"] is True
    placed = {job for route in plan.routes.values() for job in route}
    assert set(plan.unserved) == {job.id for job in problem.jobs} - placed
    if told:
        assert found["cost"] <= told[-1].cost + 1e-6

"""Other solvers behind the same protocol: their lists keep the same promises."""

import pytest

from dispatch.routing.worklists.laying import Broken, scored
from dispatch.routing.worklists.making import make
from dispatch.routing.worklists.posing import problem_of
from dispatch.routing.worklists.solvers import ORTOOLS

from .halfdays import drawn, half_day, team, visit
from .validator import faults


@pytest.mark.parametrize("seed", [1, 5, 8])
def test_ortools_keeps_every_promise_and_says_the_same_again(seed: int) -> None:
    asked = drawn(seed)
    made = make(asked, seed=1, iterations=5, solver=ORTOOLS)
    assert faults(asked, made) == []
    assert made == make(asked, seed=1, iterations=5, solver=ORTOOLS, cores=2)
    assert made.made_by["solver"] == "ortools"


def test_routes_that_break_a_rule_are_a_bug_and_are_not_frozen() -> None:
    asked = half_day([team()], [visit("v", window_s=(0, 1))])
    with pytest.raises(Broken):
        scored(problem_of(asked), {"石浦/survey/urban/1": ("v",)})

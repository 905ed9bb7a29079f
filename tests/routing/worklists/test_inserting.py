"""Lists by insertion alone, for when the search is not to be had: worse, but every rule is kept."""

import pytest

from dispatch.kit.errors import Invalid
from dispatch.routing.worklists.inserting import inserted
from dispatch.routing.worklists.making import make
from dispatch.routing.worklists.problem import HalfDay

from .halfdays import HOUR, LENGTH, drawn, half_day, team, visit
from .test_bad_half_days import BAD
from .validator import faults


@pytest.mark.parametrize("seed", range(80))
def test_a_list_by_insertion_keeps_every_promise_and_every_declared_capacity(seed: int) -> None:
    asked = drawn(seed)
    made = inserted(asked)
    assert faults(asked, made) == []
    assert made == inserted(asked)
    assert made.made_by["solver"] == "insertion"


def test_an_agreed_hour_comes_before_what_may_be_moved() -> None:
    firm = visit("firm", price=1920.0, window_s=(0, 600))
    asked = half_day([team()], [*(visit(f"v{i}") for i in range(9)), firm])
    made = inserted(asked)
    (stops,) = made.routes.values()
    assert stops[0].visit == "firm"
    assert faults(asked, made) == []


def test_what_insertion_leaves_out_says_that_nobody_looked_further() -> None:
    crowd = [visit(f"v{i}") for i in range(9)]
    made = inserted(half_day([team()], [*crowd, visit("never", window_s=(LENGTH + 60, LENGTH + HOUR))]))
    codes = {name: left.code for name, left in made.left.items()}
    assert codes.pop("never") == "OUTSIDE"  # what is known without a search is said as ever
    assert set(codes.values()) == {"UNSOLVED"}
    assert all("请" in left.sentence for left in made.left.values() if left.code == "UNSOLVED")


@pytest.mark.parametrize("seed", range(12))
def test_the_search_is_never_worse_than_insertion(seed: int) -> None:
    asked = drawn(seed)
    assert sum(make(asked, seed=seed, iterations=200).cost.values()) <= sum(inserted(asked).cost.values()) + 0.05


@pytest.mark.parametrize("asked", BAD.values(), ids=list(BAD))
def test_what_no_list_can_be_made_of_is_refused_by_insertion_too(asked: HalfDay) -> None:
    with pytest.raises(Invalid):
        inserted(asked)

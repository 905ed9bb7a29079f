"""What is proved optimal is optimal: the least of all plans of a small problem, found by trying them all."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.routing.generators.oracle import least
from tests.routing.generators.small import HOUR, MIN, Json, group, posed, solved, truck

hours = st.integers(0, 8).map(lambda n: n * HOUR)
halves = st.integers(0, 4).map(lambda n: n * 30 * MIN)


@st.composite
def trucks(draw: Any, i: int, *, refuels: bool) -> Json:
    fuel_s = draw(hours)
    made = truck(f"t{i}", draw(st.integers(0, 11)), kva=draw(st.sampled_from([100, 200, 400])), fuel_s=fuel_s)
    made |= {"connect_s": draw(halves), "disconnect_s": draw(halves), "free_s": draw(halves)}
    made |= {"ends_s": draw(st.integers(2, 12)) * HOUR}
    if refuels and draw(st.booleans()):
        made |= {"refuel_s": draw(halves), "tank_s": fuel_s + draw(hours)}
    return made


@st.composite
def groups(draw: Any, i: int, feedings: int) -> Json:
    since_s = draw(st.sampled_from([-HOUR, 0, 0, 2 * HOUR]))
    p50_s = since_s + draw(st.integers(0, 8)) * HOUR
    made = group(f"g{i}", draw(st.integers(0, 11)), kva=draw(st.sampled_from([100, 200, 300, 500])), p50_s=p50_s)
    made |= {"customers": draw(st.integers(0, 300)), "since_s": since_s, "p90_s": p50_s + draw(hours)}
    made |= {"split": draw(st.booleans()), "ahead": draw(st.booleans()), "protected": draw(st.booleans())}
    made |= {"fault": draw(st.sampled_from(["grid", "customer"])), "feedings": feedings}
    return made | ({"window_s": [draw(halves), 3 * HOUR]} if draw(st.integers(0, 3)) == 0 else {})


@st.composite
def problems(draw: Any, sizes: list[tuple[int, int, int, bool]]) -> Json:
    """Draw a problem; sizes: trucks, groups, feedings of each, whether trucks may refuel."""
    n, m, feedings, refuels = draw(st.sampled_from(sizes))
    rules = {"count_until": draw(st.sampled_from(["p50", "p90"])), "customer_owned": draw(st.sampled_from([0.5, 1.0]))}
    rules |= {"least_feed_s": draw(st.sampled_from([1, HOUR])), "protected": draw(st.sampled_from([0.0, 4.0]))}
    made = [draw(trucks(i, refuels=refuels)) for i in range(n)]
    asked = [draw(groups(i, feedings)) for i in range(m)]
    if asked and made and draw(st.integers(0, 3)) == 0:
        made[0]["connected"] = "g0"
    return posed(made, asked, rules=rules)


@settings(max_examples=30, deadline=None)
@given(problems([(1, 3, 1, True), (2, 2, 1, True), (3, 2, 1, False), (1, 2, 2, True), (2, 1, 2, True)]))
def test_what_is_proved_is_the_least_of_all_plans(found: Json) -> None:
    plan, judged = solved(found)
    assert plan.solver["optimal"], plan.solver
    assert judged["cost"] == pytest.approx(least(found), abs=0.02, rel=1e-4)


@settings(max_examples=12, deadline=None)
@given(problems([(2, 3, 1, False)]))
def test_it_is_so_with_three_groups_for_two_trucks(found: Json) -> None:
    plan, judged = solved(found)
    assert plan.solver["optimal"], plan.solver
    assert judged["cost"] == pytest.approx(least(found), abs=0.02, rel=1e-4)

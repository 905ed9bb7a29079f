"""Whether a task in passing fits in before what was promised: the arithmetic, and its law."""

from collections.abc import Sequence
from datetime import timedelta
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.capacity.slack import Bounds, Fit, Promise, Ways, judge
from dispatch.capacity.taskwords import NoTask
from tests.worlds import START, minutes

BOUNDS = Bounds(detour_s=600, slack_s=600, until_at=minutes(480))


def promise(from_min: float, by_min: float | None, work_min: float = 30, label: str = "预约") -> Promise:
    by_at = None if by_min is None else minutes(by_min)
    return Promise(
        label=label, lon=0, lat=0, area_class="urban", from_at=minutes(from_min), by_at=by_at, work_s=work_min * 60
    )


def ways(there: float, first: Sequence[float] = (), between: Sequence[Sequence[float]] = (), **more: float) -> Ways:
    """Ways in minutes."""
    straight = more.get("straight")
    return Ways(
        there_s=there * 60,
        straight_s=None if straight is None else straight * 60,
        first_s=tuple(60 * each for each in first),
        between_s=tuple(tuple(60 * each for each in legs) for legs in between or [()] * len(first)),
    )


def test_the_slack_is_what_is_left_before_the_tightest_promise() -> None:
    chain = [promise(40, 60, label="甲"), promise(80, 100, label="乙")]
    fit = judge(20 * 60, [chain], ways(5, [10], [[12]], straight=8), BOUNDS, at=START)
    # there at 5, done at 25, at 甲 at 35, begins at 40, leaves at 70, at 乙 at 82
    assert (fit.reason, fit.slack_s, fit.tightest, fit.detour_s) == (None, 18 * 60, "乙", 7 * 60)
    assert fit.ends_at == minutes(25)


@pytest.mark.parametrize(
    ("there", "first", "straight", "by", "reason"),
    [
        (5, 10, 8, 45, None),
        (5, 10, 8, 44, NoTask.NO_SLACK),
        (5, 10, 5, 60, None),
        (5, 10.1, 5, 60, NoTask.TOO_FAR),
        (inf, 10, 8, 60, NoTask.NO_WAY),
        (5, inf, 8, 60, NoTask.TOO_FAR),
    ],
)
def test_a_task_is_refused_at_the_bound_and_not_before(
    there: float, first: float, straight: float, by: float, reason: NoTask | None
) -> None:
    fit = judge(20 * 60, [[promise(0, by)]], ways(there, [first], straight=straight), BOUNDS, at=START)
    assert fit.reason is reason


def test_without_anything_promised_the_way_there_and_back_is_the_detour() -> None:
    assert judge(20 * 60, [()], ways(5, [0]), BOUNDS, at=START).detour_s == 600
    assert judge(20 * 60, [()], ways(5.1, [0]), BOUNDS, at=START).reason is NoTask.TOO_FAR


def test_a_promise_without_a_latest_moment_is_met_whenever() -> None:
    fit = judge(20 * 60, [[promise(0, None)]], ways(5, [10], straight=8), BOUNDS, at=START)
    assert (fit.reason, fit.slack_s) == (None, None)


def test_every_chain_must_hold() -> None:
    held = [[promise(0, 100)], [promise(0, 50)]]
    fit = judge(20 * 60, held, ways(5, [10, 16], straight=8), BOUNDS, at=START)
    assert (fit.reason, fit.slack_s) == (NoTask.NO_SLACK, 9 * 60)


def test_what_ends_after_the_office_hours_is_refused() -> None:
    late = Bounds(detour_s=600, slack_s=600, until_at=minutes(24))
    assert judge(20 * 60, [()], ways(4, [0]), late, at=START).reason is None
    assert judge(20 * 60, [()], ways(5, [0]), late, at=START).reason is NoTask.OFF_HOURS


MIN = st.integers(0, 120)
VISITS = st.lists(st.tuples(MIN, MIN, MIN, MIN), max_size=6)  # leg, from, width, work; minutes


@given(MIN, MIN, MIN, VISITS, VISITS)
def test_what_fits_makes_nothing_late(
    there: int, work: int, straight: int, own: list[tuple[int, ...]], other: list[tuple[int, ...]]
) -> None:
    """Drive every chain minute by minute: of what fits, ten minutes are left before the end of every window."""
    chains = [[promise(begin, begin + width, work) for _, begin, width, work in chain] for chain in (own, other)]
    legs = [[visit[0] for visit in chain] for chain in (own, other)]
    found = ways(
        there, [each[0] if each else 0 for each in legs], [each[1:] for each in legs],
        **({"straight": straight} if own else {}),
    )  # fmt: skip
    fit = judge(work * 60, chains, found, BOUNDS, at=START)
    left = [each for chain in (own, other) for each in driven(there + work, chain)]
    if fit.reason is None:
        assert all(minute >= 10 for minute in left)
        assert there + (own[0][0] - straight if own else there) <= 10
    elif fit.reason is NoTask.NO_SLACK:
        assert min(left) < 10
    assert_says_least(fit, left)


def driven(leaves: int, chain: list[tuple[int, ...]]) -> list[int]:
    """Return the minutes left before the end of each window."""
    clock, left = leaves, []
    for leg, begin, width, work in chain:
        clock += leg
        left.append(begin + width - clock)
        while clock < begin:
            clock += 1
        clock += work
    return left


def assert_says_least(fit: Fit, left: list[int]) -> None:
    assert (fit.slack_s is None) == (not left)
    if fit.slack_s is not None:
        assert timedelta(seconds=fit.slack_s) == timedelta(minutes=min(left))

"""How full a half-day will be: laws of the forecast, and what it is worth against "as last week"."""

from random import Random
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.capacity.forecast import Compared, Past, errors, foresee

VISITS = st.integers(0, 60)
PAST = st.builds(Past, booked=VISITS, came=VISITS, declared=VISITS)
WEEKS = st.lists(PAST, max_size=6)


@given(declared=VISITS, booked=VISITS, past=WEEKS)
def test_no_more_is_expected_than_is_declared_and_no_less_is_suggested_than_is_booked(
    declared: int, booked: int, past: list[Past]
) -> None:
    found = foresee(declared=declared, booked=booked, past=past)
    assert 0 <= found.expected <= declared
    assert found.suggested >= booked
    assert found.suggested >= found.expected
    assert found.because


@given(declared=VISITS, booked=VISITS, more=st.integers(0, 20), past=WEEKS)
def test_who_has_more_booked_expects_no_less(declared: int, booked: int, more: int, past: list[Past]) -> None:
    less, much = (foresee(declared=declared, booked=n, past=past) for n in (booked, booked + more))
    assert less.expected <= much.expected
    assert less.suggested <= much.suggested


@given(declared=VISITS, booked=VISITS, past=WEEKS, order=st.randoms(use_true_random=False))
def test_the_weeks_may_stand_in_any_order(declared: int, booked: int, past: list[Past], order: Random) -> None:
    mixed = list(past)
    order.shuffle(mixed)
    assert foresee(declared=declared, booked=booked, past=past) == foresee(declared=declared, booked=booked, past=mixed)


@given(booked=VISITS, grew=st.integers(0, 20), weeks=st.integers(1, 6))
def test_weeks_that_all_grew_alike_are_foreseen_exactly(booked: int, grew: int, weeks: int) -> None:
    past = [Past(n, n + grew, 1000) for n in range(weeks)]
    found = foresee(declared=1000, booked=booked, past=past)
    assert (found.expected, found.suggested) == (booked + grew, booked + grew)


def test_without_a_week_before_what_is_booked_is_expected_and_what_is_declared_stays() -> None:
    found = foresee(declared=8, booked=3, past=[])
    assert (found.expected, found.suggested) == (3, 8)
    assert "没有往周可比" in found.because


def test_a_week_that_was_full_hides_who_else_would_have_come() -> None:
    found = foresee(declared=8, booked=6, past=[Past(6, 8, 8), Past(5, 8, 8)])
    assert found.expected == 8
    assert found.suggested == 9
    assert "2 周约满,实际需求可能更多" in found.because
    assert "建议申报 9 户" in found.because


def test_cancellations_may_make_it_less() -> None:
    found = foresee(declared=8, booked=6, past=[Past(6, 5, 8), Past(7, 4, 8)])
    assert found.expected == 4
    assert "平均减少 2.0 户(-3 至 -1)" in found.because


def test_what_nobody_declared_cannot_come_but_may_be_suggested() -> None:
    found = foresee(declared=0, booked=0, past=[Past(2, 4, 8), Past(3, 5, 8)])
    assert (found.expected, found.suggested) == (0, 2)


def test_the_errors_are_of_the_half_days_that_are_over() -> None:
    found = errors([Compared(4, 5, 9), Compared(6, 4, None), Compared(3, 3, 4)])
    assert (found.n, found.mean_error, found.compared) == (3, 1, 2)
    assert (found.mean_error_there, found.as_last_week) == (0.5, 2.5)
    assert errors([]).mean_error is None


def month(seed: int, *, late: float) -> tuple[float, float, float]:
    """
    Play twelve half-days of six weeks, the last four forecast; return the mean errors of ours, last week's and now's.

    Demand: each half-day has its own mean (3 to 12), each week its own level (a fifth of it, as of a month's end), and
    customers call as they please.

    :param late: share of them that call between the forecast and the freeze
    """
    draw = Random(seed)
    ours, naive, standing = [], [], []
    for _ in range(12):
        mean, weeks = draw.uniform(3, 12), []
        for _ in range(6):
            level = mean * max(0.2, draw.gauss(1, 0.2))
            callers = sum(draw.random() < level / 60 for _ in range(60))
            lately = sum(draw.random() < late for _ in range(callers))
            weeks.append(Past(min(14, callers - lately), min(14, callers), 14))
        for n in range(2, 6):
            this, before = weeks[n], weeks[max(0, n - 4) : n]
            found = foresee(declared=14, booked=this.booked, past=before)
            ours.append(abs(found.expected - this.came))
            naive.append(abs(weeks[n - 1].came - this.came))
            standing.append(abs(this.booked - this.came))
    return fmean(ours), fmean(naive), fmean(standing)


@pytest.mark.parametrize("late", [0.2, 0.4, 0.6])
def test_over_a_month_it_is_nearer_than_as_last_week_and_than_what_is_booked_now(late: float) -> None:
    """Twenty seeded months: 48 half-days each. The figures stand in docs/worklists.md."""
    months = [month(seed, late=late) for seed in range(20)]
    ours, naive, standing = (fmean(column) for column in zip(*months, strict=True))
    print(f"\nlate {late:.0%}: ours {ours:.2f}, as last week {naive:.2f}, as booked now {standing:.2f} visits")
    assert ours < naive
    assert ours < standing
    assert all(mine < last for mine, last, _ in months)

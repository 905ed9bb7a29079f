"""No customer in two outages at a time, no customer-minute twice: against a union for each customer by itself."""

import itertools
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.tickets.indices import Index
from dispatch.tickets.mv_hours import DarkUser, MvHours, mv_hours
from dispatch.tickets.outage_minutes import (
    Interruption,
    Planned,
    customer_interruptions,
    customer_minutes,
    dark,
    interruptions,
    union,
)
from dispatch.tickets.reliability import lasted, long, often, often_dark, very_long

from .rows import at, figure, row

I = Index  # noqa: E741 - stands in every line of the tables


def minutes_of(known: list[Interruption]) -> float:
    return customer_minutes(dark(known))


def one(name: str, begin: float, end: float, customers: int | None = None, **more: object) -> Interruption:
    said = {"named": {}} | more
    return Interruption(name, at(begin), at(end), customers, **said)  # type: ignore[arg-type]


def test_ten_customers_for_an_hour() -> None:
    assert minutes_of([one("a", 0, 60, 10)]) == 600  # 10 x 60


def test_those_who_called_are_among_the_number_not_beside_it() -> None:
    assert minutes_of([one("a", 0, 60, 10, named={"x": at(60), "y": at(60)})]) == 600


def test_a_number_smaller_than_the_callers_is_raised_to_them() -> None:
    assert minutes_of([one("a", 0, 60, 1, named={"x": at(60), "y": at(60)})]) == 120  # 2 x 60


def test_without_a_number_those_who_called_are_a_lower_bound_that_is_said() -> None:
    rows = [row("a", dark_from=at(0), dark_until=at(60), spread_until=at(60))]
    found = figure(I.LV_CUSTOMER_HOURS, rows, outages=interruptions(rows))
    assert found.value == 1
    assert "下限" in found.reason


def test_a_nested_incident_adds_only_the_time_its_customers_stayed_dark_longer() -> None:
    known = [one("a", 0, 60, 100), one("b", 10, 180, 20, nested_in="a")]
    assert minutes_of(known) == 80 * 60 + 20 * 180  # 100 for an hour, 20 of them for two more
    assert customer_interruptions(dark(known)) == 100


def test_two_incidents_nested_in_one_and_one_in_the_nested() -> None:
    known = [
        one("a", 0, 60, 100),
        one("b", 0, 120, 20, nested_in="a"),
        one("c", 0, 90, 10, nested_in="a"),
        one("d", 0, 240, 5, nested_in="b"),
    ]
    assert minutes_of(known) == 70 * 60 + 15 * 120 + 10 * 90 + 5 * 240  # 4200 + 1800 + 900 + 1200


def test_a_nested_incident_larger_than_what_was_known_around_it() -> None:
    known = [one("a", 0, 60, named={"x": at(60)}), one("b", 0, 120, 5, nested_in="a")]
    assert minutes_of(known) == 1 * 60 + 5 * 120


def test_a_customer_who_names_two_faults_at_once_is_dark_once() -> None:
    known = [one("a", 0, 60, named={"x": at(60)}), one("b", 30, 90, named={"x": at(90)})]
    assert minutes_of(known) == 90
    assert customer_interruptions(dark(known)) == 1


def test_a_customer_who_is_dark_twice_counts_twice() -> None:
    known = [one("a", 0, 60, named={"x": at(60)}), one("b", 100, 130, named={"x": at(130)})]
    assert minutes_of(known) == 90
    assert customer_interruptions(dark(known)) == 2


def test_children_of_one_fault_are_one_outage_from_its_first_report() -> None:
    rows = [
        row("a", customers_out=5, reported_at=at(0), dark_from=at(0), dark_until=at(60), spread_until=at(60)),
        row("b", incident="a", child=True, dark_from=at(20), dark_until=at(60), spread_until=at(60)),
        row("c", incident="a", child=True, dark_from=at(59), dark_until=at(60), spread_until=at(60)),
    ]
    (found,) = interruptions(rows)
    assert (found.begin_at, found.end_at, found.customers, set(found.named)) == (at(0), at(60), 5, {"a", "b", "c"})
    assert minutes_of([found]) == 300  # 5 x 60, whenever each of them called


def test_a_main_ticket_that_is_still_dark_keeps_its_own_time_and_not_the_others() -> None:
    """The fault of ten is mended after an hour; the one who reported it is dark for three."""
    rows = [row("a", customers_out=10, dark_from=at(0), dark_until=at(180), spread_until=at(60))]
    assert minutes_of(interruptions(rows)) == 9 * 60 + 180


def test_a_child_that_stayed_dark_becomes_a_nested_outage_of_the_same_people() -> None:
    """Domain 2.8.5: ten dark, mended after an hour; one of the callers is dark for two hours more."""
    rows = [
        row("a", customers_out=10, dark_from=at(0), dark_until=at(60), spread_until=at(60)),
        row("b", nested_in="a", family="a", dark_from=at(5), dark_until=at(180), spread_until=at(180)),
    ]
    assert minutes_of(interruptions(rows)) == 9 * 60 + 180  # b is one of the ten
    assert customer_interruptions(dark(interruptions(rows))) == 10


def test_a_cancelled_report_and_a_fault_inside_the_house_are_no_outage() -> None:
    assert interruptions([row("a", dark_from=None, dark_until=None, spread_until=None)]) == []


def test_incidents_that_name_each_other_still_count_once_each() -> None:
    known = [one("a", 0, 60, 3, nested_in="b"), one("b", 0, 60, 2, nested_in="a")]
    assert minutes_of(known) == 300


def test_an_outage_that_ends_before_it_begins_is_nothing() -> None:
    assert minutes_of([one("a", 60, 0, 7)]) == 0
    assert union([(at(5), at(5))]) == ()


# ---- planned work


def test_planned_work_inside_a_fault_takes_its_minutes_from_those_it_concerns() -> None:
    work = Planned(at(10), at(40), customers=4)
    known = [one("a", 0, 60, 10, planned=(work,))]
    assert minutes_of(known) == 6 * 60 + 4 * 30
    assert customer_interruptions(dark(known)) == 10  # four were dark once, not twice


def test_a_fault_inside_planned_work_counts_what_outlasts_it() -> None:
    known = [one("a", 10, 60, 10, planned=(Planned(at(0), at(40)),))]
    assert minutes_of(known) == 10 * 20
    inside = [one("a", 10, 30, 10, planned=(Planned(at(0), at(40)),))]
    assert (minutes_of(inside), customer_interruptions(dark(inside))) == (0, 0)


def test_planned_work_concerns_the_customers_it_names() -> None:
    work = Planned(at(0), at(30), customers=1, named=frozenset({"x"}))
    known = [one("a", 0, 60, 3, named={"x": at(60), "y": at(60)}, planned=(work,))]
    assert minutes_of(known) == 30 + 60 + 60


@given(
    st.integers(0, 6),
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60), st.none() | st.integers(0, 6)), max_size=3),
)
def test_no_minute_of_planned_work_is_taken_twice(customers: int, works: list[tuple[int, int, int | None]]) -> None:
    planned = tuple(Planned(at(min(a, b)), at(max(a, b)), n) for a, b, n in works)
    found = dark([one("a", 0, 60, customers, planned=planned)])
    assert sum(part.customers for part in found) == customers
    covered = set[int]().union(*(range(min(a, b), max(a, b)) for a, b, n in works if n is None))
    most = customers * (60 - len(covered))
    least = most - sum(min(n, customers) * (max(a, b) - min(a, b)) for a, b, n in works if n is not None)
    assert max(0, least) <= customer_minutes(found) <= most


# ---- SAIDI and what goes with it, one case by hand


def test_saidi_saifi_caidi_and_asai_by_hand() -> None:
    outages = [one("a", 0, 60, 100), one("b", 100, 220, 50)]
    known = {"outages": outages, "households": 1000}
    assert figure(I.LV_CUSTOMER_HOURS, [], **known).value == 200  # (100 x 60 + 50 x 120) / 60
    assert figure(I.SAIDI, [], **known).value == 12  # 12,000 / 1,000 minutes
    assert figure(I.SAIFI, [], **known).value == 0.15  # 150 / 1,000
    assert figure(I.CAIDI, [], **known).value == 80  # 12 / 0.15
    assert figure(I.ASAI, [], **known).value == pytest.approx((1 - 0.2 / 24) * 100)  # 12 min = 0.2 h of a day


def test_caidi_is_undefined_without_an_interruption() -> None:
    found = figure(I.CAIDI, [], households=1000)
    assert found.value is None
    assert "SAIFI 为 0" in found.reason
    assert figure(I.SAIFI, [], households=1000).value == 0


def test_without_households_nothing_is_divided_by_a_guess() -> None:
    for index in (I.SAIDI, I.SAIFI, I.ASAI):
        found = figure(index, [], outages=[one("a", 0, 60, 100)])
        assert found.value is None
        assert "户数" in found.reason


def test_medium_voltage_users_are_never_taken_from_households() -> None:
    known = {"outages": [one("a", 0, 60, 100)], "households": 1000, "mv_users": 50}
    assert figure(I.MV_USER_HOURS, [], **known).value is None
    assert figure(I.SAIDI_MV, [], **known).value is None
    found = figure(I.RS_1, [], mv_hours=MvHours(9.0, 3.0), mv_users=50)
    assert found.value == pytest.approx((1 - 12 / 50 / 24) * 100)  # 0.24 h of 24 h
    assert figure(I.SAIDI_MV, [], mv_hours=MvHours(9.0, 3.0), mv_users=50).value == pytest.approx(14.4)


def test_lines_that_fail_often_customers_dark_often_and_long_outages() -> None:
    outages = [one(f"a{n}", 1000 * n, 1000 * n + 60, feeder="城东线", named={"x": at(1000 * n + 60)}) for n in range(3)]
    outages += [one("b", 0, 541, 4, feeder="城西线"), one("c", 0, 480, 4), one("d", 0, 1500, 2)]
    assert often(outages) == [("城东线", 3)]
    assert often_dark(outages, least=3, most=4) == 1
    assert [found.incident for found in long(outages)] == ["d", "b"]  # 25 h, 9 h 1 min; exactly 8 h is not over
    assert very_long(dark(outages)) == 2
    assert lasted(one("e", 0, 60, 3, named={"x": at(90)})) == timedelta(minutes=90)


# ---- the law


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[Interruption], dict[str, set[int]]]:
    """
    Families of incidents over customers who are known one by one, and the dark minutes of each customer.

    Some customers are known by name and may stand in several families; the others are told as a number only.
    """
    known: list[Interruption] = []
    truth: dict[str, set[int]] = {}
    for family in range(draw(st.integers(1, 3))):
        unnamed = [f"{family}-{n}" for n in range(draw(st.integers(0, 4)))]
        called = draw(st.sets(st.sampled_from(["x", "y", "z"]), max_size=3))
        _nest(draw, f"f{family}", None, {*unnamed, *called}, [], known, truth)
    return known, truth


def _nest(draw, name, outer, people, around, known, truth) -> None:  # type: ignore[no-untyped-def]
    begin = draw(st.integers(0, 30))
    spell = (begin, begin + draw(st.integers(0, 40)))
    times = [*around, spell]
    inner = draw(st.sets(st.sampled_from(sorted(people)))) if people and len(times) < 4 else set()
    own = people - inner
    named = {who: at(spell[1]) for who in own if "-" not in who}
    for who in own:
        truth.setdefault(who, set()).update(*(range(*one) for one in times))
    known.append(one(name, *spell, len(people), named=named, nested_in=outer))
    if inner:
        _nest(draw, f"{name}n", name, inner, times, known, truth)


@given(worlds())
def test_the_sum_is_the_union_of_each_customers_minutes(drawn: tuple[list[Interruption], dict[str, set[int]]]) -> None:
    known, truth = drawn
    found = dark(known)
    assert sum(part.customers for part in found) == len(truth)
    assert customer_minutes(found) == sum(map(len, truth.values()))


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50))))
def test_a_union_has_the_same_minutes_and_its_spells_do_not_touch(pairs: list[tuple[int, int]]) -> None:
    spells = union([(at(begin), at(end)) for begin, end in pairs])
    covered = set[int]().union(*(range(*pair) for pair in pairs))
    assert sum((end - begin).total_seconds() / 60 for begin, end in spells) == len(covered)
    assert all(before[1] < after[0] for before, after in itertools.pairwise(spells))
    assert all(isinstance(begin, datetime) and begin < end for begin, end in spells)


def test_a_transformer_is_one_user_and_each_of_its_hours_counts_once() -> None:
    dark = [
        DarkUser("T1", at(0), at(120), planned=False),
        DarkUser("T1", at(60), at(180), planned=False),  # the lateral below the line: dark by both
        DarkUser("T2", at(0), at(60), planned=False),
        DarkUser("T2", at(30), at(90), planned=True),  # planned work takes what it had dark
        DarkUser("T3", at(-60), at(30), planned=False),  # half an hour of it falls into the period
    ]
    found = mv_hours(dark, begin_at=at(0), end_at=at(1440))
    assert found == MvHours(faults=pytest.approx(4.0), planned=pytest.approx(1.0))  # 3 + 0.5 + 0.5; 1
    assert mv_hours([], begin_at=at(0), end_at=at(60)).total == 0

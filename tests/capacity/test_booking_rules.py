"""When a visit fits, which place is best, who gives way: rules without a database."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.capacity import booking, course, declaration
from dispatch.capacity.booking import BadWish, Booking, Closed, Full, HalfDay, HoldLapsed, NoTeam, OutsideHours
from dispatch.capacity.declaration import BadDeclaration, Declaration, OutsideHorizon, Slot
from dispatch.capacity.insertion import Stop, cheapest, leg_m, route
from dispatch.capacity.words import Appointment, BookingState, BookingStep, Half
from tests.worlds import START, minutes

from .bookings import RULES, TODAY, TOMORROW, booked, slot, wish

DEPOT_AT = Stop(121.88, 29.47)
degrees = st.tuples(st.floats(121, 122), st.floats(29, 30))


def half_day(where: Slot, visits: int | None, *taken: Booking, teams: int = 1, workday: bool = True) -> HalfDay:
    said = {"teams": teams, "visits": visits or 0, "version": 1, "declared_by": "leader", "declared_at": START}
    declared = None if visits is None else Declaration(slot=where, **said)
    return HalfDay(where, "丹城供电所", DEPOT_AT, declared, taken, workday)


def why(day: HalfDay, at: datetime = START) -> type | None:
    found = booking.refusal_of(day, rules=RULES, at=at)
    return None if found is None else type(found)


def test_the_lists_are_frozen_at_half_past_seven_and_half_past_twelve() -> None:
    closes = [declaration.hours(RULES, TODAY, half).closes_at for half in Half]
    assert closes == [datetime(2026, 6, 30, 23, 30, tzinfo=UTC), datetime(2026, 7, 1, 4, 30, tzinfo=UTC)]


def test_a_visit_fits_only_below_what_was_declared() -> None:
    one, two = booked("a", slot()), booked("b", slot(), place=2)
    assert why(half_day(slot(), 2, one)) is None
    assert why(half_day(slot(), 2, one, two)) is Full
    assert why(half_day(slot(), 1, one, two)) is Full


def test_nothing_declared_no_team_and_a_day_off_are_told_apart() -> None:
    assert why(half_day(slot(), None)) is NoTeam
    assert why(half_day(slot(), 0, teams=0)) is NoTeam
    assert why(half_day(slot(), None, workday=False)) is Closed
    assert why(half_day(slot(), 1, workday=False)) is None  # the depot said that it works


def test_nothing_is_booked_into_a_frozen_half_day() -> None:
    closes_at = declaration.hours(RULES, TOMORROW, Half.AM).closes_at
    assert why(half_day(slot(), 1), closes_at - timedelta(seconds=1)) is None
    assert why(half_day(slot(), 1), closes_at) is Closed


@pytest.mark.parametrize(
    ("begin", "end", "half"),
    [("08:00", "12:00", Half.AM), ("13:00", "13:01", Half.PM), ("11:30", "13:30", None), ("07:59", "09:00", None)],
)
def test_an_agreed_window_lies_in_one_half_day(begin: str, end: str, half: Half | None) -> None:
    window = [datetime.fromisoformat(f"2026-07-02T{clock}:00+08:00") for clock in (begin, end)]
    fixed = wish(appointment=Appointment.FIXED, from_at=window[0], to_at=window[1])
    if half is None:
        with pytest.raises(OutsideHours, match="08:00-12:00"):
            booking.slots_of(fixed, ["d"], rules=RULES, at=START)
    else:
        (found,) = booking.slots_of(fixed, ["d"], rules=RULES, at=START)
        assert (found.date, found.half) == (TOMORROW, half)


def test_a_date_that_is_over_cannot_be_booked() -> None:
    with pytest.raises(Closed):
        booking.slots_of(wish(appointment=Appointment.BY_DATE, due=date(2026, 6, 30)), ["d"], rules=RULES, at=START)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"appointment": Appointment.FIXED}, "from_at"),
        ({"appointment": Appointment.WITHIN, "due": TOMORROW}, "due"),
        ({"appointment": Appointment.BY_DATE}, "due"),
        ({"appointment": Appointment.FIXED, "from_at": START, "to_at": START}, "to_at"),
    ],
)
def test_each_kind_of_appointment_says_its_own_time(said: dict, field: str) -> None:
    with pytest.raises(BadWish) as refused:
        booking.check_wish(wish(**said))
    assert refused.value.field == field


def test_a_by_date_visit_takes_the_place_that_is_least_out_of_the_way() -> None:
    far, near = slot(), slot(half=Half.PM)
    days = [
        half_day(far, 3, booked("far", far, lon=121.6, lat=29.0)),
        half_day(near, 3, booked("near", near, lon=121.9, lat=29.6)),
    ]
    best, other = booking.offers(wish(lon=121.901, lat=29.601), days, rules=RULES, at=START)
    assert (best.slot, best.between) == (near, ("near",))
    assert best.detour_m < 1000 < other.detour_m
    assert "顺路" in best.why


def test_a_within_visit_takes_the_earliest_place_even_if_it_is_farther() -> None:
    early, late = slot(), slot(half=Half.PM)
    days = [half_day(late, 1), half_day(early, 2, booked("far", early, lon=121.0, lat=29.0))]
    within = wish(appointment=Appointment.WITHIN, start_by=minutes(60 * 48))
    assert [offer.slot for offer in booking.offers(within, days, rules=RULES, at=START)] == [early, late]


def test_a_refusal_names_each_half_day_and_the_reason_nearest_to_a_yes() -> None:
    days = [half_day(slot(half=Half.PM), None), half_day(slot(), 1, booked("a", slot()))]
    found = booking.refusal(days, rules=RULES, at=START)
    assert isinstance(found, Full)
    assert [each["code"] for each in found.details["refused"]] == ["NoTeam", "Full"]  # type: ignore[attr-defined]


def test_by_date_gives_way_first_and_an_agreed_window_last() -> None:
    taken = [
        booked("fixed", slot()),
        booked("within", slot(), appointment=Appointment.WITHIN),
        booked("due", slot(), appointment=Appointment.BY_DATE),
        booked("due, later", slot(), appointment=Appointment.BY_DATE, made_at=minutes(1)),
        booked("held", slot(), state=BookingState.HELD),
    ]
    order = [booking.victims_of(taken, visits)[-1].id for visits in (4, 3, 2, 1, 0)]
    assert order == ["held", "due, later", "due", "within", "fixed"]
    assert booking.victims_of(taken, 5) == []


def test_a_hold_lapses_and_cannot_be_confirmed() -> None:
    held = booked("a", slot(), state=BookingState.HELD, expires_at=minutes(10))
    assert course.as_of(held, minutes(9)) == held
    lapsed = course.as_of(held, minutes(10))
    assert (lapsed.state, lapsed.place) == (BookingState.LAPSED, None)
    with pytest.raises(HoldLapsed):
        course.check(lapsed, BookingStep.CONFIRMED)


@pytest.mark.parametrize(("teams", "visits", "field"), [(1, -1, "visits"), (0, 3, "teams")])
def test_a_declaration_that_cannot_be_is_refused(teams: int, visits: int, field: str) -> None:
    with pytest.raises(BadDeclaration) as refused:
        declaration.check(slot(), teams=teams, visits=visits, rules=RULES, at=START)
    assert refused.value.field == field


@pytest.mark.parametrize("day", [date(2026, 6, 30), date(2026, 7, 30)])
def test_a_day_that_is_over_or_too_far_ahead_is_refused(day: date) -> None:
    with pytest.raises(OutsideHorizon, match="2026-07-29"):
        declaration.check(slot(day), teams=1, visits=1, rules=RULES, at=START)


@given(st.lists(degrees, max_size=6), degrees, st.booleans())
def test_an_insertion_costs_what_the_route_grows_by(
    at: list[tuple[float, float]], new: tuple[float, float], has_depot: bool
) -> None:
    visits = [Stop(lon, lat, str(n)) for n, (lon, lat) in enumerate(at)]
    depot, stop = (DEPOT_AT if has_depot else None), Stop(*new)
    gap = cheapest(stop, depot=depot, visits=visits)
    path = [stop for stop in (depot, *route(depot, visits), depot) if stop]
    tries = [[*path[:n], stop, *path[n:]] for n in range(has_depot, len(path) + (not has_depot))]
    lengths = [sum(leg_m(a, b) for a, b in pairwise(each)) for each in tries]
    before = sum(leg_m(a, b) for a, b in pairwise(path))
    assert gap.detour_m == pytest.approx(min(lengths) - before, abs=1e-3)
    assert len(gap.visits) <= 2

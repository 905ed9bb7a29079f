"""When a visit fits, which place is best, who gives way: rules without a database."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from dispatch.capacity import booking, course, declaration, offering, wishes
from dispatch.capacity.booking import Booking, Drive, Full, HalfDay, HoldLapsed, NoDrive, NoTeam, TooFar
from dispatch.capacity.declaration import BadDeclaration, Declaration, OutsideHorizon, Slot
from dispatch.capacity.wishes import BadWish, Closed, OutsideHours
from dispatch.capacity.words import Appointment, BookingState, BookingStep, Half
from tests.worlds import START, minutes

from .bookings import RULES, TODAY, TOMORROW, booked, slot, wish


def half_day(where: Slot, visits: int | None, *taken: Booking, teams: int = 1, workday: bool = True) -> HalfDay:
    said = {"teams": teams, "visits": visits or 0, "version": 1, "declared_by": "leader", "declared_at": START}
    declared = None if visits is None else Declaration(slot=where, **said)
    return HalfDay(where, "丹城供电所", declared, taken, workday)


def driven(day: HalfDay, extra_min: float, *between: str) -> HalfDay:
    arrives_at = declaration.hours(RULES, day.slot.date, day.slot.half).begins_at + timedelta(minutes=30)
    return replace(day, drive=Drive(arrives_at=arrives_at, extra_s=round(60 * extra_min), between=between))


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
            wishes.slots_of(fixed, ["d"], rules=RULES, at=START)
    else:
        (found,) = wishes.slots_of(fixed, ["d"], rules=RULES, at=START)
        assert (found.date, found.half) == (TOMORROW, half)


def test_a_date_that_is_over_cannot_be_booked() -> None:
    with pytest.raises(Closed):
        wishes.slots_of(wish(appointment=Appointment.BY_DATE, due=date(2026, 6, 30)), ["d"], rules=RULES, at=START)


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
        wishes.check_wish(wish(**said))
    assert refused.value.field == field


def test_a_by_date_visit_takes_the_place_that_is_least_out_of_the_way() -> None:
    far, near = slot(), slot(half=Half.PM)
    days = [driven(half_day(far, 3), 31), driven(half_day(near, 3, booked("near", near)), 2.4, "near")]
    best, other = offering.offers(wish(), days, rules=RULES, at=START)
    assert (best.slot, best.between, best.extra_s) == (near, ("near",), 144)
    assert other.extra_s == 31 * 60
    assert "顺路插在已约的一户与班所之间,多行车 2 分钟,预计 13:30 到" in best.why


def test_a_within_visit_takes_the_earliest_place_even_if_it_is_farther() -> None:
    early, late = slot(), slot(half=Half.PM)
    days = [driven(half_day(late, 1), 2), driven(half_day(early, 2), 90)]
    within = wish(appointment=Appointment.WITHIN, start_by=minutes(60 * 48))
    assert [offer.slot for offer in offering.offers(within, days, rules=RULES, at=START)] == [early, late]


def test_a_refusal_names_each_half_day_and_the_reason_nearest_to_a_yes() -> None:
    days = [half_day(slot(half=Half.PM), None), half_day(slot(), 1, booked("a", slot()))]
    found = booking.refusal(booking.refused_of(days, rules=RULES, at=START))
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


def test_a_place_that_nobody_can_drive_to_is_too_far_and_says_what_is_lacking() -> None:
    day = replace(half_day(slot(), 2), drive=NoDrive("收工前回不到班所", 700))
    found = booking.refusal_of(day, rules=RULES, at=START)
    assert isinstance(found, TooFar)
    assert "收工前回不到班所,至少差 12 分钟" in found.message
    assert not offering.offers(wish(), [day], rules=RULES, at=START)


def test_people_are_told_a_span_about_the_expected_arrival_within_what_is_promised() -> None:
    day, about = driven(half_day(slot(), 2), 5), timedelta(minutes=15)
    (offer,) = offering.offers(wish(), [day], rules=RULES, at=START, about=about)
    assert offer.arrives_at is not None
    assert offer.arrives_between == (offer.arrives_at - about, offer.arrives_at + about)
    early = replace(day, drive=replace(day.drive, arrives_at=offer.from_at))
    (offer,) = offering.offers(wish(), [early], rules=RULES, at=START, about=about)
    assert offer.arrives_between == (offer.from_at, offer.from_at + about)


def test_a_full_half_day_is_nearer_to_a_yes_than_one_that_is_too_far() -> None:
    far = replace(half_day(slot(half=Half.PM), 2), drive=NoDrive("收工前回不到班所"))
    days = [far, half_day(slot(), 1, booked("a", slot()))]
    found = booking.refusal(booking.refused_of(days, rules=RULES, at=START))
    assert isinstance(found, Full)
    assert [each["code"] for each in found.details["refused"]] == ["TooFar", "Full"]  # type: ignore[attr-defined]


def test_an_agreed_window_is_at_least_as_long_as_the_work() -> None:
    short = wish(appointment=Appointment.FIXED, from_at=START, to_at=START + timedelta(minutes=39))
    with pytest.raises(BadWish, match="40 分钟") as refused:
        wishes.check_length(short, timedelta(minutes=40))
    assert refused.value.field == "to_at"
    wishes.check_length(short, timedelta(minutes=39))


def test_an_offer_that_was_made_as_the_crow_flies_can_still_be_read() -> None:
    kept = {"slot": slot().model_dump(), "from_at": START, "to_at": START, "free": 1, "detour_m": 1200,
            "between": (), "why": ""}  # fmt: skip
    found = booking.Offer.model_validate(kept)
    assert (found.detour_m, found.arrives_at, found.extra_s) == (1200, None, None)

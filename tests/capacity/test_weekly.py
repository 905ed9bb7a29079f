"""The week of declarations: its names, its moments, which half-days are copied."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.capacity.declaration import Declaration, Slot
from dispatch.capacity.weekly import (
    BadWeek,
    OutsideWeek,
    check_week,
    days_of,
    due_at,
    halves_open,
    inherited,
    monday_of,
    name_of,
    read_week,
    reminded_at,
    weeks_to_copy,
    weeks_to_remind,
)
from dispatch.capacity.words import Half, VisitArea, VisitKind
from dispatch.kit.packchecks import CHECKS
from dispatch.kit.workdays import Calendar
from dispatch.kit.worklistrules import STANDARD, WorklistRules
from tests.worlds import START

from .bookings import RULES

W28 = date(2026, 7, 6)
CALENDAR = Calendar.of_library()


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+08:00")


@given(day=st.dates(date(2000, 1, 3), date(2099, 12, 20)))
def test_a_week_is_read_by_its_name_and_by_its_monday(day: date) -> None:
    monday = monday_of(day)
    assert monday <= day <= days_of(monday)[-1]
    assert read_week(name_of(monday)) == read_week(monday.isoformat()) == monday


def test_a_week_at_the_turn_of_the_year_has_the_year_of_its_thursday() -> None:
    assert read_week("2026-W53") == date(2026, 12, 28)
    assert name_of(date(2026, 12, 28)) == "2026-W53"


@pytest.mark.parametrize(
    "text", ["", "2026", "W28", "2026-W54", "2025-W53", "2026-W00", "2026-7-6", "1999-W10", "2026-W28周"]
)
def test_what_names_no_week_is_refused_saying_how_to_write_it(text: str) -> None:
    with pytest.raises(BadWeek, match="2026-W28"):
        read_week(text)


def test_a_day_that_is_no_monday_is_refused_naming_the_monday() -> None:
    with pytest.raises(BadWeek, match="2026-07-06 或 2026-W28"):
        read_week("2026-07-08")


def test_a_week_is_declared_until_thursday_at_five_of_the_week_before() -> None:
    assert due_at(STANDARD, W28) == at("2026-07-02T17:00")
    assert reminded_at(STANDARD, W28) == at("2026-07-01T09:00")


@pytest.mark.parametrize(
    ("now", "reminded", "copied"),
    [
        ("2026-07-01T08:59", [], [29]),
        ("2026-07-01T09:00", [6], [29]),
        ("2026-07-02T16:59", [6], [29]),
        ("2026-07-02T17:00", [], [29, 6]),
        ("2026-07-05T23:59", [], [29, 6]),
        ("2026-07-06T00:00", [], [6]),
    ],
)
def test_what_is_due_at_a_moment(now: str, reminded: list[int], copied: list[int]) -> None:
    assert [monday.day for monday in weeks_to_remind(STANDARD, at(now))] == reminded
    assert [monday.day for monday in weeks_to_copy(STANDARD, at(now))] == copied


def test_only_working_half_days_whose_list_is_not_frozen_are_copied() -> None:
    assert len(halves_open(W28, rules=RULES, calendar=CALENDAR, at=START)) == 10
    late = halves_open(W28, rules=RULES, calendar=CALENDAR, at=at("2026-07-09T12:29"))
    assert late == [(date(2026, 7, 9), Half.PM), (date(2026, 7, 10), Half.AM), (date(2026, 7, 10), Half.PM)]
    national_day = date(2026, 9, 28)
    assert {day.day for day, _ in halves_open(national_day, rules=RULES, calendar=CALENDAR, at=START)} == {28, 29, 30}
    made_up = date(2026, 10, 5)  # its Saturday is worked for the holiday
    assert {day.day for day, _ in halves_open(made_up, rules=RULES, calendar=CALENDAR, at=START)} == {8, 9, 10}


def test_a_copy_says_that_it_is_one_and_of_what() -> None:
    slot = Slot(depot="d", date=W28, half=Half.AM, kind=VisitKind.SURVEY, area_class=VisitArea.URBAN)
    last = slot.model_copy(update={"date": W28 - timedelta(days=7)})
    source = Declaration(slot=last, teams=2, visits=9, version=4, declared_by="leader", declared_at=START, reason="雨")
    made = inherited(source, slot, by="system", at=START)
    assert (made.slot, made.teams, made.visits, made.version) == (slot, 2, 9, 1)
    assert (made.inherited, made.declared_by, made.reason) == (True, "system", "逾期未申报,沿用 2026-06-29")


def test_a_line_of_another_week_is_refused_naming_it() -> None:
    slot = Slot(depot="d", date=date(2026, 7, 13), half=Half.AM, kind=VisitKind.SURVEY, area_class=VisitArea.URBAN)
    with pytest.raises(OutsideWeek, match=r"07月13日.*2026-07-06 至 2026-07-12"):
        check_week(W28, [slot])


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("reminded", {"weekday": 4, "value": "17:00", "unit": "local_time", "source": "[P] x"}),
        ("inherits", {"value": 0, "unit": "times", "source": "[P] x"}),
        ("forecast_weeks", {"value": 0, "unit": "times", "source": "[P] x"}),
    ],
)
def test_rules_that_contradict_each_other_are_refused(name: str, said: dict[str, object]) -> None:
    whole = STANDARD.model_dump() | {name: said}
    assert [field for field, _ in CHECKS["worklists"](WorklistRules.model_validate(whole))] == [name]
    assert list(CHECKS["worklists"](STANDARD)) == []

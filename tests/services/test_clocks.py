"""When a stage is due: hours run through, working days skip holidays and the days on which the customer works."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.kit.clock import CHINA
from dispatch.kit.numbers import Span, Workdays
from dispatch.kit.workdays import Calendar, CalendarEnds
from dispatch.services.clocks import clock
from dispatch.services.model import Clock, Pause
from dispatch.services.words import PauseReason

CALENDAR = Calendar.of_library()
WARNINGS = (0.5, 0.2)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


def workdays(n: float) -> Workdays:
    return Workdays(value=n, unit="workday", source="[P] test")


def hours(n: float) -> Span:
    return Span(value=n, unit="h", source="[P] test")


def pause(begun: str, ended: str | None) -> Pause:
    reason = PauseReason.CUSTOMER_WORKS
    return Pause(reason=reason, text="客户施工", begun_at=local(begun), ended_at=local(ended) if ended else None)


def due(limit: Span | Workdays, since: str, *pauses: Pause) -> Clock:
    return clock(limit, since=local(since), warnings=WARNINGS, pauses=pauses, calendar=CALENDAR)


def test_hours_run_through_the_night_and_the_holiday() -> None:
    runs = due(hours(24), "2026-10-01T20:00")
    assert runs.due_at == local("2026-10-02T20:00")
    assert runs.first_warning_at == local("2026-10-02T08:00")
    assert runs.second_warning_at == local("2026-10-02T15:12")


@pytest.mark.parametrize(
    ("n", "since", "at"),
    [
        (1, "2026-11-20T23:59", "2026-11-24T00:00"),  # Friday night: Monday's end
        (3, "2026-09-30T09:00", "2026-10-11T00:00"),  # 8, 9 and the make-up Saturday 10 October
        (5, "2026-02-14T10:00", "2026-03-01T00:00"),  # 24 to 27 and the make-up Saturday 28 February
        (6, "2026-11-16T08:00", "2026-11-25T00:00"),
        (2, "2025-12-31T08:00", "2026-01-06T00:00"),  # Sunday 4 January is worked
    ],
)
def test_working_days_end_with_the_last_day(n: int, since: str, at: str) -> None:
    assert due(workdays(n), since).due_at == local(at)


def test_the_warnings_of_a_working_day_limit_fall_on_working_days() -> None:
    runs = due(workdays(5), "2026-11-20T09:00")  # Friday; the days are Monday to Friday
    assert runs.first_warning_at == local("2026-11-25T12:00")  # two and a half days are over
    assert runs.second_warning_at == local("2026-11-27T00:00")  # four
    assert runs.due_at == local("2026-11-28T00:00")
    one = due(workdays(1), "2026-11-20T09:00")
    assert one.first_warning_at == local("2026-11-23T12:00")


@pytest.mark.parametrize(
    ("pauses", "at"),
    [
        ([], "2026-11-26T00:00"),
        ([pause("2026-11-23T09:00", "2026-11-23T17:00")], "2026-11-26T00:00"),  # back the same day: it counts
        ([pause("2026-11-23T09:00", "2026-11-24T09:00")], "2026-11-27T00:00"),  # Monday is the customer's
        ([pause("2026-11-21T09:00", "2026-11-22T09:00")], "2026-11-26T00:00"),  # a weekend nobody counts
        ([pause("2026-11-23T09:00", "2026-11-30T09:00")], "2026-12-03T00:00"),  # five working days
        (
            [pause("2026-11-23T09:00", "2026-11-24T09:00"), pause("2026-11-25T09:00", "2026-11-26T09:00")],
            "2026-11-28T00:00",
        ),
    ],
)
def test_days_of_the_customer_do_not_count(pauses: list[Pause], at: str) -> None:
    assert due(workdays(3), "2026-11-20T09:00", *pauses).due_at == local(at)


def test_a_pause_after_the_limit_puts_nothing_off() -> None:
    late = pause("2026-11-26T09:00", "2026-12-10T09:00")
    assert due(workdays(3), "2026-11-20T09:00", late).due_at == local("2026-11-26T00:00")
    assert due(hours(24), "2026-11-20T09:00", late).due_at == local("2026-11-21T09:00")
    assert due(hours(24), "2026-11-20T09:00", pause("2026-11-20T10:00", "2026-11-20T12:00")).due_at == local(
        "2026-11-21T11:00"
    )


def test_a_limit_beyond_the_holiday_table_is_refused() -> None:
    calendar = Calendar(2026, 2026, CALENDAR.off, CALENDAR.work)
    with pytest.raises(CalendarEnds, match="2027"):
        clock(workdays(30), since=local("2026-12-01T09:00"), warnings=WARNINGS, pauses=(), calendar=calendar)


INSTANTS = st.integers(0, 800 * 24 * 60).map(lambda n: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=n))


@given(INSTANTS, st.integers(1, 40), st.lists(st.tuples(st.integers(1, 400), st.integers(1, 400)), max_size=4))
def test_a_pause_never_brings_a_limit_nearer_and_warnings_stand_in_order(
    since: datetime, n: int, gaps: list[tuple[int, int]]
) -> None:
    at, pauses = since, []
    for before_h, long_h in gaps:
        begun = at + timedelta(hours=before_h)
        at = begun + timedelta(hours=long_h)
        reason = PauseReason.CUSTOMER_WORKS
        pauses.append(Pause(reason=reason, text="x", begun_at=begun, ended_at=at))
    plain, paused = (
        clock(workdays(n), since=since, warnings=WARNINGS, pauses=some, calendar=CALENDAR) for some in ((), pauses)
    )
    assert paused.due_at >= plain.due_at
    for runs in (plain, paused):
        assert since < runs.first_warning_at <= runs.second_warning_at <= runs.due_at
    day = (plain.due_at - timedelta(seconds=1)).astimezone(CHINA).date()
    assert CALENDAR.workdays_between(since.astimezone(CHINA).date(), day) == n


def test_the_day_of_the_beginning_does_not_count_wherever_the_server_stands() -> None:
    night = datetime(2026, 11, 19, 16, 30, tzinfo=UTC)  # half past midnight of Friday in China
    assert clock(workdays(1), since=night, warnings=WARNINGS, pauses=(), calendar=CALENDAR).due_at == local(
        "2026-11-24T00:00"
    )
    assert date(2026, 11, 20).weekday() == 4

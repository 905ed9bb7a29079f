"""Nobody is written to in quiet hours, and nobody waits longer than they last."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dispatch.kit.clock import CHINA
from dispatch.kit.quiet import NeverAllowed, is_quiet, next_allowed

NOON, NIGHT = (time(12), time(14)), (time(21), time(8))
USUAL = (NOON, NIGHT)
MINUTES = st.integers(0, 24 * 60 - 1).map(lambda n: time(n // 60, n % 60))
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
INSTANTS = st.timedeltas(timedelta(0), timedelta(days=366)).map(lambda since: BEGIN + since)


def china(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 7, day, hour, minute, tzinfo=CHINA)


@pytest.mark.parametrize(
    ("at", "allowed"),
    [
        (china(1, 9), china(1, 9)),
        (china(1, 12), china(1, 14)),
        (china(1, 13, 59), china(1, 14)),
        (china(1, 14), china(1, 14)),
        (china(1, 20, 59), china(1, 20, 59)),
        (china(1, 21), china(2, 8)),
        (china(1, 23, 59), china(2, 8)),
        (china(2, 0), china(2, 8)),
        (china(2, 7, 59), china(2, 8)),
        (china(2, 8), china(2, 8)),
    ],
)
def test_quiet_hours_run_over_midnight_and_end_in_the_morning(at: datetime, allowed: datetime) -> None:
    assert next_allowed(at.astimezone(UTC), USUAL) == allowed
    assert is_quiet(at, USUAL) is (at != allowed)


@given(at=INSTANTS)
@example(at=china(1, 23, 59).astimezone(UTC))
@example(at=china(2, 0).astimezone(UTC))
def test_the_next_allowed_moment_is_never_quiet_never_earlier_and_never_skips_one(at: datetime) -> None:
    allowed = next_allowed(at, USUAL)
    assert allowed >= at
    assert not is_quiet(allowed, USUAL)
    assert allowed == at or is_quiet(allowed - timedelta(microseconds=1), USUAL)
    assert allowed - at <= timedelta(hours=11)
    assert next_allowed(allowed, USUAL) == allowed


@given(at=INSTANTS, spans=st.lists(st.tuples(MINUTES, MINUTES), max_size=4))
@example(at=china(1, 12).astimezone(UTC), spans=[(time(12), time(0)), (time(0), time(12))])
@example(at=china(1, 12).astimezone(UTC), spans=[(time(11), time(13)), (time(12, 30), time(15))])
def test_any_windows_leave_a_moment_or_are_refused(at: datetime, spans: list[tuple[time, time]]) -> None:
    minutes = [at.replace(second=0, microsecond=0) + timedelta(minutes=n) for n in range(24 * 60 + 1)]
    if all(is_quiet(minute, spans) for minute in minutes):
        with pytest.raises(NeverAllowed):
            next_allowed(at, spans)
    else:
        allowed = next_allowed(at, spans)
        assert allowed >= at
        assert not is_quiet(allowed, spans)

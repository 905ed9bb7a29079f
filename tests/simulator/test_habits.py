"""The played people are the same in every play of one seed."""

from datetime import UTC, datetime, time, timedelta

from dispatch.kit.clock import CHINA
from dispatch.simulator.habits import CALL_BACK, LEAST_STEP, LEAST_WAY, Habits, quiet_until
from dispatch.simulator.timeline import LOOK_AHEAD

QUIET = ((time(12), time(14)), (time(21), time(8)))


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2024, 7, 25, hour, minute, tzinfo=CHINA).astimezone(UTC)


def test_no_step_is_sooner_than_the_look_ahead() -> None:
    assert LEAST_STEP > LOOK_AHEAD
    assert LEAST_WAY > LOOK_AHEAD
    habits = Habits(0)
    assert min(habits.takes(str(n), "accept", (1, 0.1)) for n in range(50)) == LEAST_STEP


def test_delays_depend_on_seed_call_and_step_only() -> None:
    assert Habits(1).takes("a", "accept", (45, 0.6)) == Habits(1).takes("a", "accept", (45, 0.6))
    drawn = {Habits(s).takes(k, step, (450, 0.6)) for s in (1, 2) for k in "ab" for step in ("accept", "reply")}
    assert len(drawn) == 8


def test_a_longer_way_takes_longer_and_never_no_time() -> None:
    habits = Habits(0)
    here, near, far = (121.0, 29.0), (121.05, 29.0), (122.0, 29.0)
    assert habits.way("a", here, here) == LEAST_WAY
    assert LEAST_WAY < habits.way("a", here, near) < habits.way("a", here, far) < timedelta(hours=8)


def test_nobody_is_called_back_at_noon_or_at_night() -> None:
    assert quiet_until(at(11, 59), QUIET) is None
    assert quiet_until(at(12), QUIET) == at(14)
    assert quiet_until(at(23), QUIET) == at(8) + timedelta(days=1)
    assert quiet_until(at(3), QUIET) == at(8)
    habits = Habits(0, QUIET)
    calls = [habits.call_back(str(n), at(hour, 30), CALL_BACK) for hour in range(24) for n in range(30)]
    assert all(quiet_until(when, QUIET) is None for when in calls)

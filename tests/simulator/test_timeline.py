"""Simulated time: in order, nothing unserved, hands that never go back."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dispatch.kit.clock import SharedClock
from dispatch.simulator.timeline import LOOK_AHEAD, Timeline

START = datetime(2024, 7, 25, 4, tzinfo=UTC)


@pytest.fixture
def clock(tmp_path: Path) -> SharedClock:
    return SharedClock(tmp_path / "clock")


async def nothing() -> None:
    return None


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def noting(log: list[str], name: str) -> Callable[[datetime], Awaitable[None]]:
    async def happen(_at: datetime) -> None:
        log.append(name)

    return happen


async def test_happenings_come_in_the_order_of_their_time(clock: SharedClock) -> None:
    timeline, log = Timeline(clock, start=START), list[str]()
    for seconds, name in ((300, "c"), (0, "a"), (60, "b")):
        timeline.at(after(seconds), noting(log, name))
    await timeline.play(after_each=nothing)
    assert log == ["a", "b", "c"]
    assert clock.now() == after(300)


async def test_what_follows_waits_until_all_of_its_window_are_answered(clock: SharedClock) -> None:
    timeline, log = Timeline(clock, start=START), list[str]()

    async def slow(at: datetime) -> None:
        for _ in range(20):
            await asyncio.sleep(0)
        log.append("slow")
        timeline.at(at, noting(log, "too soon is put off"))

    timeline.at(after(0), slow)
    timeline.at(after(5), noting(log, "beside"))
    timeline.at(START + LOOK_AHEAD, noting(log, "next window"))
    await timeline.play(after_each=nothing)
    assert log[:2] == ["beside", "slow"]
    assert set(log[2:]) == {"next window", "too soon is put off"}


async def test_the_server_never_sees_a_report_from_the_future(clock: SharedClock) -> None:
    timeline, seen = Timeline(clock, start=START), list[bool]()

    async def happen(at: datetime) -> None:
        seen.append(clock.now() >= at)

    for seconds in range(0, 100, 3):
        timeline.at(after(seconds), happen)
    await timeline.play(after_each=nothing)
    assert len(seen) == 34
    assert all(seen)


async def test_at_a_chosen_speed_the_hands_move_between_happenings(clock: SharedClock) -> None:
    timeline = Timeline(clock, start=START, speed=600)
    timeline.at(after(600), noting([], ""))
    playing = asyncio.create_task(timeline.play(after_each=nothing))
    hands = set[datetime]()
    while not playing.done():
        hands.add(clock.now())
        await asyncio.sleep(0.01)
    assert len(hands) > 2
    assert clock.now() == after(600)


async def test_what_fails_ends_the_play_with_its_own_error(clock: SharedClock) -> None:
    timeline = Timeline(clock, start=START)

    async def fail(_at: datetime) -> None:
        raise LookupError("no such ticket")

    timeline.at(after(0), fail)
    with pytest.raises(LookupError, match="no such ticket"):
        await timeline.play(after_each=nothing)

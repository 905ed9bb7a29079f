"""Processes are killed while a storm is played: nothing that was acknowledged is lost, nothing happens twice."""

import os
import signal
from collections.abc import Iterator
from typing import Any

import pytest

from dispatch.simulator.play import Stage
from dispatch.simulator.replay import Replay, Terms
from dispatch.simulator.server import Server
from scenarios.typhoon import scenario

KILLS = ((20, "api-1"), (60, "worker"), (100, "postgres"), (140, "api-1"), (170, "postgres"))  # after so many calls
CALLS = 200


class Killer:
    """Kills one process after another as the calls come in, and remembers which process numbers they had."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._due: Iterator[tuple[int, str]] = iter(KILLS)
        self._next = next(self._due, None)
        self.killed: list[tuple[str, int]] = []

    def watch(self, stage: Stage) -> None:
        if self._next is None or stage.done["call"] < self._next[0]:
            return
        name = self._next[1]
        self._next = next(self._due, None)
        pid = self.pids()[name]
        os.kill(pid, signal.SIGKILL)
        self.killed.append((name, pid))

    def pids(self) -> dict[str, int]:
        running = self._server.running
        return {**running["processes"], "postgres": running["postgres"]}


@pytest.mark.faults
@pytest.mark.skipif(bool(os.environ.get("TEST_DATABASE_URL")), reason="kills its own PostgreSQL, not a shared one")
async def test_a_storm_goes_on_over_the_death_of_every_process() -> None:
    made = scenario(calls=CALLS, crews=60)
    async with Server() as server:
        killer = Killer(server)
        report, _ = await Replay(made.day, made.world, server, Terms(), killer.watch).play()
        after = killer.pids()
    assert [name for name, _ in killer.killed] == [name for _, name in KILLS]
    assert all(after[name] != pid for name, pid in killer.killed)
    assert report["console_reconnects"] > 0
    _assert_sound(report)


def _assert_sound(report: dict[str, Any]) -> None:
    assert report["trouble_samples"] == []
    assert report["tickets"] == report["closed"] == report["calls"] == CALLS
    assert (report["lost"], report["duplicated"]) == (0, 0)
    assert (report["feed_gaps"], report["console_divergence"]) == (0, 0)
    assert report["overdue_events"] == report["deadlines_fired"] > 0
    assert report["audit_clean"] is True

"""
A day is played on the real server while its processes are killed, one by one and all together.

What was acknowledged is there, once; every limit fired once; the feed has no gap; the consoles show what is true.
The day, the order of the faults and the requests between them are drawn by a seed (``DISPATCH_FAULT_SEED``, else 1);
what a fault hits at its moment is up to the machine. Each fault proves that it happened.
"""

import asyncio
import os
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from dispatch.kit.db import Connection
from dispatch.simulator.connections import Connections
from dispatch.simulator.play import Stage
from dispatch.simulator.players import call_body, request_key
from dispatch.simulator.replay import Replay, Terms

from .siege import Process, Siege, Witness, is_gone, session, until, until_so
from .small_day import small_day, world_of

pytestmark = pytest.mark.faults

SEED = int(os.environ.get("DISPATCH_FAULT_SEED", "1"))
CALLS = 300
APART = 120, 240  # requests of the players between two faults
REFUSED = '"status":503'  # a line of the server's log

SAFE = "SELECT current_setting('fsync'), current_setting('synchronous_commit')"
SETTLED = """
SELECT NOT EXISTS (SELECT FROM outbox) AND NOT EXISTS (SELECT FROM deadline WHERE state = 'armed' AND due_at < $1)
"""
OVERDUE = """
SELECT e.ticket_id, e.payload->>'limit' AS name, (e.payload->>'due_at')::timestamptz AS due_at, count(*) AS n
FROM ticket_event AS e WHERE kind = 'overdue' GROUP BY 1, 2, 3
"""
FIRED = "SELECT ticket_id, name, due_at FROM deadline WHERE state = 'fired'"
NUMBERS = "SELECT count(*) = max(n) AND min(n) = 1 FROM feed"
AREAS = "SELECT area, min(seq) = 1 AND max(seq) = count(*) AS whole FROM feed GROUP BY area"


@dataclass
class Gunner:
    """Brings the faults upon a server that is being played on, and keeps what was hit."""

    siege: Siege
    draw: random.Random
    stage: Stage | None = None
    hits: list[str] = field(default_factory=list)

    def watch(self, stage: Stage) -> None:
        self.stage = stage

    async def fire(self, faults: list[str]) -> None:
        for fault in faults:
            await self._moment()
            await getattr(self, f"kill_{fault}")()
            self.hits.append(fault)
            print(f"{self._requests:5} requests: {fault}")

    async def _moment(self) -> None:
        """Let the play go on for a while; then any moment is as good as another."""
        goal = self._requests + self.draw.randint(*APART)
        await until_so(self._played(goal))
        await asyncio.sleep(self.draw.uniform(0, 0.3))

    def _played(self, goal: int) -> Callable[[], Awaitable[bool]]:
        async def played() -> bool:
            return self.stage is not None and self._requests >= goal

        return played

    @property
    def _requests(self) -> int:
        return self.stage.line.counts.requests if self.stage else 0

    async def kill_api(self) -> None:
        witness = await asyncio.to_thread(Witness, self.siege.settings.port)
        (hit,) = self.siege.kill(self.siege.pid_of("api-1"))
        assert await asyncio.to_thread(witness.was_cut)
        await self.siege.renewed("api-1", hit)
        assert is_gone(hit)

    async def kill_worker(self) -> None:
        (hit,) = self.siege.kill(self.siege.pid_of("worker"))
        await self.siege.renewed("worker", hit)
        assert is_gone(hit)

    async def kill_postmaster(self) -> None:
        witness = await session(self.siege.dsn)
        (hit,) = self.siege.kill(self.siege.pid_of("postmaster"))
        await until(witness.is_closed)
        await self.siege.renewed("postmaster", hit)
        assert is_gone(hit)

    async def kill_backend(self) -> None:
        """PostgreSQL ends all sessions when one dies like that, and recovers."""
        witness = await session(self.siege.dsn)
        crashes = self._crashes()
        hit = self.siege.kill_a_backend(self._shuffled)
        await until(witness.is_closed)
        await until(lambda: is_gone(hit) and self._crashes() > crashes)
        await self.siege.is_ready()

    async def kill_api_and_postmaster(self) -> None:
        """The new API process finds no database, or one that recovers."""
        names = ("postmaster", "api-1")
        hits = self.siege.kill(*map(self.siege.pid_of, names))
        for name, hit in zip(names, hits, strict=True):
            await self.siege.renewed(name, hit)
            assert is_gone(hit)

    async def kill_everything(self) -> None:
        witness = await asyncio.to_thread(Witness, self.siege.settings.port)
        hits = self.siege.kill_everything(self._shuffled)
        assert len(hits) >= 4, "supervisor, API, worker and PostgreSQL"
        assert await asyncio.to_thread(witness.was_cut)
        await until(lambda: all(map(is_gone, hits)))
        await self.siege.start_again()
        assert {one.pid for one in self.siege.look()}.isdisjoint(one.pid for one in hits)

    def _shuffled(self, targets: list[Process]) -> list[Process]:
        return self.draw.sample(targets, len(targets))

    def _crashes(self) -> int:
        return self.siege.postgres_log().count("was terminated by signal 9")


FAULTS = ["api", "worker", "postmaster", "backend", "everything", "api_and_postmaster"] * 2


async def test_a_day_under_fire_loses_nothing_doubles_nothing_and_ends_in_order(siege: Siege) -> None:
    draw = random.Random(SEED)
    gunner = Gunner(siege, draw)
    day = small_day(SEED, calls=CALLS)
    replay = Replay(day, world_of(day, seed=SEED), siege, Terms(seed=SEED), gunner.watch)
    async with asyncio.TaskGroup() as both:
        play = both.create_task(replay.play())
        fire = both.create_task(gunner.fire(draw.sample(FAULTS, len(FAULTS))))
    figures, ended_at = play.result()
    assert fire.done()
    assert Counter(gunner.hits) == Counter(FAULTS), "all faults happened while the day was played"
    assert figures["retries"] > 0, "the players must have felt it"
    assert siege.log().count(REFUSED) > 0

    assert gunner.stage is not None
    connection = await session(siege.dsn)
    try:
        assert await connection.fetchrow(SAFE) == ("on", "on"), "a forgetful server would prove nothing"
        await until_so(lambda: connection.fetchval(SETTLED, ended_at))
        await nothing_lost_nothing_doubled(connection, gunner.stage, calls=len(day.calls))
        await every_limit_fired_once(connection)
        assert await connection.fetchval(NUMBERS)
        assert [row["area"] for row in await connection.fetch(AREAS) if not row["whole"]] == []
        await first_answers_are_given_again(siege, gunner.stage, connection)
    finally:
        await connection.close()
    the_report_says_so(figures)


def the_report_says_so(figures: dict[str, Any]) -> None:
    whole = dict.fromkeys(("calls", "tickets", "closed"), CALLS)
    nothing = dict.fromkeys(("lost", "duplicated", "feed_gaps", "console_divergence", "troubles"), 0)
    expected = whole | nothing
    assert {name: figures[name] for name in expected} == expected, told(figures)
    assert figures["trouble_samples"] == []
    assert figures["overdue_events"] == figures["deadlines_fired"] > 0
    assert figures["console_checks"] >= 6
    assert figures["console_reconnects"] > 0, "the consoles must have felt it too"
    assert figures["audit_clean"], told(figures)


async def nothing_lost_nothing_doubled(connection: Connection, stage: Stage, *, calls: int) -> None:
    kept = {row["id"]: row["ticket_id"] for row in await connection.fetch("SELECT id, ticket_id FROM call")}
    acknowledged = {one.call_id: one.ticket_id for one in stage.acknowledged}
    assert len(acknowledged) == calls
    assert kept == acknowledged
    assert await connection.fetchval("SELECT array_agg(id ORDER BY id) FROM ticket") == sorted(acknowledged.values())
    assert await connection.fetchval("SELECT count(DISTINCT doc->>'external_no') FROM ticket") == calls


async def every_limit_fired_once(connection: Connection) -> None:
    events = {(row["ticket_id"], row["name"], row["due_at"]): row["n"] for row in await connection.fetch(OVERDUE)}
    fired = {tuple(row.values()) for row in await connection.fetch(FIRED)}
    assert len(fired) > 100, "a day without late crews would prove nothing"
    assert set(events.values()) == {1}
    assert events.keys() == fired


async def first_answers_are_given_again(siege: Siege, stage: Stage, connection: Connection) -> None:
    """Every call sent once more with its key gets the answer that it got under fire."""
    line = Connections(siege.url)
    jobs = {job.key: job for job in stage.jobs.values()}
    for one in stage.acknowledged:
        job = jobs[one.key]
        seat = stage.tokens[stage.world.seats[job.number % len(stage.world.seats)]]
        key = request_key(SEED, job.key, "call")
        answer = await line.send("POST", "/api/v1/calls", token=seat, body=call_body(job, job.call.at), key=key)
        assert answer.status == 201, answer.body
        assert (answer.body["call_id"], answer.body["ticket"]["id"]) == (one.call_id, one.ticket_id)
    await line.close()
    assert await connection.fetchval("SELECT count(*) FROM call") == len(stage.acknowledged)


def told(figures: dict[str, Any]) -> str:
    """Return what the report says of the things that went wrong."""
    names = ("trouble_samples", "feed_findings", "divergences", "lost_keys", "audit", "refusals", "stages")
    return "\n".join(f"{name}: {figures[name]}" for name in names)

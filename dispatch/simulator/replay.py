"""One play from its day to its report: server, people, consoles, timeline."""

import asyncio
import sys
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import msgspec

from dispatch.kit.db import Database
from dispatch.kit.rulepack import Packs

from . import report
from .badges import badges, with_password
from .connections import Connections
from .consoles import Consoles
from .day import Day
from .habits import Habits, Land, OpenLand
from .play import Job, Stage
from .players import Players
from .rounds import Rounds
from .server import Server
from .timeline import Timeline
from .world import World

Json = dict[str, Any]
BEFORE = timedelta(minutes=5)  # the clock stands there when the first positions come in
CHECKS = 5  # comparisons of the consoles' boards with the database while the play goes on; one more at its end
CONNECTIONS = 16

Watcher = Callable[[Stage], None]


@dataclass(frozen=True)
class Terms:
    """How a day is played."""

    policy: str = "nearest"  # of the API
    speed: float | None = None  # simulated seconds a real one; None: as fast as the server can follow
    seed: int = 0
    rule: str | None = None  # what the report calls the policy; None: as the API does
    land: Land = field(default_factory=OpenLand)  # where the crews really drive


@dataclass
class Replay:
    """
    A day, its world and the server it is played on.

    :param watch: called between two windows of simulated time, for a display
    """

    day: Day
    world: World
    server: Server
    terms: Terms = Terms()
    watch: Watcher = lambda stage: None

    async def play(self, *, doc: Json | None = None) -> tuple[Json, datetime]:
        """
        Prepare and start the server, play the day to its last closed ticket.

        The server is left running with its clock standing still; the caller stops it.

        :param doc: the world's JSON with more in it (passwords for people); None: the world's own
        :return: the report, and the last simulated instant
        :raises Unavailable: if the server cannot be started or stays away
        """
        world = self.world if doc is None else replace(self.world, doc=doc)
        loaded, password = with_password(world)
        timeline = self._timeline()
        await self.server.prepare(loaded)
        await self.server.start()
        async with AsyncExitStack() as stack:
            line = Connections(self.server.url, size=CONNECTIONS)
            stack.push_async_callback(line.close)
            tokens = await badges(line, self.world, password)
            stage = self._stage(line, timeline, tokens)
            db = self.server.database()
            stack.push_async_callback(db.close)
            consoles = Consoles(self._listeners())
            stack.push_async_callback(consoles.abandon)
            await self._listen(consoles, tokens)
            wall_s = await self._play(stage, consoles, db)
            heard = await consoles.end()
            found = await report.facts(db)
        figures = {
            **self._head(stage),
            **report.tickets_report(found),
            **report.delivery_report(found, stage.acknowledged),
            **report.feed_report(found, heard, consoles.compared),
            "wall_s": round(wall_s, 1),
            **await self._audit(),
        }
        return figures, timeline.now

    def _timeline(self) -> Timeline:
        start = self.day.calls[0].at - BEFORE
        return Timeline(self.server.clock, start=start, speed=self.terms.speed)

    def _stage(self, line: Connections, timeline: Timeline, tokens: dict[str, str]) -> Stage:
        quiet = Packs.load().latest(self.server.settings.pack).limits.callback_quiet
        habits = Habits(self.terms.seed, tuple(quiet.spans) if quiet else (), self.terms.land)
        stage = Stage(self.world, tokens, line, timeline, habits, self.terms.policy)
        stage.where.update(self.world.homes)
        stage.unfinished = len(self.day.calls)
        return stage

    def _listeners(self) -> list[list[str]]:
        """Return the areas of each console: one for every county and one for the province."""
        province = next(area["code"] for area in self.world.doc["areas"] if area["level"] == "province")
        return [[county] for county in self.world.dispatchers] + [[province]]

    async def _listen(self, consoles: Consoles, tokens: dict[str, str]) -> None:
        people = [*self.world.dispatchers.values(), self.world.monitor]
        await consoles.start(
            self.server.url,
            [tokens[person] for person in people],
            environ=self.server.environ,
            log=self.server.place / "consoles.log",
        )

    async def _play(self, stage: Stage, consoles: Consoles, db: Database) -> float:
        players = Players(stage)
        for number, call in enumerate(self.day.calls):
            _arrange(stage, players, Job(call, number))
        Rounds(stage, players).begin(stage.timeline.now)
        checks = _milestones(len(self.day.calls))
        began = time.perf_counter()

        async def after_each() -> None:
            self.watch(stage)
            if checks and stage.done["call"] >= checks[0]:
                checks.pop(0)
                await consoles.compare(db)

        await stage.timeline.play(after_each=after_each)
        wall_s = time.perf_counter() - began
        await consoles.compare(db)
        return wall_s

    def _head(self, stage: Stage) -> Json:
        counts = stage.line.counts
        return {
            "day": self.day.name,
            "policy": self.terms.rule or self.terms.policy,
            "seed": self.terms.seed,
            "districts": len(self.world.dispatchers),
            "crews": len(self.world.crews),
            "calls": len(self.day.calls),
            "first_call_at": self.day.calls[0].at.isoformat(),
            "last_call_at": self.day.calls[-1].at.isoformat(),
            "sim_hours": round((stage.timeline.now - self.day.calls[0].at).total_seconds() / 3600, 2),
            "requests": counts.requests,
            "retries": counts.retries,
            "refusals": dict(counts.refused.most_common()),
            "positions": stage.done["position"],
            "km_driven": round(stage.driven_m / 1000, 1),
            "waiting_max": stage.waiting_max,
            "troubles": len(stage.troubles),
            "trouble_samples": [msgspec.to_builtins(trouble) for trouble in stage.troubles[:20]],
            "arrival_min_p50_real": report.quantile(
                [call.waited.total_seconds() / 60 for call in self.day.calls if call.waited is not None], 50
            ),
        }

    async def _audit(self) -> Json:
        """Run ``dispatch audit --json`` as an operator would, and return its verdict."""
        environ = self.server.environ | {"DATABASE_URL": self._dsn()}
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "dispatch", "audit", "--json"),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=environ,
        )
        said, complaint = await process.communicate()
        try:
            findings = msgspec.json.decode(said)
        except msgspec.DecodeError:
            findings = {"failed": complaint.decode(errors="replace")[-1000:]}
        return {"audit_clean": process.returncode == 0, "audit": findings}

    def _dsn(self) -> str:
        return self.server.settings.database_url or str(self.server.running["database_url"])


def _arrange(stage: Stage, players: Players, job: Job) -> None:
    stage.timeline.at(job.call.at, lambda now: players.log_call(job, now))


def _milestones(calls: int) -> list[int]:
    """Return after how many calls the boards are compared."""
    return sorted({max(1, calls * part // CHECKS) for part in range(1, CHECKS + 1)})

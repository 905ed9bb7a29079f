"""Play a scenario: a server of its own, its clock in our hands, every step a real request of a real account."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from dispatch.desk.packs import known_packs
from dispatch.kit.db import Database
from dispatch.kit.postgres import Embedded
from dispatch.kit.rulepack import Packs
from dispatch.notify import audit as feed_audit
from dispatch.simulator.people import API, People, with_passwords
from dispatch.simulator.server import Server
from dispatch.tickets.audit import audit

from .answers import Answers
from .matching import MISSING, at_path, differences
from .photos import Photographed
from .script import Scenario, Step, filled, read, world_of

PATIENCE_S, POLL_S = 20.0, 0.05
WAITING = """
SELECT (SELECT count(*) FROM deadline WHERE next_at < $1) + (SELECT count(*) FROM outbox)
"""

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Outcome:
    """What became of a scenario; ``faults`` is empty if all that it says held."""

    number: int
    name: str
    steps: int
    faults: tuple[str, ...]
    wall_s: float


@dataclass
class Play:
    """One scenario on one server."""

    scenario: Scenario
    server: Server
    client: httpx.AsyncClient
    db: Database
    tell: Tell
    people: People = field(init=False)
    names: dict[str, Any] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    now: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.now = self.scenario.start
        self.people = People(self.server, self.client)

    async def run(self) -> None:
        """Play all steps; a step that fails is noted, and ends the scenario: what follows stands on it."""
        for number, step in enumerate(self.scenario.step, 1):
            if step.at is not None:
                await self._move(self.scenario.start + timedelta(minutes=step.at))
            said = [f"第 {number} 步({step.say}):{fault}" for fault in await self._take(step)]
            self.faults += said
            self.tell(
                f"  {'✗' if said else '·'} {self.now.astimezone(self.scenario.start.tzinfo):%d日%H:%M} {step.say}"
            )
            if said:
                return
        await self._settle()
        self.faults += [fault async for fault in self._audit()]

    async def _move(self, when: datetime) -> None:
        """Move the clock, and let the worker do what has fallen due."""
        self.now = max(self.now, when)
        self.server.clock.set(self.now)
        await self._settle()

    async def _settle(self) -> None:
        loop = asyncio.get_running_loop()
        ends = loop.time() + PATIENCE_S
        while loop.time() < ends:
            async with self.db.connection() as connection:
                if not await connection.fetchval(WAITING, self.now):
                    return
            await asyncio.sleep(POLL_S)
        self.faults.append(f"{PATIENCE_S:.0f} 秒后仍有到期未处理的时限或未编号的消息")

    async def _take(self, step: Step) -> list[str]:
        if step.request is None:
            return []
        loop = asyncio.get_running_loop()
        ends = loop.time() + (PATIENCE_S if step.until else 0)
        expected = {"status": {"lt": 400}} | filled(step.expect, self.names, self.scenario.start)
        while True:
            answers = await asyncio.gather(*(self._ask(step) for _ in range(step.times)))
            found = [fault for answer in answers for fault in differences(answer, expected, self.scenario.start)]
            if not found or loop.time() >= ends:
                break
            await asyncio.sleep(POLL_S)
        return found + self._save(step, answers[0])

    async def _ask(self, step: Step) -> Any:
        """Return the answer; its status stands in it as ``status``, a list as ``items``."""
        assert step.request is not None
        assert step.who is not None
        method, path = step.request
        headers = {"Authorization": f"Bearer {await self.people.token(step.who)}"}
        if step.key is not None:
            headers["Idempotency-Key"] = step.key
        body = filled(step.body, self.names, self.scenario.start)
        url = API + str(filled(path, self.names, self.scenario.start))
        await Photographed(self.client, headers["Authorization"]).send(url, body)
        answer = await self.client.request(method, url, json=body, headers=headers)
        return {"status": answer.status_code, **_readable(answer)}

    def _save(self, step: Step, answer: Any) -> list[str]:
        faults = []
        for name, path in step.save.items():
            value = at_path(answer, path)
            if value is MISSING:
                faults.append(f"答复中没有 {path},不能保存为 {name}")
            self.names[name] = value
        return faults

    async def _audit(self) -> Any:
        result = await audit(self.db, await known_packs(self.db, Packs.load()))
        for finding in result.findings:
            yield f"审计:{finding.ticket_id} {finding.fault.label} {finding.detail}"
        async with self.db.connection() as connection:
            for found in await feed_audit.findings(connection):
                yield f"审计:{found.rule} {found.place} {found.found}"


def _readable(answer: httpx.Response) -> dict[str, Any]:
    try:
        content = answer.json() if answer.content else {}
    except json.JSONDecodeError:
        content = {"text": answer.text}
    return content if isinstance(content, dict) else {"items": content}


async def play_all(paths: list[Path], *, root: Path, tell: Tell, document: dict[str, Any]) -> list[Outcome]:
    """
    Play the scenarios one after the other, each on a fresh database and a server started anew.

    :param root: directory for the database and the logs
    :param document: interface document of the application
    :raises BadScenario: before anything is played, if one of the files cannot be
    """
    scenarios = [(path, read(path)) for path in paths]
    for path, scenario in scenarios:
        Answers(document, API).check(scenario, path.name)
    worlds = [world_of(path, scenario) for path, scenario in scenarios]
    outcomes = []
    with Embedded(root / "postgres") as postgres:
        for (path, scenario), world in zip(scenarios, worlds, strict=True):
            tell(f"{scenario.number:>2} {scenario.name}")
            outcomes.append(await _play(scenario, world, postgres.dsn, root / path.stem, tell))
    return outcomes


async def _play(scenario: Scenario, world: dict[str, Any], dsn: str, root: Path, tell: Tell) -> Outcome:
    loop = asyncio.get_running_loop()
    began = loop.time()
    async with Server(root=root, database_url=dsn) as server:
        server.settings = replace(server.settings, pack=scenario.pack)
        server.clock.set(scenario.start)
        await server.prepare(with_passwords(world))
        await server.start()
        db = server.database()
        try:
            async with httpx.AsyncClient(base_url=server.url, timeout=30.0) as client:
                play = Play(scenario, server, client, db, tell)
                await play.run()
        finally:
            await db.close()
    return Outcome(scenario.number, scenario.name, len(scenario.step), tuple(play.faults), loop.time() - began)

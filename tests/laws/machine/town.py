"""A county at work on a real PostgreSQL: customers on one network, crews, the desk's commands, and what must hold."""

import asyncio
from collections import Counter
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from dispatch.desk.intake.intake import Intake
from dispatch.desk.outages import announcing, planned
from dispatch.desk.setup import load_world, open_desk
from dispatch.desk.storm import workings
from dispatch.desk.supervision import alerting
from dispatch.desk.world import World
from dispatch.kit.db import Connection, Database
from dispatch.kit.errors import Refusal
from dispatch.notify import audit as feed_audit
from dispatch.notify import sequencer
from dispatch.outages.model import OutageKind
from dispatch.tickets import deadlines, review, store
from dispatch.tickets.audit import audit
from dispatch.tickets.lifecycle import BEFORE_RESTORED
from dispatch.tickets.model import Ticket
from dispatch.tickets.outage_minutes import dark, interruptions
from dispatch.tickets.proposals import PARENTS
from dispatch.tickets.words import Stage
from tests.laws.machine import table
from tests.outages.grid import account_no, network
from tests.servers import Server
from tests.worlds import START, WORLD, Small, call, person

CUSTOMERS = [account_no(1, 1, 1), account_no(1, 1, 2), account_no(1, 2, 1), account_no(2, 1, 1), account_no(3, 1, 1)]
BOOKS = ("ticket", "ticket_event", "deadline", "dispatch", "supervision", "visit", "outage", "field_report", "matter")
MINUTE = timedelta(minutes=1)


def prepared(server: Server, template: str) -> str:
    """Make the database that each example begins with: two counties and the network of one."""
    name = server.create(template)

    async def fill() -> None:
        db = Database(server.address(name), size=2)
        await load_world(db, World.model_validate(WORLD | {"network": network()}))
        await db.close()

    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        runner.run(fill())
    return name


@dataclass
class Town:
    """The county, the clock on its wall, and its tickets as they were seen last, in the order of their numbers."""

    small: Small
    now: datetime = START
    tickets: dict[str, Ticket] = field(default_factory=dict)
    reported: dict[str, datetime] = field(default_factory=dict)
    moved: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)

    @classmethod
    async def open(cls, dsn: str) -> "Town":
        desk = await open_desk(Database(dsn, size=3), "sgcc")
        return cls(Small(desk, Intake(desk)))

    async def close(self) -> None:
        await self.small.intake.close()
        await self.small.db.close()

    async def tries(self, what: str, work: Coroutine[Any, Any, object]) -> bool:
        """Let something be done, or be refused with everything as it was before."""
        before, refused = await self.books(), None
        try:
            await work
        except Refusal as refusal:
            refused = refusal
        if refused is not None:
            assert refused.status != 503, refused.message
            assert await self.books() == before, f"{what}: {refused.code} left something behind"
            self.refused[f"{what} {refused.code}"] += 1
            return False
        self.moved[what] += 1
        await self.know()
        return True

    async def books(self) -> list[Any]:
        """Return a digest of all that is kept."""
        digests = [f"(SELECT md5(coalesce(string_agg({t}::text, '' ORDER BY {t}::text), '')) FROM {t})" for t in BOOKS]
        async with self.small.db.connection() as connection:
            return [tuple(row) for row in await connection.fetch(f"SELECT {', '.join(digests)}")]

    async def know(self) -> None:
        """Look at all tickets; of new ones note when they were reported."""
        self.tickets = await self.everybody()
        for ticket in self.tickets.values():
            self.reported.setdefault(ticket.id, ticket.reported_at)

    def standing(self, stages: str) -> list[Ticket]:
        """Return the tickets in the stages that words name, as they were seen last."""
        wanted = table.stages(stages)
        return [ticket for ticket in self.tickets.values() if ticket.stage.name in wanted]

    async def everybody(self) -> dict[str, Ticket]:
        async with self.small.db.connection() as connection:
            rows = await connection.fetch("SELECT doc, head FROM ticket ORDER BY ticket_no")
        return {ticket.id: ticket for ticket in map(store.ticket_of, rows)}

    async def calls(self, n: int, **said: Any) -> None:
        who = CUSTOMERS[n % len(CUSTOMERS)]
        heard = call(phone=f"1390000{who}", account_no=who, meter_no=f"M{who}", **said)
        await self.small.intake.log_call(heard, by=person("seat"), at=self.now)

    async def work(self) -> None:
        """Let the worker take its turn, as its own loops do."""
        desk = self.small.desk
        apart, follow = partial(workings.by_incident, packs=desk.packs), partial(alerting.follow, packs=desk.packs)
        told = partial(follow, at=self.now)
        while await deadlines.fire_due(self.small.db, desk.packs, now=self.now, limit=50, by_incident=apart, then=told):
            pass
        await planned.settle(desk, at=self.now)
        await planned.turn(desk, at=self.now)

    async def hold_to_the_law(self) -> None:
        async with self.small.db.connection() as connection:
            await sequencer.move(connection, limit=10_000)
            assert await feed_audit.findings(connection) == []
            nested = await connection.fetch("SELECT id, nested_in FROM incident WHERE nested_in IS NOT NULL")
        found = await audit(self.small.db, self.small.desk.packs)
        assert found.findings == []
        everybody = await self.everybody()
        for ticket in everybody.values():
            assert ticket.reported_at == self.reported[ticket.id]
            _in_its_place(ticket, everybody)
        out = [t.account_no for t in everybody.values() if t.account_no in CUSTOMERS and t.stage in BEFORE_RESTORED]
        assert max(Counter(out).values(), default=1) == 1
        assert {row["nested_in"] for row in nested} <= everybody.keys()
        await self._no_node_twice()

    async def _no_node_twice(self) -> None:
        """Nobody is in two faults at a time."""
        standing = await announcing.outages_in(self.small.desk, "33", by=person("seat"), limit=500)
        faults = {o.node for o in standing if o.is_dark and o.kind is OutageKind.FAULT}
        async with self.small.db.connection() as connection:
            for account in CUSTOMERS:
                assert len(faults.intersection(await _line(connection, account))) <= 1

    async def no_minute_twice(self) -> None:
        """Of all that has ended each customer has one row of dark times, which do not touch."""
        async with self.small.db.connection() as connection:
            rows = [
                review.judge(
                    await store.log(connection, t.id), self.small.desk.packs.get(t.pack), at=self.now, by="system"
                ).row
                for t in (await self.everybody()).values()
                if t.stage is Stage.CLOSED
            ]
        found = dark(interruptions(rows))
        named = [one.named for one in found if one.named is not None]
        assert len(named) == len(set(named))
        for one in found:
            assert one.minutes >= 0
            for (_, end), (begin, _) in zip(one.spells, one.spells[1:], strict=False):
                assert end < begin


def _in_its_place(ticket: Ticket, everybody: dict[str, Ticket]) -> None:
    """Who is merged hangs on one that is worked on; who is out and not merged stands for himself."""
    times = [at for at in (ticket.reported_at, ticket.arrived_at, ticket.restored_at) if at is not None]
    assert times == sorted(times), ticket.ticket_no
    parent = everybody.get(ticket.merged_into or "")
    if ticket.stage is Stage.MERGED:
        assert parent is not None
        assert parent.stage in PARENTS | {Stage.SUBMITTED}
        assert ticket.incident_id == parent.incident_id == parent.id
        if parent.arrived_at is not None and ticket.reached_with is not None:
            assert ticket.arrived_at == max(ticket.reported_at, parent.arrived_at)
    elif ticket.stage in BEFORE_RESTORED:
        assert ticket.incident_id == ticket.id


async def _line(connection: Connection, code: str) -> list[str]:
    rows = await connection.fetch(
        "WITH RECURSIVE up AS (SELECT code, parent FROM network_node WHERE code = $1 "
        "UNION SELECT n.code, n.parent FROM network_node AS n JOIN up ON n.code = up.parent) SELECT code FROM up",
        code,
    )
    return [row["code"] for row in rows]

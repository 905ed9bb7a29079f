"""
One customer, one outage at a time, and no minute of his counted twice: for any sequence of merging, taking apart,
restoring, still being dark, restoring again and calling again, on the real database.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from dispatch.desk.intake.intake import Intake
from dispatch.desk.outages import nesting
from dispatch.desk.outages.merging import merge
from dispatch.desk.room import Report
from dispatch.desk.setup import load_world, open_desk
from dispatch.desk.world import World
from dispatch.kit.db import Connection, Database
from dispatch.kit.errors import Refusal
from dispatch.tickets import events as e
from dispatch.tickets import review, store
from dispatch.tickets.audit import audit
from dispatch.tickets.events import Actor
from dispatch.tickets.judged import Judged
from dispatch.tickets.lifecycle import BEFORE_RESTORED
from dispatch.tickets.model import Ticket
from dispatch.tickets.outage_minutes import customer_minutes, dark, interruptions
from dispatch.tickets.proposals import PARENTS
from dispatch.tickets.terms import Asking
from dispatch.tickets.words import Source, Stage
from tests.servers import Server
from tests.worlds import REPLY, START, WORLD, Small, call, person

CUSTOMERS = 4
FINISHED = Actor("auditor", "REPLY_AUDITOR")
Move = tuple[Any, ...]


class Street:
    """Some customers without power, and all that can happen to them."""

    def __init__(self, small: Small) -> None:
        self.small, self.at = small, START
        self.first: list[str] = []  # the ticket of each customer

    async def begin(self) -> None:
        for n in range(CUSTOMERS):
            await self.calls(n)
            async with self.small.db.connection() as connection:
                self.first.append(await connection.fetchval("SELECT id FROM ticket ORDER BY ticket_no DESC LIMIT 1"))
            await self.small.does(self.first[n], "accept", "xiangshan", e.Accepted(), at=self.at)

    async def calls(self, n: int) -> None:
        said = call(phone=f"1390000000{n}", account_no=f"330{n}", still_dark=True)
        await self.small.intake.log_call(said, by=person("seat"), at=self.at)

    async def merges(self, n: int, m: int) -> None:
        by = person("xiangshan")
        one, other = self.first[n], self.first[m]
        await merge(self.small.desk, one, into=other, evidence="同一台区", by=by, report=Report(), at=self.at)

    async def unmerges(self, n: int) -> None:
        await self.small.does(self.first[n], "unmerge", "xiangshan", e.Unmerged(reason="非同一故障"), at=self.at)

    async def restores(self, n: int) -> None:
        """The whole way of a crew; one that has its crew already goes on from there."""
        ticket = await self.ticket(n)
        if ticket.stage is Stage.ACCEPTED:
            await self.small.walk_on(ticket, to="restore", start=(self.at - START) / timedelta(minutes=1))
            self.at += timedelta(minutes=7)

    async def says(self, n: int, live: bool) -> None:
        await nesting.answered(self.small.desk, self.first[n], live, Asking.SMS, person("seat"), self.at)

    async def ticket(self, n: int) -> Ticket:
        async with self.small.db.connection() as connection:
            return await store.load(connection, self.first[n])

    async def does(self, move: Move) -> None:
        name, *which = move
        self.at += timedelta(minutes=3)
        try:
            await getattr(self, name)(*which)
        except Refusal:
            return

    async def hold_to_the_law(self) -> None:
        """No customer stands in two open outages; whoever is merged hangs on one that is worked on."""
        async with self.small.db.connection() as connection:
            tickets = await everybody(connection)
            nested = await connection.fetch("SELECT id, nested_in FROM incident WHERE nested_in IS NOT NULL")
        out = [ticket.account_no for ticket in tickets.values() if ticket.stage in BEFORE_RESTORED]
        assert len(out) == len(set(out))
        assert len(tickets) == CUSTOMERS
        for ticket in tickets.values():
            parent = tickets.get(ticket.merged_into or "")
            if ticket.stage is Stage.MERGED:
                assert parent is not None
                assert parent.stage in PARENTS
                assert ticket.incident_id == parent.incident_id == parent.id
            elif ticket.stage in BEFORE_RESTORED:
                assert ticket.incident_id == ticket.id
        assert {row["id"]: row["nested_in"] for row in nested} == {
            ticket.id: ticket.nested_in for ticket in tickets.values() if ticket.nested_in is not None
        }

    async def end(self) -> list[Judged]:
        """Restore whatever is out, close everything, and let it be judged."""
        for _ in range(CUSTOMERS):
            for n in range(CUSTOMERS):
                await self.does(("restores", n))
        for n in range(CUSTOMERS):
            ticket = await self.ticket(n)
            for event in (REPLY, e.CallbackQueued(), e.Closed(satisfied=True)):
                pack = self.small.desk.packs.get(ticket.pack)
                async with self.small.db.transaction() as tx:
                    await store.append(tx, ticket, event, pack=pack, by=FINISHED, source=Source.CTI, at=self.at)
                ticket = await self.ticket(n)
        async with self.small.db.connection() as connection:
            logs = [await store.log(connection, ticket_id) for ticket_id in self.first]
        return [review.judge(log, self.small.desk.pack, at=self.at, by="system").row for log in logs]


async def everybody(connection: Connection) -> dict[str, Ticket]:
    rows = await connection.fetch("SELECT doc, head FROM ticket ORDER BY ticket_no")
    return {ticket.id: ticket for ticket in map(store.ticket_of, rows)}


def raster(rows: Sequence[Judged]) -> float:
    """Return the customer-minutes counted minute by minute: who was dark at it in any outage, his own or around it."""
    begin: dict[str, datetime] = {}
    members: dict[str, list[Judged]] = defaultdict(list)
    for row in rows:
        assert row.dark_from is not None
        begin[row.incident] = min(begin.get(row.incident, row.dark_from), row.dark_from)
        members[row.incident].append(row)
    total = 0
    for row in rows:
        assert row.dark_until is not None
        spells = [(begin[row.incident], row.dark_until)]
        outer, seen = row.nested_in, {row.incident}
        while outer in members and outer not in seen:
            seen.add(outer)
            main = next((one for one in members[outer] if one.ticket_id == outer), None)
            last = max(one.dark_until for one in members[outer] if one.dark_until is not None)
            spells.append((begin[outer], main.spread_until if main is not None and main.spread_until else last))
            outer = next((one.nested_in for one in members[outer] if one.nested_in not in (None, outer)), None)
        total += len(
            {minute for since, until in spells for minute in range(_minute(since), _minute(until)) if since < until}
        )
    return total


def _minute(at: datetime) -> int:
    return int((at - START) / timedelta(minutes=1))


who = st.integers(0, CUSTOMERS - 1)
MOVES = st.one_of(
    st.tuples(st.just("merges"), who, who),
    st.tuples(st.just("merges"), who, who),
    st.tuples(st.just("unmerges"), who),
    st.tuples(st.just("restores"), who),
    st.tuples(st.just("says"), who, st.booleans()),
    st.tuples(st.just("calls"), who),
)
ALL_INTO_FIRST: list[Move] = [("merges", n, 0) for n in (1, 2, 3)]
LEFT_DARK: list[Move] = [("restores", 0), ("says", 1, False), ("says", 2, False), ("says", 3, True)]


def test_no_customer_is_in_two_outages_and_no_minute_counts_twice(server: Server, template: str) -> None:
    async def play(name: str, moves: Sequence[Move]) -> None:
        db = Database(server.address(name))
        try:
            await load_world(db, World.model_validate(WORLD))
            desk = await open_desk(db, "sgcc")
            street = Street(Small(desk, Intake(desk)))
            await street.begin()
            for move in moves:
                await street.does(move)
                await street.hold_to_the_law()
            rows = await street.end()
            assert customer_minutes(dark(interruptions(rows))) == raster(rows)
            for row in rows:
                assert row.dark_from is not None
                assert row.dark_until is not None
                assert row.dark_from == row.reported_at  # whatever happened since, his outage began with his report
            assert (await audit(db, desk.packs)).clean
            await street.small.intake.close()
        finally:
            await db.close()

    @settings(
        max_examples=12,
        deadline=None,
        phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @example([])
    @example(ALL_INTO_FIRST + LEFT_DARK)
    @example([*ALL_INTO_FIRST, *LEFT_DARK, ("unmerges", 2), ("restores", 1), ("calls", 1), ("restores", 1)])
    @example([*ALL_INTO_FIRST, *LEFT_DARK, ("restores", 1), ("says", 2, False), ("says", 1, False), ("says", 0, False)])
    @example([*ALL_INTO_FIRST, *LEFT_DARK, ("calls", 0), ("merges", 0, 1), ("restores", 1), ("calls", 3)])
    @example([("merges", 1, 0), ("unmerges", 1), ("merges", 0, 1), ("restores", 1), ("calls", 0), ("calls", 0)])
    @given(st.lists(MOVES, max_size=14))
    def any_day(moves: list[Move]) -> None:
        name = server.create(template)
        try:
            asyncio.run(play(name, moves))
        finally:
            server.drop(name)

    any_day()

"""The log is the truth, the row is its sum: for any history, legal or not, on the real database."""

import asyncio
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, Phase, example, given, note, settings
from hypothesis import strategies as st

from dispatch.desk.intake.intake import Intake
from dispatch.desk.outages.merging import merge
from dispatch.desk.room import Report
from dispatch.desk.setup import load_world, open_desk
from dispatch.desk.world import World
from dispatch.kit.db import Database
from dispatch.kit.errors import Refusal
from dispatch.tickets import deadlines, store
from dispatch.tickets.audit import audit
from dispatch.tickets.events import Corrected, Dispatched, Event, Resubmitted
from dispatch.tickets.guards import Contradiction
from dispatch.tickets.lifecycle import TRANSITIONS, fold
from dispatch.tickets.model import Ticket, document
from dispatch.tickets.timed import timed
from dispatch.tickets.words import Limit, Stage
from tests.servers import Server
from tests.tickets.history import EVENTS, usual
from tests.worlds import LENT, START, WORLD, XIANGSHAN, Small, minutes, person

OF_ITSELF = {  # what the clock, a parent or the machine makes happen; no person has a word for it
    "overdue",
    "warned",
    "merged",
    "unmerged",
    "followed",
    "asked",
    "confirmed",
    "reopened",
    "surveyed",
    "assessed",
    "backfilled",
    "contradicted",
    "settled",
}
KINDS = sorted(TRANSITIONS.keys() - OF_ITSELF)
SOMEBODY = {
    "completed": ("complete", "seat"),
    "consulted": ("consult", "seat"),
    "accepted": ("accept", "xiangshan"),
    "returned": ("return", "xiangshan"),
    "resubmitted": ("resubmit", "monitor"),
    "dispatched": ("dispatch", "xiangshan"),
    "crew_accepted": ("crew-accept", "xiangshan"),
    "crew_rejected": ("crew-reject", "crew-1"),
    "departed": ("depart", "xiangshan"),
    "arrived": ("arrive", "xiangshan"),
    "located": ("locate", "xiangshan"),
    "repair_started": ("start-repair", "xiangshan"),
    "progressed": ("progress", "xiangshan"),
    "restored": ("restore", "xiangshan"),
    "replied": ("reply", "xiangshan"),
    "reply_rejected": ("reject-reply", "auditor"),
    "callback_queued": ("queue-callback", "auditor"),
    "callback_tried": ("try-callback", "seat"),
    "closed": ("close", "seat"),
    "cancelled": ("cancel", "seat"),
    "chased": ("chase", "seat"),
    "corrected": ("correct", "xiangshan"),
    "transferred": ("transfer", "monitor"),
    "suspended": ("suspend", "xiangshan"),
    "resumed": ("resume", "xiangshan"),
    "excused": ("excuse", "seat"),
    "noted": ("note", "xiangshan"),
    "supervised": ("supervise", "monitor"),
    "supervision_answered": ("supervision-answer", "xiangshan"),
    "supervision_cleared": ("supervision-clear", "monitor"),
    "escalated": ("escalate", "monitor"),
}


class Player:
    """Plays moves on a few tickets and holds the database to the log after each."""

    def __init__(self, small: Small) -> None:
        self.small = small
        self.now = START
        self.tickets: list[Ticket] = []
        self.refused = self.moved = self.fired = 0

    async def open(self, draft: bool) -> None:
        self.tickets.append(await self.small.call(at=self.now, draft=draft))

    async def move(self, which: int, kind: str, later_s: int, claimed_s: int | None, lent: bool) -> None:
        """Take a step, wherever the ticket is; later by so many seconds, claimed as so many seconds from now."""
        self.now += timedelta(seconds=later_s)
        ticket = self.tickets[which % len(self.tickets)]
        action, who = SOMEBODY[kind]
        event = self._event(kind, ticket, lent)
        claimed = None if claimed_s is None else self.now + timedelta(seconds=claimed_s)
        before = await self.kept(ticket.id)
        try:
            after = await self.small.does(ticket, action, who, event, at=self.now, claimed_at=claimed)
        except Refusal as refusal:
            note(f"{kind}: {refusal.code}")
            self.refused += 1
            assert await self.kept(ticket.id) == before
            return
        self.moved += 1
        assert after.version > ticket.version
        self.tickets[which % len(self.tickets)] = after

    @staticmethod
    def _event(kind: str, ticket: Ticket, lent: bool) -> Event:
        event = usual(kind, ticket.stage)
        if isinstance(event, Dispatched):
            update: dict[str, Any] = {"transfer_reason": "就近"} | ({} if ticket.crew is None else {"crew_id": "c2"})
            return LENT.model_copy(update={"transfer_reason": "就近"}) if lent else event.model_copy(update=update)
        return event

    async def merge(self, child: int, parent: int) -> None:
        first, second = (self.tickets[n % len(self.tickets)] for n in (child, parent))
        by, report = person("xiangshan"), Report()
        try:
            await merge(
                self.small.desk, first.id, into=second.id, evidence="同一表箱", by=by, report=report, at=self.now
            )
        except Refusal:
            self.refused += 1

    async def wait(self, minutes_: int) -> None:
        self.now += timedelta(minutes=minutes_)
        self.fired += await deadlines.fire_due(self.small.db, self.small.desk.packs, now=self.now, limit=3)

    async def kept(self, ticket_id: str) -> list[Any]:
        """Return every row that is kept of a ticket."""
        async with self.small.db.connection() as connection:
            return [
                await connection.fetch(f"SELECT {table}::text FROM {table} WHERE {key} = $1 ORDER BY 1", ticket_id)
                for table, key in (
                    ("ticket", "id"),
                    ("ticket_event", "ticket_id"),
                    ("deadline", "ticket_id"),
                    ("dispatch", "ticket_id"),
                    ("outbox", "ticket_id"),
                )
            ]

    async def hold_to_the_law(self) -> None:
        async with self.small.db.connection() as connection:
            for number, ticket in enumerate(self.tickets):
                row = await store.load(connection, ticket.id)
                log = await store.log(connection, ticket.id)
                assert timed(fold(log), self.small.desk.packs.get(row.pack)) == row
                assert row.head == log[-1].hash
                self.tickets[number] = row
        result = await audit(self.small.db, self.small.desk.packs)
        assert result.findings == []
        assert result.tickets == len(self.tickets)


OPENINGS = st.tuples(st.just("open"), st.booleans())
MOVES = st.tuples(
    st.just("move"),
    st.integers(0, 2),
    st.sampled_from(KINDS),
    st.integers(0, 200),
    st.none() | st.integers(-200, 130),
    st.booleans(),
)
MERGES = st.tuples(st.just("merge"), st.integers(0, 2), st.integers(0, 2))
WAITS = st.tuples(st.just("wait"), st.integers(0, 120))


ROAD = ("accepted", "dispatched", "departed", "arrived", "located", "repair_started", "restored", "replied")

# every step of the road on two tickets, each tried a second time when it is no longer legal, with hours between
FULL_DAY: list[tuple[Any, ...]] = [("open", False)] * 3 + [
    step
    for kind in ROAD
    for step in (
        ("move", 0, kind, 20, None, False),
        ("move", 1, kind, 20, None, False),
        ("move", 1, "closed", 20, None, False),
        ("wait", 100),
    )
]


@st.composite
def days(draw: st.DrawFn) -> list[tuple[Any, ...]]:
    """Return a day's moves: mostly the next step of the usual road, with anything at all in between."""
    road = [("move", n, kind, draw(st.integers(0, 120)), None, draw(st.booleans())) for kind in ROAD for n in (0, 1)]
    moves: list[tuple[Any, ...]] = [("open", draw(st.booleans())) for _ in range(3)]
    for step in road[: draw(st.integers(0, len(road)))]:
        moves += draw(st.lists(st.one_of(MOVES, MOVES, MERGES, WAITS), max_size=3))
        moves.append(step)
    return moves


def test_whatever_is_tried_the_row_is_the_sum_of_its_log(server: Server, template: str) -> None:
    """Legal moves move, illegal ones change nothing; clocks fire once; the audit finds nothing, after every day."""
    total = {"moved": 0, "refused": 0, "fired": 0}

    async def play(dsn: str, moves: list[tuple[Any, ...]]) -> None:
        db = Database(dsn, size=3)
        await load_world(db, World.model_validate(WORLD))
        desk = await open_desk(db, "sgcc")
        player = Player(Small(desk, Intake(desk)))
        for name, *arguments in moves:
            await getattr(player, name)(*arguments)
        await player.hold_to_the_law()
        await player.small.intake.close()
        await db.close()
        for name in total:
            total[name] += getattr(player, name)

    @settings(
        max_examples=25,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
        phases=(Phase.explicit, Phase.reuse, Phase.generate),  # making a failing day smaller would take many minutes
    )
    @example(FULL_DAY)
    @given(days())
    def a_day(moves: list[tuple[Any, ...]]) -> None:
        name = server.create(template)
        try:
            asyncio.run(play(server.address(name), moves))
        finally:
            server.drop(name)

    a_day()
    assert total["moved"] > 16  # the full day alone; what the drawn ones add depends on the draw
    assert total["refused"] > 3
    assert total["fired"] > 1


async def test_a_clock_that_ran_out_before_the_ticket_went_elsewhere_belongs_to_where_it_was(small: Small) -> None:
    ticket = await small.call(county=None, place=None, at=minutes(0))
    moved = await small.does(ticket, "resubmit", "monitor", Resubmitted(area=XIANGSHAN), at=minutes(50))
    assert (moved.area, set(moved.flags.overdue) >= {Limit.ACCEPT, Limit.ARRIVE}) == (XIANGSHAN, True)
    assert (await audit(small.db, small.desk.packs)).clean


async def test_a_ticket_of_unknown_place_goes_to_its_county_when_the_place_is_put_right(small: Small) -> None:
    ticket = await small.call(county=None, place=None)
    assert (ticket.area, ticket.flags.place_unresolved) == ("33", True)
    found = Corrected(reason="查到位置", lon=121.87, lat=29.48)
    placed = await small.does(ticket, "correct", "monitor", found, at=minutes(1))
    assert (placed.area, placed.flags.place_unresolved) == (XIANGSHAN, False)
    accepted = await small.does(placed, "accept", "xiangshan", EVENTS["accepted"], at=minutes(2))
    assert accepted.stage is Stage.ACCEPTED
    assert (await audit(small.db, small.desk.packs)).clean


@pytest.mark.parametrize("days", [-400, 31])
async def test_an_appointment_is_neither_before_the_report_nor_so_late_that_it_ends_the_promise(
    small: Small, days: int
) -> None:
    ticket = await small.call()
    moved = Corrected(reason="客户改期", appointment_at=START + timedelta(days=days))
    with pytest.raises(Contradiction) as refused:
        await small.does(ticket, "correct", "xiangshan", moved, at=minutes(1))
    assert refused.value.field == "appointment_at"


async def test_a_usual_repair_from_the_call_to_the_archive(small: Small) -> None:
    ticket = await small.walk(await small.call())
    assert (ticket.stage, ticket.version, ticket.satisfied) == (
        Stage.CLOSED,
        14,
        True,
    )  # two of them assess the reports
    async with small.db.connection() as connection:
        folded = fold(await store.log(connection, ticket.id))
        assert timed(folded, small.desk.pack) == ticket == await store.load(connection, ticket.id)
        left = await connection.fetch("SELECT state, count(*) FROM deadline GROUP BY state")
    assert [tuple(row) for row in left] == [("met", 7)]
    assert (await audit(small.db, small.desk.packs)).clean


async def test_the_consoles_get_the_row_as_it_is(small: Small) -> None:
    ticket = await small.walk(await small.call(), to="arrive")
    async with small.db.connection() as connection:
        told = await connection.fetch("SELECT area, kind, version, body FROM outbox ORDER BY id")
        (doc,) = await store.board(connection, ["330225"])
    assert [(row["area"], row["kind"], row["version"]) for row in told if row["area"] == XIANGSHAN] == [
        ("330225", "ticket", version) for version in range(1, 7)
    ]
    assert told[-1]["body"] == doc == document(ticket)


async def test_a_lent_ticket_is_on_both_boards_and_leaves_the_lender_s_when_it_closes(small: Small) -> None:
    ticket = await small.walk(await small.call(), to="accept")
    ticket = await small.does(ticket, "dispatch", "xiangshan", LENT, at=minutes(2))
    assert await seen_by(small, "330226") == await seen_by(small, "330225") == [ticket.id]
    for kind in ("arrived", "located", "repair_started", "restored", "replied", "callback_queued"):
        ticket = await small.does(ticket, SOMEBODY[kind][0], SOMEBODY[kind][1], EVENTS[kind], at=minutes(30))
    assert await seen_by(small, "330226") == [ticket.id]
    ticket = await small.does(ticket, "close", "seat", EVENTS["closed"], at=minutes(31))
    assert await seen_by(small, "330226") == await seen_by(small, "330225") == []
    async with small.db.connection() as connection:
        last = await connection.fetch("SELECT area, kind FROM outbox WHERE version = $1 ORDER BY id", ticket.version)
    assert [tuple(row) for row in last] == [("330225", "ticket"), ("330226", "gone"), ("330226-1", "gone")]


async def seen_by(small: Small, area: str) -> list[str]:
    async with small.db.connection() as connection:
        return [Ticket.model_validate_json(doc).id for doc in await store.board(connection, [area])]


async def test_a_ticket_sent_to_another_county_leaves_the_board_of_the_first(small: Small) -> None:
    ticket = await small.call()
    ticket = await small.does(ticket, "return", "xiangshan", EVENTS["returned"], at=minutes(1))
    ticket = await small.does(ticket, "resubmit", "seat", EVENTS["resubmitted"], at=minutes(2))
    assert await seen_by(small, "330225") == []
    assert await seen_by(small, "330226") == [ticket.id]
    async with small.db.connection() as connection:
        last = await connection.fetch("SELECT area, kind, body FROM outbox WHERE version = 3 ORDER BY id")
    assert [(row["area"], row["kind"]) for row in last] == [("330226", "ticket"), ("330225", "gone")]
    assert last[1]["body"] == f'{{"id":"{ticket.id}","version":3}}'


@pytest.mark.parametrize("statement", ["UPDATE ticket_event SET actor = 'nobody'", "DELETE FROM ticket_event"])
async def test_the_log_cannot_be_changed(small: Small, statement: str) -> None:
    await small.call()
    async with small.db.connection() as connection:
        with pytest.raises(asyncpg.RaiseError, match="append-only"):
            await connection.execute(statement)


async def test_pages_go_on_where_the_last_one_ended(small: Small) -> None:
    tickets = [await small.call(at=minutes(n)) for n in range(7)]
    seen: list[str] = []
    async with small.db.connection() as connection:
        while page := await store.page(connection, areas=["330225"], after=seen[-1] if seen else None, limit=3):
            seen += [Ticket.model_validate_json(doc).id for doc in page]
    assert seen == [ticket.id for ticket in reversed(tickets)]


def test_the_word_for_each_action_is_known() -> None:
    assert SOMEBODY.keys() == set(KINDS)

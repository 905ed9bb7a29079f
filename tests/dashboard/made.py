"""A day of two counties that begins the day before: repairs that came at any hour and went as far as they went."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

from dispatch.accounts.model import SYSTEM
from dispatch.desk.acting import make
from dispatch.desk.dashboard.keeping import DayKeeper
from dispatch.desk.dashboard.picture import Picture, Pictures
from dispatch.desk.outages.merging import merge
from dispatch.desk.room import Report
from dispatch.kit.clock import CHINA
from dispatch.tickets import deadlines, lifecycle, store
from dispatch.tickets import events as e
from dispatch.tickets.events import Entry
from dispatch.tickets.model import Ticket
from dispatch.tickets.terms import ReopenReason
from tests.worlds import CANCEL, IN_NINGHAI, LENT, ROAD, SENT, START, Small, minutes, person

NOW = minutes(10 * 60)  # seven in the evening of START's day
TODAY = START.astimezone(CHINA).date()
YESTERDAY = TODAY - timedelta(days=1)
MIDNIGHT = START.astimezone(CHINA).replace(hour=0)
DISPATCHERS = {"330225": "xiangshan", "330226": "ninghai"}


async def day_of(small: Small, seed: int, n: int = 24) -> None:
    """Let ``n`` customers call in two days; their repairs go on until they are done, called off, or it is ``NOW``."""
    random = Random(seed)
    starts = sorted(random.uniform(-33 * 60, 10 * 60 - 5) for _ in range(n))
    for n_, start in enumerate(starts):
        said: dict[str, Any] = {"place": IN_NINGHAI, "address": "城关镇1号"} if n_ % 3 == 0 else {}
        ticket = await small.call(at=minutes(start), **said)
        await _goes_on(small, ticket, random, start)


async def goes(small: Small, ticket: Ticket, action: str, who: str, event: e.Event, at: float) -> Ticket:
    """Take one step; whoever finds the fault expects to be done within the hour, and replies pass the auditor."""
    if isinstance(event, e.Located):
        event = event.model_copy(update={"etr_at": minutes(at + 60)})
    who = "auditor" if action == "queue-callback" else who
    return await small.does(ticket, action, who, event, at=minutes(at))


async def walk(small: Small, ticket: Ticket, start: float, steps: slice) -> Ticket:
    """Take some steps of the usual road, one a minute."""
    for n, (action, who, event) in enumerate(ROAD[steps]):
        ticket = await goes(small, ticket, action, who, event, start + n)
    return ticket


async def _goes_on(small: Small, ticket: Ticket, random: Random, at: float) -> None:
    dispatcher = DISPATCHERS[ticket.area]
    home = SENT if ticket.area == "330225" else LENT
    crew = "crew-1" if home is SENT else "crew-3"
    left = random.choice((0, 1, 3, 5, 8, 11, 11, 11, 11))
    for action, who, event in ROAD[:left]:
        at += random.uniform(0.2, 2 if action == "accept" and random.random() < 0.7 else 25)
        if minutes(at) > NOW:
            return
        by = {"xiangshan": dispatcher, "crew-1": crew}.get(who, who)
        ticket = await goes(small, ticket, action, by, home if action == "dispatch" else event, at)
    if left == 1 and minutes(at + 30) <= NOW:
        await small.does(ticket, "cancel", dispatcher, CANCEL, at=minutes(at + 30))


async def family(small: Small) -> None:
    """Let two neighbours report one fault point; the second becomes the first one's 副单."""
    parent = await walk(small, await small.call(at=minutes(100)), 101, slice(0, 1))
    child = await small.call(at=minutes(103), address="丹城镇东街2号")
    report = Report()
    by = person("xiangshan")
    await merge(small.desk, child.id, into=parent.id, evidence="同一台区", by=by, report=report, at=minutes(104))
    await walk(small, parent, 110, slice(1, 8))


async def reopened(small: Small) -> Ticket:
    """Return a repair whose customer was dissatisfied, and that was done a second time."""
    ticket = await walk(small, await small.call(at=minutes(200)), 201, slice(0, 10))
    again = e.Reopened(reason=ReopenReason.DISSATISFIED)
    async with small.db.transaction() as tx:
        ticket = await store.load(tx, ticket.id, lock=True)
        ticket = await make(tx, small.desk, ticket, again, by=SYSTEM, report=Report(), at=minutes(220))
    return await walk(small, ticket, 221, slice(1, 8))


async def late(small: Small) -> Ticket:
    """Return one whose crew came after an hour and ten minutes instead of forty-five."""
    ticket = await walk(small, await small.call(at=minutes(20)), 21, slice(0, 4))
    return await walk(small, ticket, 90, slice(4, 11))


async def kept_after_all(small: Small) -> Ticket:
    """Return one whose limit had run out when the crew's report of an arrival in time came in."""
    ticket = await walk(small, await small.call(at=minutes(300)), 301, slice(0, 4))
    await deadlines.fire_due(small.db, small.desk.packs, now=minutes(346))
    return await small.does(ticket, "arrive", "crew-1", e.Arrived(), at=minutes(347), claimed_at=minutes(344))


async def seen(small: Small, area: str = "33", *, day: Any = None, at: datetime = NOW, by: str = "monitor") -> Picture:
    """Return the dashboard, counted anew."""
    return await Pictures(DayKeeper(small.db)).picture(small.desk, area, day, by=person(by), at=at)


async def logs(small: Small) -> list[Sequence[Entry]]:
    """Return the whole logs of all tickets."""
    async with small.db.connection() as connection:
        ids = [row["id"] for row in await connection.fetch("SELECT id FROM ticket ORDER BY id")]
        return [await store.log(connection, one) for one in ids]


def as_of(log: Sequence[Entry], at: datetime) -> Ticket | None:
    """Return a ticket as its log had it at an instant."""
    return lifecycle.fold(entry for entry in log if entry.at_claimed <= at)

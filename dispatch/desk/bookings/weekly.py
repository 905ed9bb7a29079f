"""
What is done about declarations each week: depots are reminded, and what nobody declared in time is copied.

Each for each county and week once, in one transaction with the line that says so; also late, after a stop.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime
from functools import partial

from dispatch.accounts.model import SYSTEM
from dispatch.capacity import store, weekly, weekstore
from dispatch.capacity.weekstore import Gap
from dispatch.desk.ids import new_id
from dispatch.desk.room import Desk
from dispatch.kit.db import Connection
from dispatch.kit.looprules import MessageRules
from dispatch.notify import texts
from dispatch.notify.phones import is_mobile
from dispatch.notify.templates import Occasion, compose
from dispatch.tickets.terms import Addressee

from .recurring import once
from .settling import take_turn

Work = Callable[[Connection, str, Sequence[Gap]], Awaitable[None]]  # transaction, county, what is missing

INHERIT, REMIND = "inherit_declarations", "remind_declarations"  # jobs
# The leaders on duty of each depot, or of the nearest area above it that has some.
LEADERS = """
WITH RECURSIVE line AS (
    SELECT code AS depot, code, parent, 0 AS steps FROM area WHERE code = ANY($1::text[])
    UNION ALL
    SELECT line.depot, area.code, area.parent, line.steps + 1 FROM line JOIN area ON area.code = line.parent
)
SELECT depot, phone FROM (
    SELECT line.depot, contact.phone, rank() OVER (PARTITION BY line.depot ORDER BY line.steps) AS nearest
    FROM line JOIN duty_contact AS contact ON contact.area = line.code AND contact.addressee = $2
) AS found WHERE nearest = 1 ORDER BY depot, phone
"""


async def inherit_due(desk: Desk, *, at: datetime) -> None:
    """
    Copy what depots have not declared by its moment, as the machine's own first version of it.

    A half-day that is frozen already, or a day on which nobody works, is not copied.

    :raises CalendarEnds: if the holidays of a week that is due are not known; what was due before it is done
    """

    async def copied(tx: Connection, county: str, gaps: Sequence[Gap]) -> None:
        for gap in gaps:
            await store.declare(tx, weekly.inherited(gap.source, gap.slot, by=SYSTEM.id, at=at), county)

    lists = desk.pack.lists
    for monday in weekly.weeks_to_copy(lists, at):
        await _each_county(desk, INHERIT, monday, weekly.due_at(lists, monday), copied, at)


async def remind_due(desk: Desk, *, at: datetime) -> None:
    """
    Write to the leaders of depots that have not declared what they declared before; the line kept names the depots.

    :raises CalendarEnds: if the holidays of the week are not known
    """

    async def written(tx: Connection, county: str, gaps: Sequence[Gap]) -> None:
        if desk.pack.messages is not None and gaps:
            await _write(tx, desk, county, gaps, desk.pack.messages, at)

    lists = desk.pack.lists
    for monday in weekly.weeks_to_remind(lists, at):
        await _each_county(desk, REMIND, monday, weekly.reminded_at(lists, monday), written, at)


async def _each_county(desk: Desk, job: str, monday: date, due_at: datetime, work: Work, at: datetime) -> None:
    """Do a week's job for each county once, with what its depots have not declared; the depots' codes are kept."""
    if desk.pack.booking is None:
        return
    async with desk.db.connection() as connection:
        done = await weekstore.runs(connection, job, due_at)
    waiting = [county for county in desk.areas.counties(desk.areas.province().code) if county not in done]
    if not waiting:
        return
    halves = weekly.halves_open(monday, rules=desk.pack.booking, calendar=desk.calendar, at=at)

    async def of_county(county: str, tx: Connection) -> str:
        await take_turn(tx, desk, county, at=at)
        depots = desk.areas.depots(county)
        gaps = await weekstore.undeclared(tx, depots, halves, back=desk.pack.lists.inherits.value)
        await work(tx, county, gaps)
        return " ".join(sorted({gap.slot.depot for gap in gaps}))

    for county in waiting:
        await once(desk.db, job, county, due_at, partial(of_county, county), at=at)


async def _write(
    tx: Connection, desk: Desk, county: str, gaps: Sequence[Gap], rules: MessageRules, at: datetime
) -> None:
    """Write one text to each telephone, whatever the number of its depots."""
    depots = sorted({gap.slot.depot for gap in gaps})
    by_phone: defaultdict[str, list[str]] = defaultdict(list)
    for row in await tx.fetch(LEADERS, depots, Addressee.DEPOT_LEADER.value):
        if is_mobile(row["phone"]):
            by_phone[row["phone"]].append(desk.areas.get(row["depot"]).name)
    monday = weekly.monday_of(gaps[0].slot.date)
    due = weekly.due_at(desk.pack.lists, monday)
    messages = [
        texts.Message(new_id(at), county, None, phone, compose(Occasion.DECLARATION_DUE, said), desk.pack.key)
        for phone, names in by_phone.items()
        for said in [{"depots": "、".join(names), "week": _days(monday), "due": due}]
    ]
    await texts.enqueue_all(tx, messages, rules={desk.pack.key: rules}, at=at)


def _days(monday: date) -> str:
    first, last = monday, weekly.days_of(monday)[-1]
    return f"{first.month}月{first.day}日至{last.month}月{last.day}日"

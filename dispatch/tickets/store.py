"""
Where tickets are kept: the log of each, and the row that its log adds up to, written in one transaction.

The key ``(ticket_id, version)`` of the log is the lock: of two writers one gets ``Stale`` and is told what the other
did.
"""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from dispatch.kit.clock import CHINA
from dispatch.kit.db import Connection, Row
from dispatch.kit.errors import NotFound, Refusal
from dispatch.kit.rulepack import RulePack

from . import climbing, lifecycle, limits, matters, rows, statements
from .chain import sealed
from .climbing import add
from .events import EVENT, Actor, Drafted, Entry, Event, Geo, Submitted
from .model import ENDED, Ticket, read
from .rows import Call, Change
from .words import CallOutcome, Limit, Source, Stage, TicketMark

LONGEST_JOB = timedelta(days=60)  # a crew that was sent longer ago is not looked for among those that finish today


class NoSuchTicket(NotFound):
    """No ticket has that id."""


class Stale(Refusal):
    """Somebody else changed the ticket first."""


@dataclass(frozen=True, slots=True)
class Opening:
    """A ticket to be opened, and the call it came with."""

    ticket_id: str
    event: Drafted | Submitted
    call: Call
    by: Actor
    source: Source
    at: datetime
    pack: RulePack


def ticket_of(row: Row) -> Ticket:
    """Return the ticket of a row with its columns ``doc`` and ``head``."""
    return read(row["doc"], row["head"])


async def find(connection: Connection, ticket_id: str, *, lock: bool = False) -> Ticket | None:
    """Return the ticket, or None; ``lock``: nobody else may change it until the transaction ends."""
    row = await connection.fetchrow(statements.LOCK if lock else statements.FIND, ticket_id)
    return ticket_of(row) if row else None


async def find_many(connection: Connection, ticket_ids: Collection[str]) -> dict[str, Ticket]:
    """Return those of the tickets that exist, by id."""
    rows = await connection.fetch(statements.FIND_MANY, sorted(ticket_ids))
    return {ticket.id: ticket for ticket in map(ticket_of, rows)}


async def load(connection: Connection, ticket_id: str, *, lock: bool = False) -> Ticket:
    """
    Return the ticket.

    :raises NoSuchTicket: if there is none
    """
    ticket = await find(connection, ticket_id, lock=lock)
    if ticket is None:
        raise NoSuchTicket("没有这个工单,或不在您的查看范围内;请核对工单号")
    return ticket


async def children(tx: Connection, incident_id: str) -> list[Ticket]:
    """Return the tickets merged into the incident's parent, locked, in the order of their ids."""
    return [ticket_of(row) for row in await tx.fetch(statements.CHILDREN, incident_id)]


async def append(
    tx: Connection,
    ticket: Ticket,
    event: Event,
    *,
    pack: RulePack,
    by: Actor,
    source: Source,
    at: datetime,
    claimed: datetime | None = None,
    geo: Geo | None = None,
    by_incident: bool = False,
) -> list[Change]:
    """
    Let the event happen: its line in the log, the row it leads to, the clocks it stops and starts, consoles told.

    Steps of ladders that were due before ``at`` are taken first, in the same transaction, each with what follows from
    it: a wait that is over lets the repair's clock run on, which may have run out since.

    :param at: the server's time
    :param claimed: the reporter's time; by default the server's (or the latest step's, if a phone runs a little fast)
    :param by_incident: the ticket's incident is chased, supervised and escalated for it
    :returns: what was done, the event itself last
    :raises Stale: if the ticket has moved on since it was read
    :raises Refusal: what ``lifecycle.check`` refuses; nothing is changed then
    """
    when = (claimed or max(at, ticket.last_at)).astimezone(UTC)
    done: list[Change] = []
    while True:
        entry = Entry(ticket.id, ticket.version + 1, when, at, by, source, event, geo)
        change, has_happened = await _next(tx, ticket, entry, pack, at, by_incident)
        await write(tx, [change], at)
        done.append(change)
        if has_happened:
            return done
        ticket = change.after


async def _next(
    tx: Connection, ticket: Ticket, entry: Entry, pack: RulePack, at: datetime, by_incident: bool
) -> tuple[Change, bool]:
    """
    Return what comes next, and whether it is the entry itself: steps of ladders that are due come before it.

    :raises Refusal: what ``lifecycle.check`` refuses
    """
    lifecycle.check(ticket, entry, pack)
    settled = limits.settled(ticket, entry, pack)
    climbed = await _climbed(tx, ticket, limits.kept(settled), pack, at, by_incident)
    change = climbed or Change(ticket, ticket)
    if climbed is None:
        add(change, replace(entry, event=settled))
    climbing.set_clocks(change, pack)
    return change, climbed is None


async def catch_up(
    tx: Connection, ticket: Ticket, *, pack: RulePack, at: datetime, by_incident: bool = False
) -> list[Change]:
    """Take the steps of the ticket's ladders that are due before ``at``, with what follows; the ticket is locked."""
    done: list[Change] = []
    while (change := await _climbed(tx, ticket, (), pack, at, by_incident)) is not None:
        climbing.set_clocks(change, pack)
        await write(tx, [change], at)
        done.append(change)
        ticket = change.after
    return done


async def _climbed(
    tx: Connection, ticket: Ticket, spared: Iterable[Limit], pack: RulePack, at: datetime, by_incident: bool
) -> Change | None:
    """Take the steps of ladders that are due, but for those of limits that were kept; None: there are none."""
    if not climbing.may_climb(ticket, pack, at):
        return None
    clocks = await tx.fetch(statements.CLAIM, [ticket.id], at, [limit.value for limit in spared])
    if not clocks:
        return None
    change = Change(ticket, ticket, by_incident=by_incident)
    climbing.climb(change, clocks, pack, at)
    return change


async def write(tx: Connection, changes: Sequence[Change], at: datetime) -> None:
    """
    Write the changes in one statement; a ticket that has ended gives up its matter.

    :raises Stale: if one of the tickets has moved on
    """
    texts = rows.documents(changes)
    done = await tx.fetchrow(
        statements.STEP,
        *rows.log_columns(changes),
        *rows.ticket_columns(changes, texts),
        *rows.armed_columns(changes),
        *rows.told_columns(changes, texts),
        *rows.moved_columns(changes),
        at,
        *rows.dispatch_columns(changes),
    )
    lines = sum(len(change.lines) for change in changes)
    if done is None or done["lines"] != lines or done["tickets"] != len(changes):
        raise await stale(tx, changes[0].after.id)
    if gone := [c.after for c in changes if c.before is not None and c.before.area != c.after.area]:
        for statement in statements.MOVE:
            await tx.execute(statement, [ticket.id for ticket in gone], [ticket.area for ticket in gone])
    if ended := [change.after for change in changes if not change.after.is_open]:
        await matters.end(tx, ended)


async def stale(connection: Connection, ticket_id: str, *, name: str | None = None) -> Stale:
    """
    Return the refusal for one who comes too late: who did what when.

    :param name: of who was first, if the caller knows it; else the account's id stands for it
    """
    ticket = await load(connection, ticket_id)
    row = await connection.fetchrow(statements.LATEST, ticket_id)
    assert row is not None
    at = row["at_server"].astimezone(CHINA)
    label = EVENT.validate_json(row["payload"]).label
    return Stale(
        f"工单 {ticket.ticket_no} 已由 {name or row['actor']} 于 {at:%H:%M:%S} 办理“{label}”,"
        f"当前为“{ticket.stage.label}”,请按最新内容重新操作",
        version=ticket.version,
        stage=ticket.stage.value,
        event=row["kind"],
        by=row["actor"],
        by_name=name,
        role=row["role"],
        at=row["at_server"].isoformat(),
    )


async def touched(connection: Connection, ticket_id: str, *, since: int) -> bool:
    """Tell whether anything but what the clock does happened to the ticket after the version ``since``."""
    return bool(await connection.fetchval(statements.TOUCHED, ticket_id, since))


def opened(opening: Opening) -> Change:
    """
    Return the first version of a ticket and its clocks.

    :raises Refusal: if the report lacks what it needs
    """
    entry = Entry(opening.ticket_id, 1, opening.at, opening.at, opening.by, opening.source, opening.event)
    lifecycle.check(None, entry, opening.pack)
    line = sealed(b"", entry)
    ticket = lifecycle.evolve(None, line[0])
    change = Change(None, ticket, [(*line, ticket.area)])
    climbing.set_clocks(change, opening.pack)
    return change


async def open_many(tx: Connection, openings: Sequence[Opening]) -> list[Ticket]:
    """
    Open tickets, each with its call and incident, in one statement.

    :raises Refusal: if one of them lacks what it needs; check with ``opened`` before
    """
    changes = [opened(opening) for opening in openings]
    await write_openings(tx, changes, [opening.call for opening in openings])
    return [change.after for change in changes]


async def write_openings(tx: Connection, changes: Sequence[Change], calls: Sequence[Call]) -> None:
    """Write what ``opened`` made of the openings, in one statement."""
    texts = rows.documents(changes)
    await tx.execute(
        statements.OPEN,
        *rows.log_columns(changes),
        *rows.ticket_columns(changes, texts),
        *rows.armed_columns(changes),
        *rows.told_columns(changes, texts),
        *rows.call_columns(calls),
        *rows.incident_columns(changes),
    )


async def keep_call(tx: Connection, call: Call) -> None:
    """Keep a contact about a ticket that is there already."""
    await tx.execute(statements.CONTACT, *rows.call_columns([call]))


async def set_outcome(tx: Connection, call_id: str, outcome: CallOutcome) -> None:
    """Say what became of a call."""
    await tx.execute("UPDATE call SET outcome = $2 WHERE id = $1", call_id, outcome.value)


async def board(connection: Connection, areas: Sequence[str]) -> list[str]:
    """Return the open tickets of the areas and those lent to them, as JSON texts, oldest first."""
    return [row["doc"] for row in await connection.fetch(statements.BOARD, list(areas))]


async def page(
    connection: Connection,
    *,
    areas: Sequence[str],
    lenders: Sequence[str] = (),
    crew_ids: Sequence[str] = (),
    stages: Sequence[Stage] = (),
    is_open: bool | None = None,
    marked: TicketMark | None = None,
    number_part: str | None = None,
    said: Sequence[str] = (),
    begin_at: datetime | None = None,
    end_at: datetime | None = None,
    after: str | None = None,
    limit: int = 100,
) -> list[str]:
    """
    Return tickets of the areas, or that crews of the lenders or one of the crews work on, as JSON texts, newest first.

    :param marked: only open ones with this mark, whatever ``is_open`` says
    :param said: words that must all stand in the number, the address or the unit's name
    :param begin_at, end_at: of the report, half-open; None: no bound
    :param after: id of the last ticket of the page before
    """
    if is_open is None and stages and ENDED.isdisjoint(stages):
        is_open = True
    sought = (number_part, list(said)) if number_part or said else ()
    found = await connection.fetch(
        (statements.SEARCH if sought else statements.PAGE)[is_open if marked is None else marked],
        list(areas),
        list(crew_ids),
        [stage.value for stage in stages],
        after,
        limit,
        list(lenders),
        begin_at,
        end_at,
        *sought,
    )
    return [row["doc"] for row in found]


async def numbered(
    connection: Connection,
    ticket_no: str,
    *,
    areas: Sequence[str],
    lenders: Sequence[str] = (),
    crew_ids: Sequence[str] = (),
) -> list[str]:
    """Return the ticket of a number as JSON text, if it is one of those that ``page`` would return; else nothing."""
    found = await connection.fetch(statements.NUMBERED, list(areas), list(crew_ids), list(lenders), ticket_no)
    return [row["doc"] for row in found]


async def done(
    connection: Connection,
    *,
    since: datetime,
    areas: Sequence[str],
    lenders: Sequence[str] = (),
    crew_ids: Sequence[str] = (),
    own_crew: str | None = None,
    stages: Sequence[Stage] = (),
    is_open: bool | None = None,
    after: str | None = None,
    limit: int = 100,
) -> list[str]:
    """
    Return tickets that crews of the areas, or one of the crews, restored since then, as ``page`` does.

    :param own_crew: the crew that is shown all that it was the last on; others see what ``page`` would show them
    """
    wanted = [stage.value for stage in stages]
    found = await connection.fetch(
        statements.DONE,
        *(list(areas), list(crew_ids), wanted, after, limit, list(lenders), is_open, since, LONGEST_JOB, own_crew),
    )
    return [row["doc"] for row in found]


def entry_of(row: Row) -> Entry:
    """Return the log's line of a row."""
    return Entry(
        ticket_id=row["ticket_id"],
        version=row["version"],
        at_claimed=row["at_claimed"],
        at_server=row["at_server"],
        by=Actor(row["actor"], row["role"]),
        source=Source(row["source"]),
        event=EVENT.validate_json(row["payload"]),
        geo=geo_of(row["geo"]),
        hash=row["hash"],
    )


def geo_of(text: str | None) -> Geo | None:
    """Return where the reporter was, from how it is kept."""
    return Geo(**json.loads(text)) if text else None


async def log(connection: Connection, ticket_id: str) -> list[Entry]:
    """Return all that happened to a ticket, in order."""
    return [entry_of(row) for row in await connection.fetch(statements.ENTRIES, ticket_id)]

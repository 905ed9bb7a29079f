"""
Where tickets are kept: the log of each, and the row that its log adds up to, written in one transaction.

The key ``(ticket_id, version)`` of the log is the lock: of two writers one gets ``Stale`` and is told what the other
did.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from dispatch.kit.clock import CHINA
from dispatch.kit.db import Connection, Row
from dispatch.kit.errors import NotFound, Refusal
from dispatch.kit.metrics import DEADLINES_FIRED
from dispatch.kit.rulepack import RulePack

from . import lifecycle, limits, rows, statements
from .chain import sealed
from .events import EVENT, Actor, Drafted, Entry, Event, Geo, Overdue, Submitted
from .model import ENDED, Ticket
from .rows import Call, Change
from .words import CallOutcome, Limit, Source, Stage

SYSTEM = Actor("system", "SYSTEM")


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
    return Ticket.model_validate_json(row["doc"]).model_copy(update={"head": row["head"]})


async def find(connection: Connection, ticket_id: str, *, lock: bool = False) -> Ticket | None:
    """Return the ticket, or None; ``lock``: nobody else may change it until the transaction ends."""
    row = await connection.fetchrow(statements.LOCK if lock else statements.FIND, ticket_id)
    return ticket_of(row) if row else None


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
) -> Ticket:
    """
    Let the event happen: its line in the log, the row it leads to, the clocks it stops and starts, consoles told.

    A clock that ran out before ``at`` is fired first, in the same transaction.

    :param at: the server's time
    :param claimed: the reporter's time; by default the server's (or the latest step's, if a phone runs a little fast)
    :raises Stale: if the ticket has moved on since it was read
    :raises Refusal: what ``lifecycle.check`` refuses; nothing is changed then
    """
    when = (claimed or max(at, ticket.last_at)).astimezone(UTC)
    entry = Entry(ticket.id, ticket.version + 1, when, at, by, source, event, geo)
    lifecycle.check(ticket, entry, pack)
    running = limits.deadlines(ticket, pack)
    event = limits.settled(ticket, entry, pack)
    change = Change(ticket, ticket)
    if any(due_at < at for due_at in running.values()):
        spared = [limit.value for limit in limits.kept(event)]
        fired = await tx.fetch(statements.CLAIM, [ticket.id], at, spared)
        add_overdue(change, fired, at)
    add(change, replace(entry, version=change.after.version + 1, event=event))
    after = limits.deadlines(change.after, pack)
    change.armed, change.met = after.items() - running.items(), running.items() - after.items()
    await write(tx, [change], at)
    return change.after


def add(change: Change, entry: Entry) -> None:
    """Add one more line to the change."""
    line = sealed(change.after.head, entry)
    change.after = lifecycle.evolve(change.after, line[0])
    change.lines.append(line)


def add_overdue(change: Change, fired: Sequence[Row | Mapping[str, Any]], at: datetime) -> None:
    """Add a line for each clock that was taken as run out; it ran out when it was due."""
    for row in sorted(fired, key=lambda row: (row["due_at"], row["name"])):
        DEADLINES_FIRED.labels(row["name"]).inc()
        event = Overdue(limit=Limit(row["name"]), due_at=row["due_at"])
        ticket = change.after
        add(change, Entry(ticket.id, ticket.version + 1, row["due_at"], at, SYSTEM, Source.SYSTEM, event))


async def write(tx: Connection, changes: Sequence[Change], at: datetime) -> None:
    """
    Write the changes in one statement.

    :raises Stale: if one of the tickets has moved on
    """
    texts = rows.documents(changes)
    done = await tx.fetchrow(
        statements.STEP,
        *rows.log_columns(changes),
        *rows.ticket_columns(changes, texts),
        *rows.armed_columns(changes),
        *rows.told_columns(changes, texts),
        *rows.met_columns(changes),
        at,
        *rows.dispatch_columns(changes),
    )
    lines = sum(len(change.lines) for change in changes)
    if done is None or done["lines"] != lines or done["tickets"] != len(changes):
        raise await stale(tx, changes[0].after.id)


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
    """Tell whether anything but overruns happened to the ticket after the version ``since``."""
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
    return Change(None, ticket, [line], limits.deadlines(ticket, opening.pack).items())


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
    after: str | None = None,
    limit: int = 100,
) -> list[str]:
    """
    Return tickets of the areas, or that crews of the lenders or one of the crews work on, as JSON texts, newest first.

    :param after: id of the last ticket of the page before
    """
    if is_open is None and stages and ENDED.isdisjoint(stages):
        is_open = True
    found = await connection.fetch(
        statements.PAGE[is_open],
        list(areas),
        list(crew_ids),
        [stage.value for stage in stages],
        after,
        limit,
        list(lenders),
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

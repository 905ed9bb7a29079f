"""From what happened to rows: the log's lines, the ticket's row, its crews, its clocks, and what consoles are told."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .chain import geo_text
from .events import Entry
from .model import Dispatch, Ticket, document, lender
from .words import CallOutcome, Channel, Limit

Due = tuple[Limit, datetime]


@dataclass(frozen=True, slots=True)
class Call:
    """One contact with a customer; the only place where the telephone number stands whole."""

    id: str
    area: str
    channel: Channel
    phone: str
    seat: str  # account that took it
    at: datetime
    outcome: CallOutcome
    account_no: str | None = None
    ticket_id: str | None = None


@dataclass(slots=True)
class Change:
    """What one transaction does to one ticket."""

    before: Ticket | None
    after: Ticket
    lines: list[tuple[Entry, str]] = field(default_factory=list)  # sealed entries and their payloads
    armed: Iterable[Due] = ()
    met: Iterable[Due] = ()


# Each list is one column of one ``unnest``; the order is that of the statements in ``store``.
Columns = list[list[Any]]


def columns(rows: Sequence[tuple[Any, ...]], width: int) -> Columns:
    """Return rows as columns; ``width`` is how many there are even without a row."""
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(width)]


def log_columns(changes: Iterable[Change]) -> Columns:
    """Ticket, version, area, kind, claimed, server, actor, role, source, geo, payload, hash."""
    return columns(
        [
            (
                entry.ticket_id,
                entry.version,
                change.after.area,
                entry.event.kind,
                entry.at_claimed,
                entry.at_server,
                entry.by.id,
                entry.by.role,
                entry.source.value,
                geo_text(entry.geo),
                payload,
                entry.hash,
            )
            for change in changes
            for entry, payload in change.lines
        ],
        12,
    )


def ticket_columns(changes: Iterable[Change], documents: Sequence[str]) -> Columns:
    """Id, version before, version, area, stage, number, incident, crew, lender, reported, open, head, document."""
    return columns(
        [
            (
                after.id,
                change.before.version if change.before else 0,
                after.version,
                after.area,
                after.stage.value,
                after.ticket_no,
                after.incident_id,
                after.crew.crew_id if after.crew else None,
                lender(after),
                after.reported_at,
                after.is_open,
                after.head,
                text,
            )
            for change, text in zip(changes, documents, strict=True)
            for after in (change.after,)
        ],
        13,
    )


def _changed_dispatches(change: Change) -> Iterable[Dispatch]:
    known = change.before.dispatches if change.before else ()
    return (dispatch for dispatch in change.after.dispatches if dispatch not in known)


def dispatch_columns(changes: Iterable[Change]) -> Columns:
    """Ticket, number, incident, area, crew, crew's area, depot, sent, ended."""
    return columns(
        [
            (
                change.after.id,
                dispatch.no,
                change.after.incident_id,
                change.after.area,
                dispatch.crew_id,
                dispatch.crew_area,
                dispatch.depot,
                dispatch.sent_at,
                dispatch.ended_at,
            )
            for change in changes
            for dispatch in _changed_dispatches(change)
        ],
        9,
    )


def armed_columns(changes: Iterable[Change]) -> Columns:
    """Ticket, limit, due, area."""
    return columns(
        [(c.after.id, limit.value, due_at, c.after.area) for c in changes for limit, due_at in sorted(c.armed)], 4
    )


def met_columns(changes: Iterable[Change]) -> Columns:
    """Ticket, limit, due."""
    return columns([(c.after.id, limit.value, due_at) for c in changes for limit, due_at in sorted(c.met)], 3)


def entitled(ticket: Ticket) -> tuple[str, ...]:
    """Return the areas that hear of the ticket: its own, and the one that lends its crew."""
    lent_by = lender(ticket)
    return (ticket.area,) if lent_by is None else (ticket.area, lent_by)


def told_columns(changes: Iterable[Change], documents: Sequence[str]) -> Columns:
    """Area, kind, ticket, version, body: whole to those who may see it, its end to those who no longer may."""
    told = []
    for change, text in zip(changes, documents, strict=True):
        after, now = change.after, entitled(change.after)
        told += [(area, "ticket", after.id, after.version, text) for area in now]
        left = [area for area in entitled(change.before) if area not in now] if change.before else []
        told += [(area, "gone", after.id, after.version, _gone(after)) for area in left]
    return columns(told, 5)


def _gone(ticket: Ticket) -> str:
    return f'{{"id":"{ticket.id}","version":{ticket.version}}}'


def documents(changes: Iterable[Change]) -> list[str]:
    """Return each ticket as it is kept and sent."""
    return [document(change.after) for change in changes]


def call_columns(calls: Iterable[Call]) -> Columns:
    """Id, area, channel, phone, account number, seat, at, ticket, outcome."""
    return columns(
        [
            (c.id, c.area, c.channel.value, c.phone, c.account_no, c.seat, c.at, c.ticket_id, c.outcome.value)
            for c in calls
        ],
        9,
    )


def incident_columns(changes: Iterable[Change]) -> Columns:
    """Id, area, opened, lon, lat."""
    return columns([(c.after.id, c.after.area, c.after.reported_at, c.after.lon, c.after.lat) for c in changes], 5)

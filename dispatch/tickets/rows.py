"""From what happened to rows: the log's lines, the ticket's row, its crews, its clocks, and what consoles are told."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from dispatch.kit.columns import Columns, columns

from .chain import geo_text
from .events import Entry
from .ladder import Times
from .model import Dispatch, Ticket, document, lender
from .words import CallOutcome, Channel, Limit

Due = tuple[Limit, datetime]  # names a clock of a ticket: which, and when it is due


@dataclass(frozen=True, slots=True)
class Armed:
    """A clock that begins: the steps of its ladder, and how many of them are over already."""

    limit: Limit
    times: Times
    level: int


@dataclass(frozen=True, slots=True)
class Moved:
    """What becomes of a clock: climbed to ``level`` (None: where it is), running on (armed, fired) or ended (met)."""

    level: int | None
    state: str
    next_at: datetime | None


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
    lines: list[tuple[Entry, str, str]] = field(default_factory=list)  # sealed entry, payload, area it led to
    armed: list[Armed] = field(default_factory=list)
    moved: dict[Due, Moved] = field(default_factory=dict)
    by_incident: bool = False  # its incident is chased, supervised and escalated for it


def log_columns(changes: Iterable[Change]) -> Columns:
    """Ticket, version, area, kind, claimed, server, actor, role, source, geo, payload, hash."""
    return columns(
        [
            (
                entry.ticket_id,
                entry.version,
                area,
                entry.event.kind,
                entry.at_claimed,
                entry.at_server,
                entry.by.id,
                entry.by.role,
                entry.source,
                geo_text(entry.geo),
                payload,
                entry.hash,
            )
            for change in changes
            for entry, payload, area in change.lines
        ],
        "w.ww..wwww..",
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
                after.stage,
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
        "w..wwwwww....",
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
        "w.wwwww..",
    )


def armed_columns(changes: Iterable[Change]) -> Columns:
    """Ticket, limit, due, area, level, first, second and top step."""
    return columns(
        [
            (c.after.id, a.limit, a.times[2], c.after.area, a.level, a.times[0], a.times[1], a.times[3])
            for c in changes
            for a in sorted(c.armed, key=lambda a: a.limit)
        ],
        "ww.w....",
    )


def moved_columns(changes: Iterable[Change]) -> Columns:
    """Ticket, limit, due, level, state, next."""
    return columns(
        [
            (c.after.id, limit, due_at, moved.level, moved.state, moved.next_at)
            for c in changes
            for (limit, due_at), moved in sorted(c.moved.items())
        ],
        "ww..w.",
    )


def entitled(ticket: Ticket) -> tuple[str, ...]:
    """Return the areas that hear of the ticket: its own, the one that lends its crew, and the crew's depot."""
    return tuple(area for area in (ticket.area, lender(ticket), depot(ticket)) if area is not None)


def depot(ticket: Ticket) -> str | None:
    """
    Return the depot whose crew is on the job, or was the last on it; for as long as a lender sees the ticket.

    The table has it as a column that PostgreSQL derives from the document (migration 0002).
    """
    if not ticket.dispatches or not ticket.is_open:
        return None
    last = ticket.dispatches[-1]
    return last.depot if last.ended_at is None or ticket.restored_at is not None else None


def told_columns(changes: Iterable[Change], documents: Sequence[str]) -> Columns:
    """Area, kind, ticket, version, body: whole to those who may see it, its end to those who no longer may."""
    told = []
    for change, text in zip(changes, documents, strict=True):
        after, now = change.after, entitled(change.after)
        told += [(area, "ticket", after.id, after.version, text) for area in now]
        left = [area for area in entitled(change.before) if area not in now] if change.before else []
        told += [(area, "gone", after.id, after.version, _gone(after)) for area in left]
    return columns(told, "www..")


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
        ".........",
    )


def incident_columns(changes: Iterable[Change]) -> Columns:
    """Id, area, opened, lon, lat."""
    opened = [(c.after.id, c.after.area, c.after.reported_at, c.after.lon, c.after.lat) for c in changes]
    return columns(opened, "ww...")

"""Service requests in their tables: every change is one line of the log, and the row is the sum of its lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dispatch.kit.db import Connection, Row
from dispatch.kit.errors import NotFound, Refusal

from . import lifecycle
from .events import EVENT, Opened, ServiceEvent
from .model import ServiceRequest, document
from .words import ServiceKind

OPEN = """
INSERT INTO service_request (id, version, area, kind, request_no, is_open, due_at, next_at, ticket_id, account_no,
                             phone, doc)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
"""
WRITE = """
UPDATE service_request SET version = $2, is_open = $3, due_at = $4, next_at = $5, doc = $6
WHERE id = $1 AND version = $2 - 1
"""
LOG = """
INSERT INTO service_event (request_id, version, area, kind, at_claimed, at_server, actor, role, payload)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""
FIND = "SELECT doc FROM service_request WHERE id = $1"
LOCK = FIND + " FOR NO KEY UPDATE"
OF_TICKET = """
SELECT doc FROM service_request WHERE ticket_id = $1 AND kind = $2 AND account_no IS NOT DISTINCT FROM $3
"""
DUE = "SELECT doc FROM service_request WHERE next_at <= $1 ORDER BY next_at LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED"
PAGE = """
SELECT doc FROM service_request
WHERE is_open = $2 AND area = ANY($1::text[]) AND ($3::text IS NULL OR kind = $3)
  AND ($4::text IS NULL OR (coalesce(due_at, 'infinity'), id) >
       (SELECT coalesce(due_at, 'infinity'), id FROM service_request WHERE id = $4))
ORDER BY coalesce(due_at, 'infinity'), id LIMIT $5
"""
LINES = """
SELECT version, at_claimed, at_server, actor, role, payload FROM service_event WHERE request_id = $1 ORDER BY version
"""
NUMBER = "SELECT nextval('service_number')"


class NoSuchService(NotFound):
    """No service request of that name, or none that the caller may see."""


class StaleService(Refusal):
    """Somebody changed the request since the caller saw it."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a request's log."""

    version: int
    at_claimed: datetime
    at_server: datetime
    by: str
    role: str
    event: ServiceEvent


async def number(tx: Connection) -> int:
    """Return the next number of a request."""
    found: int = await tx.fetchval(NUMBER)
    return found


async def load(connection: Connection, request_id: str, *, lock: bool = False) -> ServiceRequest:
    """:raises NoSuchService: if there is none"""
    doc = await connection.fetchval(LOCK if lock else FIND, request_id)
    if doc is None:
        raise NoSuchService("没有这个服务工单,或不在您的查看范围内;请核对编号")
    return ServiceRequest.model_validate_json(doc)


async def of_ticket(
    connection: Connection, ticket_id: str, kind: ServiceKind, account_no: str | None
) -> ServiceRequest | None:
    """Return the request that was opened for a household of a repair ticket, or None."""
    doc = await connection.fetchval(OF_TICKET, ticket_id, kind.value, account_no)
    return None if doc is None else ServiceRequest.model_validate_json(doc)


async def open_request(
    tx: Connection, event: Opened, *, phone: str | None, by: str, role: str, at: datetime
) -> ServiceRequest:
    """Write a new request and the first line of its log; the whole telephone number is kept beside them, once."""
    request = lifecycle.opened(event, by=by, at=at)
    await tx.execute(
        OPEN,
        request.id,
        request.version,
        request.area,
        request.kind.value,
        request.request_no,
        True,
        request.due_at,
        lifecycle.next_at(request),
        request.ticket_id,
        request.account_no,
        phone,
        document(request),
    )
    await _log(tx, request, event, by, role, at, at)
    return request


async def append(
    tx: Connection,
    request: ServiceRequest,
    event: ServiceEvent,
    *,
    by: str,
    role: str,
    at: datetime,
    claimed: datetime | None = None,
) -> ServiceRequest:
    """
    Append one event to a request that was loaded under lock.

    :raises Refusal: what the life cycle refuses
    """
    happened = claimed or at
    lifecycle.check(request, event, claimed=happened, at=at)
    after = lifecycle.evolve(request, event, by=by, claimed=happened)
    await tx.execute(
        WRITE, after.id, after.version, after.is_open, after.due_at, lifecycle.next_at(after), document(after)
    )
    await _log(tx, after, event, by, role, happened, at)
    return after


async def _log(
    tx: Connection, request: ServiceRequest, event: ServiceEvent, by: str, role: str, claimed: datetime, at: datetime
) -> None:
    payload = event.model_dump_json(exclude_none=True)
    await tx.execute(LOG, request.id, request.version, request.area, event.kind, claimed, at, by, role, payload)


async def due(tx: Connection, *, at: datetime, limit: int) -> list[ServiceRequest]:
    """Return requests with a warning that is due, locked; those that somebody else has locked are left to him."""
    return [ServiceRequest.model_validate_json(row["doc"]) for row in await tx.fetch(DUE, at, limit)]


async def page(
    connection: Connection,
    areas: Sequence[str],
    *,
    is_open: bool,
    kind: ServiceKind | None,
    after: str | None,
    limit: int,
) -> list[ServiceRequest]:
    """Return requests of the areas, what is due first before the others."""
    rows = await connection.fetch(PAGE, list(areas), is_open, kind.value if kind else None, after, limit)
    return [ServiceRequest.model_validate_json(row["doc"]) for row in rows]


async def log(connection: Connection, request_id: str) -> list[Line]:
    """Return all that happened to a request, in order."""
    return [_line(row) for row in await connection.fetch(LINES, request_id)]


def _line(row: Row) -> Line:
    event = EVENT.validate_json(row["payload"])
    return Line(row["version"], row["at_claimed"], row["at_server"], row["actor"], row["role"], event)


def fold(lines: Sequence[Line]) -> ServiceRequest:
    """Return the request that a whole log makes; it equals the row."""
    first = lines[0]
    if not isinstance(first.event, Opened):
        raise ValueError("a log begins with the opening")
    request = lifecycle.opened(first.event, by=first.by, at=first.at_claimed)
    for line in lines[1:]:
        request = lifecycle.evolve(request, line.event, by=line.by, claimed=line.at_claimed)
    return request

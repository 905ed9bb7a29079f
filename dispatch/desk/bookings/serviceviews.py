"""Looking at service requests: one, its log, a list by what is due, and the customer's number (each look is kept)."""

from datetime import datetime

from dispatch.accounts.model import Account
from dispatch.desk.looking import looked_at
from dispatch.desk.room import Desk
from dispatch.services import store
from dispatch.services.model import ServiceRequest
from dispatch.services.store import Line
from dispatch.services.words import ServiceKind

from .services import permit_service

PHONE = "SELECT phone FROM service_request WHERE id = $1"
AUDIT = "INSERT INTO audit (at, account_id, action, subject, area) VALUES ($1, $2, 'service.contact', $3, $4)"


async def read(desk: Desk, request_id: str, *, by: Account) -> ServiceRequest:
    """:raises NoSuchService: if there is none that ``by`` may see"""
    async with desk.db.connection() as connection:
        request = await store.load(connection, request_id)
    permit_service(desk, by, "service.read", request)
    return request


async def log(desk: Desk, request_id: str, *, by: Account) -> list[Line]:
    """Return all that happened to a request. :raises NoSuchService: if there is none that ``by`` may see"""
    await read(desk, request_id, by=by)
    async with desk.db.connection() as connection:
        return await store.log(connection, request_id)


async def contact(desk: Desk, request_id: str, *, by: Account, at: datetime) -> str | None:
    """
    Return the customer's number; who looked is kept in the audit.

    :raises NoSuchService: if there is none that ``by`` may see
    """
    async with desk.db.transaction() as tx:
        request = await store.load(tx, request_id)
        permit_service(desk, by, "service.contact", request)
        await tx.execute(AUDIT, at, by.id, request_id, request.area)
        phone: str | None = await tx.fetchval(PHONE, request_id)
        return phone


async def page(
    desk: Desk,
    area: str | None,
    *,
    by: Account,
    is_open: bool,
    kind: ServiceKind | None,
    after: str | None,
    limit: int,
) -> list[ServiceRequest]:
    """
    Return the requests of an area (by default the caller's own), what is due first before the others.

    :raises NoSuchArea: if there is no such area
    :raises Forbidden: if ``by`` may not look there
    """
    code = looked_at(desk, area, "service.read", by=by)
    counties = desk.areas.counties(code)
    async with desk.db.connection() as connection:
        return await store.page(connection, counties, is_open=is_open, kind=kind, after=after, limit=limit)

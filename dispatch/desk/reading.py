"""What may be looked at: tickets within reach, one ticket's log, and the caller's number (each look is kept)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from dispatch.accounts import rights
from dispatch.accounts.model import Account
from dispatch.accounts.rights import Forbidden, Scope
from dispatch.kit.clock import CHINA
from dispatch.kit.db import Connection, Row
from dispatch.tickets import store
from dispatch.tickets.events import Entry
from dispatch.tickets.model import Ticket
from dispatch.tickets.timed import known, told
from dispatch.tickets.words import Channel, Stage, TicketMark

from .acting import permit
from .room import Desk

DEPOT_CREWS = "SELECT id FROM crew WHERE depot = ANY($1::text[])"
CALLS = "SELECT id, channel, phone, at, account_no FROM call WHERE ticket_id = $1 ORDER BY at, id"
AUDIT = """
INSERT INTO audit (at, account_id, action, subject, area, details) VALUES ($1, $2, 'ticket.contact', $3, $4, $5)
"""


@dataclass(frozen=True, slots=True)
class Reach:
    """Whose tickets a list shows: those of the areas, those the lenders' crews are on, those one of the crews is on."""

    areas: tuple[str, ...] = ()
    lenders: tuple[str, ...] = ()
    crew_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Contact:
    """One call that belongs to a ticket, with the number to ring back."""

    call_id: str
    channel: Channel
    phone: str
    at: datetime
    account_no: str | None


async def ticket(desk: Desk, ticket_id: str, *, by: Account, at: datetime) -> Ticket:
    """
    Return a ticket; a crew may look at one that it finished for a while longer.

    :raises NotFound: if there is none, or none that ``by`` may see
    """
    async with desk.db.connection() as connection:
        return known(await _seen(connection, desk, ticket_id, by, at), desk.packs)


async def _seen(connection: Connection, desk: Desk, ticket_id: str, by: Account, at: datetime) -> Ticket:
    found = await store.load(connection, ticket_id)
    if not finished_by(desk, found, by, at):
        permit(desk, by, "ticket.read", found)
    return found


def finished_by(desk: Desk, ticket: Ticket, by: Account, at: datetime) -> bool:
    """Tell whether the crew of ``by`` finished the ticket, and may still look at what became of it."""
    if rights.check_role(by, "ticket.read") is not Scope.OWN_CREW or ticket.restored_at is None:
        return False
    if not ticket.dispatches or ticket.dispatches[-1].crew_id != by.crew_id:
        return False
    return lately(desk, ticket, at)


def lately(desk: Desk, ticket: Ticket, at: datetime) -> bool:
    """Tell whether the ticket is open, or ended so lately that those who worked on it may still come back to it."""
    rules = desk.packs.get(ticket.pack).field_reports or desk.pack.field_reports
    ended_at = ticket.closed_at or ticket.cancelled_at
    return ended_at is None or (rules is not None and at <= ended_at + rules.crew_reads.duration)


async def log(desk: Desk, ticket_id: str, *, by: Account, at: datetime) -> list[Entry]:
    """
    Return all that happened to a ticket, in order; for whom ``ticket`` would return it.

    :raises NotFound: if there is none, or none that ``by`` may see
    """
    async with desk.db.connection() as connection:
        await _seen(connection, desk, ticket_id, by, at)
        return await store.log(connection, ticket_id)


async def contact(desk: Desk, ticket_id: str, *, by: Account, at: datetime) -> list[Contact]:
    """
    Return the calls of a ticket with their numbers, oldest first; who looked is kept in the audit.

    :raises NotFound: if there is none, or none that ``by`` may see
    :raises Forbidden: if ``by`` may see the ticket but not the number
    """
    async with desk.db.transaction() as tx:
        found = await store.load(tx, ticket_id)
        permit(desk, by, "ticket.contact", found)
        calls = await tx.fetch(CALLS, ticket_id)
        details = json.dumps({"calls": [row["id"] for row in calls]})
        await tx.execute(AUDIT, at, by.id, ticket_id, found.area, details)
    return [contact_of(row) for row in calls]


def contact_of(call: Row) -> Contact:
    """Return the contact that a row of ``CALLS`` is."""
    return Contact(call["id"], Channel(call["channel"]), call["phone"], call["at"], call["account_no"])


async def page(
    desk: Desk,
    *,
    by: Account,
    area: str | None = None,
    stages: Sequence[Stage] = (),
    is_open: bool | None = None,
    done_since: datetime | None = None,
    marked: TicketMark | None = None,
    number: str | None = None,
    said: Sequence[str] = (),
    begin_at: datetime | None = None,
    end_at: datetime | None = None,
    after: str | None = None,
    limit: int = 100,
) -> list[str]:
    """
    Return tickets that ``by`` may see as JSON texts, the newest report first.

    :param area: only this area and what lies below it
    :param marked: only open ones with this mark, whether they are done or not
    :param number: a whole number: that ticket, whatever else is asked for; else part of the numbers that are wanted
    :param said: of the marked ones: words that must all stand in the number, the address or the unit's name
    :param begin_at, end_at: only those reported then, half-open
    :param done_since: only what crews within reach restored since then; a crew sees what it finished itself
    :param after: id of the last ticket of the page before
    :raises NoSuchArea: if there is no such area
    :raises Forbidden: if it lies outside the reach of ``by``
    """
    wanted: dict[str, Any] = {"stages": stages, "is_open": is_open, "after": after, "limit": limit}
    async with desk.db.connection() as connection:
        reach = await _reach(connection, desk, by, area)
        seen: dict[str, Any] = {"areas": reach.areas, "lenders": reach.lenders, "crew_ids": reach.crew_ids}
        if number is not None and after is None and (whole := await store.numbered(connection, number, **seen)):
            return _told(desk, whole)
        if done_since is None or marked is not None or number is not None:
            wanted |= {"marked": marked, "begin_at": begin_at, "end_at": end_at, "number_part": number, "said": said}
            return _told(desk, await store.page(connection, **seen, **wanted))
        own = by.crew_id if rights.check_role(by, "ticket.read") is Scope.OWN_CREW else None
        return _told(desk, await store.done(connection, since=done_since, own_crew=own, **seen, **wanted))


async def board(desk: Desk, connection: Connection, areas: Sequence[str]) -> list[str]:
    """Return the open tickets of the areas and those lent to them, as JSON texts, oldest first; for the consoles."""
    return _told(desk, await store.board(connection, areas))


def _told(desk: Desk, texts: Sequence[str]) -> list[str]:
    return [told(text, desk.packs) for text in texts]


def today(at: datetime) -> datetime:
    """Return when the day in China began."""
    return datetime.combine(at.astimezone(CHINA).date(), time(), CHINA)


async def _reach(connection: Connection, desk: Desk, by: Account, area: str | None) -> Reach:
    scope = rights.check_role(by, "ticket.read")
    code = desk.areas.get(area or by.area).code
    if scope is not Scope.ANYWHERE and not desk.areas.covers(by.area, code):
        raise Forbidden(f"只能查询本辖区({by.area})及其下属单位的工单,请改正 area", field="area", area=code)
    if scope is Scope.OWN_CREW:
        return Reach(crew_ids=(by.crew_id,) if by.crew_id else ())
    areas = (code, *(county for county in desk.areas.counties(code) if county != code))
    if scope is not Scope.OWN_DEPOT:
        return Reach(areas, lenders=areas if scope is Scope.AREA_OR_LENT else ())
    rows = await connection.fetch(DEPOT_CREWS, list(desk.areas.depots(code)))
    return Reach(areas, crew_ids=tuple(row["id"] for row in rows))

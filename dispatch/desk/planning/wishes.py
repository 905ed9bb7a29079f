"""Pins and vetoes (指定与排除): a person's word on who does a ticket; it holds until it is taken back."""

import json
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from dispatch.accounts.model import Account
from dispatch.desk import idempotency
from dispatch.desk.acting import permit
from dispatch.desk.crews.choosing import CrewUnfit, NoSuchCrew
from dispatch.desk.crews.jobs import job_of, seen
from dispatch.desk.ids import new_id
from dispatch.desk.room import Desk, Once
from dispatch.kit.db import Connection, Row
from dispatch.kit.errors import NotFound, Refusal
from dispatch.routing import nearest
from dispatch.routing.model import OVERRIDABLE, ReasonCode
from dispatch.tickets import store
from dispatch.tickets.model import Ticket

from .posing import region_of
from .turns import ask
from .words import ReplanCause, Wish

R = ReasonCode
FIT = OVERRIDABLE | {R.NEAREST, R.FAIRER, R.RESTING, R.QUEUE_FULL, R.ON_THIS_JOB}  # what passes, or is no hindrance
COLUMNS = "id, area, ticket_id, crew_id, kind, set_by, set_at, reason, undone_by, undone_at, undo_reason"
INSERT = """
INSERT INTO plan_wish (id, area, ticket_id, crew_id, kind, set_by, set_at, reason)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""
FIND = f"SELECT {COLUMNS} FROM plan_wish WHERE id = $1"
OF_TICKET = f"SELECT {COLUMNS} FROM plan_wish WHERE ticket_id = $1 ORDER BY id"
UNDO = "UPDATE plan_wish SET undone_by = $2, undone_at = $3, undo_reason = $4 WHERE id = $1"
AUDIT = "INSERT INTO audit (at, account_id, action, subject, area, details) VALUES ($1, $2, $3, $4, $5, $6)"


class NoSuchWish(NotFound):
    """There is no pin or veto of that name on the ticket."""


class WishContradicts(Refusal):
    """Something else was said of the ticket, and not taken back."""


class NotWaiting(Refusal):
    """A crew is on the ticket, or it has ended: there is nothing to wish for."""


@dataclass(frozen=True, slots=True)
class KeptWish:
    """A pin or a veto: who said it, when and why, and who took it back."""

    id: str
    area: str
    ticket_id: str
    crew_id: str
    kind: Wish
    set_by: str
    set_at: datetime
    reason: str
    undone_by: str | None = None
    undone_at: datetime | None = None
    undo_reason: str | None = None


def kept(row: Row | None) -> KeptWish:
    """Return a row that is there: nothing is ever deleted."""
    assert row is not None
    return KeptWish(**{**row, "kind": Wish(row["kind"])})


async def say(
    desk: Desk,
    ticket_id: str,
    kind: Wish,
    crew_id: str,
    *,
    reason: str,
    by: Account,
    at: datetime,
    once: Once | None = None,
) -> KeptWish:
    """
    Pin a waiting ticket to a crew, or veto a crew for it; what waits in the plan is planned anew at once.

    :raises NoSuchTicket, Forbidden: if there is none that ``by`` may see, or he may not
    :raises NotWaiting: if a crew is on it, or it has ended
    :raises NoSuchCrew, CrewUnfit: if there is no such crew, or the pinned one cannot do it or is not lent
    :raises WishContradicts: if it is pinned to another crew, or the crew was vetoed or pinned
    """
    async with desk.db.transaction() as tx:
        ticket = await store.load(tx, ticket_id, lock=True)
        if (first := await idempotency.find(tx, by, once)) is not None:
            return kept(await tx.fetchrow(FIND, first))
        permit(desk, by, f"ticket.{kind.value}", ticket)
        _check_waiting(ticket)
        _check_crew(desk, ticket, crew_id, kind, at=at)
        await _check_agrees(tx, ticket_id, kind, crew_id)
        wish_id = new_id(at)
        try:
            await tx.execute(INSERT, wish_id, ticket.area, ticket_id, crew_id, kind.value, by.id, at, reason)
        except asyncpg.ForeignKeyViolationError as error:
            raise _nobody() from error
        await _trace(tx, desk, f"plan.{kind.value}", ticket, crew_id, by=by, at=at)
        await idempotency.remember(tx, by, once, wish_id, status=201)
        return kept(await tx.fetchrow(FIND, wish_id))


async def take_back(
    desk: Desk, ticket_id: str, wish_id: str, *, reason: str, by: Account, at: datetime, once: Once | None = None
) -> KeptWish:
    """
    Take a pin or a veto back; what was taken back before stays as it is.

    :raises NoSuchTicket, Forbidden: as ``say``
    :raises NoSuchWish: if the ticket has none of that name
    """
    async with desk.db.transaction() as tx:
        ticket = await store.load(tx, ticket_id, lock=True)
        row = await tx.fetchrow(FIND, wish_id)
        found = kept(row) if row is not None and row["ticket_id"] == ticket_id else None
        permit(desk, by, f"ticket.{found.kind.value if found else Wish.PIN.value}", ticket)
        if found is None:
            raise NoSuchWish("本单没有这条指定或排除,请从列表中选择", field="wish_id")
        if found.undone_at is None:
            await tx.execute(UNDO, wish_id, by.id, at, reason)
            await _trace(tx, desk, "plan.undo_wish", ticket, found.crew_id, by=by, at=at)
        await idempotency.remember(tx, by, once, wish_id)
        return kept(await tx.fetchrow(FIND, wish_id))


async def wishes(desk: Desk, ticket_id: str, *, by: Account) -> list[KeptWish]:
    """
    Return what was ever said of who does a ticket.

    :raises NoSuchTicket, Forbidden: as ``say``
    """
    async with desk.db.connection() as connection:
        permit(desk, by, "ticket.wishes", await store.load(connection, ticket_id))
        return [kept(row) for row in await connection.fetch(OF_TICKET, ticket_id)]


def _check_waiting(ticket: Ticket) -> None:
    if not ticket.is_open or ticket.crew is not None or ticket.arrived_at is not None:
        said = f"工单现为“{ticket.stage.label}”,不再等候派工,不能指定或排除班组;改派请用转派"
        raise NotWaiting(said, stage=ticket.stage.value)


def _check_crew(desk: Desk, ticket: Ticket, crew_id: str, kind: Wish, *, at: datetime) -> None:
    if desk.fleet.card(crew_id) is None:
        raise _nobody()
    if kind is Wish.VETO:
        return
    ranking = nearest.rank(desk.fleet, job_of(seen(ticket), desk.areas, desk.pack), now=at, travel=desk.travel)
    plain = nearest.offer(ranking, ranking.table.row[crew_id])
    reason = R.NOT_LENT if R.NOT_LENT in plain.asks else plain.reason
    if reason is R.NOT_LENT or reason not in FIT:
        raise CrewUnfit(
            f"{plain.crew_name} 不能指定给本单:{reason.label},请另选班组", field="crew_id", reason=reason.value
        )


def _nobody() -> NoSuchCrew:
    return NoSuchCrew("本省没有这个班组,请从候选列表中选择", field="crew_id")


async def _check_agrees(tx: Connection, ticket_id: str, kind: Wish, crew_id: str) -> None:
    for row in await tx.fetch(OF_TICKET, ticket_id):
        said = kept(row)
        if said.undone_at is not None:
            continue
        if said.crew_id == crew_id or kind is said.kind is Wish.PIN:
            raise WishContradicts(
                f"本单已{said.kind.label} {said.crew_id}({said.set_by}),请先撤销该条",
                field="crew_id",
                wish_id=said.id,
                kind=said.kind.value,
                crew_id=said.crew_id,
            )


async def _trace(
    tx: Connection, desk: Desk, action: str, ticket: Ticket, crew_id: str, *, by: Account, at: datetime
) -> None:
    """Write who did it down, and have the region planned anew."""
    details = json.dumps({"crew_id": crew_id})
    await tx.execute(AUDIT, at, by.id, action, ticket.id, ticket.area, details)
    await ask(tx, region_of(desk, ticket.area), ReplanCause.WISH, ticket.id, at=at)

"""
Sending crews (派工): the offers for one ticket, one dispatch, many at once.

The fleet in memory proposes; the database decides. In the transaction the ticket is locked first, then the crew's
depot, then the crew: of two tickets that want one crew the second waits, counts afresh, and takes its next best.
"""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from pydantic import TypeAdapter

from dispatch.accounts import rights
from dispatch.accounts.model import Account
from dispatch.capacity.reserve import DepotFull
from dispatch.desk import idempotency
from dispatch.desk.acting import expect, make, permit
from dispatch.desk.commanding import command
from dispatch.desk.room import Desk, Once, Report
from dispatch.desk.storm import modes
from dispatch.kit.clock import CHINA
from dispatch.kit.db import Connection
from dispatch.kit.errors import Refusal, Unavailable
from dispatch.routing import batch, nearest
from dispatch.routing.model import Offers, Policy
from dispatch.tickets import store
from dispatch.tickets.events import Dispatched
from dispatch.tickets.model import Ticket
from dispatch.tickets.timed import known

from . import ledger, lending
from .choosing import Approval, BadApproval, Choice, NoCandidates, best_free, by_name, of_plan
from .jobs import Seen, find_job, job_of, seen
from .solving import solve_apart
from .taking import CrewTaken as CrewTaken
from .taking import take
from .wishing import heard, wished

AT_ONCE = 4  # dispatches of a batch that run side by side
MOST_WAITING = 4000  # waiting tickets that one batch looks at, the oldest first

NAME = "SELECT name FROM account WHERE id = $1"
WAITING = """
SELECT doc FROM ticket WHERE is_open AND stage = 'accepted' AND area = ANY($1::text[])
  AND NOT EXISTS (SELECT FROM plan_wish WHERE ticket_id = ticket.id AND undone_at IS NULL)  -- pins: a person's word
ORDER BY reported_at, id LIMIT $2
"""
COUNT_WAITING = "SELECT count(*) FROM ticket WHERE is_open AND stage = 'accepted' AND area = ANY($1::text[])"


class AlreadyDispatched(store.Stale):
    """Another dispatcher sent a crew first."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One ticket of a batch that got its crew."""

    ticket_id: str
    crew_id: str
    eta_s: int
    saved_s: int | None


@dataclass(frozen=True, slots=True)
class Assigned:
    """What a batch did; ``waiting`` is how many tickets of the areas wait for a crew after it."""

    dispatched: tuple[Sent, ...]
    waiting: int


ASSIGNED = TypeAdapter(Assigned)


async def offers_for(
    desk: Desk, ticket_id: str, *, by: Account, at: datetime, policy: Policy = Policy.NEAREST, limit: int = 8
) -> Offers:
    """
    Rank the crews of the whole province for a ticket, with the reasons.

    :raises NoSuchTicket: if there is none, or none that ``by`` may see
    :raises Forbidden: if ``by`` may not see offers
    :raises NoPlace: if neither the ticket nor any area above it has a place
    """
    async with desk.db.connection() as connection:
        ticket = await store.load(connection, ticket_id)
    permit(desk, by, "offers.read", ticket)
    job = job_of(seen(ticket), desk.areas, desk.pack)
    return nearest.offers(desk.fleet, job, now=at, policy=policy, limit=limit, travel=desk.travel)


async def dispatch(
    desk: Desk,
    ticket_id: str,
    *,
    crew_id: str | None = None,
    policy: Policy = Policy.NEAREST,
    transfer_reason: str | None = None,
    approval: Approval | None = None,
    by: Account,
    report: Report,
    at: datetime,
    once: Once | None = None,
) -> Ticket:
    """
    Send a crew to a ticket: the one named, or the best that is free.

    A person's own choice may set aside what is not a matter of safety or sense (a full depot, the end of a shift, a
    job in hand); the log says so. What is another's - a crew that is not lent, a county's reserve, an appointment - it
    sets aside only by the name of who is answerable. The automatic choice never does either.

    :param approval: that name, and the reason
    :raises AlreadyDispatched: if somebody was first; it says who, when and which crew
    :raises NoCandidates: if no free crew fits
    :raises CrewTaken, NotLent, OverReserve: if the named crew could go a moment ago and cannot now
    :raises CrewFull, CrewUnfit, NoSuchCrew: if the named crew cannot do it at all
    :raises ApprovalNeeded, BadApproval: if only a named person may send it and none is named; or none is needed
    :raises MachineOff: if nobody is named in a county that decides by hand
    :raises Refusal: what ``steps.step`` refuses
    """
    if approval is not None and crew_id is None:
        raise BadApproval("具名批准只对指定的班组有效,请同时填写 crew_id", field="crew_id")
    ticket, first = await _looked_at(desk, ticket_id, crew_id, transfer_reason, by=by, report=report, once=once)
    if first is not None:
        return first
    if crew_id is not None:
        choices = [by_name(desk, seen(ticket), crew_id, policy=policy, at=at, approval=approval)]
    else:
        async with desk.db.connection() as connection:
            choices = heard(best_free(desk, seen(ticket), policy=policy, at=at), await wished(connection, ticket_id))
    return await _first_free(desk, ticket_id, choices, transfer_reason, by=by, report=report, at=at, once=once)


async def _looked_at(
    desk: Desk,
    ticket_id: str,
    crew_id: str | None,
    transfer_reason: str | None,
    *,
    by: Account,
    report: Report,
    once: Once | None,
) -> tuple[Ticket, Ticket | None]:
    """Return the ticket if a crew may be sent to it now; and the first answer, if this is a repeat."""
    async with desk.db.connection() as connection:
        ticket = await store.load(connection, ticket_id)
        if (first := await idempotency.find(connection, by, once)) is not None:
            return ticket, known(Ticket.model_validate_json(first), desk.packs)
        permit(desk, by, "ticket.dispatch", ticket)
        await _check_first(connection, ticket, report, transfer_reason)
        if crew_id is None:
            await modes.check_machine(connection, desk, ticket.area)
    return ticket, None


async def _first_free(
    desk: Desk,
    ticket_id: str,
    choices: Sequence[Choice],
    transfer_reason: str | None,
    *,
    by: Account,
    report: Report,
    at: datetime,
    once: Once | None,
) -> Ticket:
    """Send the first of the crews that nobody has taken meanwhile."""
    for choice in choices:
        try:
            return await _send(desk, ticket_id, choice, transfer_reason, by=by, report=report, at=at, once=once)
        except (CrewTaken, DepotFull, lending.NotLent, lending.OverReserve):
            if choice.named:
                raise
    raise NoCandidates(
        "空闲的合格班组刚被其他工单占用,请稍候重试或手工指定班组", tried=[choice.offer.crew_id for choice in choices]
    )


async def _check_first(connection: Connection, ticket: Ticket, report: Report, transfer_reason: str | None) -> None:
    """
    Refuse one who comes second, telling who was first. To replace a crew one must know of it and give a reason.

    :raises AlreadyDispatched: if a crew is on the job
    :raises Stale: if something else happened to the ticket since the reporter saw it
    """
    crew = ticket.crew
    if crew is None or (transfer_reason and report.version in (None, ticket.version)):
        await expect(connection, ticket, report.version)
        return
    name = await connection.fetchval(NAME, crew.sent_by) or crew.sent_by
    raise AlreadyDispatched(
        f"工单 {ticket.ticket_no} 已由 {name} 于 {crew.sent_at.astimezone(CHINA):%H:%M:%S} 派给 {crew.crew_name},"
        "如需改派请查看最新工单并填写转派原因",
        version=ticket.version,
        stage=ticket.stage.value,
        by=crew.sent_by,
        by_name=name,
        at=crew.sent_at.isoformat(),
        crew_id=crew.crew_id,
        crew_name=crew.crew_name,
    )


async def _send(
    desk: Desk,
    ticket_id: str,
    choice: Choice,
    transfer_reason: str | None = None,
    *,
    by: Account,
    report: Report,
    at: datetime,
    once: Once | None = None,
) -> Ticket:
    """
    Dispatch one crew in one transaction; the fleet hears of it at once.

    :raises CrewTaken: if the crew is not free any more
    :raises DepotFull: if its depot is not
    """

    async def decide(tx: Connection, ticket: Ticket) -> Ticket:
        await _check_first(tx, ticket, report, transfer_reason)
        if choice.offer.county != ticket.area:
            await lending.hold(tx, desk, choice, seen(ticket), at=at)
        await take(tx, choice, desk.fleet.rule.queue_max)
        event = _event(choice, transfer_reason, foreign=choice.offer.county != ticket.area)
        after = await make(tx, desk, ticket, event, by=by, report=report, at=at)
        await ledger.write(tx, after, choice)
        return after

    return await command(desk, ticket_id, decide, action="ticket.dispatch", by=by, once=once)


def _event(choice: Choice, transfer_reason: str | None, *, foreign: bool) -> Dispatched:
    offer = choice.offer
    return Dispatched(
        crew_id=offer.crew_id,
        crew_name=offer.crew_name,
        crew_area=offer.county,
        depot=offer.depot,
        eta_s=offer.eta_s or 0,
        why=choice.why,
        own_district_crew=choice.own_district_crew,
        saved_s=choice.saved_s,
        transfer_reason=transfer_reason,
        lent_by=choice.lent_by if foreign else None,
        override=choice.approved,
    )


async def assign_waiting(
    desk: Desk,
    *,
    areas: Sequence[str] | None = None,
    policy: Policy = Policy.NEAREST,
    limit: int = 200,
    planned: Collection[str] = frozenset(),
    by: Account,
    at: datetime,
    once: Once | None = None,
) -> Assigned:
    """
    Give free crews to the accepted tickets of the areas, all planned together under each depot's repair reserve.

    Each dispatch is a transaction of its own; one that somebody else changes meanwhile just waits on. Asked again
    without a key, it goes on with what is left. With a key it gives the first answer; one that was broken off half-way
    is gone on with, and its answer tells of both halves.

    :param areas: any area codes; None: the whole province
    :param limit: dispatches at most
    :param planned: tickets that wait for a crew of the rolling plan: they are not this batch's matter
    :raises NoSuchArea: if one of the areas does not exist
    :raises Forbidden: if ``by`` may not dispatch there
    :raises KeyReused: if the key was used for another request
    :raises Unavailable: if the same request is being worked on
    """
    counties = _counties(desk, areas, by)
    async with idempotency.alone(desk.db, by, once):
        async with desk.db.connection() as connection:
            if (first := await idempotency.find(connection, by, once)) is not None:
                return ASSIGNED.validate_json(first)
            before = _sent_before(await idempotency.parts(connection, by, once))
        sent = await _give_out(desk, counties, before, planned, policy=policy, limit=limit, by=by, at=at, once=once)
        async with desk.db.transaction() as tx:
            done = Assigned((*before, *sent), await tx.fetchval(COUNT_WAITING, counties))
            await idempotency.remember(tx, by, once, ASSIGNED.dump_json(done).decode())
    return done


def _sent_before(tickets: Sequence[str]) -> tuple[Sent, ...]:
    """Return what a batch that was broken off had sent, from its tickets as they were then."""
    read = [Ticket.model_validate_json(ticket) for ticket in tickets]
    return tuple(
        Sent(ticket.id, last.crew_id, last.eta_s, last.saved_s) for ticket in read for last in ticket.dispatches[-1:]
    )


async def _give_out(
    desk: Desk,
    counties: Sequence[str],
    before: Sequence[Sent],
    planned: Collection[str],
    *,
    policy: Policy,
    limit: int,
    by: Account,
    at: datetime,
    once: Once | None,
) -> list[Sent]:
    """Plan once and send; a ticket that this batch sent a crew to before is not its matter any more."""
    async with desk.db.connection() as connection:
        counties = await modes.left_to_machine(connection, desk, counties)
        rows = await connection.fetch(WAITING, counties, MOST_WAITING) if _somebody_is_free(desk, at) else []
    had = {sent.ticket_id for sent in before} | set(planned)
    waiting = {ticket.id: ticket for ticket in (seen(row["doc"]) for row in rows) if ticket.id not in had}
    jobs = [job for ticket in waiting.values() if (job := find_job(ticket, desk.areas, desk.pack)) is not None]
    picture = desk.fleet.still()
    plan = await asyncio.to_thread(
        batch.assign, picture, jobs, now=at, policy=policy, solve=solve_apart, travel=desk.travel
    )
    gate = asyncio.Semaphore(AT_ONCE)

    async def send(pair: batch.Pair) -> Sent | None:
        async with gate:
            return await send_planned(desk, waiting[pair.job_id], pair.crew_id, policy, by=by, at=at, once=once)

    pairs = plan.pairs[: max(0, limit - len(before))]
    done = await asyncio.gather(*map(send, pairs), return_exceptions=True)  # none goes on after the batch has ended
    for one in done:
        if isinstance(one, BaseException):
            raise one
    return [one for one in done if isinstance(one, Sent)]


def _counties(desk: Desk, areas: Sequence[str] | None, by: Account) -> list[str]:
    found: set[str] = set()
    for code in areas if areas is not None else [desk.areas.province().code]:
        area = desk.areas.get(code)
        rights.check(by, "dispatching.assign_waiting", area=area.code, covers=desk.areas.covers)
        found |= set(desk.areas.counties(code))
    return sorted(found)


def _somebody_is_free(desk: Desk, at: datetime) -> bool:
    return bool(nearest.free_now(desk.fleet, at).any())


async def send_planned(
    desk: Desk,
    ticket: Seen,
    crew_id: str,
    policy: Policy,
    *,
    by: Account,
    at: datetime,
    once: Once | None = None,
    plan: str = "",
) -> Sent | None:
    """
    Send one crew of a plan; None if the ticket or the crew is not what it was.

    :param plan: what the log is to say of the plan before it says why this crew
    """
    choice = of_plan(desk, ticket, crew_id, policy=policy, at=at)
    if choice is None or choice.offer.eta_s is None:
        return None
    part, eta_s = idempotency.part(once, ticket.id), choice.offer.eta_s
    choice = replace(choice, why=plan + choice.why)
    try:
        await _send(desk, ticket.id, choice, by=by, report=Report(version=ticket.version), at=at, once=part)
    except Unavailable:
        raise
    except Refusal:
        return None
    return Sent(ticket.id, crew_id, eta_s, choice.saved_s)

"""Why this crew, why not yet, why nobody: what is told of one ticket (为什么)."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from dispatch.accounts.model import Account
from dispatch.desk.acting import permit
from dispatch.desk.crews.jobs import find_job, seen
from dispatch.desk.room import Desk
from dispatch.kit.clock import CHINA
from dispatch.routing import nearest
from dispatch.routing.model import ReasonCode
from dispatch.tickets import store
from dispatch.tickets.model import Dispatch, Ticket

from . import posing, rows, weighing
from .posing import Posed
from .rows import CountyPlan, Stop
from .weighing import Option, Remedy
from .words import PlanStanding, PlanState

TOLD = 5  # crews that are named


@dataclass(frozen=True, slots=True)
class Weighed:
    """A crew that could do the ticket. ``dearer``: than the cheapest; costs in minutes of driving."""

    crew_id: str
    crew_name: str
    cost: float
    dearer: float
    position: int


@dataclass(frozen=True, slots=True)
class Why:
    """
    How a ticket stands, and why.

    :param sentence: the answer in one sentence
    :param dispatch: the crew that was sent, as the record has it
    :param stop: its place in the plan in force
    :param before: tickets that the crew does before it
    :param crews: who could do it, cheapest first
    :param counts: how many crews of the province have which reason against them now
    :param remedies: what would let it in, cheapest first
    """

    ticket_id: str
    at: datetime
    standing: PlanStanding
    sentence: str
    dispatch: Dispatch | None = None
    plan_id: str | None = None
    stop: Stop | None = None
    before: tuple[str, ...] = ()
    crews: tuple[Weighed, ...] = ()
    counts: Mapping[ReasonCode, int] | None = None
    remedies: tuple[Remedy, ...] = ()


async def why(desk: Desk, ticket_id: str, *, by: Account, at: datetime) -> Why:
    """
    Tell why a ticket has the crew that it has, or why it waits.

    :raises NoSuchTicket, Forbidden: if there is none that ``by`` may see, or he may not ask
    """
    async with desk.db.connection() as connection:
        ticket = await store.load(connection, ticket_id)
        permit(desk, by, "ticket.why", ticket)
        if ticket.crew is not None or not ticket.is_open:
            return _sent(ticket, at)
        if ticket.stage != "accepted":
            said = f"工单现为“{ticket.stage.label}”,接单后才排入计划"
            return Why(ticket.id, at, PlanStanding.NOT_PLANNED, said)
        plan = await rows.current(connection, ticket.area, PlanState.PUBLISHED)
        region = posing.region_of(desk, ticket.area)
        counties = posing.regions(desk)[region]
        known = await posing.read(connection, desk, region, counties, planned=counties, at=at)
    picture = desk.fleet.still()
    return await asyncio.to_thread(lambda: _waits(desk, ticket, plan, posing.pose(desk, picture, known), at))


def _sent(ticket: Ticket, at: datetime) -> Why:
    last = ticket.dispatches[-1] if ticket.dispatches else None
    if last is None:
        return Why(ticket.id, at, PlanStanding.NOT_PLANNED, f"工单现为“{ticket.stage.label}”,没有派过班组")
    sent = last.sent_at.astimezone(CHINA)
    said = f"{sent:%m月%d日 %H:%M} 由 {last.sent_by} 派给 {last.crew_name}:{last.why}"
    if last.saved_s is not None and last.saved_s > 0:
        said += f";比按原辖区派工早到 {round(last.saved_s / 60)} 分钟"
    return Why(ticket.id, at, PlanStanding.SENT, said, dispatch=last)


def _waits(desk: Desk, ticket: Ticket, plan: CountyPlan | None, posed: Posed, at: datetime) -> Why:
    crews = _weighed(desk, weighing.options(posed.problem, ticket.id))
    stop = None if plan is None else next((one for one in plan.stops if one.ticket_id == ticket.id), None)
    counts = _counts(desk, ticket, at)
    if plan is not None and stop is not None:
        waits = {job.id for job in posed.problem.jobs}
        route = [one for one in plan.stops if one.crew_id == stop.crew_id and one.ticket_id in waits]
        before = tuple(one.ticket_id for one in route if one.position < stop.position)
        said = _planned(stop, before, crews)
        return Why(ticket.id, at, PlanStanding.PLANNED, said, None, plan.id, stop, before, crews, counts)
    left = None if plan is None else plan.unserved.get(ticket.id)
    helps = tuple(weighing.remedies(posed.problem, ticket.id)) if not crews else ()
    if left is None and crews:
        said = f"尚未排入计划,下一次计算时排入;现在最合适的是 {crews[0].crew_name}"
        return Why(ticket.id, at, PlanStanding.NOT_PLANNED, said, None, None, None, (), crews, counts)
    reason = left.sentence if left is not None else "没有班组能承担"
    said = f"未排入计划:{reason}" + (f";最省的办法:{helps[0].sentence}" if helps else "")
    return Why(
        ticket.id, at, PlanStanding.LEFT_OUT, said, None, plan.id if plan else None, None, (), crews, counts, helps
    )


def _planned(stop: Stop, before: tuple[str, ...], crews: tuple[Weighed, ...]) -> str:
    starts = stop.starts_at.astimezone(CHINA)
    said = f"已排给 {stop.crew_name or stop.crew_id},前面还有 {len(before)} 单,预计 {starts:%H:%M} 开始作业"
    own = next((crew for crew in crews if crew.crew_id == stop.crew_id), None)
    other = next((crew for crew in crews if crew.crew_id != stop.crew_id), None)
    if own is None or other is None:
        return said + ("" if other else ";没有别的班组能承担")
    gap = other.cost - own.cost
    more = f"代价高 {gap:.0f} 分钟行车" if gap >= 0.5 else "代价相近"
    return f"{said};次选 {other.crew_name},{more}"


def _weighed(desk: Desk, found: list[Option]) -> tuple[Weighed, ...]:
    told = found[:TOLD]
    return tuple(
        Weighed(one.crew_id, _name(desk, one.crew_id), one.cost, one.cost - told[0].cost, one.position) for one in told
    )


def _name(desk: Desk, crew_id: str) -> str:
    card = desk.fleet.card(crew_id)
    return crew_id if card is None else card.name


def _counts(desk: Desk, ticket: Ticket, at: datetime) -> Mapping[ReasonCode, int] | None:
    job = find_job(seen(ticket), desk.areas, desk.pack)
    return None if job is None else nearest.offers(desk.fleet, job, now=at, travel=desk.travel, limit=1).counts

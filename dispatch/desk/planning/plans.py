"""What becomes of plans: taken from the solver, published, proposed, accepted, refused, read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dispatch.accounts import rights
from dispatch.accounts.model import SYSTEM, Account
from dispatch.desk import idempotency
from dispatch.desk.crews.assigning import Sent
from dispatch.desk.ids import new_id
from dispatch.desk.looking import looked_at
from dispatch.desk.room import Desk, Once
from dispatch.kit.db import Connection
from dispatch.kit.errors import Refusal
from dispatch.kit.words import Labelled
from dispatch.routing.optimiser.problem import Left

from . import rows, sending, turns
from .apart import Made
from .posing import Posed
from .rows import CountyPlan, NoSuchPlan, Stop
from .words import PlanSource, PlanState, ReplanCause

AUTO, CONFIRM = "auto", "confirm"
NO_PLACE = Left("NO_PLACE", "工单没有位置,所属单位也没有坐标,请先更正位置")
BY_HAND = Left("BY_HAND", "人工编排未安排")
NO_PIN = Left("NO_PIN", "指定的班组现在不能派往本单,请撤销指定或另行指定")


class PlanDecided(Refusal):
    """The plan is no proposal any more: somebody decided, or a newer one took its place."""


class PlanOutcome(Labelled):
    """What became of a county's new plan."""

    PUBLISHED = "published", "已发布"
    PROPOSED = "proposed", "已提交建议"
    KEPT = "kept", "沿用原计划"
    ENDED = "ended", "无待派工单"


@dataclass(frozen=True, slots=True)
class Decided:
    """A plan that was accepted, and the crews that were sent by it at once."""

    plan: CountyPlan
    dispatched: tuple[Sent, ...] = ()


async def take(
    desk: Desk, posed: Posed, made: Made, *, dispatching: Mapping[str, str], at: datetime
) -> dict[str, PlanOutcome]:
    """
    Take a region's plan in: publish each county's part where the machine dispatches, propose it where people do.

    :param dispatching: county -> ``auto`` or ``confirm``; other counties decide by hand, and hear nothing
    """
    done = {}
    for county in sorted(dispatching):
        new = _part(posed, made, county, soon_s=desk.pack.plans.told_within.duration.total_seconds(), at=at)
        async with desk.db.transaction() as tx:
            await rows.take_turn(tx, county)
            done[county] = await _settle(tx, desk, new, auto=dispatching[county] == AUTO, at=at)
    return done


def _part(posed: Posed, made: Made, county: str, *, soon_s: float, at: datetime) -> CountyPlan:
    """Return a county's part of its region's plan; ``soon_s``: crews free by then are told their next job."""
    free_s = {crew.id: crew.free_s for crew in posed.problem.crews}
    of_county = {one.ticket.id for one in posed.known.waiting if one.ticket.area == county}
    stops = []
    for crew, route in made.plan.routes.items():
        for position, job in enumerate(route):
            begun = made.judged.begun.get((crew, job))
            if job in of_county and begun is not None:
                leaves = None if begun.leaves_s is None else at + timedelta(seconds=begun.leaves_s)
                told_at = at if position == 0 and free_s[crew] <= soon_s else None
                stops.append(Stop(crew, position, job, at + timedelta(seconds=begun.begins_s), leaves, told_at))
    left = {job: why for job, why in made.plan.unserved.items() if job in of_county}
    left |= {job: NO_PIN for job in posed.unheard if job in left}
    left |= {job: NO_PLACE for job, area in posed.known.placeless.items() if area == county}
    return CountyPlan(
        id=new_id(at),
        area=county,
        region=posed.known.region,
        made_at=at,
        source=PlanSource.SOLVER,
        author=SYSTEM.id,
        state=PlanState.PROPOSED,
        cost=made.judged.cost,
        by_rule=made.judged.by_rule,
        violations=made.judged.violations,
        touched=(),
        unserved=left,
        solver=made.plan.solver,
        feed_n=posed.known.feed_n,
        checked_at=at,
        stops=tuple(stops),
    )


async def _settle(tx: Connection, desk: Desk, new: CountyPlan, *, auto: bool, at: datetime) -> PlanOutcome:
    before = await rows.current(tx, new.area, PlanState.PUBLISHED)
    if not new.stops and not new.unserved:
        await rows.end(tx, new.area, PlanState.PUBLISHED, PlanState.PROPOSED, at=at)
        return PlanOutcome.ENDED
    if before is not None and same(before, new):
        await rows.checked(tx, before.id, new)
        await rows.end(tx, new.area, PlanState.PROPOSED, at=at)
        return PlanOutcome.KEPT
    new = replace(new, touched=touched(before, new), stops=still_told(before, new))
    if auto:
        await publish(tx, replace(new, state=PlanState.PUBLISHED), by=SYSTEM.id, at=at)
        return PlanOutcome.PUBLISHED
    return await _propose(tx, desk, new, at=at)


async def _propose(tx: Connection, desk: Desk, new: CountyPlan, *, at: datetime) -> PlanOutcome:
    """Propose a plan, unless just that was proposed, or refused a moment ago."""
    proposed = await rows.current(tx, new.area, PlanState.PROPOSED)
    if proposed is not None and same(proposed, new):
        await rows.checked(tx, proposed.id, new)
        return PlanOutcome.KEPT
    refused = await rows.refused(tx, new.area, since=at - desk.pack.plans.refused_for.duration)
    if refused is not None and same(refused, new):
        return PlanOutcome.KEPT
    await rows.end(tx, new.area, PlanState.PROPOSED, at=at)
    await rows.write(tx, new)
    await rows.note(tx, new, "plan.propose", by=SYSTEM.id, at=at)
    return PlanOutcome.PROPOSED


def same(before: CountyPlan, new: CountyPlan) -> bool:
    """Tell whether two plans give the tickets that wait now to the same crews; another order is no other plan."""
    wait = new.pairs.keys() | new.unserved.keys()
    left = {ticket for ticket in before.unserved if ticket in wait}
    return {t: c for t, c in before.pairs.items() if t in wait} == new.pairs and left == set(new.unserved)


def touched(before: CountyPlan | None, new: CountyPlan) -> tuple[str, ...]:
    """Return the tickets that the new plan gives to another crew, or to none, than the plan before."""
    was = {} if before is None else before.pairs
    changed = {ticket for ticket, crew in new.pairs.items() if was.get(ticket) != crew}
    return tuple(sorted(changed | {ticket for ticket in new.unserved if ticket in was}))


def still_told(before: CountyPlan | None, new: CountyPlan) -> tuple[Stop, ...]:
    """Return the new plan's stops; who was told of a job, and keeps it, stays told."""
    was = {(stop.crew_id, stop.ticket_id): stop.told_at for stop in before.stops} if before else {}
    return tuple(replace(stop, told_at=was.get((stop.crew_id, stop.ticket_id)) or stop.told_at) for stop in new.stops)


async def publish(tx: Connection, plan: CountyPlan, *, by: str, at: datetime) -> None:
    """Bring a new plan into force; the caller has the county's turn."""
    await rows.end(tx, plan.area, PlanState.PUBLISHED, PlanState.PROPOSED, at=at)
    await rows.write(tx, plan)
    await rows.note(tx, plan, "plan.publish", by=by, at=at, source=plan.source.value)


async def plan_of(desk: Desk, plan_id: str, *, by: Account) -> CountyPlan:
    """
    Return a plan with its stops.

    :raises NoSuchPlan: if there is none, or none of an area that ``by`` may see
    """
    async with desk.db.connection() as connection:
        plan = await rows.load(connection, plan_id)
    if not rights.allowed(by, "plan.read", area=plan.area, covers=desk.areas.covers):
        rights.check_role(by, "plan.read")
        raise NoSuchPlan("没有这个计划,或不在您的查看范围内;请从计划列表中选择", field="plan_id")
    return plan


async def plans(
    desk: Desk, area: str | None, states: Sequence[PlanState] | None, *, before: str | None, limit: int, by: Account
) -> list[CountyPlan]:
    """
    Return the plans of an area's counties, the newest first.

    :param area: None: the caller's own
    :param before: id of the last plan that was seen
    :raises NoSuchArea, Forbidden: if there is no such area, or ``by`` may not look there
    """
    code = looked_at(desk, area, "plan.read", by=by)
    async with desk.db.connection() as connection:
        return await rows.listed(connection, desk.areas.counties(code), states, before=before, limit=limit)


async def accept(desk: Desk, plan_id: str, *, by: Account, at: datetime, once: Once | None = None) -> Decided:
    """
    Bring a proposed plan into force, and send the crews that are free to their first tickets, by who accepted it.

    :raises NoSuchPlan, Forbidden: if there is none that ``by`` may see, or he may not decide there
    :raises PlanDecided: if it is no proposal any more
    """
    await _check_decider(desk, plan_id, by=by)
    async with desk.db.transaction() as tx:
        if await idempotency.find(tx, by, once) is not None:
            return Decided(await rows.load(tx, plan_id))
        plan = await _proposal(tx, plan_id)
        await rows.end(tx, plan.area, PlanState.PUBLISHED, at=at)
        await rows.decide(tx, plan.id, PlanState.PUBLISHED, by=by.id, at=at, reason=None)
        await rows.note(tx, plan, "plan.accept", by=by.id, at=at)
        await idempotency.remember(tx, by, once, plan.id)
    sent = await sending.send_due(desk, [plan.area], by=by, at=at)
    async with desk.db.connection() as connection:
        return Decided(await rows.load(connection, plan_id), sent.dispatched)


async def refuse(
    desk: Desk, plan_id: str, *, reason: str, by: Account, at: datetime, once: Once | None = None
) -> CountyPlan:
    """
    Refuse a proposed plan; the same is not proposed again for a while.

    :raises NoSuchPlan, Forbidden, PlanDecided: as ``accept``
    """
    await _check_decider(desk, plan_id, by=by)
    async with desk.db.transaction() as tx:
        if await idempotency.find(tx, by, once) is not None:
            return await rows.load(tx, plan_id)
        plan = await _proposal(tx, plan_id)
        await rows.decide(tx, plan.id, PlanState.REFUSED, by=by.id, at=at, reason=reason)
        await rows.note(tx, plan, "plan.refuse", by=by.id, at=at, reason=reason)
        await turns.ask(tx, plan.region, ReplanCause.REFUSED, plan.id, at=at)
        await idempotency.remember(tx, by, once, plan.id)
        return await rows.load(tx, plan_id)


async def _check_decider(desk: Desk, plan_id: str, *, by: Account) -> None:
    plan = await plan_of(desk, plan_id, by=by)
    rights.check(by, "plan.decide", area=plan.area, covers=desk.areas.covers)


async def _proposal(tx: Connection, plan_id: str) -> CountyPlan:
    """Return the plan if it still is a proposal, with its county's turn."""
    await rows.take_turn(tx, (await rows.load(tx, plan_id)).area)
    plan = await rows.load(tx, plan_id)
    if plan.state is not PlanState.PROPOSED:
        who = f",由 {plan.decided_by} 处理" if plan.decided_by else ""
        raise PlanDecided(
            f"该计划已不是待确认状态(现为{plan.state.label}{who}),请刷新后查看最新建议",
            state=plan.state.value,
            decided_by=plan.decided_by,
        )
    return plan

"""
A plan for generator trucks confirmed: each truck goes to the first of its customers, what comes later waits its turn.

All or nothing where a truck is not free any more; a customer whose supply is back in between is left out and said so.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby

from dispatch.accounts import rights
from dispatch.accounts.model import Account
from dispatch.desk import idempotency
from dispatch.desk.room import Desk, Once
from dispatch.kit.clock import CHINA
from dispatch.kit.db import Connection
from dispatch.kit.errors import Invalid, Refusal

from . import rows, telling
from .lighting import OPEN, bright
from .plans import TruckUnavailable, plan_of
from .posing import left_h
from .rows import Assignment, GeneratorPlan, Truck
from .words import AssignmentState, GeneratorPlanState, TruckState


class GeneratorPlanDecided(Refusal):
    """The plan is no proposal any more."""


class OutOfDate(Refusal):
    """Somebody else changed it first."""


class NotInPlan(Invalid):
    """The plan has no such assignment."""


class NothingLeft(Refusal):
    """All that the plan was for is over."""


class ProposalTooOld(Refusal):
    """The proposal was made so long ago that its times do not hold any more."""


class TargetTaken(Refusal):
    """Another truck was sent there, to a part of it, or to what it is part of."""


class NoFuel(Refusal):
    """The truck's tank does not hold what is planned."""


Who = tuple[str, datetime] | None  # account and moment of a step


async def done_by(connection: Connection, who: Who) -> tuple[str, dict[str, str]]:
    """Return who took a step and when, as words (empty if nobody did) and as details of a refusal."""
    if who is None:
        return "", {}
    by, at = who
    name = await rows.name_of(connection, by)
    return f"由 {name} 于 {at.astimezone(CHINA):%H:%M:%S} ", {"by": by, "by_name": name, "at": at.isoformat()}


async def check_version(connection: Connection, found: int, seen: int, what: str, who: Who) -> None:
    """:raises OutOfDate: naming both versions, and who changed it last, and when"""
    if found != seen:
        words, details = await done_by(connection, who)
        raise OutOfDate(
            f"{what}已{words or '被他人'}更新(现为第 {found} 版,您看到的是第 {seen} 版),请刷新后再办",
            field="version",
            version=found,
            **details,
        )


async def confirm(
    desk: Desk,
    plan_id: str,
    *,
    version: int,
    only: Collection[str] | None,
    by: Account,
    at: datetime,
    once: Once | None = None,
) -> GeneratorPlan:
    """
    Bring a proposed plan, or some of its assignments, into force; return it as it is then.

    :param only: ids of the assignments that are wanted; None: all
    :raises NoSuchGeneratorPlan, Forbidden: if there is none that ``by`` may see, or he may not decide there
    :raises GeneratorPlanDecided, OutOfDate: if it is no proposal any more, or not the one that was seen
    :raises ProposalTooOld: if it was made longer ago than it holds
    :raises NotInPlan: if an assignment is not the plan's
    :raises TruckUnavailable, TargetTaken: if a truck was sent elsewhere or is out, or another is on its way there
    :raises NoFuel: if a tank does not hold what is planned
    :raises NothingLeft: if supply is back everywhere
    """
    seen = await plan_of(desk, plan_id, by=by)
    rights.check(by, "generator.decide", area=seen.area, covers=desk.areas.covers)
    async with desk.db.transaction() as tx:
        await rows.take_turn(tx, seen.area)  # the same request, sent twice at once, waits here for its answer
        if await idempotency.find(tx, by, once) is not None:
            return await rows.load(tx, plan_id)
        plan = await rows.load(tx, plan_id)
        await _check_proposed(tx, plan)
        await check_version(tx, plan.version, version, "该方案", None)
        _check_fresh(desk, plan, at=at)
        wanted = _wanted(plan, only)
        await _carry_out(tx, desk, plan, wanted, by=by, at=at)
        decided = (plan.id, await rows.decide(tx, plan.id, by=by.id, at=at))
        await telling.tell_plan(tx, desk, plan.area, [decided], state=GeneratorPlanState.CONFIRMED.value, by=by.id)
        trucks = sorted({one.truck_id for one in wanted})
        await rows.note(tx, "generator.confirm", plan.id, plan.area, by=by.id, at=at, trucks=trucks)
        await idempotency.remember(tx, by, once, plan.id)
        return await rows.load(tx, plan_id)


async def _check_proposed(tx: Connection, plan: GeneratorPlan) -> None:
    """:raises GeneratorPlanDecided: naming who confirmed it, or made the one that took its place, and when"""
    if plan.state is GeneratorPlanState.PROPOSED:
        return
    who, did = await rows.newer(tx, plan), "的新方案取代"
    if plan.decided_by is not None and plan.decided_at is not None:
        who, did = (plan.decided_by, plan.decided_at), "确认"
    words, details = await done_by(tx, who)
    raise GeneratorPlanDecided(
        f"该方案已不是待确认状态(现为“{plan.state.label}”,{words}{did}),请刷新后查看最新方案",
        state=plan.state.value,
        **details,
    )


def _check_fresh(desk: Desk, plan: GeneratorPlan, *, at: datetime) -> None:
    """:raises ProposalTooOld: if trucks and repairs have gone on for too long since it was made"""
    holds = desk.pack.generating.holds.duration
    if at > plan.made_at + holds:
        raise ProposalTooOld(
            f"该方案于 {plan.made_at.astimezone(CHINA):%m-%d %H:%M} 算出,已超过 {holds.total_seconds() / 60:g} 分钟,"
            "其中的时间不再可靠;请重新计算后再确认",
            made_at=plan.made_at.isoformat(),
        )


def _wanted(plan: GeneratorPlan, only: Collection[str] | None) -> list[Assignment]:
    known = {one.id for one in plan.assignments}
    if only is not None and (other := sorted(set(only) - known)):
        raise NotInPlan(f"方案中没有安排 {other[0][:64]},请从该方案的 assignments 中选择", field="assignments")
    return [one for one in plan.assignments if only is None or one.id in only]


async def _carry_out(
    tx: Connection, desk: Desk, plan: GeneratorPlan, wanted: Sequence[Assignment], *, by: Account, at: datetime
) -> None:
    over = await bright(tx, {one.target for one in wanted}, at=at)
    live = [one for one in wanted if one.target not in over]
    if wanted and not live:
        raise NothingLeft("方案中的停电都已恢复,不必派车;请重新计算方案")
    older = await rows.waiting(tx, plan.id, [plan.area, *desk.areas.below(plan.area)], {one.target for one in live})
    trucks = await rows.lock_trucks(tx, {one.truck_id for one in [*live, *older]})
    doing = await rows.busy(tx, trucks)
    await _check_targets(tx, plan, live, doing)
    for one in plan.assignments:
        if one not in live:
            why = "停电已恢复" if one.target in over else "确认时未选"
            await rows.move(tx, _dropped(one, why, by, at))
    for truck_id, route in groupby(live, key=lambda one: one.truck_id):
        truck, now = trucks[truck_id], doing.get(truck_id)
        await _check_free(tx, truck, now)
        steps = list(_steps(desk, truck, now, list(route), by=by, at=at))
        _check_fuel(truck, now, steps[0], at=at)
        for step in steps:
            after = await rows.move(tx, step)
            if step.state is AssignmentState.SENT:
                truck = await rows.keep(tx, sent(truck, by=by, at=at))
                await telling.tell_truck(tx, desk, truck, by=by.id)
            if step.state in OPEN:
                await telling.tell_assignment(tx, desk, after, truck, by=by.id)
    await _give_up(tx, desk, older, trucks, by=by, at=at)


async def _give_up(
    tx: Connection, desk: Desk, older: Sequence[Assignment], trucks: Mapping[str, Truck], *, by: Account, at: datetime
) -> None:
    """Give up what older plans of the area, or for its customers, had before them: the plan stands for it."""
    for seen in older:
        one = await rows.assignment(tx, seen.id, lock=True)
        if one.state is AssignmentState.PLANNED:  # else it was sent before its truck was locked
            one = await rows.move(tx, _dropped(one, "已确认新方案", by, at))
            await telling.tell_assignment(tx, desk, one, trucks[one.truck_id], by=by.id)


async def _check_targets(
    tx: Connection, plan: GeneratorPlan, live: Sequence[Assignment], doing: dict[str, Assignment]
) -> None:
    """:raises TargetTaken: if a truck that the plan knows nothing of is on its way to one of its customers"""
    for other in await rows.at_targets(tx, {one.target for one in live}):
        if other.sent_at is not None and other.sent_at > plan.made_at and doing.get(other.truck_id) != other:
            words, details = await done_by(tx, other.last_step)
            raise TargetTaken(
                f"{other.target_name} 在此期间已{words}另派发电车 {other.truck_id},请重新计算方案",
                truck_id=other.truck_id,
                **details,
            )


def _steps(
    desk: Desk,
    truck: Truck,
    doing: Assignment | None,
    route: Sequence[Assignment],
    *,
    by: Account,
    at: datetime,
) -> Iterator[Assignment]:
    """Yield what becomes of a truck's route: the first stop is sent if it is time, and it can leave; the rest waits."""
    first, rest = route[0], route[1:]
    if doing is not None and first.target == doing.target:
        yield replace(doing, to_at=max(at, first.to_at))
        yield _dropped(first, f"仍接在此处,继续供电(原安排 {doing.id})", by, at)
    elif doing is None and _is_time(desk, first, at=at):
        yield replace(first, state=AssignmentState.SENT, sent_by=by.id, sent_at=at)
    else:
        yield replace(first, state=AssignmentState.PLANNED)
    for one in rest:
        yield replace(one, state=AssignmentState.PLANNED)


def _is_time(desk: Desk, first: Assignment, *, at: datetime) -> bool:
    """Tell whether a truck has to set out soon; until then the plan may have changed."""
    return first.leaves_at <= at + desk.pack.generating.ahead.duration


async def _check_free(tx: Connection, truck: Truck, doing: Assignment | None) -> None:
    """:raises TruckUnavailable: if the truck was sent elsewhere since the plan was made, or is out; by whom, when"""
    if truck.state is TruckState.OUT:
        words, details = await done_by(tx, (truck.said_by, truck.said_at))
        raise TruckUnavailable(
            f"{truck.name} 已{words}停用({truck.reason}),请重新计算方案", truck_id=truck.id, **details
        )
    if doing is not None and doing.state is AssignmentState.SENT:
        words, details = await done_by(tx, doing.last_step)
        raise TruckUnavailable(
            f"{truck.name} 已{words}派往 {doing.target_name},请重新计算方案,或先召回该车",
            truck_id=truck.id,
            **details,
        )


def _check_fuel(truck: Truck, doing: Assignment | None, first: Assignment, *, at: datetime) -> None:
    """:raises NoFuel: if less is in the tank than its first customer is to be fed with (it was told of since)"""
    left = truck.fuel_h if doing is None else left_h(truck, doing, at=at)
    needs = (first.to_at - first.from_at).total_seconds() / 3600
    if first.state is AssignmentState.SENT and not first.refuel and left < needs - 0.01:
        raise NoFuel(
            f"{truck.name} 现有燃料只够 {left:.1f} 小时,方案要它在 {first.target_name} 供电 {needs:.1f} 小时;"
            "请重新计算方案,或补油并登记 fuel_h",
            field="fuel_h",
            truck_id=truck.id,
        )


def sent(truck: Truck, *, by: Account, at: datetime) -> Truck:
    """Return a truck that was sent."""
    return replace(truck, state=TruckState.SENT, reason="", said_by=by.id, said_at=at)


def _dropped(one: Assignment, why: str, by: Account, at: datetime) -> Assignment:
    return replace(one, state=AssignmentState.DROPPED, ended_by=by.id, ended_at=at, end_reason=why)

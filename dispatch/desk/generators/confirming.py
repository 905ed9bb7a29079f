"""
A plan for generator trucks confirmed: each truck goes to the first of its customers, what comes later waits its turn.

All or nothing where a truck is not free any more; a customer whose supply is back in between is left out and said so.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby

from dispatch.accounts import rights
from dispatch.accounts.model import Account
from dispatch.desk import idempotency
from dispatch.desk.room import Desk, Once
from dispatch.kit.db import Connection
from dispatch.kit.errors import Invalid, Refusal

from . import rows
from .plans import TruckUnavailable, plan_of
from .rows import Assignment, GeneratorPlan, Truck
from .targets import bright
from .words import AssignmentState, GeneratorPlanState, TruckState


class GeneratorPlanDecided(Refusal):
    """The plan is no proposal any more."""


class OutOfDate(Refusal):
    """Somebody else changed it first."""


class NotInPlan(Invalid):
    """The plan has no such assignment."""


class NothingLeft(Refusal):
    """All that the plan was for is over."""


class TargetTaken(Refusal):
    """Another truck was sent there in between."""


def check_version(found: int, seen: int, what: str) -> None:
    """:raises OutOfDate: naming both versions"""
    if found != seen:
        raise OutOfDate(
            f"{what}已被他人更新(现为第 {found} 版,您看到的是第 {seen} 版),请刷新后再办", field="version", version=found
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
    :raises NotInPlan: if an assignment is not the plan's
    :raises TruckUnavailable, TargetTaken: if a truck was sent elsewhere or is out, or another is on its way there
    :raises NothingLeft: if supply is back everywhere
    """
    seen = await plan_of(desk, plan_id, by=by)
    rights.check(by, "generator.decide", area=seen.area, covers=desk.areas.covers)
    async with desk.db.transaction() as tx:
        if await idempotency.find(tx, by, once) is not None:
            return await rows.load(tx, plan_id)
        await rows.take_turn(tx, seen.area)
        plan = await rows.load(tx, plan_id)
        _check_proposed(plan)
        check_version(plan.version, version, "该方案")
        wanted = _wanted(plan, only)
        await _carry_out(tx, desk, plan, wanted, by=by, at=at)
        await rows.drop_planned(tx, plan, by=by.id, at=at)
        await rows.decide(tx, plan.id, by=by.id, at=at)
        trucks = sorted({one.truck_id for one in wanted})
        await rows.note(tx, "generator.confirm", plan.id, plan.area, by=by.id, at=at, trucks=trucks)
        await idempotency.remember(tx, by, once, plan.id)
        return await rows.load(tx, plan_id)


def _check_proposed(plan: GeneratorPlan) -> None:
    if plan.state is not GeneratorPlanState.PROPOSED:
        who = f",由 {plan.decided_by} 确认" if plan.decided_by else ""
        raise GeneratorPlanDecided(
            f"该方案已不是待确认状态(现为{plan.state.label}{who}),请刷新后查看最新方案", state=plan.state.value
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
    trucks = await rows.lock_trucks(tx, {one.truck_id for one in live})
    doing = await rows.busy(tx, trucks)
    await _check_targets(tx, plan, live, doing)
    for one in plan.assignments:
        if one not in live:
            why = "停电已恢复" if one.target in over else "确认时未选"
            await rows.move(tx, _dropped(one, why, by, at))
    for truck_id, route in groupby(live, key=lambda one: one.truck_id):
        for step in _steps(desk, trucks[truck_id], doing.get(truck_id), list(route), by=by, at=at):
            await rows.move(tx, step)
            if step.state is AssignmentState.SENT:
                await rows.keep(tx, sent(trucks[truck_id], by=by, at=at))


async def _check_targets(
    tx: Connection, plan: GeneratorPlan, live: Sequence[Assignment], doing: dict[str, Assignment]
) -> None:
    """:raises TargetTaken: if a truck that the plan knows nothing of is on its way to one of its customers"""
    for other in await rows.at_targets(tx, {one.target for one in live}):
        if other.sent_at is not None and other.sent_at > plan.made_at and doing.get(other.truck_id) != other:
            raise TargetTaken(
                f"{other.target_name} 在此期间已另派发电车 {other.truck_id},请重新计算方案", truck_id=other.truck_id
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
    _check_free(truck, doing)
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


def _check_free(truck: Truck, doing: Assignment | None) -> None:
    """:raises TruckUnavailable: if the truck was sent elsewhere since the plan was made, or is out"""
    if truck.state is TruckState.OUT:
        raise TruckUnavailable(f"{truck.name} 已停用({truck.reason}),请重新计算方案", truck_id=truck.id)
    if doing is not None and doing.state is AssignmentState.SENT:
        raise TruckUnavailable(
            f"{truck.name} 已派往 {doing.target_name},请重新计算方案,或先召回该车", truck_id=truck.id
        )


def sent(truck: Truck, *, by: Account, at: datetime) -> Truck:
    """Return a truck that was sent."""
    return replace(truck, state=TruckState.SENT, reason="", said_by=by.id, said_at=at)


def _dropped(one: Assignment, why: str, by: Account, at: datetime) -> Assignment:
    return replace(one, state=AssignmentState.DROPPED, ended_by=by.id, ended_at=at, end_reason=why)

"""What happens to a generator truck: sent to the next of its route, connected, released; out of order and back."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from dispatch.accounts import rights
from dispatch.accounts.model import Account
from dispatch.desk import idempotency
from dispatch.desk.room import Desk, Once
from dispatch.kit.db import Connection
from dispatch.kit.errors import Invalid, Refusal

from . import rows, telling
from .confirming import NoFuel, TargetTaken, check_version, done_by, sent
from .lighting import bright
from .plans import TruckUnavailable
from .posing import left_h
from .rows import Assignment, NoSuchAssignment, NoSuchTruck, Truck
from .words import AssignmentState, TruckState

MAY: Mapping[AssignmentState, frozenset[AssignmentState]] = {  # to -> from
    AssignmentState.SENT: frozenset({AssignmentState.PLANNED}),
    AssignmentState.CONNECTED: frozenset({AssignmentState.SENT}),
    AssignmentState.RELEASED: frozenset({AssignmentState.PLANNED, AssignmentState.SENT, AssignmentState.CONNECTED}),
}


Step = Callable[[Connection, Assignment, Truck], Awaitable[tuple[Assignment, Truck]]]


class WrongStep(Refusal):
    """The assignment does not stand where that step begins."""


class PowerBack(Refusal):
    """Supply is back there: no truck is needed."""


class TooMuchFuel(Invalid):
    """The tank does not hold so much."""


class TruckBusy(Refusal):
    """The truck is on its way or feeds somebody."""


@dataclass(frozen=True, slots=True)
class Told:
    """
    What was said of a truck.

    :param out: it cannot be sent, and why; None: it can
    :param fuel_h: what is in its tank, in hours at rated load; ``place``: where it stands, lon, lat; None: as it was
    """

    out: str | None = None
    fuel_h: float | None = None
    place: tuple[float, float] | None = None


async def send(
    desk: Desk, assignment_id: str, *, version: int, by: Account, at: datetime, once: Once | None = None
) -> Assignment:
    """
    Send a truck to the next customer of its route.

    :raises NoSuchAssignment, Forbidden: if there is none that ``by`` may see, or he may not decide there
    :raises OutOfDate, WrongStep: if it was changed, or does not wait
    :raises TruckUnavailable, NoFuel: if the truck is out, sent elsewhere, or its tank is empty and is not to be filled
    :raises PowerBack, TargetTaken: if supply is back, or another truck is on its way there
    """

    async def step(tx: Connection, one: Assignment, truck: Truck) -> tuple[Assignment, Truck]:
        if truck.state is not TruckState.AVAILABLE:
            words, details = await done_by(tx, (truck.said_by, truck.said_at))
            raise TruckUnavailable(
                f"{truck.name} {words}登记为“{truck.state.label}”,不能派出;请先登记撤离或恢复可用,或改派别的车",
                truck_id=truck.id,
                **details,
            )
        if truck.fuel_h <= 0 and not one.refuel:
            raise NoFuel(f"{truck.name} 油箱是空的;请先补油并登记 fuel_h", field="fuel_h", truck_id=truck.id)
        await _check_dark(tx, one, at=at)
        made_at = await rows.made_at(tx, one.plan_id)
        for other in await rows.at_targets(tx, [one.target]):  # who was there before is to be relieved
            if other.plan_id != one.plan_id and other.sent_at is not None and other.sent_at > made_at:
                await _taken(tx, other)
        return replace(one, state=AssignmentState.SENT, sent_by=by.id, sent_at=at), sent(truck, by=by, at=at)

    return await _step(desk, assignment_id, AssignmentState.SENT, step, version=version, by=by, at=at, once=once)


async def connect(
    desk: Desk, assignment_id: str, *, version: int, by: Account, at: datetime, once: Once | None = None
) -> Assignment:
    """
    Note that a truck feeds its customer from now on.

    :raises NoSuchAssignment, Forbidden, OutOfDate, WrongStep: as ``send``
    :raises PowerBack, TargetTaken: if supply is back, or another truck still feeds there
    """

    async def step(tx: Connection, one: Assignment, truck: Truck) -> tuple[Assignment, Truck]:
        await _check_dark(tx, one, at=at)
        for other in await rows.at_targets(tx, [one.target]):
            if other.state is AssignmentState.CONNECTED:
                await _taken(tx, other)
        fuel_h = truck.tank_h if one.refuel else truck.fuel_h
        there = replace(truck, fuel_h=fuel_h, lon=one.lon, lat=one.lat, said_by=by.id, said_at=at)
        return replace(one, state=AssignmentState.CONNECTED, connected_by=by.id, connected_at=at), there

    return await _step(desk, assignment_id, AssignmentState.CONNECTED, step, version=version, by=by, at=at, once=once)


async def _taken(tx: Connection, other: Assignment) -> None:
    """:raises TargetTaken: naming the truck, who sent or connected it, and when"""
    words, details = await done_by(tx, other.last_step)
    raise TargetTaken(
        f"{other.target_name} 已{words}登记发电车 {other.truck_id}“{other.state.label}”;请先登记该车撤离,或改派别处",
        truck_id=other.truck_id,
        **details,
    )


async def release(
    desk: Desk,
    assignment_id: str,
    *,
    version: int,
    reason: str,
    by: Account,
    at: datetime,
    once: Once | None = None,
) -> Assignment:
    """
    Note that a truck left its customer, or was called back on its way; it can be sent again. What was only planned is
    given up by whoever may send it.

    Its tank is taken to have run at rated load while it fed, until somebody says better.

    :raises NoSuchAssignment, Forbidden, OutOfDate, WrongStep: as ``send``
    """

    async def step(_: Connection, one: Assignment, truck: Truck) -> tuple[Assignment, Truck]:
        if one.state is AssignmentState.PLANNED:
            rights.check(by, "generator.decide", area=one.area, covers=desk.areas.covers)
            given_up = replace(one, state=AssignmentState.DROPPED, ended_by=by.id, ended_at=at, end_reason=reason)
            return given_up, truck
        return _released(one, truck, TruckState.AVAILABLE, reason=reason, by=by, at=at)

    return await _step(desk, assignment_id, AssignmentState.RELEASED, step, version=version, by=by, at=at, once=once)


def _released(
    one: Assignment, truck: Truck, state: TruckState, *, reason: str, by: Account, at: datetime
) -> tuple[Assignment, Truck]:
    ended = replace(one, state=AssignmentState.RELEASED, ended_by=by.id, ended_at=at, end_reason=reason)
    fuel_h = left_h(truck, one, at=at)
    said = reason if state is TruckState.OUT else ""
    return ended, replace(truck, state=state, fuel_h=fuel_h, reason=said, said_by=by.id, said_at=at)


async def _step(
    desk: Desk,
    assignment_id: str,
    to: AssignmentState,
    step: Step,
    *,
    version: int,
    by: Account,
    at: datetime,
    once: Once | None,
) -> Assignment:
    """Take one step of an assignment and of its truck in one transaction; return the assignment after it."""
    async with desk.db.transaction() as tx:
        one = await rows.assignment(tx, assignment_id)
        truck = await rows.lock_truck(tx, one.truck_id)
        one = await rows.assignment(tx, assignment_id, lock=True)
        await _check_doer(tx, desk, one, truck, to, by)
        if await idempotency.find(tx, by, once) is not None:
            return one
        await check_version(tx, one.version, version, "该安排", one.last_step)
        if one.state not in MAY[to]:
            words, details = await done_by(tx, one.last_step)
            said = f"该安排现为“{one.state.label}”" + (f"({words}登记)" if words else "")
            raise WrongStep(f"{said},不能改为“{to.label}”,请刷新后再办", state=one.state.value, **details)
        after, its = await step(tx, one, truck)
        after = await _kept(tx, desk, after, by=by, at=at, truck=its)
        if its != truck:
            await telling.tell_truck(tx, desk, await rows.keep(tx, its), by=by.id)
        await idempotency.remember(tx, by, once, one.id)
        return after


async def _kept(tx: Connection, desk: Desk, one: Assignment, *, by: Account, at: datetime, truck: Truck) -> Assignment:
    """Keep a step of an assignment, with its trace in the audit and the word to the consoles."""
    after = await rows.move(tx, one)
    await rows.note(
        tx, f"generator.{after.state.value}", after.id, after.area, by=by.id, at=at, truck=truck.id,
        target=after.target, reason=after.end_reason,
    )  # fmt: skip
    await telling.tell_assignment(tx, desk, after, truck, by=by.id)
    return after


async def _check_doer(
    tx: Connection, desk: Desk, one: Assignment, truck: Truck, to: AssignmentState, by: Account
) -> None:
    """
    :raises NoSuchAssignment, Forbidden: unless the plan's area is the caller's; to say what happened, it is enough that
        the truck, its depot, or the customer is
    """
    action = "generator.decide" if to is AssignmentState.SENT else "generator.report"
    covers = desk.areas.covers
    concerned = (one.area, truck.area, await rows.county_of(tx, one.target))
    if not any(rights.allowed(by, "generator.read", area=area, depot=truck.depot, covers=covers) for area in concerned):
        rights.check_role(by, action)
        raise NoSuchAssignment("没有这条发电车安排,或不在您的查看范围内;请从方案中选择", field="assignment_id")
    its = concerned[:1] if to is AssignmentState.SENT else concerned
    if not any(rights.allowed(by, action, area=area, depot=truck.depot, covers=covers) for area in its):
        rights.check(by, action, area=one.area, depot=truck.depot, covers=covers)


async def _check_dark(tx: Connection, one: Assignment, *, at: datetime) -> None:
    """:raises PowerBack: if no outage keeps the customer in the dark any more"""
    if await bright(tx, [one.target], at=at):
        raise PowerBack(f"{one.target_name} 的停电已恢复,不必供电;车已派出的请登记撤离", outage_id=one.outage_id)


async def tell(
    desk: Desk, truck_id: str, told: Told, *, version: int, by: Account, at: datetime, once: Once | None = None
) -> tuple[Truck, Assignment | None]:
    """
    Note what was said of a truck: out of order or back, its fuel, where it stands; return it with what it does then.

    One that breaks down feeds nobody. One that is under way or feeds can be filled up; it goes on with what it does.

    :raises NoSuchTruck, Forbidden: if there is none that ``by`` may see, or he may not say that
    :raises OutOfDate: if it was changed since it was seen
    :raises TooMuchFuel: if the tank does not hold so much
    :raises TruckBusy: if it is on its way or feeds, and is said to stand elsewhere, or nothing is said of its fuel
    :raises SwappedCoordinates, OutsideProvince: if it stands where no truck of ours would be
    """
    _check_place(desk, told)
    async with desk.db.transaction() as tx:
        truck = await rows.lock_truck(tx, truck_id)
        doing = (await rows.busy(tx, [truck_id])).get(truck_id)
        await _check_teller(tx, desk, truck, doing, by)
        if await idempotency.find(tx, by, once) is not None:
            return truck, doing
        await check_version(tx, truck.version, version, "该车", (truck.said_by, truck.said_at))
        if told.fuel_h is not None and told.fuel_h > truck.tank_h:
            raise TooMuchFuel(f"fuel_h 为 {told.fuel_h:g} 小时,超过满油的 {truck.tank_h:g} 小时,请改正", field="fuel_h")
        if doing is not None and told.out is None and (told.fuel_h is None or told.place is not None):
            raise TruckBusy(
                f"{truck.name} 正在为 {doing.target_name} 服务,此时只能登记 fuel_h 或停用;请先登记撤离,再改其状态",
                truck_id=truck.id,
            )
        if doing is not None and told.out is not None:
            one = await rows.assignment(tx, doing.id, lock=True)
            ended, truck = _released(one, truck, TruckState.OUT, reason=told.out, by=by, at=at)
            await _kept(tx, desk, ended, by=by, at=at, truck=truck)
            doing = None
        after = await rows.keep(tx, _as_told(truck, told, busy=doing is not None, by=by, at=at))
        await rows.note(tx, "generator.truck", truck.id, truck.area, by=by.id, at=at, out=told.out, fuel_h=told.fuel_h)
        await telling.tell_truck(tx, desk, after, by=by.id)
        await idempotency.remember(tx, by, once, truck.id)
        return after, doing


def _check_place(desk: Desk, told: Told) -> None:
    if told.place is not None and desk.locator.far_outside(*([each] for each in told.place))[0]:
        desk.locator.check_point(*told.place)


def _as_told(truck: Truck, told: Told, *, busy: bool, by: Account, at: datetime) -> Truck:
    lon, lat = told.place or (truck.lon, truck.lat)
    free = TruckState.AVAILABLE if told.out is None else TruckState.OUT
    return replace(
        truck,
        state=truck.state if busy else free,
        fuel_h=truck.fuel_h if told.fuel_h is None else told.fuel_h,
        lon=lon,
        lat=lat,
        reason=told.out or "",
        said_by=by.id,
        said_at=at,
    )


async def _check_teller(tx: Connection, desk: Desk, truck: Truck, doing: Assignment | None, by: Account) -> None:
    """:raises NoSuchTruck, Forbidden: unless the truck is the caller's, or serves a plan or a customer of his"""
    covers = desk.areas.covers
    served = [] if doing is None else [doing.area, await rows.county_of(tx, doing.target)]
    if any(rights.allowed(by, "generator.report", area=area, covers=covers) for area in served):
        return
    if rights.allowed(by, "generator.report", area=truck.area, depot=truck.depot, covers=covers):
        return
    rights.check_role(by, "generator.report")
    if not (covers(by.area, truck.area) or covers(truck.area, by.area)):
        raise NoSuchTruck("没有这辆发电车,或不在您的查看范围内;请从发电车列表中选择", field="truck_id")
    rights.check(by, "generator.report", area=truck.area, depot=truck.depot, covers=covers)

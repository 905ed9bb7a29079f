"""
What people say of outages, by hand: outage information (停电信息).

Everything said is kept in the audit with who said it.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from dispatch.accounts import rights
from dispatch.accounts.model import Account
from dispatch.desk import idempotency
from dispatch.desk.ids import new_id
from dispatch.desk.looking import looked_at
from dispatch.desk.room import Desk, Once
from dispatch.kit.clock import CHINA
from dispatch.kit.db import Connection
from dispatch.kit.errors import Invalid, Refusal
from dispatch.outages import evidence, network, prose, store
from dispatch.outages.model import Judged, Outage, OutageKind, OutageState, Signal, SignalVerdict
from dispatch.outages.rollup import Tree
from dispatch.tickets.guards import CLOCK_SKEW

from . import outages
from .outages import Cause

AUDIT = "INSERT INTO audit (at, account_id, action, subject, area, details) VALUES ($1, $2, $3, $4, $5, $6)"


class WrongTime(Invalid):
    """The times do not fit together, or with the present."""


class OutageOverlaps(Refusal):
    """The node has an outage in that time already."""


@dataclass(frozen=True, slots=True)
class NewOutage:
    """What a dispatcher says of an outage."""

    kind: OutageKind
    node: str
    begins_at: datetime
    ends_at: datetime | None = None  # planned and temporary ones must say it
    etr_at: datetime | None = None
    cause: str = ""


@dataclass(frozen=True, slots=True)
class OutageChange:
    """What changes of an outage; None: it stays. ``ended_at``: the supply is back since then."""

    ends_at: datetime | None = None
    etr_at: datetime | None = None
    cause: str | None = None
    ended_at: datetime | None = None


async def announce(desk: Desk, new: NewOutage, *, by: Account, at: datetime, once: Once | None = None) -> Outage:
    """
    Publish an outage. A fault that a person confirms gets its incident ticket just as one that a breaker tells.

    :raises NoSuchNode: if the network has no such node
    :raises WrongTime: if the times do not fit
    :raises OutageOverlaps: if the node, or what it hangs on, is out in that time already
    """
    rights.check_role(by, "outage.write")
    _check_times(new, at)
    async with desk.db.transaction() as tx:
        if (first := await idempotency.find(tx, by, once)) is not None:
            return await store.load(tx, first)
        path = await network.load_path(tx, new.node)
        area = path[0].area
        rights.check(by, "outage.write", area=area, covers=desk.areas.covers)
        await store.alone(tx, area)
        standing = await store.standing(tx, area)
        _check_overlap(standing, await network.tree(tx, [new.node, *(o.node for o in standing)]), new)
        if new.kind is OutageKind.FAULT:
            outage = await _fault(tx, desk, area, new, by=by, at=at)
        else:
            extent, _ = await network.extent(tx, new.node)
            outage = _planned(new, area, prose.scope(path, extent), by=by, at=at)
            await store.add(tx, outage)
        await note(tx, "outage.write", outage.id, area, by, at, announced=outage.kind, node=outage.node)
        await idempotency.remember(tx, by, once, outage.id, status=201)
    return outage


def _check_times(new: NewOutage, at: datetime) -> None:
    if new.kind is OutageKind.FAULT:
        if new.ends_at is not None:
            raise WrongTime("故障停电没有预定结束时间,预计复电请填 etr_at", field="ends_at")
        if new.begins_at > at + CLOCK_SKEW:
            raise WrongTime("故障停电的开始时间晚于现在,请核对", field="begins_at")
    elif new.ends_at is None or new.ends_at <= max(new.begins_at, at):
        raise WrongTime("计划或临时停电须填写结束时间,且晚于开始时间和现在", field="ends_at")
    if new.etr_at is not None and new.etr_at < new.begins_at:
        raise WrongTime("预计复电时间早于停电开始时间,请重填", field="etr_at")


def _check_overlap(standing: Sequence[Outage], tree: Tree, new: NewOutage) -> None:
    """
    Refuse what would have customers out twice at a time.

    A fault takes those below it in when it is opened (``outages.confirm``); work is planned around all there is.
    """
    for outage in standing:
        later = new.ends_at is not None and new.ends_at <= outage.begins_at
        earlier = (
            outage.state is OutageState.ANNOUNCED and outage.ends_at is not None and outage.ends_at <= new.begins_at
        )
        above = outage.node in tree.line(new.node)
        below = new.kind is not OutageKind.FAULT and new.node in tree.line(outage.node)
        if (above or below) and not later and not earlier:
            raise OutageOverlaps(
                f"该设备或其上下级({outage.node})自 {outage.begins_at.astimezone(CHINA):%m-%d %H:%M} 起已有停电信息"
                f"({outage.state.label}),请改为修改那一条",
                field="node",
                outage_id=outage.id,
            )


async def _fault(tx: Connection, desk: Desk, area: str, new: NewOutage, *, by: Account, at: datetime) -> Outage:
    cause = Cause(source=by.id, begins_at=new.begins_at, text=new.cause)
    opened = await outages.confirm(tx, desk, area, [new.node], cause=cause, at=at)
    if not opened:
        raise OutageOverlaps("该设备或其上级正在停电,不能再登记,请改为修改那一条", field="node")
    outage = opened[0]
    if new.etr_at is not None:
        outage = replace(outage, etr_at=new.etr_at)
        await store.change(tx, outage)
        await outages.tell_children(tx, desk, outage, at=at)
    return outage


def _planned(new: NewOutage, area: str, text: str, *, by: Account, at: datetime) -> Outage:
    return Outage(
        id=new_id(at),
        kind=new.kind,
        node=new.node,
        area=area,
        begins_at=new.begins_at,
        ends_at=new.ends_at,
        etr_at=new.etr_at,
        state=OutageState.ANNOUNCED if new.begins_at > at else OutageState.ACTIVE,
        cause=new.cause,
        incident_ticket_id=None,
        source=by.id,
        text=text,
    )


async def change(desk: Desk, outage_id: str, wanted: OutageChange, *, by: Account, at: datetime) -> Outage:
    """
    Put right what is said of an outage, or say that it is over; those who wait in its incident hear a new ETR.

    :raises NoSuchOutage: if there is none
    :raises OutageOver: if it has ended
    :raises WrongTime: if the times do not fit
    """
    rights.check_role(by, "outage.write")
    async with desk.db.transaction() as tx:
        seen = await store.load(tx, outage_id)
        rights.check(by, "outage.write", area=seen.area, covers=desk.areas.covers)
        await store.alone(tx, seen.area)
        outage = _changed(await store.load(tx, outage_id, lock=True), wanted, at)
        await store.change(tx, outage)
        if wanted.etr_at is not None:
            await outages.tell_children(tx, desk, outage, at=at)
        if wanted.ended_at is not None:
            outage = await outages.end(tx, desk, outage, at=wanted.ended_at)
        said = {key: str(getattr(wanted, key)) for key in wanted.__slots__ if getattr(wanted, key) is not None}
        await note(tx, "outage.write", outage.id, outage.area, by, at, **said)
    return outage


def _changed(outage: Outage, wanted: OutageChange, at: datetime) -> Outage:
    if outage.state is OutageState.ENDED:
        raise outages.OutageOver("该停电已结束,不能再修改", field="outage_id")
    _check_change(outage, wanted, at)
    state = outage.state
    if wanted.ends_at is not None and state is OutageState.OVERRUN and wanted.ends_at > at:
        state = OutageState.ACTIVE
    return replace(
        outage,
        ends_at=wanted.ends_at or outage.ends_at,
        etr_at=wanted.etr_at or outage.etr_at,
        cause=outage.cause if wanted.cause is None else wanted.cause,
        state=state,
    )


def _check_change(outage: Outage, wanted: OutageChange, at: datetime) -> None:
    """:raises WrongTime: naming the field"""
    if wanted.ends_at is not None and (not outage.is_planned or wanted.ends_at <= max(outage.begins_at, at)):
        raise WrongTime("只有计划或临时停电可改结束时间,且须晚于开始时间和现在", field="ends_at")
    if wanted.etr_at is not None and wanted.etr_at < max(outage.begins_at, at - CLOCK_SKEW):
        raise WrongTime("预计复电时间已过或早于停电开始,请重填", field="etr_at")
    if wanted.ended_at is not None and not outage.begins_at <= wanted.ended_at <= at + CLOCK_SKEW:
        raise WrongTime("复电时间应在停电开始之后、现在之前,请重填", field="ended_at")


async def outages_in(
    desk: Desk,
    area: str | None,
    *,
    states: Sequence[OutageState] = (),
    by: Account,
    after: str | None = None,
    limit: int = 100,
) -> list[Outage]:
    """
    Return the outages of an area, the latest to begin first.

    :raises NoSuchArea: if there is no such area
    """
    rights.check(by, "outage.read", covers=desk.areas.covers)
    async with desk.db.connection() as connection:
        return await store.page(connection, areas_of(desk, area, by), states=states, after=after, limit=limit)


def areas_of(desk: Desk, area: str | None, by: Account) -> list[str]:
    """Return the area and all below it; a crew's or depot's own area is its county."""
    code = desk.areas.get(area or by.area).code
    counties = desk.areas.counties(code) or desk.areas.above(code)[1:2]
    return [code, *(county for county in counties if county != code), *desk.areas.below(code)]


async def signals_in(
    desk: Desk, area: str | None, *, verdicts: Sequence[SignalVerdict] = (), by: Account, limit: int = 100
) -> list[tuple[Signal, Judged]]:
    """
    Return what devices of an area said, the newest first, and what each signal is worth.

    :raises Forbidden: if the area lies outside the reach of ``by``
    """
    code = looked_at(desk, area, "signal.read", by=by)
    async with desk.db.connection() as connection:
        return await evidence.page(connection, areas_of(desk, code, by), verdicts=verdicts, limit=limit)


async def note(tx: Connection, action: str, subject: str, area: str, by: Account, at: datetime, **details: str) -> None:
    await tx.execute(AUDIT, at, by.id, action, subject, area, json.dumps(details, ensure_ascii=False))

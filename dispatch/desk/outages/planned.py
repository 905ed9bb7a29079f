"""What time alone does to outages: planned work begins and ends, signals that waited for a second one settle."""

from dataclasses import replace
from datetime import datetime

from dispatch.desk.intake.knowing import rule_of
from dispatch.desk.room import Desk
from dispatch.kit.db import Connection
from dispatch.outages import evidence, store
from dispatch.outages.model import Outage, OutageKind, OutageState

from .sensing import reconsider

AT_ONCE = 500  # outages looked at in one turn


async def settle(desk: Desk, *, at: datetime) -> list[Outage]:
    """Judge for good the signals that have waited long enough for a second one; return the outages it opened."""
    rule = rule_of(desk)
    async with desk.db.connection() as connection:
        areas = await evidence.waiting(connection, before=at - rule.second_signal.duration)
    opened = []
    for area in areas:
        async with desk.db.transaction() as tx:
            await store.alone(tx, area)
            opened += await reconsider(tx, desk, area, at=at)
    return opened


async def turn(desk: Desk, *, at: datetime) -> list[Outage]:
    """
    Let planned outages begin, and end or overrun, each exactly once; return those that changed.

    One whose end has passed has ended only if meters below it say so; if nobody says anything, it overruns.
    """
    async with desk.db.connection() as connection:
        due = await store.turning(connection, at=at, limit=AT_ONCE)
    changed = []
    for outage in due:
        async with desk.db.transaction() as tx:
            await store.alone(tx, outage.area)
            now = await store.load(tx, outage.id, lock=True)
            after = await _after(tx, desk, now, at=at)
            if after != now:
                await _make_room(tx, after, at=at)
                await store.change(tx, after)
                changed.append(after)
    return changed


async def _after(tx: Connection, desk: Desk, outage: Outage, *, at: datetime) -> Outage:
    if outage.state is OutageState.ENDED or at < outage.begins_at:
        return outage
    if outage.ends_at is None or at < outage.ends_at:
        return replace(outage, state=OutageState.ACTIVE)
    since = outage.ends_at - rule_of(desk).reading_fresh.duration
    states = await evidence.below(tx, [outage.node], since=since)
    if states and all(state.reading.live for state in states):
        late = outage.state is OutageState.OVERRUN
        return replace(outage, state=OutageState.ENDED, ends_at=at if late else outage.ends_at)
    return replace(outage, state=OutageState.OVERRUN)


async def _make_room(tx: Connection, outage: Outage, *, at: datetime) -> None:
    """A node has one outage at a time: a fault on it is mended in the planned work that begins."""
    if not outage.is_dark:
        return
    for other in await store.standing(tx, outage.area):
        if other.node == outage.node and other.kind is OutageKind.FAULT:
            await store.change(tx, replace(other, state=OutageState.ENDED, ends_at=at, absorbed_by=outage.id))

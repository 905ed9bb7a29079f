"""What the end of an outage means for generator trucks: who waits stays, who is under way or connected is told."""

from dataclasses import replace
from datetime import datetime

from dispatch.accounts.model import SYSTEM
from dispatch.desk.room import Desk
from dispatch.kit.db import Connection
from dispatch.outages import network
from dispatch.outages.model import Outage

from . import rows, telling
from .lighting import bright
from .words import AssignmentState


async def follow(tx: Connection, desk: Desk, outage: Outage, *, at: datetime) -> None:
    """
    See to the trucks of an outage that has ended, or part of which came back, in the same transaction.

    What was only planned is given up. A truck on its way or connected is left to people, for nobody but them knows
    whether it can be disconnected; all whom it concerns hear that supply is back.
    """
    going_on = await rows.open_in(tx, desk.areas.above(outage.area))
    if not going_on:
        return
    paths = await network.paths(tx, {one.target for one in going_on})
    of_it = [one for one in going_on if any(node.code == outage.node for node in paths.get(one.target, ()))]
    back = await bright(tx, {one.target for one in of_it}, at=at)
    for one in of_it:
        if one.target in back:
            await _come_back(tx, desk, one, at=at)


async def _come_back(tx: Connection, desk: Desk, seen: rows.Assignment, *, at: datetime) -> None:
    truck = await rows.lock_truck(tx, seen.truck_id)
    one = await rows.assignment(tx, seen.id, lock=True)
    if one.state is AssignmentState.PLANNED:
        given_up = replace(one, state=AssignmentState.DROPPED, ended_by=SYSTEM.id, ended_at=at, end_reason="停电已恢复")
        one = await rows.move(tx, given_up)
        await rows.note(tx, "generator.dropped", one.id, one.area, by=SYSTEM.id, at=at, reason=one.end_reason)
    elif one.state not in (AssignmentState.SENT, AssignmentState.CONNECTED):
        return
    await telling.tell_assignment(tx, desk, one, truck, by=SYSTEM.id, supply_back=True)
